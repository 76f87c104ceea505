//! Full-text search and the link graph on real `SQLite` files: what is found and in which order, that nothing a visitor
//! types fails, that drafts are never found, and that an unchanged item's rows are left alone.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use rhapsode::config::Config;
use rhapsode::import;
use rhapsode::site::status::Window;
use rhapsode::store::audience::Audience;
use rhapsode::store::links::{BrokenQuery, Page};
use rhapsode::store::list::filter::{Filter, Predicate, Subject, Test};
use rhapsode::store::search::phrases::Phrases;
use rhapsode::store::search::{Found, MOST_RANKED, Query};
use rhapsode::store::values::{Datum, Nature, Scalar};
use rhapsode::store::{Item, Kind, Link, Searchable, Store};
use tokio::runtime::Runtime;

fn noon() -> Timestamp {
    "2026-06-15T12:00:00Z".parse().unwrap()
}

/// A store of its own, with items.
struct Stage {
    store: Store,
    runtime: Runtime,
    file: String,
}

impl Stage {
    fn new(test: &str, items: Vec<Item>) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("search");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{test}.db"));
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{ending}", file.display()));
        }
        let runtime = Runtime::new().unwrap();
        let file = file.display().to_string();
        let store = runtime.block_on(Store::open(&file)).unwrap();
        let stage = Self {
            store,
            runtime,
            file,
        };
        stage.replace(items);
        stage
    }

    fn sample() -> Self {
        let root = env!("CARGO_MANIFEST_DIR");
        let config = Config {
            root: root.into(),
            ..Config::default()
        };
        let outcome = import::run(root.as_ref(), &config.import(), noon(), &|_, _| {}).unwrap();
        Self::new("sample", outcome.items)
    }

    fn replace(&self, items: Vec<Item>) {
        let replaced = self.store.replace(items, &[], "test", noon());
        self.runtime.block_on(replaced).unwrap();
    }

    fn search_at(&self, typed: &str, now: Timestamp) -> Found {
        let query = Query {
            phrases: Phrases::parse(typed),
            limit: 100,
            ..Query::default()
        };
        self.found(&query, now)
    }

    fn found(&self, query: &Query, now: Timestamp) -> Found {
        let audience = Audience::public(now);
        let found = self.store.search(query, &audience);
        self.runtime.block_on(found).unwrap().value
    }

    fn ids(&self, typed: &str) -> Vec<String> {
        let found = self.search_at(typed, noon());
        found.hits.into_iter().map(|hit| hit.document.id).collect()
    }

    /// How often rows of a table were written since the file was made.
    fn rows(&self, statement: &'static str) -> Vec<i64> {
        self.runtime.block_on(async {
            let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(&self.file)
                .await
                .unwrap();
            let rows = sqlx::query_scalar(statement).fetch_all(&mut connection);
            rows.await.unwrap()
        })
    }
}

fn entry(id: &str, title: &str, headings: &str, text: &str) -> Item {
    let facets = [
        ("collection", "posts"),
        ("site", "default"),
        ("term:topics", "a"),
    ];
    Item {
        title: title.into(),
        site: "default".into(),
        summary: format!("{{\"id\":\"{id}\",\"title\":{title:?}}}"),
        search: Some(Searchable {
            headings: headings.into(),
            text: text.into(),
            facets: facets
                .map(|(name, value)| (name.into(), value.into()))
                .into(),
        }),
        ..Item::new(Kind::Entry, "posts", id)
    }
}

#[test]
fn titles_count_most_then_headings_then_the_text() {
    let filler = "water under the bridge runs on and on ".repeat(3);
    let stage = Stage::new(
        "weights",
        vec![
            entry("text", "A page", "", &format!("{filler} gopher {filler}")),
            entry("heading", "Another page", "The gopher", &filler),
            entry("title", "Gopher", "", &filler),
            entry("none", "Nothing", "", &filler),
        ],
    );
    assert_eq!(stage.ids("gopher"), ["title", "heading", "text"]);
}

