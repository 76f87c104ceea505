//! What a hit, a 304, an encoding, a list and a miss cost, beside a bare actix server that sends the same bytes.
//!
//! `cargo bench --bench read_path [-- ROUNDS [SECONDS]]`. Three servers run as processes of their own, one worker each;
//! every round asks each of them in turn, so that other load on the machine meets all alike. CPU is what the server's
//! threads were on a processor for, divided by the requests it answered. The table is Markdown.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use jiff::Timestamp;
use rhapsode::api::{self, Api, Settings};
use rhapsode::store::{Item, Kind, Store};
use serde_json::json;
use tokio::runtime::Runtime;

const ENTRIES: usize = 1000;
const CONNECTIONS: usize = 16;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One row of the table.
struct Case {
    name: &'static str,
    server: &'static str,
    path: String,
    headers: &'static str,
    /// The row that it is set against.
    beside: Option<&'static str>,
}

/// One second of one case.
#[derive(Clone)]
struct Measured {
    requests_a_second: f64,
    cpu_micros: f64,
    p50_micros: f64,
    p99_micros: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["bare", folder] => serve_bare(Path::new(folder)),
        ["rhapsode", database, cache_bytes] => {
            serve_rhapsode(database, cache_bytes.parse().unwrap());
        }
        numbers => {
            let number = |index: usize, usual: u32| {
                numbers
                    .get(index)
                    .map_or(usual, |number| number.parse().expect("a number"))
            };
            measure(number(0, 7), Duration::from_secs(number(1, 1).into()));
        }
    }
}

