//! Opening nodes: the rows of a charter as the tree, the details and the books, side by side.

use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use super::book::{Book, Rise, Sums};
use super::known::Known;
use super::past::YEARS;
use super::{Detail, KindIx, Ledger, Pages, Row, Slots, TagIx, TagList, TagNames, Tags};
use crate::graph::{NodeIx, QuotaGraph, Role};
use crate::model::{Children, NodeRows, NodeTree, NodeView, Seats, What};

/// Vacancies at the year ends before the opening, newest first.
type Ends = [Known; YEARS];

/// Year ends that go into the books when all the rest stands, with the number of the node in the charter.
pub(super) type Later = Vec<(u32, NodeIx, KindIx, Ends)>;

impl Ledger {
    /// Nodes from the root down, each place's children in the order of the charter. So many pools will follow.
    pub(super) fn open_nodes(
        &mut self,
        nodes: NodeRows,
        tree: NodeTree,
        pools: usize,
    ) -> Result<Later, String> {
        /// Below it a thread costs more than it saves.
        const MANY: usize = 5_000;
        let levels = nodes.words().iter().map(|word| self.level_place(word)).collect::<Vec<_>>();
        let kinds = nodes.kinds().iter().map(|kind| self.known_kind(kind)).collect::<Result<Vec<_>, _>>()?;
        let order = Order::of(&nodes, &tree, &levels)?;
        let level = |node: NodeView<'_>| levels.get(node.level_place()).copied().flatten();
        let NodeTree { mut ids, .. } = tree;
        let shape = || {
            let places = order.places(nodes.len());
            ids.renumber(|number| places.get(number as usize).copied().unwrap_or(u32::MAX));
            let mut details = Pages::default();
            for (_, node, _) in order.each(&nodes) {
                details.push(Detail {
                    name: node.own_name(),
                    tier: node.tier().map(|tier| triomphe::Arc::new(tier.into())),
                    facts: node.facts().map(Arc::clone),
                    pool: None,
                });
            }
            let shapes = order.each(&nodes).map(|(_, node, parent)| {
                let (level, role) = level(node).unwrap_or((0, Role::Pool));
                (node.id().clone(), level, role, parent)
            });
            (QuotaGraph::of(nodes.len().saturating_add(pools), shapes, ids), details)
        };
        let books = || {
            let lists = vec![None; nodes.tag_lists().len()];
            let mut opened = Opened { kinds: &kinds, parents: &order.parents, lists, ..Opened::default() };
            let mut above = NodeIx::at(0);
            for (run, parent) in &order.runs {
                if opened.rows.len() == 1 {
                    // Nothing lies above the root.
                    opened.above = Vec::new();
                } else if above != *parent {
                    opened.go_on_below(above);
                }
                above = *parent;
                for (number, node) in nodes.run(run.clone()) {
                    let unit = level(node).is_some_and(|(_, role)| role == Role::Unit);
                    opened.node(&nodes, (number, node), unit);
                }
            }
            if opened.rows.len() > 1 {
                opened.go_on_below(above);
            }
            opened
        };
        let ((shape, details), opened) = if nodes.len() < MANY {
            (shape(), books())
        } else {
            thread::scope(|scope| {
                let shape = scope.spawn(shape);
                let opened = books();
                (shape.join().unwrap_or_else(|panic| resume_unwind(panic)), opened)
            })
        };
        let Opened { rows, books, tags, gathered, later, .. } = opened;
        self.shape = Arc::new(shape);
        (self.details, self.rows, self.books, self.tags) = (details, rows, books, Arc::new(tags));
        drop(nodes);
        for (parent, above) in gathered {
            self.open_above(parent, above);
        }
        Ok(later)
    }

    /// Adds what was gathered from a jurisdiction's children to it and everything above it, once for all.
    fn open_above(&mut self, parent: NodeIx, above: Vec<(KindIx, Gathered)>) {
        for (kind, gathered) in above {
            if !gathered.allotted.is_zero() {
                let book = self.book_or_open(parent, kind);
                if let Some(book) = self.books.get_mut(book) {
                    book.allotted += gathered.allotted;
                }
            }
            let rise = Rise {
                charge: gathered.charge,
                sums: gathered.every,
                tags: Some(TagList::new()),
                movement: None,
            };
            self.climb(parent, kind, &rise, None);
            for (tag, sums) in gathered.tagged.into_iter().filter(|(_, sums)| *sums != Sums::default()) {
                let shape = Arc::clone(&self.shape);
                shape.path(parent).for_each(|place| self.add_to_group(place, tag, kind, &sums));
            }
        }
    }
}

