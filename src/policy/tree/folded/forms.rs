//! Folding expressions: what is known of them is computed at once, the rest gets the form that knows what it gives.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here has no form of its own")]

use rust_decimal::Decimal;

use super::super::compute::{arithmetic, compare};
use super::super::{Node, Operator, What};
use super::fold::{Folder, Form, TooLarge};
use super::scope::{Scope, Variable};
use super::values::{is_short, known_text};
use super::{Any, Args, HostCall, Look, Named, Owed, ReadSet, Rounded, Share, Text, Thing, Truth, Whole};
use crate::ledger::UnitFigure;
use crate::policy::value::Value;
use crate::policy::vocabulary::{HostFn, HostPlace, Item, Read, Row, Sort, Type};
use crate::request::Verb;

impl Folder<'_> {
    /// What is left of an expression.
    pub(super) fn form(&mut self, node: &Node, scope: &mut Scope) -> Result<Form, TooLarge> {
        self.count()?;
        Ok(match &node.what {
            What::Constant(value) => Form::Known(value.clone(), ReadSet::NONE),
            What::Local(slot, _) => variable(node.ty, scope.variables.get(*slot)),
            What::Word(receiver, row, _, args) => self.word(receiver, row, args, scope)?,
            What::Parameter(place, _) => match (self.given.holds)(*place) {
                Some((value, read)) => Form::Known(value, self.readable.reads(read)?),
                None => Form::Any(Any::GiveUp),
            },
            What::Path(_, inner) | What::Required(inner, _) => self.form(inner, scope)?,
            What::Not(inner) => match self.form(inner, scope)? {
                Form::Known(Value::YesNo(yes), reads) => Form::Known(Value::YesNo(!yes), reads),
                other => Form::truth_of(Truth::Not(Box::new(other.truth()))),
            },
            What::And(parts) => self.every(parts, true, scope)?,
            What::Or(parts) => self.every(parts, false, scope)?,
            What::Binary(operator, sides) => self.binary(*operator, sides, scope)?,
            What::In(sides) => self.is_in(sides, scope)?,
            What::Host(function, _, args) => self.host(node, function, args, scope)?,
            What::Own(body, _, args) => {
                let args = self.forms_of(args, scope)?;
                // Whether it is called at all may depend on what stands before it.
                let sure = self.sure();
                let lines = self.function(*body, args);
                self.be_sure(sure);
                Form::Any(Any::given(lines?))
            }
            What::Minus(inner) => {
                let zero =
                    if node.ty == Type::NUMBER { Value::Number(0) } else { Value::Decimal(Decimal::ZERO) };
                let form = self.form(inner, scope)?;
                joined(Operator::Minus, Form::Known(zero, ReadSet::NONE), form, node.ty == Type::NUMBER)
            }
            What::List(items) => {
                let forms = self.forms_of(items, scope)?;
                list(forms)
            }
            // Facts stand beside what is said, where they are looked at for themselves.
            What::Facts(..) => Form::Any(Any::GiveUp),
            What::If(parts) => self.chosen(parts, scope)?,
            What::Block(block) => {
                let sure = self.sure();
                let lines = self.lines(block, scope);
                self.be_sure(sure);
                Form::Any(Any::given(lines?))
            }
        })
    }

    pub(super) fn forms_of(&mut self, nodes: &[Node], scope: &mut Scope) -> Result<Vec<Form>, TooLarge> {
        nodes.iter().map(|node| self.form(node, scope)).collect()
    }

    fn word(
        &mut self,
        receiver: &Node,
        row: &'static Row,
        args: &[Node],
        scope: &mut Scope,
    ) -> Result<Form, TooLarge> {
        if let Some(known) = self.own(receiver, row, scope)? {
            return Ok(known);
        }
        let at = self.form(receiver, scope)?.thing();
        let args = arguments(self.forms_of(args, scope)?);
        let from = match &at {
            Thing::Cell(cell) if self.is_path(*cell) => Some(*cell),
            Thing::Once(cell, _) => Some(*cell),
            _ => None,
        };
        if let (Read::Thing(read), Some(from), true) =
            (row.read, from, is_place(row.ty) && row.args.is_empty())
        {
            return self.once(from, row, Thing::Word(Box::new(Look { at, args, read })));
        }
        Ok(Form::Any(match row.read {
            Read::Number(read) if let Some(figure) = figure(row) => {
                Any::Whole(Whole::Figure(figure, Box::new(Look { at, args, read })))
            }
            Read::Number(read) => Any::Whole(Whole::Word(Box::new(Look { at, args, read }))),
            Read::YesNo(read) => Any::Truth(Truth::Word(Box::new(Look { at, args, read }))),
            Read::Text(read) => Any::Text(Text::Word(Box::new(Look { at, args, read }))),
            Read::Thing(read) => Any::Thing(Thing::Word(Box::new(Look { at, args, read }))),
            Read::Other(read) => Any::Word(Box::new(Look { at, args, read })),
        }))
    }

    /// What the hook's own view names, found once however often it is written.
    fn once(&mut self, from: usize, row: &'static Row, thing: Thing) -> Result<Form, TooLarge> {
        let cell = self.path(from, row)?;
        Ok(Form::Any(Any::Thing(Thing::Once(cell, Box::new(thing)))))
    }

    /// A word of the hook's own view that is known, or leads to what was found before.
    fn own(&mut self, receiver: &Node, row: &'static Row, scope: &Scope) -> Result<Option<Form>, TooLarge> {
        let known = |value| Ok(Some(Form::Known(value, ReadSet::NONE)));
        let kind = self.given.shape.kind;
        if row.en == "kind" && !kind.is_empty() && is_own_pool(receiver) {
            return known(Value::own_text(kind));
        }
        let What::Local(slot, _) = receiver.what else { return Ok(None) };
        if !matches!(scope.variables.get(slot), Some(Variable::Cell(0))) {
            return Ok(None);
        }
        let Type::One(Item::View(sort @ (Sort::Request(_) | Sort::Event(_)), _)) = receiver.ty else {
            return Ok(None);
        };
        if row.en == "kind" && !kind.is_empty() && row.args.is_empty() && !is_verb(sort, "establish") {
            return known(Value::own_text(kind));
        }
        if let Some(yes) = self.given.own.says(row, self.given.shape.flags) {
            return known(Value::YesNo(yes));
        }
        let named = match (row.en, sort) {
            ("unit", Sort::Request(_)) => Named::Unit,
            ("lender", sort) if is_verb(sort, "borrow") => Named::Lender,
            ("borrower", sort) if is_verb(sort, "borrow") => Named::Borrower,
            _ => return Ok(None),
        };
        let cell = self.path(0, row)?;
        self.name(cell, named);
        Ok(Some(Form::Any(Any::Thing(Thing::Cell(cell)))))
    }

    /// All of the conditions, or one of them: those behind the first that decides are not looked at.
    fn every(&mut self, parts: &[Node], wanted: bool, scope: &mut Scope) -> Result<Form, TooLarge> {
        let (mut left, mut read) = (Vec::new(), ReadSet::NONE);
        let mut decided = wanted;
        for part in parts {
            match self.form(part, scope)? {
                Form::Known(Value::YesNo(yes), reads) => {
                    read.add(reads);
                    if yes != wanted {
                        decided = yes;
                        break;
                    }
                }
                other => {
                    left.push(other.truth().behind(Owed::of(std::mem::take(&mut read))));
                }
            }
        }
        if left.is_empty() {
            return Ok(Form::Known(Value::YesNo(decided), read));
        }
        if decided != wanted || !read.is_empty() {
            left.push(Truth::Known(decided).behind(Owed::of(read)));
        }
        if left.len() == 1 {
            return Ok(left.pop().map_or(Form::Any(Any::GiveUp), Form::truth_of));
        }
        let left = left.into();
        Ok(Form::truth_of(if wanted { Truth::All(left) } else { Truth::Any(left) }))
    }

    fn binary(
        &mut self,
        operator: Operator,
        sides: &(Node, Node),
        scope: &mut Scope,
    ) -> Result<Form, TooLarge> {
        let numbers = sides.0.ty == Type::NUMBER && sides.1.ty == Type::NUMBER;
        let texts = sides.0.ty == Type::TEXT && sides.1.ty == Type::TEXT;
        let (one, two) = (self.form(&sides.0, scope)?, self.form(&sides.1, scope)?);
        if !operator.compares() {
            return Ok(joined(operator, one, two, numbers));
        }
        Ok(match (one, two) {
            (Form::Known(one, mut reads), Form::Known(two, others)) => match compare(operator, &one, &two) {
                Ok(yes) => {
                    reads.add(others);
                    Form::Known(Value::YesNo(yes), reads)
                }
                Err(_) => Form::Any(Any::GiveUp),
            },
            (one, two) if numbers => {
                Form::truth_of(Truth::Wholes(operator, Box::new((one.whole(), two.whole()))))
            }
            (one, two) if texts && matches!(operator, Operator::Same | Operator::Other) => {
                Form::truth_of(Truth::Texts(operator == Operator::Same, Box::new((one.text(), two.text()))))
            }
            (one, two) => Form::truth_of(Truth::Compared(operator, Box::new((one.any(), two.any())))),
        })
    }

    /// The list is looked at first.
    fn is_in(&mut self, sides: &(Node, Node), scope: &mut Scope) -> Result<Form, TooLarge> {
        let list = self.form(&sides.1, scope)?;
        let item = self.form(&sides.0, scope)?;
        Ok(match (item, list) {
            (Form::Known(item, others), Form::Known(Value::List(items), mut reads)) if is_short(&items) => {
                reads.add(others);
                Form::Known(Value::YesNo(items.iter().any(|one| one.same(&item))), reads)
            }
            (item, list) => Form::truth_of(Truth::In(Box::new((item.any(), list.any())))),
        })
    }

    fn host(
        &mut self,
        node: &Node,
        function: &'static HostFn,
        args: &[Node],
        scope: &mut Scope,
    ) -> Result<Form, TooLarge> {
        if function.place != HostPlace::Anywhere {
            return Ok(Form::Any(Any::GiveUp));
        }
        if let ([arg], Some(rounded)) = (args, rounded(function.en))
            && let Some(share) = self.share(arg, rounded, scope)?
        {
            return Ok(Form::Any(Any::Whole(share)));
        }
        let numbers = args.iter().all(|arg| arg.ty == Type::NUMBER);
        let mut forms = self.forms_of(args, scope)?;
        Ok(Form::Any(match (function.en, forms.len()) {
            ("office", 0) => Any::Thing(Thing::Office),
            ("count", 1) => Any::Whole(Whole::Count(Box::new(first(&mut forms)))),
            ("is_empty", 1) => Any::Truth(Truth::Empty(Box::new(first(&mut forms)))),
            (name @ ("min" | "max" | "at_least"), 2) if numbers => {
                let mut sides = forms.into_iter().map(Form::whole);
                match (sides.next(), sides.next()) {
                    (Some(one), Some(two)) => Any::Whole(Whole::Larger(name != "min", Box::new((one, two)))),
                    _ => Any::GiveUp,
                }
            }
            _ => {
                let args = forms.into_iter().map(Form::any).collect();
                Any::Host(Box::new(HostCall { function, args, line: node.line }))
            }
        }))
    }

    /// A whole number times a known share, rounded.
    fn share(&mut self, node: &Node, rounded: Rounded, scope: &mut Scope) -> Result<Option<Whole>, TooLarge> {
        let What::Binary(Operator::Times, sides) = &node.what else { return Ok(None) };
        let is_number = [sides.0.ty == Type::NUMBER, sides.1.ty == Type::NUMBER];
        if is_number == [true, true] || is_number == [false, false] {
            return Ok(None);
        }
        let (one, two) = (self.form(&sides.0, scope)?, self.form(&sides.1, scope)?);
        let (number, other) = if is_number == [true, false] { (one, two) } else { (two, one) };
        let (Form::Any(_), Form::Known(Value::Decimal(share), reads)) = (&number, other) else {
            return Ok(None);
        };
        let share = share.normalize();
        let unit = 10_i64.checked_pow(share.scale());
        let (Ok(mantissa), Some(unit)) = (i64::try_from(share.mantissa()), unit) else { return Ok(None) };
        let share = Whole::Share(Box::new(Share { of: number.whole(), ratio: (mantissa, unit), rounded }));
        Ok(Some(share.behind(Owed::of(reads))))
    }

    /// An `if` that gives something.
    fn chosen(
        &mut self,
        parts: &(Node, super::super::Block, super::super::Block),
        scope: &mut Scope,
    ) -> Result<Form, TooLarge> {
        let step = super::super::Block {
            steps: vec![super::super::Step::If(Box::new(parts.clone()))],
            // The condition was weighed with the statement in which all of it stands.
            weights: vec![0],
        };
        let sure = self.sure();
        let lines = self.lines(&step, scope);
        self.be_sure(sure);
        Ok(Form::Any(Any::given(lines?)))
    }
}

