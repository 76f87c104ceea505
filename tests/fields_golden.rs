//! Every item that Statamic 5.73.3 answered with, for the golden sites and the synthetic ones, beside what the fields
//! room makes of the same files. Prints a score per site and every field that differs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rhapsode::bard::Profile;
use rhapsode::content;
use rhapsode::content::collection::Branch;
use rhapsode::fields::item::{self, Members};
use rhapsode::fields::{Context, Holder, Output, Shape, splice};
use rhapsode::site::view::View;
use rhapsode::site::{Settings, Site};
use serde_json::Value;

/// What of a field may differ: its name (`*`: any), what is true of their value and ours, and why.
type Deviation = (
    &'static str,
    fn(Option<&Value>, Option<&Value>) -> bool,
    &'static str,
);

const DEVIATIONS: &[Deviation] = &[
    (
        "*",
        |theirs, ours| starts_with(theirs, "<svg") && ours.is_some_and(Value::is_string),
        "icons are in a PHP package; we give the icon's name",
    ),
    (
        "f_icon",
        |theirs, _| theirs == Some(&Value::Null),
        "an icon that the PHP package does not have; we give its name",
    ),
    (
        "playtime",
        |_, ours| ours == Some(&Value::Null),
        "Statamic gives the current clock for what cannot be played",
    ),
    (
        "article",
        |theirs, ours| without_hrefs(theirs) == without_hrefs(ours),
        "a link to a draft has no URL (DESIGN.md §5)",
    ),
    (
        "og_image",
        |theirs, ours| theirs != ours,
        "in that run the addon's fieldset was another one (README of golden)",
    ),
];

fn without_hrefs(value: Option<&Value>) -> Option<String> {
    let mut parts = value?.as_str()?.split(" href=\"");
    let first = parts.next()?.to_owned();
    Some(parts.fold(first, |text, part| {
        text + part.split_once('"').map_or(part, |(_, rest)| rest)
    }))
}

fn starts_with(value: Option<&Value>, prefix: &str) -> bool {
    value
        .and_then(Value::as_str)
        .is_some_and(|text| text.starts_with(prefix))
}

/// Keys that hold the time of a file or of the request, or are made of it.
const VOLATILE: [&str; 5] = [
    "last_modified",
    "last_modified_instance",
    "last_modified_timestamp",
    "updated_at",
    "date",
];
const MADE_OF_DATE: [&str; 3] = ["uri", "url", "permalink"];

#[test]
fn every_field_of_the_golden_sites_is_as_statamic_gives_it() {
    let Some(folder) = golden("RHAPSODE_GOLDEN", "golden/sites") else {
        return;
    };
    let files = [
        "entries_show.jsonl",
        "terms.jsonl",
        "trees.json",
        "navs.json",
        "globals.json",
    ];
    run(
        &folder,
        "http://site.test",
        &files,
        is_elsewhere("RHAPSODE_GOLDEN"),
    );
}

#[test]
fn every_item_of_the_synthetic_sites_is_as_statamic_gives_it() {
    let Some(folder) = golden("RHAPSODE_SYNTHETIC", "golden/synthetic") else {
        return;
    };
    run(
        &folder,
        "",
        &["responses.jsonl"],
        is_elsewhere("RHAPSODE_SYNTHETIC"),
    );
}

/// Nothing may differ but what is meant; in another folder, one field in 500.
fn run(folder: &Path, base_url: &str, files: &[&str], elsewhere: bool) {
    let mut sites: Vec<PathBuf> = folder
        .read_dir()
        .unwrap()
        .map(|site| site.unwrap().path())
        .collect();
    sites.retain(|site| site.join("out").is_dir());
    sites.sort();
    let mut all = Score::default();
    for site in sites {
        let score = compare_site(&site, base_url, files);
        println!(
            "{:<24} {}",
            site.file_name().unwrap().to_string_lossy(),
            score.line()
        );
        all.add(score);
    }
    println!("{:<24} {}", "all", all.line());
    for (field, (count, example)) in &all.different {
        println!("  {count:>5} × {field}\n{example}");
    }
    let allowed = if elsewhere { all.equal / 500 } else { 0 };
    assert!(all.equal > 0, "nothing was compared");
    assert!(
        all.wrong() <= allowed,
        "{} fields differ; their list is above",
        all.wrong()
    );
}

