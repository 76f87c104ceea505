//! The project's folder: lists and reads files below its root and nothing outside of it.
//!
//! In: paths relative to the root. Out: files in path order, bytes and documents; whatever cannot be read is reported
//! here, once. It knows nothing of what the files mean, and it never writes.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::front_matter::{self, Document};
use super::problem::Problem;
use super::{Data, Error, Settings};

/// A file that was changed this short before it was read may change again without a new time.
const UNSETTLED: Duration = Duration::from_secs(2);

/// A project that is being read, with the problems found so far.
#[derive(Debug)]
pub struct Project<'settings> {
    /// What the files cannot say.
    pub settings: &'settings Settings,
    pub(super) root: PathBuf,
    /// When reading began.
    pub opened: SystemTime,
    problems: Mutex<Vec<Problem>>,
}

/// A file of the project.
#[derive(Clone, Debug)]
pub struct File {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Seconds since 1970.
    pub modified: i64,
    /// The same in nanoseconds; 0 where it says nothing, since the file may just be being written.
    pub stamp: i64,
    absolute: PathBuf,
}

/// All that lies in a folder and below it, hidden things too, as it was looked at once: no file was opened.
#[derive(Debug)]
pub struct Listing {
    /// A folder comes right before what lies in it.
    pub(super) met: Vec<Result<Met, walkdir::Error>>,
    /// When it was looked at.
    opened: SystemTime,
}

/// Something that lies in a folder.
#[derive(Debug)]
pub(super) struct Met {
    pub(super) entry: DirEntry,
    /// What the system says of it, if it is a file.
    pub(super) facts: Option<Facts>,
}

/// What the system says of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) size: u64,
    pub(super) modified: Option<SystemTime>,
}

/// How far a folder is walked, and which names count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// Files that lie right in the folder.
    Shallow,
    /// Files in its sub-folders too.
    Deep,
    /// The same, names that start with a dot included.
    Everything,
}

impl File {
    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The name up to its last dot: the handle of what a `.yaml` file describes.
    #[must_use]
    pub fn stem(&self) -> &str {
        self.name()
            .rsplit_once('.')
            .map_or(self.name(), |(stem, _)| stem)
    }

    /// Whether the file is YAML by its name.
    #[must_use]
    pub fn is_yaml(&self) -> bool {
        self.path
            .rsplit_once('.')
            .is_some_and(|(_, extension)| extension == "yaml")
    }
}

impl<'settings> Project<'settings> {
    /// Opens the project at `root`.
    ///
    /// # Errors
    /// Where there is no `content/` folder.
    pub fn open(root: &Path, settings: &'settings Settings) -> Result<Self, Error> {
        let canonical = fs::canonicalize(root).map_err(|_| Error::NoContent(root.into()))?;
        if !canonical.join("content").is_dir() {
            return Err(Error::NoContent(root.into()));
        }
        Ok(Self {
            settings,
            root: canonical,
            opened: SystemTime::now(),
            problems: Mutex::default(),
        })
    }

