//! Node parts: nodes of opening books as they are read, a part of a file at a time.

use std::ops::Range;
use std::sync::Arc;

use super::node_rows::{NOTHING, NodeRows, What, Words, number};
use super::{Facts, NodeId, OpeningNode, Places, Seats};

/// Rows that are full.
#[derive(Debug, Clone)]
pub(super) struct NodePart {
    pub(super) rows: Vec<NodeRow>,
    pub(super) names: Arc<str>,
    pub(super) counts: Vec<Count>,
    /// Counts that have no room beside their kinds.
    pub(super) wide: Vec<Seats>,
    pub(super) facts: Vec<Arc<Facts>>,
}

/// A node, with all that it shares by number. Its name and its counts begin where those of the row before end.
#[derive(Debug, Clone)]
pub(super) struct NodeRow {
    pub(super) id: NodeId,
    pub(super) parent: u32,
    pub(super) level: u32,
    pub(super) tier: u32,
    pub(super) tags: u32,
    pub(super) facts: u32,
    pub(super) name_to: u32,
    pub(super) counts_to: u32,
    /// Whether its name is its id.
    pub(super) unnamed: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    pub(super) what: What,
    /// Whether the value is a place among the wide ones.
    wide: bool,
    pub(super) kind: u16,
    value: i32,
}

impl NodePart {
    pub(super) fn value(&self, count: Count) -> Seats {
        match usize::try_from(count.value) {
            Ok(place) if count.wide => self.wide.get(place).copied().unwrap_or_default(),
            Ok(_) | Err(_) => Seats::from(count.value),
        }
    }
}

/// Nodes that are being read: a part of [`NodeRows`] that does not know the others.
#[derive(Default)]
pub(crate) struct NodeDraft {
    rows: Vec<NodeRow>,
    names: String,
    counts: Vec<Count>,
    wide: Vec<Seats>,
    facts: Vec<Arc<Facts>>,
    words: Words,
    last_word: u32,
    tags: Vec<Vec<String>>,
    /// Lists of tags by the text that they were read from.
    tag_places: Places<Box<str>, u32>,
    parents: Vec<NodeId>,
    runs: Vec<Range<u32>>,
    roots: Vec<u32>,
}

/// What a node is beside its counts.
pub(crate) struct NodeWords<'a> {
    pub(crate) id: &'a str,
    pub(crate) parent: Option<&'a str>,
    pub(crate) level: &'a str,
    pub(crate) tier: Option<&'a str>,
    /// The id where nothing is given.
    pub(crate) name: Option<&'a str>,
    /// The place of its list of tags.
    pub(crate) tags: u32,
    pub(crate) facts: Facts,
}

