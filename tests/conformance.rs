//! Our answers held against those of the real Statamic, over HTTP, member by member: `golden/sites`,
//! `golden/synthetic`, `oracle/query`.
//!
//! `conformance_deviations.json` says where we differ and why; anything else that differs fails. `RHAPSODE_GOLDEN` names
//! another folder with `sites` and `synthetic`.

#[path = "conformance/compare.rs"]
mod compare;
#[path = "support/score.rs"]
mod score;
#[path = "support/served.rs"]
mod served;
#[path = "conformance/site.rs"]
mod site;
#[path = "conformance/synthetic.rs"]
mod synthetic;

use std::fs;
use std::path::{Path, PathBuf};

use rhapsode::api::statamic::settings::{Allowed, Resource, Settings};
use rhapsode::bard::Profile;
use score::Score;
use serde_json::{Value, json};
use served::{Served, Set};

/// The least share of entry fields that must be equal, in ten-thousandths.
const LEAST_EQUAL: usize = 9980;

fn shared() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    std::env::var_os("RHAPSODE_SHARED").map_or_else(default, PathBuf::from)
}

fn golden() -> PathBuf {
    std::env::var_os("RHAPSODE_GOLDEN").map_or_else(|| shared().join("golden"), PathBuf::from)
}

/// The folders in a folder, by name; none, with a word about it, where there is no such folder.
fn folders(path: &Path) -> Vec<PathBuf> {
    let Ok(found) = fs::read_dir(path) else {
        println!("SKIPPED: there is no {}", path.display());
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = found
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

fn json_file(path: &Path) -> Value {
    fs::read(path).map_or(Value::Null, |bytes| {
        serde_json::from_slice(&bytes).expect("JSON")
    })
}

fn json_lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn name(path: &Path) -> String {
    path.file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Fails with all differences that nothing explains.
fn settle(scores: &[Score<'_>]) {
    let unexplained: Vec<&String> = scores
        .iter()
        .flat_map(Score::unexplained)
        .map(|(_, text)| text)
        .collect();
    assert!(
        unexplained.is_empty(),
        "{} differences have no reason, the first at {}",
        unexplained.len(),
        unexplained[0]
    );
}

#[test]
fn real_sites_are_answered_as_statamic_answers_them() {
    let deviations = score::deviations();
    let folders = folders(&golden().join("sites"));
    let names: Vec<String> = folders.iter().map(|folder| name(folder)).collect();
    let scores: Vec<Score> = folders
        .iter()
        .zip(&names)
        .map(|(folder, name)| site::site(folder, name, &deviations))
        .collect();
    let (equal, compared) = scores
        .iter()
        .map(|score| score.total("entry "))
        .fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    println!("== all sites: {equal} of {compared} entry fields equal");
    settle(&scores);
    assert!(
        equal * 10_000 >= compared * LEAST_EQUAL,
        "only {equal} of {compared} entry fields are equal"
    );
}

#[test]
fn synthetic_sites_are_answered_as_statamic_answers_them() {
    let deviations = score::deviations();
    let golden = golden().join("synthetic");
    let sets = [
        ("full", "http://127.0.0.1:8092", "2026-01-02T03:04:05Z"),
        ("multisite", "http://127.0.0.1:8099", "2026-11-22T10:18:30Z"),
        ("single", "http://127.0.0.1:8099", "2026-11-22T10:16:34Z"),
    ];
    let found: Vec<_> = sets
        .into_iter()
        .filter(|(name, ..)| golden.join(name).is_dir())
        .collect();
    if found.is_empty() {
        println!("SKIPPED: there is no {}", golden.display());
    }
    let score = |(name, origin, written)| {
        synthetic::synthetic(&golden.join(name), name, origin, written, &deviations)
    };
    let scores: Vec<Score> = found.into_iter().map(score).collect();
    settle(&scores);
}

#[test]
fn mixed_values_are_filtered_as_php_filters_them() {
    let folder = shared().join("oracle/query");
    if !folder.is_dir() {
        println!("SKIPPED: there is no {}", folder.display());
        return;
    }
    let deviations = score::deviations();
    let root = &folder.join("site");
    let origin = "http://site.test";
    let statamic = Settings {
        pagination_size: 1000,
        ..settings(&Allowed::Every)
    };
    let served = Served::new(&Set {
        root,
        origin,
        multisite: false,
        written: served::NOW,
        statamic,
    });
    let mut score = Score::new("matrix", &deviations);
    for case in json_file(&folder.join("matrix.json"))["cases"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let (collection, query) = (text(case, "collection"), text(case, "query"));
        let (status, found) = served.get(&format!("/api/collections/{collection}/entries?{query}"));
        let place = format!("{collection}?{query}");
        let wanted = if case["status"] == 500 { 400 } else { 200 };
        score.whole("status", &place, "status", &json!(wanted), &json!(status));
        if case["status"] == 200 {
            let ids: Vec<&Value> = found["data"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|item| &item["id"])
                .collect();
            score.whole("ids", &place, "ids", &case["ids"], &json!(ids));
        }
    }
    score.print();
    settle(&[score]);
}

/// Profile 5, the usual resources, and these filters.
fn settings(allowed: &Allowed) -> Settings {
    let on = Resource::All(allowed.clone());
    Settings {
        profile: Profile::V5,
        collections: on.clone(),
        taxonomies: on.clone(),
        assets: on,
        ..Settings::default()
    }
}
