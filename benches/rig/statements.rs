//! What answers cost in the database: a server in this process, whose statements sqlx itself times, each from its beginning to
//! its last row. What is left out are those by which the server follows the database, which no answer waits for.

use std::fmt::Debug;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use rhapsode::api::{self, Api};
use rhapsode::store::Store;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use super::server;

/// Of all statements so far.
static NANOS: AtomicU64 = AtomicU64::new(0);

/// A server without a cache.
pub struct Statements(SocketAddr);

impl Statements {
    /// Serves a database that was imported before.
    pub fn of(database: &Path) -> Self {
        static TIMED: Once = Once::new();
        TIMED.call_once(|| {
            let _ =
                tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Timer));
        });
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let database = database.display().to_string();
        thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let settings = api::Settings {
                    cache_bytes: 0,
                    cache_control: "no-cache".into(),
                    workers: 1,
                    ready_without_database: false,
                };
                let store = Store::open_read_only(&database).await.expect("a database");
                let server = api::serve(Arc::new(Api::new(store, &settings)), listener);
                server.expect("a server").await.expect("no failure");
            });
        });
        Self(address)
    }

    /// The statements of the answer to a path: how long they took, in microseconds.
    pub fn micros(&self, path: &str) -> f64 {
        let before = NANOS.load(Ordering::SeqCst);
        let answer = server::get(self.0, path, "").expect("an answer");
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}");
        // A statement is timed on the thread of its connection, which may be a little behind the answer.
        thread::sleep(Duration::from_micros(300));
        Duration::from_nanos(NANOS.load(Ordering::SeqCst) - before).as_secs_f64() * 1e6
    }
}

/// Adds up what sqlx says of each statement.
struct Timer;

impl<S: Subscriber> Layer<S> for Timer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut statement = Statement::default();
            event.record(&mut statement);
            if !statement.follows {
                NANOS.fetch_add(statement.nanos, Ordering::SeqCst);
            }
        }
    }
}

#[derive(Default)]
struct Statement {
    nanos: u64,
    follows: bool,
}

impl Visit for Statement {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.nanos = u64::try_from(Duration::from_secs_f64(value).as_nanos()).unwrap_or(0);
        }
    }

    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        let others = [
            "fingerprint from generation",
            "l.identity from generation g join change_log",
            "rollback",
        ];
        self.follows |= others.iter().any(|other| text.contains(other));
    }
}