impl NodeDraft {
    /// A draft with room for so many nodes.
    pub(crate) fn with_capacity(nodes: usize) -> Self {
        let mut draft = Self::default();
        draft.rows.reserve_exact(nodes);
        draft
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Counts something of the next node.
    pub(crate) fn count(&mut self, what: What, kind: u16, count: Seats) {
        let narrow = i32::try_from(count.get()).ok();
        let value = narrow.unwrap_or_else(|| {
            self.wide.push(count);
            i32::try_from(self.wide.len().saturating_sub(1)).unwrap_or(i32::MAX)
        });
        let wide = narrow.is_none();
        self.counts.push(Count { what, wide, kind, value });
    }

    /// Forgets what was counted of the next node.
    pub(crate) fn forget(&mut self) {
        self.counts.truncate(self.rows.last().map_or(0, |last| last.counts_to as usize));
    }

    /// The place of the list of tags that a text means.
    pub(crate) fn tags<'t, I: Iterator<Item = &'t str>>(
        &mut self,
        text: &'t str,
        split: impl Fn(&'t str) -> I,
    ) -> u32 {
        if let Some(known) = self.tag_places.get(text) {
            return *known;
        }
        let place = number(self.tags.len());
        self.tags.push(split(text).map(str::to_owned).collect());
        self.tag_places.insert(text.into(), place);
        place
    }

    /// Adds a node, of which everything was counted.
    pub(crate) fn push(&mut self, words: NodeWords<'_>) {
        let NodeWords { id, parent, level, tier, name, tags, facts } = words;
        let parent = self.run_in(parent);
        if self.words.all.get(self.last_word as usize).is_none_or(|last| last != level) {
            self.last_word = self.words.place(level);
        }
        let name = name.filter(|name| *name != id);
        self.names.push_str(name.unwrap_or_default());
        let facts = if facts.is_empty() {
            NOTHING
        } else {
            self.facts.push(Arc::new(facts));
            number(self.facts.len().saturating_sub(1))
        };
        self.rows.push(NodeRow {
            id: id.into(),
            parent,
            level: self.last_word,
            tier: tier.map_or(NOTHING, |tier| self.words.place(tier)),
            tags,
            facts,
            name_to: number(self.names.len()),
            counts_to: number(self.counts.len()),
            unnamed: name.is_none(),
        });
    }

    /// The run of the next node. Children mostly stand together.
    fn run_in(&mut self, parent: Option<&str>) -> u32 {
        let own = number(self.rows.len());
        let Some(parent) = parent else {
            self.roots.push(own);
            return NOTHING;
        };
        let same = self.parents.last().is_some_and(|last| last.as_str() == parent);
        if let Some(last) = self.runs.last_mut().filter(|last| same && last.end == own) {
            last.end = own.saturating_add(1);
        } else {
            self.parents.push(parent.into());
            self.runs.push(own..own.saturating_add(1));
        }
        number(self.runs.len().saturating_sub(1))
    }
}

impl NodeRows {
    /// Adds the nodes of a draft, whose kinds are these rows' own.
    pub(crate) fn append(&mut self, draft: NodeDraft) {
        let NodeDraft { mut rows, names, counts, wide, facts, words, tags, parents, runs, roots, .. } = draft;
        if rows.is_empty() {
            return;
        }
        let words: Vec<u32> = words.all.iter().map(|word| self.words.place(word)).collect();
        let tags: Vec<u32> = tags.into_iter().map(|tags| self.tags_place(tags)).collect();
        let (before, runs_before) = (number(self.length), number(self.runs.len()));
        self.parents.extend(parents);
        let moved = |at: u32| at.saturating_add(before);
        self.runs.extend(runs.into_iter().map(|run| moved(run.start)..moved(run.end)));
        self.roots.extend(roots.into_iter().map(moved));
        let at = |places: &[u32], place: u32| places.get(place as usize).copied().unwrap_or(NOTHING);
        for row in &mut rows {
            row.level = at(&words, row.level);
            row.tier = at(&words, row.tier);
            row.tags = at(&tags, row.tags);
            if row.parent != NOTHING {
                row.parent = row.parent.saturating_add(runs_before);
            }
        }
        self.starts.push(self.length);
        self.length = self.length.saturating_add(rows.len());
        self.parts.push(NodePart { rows, names: names.into(), counts, wide, facts });
    }

    fn tags_place(&mut self, tags: Vec<String>) -> u32 {
        if let Some(known) = self.tag_places.get(&tags) {
            return *known;
        }
        let place = number(self.tags.len());
        self.tags.push(tags.clone());
        self.tag_places.insert(tags, place);
        place
    }
}

impl From<Vec<OpeningNode>> for NodeRows {
    fn from(nodes: Vec<OpeningNode>) -> Self {
        /// So many in a part: a long name each, and its places still are numbers of four bytes.
        const PART: usize = 1 << 16;
        let mut all = Self::default();
        let mut draft = NodeDraft::default();
        for node in nodes {
            for (kind, count) in &node.caps {
                draft.count(What::Cap, all.kind(kind), *count);
            }
            for (kind, count) in &node.occupied {
                draft.count(What::Occupied, all.kind(kind), *count);
            }
            for (kind, history) in &node.history {
                let kind = all.kind(kind);
                draft.count(What::Years, kind, Seats::new(0));
                history.year_end_vacancy.iter().for_each(|year| draft.count(What::Year, kind, *year));
            }
            if draft.tags.last() != Some(&node.tags) {
                draft.tags.push(node.tags);
            }
            draft.push(NodeWords {
                id: node.id.as_str(),
                parent: node.parent.as_ref().map(NodeId::as_str),
                level: &node.level,
                tier: node.tier.as_deref(),
                name: Some(&node.name),
                tags: number(draft.tags.len().saturating_sub(1)),
                facts: Facts::from(&node.facts),
            });
            if draft.len() == PART {
                all.append(std::mem::take(&mut draft));
            }
        }
        all.append(draft);
        all
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{ByKind, FactValue, NodeRows, OpeningHistory, OpeningNode, Seats};

    #[test]
    fn what_goes_in_comes_out_and_is_found() {
        let of = |seats: &[(&str, i64)]| -> ByKind<Seats> {
            seats.iter().map(|(kind, count)| ((*kind).into(), Seats::new(*count))).collect()
        };
        let ends = |ends: &[i64]| OpeningHistory {
            year_end_vacancy: ends.iter().copied().map(Seats::new).collect(),
        };
        let node = |number: usize| OpeningNode {
            id: format!("n{number}").as_str().into(),
            parent: (number > 0).then(|| format!("n{}", number / 3).as_str().into()),
            level: if number.is_multiple_of(2) { "city" } else { "a level" }.into(),
            tier: number.is_multiple_of(5).then(|| "a tier".into()),
            name: ["", "长名", &format!("n{number}")][number % 3].into(),
            tags: ["a;b", "c"][..number % 3].iter().map(|tag| (*tag).to_owned()).collect(),
            facts: (0..number % 2).map(|fact| (fact.to_string(), FactValue::YesNo(true))).collect(),
            caps: of(&[("b", i64::MIN), ("a", 7)][..number % 3]),
            occupied: of(&[("a", i64::MAX), ("c", -1)][..number % 3]),
            history: [("b", ends(&[1, 2])), ("a", ends(&[]))]
                .into_iter()
                .take(number % 3)
                .map(|(kind, ends)| (kind.into(), ends))
                .collect(),
        };
        let nodes: Vec<OpeningNode> = (0..70_000).map(node).collect();
        let rows = NodeRows::from(nodes.clone());
        assert_eq!((rows.len(), rows.words().len()), (70_000, 3));
        assert!(rows.to_nodes() == nodes);
        let tree = rows.tree().unwrap();
        for number in [0, 1, 65_535, 65_536, 69_999] {
            assert_eq!(tree.ids.find(&format!("n{number}"), |at| rows.id(at)), Some(number));
            let parent = rows.get(number as usize).and_then(|node| tree.parents[node.run()? as usize]);
            assert_eq!(parent, (number > 0).then_some(number / 3));
        }
        let twice = NodeRows::from(vec![node(0), node(0)]);
        assert!(twice.tree().is_err());
    }
}
