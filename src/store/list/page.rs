//! The statement of one page: an inner `select` finds its few numbers, the outer one reads their texts.

use super::order::{First, Source, Term, push_after, push_keys, push_named_order, push_order};
use super::plan::{self, Plan};
use super::{By, Key, Query, Sites};
use crate::store::audience::{Audience, Preview};
use crate::store::read::{document, head, visible};
use crate::store::statement::Statement;

/// What every page selects.
const BEGIN: &str = concat!("select ", head!(), ", ", document!());

/// The statement.
pub(super) fn statement(
    query: &Query,
    plan: &Plan,
    terms: &[Term],
    audience: &Audience,
) -> Statement {
    let mut statement = Statement::read(BEGIN, audience);
    for index in 0..terms.len() - 1 {
        statement.push(&format!(", p.k{index}"));
    }
    push_total(query, plan, audience, &mut statement);
    statement.push(" from generation g left join (");
    match (plan, query.order.first().map(|order| order.by)) {
        (Plan::Walk | Plan::Pick(_), Some(By::Path(path))) => {
            push_sorted(query, plan, path, terms, &mut statement);
        }
        _ => push_numbers(query, plan, terms, &mut statement),
    }
    statement.push(
        ") p on 1 = 1 left join item i on i.number = p.number left join summary s on s.number = i.number
         left join body b on b.number = i.number and ",
    );
    statement.push_value(query.bodies);
    statement.push(" where g.id = 1");
    push_named_order(terms, "p", &mut statement);
    statement.walks = !query.bodies;
    statement
}

