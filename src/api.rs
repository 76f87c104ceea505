//! The compiled site over HTTP: final bytes with the headers that let others keep them.
//!
//! In: a [`Store`] and its generations. Out: JSON, spliced from stored templates, by the grammar of `openapi.json`. Each
//! answer is computed by one function, kept, and given again until its generation or its moment is over. The one home of
//! actix. It knows nothing of files, YAML or SQL.

pub mod accept;
pub mod answer;
pub mod batch;
pub mod cache;
pub mod changes;
pub mod choice;
pub mod collections;
pub mod compose;
pub mod docs;
pub mod entries;
pub mod entry_list;
pub mod events;
pub mod export;
pub mod filter;
pub mod freshness;
pub mod front;
pub mod health;
pub mod include;
pub mod links;
pub mod list;
pub mod listing;
pub mod live;
pub mod llms;
pub mod markdown;
pub mod mcp;
pub mod metrics;
pub mod preview;
pub mod problem;
pub mod problems;
pub mod query;
pub mod redirects;
pub mod resolve;
pub mod resources;
pub mod schema;
pub mod search;
pub mod sending;
pub mod seo_report;
pub mod single;
pub mod sitemaps;
pub mod sort;
pub mod statamic;
pub mod stop;
pub mod texts;
pub mod token;
pub mod webhooks;

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderMap, HeaderName, HeaderValue};
use actix_web::{
    App, FromRequest, Handler, HttpRequest, HttpResponse, HttpServer, Responder, Route, guard, web,
};
use jiff::Timestamp;

use crate::store::audience::{Audience, Preview};
use crate::store::changes::Mark;
use crate::store::dictionary::Dictionary;
use crate::store::log::Identity;
use crate::store::news::News;
use crate::store::{self, Kind, Store};
use answer::{Answer, Draft};
use cache::Cache;
use freshness::Freshness;
use live::{Live, Watched};
use metrics::Metrics;
use problem::{Error, METHODS};
use stop::Signals;
use webhooks::Webhook;

/// How often the store is asked for its generation.
const POLLED_EVERY: Duration = Duration::from_millis(50);

/// More than any file will ever have: an edition is a generation plus this for each file that was read before.
const GENERATIONS: i64 = 1 << 40;

/// What shapes answers beside the store.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Bytes of answers that are kept in memory.
    pub cache_bytes: usize,
    /// The `Cache-Control` of every answer; its lifetimes end where the answer changes.
    pub cache_control: String,
    /// Threads that answer; 0 for one per core.
    pub workers: usize,
    /// Whether `/readyz` stays 200 while the database cannot be reached.
    pub ready_without_database: bool,
}

/// One server's state.
pub struct Api {
    store: Store,
    cache: Cache,
    metrics: Metrics,
    freshness: Freshness,
    workers: usize,
    ready_without_database: bool,
    edition: AtomicI64,
    /// The database could not be reached when it was asked last.
    lost: AtomicBool,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    statamic: Option<statamic::settings::Settings>,
    live: Live,
    preview_secret: Option<String>,
    webhooks: Vec<Webhook>,
    /// What queries may name, and the generation that it was read in.
    dictionary: Mutex<Option<(i64, Arc<Dictionary>)>>,
}

impl Api {
    /// The state of a server on a store, by the machine's clock.
    #[must_use]
    pub fn new(store: Store, settings: &Settings) -> Self {
        Self {
            store,
            cache: Cache::new(settings.cache_bytes),
            metrics: Metrics::default(),
            freshness: Freshness::new(&settings.cache_control),
            workers: settings.workers,
            ready_without_database: settings.ready_without_database,
            edition: AtomicI64::new(0),
            lost: AtomicBool::new(false),
            clock: Box::new(Timestamp::now),
            statamic: None,
            live: Live::default(),
            preview_secret: None,
            webhooks: Vec::new(),
            dictionary: Mutex::default(),
        }
    }

