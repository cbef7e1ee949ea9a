//! Replay: the entries an office wrote give the same books again.

use bianzhi::charter::Charter;
use bianzhi::model::Opening;
use bianzhi::office::Office;

use super::details;
use super::pair::Pair;

pub(crate) fn same_books(pair: &Pair, opening: &Opening) -> Result<(), String> {
    let charter = Charter::from_opening(opening.clone()).map_err(|error| error.to_string())?;
    let again = Office::replay(&charter, None, pair.office.journal().entries())
        .map_err(|error| format!("replay: {error}"))?;
    let table = pair.model.books.table();
    details::same(again.books(), &pair.model.books, &table)
        .map_err(|what| format!("after replay: {what}"))?;
    for ((node, kind), expected) in table {
        let got = again.figures(node.as_str(), kind.as_str());
        if got != Some(expected) {
            return Err(format!("after replay {node} {kind}: {got:?}, not {expected:?}"));
        }
    }
    Ok(())
}
