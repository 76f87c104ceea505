//! Heads, sitemaps and redirects of whole projects against what the real addon printed for them (spec/seo-live.md).
//!
//! A tag is equal, or differs by one of the numbered deviations that `seo_heads/deviations.json` holds as data with a
//! reason each; nothing may stay unexplained.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use jiff::Timestamp;
use rhapsode::bard::Profile;
use rhapsode::seo::dialect::addon_files::AddonFiles;
use rhapsode::seo::settings::Settings;
use rhapsode::seo::{self, Project, redirects, robots_txt, sitemap};
use rhapsode::site::view::View;
use rhapsode::{content, site};
use serde_json::Value;

/// Tag → its values, in the order in which they are printed.
type Tags = BTreeMap<String, Vec<String>>;

const IMAGES: [&str; 5] = [
    "social_images/present.png",
    "social_images/site.jpg",
    "social_images/vector.svg",
    "social_images/sub dir/ü #1.jpg",
    "images/logo.png",
];

fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("RHAPSODE_SHARED").map(PathBuf::from);
    let shared = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let is_there = shared.join("oracle/seo/heads").is_dir();
    if !is_there {
        println!("skipped: {} has no oracle/seo/heads", shared.display());
    }
    is_there.then_some(shared)
}

fn tree(shared: &Path, name: &str) -> PathBuf {
    match name {
        "seo-matrix" => shared.join("golden/synthetic/seo-matrix"),
        "seed" | "seed-bare" => shared.join("golden/synthetic/seed-heads"),
        site => shared.join("golden/sites").join(site),
    }
}

/// A copy of a tree with a profile's globals, the images that were there, and the file times of the run.
fn staged(shared: &Path, name: &str, profile: &str) -> PathBuf {
    let stage = std::env::temp_dir().join(format!("rhapsode-heads-{}-{name}-{profile}", std::process::id()));
    let from = tree(shared, name);
    copy(&from.join("in"), &stage);
    if profile != "base" {
        fs::remove_dir_all(stage.join("content/globals")).unwrap();
        copy(&from.join("profiles").join(profile).join("globals"), &stage.join("content/globals"));
    }
    if name == "seed-bare" {
        bare(&stage);
    }
    if name == "seo-matrix" {
        for image in IMAGES {
            let path = stage.join("public").join(image);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"").unwrap();
        }
    }
    stage
}

/// The seed without any globals.
fn bare(stage: &Path) {
    fs::remove_dir_all(stage.join("content/globals")).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::write(&target, fs::read(entry.path()).unwrap()).unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
            fs::File::options().append(true).open(&target).unwrap().set_modified(time).unwrap();
        }
    }
}

fn link(stage: &Path, environment: &str) -> site::Site {
    let base_url = Some("http://site.test".to_owned());
    let app_name = Some("Statamic".to_owned());
    let read = content::Settings { base_url: base_url.clone(), app_name: app_name.clone(), ..content::Settings::default() };
    let settings = site::Settings {
        api_url: base_url.clone(),
        base_url,
        profile: Some(Profile::V5),
        timezone: jiff::tz::TimeZone::UTC,
        app_name,
        environment: environment.to_owned(),
    };
    site::Site::link(content::read(stage, &read).unwrap(), settings)
}

/// Every page's own head by its permalink, read back by an HTML parser.
fn heads(site: &site::Site) -> HashMap<String, Tags> {
    let project = Project::new(site, Settings::default(), &AddonFiles::new());
    let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    let entries = site.entries.iter().filter_map(|entry| {
        let view = View::new(site, now, &entry.site);
        Some((entry.permalink.clone()?, parse(&seo::entry(&view, entry, &project).head.html)))
    });
    let terms = site.terms.iter().filter_map(|term| {
        let view = View::new(site, now, &term.site);
        Some((term.permalink.clone()?, parse(&seo::term(&view, term, &project).head.html)))
    });
    entries.chain(terms).collect()
}

/// Collects the tags of a head from an HTML tokenizer's tokens.
#[derive(Default)]
struct Collector {
    tags: RefCell<Tags>,
    text: RefCell<String>,
}

