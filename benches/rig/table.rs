//! Cases, taken in turns, and the Markdown that is made of them; `benches/README.md` keeps the last of each bench.

use std::path::Path;
use std::time::Duration;

use super::load::{CONNECTIONS, Measured, load, median};
use super::server::Server;

/// One row of a table.
pub struct Case<'a> {
    /// What the row is called.
    pub name: String,
    /// Who is asked.
    pub server: &'a Server,
    /// For what, in turn.
    pub paths: Vec<String>,
    /// Lines of the request, each with its end.
    pub headers: String,
    /// The row that it is set against.
    pub beside: Option<&'static str>,
}

/// What each case showed in each round; every round asks all, so that other load on the machine meets all alike.
pub fn rounds(cases: &[Case<'_>], rounds: u32, time: Duration) -> Vec<Vec<Measured>> {
    let mut all: Vec<Vec<Measured>> = vec![Vec::new(); cases.len()];
    for round in 0..rounds {
        let order: Vec<usize> = if round % 2 == 0 {
            (0..cases.len()).collect()
        } else {
            (0..cases.len()).rev().collect()
        };
        for index in order {
            let case = &cases[index];
            let (paths, headers) = (&case.paths, &case.headers);
            all[index].push(load(case.server, paths, headers, CONNECTIONS, time));
        }
    }
    all
}

/// The table: medians of the rounds, and medians of the ratios within each round.
pub fn written(cases: &[Case<'_>], all: &[Vec<Measured>]) -> String {
    let mut text = String::from(
        "| | requests/s | CPU µs | p50 µs | p99 µs | beside | requests/s | CPU | p99 |\n|---|--:|--:|--:|--:|---|--:|--:|--:|\n",
    );
    for (case, rounds) in cases.iter().zip(all) {
        let of = |value: fn(&Measured) -> f64| median(rounds.iter().map(value));
        let beside = |value: fn(&Measured) -> f64| {
            let other = cases
                .iter()
                .position(|other| Some(&*other.name) == case.beside)?;
            let ratios = rounds.iter().zip(&all[other]);
            Some(median(
                ratios.map(|(ours, theirs)| value(ours) / value(theirs)),
            ))
        };
        let percent = |ratio: Option<f64>| {
            ratio.map_or(String::new(), |ratio| format!("{:.0} %", ratio * 100.0))
        };
        let row = [
            case.name.clone(),
            format!("{:.0}", of(|measured| measured.requests_a_second)),
            format!("{:.1}", of(|measured| measured.cpu_micros)),
            format!("{:.0}", of(|measured| measured.p50_micros)),
            format!("{:.0}", of(|measured| measured.p99_micros)),
            case.beside.unwrap_or_default().to_owned(),
            percent(beside(|measured| measured.requests_a_second)),
            percent(beside(|measured| measured.cpu_micros)),
            percent(beside(|measured| measured.p99_micros)),
        ];
        text.push_str(&line(&row));
    }
    text
}

/// A row of a Markdown table.
pub fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Prints what a bench found, and puts it between its marks in `benches/README.md`.
pub fn keep(bench: &str, text: &str) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split(' ').take(3).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let text = format!(
        "Load {} on {cores} cores at the end.\n\n{text}",
        load.join(" ")
    );
    println!("{text}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/README.md");
    let page = std::fs::read_to_string(&file).unwrap_or_default();
    let (begin, end) = (format!("<!-- {bench} -->\n"), format!("<!-- /{bench} -->"));
    let place = page
        .split_once(&begin)
        .and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let Some((before, after)) = place else {
        eprintln!("benches/README.md has no place for {bench}");
        return;
    };
    let page = format!("{before}{begin}{text}{end}{after}");
    std::fs::write(file, page).expect("benches/README.md can be written");
}
