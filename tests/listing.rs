//! Lists against what a reader would find by hand: every entry of the sample site is looked at, one by one, for random
//! queries; the grammar holds for any text.

#[path = "support/reader.rs"]
mod reader;
#[path = "support/sample.rs"]
mod sample;
#[path = "support/served.rs"]
mod served;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use proptest::prelude::*;
use reader::{Asked, Dice, Entry, Seen, all_hold, conditions, items};
use rhapsode::api::filter::CONDITIONS;
use rhapsode::api::listing::{Base, List};
use rhapsode::store::Kind;
use serde_json::Value;
use served::Served;

/// By what a list is sorted: what has no value comes last, ties are in the order of the ids.
fn order(a: &Entry, b: &Entry, keys: &[(String, bool)]) -> Ordering {
    let mut last = false;
    for (key, descending) in keys {
        last = *descending;
        if key == "order" {
            let order = a.place.cmp(&b.place);
            return if *descending { order.reverse() } else { order };
        }
        let of = |entry: &Entry| {
            entry
                .values
                .get(key)
                .and_then(|values| values.first())
                .cloned()
        };
        let (left, right) = (of(a), of(b));
        // A missing date is the smallest; any other missing value comes last.
        let missing = if key == "date" {
            Ordering::Equal
        } else {
            left.is_none().cmp(&right.is_none())
        };
        let order = missing.then_with(|| {
            let order = rank(left.as_ref())
                .partial_cmp(&rank(right.as_ref()))
                .unwrap();
            if *descending { order.reverse() } else { order }
        });
        if order != Ordering::Equal {
            return order;
        }
    }
    let order = a.id.cmp(&b.id);
    if last { order.reverse() } else { order }
}

fn rank(value: Option<&Seen>) -> (u8, f64, String) {
    match value {
        None | Some(Seen::Something) => (0, 0.0, String::new()),
        Some(Seen::Boolean(truth)) => (1, f64::from(u8::from(*truth)), String::new()),
        Some(Seen::Number(number)) => (2, *number, String::new()),
        Some(Seen::Moment(text)) => (3, 0.0, text.clone()),
        Some(Seen::Text(text)) => (4, 0.0, text.to_lowercase()),
    }
}

/// All ids of a list, by following it from page to page, there and back.
fn walk(served: &Served, path: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut pages = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let (status, page) = served.get(&path);
        assert_eq!(status, 200, "{path}\n{page}");
        let of_page: Vec<String> = page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["id"].as_str().unwrap().to_owned())
            .collect();
        ids.extend(of_page.iter().cloned());
        pages.push((of_page, page["links"]["prev"].as_str().map(str::to_owned)));
        next = page["links"]["next"].as_str().map(str::to_owned);
        assert!(pages.len() < 100, "{path} does not end");
    }
    for pair in pages.windows(2).rev() {
        let back = pair[1].1.as_ref().expect("a page before this one");
        let (_, page) = served.get(back);
        let of_page: Vec<&str> = page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["id"].as_str().unwrap())
            .collect();
        assert_eq!(of_page, pair[0].0, "{back}");
    }
    ids
}

#[test]
fn random_queries_find_what_a_reader_finds() {
    let served = sample::serve("random");
    let all = items(&served, "/entries");
    assert!(all.len() > 20);
    let sortable = sortable(&served, &all);
    let mut dice = Dice(20_261_125);
    let (mut found, mut refused) = (0, 0);
    for round in 0..250 {
        let asked = conditions(&mut dice, &all);
        let keys = keys(&mut dice, round, &sortable);
        let mut query: Vec<String> = asked.iter().map(Asked::parameter).collect();
        if !keys.is_empty() {
            let sort: Vec<String> = keys
                .iter()
                .map(|(key, descending)| format!("{}{key}", if *descending { "-" } else { "" }))
                .collect();
            query.push(format!("sort={}", sort.join(",")));
        }
        let keys = if keys.is_empty() {
            vec![("order".to_owned(), false)]
        } else {
            keys
        };
        let mut expected: Vec<&Entry> = all
            .iter()
            .filter(|entry| all_hold(&asked, |place| asked[place].holds(entry)))
            .collect();
        expected.sort_by(|a, b| order(a, b, &keys));
        let expected: Vec<&str> = expected.iter().map(|entry| entry.id.as_str()).collect();
        query.push(format!("limit={}", 1 + dice.below(9)));
        let path = format!("/entries?{}", query.join("&"));
        let (status, answer) = served.get(&path);
        if status == 400 {
            // A condition that a field's type does not have.
            assert!(
                answer["param"]
                    .as_str()
                    .is_some_and(|param| param.starts_with("filter[")),
                "{path}\n{answer}"
            );
            refused += 1;
            continue;
        }
        assert_eq!(walk(&served, &path), expected, "{path}");
        let (_, counted) = served.get(&format!("{path}&count=true&page=1"));
        assert_eq!(counted["meta"]["count"], expected.len(), "{path}");
        found += 1;
    }
    assert!(found > 120, "{found} queries, {refused} refused");
}

