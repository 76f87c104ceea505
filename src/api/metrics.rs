//! `/metrics`: how this server fares, as Prometheus reads it. Each worker counts for itself, so that no answer waits for
//! another one's.

use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::Api;
use super::problem::{Error, Problem};
use super::query::Parameters;
use crate::content::problem::Severity;
use crate::store;
use crate::store::problems::Query;

/// The text format of Prometheus.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What was answered: by one worker, or by the routes of all.
#[derive(Debug, Default)]
pub struct Counters {
    /// By the first digit of the status.
    responses: [AtomicU64; 5],
    hits: AtomicU64,
    misses: AtomicU64,
}

/// All counters of a server.
#[derive(Debug, Default)]
pub struct Metrics {
    workers: Mutex<Vec<Arc<Counters>>>,
    /// Of what does not come from the cache at once.
    pub routes: Counters,
}

impl Counters {
    /// Counts a response.
    pub fn response(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100);
        if let Some(responses) = self.responses.get(class.wrapping_sub(1)) {
            responses.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts an answer that was kept, or one that had to be made.
    pub fn answer(&self, was_kept: bool) {
        let counter = if was_kept { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// The counters of one more worker.
    pub fn worker(&self) -> Arc<Counters> {
        let counters = Arc::<Counters>::default();
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        workers.push(Arc::clone(&counters));
        counters
    }

    fn sum(&self, of: impl Fn(&Counters) -> &AtomicU64) -> u64 {
        let workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        let counters = workers.iter().map(AsRef::as_ref).chain([&self.routes]);
        counters
            .map(|counters| of(counters).load(Ordering::Relaxed))
            .sum()
    }
}

/// How the server fares, as Prometheus reads it.
///
/// Responses by the class of their status, hits and misses of the cache and the bytes that it takes, who listens to
/// `/events`, and, as long as the database can be reached, the generation, when it was written, and how many problems it
/// has. It is never kept; it says nothing of what the content is.
#[utoipa::path(get, path = "/metrics", tag = "server",
    responses(
        (status = 200, description = "The figures.", body = String, content_type = "text/plain"),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn show_metrics(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    Parameters::parse(request.query_string(), &[])?;
    let stored = api
        .store
        .at_one_moment(async || of_database(&api).await)
        .await;
    let mut text = of_server(&api, stored.is_ok());
    text.push_str(&stored.unwrap_or_default());
    Ok(HttpResponse::Ok()
        .content_type(MEDIA_TYPE)
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .body(text))
}

fn of_server(api: &Api, has_database: bool) -> String {
    let metrics = &api.metrics;
    let responses = (0..5).map(|class| {
        let label = format!("{{class=\"{}xx\"}}", class + 1);
        (label, metrics.sum(|counters| &counters.responses[class]))
    });
    let alone = |value: u64| [(String::new(), value)];
    let number = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    [
        counter(
            "responses_total",
            "Responses by the class of their status.",
            responses,
        ),
        counter(
            "cache_hits_total",
            "Answers that were kept.",
            alone(metrics.sum(|counters| &counters.hits)),
        ),
        counter(
            "cache_misses_total",
            "Answers that had to be made.",
            alone(metrics.sum(|counters| &counters.misses)),
        ),
        gauge(
            "cache_bytes",
            "Bytes that the answers that are kept take.",
            alone(number(api.cache.weight())),
        ),
        gauge(
            "listeners",
            "Listeners of /events.",
            alone(number(api.live.listeners())),
        ),
        gauge(
            "database_up",
            "Whether the database answers.",
            alone(u64::from(has_database)),
        ),
    ]
    .concat()
}

async fn of_database(api: &Api) -> Result<String, store::Error> {
    let audience = api.audience();
    let first = Query {
        limit: 1,
        ..Query::default()
    };
    let found = api.store.problems(&first, &audience).await?;
    let mut problems = Vec::new();
    for (severity, name) in [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Info, "info"),
    ] {
        let query = Query {
            severity: Some(severity),
            ..Query::default()
        };
        let count = api.store.count_problems(&query, &audience).await?;
        problems.push((format!("{{severity=\"{name}\"}}"), count));
    }
    let alone = |value: i64| [(String::new(), value)];
    Ok([
        gauge(
            "generation",
            "The generation that is served.",
            alone(found.generation),
        ),
        gauge(
            "imported_timestamp_seconds",
            "When it was written: time() minus this is its age.",
            alone(found.replaced_at.as_second()),
        ),
        gauge("problems", "Problems of the last import.", problems),
    ]
    .concat())
}

fn counter<V: Display>(
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (String, V)>,
) -> String {
    metric(name, help, "counter", values)
}

fn gauge<V: Display>(
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (String, V)>,
) -> String {
    metric(name, help, "gauge", values)
}

fn metric<V: Display>(
    name: &str,
    help: &str,
    kind: &str,
    values: impl IntoIterator<Item = (String, V)>,
) -> String {
    let mut text = format!("# HELP rhapsode_{name} {help}\n# TYPE rhapsode_{name} {kind}\n");
    for (labels, value) in values {
        writeln!(text, "rhapsode_{name}{labels} {value}").expect("writing to a String cannot fail");
    }
    text
}
