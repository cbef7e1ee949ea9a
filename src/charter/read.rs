//! Reading: a charter's YAML into opening books and the places of their elements.

use std::path::Path;

use super::check::Unread;
use super::part::{Places, Spots};
use super::record::{LIST, Record, TEXT, misfit};
use super::table;
use crate::document::{Document, Node, Table};
use crate::error::{Fault, Phrase, told};
use crate::model::{
    ByKind, Date, ExcessRule, KindId, NodeId, NodeRows, Opening, OpeningHistory, OpeningKind, OpeningLoan,
    OpeningNode, OpeningPeople, OpeningPermit, OpeningPerson, OpeningPool, PoolSize, Seats,
};

/// What could be read, and what could not.
pub(super) struct Read {
    /// All but the nodes.
    pub(super) opening: Opening,
    pub(super) nodes: NodeRows,
    pub(super) places: Places,
    pub(super) unread: Unread,
    pub(super) faults: Vec<Fault>,
}

const FORMAT: &str = "charter/1";

/// Reads as much as can be read; an error only where there is no tree at all.
pub(super) fn read(path: &Path, text: &str) -> Result<Read, Vec<Fault>> {
    let (document, mut faults) = Document::examine(path, text);
    let Some(document) = document else { return Err(faults) };
    let mut own = Vec::new();
    let Some(record) = Record::begin(&document, &document.root, &mut own) else {
        faults.extend(own);
        return Err(faults);
    };
    let mut reading = Reading {
        document: &document,
        opening: empty(),
        nodes: NodeRows::default(),
        places: Places { file: Some(path.to_path_buf()), ..Places::default() },
        unread: Unread::default(),
        faults,
    };
    reading.charter(record);
    reading.faults.extend(own);
    let Reading { mut opening, mut nodes, places, unread, faults, .. } = reading;
    if !opening.nodes.is_empty() {
        nodes = std::mem::take(&mut opening.nodes).into();
    }
    Ok(Read { opening, nodes, places, unread, faults })
}

fn empty() -> Opening {
    Opening {
        opened: Date::MIN,
        levels: Vec::new(),
        kinds: Vec::new(),
        excess: ExcessRule::Refuse,
        nodes: Vec::new(),
        pools: Vec::new(),
        people: OpeningPeople::default(),
        loans: Vec::new(),
        permits: Vec::new(),
    }
}

struct Reading<'a> {
    document: &'a Document,
    /// Its nodes are those that stand in the charter itself.
    opening: Opening,
    /// The nodes of a table.
    nodes: NodeRows,
    places: Places,
    unread: Unread,
    faults: Vec<Fault>,
}

impl<'a> Reading<'a> {
    fn charter(&mut self, mut record: Record<'a, '_>) {
        if let Some(format) = record.needed("bianzhi")
            && format.text() != Some(FORMAT)
        {
            record.misfit("bianzhi", format, [" `charter/1`", "`charter/1`"]);
        }
        match record.day("opened") {
            Some(opened) => self.opening.opened = opened,
            None => self.unread.opened = true,
        }
        match record.needed("levels") {
            Some(levels) => self.levels(levels),
            None => self.unread.levels = true,
        }
        match record.needed("kinds") {
            Some(kinds) => self.kinds(kinds),
            None => self.unread.kinds = true,
        }
        if let Some(node) = record.node("excess") {
            match node.text() {
                Some("refuse") => {}
                Some("tolerate") => self.opening.excess = ExcessRule::Tolerate,
                Some(_) | None => {
                    let needed =
                        [" `refuse`（不容超编）或 `tolerate`（容许原有超编）", "`refuse` or `tolerate`"];
                    record.misfit("excess", node, needed);
                    self.unread.excess = true;
                }
            }
        }
        match record.needed("nodes") {
            Some(nodes) => self.nodes(nodes),
            None => self.unread.nameless_node = true,
        }
        if let Some(pools) = record.node("pools") {
            self.each(pools, "pools", Self::pool);
        }
        if let Some(people) = record.node("people") {
            self.people(people);
        }
        if let Some(loans) = record.node("loans") {
            self.each(loans, "loans", Self::loan);
        }
        if let Some(permits) = record.node("permits") {
            self.each(permits, "permits", Self::permit);
        }
        record.end();
    }

