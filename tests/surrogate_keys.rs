//! Surrogate keys, by brute force: all answers before and after an edit, and the keys that the edit announced.
//!
//! 1. Every answer whose bytes changed is hit: it named an announced key before the edit.
//! 2. An answer that is of single things (its `Surrogate-Key` names no list), and shows all of them, is hit only if its
//!    bytes changed.
//! 3. No key is announced in vain: some answer names it that came, went, or has other bytes now.
//!
//! So what is announced are keys of the answers that changed, without any that an unchanged answer of single things names,
//! and enough of them to hit all of the former. For the third, a list by whatever condition counts: `more` asks for the
//! lists that show an edit, page by page. Searches are compared without their order: `SQLite` weighs words by how rare they
//! are in all that it knows, drafts included.

#[path = "support/edits.rs"]
mod edits;
#[path = "support/site.rs"]
mod site;
#[path = "support/tree.rs"]
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError};
use rhapsode::api::Api;
use rhapsode::api::statamic::settings::{Allowed, Resource, Settings as Statamic};
use rhapsode::store::log::Identity;
use rhapsode::store::{Kind, keys};
use serde_json::{Value, json};
use site::{Response, Site};

/// Every name that a path of the small site can hold.
fn names() -> Vec<String> {
    let ids = (0..12).flat_map(|slot| [edits::id(slot), edits::localized(slot)]);
    let slots = (0..12).map(|slot| format!("slot-{slot}"));
    let others = ["main", "settings", "seo", "tags", "default"];
    let others = edits::COLLECTIONS
        .iter()
        .chain(&edits::TERMS)
        .chain(&edits::SITES)
        .chain(&others);
    ids.chain(slots)
        .chain(others.map(|name| (*name).to_owned()))
        .collect()
}

/// Those of a site that a project has at times.
const IN_GERMAN: [&str; 20] = [
    "/entries?sort=title&count=true&filter[site]=de",
    "/entries?site=de&limit=100&fields=*&body=*&seo=full",
    "/taxonomies/tags/terms?site=de&fields=*&seo=full",
    "/taxonomies/tags/terms/red?site=de",
    "/taxonomies/tags/terms/red/entries?site=de",
    "/globals?site=de&fields=*",
    "/globals/settings?site=de",
    "/navs/main?site=de",
    "/collections/pages/tree?site=de",
    "/search?q=titel&site=de&fields=*&limit=100",
    "/seo/sitemap?site=de&limit=100",
    "/seo/report?filter[site]=de&limit=100",
    "/de/sitemap.xml",
    "/api/globals?site=de",
    "/api/globals/settings?site=de",
    "/api/navs/main/tree?site=de",
    "/api/collections/pages/tree?site=de",
    "/api/collections/news/entries?site=de",
    "/api/taxonomies/tags/terms?site=de",
    "/api/taxonomies/tags/terms/red?site=de",
];

