//! No answer of search, of the link graph or for readers takes more statements for more entries. Alone in its process: it
//! counts all of them.

#[path = "support/posts.rs"]
mod posts;
#[path = "support/served.rs"]
mod served;
#[path = "support/tree.rs"]
mod tree;

use std::sync::atomic::{AtomicUsize, Ordering};

use posts::posts;
use rhapsode::api::statamic::settings::Settings;
use served::{Served, Set};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tree::Tree;

static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

/// Counts the statements that sqlx logs while nothing else is asked for than what is measured.
struct Counter;

impl<S: Subscriber> Layer<S> for Counter {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut reads = Reads(false);
        event.record(&mut reads);
        if event.metadata().target() == "sqlx::query" && reads.0 {
            STATEMENTS.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Whether a statement reads items: not the poll of the generation, not the borders of a transaction.
struct Reads(bool);

impl tracing::field::Visit for Reads {
    fn record_debug(&mut self, _: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        self.0 |= format!("{value:?}").contains(" item ");
    }
}

fn serve(tree: &Tree) -> Served {
    let (origin, written) = ("https://site.test", "2026-01-01T00:00:00Z");
    Served::new(&Set {
        root: tree.root(),
        origin,
        multisite: false,
        written,
        statamic: Settings::default(),
    })
}

#[test]
fn no_answer_takes_more_statements_for_more_entries() {
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Counter));
    let statements = |served: &Served, path: &str| {
        let before = STATEMENTS.load(Ordering::SeqCst);
        assert_eq!(served.get(path).0, 200, "{path}");
        STATEMENTS.load(Ordering::SeqCst) - before
    };
    let (few, many) = (serve(&posts(2)), serve(&posts(60)));
    // What fields there are is read once per generation.
    for served in [&few, &many] {
        assert_eq!(served.get("/search?q=warm").0, 200);
    }
    for (path, most) in [
        ("/search?q=post&limit=50", 2),
        (
            "/search?q=post*+-nothing&collection=posts&body=text&limit=50",
            2,
        ),
        (
            "/search?q=post&filter[title:contains]=post&filter[any][0][slug:ne]=x&filter[any][1][date:gt]=2000-01-01&limit=50",
            2,
        ),
        ("/entries/id-1/backlinks?count=true", 1),
        ("/links/broken", 1),
        ("/entries/id-1.md", 1),
        ("/llms.txt", 3),
    ] {
        let (few, many) = (statements(&few, path), statements(&many, path));
        assert!(
            few > 0 && few == many && few <= most,
            "{path}: {few} statements for 2 entries, {many} for 60; {most} are allowed"
        );
    }
}
