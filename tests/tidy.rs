//! Each library stays in its home, each room uses only the rooms to its left, and every file says what it is for.

use std::fs;
use std::path::{Path, PathBuf};

use rhapsode::content::problem::CODES;

/// The rooms from left to right; a group's members do not know each other.
const ROOMS: [&[&str]; 10] = [
    &["bard"],
    &["markdown"],
    &["content"],
    &["site"],
    &["fields"],
    &["seo"],
    &["store"],
    &["import"],
    &["api"],
    &["config", "main"],
];

/// Library (as code names it) → the rooms that may use it.
const HOMES: [(&str, &[&str]); 12] = [
    ("serde_yaml", &["content"]),
    ("walkdir", &["content"]),
    ("comrak", &["markdown"]),
    ("sqlx", &["store"]),
    ("actix_web", &["api"]),
    ("utoipa_swagger_ui", &["api"]),
    ("utoipa", &["api", "seo"]),
    ("ureq", &["api"]),
    ("hmac", &["api"]),
    ("clap", &["main", "config"]),
    ("anyhow", &["main"]),
    ("indicatif", &["main"]),
];

fn source_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source_files(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Room and text of every source file but `lib.rs`.
fn sources() -> Vec<(PathBuf, String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&src, &mut files);
    files
        .into_iter()
        .filter(|file| file.extension() == Some("rs".as_ref()) && !file.ends_with("lib.rs"))
        .map(|file| {
            let relative = file.strip_prefix(&src).unwrap();
            let room = relative
                .iter()
                .next()
                .unwrap()
                .to_str()
                .unwrap()
                .trim_end_matches(".rs")
                .to_owned();
            let text = fs::read_to_string(&file).unwrap();
            (file, room, text)
        })
        .collect()
}

fn place(room: &str) -> usize {
    ROOMS
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| panic!("{room} is no room: name it in ROOMS"))
}

#[test]
fn libraries_stay_in_their_homes() {
    for (file, room, text) in sources() {
        for (library, homes) in HOMES {
            let used = text.contains(&format!("{library}::"));
            assert!(
                !used || homes.contains(&room.as_str()),
                "{} uses {library}, whose home is {homes:?}",
                file.display()
            );
        }
    }
}

/// The rooms that a file names: `crate::room::…`, `crate::room;` and `use crate::{room, room::…}`.
fn rooms_named(text: &str) -> Vec<&str> {
    let after = text.split("crate::").skip(1);
    let paths = after.flat_map(|after| match after.strip_prefix('{') {
        Some(group) => group
            .split("};")
            .next()
            .unwrap_or_default()
            .split(',')
            .collect(),
        None => vec![after],
    });
    let names = paths.map(|path| {
        let path = path.trim_start();
        let end = path.find(|c: char| !c.is_ascii_lowercase() && c != '_');
        &path[..end.unwrap_or(path.len())]
    });
    names
        .filter(|name| ROOMS.iter().any(|rooms| rooms.contains(name)))
        .collect()
}

#[test]
fn rooms_use_only_the_rooms_to_their_left() {
    for (file, room, text) in sources() {
        for named in rooms_named(&text) {
            let allowed = named == room || place(named) < place(&room);
            assert!(allowed, "{} ({room}) uses {named}", file.display());
        }
    }
}

#[test]
fn every_file_begins_by_saying_what_it_is_for() {
    for (file, _, text) in sources() {
        assert!(
            text.starts_with("//! "),
            "{} has no //! line",
            file.display()
        );
    }
}

/// The codes in the first column of the README's table of problems.
fn codes_explained() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## Problems\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let cells = section
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let quoted = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let mut codes: Vec<String> = quoted.map(str::to_owned).collect();
    codes.sort();
    codes
}

#[test]
fn every_problem_code_stands_in_the_list_of_all_and_in_the_readme() {
    assert_eq!(codes_explained(), CODES);
    let starts = [
        "Problem::error(",
        "Problem::warning(",
        "Problem::info(",
        "report(oddities, ",
        "self.report(",
        ".note(",
    ];
    for (file, _, text) in sources() {
        let text: String = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace("( ", "(");
        for start in starts {
            let after = text.split(start).skip(1);
            let codes = after.filter_map(|after| after.strip_prefix('"')?.split('"').next());
            for code in codes {
                assert!(
                    CODES.contains(&code),
                    "{code} of {} is not among all codes",
                    file.display()
                );
            }
        }
    }
}
