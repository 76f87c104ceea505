//! Replacing the site: what changed is written, what vanished is deleted, what is as it was is left alone, and the
//! generation rises, all in one transaction. A crash at any moment leaves the former generation whole.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::engine::{Row, Writer};
use super::log::{Identity, Log, Version};
use super::statement::Statement;
use super::turn::{self, Turn};
use super::values::Paths;
use super::write::{self, ItemRow, Span};
use super::{Error, Item, Kind, Store, id_key, moment, problems};
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

    /// Replaces the whole site; versions of one item stand together in `items`.
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
        let mut writer = self.engine.writer().await?;
        turn::take(&mut writer, turn).await?;
        let mut replacement = Replacement::begin(&mut writer, now).await?;
        let mut versions = Vec::new();
        for item in items {
            if versions.last().is_some_and(|last| !same(last, &item)) {
                replacement.take(std::mem::take(&mut versions)).await?;
            }
            versions.push(item);
        }
        replacement.take(versions).await?;
        let replaced = replacement.finish(problems, fingerprint).await?;
        writer.commit().await?;
        Ok(replaced)
    }
}

/// What names a stored row: kind, owner, id, site and validity.
type Name = (String, String, String, String, i64);

/// A row as the database has it.
struct Stored {
    number: i64,
    hash: Vec<u8>,
    places: (i64, i64),
    visible: (i64, i64),
}

/// A replacement on its way.
struct Replacement<'w> {
    writer: &'w mut Writer,
    now: i64,
    /// Rows not met yet; what is left at the end has vanished.
    stored: HashMap<Name, Stored>,
    met: HashSet<(Kind, String, String, String)>,
    next_number: i64,
    stale: Vec<i64>,
    fresh: Vec<ItemRow>,
    moved: Vec<(i64, (i64, i64))>,
    boundaries: BTreeSet<i64>,
    log: Log,
    /// The former one.
    generation: i64,
    paths: Paths,
    replaced: Replaced,
}

impl<'w> Replacement<'w> {
    async fn begin(writer: &'w mut Writer, now: Timestamp) -> Result<Self, Error> {
        let generation = generation(writer).await?;
        let stored = stored(writer).await?;
        let next_number = stored.values().map(|row| row.number).max().unwrap_or(0) + 1;
        let paths = Paths::stored(writer).await?;
        Ok(Self {
            writer,
            paths,
            now: moment::stored(now),
            stored,
            met: HashSet::new(),
            next_number,
            stale: Vec::new(),
            fresh: Vec::new(),
            moved: Vec::new(),
            boundaries: BTreeSet::new(),
            log: Log::default(),
            generation,
            replaced: Replaced::default(),
        })
    }

