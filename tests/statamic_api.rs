//! Statamic's own API beside the conformance test: profile 6, settings, and what is never public.

#[path = "support/posts.rs"]
mod posts;
#[path = "support/served.rs"]
mod served;
#[path = "support/tree.rs"]
mod tree;

use std::collections::BTreeMap;

use posts::posts;
use rhapsode::api::statamic::settings::{Allowed, Resource, Settings};
use rhapsode::bard::Profile;
use serde_json::{Value, json};
use served::{Served, Set};
use tree::Tree;

const ORIGIN: &str = "https://site.test";

fn serve(tree: &Tree, statamic: Settings) -> Served {
    let multisite = tree.root().join("resources/sites.yaml").exists();
    Served::new(&Set {
        root: tree.root(),
        origin: ORIGIN,
        multisite,
        written: "2026-01-01T00:00:00Z",
        statamic,
    })
}

/// Two sites, an entry with its localization, a draft, and an entry of the far future.
fn two_sites() -> Tree {
    Tree::new([
        (
            "resources/sites.yaml",
            "en: {name: English, url: /, locale: en_US}\nfr: {name: Français, url: /fr/, locale: fr_FR}\n",
        ),
        (
            "content/collections/art.yaml",
            "title: Art\nsites: [en, fr]\nroute: '/art/{slug}'\n",
        ),
        (
            "content/collections/art/en/one.md",
            "---\nid: e1\ntitle: One\n---\n",
        ),
        (
            "content/collections/art/fr/un.md",
            "---\nid: f1\norigin: e1\ntitle: Un\n---\n",
        ),
        (
            "content/collections/art/en/draft.md",
            "---\nid: d1\ntitle: Draft\npublished: false\n---\n",
        ),
        (
            "content/collections/news.yaml",
            "title: News\ndate: true\nsites: [en]\nroute: '/news/{slug}'\ndate_behavior: {past: public, future: private}\n",
        ),
        (
            "content/collections/news/en/2090-01-01.later.md",
            "---\nid: later\ntitle: Later\n---\n",
        ),
    ])
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["data"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| item["id"].as_str().unwrap_or("?"))
        .collect()
}

#[test]
fn profile_6_finds_entries_by_slug_and_site_and_cuts_them_to_fields() {
    let served = serve(&two_sites(), Settings::default());
    let (_, by_slug) = served.get("/api/collections/art/entries/one?fields=id,title");
    assert_eq!(by_slug, json!({"data": {"id": "e1", "title": "One"}}));
    let (_, localized) = served.get("/api/collections/art/entries/e1?site=fr&fields=id");
    assert_eq!(localized, json!({"data": {"id": "f1"}}));
    let (_, french) = served.get("/api/collections/art/entries?site=fr&fields=id");
    assert_eq!(ids(&french), ["f1"]);
    let first = "https://site.test/api/collections/art/entries?fields=id&site=fr&page=1";
    assert_eq!(french["links"]["first"], first);
    assert_eq!(
        french["meta"]["links"][1],
        json!({"url": first, "label": "1", "page": 1, "active": true})
    );
}

#[test]
fn profile_5_knows_none_of_that() {
    let served = serve(
        &two_sites(),
        Settings {
            profile: Profile::V5,
            ..Settings::default()
        },
    );
    assert_eq!(served.get("/api/collections/art/entries/one").0, 404);
    assert_eq!(served.get("/api/collections").0, 404);
    assert_eq!(served.get("/api/ping").0, 404);
    assert_eq!(
        ids(&served.get("/api/collections/art/entries?site=fr").1),
        ["e1", "f1"]
    );
}

