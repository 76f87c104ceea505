//! `/problems`: what the import found wrong with the files.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;

use super::Api;
use super::answer::Draft;
use super::list::{Cursor, HIGHEST_LIMIT, Links, Meta, USUAL_LIMIT, envelope};
use super::listing::check_collection;
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::schema;
use crate::content::problem::{CODES, Severity};
use crate::store::keys;
use crate::store::problems::Query;

/// What a problem is chosen by.
const FILTERS: [&str; 6] = [
    "filter[code]",
    "filter[collection]",
    "filter[entry]",
    "filter[path]",
    "filter[path:starts_with]",
    "filter[severity]",
];

/// What was wrong with the files at the last import, by path.
#[utoipa::path(
    get, path = "/problems", tag = "problems",
    params(
        ("filter[severity]" = Option<String>, Query, description = "`error`, `warning` or `info`."),
        ("filter[code]" = Option<String>, Query, description = "Only this kind of problem."),
        ("filter[path]" = Option<String>, Query, description = "Only of this file; its path is relative to the project's root."),
        ("filter[path:starts_with]" = Option<String>, Query, description = "Only of files whose path begins so, case included: those of a folder."),
        ("filter[entry]" = Option<String>, Query, description = "Only of the entry with this id; a UUID in any of its spellings."),
        ("filter[collection]" = Option<String>, Query, description = "Only of a collection's files: `content/collections/HANDLE.yaml`, and those in the folder beside it."),
        ("count" = Option<bool>, Query, description = "`true`: `meta.count` says how many there are on all pages."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "How many; 20 where it is not given."),
        ("cursor" = Option<String>, Query, description = "From `links.next` of another page, as it is."),
    ),
    responses(
        (status = 200, description = "A page of problems.", body = schema::ProblemList),
        (status = 304, description = "What the client has is still right."),
        (status = 400, description = "A query parameter is wrong.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_problems(
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Error> {
    let known = [&FILTERS[..], &["count", "cursor", "limit"]].concat();
    let given = Parameters::parse(request.query_string(), &known)?;
    let limit = given.number("limit", USUAL_LIMIT, HIGHEST_LIMIT)?;
    let (count, digits) = (given.flag("count")?, limit.to_string());
    let asked = FILTERS
        .iter()
        .fold(Canonical::new(&["problems"]), |list, name| {
            list.with(name, given.get(name))
        });
    let order = asked.clone().into_text();
    let query = query(&given, &order, limit + 1)?;
    let list = asked
        .with("count", count.then_some("true"))
        .with("limit", (limit != USUAL_LIMIT).then_some(digits.as_str()));
    let cursor = given.get("cursor");
    let key = list.clone().with("cursor", cursor).into_text();
    let compute = async || {
        let collection = query.collection.as_deref();
        check_collection(&*api.dictionary().await?, "filter[collection]", collection)?;
        page(&api, &query, count, &list, cursor, &order).await
    };
    api.answer(&request, &key, compute).await
}

/// What the store is asked. `order` is what a cursor belongs to.
fn query(given: &Parameters, order: &str, limit: i64) -> Result<Query, Error> {
    let severity = given.one_of("filter[severity]", &["error", "warning", "info"])?;
    let text = |name: &str| match given.get(name) {
        Some("") => Err(Error::parameter(name, format!("{name} needs a value"))),
        value => Ok(value.map(str::to_owned)),
    };
    Ok(Query {
        severity: severity.map(severity_of),
        code: given.one_of("filter[code]", &CODES)?.map(str::to_owned),
        path: text("filter[path]")?,
        path_start: text("filter[path:starts_with]")?,
        entry: text("filter[entry]")?,
        collection: text("filter[collection]")?,
        after: given
            .get("cursor")
            .map_or(Ok(0), |text| Cursor::number(text, order))?,
        limit,
    })
}

async fn page(
    api: &Api,
    query: &Query,
    count: bool,
    list: &Canonical,
    here: Option<&str>,
    order: &str,
) -> Result<Draft, Error> {
    let audience = api.audience();
    let found = api.store.problems(query, &audience).await?;
    let count = if count {
        Some(api.store.count_problems(query, &audience).await?)
    } else {
        None
    };
    let limit = query.limit - 1;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let problems = &found.value[..shown.min(found.value.len())];
    let goes_on = problems.last().filter(|_| found.value.len() > shown);
    let next = goes_on.map(|(number, _)| Cursor::behind(*number).write(order));
    let links = Links::of(list, here, next.as_deref(), None);
    let members: Vec<String> = problems
        .iter()
        .map(|(_, problem)| serde_json::to_string(problem).expect("a problem is always JSON"))
        .collect();
    let meta = Meta {
        limit,
        count,
        ..Meta::default()
    };
    Ok(Draft {
        body: envelope(&members, &links, &meta),
        content_type: "application/json",
        links: links.header(),
        keys: vec![keys::PROBLEMS.to_owned()],
        changed_at: Some(found.replaced_at),
        expires: None::<Timestamp>,
        generation: found.generation,
    })
}

fn severity_of(name: &str) -> Severity {
    match name {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Info,
    }
}
