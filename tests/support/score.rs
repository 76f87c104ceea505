//! Two JSON values held against each other, member by member, and the score of many.

use std::collections::BTreeMap;

use serde_json::Value;

/// So many differences are printed of each field.
const SHOWN: usize = 12;

/// A difference that is meant: where it is, and why.
pub struct Deviation {
    /// Pattern of `site/what/place`; a `*` stands for anything.
    place: String,
    /// Pattern of the JSON that Statamic gives there; anything where it is not said.
    wanted: String,
    /// Ids that end so are left out of both lists; the rest must be equal.
    without: Option<String>,
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
    unexplained: Vec<(String, String)>,
    explained: BTreeMap<&'a str, usize>,
}

/// The list that stands beside the test.
pub fn deviations() -> Vec<Deviation> {
    let table: Value =
        serde_json::from_str(include_str!("../conformance_deviations.json")).expect("JSON");
    let text = |row: &Value, key: &str| {
        row[key]
            .as_str()
            .unwrap_or_else(|| panic!("{row} has no {key}"))
            .to_owned()
    };
    let rows = table.as_array().expect("a list");
    let read = |row: &Value| Deviation {
        place: text(row, "place"),
        wanted: row["wanted"].as_str().unwrap_or("*").to_owned(),
        without: row["without"].as_str().map(str::to_owned),
        reason: text(row, "reason"),
    };
    rows.iter().map(read).collect()
}

impl<'a> Score<'a> {
    /// Nothing compared yet.
    pub fn new(site: &'a str, deviations: &'a [Deviation]) -> Self {
        Self {
            site,
            deviations,
            fields: BTreeMap::new(),
            unexplained: Vec::new(),
            explained: BTreeMap::new(),
        }
    }

    /// Compares the members of two objects, each for itself.
    pub fn members(&mut self, what: &str, place: &str, wanted: &Value, found: &Value) {
        let (empty, none) = (serde_json::Map::new(), Value::Null);
        let (ours, theirs) = (
            found.as_object().unwrap_or(&empty),
            wanted.as_object().unwrap_or(&empty),
        );
        for (key, value) in theirs {
            self.whole(
                what,
                &format!("{place}/{key}"),
                key,
                value,
                ours.get(key).unwrap_or(&Value::String("(missing)".into())),
            );
        }
        for (key, value) in ours.iter().filter(|(key, _)| !theirs.contains_key(*key)) {
            self.whole(
                what,
                &format!("{place}/{key}"),
                key,
                &Value::String("(missing)".into()),
                value,
            );
        }
        if wanted.is_object() != found.is_object() {
            self.whole(
                what,
                place,
                "(object)",
                wanted,
                if found.is_object() { &none } else { found },
            );
        }
    }

    /// Compares two values as one.
    pub fn whole(&mut self, what: &str, place: &str, field: &str, wanted: &Value, found: &Value) {
        let counts = self.fields.entry(format!("{what} {field}")).or_default();
        counts.1 += 1;
        let difference = first_difference(wanted, found, String::new());
        let Some((path, wanted_there, found_there)) = difference else {
            counts.0 += 1;
            return;
        };
        let place = format!("{}/{what}/{place}{path}", self.site);
        let explains =
            |deviation: &&Deviation| deviation.explains(&place, &wanted_there, wanted, found);
        let (wanted, found) = (&wanted_there, &found_there);
        match self.deviations.iter().find(explains) {
            Some(deviation) => *self.explained.entry(&deviation.reason).or_default() += 1,
            None => self.unexplained.push((
                format!("{what} {field}"),
                format!(
                    "{place}\n    wanted {}\n    found  {}",
                    short(wanted),
                    short(found)
                ),
            )),
        }
    }

    /// Equal and compared, of all whose name begins so.
    pub fn total(&self, what: &str) -> (usize, usize) {
        let of = self
            .fields
            .iter()
            .filter(|(name, _)| name.starts_with(what));
        of.fold((0, 0), |sum, (_, counts)| {
            (sum.0 + counts.0, sum.1 + counts.1)
        })
    }

    /// Prints the score of the site, of each kind, of each field that is not all equal, and what is unexplained.
    pub fn print(&self) {
        let (equal, compared) = self.total("");
        #[expect(clippy::cast_precision_loss, reason = "a percentage")]
        let share = if compared == 0 {
            100.0
        } else {
            equal as f64 / compared as f64 * 100.0
        };
        println!(
            "== {}: {equal} of {compared} equal ({share:.2} %)",
            self.site
        );
        for (name, (equal, compared)) in self
            .fields
            .iter()
            .filter(|(_, (equal, compared))| equal < compared)
        {
            println!("   {name}: {equal} of {compared}");
        }
        for (reason, count) in &self.explained {
            println!("   {count} explained: {reason}");
        }
        for field in self.fields.keys() {
            let of: Vec<&String> = self
                .unexplained()
                .filter(|(name, _)| name == field)
                .map(|(_, text)| text)
                .collect();
            of.iter()
                .take(SHOWN)
                .for_each(|text| println!("   DIFFERS {text}"));
            if of.len() > SHOWN {
                println!("   … and {} more of {field}", of.len() - SHOWN);
            }
        }
    }

    /// Differences that nothing explains: kind and field, and what differs.
    pub fn unexplained(&self) -> impl Iterator<Item = &(String, String)> {
        self.unexplained.iter()
    }
}

impl Deviation {
    /// Whether it is about this place, and the rest of the two values is equal where only some ids are meant.
    fn explains(&self, place: &str, wanted_there: &Value, wanted: &Value, found: &Value) -> bool {
        matches(&self.place, place)
            && matches(&self.wanted, &wanted_there.to_string())
            && self.without.as_ref().is_none_or(|suffix| {
                let rest = |ids: &Value| {
                    let ids = ids.as_array().cloned().unwrap_or_default().into_iter();
                    ids.filter(|id| !id.as_str().unwrap_or_default().ends_with(suffix))
                        .collect::<Vec<_>>()
                };
                rest(wanted) == rest(found)
            })
    }
}

/// Where two values first differ, and what stands there. PHP cannot tell `{}` from `[]`, nor 1.0 from 1 on the way out.
fn first_difference(wanted: &Value, found: &Value, path: String) -> Option<(String, Value, Value)> {
    match (wanted, found) {
        (Value::Object(a), Value::Object(b))
            if a.len() == b.len() && a.keys().all(|key| b.contains_key(key)) =>
        {
            a.iter()
                .find_map(|(key, value)| first_difference(value, &b[key], format!("{path}.{key}")))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs
                .into_iter()
                .find_map(|(index, (a, b))| first_difference(a, b, format!("{path}[{index}]")))
        }
        (Value::Array(a), Value::Object(b)) | (Value::Object(b), Value::Array(a))
            if a.is_empty() && b.is_empty() =>
        {
            None
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        _ if wanted == found => None,
        _ => Some((path, wanted.clone(), found.clone())),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 400 {
        text.chars().take(400).chain(['…']).collect()
    } else {
        text
    }
}

/// Whether a text fits a pattern in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