#[derive(Default)]
struct Score {
    equal: usize,
    meant: usize,
    /// Field → how often, and the first example.
    different: BTreeMap<String, (usize, String)>,
}

impl Score {
    fn wrong(&self) -> usize {
        self.different.values().map(|(count, _)| count).sum()
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a percentage with three decimals"
    )]
    fn line(&self) -> String {
        let (equal, wrong) = (self.equal, self.wrong());
        let percent = 100.0 * equal as f64 / (equal + wrong).max(1) as f64;
        format!(
            "{percent:7.3} %  equal {equal:>6}  meant {:>4}  different {wrong:>4}",
            self.meant
        )
    }

    fn differ(&mut self, field: String, example: String) {
        self.different.entry(field).or_insert((0, example)).0 += 1;
    }

    fn add(&mut self, other: Self) {
        self.equal += other.equal;
        self.meant += other.meant;
        for (field, (count, example)) in other.different {
            self.different.entry(field).or_insert((0, example)).0 += count;
        }
    }
}

fn compare_site(folder: &Path, base_url: &str, files: &[&str]) -> Score {
    let mut score = Score::default();
    let answers: Vec<Value> = files
        .iter()
        .flat_map(|file| answers(&folder.join("out").join(file)))
        .collect();
    let base_url = if base_url.is_empty() {
        origin(&answers)
    } else {
        base_url.to_owned()
    };
    let site = link(folder, &base_url);
    for answer in &answers {
        walk(answer, &site.default_site().handle, &site, &mut score);
    }
    score
}

/// JSON lines, or one JSON value. Answers that were cut to some fields are left out.
fn answers(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let whole: Option<Value> = serde_json::from_str(&text).ok();
    let lines = || {
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a line of JSON"))
            .collect()
    };
    let answers: Vec<Value> = whole.map_or_else(lines, |whole| vec![whole]);
    answers
        .into_iter()
        .filter(|answer| {
            !answer["request"]
                .as_str()
                .is_some_and(|request| request.contains("fields="))
        })
        .collect()
}

fn origin(answers: &[Value]) -> String {
    let text = serde_json::to_string(answers).unwrap();
    let start = text
        .find("http://127.0.0.1:")
        .expect("an answer names its origin");
    text[start..start + "http://127.0.0.1:8099".len()].to_owned()
}

/// Compares every item that stands anywhere in an answer.
fn walk(answer: &Value, locale: &str, site: &Site, score: &mut Score) {
    match answer {
        Value::Array(list) => list
            .iter()
            .for_each(|member| walk(member, locale, site, score)),
        Value::Object(map) => {
            if let Some(actual) = ours(answer, locale, site) {
                match actual {
                    Some((actual, by_file)) => compare(answer, &actual, by_file, score),
                    None => score.differ(
                        "(item)".into(),
                        format!("        not found: {}", short(Some(answer))),
                    ),
                }
            } else {
                // Trees and globals of a site lie below its handle.
                map.iter().for_each(|(key, member)| {
                    walk(member, site.site(key).map_or(locale, |_| key), site, score);
                });
            }
        }
        _ => {}
    }
}

