//! A compiled site served over real HTTP, by a clock that the test sets.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use rhapsode::api::{self, Api, Settings};
use rhapsode::content::problem::Problem;
use rhapsode::store::{Item, Store};
use serde_json::Value;
use tokio::runtime::Runtime;

/// A server with a database of its own; both end with the test.
pub struct Server {
    address: SocketAddr,
    store: Store,
    clock: Arc<AtomicI64>,
    folder: PathBuf,
    runtime: Runtime,
}

/// An answer as it came over the wire.
pub struct Answer {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Server {
    pub fn new(items: Vec<Item>, problems: &[Problem], now: Timestamp) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rhapsode-seo-served-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let runtime = Runtime::new().unwrap();
        let database = folder.join("site.db").display().to_string();
        let store = runtime.block_on(Store::open(&database)).unwrap();
        let clock = Arc::new(AtomicI64::new(now.as_millisecond()));
        let server = Self {
            address: spawn(&runtime, &store, &clock),
            store,
            clock,
            folder,
            runtime,
        };
        server.replace(items, problems, now);
        server
    }

    /// Replaces the site and waits until the server has seen it.
    pub fn replace(&self, items: Vec<Item>, problems: &[Problem], now: Timestamp) {
        let replace = self.store.replace(items, problems, "test", now);
        self.runtime.block_on(replace).unwrap();
        std::thread::sleep(Duration::from_millis(300));
    }

    pub fn at(&self, now: Timestamp) {
        self.clock.store(now.as_millisecond(), Ordering::SeqCst);
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "")
    }

    /// With further header lines.
    pub fn send(&self, method: &str, path: &str, headers: &str) -> Answer {
        let (status, headers, mut reader) = self.begin(method, path, headers);
        let mut body = Vec::new();
        if headers.get("transfer-encoding").map(String::as_str) == Some("chunked") {
            if method != "HEAD" {
                while chunk(&mut reader, &mut body) {}
            }
        } else {
            reader.read_to_end(&mut body).unwrap();
        }
        Answer {
            status,
            headers,
            body,
        }
    }

    /// Status, headers, and the body yet to be read.
    pub fn begin(
        &self,
        method: &str,
        path: &str,
        headers: &str,
    ) -> (u16, HashMap<String, String>, BufReader<TcpStream>) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let end = "Host: test\r\nConnection: close\r\n";
        write!(stream, "{method} {path} HTTP/1.1\r\n{end}{headers}\r\n").unwrap();
        let mut reader = BufReader::new(stream);
        let status = line(&mut reader)
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let mut headers = HashMap::new();
        while let Some((name, value)) = line(&mut reader).split_once(": ") {
            headers.insert(name.to_lowercase(), value.to_owned());
        }
        (status, headers, reader)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn line(reader: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

/// Reads a chunk; whether more are to come.
fn chunk(reader: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> bool {
    let length = usize::from_str_radix(&line(reader), 16).unwrap();
    let begin = body.len();
    body.resize(begin + length, 0);
    reader.read_exact(&mut body[begin..]).unwrap();
    line(reader);
    length > 0
}

fn spawn(runtime: &Runtime, store: &Store, clock: &Arc<AtomicI64>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings {
        cache_bytes: 32 << 20,
        cache_control: "public, max-age=60".into(),
        workers: 2,
        ready_without_database: false,
    };
    let clock = Arc::clone(clock);
    let now = move || Timestamp::from_millisecond(clock.load(Ordering::SeqCst)).unwrap();
    let api = Api::new(store.clone(), &settings).with_clock(now);
    let _inside = runtime.enter();
    runtime.spawn(api::serve(Arc::new(api), listener).unwrap());
    address
}
