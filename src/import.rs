//! The story of the program: read the files, link them, compile each thing that can be asked for.
//!
//! In: a project's folder, the settings, and what an earlier import left. Out: item by item, what the store needs to
//! replace its site; what did not change is neither read nor compiled again. It knows nothing of SQL and HTTP; the clock
//! is given to it.

mod assets;
mod compiler;
mod entries;
pub mod faces;
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
pub mod update;
mod users;
mod values;
mod versions;

use std::collections::HashMap;
use std::mem::take;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use rayon::iter::Either;
use rayon::prelude::*;

use crate::content;
use crate::content::entry::Former;
use crate::content::known::{Known, Record};
use crate::content::problem::{Problem, Severity};
use crate::content::project::Listing;
use crate::fields;
use crate::seo::{Project, settings};
use crate::site::view::Key;
use crate::site::{self, Site};
use crate::store::memory::{Memory, Stale};
use crate::store::write::Ready;
use crate::store::{Item, Kept, Kind, Name};

use compiler::{Compiled, Compiler};
use faces::{Changes, Faces};

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

/// What is left to say of a project whose items were handed on.
#[derive(Debug, Default)]
pub struct Report {
    /// All problems, by path and place.
    pub problems: Vec<Problem>,
    /// Entries read, drafts among them.
    pub entries: usize,
}

impl Outcome {
    /// Problems that kept something from being served.
    #[must_use]
    pub fn errors(&self) -> usize {
        errors(&self.problems)
    }
}

impl Report {
    /// Problems that kept something from being served.
    #[must_use]
    pub fn errors(&self) -> usize {
        errors(&self.problems)
    }
}

fn errors(problems: &[Problem]) -> usize {
    let is_error = |problem: &&Problem| problem.severity == Severity::Error;
    problems.iter().filter(is_error).count()
}

/// Told how many entries are done, of how many; from any thread.
pub type Progress<'a> = dyn Fn(usize, usize) + Sync + 'a;

/// What becomes of one item.
#[derive(Debug)]
pub enum Step {
    /// It is made: all its versions.
    Made(Vec<Ready>),
    /// These are as they were.
    Kept(Vec<Kept>),
}

/// Given what becomes of the items; it may ask for no more.
pub type Take<'a> = dyn FnMut(Step) -> ControlFlow<()> + Send + 'a;

/// What an earlier import left, and what has been looked at since.
#[derive(Debug, Default)]
pub struct Past {
    /// What it read.
    pub known: Known,
    /// How everything looked.
    pub faces: Faces,
    /// What lies in the folders of collections, where that was looked at just before.
    pub listings: HashMap<String, Listing>,
}

/// Entries that are whole, and compiled, at a time: enough for all cores, little enough for the memory.
const CHUNK: usize = 64;

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
    let mut linked = Linked::read(root, settings, Past::default(), &mut drop)?;
    let mut items = Vec::new();
    let mut take = |step| {
        if let Step::Made(versions) = step {
            items.extend(versions.into_iter().map(Item::from));
        }
        ControlFlow::Continue(())
    };
    let Report { problems, entries } = linked.compile(now, &Stale::default(), progress, &mut take);
    Ok(Outcome {
        items,
        problems,
        entries,
    })
}

/// A project read and linked, ready to be compiled. Neither all sources nor all items are ever in memory.
#[derive(Debug)]
pub struct Linked {
    site: Site,
    seo: Project,
    shows_users: bool,
    /// How everything looks now.
    pub faces: Faces,
    /// What looks different from before.
    pub changes: Changes,
    /// Files of entries that are no longer there.
    pub gone: Vec<String>,
}

impl Linked {
    /// Reads what changed and links it with what did not; `learn` is given what the next import wants to know.
    ///
    /// # Errors
    /// Where `root` is no project at all.
    pub fn read(
        root: &Path,
        settings: &Settings,
        past: Past,
        learn: &mut (dyn FnMut(Record) + Send),
    ) -> Result<Self, content::Error> {
        let mut former = Former {
            known: past.known,
            listings: past.listings,
            learn,
            gone: Vec::new(),
        };
        let content = content::read_fronts(root, &settings.content, &mut former)?;
        let site = Site::link(content, settings.site.clone());
        let seo = Project::new(&site, settings.seo.clone(), &site.content.addon_files);
        let faces = Faces::of(&site, &seo);
        Ok(Self {
            changes: faces.since(&past.faces),
            gone: former.gone,
            shows_users: settings.shows_users,
            faces,
            site,
            seo,
        })
    }

    /// What the next import wants to know; `files` is the inventory. The project itself is let go while the end is written.
    fn leave(self, files: i64) -> Memory {
        let memory = Memory {
            faces: self.faces.to_bytes(),
            files,
        };
        rayon::spawn(move || drop(self));
        memory
    }

    /// Compiles what is new, changed or stale as it is seen at `now`.
    pub fn compile(
        &mut self,
        now: Timestamp,
        stale: &Stale,
        progress: &Progress,
        take: &mut Take,
    ) -> Report {
        let mut report = Report {
            problems: of_the_whole(&self.site, &self.seo),
            entries: self.site.entries.len(),
        };
        let mut import = Import {
            shows_users: self.shows_users,
            changes: &self.changes,
            now,
            stale,
            progress,
            take,
            problems: &mut report.problems,
        };
        let _ = import.entries(&mut self.site, &self.seo).is_continue()
            && import
                .everything_else(&mut self.site, &self.seo)
                .is_continue();
        report
            .problems
            .sort_by(|left, right| place(left).cmp(&place(right)));
        report.problems.dedup();
        report
    }
}

