//! Bard fields with sets, beside what the real Statamic made of them (`oracle/bard`, the rows with a `value`).

use std::path::{Path, PathBuf};

use rhapsode::bard::Profile;
use rhapsode::bard::map::MapLinks;
use rhapsode::fields::case;
use serde_json::Value;

/// Rows that we answer differently on purpose.
const EXCEPTIONS: &[(&str, &str)] = &[];

#[test]
fn sets_are_augmented_as_statamic_does() {
    let Some(rows) = rows() else { return };
    let mut equal = 0;
    let mut wrong = Vec::new();
    for row in rows
        .iter()
        .filter(|row| row.get("value").is_some() && row.get("nondeterministic").is_none())
    {
        let name = row["name"].as_str().unwrap_or_default();
        let links = MapLinks::new(row.get("map").cloned());
        let config = row["config"].as_object().cloned().unwrap_or_default();
        let ours = case::render(&row["doc"], &config, &links, Profile::V5);
        if ours["value"] == row["value"] {
            equal += 1;
        } else if !EXCEPTIONS.iter().any(|(exception, _)| *exception == name) {
            wrong.push(format!(
                "{name}\n  theirs {}\n  ours   {ours}",
                row["value"]
            ));
        }
    }
    println!("sets: {equal} equal, {} different", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(equal > 0, "no rows with a value");
}

#[test]
fn a_field_without_sets_is_html() {
    let doc =
        serde_json::json!([{ "type": "paragraph", "content": [{ "type": "text", "text": "a" }] }]);
    let ours = case::render(&doc, &serde_json::Map::new(), &(), Profile::V6);
    assert_eq!(ours, serde_json::json!({ "html": "<p>a</p>" }));
}

fn rows() -> Option<Vec<Value>> {
    let shared = std::env::var_os("RHAPSODE_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let file = shared.join("oracle/bard/cases.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!(
            "SKIPPED: {} is not there; set RHAPSODE_SHARED",
            file.display()
        );
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}
