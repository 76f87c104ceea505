//! One `rhapsode serve --read-only` of a test, and what was seen of it: its generations never go back.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A list of the whole site.
pub const PAGE: &str = "/entries?limit=100";

/// A server, its database, and the highest stamp that it ever gave.
pub struct Node {
    folder: PathBuf,
    database: String,
    /// Further flags.
    flags: Vec<String>,
    address: SocketAddr,
    newest: AtomicI64,
    running: Mutex<Option<Child>>,
}

impl Node {
    /// Starts a server and waits until it is ready.
    pub fn start(folder: &Path, database: &str, flags: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        drop(listener);
        let node = Self {
            folder: folder.to_owned(),
            database: database.to_owned(),
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
            address,
            newest: AtomicI64::new(0),
            running: Mutex::new(None),
        };
        node.restart();
        node
    }

    /// Starts it again after it was killed.
    pub fn restart(&self) {
        let begun = Instant::now();
        while self.get("/readyz").is_none_or(|(status, _)| status != 200) {
            let mut running = self.running.lock().expect("no panic");
            let is_over = |child: &mut Child| child.try_wait().is_ok_and(|ended| ended.is_some());
            if running.as_mut().is_none_or(is_over) {
                *running = Some(self.spawn());
            }
            drop(running);
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "no server on {}",
                self.address
            );
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Ends it in the middle of whatever it does.
    pub fn kill(&self) {
        if let Some(mut child) = self.running.lock().expect("no panic").take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// The stamp of all entries of the site, held against the highest that was given before this was asked; `None` where
    /// there was no answer or one of 5xx.
    ///
    /// # Panics
    /// If entries of several imports are on the page, or it is older than one that was given before.
    pub fn stamp(&self, path: &str) -> Option<i64> {
        let floor = self.newest.load(Ordering::SeqCst);
        let (status, body) = self.get(path)?;
        if status >= 500 {
            return None;
        }
        assert_eq!(status, 200, "{path}: {body}");
        let entries = body["data"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![body.clone()]);
        let stamps: Vec<i64> = entries.iter().map(stamp).collect();
        let first = *stamps.first().expect("entries");
        assert!(
            stamps.iter().all(|stamp| *stamp == first),
            "torn: {stamps:?} at {path}"
        );
        assert!(
            first >= floor,
            "{path} is of {first}, after {floor} was given by {}",
            self.database
        );
        self.newest.fetch_max(first, Ordering::SeqCst);
        Some(first)
    }

    /// Status and body of a path; nothing where there is no whole answer.
    pub fn get(&self, path: &str) -> Option<(u16, Value)> {
        let patience = Some(Duration::from_secs(10));
        let mut stream = TcpStream::connect_timeout(&self.address, Duration::from_secs(2)).ok()?;
        stream.set_read_timeout(patience).ok()?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
        )
        .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, serde_json::from_str(body).ok()?))
    }

    fn spawn(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rhapsode"));
        command
            .current_dir(&self.folder)
            .args(["serve", "--read-only", "--workers", "1"]);
        command.args([
            "--database",
            &self.database,
            "--listen",
            &self.address.to_string(),
        ]);
        command.args(&self.flags);
        command.stderr(Stdio::null()).spawn().expect("a server")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

fn stamp(entry: &Value) -> i64 {
    let title = entry["title"].as_str().unwrap_or_default();
    title
        .parse()
        .unwrap_or_else(|_| panic!("no stamp: {entry}"))
}
