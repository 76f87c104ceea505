//! How long a search takes that nobody asked before: by HTTP, one after another, without a cache; and what of that its
//! statements took.
//!
//! `cargo bench --bench search [-- ENTRIES]`. Words are those of the made site's titles, the commonest and the rarest among
//! them, so that hardly two searches ask for the same.

mod rig;
mod site;

use std::time::Instant;

use rig::server::Server;
use rig::statements::Statements;
use rig::table::line;

/// Searches of each kind that are timed.
const SEARCHES: usize = 300;

/// Searches of each kind before these, as a server was asked others already.
const BEFORE: usize = 100;

/// Letters of a beginning.
const BEGINNING: usize = 3;

fn main() {
    let entries = rig::number(0, 100_000);
    let imported = rig::imported(entries as usize);
    let server = Server::rhapsode(
        &imported.folder,
        &imported.database,
        &["--cache-bytes", "1"],
    );
    let statements = Statements::of(&imported.database);
    let titles: Vec<Vec<String>> = (0..entries as usize)
        .step_by((entries as usize / (BEFORE + SEARCHES)).max(1))
        .map(|n| words(&imported.site.title(n)))
        .collect();
    let word = |n: usize| {
        let title = &titles[n % titles.len()];
        title[n % title.len()].clone()
    };
    let phrase = |n: usize| {
        let title = &titles[n % titles.len()];
        title[..2].join("+")
    };
    let beginning = |n: usize| {
        let mut following = titles[n % titles.len()..].iter().flatten();
        let long = following.find(|word| word.len() >= BEGINNING);
        long.map_or("the", |word| &word[..BEGINNING])
    };
    let common = ["the", "a", "to", "and", "is"];
    let kinds: [(&str, &dyn Fn(usize) -> String); 7] = [
        ("a common word", &|n| common[n % common.len()].to_owned()),
        ("a word", &word),
        ("two words", &|n| format!("{}+{}", word(n), word(n + 1))),
        ("a phrase", &|n| format!("%22{}%22", phrase(n))),
        ("the beginning of a word", &|n| format!("{}*", beginning(n))),
        ("a word, in one collection", &|n| {
            format!("{}&collection=posts", word(n))
        }),
        ("nothing found", &|n| format!("{}+xylophone", word(n))),
    ];
    let mut text = format!(
        "{entries} entries, {SEARCHES} searches of each kind after {BEFORE} others, 20 matches a page with snippets and facets, no cache.\n\n| | p50 | p99 | in SQL p50 | p99 |\n|---|--:|--:|--:|--:|\n"
    );
    for (kind, query) in kinds {
        // An exclusion of what nowhere occurs makes each request another one.
        let all: Vec<String> = (0..BEFORE + SEARCHES)
            .map(|n| format!("/search?q=-none{n}+{}", query(n)))
            .collect();
        let (before, paths) = all.split_at(BEFORE);
        for path in before {
            server.get(path, "");
            statements.micros(path);
        }
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

/// The words of a title, two at least, without its number.
fn words(title: &str) -> Vec<String> {
    let words = title.split_whitespace();
    words
        .filter(|word| word.bytes().all(|letter| letter.is_ascii_alphabetic()))
        .map(str::to_lowercase)
        .collect()
}

fn sorted(millis: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut millis: Vec<f64> = millis.collect();
    millis.sort_by(f64::total_cmp);
    millis
}
