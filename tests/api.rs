//! The API over real HTTP, on real databases: what it answers, what it refuses, and that it never mixes generations.

#[path = "support/database.rs"]
mod database;
mod golden;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::{Timestamp, ToSpan};
use rhapsode::api::schema::{
    Body, ChangeList, CollectionList, Entry, EntryList, FindingList, Health, Index, ProblemList,
    RedirectList,
};
use rhapsode::api::{self, Api, Settings, preview};
use rhapsode::config::{self, Config};
use rhapsode::content::problem::{Problem, Severity};
use rhapsode::import;
use rhapsode::site::status::Window;
use rhapsode::store::{Item, Kind, Store};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const UUID: &str = "7dc77816-0f92-4adb-80f6-6bc6e71453b8";

/// A server on a port of its own, with a database of its own and a clock that the test sets.
struct Server {
    address: SocketAddr,
    store: Store,
    clock: Arc<AtomicI64>,
    database: String,
    runtime: Runtime,
}

/// A response as it came over the wire.
struct Response {
    status: u16,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

impl Response {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

fn noon() -> Timestamp {
    "2026-01-01T12:00:00Z".parse().unwrap()
}

fn serve(test: &str, items: Vec<Item>) -> Server {
    let database = database::new(test);
    let runtime = Runtime::new().unwrap();
    let store = runtime.block_on(Store::open(&database)).unwrap();
    let clock = Arc::new(AtomicI64::new(noon().as_millisecond()));
    let server = Server {
        address: spawn(&runtime, &store, &clock, None),
        store,
        clock,
        database,
        runtime,
    };
    server.replace(items);
    server
}

fn spawn(
    runtime: &Runtime,
    store: &Store,
    clock: &Arc<AtomicI64>,
    preview_secret: Option<&str>,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings {
        cache_bytes: 8 << 20,
        cache_control: "public, max-age=60".into(),
        workers: 2,
        ready_without_database: false,
    };
    let clock = Arc::clone(clock);
    let now = move || Timestamp::from_millisecond(clock.load(Ordering::SeqCst)).unwrap();
    let api = Api::new(store.clone(), &settings)
        .with_clock(now)
        .with_previews(preview_secret.map(str::to_owned));
    let api = Arc::new(api);
    let _inside = runtime.enter();
    runtime.spawn(api::serve(api, listener).unwrap());
    address
}

impl Server {
    /// Replaces the site and waits until the server has seen it.
    fn replace(&self, items: Vec<Item>) -> i64 {
        let problem = Problem {
            severity: Severity::Error,
            code: "yaml_invalid".into(),
            path: "content/collections/posts/bad.md".into(),
            line: Some(3),
            column: Some(1),
            message: "m".into(),
            entry: None,
        };
        let generation = self
            .runtime
            .block_on(self.store.replace(items, &[problem], "test", noon()))
            .unwrap()
            .generation;
        std::thread::sleep(Duration::from_millis(250));
        generation
    }

    fn at(&self, moment: Timestamp) {
        self.clock.store(moment.as_millisecond(), Ordering::SeqCst);
    }

    fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[])
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut stream = TcpStream::connect(self.address).unwrap();
        exchange(
            &mut stream,
            method,
            path,
            &[headers, &[("Connection", "close")]].concat(),
        )
    }
}

/// One request on an open connection.
fn exchange(
    stream: &mut TcpStream,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Response {
    exchange_with(stream, method, path, headers, "")
}

/// The same with a body.
fn exchange_with(
    stream: &mut TcpStream,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: test\r\n");
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").unwrap();
    }
    if !body.is_empty() {
        write!(request, "Content-Length: {}\r\n", body.len()).unwrap();
    }
    stream
        .write_all(format!("{request}\r\n{body}").as_bytes())
        .unwrap();
    let head = read_until(stream, b"\r\n\r\n");
    let mut lines = head.lines();
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let has_body = method != "HEAD" && status != 304 && status != 204;
    let body = if !has_body {
        Vec::new()
    } else if headers.contains_key("transfer-encoding") {
        read_chunks(stream)
    } else {
        let length = headers.get("content-length");
        read_bytes(stream, length.map_or(0, |length| length.parse().unwrap()))
    };
    Response {
        status,
        headers,
        body,
    }
}

/// What comes up to and with an end.
fn read_until(stream: &mut TcpStream, end: &[u8]) -> String {
    let mut read = Vec::new();
    while !read.ends_with(end) {
        read.extend(read_bytes(stream, 1));
    }
    String::from_utf8(read).unwrap()
}

fn read_bytes(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// A body that comes in chunks, put together.
fn read_chunks(stream: &mut TcpStream) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let size = read_until(stream, b"\r\n");
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        body.extend(read_bytes(stream, size));
        read_until(stream, b"\r\n");
        if size == 0 {
            return body;
        }
    }
}

