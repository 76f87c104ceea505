//! How soon a server answers after its start, and how much memory it takes.
//!
//! `cargo bench --bench footprint [-- ENTRIES]`. The database's file is in the system's memory already, as it is on any
//! machine that has just got it.

mod rig;
mod site;

use std::time::Instant;

use rig::load::median;
use rig::server::Server;
use rig::table::line;

fn main() {
    let entries = rig::number(0, 10_000);
    let imported = rig::imported(entries as usize);
    let paths: Vec<String> = imported
        .site
        .public_ids(None)
        .iter()
        .map(|id| format!("/entries/{id}"))
        .collect();
    let start = || Server::rhapsode(&imported.folder, &imported.database, &[]);
    let starts = (0..5).map(|_| {
        let begun = Instant::now();
        start().get(&paths[0], "");
        begun.elapsed().as_secs_f64() * 1000.0
    });
    let starts = median(starts);
    let server = start();
    let mut text = format!(
        "{entries} entries, all settings as they are by themselves.\n\n| | |\n|---|--:|\n| start to first answer | {starts:.0} ms |\n"
    );
    let mut row = |name: &str| {
        let megabytes = server.resident_bytes() >> 20;
        text.push_str(&line(&[
            format!("resident {name}"),
            format!("{megabytes} MB"),
        ]));
    };
    row("before the first answer");
    for (name, headers) in [
        ("after all entries", ""),
        ("after all entries in br", "Accept-Encoding: br\r\n"),
        ("after all entries in gzip", "Accept-Encoding: gzip\r\n"),
    ] {
        rig::load::once(&server, &paths, headers);
        row(name);
    }
    rig::table::keep("footprint", &text);
}
