//! The store on real databases: what is replaced, what is read, and what nobody ever sees.

#[path = "support/database.rs"]
mod database;

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{Timestamp, ToSpan};
use rhapsode::content::problem::{Problem, Severity};
use rhapsode::seo::report::Finding;
use rhapsode::site::status::Window;
use rhapsode::store::audience::{Audience, Preview};
use rhapsode::store::list::{By, Order, Place, Query, Sites};
use rhapsode::store::search::phrases::Phrases;
use rhapsode::store::search::{self, MOST_RANKED};
use rhapsode::store::values::{Datum, Nature, Scalar};
use rhapsode::store::{Error, Item, Kind, Link, Searchable, Store, problems};

const UUID: &str = "7dc77816-0f92-4adb-80f6-6bc6e71453b8";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn noon() -> Timestamp {
    at("2026-01-01T12:00:00Z")
}

fn public(now: Timestamp) -> Audience {
    Audience::public(now)
}

fn entry(collection: &str, id: &str) -> Item {
    let summary = format!("{{\"id\":\"{id}\"}}");
    Item {
        site: "default".into(),
        title: id.into(),
        summary,
        ..Item::new(Kind::Entry, collection, id)
    }
}

async fn visible(store: &Store, id: &str, now: Timestamp) -> Option<String> {
    store
        .entry(id, &public(now))
        .await
        .unwrap()
        .value
        .map(|found| found.summary)
}

fn in_own_order(limit: i64) -> Query {
    Query {
        order: order(By::OwnOrder, false, true),
        ..Query::new(Kind::Entry, limit)
    }
}

async fn ids(store: &Store, query: &Query) -> Vec<String> {
    let listing = store.list(query, &public(noon())).await.unwrap().value;
    listing
        .documents
        .into_iter()
        .map(|document| document.id)
        .collect()
}

#[tokio::test]
async fn what_was_put_in_comes_out() {
    let store = Store::open(&database::new("what_was_put_in"))
        .await
        .unwrap();
    let item = Item {
        url: Some("/de/a".into()),
        permalink: Some("https://x.test/de/a".into()),
        fields: Some("{\u{1}f\"title\":\"A\"\u{2}}".into()),
        seo: Some("{}".into()),
        ..entry("posts", "a")
    };
    let replaced = store.replace([item], &[], "f", noon()).await.unwrap();
    assert_eq!((replaced.generation, replaced.written), (1, 1));

    let found = store.entry("a", &public(noon())).await.unwrap();
    assert_eq!((found.generation, found.replaced_at), (1, noon()));
    let document = found.value.unwrap();
    assert_eq!(document.summary, "{\"id\":\"a\"}");
    assert_eq!(
        document.fields.as_deref(),
        Some("{\u{1}f\"title\":\"A\"\u{2}}")
    );
    assert_eq!(
        (document.seo.as_deref(), document.url.as_deref()),
        (Some("{}"), Some("/de/a"))
    );
    assert_eq!(document.changed_at(), noon());
    let names = store.field_names(Kind::Entry, &["posts".into()]).await;
    assert_eq!(names.unwrap(), ["title"]);
    assert_eq!(store.generation().await.unwrap().fingerprint, "f");
    assert!(
        store
            .entry("b", &public(noon()))
            .await
            .unwrap()
            .value
            .is_none()
    );
}

#[tokio::test]
async fn an_equal_site_is_not_written_again() {
    let store = Store::open(&database::new("an_equal_site")).await.unwrap();
    let site = || [entry("posts", "a"), entry("posts", "b")];
    store.replace(site(), &[], "f", noon()).await.unwrap();
    let again = store
        .replace(site(), &[], "f", noon() + 1.hour())
        .await
        .unwrap();
    assert_eq!(
        (again.generation, again.written, again.unchanged),
        (1, 0, 2)
    );

    let other = store
        .replace(site(), &[], "another fingerprint", noon())
        .await
        .unwrap();
    assert_eq!((other.generation, other.unchanged), (2, 2));
}

#[tokio::test]
async fn one_changed_item_is_the_only_one_written() {
    let store = Store::open(&database::new("one_changed")).await.unwrap();
    store
        .replace([entry("posts", "a"), entry("posts", "b")], &[], "f", noon())
        .await
        .unwrap();
    let changed = Item {
        summary: "{\"id\":\"b\",\"x\":1}".into(),
        ..entry("posts", "b")
    };
    let replaced = store
        .replace([entry("posts", "a"), changed], &[], "f", noon() + 1.hour())
        .await
        .unwrap();
    assert_eq!(
        (replaced.generation, replaced.written, replaced.unchanged),
        (2, 1, 1)
    );
    assert_eq!(
        visible(&store, "b", noon()).await.as_deref(),
        Some("{\"id\":\"b\",\"x\":1}")
    );
    let kept = store.entry("a", &public(noon())).await.unwrap();
    assert_eq!(kept.value.unwrap().changed_at(), noon());
    assert_eq!(kept.replaced_at, noon() + 1.hour());
}