    /// Takes all versions of one item, sets each against what is stored.
    async fn take(&mut self, mut versions: Vec<Item>) -> Result<(), Error> {
        let Some(first) = versions.first() else {
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
        if !self.met.insert((
            first.kind,
            first.owner.clone(),
            id_key(&first.id),
            first.site.clone(),
        )) {
            tracing::warn!(
                kind = first.kind.name(),
                owner = first.owner,
                id = first.id,
                "an item came twice; the first is kept"
            );
            return Ok(());
        }
        versions.sort_by_key(|version| version.valid_from);
        versions.dedup_by_key(|version| version.valid_from);
        let begins: Vec<i64> = versions
            .iter()
            .map(|version| version.valid_from.map_or(moment::ALWAYS, moment::stored))
            .collect();
        for (index, item) in versions.into_iter().enumerate() {
            let valid = (
                begins[index],
                begins.get(index + 1).copied().unwrap_or(moment::NEVER),
            );
            self.take_version(item, valid);
        }
        if self.fresh.len() >= BATCH {
            self.flush().await
        } else {
            Ok(())
        }
    }

    fn take_version(&mut self, item: Item, valid: (i64, i64)) {
        let span = Span::of(&item, valid);
        self.boundaries.extend(span.boundaries());
        self.paths.note(&item);
        let row = ItemRow {
            number: 0,
            id: id_key(&item.id),
            hash: write::digest(&item, span),
            span,
            changed_at: self.now,
            item,
        };
        let name = (
            row.item.kind.name().to_owned(),
            row.item.owner.clone(),
            row.id.clone(),
            row.item.site.clone(),
            valid.0,
        );
        let places = (row.item.position, row.item.own_order);
        let stored = self.stored.remove(&name);
        if stored
            .as_ref()
            .is_some_and(|stored| stored.places != places)
        {
            self.log.moved(&name.0, &name.1);
        }
        match stored {
            Some(stored) if stored.hash == row.hash => {
                self.replaced.unchanged += 1;
                if stored.places != places {
                    self.moved.push((stored.number, places));
                }
            }
            Some(stored) => {
                self.log.was(identity(&name), stored.version());
                self.log.is(identity(&name), row.version());
                self.stale.push(stored.number);
                self.fresh.push(ItemRow {
                    number: stored.number,
                    ..row
                });
            }
            None => {
                self.log.is(identity(&name), row.version());
                self.fresh.push(ItemRow {
                    number: self.next_number,
                    ..row
                });
                self.next_number += 1;
            }
        }
    }

    async fn flush(&mut self) -> Result<(), Error> {
        write::delete(self.writer, &self.stale).await?;
        write::insert(self.writer, &self.fresh, &self.paths).await?;
        self.replaced.written += self.fresh.len();
        self.stale.clear();
        self.fresh.clear();
        Ok(())
    }

    async fn finish(mut self, problems: &[Problem], fingerprint: &str) -> Result<Replaced, Error> {
        self.flush().await?;
        for (name, row) in &self.stored {
            self.log.was(identity(name), row.version());
        }
        let vanished: Vec<i64> = self.stored.values().map(|row| row.number).collect();
        for numbers in vanished.chunks(BATCH) {
            write::delete(self.writer, numbers).await?;
        }
        for moved in self.moved.chunks(BATCH) {
            write::place(self.writer, moved).await?;
        }
        self.replaced.deleted = vanished.len();
        let items_changed = self.replaced.written + self.replaced.deleted + self.moved.len() > 0;
        if items_changed {
            write::boundaries(self.writer, &self.boundaries).await?;
            write::field_names(self.writer).await?;
        }
        let met = self.replaced.written + self.replaced.unchanged;
        std::mem::take(&mut self.paths)
            .write(self.writer, met)
            .await?;
        let problems_changed = problems::replace(self.writer, problems).await?;
        if problems_changed {
            self.log.moved("problem", "");
        }
        self.replaced.generation = raise(
            self.writer,
            items_changed || problems_changed,
            fingerprint,
            self.now,
        )
        .await?;
        let generation = self.replaced.generation;
        if generation != self.generation {
            self.log.write(self.writer, generation, self.now).await?;
        }
        Ok(self.replaced)
    }
}

impl Stored {
    fn version(&self) -> Version {
        Version {
            visible: self.visible,
            hash: self.hash.clone(),
        }
    }
}

fn identity((kind, owner, id, site, _): &Name) -> Identity {
    Identity {
        kind: kind.clone(),
        id: id.clone(),
        owner: owner.clone(),
        site: site.clone(),
    }
}

fn same(one: &Item, other: &Item) -> bool {
    one.kind == other.kind
        && one.id == other.id
        && one.owner == other.owner
        && one.site == other.site
}

async fn stored(writer: &mut Writer) -> Result<HashMap<Name, Stored>, Error> {
    let statement = Statement::new(
        "select number, kind, owner, id, site, valid_from, hash, position, own_order, visible_from,
         visible_until from item",
    );
    let rows = writer.rows(statement).await?;
    rows.iter()
        .map(|row| Ok((name(row)?, stored_row(row)?)))
        .collect()
}

fn name(row: &Row) -> Result<Name, Error> {
    Ok((
        row.get("kind")?,
        row.get("owner")?,
        row.get("id")?,
        row.get("site")?,
        row.get("valid_from")?,
    ))
}

fn stored_row(row: &Row) -> Result<Stored, Error> {
    let places = (row.get("position")?, row.get("own_order")?);
    Ok(Stored {
        number: row.get("number")?,
        hash: row.get("hash")?,
        places,
        visible: (row.get("visible_from")?, row.get("visible_until")?),
    })
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