/// The same item as we give it, and whether its times are its file's; `None`: this is no item, `Some(None)`: we have none.
#[expect(
    clippy::option_option,
    reason = "no item at all, and an item that we lack, are two answers"
)]
fn ours(item: &Value, locale: &str, site: &Site) -> Option<Option<(Value, bool)>> {
    let text = |key: &str| item[key].as_str().unwrap_or_default();
    let has = |key: &str| item.get(key).is_some();
    if has("entry_id") && has("permalink") {
        Some(Some(page(item, locale, site)))
    } else if has("is_entry") {
        Some(entry(text("id"), site))
    } else if has("is_term") {
        Some(term(text("id"), text("locale"), site))
    } else if has("basename") {
        Some(asset(text("id"), site))
    } else if has("is_super") {
        Some(site.user(text("id")).map(|user| {
            (
                with(site, "", Holder::Other, |context| {
                    item::user::members(user, context)
                }),
                false,
            )
        }))
    } else if text("api_url").contains("/api/globals/") {
        Some(global(text("handle"), locale, site))
    } else if text("api_url").contains("/api/forms/") && has("fields") {
        let form = site
            .content
            .forms
            .iter()
            .find(|form| form.handle == text("handle"));
        Some(form.map(|form| {
            (
                with(site, "", Holder::Other, |context| {
                    item::form::members(form, context)
                }),
                false,
            )
        }))
    } else {
        None
    }
}

fn entry(id: &str, site: &Site) -> Option<(Value, bool)> {
    let found = site.entry(id)?;
    let members = with(site, &found.site, Holder::Entry(found), |context| {
        item::entry::members(found, context)
    });
    Some((members, found.updated_at_from_file))
}

fn page(item: &Value, locale: &str, site: &Site) -> (Value, bool) {
    let shown = item["entry_id"].as_str().and_then(|id| site.entry(id));
    let branch = || {
        site.content.navigations.iter().find_map(|nav| {
            let branches = nav.trees.get(locale)?;
            Some((nav.handle.as_str(), branch(branches, item["id"].as_str()?)?))
        })
    };
    let members = with(site, locale, Holder::Page(shown), |context| {
        match (shown, branch()) {
            (Some(shown), Some((_, branch))) => item::page::of_entry(branch, shown, context),
            (Some(shown), None) => item::page::of_collection(shown, context),
            (None, Some((nav, branch))) => item::page::of_branch(branch, nav, context),
            (None, None) => Members::new(),
        }
    });
    (
        members,
        shown.is_some_and(|shown| shown.updated_at_from_file),
    )
}

fn branch<'b>(branches: &'b [Branch], id: &str) -> Option<&'b Branch> {
    let found = branches
        .iter()
        .find(|branch| branch.id.as_deref() == Some(id));
    found.or_else(|| {
        branches
            .iter()
            .find_map(|branch_| branch(&branch_.children, id))
    })
}

fn term(id: &str, locale: &str, site: &Site) -> Option<(Value, bool)> {
    let (taxonomy, slug) = id.split_once("::")?;
    let found = site.term(taxonomy, slug, locale)?;
    let members = with(site, locale, Holder::Term(found), |context| {
        item::term::members(found, context)
    });
    Some((members, !found.data.contains_key("updated_at")))
}

fn asset(id: &str, site: &Site) -> Option<(Value, bool)> {
    let (container, path) = id.split_once("::")?;
    let (container, found) = site.asset(container, path)?;
    Some((
        with(site, "", Holder::Other, |context| {
            item::asset::members(container, found, context)
        }),
        true,
    ))
}

fn global(handle: &str, locale: &str, site: &Site) -> Option<(Value, bool)> {
    let data = site.globals(handle, locale)?;
    Some((
        with(site, locale, Holder::Global, |context| {
            item::global::members(handle, &data, context)
        }),
        false,
    ))
}