#[tokio::test]
async fn an_item_that_only_moved_keeps_its_row_and_gets_its_place() {
    let store = Store::open(&database::new("only_moved")).await.unwrap();
    let placed = |id: &str, place: i64| Item {
        own_order: place,
        position: place,
        ..entry("posts", id)
    };
    store
        .replace([placed("a", 1), placed("b", 2)], &[], "f", noon())
        .await
        .unwrap();
    assert_eq!(ids(&store, &in_own_order(9)).await, ["a", "b"]);

    let moved = store
        .replace([placed("b", 1), placed("a", 2)], &[], "f", noon())
        .await
        .unwrap();
    assert_eq!(
        (moved.generation, moved.written, moved.unchanged),
        (2, 0, 2)
    );
    assert_eq!(ids(&store, &in_own_order(9)).await, ["b", "a"]);
}

/// What is announced of a replacement.
async fn announced(store: &Store, items: impl IntoIterator<Item = Item>) -> Vec<String> {
    let mark = store.mark(noon()).await.unwrap();
    store.replace(items, &[], "f", noon()).await.unwrap();
    let news = store.news(&mark, noon(), &|_, _| true).await.unwrap();
    assert!(news.complete);
    news.keys.into_iter().collect()
}

#[tokio::test]
async fn an_order_is_announced_to_the_lists_that_it_changes() {
    let store = Store::open(&database::new("orders")).await.unwrap();
    let placed = |id: &str, position: i64, own_order: i64| Item {
        own_order,
        position,
        ..entry("posts", id)
    };
    let hidden = |position: i64, own_order: i64| Item {
        published: false,
        ..placed("hidden", position, own_order)
    };
    let first = [placed("a", 1, 1), placed("b", 2, 2), hidden(3, 3)];
    store.replace(first, &[], "f", noon()).await.unwrap();
    // Only that one stands before another one says anything of positions; cursors hold the place in the own order.
    let shifted = [placed("a", 2, 1), placed("b", 3, 2), hidden(1, 3)];
    assert_eq!(announced(&store, shifted).await, [] as [&str; 0]);
    let turned = [placed("a", 3, 1), placed("b", 2, 2), hidden(1, 3)];
    assert_eq!(announced(&store, turned).await, ["statamic:entries:posts"]);
    let behind = [placed("a", 3, 2), placed("b", 2, 3), hidden(1, 1)];
    assert_eq!(
        announced(&store, behind).await,
        ["entries", "entries:posts"]
    );
}

#[tokio::test]
async fn a_text_that_several_have_is_announced_to_the_report_where_it_is_shared() {
    let store = Store::open(&database::new("shared_texts")).await.unwrap();
    let finding = |same: i64| Finding {
        code: "title_duplicate",
        detail: same.to_string(),
        same,
    };
    let titled = |id: &str, same: i64| Item {
        findings: vec![finding(same)],
        ..entry("posts", id)
    };
    let later = |same: i64| Item {
        window: Window {
            from: Some(noon() + 1.hour()),
            until: None,
        },
        ..titled("c", same)
    };
    let first = [titled("a", 7), titled("b", 8)];
    store.replace(first, &[], "f", noon()).await.unwrap();
    let alone = [titled("a", 7), titled("b", 9)];
    assert_eq!(announced(&store, alone).await, [] as [&str; 0]);
    let two = [titled("a", 7), titled("b", 7)];
    assert_eq!(announced(&store, two).await, ["findings"]);
    let parted = [titled("a", 7), titled("b", 8), later(7)];
    assert_eq!(announced(&store, parted).await, ["findings"]);
    let mark = store.mark(noon()).await.unwrap();
    let news = store
        .news(&mark, noon() + 1.hour(), &|_, _| true)
        .await
        .unwrap();
    let keys: Vec<&str> = news.keys.iter().map(String::as_str).collect();
    assert_eq!(keys, ["entries", "entries:posts", "entry:c", "findings"]);
}

#[tokio::test]
async fn what_vanished_is_gone_with_its_links_and_field_names() {
    let file = database::new("what_vanished");
    let store = Store::open(&file).await.unwrap();
    let link = Link {
        field: "body".into(),
        target: "entry::b".into(),
        text: "B".into(),
        state: "ok".into(),
        ..Link::default()
    };
    let linking = Item {
        links: vec![link],
        fields: Some("{\u{1}f\"body\":1\u{2}}".into()),
        ..entry("posts", "a")
    };
    store
        .replace([linking, entry("posts", "b")], &[], "f", noon())
        .await
        .unwrap();
    let replaced = store
        .replace([entry("posts", "b")], &[], "f", noon())
        .await
        .unwrap();
    assert_eq!((replaced.deleted, replaced.unchanged), (1, 1));
    assert!(visible(&store, "a", noon()).await.is_none());
    let names = store.field_names(Kind::Entry, &[]).await;
    assert!(names.unwrap().is_empty());

    let left = "select (select count(*) from link) + (select count(*) from body where number = 1)";
    assert_eq!(database::number(&file, left), 0);
}