/// The paths that hold one value at most and that the list can be sorted by.
fn sortable(served: &Served, all: &[Entry]) -> Vec<String> {
    let (_, refused) = served.get("/entries?sort=nothing");
    let allowed = refused["allowed"].as_array().unwrap();
    let single = |path: &&String| {
        all.iter().all(|entry| {
            let values = entry.values.get(*path);
            values.is_none_or(|values| values.len() == 1 && values[0] != Seen::Something)
        })
    };
    let paths: BTreeSet<&String> = all.iter().flat_map(|entry| entry.values.keys()).collect();
    let single = paths.into_iter().filter(single);
    single
        .filter(|path| allowed.iter().any(|name| name == path.as_str()))
        .cloned()
        .collect()
}

/// Random keys of an order, mostly some.
fn keys(dice: &mut Dice, round: usize, sortable: &[String]) -> Vec<(String, bool)> {
    let mut keys: Vec<(String, bool)> = Vec::new();
    if dice.below(3) == 0 {
        return keys;
    }
    for _ in 0..=dice.below(2) {
        let key = (*dice.one(&[dice_key(round), "title", "date", "updated_at"])).to_owned();
        let key = if dice.below(2) == 0 {
            dice.one(sortable).clone()
        } else {
            key
        };
        let named = ["id", "slug", "uri", "url", "site", "collection"].contains(&key.as_str());
        if !named && keys.iter().all(|(other, _)| *other != key) {
            keys.push((key, dice.below(2) == 0));
        }
    }
    keys
}

fn dice_key(round: usize) -> &'static str {
    if round.is_multiple_of(2) {
        "order"
    } else {
        "title"
    }
}

/// The lists whose filters name any path: route, an address, a path that its items have, and whether it is a list in an
/// order, with cursors and lines; `/search` is none.
const LISTS: [(&str, &str, &str, bool); 5] = [
    ("/entries", "/entries?", "blueprint", true),
    (
        "/taxonomies/{handle}/terms",
        "/taxonomies/topics/terms?",
        "title",
        true,
    ),
    (
        "/taxonomies/{handle}/terms/{slug}/entries",
        "/taxonomies/topics/terms/servers/entries?",
        "blueprint",
        true,
    ),
    ("/assets/{container}", "/assets/images?", "path", true),
    ("/search", "/search?q=web&", "blueprint", false),
];

/// The lists that take a few filters, with a value of each.
const REPORTS: [(&str, &[(&str, &str)]); 4] = [
    (
        "/changes",
        &[("filter[kind]", "entry"), ("filter[collection]", "posts")],
    ),
    (
        "/links/broken",
        &[
            ("filter[state]", "missing"),
            ("filter[collection]", "posts"),
        ],
    ),
    (
        "/problems",
        &[
            ("filter[severity]", "info"),
            ("filter[code]", "disk_guessed"),
            ("filter[path]", "content/assets/images.yaml"),
            ("filter[path:starts_with]", "content/"),
            ("filter[entry]", "home"),
            ("filter[collection]", "posts"),
        ],
    ),
    ("/seo/report", &[("filter[code]", "description_missing")]),
];

