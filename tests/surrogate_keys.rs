//! Surrogate keys, by brute force: all answers before and after an edit, and the keys that the edit announced.
//!
//! Every answer whose bytes changed is hit by an announced key, on every route. An answer that is of single things is
//! hit only if its bytes changed. What lists or counts (its `Surrogate-Key` names a list) is hit by whatever changes
//! among the things that it lists, also where this very page of it stays as it is: what a filter or an order would have
//! made of the change is not computed.

#[path = "support/edits.rs"]
mod edits;
#[path = "support/site.rs"]
mod site;
#[path = "support/tree.rs"]
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError};
use rhapsode::store::{Kind, keys};
use site::{Response, Site};

/// Every name that a path of the small site can hold.
fn names() -> Vec<String> {
    let ids = (0..12).map(edits::id);
    let slots = (0..12).map(|slot| format!("slot-{slot}"));
    let others = ["main", "settings", "seo", "tags", "default"];
    let others = edits::COLLECTIONS
        .iter()
        .chain(&edits::TERMS)
        .chain(&others);
    ids.chain(slots)
        .chain(others.map(|name| (*name).to_owned()))
        .collect()
}

/// Lists and choices that the bare routes do not show.
fn more() -> Vec<String> {
    let mut more: Vec<String> = [
        "/entries?limit=3&fields=*&seo=full",
        "/entries?collection=news&sort=-date&count=true",
        "/entries?collection=pages&body=html",
        "/taxonomies/tags/terms?fields=*",
        "/assets/files",
        "/assets/files?fields=*&filter[credit]=credit%201",
        "/assets/files/a.png",
        "/entries/id-0?include=cover",
        "/api/globals",
        "/api/globals/settings",
        "/api/globals/seo",
        "/api/navs/main/tree",
        "/api/collections",
        "/api/collections/pages/tree",
        "/api/taxonomies/tags/terms",
        "/api/taxonomies/tags/terms/red",
        "/api/taxonomies/tags/terms/blue/entries",
        "/api/collections/news/entries?filter[title:contains]=1&sort=title",
    ]
    .map(str::to_owned)
    .into();
    for folder in ["/news", "/events", ""] {
        let paths = (0..12).map(|slot| format!("/resolve?path={folder}/slot-{slot}"));
        more.extend(paths);
    }
    for collection in edits::COLLECTIONS {
        more.push(format!("/api/collections/{collection}/entries"));
        more.push(format!("/api/collections/{collection}"));
        more.extend((0..12).map(|slot| {
            let id = edits::id(slot);
            format!("/api/collections/{collection}/entries/{id}")
        }));
    }
    more
}

/// What may be kept, by its request.
fn answers(site: &Site, requests: &[String]) -> BTreeMap<String, Response> {
    let kept = |response: &Response| {
        response.status < 400 && response.header("cache-control").starts_with("public")
    };
    requests
        .iter()
        .map(|path| (path.clone(), site.get(path)))
        .filter(|(_, response)| kept(response))
        .collect()
}

fn is_list(key: &str) -> bool {
    let name = key.split(':').next().unwrap_or_default();
    name == keys::PROBLEMS || Kind::ALL.iter().any(|kind| kind.plural() == name)
}

fn compare(
    before: &BTreeMap<String, Response>,
    after: &BTreeMap<String, Response>,
    announced: &BTreeSet<String>,
) -> Result<(), TestCaseError> {
    for (path, response) in before {
        let own: Vec<&str> = response.header("surrogate-key").split(' ').collect();
        let hit = own.iter().any(|key| announced.contains(*key));
        let same = after.get(path).is_some_and(|now| now.body == response.body);
        prop_assert!(
            same || hit,
            "{path} changed and {own:?} is not among {announced:?}\n{}\n{:?}",
            response.body,
            after.get(path).map(|now| &now.body)
        );
        let single = !own.iter().any(|key| is_list(key));
        prop_assert!(
            !(same && hit && single),
            "{path} did not change and {own:?} is hit by {announced:?}"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 8, max_shrink_iters: 20, ..Config::default() })]

    #[test]
    fn the_announced_keys_are_those_of_the_answers_whose_bytes_changed(script in edits::script(5)) {
        let site = Site::serve(edits::project(), |api| api);
        let requests = [site::requests(&names()), more()].concat();
        let found = answers(&site, &requests);
        // What nobody can ask for now nobody has kept; what appears later is asked for again below.
        let mut requests: Vec<String> = found.keys().cloned().chain(more()).collect();
        requests.extend((0..12).map(|slot| format!("/entries/{}", edits::id(slot))));
        let mut before = answers(&site, &requests);
        for edit in script {
            let now = site.now();
            let mark = site.runtime.block_on(site.store.mark(now)).unwrap();
            edit.apply(&site);
            if !edit.is_of_the_clock() {
                site.import();
            }
            let news = site.runtime.block_on(site.store.news(&mark, site.now())).unwrap();
            prop_assert!(news.complete);
            let after = answers(&site, &requests);
            compare(&before, &after, &news.keys)?;
            before = after;
        }
    }
}