/// Lists and choices that the bare routes do not show.
fn more() -> Vec<String> {
    let mut more: Vec<String> = [
        "/entries?limit=100&fields=*&body=*&seo=full",
        "/entries?limit=3&fields=*&seo=full",
        "/entries?sort=-updated_at&count=true",
        "/entries?filter[cover]=a.png&sort=title&limit=5",
        "/entries?filter[taxonomy.tags]=red",
        "/entries?filter[title:contains]=1&sort=-title",
        "/entries?filter[teaser]=Teaser%201&count=true",
        "/entries?filter[related:exists]=true&include=related",
        "/entries?collection=news&sort=-date&count=true",
        "/entries?collection=pages&body=html",
        "/entries/id-0?include=cover",
        "/taxonomies/tags/terms?fields=*&seo=full",
        "/taxonomies/tags/terms?filter[title:contains]=1&count=true",
        "/taxonomies/tags/terms/red/entries",
        "/globals?fields=*",
        "/assets/files?fields=*",
        "/assets/files?fields=*&filter[credit]=credit%201",
        "/assets/files/a.png",
        "/search?q=title&fields=*&body=*&seo=full&limit=100",
        "/search?q=term&fields=*&seo=full",
        "/search?q=word1&filter[teaser]=Teaser%201",
        "/seo/report?limit=100&count=true",
        "/seo/report?filter[code]=title_duplicate",
        "/seo/sitemap?limit=100",
        "/links/broken?limit=100",
        "/links/broken?filter[collection]=news",
        "/problems?limit=100&count=true",
        "/redirects?path=/slot-1",
        "/llms.txt",
        "/sitemap.xml",
        "/api/globals",
        "/api/globals/settings",
        "/api/globals/seo",
        "/api/navs",
        "/api/navs/main/tree",
        "/api/sites",
        "/api/assets/files",
        "/api/assets/files?filter[credit:contains]=1",
        "/api/asset-containers",
        "/api/collections",
        "/api/collections/pages/tree",
        "/api/taxonomies",
        "/api/taxonomies/tags/terms",
        "/api/taxonomies/tags/terms/red",
        "/api/taxonomies/tags/terms/red/entries",
        "/api/taxonomies/tags/terms/blue/entries",
        "/api/collections/news/entries?filter[title:contains]=1&sort=title",
        "/api/collections/news/entries?filter[taxonomy:tags]=red",
        "/api/forms",
        "/api/forms/contact",
        "/api/users",
        "/api/users/writer",
        "/entries?filter[author]=writer&include=author&fields=*",
    ]
    .map(str::to_owned)
    .into();
    more.extend(IN_GERMAN.map(str::to_owned));
    for folder in ["/news", "/events", "", "/de/news", "/de/events", "/de"] {
        let paths = (0..12).map(|slot| format!("/resolve?path={folder}/slot-{slot}"));
        more.extend(paths);
    }
    for collection in edits::COLLECTIONS {
        more.extend([
            format!("/entries?collection={collection}&limit=100&fields=*&body=*&seo=full"),
            format!("/entries?collection={collection}&filter[related:exists]=true"),
            format!("/search?q=title&collection={collection}&fields=*&limit=100"),
            format!("/api/collections/{collection}/entries"),
            format!("/api/collections/{collection}"),
        ]);
        let formats = ["rss", "atom", "json"];
        more.extend(formats.map(|format| format!("/feeds/{collection}.{format}?site=de")));
        more.extend((0..12).map(|slot| {
            let id = edits::id(slot);
            format!("/api/collections/{collection}/entries/{id}")
        }));
    }
    let ids = (0..12).flat_map(|slot| [edits::id(slot), edits::localized(slot)]);
    more.extend(ids.flat_map(|id| {
        [
            format!("/entries/{id}"),
            format!("/entries/{id}.md"),
            format!("/entries?ids={id}&fields=*&body=*&seo=full"),
            format!("/entries/{id}/backlinks?fields=*&count=true"),
            format!("/entries/{id}?site=de"),
        ]
    }));
    more
}

/// Lists whose pages hold one member, so that each page's cursors say where it stands.
fn walks() -> Vec<String> {
    let mut walks: Vec<String> = [
        "/entries",
        "/taxonomies/tags/terms",
        "/seo/report",
        "/seo/sitemap",
    ]
    .map(|path| format!("{path}?limit=1"))
    .into();
    walks.extend(edits::COLLECTIONS.map(|of| format!("/entries?collection={of}&limit=1")));
    let own = ["/taxonomies/tags/terms", "/assets/files"].map(str::to_owned);
    let own = own
        .into_iter()
        .chain(edits::COLLECTIONS.map(|collection| format!("/entries?collection={collection}")));
    walks.extend(own.map(|list| from_the_beginning(&list, &json!([-1]))));
    walks.push(from_the_beginning("/entries", &json!(["", -1])));
    walks
}

/// A list in its own order behind a place before all that are taken, as a cursor has it: it names the place of its first
/// member, to go back from, also where there is no other.
fn from_the_beginning(list: &str, keys: &Value) -> String {
    let digest = &blake3::hash(list.as_bytes()).to_hex()[..8];
    let cursor = json!([digest, false, keys, ""]).to_string();
    let cursor = cursor.bytes().fold(String::new(), |mut cursor, byte| {
        write!(cursor, "{byte:02x}").unwrap();
        cursor
    });
    let join = if list.contains('?') { '&' } else { '?' };
    format!("{list}{join}cursor={cursor}")
}

