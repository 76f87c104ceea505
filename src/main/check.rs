//! `rhapsode check`: what is wrong with the files, and links that lead nowhere.

use std::process::ExitCode;

use clap::ValueEnum;
use rhapsode::config::Config;
use rhapsode::content::problem::{Problem, Severity};
use rhapsode::import::Outcome;
use serde::Serialize;

use crate::import;

/// How it is printed.
#[derive(Clone, Copy, Default, ValueEnum)]
pub enum Format {
    /// A line each
    #[default]
    Text,
    /// One object
    Json,
}

/// A link of a body that leads nowhere.
#[derive(Serialize)]
struct BrokenLink<'a> {
    entry: &'a str,
    field: &'a str,
    target: &'a str,
    text: &'a str,
    state: &'a str,
}

#[derive(Serialize)]
struct Report<'a> {
    problems: &'a [Problem],
    broken_links: Vec<BrokenLink<'a>>,
}

/// Prints both; fails if anything cannot be served.
pub fn check(config: &Config, format: Format) -> anyhow::Result<ExitCode> {
    let outcome = import::compile(config)?;
    let report = Report {
        problems: &outcome.problems,
        broken_links: broken_links(&outcome),
    };
    match format {
        Format::Json => println!("{}", serde_json::to_string_pretty(&report)?),
        Format::Text => print(&report, &outcome),
    }
    Ok(if outcome.errors() > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn print(report: &Report, outcome: &Outcome) {
    for problem in report.problems {
        println!(
            "{}: {}: {} [{}]",
            place(problem),
            severity(problem),
            problem.message,
            problem.code
        );
    }
    for link in &report.broken_links {
        println!(
            "entry {}: {}: the link {:?} to {} is broken: {}",
            link.entry, link.field, link.text, link.target, link.state
        );
    }
    let counts = (
        outcome.entries,
        outcome.errors(),
        report.problems.len(),
        report.broken_links.len(),
    );
    println!(
        "{} entries: {} errors among {} problems, {} broken links",
        counts.0, counts.1, counts.2, counts.3
    );
}

fn place(problem: &Problem) -> String {
    let numbers = [problem.line, problem.column].into_iter().flatten();
    numbers.fold(problem.path.clone(), |place, number| {
        format!("{place}:{number}")
    })
}

fn severity(problem: &Problem) -> &'static str {
    match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// Of public items, as they are now: later versions are left out.
fn broken_links(outcome: &Outcome) -> Vec<BrokenLink<'_>> {
    let items = outcome
        .items
        .iter()
        .filter(|item| item.published && item.valid_from.is_none());
    let links = items.flat_map(|item| item.links.iter().map(move |link| (item, link)));
    let broken = links.filter(|(_, link)| link.state != "ok");
    broken
        .map(|(item, link)| BrokenLink {
            entry: &item.id,
            field: &link.field,
            target: &link.target,
            text: &link.text,
            state: &link.state,
        })
        .collect()
}