/// The nodes in the order of their places.
struct Order {
    /// Numbers in the charter, all that lies in a place together, and that place; the root is its own.
    runs: Vec<(Range<u32>, NodeIx)>,
    /// By place: the place it lies in.
    parents: Vec<NodeIx>,
}

impl Order {
    fn of(nodes: &NodeRows, tree: &NodeTree, levels: &[Option<(u8, Role)>]) -> Result<Self, String> {
        let children = Children::of(nodes, &tree.parents);
        let root = *nodes.roots().first().ok_or("there is no root")?;
        let mut order = Self { runs: Vec::new(), parents: Vec::with_capacity(nodes.len()) };
        let mut waiting = Vec::new();
        let mut stand = |run: Range<u32>, parent: NodeIx, waiting: &mut Vec<(u32, NodeIx)>| {
            for (number, node) in nodes.run(run.clone()) {
                let level = levels.get(node.level_place()).copied().flatten();
                let (_, role) = level.ok_or_else(|| format!("level `{}` is unknown", node.level()))?;
                if role == Role::Jurisdiction {
                    let own = u32::try_from(order.parents.len()).unwrap_or(u32::MAX);
                    waiting.push((number, NodeIx::at(own)));
                }
                order.parents.push(parent);
            }
            order.runs.push((run, parent));
            Ok::<_, String>(())
        };
        stand(root..root.saturating_add(1), NodeIx::at(0), &mut waiting)?;
        while let Some((parent, place)) = waiting.pop() {
            for run in children.inside(nodes, parent) {
                stand(run, place, &mut waiting)?;
            }
        }
        if order.parents.len() == nodes.len() { Ok(order) } else { Err("a node hangs on nothing".to_owned()) }
    }

    /// Each node with its number and the place it lies in.
    fn each<'a>(&'a self, nodes: &'a NodeRows) -> impl Iterator<Item = (u32, NodeView<'a>, NodeIx)> + 'a {
        let run = |(run, parent): &'a (Range<u32>, NodeIx)| {
            nodes.run(run.clone()).map(|(number, node)| (number, node, *parent))
        };
        self.runs.iter().flat_map(run)
    }

    /// By number in the charter: the place.
    fn places(&self, count: usize) -> Vec<u32> {
        let mut places = vec![u32::MAX; count];
        for (number, place) in self.runs.iter().flat_map(|(run, _)| run.clone()).zip(0_u32..) {
            if let Some(known) = places.get_mut(number as usize) {
                *known = place;
            }
        }
        places
    }
}

/// What was opened so far, of nodes in the order of their places.
#[derive(Default)]
struct Opened<'a> {
    rows: Pages<Row>,
    books: Pages<Book>,
    tags: TagNames,
    /// By list of tags in the charter, once it was met.
    lists: Vec<Option<Tags>>,
    /// By kind in the charter.
    kinds: &'a [KindIx],
    /// By place: what it lies in.
    parents: &'a [NodeIx],
    /// What follows from the children of a jurisdiction for it and everything above it: of the one whose children
    /// are being opened, and of those before.
    above: Vec<(KindIx, Gathered)>,
    gathered: Vec<(NodeIx, Vec<(KindIx, Gathered)>)>,
    later: Later,
    /// Of the node that is being opened.
    counted: Vec<Counted>,
    /// Year ends that were met: most are among few.
    ends: Vec<Option<Arc<Ends>>>,
}

#[derive(Default)]
struct Gathered {
    allotted: Seats,
    charge: Seats,
    every: Sums,
    tagged: Vec<(TagIx, Sums)>,
}

/// What is counted of a node in one kind: its cap and its people, and its last year ends.
type Counted = (KindIx, [Seats; 2], Option<Ends>);

