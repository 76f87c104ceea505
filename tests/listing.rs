//! Lists against what a reader would find by hand: every entry of the sample site is looked at, one by one, for random
//! queries; the grammar holds for any text.

#[path = "support/sample.rs"]
mod sample;
#[path = "support/served.rs"]
mod served;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use proptest::prelude::*;
use rhapsode::api::listing::{Base, List};
use rhapsode::store::Kind;
use serde_json::Value;
use served::Served;

/// A value as a reader sees it.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Text(String),
    Number(f64),
    Boolean(bool),
    Moment(String),
    Something,
}

/// An entry: its id, its place in the list without a query, and its values by path.
#[derive(Clone, Debug)]
struct Entry {
    id: String,
    place: usize,
    values: BTreeMap<String, Vec<Seen>>,
}

fn entries(served: &Served) -> Vec<Entry> {
    let (status, list) = served.get("/entries?limit=100&fields=*&body=words,blocks");
    assert_eq!(status, 200, "{list}");
    let data = list["data"].as_array().unwrap();
    let entry = |(place, entry): (usize, &Value)| {
        let mut values = BTreeMap::new();
        for name in [
            "id",
            "title",
            "slug",
            "uri",
            "url",
            "site",
            "collection",
            "blueprint",
            "date",
            "updated_at",
        ] {
            see(name, &entry[name], &mut values);
        }
        for (name, value) in entry["fields"].as_object().unwrap() {
            see(name, value, &mut values);
        }
        Entry {
            id: entry["id"].as_str().unwrap().to_owned(),
            place,
            values,
        }
    };
    data.iter().enumerate().map(entry).collect()
}

/// Takes note of a value at a path and of what is below it.
fn see(path: &str, value: &Value, values: &mut BTreeMap<String, Vec<Seen>>) {
    let mut add = |seen| values.entry(path.to_owned()).or_default().push(seen);
    match value {
        Value::Null => {}
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => {
            let is_moment = text.len() == 20 && text.ends_with('Z') && text.as_bytes()[10] == b'T';
            add(if is_moment {
                Seen::Moment(text.clone())
            } else {
                Seen::Text(text.clone())
            });
        }
        Value::Bool(truth) => add(Seen::Boolean(*truth)),
        Value::Number(number) => add(Seen::Number(number.as_f64().unwrap())),
        Value::Array(items) => items.iter().for_each(|item| see(path, item, values)),
        Value::Object(members) => {
            let has = |name: &str| members.contains_key(name);
            if members.is_empty() {
            } else if has("words") {
                add(Seen::Something);
                for block in members
                    .get("blocks")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                {
                    if block["type"] != "text" {
                        see(&format!("{path}.blocks.type"), &block["type"], values);
                    }
                }
            } else if has("code") && has("mode") {
                add(Seen::Something);
                see(&format!("{path}.mode"), &members["mode"], values);
            } else if has("value") && has("label") && has("key") {
                see(path, &members["value"], values);
            } else if has("id") && has("title") && !has("type") && !has("kind") {
                see(path, &members["id"], values);
                for name in ["slug", "path"] {
                    see(path, members.get(name).unwrap_or(&Value::Null), values);
                }
            } else {
                add(Seen::Something);
                for (name, member) in members
                    .iter()
                    .filter(|(name, _)| *name != "id" || has("kind"))
                {
                    see(&format!("{path}.{name}"), member, values);
                }
            }
        }
    }
}

/// Whether an entry fulfils a condition.
fn passes(entry: &Entry, path: &str, condition: &str, operand: &str) -> bool {
    let exact = ["id", "slug", "uri", "url", "site", "collection"].contains(&path);
    let values = entry.values.get(path).map_or(&[][..], Vec::as_slice);
    let any = |test: &dyn Fn(&Seen) -> bool| values.iter().any(test);
    let equal = |operand: &str| any(&|value| is_equal(value, operand, exact));
    let text = |test: &dyn Fn(&str, &str) -> bool| {
        any(
            &|value| matches!(value, Seen::Text(text) if test(&text.to_lowercase(), &operand.to_lowercase())),
        )
    };
    let compared = |test: &dyn Fn(Ordering) -> bool| {
        any(&|value| compare(value, operand, exact).is_some_and(test))
    };
    match condition {
        "eq" => equal(operand),
        "ne" => !equal(operand),
        "in" => operand.split(',').any(equal),
        "nin" => !operand.split(',').any(equal),
        "lt" => compared(&|order| order == Ordering::Less),
        "lte" => compared(&|order| order != Ordering::Greater),
        "gt" => compared(&|order| order == Ordering::Greater),
        "gte" => compared(&|order| order != Ordering::Less),
        "contains" => text(&|text, part| text.contains(part)),
        "starts_with" => text(&|text, part| text.starts_with(part)),
        "ends_with" => text(&|text, part| text.ends_with(part)),
        "exists" => (operand == "true") != values.is_empty(),
        _ => (operand == "true") == values.is_empty(),
    }
}

