//! Watching the project's folder: many changes at once, such as a `git pull`, are one burst.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use rhapsode::config::Config;
use rhapsode::content::inventory;
use tokio::sync::mpsc;

/// A burst is over when nothing changed for this long.
const QUIET: Duration = Duration::from_millis(25);

/// A burst is not waited for longer.
const LONGEST: Duration = Duration::from_secs(2);

/// Where the disks lie that no setting names. The project's folder as a whole is not watched: the database may lie there
/// too, and changes with each import.
const DISKS: &str = "public";

/// Watches as long as it lives.
pub struct Watch {
    watcher: RecommendedWatcher,
    /// Whether a folder that is to be watched came or went.
    moved: Arc<AtomicBool>,
    changes: mpsc::Receiver<()>,
    root: PathBuf,
    folders: Vec<PathBuf>,
}

impl Watch {
    /// Begins to watch.
    pub fn begin(config: &Config) -> notify::Result<Self> {
        let (sender, changes) = mpsc::channel(1);
        let root = std::path::absolute(&config.root)?;
        let disks = config.disks.values().map(|disk| root.join(&disk.root));
        let folders: Vec<PathBuf> = inventory::READ
            .into_iter()
            .chain([DISKS])
            .map(|name| root.join(name))
            .chain(disks)
            .collect();
        let (read, moved) = (folders.clone(), Arc::new(AtomicBool::new(false)));
        let told = Arc::clone(&moved);
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // What cannot be told may be anything.
            let is_moved = event.as_ref().map_or(true, |event| moves(event, &read));
            told.fetch_or(is_moved, Ordering::Relaxed);
            if is_moved || event.is_ok_and(|event| matters(&event, &read)) {
                // A full channel holds the news already.
                let _ = sender.try_send(());
            }
        })?;
        let mut watch = Self {
            watcher,
            moved,
            changes,
            root,
            folders,
        };
        watch.renew()?;
        Ok(watch)
    }

    /// Waits for a burst of changes to begin; false if there will be no more.
    pub async fn burst(&mut self) -> bool {
        self.changes.recv().await.is_some()
    }

    /// Waits for the burst to end.
    pub async fn quiet(&mut self) {
        let begun = Instant::now();
        while begun.elapsed() < LONGEST
            && tokio::time::timeout(QUIET, self.changes.recv())
                .await
                .is_ok()
        {}
        if self.moved.swap(false, Ordering::Relaxed)
            && let Err(error) = self.renew()
        {
            tracing::warn!("some changes of files will not be seen: {error}");
        }
    }

    /// Watches every folder that is there now: one that was deleted and made again is another one to the system.
    fn renew(&mut self) -> notify::Result<()> {
        self.watcher
            .watch(&self.root, RecursiveMode::NonRecursive)?;
        for folder in self.folders.iter().filter(|folder| folder.is_dir()) {
            self.watcher.watch(folder, RecursiveMode::Recursive)?;
        }
        Ok(())
    }
}

/// Whether a folder that is read, or one that it lies in, came or went.
fn moves(event: &Event, read: &[PathBuf]) -> bool {
    let comes_or_goes = matches!(
        event.kind,
        EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
    );
    let is_above = |path: &PathBuf| read.iter().any(|folder| folder.starts_with(path));
    event.need_rescan() || comes_or_goes && event.paths.iter().any(is_above)
}

/// Reading a file is no change of it, and not everything in the project's folder is read.
fn matters(event: &Event, read: &[PathBuf]) -> bool {
    let is_read = |path: &Path| read.iter().any(|folder| path.starts_with(folder));
    !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(|path| is_read(path))
}
