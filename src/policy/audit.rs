//! Audits: findings asked for unit by unit, loan by loan, pool by pool, each call with its own budget.

use std::sync::Arc;

use super::call::{Call, Scene};
use super::view::View;
use super::{HookRef, PolicySet};
use crate::decision::Remark;
use crate::graph::{NodeIx, Role};
use crate::ledger::Ledger;

impl PolicySet {
    /// Everything that the `audit_*` hooks find on these books; a hook that fails is a finding too.
    pub fn audit(&self, books: &Arc<Ledger>) -> Vec<Remark> {
        let mut findings = Vec::new();
        let nodes = books.nodes_in_tree_order();
        for node in nodes.iter().filter(|node| books.role(**node) == Role::Unit) {
            self.audit_thing("audit_unit", books, &[*node], |_| View::of_node(*node, None), &mut findings);
        }
        let open: Vec<_> = books.loans().filter(|loan| loan.open).map(|loan| loan.id.clone()).collect();
        for id in open {
            let Some((place, loan)) =
                books.loan(id.as_str()).and_then(|at| books.loan_at(at).map(|loan| (at, loan)))
            else {
                continue;
            };
            let ends = [loan.lender, loan.borrower];
            self.audit_thing("audit_loan", books, &ends, |call| View::of_loan(call, place), &mut findings);
        }
        for pool in nodes.iter().filter(|node| books.role(**node) == Role::Pool) {
            self.audit_thing("audit_pool", books, &[*pool], |call| View::of_pool(call, *pool), &mut findings);
        }
        findings
    }

    fn audit_thing(
        &self,
        name: &'static str,
        books: &Arc<Ledger>,
        nodes: &[NodeIx],
        view: impl Fn(&Call<'_>) -> View,
        findings: &mut Vec<Remark>,
    ) {
        let folders = self.folders_of(books, nodes);
        let local = folders.iter().filter_map(|folder| self.0.folders.get(*folder));
        let hooks: Vec<&HookRef> = std::iter::once(&self.0.root)
            .chain(local.map(|folder| &folder.hooks))
            .flat_map(|hooks| hooks.named(name))
            .collect();
        if hooks.is_empty() {
            return;
        }
        let mut scene = Scene::new(books, self, books.today());
        scene.folders = folders;
        for hook in hooks {
            let given = view(&Call::again(&scene, hook.situation));
            let done = self.call(hook, &scene, &given);
            findings.extend(done.remarks.findings);
            findings.extend(done.failed);
        }
    }
}