#[test]
fn words_phrases_beginnings_and_exclusions_find_what_they_say() {
    let stage = Stage::new(
        "grammar",
        vec![
            entry("a", "Crème brûlée", "", "burnt cream, slowly"),
            entry("b", "Cream of the crop", "", "brûler slowly"),
            entry("c", "東京タワー", "", "a tower in Tokyo"),
        ],
    );
    let ids = |typed: &str| stage.ids(typed).into_iter().collect::<BTreeSet<_>>();
    let set = |ids: &[&str]| {
        ids.iter()
            .map(|id| (*id).to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(ids("CREME BRULEE"), set(&["a"]));
    assert_eq!(ids("\"burnt cream\""), set(&["a"]));
    assert_eq!(ids("\"cream burnt\""), set(&[]));
    assert_eq!(ids("brul*"), set(&["a", "b"]));
    assert_eq!(ids("brû*"), set(&["a", "b"]));
    assert_eq!(ids("slo* -cro*"), set(&["a"]));
    assert_eq!(ids("slowly -crop"), set(&["a"]));
    assert_eq!(ids("東京"), set(&["c"]));
    assert_eq!(ids("京東"), set(&[]));
    assert_eq!(ids("posts"), set(&[]), "facets are no text");
}

#[test]
fn the_beginning_of_few_words_and_of_very_many_finds_all_of_them() {
    let item = |n: usize| entry(&format!("e{n}"), "A page", "", &format!("of word{n:04}"));
    let stage = Stage::new("beginnings", (0..700).map(item).collect());
    let total = |typed: &str| stage.search_at(typed, noon()).total;
    assert_eq!((total("word*"), total("word00*")), (MOST_RANKED, 100));
    assert_eq!((total("wor*"), total("page -wor*")), (MOST_RANKED, 0));
    assert_eq!((total("\"of word00\"*"), total("page -word*")), (100, 0));
    assert_eq!((total("word007* -word0070"), total("ord*")), (9, 0));
}

#[test]
fn no_phrase_reaches_from_a_title_into_the_text_and_no_mark_is_a_word() {
    let stage = Stage::new("parts", vec![entry("a", "One two", "three", "four")]);
    let total = |typed: &str| stage.search_at(typed, noon()).total;
    assert_eq!((total("\"one two\""), total("one three four")), (1, 1));
    assert_eq!((total("\"two three\""), total("\"three four\"")), (0, 0));
    assert_eq!((total("§"), total("\"two § three\"")), (0, 0));
}

#[test]
fn the_sample_site_is_found_by_what_it_is_about() {
    let stage = Stage::sample();
    for (typed, title) in [
        (
            "client server",
            "The Client–Server Model (Who Talks To Whom)",
        ),
        ("padlock", "What the Padlock Promises"),
        ("short history", "A Very Short History of the Web"),
        ("read url", "How to Read a URL"),
    ] {
        let found = stage.search_at(typed, noon());
        let first = &found.hits[0].document.summary;
        assert!(first.contains(title), "{typed}: {first}");
    }
}

#[test]
fn facets_count_what_is_found_and_collections_and_sites_are_words_of_the_index() {
    let other = {
        let mut other = Item {
            owner: "pages".into(),
            ..entry("c", "Three", "", "web")
        };
        other.search.as_mut().unwrap().facets = vec![
            ("collection".into(), "pages".into()),
            ("site".into(), "french".into()),
        ];
        other
    };
    let stage = Stage::new(
        "facets",
        vec![
            entry("a", "One web", "", ""),
            entry("b", "Two webs", "", "web"),
            other,
        ],
    );
    let found = stage.search_at("web", noon());
    assert_eq!((found.total, found.facets["collection"]["posts"]), (3, 2));
    assert_eq!(found.facets["term:topics"]["a"], 2);
    let total = |collections: &[&str], site: Option<&str>| {
        let query = Query {
            phrases: Phrases::parse("web"),
            collections: collections.iter().map(|&handle| handle.into()).collect(),
            site: site.map(str::to_owned),
            limit: 9,
            ..Query::default()
        };
        stage.found(&query, noon()).total
    };
    assert_eq!(total(&["pages"], None), 1);
    assert_eq!(total(&["posts"], None), 2);
    assert_eq!(total(&["pages", "posts"], None), 3);
    assert_eq!(total(&["pages", "posts"], Some("french")), 1);
    assert_eq!(total(&["posts"], Some("french")), 0);
}

/// The items whose `level` is this, among entries or terms.
fn of_level(stage: &Stage, kind: Kind, level: &str) -> Vec<(Kind, Filter)> {
    let dictionary = stage.runtime.block_on(stage.store.dictionary()).unwrap();
    let (path, _) = dictionary.path(kind, &[], "level").unwrap();
    let predicate = Predicate {
        subject: Subject::Path(path),
        test: Test::In(vec![Scalar::Text(level.into())]),
        negated: false,
    };
    let filter = Filter {
        all: vec![predicate],
        any: Vec::new(),
    };
    vec![(kind, filter)]
}

#[test]
fn what_passes_is_found_behind_any_number_of_newer_matches_that_do_not() {
    let item = |n: usize| Item {
        date: Some(Timestamp::from_second(i64::try_from(n).unwrap()).unwrap()),
        values: vec![Datum {
            path: "level".into(),
            value: Scalar::Text(if n < 3 { "rare" } else { "common" }.into()),
            nature: Nature::TEXT,
        }],
        ..entry(&format!("e{n:05}"), "Common word", "", "")
    };
    let stage = Stage::new("behind", (0..MOST_RANKED + 10).map(item).collect());
    let search = |level: &str| {
        let query = Query {
            phrases: Phrases::parse("common"),
            among: of_level(&stage, Kind::Entry, level),
            limit: 9,
            ..Query::default()
        };
        stage.found(&query, noon())
    };
    let rare = search("rare");
    let ids: Vec<&str> = rare
        .hits
        .iter()
        .map(|hit| hit.document.id.as_str())
        .collect();
    assert_eq!(ids, ["e00002", "e00001", "e00000"]);
    assert_eq!((rare.total, rare.has_more), (3, false));
    assert_eq!(rare.facets["collection"]["posts"], 3);
    let common = search("common");
    assert_eq!((common.total, common.has_more), (MOST_RANKED, true));
    assert_eq!(search("none").total, 0);
}

#[test]
fn of_very_many_matches_the_newest_are_ranked_and_said_to_be_some() {
    let items: Vec<Item> = (0..MOST_RANKED + 5)
        .map(|n| entry(&format!("e{n:05}"), "Common word", "", ""))
        .collect();
    let stage = Stage::new("many", items);
    let found = stage.search_at("common", noon());
    assert_eq!((found.total, found.has_more), (MOST_RANKED, true));
    let lists = stage.rows("select distinct segid from search_index_idx");
    assert_eq!(lists.len(), 1, "what many statements wrote is one list");
    let last = Query {
        phrases: Phrases::parse("common"),
        offset: MOST_RANKED - 1,
        limit: 10,
        ..Query::default()
    };
    assert_eq!(stage.found(&last, noon()).hits.len(), 1);
}

#[test]
fn drafts_and_what_is_not_public_now_are_never_found() {
    let opens = noon() + 1.hour();
    let window = Window {
        from: Some(opens),
        until: Some(opens + 1.hour()),
    };
    let link = |item: Item| Item {
        links: vec![
            Link {
                field: "body".into(),
                target: "entry::target".into(),
                state: "ok".into(),
                ..Link::default()
            },
            Link {
                field: "body".into(),
                target: "entry::gone".into(),
                state: "missing".into(),
                ..Link::default()
            },
        ],
        ..item
    };
    let draft = Item {
        published: false,
        ..entry("draft", "Secret", "", "")
    };
    let scheduled = Item {
        window,
        ..entry("scheduled", "Secret", "", "")
    };
    let target = entry("target", "Target", "", "");
    let stage = Stage::new("drafts", vec![link(draft), link(scheduled), target]);
    let seen = |now: Timestamp| {
        let audience = Audience::public(now);
        let page = Page {
            limit: 9,
            ..Page::default()
        };
        let broken = BrokenQuery {
            page: page.clone(),
            ..BrokenQuery::default()
        };
        stage.runtime.block_on(async {
            let store = &stage.store;
            let backlinks = store.backlinks("target", &page, true, false, &audience);
            let backlinks = backlinks.await.unwrap().value;
            let broken = store.broken_links(&broken, &audience).await.unwrap().value;
            (
                stage_total(store, now).await,
                backlinks.total,
                backlinks.referrers.len(),
                broken.len(),
            )
        })
    };
    assert_eq!(seen(noon()), (0, Some(0), 0, 0));
    assert_eq!(seen(opens), (1, Some(1), 1, 1));
    assert_eq!(seen(opens + 1.hour()), (0, Some(0), 0, 0));
}

async fn stage_total(store: &Store, now: Timestamp) -> usize {
    let query = Query {
        phrases: Phrases::parse("secret"),
        limit: 9,
        ..Query::default()
    };
    let found = store.search(&query, &Audience::public(now)).await.unwrap();
    found.value.total
}

#[test]
fn what_changed_is_found_by_its_new_words_and_what_vanished_by_none() {
    let stage = Stage::new(
        "changes",
        vec![
            entry("a", "Old words", "", ""),
            entry("b", "Stays", "", ""),
            entry("c", "Old", "", ""),
        ],
    );
    let before = stage.rows("select rowid from search_index order by rowid");
    stage.replace(vec![
        entry("a", "New words", "", ""),
        entry("b", "Stays", "", ""),
    ]);
    assert_eq!(stage.ids("old"), Vec::<String>::new());
    assert_eq!(stage.ids("new"), ["a"]);
    assert_eq!(stage.ids("stays"), ["b"]);
    assert_eq!(before.len(), 3);
    assert_eq!(
        stage
            .rows("select rowid from search_index order by rowid")
            .len(),
        2
    );
}

#[test]
fn referrers_come_newest_first_and_once_page_by_page_in_both_directions() {
    let to_target = |n: i64| Item {
        date: Some(Timestamp::from_second(n / 2).unwrap()),
        links: vec![
            Link {
                field: "body".into(),
                target: "entry::target".into(),
                text: format!("first {n}"),
                state: "ok".into(),
                ..Link::default()
            };
            2
        ],
        ..entry(&format!("e{n}"), "Refers", "", "")
    };
    let mut items: Vec<Item> = (0..7).map(to_target).collect();
    items.push(entry("target", "Target", "", ""));
    let stage = Stage::new("referrers", items);
    let page = |page: &Page| {
        let audience = Audience::public(noon());
        let found = stage
            .store
            .backlinks("target", page, true, false, &audience);
        stage.runtime.block_on(found).unwrap().value
    };
    let all = page(&Page {
        limit: 9,
        ..Page::default()
    });
    let ids = |entries: &[rhapsode::store::links::Referrer]| {
        entries
            .iter()
            .map(|entry| entry.document.id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids(&all.referrers),
        ["e6", "e5", "e4", "e3", "e2", "e1", "e0"]
    );
    assert_eq!(
        (all.found, all.total, all.referrers[0].references.len()),
        (true, Some(7), 2)
    );
    let after = page(&Page {
        after: Some(all.referrers[2].place.clone()),
        limit: 2,
        ..Page::default()
    });
    assert_eq!(ids(&after.referrers), ["e3", "e2"]);
    let before = page(&Page {
        after: Some(all.referrers[2].place.clone()),
        limit: 9,
        backwards: true,
    });
    assert_eq!(ids(&before.referrers), ["e6", "e5"]);
}

/// Text as anyone may type it: any characters, and those that mean something to a search engine.
fn typed() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "\"", "*", "-", "(", ")", ":", "^", "+", "{", "}", "AND", "OR", "NOT", "NEAR(", "title:",
        "'", ";", "\0", "%", "--", "web", "Crème", "東京", "\u{301}",
    ]);
    let part = prop_oneof![
        special.prop_map(str::to_owned),
        "\\PC{0,6}",
        any::<String>()
    ];
    prop::collection::vec((part, prop::bool::ANY), 0..12).prop_map(|parts| {
        let spaced = |(part, space): (String, bool)| if space { part + " " } else { part };
        parts.into_iter().map(spaced).collect()
    })
}

