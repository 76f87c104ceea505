//! Every real tree there is imports: nothing crashes, and what could not be read is listed with its place.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use rhapsode::content::problem::Severity;
use rhapsode::import::{self, Outcome};
use rhapsode::{content, seo, site};

/// Folders of the shared data with a tree in each sub-folder, and where in it.
const PLACES: [(&str, &str); 3] = [
    ("golden/sites", "in"),
    ("golden/synthetic", "in"),
    ("corpora", ""),
];

fn trees() -> Vec<PathBuf> {
    let shared = std::env::var_os("RHAPSODE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folders = PLACES.iter().flat_map(|(place, below)| {
        let listed = fs::read_dir(shared.join(place))
            .into_iter()
            .flatten()
            .flatten();
        listed.map(move |entry| entry.path().join(below))
    });
    let mut trees: Vec<PathBuf> = folders
        .filter(|folder| folder.join("content").is_dir())
        .collect();
    trees.sort();
    if trees.is_empty() {
        println!(
            "skipped: no trees at {} (set RHAPSODE_SHARED)",
            shared.display()
        );
    }
    trees
}

fn imported(root: &Path) -> Outcome {
    let settings = import::Settings {
        content: content::Settings::default(),
        site: site::Settings {
            base_url: Some("http://site.test".into()),
            api_url: None,
            profile: None,
            timezone: TimeZone::UTC,
            app_name: None,
            environment: "production".into(),
        },
        seo: seo::settings::Settings::default(),
        shows_users: false,
    };
    let now = "2026-11-22T00:00:00Z".parse().unwrap();
    import::run(root, &settings, now, &|_, _| ()).unwrap()
}

fn codes(outcome: &Outcome) -> BTreeMap<&str, usize> {
    let mut codes = BTreeMap::new();
    for problem in &outcome.problems {
        *codes.entry(problem.code.as_str()).or_default() += 1;
    }
    codes
}

#[test]
fn every_tree_imports_and_its_errors_name_a_file_that_is_there() {
    for root in trees() {
        let outcome = imported(&root);
        println!(
            "{}: {} entries, {} errors, {:?}",
            root.display(),
            outcome.entries,
            outcome.errors(),
            codes(&outcome)
        );
        assert!(outcome.entries > 0, "{}", root.display());
        for problem in outcome
            .problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
        {
            assert!(root.join(&problem.path).exists(), "{problem:?}");
        }
    }
}

#[test]
fn the_site_of_the_seed_has_142_entries_and_no_error() {
    for root in trees().iter().filter(|root| root.ends_with("tokidoki/in")) {
        let outcome = imported(root);
        assert_eq!((outcome.entries, outcome.errors()), (142, 0));
    }
}
