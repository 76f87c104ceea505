//! Importing what changed gives, row for row, what importing everything into an empty database gives: for random
//! scripts of edits on disk, and for what a person would do.

#[path = "incremental/project.rs"]
mod project;
#[path = "incremental/rows.rs"]
mod rows;
#[path = "support/tree.rs"]
mod tree;

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use project::{Edit, Project};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use rhapsode::import::Report;
use rhapsode::import::update::{Done, Order, update};
use rhapsode::store::Store;
use rhapsode::store::replace::Replaced;
use rhapsode::{content, import, seo, site};
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use tokio::runtime::Runtime;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A database of its own; it vanishes with its value.
struct Database {
    path: String,
    store: Store,
}

impl Database {
    async fn new() -> Self {
        let name = format!(
            "rhapsode-incremental-{}-{}.db",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name).display().to_string();
        let store = Store::open(&path).await.unwrap();
        Self { path, store }
    }

    async fn import(&self, root: &Path, now: Timestamp) -> Done {
        update(&self.store, order(root), now, |_, _| ())
            .await
            .unwrap()
    }

    async fn replaced(&self, root: &Path, now: Timestamp) -> (Replaced, Report) {
        match self.import(root, now).await {
            Done::Replaced(replaced, report) => (replaced, report),
            Done::Nothing { .. } => panic!("something changed"),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", self.path));
        }
    }
}

fn order(root: &Path) -> Order {
    Order {
        root: root.to_owned(),
        settings: import::Settings {
            content: content::Settings::default(),
            site: site::Settings {
                base_url: Some("https://lake.test".into()),
                api_url: None,
                profile: None,
                timezone: TimeZone::UTC,
                app_name: None,
                environment: "production".into(),
            },
            seo: seo::settings::Settings::default(),
            shows_users: true,
        },
        fingerprint: "test".into(),
        checksum: false,
        strict: false,
    }
}

fn start() -> Timestamp {
    "2026-03-01T00:00:00Z".parse().unwrap()
}

/// Imports step by step into one database, and after each step as a whole into another one.
async fn agree(edits: &[Edit]) -> Result<(), TestCaseError> {
    let mut project = Project::new();
    let database = Database::new().await;
    let mut now = start();
    database.import(project.root(), now).await;
    for edit in edits {
        now = now.saturating_add(edit.hours().hours()).unwrap();
        let what = project.apply(*edit);
        database.import(project.root(), now).await;
        let whole = Database::new().await;
        whole.import(project.root(), now).await;
        let (step, all) = (
            rows::of(&database.path, now).await,
            rows::of(&whole.path, now).await,
        );
        let difference = rows::difference(&step, &all);
        prop_assert!(difference.is_empty(), "after {what}:\n{difference}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_import_of_what_changed_equals_an_import_of_everything(
        edits in prop::collection::vec(project::edit(), 1..8),
    ) {
        Runtime::new().unwrap().block_on(agree(&edits))?;
    }
}

#[tokio::test]
async fn every_kind_of_edit_alone_equals_an_import_of_everything() {
    for kind in 0..project::KINDS {
        for which in 0..2 {
            let edit = Edit {
                kind,
                which,
                value: which + 1,
            };
            agree(&[edit]).await.unwrap();
        }
    }
}

/// Of a term without a file all sites say when the last of its entries changed, in whatever site: that is a fact of the
/// files, and not when the import ran.
#[tokio::test]
async fn a_term_that_only_entries_of_another_site_have_does_not_age() {
    let topic = Edit {
        kind: 4,
        which: 1,
        value: 0,
    };
    let later_and_nothing_else = Edit {
        kind: 17,
        which: 3,
        value: 4,
    };
    agree(&[topic, later_and_nothing_else]).await.unwrap();
}

#[tokio::test]
async fn nothing_is_done_where_nothing_changed() {
    let project = Project::new();
    let database = Database::new().await;
    database.replaced(project.root(), start()).await;
    let again = database.import(project.root(), start()).await;
    assert!(
        matches!(again, Done::Nothing { generation: 1 }),
        "{again:?}"
    );
}

#[tokio::test]
async fn an_edited_text_concerns_nobody_else() {
    let mut project = Project::new();
    let database = Database::new().await;
    database.replaced(project.root(), start()).await;
    project.write_text("en-notes-0", "Quite another text.");
    let (replaced, _) = database.replaced(project.root(), start()).await;
    assert_eq!((replaced.written, replaced.deleted), (1, 0));
}

/// What is remembered and cannot be read is as if it was never known.
#[tokio::test]
async fn a_spoilt_memory_is_made_anew() {
    let mut project = Project::new();
    let (database, whole) = (Database::new().await, Database::new().await);
    database.replaced(project.root(), start()).await;
    let mut connection = SqliteConnection::connect(&database.path).await.unwrap();
    for spoil in [
        "update source set records = '[' || records",
        "update made set needs = x'00' where number % 2 = 0",
        "delete from made where number % 3 = 0",
    ] {
        sqlx::query(spoil).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    project.write_text("en-notes-0", "Quite another text.");
    database.replaced(project.root(), start()).await;
    whole.replaced(project.root(), start()).await;
    let (step, all) = (
        rows::of(&database.path, start()).await,
        rows::of(&whole.path, start()).await,
    );
    let difference = rows::difference(&step, &all);
    assert!(difference.is_empty(), "{difference}");
}

#[tokio::test]
async fn a_touched_file_writes_nothing() {
    let mut project = Project::new();
    let database = Database::new().await;
    database.replaced(project.root(), start()).await;
    project.touch("en-notes-0");
    let (replaced, _) = database.replaced(project.root(), start()).await;
    assert_eq!((replaced.written, replaced.deleted), (0, 0));
    let again = database.import(project.root(), start()).await;
    assert!(
        matches!(again, Done::Nothing { generation: 1 }),
        "{again:?}"
    );
}

#[tokio::test]
async fn problems_of_files_that_did_not_change_are_kept() {
    let mut project = Project::new();
    project.write(
        "content/collections/notes/en/broken.md",
        "---\nid: [1\n---\n",
    );
    let database = Database::new().await;
    let (_, first) = database.replaced(project.root(), start()).await;
    project.write_text("en-notes-0", "Quite another text.");
    let (_, second) = database.replaced(project.root(), start()).await;
    assert!(
        first
            .problems
            .iter()
            .any(|problem| problem.path.ends_with("broken.md"))
    );
    assert_eq!(first.problems, second.problems);
}