#[test]
fn nothing_that_is_typed_fails_and_what_is_shown_holds_no_markup_but_marks() {
    let stage = Stage::new(
        "typed",
        vec![entry(
            "a",
            "Crème <b> & \"web\"",
            "東京",
            "web AND near <script>",
        )],
    );
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(600));
    let ran = runner.run(&typed(), |typed| {
        let phrases = Phrases::parse(&typed);
        if phrases.wanted.is_empty() {
            return Ok(());
        }
        for hit in stage.search_at(&typed, noon()).hits {
            for html in [hit.title, hit.snippet] {
                let rest = html.replace("<mark>", "").replace("</mark>", "");
                prop_assert!(!rest.contains(['<', '>', '"']), "{}", html);
            }
        }
        Ok(())
    });
    ran.unwrap();
}

#[test]
fn every_word_of_a_text_finds_it() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(60));
    let stage = Stage::new("words", Vec::new());
    let ran = runner.run(&prop::collection::vec("[\\PC]{1,9}", 1..6), |words| {
        let text = words.join(" ");
        stage.replace(vec![entry("a", "t", "", &text)]);
        for word in words {
            let quoted = format!("\"{}\"", word.replace('"', " "));
            if !Phrases::parse(&quoted).wanted.is_empty() {
                prop_assert_eq!(stage.ids(&quoted), vec!["a".to_owned()], "{}", word);
            }
        }
        Ok(())
    });
    ran.unwrap();
}
