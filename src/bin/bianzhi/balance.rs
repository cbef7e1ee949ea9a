//! The balance: the tree of nodes with its figures, one table a kind.

use std::io::{self, Write};

use bianzhi::graph::{NodeIx, Role};
use bianzhi::ledger::{Kind, Ledger};
use bianzhi::model::{Date, Figures, Lang, Seats};
use bianzhi::office::Office;

use crate::table::{Align, Table};
use crate::terminal::Paint;

/// A column: its two headings and what stands in it.
type Column = (&'static str, &'static str, fn(&Figures) -> Seats);

const COLUMNS: [Column; 9] = [
    ("核定数", "cap", |figures| figures.cap),
    ("实有", "occupied", |figures| figures.occupied),
    ("空编", "vacancy", |figures| figures.vacancy),
    ("超编", "excess", |figures| figures.excess),
    ("借出", "lent", |figures| figures.lent),
    ("借入", "borrowed", |figures| figures.borrowed),
    ("占用", "charged", |figures| figures.charged),
    ("余量", "room", |figures| figures.room),
    ("在编", "headcount", |figures| figures.headcount),
];

/// A day, and the one up to which the books were brought if that is another: what falls due between them, and what rules
/// make of the pools, is told when they come to it.
fn at_the_end_of(day: Date, office: &Office, lang: Lang) -> String {
    let until = office.today();
    match lang {
        _ if until == day => day.to_string(),
        Lang::Zh => format!("{day}（账记到 {until}）"),
        Lang::En => format!("{day} (books kept until {until})"),
    }
}

/// Writes all books as they stand at the end of a day. A jurisdiction's figures are sums over all that lies in it.
pub(crate) fn write(
    out: &mut dyn Write,
    office: &Office,
    day: Date,
    lang: Lang,
    paint: Paint,
) -> io::Result<()> {
    let books = office.books();
    let nodes = books.nodes_in_tree_order();
    for (_, kind) in books.kinds() {
        writeln!(out)?;
        let title = format!("{} · {}", lang.pick(&kind.zh, &kind.en), at_the_end_of(day, office, lang));
        writeln!(out, "{}", paint.heading(&title))?;
        table(office, kind, &nodes, lang).write(out, "")?;
    }
    Ok(())
}

/// What people read of a node and kind: sums for a jurisdiction, a pool's size as its cap.
pub(crate) fn figures_shown(office: &Office, node: NodeIx, kind: &Kind) -> Figures {
    let books = office.books();
    match books.role(node) {
        Role::Pool => office.figures(books.id(node).as_str(), kind.id.as_str()).unwrap_or_default(),
        Role::Unit | Role::Jurisdiction => {
            books.kind(kind.id.as_str()).map(|kind| books.summed_figures(node, kind)).unwrap_or_default()
        }
    }
}

fn table(office: &Office, kind: &Kind, nodes: &[NodeIx], lang: Lang) -> Table {
    let books = office.books();
    let headings = COLUMNS.iter().map(|(zh, en, _)| (lang.pick(zh, en).to_owned(), Align::Right));
    let first = (lang.pick("单位", "node").to_owned(), Align::Left);
    let mut table = Table::new(std::iter::once(first).chain(headings));
    for node in nodes {
        let figures = figures_shown(office, *node, kind);
        if figures == Figures::default() && *node != books.root() {
            continue;
        }
        let cells = COLUMNS.iter().map(|(_, _, read)| read(&figures).to_string());
        table.row(std::iter::once(label(books, *node, lang)).chain(cells).collect());
    }
    table
}

/// The node's name, set in by its depth.
fn label(books: &Ledger, node: NodeIx, lang: Lang) -> String {
    let above = books.path(node).count().saturating_sub(1);
    let id = books.id(node);
    let name = books.name(node);
    let mark = match books.role(node) {
        Role::Pool => lang.pick("（池）", " (pool)"),
        Role::Unit | Role::Jurisdiction => "",
    };
    let blank = "  ".repeat(above);
    if name == id.as_str() { format!("{blank}{name}{mark}") } else { format!("{blank}{name}{mark} {id}") }
}
