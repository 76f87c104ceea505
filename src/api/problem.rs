//! What went wrong, as the client hears it: RFC 9457 problems. The one place where an error becomes a status.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use super::front::COMMON_HEADERS;
use super::statamic::refusal::Refusal;
use crate::store;

/// What the methods of every route are.
pub const METHODS: &str = "GET, HEAD, OPTIONS";

/// One variant for each thing that a client can tell apart.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or not for the public, or not now.
    #[error("{0}")]
    NotFound(String),
    /// The route exists and answers only to [`METHODS`].
    #[error("this route answers to {METHODS}")]
    MethodNotAllowed,
    /// Path and query together are longer than any meaningful request.
    #[error("path and query are longer than {0} bytes")]
    UriTooLong(usize),
    /// The body is larger than any meaningful one.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// The body did not come in time, or its answer did not.
    #[error("the request took too long")]
    TooSlow,
    /// A query parameter is unknown, malformed or out of range.
    #[error("{}", .0.detail)]
    Parameter(Box<Parameter>),
    /// What changed since a token is not known any more, or never was.
    #[error(
        "the token is too old, or of another database; read everything: /changes without since"
    )]
    TokenTooOld,
    /// A preview token was not made by this server, or not as it is.
    #[error("this is no preview token of this server; make one with `rhapsode preview-token`")]
    PreviewInvalid,
    /// A preview token was good once.
    #[error("this preview token has expired; make another one with `rhapsode preview-token`")]
    PreviewExpired,
    /// There is no place for another listener.
    #[error("too many are listening already")]
    TooManyListeners,
    /// Nothing was imported yet.
    #[error("nothing is imported yet")]
    NotReady,
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    Lost,
    /// The site was replaced between two reads that belong together.
    #[error("the site changed while it was read; ask again")]
    Changed,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Statamic's own API refuses in its own words.
    #[error(transparent)]
    Statamic(#[from] Refusal),
    /// The code that made the answer panicked.
    #[error("a request handler panicked")]
    Panic,
}

/// What is wrong with one query parameter and what would be right.
#[derive(Debug, Default)]
pub struct Parameter {
    /// Its name as it was sent.
    pub param: String,
    /// One sentence.
    pub detail: String,
    /// What could stand there instead.
    pub allowed: Vec<String>,
    /// The one of them that was probably meant.
    pub did_you_mean: Option<String>,
}

/// An error, as [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) describes it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "urn:rhapsode:invalid-parameter", "title": "Invalid parameter", "status": 400,
    "detail": "unknown value \"titel\" of sort", "param": "sort",
    "allowed": ["order", "-order", "date", "-date", "title", "-title", "updated_at", "-updated_at"], "did_you_mean": "title"
}))]
pub struct Problem {
    /// `about:blank` where the status says it all, `urn:rhapsode:invalid-parameter` for a wrong query parameter,
    /// `urn:rhapsode:full-sync-needed` for a token that is too old, `urn:rhapsode:preview-token-invalid` and
    /// `urn:rhapsode:preview-token-expired` for a preview that is not to be.
    pub r#type: &'static str,
    /// The same for all problems of this type.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong with this very request; missing where it is not the request that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The query parameter that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// What the parameter (or its name) may be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
    /// What was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
}

impl Error {
    /// A query parameter that is wrong in a way that no list of alternatives mends.
    pub fn parameter(param: &str, detail: impl Into<String>) -> Self {
        Self::Parameter(Box::new(Parameter {
            param: param.to_owned(),
            detail: detail.into(),
            ..Parameter::default()
        }))
    }

    fn problem(&self) -> Problem {
        let status = self.status_code();
        let detail = (!status.is_server_error()).then(|| self.to_string());
        let title = status.canonical_reason().unwrap_or("Error");
        let plain = Problem {
            r#type: "about:blank",
            title,
            status: status.as_u16(),
            detail,
            param: None,
            allowed: Vec::new(),
            did_you_mean: None,
        };
        match self {
            Self::Parameter(wrong) => Problem {
                r#type: "urn:rhapsode:invalid-parameter",
                title: "Invalid parameter",
                param: Some(wrong.param.clone()),
                allowed: wrong.allowed.clone(),
                did_you_mean: wrong.did_you_mean.clone(),
                ..plain
            },
            Self::TokenTooOld => Problem {
                r#type: "urn:rhapsode:full-sync-needed",
                title: "Full sync needed",
                ..plain
            },
            Self::PreviewInvalid => Problem {
                r#type: "urn:rhapsode:preview-token-invalid",
                title: "Preview token invalid",
                ..plain
            },
            Self::PreviewExpired => Problem {
                r#type: "urn:rhapsode:preview-token-expired",
                title: "Preview token expired",
                ..plain
            },
            _ => plain,
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::UriTooLong(_) => StatusCode::URI_TOO_LONG,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Parameter(_) => StatusCode::BAD_REQUEST,
            Self::TokenTooOld => StatusCode::GONE,
            Self::PreviewInvalid | Self::PreviewExpired => StatusCode::FORBIDDEN,
            Self::NotReady | Self::Lost | Self::Changed | Self::TooManyListeners => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Store(error) if error.passes() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Statamic(refusal) => refusal.status(),
            Self::Store(_) | Self::Panic => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        if status.is_server_error() {
            tracing::error!(status = status.as_u16(), "{}", chain(self));
        }
        let (content_type, body) = match self {
            Self::Statamic(refusal) => ("application/json", refusal.body()),
            _ => (
                "application/problem+json",
                serde_json::to_string(&self.problem()).expect("a problem is always JSON"),
            ),
        };
        let mut response = HttpResponse::build(status).body(body);
        for (name, value) in COMMON_HEADERS.clone() {
            response.headers_mut().insert(name, value);
        }
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if status == StatusCode::METHOD_NOT_ALLOWED {
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static(METHODS));
        }
        response
    }
}

/// An error and what caused it, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut at = error;
    while let Some(cause) = at.source() {
        text = format!("{text}: {cause}");
        at = cause;
    }
    text
}
