//! A project on disk, imported into a database of its own and served over real HTTP by a clock that the test sets.

#![allow(dead_code, reason = "each test uses what it needs of it")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rhapsode::api::statamic::settings::{Allowed, Resource, Settings as Statamic};
use rhapsode::api::{self, Api, Settings};
use rhapsode::store::Store;
use rhapsode::{content, import, seo, site};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::tree::Tree;

/// The first moment of every test.
pub const BEGIN: &str = "2026-01-10T12:00:00Z";

/// `resources/sites.yaml` of a project of two sites.
pub const TWO_SITES: &[u8] =
    b"en: {name: English, url: /, locale: en}\nde: {name: Deutsch, url: /de/, locale: de}\n";

/// What preview tokens are signed with.
pub const SECRET: &str = "the secret of the tests";

/// A project, its database, its server.
pub struct Site {
    /// The project's folder.
    pub tree: Tree,
    /// The database.
    pub store: Store,
    /// What asynchronous work of the test is done in.
    pub runtime: Runtime,
    /// Where its server is.
    pub address: SocketAddr,
    clock: Arc<AtomicI64>,
}

/// A response as it came over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// As text.
    pub body: String,
}

impl Site {
    /// Imports a project and serves it.
    pub fn serve(tree: Tree, and: impl FnOnce(Api) -> Api) -> Self {
        let runtime = Runtime::new().unwrap();
        let database = tree.root().join("site.db").display().to_string();
        let store = runtime.block_on(Store::open(&database)).unwrap();
        let begin: Timestamp = BEGIN.parse().unwrap();
        let clock = Arc::new(AtomicI64::new(begin.as_millisecond()));
        let mut site = Self {
            tree,
            store,
            runtime,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            clock,
        };
        site.import();
        site.address = site.serve_again(and);
        site
    }

    /// Another server on the same database; its address.
    pub fn serve_again(&self, and: impl FnOnce(Api) -> Api) -> SocketAddr {
        spawn(&self.runtime, &self.store, &self.clock, and)
    }

    /// The clock.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.clock.load(Ordering::SeqCst)).unwrap()
    }

    /// Sets it.
    pub fn at(&self, moment: Timestamp) {
        self.clock.store(moment.as_millisecond(), Ordering::SeqCst);
    }

    /// Imports the project as it is.
    pub fn import(&self) -> i64 {
        let now = self.now();
        let settings = import::Settings {
            content: content::Settings {
                base_url: Some("https://site.test".into()),
                ..content::Settings::default()
            },
            site: site::Settings {
                base_url: Some("https://site.test".into()),
                api_url: None,
                profile: Some(rhapsode::bard::Profile::V6),
                timezone: TimeZone::UTC,
                app_name: Some("Site".into()),
                environment: "production".into(),
            },
            seo: seo::settings::Settings {
                feeds: self.collections(),
                ..seo::settings::Settings::default()
            },
            shows_users: true,
        };
        let outcome = import::run(self.tree.root(), &settings, now, &|_, _| ()).unwrap();
        let replaced = self
            .store
            .replace(outcome.items, &outcome.problems, "test", now);
        self.runtime.block_on(replaced).unwrap().generation
    }

    /// The collections of the project: each has feeds.
    fn collections(&self) -> Vec<String> {
        let folder = self.tree.root().join("content/collections");
        let files = std::fs::read_dir(folder).into_iter().flatten();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names
            .filter_map(|name| Some(name.strip_suffix(".yaml")?.to_owned()))
            .collect()
    }

    /// The response to a GET.
    pub fn get(&self, path: &str) -> Response {
        self.send("GET", path, "")
    }

    /// The response to a POST with a body.
    pub fn post(&self, path: &str, body: &str) -> Response {
        self.send("POST", path, body)
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Response {
        send(self.address, method, path, body)
    }

    /// The JSON of an answer that is one.
    pub fn json(&self, path: &str) -> Value {
        let response = self.get(path);
        assert_eq!(response.status, 200, "{path}: {}", response.body);
        serde_json::from_str(&response.body).unwrap()
    }
}

/// The response of any server to a GET.
pub fn get(address: SocketAddr, path: &str) -> Response {
    send(address, "GET", path, "")
}

fn send(address: SocketAddr, method: &str, path: &str, body: &str) -> Response {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let headers = lines.filter_map(|line| line.split_once(": "));
    Response {
        status: status.and_then(|status| status.parse().ok()).unwrap(),
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        body: body.to_owned(),
    }
}

fn spawn(
    runtime: &Runtime,
    store: &Store,
    clock: &Arc<AtomicI64>,
    and: impl FnOnce(Api) -> Api,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // Nothing is kept, so that an answer is always of the generation that was just imported.
    let settings = Settings {
        cache_bytes: 0,
        cache_control: "public, max-age=60".into(),
        workers: 2,
        ready_without_database: false,
    };
    let clock = Arc::clone(clock);
    let now = move || Timestamp::from_millisecond(clock.load(Ordering::SeqCst)).unwrap();
    let api = Api::new(store.clone(), &settings)
        .with_clock(now)
        .with_statamic(Statamic {
            forms: Resource::All(Allowed::Every),
            users: Resource::All(Allowed::Every),
            ..Statamic::default()
        })
        .with_previews(Some(SECRET.into()));
    let _inside = runtime.enter();
    runtime.spawn(api::serve(Arc::new(and(api)), listener).unwrap());
    address
}

impl Response {
    /// A header; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Every route of the server with every choice of names in its path.
pub fn requests(names: &[String]) -> Vec<String> {
    let paths = api::paths().into_iter();
    let mut requests: Vec<String> = paths.flat_map(|path| filled(path, names)).collect();
    requests.retain(|path| path != "/events");
    requests
}

/// A path with every choice for what stands between braces.
fn filled(path: &str, names: &[String]) -> Vec<String> {
    let Some((before, rest)) = path.split_once('{') else {
        return vec![path.to_owned()];
    };
    let (gap, after) = rest.split_once('}').expect("a brace that closes");
    let choices: Vec<&str> = match gap {
        "format" => vec!["rss", "atom", "json"],
        "number" => vec!["1"],
        _ => names.iter().map(String::as_str).collect(),
    };
    let after = filled(after, names);
    let each = choices.iter().flat_map(|choice| {
        let after = after.iter();
        after.map(move |after| format!("{before}{choice}{after}"))
    });
    each.collect()
}
