//! Markdown, `/llms.txt` and the Model Context Protocol over real HTTP: the same content in other forms, to the same
//! public.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use rhapsode::api::{self, Api, Settings};
use rhapsode::config::Config;
use rhapsode::import;
use rhapsode::store::{Item, Kind, Store};
use serde_json::Value;
use tokio::runtime::Runtime;

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
            .get("/entries", "Accept: text/markdown\r\n")
            .header("vary"),
        "Accept-Encoding"
    );
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