fn measure(rounds: u32, time: Duration) {
    let folder = std::env::temp_dir().join(format!("rhapsode-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let database = folder.join("site.db").to_str().unwrap().to_owned();
    Runtime::new().unwrap().block_on(fill(&database));
    let cached = Server::start(&["rhapsode", &database, "268435456"]);
    keep_bytes(&folder, &cached);
    let servers = HashMap::from([
        ("bare", Server::start(&["bare", folder.to_str().unwrap()])),
        ("cached", cached),
        ("uncached", Server::start(&["rhapsode", &database, "0"])),
    ]);
    let etag = header(&servers["cached"].get("/entries/e0000", ""), "etag");
    let cases = cases(&etag);
    let mut all: Vec<Vec<Measured>> = vec![Vec::new(); cases.len()];
    for round in 0..rounds {
        let order: Vec<usize> = if round % 2 == 0 {
            (0..cases.len()).collect()
        } else {
            (0..cases.len()).rev().collect()
        };
        for index in order {
            all[index].push(load(&servers[cases[index].server], &cases[index], time));
        }
    }
    print(&cases, &all, rounds);
    drop(servers);
    std::fs::remove_dir_all(&folder).unwrap();
}

fn cases(etag: &str) -> Vec<Case> {
    let known: &'static str = Box::leak(format!("If-None-Match: {etag}\r\n").into_boxed_str());
    let list = "/entries?limit=20";
    let case = |name, server, path: &str, headers, beside| Case {
        name,
        server,
        path: path.to_owned(),
        headers,
        beside,
    };
    vec![
        case("static bytes of an entry", "bare", "/entry", "", None),
        case(
            "entry, hit",
            "cached",
            "/entries/e0000",
            "",
            Some("static bytes of an entry"),
        ),
        case(
            "entry, hit, 304",
            "cached",
            "/entries/e0000",
            known,
            Some("static bytes of an entry"),
        ),
        case(
            "static bytes of an entry in br",
            "bare",
            "/entry.br",
            "",
            None,
        ),
        case(
            "entry, hit, br",
            "cached",
            "/entries/e0000",
            "Accept-Encoding: br\r\n",
            Some("static bytes of an entry in br"),
        ),
        case("static bytes of 20 summaries", "bare", "/list", "", None),
        case(
            "20 summaries, hit",
            "cached",
            list,
            "",
            Some("static bytes of 20 summaries"),
        ),
        case("entry, miss", "uncached", "/entries/e0000", "", None),
        case("20 summaries, miss", "uncached", list, "", None),
    ]
}

/// Entries of about the size of a long post.
async fn fill(database: &str) {
    let paragraph =
        "A browser asks, a server answers, and neither says a word before the other has spoken. ";
    let html = format!("<p>{}</p>", paragraph.repeat(40));
    let raw =
        json!([{"type": "paragraph", "content": [{"type": "text", "text": paragraph.repeat(40)}]}]);
    let items = (0..ENTRIES).map(|n| {
        let id = format!("e{n:04}");
        let summary = json!({
            "id": id, "title": format!("Entry {n}"), "collection": "posts", "blueprint": "post", "site": "default", "slug": id,
            "uri": format!("/posts/{id}"), "url": format!("/posts/{id}"), "permalink": format!("https://www.example.com/posts/{id}"),
            "status": "published", "date": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            "localizations": [{"site": "default", "id": id, "url": format!("/posts/{id}")}],
        });
        let fields = format!("{{\u{1}f\"article\":{{\u{1}p\"raw\":{raw}\u{2}\u{1}p\"html\":{}\u{2}}}\u{2}}}", json!(html));
        let seo = format!("{{\u{1}s\"head\":{}\u{2}}}", json!({"html": paragraph.repeat(20)}));
        Item {
            site: "default".into(),
            permalink: Some(format!("https://www.example.com/posts/{id}")),
            own_order: i64::try_from(n).unwrap(),
            summary: summary.to_string(),
            fields: Some(fields),
            seo: Some(seo),
            keys: vec![format!("entry:{id}"), "global:seo".into()],
            ..Item::new(Kind::Entry, "posts", &id)
        }
    });
    let store = Store::open(database).await.unwrap();
    store
        .replace(items, &[], "bench", Timestamp::now())
        .await
        .unwrap();
}

/// What the server answers becomes what the bare one sends.
fn keep_bytes(folder: &Path, server: &Server) {
    for (name, path, headers) in [
        ("entry", "/entries/e0000", ""),
        ("entry.br", "/entries/e0000", "Accept-Encoding: br\r\n"),
        ("list", "/entries?limit=20", ""),
    ] {
        let answer = server.get(path, headers);
        let body = answer
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap()
            + 4;
        std::fs::write(folder.join(name), &answer[body..]).unwrap();
    }
}

/// A server in a process of its own.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new(program)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        std::thread::sleep(Duration::from_millis(500));
        Self {
            child,
            port: line.trim().parse().unwrap(),
        }
    }

    fn get(&self, path: &str, headers: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n{headers}\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }

    /// Nanoseconds for which its threads were on a processor so far.
    fn cpu_nanos(&self) -> u64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id()))
            .expect("this bench needs Linux");
        let nanos = |task: PathBuf| {
            std::fs::read_to_string(task.join("schedstat"))
                .ok()?
                .split(' ')
                .next()?
                .parse::<u64>()
                .ok()
        };
        tasks.filter_map(|task| nanos(task.unwrap().path())).sum()
    }
}

/// Asks for one thing again and again on several connections.
fn load(server: &Server, case: &Case, time: Duration) -> Measured {
    let stop = Arc::new(AtomicBool::new(false));
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: bench\r\n{}\r\n",
        case.path, case.headers
    );
    let before = server.cpu_nanos();
    let begun = Instant::now();
    let connections: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (stop, request, port) = (Arc::clone(&stop), request.clone(), server.port);
            std::thread::spawn(move || ask(port, request.as_bytes(), &stop))
        })
        .collect();
    std::thread::sleep(time);
    stop.store(true, Ordering::Relaxed);
    let mut micros: Vec<f64> = connections
        .into_iter()
        .flat_map(|connection| connection.join().unwrap())
        .collect();
    let seconds = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let cpu_micros = (server.cpu_nanos() - before) as f64 / 1000.0 / micros.len() as f64;
    micros.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let requests_a_second = micros.len() as f64 / seconds;
    Measured {
        requests_a_second,
        cpu_micros,
        p50_micros: micros[micros.len() / 2],
        p99_micros: micros[micros.len() * 99 / 100],
    }
}

