//! What an import leaves for the next one: what it read, how everything looked, what each row was made of.
//!
//! It is written in the transaction that it tells of, so that it never tells of another state than the rows'.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use rayon::prelude::*;

use super::engine::Writer;
use super::replace::{Opening, Replacement};
use super::statement::{Statement, Value};
use super::stored::Stored;
use super::{Digest, Error, Store, moment};
use crate::content::digest;
use crate::content::known::Record;
use crate::content::problem::Problem;

/// Shelves that the records of files are kept on, each a row: few are written where few files changed, and few are read.
const SHELVES: u64 = 256;

/// Shelves that are written at a time.
const AT_ONCE: usize = 16;

/// What an earlier import left.
#[derive(Debug, Default)]
pub struct Past {
    /// The records of what it read, as JSON.
    shelves: Vec<String>,
    /// How everything looked.
    pub faces: Vec<u8>,
}

/// What an import learns of files until it is put on their shelves.
#[derive(Debug, Default)]
pub(super) struct Learnt(BTreeMap<i64, Shelf>);

/// A record for each path, as JSON, which takes less room until then; `None`: there is none any more.
type Shelf = BTreeMap<String, Option<String>>;

/// What an import leaves besides what it read.
#[derive(Debug, Default)]
pub struct Memory {
    /// How everything looks.
    pub faces: Vec<u8>,
    /// The inventory of the project's folder.
    pub files: i64,
}

/// Items that have to be made anew, and what was odd about the others.
#[derive(Debug, Default)]
pub struct Stale {
    /// Digests of the names of those that were made of something that changed, or that show what the clock has passed.
    pub names: HashSet<Digest>,
    /// What was odd about items when they were made, by those digests.
    pub problems: HashMap<Digest, Vec<Problem>>,
}

impl Store {
    /// The generation, if an import with this fingerprint left it with this inventory, and if no version of an item ran
    /// out since.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn left(
        &self,
        fingerprint: &str,
        files: i64,
        now: Timestamp,
    ) -> Result<Option<i64>, Error> {
        let statement = Statement::new(
            "select g.number, f.value as files, u.value as until from generation g
             join memory f on f.name = 'files' join memory u on u.name = 'until'
             where g.id = 1 and g.fingerprint = $1",
        );
        let rows = self.engine.rows(statement.bind(fingerprint)).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let is_so = number(&row.get::<Vec<u8>>("files")?) == files
            && number(&row.get::<Vec<u8>>("until")?) > moment::stored(now);
        Ok(if is_so { row.get("number")? } else { None })
    }
}

impl Opening {
    /// What the import before left, if it had the same fingerprint.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn past(&mut self, fingerprint: &str) -> Result<Past, Error> {
        let statement = Statement::new(
            "select m.value from generation g join memory m on m.name = 'faces' where g.id = 1 and g.fingerprint = $1",
        );
        let faces = self.writer.rows(statement.bind(fingerprint)).await?;
        let Some(faces) = faces.first() else {
            let forget = Statement::new("delete from source");
            self.writer.execute(forget).await?;
            return Ok(Past::default());
        };
        let shelves = Statement::new("select records from source");
        let shelves = self.writer.rows(shelves).await?;
        let records = shelves.iter().map(|shelf| shelf.get("records"));
        Ok(Past {
            shelves: records.collect::<Result<_, Error>>()?,
            faces: faces.get("value")?,
        })
    }
}

impl Past {
    /// What it read, of each file, worked out on all cores.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        let shelves = self.shelves.par_iter();
        shelves.flat_map_iter(|shelf| records(shelf)).collect()
    }
}

