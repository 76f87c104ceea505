//! One real site: all that was recorded of it.

use std::collections::BTreeSet;
use std::path::Path;

use rhapsode::api::statamic::settings::{Allowed, Settings};
use serde_json::{Value, json};

use super::compare::{entries, globals, terms, trees};
use super::score::{Deviation, Score};
use super::served::{Served, Set};
use super::{json_file, json_lines, settings, text};

/// The score of the site in a folder.
pub fn site<'a>(folder: &Path, name: &'a str, deviations: &'a [Deviation]) -> Score<'a> {
    let out = folder.join("out");
    let meta = json_file(&out.join("meta.json"));
    let allowed = meta["allowed_filters"].as_array().map(|fields| {
        let fields = fields.iter().filter_map(Value::as_str);
        Allowed::Only(
            fields
                .flat_map(|field| [field.to_owned(), format!("taxonomy:{field}")])
                .collect(),
        )
    });
    let served = Served::new(&Set {
        root: &folder.join("in"),
        origin: meta["app"]["APP_URL"]
            .as_str()
            .unwrap_or("http://site.test"),
        multisite: meta["app"]["multisite"] == true,
        written: "2026-01-01T00:00:00Z",
        statamic: Settings {
            pagination_size: meta["app"]["api.pagination_size"].as_i64().unwrap_or(50),
            ..settings(&allowed.unwrap_or(Allowed::Every))
        },
    });
    let mut score = Score::new(name, deviations);
    entries(
        &served,
        &json_lines(&out.join("entries_show.jsonl")),
        &mut score,
    );
    trees(
        &served,
        "tree",
        "collections",
        &json_file(&out.join("trees.json")),
        &mut score,
    );
    trees(
        &served,
        "nav",
        "navs",
        &json_file(&out.join("navs.json")),
        &mut score,
    );
    terms(&served, &json_lines(&out.join("terms.jsonl")), &mut score);
    globals(&served, &json_file(&out.join("globals.json")), &mut score);
    let public = json_lines(&out.join("entries_show.jsonl"));
    let public: BTreeSet<&str> = public.iter().map(|entry| text(entry, "id")).collect();
    for probe in json_lines(&out.join("queries.jsonl")) {
        query(&served, &probe, &public, &mut score);
    }
    score.print();
    score
}

/// One probe: its status, and what it shows of the answer; where Statamic fails, we refuse.
fn query(served: &Served, probe: &Value, public: &BTreeSet<&str>, score: &mut Score<'_>) {
    let request = text(probe, "request");
    let (status, found) = served.get(request);
    let wanted = if probe["status"] == 500 {
        json!(400)
    } else {
        probe["status"].clone()
    };
    score.whole(
        "query",
        &format!("{request}#status"),
        "status",
        &wanted,
        &json!(status),
    );
    if probe["status"] == 500 {
        return;
    }
    if shows_drafts(probe, public) {
        return without_drafts(request, probe, &found, public, score);
    }
    if !probe["ids"].is_null() {
        let ids: Vec<&Value> = found["data"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|item| &item["id"])
            .collect();
        let fields = request.contains("fields=") && ids.iter().all(|id| id.is_null());
        if !fields {
            score.whole(
                "query",
                &format!("{request}#ids"),
                "ids",
                &probe["ids"],
                &json!(ids),
            );
        }
        score.whole(
            "query",
            &format!("{request}#total"),
            "total",
            &probe["total"],
            &found["meta"]["total"],
        );
    }
    for part in ["data", "links", "meta"]
        .into_iter()
        .filter(|part| !probe[part].is_null())
    {
        score.whole(
            "query",
            &format!("{request}#{part}"),
            part,
            &probe[part],
            &found[part],
        );
    }
    if !probe["body"].is_null() {
        score.whole(
            "query",
            &format!("{request}#body"),
            "body",
            &probe["body"],
            &found,
        );
    }
}

/// Whether Statamic shows entries here that are not public, or counts them.
fn shows_drafts(probe: &Value, public: &BTreeSet<&str>) -> bool {
    let request = text(probe, "request");
    let hidden = |id: &Value| id.as_str().is_some_and(|id| !public.contains(id));
    probe["ids"]
        .as_array()
        .is_some_and(|ids| ids.iter().any(hidden))
        || request.contains("filter[status]=any")
}

/// Ours shows the same in the same order, but for what is not public (DESIGN.md §5).
fn without_drafts(
    request: &str,
    probe: &Value,
    found: &Value,
    public: &BTreeSet<&str>,
    score: &mut Score<'_>,
) {
    let wanted = probe["ids"].as_array().into_iter().flatten();
    let wanted: Vec<&str> = wanted
        .filter_map(Value::as_str)
        .filter(|id| public.contains(id))
        .collect();
    let found = found["data"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| &item["id"])
        .take(wanted.len().max(1));
    score.whole(
        "query",
        &format!("{request}#public"),
        "public ids",
        &json!(wanted),
        &json!(found.collect::<Vec<_>>()),
    );
}
