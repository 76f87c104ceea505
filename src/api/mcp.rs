//! `/mcp`: the same answers for agents, by the [Model Context Protocol](https://modelcontextprotocol.io), to read only.
//!
//! In: one JSON-RPC message by `POST`, small and in time: the only route that reads a body. Out: what the routes answer.
//! Nothing is remembered between two requests: no session, no stream, so that `GET` and `DELETE` have nothing to do here.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::Draft;
use super::problem::{Error, Problem};
use super::query::{Canonical, decode, escape};
use super::{Api, collections, entry_list, markdown, preview, search};

/// Far more than any message that a reader sends.
const MOST_BYTES: usize = 64 * 1024;

/// Messages that a batch may hold.
const MOST_MESSAGES: usize = 20;

/// Time to send a message, and time to answer it.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the URIs of entries begin and end with.
const URI: (&str, &str) = ("rhapsode:///entries/", ".md");

/// The methods of this route.
const METHODS: &str = "POST, OPTIONS";

/// Versions of the protocol whose messages these are, the newest last.
const VERSIONS: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/// Errors of JSON-RPC, and the protocol's own for a resource that is not there.
const NOT_JSON: i64 = -32700;
const NO_MESSAGE: i64 = -32600;
const NO_METHOD: i64 = -32601;
const WRONG_PARAMETERS: i64 = -32602;
const FAILED: i64 = -32603;
const NO_RESOURCE: i64 = -32002;

/// What a tool may be told, each a parameter of the route that it stands for.
const TOOLS: [(&str, &str, &[&str]); 4] = [
    (
        "search",
        "Full-text search over all entries and terms: words, \"phrases\", beginnings (word*), exclusions (-word). Gives ids, titles, passages and facets.",
        &["q", "collection", "site", "filter", "limit", "page"],
    ),
    (
        "list_entries",
        "Entries page by page: ids, titles, URLs and dates.",
        &["collection", "site", "filter", "sort", "limit", "cursor"],
    ),
    (
        "list_collections",
        "The collections that entries are in.",
        &[],
    ),
    (
        "read_entry",
        "One entry as Markdown, by its id.",
        &["id", "site"],
    ),
];

/// What an argument is: its name, its type, and what is to be known of it.
const ARGUMENTS: [(&str, &str, &str); 9] = [
    (
        "q",
        "string",
        "Words, \"phrases\", beginnings (word*) and exclusions (-word).",
    ),
    ("id", "string", "The entry's id."),
    (
        "collection",
        "string",
        "Handles of collections, with commas between them.",
    ),
    ("site", "string", "Handle of a site."),
    (
        "filter",
        "object",
        "Conditions that all have to hold, as filter[…] of the HTTP API: {\"PATH\": VALUE} or {\"PATH:CONDITION\": VALUE}. A path is a field (members behind dots), a taxonomy's handle (its value: a term's slug), or one of id title slug uri url site collection taxonomy date updated_at blueprint. Conditions: eq ne in nin lt lte gt gte between contains starts_with ends_with exists empty; in, nin and between take a list. \"any\": a list of such objects of which one is enough.",
    ),
    (
        "sort",
        "string",
        "Keys with commas between them; - before one turns it round: -date,title.",
    ),
    (
        "limit",
        "integer",
        "How many, 1 to 100; 20 if nothing is said.",
    ),
    ("page", "integer", "Which page, from 1."),
    (
        "cursor",
        "string",
        "From links.next of the page before, as it is.",
    ),
];

