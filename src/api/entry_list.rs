//! `/entries`: which entries, in which order, from where, and the page that comes of it.

use actix_web::{HttpRequest, HttpResponse, web};

use super::Api;
use super::answer::Draft;
use super::choice::Choice;
use super::entries::{check_fields, check_handle, key, object};
use super::list::{Cursor, HIGHEST_LIMIT, Links, Meta, USUAL_LIMIT, envelope};
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::schema;
use crate::store::list::{Listing, Query, Sort};
use crate::store::read::Document;
use crate::store::{Kind, Snapshot, keys};

const SORTS: [&str; 8] = [
    "order",
    "-order",
    "date",
    "-date",
    "title",
    "-title",
    "updated_at",
    "-updated_at",
];

/// Entries, page by page: summaries, and of fields, bodies and SEO metadata what is asked for.
#[utoipa::path(
    get, path = "/entries", tag = "entries",
    params(
        ("filter[collection]" = Option<String>, Query, description = "Handle of a collection; `collection` is the same."),
        ("collection" = Option<String>, Query, description = "Short for `filter[collection]`."),
        ("sort" = Option<String>, Query, description = "`order` (the default: the collection's own), `date`, `title` or `updated_at`; with `-` in front from the end."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "How many; 20 where it is not given."),
        ("cursor" = Option<String>, Query, description = "From `links.next` or `links.prev` of another page, as it is."),
        ("count" = Option<bool>, Query, description = "`true`: `meta.count` says how many there are on all pages."),
        ("body" = Option<String>, Query, description = "As on one entry; brings `fields`. Default: none."),
        ("fields" = Option<String>, Query, description = "As on one entry. Default: none."),
        ("heading_ids" = Option<bool>, Query, description = "As on one entry."),
        ("seo" = Option<String>, Query, description = "As on one entry. Default: `none`."),
        ("site" = Option<String>, Query, description = "Handle of a site: only its entries."),
    ),
    responses(
        (status = 200, description = "A page of entries.", body = schema::EntryList),
        (status = 304, description = "What the client has is still right."),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_entries(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    let list = List::parse(request.query_string())?;
    let key = list.page(list.cursor_text.as_deref()).into_text();
    api.answer(&request, &key, many(&api, &list)).await
}

/// A list that a request asked for.
struct List {
    query: Query,
    collection_param: &'static str,
    choice: Choice,
    /// What was said of the choice, for the links.
    said: Choice,
    sort: String,
    cursor: Option<Cursor>,
    cursor_text: Option<String>,
}

impl List {
    fn parse(query: &str) -> Result<Self, Error> {
        let known = [
            "filter[collection]",
            "collection",
            "sort",
            "limit",
            "cursor",
            "count",
            "body",
            "fields",
            "heading_ids",
            "seo",
            "site",
        ];
        let given = Parameters::parse(query, &known)?;
        let sort = given.one_of("sort", &SORTS)?.unwrap_or("order").to_owned();
        let said = Choice::parse(&given)?;
        let choice = said.clone().of_many();
        let collection = collection(&given)?;
        let query = Query {
            collection: collection.map(|(_, handle)| handle.to_owned()),
            site: given.get("site").map(str::to_owned),
            sort: sort_of(&sort),
            descending: sort.starts_with('-'),
            after: None,
            limit: given.number("limit", USUAL_LIMIT, HIGHEST_LIMIT)?,
            count: given.one_of("count", &["true", "false"])? == Some("true"),
            bodies: choice.has_fields() || choice.has_seo(),
        };
        let mut list = Self {
            query,
            collection_param: collection.map_or("", |(name, _)| name),
            choice,
            said,
            sort,
            cursor: None,
            cursor_text: None,
        };
        if let Some(cursor) = given.get("cursor") {
            list.cursor = Some(Cursor::read(cursor, &list.order())?);
            list.cursor_text = Some(cursor.to_owned());
        }
        Ok(list)
    }

    /// What a cursor belongs to: the same entries in the same order.
    fn order(&self) -> String {
        format!(
            "{:?} {:?} {}",
            self.query.collection, self.query.site, self.sort
        )
    }

    fn canonical(&self) -> Canonical {
        let limit = self.query.limit.to_string();
        let canonical = self.said.canonical(Canonical::new(&["entries"]));
        canonical
            .with("collection", self.query.collection.as_deref())
            .with("count", self.query.count.then_some("true"))
            .with(
                "limit",
                (self.query.limit != USUAL_LIMIT).then_some(limit.as_str()),
            )
            .with("site", self.query.site.as_deref())
            .with("sort", (self.sort != "order").then_some(self.sort.as_str()))
    }

    fn page(&self, cursor: Option<&str>) -> Canonical {
        self.canonical().with("cursor", cursor)
    }

    fn is_backwards(&self) -> bool {
        self.cursor.as_ref().is_some_and(|cursor| cursor.before)
    }

    /// The store's query: one more than the page holds, to see whether there is more; backwards before a cursor.
    fn store_query(&self) -> Query {
        Query {
            after: self.cursor.as_ref().map(|cursor| cursor.place.clone()),
            descending: self.query.descending != self.is_backwards(),
            limit: self.query.limit + 1,
            ..self.query.clone()
        }
    }
}

/// The collection, and under which name it was given.
fn collection(given: &Parameters) -> Result<Option<(&'static str, &str)>, Error> {
    let of = |name: &'static str| given.get(name).map(|handle| (name, handle));
    match (of("filter[collection]"), of("collection")) {
        (Some(_), Some(_)) => Err(Error::parameter(
            "collection",
            "collection and filter[collection] are the same; give one",
        )),
        (filter, short) => Ok(filter.or(short)),
    }
}

fn sort_of(text: &str) -> Sort {
    match text.trim_start_matches('-') {
        "date" => Sort::Date,
        "title" => Sort::Title,
        "updated_at" => Sort::UpdatedAt,
        _ => Sort::OwnOrder,
    }
}

/// The answer to a query, for whoever asks for it in other ways.
pub(super) async fn of_query(api: &Api, query: &str) -> Result<Draft, Error> {
    many(api, &List::parse(query)?).await
}

async fn many(api: &Api, list: &List) -> Result<Draft, Error> {
    let found = api
        .store
        .entries(&list.store_query(), &api.audience())
        .await?;
    if found.value.documents.is_empty() {
        check_handle(
            api,
            Kind::Collection,
            list.collection_param,
            list.query.collection.as_deref(),
        )
        .await?;
        check_handle(api, Kind::Site, "site", list.query.site.as_deref()).await?;
    }
    check_fields(api, &list.choice, list.query.collection.as_deref(), None).await?;
    Ok(page(list, found))
}

fn page(list: &List, found: Snapshot<Listing>) -> Draft {
    let Listing {
        mut documents,
        total,
    } = found.value;
    let limit = usize::try_from(list.query.limit).unwrap_or(usize::MAX);
    let more = documents.len() > limit;
    documents.truncate(limit);
    if list.is_backwards() {
        documents.reverse();
    }
    let (next, prev) = neighbours(list, &documents, more);
    let links = Links::of(
        &list.canonical(),
        list.cursor_text.as_deref(),
        next.as_deref(),
        prev.as_deref(),
    );
    let meta = Meta {
        limit: list.query.limit,
        count: total,
    };
    let objects = documents.iter().map(|entry| object(entry, &list.choice));
    let members: Vec<String> = objects.collect();
    let changed_at = found.last_boundary.max(Some(found.replaced_at));
    Draft {
        body: envelope(&members, &links, &meta),
        content_type: "application/json",
        links: links.header(),
        keys: made_of(list, &documents),
        changed_at,
        expires: found.next_boundary,
        generation: found.generation,
    }
}

/// Cursors of the pages after and before this one. `more` looks in the direction in which the page was read; in the
/// other one there is the page that the cursor came from.
fn neighbours(list: &List, documents: &[Document], more: bool) -> (Option<String>, Option<String>) {
    let cursor = |before: bool, document: Option<&Document>| {
        let place = document?.place(list.query.sort);
        Some(Cursor { before, place }.write(&list.order()))
    };
    let (has_next, has_prev) = match &list.cursor {
        Some(cursor) if cursor.before => (true, more),
        cursor => (more, cursor.is_some()),
    };
    let next = cursor(false, documents.last().filter(|_| has_next));
    let prev = cursor(true, documents.first().filter(|_| has_prev));
    (next, prev)
}

/// The list itself and each of its entries.
fn made_of(list: &List, documents: &[Document]) -> Vec<String> {
    let own = keys::list(Kind::Entry, list.query.collection.as_deref());
    [own].into_iter().chain(documents.iter().map(key)).collect()
}
