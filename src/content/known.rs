//! What an earlier import read in the files of entries, so that a file that did not change is not read again.
//!
//! In: records as the importer kept them. Out: the same for the files that are new or changed. It knows nothing of where
//! they are kept.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Data;
use super::problem::Problem;
use super::project::File;

/// What was read in one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// The front of its entry; `None`: the file holds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) front: Option<Front>,
    /// What was wrong with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) problems: Vec<Problem>,
}

/// Records of the files that were read, by path, each to be taken once.
#[derive(Debug, Default)]
pub struct Known {
    records: HashMap<String, Record>,
    /// Whether only a hash tells that a file did not change.
    checksum: bool,
}

/// What is kept of an entry's file: the entry without its place and all but the front of its data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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

    /// What is known of a file; it is not known any more then.
    pub fn take(&mut self, path: &str) -> Option<Record> {
        self.records.remove(path)
    }

    /// Whether time and size say that the file is as it was.
    #[must_use]
    pub fn is_as_it_was(&self, file: &File, record: &Record) -> bool {
        !self.checksum
            && file.stamp != 0
            && file.stamp == record.stamp
            && i64::try_from(file.size) == Ok(record.size)
    }

    /// Paths of the files that nobody took: they are no longer there.
    #[must_use]
    pub fn left(self) -> Vec<String> {
        self.records.into_keys().collect()
    }
}
