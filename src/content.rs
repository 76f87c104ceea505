//! A project's folder becomes typed sources: what the files say, nothing resolved yet.
//!
//! In: the root of a Statamic project (`content/`, `resources/`, `users/`, the asset disks, `composer.lock`).
//! Out: one [`Content`], with a [`problem::Problem`] for each thing that could not be read; a bad file never spoils
//! another. The one home of `serde_yaml` and of walking folders. It knows nothing of URLs, relations, HTML or SQL.

pub mod addon_files;
pub mod assets;
pub mod blueprint;
pub mod collection;
pub mod entry;
pub mod file_name;
pub mod form;
pub mod front_matter;
pub mod globals;
pub mod inventory;
pub mod known;
pub mod navigation;
pub mod occurrence;
pub mod packages;
pub mod plain_date;
pub mod problem;
pub mod project;
pub mod rest;
pub mod sites;
pub mod taxonomy;
pub mod text;
pub mod tree;
pub mod users;
pub mod yaml;

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use entry::Former;
use known::Known;
use problem::Problem;
use project::Project;
use rest::Rest;
use sites::Sites;

/// A YAML mapping as the file has it: same keys, same order, same types.
pub type Data = Map<String, Value>;

/// Everything that the files of one project say. Lists are in path order, so two reads of one tree are equal.
#[derive(Debug, Default)]
pub struct Content {
    /// The project's sites; the first is the default. Never empty.
    pub sites: Vec<sites::Site>,
    /// Whether entries lie in a folder per site (spec/statamic.md §1.11).
    pub multisite: bool,
    /// By handle.
    pub collections: Vec<collection::Collection>,
    /// By collection, then path; an id occurs once.
    pub entries: Vec<entry::Entry>,
    /// By handle.
    pub navigations: Vec<navigation::Navigation>,
    /// By handle.
    pub taxonomies: Vec<taxonomy::Taxonomy>,
    /// Those that have a file.
    pub terms: Vec<taxonomy::Term>,
    /// By handle.
    pub globals: Vec<globals::GlobalSet>,
    /// By handle.
    pub containers: Vec<assets::Container>,
    /// By container, then path.
    pub assets: Vec<assets::Asset>,
    /// By e-mail address.
    pub users: Vec<users::User>,
    /// In the file's order.
    pub roles: Vec<users::Role>,
    /// In the file's order.
    pub groups: Vec<users::Group>,
    /// By handle.
    pub forms: Vec<form::Form>,
    /// All blueprints, fieldsets resolved.
    pub blueprints: blueprint::Blueprints,
    /// Installed composer packages with their versions where `composer.lock` names them.
    pub packages: packages::Packages,
    /// What SEO addons keep in files of their own.
    pub addon_files: addon_files::AddonFiles,
    /// `public/robots.txt`, where the project has one.
    pub robots_txt: Option<String>,
    /// What could not be read, or only by guessing; by path.
    pub problems: Vec<problem::Problem>,
    /// Where the rest is of entries of which only the front is here.
    pub rest: rest::Rest,
}

/// What lives in PHP configuration in a real project and so has to be told, or guessed, here.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `multisite` of `config/statamic/system.php`; `None` guesses: more than one site and folders named after them.
    pub multisite: Option<bool>,
    /// Disk name → folder (relative to the root) and public URL; a disk not named lies at `public/<disk>` and `/<disk>`.
    pub disks: BTreeMap<String, Disk>,
    /// Bytes; a larger file is a problem, not an entry.
    pub max_file_bytes: u64,
    /// `app.name`, for Antlers in `sites.yaml` (`{{ config:app:name }}`).
    pub app_name: Option<String>,
    /// `app.url`, for Antlers in `sites.yaml`; the public origin of the front end.
    pub base_url: Option<String>,
    /// `app.locale`, for Antlers in `sites.yaml` and where that file is missing.
    pub app_locale: String,
}