/// An entry with a title and an article long enough to be worth compressing.
fn entry(collection: &str, id: &str) -> Item {
    let html = format!("<p>{}</p>", "Who talks to whom? ".repeat(100));
    let part = |name: &str, value: &Value| format!("\u{1}p{}:{value}\u{2}", json!(name));
    let body = format!(
        "{{{}{}{}}}",
        part("raw", &json!([{"type": "paragraph"}])),
        part("html", &json!(html)),
        part("text", &json!("t"))
    );
    let summary = json!({
        "id": id, "title": format!("Title of {id}"), "collection": collection, "blueprint": "post", "site": "default",
        "slug": id, "uri": format!("/{id}"), "url": format!("/{id}"), "permalink": format!("https://x.test/{id}"),
        "status": "published", "date": null, "updated_at": "2026-01-01T00:00:00Z", "localizations": [],
    });
    Item {
        site: "default".into(),
        permalink: Some(format!("https://x.test/{id}")),
        title: format!("Title of {id}"),
        summary: summary.to_string(),
        fields: Some(format!("{{\u{1}f\"subtitle\":\"S\"\u{2}\u{1}f\"article\":{body}\u{2}}}")),
        seo: Some("{\u{1}s\"version\":1\u{2}\u{1}s\"raw\":{}\u{2}\u{1}s\"head\":{\u{1}s\"html\":\"<title>\"\u{2}}\u{2}}".into()),
        ..Item::new(Kind::Entry, collection, id)
    }
}

fn site() -> Vec<Item> {
    let collection = |handle: &str| {
        let summary = json!({"handle": handle, "title": handle}).to_string();
        Item {
            summary,
            ..Item::new(Kind::Collection, "", handle)
        }
    };
    let mut items = vec![
        collection("pages"),
        collection("posts"),
        Item::new(Kind::Site, "", "default"),
        entry("posts", UUID),
    ];
    items.extend((0..5).map(|n| Item {
        own_order: n,
        ..entry("pages", &format!("p{n}"))
    }));
    items.push(Item {
        published: false,
        ..entry("posts", "draft")
    });
    items
}

#[test]
fn an_entry_comes_whole_and_in_the_parts_that_were_chosen() {
    let server = serve("entry_parts", site());
    let whole = server.get(&format!("/entries/{UUID}"));
    assert_eq!(
        (whole.status, whole.header("content-type")),
        (200, "application/json")
    );
    let whole = whole.json();
    assert_eq!(
        whole["fields"]["article"]["raw"],
        json!([{"type": "paragraph"}])
    );
    assert!(
        whole["fields"]["article"]["html"].is_string()
            && whole["fields"]["article"].get("text").is_none()
    );
    assert_eq!(
        whole["seo"],
        json!({"version": 1, "raw": {}, "head": {"html": "<title>"}})
    );
    assert_eq!(
        whole.as_object().unwrap().keys().next_back().unwrap(),
        "seo"
    );

    let chosen = server
        .get(&format!(
            "/entries/{UUID}?fields=article&body=text&seo=none"
        ))
        .json();
    assert_eq!(chosen["fields"], json!({"article": {"text": "t"}}));
    assert!(chosen.get("seo").is_none());
    let bare = server
        .get(&format!("/entries/{UUID}?fields=none&seo=head.html"))
        .json();
    assert_eq!(
        (bare.get("fields"), &bare["seo"]),
        (None, &json!({"head": {"html": "<title>"}}))
    );
}

#[test]
fn an_entry_is_found_in_any_spelling_of_its_uuid_and_drafts_are_not_found() {
    let server = serve("spelling", site());
    let canonical = server.get(&format!("/entries/{UUID}"));
    for spelling in [
        UUID.to_uppercase(),
        UUID.replace('-', ""),
        UUID.replace('7', "%37"),
    ] {
        let found = server.get(&format!("/entries/{spelling}"));
        assert_eq!(
            (found.status, &found.body),
            (200, &canonical.body),
            "{spelling}"
        );
    }
    for missing in ["draft", "nobody", "%FF", "a%2Fb"] {
        let response = server.get(&format!("/entries/{missing}"));
        assert_eq!(
            (response.status, response.header("content-type")),
            (404, "application/problem+json"),
            "{missing}"
        );
        assert_eq!(response.json()["title"], "Not Found");
    }
}

