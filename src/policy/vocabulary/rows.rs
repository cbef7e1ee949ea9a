//! Rows: one for each word of a view, with its names, its type and how its value is found.

use super::types::{Item, Sort, Type};
use crate::policy::call::{Call, Fail};
use crate::policy::value::Value;
use crate::policy::view::View;

/// What must be known true before a value may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// It is always there.
    None,
    /// Only where this word of the same view is true.
    When(&'static str),
    /// Only where this word of the same view is false.
    Unless(&'static str),
}

/// How a word finds a whole number.
pub(crate) type ReadNumber = for<'a> fn(&'a Call<'a>, &View, &[Value<'a>]) -> Result<i64, Fail>;
/// How a word finds a yes or no.
pub(crate) type ReadYesNo = for<'a> fn(&'a Call<'a>, &View, &[Value<'a>]) -> Result<bool, Fail>;
/// How a word finds a text that stands somewhere.
pub(crate) type ReadText = for<'a> fn(&'a Call<'a>, &View, &[Value<'a>]) -> Result<&'a str, Fail>;
/// How a word finds a view.
pub(crate) type ReadThing = for<'a> fn(&'a Call<'a>, &View, &[Value<'a>]) -> Result<View, Fail>;
/// How a word finds any other value.
pub(crate) type ReadOther = for<'a> fn(&'a Call<'a>, &View, &[Value<'a>]) -> Result<Value<'a>, Fail>;

/// How a word finds its value, by what it gives: a value is made of it only where somebody needs one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Read {
    Number(ReadNumber),
    YesNo(ReadYesNo),
    Text(ReadText),
    Thing(ReadThing),
    Other(ReadOther),
}

/// One word of a view: a property, or a method if it has arguments.
#[derive(Debug)]
pub(crate) struct Row {
    /// Whose word it is; for requests and events together with `only`.
    pub(crate) of: Sort,
    /// The verbs or events that have it; empty for all.
    pub(crate) only: &'static [&'static str],
    /// The English word.
    pub(crate) en: &'static str,
    /// The Chinese word.
    pub(crate) zh: &'static str,
    /// The arguments of a method; empty for a property.
    pub(crate) args: &'static [Type],
    /// What it gives.
    pub(crate) ty: Type,
    /// Whether it needs a kind of quota.
    pub(crate) needs_kind: bool,
    /// When it may be read.
    pub(crate) guard: Guard,
    /// How its value is found.
    pub(crate) read: Read,
}

impl Row {
    /// What the word gives of a view.
    pub(crate) fn value<'a>(
        &self,
        call: &'a Call<'a>,
        view: &View,
        args: &[Value<'a>],
    ) -> Result<Value<'a>, Fail> {
        match self.read {
            Read::Number(read) => read(call, view, args).map(Value::Number),
            Read::YesNo(read) => read(call, view, args).map(Value::YesNo),
            Read::Text(read) => read(call, view, args).map(Value::text),
            Read::Thing(read) => read(call, view, args).map(Value::View),
            Read::Other(read) => read(call, view, args),
        }
    }

    /// A method with these arguments.
    pub(super) const fn takes(mut self, args: &'static [Type]) -> Self {
        self.args = args;
        self
    }

    /// Of these verbs or events alone.
    pub(super) const fn only(mut self, only: &'static [&'static str]) -> Self {
        self.only = only;
        self
    }

    /// A figure of one kind of quota.
    pub(super) const fn of_kind(mut self) -> Self {
        self.needs_kind = true;
        self
    }

    /// There only where `word` is true.
    pub(super) const fn when(mut self, word: &'static str) -> Self {
        self.guard = Guard::When(word);
        self
    }

    /// There only where `word` is false.
    pub(super) const fn unless(mut self, word: &'static str) -> Self {
        self.guard = Guard::Unless(word);
        self
    }

    /// Whether a view of this sort has the word.
    pub(crate) fn serves(&self, sort: Sort) -> bool {
        match (self.of, sort) {
            (Sort::Request(_), Sort::Request(verb)) => {
                self.only.is_empty() || self.only.contains(&super::requests::name(verb))
            }
            (Sort::Event(_), Sort::Event(event)) => {
                self.only.is_empty() || self.only.contains(&super::events::name(event))
            }
            // A pool is a node too.
            (Sort::Node, Sort::Node | Sort::Pool) => true,
            (of, sort) => of == sort,
        }
    }

    /// The type of the value, read from a view that has a kind bound or not.
    pub(crate) fn gives(&self, bound: bool) -> Type {
        let bind = |item| match item {
            Item::View(sort, _) => Item::View(sort, bound || self.en == "of" || sort.always_bound()),
            Item::Number | Item::Decimal | Item::Text | Item::YesNo | Item::Date => item,
        };
        match self.ty {
            Type::One(item) => Type::One(bind(item)),
            Type::List(item) => Type::List(bind(item)),
            Type::Nothing | Type::EmptyList | Type::Facts | Type::Unknown => self.ty,
        }
    }

    /// Whether it is a method.
    pub(crate) fn is_method(&self) -> bool {
        !self.args.is_empty()
    }
}

/// Words of a sort of view: properties that are always there, until something else is said of them.
impl Sort {
    const fn word(self, en: &'static str, zh: &'static str, ty: Type, read: Read) -> Row {
        Row { of: self, only: &[], en, zh, args: &[], ty, needs_kind: false, guard: Guard::None, read }
    }

    /// A whole number.
    pub(super) const fn number(self, en: &'static str, zh: &'static str, read: ReadNumber) -> Row {
        self.word(en, zh, Type::NUMBER, Read::Number(read))
    }

    /// A yes or no.
    pub(super) const fn yes_no(self, en: &'static str, zh: &'static str, read: ReadYesNo) -> Row {
        self.word(en, zh, Type::YES_NO, Read::YesNo(read))
    }

    /// A text that stands somewhere.
    pub(super) const fn text(self, en: &'static str, zh: &'static str, read: ReadText) -> Row {
        self.word(en, zh, Type::TEXT, Read::Text(read))
    }

    /// A view of a sort.
    pub(super) const fn thing(self, en: &'static str, zh: &'static str, sort: Sort, read: ReadThing) -> Row {
        self.word(en, zh, Type::view(sort), Read::Thing(read))
    }

    /// Anything else.
    pub(super) const fn other(self, en: &'static str, zh: &'static str, ty: Type, read: ReadOther) -> Row {
        self.word(en, zh, ty, Read::Other(read))
    }
}
