//! A server under load while the site is imported again and again.
//!
//! Each import writes its number into some entries. From then on what an answer shows is checked by its content: all
//! marked entries in one answer show the same number, and once anybody has seen a number, nobody sees a smaller one. A 304
//! counts as the answer whose tag was sent.

use std::collections::{BTreeSet, HashMap};
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::load::{header, whole};
use super::server::Server;
use crate::site::{Site, State};

/// How many ask at the same time.
const CLIENTS: usize = 8;

/// Entries of the site; its courses fit into one page of a list.
const ENTRIES: usize = 120;

/// How many courses carry the number.
const MARKED: usize = 5;

/// How often the site is imported.
const PERIOD: Duration = Duration::from_secs(1);

/// What a soak was.
#[derive(Default)]
pub struct Soaked {
    /// Answers, all good.
    pub answers: usize,
    /// Of them 304.
    pub not_modified: usize,
    /// Imports while they were given.
    pub imports: u64,
    /// All but one of a hundred answers took no longer.
    pub p99_micros: f64,
}

/// What the clients have in common.
struct Shared {
    port: u16,
    /// Paths that show numbers, and some that do not.
    paths: Vec<String>,
    /// The largest number that anybody has seen.
    seen: AtomicU64,
    stop: AtomicBool,
}

/// One client's memory of a path: a tag, and the number that its answer showed.
type Known = HashMap<usize, (String, u64)>;

/// Loads a server for a time, with an import every second.
pub fn soak(folder: &Path, time: Duration) -> Soaked {
    let site = Site::new(ENTRIES, 7).expect("the sample site");
    let (project, database) = (folder.join("site"), folder.join("site.db"));
    site.write(&project).expect("a folder that can be written");
    let marked: Vec<usize> = (0..ENTRIES)
        .filter(|n| Site::collection(*n) == "courses" && Site::state(*n) == State::Public)
        .take(MARKED)
        .collect();
    import(&site, &marked, &project, &database, 1);
    let server = Server::rhapsode(&project, &database, &["--workers", "2"]);
    let shared = Shared {
        port: server.port,
        paths: paths(&site, &marked),
        seen: AtomicU64::new(1),
        stop: AtomicBool::new(false),
    };
    let begun = Instant::now();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|first| {
                let shared = &shared;
                scope.spawn(move || ask(shared, first))
            })
            .collect();
        let mut number = 1;
        while begun.elapsed() < time {
            number += 1;
            let next = begun + PERIOD * u32::try_from(number - 1).expect("a short soak");
            import(&site, &marked, &project, &database, number);
            thread::sleep(next.saturating_duration_since(Instant::now()));
        }
        wait_for(&shared, number);
        shared.stop.store(true, Ordering::Relaxed);
        let mut soaked = Soaked {
            imports: number - 1,
            ..Soaked::default()
        };
        let mut micros = Vec::new();
        for client in clients {
            let (times, not_modified) = client.join().expect("only good answers");
            micros.extend(times);
            soaked.not_modified += not_modified;
        }
        micros.sort_by(f64::total_cmp);
        soaked.answers = micros.len();
        soaked.p99_micros = micros[micros.len() * 99 / 100];
        soaked
    })
}

fn import(site: &Site, marked: &[usize], project: &Path, database: &Path, number: u64) {
    for n in marked {
        site.write_entry(project, *n, number)
            .expect("a folder that can be written");
    }
    super::import(project, database);
}

/// The last import is seen by the clients soon after it.
fn wait_for(shared: &Shared, number: u64) {
    let begun = Instant::now();
    while shared.seen.load(Ordering::SeqCst) < number {
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "import {number} is not seen"
        );
        thread::sleep(Duration::from_millis(10));
    }
}

fn paths(site: &Site, marked: &[usize]) -> Vec<String> {
    let mut paths = vec![
        "/entries?collection=courses&limit=100&fields=teaser".to_owned(),
        "/api/collections/courses/entries?limit=100&sort=title&fields=id,teaser".to_owned(),
        "/api/collections/courses/entries?limit=100&fields=id,teaser".to_owned(),
        "/collections".to_owned(),
    ];
    let entry = |n: &usize| format!("/entries/{}?fields=teaser&seo=none", site.id(*n));
    paths.extend(marked.iter().map(entry));
    let others = site.public_ids(Some("posts"));
    paths.extend(others.iter().take(20).map(|id| format!("/entries/{id}")));
    paths
}

/// One client: times of all its answers, and how many were 304.
fn ask(shared: &Shared, first: usize) -> (Vec<f64>, usize) {
    let mut stream = TcpStream::connect(("127.0.0.1", shared.port)).expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    let (mut known, mut buffer) = (Known::new(), Vec::new());
    let (mut micros, mut not_modified) = (Vec::new(), 0);
    for turn in first.. {
        if shared.stop.load(Ordering::Relaxed) {
            break;
        }
        let path = turn % shared.paths.len();
        // Each other time around, with what was known of the path before.
        let tag = known
            .get(&path)
            .filter(|_| (turn / shared.paths.len()).is_multiple_of(2));
        let floor = shared.seen.load(Ordering::SeqCst);
        let begun = Instant::now();
        let answer = exchange(&mut stream, &shared.paths[path], tag, &mut buffer);
        micros.push(begun.elapsed().as_secs_f64() * 1e6);
        let number = match tag {
            Some((_, number)) if answer.starts_with(b"HTTP/1.1 304") => {
                not_modified += 1;
                *number
            }
            _ => number(answer, &shared.paths[path]),
        };
        if number == 0 {
            continue;
        }
        assert!(
            number >= floor,
            "{} showed {number} after {floor} was seen",
            shared.paths[path]
        );
        shared.seen.fetch_max(number, Ordering::SeqCst);
        known.insert(path, (header(answer, "etag"), number));
    }
    (micros, not_modified)
}

/// One request and its answer.
fn exchange<'a>(
    stream: &mut TcpStream,
    path: &str,
    tag: Option<&(String, u64)>,
    buffer: &'a mut Vec<u8>,
) -> &'a [u8] {
    let condition = tag.map_or(String::new(), |(tag, _)| {
        format!("If-None-Match: {tag}\r\n")
    });
    let request = format!("GET {path} HTTP/1.1\r\nHost: soak\r\n{condition}\r\n");
    stream
        .write_all(request.as_bytes())
        .expect("a server that reads");
    whole(stream, buffer)
}

/// The number that the marked entries in a good answer show; 0 if there are none.
pub fn number(answer: &[u8], path: &str) -> u64 {
    let text = String::from_utf8_lossy(answer);
    assert!(text.starts_with("HTTP/1.1 200"), "{path}: {text}");
    let numbers: BTreeSet<u64> = text
        .split("Edition ")
        .skip(1)
        .filter_map(|rest| rest.split(':').next()?.parse().ok())
        .collect();
    assert!(numbers.len() < 2, "{path} shows {numbers:?} in one answer");
    numbers.into_iter().next().unwrap_or(0)
}
