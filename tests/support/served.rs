//! A project imported into a database of its own and served over real HTTP, as it was on 2026-11-22.

#[path = "database.rs"]
mod database;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rhapsode::api::statamic::settings::Settings;
use rhapsode::api::{self, Api};
use rhapsode::store::Store;
use rhapsode::{content, import, seo, site};
use serde_json::Value;

/// The clock of the answers that ours are held against.
pub const NOW: &str = "2026-11-22T11:00:00Z";

/// Where and how a project was served by the real thing.
pub struct Set<'a> {
    /// The project's folder.
    pub root: &'a Path,
    /// Scheme and host of front end and API.
    pub origin: &'a str,
    /// Whether entries lie in a folder per site.
    pub multisite: bool,
    /// How old the files were when the real thing read them.
    pub written: &'a str,
    /// What is switched on; origin and users are the set's own.
    pub statamic: Settings,
}

/// A server on a port of its own; it ends with the test's process.
pub struct Served {
    address: SocketAddr,
    folder: PathBuf,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Served {
    /// Imports and serves.
    pub fn new(set: &Set<'_>) -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rhapsode-served-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let written: Timestamp = set.written.parse().expect("a moment");
        copy(set.root, &folder.join("in"), SystemTime::from(written));
        let now: Timestamp = NOW.parse().expect("a moment");
        let outcome = import::run(&folder.join("in"), &import_settings(set), now, &|_, _| ())
            .expect("a project");
        let database = database::new(&format!("served{number}"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let statamic = Settings {
            api_url: Some(set.origin.to_owned()),
            ..set.statamic.clone()
        };
        thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let store = Store::open(&database).await.expect("a database");
                store
                    .replace(outcome.items, &outcome.problems, "test", now)
                    .await
                    .expect("a generation");
                let settings = api::Settings {
                    cache_bytes: 1 << 20,
                    cache_control: "no-cache".into(),
                    workers: 1,
                    ready_without_database: false,
                };
                let api = Api::new(store, &settings)
                    .with_clock(move || now)
                    .with_statamic(statamic);
                api::serve(Arc::new(api), listener)
                    .expect("a server")
                    .await
                    .expect("no failure");
            });
        });
        let served = Self { address, folder };
        served.wait();
        served
    }

    /// Status and JSON of a path with a query.
    pub fn get(&self, path: &str) -> (u16, Value) {
        self.request("GET", path, "")
    }

    /// The same with another method and further header lines.
    pub fn request(&self, method: &str, path: &str, headers: &str) -> (u16, Value) {
        let answer = self.exchange(method, path, headers).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status");
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    /// The body as text, chunks put together.
    #[allow(dead_code, reason = "not every test that serves reads text")]
    pub fn text(&self, path: &str, headers: &str) -> String {
        let answer = self.exchange("GET", path, headers).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        if !head.to_lowercase().contains("transfer-encoding: chunked") {
            return body.to_owned();
        }
        let (mut text, mut rest) = (String::new(), body);
        while let Some((size, after)) = rest.split_once("\r\n") {
            let size = usize::from_str_radix(size.trim(), 16).expect("a chunk's size");
            text.push_str(&after[..size]);
            rest = after[size..].trim_start_matches("\r\n");
            if size == 0 {
                break;
            }
        }
        text
    }

    fn exchange(&self, method: &str, path: &str, headers: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(self.address)?;
        let path = encoded(path);
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}\r\n"
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    fn wait(&self) {
        for _ in 0..600 {
            if self
                .exchange("GET", "/readyz", "")
                .is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
            {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("the server does not start");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn import_settings(set: &Set<'_>) -> import::Settings {
    let origin = Some(set.origin.to_owned());
    import::Settings {
        content: content::Settings {
            multisite: Some(set.multisite),
            app_name: Some("Statamic".into()),
            base_url: origin.clone(),
            app_locale: "en".into(),
            ..content::Settings::default()
        },
        site: site::Settings {
            base_url: origin.clone(),
            api_url: origin,
            profile: Some(set.statamic.profile),
            timezone: TimeZone::UTC,
            app_name: Some("Statamic".into()),
            environment: "production".into(),
        },
        seo: seo::settings::Settings::default(),
        shows_users: set.statamic.users.is_on(),
    }
}

/// A request as a browser sends it: what may not stand in a URL is escaped.
fn encoded(path: &str) -> String {
    let byte = |byte: u8| match byte {
        b'<' | b'>' | b'"' | b'|' | b'^' | b'`' | b'{' | b'}' | b' ' | 0x80.. => {
            format!("%{byte:02X}")
        }
        _ => char::from(byte).to_string(),
    };
    path.bytes().map(byte).collect()
}

/// Copies a project, every file of one age.
fn copy(from: &Path, to: &Path, written: SystemTime) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from)
        .expect("a folder")
        .map(|entry| entry.expect("a file"))
    {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to, written);
        } else {
            fs::write(&to, fs::read(&from).expect("a file that can be read"))
                .expect("a file that can be written");
            let file = File::options().write(true).open(&to).expect("the file");
            file.set_modified(written).expect("its time");
        }
    }
}
