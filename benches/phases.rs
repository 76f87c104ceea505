//! What each part of an import costs: reading, linking, compiling with SEO and without, and writing what was compiled,
//! all of it and without one part after another.
//!
//! `cargo bench --bench phases [-- ENTRIES ROUNDS]`. All take turns; CPU is what this process was on a processor for, on
//! all its threads, divided by the entries. What a part costs is the median of what it costs less without it.

mod rig;
mod site;

use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;
use rhapsode::import::{self, Linked, Past};
use rhapsode::store::memory::Stale;
use rhapsode::store::{Item, Store};
use rig::floor;
use rig::load::median;
use rig::table::line;
use tokio::runtime::Runtime;

/// A part of an item, and how it is taken away.
type Part = (&'static str, fn(&mut Item));

const PARTS: [Part; 6] = [
    ("the field index", |item| item.values.clear()),
    ("the index of search", |item| item.search = None),
    ("SEO, sitemaps, findings", |item| {
        (item.seo, item.sitemap, item.findings) = (None, Vec::new(), Vec::new());
    }),
    ("Statamic's own objects", |item| {
        (item.statamic, item.page, item.query) = (None, None, None);
    }),
    ("the link graph", |item| item.links.clear()),
    ("what each was made of", |item| item.needs.clear()),
];

/// CPU µs an entry in one round.
struct Round {
    parsed: f64,
    linked: f64,
    compiled: f64,
    without_seo: f64,
    written: f64,
    without: [f64; PARTS.len()],
}

fn main() {
    let (entries, rounds) = (rig::number(0, 5000), rig::number(1, 5));
    let imported = rig::imported(entries as usize);
    let folder = &imported.folder;
    let items = import::run(folder, &rig::settings(true), Timestamp::now(), &|_, _| ());
    let items = items.expect("a project").items;
    let all: Vec<Round> = (0..rounds)
        .map(|_| Round::of(folder, &items, entries))
        .collect();
    let of = |part: &dyn Fn(&Round) -> f64| median(all.iter().map(part));
    let mut rows = vec![
        ("only read and parse".to_owned(), of(&|round| round.parsed)),
        (
            "read, parse, spool, link".to_owned(),
            of(&|round| round.linked),
        ),
        ("compile".to_owned(), of(&|round| round.compiled)),
        (
            "of that SEO".to_owned(),
            of(&|round| round.compiled - round.without_seo),
        ),
        (
            "hash, fold and write".to_owned(),
            of(&|round| round.written),
        ),
    ];
    for (index, (name, _)) in PARTS.iter().enumerate() {
        let cost = of(&|round| round.written - round.without[index]);
        rows.push((format!("of that {name}"), cost));
    }
    let parsed = rows[0].1;
    let mut text = format!(
        "{entries} entries, {rounds} rounds.\n\n| | CPU µs an entry | beside parsing |\n|---|--:|--:|\n"
    );
    for (name, micros) in rows {
        let share = format!("{:.0} %", micros / parsed * 100.0);
        text.push_str(&line(&[name, format!("{micros:.0}"), share]));
    }
    rig::table::keep("phases", &text);
}

impl Round {
    fn of(folder: &Path, items: &[Item], entries: u32) -> Self {
        let timed = |work: &mut dyn FnMut()| {
            let [before, _] = rig::cpu();
            work();
            (rig::cpu()[0] - before) * 1_000_000.0 / f64::from(entries)
        };
        let files = floor::files(folder);
        let mut site = None;
        Self {
            parsed: timed(&mut || floor::parse(&files)),
            linked: timed(&mut || site = Some(linked(folder, true))),
            compiled: timed(&mut || compile(site.take())),
            without_seo: {
                let mut site = Some(linked(folder, false));
                timed(&mut || compile(site.take()))
            },
            written: {
                let mut items = Some(items.to_vec());
                timed(&mut || write(items.take()))
            },
            without: PARTS.map(|(_, take_away)| {
                let mut items = items.to_vec();
                items.iter_mut().for_each(take_away);
                let mut items = Some(items);
                timed(&mut || write(items.take()))
            }),
        }
    }
}

fn linked(folder: &Path, seo: bool) -> Linked {
    Linked::read(folder, &rig::settings(seo), Past::default(), &mut drop).expect("a project")
}

fn compile(site: Option<Linked>) {
    let mut nothing = |_| ControlFlow::Continue(());
    let mut site = site.expect("a linked site");
    site.compile(
        Timestamp::now(),
        &Stale::default(),
        &|_, _| (),
        &mut nothing,
    );
}

fn write(items: Option<Vec<Item>>) {
    let database = rig::kept().join("phases.db");
    rig::delete(&database);
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(&database.display().to_string()).await;
        let store = store.expect("a database");
        let items = items.expect("items");
        let replaced = store.replace(items, &[], "phases", Timestamp::now());
        replaced.await.expect("it is written");
    });
}