#[tokio::test]
async fn drafts_are_found_by_no_read() {
    let store = Store::open(&database::new("drafts")).await.unwrap();
    let draft = Item {
        published: false,
        fields: Some("{}".into()),
        ..entry("posts", "draft")
    };
    store
        .replace([draft, entry("posts", "a")], &[], "f", noon())
        .await
        .unwrap();
    assert!(visible(&store, "draft", noon()).await.is_none());
    let (names, everyone) = (["draft".to_owned()], public(noon()));
    let batch = store.batch(&names, Some("default"), true, true, &everyone);
    assert!(batch.await.unwrap().value.is_empty());
    let slug = store.by_slug("posts", "draft", None, false, &everyone);
    assert!(slug.await.unwrap().value.is_none());
    let targets = store.targets(&[("entry", "draft")], &everyone);
    assert!(targets.await.unwrap().is_empty());
    assert!(
        store
            .item(Kind::Entry, "posts", "draft", "default", &public(noon()))
            .await
            .unwrap()
            .value
            .is_none()
    );
    assert_eq!(
        store
            .items(Kind::Entry, "posts", None, &public(noon()))
            .await
            .unwrap()
            .value
            .len(),
        1
    );
    let page = store
        .list(
            &Query {
                count: true,
                ..in_own_order(9)
            },
            &public(noon()),
        )
        .await
        .unwrap()
        .value;
    assert_eq!((page.documents.len(), page.total), (1, Some(1)));
}

#[tokio::test]
async fn an_entry_is_visible_from_its_first_second_until_its_last() {
    let store = Store::open(&database::new("window")).await.unwrap();
    let window = Window {
        from: Some(noon()),
        until: Some(noon() + 1.hour()),
    };
    store
        .replace(
            [Item {
                window,
                ..entry("posts", "a")
            }],
            &[],
            "f",
            noon() - 1.hour(),
        )
        .await
        .unwrap();

    let before = store
        .entry("a", &public(noon() - 1.millisecond()))
        .await
        .unwrap();
    assert_eq!(
        (
            before.value.is_none(),
            before.last_boundary,
            before.next_boundary
        ),
        (true, None, Some(noon()))
    );
    let during = store.entry("a", &public(noon())).await.unwrap();
    assert_eq!(
        (during.last_boundary, during.next_boundary),
        (Some(noon()), Some(noon() + 1.hour()))
    );
    let document = during.value.unwrap();
    assert_eq!(
        (document.changed_at(), document.visible_until()),
        (noon(), Some(noon() + 1.hour()))
    );
    assert!(visible(&store, "a", noon() + 1.hour()).await.is_none());
}

#[tokio::test]
async fn of_several_versions_the_latest_valid_one_is_the_answer() {
    let store = Store::open(&database::new("versions")).await.unwrap();
    let version = |text: &str, valid_from| Item {
        summary: text.into(),
        valid_from,
        ..entry("posts", "a")
    };
    let versions = [
        version("\"later\"", Some(noon())),
        version("\"first\"", None),
    ];
    store.replace(versions, &[], "f", noon()).await.unwrap();
    assert_eq!(
        visible(&store, "a", noon() - 1.second()).await.as_deref(),
        Some("\"first\"")
    );
    assert_eq!(
        visible(&store, "a", noon()).await.as_deref(),
        Some("\"later\"")
    );
    assert_eq!(ids(&store, &in_own_order(9)).await, ["a"]);
}

#[tokio::test]
async fn an_item_that_comes_twice_is_kept_once() {
    let store = Store::open(&database::new("twice")).await.unwrap();
    let second = Item {
        summary: "\"second\"".into(),
        ..entry("posts", "a")
    };
    store
        .replace(
            [entry("posts", "a"), entry("posts", "b"), second],
            &[],
            "f",
            noon(),
        )
        .await
        .unwrap();
    assert_eq!(
        visible(&store, "a", noon()).await.as_deref(),
        Some("{\"id\":\"a\"}")
    );
}

#[tokio::test]
async fn a_uuid_is_found_in_any_spelling_and_other_ids_as_they_are() {
    let store = Store::open(&database::new("spelling")).await.unwrap();
    let uuid = "7DC77816-0f92-4adb-80f6-6bc6e71453b8";
    store
        .replace(
            [entry("posts", uuid), entry("pages", "Home")],
            &[],
            "f",
            noon(),
        )
        .await
        .unwrap();
    for spelling in [
        "7dc77816-0f92-4adb-80f6-6bc6e71453b8",
        "7DC778160F924ADB80F66BC6E71453B8",
        uuid,
    ] {
        assert!(
            visible(&store, spelling, noon()).await.is_some(),
            "{spelling}"
        );
    }
    assert!(visible(&store, "Home", noon()).await.is_some());
    assert!(visible(&store, "home", noon()).await.is_none());
}

