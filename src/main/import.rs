//! `rhapsode import`, and the import that `serve` does.

use std::process::ExitCode;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use rhapsode::config::Config;
use rhapsode::content::problem::{Problem, Severity, counted};
use rhapsode::import::update::{self, Done, Order, refuse_errors};
use rhapsode::import::{self, Outcome};
use rhapsode::store::Store;
use rhapsode::store::again::Tries;

use crate::watch::Watch;

/// `rhapsode import --dry-run`
pub fn dry_run(config: &Config) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let outcome = compile(config)?;
    if config.strict {
        refuse_errors(&outcome.problems)?;
    }
    println!(
        "would import {} in {:.1} s",
        counts(&outcome.problems, outcome.entries),
        begun.elapsed().as_secs_f64()
    );
    Ok(ExitCode::SUCCESS)
}

/// `rhapsode import`
pub async fn command(config: &Config) -> anyhow::Result<ExitCode> {
    let store = Store::open(&config.database).await?;
    println!("{}", import(config, &store, None).await?);
    store.seal().await;
    Ok(ExitCode::SUCCESS)
}

/// Imports what changed, or what is just being changed as a watch says; answers with the one line that says what was done.
/// What fails and passes is done again.
pub async fn import(
    config: &Config,
    store: &Store,
    mut changing: Option<&mut Watch>,
) -> anyhow::Result<String> {
    let mut tries = Tries::default();
    loop {
        match import_once(config, store, changing.as_deref_mut()).await {
            Err(error) if passes(&error) && tries.another(&format!("{error:#}")).await => {}
            settled => return settled,
        }
    }
}

fn passes(error: &anyhow::Error) -> bool {
    let of_import = error.downcast_ref::<update::Error>();
    of_import.is_some_and(update::Error::passes)
}

async fn import_once(
    config: &Config,
    store: &Store,
    changing: Option<&mut Watch>,
) -> anyhow::Result<String> {
    let begun = Instant::now();
    let order = Order {
        root: config.root.clone(),
        settings: config.import(),
        fingerprint: fingerprint(config),
        checksum: config.checksum,
        strict: config.strict,
    };
    let bar = bar();
    let shown = bar.clone();
    let (now, progress) = (Timestamp::now(), move |done, all| show(&shown, done, all));
    let done = match changing {
        Some(watch) => update::update_once(watch.quiet(), store, order, now, progress).await,
        None => update::update(store, order, now, progress).await,
    };
    bar.finish_and_clear();
    let seconds = begun.elapsed().as_secs_f64();
    Ok(match done? {
        Done::Nothing { generation } => {
            format!("imported nothing, no file changed, in {seconds:.1} s; generation {generation}")
        }
        Done::Replaced(replaced, report) => format!(
            "imported {} in {seconds:.1} s: {} written, {} deleted, {} unchanged; generation {}",
            counts(&report.problems, report.entries),
            replaced.written,
            replaced.deleted,
            replaced.unchanged,
            replaced.generation
        ),
    })
}

/// What shapes the rows besides the files: the settings, and which folder they are of.
pub fn fingerprint(config: &Config) -> String {
    let root = config
        .root
        .canonicalize()
        .unwrap_or_else(|_| config.root.clone());
    format!("{} {}", root.display(), config.fingerprint())
}

/// Reads, links and compiles everything, with a progress bar on a terminal.
pub fn compile(config: &Config) -> anyhow::Result<Outcome> {
    let bar = bar();
    let progress = |done, all| show(&bar, done, all);
    let settings = config.import();
    let outcome = import::run(&config.root, &settings, Timestamp::now(), &progress);
    bar.finish_and_clear();
    Ok(outcome?)
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} entries");
    ProgressBar::new(0).with_style(style.expect("the template is one"))
}

fn show(bar: &ProgressBar, done: usize, all: usize) {
    bar.set_length(all as u64);
    bar.set_position(done as u64);
}

fn counts(problems: &[Problem], entries: usize) -> String {
    let of = |severity| {
        problems
            .iter()
            .filter(|problem| problem.severity == severity)
            .count()
    };
    format!(
        "{} ({}, {})",
        counted(entries, "entry", "entries"),
        counted(of(Severity::Error), "error", "errors"),
        counted(of(Severity::Warning), "warning", "warnings")
    )
}
