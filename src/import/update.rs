//! A database brought up to date with a project's folder: what did not change is neither read, compiled nor written.
//!
//! In: a folder, the settings, a store. Out: what was done. Files are read while what was read of them is written, items
//! are compiled while they are written, and all of it is one transaction, so that neither the project nor its items are
//! ever in memory as a whole.

use std::mem::take;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::faces::Faces;
use super::{Linked, Past, Report, Settings, Step};
use crate::content::known::Known;
use crate::content::problem::{Problem, Severity, counted};
use crate::content::{self, inventory};
use crate::store::memory::{self, Stale};
use crate::store::replace::{Opening, Replaced, Replacement};
use crate::store::{self, Store};

/// Things that are ready to be written before their maker has to wait: enough that neither idles, few enough to hold.
const AHEAD: usize = 64;

/// What is to be imported, and how.
#[derive(Clone, Debug)]
pub struct Order {
    /// The project's folder.
    pub root: PathBuf,
    /// Everything that shapes what is compiled, besides the files.
    pub settings: Settings,
    /// What the settings and this program make of the rows; what an import with another one left counts for nothing.
    pub fingerprint: String,
    /// Trust no file's time and size.
    pub checksum: bool,
    /// An import with errors changes nothing.
    pub strict: bool,
    /// Something is known to have changed: it is not looked first whether anything did.
    pub is_due: bool,
}

/// What an import did.
#[derive(Debug)]
pub enum Done {
    /// Nothing: no file changed.
    Nothing {
        /// The generation that is still valid.
        generation: i64,
    },
    /// It wrote what changed.
    Replaced(Replaced, Report),
}

/// Why nothing was imported; the database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The project cannot be read.
    #[error(transparent)]
    Content(#[from] content::Error),
    /// The database cannot be written.
    #[error("the import was not written; the database is as it was")]
    Store(#[from] store::Error),
    /// There are errors, and there may be none.
    #[error(
        "{}, and --strict is set; nothing was imported; `rhapsode check` lists them; the first: {path}: {message}",
        counted(*.count, "error", "errors")
    )]
    Refused {
        /// How many.
        count: usize,
        /// Where the first one is.
        path: String,
        /// What it is.
        message: String,
    },
    /// A thread that read or compiled ended before its time.
    #[error("the import broke off")]
    BrokenOff(#[from] tokio::task::JoinError),
}

impl Error {
    /// Whether the same may well succeed in a while.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self, Self::Store(error) if error.passes())
    }
}

/// Imports what changed since the last time, as it is seen at `now`.
///
/// # Errors
/// If the project cannot be read or the database cannot be written; then the database is as it was.
pub async fn update(
    store: &Store,
    order: Order,
    now: Timestamp,
    progress: impl Fn(usize, usize) + Send + Sync + 'static,
) -> Result<Done, Error> {
    let order = Arc::new(order);
    let mut files = {
        let order = Arc::clone(&order);
        spawn_blocking(move || inventory::take(&order.root, &order.settings.content))
    };
    let mut taken = None;
    if !(order.is_due || order.checksum || order.strict) {
        let files = (&mut files).await??;
        if let Some(generation) = store.left(&order.fingerprint, files, now).await? {
            return Ok(Done::Nothing { generation });
        }
        taken = Some(files);
    }
    let turn = store.draw().await?;
    let mut opening = store.opening(turn, now).await?;
    let past = opening.past(&order.fingerprint).await?;
    // No file is read before the inventory has seen it: what changes in between is a change the next time.
    let files = match taken {
        Some(files) => files,
        None => files.await??,
    };
    let (linked, mut replacement) = read(&order, opening, past).await?;
    let stale = if linked.changes.everything {
        Stale::default()
    } else {
        replacement.stale(&linked.changes.keys)
    };
    let (linked, report) = compile(linked, stale, now, progress, &mut replacement).await?;
    if order.strict {
        refuse_errors(&report.problems)?;
    }
    let memory = linked.leave(files);
    let replaced = replacement.finish(&report.problems, &order.fingerprint, Some(memory));
    Ok(Done::Replaced(replaced.await?, report))
}

/// An error where one of the problems is one.
///
/// # Errors
/// Then.
pub fn refuse_errors(problems: &[Problem]) -> Result<(), Error> {
    let mut errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error);
    match errors.next() {
        None => Ok(()),
        Some(first) => Err(Error::Refused {
            count: errors.count() + 1,
            path: first.path.clone(),
            message: first.message.clone(),
        }),
    }
}

/// Reads the project, and meanwhile what is stored of it.
async fn read(
    order: &Arc<Order>,
    opening: Opening,
    past: memory::Past,
) -> Result<(Linked, Replacement), Error> {
    let (sender, mut records) = mpsc::channel(AHEAD);
    let order = Arc::clone(order);
    let reading = spawn_blocking(move || {
        let past = Past {
            known: Known::new(past.records(), order.checksum),
            faces: Faces::from_bytes(&past.faces),
        };
        // Where nobody takes it, the import has failed already.
        let mut learn = |record| drop(sender.blocking_send(record));
        Linked::read(&order.root, &order.settings, past, &mut learn)
    });
    let mut replacement = opening.recall().await?;
    while let Some(record) = records.recv().await {
        replacement.remember(record);
    }
    let mut linked = reading.await??;
    replacement.learn(take(&mut linked.gone)).await?;
    Ok((linked, replacement))
}

async fn compile(
    mut linked: Linked,
    stale: Stale,
    now: Timestamp,
    progress: impl Fn(usize, usize) + Send + Sync + 'static,
    replacement: &mut Replacement,
) -> Result<(Linked, Report), Error> {
    let (sender, mut steps) = mpsc::channel(AHEAD);
    let compiling = spawn_blocking(move || {
        let mut take = |step| match sender.blocking_send(step) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let report = linked.compile(now, &stale, &progress, &mut take);
        (linked, report)
    });
    while let Some(step) = steps.recv().await {
        match step {
            Step::Made(versions) => replacement.take(versions).await?,
            Step::Kept(kept) => kept.iter().for_each(|kept| replacement.keep(kept)),
        }
    }
    Ok(compiling.await?)
}
