//! Types: what the tree knows of every expression of a script.

use std::fmt;

use crate::error::Phrase;

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Type {
    /// No result.
    Nothing,
    /// One thing.
    One(Item),
    /// A list of things of one type.
    List(Item),
    /// The list without elements, which is a list of anything.
    EmptyList,
    /// `#{name: value}`, the facts that go with a reason.
    Facts,
    /// Not known, because a fault was found there: nothing more is said about it.
    Unknown,
}

/// The type of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Item {
    Number,
    Decimal,
    Text,
    YesNo,
    Date,
    /// A view, and whether a kind of quota is bound to it.
    View(Sort, bool),
}

/// The sorts of views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Sort {
    /// A request, by the place of its verb in the list of verbs.
    Request(u8),
    /// An event, by its place in the list of events.
    Event(u8),
    Node,
    Pool,
    Loan,
    Permit,
    Person,
    Office,
    /// The tagged units inside a node.
    Group,
    /// One instalment of a schedule.
    Part,
}

/// When a function of a script is called, which says what it may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Situation {
    /// Before a request: it may deny.
    Before,
    /// Before a fact or a duty: it may only note.
    Witness,
    /// After an event: it may propose.
    After,
    /// Once for each date advanced to: it may propose.
    Date,
    /// A pool's size is asked.
    Capacity,
    /// Findings are asked for.
    Audit,
    /// No hook calls it.
    Uncalled,
}

impl Sort {
    /// Whether such a thing always has one kind of quota.
    pub(crate) fn always_bound(self) -> bool {
        matches!(self, Self::Pool | Self::Loan | Self::Permit | Self::Person | Self::Group)
    }
}

impl Type {
    pub(crate) const NUMBER: Self = Self::One(Item::Number);
    pub(crate) const DECIMAL: Self = Self::One(Item::Decimal);
    pub(crate) const TEXT: Self = Self::One(Item::Text);
    pub(crate) const YES_NO: Self = Self::One(Item::YesNo);
    pub(crate) const DATE: Self = Self::One(Item::Date);

    /// A view of this sort without a kind, unless it always has one.
    pub(crate) const fn view(sort: Sort) -> Self {
        let bound = matches!(sort, Sort::Pool | Sort::Loan | Sort::Permit | Sort::Person | Sort::Group);
        Self::One(Item::View(sort, bound))
    }

    /// A list of such views.
    pub(crate) const fn views(sort: Sort) -> Self {
        let bound = matches!(sort, Sort::Pool | Sort::Loan | Sort::Permit | Sort::Person | Sort::Group);
        Self::List(Item::View(sort, bound))
    }

    /// Whether it is a number or a decimal.
    pub(crate) fn is_numeric(self) -> bool {
        matches!(self, Self::One(Item::Number | Item::Decimal))
    }

    /// Whether a value of this type may stand where `wanted` is asked for.
    pub(crate) fn fits(self, wanted: Self) -> bool {
        match (self, wanted) {
            (Self::Unknown, _) | (_, Self::Unknown) | (Self::EmptyList, Self::List(_)) => true,
            (Self::One(one), Self::One(two)) | (Self::List(one), Self::List(two)) => one.fits(two),
            (one, two) => one == two,
        }
    }
}

impl Item {
    /// Whether such a thing may stand where `wanted` is asked for.
    pub(crate) fn fits(self, wanted: Self) -> bool {
        match (self, wanted) {
            (Self::View(Sort::Pool, _), Self::View(Sort::Node, bound)) => !bound || self.bound(),
            (Self::View(one, has), Self::View(two, bound)) => one == two && (has || !bound),
            (one, two) => one == two,
        }
    }

    fn bound(self) -> bool {
        matches!(self, Self::View(_, true))
    }
}

impl Sort {
    /// What it is called, in both languages.
    pub(crate) fn phrase(self) -> Phrase {
        let zh = match self {
            Self::Request(_) => format!("{self}（请求）"),
            Self::Event(_) => format!("{self}（事件）"),
            Self::Node => "单位".to_owned(),
            Self::Pool => "周转池".to_owned(),
            Self::Loan => "调借".to_owned(),
            Self::Permit => "用编核准".to_owned(),
            Self::Person => "人员".to_owned(),
            Self::Office => "编办".to_owned(),
            Self::Group => "分组".to_owned(),
            Self::Part => "一期归还".to_owned(),
        };
        let zh = zh.replace(" request", "").replace(" event", "");
        Phrase::both(zh, self.to_string())
    }
}

impl Item {
    fn in_chinese(self) -> String {
        match self {
            Self::Number => "整数".to_owned(),
            Self::Decimal => "小数".to_owned(),
            Self::Text => "文字".to_owned(),
            Self::YesNo => "是否".to_owned(),
            Self::Date => "日期".to_owned(),
            Self::View(sort, _) => sort.phrase().zh().to_owned(),
        }
    }

    /// What it is called, in both languages.
    pub(crate) fn phrase(self) -> Phrase {
        Phrase::both(self.in_chinese(), self.to_string())
    }
}

impl Type {
    fn in_chinese(self) -> String {
        match self {
            Self::Nothing => "空".to_owned(),
            Self::One(item) => item.in_chinese(),
            Self::List(item) => format!("{}清单", item.in_chinese()),
            Self::EmptyList => "空清单".to_owned(),
            Self::Facts => "附注".to_owned(),
            Self::Unknown => "未知".to_owned(),
        }
    }

    /// What it is called, in both languages.
    pub(crate) fn phrase(self) -> Phrase {
        Phrase::both(self.in_chinese(), self.to_string())
    }

    /// Several, with commas.
    pub(crate) fn phrases(types: &[Self]) -> Phrase {
        let joined = |named: fn(Self) -> String, comma| {
            types.iter().map(|ty| named(*ty)).collect::<Vec<_>>().join(comma)
        };
        Phrase::both(joined(Self::in_chinese, "、"), joined(|ty| ty.to_string(), ", "))
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request(verb) => return write!(f, "`{}` request", super::requests::name(*verb)),
            Self::Event(event) => return write!(f, "`{}` event", super::events::name(*event)),
            Self::Node => "node",
            Self::Pool => "pool",
            Self::Loan => "loan",
            Self::Permit => "permit",
            Self::Person => "person",
            Self::Office => "office",
            Self::Group => "group of units",
            Self::Part => "instalment",
        })
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "number",
            Self::Decimal => "decimal",
            Self::Text => "text",
            Self::YesNo => "yes/no",
            Self::Date => "date",
            Self::View(sort, _) => return fmt::Display::fmt(sort, f),
        })
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::One(item) => fmt::Display::fmt(item, f),
            Self::List(item) => write!(f, "list of {item}"),
            Self::EmptyList => f.write_str("empty list"),
            Self::Facts => f.write_str("facts"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}
