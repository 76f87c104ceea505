//! No answer of the native API takes more statements than two and one per level of what it includes, whatever it holds.
//! Alone in its process: it counts all of them.

#[path = "support/sample.rs"]
mod sample;
#[path = "support/served.rs"]
mod served;

use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

/// Counts the statements that sqlx logs, but for those by which the server itself follows the database, and
/// the ends of reads.
struct Counter;

impl<S: Subscriber> Layer<S> for Counter {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut statement = Statement { counts: true };
        event.record(&mut statement);
        if event.metadata().target() == "sqlx::query" && statement.counts {
            STATEMENTS.fetch_add(1, Ordering::SeqCst);
        }
    }
}

struct Statement {
    counts: bool,
}

impl Visit for Statement {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        let is_none = [
            "fingerprint from generation",
            "g.number as generation, l.identity from generation g join change_log",
            "rollback",
        ]
        .iter()
        .any(|part| text.contains(part));
        self.counts &= !is_none;
    }
}

#[test]
fn two_statements_and_one_for_each_level_of_what_is_included() {
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Counter));
    let served = sample::serve("statements");
    assert_eq!(served.get("/entries?filter[blueprint]=post").0, 200);
    let cases = [
        (0, "/entries?limit=7"),
        (
            0,
            "/entries?collection=posts&filter[topics]=servers&filter[level]=beginner&sort=-date&count=true",
        ),
        (
            0,
            "/entries?filter[any][0][topics]=servers&filter[any][1][featured]=true&fields=teaser,article.words",
        ),
        (0, "/entries?sort=level,-title&page=2&limit=3"),
        (
            0,
            "/entries?ids=48443e0f-deb7-497a-8a80-708fc71bb84e,7dc77816-0f92-4adb-80f6-6bc6e71453b8",
        ),
        (0, "/resolve?path=/posts/what-your-browser-does-for-you"),
        (0, "/resolve?path=/newsletter"),
        (0, "/redirects?path=/newsletter"),
        (0, "/entries/by-slug/glossary/cookie"),
        (0, "/taxonomies/topics/terms/safety/entries?sort=title"),
        (0, "/assets/images?sort=-size"),
        (0, "/assets/images?filter[size:gt]=1&filter[width:gt]=1"),
        (
            0,
            "/taxonomies/topics/terms?filter[title:contains]=e&sort=-title",
        ),
        (0, "/assets/images?fields=*&sort=-credit"),
        (0, "/assets/images/logo.png"),
        (1, "/entries?include=cover&limit=50"),
        (
            1,
            "/entries/48443e0f-deb7-497a-8a80-708fc71bb84e?include=related,topics",
        ),
        (1, "/entries?include=related&limit=50"),
        (
            2,
            "/entries?collection=posts&filter[topics]=servers&filter[level]=beginner&include=related.related,related.topics",
        ),
        (
            3,
            "/resolve?path=/posts/what-your-browser-does-for-you&include=related.related.related",
        ),
    ];
    for (levels, path) in cases {
        let before = STATEMENTS.load(Ordering::SeqCst);
        let (status, answer) = served.get(path);
        assert_eq!(status, 200, "{path}\n{answer}");
        let statements = STATEMENTS.load(Ordering::SeqCst) - before;
        assert!(
            statements > 0 && statements <= 2 + levels,
            "{path}: {statements} statements"
        );
    }
}