impl Form {
    fn truth_of(truth: Truth) -> Self {
        Self::Any(Any::Truth(truth))
    }

    pub(super) fn any(self) -> Any {
        match self {
            Self::Known(value, reads) => Any::Known(Box::new(value)).behind(Owed::of(reads)),
            Self::Any(any) => any,
        }
    }

    pub(super) fn whole(self) -> Whole {
        match self {
            Self::Known(Value::Number(number), reads) => Whole::Known(number).behind(Owed::of(reads)),
            Self::Any(Any::Whole(whole)) => whole,
            Self::Any(Any::Cell(cell)) => Whole::Cell(cell),
            other => Whole::Other(Box::new(other.any())),
        }
    }

    pub(super) fn truth(self) -> Truth {
        match self {
            Self::Known(Value::YesNo(yes), reads) => Truth::Known(yes).behind(Owed::of(reads)),
            Self::Any(Any::Truth(truth)) => truth,
            Self::Any(Any::Cell(cell)) => Truth::Cell(cell),
            other => Truth::Other(Box::new(other.any())),
        }
    }

    fn text(self) -> Text {
        match self {
            Self::Known(value, reads) => match (known_text(&value), reads.is_empty()) {
                (Some(text), true) => Text::Known(text),
                _ => Text::Other(Box::new(Self::Known(value, reads).any())),
            },
            Self::Any(Any::Text(text)) => text,
            Self::Any(Any::Cell(cell)) => Text::Cell(cell),
            Self::Any(any) => Text::Other(Box::new(any)),
        }
    }

