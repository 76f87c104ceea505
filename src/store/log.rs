//! The log of changes: what a replacement did to what the public sees, kept for those who hold a copy of the site.
//!
//! In: each row that came, went or was written anew, as versions. Out: rows of `change`, one per item. It knows
//! nothing of who will ask. What the clock alone changes is not in it: the rows of `item` tell that themselves.

use std::collections::BTreeMap;

use super::engine::Writer;
use super::statement::{Statement, Value};
use super::{Error, moment};

/// A log that grows longer begins anew: whoever is so far behind is better off with everything.
const MOST_ROWS: usize = 50_000;

/// Rows are kept for thirty days.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// What names an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The name of its kind.
    pub kind: String,
    /// As [`id_key`] spells it.
    ///
    /// [`id_key`]: super::id_key
    pub id: String,
    /// Collection, taxonomy, container or navigation.
    pub owner: String,
    /// Site handle.
    pub site: String,
}

/// A row of an item: when the public sees it, and what it answers then, as a digest of each part.
#[derive(Clone, Debug)]
pub(super) struct Version {
    /// Of the row.
    pub(super) number: i64,
    /// From, and until just before.
    pub(super) visible: (i64, i64),
    /// As `digest` has it.
    pub(super) hash: Vec<u8>,
}

/// What of an item changed: bits, each of one part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts(pub i64);

/// The changes of one replacement.
#[derive(Debug, Default)]
pub(super) struct Log {
    touched: BTreeMap<Identity, Touched>,
    moved: BTreeMap<(String, String), Parts>,
    overflowed: bool,
}

#[derive(Debug, Default)]
struct Touched {
    before: Vec<Version>,
    after: Vec<Version>,
}

/// A row of `change`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) identity: Identity,
    pub(super) was_until: i64,
    pub(super) was_since: i64,
    pub(super) parts: Parts,
    /// All that it has now.
    pub(super) whole: Parts,
}

impl Log {
    /// What follows a generation; before the first one there is nothing that anybody could hold.
    pub(super) fn since(generation: i64) -> Self {
        Self {
            overflowed: generation == 0,
            ..Self::default()
        }
    }

    /// A row that is deleted, or written over.
    pub(super) fn was(&mut self, identity: Identity, version: Version) {
        if let Some(touched) = self.touch(identity) {
            touched.before.push(version);
        }
    }

    /// A row that is written.
    pub(super) fn is(&mut self, identity: Identity, version: Version) {
        if let Some(touched) = self.touch(identity) {
            touched.after.push(version);
        }
    }

    /// A change of lists as a whole: that of their order, or that of what is in no item.
    pub(super) fn moved(&mut self, kind: &str, owner: &str, parts: Parts) {
        self.moved
            .insert((kind.to_owned(), owner.to_owned()), parts);
    }

    /// What the public sees otherwise than before at the moment of the replacement, or saw before it; `None` where that
    /// is too much to be told one by one.
    pub(super) fn changes(&self, at: i64) -> Option<Vec<Change>> {
        if self.overflowed {
            return None;
        }
        let items = self
            .touched
            .iter()
            .filter_map(|(identity, touched)| touched.change(identity, at));
        let lists = self.moved.iter().map(|((kind, owner), parts)| Change {
            identity: Identity {
                kind: kind.clone(),
                id: String::new(),
                owner: owner.clone(),
                site: String::new(),
            },
            was_until: moment::ALWAYS,
            was_since: moment::ALWAYS,
            parts: *parts,
            whole: *parts,
        });
        Some(items.chain(lists).collect())
    }

    /// Writes what changed with a generation that was raised, and forgets what is too old.
    pub(super) async fn write(
        &self,
        writer: &mut Writer,
        generation: i64,
        at: i64,
    ) -> Result<(), Error> {
        match self.changes(at).filter(|_| generation > 1) {
            Some(changes) => {
                let rows = changes.iter().map(|change| change.row(generation, at));
                writer.insert(CHANGE, rows.collect()).await?;
                shorten(writer, at).await?;
            }
            None => begin_anew(writer, generation).await?,
        }
        name_database(writer).await
    }

