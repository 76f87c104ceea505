//! Both engines side by side: what a hit, a miss and a list cost on a big site in `SQLite` and in `PostgreSQL`.
//!
//! `cargo bench --bench engines [-- ROUNDS [SECONDS [ENTRIES]]]`. It needs `PostgreSQL`'s programs and starts a server of
//! its own, into which the site's file is copied. Misses are measured with a cache of no bytes.

#[path = "../tests/support/cluster.rs"]
mod cluster;
mod rig;
mod site;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use cluster::Cluster;
use rig::server::Server;
use rig::table::{Case, keep, rounds, written};

/// A way to ask: its name, the paths, and whether the cache answers.
type Shape = (&'static str, Vec<String>, bool);

/// Cached and uncached servers of one engine.
type Servers = [Server; 2];

fn main() {
    let Some(cluster) = Cluster::start("engines", 0) else {
        println!("PostgreSQL's programs are not installed");
        return;
    };
    let (turns, seconds, entries) = (
        rig::number(0, 5),
        rig::number(1, 1),
        rig::number(2, 100_000),
    );
    let site = rig::imported(entries as usize);
    let url = cluster.nodes[0].url();
    copy(&site.database, &url);
    let servers = |database: &Path| -> Servers {
        ["268435456", "0"].map(|bytes| {
            let settings = ["--workers", "1", "--cache-bytes", bytes];
            Server::rhapsode(&site.folder, database, &settings)
        })
    };
    let (sqlite, postgres) = (servers(&site.database), servers(Path::new(&url)));
    let shapes = shapes(&site.site.public_ids(None));
    let cases: Vec<Case<'_>> = shapes
        .iter()
        .flat_map(|shape| {
            [
                case(shape, "SQLite", &sqlite, None),
                case(shape, "PostgreSQL", &postgres, Some("SQLite")),
            ]
        })
        .collect();
    let all = rounds(&cases, turns, Duration::from_secs(seconds.into()));
    keep(
        "engines",
        &format!("{entries} entries.\n\n{}", written(&cases, &all)),
    );
}

fn case<'a>(
    (name, paths, cached): &Shape,
    engine: &str,
    servers: &'a Servers,
    beside: Option<&str>,
) -> Case<'a> {
    let beside = beside.map(|other| -> &'static str { format!("{name}, {other}").leak() });
    Case {
        name: format!("{name}, {engine}"),
        server: &servers[usize::from(!cached)],
        paths: paths.clone(),
        headers: String::new(),
        beside,
    }
}

fn shapes(ids: &[String]) -> Vec<Shape> {
    let some: Vec<&String> = ids.iter().step_by((ids.len() / 2000).max(1)).collect();
    let entries = |query: &str| -> Vec<String> {
        some.iter()
            .map(|id| format!("/entries/{id}{query}"))
            .collect()
    };
    let list = |query: &str| vec![format!("/entries?{query}")];
    vec![
        ("an entry, hit", vec![format!("/entries/{}", ids[0])], true),
        ("20 summaries, hit", list("limit=20"), true),
        ("an entry, miss", entries(""), false),
        (
            "an entry without bodies, miss",
            entries("?fields=none&seo=none"),
            false,
        ),
        ("20 in their own order, miss", list("limit=20"), false),
        ("20 newest, miss", list("limit=20&sort=-date"), false),
        (
            "20 of a collection by title, miss",
            list("limit=20&collection=posts&sort=title"),
            false,
        ),
        (
            "20 newest with bodies, miss",
            list("limit=20&sort=-date&fields=*"),
            false,
        ),
        (
            "20 newest and their number, miss",
            list("limit=20&sort=-date&count=true"),
            false,
        ),
        (
            "50 of /api, miss",
            vec!["/api/collections/posts/entries".to_owned()],
            false,
        ),
    ]
}

fn copy(database: &Path, url: &str) {
    let mut command = Command::new(rig::PROGRAM);
    command
        .arg("copy")
        .arg("--from")
        .arg(database)
        .args(["--to", url]);
    assert!(
        command.status().is_ok_and(|status| status.success()),
        "the copy failed"
    );
}
