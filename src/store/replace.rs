//! Replacing the site: what changed is written, what vanished is deleted, what is as it was is left alone, and the
//! generation rises, all in one transaction. A crash at any moment leaves the former generation whole.

use std::collections::{BTreeSet, HashSet};
use std::mem::take;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Notify;

use super::engine::Writer;
use super::fields::{self, Fields};
use super::lists::{Places, Report};
use super::log::{Identity, Log, Parts};
use super::memory::{self, Learnt, Memory};
use super::search::index;
use super::statement::Statement;
use super::stored::{self, Items, Stored};
use super::tally;
use super::turn::{self, Turn};
use super::values::Paths;
use super::write::{self, ItemRow, Ready, Span};
use super::{Digest, Error, Item, Kept, Name, Store, moment, problems};
use crate::content::known::Record;
use crate::content::problem::Problem;

/// Rows are gathered up to this many before they are written.
const BATCH: usize = 100;

/// What a replacement did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replaced {
    /// The generation that readers see now; the former one where nothing changed.
    pub generation: i64,
    /// Items written.
    pub written: usize,
    /// Items that vanished.
    pub deleted: usize,
    /// Items that were as they are.
    pub unchanged: usize,
}

impl Store {
    /// Replaces the whole site by one that was read just now; see [`Store::replace_in_turn`].
    ///
    /// # Errors
    /// If the database fails or cannot be written; then it is as it was.
    pub async fn replace<I>(
        &self,
        items: I,
        problems: &[Problem],
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Replaced, Error>
    where
        I: IntoIterator<Item = Item>,
    {
        let turn = self.draw().await?;
        self.replace_in_turn(turn, items, problems, fingerprint, now)
            .await
    }

    /// Replaces the whole site; versions of one item stand together in `items`. What was remembered is forgotten.
    ///
    /// Where two items have the same kind, owner, id and site, the first is kept.
    ///
    /// # Errors
    /// If the database fails or cannot be written, or if an import that drew later was written; then it is as it was.
    pub async fn replace_in_turn<I>(
        &self,
        turn: Turn,
        items: I,
        problems: &[Problem],
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Replaced, Error>
    where
        I: IntoIterator<Item = Item>,
    {
        let mut replacement = self.opening(turn, now).await?.recall().await?;
        let mut versions = Vec::new();
        for item in items {
            let is_next = |last: &Ready| !same(&last.item, &item);
            if versions.last().is_some_and(is_next) {
                replacement.take(take(&mut versions)).await?;
            }
            versions.push(item.into());
        }
        replacement.take(versions).await?;
        replacement.finish(problems, fingerprint, None).await
    }

    /// Begins to replace the site; nobody sees any of it before it is finished.
    ///
    /// # Errors
    /// If the database fails or cannot be written, or if an import that drew later was written.
    pub async fn opening(&self, turn: Turn, now: Timestamp) -> Result<Opening, Error> {
        let mut writer = self.engine.writer().await?;
        turn::take(&mut writer, turn).await?;
        Ok(Opening {
            writer,
            written: Arc::clone(&self.written),
            now,
        })
    }

    /// Waits until this program has written a generation: whoever follows the store need not wait to ask for it.
    pub async fn written(&self) {
        self.written.notified().await;
    }
}

/// A replacement that has its turn and knows nothing yet: what an import left is soon read, and while the project is read
/// by it, there is time to read what is stored.
pub struct Opening {
    pub(super) writer: Writer,
    written: Arc<Notify>,
    now: Timestamp,
}

impl Opening {
    /// Reads what is stored, so that items can be set against it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn recall(self) -> Result<Replacement, Error> {
        let Self {
            mut writer,
            written,
            now,
        } = self;
        let generation = generation(&mut writer).await?;
        let stored = stored::read(&mut writer).await?;
        let paths = Paths::stored(&mut writer).await?;
        let numbers = stored.values().flatten().map(|row| row.number);
        Ok(Replacement {
            next_number: numbers.max().unwrap_or(0) + 1,
            writer,
            written,
            now: moment::stored(now),
            stored,
            paths,
            noted: 0,
            met: HashSet::new(),
            stale: Vec::new(),
            fresh: Vec::new(),
            moved: Vec::new(),
            learnt: Learnt::default(),
            boundaries: BTreeSet::new(),
            until: moment::NEVER,
            spans_changed: false,
            fields: Fields::default(),
            log: Log::since(generation),
            places: Places::default(),
            report: Report::default(),
            generation,
            replaced: Replaced::default(),
        })
    }
}

/// A replacement on its way; if it is not finished, the database is as it was.
pub struct Replacement {
    pub(super) writer: Writer,
    written: Arc<Notify>,
    pub(super) now: i64,
    /// Items not met yet; what is left at the end has vanished.
    pub(super) stored: Items,
    /// Digests of the names of all items that came.
    met: HashSet<Digest>,
    next_number: i64,
    stale: Vec<i64>,
    fresh: Vec<ItemRow>,
    moved: Vec<(i64, (i64, i64))>,
    learnt: Learnt,
    boundaries: BTreeSet<i64>,
    /// The first moment at which a version is no longer the valid one.
    until: i64,
    /// Whether an item came or went, or is valid or visible at other times than before.
    spans_changed: bool,
    fields: Fields,
    log: Log,
    places: Places,
    report: Report,
    /// The former one.
    generation: i64,
    paths: Paths,
    /// Versions whose paths were noted; what is kept has its paths from before.
    noted: usize,
    replaced: Replaced,
}

impl Replacement {
    /// Takes all versions of one item, sets each against what is stored.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn take(&mut self, mut versions: Vec<Ready>) -> Result<(), Error> {
        let Some(Ready { item: first, .. }) = versions.first() else {
            return Ok(());
        };
        if write::is_unfindable(first) {
            tracing::warn!(
                kind = first.kind.name(),
                owner = first.owner,
                "an item is left out: its names are too long"
            );
            return Ok(());
        }
        let name = Name::new(first.kind, &first.owner, &first.id, &first.site);
        if !self.met.insert(name.digest()) {
            tracing::warn!(
                kind = first.kind.name(),
                owner = first.owner,
                id = first.id,
                "an item came twice; the first is kept"
            );
            return Ok(());
        }
        versions.sort_by_key(|version| version.item.valid_from);
        versions.dedup_by_key(|version| version.item.valid_from);
        let begins: Vec<i64> = versions
            .iter()
            .map(|version| &version.item)
            .map(|item| item.valid_from.map_or(moment::ALWAYS, moment::stored))
            .collect();
        let mut stored = self.stored.remove(&name.digest()).unwrap_or_default();
        for (index, version) in versions.into_iter().enumerate() {
            let valid = (
                begins[index],
                begins.get(index + 1).copied().unwrap_or(moment::NEVER),
            );
            let same = stored.iter().position(|row| row.span.valid.0 == valid.0);
            let same = same.map(|index| stored.swap_remove(index));
            self.take_version(&name, version, valid, same);
        }
        if !stored.is_empty() {
            self.stored.insert(name.digest(), stored);
        }
        if self.fresh.len() >= BATCH {
            self.flush().await
        } else {
            Ok(())
        }
    }

