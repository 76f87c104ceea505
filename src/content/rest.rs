//! What entries say beyond their front: in a file without a name while nobody asks for it, so that the size of a project
//! does not count in memory.
//!
//! In: entries just read. Out: the same with their front alone, and whole again when they are asked for. It knows nothing
//! of who asks.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::mem::take;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use serde_json::{Number, Value};

use super::collection::Collection;
use super::entry::{self, Entry};
use super::known::Front;
use super::{Data, digest};

/// Where the rest of all entries is. The default keeps everything in memory.
#[derive(Debug, Default)]
pub struct Rest {
    /// The project's folder; `None`: everything stays in memory.
    root: Option<PathBuf>,
    /// Collection → which values of its entries are always in memory (see [`entry::front`]), and a hash of that.
    fronts: HashMap<String, (BTreeSet<String>, i64)>,
    spool: Option<Spool>,
}

impl Rest {
    /// Of the entries of a project's folder. Without room for temporary files, everything stays in memory.
    #[must_use]
    pub fn below(root: &Path) -> Self {
        let spool = Spool::new().inspect_err(|error| {
            tracing::warn!("entries are kept in memory, no temporary file can be made: {error}");
        });
        Self {
            root: Some(root.to_owned()),
            fronts: HashMap::new(),
            spool: spool.ok(),
        }
    }

    /// Learns what the front of the collections' entries is.
    pub fn know(&mut self, collections: &[Collection]) {
        let fronts = collections.iter().map(|collection| {
            let front = entry::front(collection);
            let hash = digest(format!("{} {front:?}", collection.handle).as_bytes());
            (collection.handle.clone(), (front, hash))
        });
        self.fronts = fronts.collect();
    }

    /// Whether entries are read for an importer that remembers them.
    #[must_use]
    pub fn is_remembering(&self) -> bool {
        self.root.is_some()
    }

    /// What decides over the front of an entry besides its file.
    #[must_use]
    pub fn shape(&self, collection: &str, site: &str) -> i64 {
        let front = self.fronts.get(collection).map(|(_, hash)| hash);
        digest(format!("{site} {front:?}").as_bytes())
    }

    /// What is to be remembered of an entry; `None` where JSON would not give it back.
    #[must_use]
    pub(super) fn front(&self, entry: &Entry) -> Option<Front> {
        let in_front = |key: &str| self.is_front(&entry.collection, key);
        let data = entry.data.iter().filter(|(key, _)| in_front(key));
        if !data.clone().all(|(_, value)| comes_back(value)) {
            return None;
        }
        Some(Front {
            id: entry.id.clone(),
            id_derived: entry.id_derived,
            published: entry.published.clone(),
            origin: entry.origin.clone(),
            data: data
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            plain_dates: entry.plain_dates.clone(),
        })
    }

    /// Whether a value of the collection's entries is always in memory.
    #[must_use]
    pub fn is_front(&self, collection: &str, key: &str) -> bool {
        self.fronts
            .get(collection)
            .is_some_and(|(front, _)| front.contains(key))
    }

    /// Writes the entry's data into the spool and leaves its front; what cannot be spooled stays whole.
    pub fn put_away(&self, entry: &mut Entry) {
        let Some(spool) = &self.spool else { return };
        entry.spooled = spool.write(&entry.data);
        if entry.spooled.is_some() || !entry.data.values().all(comes_back) {
            self.leave_front(entry);
        }
    }

    /// Makes entries whole again, on all cores; answers with those that were not.
    pub fn load(&self, entries: &mut [Entry], wanted: &BTreeSet<usize>) -> Vec<usize> {
        let missing: Vec<usize> = wanted
            .iter()
            .copied()
            .filter(|index| !entries[*index].is_whole)
            .collect();
        let found: Vec<Option<Data>> = missing
            .par_iter()
            .map(|index| self.whole(&entries[*index]))
            .collect();
        for (index, data) in missing.iter().zip(found) {
            entries[*index].data = data.unwrap_or_default();
            entries[*index].is_whole = true;
        }
        missing
    }

    /// Leaves only the front of entries whose rest can be found again, on all cores.
    pub fn unload(&self, entries: &mut [Entry], loaded: &[usize]) {
        let taken = loaded.iter().map(|index| take(&mut entries[*index]));
        let taken: Vec<Entry> = taken.collect();
        let left = taken.into_par_iter().map(|mut entry| {
            self.leave_front(&mut entry);
            entry
        });
        let left: Vec<Entry> = left.collect();
        for (index, entry) in loaded.iter().zip(left) {
            entries[*index] = entry;
        }
    }

    fn leave_front(&self, entry: &mut Entry) {
        let front = self.fronts.get(&entry.collection);
        if let Some((front, _)) = front.filter(|_| self.root.is_some() && entry.is_whole) {
            let data = take(&mut entry.data).into_iter();
            entry.data = data.filter(|(key, _)| front.contains(key)).collect();
            entry.is_whole = false;
        }
    }

    /// From the spool; an entry that was not read this time, from its file.
    fn whole(&self, entry: &Entry) -> Option<Data> {
        match (entry.spooled, &self.spool) {
            (Some(place), Some(spool)) => spool.read(place),
            _ => entry::read_again(&fs::read(self.root.as_ref()?.join(&entry.path)).ok()?),
        }
    }
}

/// Whether JSON gives a value back to the last bit: it does not with every fraction.
fn comes_back(value: &Value) -> bool {
    match value {
        Value::Number(number) if number.is_f64() => {
            serde_json::from_str::<Number>(&number.to_string())
                .ok()
                .as_ref()
                == Some(number)
        }
        Value::Array(values) => values.iter().all(comes_back),
        Value::Object(values) => values.values().all(comes_back),
        _ => true,
    }
}

/// Where a value lies in the spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spooled {
    start: u64,
    length: usize,
}

/// A temporary file; it vanishes with its value.
#[derive(Debug)]
struct Spool {
    file: Mutex<File>,
    path: PathBuf,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Spool {
    fn new() -> io::Result<Self> {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rhapsode-spool-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        // Where the system lets an open file go, a crash leaves nothing behind.
        let _ = fs::remove_file(&path);
        Ok(Self {
            file: Mutex::new(file),
            path,
        })
    }

    /// `None` where there is no room, or where the spool would not give it back.
    fn write(&self, data: &Data) -> Option<Spooled> {
        if !data.values().all(comes_back) {
            return None;
        }
        let bytes = serde_json::to_vec(data).ok()?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let start = file.seek(SeekFrom::End(0)).ok()?;
        file.write_all(&bytes).ok()?;
        Some(Spooled {
            start,
            length: bytes.len(),
        })
    }

    fn read(&self, place: Spooled) -> Option<Data> {
        let mut bytes = vec![0; place.length];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(place.start)).ok()?;
        file.read_exact(&mut bytes).ok()?;
        drop(file);
        serde_json::from_slice(&bytes).ok()
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_comes_back_from_its_place() {
        let spool = Spool::new().unwrap();
        let value =
            |text: &str| Data::from_iter([("z".into(), text.into()), ("a".into(), 1.into())]);
        let texts = ["one", "", "three"];
        let places = texts.map(|text| spool.write(&value(text)).unwrap());
        for (place, text) in places.into_iter().zip(texts).rev() {
            assert_eq!(spool.read(place), Some(value(text)));
        }
    }
}