#[tokio::test]
async fn a_localization_is_found_from_any_of_its_siblings() {
    let store = Store::open(&database::new("localizations")).await.unwrap();
    let german = Item {
        site: "de".into(),
        localizes: Some("a".into()),
        ..entry("posts", "a-de")
    };
    let french = Item {
        site: "fr".into(),
        localizes: Some("a".into()),
        published: false,
        ..entry("posts", "a-fr")
    };
    store
        .replace([entry("posts", "a"), german, french], &[], "f", noon())
        .await
        .unwrap();
    let found = async |id: &str, site, fallback| {
        let (names, everyone) = ([id.to_owned()], public(noon()));
        let batch = store.batch(&names, Some(site), fallback, true, &everyone);
        let found = batch.await.unwrap().value.into_iter().next();
        found.map(|(_, found)| found.id)
    };
    assert_eq!(found("a", "de", false).await.as_deref(), Some("a-de"));
    assert_eq!(found("a-de", "default", false).await.as_deref(), Some("a"));
    assert_eq!(found("a-de", "de", false).await.as_deref(), Some("a-de"));
    assert_eq!(found("a", "fr", false).await, None);
    assert_eq!(found("a-fr", "de", true).await, None);
    assert_eq!(found("a", "fr", true).await.as_deref(), Some("a"));
    let list = async |sites| {
        ids(
            &store,
            &Query {
                sites,
                ..Query::new(Kind::Entry, 9)
            },
        )
        .await
    };
    assert_eq!(list(Sites::One("fr".into())).await, Vec::<String>::new());
    assert_eq!(list(Sites::WithFallback("fr".into())).await, ["a"]);
    assert_eq!(list(Sites::WithFallback("de".into())).await, ["a-de"]);
    assert_eq!(list(Sites::All).await, ["a", "a-de"]);
}

/// Twelve entries in two collections with many ties, and one that has no date.
fn many() -> Vec<Item> {
    let dates = [
        "2026-01-01T00:00:00Z",
        "2026-01-02T00:00:00Z",
        "2026-01-02T00:00:00Z",
    ];
    let entries = (0..12_usize).map(|n| Item {
        title: ["b", "A", "c"][n % 3].into(),
        date: (n != 5).then(|| at(dates[n % 3])),
        updated_at: Some(i64::try_from(n).unwrap() % 4),
        own_order: 12 - i64::try_from(n).unwrap(),
        ..entry(["posts", "pages"][n % 2], &format!("e{n:02}"))
    });
    entries.collect()
}

#[tokio::test]
async fn pages_of_every_order_hold_each_entry_once_and_backwards_is_the_reverse() {
    let store = Store::open(&database::new("pages")).await.unwrap();
    store.replace(many(), &[], "f", noon()).await.unwrap();
    for by in [By::OwnOrder, By::Date, By::Title, By::UpdatedAt] {
        for (owners, count) in [(vec![], 12), (vec!["posts".to_owned()], 6)] {
            let query = Query {
                order: order(by, false, owners.is_empty()),
                owners,
                ..Query::new(Kind::Entry, 5)
            };
            let forwards = walk(&store, query.clone()).await;
            let other_way = Query {
                backwards: true,
                ..query.clone()
            };
            let mut backwards = walk(&store, other_way).await;
            backwards.reverse();
            assert_eq!(forwards, backwards, "{query:?}");
            let mut once = forwards.clone();
            once.sort();
            once.dedup();
            assert_eq!((forwards.len(), once.len()), (count, count), "{query:?}");
        }
    }
}

/// An order by one key; the own order of all collections is one collection after another.
fn order(by: By, descending: bool, of_all: bool) -> Vec<Order> {
    let owner = (of_all && by == By::OwnOrder).then_some(By::Owner);
    let keys = owner.into_iter().chain([by]);
    keys.map(|by| Order { by, descending }).collect()
}

async fn walk(store: &Store, mut query: Query) -> Vec<String> {
    let mut ids = Vec::new();
    loop {
        let page = store.list(&query, &public(noon())).await.unwrap().value;
        let Some(last) = page.places.last() else {
            return ids;
        };
        query.after = Some(last.clone());
        ids.extend(page.documents.into_iter().map(|document| document.id));
    }
}

#[tokio::test]
async fn lists_are_in_the_order_that_was_asked_for() {
    let store = Store::open(&database::new("orders")).await.unwrap();
    store.replace(many(), &[], "f", noon()).await.unwrap();
    let list = async |by, descending| {
        let query = Query {
            order: order(by, descending, true),
            ..Query::new(Kind::Entry, 3)
        };
        ids(&store, &query).await
    };
    assert_eq!(list(By::OwnOrder, false).await, ["e11", "e09", "e07"]);
    assert_eq!(list(By::Date, true).await, ["e11", "e10", "e08"]);
    assert_eq!(list(By::Date, false).await, ["e05", "e00", "e03"]);
    assert_eq!(list(By::Title, false).await, ["e01", "e04", "e07"]);
    assert_eq!(list(By::UpdatedAt, true).await, ["e11", "e07", "e03"]);
}

