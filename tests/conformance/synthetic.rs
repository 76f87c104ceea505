//! One synthetic site: whole answers, and probes of a list.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rhapsode::api::statamic::settings::{Allowed, Resource, Settings};
use serde_json::{Value, json};

use super::compare::{branches, entries, rows, terms};
use super::score::{Deviation, Score};
use super::served::{Served, Set};
use super::{json_lines, settings, text};

/// The score of the site in a folder.
pub fn synthetic<'a>(
    folder: &Path,
    name: &'a str,
    origin: &str,
    written: &str,
    deviations: &'a [Deviation],
) -> Score<'a> {
    let answers = json_lines(&folder.join("out/responses.jsonl"));
    let probes = probes(&folder.join("out/filter_sort_page_results.txt"));
    let served = Served::new(&Set {
        root: &folder.join("in"),
        origin,
        multisite: name == "multisite",
        written,
        statamic: Settings {
            users: Resource::All(Allowed::Every),
            forms: Resource::All(Allowed::Every),
            ..settings(&allowed_in(&answers, &probes))
        },
    });
    let mut score = Score::new(name, deviations);
    for answer in &answers {
        response(&served, answer, origin, &mut score);
    }
    for (probe, wanted) in probes {
        let (_, found) = served.get(&format!("/api/collections/sink/entries?fields=id&{probe}"));
        let ids: Vec<&Value> = found["data"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|item| &item["id"])
            .collect();
        score.whole("probe", &probe, "ids", &wanted, &json!(ids));
    }
    score.print();
    score
}

/// The fields that the recorded answers were allowed to be filtered by: all that were not refused.
fn allowed_in(answers: &[Value], probes: &[(String, Value)]) -> Allowed {
    let refused: BTreeSet<&str> = answers
        .iter()
        .filter_map(|answer| {
            answer["body"]["message"]
                .as_str()?
                .strip_prefix("Forbidden filter")
        })
        .flat_map(|fields| {
            fields
                .trim_start_matches('s')
                .trim_start_matches(": ")
                .split(", ")
        })
        .collect();
    let requests = answers.iter().map(|answer| {
        format!(
            "{} {}",
            text(answer, "request"),
            text(answer, "status_line")
        )
    });
    let asked = requests
        .chain(probes.iter().map(|(probe, _)| probe.clone()))
        .flat_map(|request| {
            let request = request
                .replace("%5B", "[")
                .replace("%5D", "]")
                .replace("%3A", ":");
            let names: Vec<String> = request
                .split("filter[")
                .skip(1)
                .filter_map(|part| Some(part.split(']').next()?.to_owned()))
                .collect();
            names
        });
    let fields = asked.map(|name| {
        let parts = if name.starts_with("taxonomy:") { 2 } else { 1 };
        name.split(':').take(parts).collect::<Vec<_>>().join(":")
    });
    let fields: BTreeSet<String> = fields
        .filter(|field| !refused.contains(field.as_str()))
        .collect();
    if fields.is_empty() {
        Allowed::Every
    } else {
        Allowed::Only(fields.into_iter().collect())
    }
}

fn response(served: &Served, answer: &Value, origin: &str, score: &mut Score<'_>) {
    let name = text(answer, "name");
    let Some((method, path, status)) = recorded(answer, origin) else {
        return listed(served, answer, score);
    };
    let (found_status, found) = served.request(&method, &path, "");
    let wanted_status = if status == 500 { 400 } else { status };
    score.whole(
        "status",
        name,
        "status",
        &json!(wanted_status),
        &json!(found_status),
    );
    if status == 500 || method != "GET" || wanted_status != u64::from(found_status) {
        return;
    }
    let body = &answer["body"];
    for key in ["links", "meta", "message"] {
        score.whole(
            "answer",
            &format!("{name}/{key}"),
            key,
            &body[key],
            &found[key],
        );
    }
    match &body["data"] {
        Value::Array(branches_or_rows)
            if branches_or_rows
                .iter()
                .any(|row| row.get("depth").is_some()) =>
        {
            branches("page", name, &body["data"], &found["data"], score);
        }
        Value::Array(_) => rows("row", name, &body["data"], &found["data"], score),
        data => score.members("one", name, data, &found["data"]),
    }
}

/// Method, path and status of a recorded answer; `None` where it is a whole list.
fn recorded(answer: &Value, origin: &str) -> Option<(String, String, u64)> {
    if let Some((method, url)) = answer["request"]
        .as_str()
        .and_then(|request| request.split_once(' '))
    {
        return Some((
            method.to_owned(),
            url.replace(origin, ""),
            answer["status"].as_u64()?,
        ));
    }
    let mut words = answer["status_line"].as_str()?.split(' ');
    let status = words.next()?.parse().ok()?;
    Some(("GET".to_owned(), words.next()?.to_owned(), status))
}

/// All entries or all terms, as `multisite` has them.
fn listed(served: &Served, answer: &Value, score: &mut Score<'_>) {
    let wanted = answer["body"]["data"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    if text(answer, "name").ends_with("entries") {
        entries(served, &wanted, score);
    } else {
        terms(served, &wanted, score);
    }
}

/// The probes of a text file: `QUERY => [ids] total=…`.
fn probes(path: &Path) -> Vec<(String, Value)> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let probe = |line: &str| {
        let (probe, result) = line.split_once(" => ")?;
        let ids = result.split(" total=").next()?;
        let ids: Vec<String> = serde_json::from_str(ids).ok()?;
        Some((probe.to_owned(), json!(ids)))
    };
    text.lines().filter_map(probe).collect()
}
