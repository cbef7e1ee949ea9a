//! Codes of the laws and of bad input: the closed list of what the library itself may answer.

use std::fmt;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$row:meta])* $variant:ident = $code:literal, $zh:literal, $en:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$row])* $variant,)* }

        impl $name {
            /// Every code, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What it means, in Chinese.
            pub fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* }
            }

            /// What it means, in English.
            pub fn en(self) -> &'static str {
                match self { $(Self::$variant => $en,)* }
            }

            /// The code with this text.
            pub fn from_code(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::from_code(&text).ok_or_else(|| serde::de::Error::custom(format!("unknown code `{text}`")))
            }
        }
    };
}

codes! {
    /// A law that stopped a request.
    LawCode {
        /// L1: charged ≤ cap at every node and kind; a pool's use ≤ its size.
        Cap = "cap", "占用将超过核定数", "the charge would exceed the cap";
        /// L2: what is handed down, promised and lent by a jurisdiction itself ≤ its cap.
        Allotment = "allotment", "下达数将超过总量", "what is handed down would exceed the cap";
        /// L4: a loan's people ≤ its seats, all inside the borrower, nobody sits on a returned seat.
        UseWithinRight = "use-within-right", "超出使用权范围", "outside the right of use";
        /// L5: only own, available seats can be lent; borrowed ones never.
        LendingOn = "lending-on", "借入编制不得再借出", "borrowed seats are never lent on";
        /// L6: one person, one seat, across the whole graph.
        OnePersonOneSeat = "one-person-one-seat", "一人只能占用一个编制", "the person already sits on a seat";
        /// L7: a seat keeps its kind along every route.
        Kind = "kind", "编制类别不得混用", "kinds of quota never mix";
        /// L9: an actor changes only what its node contains.
        Reach = "reach", "超出申请方权限范围", "out of the actor's reach";
    }
}

codes! {
    /// A fault of the request itself.
    InputCode {
        /// A node that is not there, or no longer.
        UnknownNode = "unknown-node", "没有这个节点", "there is no such node";
        /// A kind that the charter does not declare.
        UnknownKind = "unknown-kind", "没有这个编制类别", "there is no such kind";
        /// A loan that is not open.
        UnknownLoan = "unknown-loan", "没有这笔有效调借", "there is no such open loan";
        /// A permit that is not open.
        UnknownPermit = "unknown-permit", "没有这份有效核准", "there is no such open permit";
        /// A person who sits on no seat, or an unnamed one where there is none.
        UnknownPerson = "unknown-person", "没有这名在编人员", "there is no such person in post";
        /// An id that cannot be given to something new.
        BadId = "bad-id", "编号不合规范", "the id is not well formed";
        /// An id that was used before.
        DuplicateId = "duplicate-id", "编号已被使用", "the id was used before";
        /// People and permits belong to units.
        NotAUnit = "not-a-unit", "不是单位", "it is not a unit";
        /// A place or level where the node cannot stand.
        WrongLevel = "wrong-level", "层级不符", "the level does not fit";
        /// Something that still holds people, loans, permits or nodes.
        NotEmpty = "not-empty", "尚未清空", "it is not empty";
        /// A date before the books' own.
        Backdated = "backdated", "日期早于账面日期", "the date lies before the books' day";
        /// A count or a pair of ends that makes no sense here.
        BadCount = "bad-count", "数量或两端不合要求", "the count or the ends do not fit";
        /// A schedule out of order, not summing up, or past the term.
        BadSchedule = "bad-schedule", "归还计划不合要求", "the schedule does not fit";
        /// An entry that is not recorded.
        UnknownEntry = "unknown-entry", "没有这条记录", "there is no such entry";
        /// An entry whose effect cannot be taken back any more.
        NotReversible = "not-reversible", "该记录已不能冲正", "the entry can no longer be reversed";
    }
}
