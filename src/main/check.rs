//! `rhapsode check`: what is wrong with the files, links that lead nowhere, and what an editor should look at.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use clap::ValueEnum;
use jiff::Timestamp;
use rhapsode::config::Config;
use rhapsode::content::occurrence;
use rhapsode::content::problem::{Problem, Severity, counted};
use rhapsode::import::Outcome;
use rhapsode::store::Link;
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

/// A reference that leads nowhere, and where it stands.
#[derive(Serialize)]
struct BrokenLink<'a> {
    path: &'a str,
    line: Option<u64>,
    kind: &'static str,
    id: &'a str,
    via: &'static str,
    field: &'a str,
    target: &'a str,
    text: &'a str,
    state: &'a str,
}

/// What an editor should look at, as `/seo/report` has it.
#[derive(Serialize)]
struct SeoFinding<'a> {
    code: &'a str,
    detail: Option<&'a str>,
    kind: &'a str,
    id: &'a str,
    site: &'a str,
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Report<'a> {
    problems: &'a [Problem],
    broken_links: Vec<BrokenLink<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seo: Option<Vec<SeoFinding<'a>>>,
}

/// Prints them, the last only where asked for; fails if anything cannot be served.
pub fn check(config: &Config, format: Format, seo: bool) -> anyhow::Result<ExitCode> {
    let outcome = import::compile(config)?;
    let report = Report {
        problems: &outcome.problems,
        broken_links: broken_links(config, &outcome),
        seo: seo.then(|| findings(&outcome)),
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
        let what = match link.via {
            "body" => format!("the link {:?}", link.text),
            via => format!("the {via}"),
        };
        println!(
            "{}: broken link: {} {}: {}: {what} to {} is broken: {}",
            lined(link.path, link.line),
            link.kind,
            link.id,
            link.field,
            link.target,
            link.state
        );
    }
    for finding in report.seo.iter().flatten() {
        let place = finding.url.unwrap_or(finding.id);
        let detail = finding
            .detail
            .map_or(String::new(), |detail| format!(": {detail}"));
        println!("{} {place}: {}{detail} [seo]", finding.kind, finding.code);
    }
    println!(
        "{}: {} among {}, {}",
        counted(outcome.entries, "entry", "entries"),
        counted(outcome.errors(), "error", "errors"),
        counted(report.problems.len(), "problem", "problems"),
        counted(report.broken_links.len(), "broken link", "broken links")
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

fn lined(path: &str, line: Option<u64>) -> String {
    line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"))
}

/// Of public items, as they are now: later versions are left out.
fn broken_links<'a>(config: &Config, outcome: &'a Outcome) -> Vec<BrokenLink<'a>> {
    let items = outcome
        .items
        .iter()
        .filter(|item| item.published && item.valid_from.is_none());
    let mut files = Files::of(config);
    let mut broken = Vec::new();
    for item in items {
        files.begin_item();
        for link in &item.links {
            let nth = files.nth(link);
            if link.state == "ok" {
                continue;
            }
            broken.push(BrokenLink {
                path: &link.file,
                line: files.line(link, nth),
                kind: item.kind.name(),
                id: &item.id,
                via: link.via.name(),
                field: &link.field,
                target: &link.target,
                text: &link.text,
                state: &link.state,
            });
        }
    }
    broken
}

/// The texts of the files that were asked for, and the references of an item that were met so far.
struct Files<'a> {
    root: &'a Path,
    texts: HashMap<String, String>,
    met: HashMap<(String, String, String), usize>,
}

impl<'a> Files<'a> {
    fn of(config: &'a Config) -> Self {
        Self {
            root: Path::new(&config.root),
            texts: HashMap::new(),
            met: HashMap::new(),
        }
    }

    fn begin_item(&mut self) {
        self.met.clear();
    }

    /// How many references in the same words stand before this one.
    fn nth(&mut self, link: &Link) -> usize {
        let words = (link.file.clone(), link.field.clone(), link.spelling.clone());
        let met = self.met.entry(words).or_default();
        *met += 1;
        *met - 1
    }

    fn line(&mut self, link: &Link, nth: usize) -> Option<u64> {
        let root = self.root;
        let text = self
            .texts
            .entry(link.file.clone())
            .or_insert_with(|| fs::read_to_string(root.join(&link.file)).unwrap_or_default());
        occurrence::line(text, &link.field, &link.spelling, nth)
    }
}

/// Of public items as they are now, those about shared texts only where they are shared; in the order of `/seo/report`.
fn findings(outcome: &Outcome) -> Vec<SeoFinding<'_>> {
    let now = Timestamp::now();
    let items = outcome
        .items
        .iter()
        .filter(|item| item.published && item.valid_from.is_none() && item.window.contains(now));
    let all = items.flat_map(|item| item.findings.iter().map(move |finding| (item, finding)));
    let mut found: Vec<_> = all.collect();
    let mut having: HashMap<i64, usize> = HashMap::new();
    for (_, finding) in &found {
        *having.entry(finding.same).or_default() += 1;
    }
    found.retain(|(_, finding)| finding.same == 0 || having[&finding.same] > 1);
    found.sort_by_key(|(_, finding)| (finding.code, finding.same));
    found
        .into_iter()
        .map(|(item, finding)| SeoFinding {
            code: finding.code,
            detail: Some(finding.detail.as_str()).filter(|detail| !detail.is_empty()),
            kind: item.kind.name(),
            id: &item.id,
            site: &item.site,
            url: item.permalink.as_deref().or(item.url.as_deref()),
        })
        .collect()
}
