//! What a hit, a 304, an encoding, a list and a miss cost, beside a bare actix server that sends the same bytes.
//!
//! `cargo bench --bench read_path [-- ROUNDS [SECONDS [MANY]]]`. Every server is a process of its own with one worker.
//! The bare one has a single route and its bytes in memory: once with all the headers that ours sends, once with none but
//! the type and length. nginx sends the same bytes from a file, where it is installed. What is asked of a site of a
//! thousand entries is asked of one of `MANY` (100,000) as well.

mod rig;
mod site;

use std::collections::HashMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use rig::load::{CONNECTIONS, header, parts};
use rig::server::Server;
use rig::table::{self, Case};

/// How many entries are asked for in turn.
const WORKING_SET: usize = 500;

/// The list that is asked for.
const LIST: &str = "/entries?limit=20&sort=-date";

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The servers of one size of site.
struct Size {
    name: String,
    ids: Vec<String>,
    cached: Server,
    uncached: Server,
}

fn main() {
    if let ["bare", folder] = rig::arguments()
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        return serve_bare(Path::new(folder));
    }
    let rounds = rig::number(0, 7);
    let time = Duration::from_secs(rig::number(1, 1).into());
    let sizes = [1000, rig::number(2, 100_000)].map(Size::start);
    let folder = answers_of(&sizes[0]);
    let bare = Server::of_this_bench(&["bare", folder.to_str().expect("a plain path")]);
    let nginx = Server::nginx(&folder);
    let cases = cases(&bare, nginx.as_ref(), &sizes);
    let all = table::rounds(&cases, rounds, time);
    let text = format!(
        "{rounds} rounds of {} s each, {CONNECTIONS} connections, one worker per server{}.\n\n{}",
        time.as_secs(),
        if nginx.is_some() {
            ""
        } else {
            "; nginx is not installed here"
        },
        table::written(&cases, &all)
    );
    table::keep("read_path", &text);
}

impl Size {
    fn start(entries: u32) -> Self {
        let imported = rig::imported(entries as usize);
        let mut ids = imported.site.public_ids(Some("posts"));
        ids.truncate(WORKING_SET);
        let server = |bytes: &str| {
            Server::rhapsode(
                &imported.folder,
                &imported.database,
                &["--cache-bytes", bytes],
            )
        };
        Self {
            name: format!("{entries} entries"),
            ids,
            cached: server("268435456"),
            uncached: server("0"),
        }
    }

    fn paths(&self) -> Vec<String> {
        self.ids.iter().map(|id| format!("/entries/{id}")).collect()
    }
}

fn cases<'a>(bare: &'a Server, nginx: Option<&'a Server>, sizes: &'a [Size; 2]) -> Vec<Case<'a>> {
    let [small, many] = sizes;
    let entry = small.paths()[0].clone();
    let tag = header(&small.cached.get(&entry, ""), "etag");
    let known = format!("If-None-Match: {tag}\r\n");
    let br = "Accept-Encoding: br\r\n";
    let case = |name: &str, server, path: &str, headers: &str, beside| Case {
        name: name.to_owned(),
        server,
        paths: vec![path.to_owned()],
        headers: headers.to_owned(),
        beside,
    };
    let (same, same_br, same_list) = (
        "static entry, same headers",
        "static entry in br, same headers",
        "static list, same headers",
    );
    let mut cases = vec![
        case("static entry, no headers", bare, "/entry", "", None),
        case(same, bare, "/entry.all", "", None),
        case("entry, hit", &small.cached, &entry, "", Some(same)),
        case(
            "the same beside no headers",
            &small.cached,
            &entry,
            "",
            Some("static entry, no headers"),
        ),
        case("entry, hit, 304", &small.cached, &entry, &known, Some(same)),
        case(same_br, bare, "/entry.br.all", "", None),
        case("entry, hit, br", &small.cached, &entry, br, Some(same_br)),
        case(same_list, bare, "/list.all", "", None),
        case(
            "20 summaries, hit",
            &small.cached,
            LIST,
            "",
            Some(same_list),
        ),
    ];
    cases.extend(nginx.map(|nginx| {
        case(
            "nginx, the entry as a file",
            nginx,
            "/entry",
            "",
            Some(same),
        )
    }));
    cases.extend(in_turn("hit", &small.cached, &many.cached, small, many));
    cases.extend(in_turn(
        "miss",
        &small.uncached,
        &many.uncached,
        small,
        many,
    ));
    cases.push(case(
        "20 summaries, miss, small site",
        &small.uncached,
        LIST,
        "",
        None,
    ));
    cases.push(case(
        "20 summaries, miss, big site",
        &many.uncached,
        LIST,
        "",
        Some("20 summaries, miss, small site"),
    ));
    cases
}

