//! Marks: words of the index that are no text, which begin with a sign that no word of a text has. Each stands for something
//! that an item has: its collection, its site, a value at a path. The first two say all that is asked of them. Those of values lead to the items that a condition of
//! equality can hold for, so that a rare one is found among many matches; whether it holds is asked of each.

use super::Query;
use crate::store::list::filter::{Filter, Predicate};
use crate::store::values::Scalar;

/// What marks begin with; alone it stands between the parts of an item's text.
pub(super) const SIGN: char = '§';

/// An item with more values than this has one mark in their place, which stands for any.
const MOST_VALUES: usize = 1000;

/// What has a longer key is a text that nobody asks to be equal to something: it has no mark.
const LONGEST_KEY: usize = 48;

/// A condition with more alternatives than this is only asked of each item: to rank costs something for every mark.
const MOST_ALTERNATIVES: usize = 8;

/// The marks of an item with some facets, and some keys at paths.
pub(super) fn of<'a>(
    facets: &[(String, String)],
    keys: impl Iterator<Item = (i64, &'a str)>,
) -> Vec<String> {
    let own = |(name, _): &&(String, String)| ["collection", "site"].contains(&name.as_str());
    let facets = facets.iter().filter(own);
    let mut marks: Vec<String> = facets.map(|(name, value)| mark(name, value)).collect();
    let keys: Vec<(i64, &str)> = keys.filter(|(_, key)| is_marked(key)).collect();
    if keys.len() > MOST_VALUES {
        marks.push(any());
    } else {
        marks.extend(keys.iter().map(|(path, key)| value(*path, key)));
    }
    marks
}

/// Lists of marks: whatever is found has one of each list.
pub(super) fn wanted(query: &Query) -> Vec<Vec<String>> {
    let collections = query.collections.iter();
    let sites = query.site.iter();
    let mut wanted = vec![
        collections
            .map(|handle| mark("collection", handle))
            .collect(),
        sites.map(|handle| mark("site", handle)).collect(),
    ];
    if let [(_, filter)] = query.among.as_slice() {
        wanted.extend(of_filter(filter));
    }
    wanted.retain(|marks: &Vec<String>| !marks.is_empty());
    wanted
}

fn of_filter(filter: &Filter) -> impl Iterator<Item = Vec<String>> {
    let keys = filter.all.iter().filter_map(Predicate::keys);
    let is_marked = |key: &String| is_marked(key);
    let few =
        keys.filter(move |(_, keys)| keys.len() <= MOST_ALTERNATIVES && keys.iter().all(is_marked));
    few.map(|(path, keys)| {
        let each = keys.iter().map(|key| value(path, key));
        each.chain([any()]).collect()
    })
}

/// That something is there, and no more, is never asked by a value.
fn is_marked(key: &str) -> bool {
    key.len() <= LONGEST_KEY && key != Scalar::Present.key().0
}

fn value(path: i64, key: &str) -> String {
    mark(&path.to_string(), key)
}

fn any() -> String {
    mark("*", "")
}

fn mark(name: &str, value: &str) -> String {
    let hash = blake3::hash(format!("{name}\t{value}").as_bytes());
    format!("{SIGN}{}", &hash.to_hex()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Kind;
    use crate::store::list::filter::{Subject, Test};

    /// A search for what has this at path 7.
    fn query(text: &str) -> Query {
        let predicate = Predicate {
            subject: Subject::Path(7),
            test: Test::In(vec![Scalar::Text(text.to_owned())]),
            negated: false,
        };
        let filter = Filter {
            all: vec![predicate],
            any: Vec::new(),
        };
        Query {
            collections: vec!["posts".to_owned()],
            among: vec![(Kind::Entry, filter)],
            ..Query::default()
        }
    }

    fn leads(query: &Query, marks: &[String]) -> bool {
        let wanted = wanted(query);
        assert_eq!(wanted.len(), 2);
        let has_one = |list: &Vec<String>| list.iter().any(|mark| marks.contains(mark));
        wanted.iter().all(has_one)
    }

    #[test]
    fn conditions_lead_to_the_items_that_have_their_marks_and_to_those_with_very_many() {
        let facets = [("collection".to_owned(), "posts".to_owned())];
        let few = of(&facets, [(7, "sa"), (8, "sb")].into_iter());
        assert!(leads(&query("A"), &few) && !leads(&query("b"), &few));
        assert!(!leads(&query("a"), &of(&[], [(7, "sa")].into_iter())));
        let many = vec![(8, "sb"); MOST_VALUES + 1];
        let many = of(&facets, many.into_iter());
        assert!(leads(&query("a"), &many) && many.len() == 2);
    }
}
