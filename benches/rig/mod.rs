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

use rhapsode::config::layers::Layers;
use rhapsode::import::Settings;

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

/// The settings that a site of ours is imported with in this process.
pub fn settings(seo: bool) -> Settings {
    let flags = [
        ("base_url", "https://www.example.com".to_owned()),
        ("seo.enabled", seo.to_string()),
    ];
    let layers = Layers::load(None, &|_| None, &flags).expect("settings");
    layers.config.import()
}

/// Deletes a database and what lies beside it.
pub fn delete(database: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", database.display()));
    }
}

/// Seconds that this process was on a processor for, and those that its children were that ended, in the program and in the
/// kernel.
pub fn cpu() -> [f64; 2] {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, fields) = stat.rsplit_once(')').expect("a name in parentheses");
    let fields: Vec<&str> = fields.split_whitespace().collect();
    [&fields[11..13], &fields[13..15]].map(|ticks| {
        let ticks = ticks.iter().map(|ticks| ticks.parse::<f64>());
        ticks.map(|ticks| ticks.expect("a number")).sum::<f64>() / 100.0
    })
}
