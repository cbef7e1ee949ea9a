//! The school standard: stages with their facts and ratios, read from the parameters of a day.

use rust_decimal::Decimal;

use super::Objective;
use crate::document::nearest;
use crate::error::{Fault, Phrase, told};
use crate::model::{Date, FactValue, KindId, Mention, Seats};
use crate::policy::PolicySet;

/// The stages: the fact that counts pupils, the parameter with pupils a member of staff.
const STAGES: [(&str, &str); 3] = [
    ("pupils_senior", "school.ratio_senior"),
    ("pupils_junior", "school.ratio_junior"),
    ("pupils_primary", "school.ratio_primary"),
];

/// More pupils than this in one place are a mistake.
pub(super) const MOST_PUPILS: i64 = 10_000_000;

/// The facts that count pupils, in the order of [`Pupils`].
pub(super) fn facts() -> [&'static str; 3] {
    STAGES.map(|(fact, _)| fact)
}

/// Pupils by stage: senior (高中), junior (初中), primary (小学).
pub type Pupils = [i64; 3];

/// What the policies of a day say of school quota.
#[derive(Debug, Clone)]
pub(super) struct Standard {
    ratios: [Decimal; 3],
    pub(super) objective: Objective,
    pub(super) kind: KindId,
    pub(super) purpose: Option<String>,
}

impl Standard {
    /// Reads the parameters, or names all that are missing or out of range.
    pub(super) fn read(policies: &PolicySet, on: Date) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let ratios = STAGES.map(|(_, name)| match policies.parameter_on(name, on) {
            Some(FactValue::Whole(ratio)) if ratio > 0 => Decimal::from(ratio),
            Some(FactValue::Number(ratio)) if ratio > Decimal::ZERO => ratio,
            other => {
                faults.push(missing(name, on, ["大于 0 的数", "a number above 0"], other.as_ref()));
                Decimal::ONE
            }
        });
        let mut text = |name: &str, needed: [&str; 2]| match policies.parameter_on(name, on) {
            Some(FactValue::Text(text)) => Some(text),
            other => {
                faults.push(missing(name, on, needed, other.as_ref()));
                None
            }
        };
        let word = text(
            "school.objective",
            [" `proportional` 或 `least_squares`", "`proportional` or `least_squares`"],
        );
        let kind = text("school.kind", ["编制类别", "a kind of quota"]);
        let objective = word.as_deref().and_then(|word| {
            let found = Objective::ALL.into_iter().find(|(_, name)| *name == word);
            if found.is_none() {
                let hint = Phrase::hint(nearest(word, Objective::ALL.map(|(_, name)| name)));
                let told =
                    told!("`school.objective` 不能是 `{word}`{hint}", "`school.objective` is `{word}`{hint}"; hint);
                faults.push(Fault::told_nowhere(told));
            }
            found.map(|(objective, _)| objective)
        });
        let purpose = match policies.parameter_on("school.purpose", on) {
            Some(FactValue::Text(purpose)) if !purpose.is_empty() => Some(purpose),
            Some(_) | None => None,
        };
        let undeclared =
            purpose.as_deref().and_then(|name| policies.undeclared_told(&Mention::Purpose(name)));
        faults.extend(undeclared.map(|told| {
            Fault::told_nowhere(told!("`school.purpose`：{told}", "`school.purpose`: {told}"; told))
        }));
        match (objective, kind) {
            (Some(objective), Some(kind)) if faults.is_empty() => {
                Ok(Self { ratios, objective, kind: kind.into(), purpose })
            }
            _ => Err(faults),
        }
    }

    /// Σ over stages ⌈pupils / ratio⌉.
    pub(super) fn need(&self, pupils: &Pupils) -> Seats {
        let stages = pupils.iter().zip(&self.ratios);
        stages.map(|(pupils, ratio)| staff(*pupils, *ratio)).sum()
    }
}

fn missing(name: &str, on: Date, [zh, en]: [&str; 2], found: Option<&FactValue>) -> Fault {
    Fault::told_nowhere(match found {
        Some(value) => told!(
            "参数 `{name}` 在 {on} 是 `{value}`，应为{zh}",
            "the parameter `{name}` is `{value}` on {on}, {en} is needed"
        ),
        None => told!(
            "政策在 {on} 没有参数 `{name}`：应为{zh}",
            "the policies have no parameter `{name}` on {on}: {en}"
        ),
    })
}

/// ⌈pupils / ratio⌉ in whole numbers: a decimal is a whole number of parts of a power of ten.
fn staff(pupils: i64, ratio: Decimal) -> Seats {
    let ratio = ratio.normalize();
    let parts = 10_i128.saturating_pow(ratio.scale()).saturating_mul(i128::from(pupils));
    let up = parts.saturating_add(ratio.mantissa()).saturating_sub(1);
    let staff = up.checked_div(ratio.mantissa()).and_then(|staff| i64::try_from(staff).ok());
    Seats::new(staff.unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::staff;

    #[test]
    fn staff_is_rounded_up_exactly() {
        for (pupils, ratio, expect) in [
            (0, "12.5", 0),
            (1, "12.5", 1),
            (25, "12.5", 2),
            (26, "12.5", 3),
            (27, "13.5", 2),
            (108_062, "12.5", 8_645),
            (212_842, "13.5", 15_767),
            (551_035, "19", 29_002),
            (10_000_000, "0.0000000000000000000000000001", i64::MAX),
            (3, "2.9999999999999999999999999999", 2),
        ] {
            assert_eq!(staff(pupils, ratio.parse().unwrap()).get(), expect, "{pupils} / {ratio}");
        }
    }
}