#[test]
fn every_list_takes_every_condition_and_refuses_what_it_does_not_know() {
    let served = sample::serve("every");
    for (_, list, path, is_ordered) in LISTS {
        let sorted = if is_ordered { "&sort=-title" } else { "" };
        for condition in CONDITIONS.into_iter().filter(|name| *name != "between") {
            let value = match condition {
                "exists" | "empty" => "true",
                _ => "a",
            };
            let asked =
                format!("{list}filter[{path}:{condition}]={value}&filter[any][0][title]=b{sorted}");
            let (status, answer) = served.get(&asked);
            assert_eq!(status, 200, "{asked} {answer}");
        }
        for rest in [
            format!("filter[{path}:between]=a,b"),
            format!("filter[any][3][{path}:nin]=a,b&filter[any][7][{path}]=c"),
            format!(
                "page=1&limit=1{}",
                if is_ordered { "&count=true" } else { "" }
            ),
        ] {
            let (status, answer) = served.get(&format!("{list}{rest}"));
            assert_eq!(status, 200, "{list}{rest} {answer}");
        }
        let with_lines = if is_ordered { "limit" } else { "format" };
        let refused = [
            ("filter[nothing]=a", "filter[nothing]"),
            ("filter[any][0][nothing]=a", "filter[any][0][nothing]"),
            ("filter[title:like]=a", "filter[title:like]"),
            ("filter[title:between]=a", "filter[title:between]"),
            ("filter[title:exists]=maybe", "filter[title:exists]"),
            ("filter[title]=", "filter[title]"),
            ("filter[any][x][title]=a", "filter[any][x][title]"),
            ("filter[a[b]=a", "filter[a[b]"),
            ("sort=nothing", "sort"),
            ("sort=title,-title", "sort"),
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=x", "limit"),
            ("page=0", "page"),
            ("page=100000", "page"),
            ("page=1&cursor=5b5d", "cursor"),
            ("cursor=5b5d", "cursor"),
            ("format=xml", "format"),
            ("format=ndjson&limit=5", with_lines),
            ("include=", "include"),
            ("include=nothing", "include"),
            ("fields=nothing", "fields"),
            ("fallback=true", "fallback"),
            ("site=nowhere", "site"),
            ("boddy=html", "boddy"),
        ];
        for (query, param) in refused {
            assert_refused(&served, &format!("{list}{query}"), param);
        }
        let (_, problem) = served.get(&format!("{list}filter[titel:contains]=a"));
        assert_eq!(problem["did_you_mean"], "title", "{list}");
        let (_, problem) = served.get(&format!("{list}filter[title:contain]=a"));
        assert_eq!(problem["did_you_mean"], "contains", "{list}");
    }
    let long = "a".repeat(10_000);
    for path in [
        format!("/resolve?path=/{long}"),
        format!("/{long}"),
        format!("/resolve?path=/{}", &long[..4000]),
    ] {
        assert_eq!(served.get(&path).0, 414);
    }
}

#[test]
fn every_report_takes_its_filters_and_refuses_any_other() {
    let served = sample::serve("reports");
    for (route, filters) in REPORTS {
        for (filter, value) in filters {
            let (status, answer) = served.get(&format!("{route}?{filter}={value}"));
            assert_eq!(status, 200, "{route} {filter} {answer}");
            assert_refused(&served, &format!("{route}?{filter}="), filter);
            let name = filter.trim_end_matches(']').split(':').next().unwrap();
            for condition in CONDITIONS {
                let other = format!("{name}:{condition}]");
                if filters.iter().all(|(known, _)| *known != other) {
                    assert_refused(&served, &format!("{route}?{other}=true"), &other);
                }
            }
            let misspelt = filter.replacen("filter[", "filter[x", 1);
            let (_, problem) = served.get(&format!("{route}?{misspelt}={value}"));
            assert_eq!(problem["did_you_mean"], *filter, "{route} {problem}");
        }
        assert_refused(
            &served,
            &format!("{route}?filter[title]=a"),
            "filter[title]",
        );
    }
}

#[test]
fn the_description_names_the_filters_of_every_route_and_the_others_take_none() {
    let served = sample::serve("described");
    let (_, description) = served.get("/openapi.json");
    for (route, methods) in description["paths"].as_object().unwrap() {
        let parameters = methods["get"]["parameters"].as_array();
        let names = parameters.into_iter().flatten();
        let names = names.filter_map(|parameter| parameter["name"].as_str());
        let mut filters: Vec<&str> = names.filter(|name| name.starts_with("filter[")).collect();
        filters.sort_unstable();
        let report = REPORTS.iter().find(|(known, _)| known == route);
        if LISTS.iter().any(|(known, ..)| known == route) {
            for name in ["filter[path:condition]", "filter[any][0][path:condition]"] {
                assert!(filters.contains(&name), "{route} {filters:?}");
            }
        } else if let Some((_, known)) = report {
            let mut known: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            known.sort_unstable();
            assert_eq!(filters, known, "{route}");
        } else {
            assert!(filters.is_empty(), "{route} {filters:?}");
            let answers_anybody = ["/docs", "/livez", "/readyz"].contains(&route.as_str());
            if methods["get"].is_object() && !route.contains('{') && !answers_anybody {
                assert_refused(
                    &served,
                    &format!("{route}?filter[title]=a"),
                    "filter[title]",
                );
            }
        }
    }
}

