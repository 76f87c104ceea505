//! Tells the program what it was built from: rows that another program compiled are compiled anew.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

/// What rows are made by: this code, and the libraries that it uses.
const SOURCES: [&str; 2] = ["src", "Cargo.lock"];

fn main() -> io::Result<()> {
    let mut source = DefaultHasher::new();
    for path in SOURCES {
        println!("cargo::rerun-if-changed={path}");
        for file in files(Path::new(path))? {
            fs::read(file)?.hash(&mut source);
        }
    }
    println!("cargo::rustc-env=RHAPSODE_SOURCE={:016x}", source.finish());
    Ok(())
}

/// All files of a folder, or the file itself, in the order of their paths.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = fs::read_dir(path)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        found.extend(files(&entry)?);
    }
    Ok(found)
}
