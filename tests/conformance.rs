//! Our answers held against those of the real Statamic, over HTTP, member by member: `golden/sites`,
//! `golden/synthetic`, `oracle/query`.
//!
//! `conformance_deviations.json` says where we differ and why; anything else that differs fails. `RHAPSODE_GOLDEN` names
//! another folder with `sites` and `synthetic`.

#[path = "support/score.rs"]
mod score;
#[path = "support/served.rs"]
mod served;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rhapsode::api::statamic::settings::{Allowed, Resource, Settings};
use rhapsode::bard::Profile;
use score::{Deviation, Score};
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
    let mut found: Vec<PathBuf> = found.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn json_file(path: &Path) -> Value {
    fs::read(path).map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).expect("JSON"))
}

fn json_lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Fails with all differences that nothing explains.
fn settle(scores: &[Score<'_>]) {
    let unexplained: Vec<&String> = scores.iter().flat_map(Score::unexplained).map(|(_, text)| text).collect();
    assert!(unexplained.is_empty(), "{} differences have no reason, the first at {}", unexplained.len(), unexplained[0]);
}

#[test]
fn real_sites_are_answered_as_statamic_answers_them() {
    let deviations = score::deviations();
    let folders = folders(&golden().join("sites"));
    let names: Vec<String> = folders.iter().map(|folder| name(folder)).collect();
    let scores: Vec<Score> = folders.iter().zip(&names).map(|(folder, name)| site(folder, name, &deviations)).collect();
    let (equal, compared) = scores.iter().map(|score| score.total("entry ")).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    println!("== all sites: {equal} of {compared} entry fields equal");
    settle(&scores);
    assert!(equal * 10_000 >= compared * LEAST_EQUAL, "only {equal} of {compared} entry fields are equal");
}

fn site<'a>(folder: &Path, name: &'a str, deviations: &'a [Deviation]) -> Score<'a> {
    let out = folder.join("out");
    let meta = json_file(&out.join("meta.json"));
    let allowed = meta["allowed_filters"].as_array().map(|fields| {
        let fields = fields.iter().filter_map(Value::as_str);
        Allowed::Only(fields.flat_map(|field| [field.to_owned(), format!("taxonomy:{field}")]).collect())
    });
    let served = Served::new(&Set {
        root: &folder.join("in"),
        origin: meta["app"]["APP_URL"].as_str().unwrap_or("http://site.test"),
        multisite: meta["app"]["multisite"] == true,
        written: "2026-01-01T00:00:00Z",
        statamic: Settings {
            pagination_size: meta["app"]["api.pagination_size"].as_i64().unwrap_or(50),
            ..settings(&allowed.unwrap_or(Allowed::Every))
        },
    });
    let mut score = Score::new(name, deviations);
    entries(&served, &json_lines(&out.join("entries_show.jsonl")), &mut score);
    trees(&served, "tree", "collections", &json_file(&out.join("trees.json")), &mut score);
    trees(&served, "nav", "navs", &json_file(&out.join("navs.json")), &mut score);
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

/// Profile 5, the usual resources, and these filters.
fn settings(allowed: &Allowed) -> Settings {
    let on = Resource::All(allowed.clone());
    Settings { profile: Profile::V5, collections: on.clone(), taxonomies: on.clone(), assets: on, ..Settings::default() }
}

/// Each entry by its id, and the order of each collection's list.
fn entries(served: &Served, wanted: &[Value], score: &mut Score<'_>) {
    let mut lists: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for entry in wanted {
        let collection = text(&entry["collection"], "handle");
        let (status, found) = served.get(&format!("/api/collections/{collection}/entries/{}", text(entry, "id")));
        score.whole("status", text(entry, "id"), "entry", &json!(200), &json!(status));
        score.members("entry", &format!("{collection}/{}", text(entry, "id")), entry, &found["data"]);
        lists.entry(collection).or_default().push(&entry["id"]);
    }
    for (collection, wanted) in lists {
        let (_, found) = served.get(&format!("/api/collections/{collection}/entries?limit=10000&fields=id"));
        let ids: Vec<&Value> = found["data"].as_array().into_iter().flatten().map(|entry| &entry["id"]).collect();
        score.whole("list", collection, "ids", &json!(wanted), &json!(ids));
    }
}

/// The trees of collections or navigations: handle, then site, then answer.
fn trees(served: &Served, what: &str, resource: &str, wanted: &Value, score: &mut Score<'_>) {
    for (handle, sites) in wanted.as_object().into_iter().flatten() {
        for (site, answer) in sites.as_object().into_iter().flatten() {
            let (_, found) = served.get(&format!("/api/{resource}/{handle}/tree?site={site}"));
            branches(what, &format!("{handle}/{site}"), &answer["data"], &found["data"], score);
        }
    }
}

/// Pages member by member, branches below branches.
fn branches(what: &str, place: &str, wanted: &Value, found: &Value, score: &mut Score<'_>) {
    let (none, nothing) = (Vec::new(), Value::Null);
    let (wanted, found) = (wanted.as_array().unwrap_or(&none), found.as_array().unwrap_or(&none));
    score.whole(what, place, "branches", &json!(wanted.len()), &json!(found.len()));
    for (index, branch) in wanted.iter().enumerate() {
        let other = found.get(index).unwrap_or(&nothing);
        let place = format!("{place}/{}", branch["page"]["id"].as_str().unwrap_or("?"));
        score.members(what, &place, &branch["page"], &other["page"]);
        score.whole(what, &place, "depth", &branch["depth"], &other["depth"]);
        branches(what, &place, &branch["children"], &other["children"], score);
    }
}

/// The terms of each taxonomy, in the list's order.
fn terms(served: &Served, wanted: &[Value], score: &mut Score<'_>) {
    let taxonomies: BTreeSet<&str> = wanted.iter().map(|term| text(&term["taxonomy"], "handle")).collect();
    for taxonomy in taxonomies {
        let (_, found) = served.get(&format!("/api/taxonomies/{taxonomy}/terms?limit=10000"));
        let wanted: Vec<&Value> = wanted.iter().filter(|term| text(&term["taxonomy"], "handle") == taxonomy).collect();
        rows("term", taxonomy, &json!(wanted), &found["data"], score);
    }
}

/// Global sets of each site: the list, and each set.
fn globals(served: &Served, wanted: &Value, score: &mut Score<'_>) {
    for (site, answers) in wanted.as_object().into_iter().flatten() {
        if answers["list"]["data"].is_array() {
            let (_, found) = served.get(&format!("/api/globals?site={site}"));
            rows("globals", site, &answers["list"]["data"], &found["data"], score);
        }
        for (handle, answer) in answers["sets"].as_object().into_iter().flatten() {
            let (_, found) = served.get(&format!("/api/globals/{handle}?site={site}"));
            score.members("global", &format!("{handle}/{site}"), &answer["data"], &found["data"]);
        }
    }
}

/// The objects of a list, each against the one in its place.
fn rows(what: &str, place: &str, wanted: &Value, found: &Value, score: &mut Score<'_>) {
    let (none, nothing) = (Vec::new(), Value::Null);
    let (wanted, found) = (wanted.as_array().unwrap_or(&none), found.as_array().unwrap_or(&none));
    score.whole(what, place, "rows", &json!(wanted.len()), &json!(found.len()));
    for (index, row) in wanted.iter().enumerate() {
        let id = row["id"].as_str().or(row["handle"].as_str()).map_or_else(|| index.to_string(), str::to_owned);
        score.members(what, &format!("{place}/{id}"), row, found.get(index).unwrap_or(&nothing));
    }
}

/// One probe: its status, and what it shows of the answer; where Statamic fails, we refuse.
fn query(served: &Served, probe: &Value, public: &BTreeSet<&str>, score: &mut Score<'_>) {
    let request = text(probe, "request");
    let (status, found) = served.get(request);
    let wanted = if probe["status"] == 500 { json!(400) } else { probe["status"].clone() };
    score.whole("query", &format!("{request}#status"), "status", &wanted, &json!(status));
    if probe["status"] == 500 {
        return;
    }
    if shows_drafts(probe, public) {
        return without_drafts(request, probe, &found, public, score);
    }
    if !probe["ids"].is_null() {
        let ids: Vec<&Value> = found["data"].as_array().into_iter().flatten().map(|item| &item["id"]).collect();
        let fields = request.contains("fields=") && ids.iter().all(|id| id.is_null());
        if !fields {
            score.whole("query", &format!("{request}#ids"), "ids", &probe["ids"], &json!(ids));
        }
        score.whole("query", &format!("{request}#total"), "total", &probe["total"], &found["meta"]["total"]);
    }
    for part in ["data", "links", "meta"].into_iter().filter(|part| !probe[part].is_null()) {
        score.whole("query", &format!("{request}#{part}"), part, &probe[part], &found[part]);
    }
    if !probe["body"].is_null() {
        score.whole("query", &format!("{request}#body"), "body", &probe["body"], &found);
    }
}

/// Whether Statamic shows entries here that are not public, or counts them.
fn shows_drafts(probe: &Value, public: &BTreeSet<&str>) -> bool {
    let request = text(probe, "request");
    let hidden = |id: &Value| id.as_str().is_some_and(|id| !public.contains(id));
    probe["ids"].as_array().is_some_and(|ids| ids.iter().any(hidden)) || request.contains("filter[status]=any")
}

/// Ours shows the same in the same order, but for what is not public (DESIGN.md §5).
fn without_drafts(request: &str, probe: &Value, found: &Value, public: &BTreeSet<&str>, score: &mut Score<'_>) {
    let wanted = probe["ids"].as_array().into_iter().flatten();
    let wanted: Vec<&str> = wanted.filter_map(Value::as_str).filter(|id| public.contains(id)).collect();
    let found = found["data"].as_array().into_iter().flatten().map(|item| &item["id"]).take(wanted.len().max(1));
    score.whole("query", &format!("{request}#public"), "public ids", &json!(wanted), &json!(found.collect::<Vec<_>>()));
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
    let found: Vec<_> = sets.into_iter().filter(|(name, ..)| golden.join(name).is_dir()).collect();
    if found.is_empty() {
        println!("SKIPPED: there is no {}", golden.display());
    }
    let score = |(name, origin, written)| synthetic(&golden.join(name), name, origin, written, &deviations);
    let scores: Vec<Score> = found.into_iter().map(score).collect();
    settle(&scores);
}

fn synthetic<'a>(folder: &Path, name: &'a str, origin: &str, written: &str, deviations: &'a [Deviation]) -> Score<'a> {
    let answers = json_lines(&folder.join("out/responses.jsonl"));
    let probes = probes(&folder.join("out/filter_sort_page_results.txt"));
    let served = Served::new(&Set {
        root: &folder.join("in"),
        origin,
        multisite: name == "multisite",
        written,
        statamic: Settings { users: Resource::All(Allowed::Every), forms: Resource::All(Allowed::Every), ..settings(&allowed_in(&answers, &probes)) },
    });
    let mut score = Score::new(name, deviations);
    for answer in &answers {
        response(&served, answer, origin, &mut score);
    }
    for (probe, wanted) in probes {
        let (_, found) = served.get(&format!("/api/collections/sink/entries?fields=id&{probe}"));
        let ids: Vec<&Value> = found["data"].as_array().into_iter().flatten().map(|item| &item["id"]).collect();
        score.whole("probe", &probe, "ids", &wanted, &json!(ids));
    }
    score.print();
    score
}

/// The fields that the recorded answers were allowed to be filtered by: all that were not refused.
fn allowed_in(answers: &[Value], probes: &[(String, Value)]) -> Allowed {
    let refused: BTreeSet<&str> = answers
        .iter()
        .filter_map(|answer| answer["body"]["message"].as_str()?.strip_prefix("Forbidden filter"))
        .flat_map(|fields| fields.trim_start_matches('s').trim_start_matches(": ").split(", "))
        .collect();
    let requests = answers.iter().map(|answer| format!("{} {}", text(answer, "request"), text(answer, "status_line")));
    let asked = requests.chain(probes.iter().map(|(probe, _)| probe.clone())).flat_map(|request| {
        let request = request.replace("%5B", "[").replace("%5D", "]").replace("%3A", ":");
        let names: Vec<String> = request.split("filter[").skip(1).filter_map(|part| Some(part.split(']').next()?.to_owned())).collect();
        names
    });
    let fields = asked.map(|name| {
        let parts = if name.starts_with("taxonomy:") { 2 } else { 1 };
        name.split(':').take(parts).collect::<Vec<_>>().join(":")
    });
    let fields: BTreeSet<String> = fields.filter(|field| !refused.contains(field.as_str())).collect();
    if fields.is_empty() { Allowed::Every } else { Allowed::Only(fields.into_iter().collect()) }
}

fn response(served: &Served, answer: &Value, origin: &str, score: &mut Score<'_>) {
    let name = text(answer, "name");
    let Some((method, path, status)) = recorded(answer, origin) else { return listed(served, answer, score) };
    let (found_status, found) = served.request(&method, &path, "");
    let wanted_status = if status == 500 { 400 } else { status };
    score.whole("status", name, "status", &json!(wanted_status), &json!(found_status));
    if status == 500 || method != "GET" || wanted_status != u64::from(found_status) {
        return;
    }
    let body = &answer["body"];
    for key in ["links", "meta", "message"] {
        score.whole("answer", &format!("{name}/{key}"), key, &body[key], &found[key]);
    }
    match &body["data"] {
        Value::Array(branches_or_rows) if branches_or_rows.iter().any(|row| row.get("depth").is_some()) => {
            branches("page", name, &body["data"], &found["data"], score);
        }
        Value::Array(_) => rows("row", name, &body["data"], &found["data"], score),
        data => score.members("one", name, data, &found["data"]),
    }
}

/// Method, path and status of a recorded answer; `None` where it is a whole list.
fn recorded(answer: &Value, origin: &str) -> Option<(String, String, u64)> {
    if let Some((method, url)) = answer["request"].as_str().and_then(|request| request.split_once(' ')) {
        return Some((method.to_owned(), url.replace(origin, ""), answer["status"].as_u64()?));
    }
    let mut words = answer["status_line"].as_str()?.split(' ');
    let status = words.next()?.parse().ok()?;
    Some(("GET".to_owned(), words.next()?.to_owned(), status))
}

/// All entries or all terms, as `multisite` has them.
fn listed(served: &Served, answer: &Value, score: &mut Score<'_>) {
    let wanted = answer["body"]["data"].as_array().cloned().unwrap_or_default();
    if text(answer, "name").ends_with("entries") { entries(served, &wanted, score) } else { terms(served, &wanted, score) }
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
    let statamic = Settings { pagination_size: 1000, ..settings(&Allowed::Every) };
    let served = Served::new(&Set { root, origin, multisite: false, written: served::NOW, statamic });
    let mut score = Score::new("matrix", &deviations);
    for case in json_file(&folder.join("matrix.json"))["cases"].as_array().into_iter().flatten() {
        let (collection, query) = (text(case, "collection"), text(case, "query"));
        let (status, found) = served.get(&format!("/api/collections/{collection}/entries?{query}"));
        let place = format!("{collection}?{query}");
        let wanted = if case["status"] == 500 { 400 } else { 200 };
        score.whole("status", &place, "status", &json!(wanted), &json!(status));
        if case["status"] == 200 {
            let ids: Vec<&Value> = found["data"].as_array().into_iter().flatten().map(|item| &item["id"]).collect();
            score.whole("ids", &place, "ids", &case["ids"], &json!(ids));
        }
    }
    score.print();
    settle(&[score]);
}
