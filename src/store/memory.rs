//! What an import leaves for the next one: what it read, how everything looked, what each row was made of.
//!
//! It is written in the transaction that it tells of, so that it never tells of another state than the rows'.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use rayon::prelude::*;

use super::engine::{Row, Writer};
use super::replace::{Opening, Replacement, Stored};
use super::statement::{Statement, Value};
use super::{Error, Name, Store, moment};
use crate::content::known::Record;
use crate::content::problem::Problem;

/// What an earlier import left.
#[derive(Debug, Default)]
pub struct Past {
    /// What it read.
    pub records: Vec<Record>,
    /// How everything looked.
    pub faces: Vec<u8>,
}

/// What an import leaves besides what it read.
#[derive(Debug, Default)]
pub struct Memory {
    /// How everything looks.
    pub faces: Vec<u8>,
    /// Files of entries that are no longer there.
    pub gone: Vec<String>,
    /// The inventory of the project's folder.
    pub files: i64,
}

/// Items that have to be made anew, and what was odd about the others.
#[derive(Debug, Default)]
pub struct Stale {
    /// Those that were made of something that changed, or that show what the clock has passed.
    pub names: HashSet<Name>,
    /// What was odd about items when they were made.
    pub problems: HashMap<Name, Vec<Problem>>,
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
        let statement =
            Statement::new("select path, stamp, size, shape, hash, front, problems from source");
        let rows = self.writer.rows(statement).await?;
        Ok(Past {
            records: rows.iter().map(record).collect::<Result<_, Error>>()?,
            faces: faces.get("value")?,
        })
    }
}

impl Replacement {
    /// Items with a version that was made of one of these, or that has run out.
    #[must_use]
    pub fn stale(&self, keys: &HashSet<i64>) -> Stale {
        let is_stale = |version: &Stored| {
            let mut needs = version.needs.chunks_exact(8);
            version.span.valid.1 <= self.now || needs.any(|need| keys.contains(&number(need)))
        };
        let all = self.stored.par_iter();
        let names = all
            .clone()
            .filter(|(_, versions)| versions.iter().any(is_stale));
        let problems = all.filter_map(|(name, versions)| {
            let problems: Vec<Problem> = versions.iter().flat_map(Stored::problems).collect();
            (!problems.is_empty()).then(|| (name.clone(), problems))
        });
        Stale {
            names: names.map(|(name, _)| name.clone()).collect(),
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

fn record(row: &Row) -> Result<Record, Error> {
    Ok(Record {
        path: row.get("path")?,
        stamp: row.get("stamp")?,
        size: row.get("size")?,
        shape: row.get("shape")?,
        hash: row.get("hash")?,
        front: row.get("front")?,
        problems: row.get("problems")?,
    })
}

/// Writes what was read of files.
pub(super) async fn learn(writer: &mut Writer, records: &[Record]) -> Result<(), Error> {
    forget(writer, records.iter().map(|record| record.path.as_str())).await?;
    let rows = records.iter().map(|record| {
        vec![
            record.path.as_str().into(),
            record.stamp.into(),
            record.size.into(),
            record.shape.into(),
            record.hash.into(),
            record.front.as_deref().into(),
            record.problems.as_str().into(),
        ]
    });
    writer.insert(SOURCE, rows.collect()).await
}

const SOURCE: &str = "source (path, stamp, size, shape, hash, front, problems)";

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
    for gone in memory.gone.chunks(100) {
        forget(writer, gone.iter().map(String::as_str)).await?;
    }
    let values: [(&str, Vec<u8>); 3] = [
        ("faces", memory.faces),
        ("files", memory.files.to_le_bytes().to_vec()),
        ("until", until.to_le_bytes().to_vec()),
    ];
    let rows = values.map(|(name, value)| -> Vec<Value> { vec![name.into(), value.into()] });
    writer.insert("memory (name, value)", rows.into()).await
}

async fn forget(
    writer: &mut Writer,
    mut paths: impl ExactSizeIterator<Item = &str>,
) -> Result<(), Error> {
    if paths.len() == 0 {
        return Ok(());
    }
    let mut statement = Statement::new("delete from source where path in (");
    statement.push_values(&mut paths);
    statement.push(")");
    writer.execute(statement).await
}

fn number(bytes: &[u8]) -> i64 {
    bytes.try_into().map_or(0, i64::from_le_bytes)
}