    fn touch(&mut self, identity: Identity) -> Option<&mut Touched> {
        if self.overflowed || self.touched.len() >= MOST_ROWS {
            self.overflowed = true;
            self.touched.clear();
            return None;
        }
        Some(self.touched.entry(identity).or_default())
    }
}

const CHANGE: &str =
    "change (generation, kind, id, owner, site, was_until, was_since, parts, whole, made_at)";

impl Change {
    fn row(&self, generation: i64, at: i64) -> Vec<Value> {
        let Identity {
            kind,
            id,
            owner,
            site,
        } = &self.identity;
        vec![
            generation.into(),
            kind.as_str().into(),
            id.as_str().into(),
            owner.as_str().into(),
            site.as_str().into(),
            self.was_until.into(),
            self.was_since.into(),
            self.parts.0.into(),
            self.whole.0.into(),
            at.into(),
        ]
    }
}

/// Forgets generations that are too old, and those beyond the most rows that are kept.
async fn shorten(writer: &mut Writer, at: i64) -> Result<(), Error> {
    let oldest = Statement::new(
        "select coalesce(max(o.generation), 0) as generation from (
             select max(c.generation) as generation from change c where c.made_at < $1
             union all
             select l.generation from (select generation from change order by generation desc limit 1 offset $2) l
         ) o",
    );
    let most = i64::try_from(MOST_ROWS).unwrap_or(i64::MAX);
    let rows = writer.rows(oldest.bind(at - KEPT_MS).bind(most)).await?;
    let oldest: i64 = rows
        .first()
        .ok_or(sqlx::Error::RowNotFound)?
        .get("generation")?;
    if oldest == 0 {
        return Ok(());
    }
    let forget = Statement::new("delete from change where generation <= $1");
    writer.execute(forget.bind(oldest)).await?;
    remember(writer, oldest).await
}

async fn begin_anew(writer: &mut Writer, generation: i64) -> Result<(), Error> {
    writer.execute(Statement::new("delete from change")).await?;
    remember(writer, generation).await
}

/// The log goes back to a generation, and not further.
async fn remember(writer: &mut Writer, generation: i64) -> Result<(), Error> {
    let remember = Statement::new("update change_log set complete_since = $1 where id = 1");
    writer.execute(remember.bind(generation)).await
}

/// Gives the database a name of its own, once.
async fn name_database(writer: &mut Writer) -> Result<(), Error> {
    let name = Statement::new("update change_log set identity = $1 where id = 1 and identity = ''");
    let unique = uuid::Uuid::new_v4().simple().to_string();
    writer.execute(name.bind(unique)).await
}

impl Touched {
    fn change(&self, identity: &Identity, at: i64) -> Option<Change> {
        let was_until = self
            .before
            .iter()
            .filter(|version| version.began(at))
            .map(|version| version.visible.1)
            .max();
        let seen = |versions: &[Version]| {
            let seen = versions.iter().find(|version| version.is_seen(at));
            seen.cloned()
        };
        let (before, after) = (seen(&self.before), seen(&self.after));
        let parts = unlike(before.as_ref(), after.as_ref());
        let was_since = match (&before, &after) {
            (None, None) => was_until?,
            (Some(before), _) => before.visible.0,
            (None, Some(_)) => moment::ALWAYS,
        };
        let is_new = parts != Parts::NONE || was_since > moment::ALWAYS;
        is_new.then(|| Change {
            identity: identity.clone(),
            was_until: was_until.unwrap_or(moment::ALWAYS),
            was_since,
            parts,
            whole: after.map_or(Parts::NONE, |after| whole(&after.hash)),
        })
    }
}

impl Version {
    fn began(&self, at: i64) -> bool {
        self.visible.0 <= at && self.visible.0 < self.visible.1
    }

    /// Whether the public sees it at a moment.
    pub(super) fn is_seen(&self, at: i64) -> bool {
        self.visible.0 <= at && at < self.visible.1
    }
}

/// Bytes of the digest of one part; where there is nothing of it, all are zero.
pub(super) const PART: usize = 8;

/// What of two versions of an item is not alike; where there is none, nothing is there.
pub(super) fn unlike(one: Option<&Version>, other: Option<&Version>) -> Parts {
    differing(hash_of(one), hash_of(other))
}