    /// The same by another clock, for tests.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self {
            clock: Box::new(clock),
            ..self
        }
    }

    /// The same with Statamic's own REST API beside ours.
    #[must_use]
    pub fn with_statamic(self, settings: statamic::settings::Settings) -> Self {
        Self {
            statamic: Some(settings),
            ..self
        }
    }

    /// The same with previews, for whoever has a token made with this secret.
    #[must_use]
    pub fn with_previews(self, secret: Option<String>) -> Self {
        Self {
            preview_secret: secret,
            ..self
        }
    }

    /// The same with addresses that are told what changes; the store must be one that can be written.
    #[must_use]
    pub fn with_webhooks(self, webhooks: Vec<Webhook>) -> Self {
        Self { webhooks, ..self }
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Whether Statamic's own API is here and has a thing: what it does not answer has no surrogate keys.
    fn has_in_statamic(&self, kind: Kind, thing: &Identity) -> bool {
        let settings = self.statamic.as_ref();
        settings.is_some_and(|settings| settings.has(kind, thing))
    }

    /// What happened since a mark, with the surrogate keys that answers of this server have.
    async fn news(&self, since: &Mark, now: Timestamp) -> Result<News, store::Error> {
        let in_statamic = |kind, thing: &Identity| self.has_in_statamic(kind, thing);
        self.store.news(since, now, &in_statamic).await
    }

    /// Whom answers are for.
    fn audience(&self) -> Audience {
        Audience {
            now: self.now(),
            preview: preview::allowed(),
        }
    }

    /// The newest generation that was seen, of all files that were read from.
    fn edition(&self) -> i64 {
        self.edition.load(Ordering::Acquire)
    }

    /// What queries may name, read once per edition.
    async fn dictionary(&self) -> Result<Arc<Dictionary>, Error> {
        let edition = self.edition();
        let known = || {
            let known = self
                .dictionary
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let known = known.as_ref().filter(|(of, _)| *of == edition)?;
            Some(Arc::clone(&known.1))
        };
        if let Some(known) = known() {
            return Ok(known);
        }
        let read = Arc::new(self.store.dictionary().await?);
        *self
            .dictionary
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some((edition, Arc::clone(&read)));
        Ok(read)
    }

    /// Takes note of an edition that the store has; answers of former ones are not given any more.
    fn saw(&self, edition: i64) {
        self.edition.fetch_max(edition, Ordering::AcqRel);
    }

    /// The newest generation of the file that is read from.
    fn generation(&self) -> i64 {
        self.edition() % GENERATIONS
    }

    /// The response to a request that was met before in this spelling, if it is still right.
    fn cached(&self, spelling: &str, request: &HeaderMap) -> Option<HttpResponse> {
        let answer = self.cache.find(spelling, self.edition(), || self.now())?;
        Some(self.respond(&answer, spelling, request))
    }

    /// The response to a request whose canonical path and query is `key`: cached, or made by `compute`.
    fn answer<F>(
        &self,
        request: &HttpRequest,
        key: &str,
        compute: F,
    ) -> impl Future<Output = Result<HttpResponse, Error>>
    where
        F: AsyncFn() -> Result<Draft, Error>,
    {
        self.answer_as(request, key, compute, |answer| answer)
    }

    /// The same where another `Accept` would get another media type.
    fn answer_by_accept<F>(
        &self,
        request: &HttpRequest,
        key: &str,
        compute: F,
    ) -> impl Future<Output = Result<HttpResponse, Error>>
    where
        F: AsyncFn() -> Result<Draft, Error>,
    {
        self.answer_as(request, key, compute, Answer::varying_by_accept)
    }

    /// The same; what is made is finished once more before it is kept.
    async fn answer_as<F>(
        &self,
        request: &HttpRequest,
        key: &str,
        compute: F,
        finish: fn(Answer) -> Answer,
    ) -> Result<HttpResponse, Error>
    where
        F: AsyncFn() -> Result<Draft, Error>,
    {
        if preview::allowed() != Preview::None {
            // Boxed: a route's future would stand in this one twice.
            let draft = Box::pin(self.store.at_one_moment(compute)).await?;
            return Ok(self.answer_once(request, draft, &preview::freshness()));
        }
        let edition = self.edition();
        let kept = self.cache.find(key, edition, || self.now());
        self.metrics.routes.answer(kept.is_some());
        let answer = if let Some(answer) = kept {
            answer
        } else {
            let answer = self.computed(key, edition, compute, finish).await?;
            self.saw(answer.edition);
            answer
        };
        if let Some(spelling) = front::spelling(request.uri(), request.headers()) {
            self.cache.alias(&spelling, key);
        }
        Ok(self.respond(&answer, key, request.headers()))
    }

    /// Looks for a new generation, and for a new file in the place of the one that is read. Answers of the former file end
    /// before the first one of the new file can be given.
    async fn catch_up(&self) -> Result<(), store::Error> {
        let renewed = self.store.renewed().await?;
        if let Some(renewed) = renewed {
            self.saw((self.store.epoch() + 1) * GENERATIONS);
            self.store.take(renewed);
            tracing::info!("the database is another file now");
        }
        let epoch = self.store.epoch();
        let generation = self.store.generation().await?;
        self.saw(epoch * GENERATIONS + generation.number);
        Ok(())
    }

    /// The answer that `compute` makes, or that another request is making. What that one read may be older than what
    /// others have seen since; then this one reads for itself.
    async fn computed<F>(
        &self,
        key: &str,
        edition: i64,
        compute: F,
        finish: fn(Answer) -> Answer,
    ) -> Result<Arc<Answer>, Error>
    where
        F: AsyncFn() -> Result<Draft, Error>,
    {
        let mut read = false;
        loop {
            let answer = self.cache.compute(key, edition, async {
                read = true;
                // Before the first statement: an answer may be newer than it is said to be, never older.
                let epoch = self.store.epoch();
                let draft = self.store.at_one_moment(&compute).await?;
                let edition = epoch * GENERATIONS + draft.generation;
                Ok(finish(Answer::new(draft, edition, &self.freshness)))
            });
            let answer = answer.await?;
            if read || answer.edition >= edition {
                return Ok(answer);
            }
        }
    }

    /// The response to a request whose answer nobody else will ask for.
    fn answer_once(
        &self,
        request: &HttpRequest,
        draft: Draft,
        freshness: &Freshness,
    ) -> HttpResponse {
        let answer = Answer::new(draft, self.edition(), freshness);
        answer.respond(request.headers(), freshness, || self.now())
    }

    fn respond(&self, answer: &Answer, spelling: &str, request: &HeaderMap) -> HttpResponse {
        let before = answer.encodings();
        let response = answer.respond(request, &self.freshness, || self.now());
        if answer.encodings() != before {
            self.cache.weigh(spelling, answer);
        }
        response
    }
}

