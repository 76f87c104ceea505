//! `/problems`: what the import found wrong with the files.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;

use super::Api;
use super::answer::Draft;
use super::list::{Cursor, HIGHEST_LIMIT, Links, Meta, USUAL_LIMIT, envelope, wrong_cursor};
use super::problem::{Error, Problem};
use super::query::{Canonical, Parameters};
use super::schema;
use crate::content::problem::Severity;
use crate::store::keys;
use crate::store::list::{Key, Place};

/// What was wrong with the files at the last import, by path.
#[utoipa::path(
    get, path = "/problems", tag = "problems",
    params(
        ("filter[severity]" = Option<String>, Query, description = "`error`, `warning` or `info`."),
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
    let given = Parameters::parse(
        request.query_string(),
        &["filter[severity]", "limit", "cursor"],
    )?;
    let severity = given.one_of("filter[severity]", &["error", "warning", "info"])?;
    let limit = given.number("limit", USUAL_LIMIT, HIGHEST_LIMIT)?;
    let digits = limit.to_string();
    let list = Canonical::new(&["problems"]).with("filter[severity]", severity);
    let list = list.with("limit", (limit != USUAL_LIMIT).then_some(digits.as_str()));
    let cursor = given.get("cursor");
    let after = cursor
        .map(|cursor| Cursor::read(cursor, severity.unwrap_or_default()))
        .transpose()?;
    let key = list.clone().with("cursor", cursor).into_text();
    api.answer(
        &request,
        &key,
        many(&api, &list, severity, limit, cursor, after),
    )
    .await
}

async fn many(
    api: &Api,
    list: &Canonical,
    severity: Option<&str>,
    limit: i64,
    cursor: Option<&str>,
    after: Option<Cursor>,
) -> Result<Draft, Error> {
    let after = match after.as_ref().map(|cursor| cursor.place.keys.as_slice()) {
        None => 0,
        Some([Key::Number(number)]) => *number,
        Some(_) => return Err(wrong_cursor()),
    };
    let found = api
        .store
        .problems(severity.map(severity_of), after, limit + 1, &api.audience())
        .await?;
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.value.len() > page;
    let problems = &found.value[..page.min(found.value.len())];
    let goes_on = problems
        .last()
        .filter(|_| more)
        .map(|(number, _)| place(*number).write(severity.unwrap_or_default()));
    let links = Links::of(list, cursor, goes_on.as_deref(), None);
    let members: Vec<String> = problems
        .iter()
        .map(|(_, problem)| serde_json::to_string(problem).expect("a problem is always JSON"))
        .collect();
    let meta = Meta {
        limit,
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

fn place(number: i64) -> Cursor {
    Cursor {
        before: false,
        place: Place {
            keys: vec![Key::Number(number)],
            id: String::new(),
        },
    }
}

fn severity_of(name: &str) -> Severity {
    match name {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Info,
    }
}