/// What may be kept, by its request.
fn answers(site: &Site, requests: impl IntoIterator<Item = String>) -> BTreeMap<String, Response> {
    let kept = |response: &Response| {
        response.status < 400 && response.header("cache-control").starts_with("public")
    };
    requests
        .into_iter()
        .map(|path| {
            let response = site.get(&path);
            assert!(response.status < 500, "{path}: {}", response.body);
            (path, response)
        })
        .filter(|(_, response)| kept(response))
        .map(|(path, response)| {
            let response = without_order(&path, response);
            (path, response)
        })
        .collect()
}

/// Answers with those of all pages that are linked to.
fn with_pages(site: &Site, requests: &BTreeSet<String>) -> BTreeMap<String, Response> {
    let mut all = answers(site, requests.iter().cloned());
    let mut open = all.clone();
    while !open.is_empty() {
        let next = open.iter().filter_map(|(path, response)| {
            let body: Value = serde_json::from_str(&response.body).ok()?;
            let next = body["links"]["next"].as_str()?;
            let mut parameters = path.split(['?', '&']);
            parameters
                .any(|parameter| parameter == "limit=1")
                .then(|| next.to_owned())
        });
        let next: BTreeSet<String> = next.filter(|path| !all.contains_key(path)).collect();
        open = answers(site, next);
        all.extend(open.clone());
    }
    all
}

fn without_order(path: &str, mut response: Response) -> Response {
    if path.starts_with("/search")
        && let Ok(mut body) = serde_json::from_str::<Value>(&response.body)
        && let Some(hits) = body["data"].as_array_mut()
    {
        hits.sort_by_key(Value::to_string);
        response.body = body.to_string();
    }
    response
}

fn keys_of(response: &Response) -> impl Iterator<Item = &str> {
    let keys = response.header("surrogate-key").split(' ');
    keys.filter(|key| !key.is_empty())
}

fn is_list(key: &str) -> bool {
    let key = key.strip_prefix("statamic:").unwrap_or(key);
    let name = key.split(':').next().unwrap_or_default();
    [keys::PROBLEMS, keys::FINDINGS, keys::LINKS].contains(&name)
        || Kind::ALL.iter().any(|kind| kind.plural() == name)
}

fn compare(
    before: &BTreeMap<String, Response>,
    after: &BTreeMap<String, Response>,
    announced: &BTreeSet<String>,
) -> Result<(), TestCaseError> {
    let mut changed = BTreeSet::new();
    for (path, response) in before {
        let own: Vec<&str> = keys_of(response).collect();
        let hit = own.iter().any(|key| announced.contains(*key));
        let same = after.get(path).is_some_and(|now| now.body == response.body);
        prop_assert!(
            same || hit,
            "{path} changed and {own:?} is not among {announced:?}\n{}\n{:?}",
            response.body,
            after.get(path).map(|now| &now.body)
        );
        let single = !path.contains(".md") && !own.iter().any(|key| is_list(key));
        prop_assert!(
            !(same && hit && single),
            "{path} did not change and {own:?} is hit by {announced:?}"
        );
        if !same {
            changed.extend(own);
        }
    }
    for (path, response) in after {
        if before
            .get(path)
            .is_none_or(|before| before.body != response.body)
        {
            changed.extend(keys_of(response));
        }
    }
    let in_vain: Vec<&String> = announced
        .iter()
        .filter(|key| !changed.contains(key.as_str()))
        .collect();
    prop_assert!(
        in_vain.is_empty(),
        "{in_vain:?} of {announced:?} hit nothing that changed"
    );
    Ok(())
}

