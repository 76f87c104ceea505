//! Markdown, `/llms.txt` and the Model Context Protocol over real HTTP: the same content in other forms, to the same
//! public.

#[path = "support/site.rs"]
mod site;
#[path = "support/tree.rs"]
mod tree;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use rhapsode::api::{self, Api, Settings};
use rhapsode::config::Config;
use rhapsode::import;
use rhapsode::store::{Item, Kind, Store};
use serde_json::{Value, json};
use site::Site;
use tokio::runtime::Runtime;
use tree::Tree;

const ENTRY: &str = "7dc77816-0f92-4adb-80f6-6bc6e71453b8";

/// A server with the sample site, and a draft that nobody may see.
struct Server {
    address: SocketAddr,
    _runtime: Runtime,
}

struct Response {
    status: u16,
    head: String,
    body: String,
}

impl Response {
    fn header(&self, name: &str) -> &str {
        let line = self
            .head
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(key, _)| *key == name));
        line.map_or("", |(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

fn serve(test: &str) -> Server {
    let now: Timestamp = "2026-06-15T12:00:00Z".parse().unwrap();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("readers")
        .join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let root = env!("CARGO_MANIFEST_DIR");
    let config = Config {
        root: root.into(),
        base_url: Some("https://www.example.com".into()),
        ..Config::default()
    };
    let mut outcome = import::run(root.as_ref(), &config.import(), now, &|_, _| {}).unwrap();
    let public = outcome
        .items
        .iter()
        .find(|item| item.kind == Kind::Entry && item.id == ENTRY);
    let draft = Item {
        id: "secret-draft".into(),
        published: false,
        localizes: None,
        ..public.unwrap().clone()
    };
    outcome.items.push(draft);
    let runtime = Runtime::new().unwrap();
    let database = folder.join("site.db").display().to_string();
    let store = runtime.block_on(Store::open(&database)).unwrap();
    let replaced = store.replace(outcome.items, &outcome.problems, "test", now);
    runtime.block_on(replaced).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings {
        cache_bytes: 8 << 20,
        cache_control: "public, max-age=60".into(),
        workers: 1,
        ready_without_database: false,
    };
    let api = Arc::new(Api::new(store, &settings).with_clock(move || now));
    let inside = runtime.enter();
    runtime.spawn(api::serve(api, listener).unwrap());
    drop(inside);
    std::thread::sleep(std::time::Duration::from_millis(300));
    Server {
        address,
        _runtime: runtime,
    }
}

impl Server {
    fn get(&self, path: &str, headers: &str) -> Response {
        self.send("GET", path, headers, "")
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Response {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let length = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n{length}{headers}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let _ = stream.write_all(body.as_bytes());
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Response {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }
}

#[test]
fn an_entry_is_markdown_at_its_own_path_and_for_who_prefers_it() {
    let server = serve("markdown");
    let path = format!("/entries/{ENTRY}");
    for _ in 0..2 {
        let own = server.get(&format!("{path}.md"), "");
        let preferred = server.get(&path, "Accept: text/markdown\r\n");
        let json = server.get(&path, "Accept: application/json\r\n");
        assert_eq!((own.status, preferred.status, json.status), (200, 200, 200));
        assert_eq!(own.header("content-type"), "text/markdown; charset=utf-8");
        assert_eq!(own.body, preferred.body);
        assert_eq!(own.header("etag"), preferred.header("etag"));
        assert_eq!(json.json()["id"], ENTRY);
        for response in [&preferred, &json] {
            assert_eq!(response.header("vary"), "Accept-Encoding, Accept");
        }
        assert!(own.body.starts_with("---\ntitle: \"The Client–Server Model (Who Talks To Whom)\"\nurl: \"https://www.example.com/posts/"), "{}", own.body);
        assert!(
            own.body
                .contains("\ndate: \"2025-12-13T00:00:00Z\"\ndescription: \"What a client is"),
            "{}",
            own.body
        );
        assert!(own.body.contains("**client**"), "{}", own.body);
    }
    let known = server.get(&path, "Accept: text/markdown\r\n");
    let again = format!(
        "Accept: text/markdown\r\nIf-None-Match: {}\r\n",
        known.header("etag")
    );
    assert_eq!(server.get(&path, &again).status, 304);
    let json = server.get(&path, "Accept: */*\r\n");
    assert_ne!(json.header("etag"), known.header("etag"));
    assert_eq!(
        server
            .get(&format!("{path}?fields=none"), "Accept: text/markdown\r\n")
            .status,
        400
    );
    assert_eq!(
        server
            .get("/collections", "Accept: text/markdown\r\n")
            .header("vary"),
        "Accept-Encoding"
    );
}

#[test]
fn bodies_of_sets_stand_between_the_texts_around_them() {
    let blueprint = "fields:
  - handle: article
    field:
      type: bard
      sets: {main: {sets: {aside: {fields: [{handle: text, field: {type: markdown}}]}}}}
  - {handle: after, field: {type: markdown}}
";
    let entry = "---
id: a
title: A
after: Last
article:
  - {type: paragraph, content: [{type: text, text: One}]}
  - {type: set, attrs: {id: s1, values: {type: aside, text: '*Two*'}}}
  - {type: set, attrs: {id: s2, enabled: false, values: {type: aside, text: Never}}}
  - {type: paragraph, content: [{type: text, text: 'Three \"3\"'}]}
  - {type: set, attrs: {id: s3, values: {type: aside, text: Four}}}
  - {type: set, attrs: {id: s4, values: {type: aside, text: Five}}}
---
";
    let tree = Tree::new([
        ("content/collections/posts.yaml", "title: Posts\n"),
        (
            "resources/blueprints/collections/posts/posts.yaml",
            blueprint,
        ),
        ("content/collections/posts/a.md", entry),
    ]);
    let site = Site::serve(tree, |api| api);
    let markdown = site.get("/entries/a.md").body;
    let (_, bodies) = markdown.split_once("---\n\n").unwrap();
    assert_eq!(
        bodies,
        "One\n\n*Two*\n\nThree \"3\"\n\nFour\n\nFive\n\nLast\n"
    );
    let whole = site.json("/entries/a?body=markdown");
    let article = &whole["fields"]["article"]["markdown"];
    assert_eq!(article, "One\n\nThree \"3\"\n");
}

#[test]
fn llms_txt_leads_to_every_collection() {
    let server = serve("llms");
    let answer = server.get("/llms.txt", "");
    assert_eq!(answer.status, 200);
    let text = &answer.body;
    assert!(text.starts_with("# ") && text.contains("\n> "), "{text}");
    assert!(text.contains(&format!("(/entries/{ENTRY}.md): ")), "{text}");
    for link in text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
    {
        assert_eq!(server.get(link, "").status, 200, "{link}");
    }
}

#[test]
fn drafts_are_read_by_nobody() {
    let server = serve("drafts");
    for path in [
        "/entries/secret-draft.md",
        "/entries/secret-draft/backlinks",
    ] {
        assert_eq!(server.get(path, "").status, 404, "{path}");
    }
    assert_eq!(
        server
            .get("/entries/secret-draft", "Accept: text/markdown\r\n")
            .status,
        404
    );
    for path in ["/llms.txt", "/search?q=client", "/links/broken"] {
        assert!(
            !server.get(path, "").body.contains("secret-draft"),
            "{path}"
        );
    }
}

const MCP: &str =
    "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";

impl Server {
    /// The result of one message.
    fn ask(&self, method: &str, params: &Value) -> Value {
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = self.send("POST", "/mcp", MCP, &message.to_string());
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// The text that a tool gives.
    fn call(&self, tool: &str, arguments: &Value) -> String {
        let answer = self.ask(
            "tools/call",
            &json!({ "name": tool, "arguments": arguments }),
        );
        answer["result"]["content"][0]["text"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }
}

#[test]
fn agents_list_search_and_read_what_the_routes_answer() {
    let server = serve("mcp");
    let begun = server.ask("initialize", &json!({
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" },
    }));
    assert_eq!(begun["result"]["serverInfo"]["name"], "rhapsode", "{begun}");
    let tools = server.ask("tools/list", &json!({}));
    let names: Vec<&str> = tools["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["search", "list_entries", "list_collections", "read_entry"]
    );

    let found = server.call("search", &json!({ "q": "client server", "limit": 2 }));
    assert_eq!(
        found,
        server.get("/search?q=client+server&limit=2", "").body
    );
    let filter = json!({ "collection:in": ["posts", "pages"], "title:contains": "e", "any": [
        { "date:gte": "2000-01-01" }, { "title:starts_with": "a" }] });
    let filtered = "filter[collection:in]=posts,pages&filter[title:contains]=e&filter[any][0][date:gte]=2000-01-01&filter[any][1][title:starts_with]=a";
    assert_eq!(
        server.call("search", &json!({ "q": "server", "filter": filter })),
        server.get(&format!("/search?q=server&{filtered}"), "").body
    );
    assert_eq!(
        server.call("list_entries", &json!({ "filter": filter })),
        server.get(&format!("/entries?{filtered}"), "").body
    );
    let listed = server.call(
        "list_entries",
        &json!({ "collection": "posts", "sort": "-date", "limit": 1 }),
    );
    assert_eq!(
        listed,
        server
            .get("/entries?collection=posts&sort=-date&limit=1", "")
            .body
    );
    assert_eq!(
        server.call("list_collections", &json!({})),
        server.get("/collections", "").body
    );
    let markdown = server.get(&format!("/entries/{ENTRY}.md"), "").body;
    assert_eq!(server.call("read_entry", &json!({ "id": ENTRY })), markdown);

    let listed = server.ask("resources/list", &json!({}));
    let resources = listed["result"]["resources"].as_array().unwrap();
    assert!(resources.len() > 20 && !listed.to_string().contains("secret-draft"));
    for resource in resources {
        let uri = resource["uri"].as_str().unwrap();
        let read = server.ask("resources/read", &json!({ "uri": uri }));
        let own = server
            .get(uri.strip_prefix("rhapsode://").unwrap(), "")
            .body;
        assert_eq!(read["result"]["contents"][0]["text"], own, "{uri}");
    }
}

#[test]
fn agents_hear_what_is_wrong_and_see_no_drafts() {
    let server = serve("mcp_refusals");
    let drafts = server.ask(
        "resources/read",
        &json!({ "uri": "rhapsode:///entries/secret-draft.md" }),
    );
    assert!(
        drafts["error"]["message"]
            .as_str()
            .unwrap()
            .contains("no resource"),
        "{drafts}"
    );
    assert!(
        server
            .call("read_entry", &json!({ "id": "secret-draft" }))
            .contains("no public entry")
    );
    let unknown = server.ask(
        "tools/call",
        &json!({ "name": "search", "arguments": { "query": "x" } }),
    );
    assert!(
        unknown["error"]["message"]
            .as_str()
            .unwrap()
            .contains("unknown argument"),
        "{unknown}"
    );
    assert!(
        server
            .call("list_entries", &json!({ "limit": 1000 }))
            .contains("from 1 to 100")
    );
    for (filter, refusal) in [
        (json!({ "titel": "a" }), "unknown"),
        (json!({ "site": "nowhere" }), "nowhere"),
        (json!({ "title&preview": "a" }), "unknown"),
        (json!({ "any": { "title": "a" } }), "list of such objects"),
        (json!("title=a"), "object of conditions"),
    ] {
        let arguments = json!({ "q": "client", "filter": filter });
        let told = server.ask(
            "tools/call",
            &json!({ "name": "search", "arguments": arguments }),
        );
        assert!(told.to_string().contains(refusal), "{filter}: {told}");
    }

    let large = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{}\"}}",
        "x".repeat(70_000)
    );
    assert_eq!(server.send("POST", "/mcp", MCP, &large).status, 413);
    let refused = server.get("/mcp", "");
    assert_eq!(
        (refused.status, refused.header("allow")),
        (405, "POST, OPTIONS")
    );
    assert_eq!(server.send("POST", "/mcp", MCP, "{").status, 400);
}

/// `RHAPSODE_PYTHON` names a Python that has the package `mcp`; without one this says so and is skipped.
#[test]
fn the_protocols_own_client_reads_what_the_routes_answer() {
    let python = std::env::var("RHAPSODE_PYTHON").unwrap_or_else(|_| "python3".into());
    let command = |arguments: &[&str]| std::process::Command::new(&python).args(arguments).output();
    let installed = command(&["-c", "from mcp import Client"]);
    if !installed.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: {python} has no package mcp with a Client (pip install mcp)");
        return;
    }
    let server = serve("mcp_python");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp_python/client.py");
    let address = format!("http://{}/mcp", server.address);
    let output = command(&[script, &address]).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let got: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{errors}"));
    assert_eq!(got["tools"].as_array().unwrap().len(), 4);
    let found = server.get("/search?q=client+server&limit=1", "").body;
    assert_eq!(got["found"], found);
    let uri = got["uri"].as_str().unwrap();
    let own = server
        .get(uri.strip_prefix("rhapsode://").unwrap(), "")
        .body;
    assert_eq!(got["read"], own);
}
