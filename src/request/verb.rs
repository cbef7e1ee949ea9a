//! Verbs whose fields stand side by side: one list makes structs, constructors and setters.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Request, Verb};
use crate::model::{
    Date, FactValue, Instalment, KindId, LoanId, LoanOutcome, NodeId, PermitId, PersonId, RequestId, Seats,
};

/// Defines a verb's fields, its constructor on [`Request`] and its setters.
macro_rules! verbs {
    ($(
        $(#[$doc:meta])*
        $variant:ident ($constructor:ident) {
            $($(#[$req_doc:meta])* $req:ident : $req_ty:ty,)*
            ; $($(#[$opt_doc:meta])* $opt:ident : $opt_ty:ty,)*
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $variant {
            $($(#[$req_doc])* pub $req: $req_ty,)*
            $($(#[$opt_doc])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $opt: Option<$opt_ty>,)*
        }

        impl Request {
            $(#[$doc])*
            pub fn $constructor($($req: impl Into<$req_ty>),*) -> $variant {
                $variant { $($req: $req.into(),)* $($opt: None,)* }
            }
        }

        impl $variant {
            $(
                $(#[$opt_doc])*
                #[must_use]
                pub fn $opt(mut self, $opt: impl Into<$opt_ty>) -> Self {
                    self.$opt = Some($opt.into());
                    self
                }
            )*
        }

        beside_the_verb!($variant);
    )*};
}

/// What every verb shares: it becomes a request, and takes the fields beside the verb.
macro_rules! beside_the_verb {
    ($variant:ident) => {
        impl From<$variant> for Verb {
            fn from(verb: $variant) -> Self {
                Self::$variant(verb)
            }
        }

        impl From<$variant> for Request {
            fn from(verb: $variant) -> Self {
                Self::new(Verb::$variant(verb))
            }
        }

        impl $variant {
            /// The request with an id.
            pub fn id(self, id: impl Into<RequestId>) -> Request {
                Request::from(self).id(id)
            }

            /// The request on this day.
            pub fn on(self, on: Date) -> Request {
                Request::from(self).on(on)
            }

            /// The request by this actor.
            pub fn by(self, by: impl Into<NodeId>) -> Request {
                Request::from(self).by(by)
            }
        }
    };
}

verbs! {
    /// Moves title between two nodes; all caps between them and their common ancestor follow.
    Transfer(transfer) {
        /// Who gives.
        from: NodeId,
        /// Who receives.
        to: NodeId,
        /// The kind of the seats.
        kind: KindId,
        /// How many, at least 1.
        count: Seats,
        ;
        /// What for.
        purpose: String,
    }

    /// Promises seats of a unit for recruiting; lapses after `ends`.
    Permit(permit) {
        /// Its new id.
        id: PermitId,
        /// The unit that may recruit.
        unit: NodeId,
        /// The kind of the seats.
        kind: KindId,
        /// How many, at least 1.
        count: Seats,
        /// The last day on which it may be used.
        ends: Date,
        ;
        /// What for.
        purpose: String,
    }

    /// Takes back what is left of a permit.
    Withdraw(withdraw) {
        /// The permit.
        permit: PermitId,
        ;
    }

    /// Puts a person on an own seat of the unit, or on a seat of a loan.
    Appoint(appoint) {
        /// Where.
        unit: NodeId,
        /// The kind of the seat.
        kind: KindId,
        ;
        /// The person's key; unnamed without.
        person: PersonId,
        /// The category, such as a selected graduate.
        category: String,
        /// The loan whose seat is used.
        loan: LoanId,
        /// The permit that is used.
        permit: PermitId,
        /// What for.
        purpose: String,
    }

    /// One pool seat and the person on it: a loan of one that ends with its person.
    Draw(draw) {
        /// The pool that lends.
        pool: NodeId,
        /// Where the person works.
        unit: NodeId,
        /// The person's key.
        person: PersonId,
        ;
        /// The category, such as a selected graduate.
        category: String,
        /// What for.
        purpose: String,
        /// The last day of the term.
        ends: Date,
    }

    /// One of the unnamed gets a key: no arrival, no departure.
    Name(name) {
        /// Where.
        unit: NodeId,
        /// The kind of the seat.
        kind: KindId,
        /// The new key.
        person: PersonId,
        ;
        /// The loan whose seat is meant, if it is not an own seat.
        loan: LoanId,
        /// The category.
        category: String,
        /// In post since.
        since: Date,
    }

    /// Own seat of one unit to own seat of another, same kind.
    Move(move_person) {
        /// Who.
        person: PersonId,
        /// Where to.
        to: NodeId,
        ;
    }

    /// Lends seats: from a unit's available ones, a jurisdiction's reserve, or a pool.
    Borrow(borrow) {
        /// Its new id.
        id: LoanId,
        /// Who keeps the title.
        lender: NodeId,
        /// Who gets the use: a unit, or a jurisdiction whose units then use it.
        borrower: NodeId,
        /// The kind of the seats.
        kind: KindId,
        /// How many, at least 1.
        count: Seats,
        ;
        /// What for.
        purpose: String,
        /// The last day of the term.
        ends: Date,
        /// How it is given back.
        schedule: Vec<Instalment>,
        /// The nodes the loan passes through, from the lender on; seats return by the same way.
        via: Vec<NodeId>,
    }

    /// Idle seats of a loan return along its route.
    GiveBack(give_back) {
        /// The loan.
        loan: LoanId,
        /// How many, at least 1.
        count: Seats,
        ;
    }

    /// Seats to be given back as soon as they are idle. Only reactions may ask for it.
    Owe(owe) {
        /// The loan.
        loan: LoanId,
        /// How many more, at least 1.
        count: Seats,
        ;
    }

    /// A new last day of a loan's term.
    Extend(extend) {
        /// The loan.
        loan: LoanId,
        /// The new last day.
        ends: Date,
        ;
    }

    /// A new schedule for the seats still out.
    Reschedule(reschedule) {
        /// The loan.
        loan: LoanId,
        /// The instalments, in date order; they sum to the seats.
        schedule: Vec<Instalment>,
        ;
        /// A new last day of the term.
        ends: Date,
    }

    /// The evaluation of a loan's use: recorded, moves no seat.
    Evaluate(evaluate) {
        /// The loan.
        loan: LoanId,
        /// What it concluded.
        outcome: LoanOutcome,
        ;
        /// The seats that it found right.
        seats: Seats,
        /// The new last day of the term.
        ends: Date,
    }

    /// A pool's new fixed size.
    Resize(resize) {
        /// The pool.
        pool: NodeId,
        /// Its size, 0 or more.
        size: Seats,
        ;
    }

    /// A node's name, tags or facts.
    Amend(amend) {
        /// The node.
        node: NodeId,
        ;
        /// Its new name.
        name: String,
        /// Tags that it gets.
        add_tags: Vec<String>,
        /// Tags that it loses.
        drop_tags: Vec<String>,
        /// Facts that are set.
        facts: BTreeMap<String, FactValue>,
    }

    /// A node's new place; caps follow as in a transfer.
    Relocate(relocate) {
        /// The node.
        node: NodeId,
        /// Its new parent.
        parent: NodeId,
        ;
    }

    /// Units become one: people, loans, permits and caps all move.
    Merge(merge) {
        /// The units that end.
        units: Vec<NodeId>,
        /// The unit that goes on.
        into: NodeId,
        ;
    }

    /// An empty node goes; its caps return to the parent's reserve.
    Abolish(abolish) {
        /// The node.
        node: NodeId,
        ;
    }

    /// Reverses an earlier entry, and takes it out of the year's figures.
    Correct(correct) {
        /// The entry's number in the journal.
        entry: u64,
        /// Why.
        reason: String,
        ;
    }
}

pub(super) use beside_the_verb;