#[test]
fn headers_tell_others_how_to_keep_an_answer() {
    let server = serve("headers", site());
    let response = server.get("/entries/p1");
    let tag = response.header("etag");
    assert!(tag.len() == 34 && tag.starts_with('"'), "{tag}");
    assert_eq!(
        response.header("last-modified"),
        "Thu, 01 Jan 2026 12:00:00 GMT"
    );
    assert_eq!(response.header("cache-control"), "public, max-age=60");
    assert_eq!(response.header("vary"), "Accept-Encoding, Accept");
    assert_eq!(response.header("x-robots-tag"), "noindex");
    assert_eq!(response.header("surrogate-key"), "entry:p1");
    assert_eq!(
        response.header("link"),
        "<https://x.test/p1>; rel=\"canonical\""
    );
    assert_eq!(response.header("access-control-allow-origin"), "*");
    let list = server.get("/entries?collection=pages&limit=2");
    assert_eq!(
        list.header("surrogate-key"),
        "entries:pages entry:p0 entry:p1"
    );
    let error = server.get("/entries/nobody");
    assert_eq!(
        (error.header("cache-control"), error.header("x-robots-tag")),
        ("no-store", "noindex")
    );
    assert_eq!(error.header("access-control-allow-origin"), "*");
}

#[test]
fn each_encoding_has_its_own_tag_and_304_spares_the_body() {
    let server = serve("encodings", site());
    let path = format!("/entries/{UUID}");
    let plain = server.get(&path);
    let mut tags = vec![plain.header("etag").to_owned()];
    for (encoding, suffix) in [("br", "-br\""), ("gzip", "-gz\"")] {
        let encoded = server.send("GET", &path, &[("Accept-Encoding", encoding)]);
        assert_eq!(
            (encoded.status, encoded.header("content-encoding")),
            (200, encoding)
        );
        assert!(
            encoded.header("etag").ends_with(suffix) && encoded.body.len() < plain.body.len() / 2
        );
        assert_eq!(decoded(encoding, &encoded.body), plain.body);
        tags.push(encoded.header("etag").to_owned());
    }
    for (encoding, tag) in ["identity", "br", "gzip"].into_iter().zip(&tags) {
        let known = server.send(
            "GET",
            &path,
            &[("Accept-Encoding", encoding), ("If-None-Match", tag)],
        );
        assert_eq!(
            (known.status, known.header("etag"), known.body.len()),
            (304, tag.as_str(), 0)
        );
        let other = server.send(
            "GET",
            &path,
            &[
                ("Accept-Encoding", encoding),
                ("If-None-Match", "\"other\""),
            ],
        );
        assert_eq!(other.status, 200);
    }
    let of_another_encoding = server.send("GET", &path, &[("If-None-Match", &tags[1])]);
    assert_eq!(of_another_encoding.status, 200);
    let dated = server.send(
        "GET",
        &path,
        &[("If-Modified-Since", plain.header("last-modified"))],
    );
    assert_eq!(dated.status, 304);
    let earlier = server.send(
        "GET",
        &path,
        &[("If-Modified-Since", "Thu, 01 Jan 2026 11:59:59 GMT")],
    );
    assert_eq!(earlier.status, 200);
    let unacceptable = server.send(
        "GET",
        &path,
        &[("Accept", "image/png"), ("Accept-Encoding", "identity;q=0")],
    );
    assert_eq!(unacceptable.status, 200);
}

fn decoded(encoding: &str, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match encoding {
        "br" => brotli::BrotliDecompress(&mut &*body, &mut plain).unwrap(),
        _ => drop(
            flate2::read::GzDecoder::new(body)
                .read_to_end(&mut plain)
                .unwrap(),
        ),
    }
    plain
}

#[test]
fn head_is_get_without_a_body_on_every_route_both_before_and_after_it_is_cached() {
    let server = serve("head", site());
    for path in [
        "/",
        "/entries",
        "/entries/p1",
        "/collections",
        "/collections/pages",
        "/problems",
        "/openapi.json",
        "/docs/",
        "/livez",
        "/readyz",
    ] {
        let first = server.send("HEAD", path, &[]);
        let get = server.get(path);
        let second = server.send("HEAD", path, &[]);
        for head in [first, second] {
            assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
            for name in [
                "content-length",
                "etag",
                "content-type",
                "vary",
                "x-robots-tag",
            ] {
                assert_eq!(head.header(name), get.header(name), "{path} {name}");
            }
        }
    }
}

#[test]
fn other_methods_are_405_with_allow_and_preflights_are_answered() {
    let server = serve("methods", site());
    for path in api::paths() {
        let path = path
            .replace("{id}", "p1")
            .replace("{handle}", "pages")
            .replace("{file:.*}", "index.html");
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            let refused = server.send(method, &path, &[]);
            assert_eq!(
                (refused.status, refused.header("allow")),
                (405, "GET, HEAD, OPTIONS"),
                "{method} {path}"
            );
            assert_eq!(refused.json()["title"], "Method Not Allowed");
        }
        let preflight = server.send(
            "OPTIONS",
            &path,
            &[
                ("Origin", "https://x.test"),
                ("Access-Control-Request-Method", "GET"),
            ],
        );
        assert_eq!(
            (
                preflight.status,
                preflight.header("access-control-allow-methods")
            ),
            (204, "GET, HEAD, OPTIONS"),
            "{path}"
        );
        assert_eq!(
            preflight.header("access-control-allow-headers"),
            "*, Authorization"
        );
    }
    assert_eq!(server.send("POST", "/nowhere", &[]).status, 404);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of refusals")]
