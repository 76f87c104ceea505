//! What an import costs beside only reading and parsing the same files, what each of its steps costs, its memory, and how
//! soon a changed file is seen by HTTP.
//!
//! `cargo bench --bench import [-- ENTRIES ROUNDS]`. Floor and import take turns; the ratio is of one round.

mod rig;
mod site;

use std::fmt::Write as _;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rhapsode::import::{Linked, Past};
use rhapsode::store::memory::Stale;
use rig::Imported;
use rig::floor;
use rig::load::median;
use rig::server::Server;
use rig::table::line;

/// A step of an import and how long it took in a round.
type Step = (&'static str, fn(&Round) -> f64);

fn main() {
    let entries = rig::number(0, 10_000);
    let rounds = rig::number(1, 5);
    let imported = rig::imported(entries as usize);
    let database = rig::kept().join("import.db");
    let all: Vec<Round> = (0..rounds)
        .map(|_| Round::of(&imported, &database))
        .collect();
    let mut text = format!(
        "{entries} entries, {rounds} rounds.\n\n| | seconds | beside the floor |\n|---|--:|--:|\n"
    );
    let steps: [Step; 6] = [
        ("floor: read and parse", |round| round.floor),
        ("read, parse, link", |round| round.linked),
        ("compile", |round| round.compiled),
        ("whole import, a process of its own", |round| round.whole),
        ("nothing changed", |round| round.unchanged),
        ("one file changed", |round| round.changed),
    ];
    for (name, of) in steps {
        let ratio = median(all.iter().map(|round| of(round) / round.floor));
        text.push_str(&line(&[
            name.to_owned(),
            format!("{:.2}", median(all.iter().map(of))),
            format!("{:.0} %", ratio * 100.0),
        ]));
    }
    let speed = median(all.iter().map(|round| round.floor / round.whole));
    let peak = median(all.iter().map(|round| round.peak));
    let seen = median((0..rounds).map(|n| seen(&imported, n)));
    let _ = writeln!(
        text,
        "\nThe import reaches {:.0} % of the entries a second of the floor; it takes {peak:.0} MB at most. A changed file is seen by HTTP after {seen:.0} ms.",
        speed * 100.0
    );
    rig::table::keep("import", &text);
}

/// Seconds of one round, and megabytes.
struct Round {
    floor: f64,
    linked: f64,
    compiled: f64,
    whole: f64,
    unchanged: f64,
    changed: f64,
    peak: f64,
}

impl Round {
    fn of(imported: &Imported, database: &Path) -> Self {
        rig::delete(database);
        let (folder, settings) = (&imported.folder, rig::settings(true));
        let (floor, ()) = timed(|| floor::parse(&floor::files(folder)));
        let (linked, mut site) = timed(|| {
            Linked::read(folder, &settings, Past::default(), &mut drop).expect("a project")
        });
        let (compiled, _) = timed(|| {
            let mut nothing = |_| ControlFlow::Continue(());
            site.compile(
                Timestamp::now(),
                &Stale::default(),
                &|_, _| (),
                &mut nothing,
            )
        });
        drop(site);
        let (whole, peak) = timed(|| import(folder, database));
        let (unchanged, _) = timed(|| import(folder, database));
        edit(imported, 1);
        let (changed, _) = timed(|| import(folder, database));
        edit(imported, 0);
        Self {
            floor,
            linked,
            compiled,
            whole,
            unchanged,
            changed,
            peak,
        }
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = Instant::now();
    let done = work();
    (begun.elapsed().as_secs_f64(), done)
}

/// Imports in a process of its own; answers with the most memory it had, in megabytes.
fn import(folder: &Path, database: &Path) -> f64 {
    let mut command = rig::command("import", folder, database);
    let mut child = command
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut peak = 0;
    while child.try_wait().expect("it runs").is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id()));
        let kilobytes = status.ok().and_then(|status| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("VmHWM:"))?;
            line.trim().strip_suffix(" kB")?.trim().parse::<u32>().ok()
        });
        peak = peak.max(kilobytes.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    f64::from(peak) / 1024.0
}

/// Milliseconds from writing a file until its words are in the answer.
fn seen(imported: &Imported, round: u32) -> f64 {
    let server = Server::watching(&imported.folder, &imported.database);
    let path = format!("/entries/{}?fields=teaser", imported.site.id(PUBLIC));
    server.get(&path, "");
    std::thread::sleep(Duration::from_secs(3));
    let edition = u64::from(round) + 2;
    let wanted = format!("Edition {edition}:");
    let begun = Instant::now();
    edit(imported, edition);
    while !String::from_utf8_lossy(&server.get(&path, "")).contains(&wanted) {
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "the change is never seen"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    let seen = begun.elapsed().as_secs_f64() * 1000.0;
    edit(imported, 0);
    seen
}

/// An entry that everybody sees.
const PUBLIC: usize = 20;

fn edit(imported: &Imported, edition: u64) {
    let written = imported.site.write_entry(&imported.folder, PUBLIC, edition);
    written.expect("a file that can be written");
}