    pub(super) fn thing(self) -> Thing {
        match self {
            Self::Any(Any::Thing(thing)) => thing,
            Self::Any(Any::Cell(cell)) => Thing::Cell(cell),
            other => Thing::Other(Box::new(other.any())),
        }
    }
}

impl Any {
    /// The cell in which the value stands, if it stands in one.
    pub(super) fn cell(&self) -> Option<usize> {
        match self {
            Self::Cell(cell)
            | Self::Whole(Whole::Cell(cell))
            | Self::Truth(Truth::Cell(cell))
            | Self::Text(Text::Cell(cell))
            | Self::Thing(Thing::Cell(cell)) => Some(*cell),
            _ => None,
        }
    }
}

fn variable(ty: Type, known: Option<&Variable>) -> Form {
    let cell = match known {
        Some(Variable::Known(value)) => return Form::Known(value.clone(), ReadSet::NONE),
        Some(Variable::Cell(cell)) => *cell,
        Some(Variable::Unset) | None => return Form::Any(Any::GiveUp),
    };
    Form::Any(match ty {
        Type::One(Item::Number) => Any::Whole(Whole::Cell(cell)),
        Type::One(Item::YesNo) => Any::Truth(Truth::Cell(cell)),
        Type::One(Item::Text) => Any::Text(Text::Cell(cell)),
        Type::One(Item::View(..)) => Any::Thing(Thing::Cell(cell)),
        _ => Any::Cell(cell),
    })
}

