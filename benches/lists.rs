//! What every shape of list costs without a cache, at a thousand, ten thousand and `MANY` (100,000) entries.
//!
//! `cargo bench --bench lists [-- ROUNDS [TENTHS [MANY]]]`. One connection asks, so that p50 is what a client waits; beside
//! it stands what of that its statements took. The three sites take turns at each query. What a program does not answer with
//! 200 is left out, and said.

mod rig;
mod site;

use std::time::Duration;

use rig::load::{Measured, load, median};
use rig::server::Server;
use rig::statements::Statements;
use rig::table::{keep, line};
use serde_json::Value;

/// How many different requests of a shape there are at most.
const DIFFERENT: usize = 40;

/// How many requests of a shape have their statements timed in each round.
const TIMED: usize = 40;

/// A site and a server of it without a cache.
struct Size {
    entries: u32,
    ids: Vec<String>,
    urls: Vec<String>,
    slugs: Vec<String>,
    terms: Vec<String>,
    server: Server,
    statements: Statements,
}

/// A shape of query: its name, and the requests of it on a site.
type Shape = (&'static str, fn(&Size) -> Vec<String>);

const SHAPES: [Shape; 20] = [
    ("newest 20", |_| one("/entries?sort=-date")),
    ("20 of a collection by title", |_| {
        one("/entries?collection=posts&sort=title")
    }),
    ("100 of a collection in its order", |_| {
        one("/entries?collection=posts&limit=100")
    }),
    ("20 with their bodies", |_| {
        one("/entries?collection=posts&fields=*&body=html")
    }),
    ("with a count", |_| {
        one("/entries?collection=posts&sort=-date&count=true")
    }),
    ("a page by cursor", pages),
    ("page 40", |_| one("/entries?sort=-date&page=40")),
    ("field equals", |_| {
        one("/entries?filter[level]=next_steps&sort=-date")
    }),
    ("field in a list", |_| {
        one("/entries?filter[level:in]=first_steps,next_steps&sort=-date")
    }),
    ("two fields", |_| {
        one("/entries?filter[level]=next_steps&filter[featured]=true&sort=-date")
    }),
    ("one of two groups", |_| {
        one("/entries?filter[any][0][level]=next_steps&filter[any][1][featured]=true&sort=-date")
    }),
    ("a term", |size| {
        each(&size.terms, |slug| {
            format!("/entries?filter[topics]={slug}&sort=-date")
        })
    }),
    ("entries of a term", |size| {
        each(&size.terms, |slug| {
            format!("/taxonomies/topics/terms/{slug}/entries")
        })
    }),
    ("range, sorted by another key", |_| {
        one("/entries?filter[date:gte]=2024-01-01&sort=title")
    }),
    ("title contains", |_| {
        one("/entries?filter[title:contains]=web&sort=-date")
    }),
    ("by slug", |size| {
        each(&size.slugs, |slug| {
            format!("/entries?collection=posts&filter[slug]={slug}")
        })
    }),
    ("20 ids", |size| {
        size.ids
            .chunks(20)
            .map(|ids| format!("/entries?ids={}", ids.join(",")))
            .collect()
    }),
    ("a path resolved", |size| {
        each(&size.urls, |url| format!("/resolve?path={url}"))
    }),
    ("an entry with its relations", |size| {
        each(&size.ids, |id| format!("/entries/{id}?include=related"))
    }),
    ("links to an entry", |size| {
        each(&size.ids, |id| format!("/entries/{id}/backlinks"))
    }),
];

fn main() {
    let rounds = rig::number(0, 5);
    let time = Duration::from_millis(100) * rig::number(1, 3);
    let sizes = [1000, 10_000, rig::number(2, 100_000)].map(Size::start);
    let mut text = format!(
        "{rounds} rounds of {} ms each, one connection, no cache.\n\n",
        time.as_millis()
    );
    let mut head = vec![String::new()];
    for size in &sizes {
        head.extend([
            format!("{} entries: CPU µs", size.entries),
            "p50 µs".to_owned(),
            "p99 µs".to_owned(),
            "in SQL p50".to_owned(),
        ]);
    }
    text.push_str(&line(&head));
    let mut rule = vec!["--:".to_owned(); head.len()];
    "---".clone_into(&mut rule[0]);
    text.push_str(&line(&rule));
    let mut missing = Vec::new();
    for (name, paths) in SHAPES {
        match row(&sizes, paths, rounds, time) {
            Some(cells) => text.push_str(&line(&[vec![name.to_owned()], cells].concat())),
            None => missing.push(name),
        }
    }
    if !missing.is_empty() {
        text.push_str("\nNot answered by this program: ");
        text.push_str(&missing.join(", "));
        text.push_str(".\n");
    }
    keep("lists", &text);
}

/// The cells of a shape; none where it is not answered.
fn row(
    sizes: &[Size; 3],
    paths: fn(&Size) -> Vec<String>,
    rounds: u32,
    time: Duration,
) -> Option<Vec<String>> {
    let paths = sizes.each_ref().map(paths);
    for (size, paths) in sizes.iter().zip(&paths) {
        let answer = size.server.get(paths.first()?, "");
        answer.starts_with(b"HTTP/1.1 200").then_some(())?;
    }
    let mut all: [(Vec<Measured>, Vec<f64>); 3] = Default::default();
    for _ in 0..rounds {
        for ((size, paths), (measured, statements)) in sizes.iter().zip(&paths).zip(&mut all) {
            measured.push(load(&size.server, paths, "", 1, time));
            let timed = paths.iter().cycle().take(TIMED);
            statements.extend(timed.map(|path| size.statements.micros(path)));
        }
    }
    let cells = all.iter().flat_map(|(rounds, statements)| {
        let of = |value: fn(&Measured) -> f64| format!("{:.0}", median(rounds.iter().map(value)));
        [
            of(|measured| measured.cpu_micros),
            of(|measured| measured.p50_micros),
            of(|measured| measured.p99_micros),
            format!("{:.0}", median(statements.iter().copied())),
        ]
    });
    Some(cells.collect())
}

impl Size {
    fn start(entries: u32) -> Self {
        let imported = rig::imported(entries as usize);
        let settings = ["--workers", "1", "--cache-bytes", "0"];
        let server = Server::rhapsode(&imported.folder, &imported.database, &settings);
        let mut size = Self {
            entries,
            ids: imported.site.public_ids(Some("posts")),
            urls: Vec::new(),
            slugs: Vec::new(),
            terms: imported.site.terms().to_vec(),
            server,
            statements: Statements::of(&imported.database),
        };
        size.ids.truncate(DIFFERENT * 20);
        for entry in size.list("/entries?collection=posts&limit=100&sort=title") {
            let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
            size.urls.push(text("url"));
            size.slugs.push(text("slug"));
        }
        size
    }

    fn list(&self, path: &str) -> Vec<Value> {
        match self.json(path)["data"].take() {
            Value::Array(entries) => entries,
            _ => Vec::new(),
        }
    }

    fn json(&self, path: &str) -> Value {
        let (_, body) = rig::load::parts(&self.server.get(path, ""));
        serde_json::from_slice(&body).unwrap_or_default()
    }
}

fn one(path: &str) -> Vec<String> {
    vec![path.to_owned()]
}

fn each(values: &[String], path: fn(&str) -> String) -> Vec<String> {
    values
        .iter()
        .take(DIFFERENT)
        .map(|value| path(value))
        .collect()
}

/// The pages behind the first, each found in the one before it.
fn pages(size: &Size) -> Vec<String> {
    let mut paths = vec!["/entries?sort=-date".to_owned()];
    while paths.len() < DIFFERENT {
        let page = size.json(&paths[paths.len() - 1]);
        let Some(next) = page["links"]["next"].as_str() else {
            break;
        };
        paths.push(next.to_owned());
    }
    paths
}
