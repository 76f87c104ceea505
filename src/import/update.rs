//! A database brought up to date with a project's folder: what did not change is neither read, compiled nor written.
//!
//! In: a folder, the settings, a store. Out: what was done. Files are read while what was read of them is written, items
//! are compiled while they are written, and all of it is one transaction, so that neither the project nor its items are
//! ever in memory as a whole.

use std::future::ready;
use std::mem::take;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::join;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::faces::Faces;
use super::{Linked, Past, Report, Settings, Step};
use crate::content;
use crate::content::inventory::{self, Inventory};
use crate::content::known::{Known, Record};
use crate::content::problem::{Problem, Severity, counted};
use crate::store::memory::Stale;
use crate::store::replace::{Replaced, Replacement};
use crate::store::{self, Store};

/// Things that are ready to be written before their maker has to wait: enough that neither idles, few enough to hold.
const AHEAD: usize = 128;

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
    let mut inventory = None;
    if !(order.checksum || order.strict) {
        let folder = (order.root.clone(), order.settings.content.clone());
        let taking = spawn_blocking(move || inventory::take(&folder.0, &folder.1));
        let taken = taking.await??;
        if let Some(generation) = store.left(&order.fingerprint, taken.number, now).await? {
            return Ok(Done::Nothing { generation });
        }
        inventory = Some(taken);
    }
    replace(store, order, ready(()), inventory, now, progress).await
}

/// The same where something is known to have changed and may still be changing until it is `quiet`: nothing is read of the
/// files before, but all that is stored of them is.
///
/// # Errors
/// As those of [`update`].
pub async fn update_once(
    quiet: impl Future<Output = ()>,
    store: &Store,
    order: Order,
    now: Timestamp,
    progress: impl Fn(usize, usize) + Send + Sync + 'static,
) -> Result<Done, Error> {
    replace(store, order, quiet, None, now, progress).await
}

/// Reads and compiles what changed, and writes it; what is stored is read meanwhile.
async fn replace(
    store: &Store,
    order: Order,
    quiet: impl Future<Output = ()>,
    inventory: Option<Inventory>,
    now: Timestamp,
    progress: impl Fn(usize, usize) + Send + Sync + 'static,
) -> Result<Done, Error> {
    let order = Arc::new(order);
    let turn = store.draw().await?;
    let mut opening = store.opening(turn, now).await?;
    let past = opening.past(&order.fingerprint).await?;
    let checksum = order.checksum;
    let past = spawn_blocking(move || Past {
        known: Known::new(past.records(), checksum),
        faces: Faces::from_bytes(&past.faces),
        ..Past::default()
    });
    let reading = async {
        let (past, ()) = join(past, quiet).await;
        Ok::<_, Error>(Reading::begin(Arc::clone(&order), past?, inventory))
    };
    let (replacement, reading) = join(opening.recall(), reading).await;
    let mut replacement = replacement?;
    let (linked, files) = reading?.end(&mut replacement).await?;
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

/// A project that is being read on a thread of its own.
struct Reading {
    /// The project, and the number of its inventory.
    thread: JoinHandle<Result<(Linked, i64), content::Error>>,
    /// What is to be known of its files the next time.
    records: mpsc::Receiver<Record>,
}

impl Reading {
    /// No file is read before the inventory has seen it: what changes in between is a change the next time.
    fn begin(order: Arc<Order>, past: Past, inventory: Option<Inventory>) -> Self {
        let (sender, records) = mpsc::channel(AHEAD);
        let thread = spawn_blocking(move || {
            let taken = match inventory {
                Some(taken) => taken,
                None => inventory::take(&order.root, &order.settings.content)?,
            };
            let past = Past {
                listings: taken.listings,
                ..past
            };
            // Where nobody takes it, the import has failed already.
            let mut learn = |record| drop(sender.blocking_send(record));
            let linked = Linked::read(&order.root, &order.settings, past, &mut learn)?;
            Ok((linked, taken.number))
        });
        Self { thread, records }
    }

    async fn end(mut self, replacement: &mut Replacement) -> Result<(Linked, i64), Error> {
        while let Some(record) = self.records.recv().await {
            replacement.remember(&record);
        }
        let (mut linked, files) = self.thread.await??;
        replacement.learn(take(&mut linked.gone)).await?;
        Ok((linked, files))
    }
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