/// Two numbers or texts, joined by an operator.
fn joined(operator: Operator, one: Form, two: Form, numbers: bool) -> Form {
    match (one, two) {
        (Form::Known(one, mut reads), Form::Known(two, others)) => match arithmetic(operator, &one, &two) {
            Ok(value) => {
                reads.add(others);
                Form::Known(value.into_own(), reads)
            }
            Err(_) => Form::Any(Any::GiveUp),
        },
        (one, two) if numbers => {
            Form::Any(Any::Whole(Whole::Joined(operator, Box::new((one.whole(), two.whole())))))
        }
        (one, two) => Form::Any(Any::Joined(operator, Box::new((one.any(), two.any())))),
    }
}

fn list(forms: Vec<Form>) -> Form {
    let (mut known, mut reads) = (Vec::new(), ReadSet::NONE);
    for form in &forms {
        if let Form::Known(value, read) = form {
            known.push(value.clone());
            reads.add(*read);
        }
    }
    if known.len() == forms.len() {
        return Form::Known(Value::list(known), reads);
    }
    Form::Any(Any::List(forms.into_iter().map(Form::any).collect()))
}

fn arguments(forms: Vec<Form>) -> Args {
    let known = forms.iter().map(|form| match form {
        Form::Known(value, reads) if reads.is_empty() => Some(value.clone()),
        Form::Known(..) | Form::Any(_) => None,
    });
    match known.collect() {
        Some(known) => Args::Known(known),
        None => Args::Computed(forms.into_iter().map(Form::any).collect()),
    }
}

