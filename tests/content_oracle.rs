//! Reading is held against what the real Statamic read: `oracle/yaml`, `oracle/frontmatter` and `oracle/files`.
//! Where we differ on purpose, `yaml_deviations.json` says why; a row there that no longer differs is an error too.

#[path = "support/tree.rs"]
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rhapsode::content::problem::Severity;
use rhapsode::content::{self, Content, Settings, front_matter, yaml};
use serde_json::Value;
use tree::Tree;

fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("RHAPSODE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let found = root.join("oracle").is_dir();
    if !found {
        println!("SKIPPED: {} has no oracle", root.display());
    }
    found.then_some(root)
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("the oracle can be read"))
        .expect("the oracle is JSON")
}

/// Rows where we differ on purpose; a pattern may end in `*`.
struct Deviations {
    patterns: Vec<String>,
    used: BTreeSet<String>,
}

impl Deviations {
    fn read() -> Self {
        let table: Value =
            serde_json::from_str(include_str!("yaml_deviations.json")).expect("the table is JSON");
        let pattern = |row: &Value| {
            row["rows"]
                .as_str()
                .expect("a deviation names rows")
                .to_owned()
        };
        Self {
            patterns: table
                .as_array()
                .expect("a list")
                .iter()
                .map(pattern)
                .collect(),
            used: BTreeSet::new(),
        }
    }

    fn allow(&mut self, row: &str) -> bool {
        let names = |pattern: &&String| match pattern.strip_suffix('*') {
            Some(start) => row.starts_with(start),
            None => row == *pattern,
        };
        let found = self.patterns.iter().find(names).cloned();
        self.used.extend(found.clone());
        found.is_some()
    }

    /// Patterns of these groups of rows (`scalar`, `edge`) that no row needed.
    fn unused(&self, groups: &BTreeSet<String>) -> Vec<&String> {
        let in_groups = |pattern: &&String| groups.contains(group(pattern));
        self.patterns
            .iter()
            .filter(in_groups)
            .filter(|pattern| !self.used.contains(*pattern))
            .collect()
    }
}

fn group(row: &str) -> &str {
    row.split('/').next().unwrap_or_default()
}

/// PHP cannot tell `{}` from `[]`, nor a list from a map of 0, 1, 2 …
fn as_php(value: &Value) -> Value {
    match value {
        Value::Object(entries)
            if entries
                .keys()
                .enumerate()
                .all(|(index, key)| *key == index.to_string()) =>
        {
            Value::Array(entries.values().map(as_php).collect())
        }
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), as_php(value)))
            .collect(),
        Value::Array(items) => items.iter().map(as_php).collect(),
        other => other.clone(),
    }
}

/// What Statamic would make of the text, `None` where it would fail.
fn read_as_statamic(row: &str, text: &str) -> Option<Value> {
    if group(row) == "front" {
        let document = front_matter::read(text.as_bytes()).ok()?;
        return document.data.map(|data| as_php(&Value::Object(data)));
    }
    yaml::read(text)
        .ok()
        .filter(|value| !value.is_string())
        .map(|value| as_php(&value))
}

