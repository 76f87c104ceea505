//! Golden files: what is written in the repository is what comes out. `GOLDEN=write cargo test` writes them anew.

use std::path::{Path, PathBuf};

/// Whether the files are to be written, not compared.
pub fn writes() -> bool {
    std::env::var_os("GOLDEN").is_some_and(|value| value == "write")
}

/// Compares with a file of the repository, or writes it.
pub fn check(path: &Path, actual: &str) {
    if writes() {
        std::fs::write(path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        expected == actual,
        "{} differs; GOLDEN=write cargo test, then read the diff\n{actual}",
        path.display()
    );
}

/// The `.http` files, by name.
pub fn exchanges() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "http")
        })
        .collect();
    files.sort();
    files
}
