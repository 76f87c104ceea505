//! The repository's own sample site, served.

use std::path::PathBuf;

use rhapsode::api::statamic::settings::Settings;

use super::served::{Served, Set};

/// The sample site on a server of its own.
pub fn serve(name: &str) -> Served {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("sample")
        .join(name);
    let _ = std::fs::remove_dir_all(&root);
    std::fs::create_dir_all(&root).unwrap();
    for folder in ["content", "resources", "public"] {
        let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
        std::os::unix::fs::symlink(from, root.join(folder)).unwrap();
    }
    Served::new(&Set {
        root: &root,
        origin: "https://site.test",
        multisite: false,
        written: "2026-01-01T00:00:00Z",
        statamic: Settings::default(),
    })
}
