//! How long a search takes that nobody asked before: by HTTP, one after another, without a cache; and what of that its
//! statements took.
//!
//! `cargo bench --bench search [-- ENTRIES]`. The words are those of the made site, the commonest and the rarest among
//! them; each row asks in many spellings of one kind.

mod rig;
mod site;

use std::time::Instant;

use rig::server::Server;
use rig::statements::Statements;
use rig::table::line;

/// Searches of each kind.
const SEARCHES: usize = 200;

fn main() {
    let entries = rig::number(0, 100_000);
    let imported = rig::imported(entries as usize);
    let server = Server::rhapsode(
        &imported.folder,
        &imported.database,
        &["--cache-bytes", "1"],
    );
    let statements = Statements::of(&imported.database);
    let kinds: [(&str, &[&str]); 7] = [
        ("one common word", &["the", "a", "to", "and", "is"]),
        (
            "one usual word",
            &["server", "browser", "name", "page", "cookie"],
        ),
        (
            "two words",
            &["client server", "web page", "short history", "name address"],
        ),
        (
            "a phrase",
            &["%22the web%22", "%22a page%22", "%22web server%22"],
        ),
        (
            "the beginning of a word",
            &["brow*", "add*", "con*", "int*"],
        ),
        (
            "with a facet",
            &[
                "the&collection=posts",
                "page&collection=pages",
                "web&filter[topics]=servers",
            ],
        ),
        ("nothing found", &["xylophone", "quixotic server", "zeugma"]),
    ];
    let mut text = format!(
        "{entries} entries, 20 matches a page with snippets and facets, no cache.\n\n| | p50 | p99 | in SQL p50 | p99 |\n|---|--:|--:|--:|--:|\n"
    );
    for (kind, words) in kinds {
        // An exclusion of what nowhere occurs makes each request another one.
        let paths: Vec<String> = (0..SEARCHES)
            .map(|number| {
                let words = words[number % words.len()].replace(' ', "+");
                format!("/search?q=-none{number}+{words}")
            })
            .collect();
        let by_http = paths.iter().map(|path| {
            let begun = Instant::now();
            let answer = server.get(path, "");
            assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}");
            begun.elapsed().as_secs_f64() * 1000.0
        });
        let by_http = sorted(by_http);
        let in_sql = sorted(paths.iter().map(|path| statements.micros(path) / 1000.0));
        let mut cells = vec![kind.to_owned()];
        for millis in [by_http, in_sql] {
            cells.push(format!("{:.1} ms", millis[SEARCHES / 2]));
            cells.push(format!("{:.1} ms", millis[SEARCHES * 99 / 100]));
        }
        text.push_str(&line(&cells));
    }
    rig::table::keep("search", &text);
}

fn sorted(millis: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut millis: Vec<f64> = millis.collect();
    millis.sort_by(f64::total_cmp);
    millis
}