fn hash_of(version: Option<&Version>) -> &[u8] {
    version.map_or(&[], |version| version.hash.as_slice())
}

/// All that an item of this digest has.
pub(super) fn whole(hash: &[u8]) -> Parts {
    differing(&[], hash)
}

fn differing(one: &[u8], other: &[u8]) -> Parts {
    let part = |hash: &[u8], index: usize| -> [u8; PART] {
        let part = hash.get(index * PART..(index + 1) * PART);
        part.and_then(|part| part.try_into().ok())
            .unwrap_or_default()
    };
    let differing = (0..Parts::COUNT).filter(|index| part(one, *index) != part(other, *index));
    Parts(differing.map(|index| 1 << index).sum())
}

impl Parts {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// What the native API shows.
    pub const NATIVE: Self = Self(1);

    /// What Statamic's own API shows.
    pub const STATAMIC: Self = Self(1 << 1);

    /// What native lists and searches show of it, filter, sort and find it by.
    pub const LISTED: Self = Self(1 << 2);

    /// What the lists of Statamic's own API do.
    pub const QUERIED: Self = Self(1 << 3);

    /// The references that it makes.
    pub const LINKED: Self = Self(1 << 4);

    /// What it adds to the sitemap.
    pub const MAPPED: Self = Self(1 << 5);

    /// What is found wrong with its SEO.
    pub const REPORTED: Self = Self(1 << 6);

    /// How many there are.
    pub(super) const COUNT: usize = 7;

    /// All of it.
    pub const ALL: Self = Self((1 << Self::COUNT) - 1);

    /// Whether a part is among them.
    #[must_use]
    pub fn has(self, part: Self) -> bool {
        self.0 & part.0 != 0
    }

    /// These and others.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(visible: (i64, i64), native: u8) -> Version {
        let mut hash = vec![0; (Parts::COUNT + 1) * PART];
        hash[0] = native;
        Version {
            number: 1,
            visible,
            hash,
        }
    }

    fn change(before: Option<Version>, after: Option<Version>) -> Option<Change> {
        let identity = Identity {
            kind: "entry".into(),
            id: "a".into(),
            owner: "posts".into(),
            site: String::new(),
        };
        let mut log = Log::default();
        if let Some(before) = before {
            log.was(identity.clone(), before);
        }
        if let Some(after) = after {
            log.is(identity, after);
        }
        log.changes(100).unwrap().pop()
    }

    const EVER: (i64, i64) = (moment::ALWAYS, moment::NEVER);
    const HIDDEN: (i64, i64) = (moment::NEVER, moment::NEVER);

    #[test]
    fn what_the_public_sees_is_a_change_and_what_it_does_not_is_none() {
        let parts = |change: Option<Change>| change.unwrap().parts;
        let native = |before, after| parts(change(before, after)) == Parts::NATIVE;
        assert!(native(None, Some(version(EVER, 1))));
        assert!(native(Some(version(EVER, 1)), None));
        assert!(native(Some(version(EVER, 1)), Some(version(EVER, 2))));
        assert_eq!(change(Some(version(EVER, 1)), Some(version(EVER, 1))), None);
        let future = version((200, moment::NEVER), 1);
        assert_eq!(change(None, Some(version(HIDDEN, 1))), None);
        assert_eq!(change(Some(version(HIDDEN, 1)), Some(future)), None);
    }

    #[test]
    fn what_expired_before_it_went_is_remembered_with_its_end() {
        let gone = change(Some(version((moment::ALWAYS, 50), 1)), None).unwrap();
        assert_eq!((gone.was_until, gone.was_since), (50, 50));
        assert_eq!(gone.parts, Parts::NONE);
    }

    #[test]
    fn a_log_that_is_too_long_says_nothing() {
        let mut log = Log::default();
        for number in 0..=MOST_ROWS {
            let identity = Identity {
                kind: "entry".into(),
                id: number.to_string(),
                owner: String::new(),
                site: String::new(),
            };
            log.is(identity, version(EVER, 1));
        }
        assert_eq!(log.changes(100), None);
    }
}