/// Microseconds of each request on one connection.
fn ask(port: u16, request: &[u8], stop: &AtomicBool) -> Vec<f64> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut micros, mut buffer, mut length) = (Vec::new(), vec![0; 1 << 20], None);
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        stream.write_all(request).unwrap();
        let mut read = 0;
        while length.is_none_or(|length| read < length) {
            let more = stream.read(&mut buffer[read..]).unwrap();
            assert!(more > 0, "the server hung up");
            read += more;
            length = length.or_else(|| whole_length(&buffer[..read]));
        }
        assert!(buffer.starts_with(b"HTTP/1.1 200") || buffer.starts_with(b"HTTP/1.1 304"));
        micros.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    micros
}

/// The length of a response, once its head is there.
fn whole_length(start: &[u8]) -> Option<usize> {
    let head = start.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let is_empty = start.starts_with(b"HTTP/1.1 304");
    let body = if is_empty {
        0
    } else {
        header(start, "content-length").parse().expect("a length")
    };
    Some(head + body)
}

fn header(response: &[u8], name: &str) -> String {
    let head = String::from_utf8_lossy(&response[..response.len().min(4096)]).into_owned();
    let line = head
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name} in {head}"))
        .to_owned()
}

fn print(cases: &[Case], all: &[Vec<Measured>], rounds: u32) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "{rounds} interleaved rounds, {CONNECTIONS} connections, load {}\n",
        load.trim()
    );
    println!(
        "| | requests/s | CPU µs | p50 µs | p99 µs | requests/s beside static | CPU beside static |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for (case, rounds) in cases.iter().zip(all) {
        let of = |value: fn(&Measured) -> f64| median(rounds.iter().map(value).collect());
        let beside = |value: fn(&Measured) -> f64| {
            let other = cases
                .iter()
                .position(|other| Some(other.name) == case.beside)?;
            Some(median(
                rounds
                    .iter()
                    .zip(&all[other])
                    .map(|(ours, theirs)| value(ours) / value(theirs))
                    .collect(),
            ))
        };
        let percent = |ratio: Option<f64>| {
            ratio.map_or(String::new(), |ratio| format!("{:.0} %", ratio * 100.0))
        };
        println!(
            "| {} | {:.0} | {:.1} | {:.0} | {:.0} | {} | {} |",
            case.name,
            of(|measured| measured.requests_a_second),
            of(|measured| measured.cpu_micros),
            of(|measured| measured.p50_micros),
            of(|measured| measured.p99_micros),
            percent(beside(|measured| measured.requests_a_second)),
            percent(beside(|measured| measured.cpu_micros)),
        );
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn listen() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    listener
}

/// The least that an actix server can do: bytes from memory, with their type, at a path that the router matches.
fn serve_bare(folder: &Path) {
    let bodies: HashMap<String, Bytes> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|file| !file.to_str().unwrap().contains("site.db"))
        .map(|file| {
            (
                format!("/{}", file.file_name().unwrap().to_str().unwrap()),
                Bytes::from(std::fs::read(&file).unwrap()),
            )
        })
        .collect();
    let bodies = web::Data::new(bodies);
    let send = async |request: HttpRequest, bodies: web::Data<HashMap<String, Bytes>>| {
        HttpResponse::Ok()
            .content_type("application/json")
            .body(bodies[request.path()].clone())
    };
    let server = HttpServer::new(move || {
        App::new()
            .app_data(bodies.clone())
            .route("/{path}", web::get().to(send))
    });
    let server = server.workers(1).listen(listen()).unwrap();
    Runtime::new()
        .unwrap()
        .block_on(async { server.run().await.unwrap() });
}

fn serve_rhapsode(database: &str, cache_bytes: usize) {
    let settings = Settings {
        cache_bytes,
        cache_control: "public, max-age=60".into(),
        workers: 1,
    };
    Runtime::new().unwrap().block_on(async {
        let store = Store::open_read_only(database).await.unwrap();
        api::serve(Arc::new(Api::new(store, &settings)), listen())
            .unwrap()
            .await
            .unwrap();
    });
}