/// Few, as each asks for everything again and again; more where `PROPTEST_CASES` says so.
fn config() -> Config {
    let usual = Config::default();
    let said = std::env::var_os("PROPTEST_CASES").is_some();
    Config {
        cases: if said { usual.cases } else { 8 },
        max_shrink_iters: 20,
        ..usual
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_announced_keys_are_those_of_the_answers_whose_bytes_changed(in_two in any::<bool>(), script in edits::script(5)) {
        let site = Site::serve(edits::project(in_two), |api| api);
        let every = [site::requests(&names()), more(), walks()].concat();
        // What nobody can ask for now nobody has kept; what appears later is asked for again below.
        let mut before = with_pages(&site, &every.into_iter().collect());
        let wrong = walks().into_iter().find(|walk| !before.contains_key(walk));
        prop_assert!(wrong.is_none(), "{wrong:?} is no list");
        let mut requests: BTreeSet<String> = more().into_iter().chain(walks()).collect();
        for edit in script {
            requests.extend(before.keys().cloned());
            let now = site.now();
            let mark = site.runtime.block_on(site.store.mark(now)).unwrap();
            edit.apply(&site);
            if !edit.is_of_the_clock() {
                site.import();
            }
            let news = site.runtime.block_on(site.store.news(&mark, site.now(), &|_, _| true)).unwrap();
            prop_assert!(news.complete);
            let after = with_pages(&site, &requests);
            compare(&before, &after, &news.keys)?;
            before = after;
        }
    }
}

#[test]
fn a_change_in_one_collection_hits_no_list_of_another_one() {
    let site = Site::serve(edits::project(false), |api| api);
    let of_news = [
        "/entries?collection=news",
        "/entries?filter[collection]=news&filter[title:contains]=1&count=true",
        "/search?q=title&collection=news",
        "/collections/news",
        "/api/collections/news/entries",
    ]
    .map(str::to_owned);
    let others = ["/seo/report", "/seo/sitemap", "/links/broken", "/problems"].map(str::to_owned);
    let kept = answers(&site, of_news.into_iter().chain(others));
    assert_eq!(kept.len(), 9);
    let edit = |text: &str| {
        let mark = site.runtime.block_on(site.store.mark(site.now())).unwrap();
        let path = "content/collections/events/2026-02-01.party.md";
        let text = format!("---\nid: party\ntitle: Party\ndescription: 'On a boat'\n---\n{text}\n");
        site.tree.write(path, text.as_bytes());
        site.import();
        let news = site
            .runtime
            .block_on(site.store.news(&mark, site.now(), &|_, _| true));
        news.unwrap().keys
    };
    assert!(edit("Come.").contains("entries:events"));
    let announced = edit("Do come.");
    assert!(announced.contains("entry:party"));
    for (path, response) in &kept {
        let hit = keys_of(response).find(|key| announced.contains(*key));
        assert_eq!(hit, None, "{path} {announced:?}");
    }
}

#[test]
fn a_key_of_statamics_own_api_is_announced_only_where_that_answers() {
    let site = Site::serve(edits::project(false), |api| api);
    let since = site.json("/changes?limit=1000")["meta"]["token"].clone();
    let mark = site.runtime.block_on(site.store.mark(site.now())).unwrap();
    site.tree
        .write("resources/forms/contact.yaml", b"title: Write to us\n");
    site.tree
        .write("content/taxonomies/tags/red.yaml", b"title: Crimson\n");
    site.import();
    let announced = |has: &(dyn Fn(Kind, &Identity) -> bool + Sync)| {
        let news = site.store.news(&mark, site.now(), has);
        site.runtime.block_on(news).unwrap()
    };
    let keys = announced(&|_, _| true).keys;
    for key in [
        "statamic:form:contact",
        "statamic:term:tags::red@default",
        "terms:tags",
    ] {
        assert!(keys.contains(key), "{keys:?}");
    }
    let news = announced(&|kind, _| kind != Kind::Form);
    let told = |kind: &str| news.items.iter().any(|item| item.identity.kind == kind);
    assert!(told("term") && !told("form"), "{news:?}");

    let path = format!("/changes?since={}", since.as_str().unwrap());
    let only = |taxonomy: &str| {
        let parts = [(taxonomy.to_owned(), Allowed::Every)];
        Statamic {
            taxonomies: Resource::Only(parts.into()),
            ..Statamic::default()
        }
    };
    let off = Statamic {
        enabled: false,
        ..Statamic::default()
    };
    for (settings, is_told) in [(only("tags"), true), (only("topics"), false), (off, false)] {
        let server = site.serve_again(|api: Api| api.with_statamic(settings));
        let told = site::get(server, &path).body;
        assert!(told.contains("terms:tags"), "{told}");
        assert_eq!(told.contains("\"statamic:term:"), is_told, "{told}");
    }
}