/// The same answers for agents, by the Model Context Protocol.
///
/// One JSON-RPC message, or a list of them (Streamable HTTP, without sessions). Tools: `search`, `list_entries`, `list_collections`, `read_entry`. Resources: every entry, as its Markdown.
#[utoipa::path(
    post, path = "/mcp", tag = "readers",
    request_body(content = Object, description = "A JSON-RPC 2.0 message of 64 KB at most.", content_type = "application/json"),
    responses(
        (status = 200, description = "The answer to the message.", body = Object),
        (status = 202, description = "It was a notification.", ),
        (status = 408, description = "The message did not come in time.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The message is too large.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn answer_message(
    api: web::Data<Api>,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let read = tokio::time::timeout(PATIENCE, payload.to_bytes_limited(MOST_BYTES));
    let body = match read.await {
        Ok(Ok(Ok(body))) => body,
        Ok(Err(_)) => return Err(Error::TooLarge(MOST_BYTES)),
        Ok(Ok(Err(_))) | Err(_) => return Err(Error::TooSlow),
    };
    let reader = Reader { api: &api };
    // An agent follows cursors, at the address that it was given: what it reads holds no token.
    let answer = preview::untold(api.store.at_one_moment(async || reader.answer(&body).await));
    let answer = tokio::time::timeout(PATIENCE, answer).await;
    let (status, answer) = answer.map_err(|_| Error::TooSlow)?;
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")));
    Ok(match answer {
        Some(answer) => response.json(answer),
        None => response.finish(),
    })
}

/// What is allowed here, for a browser's preflight and for any other method.
pub async fn other_methods(request: HttpRequest) -> HttpResponse {
    let mut response = if request.method() == actix_web::http::Method::OPTIONS {
        HttpResponse::NoContent()
    } else {
        HttpResponse::MethodNotAllowed()
    };
    response
        .insert_header((ALLOW, METHODS))
        .insert_header(("access-control-allow-methods", METHODS))
        .insert_header(("access-control-allow-headers", "*, Authorization"))
        .finish()
}

/// One message. Without an `id` it is a notification, which nobody answers; so is an answer to what was never asked.
#[derive(Deserialize)]
struct Message {
    jsonrpc: String,
    id: Option<Value>,
    method: Option<String>,
    #[serde(default)]
    params: Map<String, Value>,
}

/// Why a message has no result.
struct Refusal {
    code: i64,
    message: String,
}

/// Answers messages.
struct Reader<'a> {
    api: &'a Api,
}