/// That a request is wrong in this parameter.
fn assert_refused(served: &Served, path: &str, param: &str) {
    let (status, problem) = served.get(path);
    assert_eq!(
        (status, problem["param"].as_str()),
        (400, Some(param)),
        "{path} {problem}"
    );
}

#[test]
fn a_site_that_there_is_not_is_refused_however_it_is_named() {
    let served = sample::serve("no_site");
    for (path, param) in [
        ("/entries?site=nowhere", "site"),
        ("/entries?filter[site]=nowhere", "filter[site]"),
        (
            "/entries?filter[site:in]=default,nowhere",
            "filter[site:in]",
        ),
        ("/search?q=a&filter[site:ne]=nowhere", "filter[site:ne]"),
        (
            "/taxonomies/topics/terms?filter[any][0][site]=nowhere",
            "filter[any][0][site]",
        ),
    ] {
        assert_refused(&served, path, param);
    }
    let (_, problem) = served.get("/entries?filter[site]=defualt");
    assert_eq!(problem["did_you_mean"], "default", "{problem}");
    assert_eq!(problem["allowed"], serde_json::json!(["default"]));
    assert_eq!(served.get("/entries?filter[site]=Default").0, 200);
    assert_eq!(served.get("/entries?filter[site:contains]=nowhere").0, 200);
}

#[test]
fn a_cursor_of_another_query_is_refused() {
    let served = sample::serve("cursors");
    let (_, page) = served.get("/entries?limit=2&sort=title");
    let next = page["links"]["next"].as_str().unwrap();
    let cursor = next.split("cursor=").nth(1).unwrap();
    for other in [
        "/entries?sort=-title",
        "/entries?sort=title&collection=posts",
        "/entries?sort=title&filter[slug:ne]=a",
    ] {
        let (status, problem) = served.get(&format!("{other}&cursor={cursor}"));
        assert_eq!(
            (status, problem["param"].as_str()),
            (400, Some("cursor")),
            "{other}"
        );
    }
}

#[test]
fn all_entries_come_as_lines() {
    let served = sample::serve("lines");
    let whole = items(&served, "/entries");
    let lines = served.text("/entries?format=ndjson&fields=none", "");
    let ids: Vec<String> = lines
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(
        ids,
        whole
            .iter()
            .map(|entry| entry.id.clone())
            .collect::<Vec<_>>()
    );
    let accepted = served.text(
        "/entries?filter[collection]=posts&sort=-date",
        "Accept: application/x-ndjson\r\n",
    );
    assert!(
        accepted.lines().count() > 5 && accepted.lines().all(|line| line.starts_with("{\"id\""))
    );
}

/// Parts of queries, well-formed and not.
fn fragment() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "filter[title]",
        "filter[title:contains]",
        "filter[any][0][title:ne]",
        "filter[any][7][topics:in]",
        "filter[date:between]",
        "filter[a.b:exists]",
        "filter[",
        "filter[any][",
        "filter[any][x][y]",
        "sort",
        "limit",
        "cursor",
        "page",
        "count",
        "body",
        "fields",
        "include",
        "seo",
        "site",
        "collection",
        "fallback",
        "format",
        "filter[collection]",
        "filter[collection:in]",
        "filter[collection:ne]",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "a",
            "true",
            "1",
            "title,-date",
            "html",
            "a,b",
            "b%2Ca",
            "none",
            "*",
            "a.b,c",
            "posts",
            "ndjson",
            "json"
        ])
        .prop_map(str::to_owned),
        ".{0,12}",
    ];
    (name, value).prop_map(|(name, value)| format!("{name}={value}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_query_is_read_or_refused_and_its_one_spelling_means_itself(parts in prop::collection::vec(fragment(), 0..5), noise in ".{0,20}") {
        let base = || Base { path: vec!["entries".into()], kind: Kind::Entry, owner: None, term: None };
        let _ = List::parse(&noise, base());
        if let Ok(list) = List::parse(&parts.join("&"), base()) {
            let key = list.key();
            let query = key.split_once('?').map_or("", |(_, query)| query);
            let again = List::parse(query, base()).map_err(|error| TestCaseError::fail(format!("{key}: {error}")))?;
            prop_assert_eq!(again.key(), key);
        }
    }
}