#[test]
fn yaml_is_read_as_symfony_reads_it() {
    let Some(shared) = shared() else { return };
    let mut deviations = Deviations::read();
    let (mut equal, mut wrong, mut groups) = (0, Vec::new(), BTreeSet::new());
    let rows = json(&shared.join("oracle/yaml/cases.json"));
    for row in rows.as_array().expect("a list of rows") {
        let (name, text) = (
            row["name"].as_str().expect("a name"),
            row["yaml"].as_str().expect("a text"),
        );
        groups.insert(group(name).to_owned());
        let wanted = row.get("result").map(as_php);
        let got = read_as_statamic(name, text);
        if got == wanted || (got.is_none() && wanted == Some(Value::Null)) {
            equal += 1;
        } else if !deviations.allow(name) {
            wrong.push(format!(
                "{name}: {text:?}\n    ours {got:?}\n    want {wanted:?}"
            ));
        }
    }
    let total = rows.as_array().map_or(0, Vec::len);
    println!(
        "oracle/yaml: {equal} of {total} equal, {} differ on purpose",
        total - equal - wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(
        deviations.unused(&groups),
        Vec::<&String>::new(),
        "deviations that no row needs"
    );
}

#[test]
fn files_of_real_sites_are_read_as_statamic_reads_them() {
    let Some(shared) = shared() else { return };
    let (mut deviations, mut wrong) = (Deviations::read(), Vec::new());
    for oracle in fs::read_dir(shared.join("oracle/frontmatter"))
        .expect("a folder")
        .flatten()
    {
        let name = oracle
            .path()
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let sites = shared.join("golden/sites").join(&name);
        let root = if sites.is_dir() {
            sites.join("in")
        } else {
            shared.join("corpora").join(&name)
        };
        let changed = changed_inputs(&sites.join("out/meta.json"));
        let (mut equal, mut on_purpose, mut left_out) = (0, 0, 0);
        for line in fs::read_to_string(oracle.path())
            .expect("the oracle is text")
            .lines()
        {
            let row: Value = serde_json::from_str(line).expect("a row is JSON");
            let path = row["p"].as_str().expect("a path");
            let Some(bytes) = fs::read(root.join(path))
                .ok()
                .filter(|_| !changed.iter().any(|file| file == path))
            else {
                left_out += 1;
                continue;
            };
            let (named, unnamed): (Vec<_>, Vec<_>) = differences(&bytes, &row)
                .into_iter()
                .partition(|difference| deviations.allow(difference));
            match (named.len(), unnamed.len()) {
                (0, 0) => equal += 1,
                (_, 0) => on_purpose += 1,
                _ => wrong.extend(
                    unnamed
                        .iter()
                        .map(|difference| format!("{name}/{path}: {difference}")),
                ),
            }
        }
        println!(
            "oracle/frontmatter/{name}: {equal} equal, {on_purpose} differ on purpose, {left_out} are not the files that \
             the oracle read"
        );
        assert!(equal > 0, "{name}: nothing was compared");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Files that were rewritten for the golden answers after the oracle had read them.
fn changed_inputs(meta: &Path) -> Vec<String> {
    let Some(meta) = meta.is_file().then(|| json(meta)) else {
        return Vec::new();
    };
    let notes = meta["neutralisations_in_input"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let rewritten = meta
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| key.starts_with("files_rewritten"));
    let rewritten = rewritten
        .filter_map(|(_, files)| files.as_array().cloned())
        .flatten();
    let path = |note: &Value| Some(note.as_str()?.split([':', ' ']).next()?.to_owned());
    notes
        .iter()
        .cloned()
        .chain(rewritten)
        .filter_map(|note| path(&note))
        .collect()
}

fn differences(bytes: &[u8], row: &Value) -> Vec<String> {
    let document = match front_matter::read(bytes) {
        Ok(document) => document,
        Err(error) => return vec![error.to_string()],
    };
    let mut data = document.data.unwrap_or_default();
    let (mut found, length) = (Vec::new(), row["body"].as_u64().unwrap_or(0));
    if length > 0 {
        let body = data.shift_remove("content");
        let ours = body.as_ref().and_then(Value::as_str).map_or(0, str::len) as u64;
        if ours != length {
            found.push(format!("a body of {ours} bytes, {length} wanted"));
        }
    }
    let wanted = if row["d"].is_null() {
        Value::Array(Vec::new())
    } else {
        as_php(&row["d"])
    };
    compare(&as_php(&Value::Object(data)), &wanted, "", &mut found);
    found
}

/// Where two values part; key order counts. The differences that have a name are in the table.
fn compare(ours: &Value, wanted: &Value, at: &str, found: &mut Vec<String>) {
    match (ours, wanted) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            a.iter()
                .for_each(|(key, value)| compare(value, &b[key], &format!("{at}/{key}"), found));
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.for_each(|(index, (a, b))| compare(a, b, &format!("{at}/{index}"), found));
        }
        (Value::String(text), Value::Number(seconds)) if seconds_of(text) == seconds.as_i64() => {
            found.push("difference/unquoted_date".into());
        }
        (Value::String(a), Value::String(b)) if a.strip_suffix('\n') == Some(b) => {
            found.push("difference/final_newline".into());
        }
        _ if ours == wanted => {}
        _ => found.push(format!("at {at}: ours {ours}, wanted {wanted}")),
    }
}

/// Of an unquoted date, with or without a time, in UTC.
fn seconds_of(text: &str) -> Option<i64> {
    let date = text.parse::<jiff::civil::DateTime>().ok()?;
    Some(
        date.to_zoned(jiff::tz::TimeZone::UTC)
            .ok()?
            .timestamp()
            .as_second(),
    )
}

#[test]
fn odd_files_are_read_or_isolated_as_statamic_answers() {
    let Some(shared) = shared() else { return };
    let mut deviations = Deviations::read();
    let (mut equal, mut wrong, mut groups) = (0, Vec::new(), BTreeSet::new());
    let rows = json(&shared.join("oracle/files/cases.json"));
    for row in rows.as_array().expect("a list of rows") {
        let name = row["name"].as_str().expect("a name");
        groups.insert(group(name).to_owned());
        let content = read_files(group(name), row["files"].as_object().expect("files"));
        let verdict = match row["data"].as_array() {
            Some(answers) => answers
                .iter()
                .find_map(|answer| entry_difference(&content, answer)),
            None => isolation_difference(&content, row),
        };
        match verdict {
            None => equal += 1,
            Some(_) if deviations.allow(name) => {}
            Some(difference) => wrong.push(format!("{name}: {difference}")),
        }
    }
    println!(
        "oracle/files: {equal} of {} as Statamic answers",
        rows.as_array().map_or(0, Vec::len)
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(
        deviations.unused(&groups),
        Vec::<&String>::new(),
        "deviations that no row needs"
    );
}

fn read_files(collection: &str, files: &serde_json::Map<String, Value>) -> Content {
    let dated = collection == "edged";
    let configuration = format!("route: '/{collection}/{{slug}}'\ndate: {dated}\n");
    let mut written = BTreeMap::from([
        (
            format!("content/collections/{collection}.yaml"),
            configuration,
        ),
        (
            "resources/blueprints/default.yaml".to_owned(),
            "fields: []\n".to_owned(),
        ),
    ]);
    let path = |name: &String| format!("content/collections/{collection}/{name}");
    written.extend(
        files
            .iter()
            .map(|(name, text)| (path(name), text.as_str().unwrap_or_default().to_owned())),
    );
    let tree = Tree::new(
        written
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    );
    content::read(tree.root(), &Settings::default()).expect("the tree has a content folder")
}

/// What the endpoint computes whatever the file says.
const COMPUTED: [&str; 12] = [
    "id",
    "slug",
    "uri",
    "url",
    "status",
    "collection",
    "last_modified",
    "is_entry",
    "date",
    "content",
    "blueprint",
    "template",
];

fn entry_difference(content: &Content, answer: &Value) -> Option<String> {
    let text = |key: &str| {
        answer[key]
            .as_str()
            .map_or_else(|| answer[key].to_string(), str::to_owned)
    };
    let by_id = content.entries.iter().find(|entry| entry.id == text("id"));
    let Some(entry) = by_id.or_else(|| content.entries.iter().find(|entry| entry.id_derived))
    else {
        return Some(format!("no entry {}", text("id")));
    };
    if entry.slug.to_lowercase().replace(' ', "-") != text("slug") {
        return Some(format!(
            "the slug is {}, wanted {}",
            entry.slug,
            text("slug")
        ));
    }
    let day = entry.date.map(|date| date.date.date().to_string());
    if content.collections[0].dated && day.is_some_and(|day| !text("date").starts_with(&day)) {
        return Some(format!(
            "the date is {:?}, wanted {}",
            entry.date,
            text("date")
        ));
    }
    let mut found = Vec::new();
    for (key, value) in entry
        .data
        .iter()
        .filter(|(key, _)| !COMPUTED.contains(&key.as_str()))
    {
        compare(&as_json(value), &answer[key], key, &mut found);
    }
    found
        .into_iter()
        .find(|difference| difference != "difference/unquoted_date")
}

/// PHP prints whole floats without a fraction, and the oracle was printed by PHP.
fn as_json(value: &Value) -> Value {
    match as_php(value) {
        Value::Number(number) => match (number.as_f64(), number.is_f64()) {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the float is whole and small"
            )]
            (Some(float), true) if float.fract() == 0.0 && float.abs() < 1e15 => {
                Value::from(float as i64)
            }
            _ => Value::Number(number),
        },
        other => other,
    }
}