/// The working set in turn, on the small site and on the big one.
fn in_turn<'a>(
    how: &str,
    of_small: &'a Server,
    of_many: &'a Server,
    small: &Size,
    many: &Size,
) -> [Case<'a>; 2] {
    let first = match how {
        "hit" => "hits in turn, small site",
        _ => "misses in turn, small site",
    };
    let case = |name: String, server, size: &Size, beside| Case {
        name,
        server,
        paths: size.paths(),
        headers: String::new(),
        beside,
    };
    [
        case(first.to_owned(), of_small, small, None),
        case(
            format!("{how} in turn, {}", many.name),
            of_many,
            many,
            Some(first),
        ),
    ]
}

/// What the server answers becomes what the others send: bodies, and beside them their headers.
fn answers_of(size: &Size) -> PathBuf {
    let folder = rig::kept().join("answers");
    std::fs::create_dir_all(&folder).expect("target/ can be written");
    let entry = &size.paths()[0];
    for (name, path, headers) in [
        ("entry", entry.as_str(), ""),
        ("entry.br", entry.as_str(), "Accept-Encoding: br\r\n"),
        ("list", LIST, ""),
    ] {
        let (headers, body) = parts(&size.cached.get(path, headers));
        std::fs::write(folder.join(name), body).expect("target/ can be written");
        std::fs::write(folder.join(format!("{name}.headers")), headers)
            .expect("target/ can be written");
    }
    folder
}

/// The least that an actix server can do: bytes from memory at a path that the router matches; with all headers where
/// the path ends in `.all`.
fn serve_bare(folder: &Path) {
    let read = |name: &str| std::fs::read(folder.join(name)).expect("a file");
    let mut answers: HashMap<String, (Bytes, HeaderMap)> = HashMap::new();
    for name in ["entry", "entry.br", "list"] {
        let body = Bytes::from(read(name));
        let headers = headers_of(&String::from_utf8_lossy(&read(&format!("{name}.headers"))));
        let mut least = HeaderMap::new();
        least.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        answers.insert(format!("/{name}"), (body.clone(), least));
        answers.insert(format!("/{name}.all"), (body, headers));
    }
    let answers = web::Data::new(answers);
    let send = async |request: HttpRequest,
                      answers: web::Data<HashMap<String, (Bytes, HeaderMap)>>| {
        let Some((body, headers)) = answers.get(request.path()) else {
            return HttpResponse::NotFound().finish();
        };
        let mut response = HttpResponse::Ok().body(body.clone());
        for (name, value) in headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response
    };
    let server = HttpServer::new(move || {
        App::new()
            .app_data(answers.clone())
            .route("/{path}", web::get().to(send))
    });
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("http://{}", listener.local_addr().expect("an address"));
    let server = server.workers(1).listen(listener).expect("a listener");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(server.run()).expect("a server");
}

/// Header lines as a map, without those that every server writes itself.
fn headers_of(lines: &str) -> HeaderMap {
    let pairs = lines.lines().filter_map(|line| line.split_once(": "));
    pairs
        .filter(|(name, _)| !["content-length", "date", "connection"].contains(name))
        .filter_map(|(name, value)| {
            Some((
                HeaderName::try_from(name).ok()?,
                HeaderValue::from_str(value).ok()?,
            ))
        })
        .collect()
}
