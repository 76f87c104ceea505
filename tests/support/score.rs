//! Two JSON values held against each other, member by member, and the score of many.

use std::collections::BTreeMap;

use serde_json::Value;

/// A difference that is meant: where it is, and why.
pub struct Deviation {
    /// Pattern of `site/what/place`; a `*` stands for anything.
    place: String,
    /// Why we differ.
    reason: String,
}

/// What was compared at one site.
pub struct Score<'a> {
    site: &'a str,
    deviations: &'a [Deviation],
    /// By kind and field: equal, and compared.
    fields: BTreeMap<String, (usize, usize)>,
    /// Differences that nothing explains.
    pub unexplained: Vec<String>,
    explained: BTreeMap<&'a str, usize>,
}

/// The list that stands beside the test.
pub fn deviations() -> Vec<Deviation> {
    let table: Value = serde_json::from_str(include_str!("../conformance_deviations.json")).expect("JSON");
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_else(|| panic!("{row} has no {key}")).to_owned();
    let rows = table.as_array().expect("a list");
    rows.iter().map(|row| Deviation { place: text(row, "place"), reason: text(row, "reason") }).collect()
}

impl<'a> Score<'a> {
    /// Nothing compared yet.
    pub fn new(site: &'a str, deviations: &'a [Deviation]) -> Self {
        Self { site, deviations, fields: BTreeMap::new(), unexplained: Vec::new(), explained: BTreeMap::new() }
    }

    /// Compares the members of two objects, each for itself.
    pub fn members(&mut self, what: &str, place: &str, wanted: &Value, found: &Value) {
        let (empty, none) = (serde_json::Map::new(), Value::Null);
        let (ours, theirs) = (found.as_object().unwrap_or(&empty), wanted.as_object().unwrap_or(&empty));
        for (key, value) in theirs {
            self.whole(what, &format!("{place}/{key}"), key, value, ours.get(key).unwrap_or(&Value::String("(missing)".into())));
        }
        for (key, value) in ours.iter().filter(|(key, _)| !theirs.contains_key(*key)) {
            self.whole(what, &format!("{place}/{key}"), key, &Value::String("(missing)".into()), value);
        }
        if wanted.is_object() != found.is_object() {
            self.whole(what, place, "(object)", wanted, if found.is_object() { &none } else { found });
        }
    }

    /// Compares two values as one.
    pub fn whole(&mut self, what: &str, place: &str, field: &str, wanted: &Value, found: &Value) {
        let counts = self.fields.entry(format!("{what} {field}")).or_default();
        counts.1 += 1;
        let difference = first_difference(wanted, found, String::new());
        let Some((path, wanted, found)) = difference else {
            counts.0 += 1;
            return;
        };
        let place = format!("{}/{what}/{place}{path}", self.site);
        match self.deviations.iter().find(|deviation| matches(&deviation.place, &place)) {
            Some(deviation) => *self.explained.entry(&deviation.reason).or_default() += 1,
            None => self.unexplained.push(format!("{place}\n    wanted {}\n    found  {}", short(&wanted), short(&found))),
        }
    }

    /// Equal and compared, of all whose name begins so.
    pub fn total(&self, what: &str) -> (usize, usize) {
        let of = self.fields.iter().filter(|(name, _)| name.starts_with(what));
        of.fold((0, 0), |sum, (_, counts)| (sum.0 + counts.0, sum.1 + counts.1))
    }

    /// Prints the score of the site, of each kind, of each field that is not all equal, and what is unexplained.
    pub fn print(&self) {
        let (equal, compared) = self.total("");
        #[expect(clippy::cast_precision_loss, reason = "a percentage")]
        let share = if compared == 0 { 100.0 } else { equal as f64 / compared as f64 * 100.0 };
        println!("== {}: {equal} of {compared} equal ({share:.2} %)", self.site);
        for (name, (equal, compared)) in self.fields.iter().filter(|(_, (equal, compared))| equal < compared) {
            println!("   {name}: {equal} of {compared}");
        }
        for (reason, count) in &self.explained {
            println!("   {count} explained: {reason}");
        }
        for difference in &self.unexplained {
            println!("   DIFFERS {difference}");
        }
    }
}

/// Where two values first differ, and what stands there. PHP cannot tell `{}` from `[]`, nor 1.0 from 1 on the way out.
fn first_difference(wanted: &Value, found: &Value, path: String) -> Option<(String, Value, Value)> {
    match (wanted, found) {
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() && a.keys().all(|key| b.contains_key(key)) => {
            a.iter().find_map(|(key, value)| first_difference(value, &b[key], format!("{path}.{key}")))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.into_iter().find_map(|(index, (a, b))| first_difference(a, b, format!("{path}[{index}]")))
        }
        (Value::Array(a), Value::Object(b)) | (Value::Object(b), Value::Array(a)) if a.is_empty() && b.is_empty() => None,
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        _ if wanted == found => None,
        _ => Some((path, wanted.clone(), found.clone())),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 400 { text.chars().take(400).chain(['…']).collect() } else { text }
}

/// Whether a text fits a pattern in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