    /// The same project without a problem, for what is remembered with its problems.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self {
            settings: self.settings,
            root: self.root.clone(),
            opened: self.opened,
            problems: Mutex::default(),
        }
    }

    /// Notes a problem.
    pub fn report(&self, problem: Problem) {
        self.problems
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(problem);
    }

    /// All problems noted, by path and place.
    #[must_use]
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self
            .problems
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        problems.sort_by(|a, b| {
            let place = |problem: &Problem| (problem.line, problem.column);
            (&a.path, place(a), &a.code, &a.message).cmp(&(&b.path, place(b), &b.code, &b.message))
        });
        problems
    }

    /// Whether the folder or file is there.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// The handles of the folders that lie right in a folder.
    #[must_use]
    pub fn folders(&self, folder: &str) -> Vec<String> {
        let listed = fs::read_dir(self.root.join(folder))
            .into_iter()
            .flatten()
            .flatten();
        let folders = listed.filter(|entry| entry.path().is_dir());
        let mut names: Vec<_> = folders
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        names
    }

    /// The files of a folder in path order; none where there is no such folder.
    #[must_use]
    pub fn files(&self, folder: &str, walk: Walk) -> Vec<File> {
        let start = self.root.join(folder);
        let Some(boundary) = self
            .boundary(folder)
            .filter(|boundary| start.is_dir() && self.contains(boundary, &start))
        else {
            return Vec::new();
        };
        let depth = if walk == Walk::Shallow { 1 } else { usize::MAX };
        let entries = WalkDir::new(&start)
            .min_depth(1)
            .max_depth(depth)
            .follow_links(true)
            .into_iter();
        let entries = entries.filter_entry(|entry| {
            if walk == Walk::Everything {
                self.keeps_inside(&boundary, entry)
            } else {
                self.enters(&boundary, entry)
            }
        });
        let entries: Vec<DirEntry> = entries
            .filter_map(|entry| entry.map_err(|error| self.report_walk(folder, &error)).ok())
            .collect();
        let file = |entry: &DirEntry| self.file(entry, Facts::of(entry)?, self.opened);
        let files = entries.par_iter().filter_map(file);
        let mut files: Vec<File> = files.collect();
        files.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
        files
    }

    /// The files of a folder that was listed before, in path order.
    #[must_use]
    pub fn files_of(&self, folder: &str, listing: Listing) -> Vec<File> {
        let start = self.root.join(folder);
        if !(start.is_dir() && self.contains(&self.root, &start)) {
            return Vec::new();
        }
        let mut closed: Option<PathBuf> = None;
        let (mut files, opened) = (Vec::new(), listing.opened);
        for met in listing.met {
            let path = match &met {
                Ok(met) => Some(met.entry.path()),
                Err(error) => error.path(),
            };
            let is_below = |closed: &PathBuf| path.is_some_and(|path| path.starts_with(closed));
            if closed.as_ref().is_some_and(is_below) {
                continue;
            }
            match met {
                Err(error) => self.report_walk(folder, &error),
                Ok(Met { entry, .. }) if entry.depth() > 0 && !self.enters(&self.root, &entry) => {
                    closed = Some(entry.into_path());
                }
                Ok(Met { entry, facts }) => {
                    files.extend(facts.and_then(|facts| self.file(&entry, facts, opened)));
                }
            }
        }
        files.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
        files
    }

    /// Lists a folder, and reads nothing of it; `is_wanted` keeps out what is listed elsewhere.
    #[must_use]
    pub(super) fn list(&self, start: &Path, is_wanted: impl Fn(&Path) -> bool) -> Listing {
        let walk = WalkDir::new(start).follow_links(true).into_iter();
        let walk = walk.filter_entry(|entry| entry.depth() == 0 || is_wanted(entry.path()));
        let walked: Vec<_> = walk.collect();
        let met = walked.into_par_iter().map(|met| {
            met.map(|entry| Met {
                facts: Facts::of(&entry),
                entry,
            })
        });
        Listing {
            met: met.collect(),
            opened: self.opened,
        }
    }

    /// The YAML files that lie right in a folder.
    #[must_use]
    pub fn yaml_files(&self, folder: &str) -> Vec<File> {
        let mut files = self.files(folder, Walk::Shallow);
        files.retain(File::is_yaml);
        files
    }

    /// The file at a path, if there is one.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<File> {
        let absolute = self.root.join(path);
        let metadata = fs::metadata(&absolute).ok().filter(fs::Metadata::is_file)?;
        self.contains(&self.root, &absolute).then(|| File {
            path: path.to_owned(),
            size: metadata.len(),
            modified: seconds(metadata.modified().ok()),
            stamp: stamp(metadata.modified().ok(), self.opened).unwrap_or_default(),
            absolute,
        })
    }

    /// A file's bytes; `None` after reporting why not.
    #[must_use]
    pub fn bytes(&self, file: &File) -> Option<Vec<u8>> {
        let limit = self.settings.max_file_bytes;
        if file.size > limit {
            let message = format!("the file has {} bytes; at most {limit} are read", file.size);
            self.report(Problem::error("file_too_large", &file.path, message));
            return None;
        }
        self.start_of(file, limit)
    }

    /// The first bytes of a file.
    #[must_use]
    pub fn start_of(&self, file: &File, limit: u64) -> Option<Vec<u8>> {
        let read = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            fs::File::open(&file.absolute)?
                .take(limit)
                .read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let unreadable = |error| {
            Problem::error(
                "file_unreadable",
                &file.path,
                format!("the file cannot be read: {error}"),
            )
        };
        read().map_err(|error| self.report(unreadable(error))).ok()
    }

    /// A file's mapping and what was odd about it; `None` after reporting why not.
    #[must_use]
    pub fn document(&self, file: &File) -> Option<Document> {
        self.document_in(file, &self.bytes(file)?)
    }

    /// The mapping in a file's bytes and what was odd about it; `None` after reporting why not.
    #[must_use]
    pub fn document_in(&self, file: &File, bytes: &[u8]) -> Option<Document> {
        let document = front_matter::read(bytes)
            .map_err(|error| self.report(Problem::unreadable(&file.path, &error)));
        let document = document.ok()?;
        for oddity in &document.oddities {
            let problem = Problem::warning(oddity.code, &file.path, oddity.message.clone());
            self.report(problem.at(oddity.line, oddity.column));
        }
        Some(document)
    }

    /// A file's mapping, empty where it holds none; `None` after reporting why not.
    #[must_use]
    pub fn data(&self, file: &File) -> Option<Data> {
        self.document(file)
            .map(|document| document.data.unwrap_or_default())
    }

    /// A file of which the system said this when it was looked at.
    fn file(&self, entry: &DirEntry, facts: Facts, opened: SystemTime) -> Option<File> {
        let path = self.relative(entry.path())?;
        Some(File {
            path,
            size: facts.size,
            modified: seconds(facts.modified),
            stamp: stamp(facts.modified, opened).unwrap_or_default(),
            absolute: entry.path().into(),
        })
    }

    fn relative(&self, path: &Path) -> Option<String> {
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        let utf8 = relative.to_str().map(|path| path.replace('\\', "/"));
        if utf8.is_none() {
            let message = "the file's name is not valid UTF-8; rename it";
            self.report(Problem::error(
                "file_name_not_utf8",
                &relative.to_string_lossy(),
                message,
            ));
        }
        utf8
    }

    /// An absolute folder comes from the settings (an asset disk) and is its own boundary.
    fn boundary(&self, folder: &str) -> Option<PathBuf> {
        if Path::new(folder).is_absolute() {
            fs::canonicalize(folder).ok()
        } else {
            Some(self.root.clone())
        }
    }

    fn enters(&self, boundary: &Path, entry: &DirEntry) -> bool {
        !is_hidden(entry) && self.keeps_inside(boundary, entry)
    }

    fn keeps_inside(&self, boundary: &Path, entry: &DirEntry) -> bool {
        !entry.path_is_symlink() || self.contains(boundary, entry.path())
    }

    /// Whether the path leads, through all symbolic links, to a place below the boundary.
    fn contains(&self, boundary: &Path, path: &Path) -> bool {
        let inside = fs::canonicalize(path).is_ok_and(|real| real.starts_with(boundary));
        if !inside {
            self.report_link(path);
        }
        inside
    }

    fn report_link(&self, path: &Path) {
        let path = path
            .strip_prefix(&self.root)
            .unwrap_or(path)
            .to_string_lossy();
        let message = "this symbolic link leads out of the project or nowhere; it was not followed";
        self.report(Problem::warning("link_outside", &path, message));
    }

    fn report_walk(&self, folder: &str, error: &walkdir::Error) {
        if let Some(link) = error
            .path()
            .filter(|path| path.is_symlink() && !path.exists())
        {
            return self.report_link(link);
        }
        let path = error
            .path()
            .and_then(|path| path.strip_prefix(&self.root).ok());
        let path = path.map_or(folder.into(), Path::to_string_lossy);
        let reason = error.io_error().map_or_else(
            || "symbolic links lead in a circle".into(),
            ToString::to_string,
        );
        self.report(Problem::error(
            "folder_unreadable",
            &path,
            format!("the folder cannot be listed: {reason}"),
        ));
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

impl Facts {
    fn of(entry: &DirEntry) -> Option<Self> {
        let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        Some(Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }
}

/// When a file was changed, in nanoseconds since 1970; `None` where that says nothing.
pub(super) fn stamp(modified: Option<SystemTime>, opened: SystemTime) -> Option<i64> {
    let settled = modified.filter(|modified| *modified + UNSETTLED < opened);
    let since = settled.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| i64::try_from(since.as_nanos()).ok())
}

fn seconds(modified: Option<SystemTime>) -> i64 {
    let Some(modified) = modified else {
        return 0;
    };
    let distance =
        |duration: std::time::Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => distance(after),
        Err(before) => -distance(before.duration()),
    }
}
