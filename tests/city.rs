//! A small city for tests: opening books built in a few words.

use std::collections::BTreeMap;

use bianzhi::model::{
    ByKind, Date, ExcessRule, KindId, Opening, OpeningKind, OpeningNode, OpeningPeople, OpeningPool,
    PoolSize, Seats,
};
use bianzhi::{Charter, Decision, Office, Request};

/// The first day of every test city.
pub(crate) const OPENED: Date = Date::constant(2024, 1, 1);

/// Builds opening books.
pub(crate) struct City(pub(crate) Opening);

impl City {
    /// A root `city` of this cap, in the kinds `administrative` and `institution`.
    pub(crate) fn new(cap: i64) -> Self {
        let kind = |id: &str| OpeningKind { id: id.into(), zh: id.into(), en: id.into() };
        let city = Self(Opening {
            opened: OPENED,
            levels: ["city", "county", "unit"].map(str::to_owned).to_vec(),
            kinds: vec![kind("administrative"), kind("institution")],
            excess: ExcessRule::Refuse,
            nodes: Vec::new(),
            pools: Vec::new(),
            people: OpeningPeople::default(),
            loans: Vec::new(),
            permits: Vec::new(),
        });
        city.node("city", None, "city", cap, 0)
    }

    /// A county of this cap.
    pub(crate) fn county(self, id: &str, cap: i64) -> Self {
        self.node(id, Some("city"), "county", cap, 0)
    }

    /// A unit of this cap, with so many unnamed people.
    pub(crate) fn unit(self, id: &str, parent: &str, cap: i64, occupied: i64) -> Self {
        self.node(id, Some(parent), "unit", cap, occupied)
    }

    /// A pool of administrative seats of a fixed size.
    pub(crate) fn pool(mut self, id: &str, sponsor: &str, size: i64) -> Self {
        self.0.pools.push(OpeningPool {
            id: id.into(),
            sponsor: sponsor.into(),
            kind: "administrative".into(),
            name: id.into(),
            size: PoolSize::Size(Seats::new(size)),
            tags: Vec::new(),
            facts: BTreeMap::new(),
        });
        self
    }

    fn node(mut self, id: &str, parent: Option<&str>, level: &str, cap: i64, occupied: i64) -> Self {
        let administrative = |seats: i64| {
            let seats = (KindId::new("administrative"), Seats::new(seats));
            ByKind::from_iter((seats.1 > Seats::ZERO).then_some(seats))
        };
        self.0.nodes.push(OpeningNode {
            id: id.into(),
            parent: parent.map(Into::into),
            level: level.to_owned(),
            tier: None,
            name: id.to_owned(),
            tags: Vec::new(),
            facts: BTreeMap::new(),
            caps: administrative(cap),
            occupied: administrative(occupied),
            history: ByKind::new(),
        });
        self
    }

    /// Opens an office where the laws decide alone.
    pub(crate) fn open(self) -> Office {
        Office::open(Charter::from_opening(self.0).unwrap(), None).unwrap()
    }
}

/// The answer to a request.
pub(crate) fn ask(office: &mut Office, request: impl Into<Request>) -> Decision {
    (*office.submit(request).unwrap()).clone()
}

/// Asks for something that must be granted.
#[track_caller]
pub(crate) fn grant(office: &mut Office, request: impl Into<Request>) -> Decision {
    let decision = ask(office, request);
    assert!(decision.granted(), "{:?}", decision.reasons);
    decision
}

/// Asks for something that must be refused with these codes, and change nothing.
#[track_caller]
pub(crate) fn refuse(office: &mut Office, request: impl Into<Request>, codes: &[&str]) -> Decision {
    let before = format!("{:?}", figures(office));
    let decision = ask(office, request);
    assert_eq!(decision.codes(), codes, "{:?}", decision.events);
    assert_eq!(format!("{:?}", figures(office)), before, "a refused request changed the books");
    decision
}

/// All figures, in tree order.
pub(crate) fn figures(office: &Office) -> Vec<(String, String, bianzhi::model::Figures)> {
    let books = office.books();
    let mut all = Vec::new();
    for node in books.nodes_in_tree_order() {
        for (_, kind) in books.kinds() {
            let (node, kind) = (books.id(node).to_string(), kind.id.to_string());
            let figures = office.figures(&node, &kind).unwrap();
            all.push((node, kind, figures));
        }
    }
    all
}
