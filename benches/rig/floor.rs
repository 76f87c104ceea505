//! The floor of an import: its entries' files read and parsed on all cores, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rhapsode::content::front_matter;

/// The files of all entries of a project.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&folder.join("content/collections"), &mut files);
    files
}

/// Reads and parses files.
pub fn parse(files: &[PathBuf]) {
    files.par_iter().for_each(|file| {
        let bytes = fs::read(file).expect("a file");
        std::hint::black_box(front_matter::read(&bytes).expect("an entry"));
    });
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
}
