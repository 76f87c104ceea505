//! The page `/docs` in a real browser. Chromium is taken where it is installed (`RHAPSODE_BROWSER` names another one).

#[path = "support/site.rs"]
mod site;
#[path = "support/tree.rs"]
mod tree;

use std::path::Path;
use std::process::Command;

use rhapsode::api;
use site::Site;
use tree::Tree;

/// Without a window, and without asking anybody but the server.
const ALONE: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=15000",
];

/// A browser, if there is one.
fn browser() -> Option<Command> {
    let named = std::env::var_os("RHAPSODE_BROWSER").unwrap_or_else(|| "chromium".into());
    let is_there = Command::new(&named).arg("--version").output().is_ok();
    is_there.then(|| Command::new(named))
}

/// The page as it is once its scripts have run, and what they complained of.
fn shown(mut browser: Command, folder: &Path, url: &str) -> (String, Vec<String>) {
    let profile = format!("--user-data-dir={}", folder.join("browser").display());
    let ran = browser
        .args(ALONE)
        .args([&profile, "--dump-dom", url])
        .output()
        .expect("a browser that runs");
    let complaints = String::from_utf8_lossy(&ran.stderr);
    let complaints = complaints.lines().filter(|line| line.contains("CONSOLE"));
    let complaints = complaints.map(str::to_owned).collect();
    (
        String::from_utf8_lossy(&ran.stdout).into_owned(),
        complaints,
    )
}

#[test]
fn the_page_shows_every_path_and_complains_of_nothing() {
    let Some(browser) = browser() else {
        eprintln!("skipped: there is no chromium here");
        return;
    };
    let site = Site::serve(
        Tree::new([("content/collections/posts.yaml", "title: Posts\n")]),
        |api| api,
    );
    let url = format!("http://{}/docs/", site.address);
    let (page, complaints) = shown(browser, site.tree.root(), &url);
    assert!(complaints.is_empty(), "{complaints:?}");
    assert!(!page.contains("errors-wrapper"), "{page}");
    for path in api::docs::openapi().paths.paths.keys() {
        let shown = format!("data-path=\"{path}\"");
        assert!(page.contains(&shown), "{path} is not shown");
    }
}