impl Opened<'_> {
    /// Opens a node's own books, and gathers what follows from them above.
    fn node(&mut self, nodes: &NodeRows, (number, node): (u32, NodeView<'_>), unit: bool) {
        let place = NodeIx::at(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        let tags = self.tags_of(nodes, node.tags_place());
        let mut row = Row { books: Slots::new(), tags, ties: None };
        self.count(node);
        let mut counted = std::mem::take(&mut self.counted);
        for (kind, [cap, occupied], ends) in counted.drain(..) {
            if cap.is_zero() && occupied.is_zero() {
                self.later.extend(ends.map(|ends| (number, place, kind, ends)));
                continue;
            }
            let mut book = Book { cap, occupied, charged: occupied, ..Book::default() };
            let sums = if unit { book.sums() } else { Sums::default() };
            match ends {
                Some(ends) if unit => book.ends = Some(self.shared(ends)),
                Some(ends) => self.later.push((number, place, kind, ends)),
                None => {}
            }
            let gathered = entry(&mut self.above, kind);
            gathered.allotted += cap;
            gathered.charge += occupied;
            gathered.every.take_in(&sums);
            if unit {
                for tag in row.tags.iter() {
                    let known = entry(&mut gathered.tagged, *tag);
                    known.take_in(&sums);
                }
            }
            let book = self.books.push(book);
            row.have(kind, book);
        }
        self.counted = counted;
        self.rows.push(row);
    }

    /// Gathers what is counted of a node, by the ids of the kinds: of those with a cap, with people, with year ends alone.
    fn count(&mut self, node: NodeView<'_>) {
        let (kinds, all) = (self.kinds, &mut self.counted);
        let mut at = 0;
        for (what, kind, count) in node.counts() {
            if what != What::Year {
                let kind = kinds.get(kind).copied().unwrap_or(KindIx(u16::MAX));
                at = all.iter().position(|(known, ..)| *known == kind).unwrap_or(all.len());
                if at == all.len() {
                    all.push((kind, [Seats::ZERO; 2], None));
                }
            }
            let Some((_, [cap, occupied], ends)) = all.get_mut(at) else { continue };
            match what {
                What::Cap => *cap = count,
                What::Occupied => *occupied = count,
                What::Years => *ends = Some(Ends::default()),
                What::Year => {
                    let [newest, before, oldest] = ends.get_or_insert_default();
                    (*oldest, *before, *newest) = (*before, *newest, count.into());
                }
            }
        }
    }

    fn tags_of(&mut self, nodes: &NodeRows, list: usize) -> Tags {
        let Some(known) = self.lists.get_mut(list) else { return Tags::default() };
        let names = nodes.tag_lists().get(list).map_or(&[][..], Vec::as_slice);
        known.get_or_insert_with(|| names.iter().map(|tag| self.tags.find_or_add(tag)).collect()).clone()
    }

    /// These year ends, with others' that are the same.
    fn shared(&mut self, ends: Ends) -> Arc<Ends> {
        // A slot for what each of three digits may be; in a city most stay empty, and making them costs more than it saves.
        let many = if self.parents.len() < 4096 { 256 } else { 4096 };
        let known = ends.iter().filter_map(|end| end.get());
        let mixed = known.fold(0_i64, |mixed, end| mixed.wrapping_mul(16).wrapping_add(end));
        if self.ends.is_empty() {
            self.ends.resize(many, None);
        }
        let at = usize::try_from(mixed & 4095).ok().and_then(|at| at.checked_rem(many));
        let known = at.and_then(|at| self.ends.get_mut(at));
        match known {
            Some(Some(known)) if **known == ends => Arc::clone(known),
            Some(known) => Arc::clone(known.insert(Arc::new(ends))),
            None => Arc::new(ends),
        }
    }

    /// All that lies directly in a jurisdiction is open: what follows above has a book from now on.
    fn go_on_below(&mut self, parent: NodeIx) {
        let above = std::mem::take(&mut self.above);
        for (kind, gathered) in &above {
            if !gathered.allotted.is_zero() {
                self.have_book(parent, *kind);
            }
            if gathered.charge.is_zero() && gathered.every == Sums::default() {
                continue;
            }
            let mut next = Some(parent);
            while let Some(place) = next {
                self.have_book(place, *kind);
                next = self.parents.get(place.index()).copied().filter(|above| *above != place);
            }
        }
        if !above.is_empty() {
            self.gathered.push((parent, above));
        }
    }

    fn have_book(&mut self, place: NodeIx, kind: KindIx) {
        let known = |row: &Row| row.books.iter().any(|(known, _)| *known == kind);
        if self.rows.get(place.index()).is_some_and(known) {
            return;
        }
        let book = self.books.push(Book::default());
        if let Some(row) = self.rows.get_mut(place.index()) {
            row.have(kind, book);
        }
    }
}

/// The value under a key of a few, which is added if it is new.
fn entry<K: PartialEq, V: Default>(few: &mut Vec<(K, V)>, key: K) -> &mut V {
    let at = few.iter().position(|(known, _)| *known == key).unwrap_or(few.len());
    if at == few.len() {
        few.push((key, V::default()));
    }
    #[expect(clippy::indexing_slicing, reason = "found or pushed just above")]
    &mut few[at].1
}
