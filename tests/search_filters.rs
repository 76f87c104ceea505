//! The filters of a search against what a reader would keep of its matches by hand, for random ones.

#[path = "support/reader.rs"]
mod reader;
#[path = "support/sample.rs"]
mod sample;
#[path = "support/served.rs"]
mod served;

use std::collections::BTreeMap;

use reader::{Asked, Dice, Entry, Seen, all_hold, conditions, items};
use serde_json::{Value, json};
use served::Served;

/// The hits of a search that one page holds, and the answer.
fn hits(served: &Served, query: &str) -> (Vec<String>, Value) {
    let path = format!("/search?limit=100&{query}");
    let (status, answer) = served.get(&path);
    assert_eq!(
        (status, &answer["links"]["next"]),
        (200, &Value::Null),
        "{path} {answer}"
    );
    let ids = answer["data"].as_array().unwrap().iter();
    let ids = ids.map(|hit| hit["id"].as_str().unwrap().to_owned());
    (ids.collect(), answer)
}

/// How often each value stands at a path of the items, the most frequent first: a facet.
fn counted(items: &[&Entry], path: &str) -> Value {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for value in items
        .iter()
        .filter_map(|item| item.values.get(path))
        .flatten()
    {
        if let Seen::Text(text) = value {
            *counts.entry(text).or_default() += 1;
        }
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(value, count)| (usize::MAX - count, *value));
    let each = counts.into_iter();
    each.map(|(value, count)| json!({ "value": value, "count": count }))
        .collect()
}

#[test]
fn random_filters_keep_of_the_matches_what_a_reader_keeps() {
    let served = sample::serve("search_filters");
    let lists = ["/entries", "/taxonomies/topics/terms"];
    let kinds = lists.map(|list| items(&served, list));
    let all: Vec<Entry> = kinds.concat();
    let mut dice = Dice(20_261_126);
    let (mut some, mut refused) = (0, 0);
    for round in 0..250 {
        let asked = conditions(
            &mut dice,
            [&all, &kinds[round % 2]][usize::from(round % 3 == 0)],
        );
        let words = dice.one(&[
            "web",
            "server*",
            "%22the+web%22",
            "page+-cookie",
            "a",
            "what",
        ]);
        let words = format!("q={words}");
        let query: Vec<String> = asked.iter().map(Asked::parameter).collect();
        let query = format!("{words}&{}", query.join("&"));
        let takes = |list: &str, one: &Asked| {
            let alone = Asked {
                group: None,
                ..one.clone()
            };
            served.get(&format!("{list}?{}", alone.parameter())).0 == 200
        };
        // What cannot be asked of a kind, by its list, nothing of the kind fulfils; what cannot of either is an error.
        let meaning: Vec<[bool; 2]> = asked
            .iter()
            .map(|one| lists.map(|list| takes(list, one)))
            .collect();
        if meaning.contains(&[false, false]) {
            assert_eq!(served.get(&format!("/search?{query}")).0, 400, "{query}");
            refused += 1;
            continue;
        }
        let kept = |kind: usize, entry: &Entry| {
            let holds = |place: usize| meaning[place][kind] && asked[place].holds(entry);
            all_hold(&asked, holds)
        };
        let kept: BTreeMap<&String, &Entry> = (0..2)
            .flat_map(|kind| kinds[kind].iter().filter(move |entry| kept(kind, entry)))
            .map(|entry| (&entry.id, entry))
            .collect();
        let matches = hits(&served, &words).0;
        let expected: Vec<&Entry> = matches
            .iter()
            .filter_map(|id| kept.get(id).copied())
            .collect();
        let (ids, answer) = hits(&served, &query);
        assert_eq!(
            ids,
            expected
                .iter()
                .map(|entry| entry.id.clone())
                .collect::<Vec<_>>(),
            "{query}"
        );
        assert_eq!(answer["meta"]["total"], ids.len(), "{query}");
        for facet in ["collection", "site", "blueprint", "taxonomy"] {
            assert_eq!(
                answer["facets"][facet],
                counted(&expected, facet),
                "{query} {facet}"
            );
        }
        some += usize::from(!ids.is_empty() && !asked.is_empty());
    }
    assert!(
        some > 50 && refused < 125,
        "{some} with hits, {refused} refused"
    );
}

#[test]
fn collections_sites_and_taxonomies_have_their_short_names() {
    let served = sample::serve("search_names");
    let ids = |query: &str| hits(&served, &format!("q=web&{query}")).0;
    let posts = ids("collection=posts");
    assert!(posts.len() > 3 && posts.len() < ids("").len());
    for same in [
        "filter[collection]=posts",
        "filter[collection:in]=posts",
        "collection=posts,posts&site=default",
    ] {
        assert_eq!(ids(same), posts, "{same}");
    }
    let both = ids("collection=posts,pages");
    assert!(both.len() > posts.len() && posts.iter().all(|id| both.contains(id)));
    let topics = ids("filter[topics]=servers");
    assert!(!topics.is_empty() && topics.len() < posts.len());
    for same in [
        "filter[taxonomy.topics]=servers",
        "filter[topics:in]=SERVERS",
        "filter[topics]=topics::servers",
    ] {
        assert_eq!(ids(same), topics, "{same}");
    }
    let terms = ids("filter[taxonomy]=topics");
    assert!(!terms.is_empty() && terms.iter().all(|id| id.starts_with("topics::")));
    assert_eq!(
        ids("filter[taxonomy]=topics&filter[blueprint]=post"),
        Vec::<String>::new()
    );
    assert_eq!(
        ids("filter[any][0][taxonomy]=topics&filter[any][1][blueprint:exists]=true"),
        ids("")
    );
    for (query, param) in [
        ("collection=posts&filter[collection]=posts", "collection"),
        ("collection=post", "collection"),
        (
            "collection=posts&filter[taxonomy]=topics",
            "filter[taxonomy]",
        ),
        ("filter[collection]=post", "filter[collection]"),
        ("site=defualt", "site"),
        ("filter[titel]=a", "filter[titel]"),
    ] {
        let (status, problem) = served.get(&format!("/search?q=web&{query}"));
        assert_eq!(
            (status, problem["param"].as_str()),
            (400, Some(param)),
            "{query}"
        );
        assert!(param == "collection" && query.contains('&') || problem["allowed"].is_array());
    }
}
