//! The school quota as one pot (县级调、市级统): need by pupils, targets that sum to what there is, transfers.

use super::moves::moves;
use super::pupils::{Branch, gather};
use super::standard::{Pupils, Standard};
use super::{Claim, Objective};
use crate::document::nearest;
use crate::error::{Error, Fault, Phrase, told};
use crate::graph::NodeIx;
use crate::ledger::Ledger;
use crate::model::{Date, KindId, NodeId, Seats};
use crate::office::Office;

/// A drafted redistribution of school quota; the books it was drafted from are unchanged.
#[derive(Debug, Clone)]
pub struct SchoolPlan {
    /// The day for which it was drafted.
    pub on: Date,
    /// The kind of quota that schools have.
    pub kind: KindId,
    /// How the seats were shared.
    pub objective: Objective,
    /// What each transfer names as its purpose.
    pub purpose: Option<String>,
    /// The city's root, by which seats move between counties.
    pub root: NodeId,
    /// The root's cap of the kind, which stays.
    pub root_cap: Seats,
    /// The places between which the city shares, by id: counties, and schools of its own.
    pub counties: Vec<PlannedPlace>,
    /// Every school, by county and id.
    pub schools: Vec<PlannedPlace>,
    /// All counties together.
    pub total: PlannedPlace,
    /// What is to be done, in this order.
    pub transfers: Vec<PlannedTransfer>,
}

/// What a plan says of a place: of a county its schools together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedPlace {
    /// The place.
    pub node: NodeId,
    /// The county in which a school lies: what it is shared in.
    pub county: NodeId,
    /// What people call it.
    pub name: String,
    /// Its pupils by stage; none for a school whose county alone counts them.
    pub pupils: Option<Pupils>,
    /// Σ over stages ⌈pupils / ratio⌉.
    pub need: Option<Seats>,
    /// What its schools own.
    pub cap: Seats,
    /// People in post, permits and seats lent: what is used of it.
    pub in_post: Seats,
    /// What its schools will own.
    pub target: Seats,
    /// The cap of the place itself, with all it owns beside schools.
    pub own_cap: Seats,
}

/// One transfer of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTransfer {
    /// Who moves the seats: a county inside itself, the city between counties (L9).
    pub by: NodeId,
    /// A school with seats to spare.
    pub from: NodeId,
    /// A school that is short.
    pub to: NodeId,
    /// How many.
    pub count: Seats,
}

impl PlannedPlace {
    /// Seats that come (or go, below 0).
    pub fn change(&self) -> Seats {
        self.target - self.cap
    }

    /// All pupils.
    pub fn all_pupils(&self) -> Option<i64> {
        self.pupils.map(|stages| stages.into_iter().fold(0, i64::saturating_add))
    }
}

impl SchoolPlan {
    /// Drafts the plan of a day, the books' own day unless a later one is given.
    ///
    /// The city shares between its counties, each county between its schools; nobody's target is below what
    /// is used, nor does anything leave a county that its pools or loans already took.
    ///
    /// # Errors
    /// All faults together: pupils that are missing, below 0 or above 10,000,000, parameters that are
    /// missing, no schools, no pupils, more people in post than seats.
    pub fn draft(office: &Office, on: Option<Date>) -> Result<Self, Error> {
        let nowhere = |told: Phrase| Error::input(vec![Fault::told_nowhere(told)]);
        let Some(policies) = office.policies() else {
            let en = "a school plan needs policies: they say the ratios";
            return Err(nowhere(Phrase::both("统筹方案需要政策：师生比写在政策里", en)));
        };
        let on = on.unwrap_or(office.today());
        if on < office.today() {
            let today = office.today();
            return Err(nowhere(told!(
                "方案的日期是 {on}，而账册已到 {today}",
                "the plan is for {on}, the books are of {today}"
            )));
        }
        let standard = Standard::read(policies, on).map_err(Error::input)?;
        let mut office = office.fork();
        office.advance(on)?;
        let books = office.books();
        let Some(kind) = books.kind(standard.kind.as_str()) else {
            let known: Vec<KindId> = books.kinds().map(|(_, kind)| kind.id.clone()).collect();
            let kind = &standard.kind;
            let hint = Phrase::hint(nearest(kind.as_str(), known.iter().map(KindId::as_str)));
            return Err(nowhere(told!(
                "`school.kind` 是 `{kind}`，账册没有声明这个编制类别{hint}",
                "`school.kind` is `{kind}`, which the charter does not declare{hint}"; hint
            )));
        };
        let mut city = gather(books, kind, &standard).map_err(Error::input)?;
        let kept: Seats = city.children.iter().map(|child| child.floor).sum();
        if kept > city.cap {
            let cap = city.cap;
            return Err(nowhere(told!(
                "各校共有编制 {cap} 名，在用的和不能离开本地的却有 {kept} 名：没有方案能留住所有的人",
                "the schools own {cap} seats, {kept} of them are used or cannot leave their place: no plan keeps everyone"
            )));
        }
        settle(&mut city, standard.objective);
        Ok(Self::of(books, kind, &city, on, standard))
    }

    fn of(books: &Ledger, kind: crate::ledger::KindIx, city: &Branch, on: Date, standard: Standard) -> Self {
        let row = |branch: &Branch, county: NodeIx| PlannedPlace {
            node: books.id(branch.node),
            county: books.id(county),
            name: books.name(branch.node).to_owned(),
            pupils: branch.pupils,
            need: branch.need,
            cap: branch.cap,
            in_post: branch.in_post,
            target: branch.target,
            own_cap: books.figures(branch.node, kind).cap,
        };
        let mut schools = Vec::new();
        for county in &city.children {
            let mut waiting = vec![county];
            while let Some(branch) = waiting.pop() {
                waiting.extend(branch.children.iter().rev());
                if branch.children.is_empty() {
                    schools.push(row(branch, county.node));
                }
            }
        }
        let total = PlannedPlace {
            need: Some(city.children.iter().filter_map(|county| county.need).sum()),
            ..row(city, city.node)
        };
        let transfers = moves(city).into_iter().map(|one| PlannedTransfer {
            by: books.id(one.by),
            from: books.id(one.from),
            to: books.id(one.to),
            count: one.count,
        });
        Self {
            on,
            kind: standard.kind,
            objective: standard.objective,
            purpose: standard.purpose,
            root: books.id(city.node),
            root_cap: total.own_cap,
            counties: city.children.iter().map(|county| row(county, county.node)).collect(),
            schools,
            total,
            transfers: transfers.collect(),
        }
    }
}

/// Shares the target of a place between its children, and so on down.
fn settle(branch: &mut Branch, objective: Objective) {
    // Where only the county counts its pupils, or there are none, its schools share by what they have.
    let by_need = branch.children.iter().any(|child| child.need.is_some_and(|need| !need.is_zero()));
    let claim = |child: &Branch| Claim {
        need: if by_need { child.need.unwrap_or_default() } else { child.cap },
        floor: child.floor,
    };
    let claims: Vec<Claim> = branch.children.iter().map(claim).collect();
    let Some(targets) = objective.share(branch.target, &claims) else { return };
    for (child, target) in branch.children.iter_mut().zip(targets) {
        child.target = target;
        settle(child, objective);
    }
}
