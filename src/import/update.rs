//! A database brought up to date with a project's folder: what did not change is neither read, compiled nor written.
//!
//! In: a folder, the settings, a store. Out: what was done. Files are read while what was read of them is written, items
//! are compiled while they are written, and all of it is one transaction, so that neither the project nor its items are
//! ever in memory as a whole.

use std::mem::take;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::join;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::faces::Faces;
use super::{Linked, Past, Report, Settings, Step};
use crate::content;
use crate::content::inventory::{self, Inventory};
use crate::content::known::Known;
use crate::content::problem::{Problem, Severity, counted};
use crate::store::memory::Stale;
use crate::store::replace::{Replaced, Replacement};
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
    let mut inventory = None;
    if !(order.checksum || order.strict) {
        let taken = take_inventory(&order).await?;
        if let Some(generation) = store.left(&order.fingerprint, taken.number, now).await? {
            return Ok(Done::Nothing { generation });
        }
        inventory = Some(taken);
    }
    let (past, replacement) = recall(store, &order, now).await?;
    let inventory = match inventory {
        Some(taken) => taken,
        None => take_inventory(&order).await?,
    };
    replace(order, inventory, past, replacement, now, progress).await
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
    let order = Arc::new(order);
    let (recalled, ()) = join(recall(store, &order, now), quiet).await;
    let (past, replacement) = recalled?;
    let inventory = take_inventory(&order).await?;
    replace(order, inventory, past, replacement, now, progress).await
}

/// No file is read before the inventory has seen it: what changes in between is a change the next time.
async fn take_inventory(order: &Arc<Order>) -> Result<Inventory, Error> {
    let order = Arc::clone(order);
    let taking = spawn_blocking(move || inventory::take(&order.root, &order.settings.content));
    Ok(taking.await??)
}

/// Begins to write, and reads what is stored.
async fn recall(
    store: &Store,
    order: &Order,
    now: Timestamp,
) -> Result<(Past, Replacement), Error> {
    let turn = store.draw().await?;
    let mut opening = store.opening(turn, now).await?;
    let past = opening.past(&order.fingerprint).await?;
    let checksum = order.checksum;
    let past = spawn_blocking(move || Past {
        known: Known::new(past.records(), checksum),
        faces: Faces::from_bytes(&past.faces),
        ..Past::default()
    });
    let replacement = opening.recall().await?;
    Ok((past.await?, replacement))
}

/// Reads and compiles what changed, and writes it.
async fn replace(
    order: Arc<Order>,
    inventory: Inventory,
    past: Past,
    mut replacement: Replacement,
    now: Timestamp,
    progress: impl Fn(usize, usize) + Send + Sync + 'static,
) -> Result<Done, Error> {
    let past = Past {
        listings: inventory.listings,
        ..past
    };
    let linked = read(&order, past, &mut replacement).await?;
    let stale = if linked.changes.everything {
        Stale::default()
    } else {
        replacement.stale(&linked.changes.keys)
    };
    let (linked, report) = compile(linked, stale, now, progress, &mut replacement).await?;
    if order.strict {
        refuse_errors(&report.problems)?;
    }
    let memory = linked.leave(inventory.number);
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

/// Reads the project, and notes what is to be known of it the next time.
async fn read(
    order: &Arc<Order>,
    past: Past,
    replacement: &mut Replacement,
) -> Result<Linked, Error> {
    let (sender, mut records) = mpsc::channel(AHEAD);
    let order = Arc::clone(order);
    let reading = spawn_blocking(move || {
        // Where nobody takes it, the import has failed already.
        let mut learn = |record| drop(sender.blocking_send(record));
        Linked::read(&order.root, &order.settings, past, &mut learn)
    });
    while let Some(record) = records.recv().await {
        replacement.remember(&record);
    }
    let mut linked = reading.await??;
    replacement.learn(take(&mut linked.gone)).await?;
    Ok(linked)
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