/// The bad file has an error and no entry; the good one beside it is read.
fn isolation_difference(content: &Content, row: &Value) -> Option<String> {
    let good = row["files"].get("good.md").is_some();
    let read: Vec<_> = content
        .entries
        .iter()
        .map(|entry| entry.id.as_str())
        .collect();
    if read != (if good { vec!["good"] } else { vec![] }) {
        return Some(format!("the entries {read:?} were read"));
    }
    let is_error = content
        .problems
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    (!is_error).then(|| format!("no error was reported: {:?}", content.problems))
}

#[test]
fn every_real_tree_is_read_and_only_duplicate_ids_are_errors() {
    let Some(shared) = shared() else { return };
    for tree in trees(&shared) {
        let content = content::read(&tree, &Settings::default()).expect("a tree has content");
        let name = tree
            .strip_prefix(&shared)
            .unwrap_or(&tree)
            .display()
            .to_string();
        let mut by_code: BTreeMap<&str, usize> = BTreeMap::new();
        for problem in &content.problems {
            *by_code.entry(&problem.code).or_default() += 1;
        }
        println!("{name}: {} entries, {by_code:?}", content.entries.len());
        let errors = content
            .problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error);
        let errors: Vec<_> = errors
            .filter(|problem| problem.code != "duplicate_id")
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        if name == "golden/sites/tokidoki/in" {
            assert_eq!(
                (content.entries.len(), by_code.get("duplicate_id")),
                (142, None)
            );
        }
    }
}

/// Every project of the shared data.
fn trees(shared: &Path) -> Vec<PathBuf> {
    let bases = ["golden/sites", "golden/synthetic", "corpora"].map(|base| shared.join(base));
    let folders = bases
        .iter()
        .filter_map(|base| fs::read_dir(base).ok())
        .flatten()
        .flatten();
    let roots = folders.flat_map(|folder| [folder.path().join("in"), folder.path()]);
    let mut roots: Vec<_> = roots.filter(|root| root.join("content").is_dir()).collect();
    roots.sort();
    roots
}