fn first(forms: &mut Vec<Form>) -> Any {
    forms.pop().map_or(Any::GiveUp, Form::any)
}

/// A figure of nodes that a unit's own book has.
fn figure(row: &Row) -> Option<UnitFigure> {
    if row.of != Sort::Node || !row.needs_kind {
        return None;
    }
    Some(match row.en {
        "cap" => UnitFigure::Cap,
        "occupied" => UnitFigure::Occupied,
        "vacancy" => UnitFigure::Vacancy,
        "permitted" => UnitFigure::Permitted,
        "lent" => UnitFigure::Lent,
        "borrowed" => UnitFigure::Borrowed,
        "borrowed_occupied" => UnitFigure::BorrowedOccupied,
        "charged" => UnitFigure::Charged,
        "available" => UnitFigure::Available,
        _ => return None,
    })
}

fn is_verb(sort: Sort, verb: &str) -> bool {
    let Sort::Request(place) = sort else { return false };
    Verb::NAMES.get(usize::from(place)).is_some_and(|name| *name == verb)
}

/// Whether it is the pool that the hook's own request draws on or resizes, whose kind the request has.
fn is_own_pool(node: &Node) -> bool {
    match &node.what {
        What::Path(_, inner) => is_own_pool(inner),
        What::Word(inner, row, _, _) if row.en == "pool" => match inner.ty {
            Type::One(Item::View(sort, _)) => is_verb(sort, "draw") || is_verb(sort, "resize"),
            _ => false,
        },
        _ => false,
    }
}

fn rounded(function: &str) -> Option<Rounded> {
    match function {
        "floor" => Some(Rounded::Down),
        "ceiling" => Some(Rounded::Up),
        "round_half_up" => Some(Rounded::HalfUp),
        _ => None,
    }
}

/// Whether it is a view of a place in the books.
fn is_place(ty: Type) -> bool {
    matches!(ty, Type::One(Item::View(Sort::Node | Sort::Pool | Sort::Loan | Sort::Permit, _)))
}