fn push_total(query: &Query, plan: &Plan, audience: &Audience, statement: &mut Statement) {
    if !query.count {
        return statement.push(", cast(null as bigint) as total");
    }
    if is_tallied(query, audience) {
        statement.push(
            ", (case when g.replaced_at <= $1 then
                 (select cast(coalesce(sum(i.change), 0) as bigint) from tally i where i.moment <= $1",
        );
        push_place(query, statement);
        statement.push(") else (select count(*)");
        push_from(query, plan, statement);
        push_conditions(query, None, statement);
        return statement.push(") end) as total");
    }
    statement.push(", (select count(*)");
    push_from(query, plan, statement);
    push_conditions(query, None, statement);
    statement.push(") as total");
}

/// Whether what passes is known without counting it, from the last replacement on.
fn is_tallied(query: &Query, audience: &Audience) -> bool {
    let is_of_place = !matches!(query.sites, Sites::WithFallback(_)) && query.filter.is_empty();
    is_of_place && audience.preview == Preview::None
}

/// The numbers of a page with their terms.
fn push_numbers(query: &Query, plan: &Plan, terms: &[Term], statement: &mut Statement) {
    let source = Source {
        dated: matches!(plan, Plan::Along { .. }).then_some("v"),
        ..Source::ITEM
    };
    statement.push("select i.number, i.id");
    push_keys(terms, source, statement);
    push_from_joined(query, plan, 0, statement);
    push_picked(query, plan, statement);
    push_conditions(query, walked(query, plan), statement);
    if let Some(place) = &query.after {
        push_after(terms, place, source, statement);
    }
    push_order(terms, source, statement);
    push_limit(query, statement);
}

/// The same where the first key is the value at a path: along its index what has one, then, if that is not enough, what
/// has none; the other way round where the list is read backwards.
fn push_sorted(query: &Query, plan: &Plan, path: i64, terms: &[Term], statement: &mut Statement) {
    let missing = |query: &Query| {
        let first = query.after.as_ref().and_then(|place| place.keys.first());
        first.map(|key| *key == Key::Number(1))
    };
    // What lies before the place, in either direction, need not be looked for.
    let (with, without) = match (missing(query), query.backwards) {
        (Some(true), false) => (false, true),
        (Some(false), true) => (true, false),
        _ => (true, true),
    };
    let parts: Vec<bool> = [(true, with), (false, without)]
        .into_iter()
        .filter(|(_, wanted)| *wanted)
        .map(|(has, _)| has)
        .collect();
    let parts: Vec<bool> = if query.backwards {
        parts.into_iter().rev().collect()
    } else {
        parts
    };
    let enough = (query.limit + query.offset).to_string();
    for (index, has) in parts.iter().enumerate() {
        let name = ["x", "y"][index];
        statement.push(if index == 0 { "with " } else { ", " });
        statement.push(&format!("{name} as ("));
        push_part(query, plan, (path, *has), terms, statement);
        statement.push(&format!(" limit {enough}"));
        statement.push(if index == 0 {
            ")"
        } else {
            " - (select count(*) from x))"
        });
    }
    statement.push(" select * from (select * from x");
    statement.push(if parts.len() == 2 {
        " union all select * from y"
    } else {
        ""
    });
    statement.push(") q");
    push_named_order(terms, "q", statement);
    push_limit(query, statement);
}

/// Those that have a value at the path by which the list is sorted first, or those that have none.
fn push_part(
    query: &Query,
    plan: &Plan,
    (path, has): (i64, bool),
    terms: &[Term],
    statement: &mut Statement,
) {
    let source = Source {
        dated: None,
        first: Some(if has { First::Is("v") } else { First::Missing }),
    };
    statement.push("select i.number, i.id");
    push_keys(terms, source, statement);
    if has {
        statement.push(" from field_value v cross join item i");
    } else {
        statement.push(" from item i");
    }
    push_joins(query, 1, statement);
    if has {
        statement.push(" where v.path = ");
        statement.push_value(path);
        statement.push(" and i.number = v.number");
    } else {
        statement.push(
            " where not exists (select 1 from field_value m where m.number = i.number and m.path = ",
        );
        statement.push_value(path);
        statement.push(")");
    }
    push_picked(query, plan, statement);
    push_conditions(query, walked(query, plan), statement);
    if let Some(place) = &query.after {
        push_after(terms, place, source, statement);
    }
    push_order(terms, source, statement);
}

/// Where the items come from, and the values they are sorted by.
fn push_from_joined(query: &Query, plan: &Plan, first: usize, statement: &mut Statement) {
    match plan {
        Plan::Walk | Plan::Pick(_) => statement.push(" from item i"),
        Plan::Along { .. } => statement.push(" from field_value v cross join item i"),
        Plan::Gather(candidate) => {
            statement.push(" from (select distinct n.number from (");
            plan::push_numbers(query, candidate, statement);
            statement.push(") n) v cross join item i");
        }
    }
    push_joins(query, first, statement);
    match plan {
        Plan::Walk | Plan::Pick(_) => statement.push(" where 1 = 1"),
        Plan::Along { path, key } => {
            statement.push(" where v.path = ");
            statement.push_value(*path);
            statement.push(" and v.key = ");
            statement.push_value(key.as_str());
            statement.push(" and i.number = v.number");
        }
        Plan::Gather(_) => statement.push(" where i.number = v.number"),
    }
}

/// The same for a number of items, in no order: what a condition finds is gathered for it.
fn push_from(query: &Query, plan: &Plan, statement: &mut Statement) {
    let gathered = match plan {
        Plan::Pick(candidate) => &Plan::Gather(candidate.clone()),
        plan => plan,
    };
    push_from_joined(query, gathered, usize::MAX, statement);
}

/// That an item is one of those that a walk is told of, before anything else is asked of it.
fn push_picked(query: &Query, plan: &Plan, statement: &mut Statement) {
    if let Plan::Pick(candidate) = plan {
        statement.push(" and +i.number in (");
        plan::push_numbers(query, candidate, statement);
        statement.push(")");
    }
}

/// The values at the paths that are sorted by, from the order's key `first` on.
fn push_joins(query: &Query, first: usize, statement: &mut Statement) {
    for (index, order) in query.order.iter().enumerate().skip(first) {
        if let By::Path(path) = order.by {
            statement.push(&format!(
                " left join field_value s{index} on s{index}.number = i.number and s{index}.path = "
            ));
            statement.push_value(path);
        }
    }
}

/// What a walk goes along, where it is one.
fn walked(query: &Query, plan: &Plan) -> Option<By> {
    let first = query.order.first().map(|order| order.by);
    first.filter(|_| matches!(plan, Plan::Walk | Plan::Pick(_)))
}

/// What every item of the list fulfils.
fn push_conditions(query: &Query, walked: Option<By>, statement: &mut Statement) {
    push_place(query, statement);
    query.filter.push_walking(walked, statement);
    statement.push(concat!(" and ", visible!("i")));
}

/// Of which kind, owners and sites it is.
fn push_place(query: &Query, statement: &mut Statement) {
    statement.push(" and i.kind = ");
    statement.push_value(query.kind.name());
    match query.owners.as_slice() {
        [] => {}
        [owner] => {
            statement.push(" and i.owner = ");
            statement.push_value(owner.as_str());
        }
        owners => {
            statement.push(" and i.owner in (");
            statement.push_values(owners.iter().map(String::as_str));
            statement.push(")");
        }
    }
    push_sites(&query.sites, statement);
}

fn push_sites(sites: &Sites, statement: &mut Statement) {
    match sites {
        Sites::All => {}
        Sites::One(site) => {
            statement.push(" and i.site in ('', ");
            statement.push_value(site.as_str());
            statement.push(")");
        }
        Sites::WithFallback(site) => {
            statement.push(" and (i.site = ");
            statement.push_value(site.as_str());
            statement.push(
                " or i.id = i.localizes and not exists (
                 select 1 from item l where l.kind = i.kind and l.localizes = i.localizes and l.site = ",
            );
            statement.push_value(site.as_str());
            statement.push(concat!(" and ", visible!("l"), "))"));
        }
    }
}

fn push_limit(query: &Query, statement: &mut Statement) {
    statement.push(&format!(" limit {} offset {}", query.limit, query.offset));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::list::filter::{self, Filter, one_of_each};
    use crate::store::list::{Order, Place, order};
    use crate::store::{Kind, read};
    use jiff::Timestamp;

    fn orders() -> Vec<Vec<Order>> {
        let order = |by, descending| Order { by, descending };
        vec![
            vec![order(By::OwnOrder, false)],
            vec![order(By::Owner, false), order(By::OwnOrder, false)],
            vec![order(By::Date, true)],
            vec![order(By::Date, true), order(By::OwnOrder, false)],
            vec![order(By::Title, false)],
            vec![order(By::UpdatedAt, true)],
            vec![order(By::Path(2), true)],
            vec![order(By::Path(2), false), order(By::Title, true)],
        ]
    }

    fn queries() -> Vec<Query> {
        let mut queries = Vec::new();
        let filters = one_of_each().into_iter().map(|predicate| Filter {
            all: vec![predicate],
            any: Vec::new(),
        });
        let groups = Filter {
            all: one_of_each()[..3].to_vec(),
            any: one_of_each()[..3]
                .iter()
                .map(|one| vec![one.clone()])
                .collect(),
        };
        for filter in [Filter::default(), groups].into_iter().chain(filters) {
            for order in orders() {
                for owner in [None, Some("posts".to_owned())] {
                    let is_own = order[0].by == By::OwnOrder;
                    let needs_owner = is_own && owner.is_none();
                    if !needs_owner {
                        queries.push(Query {
                            filter: filter.clone(),
                            order: order.clone(),
                            owners: owner.into_iter().collect(),
                            count: true,
                            ..Query::new(Kind::Entry, 21)
                        });
                    }
                }
            }
        }
        queries
    }

    /// All plans that a query could have.
    fn plans(query: &Query) -> Vec<Plan> {
        let candidates = plan::candidates(query);
        let found = |count: i64| vec![count; candidates.len()];
        let best = |count| plan::best(query, &candidates, &found(count));
        let mut plans: Vec<Plan> = [5000, 500, 5].map(best).into();
        plans.extend(plan::obvious(query, &candidates));
        plans.dedup();
        plans
    }

    /// The steps that walk a whole table; what a subquery found may be walked.
    fn walks(plan: &str) -> Vec<&str> {
        let tables = ["i", "f", "c", "s", "b", "m", "l", "s0", "s1"];
        plan.lines()
            .filter(|step| {
                let mut words = step.split_whitespace();
                words.next() == Some("SCAN")
                    && words.next().is_some_and(|word| tables.contains(&word))
            })
            .collect()
    }

    #[tokio::test]
    async fn no_list_walks_a_table() {
        let audience = Audience::public(Timestamp::UNIX_EPOCH);
        for query in queries() {
            let candidates = plan::candidates(&query);
            if candidates.len() > 1 {
                let counting = plan::counting(&query, &candidates);
                let steps = read::plan(&counting.text).await;
                assert!(walks(&steps).is_empty(), "{}\n{steps}", counting.text);
            }
            let terms = order::terms(&query);
            for plan in plans(&query) {
                let text = statement(&query, &plan, &terms, &audience).text;
                let steps = read::plan(&text).await;
                assert!(walks(&steps).is_empty(), "{text}\n{steps}");
            }
        }
    }

    /// Of two, an index is entered at either.
    #[test]
    fn a_span_of_dates_that_begins_somewhere_says_no_other_beginning() {
        let span = one_of_each()
            .into_iter()
            .find(|one| matches!(one.subject, filter::Subject::Column(_)));
        let mut statement = Statement::new("");
        span.unwrap().push_numbers(Kind::Entry, &[], &mut statement);
        assert_eq!(statement.text.matches("c.date >").count(), 1);
    }

    #[tokio::test]
    async fn an_order_of_the_items_themselves_is_walked_not_sorted() {
        let audience = Audience::public(Timestamp::UNIX_EPOCH);
        for order in orders().into_iter().take(6) {
            let owners = if order[0].by == By::Owner {
                vec![]
            } else {
                vec!["posts".to_owned()]
            };
            let keys = order.iter().map(|_| Key::Number(1)).collect();
            for after in [
                None,
                Some(Place {
                    keys,
                    id: "a".into(),
                }),
            ] {
                let query = Query {
                    order: order.clone(),
                    owners: owners.clone(),
                    after,
                    ..Query::new(Kind::Entry, 21)
                };
                let terms = order::terms(&query);
                let picked = Plan::Pick(vec![one_of_each()[0].clone()]);
                for plan in [Plan::Walk, picked] {
                    let text = statement(&query, &plan, &terms, &audience).text;
                    let steps = read::plan(&text).await;
                    let sorted = steps.matches("USE TEMP B-TREE FOR ORDER BY").count();
                    assert!(sorted <= 1, "{text}\n{steps}");
                    // What a walk has to meet is gathered once, not looked up for each item.
                    let gathers = steps.contains("LIST SUBQUERY");
                    assert_eq!(gathers, plan != Plan::Walk, "{text}\n{steps}");
                }
            }
        }
    }
}
