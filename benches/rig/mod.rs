//! What the benches have in common: sites that are imported once, servers in processes of their own, load, and tables.
//!
//! It uses the program as anybody does, by its command line and HTTP. CPU is what all threads of a server were on a
//! processor for; it hardly depends on what else the machine does, and each ratio is of one interleaved run.

#![allow(dead_code, reason = "each bench uses a part")]

pub mod floor;
pub mod load;
pub mod server;
pub mod soak;
pub mod statements;
pub mod table;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::site::Site;

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_rhapsode");

/// The seed of all sites that benches use.
const SEED: u64 = 1;

/// An imported site.
pub struct Imported {
    /// What was imported.
    pub site: Site,
    /// Its files.
    pub folder: PathBuf,
    /// Its database.
    pub database: PathBuf,
}

/// A site with so many made entries, imported by this program; kept in `target/` for the next time.
pub fn imported(entries: usize) -> Imported {
    let kept = kept();
    let (folder, database) = (
        kept.join(format!("site-{entries}")),
        kept.join(format!("site-{entries}.db")),
    );
    let site = Site::new(entries, SEED).expect("the sample site");
    if !folder.is_dir() {
        eprintln!("writing a site of {entries} entries …");
        let half = kept.join(format!("half-{entries}"));
        let _ = std::fs::remove_dir_all(&half);
        site.write(&half).expect("a folder that can be written");
        std::fs::rename(&half, &folder).expect("a folder that can be renamed");
    }
    eprintln!("importing what changed of {entries} entries …");
    import(&folder, &database);
    Imported {
        site,
        folder,
        database,
    }
}

/// `rhapsode import`; the URLs are those of an example.
pub fn import(folder: &Path, database: &Path) {
    let status = command("import", folder, database)
        .stdout(Stdio::null())
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "the import failed"
    );
}

/// A command of the program for a project and its database.
pub fn command(name: &str, folder: &Path, database: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg(name).arg("--root").arg(folder);
    command.arg("--database").arg(database);
    command.args(["--base-url", "https://www.example.com"]);
    command
}

/// Where sites are kept between runs.
pub fn kept() -> PathBuf {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    std::fs::create_dir_all(&kept).expect("target/ can be written");
    kept
}

/// The numbers after the bench's name, or what is usual.
pub fn number(at: usize, usual: u32) -> u32 {
    arguments()
        .get(at)
        .map_or(usual, |text| text.parse().expect("a number"))
}

/// What was said on the command line, without what cargo adds.
pub fn arguments() -> Vec<String> {
    std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect()
}