/// Serves on a listener until the process is told to stop; requests under way are answered first. To be called inside
/// a tokio runtime.
///
/// # Errors
/// If the listener cannot be used.
pub fn serve(
    api: Arc<Api>,
    listener: TcpListener,
) -> std::io::Result<impl Future<Output = std::io::Result<()>> + Send> {
    let follower = tokio::spawn(follow(Arc::clone(&api)));
    let teller = tokio::spawn(webhooks::deliver(Arc::clone(&api), api.webhooks.clone()));
    let told = Arc::clone(&api);
    let workers = if api.workers == 0 {
        std::thread::available_parallelism().map_or(1, usize::from)
    } else {
        api.workers
    };
    let server = HttpServer::new(move || {
        let (front, counters) = (Arc::clone(&api), api.metrics.worker());
        App::new()
            .app_data(web::Data::from(Arc::clone(&api)))
            .configure(register)
            .configure(|app| statamic::register(app, &front))
            .default_service(web::to(async || {
                Err::<HttpResponse, _>(Error::NotFound("there is nothing at this path".into()))
            }))
            .wrap_fn(move |request, routes| front::answer(&front, &counters, request, routes))
    });
    let server = server
        .workers(workers)
        .keep_alive(Duration::from_secs(15))
        .client_request_timeout(Duration::from_secs(10));
    let server = server.shutdown_timeout(30).disable_signals();
    let server = server.listen(listener)?.run();
    let stopper = tokio::spawn(stop::when_told(Signals::catch()?, told, server.handle()));
    Ok(async move {
        let ended = server.await;
        for task in [follower, teller, stopper] {
            task.abort();
        }
        ended
    })
}

/// Every path that is served.
#[must_use]
pub fn paths() -> Vec<&'static str> {
    routes().into_iter().map(|(path, _)| path).collect()
}

