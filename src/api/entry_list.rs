//! `/entries`: which entries, in which order, from where, and the page that comes of it.

use actix_web::{HttpRequest, HttpResponse, web};

use super::Api;
use super::answer::Draft;
use super::choice::Choice;
use super::entries::{check_fields, check_handle, keys, object};
use super::list::{Cursor, HIGHEST_LIMIT, Links, Meta, USUAL_LIMIT, envelope};
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::schema;
use crate::store::list::{Listing, Query, Sort};
use crate::store::read::Document;
use crate::store::{Kind, Snapshot};

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
            "seo",
            "site",
        ];
        let given = Parameters::parse(query, &known)?;
        let sort = given.one_of("sort", &SORTS)?.unwrap_or("order").to_owned();
        let said = Choice::parse(&given)?;
        let choice = said.clone().of_many();
        let query = Query {
            collection: collection(&given)?,
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

    /// The store's query: one more than the page holds, to see whether there is more; backwards before a cursor.
    fn store_query(&self) -> Query {
        let before = self.cursor.as_ref().is_some_and(|cursor| cursor.before);
        Query {
            after: self.cursor.as_ref().map(|cursor| cursor.place.clone()),
            descending: self.query.descending != before,
            limit: self.query.limit + 1,
            ..self.query.clone()
        }
    }
}

fn collection(given: &Parameters) -> Result<Option<String>, Error> {
    match (given.get("filter[collection]"), given.get("collection")) {
        (Some(_), Some(_)) => Err(Error::parameter(
            "collection",
            "collection and filter[collection] are the same; give one",
        )),
        (filter, short) => Ok(filter.or(short).map(str::to_owned)),
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

async fn many(api: &Api, list: &List) -> Result<Draft, Error> {
    let found = api.store.entries(&list.store_query(), api.now()).await?;
    if found.value.documents.is_empty() {
        check_handle(
            api,
            Kind::Collection,
            "collection",
            list.query.collection.as_deref(),
        )
        .await?;
        check_handle(api, Kind::Site, "site", list.query.site.as_deref()).await?;
    }
    check_fields(api, &list.choice, list.query.collection.as_deref(), None).await?;
    Ok(page(list, found))
}

fn page(list: &List, found: Snapshot<Listing>) -> Draft {
    let Snapshot {
        generation,
        replaced_at,
        last_boundary,
        next_boundary,
        value: Listing {
            mut documents,
            total,
        },
    } = found;
    let limit = usize::try_from(list.query.limit).unwrap_or(usize::MAX);
    let more = documents.len() > limit;
    documents.truncate(limit);
    let before = list.cursor.as_ref().is_some_and(|cursor| cursor.before);
    if before {
        documents.reverse();
    }
    let cursor = |before: bool, document: Option<&Document>| {
        let place = document?.place(list.query.sort);
        Some(Cursor { before, place }.write(&list.order()))
    };
    let next = if more || before {
        cursor(false, documents.last())
    } else {
        None
    };
    let prev = if more && before || list.cursor.is_some() && !before {
        cursor(true, documents.first())
    } else {
        None
    };
    let links = Links::of(&list.canonical(), list.cursor_text.as_deref(), next, prev);
    let meta = Meta {
        limit: list.query.limit,
        count: total,
    };
    let members: Vec<String> = documents
        .iter()
        .map(|document| object(document, &list.choice))
        .collect();
    let mut made_of = vec![
        list.query
            .collection
            .as_ref()
            .map_or("entries".to_owned(), |handle| {
                format!("collection:{handle}")
            }),
    ];
    made_of.extend(
        documents
            .iter()
            .flat_map(|document| keys(document, list.query.bodies)),
    );
    made_of.sort();
    made_of.dedup();
    Draft {
        body: envelope(&members, &links, &meta),
        content_type: "application/json",
        links: links.header(),
        keys: made_of,
        changed_at: Some(last_boundary.map_or(replaced_at, |boundary| boundary.max(replaced_at))),
        expires: next_boundary,
        generation,
    }
}