impl Reader<'_> {
    /// The answer to a body: one message, or several in a list.
    async fn answer(&self, body: &[u8]) -> (StatusCode, Option<Value>) {
        let wrong = |code, message: &str| {
            (
                StatusCode::BAD_REQUEST,
                Some(failure(&Value::Null, code, message)),
            )
        };
        match serde_json::from_slice(body) {
            Err(_) => wrong(NOT_JSON, "the body is not JSON"),
            Ok(Value::Array(messages)) if messages.is_empty() || messages.len() > MOST_MESSAGES => {
                wrong(
                    NO_MESSAGE,
                    &format!("a list holds 1 to {MOST_MESSAGES} messages"),
                )
            }
            Ok(Value::Array(messages)) => {
                let mut answers = Vec::new();
                for message in messages {
                    answers.extend(self.one(message).await);
                }
                sent((!answers.is_empty()).then(|| Value::Array(answers)))
            }
            Ok(message) => sent(self.one(message).await),
        }
    }

    async fn one(&self, message: Value) -> Option<Value> {
        let message: Message = match serde_json::from_value(message) {
            Ok(message) => message,
            Err(error) => return Some(failure(&Value::Null, NO_MESSAGE, &error.to_string())),
        };
        if message.jsonrpc != "2.0" {
            return Some(failure(&Value::Null, NO_MESSAGE, "jsonrpc is \"2.0\""));
        }
        let (id, method) = (message.id?, message.method?);
        Some(match self.result(&method, &message.params).await {
            Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
            Err(refusal) => failure(&id, refusal.code, &refusal.message),
        })
    }

    async fn result(&self, method: &str, params: &Map<String, Value>) -> Result<Value, Refusal> {
        let text = |name: &str| params.get(name).and_then(Value::as_str);
        match method {
            "initialize" => Ok(introduction(text("protocolVersion"))),
            "ping" => Ok(json!({})),
            "tools/list" => Ok(
                json!({ "tools": TOOLS.map(|(name, description, known)| tool(name, description, known)) }),
            ),
            "tools/call" => {
                let given = params.get("arguments").and_then(Value::as_object);
                self.call(
                    text("name").unwrap_or_default(),
                    given.unwrap_or(&Map::new()),
                )
                .await
            }
            "resources/list" => self.list(text("cursor")).await,
            "resources/templates/list" => Ok(json!({ "resourceTemplates": [{
                "uriTemplate": format!("{}{{id}}{}", URI.0, URI.1), "name": "entry",
                "description": "An entry as Markdown, by its id.", "mimeType": markdown::MEDIA_TYPE,
            }] })),
            "resources/read" => self.read(text("uri").unwrap_or_default()).await,
            _ => Err(Refusal::new(
                NO_METHOD,
                format!("there is no method {method:?}"),
            )),
        }
    }

    /// Calls a tool: what the route that it stands for answers, or refuses.
    async fn call(&self, name: &str, given: &Map<String, Value>) -> Result<Value, Refusal> {
        let Some((_, _, known)) = TOOLS.iter().find(|(tool, _, _)| *tool == name) else {
            return Err(Refusal::new(
                WRONG_PARAMETERS,
                format!("there is no tool {name:?}"),
            ));
        };
        let arguments = arguments(given, known)?;
        let of = |name: &str| {
            let found = arguments.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str())
        };
        let mut query = String::new();
        for (name, value) in &arguments {
            query.push('&');
            escape(name, &mut query);
            query.push('=');
            escape(value, &mut query);
        }
        let answered = match name {
            "search" => search::of_query(self.api, &query).await,
            "list_entries" => entry_list::of_query(self.api, &query).await,
            "list_collections" => collections::many(self.api).await,
            _ => match of("id") {
                Some(id) => markdown::draft(self.api, id, of("site")).await,
                None => Err(Error::parameter("id", "id is missing: which entry")),
            },
        };
        let (text, is_error) = match answered {
            Ok(Draft { body, .. }) => (body, false),
            Err(error @ (Error::NotFound(_) | Error::Parameter(_))) => (error.to_string(), true),
            Err(error) => return Err(error.into()),
        };
        Ok(json!({ "content": [{ "type": "text", "text": text }], "isError": is_error }))
    }

    /// A page of resources: every public entry is one.
    async fn list(&self, cursor: Option<&str>) -> Result<Value, Refusal> {
        let query = Canonical::new(&[]).with("limit", Some("100"));
        let query = query.with("cursor", cursor).into_text();
        let page = entry_list::of_query(self.api, query.trim_start_matches('?')).await?;
        let page: Value = serde_json::from_str(&page.body).unwrap_or_default();
        let entries = page["data"].as_array().into_iter().flatten();
        let mut listed = json!({ "resources": entries.map(resource).collect::<Vec<_>>() });
        if let Some(next) = page["links"]["next"].as_str().and_then(cursor_of) {
            listed["nextCursor"] = next.into();
        }
        Ok(listed)
    }

    async fn read(&self, uri: &str) -> Result<Value, Refusal> {
        let unknown = || Refusal::new(NO_RESOURCE, format!("there is no resource {uri:?}"));
        let id = uri
            .strip_prefix(URI.0)
            .and_then(|rest| rest.strip_suffix(URI.1));
        let id = id.and_then(decode).ok_or_else(unknown)?;
        match markdown::draft(self.api, &id, None).await {
            Ok(found) => Ok(json!({ "contents": [{
                "uri": uri, "mimeType": markdown::MEDIA_TYPE, "text": found.body,
            }] })),
            Err(Error::NotFound(_)) => Err(unknown()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Refusal {
    fn new(code: i64, message: String) -> Self {
        Self { code, message }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        if let Error::NotFound(_) | Error::Parameter(_) = error {
            return Self::new(WRONG_PARAMETERS, error.to_string());
        }
        tracing::error!("a message could not be answered: {error}");
        Self::new(FAILED, "the server failed".to_owned())
    }
}

/// Nothing to say is an answer too: the message was accepted.
fn sent(answer: Option<Value>) -> (StatusCode, Option<Value>) {
    match answer {
        Some(answer) => (StatusCode::OK, Some(answer)),
        None => (StatusCode::ACCEPTED, None),
    }
}

fn failure(id: &Value, code: i64, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

/// Who is here, in the version that the client speaks, or else in the newest one that is spoken here.
fn introduction(asked: Option<&str>) -> Value {
    let newest = VERSIONS[VERSIONS.len() - 1];
    let spoken = asked
        .filter(|asked| VERSIONS.contains(asked))
        .unwrap_or(newest);
    json!({
        "protocolVersion": spoken,
        "capabilities": { "tools": {}, "resources": {} },
        "serverInfo": { "name": "rhapsode", "version": env!("CARGO_PKG_VERSION") },
        "instructions": "The public content of a website, to read: search, list, then read entries as Markdown.",
    })
}

fn tool(name: &str, description: &str, parameters: &[&str]) -> Value {
    let known = ARGUMENTS
        .iter()
        .filter(|(name, ..)| parameters.contains(name));
    let properties = known.map(|(name, kind, description)| {
        let property = json!({ "type": kind, "description": description });
        ((*name).to_owned(), property)
    });
    let required: &[&str] = match name {
        "search" => &["q"],
        "read_entry" => &["id"],
        _ => &[],
    };
    json!({
        "name": name,
        "description": description,
        "inputSchema": {
            "type": "object",
            "properties": properties.collect::<Map<_, _>>(),
            "required": required,
            "additionalProperties": false,
        },
        "annotations": { "readOnlyHint": true },
    })
}

/// What a tool was told, as parameters of the route.
fn arguments(given: &Map<String, Value>, known: &[&str]) -> Result<Vec<(String, String)>, Refusal> {
    let mut arguments = Vec::new();
    for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        if !known.contains(&name.as_str()) {
            let allowed = known.join(", ");
            let message = format!("unknown argument {name:?}; allowed are: {allowed}");
            return Err(Refusal::new(WRONG_PARAMETERS, message));
        }
        match (name.as_str(), value) {
            ("filter", Value::Object(conditions)) => {
                arguments.extend(filters(conditions).ok_or_else(no_conditions)?);
            }
            ("filter", _) => return Err(no_conditions()),
            _ => arguments.push((name.clone(), text(value))),
        }
    }
    Ok(arguments)
}

fn no_conditions() -> Refusal {
    let message = "filter is an object of conditions; any, in it, is a list of such objects";
    Refusal::new(WRONG_PARAMETERS, message.to_owned())
}

/// Conditions as the parameters that they stand for; none where `any` is no list of conditions.
fn filters(conditions: &Map<String, Value>) -> Option<Vec<(String, String)>> {
    let mut filters = Vec::new();
    for (path, value) in conditions {
        if path != "any" {
            filters.push((format!("filter[{path}]"), text(value)));
            continue;
        }
        for (index, group) in value.as_array()?.iter().enumerate() {
            let group = group.as_object()?.iter();
            filters.extend(
                group.map(|(path, value)| (format!("filter[any][{index}][{path}]"), text(value))),
            );
        }
    }
    Some(filters)
}

/// A value as a parameter has it; those of a list with commas between them.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let escaped = values
                .iter()
                .map(|value| text(value).replace('\\', "\\\\").replace(',', "\\,"));
            escaped.collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}

fn resource(entry: &Value) -> Value {
    let id = entry["id"].as_str().unwrap_or_default();
    let path = Canonical::new(&["entries", &format!("{id}{}", URI.1)]).into_text();
    json!({
        "uri": format!("rhapsode://{path}"),
        "name": id,
        "title": entry["title"],
        "mimeType": markdown::MEDIA_TYPE,
    })
}

/// The cursor in a link to a page.
fn cursor_of(link: &str) -> Option<String> {
    let (_, query) = link.split_once('?')?;
    let cursor = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("cursor="))?;
    decode(cursor)
}