#[tokio::test]
async fn a_list_keeps_to_its_site_and_brings_bodies_only_when_asked() {
    let store = Store::open(&database::new("site_list")).await.unwrap();
    let german = Item {
        site: "de".into(),
        fields: Some("{}".into()),
        ..entry("posts", "b")
    };
    store
        .replace([entry("posts", "a"), german], &[], "f", noon())
        .await
        .unwrap();
    let query = Query {
        sites: Sites::One("de".into()),
        count: true,
        ..Query::new(Kind::Entry, 9)
    };
    let narrow = store.list(&query, &public(noon())).await.unwrap().value;
    let fields = narrow.documents[0].fields.clone();
    assert_eq!(
        (narrow.documents.len(), narrow.total, fields),
        (1, Some(1), None)
    );
    let with_bodies = Query {
        bodies: true,
        ..query
    };
    let whole = store.list(&with_bodies, &public(noon())).await.unwrap();
    let whole = whole.value;
    assert_eq!(whole.documents[0].fields.as_deref(), Some("{}"));
    let place = Place {
        id: "z".into(),
        ..whole.places[0].clone()
    };
    let past_the_end = Query {
        after: Some(place),
        ..Query::new(Kind::Entry, 9)
    };
    let empty = store.list(&past_the_end, &public(noon())).await.unwrap();
    let found = (empty.value.documents.len(), empty.value.total);
    assert_eq!((empty.generation, found), (1, (0, None)));
}

#[tokio::test]
async fn collections_come_in_their_order_with_the_number_of_their_public_entries() {
    let store = Store::open(&database::new("collections")).await.unwrap();
    let collection = |handle: &str, position| Item {
        position,
        ..Item::new(Kind::Collection, "", handle)
    };
    let draft = Item {
        published: false,
        ..entry("posts", "c")
    };
    let items = vec![
        collection("posts", 2),
        collection("pages", 1),
        entry("posts", "a"),
        entry("posts", "b"),
        draft,
    ];
    store.replace(items, &[], "f", noon()).await.unwrap();
    let found = store
        .collections(None, &public(noon()))
        .await
        .unwrap()
        .value;
    let found: Vec<_> = found
        .into_iter()
        .map(|collection| (collection.id, collection.entries))
        .collect();
    assert_eq!(found, [("pages".to_owned(), 0), ("posts".to_owned(), 2)]);
    assert_eq!(
        store
            .collections(Some("posts"), &public(noon()))
            .await
            .unwrap()
            .value
            .len(),
        1
    );
    let known = store.dictionary().await.unwrap().collections;
    let handles: Vec<&str> = known.iter().map(|(handle, _)| handle.as_str()).collect();
    assert_eq!(handles, ["pages", "posts"]);
}

/// How many of a list there are, as its total and one by one; and what collections and Statamic's lists say of the same.
async fn counted(store: &Store, query: &Query, audience: &Audience) -> (i64, usize) {
    let found = store.list(query, audience).await.unwrap().value;
    if let ([collection], Sites::All) = (query.owners.as_slice(), &query.sites) {
        let found = store.collections(Some(collection), audience).await.unwrap();
        let told = found.value.first().map(|found| Some(found.entries));
        let page = store.item_page(Kind::Entry, collection, None, 0..9, audience);
        let page = page.await.unwrap().value;
        let seen = i64::try_from(page.items.len()).unwrap();
        assert_eq!((page.total, told.flatten()), (seen, Some(seen)));
    }
    (found.total.unwrap(), found.documents.len())
}

#[tokio::test]
async fn what_is_counted_beforehand_is_what_is_listed_at_each_moment_and_in_previews() {
    let store = Store::open(&database::new("tally")).await.unwrap();
    let hours = |from: i64, until: i64| Window {
        from: Some(noon() + from.hours()),
        until: Some(noon() + until.hours()),
    };
    let item = |id: &str, site: &str, window| Item {
        site: site.into(),
        window,
        ..entry("posts", id)
    };
    let items = vec![
        Item::new(Kind::Collection, "", "posts"),
        item("always", "default", Window::default()),
        Item {
            valid_from: Some(noon() + 2.hours()),
            ..item("always", "default", Window::default())
        },
        item("was", "default", hours(-3, -1)),
        item("is", "default", hours(-2, 2)),
        item("will", "french", hours(1, 3)),
        item("later", "french", hours(3, 4)),
        Item {
            published: false,
            ..item("draft", "default", Window::default())
        },
    ];
    store.replace(items, &[], "f", noon()).await.unwrap();
    let of = |owners: &[&str], sites| Query {
        owners: owners.iter().map(|&owner| owner.into()).collect(),
        sites,
        count: true,
        ..Query::new(Kind::Entry, 9)
    };
    let queries = [
        of(&[], Sites::All),
        of(&["posts"], Sites::All),
        of(&["posts", "pages"], Sites::One("french".into())),
        of(&["posts"], Sites::WithFallback("french".into())),
    ];
    let mut totals = Vec::new();
    for half_hours in -7..10 {
        let now = noon() + (30 * half_hours).minutes();
        for preview in [Preview::None, Preview::All, Preview::One("draft".into())] {
            let audience = Audience { now, preview };
            for query in &queries {
                let (total, seen) = counted(&store, query, &audience).await;
                assert_eq!(usize::try_from(total), Ok(seen), "{query:?} {audience:?}");
            }
            let (total, _) = counted(&store, &queries[0], &audience).await;
            totals.extend((audience.preview == Preview::None).then_some(total));
        }
    }
    let expected = [1, 2, 2, 3, 3, 2, 2, 2, 2, 3, 3, 2, 2, 2, 2, 1, 1];
    assert_eq!(totals, expected);
}