fn is_equal(value: &Seen, operand: &str, exact: bool) -> bool {
    match value {
        Seen::Text(text) if exact => text == operand,
        Seen::Text(text) => text.to_lowercase() == operand.to_lowercase(),
        Seen::Moment(moment) if operand.len() == 10 => moment.starts_with(operand),
        _ => compare(value, operand, exact) == Some(Ordering::Equal),
    }
}

fn compare(value: &Seen, operand: &str, exact: bool) -> Option<Ordering> {
    match value {
        Seen::Text(text) if exact => Some(text.as_str().cmp(operand)),
        Seen::Text(text) => Some(text.to_lowercase().cmp(&operand.to_lowercase())),
        Seen::Number(number) => number.partial_cmp(&operand.parse().ok()?),
        Seen::Boolean(truth) => (truth.to_string() == operand).then_some(Ordering::Equal),
        Seen::Moment(moment) if operand.len() == 10 => Some(moment[..10].cmp(operand)),
        Seen::Moment(moment) => Some(moment.as_str().cmp(operand)),
        Seen::Something => None,
    }
}

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

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// What a path holds somewhere, as a request would write it.
fn operand(dice: &mut Dice, entries: &[Entry], path: &str, condition: &str) -> String {
    if ["exists", "empty"].contains(&condition) {
        return (*dice.one(&["true", "false"])).to_owned();
    }
    let values: Vec<&Seen> = entries
        .iter()
        .filter_map(|entry| entry.values.get(path))
        .flatten()
        .collect();
    let text = match dice.one(&values) {
        Seen::Text(text) => text.clone(),
        Seen::Number(number) => number.to_string(),
        Seen::Boolean(truth) => truth.to_string(),
        Seen::Moment(moment) if dice.below(2) == 0 => moment[..10].to_owned(),
        Seen::Moment(moment) => moment.clone(),
        Seen::Something => "x".to_owned(),
    };
    let letters: Vec<char> = text
        .chars()
        .filter(|letter| *letter != ',')
        .take(60)
        .collect();
    let (from, to) = match condition {
        "contains" => (letters.len() / 3, letters.len() * 2 / 3 + 1),
        "starts_with" => (0, letters.len() / 2 + 1),
        "ends_with" if text.chars().count() <= 60 => (letters.len() / 2, letters.len()),
        _ => return text.replace(',', "").trim().to_owned(),
    };
    letters[from..to.min(letters.len())]
        .iter()
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Escapes what has a meaning in a query.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~,:".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
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
#[expect(
    clippy::too_many_lines,
    reason = "one table of fields and what each is compared with"
)]
fn random_queries_find_what_a_reader_finds() {
    let served = sample::serve("random");
    let all = entries(&served);
    assert!(all.len() > 20);
    let paths: Vec<String> = {
        let mut paths: Vec<String> = all
            .iter()
            .flat_map(|entry| entry.values.keys().cloned())
            .collect();
        paths.sort();
        paths.dedup();
        paths
    };
    let conditions = [
        "eq",
        "ne",
        "in",
        "nin",
        "lt",
        "lte",
        "gt",
        "gte",
        "contains",
        "starts_with",
        "ends_with",
        "exists",
        "empty",
    ];
    let single = |path: &String| {
        all.iter().all(|entry| {
            entry
                .values
                .get(path)
                .is_none_or(|values| values.len() == 1 && values[0] != Seen::Something)
        })
    };
    let (_, refused) = served.get("/entries?sort=nothing");
    let allowed = refused["allowed"].as_array().unwrap();
    let sortable: Vec<String> = paths
        .iter()
        .filter(|path| single(path) && allowed.iter().any(|name| name == path.as_str()))
        .cloned()
        .collect();
    let mut dice = Dice(20_261_125);
    let (mut found, mut refused) = (0, 0);
    for round in 0..250 {
        let mut asked: Vec<(Option<usize>, String, &str, String)> = Vec::new();
        for _ in 0..dice.below(4) {
            let path = dice.one(&paths).clone();
            let condition = *dice.one(&conditions);
            let operand = operand(&mut dice, &all, &path, condition);
            let group = (dice.below(3) == 0).then(|| dice.below(2));
            let is_new = asked
                .iter()
                .all(|(of, name, other, _)| (of, name, other) != (&group, &path, &condition));
            if is_new && !operand.is_empty() {
                asked.push((group, path, condition, operand));
            }
        }
        let mut query: Vec<String> = asked
            .iter()
            .map(|(group, path, condition, operand)| match group {
                None => format!("filter[{path}:{condition}]={}", escaped(operand)),
                Some(group) => format!(
                    "filter[any][{group}][{path}:{condition}]={}",
                    escaped(operand)
                ),
            })
            .collect();
        let mut keys: Vec<(String, bool)> = Vec::new();
        if dice.below(3) > 0 {
            for _ in 0..=dice.below(2) {
                let key = (*dice.one(&[dice_key(round), "title", "date", "updated_at"])).to_owned();
                let key = if dice.below(2) == 0 {
                    dice.one(&sortable).clone()
                } else {
                    key
                };
                let named =
                    ["id", "slug", "uri", "url", "site", "collection"].contains(&key.as_str());
                if !named && keys.iter().all(|(other, _)| *other != key) {
                    keys.push((key, dice.below(2) == 0));
                }
            }
        }
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
        let groups = |group: usize| asked.iter().filter(move |(of, ..)| *of == Some(group));
        let holds = |entry: &Entry, asked: &(Option<usize>, String, &str, String)| {
            passes(entry, &asked.1, asked.2, &asked.3)
        };
        let mut expected: Vec<&Entry> = all
            .iter()
            .filter(|entry| {
                let any_asked = asked.iter().any(|(group, ..)| group.is_some());
                let any = (0..2).any(|group| {
                    groups(group).next().is_some() && groups(group).all(|one| holds(entry, one))
                });
                asked
                    .iter()
                    .filter(|(group, ..)| group.is_none())
                    .all(|one| holds(entry, one))
                    && (any || !any_asked)
            })
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

fn dice_key(round: usize) -> &'static str {
    if round.is_multiple_of(2) {
        "order"
    } else {
        "title"
    }
}

#[test]
fn every_list_takes_every_condition_and_refuses_what_it_does_not_know() {
    let served = sample::serve("every");
    let lists = [
        ("/entries", "blueprint"),
        ("/taxonomies/topics/terms", "title"),
        ("/taxonomies/topics/terms/servers/entries", "blueprint"),
        ("/assets/images", "path"),
    ];
    for (list, path) in lists {
        for condition in [
            "eq",
            "ne",
            "in",
            "nin",
            "lt",
            "lte",
            "gt",
            "gte",
            "contains",
            "starts_with",
            "ends_with",
        ] {
            let (status, answer) = served.get(&format!(
                "{list}?filter[{path}:{condition}]=a&filter[any][0][title]=b&sort=-title"
            ));
            assert_eq!(status, 200, "{list} {condition} {answer}");
        }
        for rest in [
            format!("filter[{path}:between]=a,b"),
            format!("filter[{path}:exists]=true"),
            format!("filter[{path}:empty]=false"),
            "page=1&count=true".into(),
            "include=".into(),
        ] {
            let (status, answer) = served.get(&format!("{list}?{rest}"));
            let expected = if rest == "include=" { 400 } else { 200 };
            assert_eq!(status, expected, "{list}?{rest} {answer}");
        }
        let refused = [
            ("filter[nothing]=a", "filter[nothing]"),
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
            ("format=ndjson&limit=5", "limit"),
            ("include=nothing", "include"),
            ("fields=nothing", "fields"),
            ("fallback=true", "fallback"),
            ("site=nowhere", "site"),
            ("boddy=html", "boddy"),
        ];
        for (query, param) in refused {
            let (status, problem) = served.get(&format!("{list}?{query}"));
            assert_eq!(
                (status, problem["param"].as_str()),
                (400, Some(param)),
                "{list}?{query} {problem}"
            );
        }
    }
    let (_, problem) = served.get("/entries?filter[titel:contains]=a");
    assert_eq!(problem["did_you_mean"], "title");
    let (_, problem) = served.get("/entries?filter[title:contain]=a");
    assert_eq!(problem["did_you_mean"], "contains");
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
    let whole = entries(&served);
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