impl Replacement {
    /// Items with a version that was made of one of these or of what is not known, or that has run out.
    #[must_use]
    pub fn stale(&self, keys: &HashSet<i64>) -> Stale {
        let is_stale = |version: &Stored| {
            let is_changed = |needs: &Vec<i64>| needs.iter().any(|need| keys.contains(need));
            version.span.valid.1 <= self.now || version.needs.as_ref().is_none_or(is_changed)
        };
        let all = self.stored.par_iter();
        let names = all
            .clone()
            .filter(|(_, versions)| versions.iter().any(is_stale));
        let problems = all.filter_map(|(name, versions)| {
            let problems: Vec<Problem> = versions.iter().flat_map(Stored::problems).collect();
            (!problems.is_empty()).then_some((*name, problems))
        });
        Stale {
            names: names.map(|(name, _)| *name).collect(),
            problems: problems.collect(),
        }
    }
}

impl Stored {
    fn problems(&self) -> Vec<Problem> {
        if self.problems.is_empty() {
            return Vec::new();
        }
        serde_json::from_str(&self.problems).unwrap_or_default()
    }
}

/// What stands on a shelf. Of files of which nothing can be read there, nothing is known.
fn records(shelf: &str) -> Vec<Record> {
    serde_json::from_str(shelf).unwrap_or_default()
}

fn shelf(path: &str) -> i64 {
    (digest(path.as_bytes()).cast_unsigned() % SHELVES).cast_signed()
}

impl Learnt {
    /// Takes what was read in a file. What cannot be kept is read again the next time.
    pub(super) fn add(&mut self, record: &Record) {
        self.put(record.path.clone(), serde_json::to_string(record).ok());
    }

    /// Notes that a file is no longer there.
    pub(super) fn forget(&mut self, path: String) {
        self.put(path, None);
    }

    fn put(&mut self, path: String, record: Option<String>) {
        self.0.entry(shelf(&path)).or_default().insert(path, record);
    }

    /// Puts all of it on the shelves, beside what stands there of other files; a few at a time, for the memory.
    pub(super) async fn write(mut self, writer: &mut Writer) -> Result<(), Error> {
        while !self.0.is_empty() {
            let some = std::iter::from_fn(|| self.0.pop_first());
            fill(writer, some.take(AT_ONCE).collect()).await?;
        }
        Ok(())
    }
}

async fn fill(writer: &mut Writer, mut shelves: BTreeMap<i64, Shelf>) -> Result<(), Error> {
    let numbers: Vec<i64> = shelves.keys().copied().collect();
    let mut known = Statement::new("select shelf, records from source where shelf in (");
    known.push_values(numbers.iter().copied());
    known.push(")");
    for row in writer.rows(known).await? {
        let others = records(&row.get::<String>("records")?);
        let place = shelves.entry(row.get("shelf")?).or_default();
        for record in others {
            let known = serde_json::to_string(&record).ok();
            place.entry(record.path).or_insert(known);
        }
    }
    let mut forget = Statement::new("delete from source where shelf in (");
    forget.push_values(numbers);
    forget.push(")");
    writer.execute(forget).await?;
    let rows = shelves.into_iter().filter_map(|(number, shelf)| {
        let records: Vec<String> = shelf.into_values().flatten().collect();
        let text = format!("[{}]", records.join(","));
        (!records.is_empty()).then(|| vec![number.into(), text.into()])
    });
    writer.insert(SOURCE, rows.collect()).await
}

const SOURCE: &str = "source (shelf, records)";

/// Replaces what is remembered besides the files of entries; without a memory, all of it is forgotten.
pub(super) async fn replace(
    writer: &mut Writer,
    memory: Option<Memory>,
    until: i64,
) -> Result<(), Error> {
    writer.execute(Statement::new("delete from memory")).await?;
    let Some(memory) = memory else {
        return writer.execute(Statement::new("delete from source")).await;
    };
    let values: [(&str, Vec<u8>); 3] = [
        ("faces", memory.faces),
        ("files", memory.files.to_le_bytes().to_vec()),
        ("until", until.to_le_bytes().to_vec()),
    ];
    let rows = values.map(|(name, value)| -> Vec<Value> { vec![name.into(), value.into()] });
    writer.insert("memory (name, value)", rows.into()).await
}

fn number(bytes: &[u8]) -> i64 {
    bytes.try_into().map_or(0, i64::from_le_bytes)
}