/// Where the files of an asset disk lie and how the public reaches them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Relative to the project's root, or absolute.
    pub root: PathBuf,
    /// Where the public reaches it; `None`: a private disk.
    pub url: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            multisite: None,
            disks: BTreeMap::new(),
            max_file_bytes: 8 << 20,
            app_name: None,
            base_url: None,
            app_locale: "en_US".into(),
        }
    }
}

/// Nothing at all can be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The root is no Statamic project.
    #[error("{} has no content/ folder; point --root at a Statamic project", .0.display())]
    NoContent(PathBuf),
}

/// Reads the project at `root`.
///
/// # Errors
/// Only where there is no `content/` folder; whatever is wrong below it is a problem in the result.
pub fn read(root: &Path, settings: &Settings) -> Result<Content, Error> {
    let mut former = Former {
        known: Known::default(),
        listings: HashMap::new(),
        learn: &mut drop,
        gone: Vec::new(),
    };
    read_with(root, settings, Rest::default(), &mut former)
}

/// The same, but files that did not change are not read again, and of entries only the front stays in memory (see
/// [`entry::front`]); [`Rest`] brings back the rest.
///
/// # Errors
/// As those of [`read`].
pub fn read_fronts(
    root: &Path,
    settings: &Settings,
    former: &mut Former,
) -> Result<Content, Error> {
    read_with(root, settings, Rest::below(root), former)
}

fn read_with(
    root: &Path,
    settings: &Settings,
    mut rest: Rest,
    former: &mut Former,
) -> Result<Content, Error> {
    let project = Project::open(root, settings)?;
    let sites = Sites::read(&project);
    let collections = collection::read(&project, &sites);
    rest.know(&collections);
    let entries = entry::read(&project, &sites, &collections, &rest, former);
    let taxonomies = taxonomy::read(&project, &sites);
    let containers = assets::read(&project);
    let blueprints = blueprint::read(&project);
    report_missing_blueprints(&project, &collections, &entries, &blueprints);
    Ok(Content {
        navigations: navigation::read(&project, &sites),
        terms: taxonomy::read_terms(&project, &taxonomies),
        globals: globals::read(&project, &sites),
        assets: assets::read_assets(&project, &containers),
        users: users::read(&project),
        roles: users::read_roles(&project),
        groups: users::read_groups(&project),
        forms: form::read(&project),
        packages: packages::Packages::read(&project),
        addon_files: addon_files::read(&project),
        robots_txt: robots_txt(&project),
        multisite: sites.multisite,
        sites: sites.all,
        collections,
        entries,
        taxonomies,
        containers,
        blueprints,
        problems: project.into_problems(),
        rest,
    })
}

/// A short hash, for telling whether something changed.
#[must_use]
pub fn digest(bytes: &[u8]) -> i64 {
    let mut first = [0; 8];
    first.copy_from_slice(&blake3::hash(bytes).as_bytes()[..8]);
    i64::from_le_bytes(first)
}

/// The same of anything that can be hashed, much faster; another compiler may make another one of it.
#[must_use]
pub fn hashed(thing: impl Hash) -> i64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish().cast_signed()
}

fn robots_txt(project: &Project) -> Option<String> {
    let bytes = project.bytes(&project.find("public/robots.txt")?)?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn report_missing_blueprints(
    project: &Project,
    collections: &[collection::Collection],
    entries: &[entry::Entry],
    blueprints: &blueprint::Blueprints,
) {
    let collections: BTreeMap<_, _> = collections
        .iter()
        .map(|collection| (collection.handle.as_str(), collection))
        .collect();
    for entry in entries {
        let (Some(handle), Some(collection)) =
            (&entry.blueprint, collections.get(entry.collection.as_str()))
        else {
            continue;
        };
        if !blueprints.has_entry(collection, handle) {
            let message = format!(
                "the collection {} has no blueprint {handle}; its first one stands in",
                entry.collection
            );
            project.report(
                Problem::warning("blueprint_missing", &entry.path, message).of_entry(&entry.id),
            );
        }
    }
}