impl TokenSink for Collector {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => self.text.borrow_mut().push_str(&text),
            Token::TagToken(tag) => {
                let attribute = |name: &str| tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string());
                let mut push = |key: String, value: String| self.tags.borrow_mut().entry(key).or_default().push(value);
                match (tag.kind, &*tag.name) {
                    (TagKind::StartTag, "title") => return self.raw(RawKind::Rcdata),
                    (TagKind::StartTag, "script") => return self.raw(RawKind::ScriptData),
                    (TagKind::EndTag, "title") => push("title".into(), self.text.take()),
                    (TagKind::EndTag, "script") => push("json_ld".into(), self.text.take()),
                    (TagKind::StartTag, "meta") => {
                        let name = attribute("name").or_else(|| attribute("property")).unwrap();
                        push(name, attribute("content").unwrap());
                    }
                    (TagKind::StartTag, "link") => match attribute("hreflang") {
                        Some(code) => push("hreflang".into(), format!("{code} {}", attribute("href").unwrap())),
                        None => push("canonical".into(), attribute("href").unwrap()),
                    },
                    (_, other) => panic!("an unexpected tag: {other}"),
                }
            }
            Token::ParseError(error) => panic!("{error}"),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Collector {
    fn raw(&self, kind: RawKind) -> TokenSinkResult<()> {
        self.text.take();
        TokenSinkResult::RawData(kind)
    }
}

fn parse(html: &str) -> Tags {
    let tokenizer = Tokenizer::new(Collector::default(), TokenizerOpts { exact_errors: true, ..TokenizerOpts::default() });
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.tags.take()
}

/// The tags of a row of the oracle.
fn printed(row: &Value) -> Tags {
    let tags = &row["tags"];
    let mut printed = Tags::new();
    let mut push = |key: &str, value: String| printed.entry(key.to_owned()).or_default().push(value);
    push("title", tags["title"].as_str().unwrap_or_default().to_owned());
    for meta in tags["meta"].as_array().unwrap() {
        push(meta[0].as_str().unwrap(), meta[1].as_str().unwrap_or_default().to_owned());
    }
    for link in tags["links"].as_array().unwrap() {
        let href = link["href"].as_str().unwrap_or_default();
        match link["hreflang"].as_str() {
            Some(code) => push("hreflang", format!("{code} {href}")),
            None => push("canonical", href.to_owned()),
        }
    }
    for block in tags["json_ld"].as_array().unwrap() {
        push("json_ld", block.to_string());
    }
    printed
}

fn rows(shared: &Path, name: &str) -> Vec<Value> {
    let text = fs::read_to_string(shared.join(format!("oracle/seo/heads/{name}.jsonl"))).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.filter(|row| row["view_version"] == "11.9.0").collect()
}

#[test]
fn explore() {
    let Some(shared) = shared() else { return };
    for name in ["statamic-peak", "andrebreia", "mariohamann", "tokidoki+peakseo", "lscc+peakseo", "seed", "seed-bare", "seo-matrix"] {
        let rows = rows(&shared, name);
        let mut groups: BTreeMap<(String, String), Vec<&Value>> = BTreeMap::new();
        for row in &rows {
            let profile = row["profile"].as_str().unwrap_or("base");
            groups.entry((profile.to_owned(), row["env"].as_str().unwrap().to_owned())).or_default().push(row);
        }
        for ((profile, env), rows) in groups {
            let stage = staged(&shared, name, &profile);
            let site = link(&stage, &env);
            let heads = heads(&site);
            for row in rows {
                let url = row["url"].as_str().unwrap();
                let Some(ours) = heads.get(url) else {
                    println!("{name}\t{profile}\t{env}\t{url}\tMISSING");
                    continue;
                };
                if row["tags"].is_null() { println!("{name}\t{profile}\t{env}\t{url}\t500"); continue; }
                let theirs = printed(row);
                let keys: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
                for key in keys {
                    if ours.get(key) != theirs.get(key) {
                        println!("{name}\t{profile}\t{env}\t{url}\t{key}\t{:?}\t{:?}", theirs.get(key), ours.get(key));
                    }
                }
            }
            fs::remove_dir_all(stage).unwrap();
        }
    }
}