fn routes() -> Vec<(&'static str, Route)> {
    vec![
        ("/", read(health::list_routes)),
        ("/entries", read(entry_list::list_entries)),
        ("/entries/{id}.md", read(markdown::show_markdown)),
        ("/entries/{id}", read(entries::find_entry)),
        ("/entries/{id}/backlinks", read(links::list_backlinks)),
        ("/links/broken", read(links::list_broken_links)),
        ("/llms.txt", read(llms::show_llms)),
        ("/search", read(search::search_everything)),
        (
            "/entries/by-slug/{collection}/{slug}",
            read(entries::find_entry_by_slug),
        ),
        ("/resolve", read(resolve::resolve_path)),
        ("/collections", read(collections::list_collections)),
        ("/collections/{handle}", read(collections::find_collection)),
        (
            "/collections/{handle}/tree",
            read(resources::find_collection_tree),
        ),
        ("/taxonomies", read(resources::list_taxonomies)),
        ("/taxonomies/{handle}", read(resources::find_taxonomy)),
        ("/taxonomies/{handle}/terms", read(resources::list_terms)),
        (
            "/taxonomies/{handle}/terms/{slug}",
            read(resources::find_term),
        ),
        (
            "/taxonomies/{handle}/terms/{slug}/entries",
            read(entry_list::list_term_entries),
        ),
        ("/globals", read(resources::list_globals)),
        ("/globals/{handle}", read(resources::find_global)),
        ("/navs", read(resources::list_navs)),
        ("/navs/{handle}", read(resources::find_nav)),
        ("/assets", read(resources::list_containers)),
        ("/assets/{container}", read(resources::list_assets)),
        ("/assets/{container}/{path:.*}", read(resources::find_asset)),
        ("/sites", read(resources::list_sites)),
        ("/problems", read(problems::list_problems)),
        ("/changes", read(changes::list_changes)),
        ("/events", read(events::stream_events)),
        ("/redirects", read(redirects::list_redirects)),
        ("/robots.txt", read(texts::show_robots)),
        ("/feeds/{collection}.{format}", read(texts::show_feed)),
        ("/seo/report", read(seo_report::list_findings)),
        ("/seo/sitemap", read(sitemaps::list_sitemap)),
        ("/sitemap.xml", read(sitemaps::show_sitemap)),
        ("/sitemap-{number}.xml", read(sitemaps::show_sitemap_file)),
        ("/sitemaps.xml", read(sitemaps::show_sitemaps)),
        ("/openapi.json", read(docs::show_openapi)),
        ("/docs", read(docs::open_docs)),
        ("/docs/{file:.*}", read(docs::show_docs)),
        ("/livez", read(health::show_liveness)),
        ("/readyz", read(health::show_readiness)),
        ("/metrics", read(metrics::show_metrics)),
        // The last, for the path of a site may have several parts.
        ("/{site:.*}/sitemap.xml", read(sitemaps::show_site_sitemap)),
        (
            "/{site:.*}/sitemap-{number}.xml",
            read(sitemaps::show_site_sitemap_file),
        ),
    ]
}

fn register(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/mcp")
            .route(web::post().to(mcp::answer_message))
            .default_service(web::to(mcp::other_methods)),
    );
    for (path, route) in routes() {
        app.service(
            web::resource(path)
                .route(route)
                .default_service(web::to(other_methods)),
        );
    }
}

fn read<F, A>(handler: F) -> Route
where
    F: Handler<A>,
    A: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::route()
        .guard(guard::Any(guard::Get()).or(guard::Head()))
        .to(handler)
}

/// `OPTIONS` says what a browser's preflight wants to know; anything else is not for this server.
async fn other_methods(method: Method) -> Result<HttpResponse, Error> {
    if method != Method::OPTIONS {
        return Err(Error::MethodNotAllowed);
    }
    let mut response = HttpResponse::NoContent();
    for (name, value) in [
        ("methods", METHODS),
        ("headers", "*, Authorization"),
        ("max-age", "86400"),
    ] {
        let name = HeaderName::try_from(format!(
            "access-control-{}{name}",
            if name == "max-age" { "" } else { "allow-" }
        ));
        response.insert_header((name.expect("a plain word"), HeaderValue::from_static(value)));
    }
    Ok(response.insert_header((ALLOW, METHODS)).finish())
}

/// Keeps up with the store, whoever writes it.
async fn follow(api: Arc<Api>) {
    let (mut trouble, mut watched) = (String::new(), Watched::default());
    loop {
        let followed = look(&api, &mut watched).await;
        api.lost.store(followed.is_err(), Ordering::Release);
        let error = followed
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        if error != trouble && !error.is_empty() {
            tracing::warn!("{error}; what was read before is still given");
        }
        trouble = error;
        // What another program writes is seen by asking, what this one writes at once.
        let _ = tokio::time::timeout(POLLED_EVERY, api.store.written()).await;
    }
}

/// Catches up with the store, and tells those who listen what came with it, or with the clock.
async fn look(api: &Api, watched: &mut Watched) -> Result<(), store::Error> {
    api.catch_up().await?;
    api.live.look(watched, api).await
}