#[test]
fn profile_6_describes_what_there_is() {
    let served = serve(&two_sites(), Settings::default());
    assert_eq!(served.get("/api/ping").1, json!({"ping": "pong"}));
    let (_, sites) = served.get("/api/sites");
    let handles: Vec<&str> = sites["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|site| site["handle"].as_str().unwrap())
        .collect();
    assert_eq!(handles, ["en", "fr"]);
    let (_, collection) = served.get("/api/collections/art");
    let url = "https://site.test/api/collections/art";
    assert_eq!(
        collection["data"],
        json!({"handle": "art", "title": "Art", "structure": null, "mount": null, "api_url": url})
    );
    assert_eq!(
        served.get("/api/collections/nope"),
        (404, json!({"message": "Not found."}))
    );
}

#[test]
fn what_is_not_public_is_shown_by_no_route() {
    let served = serve(&two_sites(), Settings::default());
    for path in [
        "/api/collections/art/entries/d1",
        "/api/collections/art/entries/draft",
        "/api/collections/news/entries/later",
        "/api/collections/news/entries/e1",
    ] {
        assert_eq!(
            served.get(path),
            (404, json!({"message": "Not found."})),
            "{path}"
        );
    }
    for filter in [
        "status=any",
        "status=draft",
        "published=false",
        "published:not=true",
        "status:in=draft|published",
    ] {
        let (field, value) = filter.split_once('=').unwrap();
        let (_, found) = served.get(&format!(
            "/api/collections/art/entries?filter[{field}]={value}&fields=id"
        ));
        assert!(!ids(&found).contains(&"d1"), "{filter}");
    }
    assert_eq!(
        ids(&served
            .get("/api/collections/news/entries?filter[status]=scheduled")
            .1),
        Vec::<&str>::new()
    );
}

#[test]
fn resources_and_filters_are_served_as_settings_say() {
    let settings = Settings {
        collections: Resource::Only(BTreeMap::from([(
            "art".to_owned(),
            Allowed::Only(vec!["title".to_owned()]),
        )])),
        globals: Resource::Off,
        ..Settings::default()
    };
    let served = serve(&two_sites(), settings);
    assert_eq!(served.get("/api/collections/news/entries").0, 404);
    assert_eq!(served.get("/api/globals").0, 404);
    assert_eq!(served.get("/api/users").0, 404);
    assert_eq!(served.get("/api/forms").0, 404);
    let handles = |answer: Value| {
        answer["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["handle"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(handles(served.get("/api/collections").1), ["art"]);
    assert_eq!(
        ids(&served
            .get("/api/collections/art/entries?filter[title]=un")
            .1),
        ["f1"]
    );
    let refused = served.get("/api/collections/art/entries?filter[id]=e1&filter[slug:is]=x");
    assert_eq!(
        refused,
        (422, json!({"message": "Forbidden filters: id, slug"}))
    );
}

#[test]
fn excluded_keys_are_nowhere() {
    let settings = Settings {
        excluded_keys: vec!["api_url".into(), "edit_url".into()],
        ..Settings::default()
    };
    let served = serve(&posts(3), settings);
    for path in [
        "/api/collections/posts/entries",
        "/api/collections/posts/entries/id-1",
        "/api/collections/posts/tree",
    ] {
        let (status, answer) = served.get(path);
        assert_eq!(status, 200);
        assert!(!answer.to_string().contains("_url\":"), "{path}");
    }
}

#[test]
fn with_a_token_nothing_is_told_without_it() {
    let served = serve(
        &two_sites(),
        Settings {
            auth_token: Some("secret".into()),
            ..Settings::default()
        },
    );
    let with = |header: &str| {
        served
            .request("GET", "/api/collections/art/entries", header)
            .0
    };
    assert_eq!(with("Authorization: Bearer secret\r\n"), 200);
    assert_eq!(
        with(""),
        401,
        "the answer that was just given is no one else's"
    );
    assert_eq!(with("Authorization: Bearer secrets\r\n"), 401);
    assert_eq!(with("Authorization: Basic secret\r\n"), 401);
}

#[test]
fn what_makes_no_sense_is_refused_with_a_reason() {
    let served = serve(&posts(2), Settings::default());
    for (query, reason) in [
        ("limit=abc", "limit: a whole number is needed"),
        ("sort=-", "sort: a field is needed between commas"),
        (
            "filter[status]=x",
            "filter[status]: a status is published, draft, scheduled, expired or any",
        ),
        (
            "filter[related]=x",
            "filter[related]: an item holds a value that this condition cannot look at; lists want contains or overlaps",
        ),
        (
            "filter[taxonomy:tags:zzz]=web",
            "filter[taxonomy:tags:zzz]: unknown modifier \"zzz\"; it is any, all or not",
        ),
    ] {
        let answer = served.get(&format!("/api/collections/posts/entries?{query}"));
        assert_eq!(answer, (400, json!({"message": reason})), "{query}");
    }
    let (status, _) = served.request("POST", "/api/collections/posts/entries", "");
    assert_eq!(status, 405);
}

#[test]
fn terms_filter_entries_and_list_theirs() {
    let served = serve(&posts(3), Settings::default());
    assert_eq!(
        ids(&served.get("/api/taxonomies/tags/terms/web/entries").1),
        ["id-0", "id-1", "id-2"]
    );
    assert_eq!(
        ids(&served
            .get("/api/collections/posts/entries?filter[taxonomy:tags:not]=web")
            .1),
        Vec::<&str>::new()
    );
    assert_eq!(
        ids(&served
            .get("/api/collections/posts/entries?filter[taxonomy:tags]=x,web&sort=-place")
            .1),
        ["id-2", "id-1", "id-0"]
    );
}