#[tokio::test]
async fn the_number_of_a_path_is_never_that_of_another_one() {
    let store = Store::open(&database::new("path_numbers")).await.unwrap();
    let with = |paths: &[&str]| Item {
        values: paths
            .iter()
            .map(|&path| Datum {
                path: path.into(),
                value: Scalar::Text("a".into()),
                nature: Nature::TEXT,
            })
            .collect(),
        ..entry("posts", "a")
    };
    for paths in [&["a", "b", "c"][..], &["a", "c"], &["a", "c", "d"]] {
        let items = [with(paths)];
        store.replace(items, &[], "f", noon()).await.unwrap();
        let dictionary = store.dictionary().await.unwrap();
        let number = |path: &&str| dictionary.path(Kind::Entry, &[], path).unwrap().0;
        let mut numbers: Vec<i64> = paths.iter().map(number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), paths.len(), "{paths:?}");
    }
}

#[tokio::test]
async fn problems_are_chosen_by_what_they_are_about_and_counted() {
    let store = Store::open(&database::new("chosen_problems"))
        .await
        .unwrap();
    let problem = |code: &str, path: &str| Problem::warning(code, path, "m");
    let stored = [
        problem("id_missing", "content/collections/posts.yaml"),
        problem("id_missing", "content/collections/posts/a.md").of_entry("a"),
        problem("bad_date", "content/collections/posts/a%.md").of_entry(&UUID.to_uppercase()),
        problem("bad_date", "content/collections/postscripts/b.md").of_entry("b"),
    ];
    store.replace([], &stored, "f", noon()).await.unwrap();
    let some = |text: &str| Some(text.to_owned());
    let query = problems::Query {
        limit: 9,
        ..problems::Query::default()
    };
    let cases = [
        (
            problems::Query {
                code: some("bad_date"),
                ..query.clone()
            },
            vec![3, 4],
        ),
        (
            problems::Query {
                collection: some("posts"),
                ..query.clone()
            },
            vec![1, 2, 3],
        ),
        (
            problems::Query {
                entry: some("a"),
                ..query.clone()
            },
            vec![2],
        ),
        (
            problems::Query {
                entry: some(UUID),
                ..query.clone()
            },
            vec![3],
        ),
        (
            problems::Query {
                path: some("content/collections/posts.yaml"),
                ..query.clone()
            },
            vec![1],
        ),
        (
            problems::Query {
                path_start: some("content/collections/posts/a%"),
                ..query.clone()
            },
            vec![3],
        ),
        (
            problems::Query {
                path_start: some("content/collections/posts"),
                code: some("bad_date"),
                ..query.clone()
            },
            vec![3, 4],
        ),
        (
            problems::Query {
                severity: Some(Severity::Error),
                ..query.clone()
            },
            vec![],
        ),
    ];
    for (query, numbers) in cases {
        let audience = public(noon());
        let found = store.problems(&query, &audience).await.unwrap().value;
        let found: Vec<i64> = found.into_iter().map(|(number, _)| number).collect();
        assert_eq!(found, numbers, "{query:?}");
        let count = store.count_problems(&query, &audience).await.unwrap();
        assert_eq!(usize::try_from(count), Ok(numbers.len()), "{query:?}");
    }
}

#[tokio::test]
async fn problems_are_kept_in_order_and_a_change_of_them_is_a_new_generation() {
    let store = Store::open(&database::new("problems")).await.unwrap();
    let problem = |severity, code: &str| Problem {
        severity,
        code: code.into(),
        path: "content/a.md".into(),
        line: Some(3),
        column: None,
        message: "m".into(),
        entry: None,
    };
    let problems = [
        problem(Severity::Error, "one"),
        problem(Severity::Info, "two"),
    ];
    store.replace([], &problems, "f", noon()).await.unwrap();
    let all = problems::Query {
        limit: 9,
        ..problems::Query::default()
    };
    let found = store.problems(&all, &public(noon())).await.unwrap();
    assert_eq!(
        found
            .value
            .iter()
            .map(|(_, problem)| problem.clone())
            .collect::<Vec<_>>(),
        problems
    );
    let of_info = problems::Query {
        severity: Some(Severity::Info),
        ..all
    };
    assert_eq!(
        store
            .problems(&of_info, &public(noon()))
            .await
            .unwrap()
            .value,
        [(2, problems[1].clone())]
    );
    assert_eq!(
        store
            .replace([], &problems, "f", noon())
            .await
            .unwrap()
            .generation,
        1
    );
    assert_eq!(
        store
            .replace([], &problems[..1], "f", noon())
            .await
            .unwrap()
            .generation,
        2
    );
}

