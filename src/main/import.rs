//! `rhapsode import`, and the import that `serve` does.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use rhapsode::config::Config;
use rhapsode::content::problem::Severity;
use rhapsode::import::{self, Outcome};
use rhapsode::store::again::Tries;
use rhapsode::store::{self, Store};

/// `rhapsode import --dry-run`
pub fn dry_run(config: &Config) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let outcome = compile(config)?;
    refuse_errors(config, &outcome)?;
    println!(
        "would import {} in {:.1} s",
        counts(&outcome),
        begun.elapsed().as_secs_f64()
    );
    Ok(ExitCode::SUCCESS)
}

/// `rhapsode import`
pub async fn command(config: &Config) -> anyhow::Result<ExitCode> {
    let store = Store::open(&config.database).await?;
    println!("{}", import(config, &store).await?);
    store.seal().await;
    Ok(ExitCode::SUCCESS)
}

/// Imports the project; answers with the one line that says what was done. What fails and passes is done again.
pub async fn import(config: &Config, store: &Store) -> anyhow::Result<String> {
    let mut tries = Tries::default();
    loop {
        match import_once(config, store).await {
            Err(error) if passes(&error) && tries.another(&format!("{error:#}")).await => {}
            settled => return settled,
        }
    }
}

fn passes(error: &anyhow::Error) -> bool {
    let of_store = error.downcast_ref::<store::Error>();
    of_store.is_some_and(store::Error::passes)
}

async fn import_once(config: &Config, store: &Store) -> anyhow::Result<String> {
    let begun = Instant::now();
    let turn = store.draw().await?;
    let now = Timestamp::now();
    let settings = config.clone();
    let outcome = tokio::task::spawn_blocking(move || compile(&settings)).await??;
    refuse_errors(config, &outcome)?;
    let counts = counts(&outcome);
    let replaced = store
        .replace_in_turn(
            turn,
            outcome.items,
            &outcome.problems,
            &fingerprint(config),
            now,
        )
        .await;
    let replaced = replaced.context("the import was not written; the database is as it was")?;
    Ok(format!(
        "imported {counts} in {:.1} s: {} written, {} deleted, {} unchanged; generation {}",
        begun.elapsed().as_secs_f64(),
        replaced.written,
        replaced.deleted,
        replaced.unchanged,
        replaced.generation
    ))
}

/// What shapes the rows besides the files: the settings, and which folder they are of.
pub fn fingerprint(config: &Config) -> String {
    let root = config
        .root
        .canonicalize()
        .unwrap_or_else(|_| config.root.clone());
    format!("{} {}", root.display(), config.fingerprint())
}

/// Reads, links and compiles, with a progress bar on a terminal.
pub fn compile(config: &Config) -> anyhow::Result<Outcome> {
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{bar:40} {pos}/{len} entries",
    )?);
    let progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let outcome = import::run(
        Path::new(&config.root),
        &config.import(),
        Timestamp::now(),
        &progress,
    );
    bar.finish_and_clear();
    Ok(outcome?)
}

/// With `--strict` an import that could not serve something is none at all.
fn refuse_errors(config: &Config, outcome: &Outcome) -> anyhow::Result<()> {
    let mut errors = outcome
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error);
    match errors.next().filter(|_| config.strict) {
        Some(first) => bail!(
            "{} errors, and --strict is set; nothing was imported; `rhapsode check` lists them; the first: {}: {}",
            errors.count() + 1,
            first.path,
            first.message
        ),
        None => Ok(()),
    }
}

fn counts(outcome: &Outcome) -> String {
    let of = |severity| {
        outcome
            .problems
            .iter()
            .filter(|problem| problem.severity == severity)
            .count()
    };
    format!(
        "{} entries ({} errors, {} warnings)",
        outcome.entries,
        of(Severity::Error),
        of(Severity::Warning)
    )
}
