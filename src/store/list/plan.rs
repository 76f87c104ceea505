//! How a list is found: along its order, along the index of one condition, or by gathering what a rare condition finds.
//!
//! What costs time is to read the row of an item, far from the one before it. An index of an order says all that a walk has
//! to know of most items, so that a walk of ten thousand costs what a hundred rows do.

use super::filter::Predicate;
use super::{By, Query};
use crate::store::statement::Statement;

/// Of a condition that finds no more than this, all that it finds is gathered and sorted.
const FEW: i64 = 150;

/// Of a condition that finds more than this, a walk along the list's order soon meets enough, each item asked; of one that
/// finds less, the walk is told beforehand which items it has to meet.
const SOME: i64 = 4000;

/// How a list is found.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plan {
    /// Along the list's order; each item is asked whether it passes.
    Walk,
    /// Along the items with one key at a path, by date.
    Along {
        /// The path.
        path: i64,
        /// The key.
        key: String,
    },
    /// Along the list's order, passing over all but what a condition finds, one of several where any will do.
    Pick(Vec<Predicate>),
    /// All items that a condition finds, likewise, sorted.
    Gather(Vec<Predicate>),
}

/// Conditions of which one can lead to the items: each alone, or one of each group that will do.
pub(super) fn candidates(query: &Query) -> Vec<Vec<Predicate>> {
    let leads = |predicate: &&Predicate| predicate.leads(!query.owners.is_empty());
    let alone = query.filter.all.iter().filter(leads);
    let mut candidates: Vec<Vec<Predicate>> =
        alone.map(|predicate| vec![predicate.clone()]).collect();
    let groups = query.filter.any.iter();
    let of_groups: Option<Vec<Predicate>> = groups
        .map(|group| group.iter().find(leads).cloned())
        .collect();
    candidates.extend(of_groups.filter(|of_groups| !of_groups.is_empty()));
    candidates
}

/// The plan where there is no choice.
pub(super) fn obvious(query: &Query, candidates: &[Vec<Predicate>]) -> Option<Plan> {
    match candidates {
        [] => Some(Plan::Walk),
        [only] => along(query, only),
        _ => None,
    }
}

/// Counts what each candidate finds, up to one more than some.
pub(super) fn counting(query: &Query, candidates: &[Vec<Predicate>]) -> Statement {
    let mut statement = Statement::new("select ");
    statement.walks = true;
    for (index, candidate) in candidates.iter().enumerate() {
        statement.push(if index == 0 { "" } else { ", " });
        statement.push("(select count(*) from (select 1 from (");
        push_numbers(query, candidate, &mut statement);
        statement.push(&format!(") n limit {}) found) as c{index}", SOME + 1));
    }
    statement
}

/// The plan that reads the least.
pub(super) fn best(query: &Query, candidates: &[Vec<Predicate>], counts: &[i64]) -> Plan {
    let rarest = candidates
        .iter()
        .zip(counts)
        .min_by_key(|(_, count)| **count);
    match rarest {
        Some((candidate, count)) => match along(query, candidate) {
            Some(plan) => plan,
            None if *count <= FEW => Plan::Gather(candidate.clone()),
            None if *count <= SOME => Plan::Pick(candidate.clone()),
            None => candidates
                .iter()
                .find_map(|candidate| along(query, candidate))
                .unwrap_or(Plan::Walk),
        },
        None => Plan::Walk,
    }
}

/// The numbers that any of some conditions finds; one may come twice.
pub(super) fn push_numbers(query: &Query, candidate: &[Predicate], statement: &mut Statement) {
    for (index, predicate) in candidate.iter().enumerate() {
        statement.push(if index == 0 { "" } else { " union all " });
        predicate.push_numbers(query.kind, &query.owners, statement);
    }
}

/// Where the list is sorted by date first, the index of a single key has its order.
fn along(query: &Query, candidate: &[Predicate]) -> Option<Plan> {
    let by_date = query
        .order
        .first()
        .is_some_and(|order| order.by == By::Date);
    let (path, key) = candidate
        .first()
        .filter(|_| candidate.len() == 1)?
        .single_key()?;
    by_date.then_some(Plan::Along { path, key })
}
