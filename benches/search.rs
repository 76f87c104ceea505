//! How long a search takes that nobody asked before: by HTTP, one after another, without a cache.
//!
//! `cargo bench --bench search [-- ENTRIES]`. The words are those of the made site, the commonest and the rarest among
//! them; each row asks in many spellings of one kind.

mod rig;
mod site;

use std::time::Instant;

use rig::server::Server;
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
        "{entries} entries, 20 matches a page with snippets and facets, no cache.\n\n| | p50 | p99 |\n|---|--:|--:|\n"
    );
    for (kind, words) in kinds {
        let mut millis: Vec<f64> = (0..SEARCHES)
            .map(|number| {
                // An exclusion of what nowhere occurs makes each request another one.
                let words = words[number % words.len()].replace(' ', "+");
                let path = format!("/search?q=-none{number}+{words}");
                let begun = Instant::now();
                let answer = server.get(&path, "");
                assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}");
                begun.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        millis.sort_by(f64::total_cmp);
        text.push_str(&line(&[
            kind.to_owned(),
            format!("{:.1} ms", millis[SEARCHES / 2]),
            format!("{:.1} ms", millis[SEARCHES * 99 / 100]),
        ]));
    }
    rig::table::keep("search", &text);
}