    /// Leaves all versions of an item as they are, but for their places.
    pub fn keep(&mut self, kept: &Kept) {
        let places = (kept.position, kept.own_order);
        for row in self
            .stored
            .remove(&kept.name.digest())
            .into_iter()
            .flatten()
        {
            self.replaced.unchanged += 1;
            self.note(row.span);
            if row.span.is_seen(self.now) {
                self.places.note(&kept.name, row.places, places);
            }
            if row.places != places {
                self.moved.push((row.number, places));
            }
        }
        self.met.insert(kept.name.digest());
    }

    /// Takes what is to be known of a file the next time.
    pub fn remember(&mut self, record: &Record) {
        self.learnt.add(record);
    }

    /// Writes what was taken of all files, and forgets those that are gone.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn learn(&mut self, gone: Vec<String>) -> Result<(), Error> {
        for path in gone {
            self.learnt.forget(path);
        }
        take(&mut self.learnt).write(&mut self.writer).await
    }

    /// Writes what is left to be written, deletes what was not met, and makes all of it the site that readers see.
    /// Without a memory the next import knows nothing.
    ///
    /// # Errors
    /// If the database fails; then it is as it was.
    pub async fn finish(
        mut self,
        problems: &[Problem],
        fingerprint: &str,
        memory: Option<Memory>,
    ) -> Result<Replaced, Error> {
        self.flush().await?;
        let vanished = take(&mut self.stored).into_values().flatten();
        let vanished: Vec<Stored> = vanished.collect();
        for some in vanished.chunks(BATCH) {
            self.delete(some).await?;
        }
        let writer = &mut self.writer;
        for moved in self.moved.chunks(BATCH) {
            write::place(writer, moved).await?;
        }
        self.replaced.deleted = vanished.len();
        let items_changed = self.replaced.written + self.replaced.deleted + self.moved.len() > 0;
        if self.spans_changed {
            write::boundaries(writer, &self.boundaries).await?;
        }
        if self.fields.changed() {
            fields::write(writer).await?;
        }
        if self.replaced.written > self.replaced.unchanged {
            index::settle(writer).await?;
        }
        self.paths.write(writer, self.noted).await?;
        let problems_changed = problems::replace(writer, problems).await?;
        memory::replace(writer, memory, self.until).await?;
        if problems_changed {
            self.log.moved("problem", "", Parts::ALL);
        }
        if self.report.changed(&mut self.writer, self.now).await? {
            self.log.moved("finding", "", Parts::REPORTED);
        }
        for (kind, owner, parts) in take(&mut self.places).moved() {
            self.log.moved(kind.name(), &owner, parts);
        }
        let writer = &mut self.writer;
        let changed = items_changed || problems_changed;
        self.replaced.generation = raise(writer, changed, fingerprint, self.now).await?;
        let generation = self.replaced.generation;
        if generation != self.generation {
            self.log.write(writer, generation, self.now).await?;
            tally::write(writer, self.spans_changed, self.now).await?;
        }
        self.writer.commit().await?;
        self.written.notify_one();
        self.writer.settle().await?;
        Ok(self.replaced)
    }

    fn take_version(
        &mut self,
        name: &Name,
        version: Ready,
        valid: (i64, i64),
        same: Option<Stored>,
    ) {
        let span = Span::of(&version.item, valid);
        self.note(span);
        self.noted += 1;
        let row = ItemRow {
            number: same.as_ref().map_or(self.next_number, |row| row.number),
            id: name.id.clone(),
            hash: version.digest(span),
            span,
            changed_at: self.now,
            field_names: version.field_names,
            folded: version.folded,
            keys: self.paths.keys(&version.item, version.keys),
            item: version.item,
        };
        let places = (row.item.position, row.item.own_order);
        if let Some(stored) = &same
            && stored.span.is_seen(self.now)
            && span.is_seen(self.now)
        {
            self.places.note(name, stored.places, places);
        }
        // Before the first generation there is no report that could change.
        if self.generation > 0 {
            let stored = same.as_ref().map(Stored::version);
            self.report
                .note(stored.as_ref(), Some(&row.version()), self.now);
        }
        match same {
            Some(stored) if stored.hash == row.hash && stored.needs.is_some() => {
                self.replaced.unchanged += 1;
                if stored.places != places {
                    self.moved.push((stored.number, places));
                }
            }
            Some(stored) => {
                self.log.was(identity(name), stored.version());
                self.log.is(identity(name), row.version());
                self.spans_changed |= stored.span != span;
                self.stale.push(stored.number);
                self.fresh.push(row);
            }
            None => {
                self.log.is(identity(name), row.version());
                self.spans_changed = true;
                self.fresh.push(row);
                self.next_number += 1;
            }
        }
    }

    /// Deletes versions of items that are no longer there.
    async fn delete(&mut self, vanished: &[Stored]) -> Result<(), Error> {
        let numbers: Vec<i64> = vanished.iter().map(|row| row.number).collect();
        let mut identities = stored::identities(&mut self.writer, &numbers).await?;
        for row in vanished {
            if let Some(identity) = identities.remove(&row.number) {
                self.log.was(identity, row.version());
            }
            self.report.note(Some(&row.version()), None, self.now);
        }
        self.spans_changed = true;
        self.report.read_stale(&mut self.writer).await?;
        self.fields.read_stale(&mut self.writer, &numbers).await?;
        write::delete(&mut self.writer, &numbers).await
    }

    fn note(&mut self, span: Span) {
        self.boundaries.extend(span.boundaries());
        self.until = self.until.min(span.valid.1);
    }

    async fn flush(&mut self) -> Result<(), Error> {
        self.report.read_stale(&mut self.writer).await?;
        self.fields
            .read_stale(&mut self.writer, &self.stale)
            .await?;
        self.fields.note_fresh(&self.fresh);
        write::delete(&mut self.writer, &self.stale).await?;
        write::insert(&mut self.writer, &mut self.fresh).await?;
        self.report.read_fresh(&mut self.writer).await?;
        self.replaced.written += self.fresh.len();
        self.stale.clear();
        self.fresh.clear();
        Ok(())
    }
}

fn identity(name: &Name) -> Identity {
    Identity {
        kind: name.kind.name().to_owned(),
        id: name.id.clone(),
        owner: name.owner.clone(),
        site: name.site.clone(),
    }
}

fn same(one: &Item, other: &Item) -> bool {
    one.kind == other.kind
        && one.id == other.id
        && one.owner == other.owner
        && one.site == other.site
}

/// Raises the generation if anything changed; answers with the one that is valid then.
async fn raise(
    writer: &mut Writer,
    changed: bool,
    fingerprint: &str,
    now: i64,
) -> Result<i64, Error> {
    let raise = Statement::new(
        "update generation set number = number + 1, fingerprint = $1, replaced_at = $2
         where id = 1 and ($3 or number = 0 or fingerprint <> $1)",
    );
    let raise = raise.bind(fingerprint).bind(now).bind(changed);
    writer.execute(raise).await?;
    generation(writer).await
}

async fn generation(writer: &mut Writer) -> Result<i64, Error> {
    let number = Statement::new("select number from generation where id = 1");
    let rows = writer.rows(number).await?;
    rows.first().ok_or(sqlx::Error::RowNotFound)?.get("number")
}
