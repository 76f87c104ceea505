//! A small project on disk that vanishes with its value.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A folder of files.
pub struct Tree(PathBuf);

impl Tree {
    /// Writes files, each at its path below a new folder.
    pub fn new<'file>(files: impl IntoIterator<Item = (&'file str, &'file str)>) -> Self {
        let name = format!(
            "rhapsode-tree-{}-{}",
            process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let tree = Self(env::temp_dir().join(name));
        fs::create_dir_all(tree.0.join("content")).expect("a temporary folder can be made");
        for (path, text) in files {
            tree.write(path, text.as_bytes());
        }
        tree
    }

    /// Writes one file.
    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder"))
            .expect("its folder can be made");
        fs::write(path, bytes).expect("the file can be written");
    }

    /// The project's root.
    pub fn root(&self) -> &Path {
        &self.0
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
