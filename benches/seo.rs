//! What SEO adds to an import: the same site, imported into a fresh database with it and without it (`seo.enabled`).
//!
//! `cargo bench --bench seo [-- ROUNDS [ENTRIES]]`. Both take turns; CPU is what the process was on a processor for, as
//! the kernel tells of children that ended.

mod rig;
mod site;

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use rig::load::median;
use rig::table::line;

/// What one import took.
struct Took {
    cpu: f64,
    wall: f64,
}

fn main() {
    let (rounds, entries) = (rig::number(0, 5), rig::number(1, 10_000));
    let imported = rig::imported(entries as usize);
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        with.push(import(&imported.folder, true));
        without.push(import(&imported.folder, false));
    }
    let added = |of: fn(&Took) -> f64| {
        let ratios = with
            .iter()
            .zip(&without)
            .map(|(with, without)| of(with) / of(without) - 1.0);
        format!("{:.1} %", median(ratios) * 100.0)
    };
    let seconds = |all: &[Took], of: fn(&Took) -> f64| format!("{:.2}", median(all.iter().map(of)));
    let mut text = format!(
        "{entries} entries into a fresh database, medians of {rounds} rounds.\n\n| | CPU s | wall s |\n|---|--:|--:|\n"
    );
    for (name, all) in [("with SEO", &with), ("without", &without)] {
        let cells = [
            name.to_owned(),
            seconds(all, |of| of.cpu),
            seconds(all, |of| of.wall),
        ];
        text.push_str(&line(&cells));
    }
    let cells = ["added".to_owned(), added(|of| of.cpu), added(|of| of.wall)];
    text.push_str(&line(&cells));
    rig::table::keep("seo", &text);
}

fn import(folder: &Path, seo: bool) -> Took {
    let database = rig::kept().join("seo.db");
    rig::delete(&database);
    let (begun, [_, before]) = (Instant::now(), rig::cpu());
    let mut command = rig::command("import", folder, &database);
    command
        .env("RHAPSODE_SEO_ENABLED", seo.to_string())
        .stdout(Stdio::null());
    let status = command.status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "the import failed"
    );
    Took {
        cpu: rig::cpu()[1] - before,
        wall: begun.elapsed().as_secs_f64(),
    }
}
