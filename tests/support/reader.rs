//! Items as a reader finds them in the answers of lists, whether one passes a condition, and random conditions.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::served::Served;

/// Conditions with one value.
const CONDITIONS: [&str; 13] = [
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

/// A value as a reader sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    Text(String),
    Number(f64),
    Boolean(bool),
    Moment(String),
    Something,
}

/// An entry or a term: its id, its place in the list without a query, and its values by path.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: String,
    #[allow(dead_code, reason = "not every test sorts")]
    pub place: usize,
    pub values: BTreeMap<String, Vec<Seen>>,
}

/// All that a list holds; a page has to be enough for it.
pub fn items(served: &Served, list: &str) -> Vec<Entry> {
    let (status, list) = served.get(&format!("{list}?limit=100&fields=*&body=words,blocks"));
    assert_eq!(
        (status, &list["links"]["next"]),
        (200, &Value::Null),
        "{list}"
    );
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
            "taxonomy",
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

/// A condition that is asked for.
#[derive(Clone)]
pub struct Asked {
    /// Its group, of those of which one will do.
    pub group: Option<usize>,
    pub path: String,
    pub condition: &'static str,
    pub operand: String,
}

impl Asked {
    /// The parameter that asks for it.
    pub fn parameter(&self) -> String {
        let (path, condition, operand) = (&self.path, self.condition, escaped(&self.operand));
        match self.group {
            None => format!("filter[{path}:{condition}]={operand}"),
            Some(group) => format!("filter[any][{group}][{path}:{condition}]={operand}"),
        }
    }

    /// Whether an entry fulfils it.
    pub fn holds(&self, entry: &Entry) -> bool {
        passes(entry, &self.path, self.condition, &self.operand)
    }
}

/// Up to three random conditions on what the entries hold somewhere.
pub fn conditions(dice: &mut Dice, entries: &[Entry]) -> Vec<Asked> {
    let paths: BTreeSet<&String> = entries
        .iter()
        .flat_map(|entry| entry.values.keys())
        .collect();
    let paths: Vec<&String> = paths.into_iter().collect();
    let mut asked: Vec<Asked> = Vec::new();
    for _ in 0..dice.below(4) {
        let path = (*dice.one(&paths)).clone();
        let condition = *dice.one(&CONDITIONS);
        let operand = operand(dice, entries, &path, condition);
        let group = (dice.below(3) == 0).then(|| dice.below(2));
        let is_new = asked.iter().all(|other| {
            (&other.group, &other.path, other.condition) != (&group, &path, condition)
        });
        if is_new && !operand.is_empty() {
            asked.push(Asked {
                group,
                path,
                condition,
                operand,
            });
        }
    }
    asked
}

/// Whether all conditions without a group hold, each known by its place, and all of one of the groups.
pub fn all_hold(asked: &[Asked], holds: impl Fn(usize) -> bool) -> bool {
    let of =
        |group: Option<usize>| (0..asked.len()).filter(move |place| asked[*place].group == group);
    let any_asked = asked.iter().any(|one| one.group.is_some());
    let any = (0..2).any(|group| of(Some(group)).next().is_some() && of(Some(group)).all(&holds));
    of(None).all(&holds) && (any || !any_asked)
}

/// Whether an entry fulfils a condition.
fn passes(entry: &Entry, path: &str, condition: &str, operand: &str) -> bool {
    let exact = ["id", "slug", "uri", "url", "site", "collection", "taxonomy"].contains(&path);
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

/// Numbers that look random and are the same each time.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
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