/// Problems that compiling does not find.
fn of_the_whole(site: &Site, seo: &Project) -> Vec<Problem> {
    let found = site.content.problems.iter().chain(&site.problems).cloned();
    found
        .chain(fields::check::problems(&site.content.blueprints))
        .chain(feeds::problems(site, seo))
        .collect()
}

/// An import on its way, from a linked site to items.
struct Import<'a, 'take> {
    shows_users: bool,
    changes: &'a Changes,
    now: Timestamp,
    stale: &'a Stale,
    progress: &'a Progress<'a>,
    take: &'a mut Take<'take>,
    problems: &'a mut Vec<Problem>,
}

impl Import<'_, '_> {
    /// Entries are many and independent: all cores work on a chunk of them.
    fn entries(&mut self, site: &mut Site, seo: &Project) -> ControlFlow<()> {
        let orders = order::own_orders(site);
        let (changes, old) = (self.changes, self.stale);
        let each = site.entries.par_iter().map(|entry| {
            let known = entries::kept(entry, orders[entry.index]);
            let own = Key::Whole("entry", entry.id.clone());
            if is_stale(changes, old, &known.name, &own) {
                Either::Left(entry.index)
            } else {
                Either::Right(known)
            }
        });
        let (mut stale, kept): (Vec<usize>, Vec<Kept>) = each.partition_map(|one| one);
        let known = kept.len();
        self.keep(kept)?;
        // Rows are numbered as they come; of very many matches a search ranks those with the highest numbers.
        stale.sort_by_key(|index| site.entries[*index].date.map(|date| date.at));
        let (all, done) = (site.entries.len(), AtomicUsize::new(known));
        let mut last = Vec::new();
        for chunk in stale.chunks(CHUNK) {
            let loaded = site.load(chunk.iter().copied());
            let compiler = self.compiler(site, seo);
            let (now, progress) = (self.now, self.progress);
            let made = chunk.par_iter().map(|index| {
                let entry = &compiler.site.entries[*index];
                let versions = versions::of(now, |moment| {
                    entries::compile(&compiler, entry, orders[*index], moment)
                });
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, all);
                versions
            });
            let go_on;
            (last, go_on) = self.beside(take(&mut last), || made.collect());
            site.unload(&loaded);
            go_on?;
        }
        self.hand_on(last)
    }

    /// Terms and assets are many too; the rest is little enough to be made each time.
    fn everything_else(&mut self, site: &mut Site, project: &Project) -> ControlFlow<()> {
        site.load(navigations::entries(site));
        site.load(seo::entries(site, project));
        let compiler = self.compiler(site, project);
        let (mut stale, mut kept) = (Vec::new(), Vec::new());
        for task in everything_else(&compiler) {
            match task.known {
                Some((known, key)) if !is_stale(self.changes, self.stale, &known.name, &key) => {
                    kept.push(known);
                }
                _ => stale.push(task.compile),
            }
        }
        self.keep(kept)?;
        let now = self.now;
        let mut last = Vec::new();
        for chunk in stale.chunks(CHUNK) {
            let made = chunk.par_iter().map(|compile| versions::of(now, compile));
            let go_on;
            (last, go_on) = self.beside(take(&mut last), || made.collect());
            go_on?;
        }
        self.hand_on(last)
    }

    fn keep(&mut self, kept: Vec<Kept>) -> ControlFlow<()> {
        let odd = kept
            .iter()
            .filter_map(|kept| self.stale.problems.get(&kept.name.digest()));
        self.problems.extend(odd.flatten().cloned());
        (self.take)(Step::Kept(kept))
    }

    /// Does some work and hands on what was made before, so that no core waits for the one that does.
    fn beside<T: Send>(
        &mut self,
        made: Vec<Vec<Ready>>,
        work: impl FnOnce() -> T + Send,
    ) -> (T, ControlFlow<()>) {
        rayon::join(work, || self.hand_on(made))
    }

    fn hand_on(&mut self, made: Vec<Vec<Ready>>) -> ControlFlow<()> {
        for versions in made {
            let odd = versions.iter().flat_map(|version| &version.item.problems);
            self.problems.extend(odd.cloned());
            (self.take)(Step::Made(versions))?;
        }
        ControlFlow::Continue(())
    }

    fn compiler<'s>(&self, site: &'s Site, seo: &'s Project) -> Compiler<'s> {
        Compiler {
            site,
            seo,
            shows_users: self.shows_users,
        }
    }
}

/// Whether an item has to be made anew; `own` is what it is made of in any case.
fn is_stale(changes: &Changes, stale: &Stale, name: &Name, own: &Key) -> bool {
    changes.everything
        || changes.seo && matches!(name.kind, Kind::Entry | Kind::Term)
        || changes.keys.contains(&own.digest())
        || stale.names.contains(&name.digest())
}

/// One item to be compiled.
struct Task<'a> {
    /// What is kept of it, and what it is made of in any case; `None`: it is made each time.
    known: Option<(Kept, Key)>,
    compile: Compile<'a>,
}

/// A way to compile one item as it is at a moment.
type Compile<'a> = Box<dyn Fn(Timestamp) -> Compiled + Sync + 'a>;

impl<'a> From<Compile<'a>> for Task<'a> {
    fn from(compile: Compile<'a>) -> Self {
        Self {
            known: None,
            compile,
        }
    }
}

fn everything_else<'a>(compiler: &'a Compiler<'a>) -> Vec<Task<'a>> {
    let few = structure::all(compiler)
        .into_iter()
        .chain(globals::all(compiler))
        .chain(navigations::all(compiler))
        .chain(users::all(compiler))
        .chain(seo::all(compiler));
    let mut all: Vec<Task> = few.map(Task::from).collect();
    all.extend(terms::all(compiler));
    all.extend(assets::all(compiler));
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
