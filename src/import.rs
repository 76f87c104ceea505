//! The story of the program: read the files, link them, compile each thing that can be asked for.
//!
//! In: a project's folder and the settings. Out: an [`Outcome`], everything the store needs to replace its site. It
//! knows nothing of SQL and HTTP; the clock is given to it.

mod assets;
mod compiler;
mod entries;
mod feeds;
mod globals;
mod hidden;
mod links;
mod navigations;
mod order;
mod redirects;
mod search;
mod seo;
mod structure;
mod terms;
mod users;
mod versions;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use rayon::prelude::*;

use crate::content::problem::{Problem, Severity};
use crate::content::{self, Content};
use crate::fields;
use crate::seo::{Project, settings};
use crate::site::{self, Entry, Site};
use crate::store::Item;

use compiler::{Compiled, Compiler};

/// Everything that shapes what is compiled, besides the files.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How the folder is read.
    pub content: content::Settings,
    /// How the sources are linked.
    pub site: site::Settings,
    /// How SEO is resolved.
    pub seo: settings::Settings,
    /// Whether users are served, and so their e-mail addresses.
    pub shows_users: bool,
}

/// A compiled project.
#[derive(Debug, Default)]
pub struct Outcome {
    /// All items, the versions of one after each other.
    pub items: Vec<Item>,
    /// All problems, by path and place.
    pub problems: Vec<Problem>,
    /// Entries read, drafts among them.
    pub entries: usize,
}

impl Outcome {
    /// Problems that kept something from being served.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .count()
    }

    fn take(&mut self, (items, problems): (Vec<Item>, Vec<Problem>)) {
        self.items.extend(items);
        self.problems.extend(problems);
    }
}

/// Told how many entries are done, of how many; from any thread.
pub type Progress<'a> = dyn Fn(usize, usize) + Sync + 'a;

/// Reads, links and compiles the project at `root` as it is seen at `now`.
///
/// # Errors
/// Where `root` is no project at all; a bad file in it is a problem of the outcome.
pub fn run(
    root: &Path,
    settings: &Settings,
    now: Timestamp,
    progress: &Progress,
) -> Result<Outcome, content::Error> {
    Ok(compile(
        content::read(root, &settings.content)?,
        settings,
        now,
        progress,
    ))
}

/// Links and compiles what was read.
#[must_use]
pub fn compile(
    content: Content,
    settings: &Settings,
    now: Timestamp,
    progress: &Progress,
) -> Outcome {
    let site = Site::link(content, settings.site.clone());
    let project = Project::new(&site, settings.seo.clone(), &site.content.addon_files);
    let compiler = Compiler {
        site: &site,
        seo: &project,
        shows_users: settings.shows_users,
    };
    let mut outcome = Outcome {
        entries: site.entries.len(),
        ..Outcome::default()
    };
    outcome
        .problems
        .extend(site.content.problems.iter().chain(&site.problems).cloned());
    outcome
        .problems
        .extend(fields::check::problems(&site.content.blueprints));
    outcome.problems.extend(feeds::problems(&compiler));
    for compiled in compiled_entries(&compiler, now, progress) {
        outcome.take(compiled);
    }
    for compile in everything_else(&compiler) {
        outcome.take(versions::of(now, compile));
    }
    outcome
        .problems
        .sort_by(|left, right| place(left).cmp(&place(right)));
    outcome.problems.dedup();
    outcome
}

/// Entries are many and independent: all cores work on them.
fn compiled_entries(
    compiler: &Compiler,
    now: Timestamp,
    progress: &Progress,
) -> Vec<(Vec<Item>, Vec<Problem>)> {
    let mut entries: Vec<&Entry> = compiler.site.entries.iter().collect();
    // Rows are numbered as they come; of very many matches a search ranks those with the highest numbers.
    entries.sort_by_key(|entry| entry.date.map(|date| date.at));
    let orders = order::own_orders(compiler.site);
    let done = AtomicUsize::new(0);
    let made = entries.par_iter().map(|entry| {
        let versions = versions::of(now, |moment| {
            entries::compile(compiler, entry, orders[entry.index], moment)
        });
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, entries.len());
        versions
    });
    made.collect()
}

/// A way to compile one item as it is at a moment.
type Compile<'a> = Box<dyn Fn(Timestamp) -> Compiled + 'a>;

fn everything_else<'a>(compiler: &'a Compiler<'a>) -> Vec<Compile<'a>> {
    let mut all = structure::all(compiler);
    all.extend(terms::all(compiler));
    all.extend(globals::all(compiler));
    all.extend(assets::all(compiler));
    all.extend(navigations::all(compiler));
    all.extend(users::all(compiler));
    all.extend(seo::all(compiler));
    all
}

fn place(problem: &Problem) -> (&str, Option<u64>, Option<u64>, &str, &str) {
    (
        &problem.path,
        problem.line,
        problem.column,
        &problem.code,
        &problem.message,
    )
}
