//! What an earlier import read in the files of entries, so that a file that did not change is not read again.
//!
//! In: records as the importer kept them. Out: the same for the files that are new or changed. It knows nothing of where
//! they are kept.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Data;
use super::problem::Problem;
use super::project::File;

/// What was read in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Relative to the root, with `/`.
    pub path: String,
    /// When the file was changed, in nanoseconds since 1970; 0 where that says nothing.
    pub stamp: i64,
    /// Bytes.
    pub size: i64,
    /// What decided over the front besides the file.
    pub shape: i64,
    /// Of the file's bytes.
    pub hash: i64,
    /// The front of its entry as JSON; `None`: the file holds none.
    pub front: Option<String>,
    /// What was wrong with it, as JSON; empty: nothing.
    pub problems: String,
}

/// Records of all files that were read, by path.
#[derive(Debug, Default)]
pub struct Known {
    records: HashMap<String, Record>,
    /// Whether only a hash tells that a file did not change.
    checksum: bool,
}

/// What is kept of an entry's file: the entry without its place and all but the front of its data.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Front {
    pub(super) id: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) id_derived: bool,
    pub(super) published: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<String>,
    pub(super) data: Data,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) plain_dates: BTreeMap<String, i64>,
}

impl Known {
    /// From records; with `checksum` the times and sizes of files count for nothing.
    #[must_use]
    pub fn new(records: impl IntoIterator<Item = Record>, checksum: bool) -> Self {
        let records = records
            .into_iter()
            .map(|record| (record.path.clone(), record));
        Self {
            records: records.collect(),
            checksum,
        }
    }

    /// What is known of a file that is read as this shape says.
    #[must_use]
    pub fn of(&self, path: &str, shape: i64) -> Option<&Record> {
        self.records
            .get(path)
            .filter(|record| record.shape == shape)
    }

    /// Whether time and size say that the file is as it was.
    #[must_use]
    pub fn is_as_it_was(&self, file: &File, record: &Record) -> bool {
        !self.checksum
            && file.stamp != 0
            && file.stamp == record.stamp
            && i64::try_from(file.size) == Ok(record.size)
    }

    /// Paths of files that are no longer among these.
    pub fn gone<'a>(&self, paths: impl Iterator<Item = &'a str>) -> Vec<String> {
        let mut left: HashSet<&str> = self.records.keys().map(String::as_str).collect();
        for path in paths {
            left.remove(path);
        }
        left.into_iter().map(str::to_owned).collect()
    }
}

impl Record {
    /// What was read in a file; its path, time, size and shape are still to be said.
    pub(super) fn new(hash: i64, front: Option<String>, problems: &[Problem]) -> Self {
        let problems = (!problems.is_empty()).then(|| serde_json::to_string(problems));
        Self {
            hash,
            front,
            problems: problems.and_then(Result::ok).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// What was wrong with the file.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        serde_json::from_str(&self.problems).unwrap_or_default()
    }

    pub(super) fn front(&self) -> Option<Front> {
        serde_json::from_str(self.front.as_deref()?).ok()
    }
}