fn what_is_not_understood_is_refused_with_what_would_be_right() {
    let server = serve("refusals", site());
    let cases = [
        ("/entries?sort=titel", "sort", "title"),
        ("/entries?srot=title", "srot", "sort"),
        (
            "/entries?filter[colection]=posts",
            "filter[colection]",
            "collection",
        ),
        ("/entries?collection=post", "collection", "posts"),
        (
            "/entries?filter[collection]=post",
            "filter[collection]",
            "posts",
        ),
        ("/entries?site=defualt", "site", "default"),
        ("/entries?fields=artcle", "fields", "article"),
        ("/entries?body=htm", "body", "html"),
        ("/entries?count=ture", "count", "true"),
        ("/entries/p1?fields=subtitel", "fields", "subtitle"),
        ("/entries/p1?seo=head.htm", "seo", "head.html"),
        ("/entries/p1?site=defaul", "site", "default"),
        ("/entries/p1?field=x", "field", "fields"),
        (
            "/problems?filter[severity]=eror",
            "filter[severity]",
            "error",
        ),
    ];
    for (path, param, meant) in cases {
        let refused = server.get(path);
        assert_eq!(
            (refused.status, refused.header("content-type")),
            (400, "application/problem+json"),
            "{path}"
        );
        let problem = refused.json();
        assert_eq!(
            (problem["param"].as_str(), problem["did_you_mean"].as_str()),
            (Some(param), Some(meant)),
            "{path}: {problem}"
        );
        assert!(
            problem["allowed"]
                .as_array()
                .unwrap()
                .iter()
                .any(|allowed| allowed == meant),
            "{path}"
        );
        assert_eq!(
            (problem["status"].as_u64(), problem["type"].as_str()),
            (Some(400), Some("urn:rhapsode:invalid-parameter"))
        );
    }
    let cursor = server.get("/entries?limit=2").json()["links"]["next"]
        .as_str()
        .unwrap()
        .to_owned();
    let cursor = cursor
        .split("cursor=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    let of_another_list = format!("/entries?sort=title&cursor={cursor}");
    let without_alternatives = [
        ("/entries?limit=0", "limit"),
        ("/entries?limit=101", "limit"),
        ("/entries?limit=1e2", "limit"),
        ("/entries?limit=5&limit=6", "limit"),
        ("/entries?cursor=abc", "cursor"),
        (of_another_list.as_str(), "cursor"),
        (
            "/entries?collection=posts&filter[collection]=posts",
            "collection",
        ),
        ("/entries?sort=%FF", "sort"),
        ("/livez/x?", ""),
    ];
    for (path, param) in without_alternatives {
        let refused = server.get(path);
        let wanted = if param.is_empty() { 404 } else { 400 };
        assert_eq!(
            (
                refused.status,
                refused.json()["param"].as_str().unwrap_or_default()
            ),
            (wanted, param),
            "{path}"
        );
    }
    for path in [
        "/collections?x=1",
        "/openapi.json?x=1",
        "/?x=1",
        "/problems?x=1",
        "/collections/pages?x=1",
    ] {
        assert_eq!(server.get(path).status, 400, "{path}");
    }
}

#[test]
fn a_url_that_is_too_long_is_414() {
    let server = serve("too_long", site());
    let refused = server.get(&format!("/entries/{}", "a".repeat(10_000)));
    assert_eq!(
        (refused.status, refused.json()["title"].as_str()),
        (414, Some("URI Too Long"))
    );
    assert_eq!(
        server
            .get(&format!("/entries/{}", "a".repeat(8_000)))
            .status,
        404
    );
}

#[test]
fn pages_lead_forwards_and_back_through_every_entry_once() {
    let server = serve("pages", site());
    let all = ids(&server.get("/entries?limit=100").json());
    assert_eq!(all, ["p0", "p1", "p2", "p3", "p4", UUID]);
    for sort in ["order", "-order", "title", "-title", "updated_at", "-date"] {
        let (mut path, mut walked, mut last) = (
            format!("/entries?limit=2&sort={sort}"),
            Vec::new(),
            String::new(),
        );
        loop {
            let page = server.get(&path);
            let json = page.json();
            walked.extend(ids(&json));
            last.clone_from(&path);
            let Some(next) = json["links"]["next"].as_str() else {
                break;
            };
            assert!(
                page.header("link")
                    .contains(&format!("<{next}>; rel=\"next\""))
            );
            path = next.to_owned();
        }
        let mut sorted = walked.clone();
        sorted.sort();
        assert_eq!(sorted, [UUID, "p0", "p1", "p2", "p3", "p4"], "{sort}");
        let mut back = Vec::new();
        let mut path = server.get(&last).json()["links"]["prev"]
            .as_str()
            .map(str::to_owned);
        while let Some(before) = path {
            let page = server.get(&before).json();
            back.splice(0..0, ids(&page));
            path = page["links"]["prev"].as_str().map(str::to_owned);
        }
        assert_eq!(back, walked[..4], "{sort}");
    }
}

fn ids(list: &Value) -> Vec<String> {
    list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_list_gives_summaries_and_what_it_is_asked_for() {
    let server = serve("lists", site());
    let plain = server
        .get("/entries?filter%5Bcollection%5D=pages&count=true")
        .json();
    assert_eq!(
        (ids(&plain).len(), &plain["meta"]),
        (5, &json!({"limit": 20, "count": 5}))
    );
    assert_eq!(
        plain["links"],
        json!({"self": "/entries?collection=pages&count=true", "next": null, "prev": null})
    );
    assert!(plain["data"][0].get("fields").is_none() && plain["data"][0].get("seo").is_none());
    let asked = server
        .get("/entries?collection=posts&fields=subtitle&seo=head.html")
        .json();
    assert_eq!(asked["data"][0]["fields"], json!({"subtitle": "S"}));
    assert_eq!(
        asked["data"][0]["seo"],
        json!({"head": {"html": "<title>"}})
    );
    let bodies = server.get("/entries?collection=posts&body=text").json();
    assert_eq!(
        bodies["data"][0]["fields"],
        json!({"subtitle": "S", "article": {"text": "t"}})
    );
    assert_eq!(
        ids(&server.get("/entries?site=default&limit=3").json()).len(),
        3
    );
}

#[test]
fn collections_problems_and_the_index_say_what_is_here() {
    let server = serve("others", site());
    let collections = server.get("/collections").json();
    assert_eq!(
        collections["data"],
        json!([{"handle": "pages", "title": "pages", "entries": 5}, {"handle": "posts", "title": "posts", "entries": 1}])
    );
    assert_eq!(server.get("/collections/posts").json()["entries"], 1);
    assert_eq!(server.get("/collections/nothing").status, 404);
    let problems = server.get("/problems?filter[severity]=error").json();
    assert_eq!(
        (
            problems["data"][0]["code"].as_str(),
            problems["data"][0]["line"].as_u64()
        ),
        (Some("yaml_invalid"), Some(3))
    );
    assert_eq!(
        server.get("/problems?filter[severity]=info").json()["data"],
        json!([])
    );
    assert!(server.get("/").json()["routes"]["/entries/{id}"].is_string());
    assert_eq!(server.get("/readyz").json()["status"], "ok");
    assert_eq!(
        server.get("/nowhere").json(),
        json!({
            "type": "about:blank", "title": "Not Found", "status": 404, "detail": "there is nothing at this path",
        })
    );
}

#[test]
fn every_documented_path_is_served_and_every_served_path_is_documented() {
    let document = serde_json::to_value(api::docs::openapi()).unwrap();
    let mut documented: Vec<String> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let mut served: Vec<String> = api::paths()
        .into_iter()
        .map(|path| path.replace(":.*", ""))
        .chain(["/mcp".to_owned()])
        .collect();
    documented.sort();
    served.sort();
    assert_eq!(documented, served);
}

/// What `/` and `/docs` show beside a path, as plain text.
#[test]
fn every_path_is_summed_up_in_one_line() {
    let document = serde_json::to_value(api::docs::openapi()).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for operation in operations.as_object().unwrap().values() {
            let summary = operation["summary"].as_str().unwrap_or_default().trim();
            let fits = (1..=110).contains(&summary.chars().count());
            assert!(fits && !summary.contains(['`', '\n']), "{path}: {summary}");
        }
    }
}

#[test]
fn the_repository_has_the_description_that_the_program_prints() {
    golden::check(
        concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json").as_ref(),
        &api::docs::openapi_text(),
    );
}

/// A server with the repository's own project, as a deployment would have it.
fn sample(test: &str) -> Server {
    let server = serve(test, Vec::new());
    let root = env!("CARGO_MANIFEST_DIR");
    let config = Config {
        root: root.into(),
        base_url: Some("https://www.example.com".into()),
        seo: config::Seo {
            feeds: vec!["posts".into()],
            ..config::Seo::default()
        },
        ..Config::default()
    };
    let summer: Timestamp = "2026-06-15T12:00:00Z".parse().unwrap();
    server.at(summer);
    let outcome = import::run(root.as_ref(), &config.import(), summer, &|_, _| {}).unwrap();
    server
        .runtime
        .block_on(
            server
                .store
                .replace(outcome.items, &outcome.problems, "sample", summer),
        )
        .unwrap();
    std::thread::sleep(Duration::from_millis(250));
    server
}

/// What the tokens of recorded previews are signed with.
const PREVIEW_SECRET: &str = "the secret of the records";

/// Headers that a golden file shows, where the response has them.
const SHOWN: [&str; 8] = [
    "content-type",
    "cache-control",
    "last-modified",
    "vary",
    "allow",
    "link",
    "surrogate-key",
    "access-control-allow-methods",
];

/// What a recorded exchange asks: its first line and headers, and the body of a POST.
fn asked(recorded: &str) -> (&str, &str) {
    let mut parts = recorded.trim_end().split("\n\n");
    let head = parts.next().unwrap();
    let is_post = head.starts_with("POST ");
    (head, parts.next().filter(|_| is_post).unwrap_or_default())
}

#[test]
fn every_recorded_exchange_is_answered_as_it_is_recorded() {
    let server = sample("golden");
    let tokens = [
        ("{token}", "2026-06-15T13:00:00Z"),
        ("{expired}", "2026-06-15T12:00:00Z"),
    ];
    let tokens = tokens.map(|(name, expires)| {
        let token = preview::token(PREVIEW_SECRET, None, expires.parse().unwrap());
        (name, token)
    });
    let secret = Some(PREVIEW_SECRET);
    let previews = spawn(&server.runtime, &server.store, &server.clock, secret);
    let files = golden::exchanges();
    assert!(files.len() > 20, "{}", files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (head, body) = asked(&text);
        let mut lines = head.lines();
        let (method, path) = lines.next().unwrap().split_once(' ').unwrap();
        let headers: Vec<_> = lines.map(|line| line.split_once(": ").unwrap()).collect();
        // What names a token asks the server that has previews.
        let token = tokens.iter().find(|(name, _)| path.contains(name));
        let (address, path) = token.map_or_else(
            || (server.address, path.to_owned()),
            |(name, token)| (previews, path.replace(name, token)),
        );
        let mut stream = TcpStream::connect(address).unwrap();
        let response = exchange_with(&mut stream, method, &path, &headers, body);
        let mut actual = format!("{head}\n\n");
        if !body.is_empty() {
            write!(actual, "{body}\n\n").unwrap();
        }
        writeln!(actual, "{}", response.status).unwrap();
        for name in SHOWN
            .iter()
            .filter(|name| response.headers.contains_key(**name))
        {
            writeln!(actual, "{name}: {}", response.header(name)).unwrap();
        }
        let content_type = response.header("content-type");
        let is_json = content_type.ends_with("json") && !content_type.ends_with("ndjson");
        if is_json && !response.body.is_empty() {
            let json = serde_json::to_string_pretty(&without_token(response.json())).unwrap();
            writeln!(actual, "\n{json}").unwrap();
        } else if !is_json && !response.body.is_empty() {
            write!(actual, "\n{}", String::from_utf8_lossy(&response.body)).unwrap();
        }
        golden::check(&file, &actual);
    }
}

#[test]
fn a_list_tells_caches_that_accept_chooses_between_a_page_and_lines() {
    let server = serve("lines", site());
    let lines = |path, accept| server.send("GET", path, &[("Accept", accept)]);
    let (by_accept, always) = ("Accept-Encoding, Accept", "Accept-Encoding");
    let accepted = "application/x-ndjson";
    for (path, accept, kind, vary) in [
        ("/entries", "*/*", "application/json", by_accept),
        ("/entries", accepted, accepted, by_accept),
        ("/entries", "*/*", "application/json", by_accept),
        (
            "/entries?collection=pages",
            "application/x-ndjson;q=0, */*",
            "application/json",
            by_accept,
        ),
        ("/entries?limit=2", accepted, "application/json", always),
        (
            "/entries?format=json",
            accepted,
            "application/json",
            by_accept,
        ),
        ("/entries?format=ndjson", "*/*", accepted, by_accept),
        ("/entries?ids=p1", accepted, "application/json", always),
        ("/collections", accepted, "application/json", always),
    ] {
        let answer = lines(path, accept);
        assert_eq!(answer.header("content-type"), kind, "{path} {accept}");
        assert_eq!(answer.header("vary"), vary, "{path} {accept}");
    }
    let ids = |body: &[u8]| String::from_utf8_lossy(body).lines().count();
    assert_eq!(ids(&lines("/entries", accepted).body), 6);
}

/// A token names its database, and each has another name.
fn without_token(mut body: Value) -> Value {
    if let Some(token) = body
        .pointer_mut("/meta/token")
        .filter(|token| token.is_string())
    {
        *token = "(a token)".into();
    }
    body
}

#[test]
fn examples_in_the_description_are_real_answers() {
    let server = sample("examples");
    for example in api::docs::EXAMPLES {
        let answer = server.get(example.request);
        assert_eq!(answer.status, 200, "{}", example.request);
        let file = format!(
            "{}/src/api/examples/{}.json",
            env!("CARGO_MANIFEST_DIR"),
            example.name
        );
        golden::check(
            file.as_ref(),
            &(serde_json::to_string_pretty(&answer.json()).unwrap() + "\n"),
        );
    }
}

#[test]
fn every_answer_is_what_its_type_says() {
    let server = sample("types");
    let list: EntryList = read(&server, "/entries?limit=100&fields=*&body=*&seo=full");
    assert!(list.data.len() > 20);
    for entry in &list.data {
        let whole: Entry = read(&server, &format!("/entries/{}?body=*", entry.id));
        for body in whole
            .fields
            .unwrap()
            .values()
            .filter(|value| value.get("reading_minutes").is_some())
        {
            serde_json::from_value::<Body>(body.clone())
                .unwrap_or_else(|error| panic!("{}: {error}", entry.id));
        }
    }
    read::<CollectionList>(&server, "/collections");
    read::<ProblemList>(&server, "/problems");
    let changes: ChangeList = read(&server, "/changes?limit=1000&fields=*&seo=full");
    assert!(changes.data.len() > 20 && changes.meta.token.is_some());
    read::<FindingList>(&server, "/seo/report?count=true");
    read::<RedirectList>(&server, "/redirects");
    read::<Index>(&server, "/");
    read::<Health>(&server, "/readyz");
}

fn read<T: serde::de::DeserializeOwned>(server: &Server, path: &str) -> T {
    serde_json::from_slice(&server.get(path).body).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_documentation_loads_nothing_from_elsewhere() {
    let server = serve("docs", site());
    let opened = server.get("/docs");
    assert_eq!((opened.status, opened.header("location")), (308, "/docs/"));
    let page = server.get("/docs/");
    let html = String::from_utf8(page.body).unwrap();
    assert!(page.status == 200 && html.contains("swagger-ui"), "{html}");
    let parts: Vec<&str> = html
        .split(['"', '\''])
        .filter(|text| matches!(text.rsplit_once('.'), Some((_, "js" | "css"))))
        .collect();
    assert!(parts.len() >= 3, "{parts:?}");
    for part in parts {
        assert!(!part.contains("//"), "{part} is loaded from elsewhere");
        assert_eq!(
            server
                .get(&format!("/docs/{}", part.trim_start_matches("./")))
                .status,
            200,
            "{part}"
        );
    }
    let start = String::from_utf8(server.get("/docs/swagger-initializer.js").body).unwrap();
    assert!(
        start.contains("/openapi.json")
            && !start.contains("http://")
            && !start.contains("https://"),
        "{start}"
    );
    assert_eq!(server.get("/docs/nothing.js").status, 404);
}

#[test]
fn an_entry_appears_at_its_second_and_nobody_keeps_the_former_answer_longer() {
    let opens = noon() + 30.seconds();
    let window = Window {
        from: Some(opens),
        until: Some(opens + 1.hour()),
    };
    let mut items = site();
    items.push(Item {
        window,
        ..entry("posts", "soon")
    });
    let server = serve("moments", items);
    assert_eq!(server.get("/entries/soon").status, 404);
    let before = server.get("/entries?collection=posts");
    assert_eq!(
        (ids(&before.json()), before.header("cache-control")),
        (vec![UUID.to_owned()], "public, max-age=30")
    );
    assert_eq!(
        server
            .get(&format!("/entries/{UUID}"))
            .header("cache-control"),
        "public, max-age=60"
    );
    server.at(opens - 1.millisecond());
    assert_eq!(
        ids(&server.get("/entries?collection=posts").json()).len(),
        1
    );
    server.at(opens);
    assert_eq!(server.get("/entries/soon").status, 200);
    let after = server.get("/entries?collection=posts");
    assert_eq!(
        (ids(&after.json()).len(), after.header("last-modified")),
        (2, "Thu, 01 Jan 2026 12:00:30 GMT")
    );
    server.at(opens + 1.hour());
    assert_eq!(server.get("/entries/soon").status, 404);
    assert_eq!(
        ids(&server.get("/entries?collection=posts").json()).len(),
        1
    );
}

#[test]
fn a_new_generation_is_seen_and_an_equal_answer_keeps_its_tag() {
    let server = serve("generations", site());
    let (one, other) = (server.get("/entries/p1"), server.get("/entries/p2"));
    let mut items = site();
    items.retain(|item| item.id != "p1");
    items.push(Item {
        summary: "{\"id\":\"p1\",\"title\":\"new\"}".into(),
        ..entry("pages", "p1")
    });
    assert_eq!(server.replace(items), 2);
    let changed = server.get("/entries/p1");
    assert_eq!(changed.json()["title"], "new");
    assert_ne!(changed.header("etag"), one.header("etag"));
    assert_eq!(
        server.get("/entries/p2").header("etag"),
        other.header("etag")
    );
}

#[test]
fn a_broken_database_is_a_500_that_says_nothing_and_cached_answers_are_still_given() {
    let server = serve("sabotage", site());
    let cached = server.get("/entries/p1");
    database::execute(&server.database, "drop table summary");
    let failed = server.get("/entries/p2");
    assert_eq!(
        (failed.status, failed.header("content-type")),
        (500, "application/problem+json")
    );
    assert_eq!(
        failed.json(),
        json!({"type": "about:blank", "title": "Internal Server Error", "status": 500})
    );
    assert_eq!(server.get("/entries/p1").body, cached.body);
}

#[test]
fn a_panic_is_a_500_like_any_other_and_the_server_goes_on() {
    let server = serve("panic", site());
    let settings = Settings {
        cache_bytes: 1 << 20,
        cache_control: "no-cache".into(),
        workers: 1,
        ready_without_database: false,
    };
    let api = Arc::new(Api::new(server.store.clone(), &settings).with_clock(|| panic!("no clock")));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let inside = server.runtime.enter();
    server.runtime.spawn(api::serve(api, listener).unwrap());
    drop(inside);
    for _ in 0..3 {
        let failed = exchange(
            &mut TcpStream::connect(address).unwrap(),
            "GET",
            "/entries",
            &[],
        );
        assert_eq!(
            (failed.status, failed.header("content-type")),
            (500, "application/problem+json")
        );
        assert_eq!(
            failed.json(),
            json!({"type": "about:blank", "title": "Internal Server Error", "status": 500})
        );
    }
}

#[test]
fn the_figures_are_text_for_prometheus_and_count_what_was_answered() {
    let server = serve("metrics", site());
    let figures = |server: &Server| {
        let response = server.get("/metrics");
        assert_eq!(response.header("cache-control"), "no-store");
        let text = String::from_utf8(response.body).unwrap();
        assert!(text.contains("rhapsode_generation"), "{text}");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let figure = |line: &str| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse::<i64>().unwrap())
        };
        lines.map(figure).collect::<BTreeMap<_, _>>()
    };
    let before = figures(&server);
    for path in ["/entries/p1", "/entries/p1", "/entries/p1", "/nowhere"] {
        server.get(path);
    }
    let after = figures(&server);
    let more = |name: &str| after[name] - before[name];
    assert_eq!(more("rhapsode_cache_misses_total"), 1, "{after:?}");
    assert_eq!(more("rhapsode_cache_hits_total"), 2);
    assert_eq!(more("rhapsode_responses_total{class=\"4xx\"}"), 1);
    // The figures themselves were answered once.
    assert_eq!(more("rhapsode_responses_total{class=\"2xx\"}"), 4);
    assert!(after["rhapsode_cache_bytes"] > before["rhapsode_cache_bytes"]);
    assert_eq!(after["rhapsode_generation"], 1);
    assert_eq!(after["rhapsode_database_up"], 1);
    assert!(after["rhapsode_imported_timestamp_seconds"] > 0);
    assert_eq!(after["rhapsode_problems{severity=\"error\"}"], 1);
    assert_eq!(server.get("/metrics?x=1").status, 400);
}