fn with(
    site: &Site,
    locale: &str,
    holder: Holder<'_>,
    members: impl FnOnce(&Context<'_>) -> Members,
) -> Value {
    let locale = if locale.is_empty() {
        &site.default_site().handle
    } else {
        locale
    };
    let view = View::new(site, clock(), locale);
    let mut context = Context::new(&view, Shape::Statamic, holder);
    context.shows_users = true;
    let mut template = String::new();
    splice::output(&Output::Object(members(&context)), &mut template);
    serde_json::from_str(&splice::whole(&template)).unwrap()
}

fn compare(expected: &Value, actual: &Value, by_file: bool, score: &mut Score) {
    let (theirs, ours) = (expected.as_object().unwrap(), actual.as_object().unwrap());
    let kind = expected["collection"]["handle"]
        .as_str()
        .or(expected["handle"].as_str())
        .unwrap_or_default();
    for key in theirs
        .keys()
        .chain(ours.keys().filter(|key| !theirs.contains_key(*key)))
    {
        let undated = expected["date"].is_string() && expected["date"] != actual["date"];
        let made_of_date = undated && MADE_OF_DATE.contains(&key.as_str());
        if by_file && (made_of_date || VOLATILE.contains(&key.as_str())) {
            continue;
        }
        let mut found = Vec::new();
        differences(String::new(), theirs.get(key), ours.get(key), &mut found);
        let unmeant = found
            .iter()
            .find(|(_, theirs, ours)| !is_meant(key, *theirs, *ours));
        match unmeant {
            None if found.is_empty() => score.equal += 1,
            None => score.meant += 1,
            Some((place, theirs, ours)) => {
                let id = &expected["id"];
                let example = format!(
                    "        {id} {place}\n        theirs {}\n        ours   {}",
                    short(*theirs),
                    short(*ours)
                );
                score.differ(format!("{kind}.{key}"), example);
            }
        }
    }
}

fn is_meant(field: &str, theirs: Option<&Value>, ours: Option<&Value>) -> bool {
    DEVIATIONS
        .iter()
        .any(|(name, test, _)| (*name == "*" || *name == field) && test(theirs, ours))
}

type Difference<'v> = (String, Option<&'v Value>, Option<&'v Value>);

/// The innermost values that differ; the order of keys does not count.
fn differences<'v>(
    place: String,
    theirs: Option<&'v Value>,
    ours: Option<&'v Value>,
    found: &mut Vec<Difference<'v>>,
) {
    match (theirs, ours) {
        (Some(Value::Array(a)), Some(Value::Array(b))) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differences(format!("{place}.{at}"), Some(a), Some(b), found);
            }
        }
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                differences(format!("{place}.{key}"), a.get(key), b.get(key), found);
            }
        }
        (Some(Value::Number(a)), Some(Value::Number(b))) if a.as_f64() == b.as_f64() => {}
        (theirs, ours) if theirs == ours => {}
        (theirs, ours) => found.push((place, theirs, ours)),
    }
}

fn short(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "(no such key)".into(), Value::to_string);
    let limit = std::env::var("RHAPSODE_SHOW")
        .ok()
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(300);
    text.chars().take(limit).collect()
}

fn link(folder: &Path, base_url: &str) -> Site {
    let meta = std::fs::read_to_string(folder.join("out/meta.json")).unwrap_or_default();
    let meta: Value = serde_json::from_str(&meta).unwrap_or_default();
    let base_url = Some(base_url.to_owned());
    let reading = content::Settings {
        multisite: meta["app"]["multisite"].as_bool(),
        app_name: Some("Statamic".into()),
        base_url: base_url.clone(),
        app_locale: "en".into(),
        ..content::Settings::default()
    };
    let settings = Settings {
        base_url,
        api_url: None,
        profile: Some(Profile::V5),
        timezone: TimeZone::UTC,
        app_name: Some("Statamic".into()),
        environment: "production".into(),
    };
    let mut content = content::read(&folder.join("in"), &reading).unwrap();
    for entry in &mut content.entries {
        entry.modified = entry.modified.min(clock().as_second());
    }
    Site::link(content, settings)
}

/// When the real thing answered. Its files were older; a checkout's may be younger, and an entry without a date has theirs.
fn clock() -> Timestamp {
    "2026-11-22T10:45:00Z".parse().unwrap()
}

fn is_elsewhere(variable: &str) -> bool {
    std::env::var_os(variable).is_some()
}

fn golden(variable: &str, below: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("RHAPSODE_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let folder = std::env::var_os(variable).map_or_else(|| shared.join(below), PathBuf::from);
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: {} is not there; set {variable} or RHAPSODE_SHARED",
            folder.display()
        );
        return None;
    }
    Some(folder)
}
