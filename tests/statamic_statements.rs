//! No answer of Statamic's own API takes more statements for more entries. Alone in its process: it counts all of them.

#[path = "support/posts.rs"]
mod posts;
#[path = "support/served.rs"]
mod served;
#[path = "support/tree.rs"]
mod tree;

use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};

use posts::posts;
use rhapsode::api::statamic::settings::Settings;
use served::{Served, Set};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tree::Tree;

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

static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

/// Counts the statements that sqlx logs, of those that read items.
struct Counter;

impl<S: Subscriber> Layer<S> for Counter {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut statement = Statement { reads_items: false };
        event.record(&mut statement);
        if event.metadata().target() == "sqlx::query" && statement.reads_items {
            STATEMENTS.fetch_add(1, Ordering::SeqCst);
        }
    }
}

struct Statement {
    reads_items: bool,
}

impl Visit for Statement {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        self.reads_items |= format!("{value:?}").contains(" item ");
    }
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
    for path in [
        "/api/collections/posts/entries?limit=100",
        "/api/collections/posts/entries?limit=100&filter[place:gte]=0&sort=-title,place",
        "/api/collections/posts/entries?limit=100&filter[taxonomy:tags]=web",
        "/api/collections/posts/tree",
        "/api/navs/main/tree",
        "/api/taxonomies/tags/terms",
        "/api/taxonomies/tags/terms/web/entries?limit=100",
        "/api/globals",
    ] {
        let (few, many) = (statements(&few, path), statements(&many, path));
        assert!(
            few > 0 && few == many && few <= 4,
            "{path}: {few} statements for 2 entries, {many} for 60"
        );
    }
}
