//! Nearest names: what a misspelt word most likely meant.

/// The candidate nearest to `word`, if one is near enough to be meant: about one letter in three may differ.
/// Of equally near ones the first.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer words are not names of anything; comparing them would only cost time.
    const MOST_LETTERS: usize = 80;
    let letters: Vec<char> = word.chars().flat_map(char::to_lowercase).take(MOST_LETTERS).collect();
    let allowed = letters.len().div_ceil(3).max(1);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.chars().flat_map(char::to_lowercase).take(MOST_LETTERS).collect();
        if letters.len().abs_diff(other.len()) > allowed {
            continue;
        }
        let distance = distance(&letters, &other);
        if distance <= allowed && distance < other.len() && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut previous_letter = None;
    for (row, &letter) in one.iter().enumerate() {
        let mut current = vec![row.saturating_add(1)];
        let mut left = row.saturating_add(1);
        let mut previous_other = None;
        for (column, &against) in other.iter().enumerate() {
            let after = column.saturating_add(1);
            let diagonal = last.get(column).copied().unwrap_or(usize::MAX);
            let above = last.get(after).copied().unwrap_or(usize::MAX);
            let replaced = diagonal.saturating_add(usize::from(letter != against));
            let mut least = replaced.min(above.saturating_add(1)).min(left.saturating_add(1));
            if Some(letter) == previous_other && Some(against) == previous_letter {
                let swapped = column.checked_sub(1).and_then(|at| before_last.get(at)).copied();
                least = least.min(swapped.unwrap_or(usize::MAX).saturating_add(1));
            }
            current.push(least);
            left = least;
            previous_other = Some(against);
        }
        before_last = std::mem::replace(&mut last, current);
        previous_letter = Some(letter);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn what_was_meant() {
        let names = ["occupied", "permitted", "parent", "pool", "空编"];
        for (word, expect) in [
            ("ocupied", Some("occupied")),
            ("parnet", Some("parent")),
            ("Parent", Some("parent")),
            ("pol", Some("pool")),
            ("空偏", Some("空编")),
            ("zzz", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names), expect, "{word}");
        }
    }
}
