//! The program as it is used: its commands, what they print, how they end, and that a kill at any moment tears nothing.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rhapsode::store::audience::Audience;
use rhapsode::store::list::Query;
use rhapsode::store::{Kind, Store};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// An empty folder for one test.
fn folder(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("command_line")
        .join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn rhapsode(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rhapsode"));
    command.current_dir(folder).args(arguments);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    rhapsode(folder, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A project with posts whose titles are all the same.
fn project(folder: &Path, posts: usize, title: &str) {
    let collections = folder.join("content/collections");
    std::fs::create_dir_all(collections.join("posts")).unwrap();
    std::fs::write(
        collections.join("posts.yaml"),
        "title: Posts\nroute: '/{slug}'\n",
    )
    .unwrap();
    for n in 0..posts {
        let file = collections.join(format!("posts/p{n:04}.md"));
        std::fs::write(
            file,
            format!("---\nid: p{n:04}\ntitle: {title}\n---\n{title}\n"),
        )
        .unwrap();
    }
}

/// A server that is stopped when the test ends.
struct Served(Child, u16);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn serve(folder: &Path, arguments: &[&str]) -> Served {
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let mut command = rhapsode(
        folder,
        &[&["serve", "--listen", &listen], arguments].concat(),
    );
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let begun = lines.find(|line| line.as_ref().unwrap().contains("serving"));
    assert!(begun.is_some(), "it ended before it served");
    std::thread::spawn(move || lines.for_each(drop));
    Served(child, port)
}

fn get(port: u16, path: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (
        head.split(' ').nth(1).unwrap().parse().unwrap(),
        serde_json::from_str(body).unwrap_or_default(),
    )
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn import_ends_with_one_line_and_writes_nothing_twice() {
    let folder = folder("import");
    let first = run(&folder, &["import", "--root", ROOT]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let line = text(&first.stdout);
    assert!(
        line.starts_with("imported ")
            && line.ends_with("generation 1\n")
            && line.lines().count() == 1,
        "{line}"
    );
    let again = text(&run(&folder, &["import", "--root", ROOT]).stdout);
    assert!(
        again.starts_with("imported nothing, no file changed") && again.ends_with("generation 1\n"),
        "{again}"
    );
    let read = text(&run(&folder, &["import", "--checksum", "--root", ROOT]).stdout);
    assert!(
        read.contains(" 0 written, 0 deleted, ") && read.ends_with("generation 1\n"),
        "{read}"
    );
    let dry = run(
        &folder,
        &[
            "import",
            "--root",
            ROOT,
            "--dry-run",
            "--database",
            "other.db",
        ],
    );
    assert!(
        dry.status.success()
            && text(&dry.stdout).starts_with("would import ")
            && !folder.join("other.db").exists()
    );
}

#[test]
fn each_thing_that_can_be_wrong_is_one_line_that_says_what_to_do() {
    let folder = folder("refusals");
    project(&folder.join("site"), 1, "A");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    std::fs::write(
        folder.join("text.db"),
        "no database at all, but long enough to be taken for the header of one. ".repeat(9),
    )
    .unwrap();
    std::fs::write(folder.join("bad.toml"), "listne = '127.0.0.1:1'\n").unwrap();
    let cases: [(&[&str], &str); 8] = [
        (
            &["import", "--root", "."],
            "has no content/ folder; point --root at a Statamic project",
        ),
        (
            &["serve", "--root", "site", "--listen", &taken],
            "give another with --listen",
        ),
        (
            &["serve", "--root", "site", "--listen", "nonsense"],
            "--listen: ",
        ),
        (
            &["import", "--root", "site", "--database", "text.db"],
            "cannot open the database text.db",
        ),
        (
            &[
                "import",
                "--root",
                "site",
                "--database",
                "no/such/folder/site.db",
            ],
            "cannot open the database no/such/folder/site.db",
        ),
        (
            &[
                "import",
                "--root",
                "site",
                "--database",
                "mysql://host/site",
            ],
            "not supported; give a file, sqlite:FILE or postgres://",
        ),
        (
            &["serve", "--config", "bad.toml"],
            "bad.toml:1:1: unknown field `listne`, expected one of `root`",
        ),
        (
            &["serve", "--read-only", "--database", "missing.db"],
            "cannot open the database missing.db",
        ),
    ];
    for (arguments, says) in cases {
        let refused = run(&folder, arguments);
        let line = text(&refused.stderr);
        assert_eq!(
            (refused.status.code(), line.lines().count()),
            (Some(1), 1),
            "{arguments:?}: {line}"
        );
        assert!(
            line.starts_with("rhapsode: ") && line.contains(says),
            "{arguments:?}: {line}"
        );
    }
}

#[test]
fn one_broken_file_is_one_problem_and_with_strict_an_import_is_all_or_nothing() {
    let folder = folder("strict");
    project(&folder, 3, "A");
    assert!(run(&folder, &["import"]).status.success());
    std::fs::write(
        folder.join("content/collections/posts/bad.md"),
        "---\ntitle: [\n---\n",
    )
    .unwrap();
    std::fs::write(
        folder.join("content/collections/posts/new.md"),
        "---\nid: new\ntitle: B\n---\n",
    )
    .unwrap();

    let strict = run(&folder, &["import", "--strict"]);
    assert_eq!(strict.status.code(), Some(1));
    assert!(
        text(&strict.stderr).contains("1 error, and --strict is set; nothing was imported"),
        "{}",
        text(&strict.stderr)
    );
    let store = |id: &'static str| {
        let database = folder.join("rhapsode.db").to_str().unwrap().to_owned();
        let read = async move {
            Store::open(&database)
                .await
                .unwrap()
                .entry(id, &Audience::public(Timestamp::now()))
                .await
                .unwrap()
                .value
                .is_some()
        };
        Runtime::new().unwrap().block_on(read)
    };
    assert!(store("p0000") && !store("new"));

    let check = run(&folder, &["check"]);
    let printed = text(&check.stdout);
    assert_eq!(check.status.code(), Some(1));
    assert!(
        printed.contains("content/collections/posts/bad.md:") && printed.contains(": error: "),
        "{printed}"
    );
    let json: Value =
        serde_json::from_slice(&run(&folder, &["check", "--format", "json"]).stdout).unwrap();
    assert!(
        json["problems"]
            .as_array()
            .unwrap()
            .iter()
            .any(|problem| problem["severity"] == "error")
    );
    assert_eq!(json["broken_links"], json!([]));
    assert!(run(&folder, &["import"]).status.success());
    assert!(store("p0000") && store("new"));
}

#[test]
fn print_config_says_where_each_setting_came_from() {
    let folder = folder("print_config");
    std::fs::write(folder.join("rhapsode.toml"), "timezone = 'Europe/Berlin'\n").unwrap();
    let mut command = rhapsode(
        &folder,
        &["serve", "--print-config", "--listen", "127.0.0.1:1"],
    );
    let printed = text(
        &command
            .env("RHAPSODE_BASE_URL", "https://x.test")
            .output()
            .unwrap()
            .stdout,
    );
    for line in [
        "timezone = \"Europe/Berlin\"  # ./rhapsode.toml",
        "base_url = \"https://x.test\"  # RHAPSODE_BASE_URL",
        "listen = \"127.0.0.1:1\"  # --listen",
        "workers = 0  # default",
    ] {
        assert!(
            printed.lines().any(|printed| printed == line),
            "{line} is missing in\n{printed}"
        );
    }
}

#[test]
fn render_gives_the_html_of_a_file_a_tree_and_of_lines() {
    let folder = folder("render");
    let tree = json!([{"type": "paragraph", "content": [{"type": "text", "text": "a <b>"}]}]);
    std::fs::write(folder.join("tree.json"), tree.to_string()).unwrap();
    std::fs::write(
        folder.join("entry.md"),
        format!("---\ntitle: T\nbody: {tree}\nother: {tree}\n---\n"),
    )
    .unwrap();
    for arguments in [
        &["render", "tree.json"][..],
        &["render", "entry.md"],
        &["render", "entry.md", "--field", "other"],
    ] {
        assert_eq!(
            text(&run(&folder, arguments).stdout),
            "<p>a &lt;b&gt;</p>\n",
            "{arguments:?}"
        );
    }
    let missing = run(&folder, &["render", "entry.md", "--field", "none"]);
    assert!(text(&missing.stderr).contains("entry.md has no field none"));

    let sets = json!({"main": {"sets": {"image": {"fields": [{"handle": "wide", "field": {"type": "toggle"}}]}}}});
    let linked = json!([{"type": "text", "text": "b", "marks": [{"type": "link", "attrs": {"href": "statamic://entry::x"}}]}]);
    let lines = [
        json!({"doc": tree}),
        json!({"doc": [{"type": "paragraph", "content": linked}], "map": {"entry::x": "/x"}}),
        json!({"doc": [{"type": "set", "attrs": {"id": "i", "values": {"type": "image"}}}], "config": {"sets": sets}}),
        json!({"doc": null}),
    ];
    let mut child = rhapsode(&folder, &["render"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for line in &lines {
        writeln!(input, "{line}").unwrap();
    }
    drop(input);
    let answered: Vec<Value> = text(&child.wait_with_output().unwrap().stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answered[0], json!({"html": "<p>a &lt;b&gt;</p>"}));
    assert_eq!(answered[1], json!({"html": "<p><a href=\"/x\">b</a></p>"}));
    assert_eq!(
        answered[2],
        json!({"value": [{"wide": false, "id": "i", "type": "image"}]})
    );
    assert_eq!(answered[3], json!({"html": null}));
}

#[test]
fn serve_sees_changes_of_files_and_read_only_does_not() {
    let folder = folder("watch");
    project(&folder, 2, "Before");
    let served = serve(&folder, &[]);
    assert_eq!(get(served.1, "/entries/p0001").1["title"], "Before");
    project(&folder, 3, "After");
    until("the change is not seen", || {
        get(served.1, "/entries/p0002").1["title"] == "After"
    });
    assert_eq!(get(served.1, "/entries/p0001").1["title"], "After");
    std::fs::remove_file(folder.join("content/collections/posts/p0001.md")).unwrap();
    until("the deletion is not seen", || {
        get(served.1, "/entries/p0001").0 == 404
    });
    std::fs::remove_dir_all(folder.join("content")).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    project(&folder, 3, "Anew");
    until("a folder made anew is not seen", || {
        get(served.1, "/entries/p0002").1["title"] == "Anew"
    });
    project(&folder, 3, "After");
    until("a folder made anew is not watched", || {
        get(served.1, "/entries/p0002").1["title"] == "After"
    });
    drop(served);

    let read_only = serve(&folder, &["--read-only"]);
    project(&folder, 1, "Later");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(get(read_only.1, "/entries/p0000").1["title"], "After");
}

#[test]
#[cfg(unix)]
fn sigterm_ends_the_server_and_it_says_goodbye_with_zero() {
    let folder = folder("sigterm");
    project(&folder, 1, "A");
    let mut served = serve(&folder, &["--no-watch"]);
    assert_eq!(get(served.1, "/livez").0, 200);
    let killed = Command::new("kill")
        .args(["-TERM", &served.0.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let begun = Instant::now();
    assert_eq!(served.0.wait().unwrap().code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
#[cfg(unix)]
fn whoever_listens_to_events_does_not_hold_up_the_end() {
    let folder = folder("listener");
    project(&folder, 1, "Before");
    let mut served = serve(&folder, &[]);
    let mut stream = TcpStream::connect(("127.0.0.1", served.1)).unwrap();
    write!(stream, "GET /events HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.starts_with("retry: ")));
    std::thread::sleep(Duration::from_millis(300));
    project(&folder, 1, "After");
    let data = lines.find(|line| line.starts_with("data: ")).unwrap();
    assert!(data.contains("\"id\":\"p0000\""), "{data}");

    let id = served.0.id().to_string();
    let killed = Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(killed.success());
    let begun = Instant::now();
    assert_eq!(served.0.wait().unwrap().code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(
        lines.all(|line| !line.starts_with("data: ")),
        "the stream ends"
    );
}

#[test]
fn a_preview_token_needs_a_secret_and_a_time() {
    let folder = folder("preview");
    project(&folder, 1, "A");
    let token = |arguments: &[&str], secret: Option<&str>| {
        let mut command = rhapsode(&folder, &[&["preview-token"], arguments].concat());
        if let Some(secret) = secret {
            command.env("RHAPSODE_PREVIEW_SECRET", secret);
        }
        command.output().unwrap()
    };
    let good = Some("sixteen characters");
    assert!(text(&token(&[], None).stderr).contains("set preview_secret"));
    assert!(text(&token(&[], Some("short")).stderr).contains("16 characters or more"));
    assert!(text(&token(&["--expires", "soon"], good).stderr).contains("--expires"));
    let made = token(&["--entry", "p0000", "--expires", "30m"], good);
    assert!(made.status.success() && text(&made.stdout).contains('.'));
    let webhooks = run(&folder, &["import"]);
    assert!(webhooks.status.success());
    let webhooks = run(&folder, &["webhooks"]);
    assert!(text(&webhooks.stdout).contains("there are no webhooks"));
}

#[test]
fn a_kill_at_any_moment_of_an_import_leaves_one_whole_generation() {
    let folder = folder("kill");
    project(&folder, 400, "0");
    let begun = Instant::now();
    assert!(run(&folder, &["import"]).status.success());
    let whole = begun.elapsed();
    let database = folder.join("rhapsode.db").to_str().unwrap().to_owned();
    let runtime = Runtime::new().unwrap();
    let store = runtime.block_on(Store::open_read_only(&database)).unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let reader = runtime.spawn(poll(store, Arc::clone(&done)));
    for round in 1..=8_u32 {
        project(&folder, 400, &round.to_string());
        let mut import = rhapsode(&folder, &["import"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole * round / 8);
        let _ = import.kill();
        import.wait().unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let reads = runtime.block_on(reader).unwrap();
    assert!(reads > 8, "{reads}");
    assert!(run(&folder, &["import"]).status.success());
    let integrity: String = runtime.block_on(async {
        use sqlx::Connection;
        let mut connection = sqlx::SqliteConnection::connect(&database).await.unwrap();
        sqlx::query_scalar("pragma integrity_check")
            .fetch_one(&mut connection)
            .await
            .unwrap()
    });
    assert_eq!(integrity, "ok");
}

/// Reads all entries again and again; each time they must all be of one import.
async fn poll(store: Store, done: Arc<AtomicBool>) -> usize {
    let mut reads = 0;
    while !done.load(Ordering::SeqCst) {
        let page = store
            .list(
                &Query::new(Kind::Entry, 1000),
                &Audience::public(Timestamp::now()),
            )
            .await
            .unwrap()
            .value;
        let title =
            |summary: &str| serde_json::from_str::<Value>(summary).unwrap()["title"].clone();
        let titles: Vec<Value> = page
            .documents
            .iter()
            .map(|document| title(&document.summary))
            .collect();
        assert!(
            titles.len() == 400 && titles.iter().all(|title| *title == titles[0]),
            "torn: {titles:?}"
        );
        reads += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    reads
}

#[test]
fn broken_links_are_reported_with_the_file_and_line_they_stand_in() {
    let folder = folder("broken_links");
    project(&folder, 1, "A");
    let post = "---\nid: post\ntitle: B\nrelated:\n  - p0000\n  - gone\n---\nSee [this](statamic://entry::p0000),\n[that](statamic://entry::lost).\n";
    std::fs::write(folder.join("content/collections/posts/post.md"), post).unwrap();
    let blueprints = folder.join("resources/blueprints/collections/posts");
    std::fs::create_dir_all(&blueprints).unwrap();
    let blueprint = "tabs:\n  main:\n    sections:\n      - fields:\n          - { handle: related, field: { type: entries } }\n          - { handle: content, field: { type: markdown } }\n";
    std::fs::write(blueprints.join("post.yaml"), blueprint).unwrap();
    let meta = "public/files/.meta/a.png.yaml";
    for (path, text) in [
        ("content/assets/files.yaml", "title: Files\n"),
        (
            "resources/blueprints/assets/files.yaml",
            "fields:\n  - { handle: shows, field: { type: entries } }\n",
        ),
        ("public/files/a.png", "no image"),
        (
            meta,
            "data:\n  shows:\n    - p0000\n    - nowhere\nsize: 1\nlast_modified: 1700000000\n",
        ),
    ] {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    let report = run(&folder, &["check", "--format", "json"]);
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    let path = "content/collections/posts/post.md";
    let broken = report["broken_links"].as_array().unwrap();
    let of_asset = json!({
        "path": meta, "line": 4, "kind": "asset", "id": "files::a.png", "via": "relation", "field": "shows",
        "target": "entry::nowhere", "text": "", "state": "missing",
    });
    assert!(broken.contains(&of_asset), "{broken:?}");
    let of_entries = broken.iter().filter(|link| link["kind"] == "entry");
    assert_eq!(
        of_entries.collect::<Vec<_>>(),
        json!([
            {
                "path": path, "line": 6, "kind": "entry", "id": "post", "via": "relation", "field": "related",
                "target": "entry::gone", "text": "", "state": "missing",
            },
            {
                "path": path, "line": 9, "kind": "entry", "id": "post", "via": "body", "field": "content",
                "target": "entry::lost", "text": "that", "state": "missing",
            },
        ])
        .as_array()
        .unwrap()
        .iter()
        .collect::<Vec<_>>()
    );
    let printed = text(&run(&folder, &["check"]).stdout);
    assert!(
        printed.contains("content/collections/posts/post.md:9: broken link: entry post: content: the link \"that\" to entry::lost is broken: missing"),
        "{printed}"
    );
}

#[test]
fn check_with_seo_says_what_an_editor_should_look_at_and_fails_for_none_of_it() {
    let folder = folder("check_seo");
    project(&folder, 2, "Same");
    let json = run(&folder, &["check", "--seo", "--format", "json"]);
    assert_eq!(json.status.code(), Some(0));
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    let findings = report["seo"].as_array().unwrap();
    let found = |code: &str| findings.iter().filter(|of| of["code"] == code).count();
    assert_eq!(
        (found("title_duplicate"), found("description_missing")),
        (2, 2)
    );
    let first = findings.iter().find(|of| of["code"] == "title_duplicate");
    let expected = json!({
        "code": "title_duplicate", "detail": "Same", "kind": "entry", "id": "p0000", "site": "default", "url": "/p0000"
    });
    assert_eq!(first, Some(&expected));
    let printed = text(&run(&folder, &["check", "--seo"]).stdout);
    let line = "entry /p0000: title_duplicate: Same [seo]";
    assert!(printed.lines().any(|printed| printed == line), "{printed}");
    let plain = text(&run(&folder, &["check"]).stdout);
    assert!(!plain.contains("[seo]"), "{plain}");
}
