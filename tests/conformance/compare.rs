//! Kinds of things held against each other: entries, trees, terms, global sets, rows of a list.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::score::Score;
use super::served::Served;
use super::text;

/// Each entry by its id, and the order of each collection's list.
pub fn entries(served: &Served, wanted: &[Value], score: &mut Score<'_>) {
    let mut lists: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for entry in wanted {
        let collection = text(&entry["collection"], "handle");
        let (status, found) = served.get(&format!(
            "/api/collections/{collection}/entries/{}",
            text(entry, "id")
        ));
        score.whole(
            "status",
            text(entry, "id"),
            "entry",
            &json!(200),
            &json!(status),
        );
        score.members(
            "entry",
            &format!("{collection}/{}", text(entry, "id")),
            entry,
            &found["data"],
        );
        lists.entry(collection).or_default().push(&entry["id"]);
    }
    for (collection, wanted) in lists {
        let (_, found) = served.get(&format!(
            "/api/collections/{collection}/entries?limit=10000&fields=id"
        ));
        let ids: Vec<&Value> = found["data"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|entry| &entry["id"])
            .collect();
        score.whole("list", collection, "ids", &json!(wanted), &json!(ids));
    }
}

/// The trees of collections or navigations: handle, then site, then answer.
pub fn trees(served: &Served, what: &str, resource: &str, wanted: &Value, score: &mut Score<'_>) {
    for (handle, sites) in wanted.as_object().into_iter().flatten() {
        for (site, answer) in sites.as_object().into_iter().flatten() {
            let (_, found) = served.get(&format!("/api/{resource}/{handle}/tree?site={site}"));
            branches(
                what,
                &format!("{handle}/{site}"),
                &answer["data"],
                &found["data"],
                score,
            );
        }
    }
}

/// Pages member by member, branches below branches.
pub fn branches(what: &str, place: &str, wanted: &Value, found: &Value, score: &mut Score<'_>) {
    let (none, nothing) = (Vec::new(), Value::Null);
    let (wanted, found) = (
        wanted.as_array().unwrap_or(&none),
        found.as_array().unwrap_or(&none),
    );
    score.whole(
        what,
        place,
        "branches",
        &json!(wanted.len()),
        &json!(found.len()),
    );
    for (index, branch) in wanted.iter().enumerate() {
        let other = found.get(index).unwrap_or(&nothing);
        let place = format!("{place}/{}", branch["page"]["id"].as_str().unwrap_or("?"));
        score.members(what, &place, &branch["page"], &other["page"]);
        score.whole(what, &place, "depth", &branch["depth"], &other["depth"]);
        branches(what, &place, &branch["children"], &other["children"], score);
    }
}

/// The terms of each taxonomy, in the list's order.
pub fn terms(served: &Served, wanted: &[Value], score: &mut Score<'_>) {
    let taxonomies: BTreeSet<&str> = wanted
        .iter()
        .map(|term| text(&term["taxonomy"], "handle"))
        .collect();
    for taxonomy in taxonomies {
        let (_, found) = served.get(&format!("/api/taxonomies/{taxonomy}/terms?limit=10000"));
        let wanted: Vec<&Value> = wanted
            .iter()
            .filter(|term| text(&term["taxonomy"], "handle") == taxonomy)
            .collect();
        rows("term", taxonomy, &json!(wanted), &found["data"], score);
    }
}

/// Global sets of each site: the list, and each set.
pub fn globals(served: &Served, wanted: &Value, score: &mut Score<'_>) {
    for (site, answers) in wanted.as_object().into_iter().flatten() {
        if answers["list"]["data"].is_array() {
            let (_, found) = served.get(&format!("/api/globals?site={site}"));
            rows(
                "globals",
                site,
                &answers["list"]["data"],
                &found["data"],
                score,
            );
        }
        for (handle, answer) in answers["sets"].as_object().into_iter().flatten() {
            let (_, found) = served.get(&format!("/api/globals/{handle}?site={site}"));
            score.members(
                "global",
                &format!("{handle}/{site}"),
                &answer["data"],
                &found["data"],
            );
        }
    }
}

/// The objects of a list, each against the one in its place.
pub fn rows(what: &str, place: &str, wanted: &Value, found: &Value, score: &mut Score<'_>) {
    let (none, nothing) = (Vec::new(), Value::Null);
    let (wanted, found) = (
        wanted.as_array().unwrap_or(&none),
        found.as_array().unwrap_or(&none),
    );
    score.whole(
        what,
        place,
        "rows",
        &json!(wanted.len()),
        &json!(found.len()),
    );
    for (index, row) in wanted.iter().enumerate() {
        let id = row["id"]
            .as_str()
            .or(row["handle"].as_str())
            .map_or_else(|| index.to_string(), str::to_owned);
        score.members(
            what,
            &format!("{place}/{id}"),
            row,
            found.get(index).unwrap_or(&nothing),
        );
    }
}