    fn each(&mut self, list: &'a Node, name: &str, mut one: impl FnMut(&mut Self, &'a Node)) {
        if !list.is_list() {
            self.faults.push(self.document.told(list, misfit(name, list, LIST)));
        }
        for node in list.items() {
            one(self, node);
        }
    }

    fn levels(&mut self, list: &'a Node) {
        self.unread.levels = !list.is_list();
        self.each(list, "levels", |reading, node| {
            let Some(level) = node.text().filter(|_| !node.is_null()) else {
                let found = node.found_in_both();
                let told =
                    told!("有一个层级是{found}，应为文字", "a level is {found}, a text is needed"; found);
                reading.faults.push(reading.document.told(node, told));
                reading.unread.levels = true;
                return;
            };
            reading.opening.levels.push(level.to_owned());
            reading.places.levels.push(node.line, node.column);
        });
    }

    fn kinds(&mut self, map: &'a Node) {
        if !map.is_map() {
            let needed = ["各编制类别及其名称", "a map of kinds with their names"];
            self.faults.push(self.document.told(map, misfit("kinds", map, needed)));
            self.unread.kinds = true;
        }
        for (key, names) in map.entries() {
            let (mut zh, mut en) = (None, None);
            if !names.is_null()
                && let Some(mut record) = Record::begin(self.document, names, &mut self.faults)
            {
                zh = record.word_if("zh");
                en = record.word_if("en");
                record.end();
            }
            let name = |name: Option<&str>| name.unwrap_or(&key.text).to_owned();
            self.opening.kinds.push(OpeningKind { id: KindId::new(&key.text), zh: name(zh), en: name(en) });
            self.places.kinds.push(key.line, key.column);
        }
    }

    fn nodes(&mut self, node: &'a Node) {
        if !node.is_map() {
            self.unread.nameless_node = !node.is_list();
            self.each(node, "nodes", Self::node);
            return;
        }
        match self.table(node) {
            Some(csv) => {
                self.places.nodes = Spots::beside(&csv.file);
                let (nodes, spots) = (&mut self.nodes, &mut self.places.nodes);
                table::nodes(&csv, &self.opening, nodes, spots, &mut self.unread, &mut self.faults);
            }
            None => self.unread.nameless_node = true,
        }
    }

    fn people(&mut self, node: &'a Node) {
        if !node.is_map() {
            self.each(node, "people", Self::person);
        } else if let Some(csv) = self.table(node) {
            self.places.people = Spots::beside(&csv.file);
            let spots = &mut self.places.people;
            table::people(&csv, &mut self.opening, spots, &mut self.unread, &mut self.faults);
        }
    }

    /// The table named by `{csv: …}`, beside the charter.
    fn table(&mut self, node: &'a Node) -> Option<Table> {
        let mut record = Record::begin(self.document, node, &mut self.faults)?;
        let name = record.word("csv");
        record.end();
        let name = name?;
        let path = self.document.file.parent().unwrap_or(Path::new("")).join(name);
        match Table::read(&path) {
            Ok(table) => Some(table),
            Err(faults) => {
                self.faults.extend(faults);
                None
            }
        }
    }

    fn node(&mut self, node: &'a Node) {
        let Some(mut record) = Record::begin(self.document, node, &mut self.faults) else {
            self.unread.nameless_node = true;
            return;
        };
        let (id, level) = (record.word("id"), record.word("level"));
        let parent_node = record.node("parent");
        let parent = parent_node.and_then(Node::text);
        if let Some(found) = parent_node.filter(|_| parent.is_none()) {
            record.misfit("parent", found, TEXT);
        }
        let (name, tier) = (record.word_if("name"), record.word_if("tier"));
        let (tags, facts) = (record.words("tags"), record.facts());
        let caps = record.counts_needed("caps").into();
        let occupied = record.counts("occupied").into();
        let history = history(&mut record);
        let sound = record.end();
        let Some((id, level)) = id.zip(level).filter(|_| parent.is_some() == parent_node.is_some()) else {
            match id {
                Some(id) => self.unread.nodes.insert(id.into()),
                None => std::mem::replace(&mut self.unread.nameless_node, true),
            };
            return;
        };
        if !sound {
            self.unread.tainted.insert(self.opening.nodes.len());
        }
        self.opening.nodes.push(OpeningNode {
            id: id.into(),
            parent: parent.map(NodeId::from),
            level: level.to_owned(),
            tier: tier.map(str::to_owned),
            name: name.unwrap_or(id).to_owned(),
            tags,
            facts,
            caps,
            occupied,
            history,
        });
        self.places.nodes.push(node.line, node.column);
    }

    fn pool(&mut self, node: &'a Node) {
        let Some(mut record) = Record::begin(self.document, node, &mut self.faults) else {
            self.unread.nameless_node = true;
            return;
        };
        let (id, sponsor, kind) = (record.word("id"), record.word("sponsor"), record.word("kind"));
        let name = record.word_if("name");
        let size = match (record.node("size"), record.node("rule")) {
            (Some(size), None) => record.count_of("size", size, Seats::ZERO).map(PoolSize::Size),
            (None, Some(rule)) => record.text_of("rule", rule).map(|rule| PoolSize::Rule(rule.to_owned())),
            (Some(_), Some(_)) | (None, None) => {
                let zh = "周转池写 `size`（规模）或 `rule`（规则），只写一个";
                record.fault(node, Phrase::both(zh, "a pool has a `size` or a `rule`, one of them"));
                None
            }
        };
        let (tags, facts) = (record.words("tags"), record.facts());
        record.end();
        let (Some(id), Some(sponsor), Some(kind), Some(size)) = (id, sponsor, kind, size) else {
            self.unread.nodes.extend(id.map(NodeId::from));
            return;
        };
        self.opening.pools.push(OpeningPool {
            id: id.into(),
            sponsor: sponsor.into(),
            kind: kind.into(),
            name: name.unwrap_or(id).to_owned(),
            size,
            tags,
            facts,
        });
        self.places.pools.push(node.line, node.column);
    }

    fn person(&mut self, node: &'a Node) {
        let Some(mut record) = Record::begin(self.document, node, &mut self.faults) else {
            self.unread.people = true;
            return;
        };
        let (id, unit, kind) = (record.word("id"), record.word("unit"), record.word("kind"));
        let (category, since, loan) =
            (record.word_if("category"), record.day_if("since"), record.word_if("loan"));
        let sound = record.end();
        self.unread.people |= !sound;
        let (Some(id), Some(unit), Some(kind)) = (id, unit, kind) else { return };
        self.opening.people.push(OpeningPerson {
            id: id.into(),
            unit: unit.into(),
            kind: kind.into(),
            category: category.map(str::to_owned),
            since,
            loan: loan.map(Into::into),
        });
        self.places.people.push(node.line, node.column);
    }

    fn loan(&mut self, node: &'a Node) {
        let Some(mut record) = Record::begin(self.document, node, &mut self.faults) else { return };
        let (id, lender, borrower) = (record.word("id"), record.word("lender"), record.word("borrower"));
        let (kind, seats) = (record.word("kind"), record.count("seats", Seats::ONE));
        let occupied = record.counts("occupied");
        let (since, ends) = (record.day("since"), record.day_if("ends"));
        let (purpose, schedule) = (record.word_if("purpose"), record.schedule());
        let returned = record.count_if("returned", Seats::ZERO).unwrap_or_default();
        let draw = record.yes("draw");
        let sound = record.end();
        let whole = id.zip(lender).zip(borrower).zip(kind).zip(seats).zip(since).filter(|_| sound);
        let Some((((((id, lender), borrower), kind), seats), since)) = whole else {
            self.unread.loans.extend(id.map(Into::into));
            return;
        };
        self.opening.loans.push(OpeningLoan {
            id: id.into(),
            lender: lender.into(),
            borrower: borrower.into(),
            kind: kind.into(),
            seats,
            occupied,
            since,
            ends,
            purpose: purpose.map(str::to_owned),
            schedule,
            returned,
            draw,
        });
        self.places.loans.push(node.line, node.column);
    }

    fn permit(&mut self, node: &'a Node) {
        let Some(mut record) = Record::begin(self.document, node, &mut self.faults) else { return };
        let (id, unit, kind) = (record.word("id"), record.word("unit"), record.word("kind"));
        let (count, ends) = (record.count("count", Seats::ONE), record.day("ends"));
        let purpose = record.word_if("purpose");
        record.end();
        let Some(((((id, unit), kind), count), ends)) = id.zip(unit).zip(kind).zip(count).zip(ends) else {
            return;
        };
        self.opening.permits.push(OpeningPermit {
            id: id.into(),
            unit: unit.into(),
            kind: kind.into(),
            count,
            ends,
            purpose: purpose.map(str::to_owned),
        });
        self.places.permits.push(node.line, node.column);
    }
}

fn history(record: &mut Record<'_, '_>) -> ByKind<OpeningHistory> {
    let mut history = ByKind::new();
    let Some(node) = record.map("history") else { return history };
    for (kind, figures) in node.entries() {
        let Some(mut inner) = record.inner(figures) else { continue };
        let year_end_vacancy = inner.count_list("year_end_vacancy");
        inner.end();
        history.insert(KindId::new(&kind.text), OpeningHistory { year_end_vacancy });
    }
    history
}
