//! A whole list as JSON lines, `application/x-ndjson`: one item a line, page after page as the reader takes them, with
//! no limit. All lines are of one generation: where the next one is imported meanwhile, the body ends without its
//! proper end, which every HTTP client reports, and the reader asks again.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, VARY};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};

use super::choice::Choice;
use super::compose::object;
use super::filter::Scope;
use super::include;
use super::listing::List;
use super::problem::Error;
use super::single::check_fields;
use super::{Api, accept};
use crate::store::audience::Audience;
use crate::store::dictionary::Dictionary;
use crate::store::list::Query;

/// The media type.
pub const NDJSON: &str = "application/x-ndjson";

/// Items that are read at once.
const AT_ONCE: i64 = 100;

/// Answers with all lines of a list. What is wrong with the request is told before the first of them.
///
/// # Errors
/// If the list names what there is not, or the store fails.
pub async fn answer(
    api: &web::Data<Api>,
    request: &HttpRequest,
    list: &List,
) -> Result<HttpResponse, Error> {
    list.check_term(api).await?;
    let dictionary = api.dictionary().await?;
    let choice = list.choice().clone();
    let query = Query {
        limit: AT_ONCE,
        ..list.store_query(&dictionary)?
    };
    let export = Export {
        api: api.clone(),
        audience: api.audience(),
        dictionary,
        choice,
        first: query.clone(),
    };
    check_fields(api, &export.choice, export.scope(), None).await?;
    let first = export.clone().read(query, None).await?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(NDJSON)
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((VARY, accept::VARY));
    if request.method() == actix_web::http::Method::HEAD {
        return Ok(response.finish());
    }
    let next: Reading = Box::pin(async { Ok(first) });
    Ok(response.body(Lines {
        export,
        next: Some(next),
    }))
}

/// What all pages of an export have in common.
#[derive(Clone)]
struct Export {
    api: web::Data<Api>,
    audience: Audience,
    dictionary: Arc<Dictionary>,
    choice: Choice,
    first: Query,
}

/// Some lines, and how it goes on after them.
struct Page {
    lines: String,
    next: Option<(Query, i64)>,
}

type Reading = Pin<Box<dyn Future<Output = Result<Page, Error>>>>;

impl Export {
    fn scope(&self) -> Scope<'_> {
        Scope {
            dictionary: &self.dictionary,
            kind: self.first.kind,
            owners: &self.first.owners,
        }
    }

    /// The next page, if it is still of the generation of those before it.
    async fn read(self, query: Query, generation: Option<i64>) -> Result<Page, Error> {
        let found = self.api.store.list(&query, &self.audience).await?;
        if generation.is_some_and(|generation| generation != found.generation) {
            return Err(Error::NotFound("the site was imported again".to_owned()));
        }
        let documents = &found.value.documents;
        let scope = self.scope();
        let included =
            include::read(&self.api, &self.choice, scope, documents, &self.audience).await?;
        let mut lines = String::new();
        for document in documents {
            lines.push_str(&object(document, &self.choice, &included));
            lines.push('\n');
        }
        let is_last = i64::try_from(documents.len()).is_ok_and(|read| read < query.limit);
        let after = found.value.places.last().filter(|_| !is_last).cloned();
        let next = after.map(|place| {
            let query = Query {
                after: Some(place),
                ..query
            };
            (query, found.generation)
        });
        Ok(Page { lines, next })
    }
}

/// The body.
struct Lines {
    export: Export,
    next: Option<Reading>,
}

impl MessageBody for Lines {
    type Error = Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Error>>> {
        let Some(reading) = &mut self.next else {
            return Poll::Ready(None);
        };
        let page = match reading.as_mut().poll(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(page) => page,
        };
        self.next = None;
        match page {
            Ok(page) => {
                self.next = page.next.map(|(query, generation)| -> Reading {
                    Box::pin(self.export.clone().read(query, Some(generation)))
                });
                let is_over = page.lines.is_empty() && self.next.is_none();
                Poll::Ready((!is_over).then(|| Ok(Bytes::from(page.lines))))
            }
            Err(error) => {
                tracing::warn!("an export ends early: {error}");
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}