#[test]
fn before_the_first_import_the_server_lives_but_is_not_ready() {
    let database = database::new("not_ready");
    let runtime = Runtime::new().unwrap();
    let store = runtime.block_on(Store::open(&database)).unwrap();
    let clock = Arc::new(AtomicI64::new(noon().as_millisecond()));
    let server = Server {
        address: spawn(&runtime, &store, &clock, None),
        store,
        clock,
        database,
        runtime,
    };
    assert_eq!(
        (server.get("/livez").status, server.get("/readyz").status),
        (200, 503)
    );
}

#[test]
fn no_answer_mixes_generations_while_the_site_is_replaced() {
    let stamped = |stamp: i64| -> Vec<Item> {
        let entries = (0..40).map(|n| {
            let id = format!("e{n:02}");
            Item {
                own_order: n,
                summary: json!({"id": id, "stamp": stamp}).to_string(),
                ..entry("pages", &id)
            }
        });
        entries.collect()
    };
    let server = serve("torn", stamped(1));
    let address = server.address;
    let reader = std::thread::spawn(move || {
        let (mut newest, until) = (0, Instant::now() + Duration::from_secs(3));
        let mut stream = TcpStream::connect(address).unwrap();
        while Instant::now() < until {
            let page = exchange(&mut stream, "GET", "/entries?limit=100", &[]);
            assert_eq!(page.status, 200);
            let page = page.json();
            let stamps: Vec<i64> = page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["stamp"].as_i64().unwrap())
                .collect();
            assert!(
                stamps.len() == 40 && stamps.iter().all(|stamp| *stamp == stamps[0]),
                "{stamps:?}"
            );
            newest = newest.max(stamps[0]);
        }
        newest
    });
    let mut stamp = 1;
    while !reader.is_finished() {
        stamp += 1;
        server
            .runtime
            .block_on(server.store.replace(stamped(stamp), &[], "test", noon()))
            .unwrap();
    }
    assert!(reader.join().unwrap() > 5);
    std::thread::sleep(Duration::from_millis(250));
    assert_eq!(
        server.get("/entries?limit=100").json()["data"][0]["stamp"],
        stamp
    );
}