#[tokio::test]
async fn statamic_objects_come_in_the_order_that_was_asked_for() {
    let store = Store::open(&database::new("objects")).await.unwrap();
    let item = |id: &str, position| Item {
        statamic: Some(id.into()),
        query: Some("{}".into()),
        position,
        ..entry("posts", id)
    };
    store
        .replace([item("a", 2), item("b", 1)], &[], "f", noon())
        .await
        .unwrap();
    let listed = store
        .items(Kind::Entry, "posts", Some("default"), &public(noon()))
        .await
        .unwrap()
        .value;
    let numbers: Vec<i64> = listed.iter().rev().map(|texts| texts.number).collect();
    assert_eq!(
        listed
            .iter()
            .map(|texts| texts.id.as_str())
            .collect::<Vec<_>>(),
        ["b", "a"]
    );
    let objects = store.objects(&numbers).await.unwrap();
    assert_eq!(
        objects
            .iter()
            .map(|texts| texts.object.as_deref().unwrap())
            .collect::<Vec<_>>(),
        ["a", "b"]
    );
}

#[tokio::test]
async fn a_database_of_a_newer_schema_is_refused_in_one_line() {
    let file = database::new("newer");
    drop(Store::open(&file).await.unwrap());
    database::execute(
        &file,
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         select 999, 'x', success, checksum, 0 from _sqlx_migrations where version = 1",
    );
    for refused in [Store::open(&file).await, Store::open_read_only(&file).await] {
        let error = refused.unwrap_err();
        assert!(
            matches!(error, Error::NewerSchema { found: 999, .. }),
            "{error:?}"
        );
        assert!(
            error
                .to_string()
                .ends_with("use a newer rhapsode or another file"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn what_is_no_database_is_refused_in_one_line() {
    let file = database::file("no_database");
    std::fs::write(
        &file,
        "# Just some text, longer than the header of a database file would be.\n".repeat(20),
    )
    .unwrap();
    for refused in [Store::open(&file).await, Store::open_read_only(&file).await] {
        let text = refused.unwrap_err().to_string();
        assert!(
            text.starts_with("cannot open the database") && !text.contains('\n'),
            "{text}"
        );
    }
    let missing = Store::open_read_only(&database::file("missing"))
        .await
        .unwrap_err();
    assert!(matches!(missing, Error::Unreadable { .. }), "{missing:?}");
    let engine = Store::open("mysql://localhost/site").await.unwrap_err();
    assert!(matches!(engine, Error::Engine(_)), "{engine:?}");
    let empty = database::file("empty");
    std::fs::write(&empty, "").unwrap();
    assert!(matches!(
        Store::open_read_only(&empty).await.unwrap_err(),
        Error::OlderSchema { found: 0, .. }
    ));
}

#[tokio::test]
async fn a_read_only_store_reads_and_does_not_write() {
    let file = database::new("read_only");
    Store::open(&file)
        .await
        .unwrap()
        .replace([entry("posts", "a")], &[], "f", noon())
        .await
        .unwrap();
    let url = if file.contains("://") {
        file
    } else {
        format!("sqlite:{file}")
    };
    let store = Store::open_read_only(&url).await.unwrap();
    assert!(!store.is_writable());
    assert!(visible(&store, "a", noon()).await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_sees_one_generation_whole_while_another_is_written() {
    let store = Store::open(&database::new("whole")).await.unwrap();
    let site = |stamp: i64| {
        (0..60).map(move |n| Item {
            summary: format!("{stamp}"),
            permalink: Some(format!("{stamp}")),
            ..entry("posts", &format!("e{n}"))
        })
    };
    store.replace(site(1), &[], "f", noon()).await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(watch(store.clone(), Arc::clone(&done)));
    for stamp in 2..=25 {
        assert_eq!(
            store
                .replace(site(stamp), &[], "f", noon())
                .await
                .unwrap()
                .generation,
            stamp
        );
    }
    done.store(true, Ordering::SeqCst);
    assert!(reader.await.unwrap() > 10);
}

/// Reads pages until done; in each, every row must be of the generation that the page says it is of.
async fn watch(store: Store, done: Arc<AtomicBool>) -> usize {
    let mut reads = 0;
    while !done.load(Ordering::SeqCst) {
        let page = store
            .list(
                &Query {
                    count: true,
                    ..in_own_order(100)
                },
                &public(noon()),
            )
            .await
            .unwrap();
        let stamps: Vec<i64> = page
            .value
            .documents
            .iter()
            .map(|document| document.summary.parse().unwrap())
            .collect();
        assert_eq!((stamps.len(), page.value.total), (60, Some(60)));
        assert!(
            stamps.iter().all(|stamp| *stamp == page.generation),
            "generation {}: {stamps:?}",
            page.generation
        );
        reads += 1;
    }
    reads
}

#[tokio::test]
async fn all_reads_of_a_computation_are_of_one_moment() {
    let store = Store::open(&database::new("moment")).await.unwrap();
    let site = |title: &str| {
        let summary = format!("{{\"title\":\"{title}\"}}");
        ["a", "b"].map(|id| Item {
            summary: summary.clone(),
            ..entry("posts", id)
        })
    };
    let replace = async |title| {
        let replaced = store.replace(site(title), &[], "test", noon()).await;
        replaced.unwrap().generation
    };
    replace("one").await;
    let title = async |id| -> Result<Option<String>, Error> {
        let found = store.entry(id, &Audience::public(noon())).await?;
        Ok(found.value.map(|found| found.summary))
    };
    // Between the first two reads of the first try something is written, and between later ones of the second.
    let tries = Cell::new(0);
    let within = store.at_one_moment(async || {
        tries.set(tries.get() + 1);
        let first = title("a").await?;
        if tries.get() == 1 {
            assert_eq!(replace("two").await, 2);
        }
        let second = title("b").await?;
        assert_eq!(replace("three").await, 3);
        Ok::<_, Error>((first, second, title("a").await?))
    });
    let two = Some("{\"title\":\"two\"}".to_owned());
    let within = Box::pin(within).await.unwrap();
    assert_eq!(within, (two.clone(), two.clone(), two));
    assert_eq!(tries.get(), 2);
    let three = Some("{\"title\":\"three\"}".to_owned());
    assert_eq!(title("b").await.unwrap(), three);
}

#[tokio::test]
async fn an_import_that_was_overtaken_is_refused_and_changes_nothing() {
    let store = Store::open(&database::new("overtaken")).await.unwrap();
    let (early, late) = (store.draw().await.unwrap(), store.draw().await.unwrap());
    let replace = async |turn, id: &str| {
        let items = [entry("posts", id)];
        store.replace_in_turn(turn, items, &[], "f", noon()).await
    };
    assert_eq!(replace(late, "late").await.unwrap().generation, 1);
    let refused = replace(early, "early").await.unwrap_err();
    assert!(matches!(refused, Error::Overtaken), "{refused:?}");
    assert!(visible(&store, "late", noon()).await.is_some());
    // Whose commit was not heard of may try again.
    let again = replace(late, "late").await.unwrap();
    assert_eq!((again.generation, again.unchanged), (1, 1));
    let next = store.draw().await.unwrap();
    assert_eq!(replace(next, "next").await.unwrap().generation, 2);
}

#[tokio::test]
async fn texts_of_any_length_and_any_character_are_stored() {
    let store = Store::open(&database::new("odd_texts")).await.unwrap();
    let long: String = (0_u32..40_000)
        .map(|n| char::from_u32(0x4e00 + n * 7919 % 20_000).unwrap())
        .collect();
    let odd = Item {
        title: format!("{long}\0\u{1}\u{10ffff}"),
        links: vec![Link {
            field: "body".into(),
            target: format!("entry::{long}"),
            text: "\0".into(),
            state: "missing".into(),
            ..Link::default()
        }],
        ..entry("posts", "odd")
    };
    let unfindable = Item {
        slug: Some(long.clone()),
        ..entry("posts", &long)
    };
    store
        .replace([odd, unfindable, entry("posts", "plain")], &[], "f", noon())
        .await
        .unwrap();
    for id in ["odd", "plain"] {
        assert!(visible(&store, id, noon()).await.is_some(), "{id}");
    }
    for id in ["odd\0", &long] {
        assert!(visible(&store, id, noon()).await.is_none(), "{id}");
    }
}

#[tokio::test]
async fn who_says_it_all_in_the_title_is_found_behind_any_number_of_newer_matches() {
    let dated = |n: usize, title: &str, text: &str| Item {
        title: title.into(),
        date: Some(Timestamp::from_second(i64::try_from(n).unwrap()).unwrap()),
        search: Some(Searchable {
            text: text.into(),
            ..Searchable::default()
        }),
        ..entry("posts", &format!("e{n:05}"))
    };
    let old = [
        dated(0, "The common Wörd", ""),
        dated(1, "Common", "a word"),
    ];
    let newer = (2..MOST_RANKED + 10).map(|n| dated(n, "Word", "a common word, not bare"));
    let store = Store::open(&database::new("titles")).await.unwrap();
    let items = old.into_iter().chain(newer);
    store.replace(items, &[], "f", noon()).await.unwrap();
    let found = async |typed: &str| {
        let query = search::Query {
            phrases: Phrases::parse(typed),
            limit: 1,
            ..search::Query::default()
        };
        store.search(&query, &public(noon())).await.unwrap().value
    };
    for typed in ["\"common word\"", "word common", "com* wor*", "comm* word*"] {
        let found = found(typed).await;
        assert_eq!(found.hits[0].document.id, "e00000", "{typed}");
        assert_eq!((found.total, found.has_more), (MOST_RANKED + 1, true));
    }
    let without = found("\"common word\" -the").await;
    assert_ne!(without.hits[0].document.id, "e00000");
}
