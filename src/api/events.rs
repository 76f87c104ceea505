//! `/events`: the changes as server-sent events, live, from where the client left off.
//!
//! A listener who is slow holds up nobody: what he does not take in time ends his stream, and he comes back with the id
//! of the last event that he has seen.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::Method;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

use super::changes::head;
use super::problem::{Error, Problem};
use super::query::Parameters;
use super::{Api, preview, token};
use crate::store;
use crate::store::changes::Mark;
use crate::store::news::News;

/// So often something comes, so that proxies and both ends see that the line is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Events that wait for a client at most.
const WAITING: usize = 16;

/// How long a client may take to make room for another one.
const PATIENCE: Duration = Duration::from_secs(30);

/// What changes, as it changes: server-sent events.
///
/// Each event has a token as its `id`; a browser that reconnects sends it as `Last-Event-ID` and misses nothing. Events
/// are named `change`, with `changes` (each with its `keys`) and all surrogate `keys` that are touched; and `reset` where
/// there was too much to tell: read `/changes` then, from your own token or anew.
#[utoipa::path(
    get, path = "/events", tag = "changes",
    params(
        ("since" = Option<String>, Query, description = "A token to begin from; what happened since then comes first."),
        ("Last-Event-ID" = Option<String>, Header, description = "The same; what browsers send by themselves."),
    ),
    responses(
        (status = 200, description = "Events, until one side hangs up.", body = String, content_type = "text/event-stream"),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too many are listening.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn stream_events(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    preview::refuse()?;
    let given = Parameters::parse(request.query_string(), &["since"])?;
    let since = match last_event(&request) {
        Some(id) => Some(token::read(id, "Last-Event-ID")?),
        None => given
            .get("since")
            .map(|since| token::read(since, "since"))
            .transpose()?,
    };
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-cache, no-transform"))
        .insert_header(("x-accel-buffering", "no"));
    if request.method() == Method::HEAD {
        return Ok(response.finish());
    }
    let (events, body) = mpsc::channel(WAITING);
    let listener = Listener {
        api: api.into_inner(),
        events,
    };
    if listener.api.live.is_full() {
        return Err(Error::TooManyListeners);
    }
    actix_web::rt::spawn(listener.listen(since));
    Ok(response.body(Events(body)))
}

fn last_event(request: &HttpRequest) -> Option<&str> {
    let id = request.headers().get("last-event-id")?.to_str().ok()?;
    Some(id).filter(|id| !id.is_empty())
}

/// A body that ends when its listener does.
struct Events(mpsc::Receiver<Bytes>);

impl MessageBody for Events {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}

/// Why a listener stops: he has gone, the server stops, or the database fails.
struct Gone;

impl From<store::Error> for Gone {
    fn from(error: store::Error) -> Self {
        tracing::warn!("a listener of /events was sent away: {error}");
        Self
    }
}

struct Listener {
    api: Arc<Api>,
    events: mpsc::Sender<Bytes>,
}

impl Listener {
    async fn listen(self, since: Option<Mark>) {
        let mut closing = self.api.live.closing();
        tokio::select! {
            _ = self.tell(since) => {}
            () = self.events.closed() => {}
            _ = closing.wait_for(|closing| *closing) => {}
        }
    }

    async fn tell(&self, since: Option<Mark>) -> Result<(), Gone> {
        let Some(_seat) = self.api.live.seat() else {
            return Err(Gone);
        };
        let mut news = self.api.live.listen();
        self.send("retry: 2000\n\n".to_owned()).await?;
        let mut at = match since {
            Some(since) => self.catch_up(&since).await?,
            None => self.api.store.mark(self.api.now()).await?,
        };
        loop {
            let heard = match tokio::time::timeout(HEARTBEAT, news.recv()).await {
                Err(_) => {
                    self.send(": \n\n".to_owned()).await?;
                    continue;
                }
                Ok(Err(RecvError::Closed)) => return Err(Gone),
                Ok(Err(RecvError::Lagged(_))) => None,
                Ok(Ok(news)) => Some(news).filter(|news| news.since == at),
            };
            at = match heard {
                Some(news) => self.send_news(&news).await?,
                None => self.catch_up(&at).await?,
            };
        }
    }

    /// Tells what happened since a mark.
    async fn catch_up(&self, since: &Mark) -> Result<Mark, Gone> {
        let news = self.api.news(since, self.api.now()).await?;
        self.send_news(&news).await
    }

    async fn send_news(&self, news: &News) -> Result<Mark, Gone> {
        if !news.is_empty() {
            let name = if news.complete { "change" } else { "reset" };
            let id = token::write(&news.until);
            self.send(format!("id: {id}\nevent: {name}\ndata: {}\n\n", data(news)))
                .await?;
        }
        Ok(news.until.clone())
    }

    async fn send(&self, text: String) -> Result<(), Gone> {
        let sent = self.events.send_timeout(Bytes::from(text), PATIENCE);
        sent.await.map_err(|_| Gone)
    }
}

/// What an event and a webhook say of what happened.
pub(super) fn data(news: &News) -> Value {
    let change = |item: &store::news::Item| {
        let what = if item.is_there { "upsert" } else { "delete" };
        let mut change = head(what, &item.identity, &item.keys);
        change["url"] = item.url.as_deref().into();
        change
    };
    json!({
        "token": token::write(&news.until),
        "complete": news.complete,
        "changes": news.items.iter().map(change).collect::<Vec<_>>(),
        "keys": news.keys,
    })
}
