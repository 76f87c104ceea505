//! Watching the project's folder: many changes at once, such as a `git pull`, are one burst.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use rhapsode::config::Config;
use tokio::sync::mpsc;

/// Watches as long as it lives.
pub type Watcher = RecommendedWatcher;

/// A burst is over when nothing changed for this long.
const QUIET: Duration = Duration::from_millis(50);

/// A burst is not waited for longer.
const LONGEST: Duration = Duration::from_secs(2);

/// What the importer reads, as far as it is there.
const WATCHED: [&str; 4] = ["content", "resources", "users", "public"];

/// Begins to watch; the receiver hears of each change.
pub fn watch(config: &Config) -> notify::Result<(Watcher, mpsc::Receiver<()>)> {
    let (sender, receiver) = mpsc::channel(1);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| !matches!(event.kind, EventKind::Access(_))) {
            // A full channel holds the news already.
            let _ = sender.try_send(());
        }
    })?;
    for folder in folders(config) {
        watcher.watch(&folder, RecursiveMode::Recursive)?;
    }
    Ok((watcher, receiver))
}

/// Waits for a burst of changes to begin and to end; false if there will be no more.
pub async fn burst(changes: &mut mpsc::Receiver<()>) -> bool {
    if changes.recv().await.is_none() {
        return false;
    }
    let begun = Instant::now();
    while begun.elapsed() < LONGEST
        && tokio::time::timeout(QUIET, changes.recv())
            .await
            .is_ok_and(|change| change.is_some())
    {}
    true
}

fn folders(config: &Config) -> Vec<PathBuf> {
    let usual = WATCHED.iter().map(|name| config.root.join(name));
    let disks = config
        .disks
        .values()
        .map(|disk| config.root.join(&disk.root));
    usual
        .chain(disks)
        .filter(|folder| folder.is_dir())
        .collect()
}
