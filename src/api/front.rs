//! What stands in front of the router: cached answers, the limit on URLs, and the net under panics.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, HeaderMap, HeaderName, HeaderValue,
    VARY,
};
use actix_web::http::{Method, Uri};
use actix_web::{HttpResponse, ResponseError};

use super::accept::prefers;
use super::export::NDJSON;
use super::metrics::Counters;
use super::preview::Allowed;
use super::problem::Error;
use super::{Api, markdown, preview};
use crate::store::audience::Preview;

/// Two hundred UUIDs, percent-encoded commas between them, and a path fit in.
const LONGEST_URI: usize = 8192;

/// What every response has, error or not.
pub static COMMON_HEADERS: [(HeaderName, HeaderValue); 4] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    (
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("ETag, Link, Allow"),
    ),
    (VARY, HeaderValue::from_static("Accept-Encoding")),
    (
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex"),
    ),
];

/// Answers what is in the cache, refuses what is too long, and hands everything else to the routes.
pub fn answer<S>(
    api: &Api,
    counters: &Arc<Counters>,
    mut request: ServiceRequest,
    routes: &S,
) -> impl Future<Output = Result<ServiceResponse, actix_web::Error>> + use<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = actix_web::Error>,
{
    let allowed = preview::take(&mut request, api.preview_secret.as_deref(), || api.now());
    let given = allowed.as_ref().cloned().unwrap_or_default();
    let at_once = |request: &ServiceRequest| at_once(api, counters, request, allowed);
    let step = catch_unwind(AssertUnwindSafe(|| match at_once(&request) {
        Some(response) => Ok(request.into_response(response)),
        None => Err(preview::ALLOWED.sync_scope(given.clone(), || routes.call(request))),
    }));
    let counters = match &step {
        Ok(Ok(response)) => {
            counters.response(response.status());
            None
        }
        _ => Some(Arc::clone(counters)),
    };
    async move {
        let answered = match step {
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(call)) => preview::ALLOWED.scope(given.clone(), guarded(call)).await,
            Err(_) => Err(Error::Panic),
        };
        let answered = answered.map_err(actix_web::Error::from).flatten();
        if let Some(counters) = counters {
            counters.response(match &answered {
                Ok(response) => response.status(),
                Err(error) => error.as_response_error().status_code(),
            });
        }
        let mut response = answered?;
        for (name, value) in COMMON_HEADERS.clone() {
            if !response.headers().contains_key(&name) {
                response.headers_mut().insert(name, value);
            }
        }
        if given.shown != Preview::None {
            preview::keep_private(response.response_mut());
        }
        Ok(response)
    }
}

fn at_once(
    api: &Api,
    counters: &Counters,
    request: &ServiceRequest,
    allowed: Result<Allowed, Error>,
) -> Option<HttpResponse> {
    let spelling = spelling(request.uri(), request.headers())?;
    if spelling.len() > LONGEST_URI {
        return Some(Error::UriTooLong(LONGEST_URI).error_response());
    }
    match allowed {
        Err(error) => return Some(error.error_response()),
        Ok(allowed) if allowed.shown != Preview::None => return None,
        Ok(_) => {}
    }
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read || prefers(request.headers(), NDJSON) {
        return None;
    }
    let kept = api.cached(&spelling, request.headers())?;
    counters.answer(true);
    Some(kept)
}

/// What the answer to a request is remembered under: its path and query; where it prefers another media type than the
/// usual one, that too.
pub fn spelling<'a>(uri: &'a Uri, headers: &HeaderMap) -> Option<Cow<'a, str>> {
    let asked = uri.path_and_query()?.as_str();
    Some(
        if markdown::is_negotiated(asked) && prefers(headers, markdown::MEDIA_TYPE) {
            format!("{asked} {}", markdown::MEDIA_TYPE).into()
        } else {
            asked.into()
        },
    )
}

/// Polls a future so that a panic in it is an answer like any other; without this the connection would just close.
async fn guarded<F: Future>(future: F) -> Result<F::Output, Error> {
    let mut future = std::pin::pin!(future);
    let poll = |context: &mut std::task::Context<'_>| match catch_unwind(AssertUnwindSafe(|| {
        future.as_mut().poll(context)
    })) {
        Ok(poll) => poll.map(Ok),
        Err(_) => std::task::Poll::Ready(Err(Error::Panic)),
    };
    std::future::poll_fn(poll).await
}
