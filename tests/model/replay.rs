//! Replay: the entries an office wrote give the same books again.

use bianzhi::charter::Charter;
use bianzhi::model::Opening;
use bianzhi::office::Office;

use super::pair::Pair;

pub(crate) fn same_books(pair: &Pair, opening: &Opening) -> Result<(), String> {
    let charter = Charter::from_opening(opening.clone()).map_err(|error| error.to_string())?;
    let again = Office::replay(&charter, None, pair.office.journal().entries())
        .map_err(|error| format!("replay: {error}"))?;
    for ((node, kind), expected) in pair.model.books.table() {
        let got = again.figures(node.as_str(), kind.as_str());
        if got != Some(expected) {
            return Err(format!("after replay {node} {kind}: {got:?}, not {expected:?}"));
        }
    }
    Ok(())
}
