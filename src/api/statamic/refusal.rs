//! What Statamic answers instead of data: a status and one message; what it answers with 500 is 400 with a reason here.

use actix_web::http::StatusCode;
use serde_json::json;

use super::filter;
use crate::store;

/// Why a request gets no data.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such thing, or it is not served, or not for the public.
    #[error("Not found.")]
    NotFound,
    /// Filters or scopes that settings do not allow.
    #[error("Forbidden {}: {}", plural(.0, .1), .1.join(", "))]
    Forbidden(&'static str, Vec<String>),
    /// A parameter that makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The token is missing or wrong.
    #[error("")]
    Unauthorized,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Refusal {
    /// The status that says it.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden(..) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The JSON that says it; nothing of what broke inside.
    #[must_use]
    pub fn body(&self) -> String {
        let message = if let Self::Store(_) = self {
            "Server Error".to_owned()
        } else {
            self.to_string()
        };
        json!({ "message": message }).to_string()
    }
}

impl From<filter::Error> for Refusal {
    fn from(error: filter::Error) -> Self {
        match error {
            filter::Error::Forbidden(fields) => Self::Forbidden("filter", fields),
            filter::Error::Invalid(reason) => Self::Invalid(reason),
        }
    }
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self::Invalid(reason)
    }
}

fn plural(noun: &str, names: &[String]) -> String {
    if names.len() == 1 {
        noun.to_owned()
    } else {
        format!("{noun}s")
    }
}
