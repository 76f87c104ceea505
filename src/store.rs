//! The compiled site in a database: one transaction replaces it and raises the generation; readers see one generation.
//!
//! In: [`Item`]s and [`Problem`]s. Out: rows, as the JSON templates they were stored as. The one home of `sqlx` and SQL.
//! It knows nothing of YAML, of Bard or of HTTP.

pub mod again;
pub mod audience;
pub mod changes;
pub mod copy;
pub mod deliveries;
pub mod dictionary;
mod engine;
mod fields;
pub mod find;
pub mod findings;
pub mod keys;
pub mod links;
pub mod list;
mod lists;
pub mod log;
pub mod memory;
pub mod moment;
pub mod news;
pub mod problems;
pub mod read;
pub mod redirects;
pub mod replace;
pub mod resources;
pub mod search;
pub mod sitemap;
pub mod statamic;
mod statement;
mod stored;
mod tally;
pub mod texts;
pub mod turn;
pub mod values;
pub mod view;
pub mod write;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::content::problem::Problem;
use crate::seo::report::Finding;
use crate::seo::sitemap::Listed;
use crate::site::status::Window;
use values::Datum;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An entry; `owner` is its collection.
    Entry,
    /// A term in one site; `owner` is its taxonomy.
    Term,
    /// An asset; `owner` is its container.
    Asset,
    /// A global set in one site.
    Global,
    /// A user.
    User,
    /// A form's definition.
    Form,
    /// A collection's description.
    Collection,
    /// A taxonomy's description.
    Taxonomy,
    /// A navigation's description.
    Navigation,
    /// An asset container's description.
    Container,
    /// A site's description.
    Site,
    /// The tree of a collection in one site; `owner` is the collection.
    CollectionTree,
    /// The tree of a navigation in one site; `owner` is the navigation.
    NavigationTree,
    /// The sitemap of a site; `uri` is the path that the site stands below.
    Sitemap,
    /// The text of `robots.txt`.
    Robots,
    /// A redirect of a site; `slug` is the path it is from, empty for a pattern.
    Redirect,
    /// A feed of a collection in one site; `owner` is the collection, the id its format.
    Feed,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 17] = [
        Self::Entry,
        Self::Term,
        Self::Asset,
        Self::Global,
        Self::User,
        Self::Form,
        Self::Collection,
        Self::Taxonomy,
        Self::Navigation,
        Self::Container,
        Self::Site,
        Self::CollectionTree,
        Self::NavigationTree,
        Self::Sitemap,
        Self::Robots,
        Self::Redirect,
        Self::Feed,
    ];

    /// The kind of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name it is stored under, and the first half of its surrogate key.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Term => "term",
            Self::Asset => "asset",
            Self::Global => "global",
            Self::User => "user",
            Self::Form => "form",
            Self::Collection => "collection",
            Self::Taxonomy => "taxonomy",
            Self::Navigation => "navigation",
            Self::Container => "container",
            Self::Site => "site",
            Self::CollectionTree => "collection_tree",
            Self::NavigationTree => "navigation_tree",
            Self::Sitemap => "sitemap",
            Self::Robots => "robots",
            Self::Redirect => "redirect",
            Self::Feed => "feed",
        }
    }
}

/// One thing that can be asked for, compiled: the importer's output.
///
/// An item whose answer changes with the clock (it, or something it shows, is published or expires) comes in several
/// versions: of those with `valid_from` not after now, the latest is the answer. Versions of one item stand together.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Collection, taxonomy, container or navigation; empty where the kind has none.
    pub owner: String,
    /// Opaque; unique with kind, owner and site.
    pub id: String,
    /// Site handle; empty where the kind has none.
    pub site: String,
    /// Id of the entry at the root of its localizations; `None` where it localizes nothing.
    pub localizes: Option<String>,
    /// Last part of its route.
    pub slug: Option<String>,
    /// Own route, without the site's prefix.
    pub uri: Option<String>,
    /// What a visitor types after the front end's origin: path with the site's prefix.
    pub url: Option<String>,
    /// Absolute; `None` without a route or a known origin.
    pub permalink: Option<String>,
    /// As text, for sorting.
    pub title: String,
    /// An entry's date.
    pub date: Option<Timestamp>,
    /// Seconds since 1970.
    pub updated_at: Option<i64>,
    /// Place in an unsorted list of its kind.
    pub position: i64,
    /// Place in the collection's own order (tree, date or title).
    pub own_order: i64,
    /// Whether the public may see it at all.
    pub published: bool,
    /// When the public may see it.
    pub window: Window,
    /// `None`: since ever.
    pub valid_from: Option<Timestamp>,
    /// Template of the native object's members without `fields`, `seo`: what lists show.
    pub summary: String,
    /// Template of the native `fields` object; every field is removable, every part of a body too.
    pub fields: Option<String>,
    /// Template of the native `seo` object; every member of it, and of its `head`, is removable.
    pub seo: Option<String>,
    /// Template of Statamic's own object at depth 0, every key removable.
    pub statamic: Option<String>,
    /// The same as a tree's `page` has it (relations raw, spec/statamic.md §3.6).
    pub page: Option<String>,
    /// What Statamic's filters and sorts see of it: a JSON object, field → value.
    pub query: Option<String>,
    /// Entries, terms and assets that its bodies and relations lead to.
    pub links: Vec<Link>,
    /// What lists filter and sort it by.
    pub values: Vec<Datum>,
    /// What full-text search finds it by; `None`: it is not found.
    pub search: Option<Searchable>,
    /// What it adds to its site's sitemap.
    pub sitemap: Vec<Listed>,
    /// What an editor should look at.
    pub findings: Vec<Finding>,
    /// What it was made of, in short (`site::view::Key`): it is made anew when one of them changes.
    pub needs: Vec<i64>,
    /// What was odd about it.
    pub problems: Vec<Problem>,
}

/// What full-text search knows of an item besides its title.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searchable {
    /// A line each.
    pub headings: String,
    /// Its texts, line by line.
    pub text: String,
    /// What matches are counted by: `collection`, `site`, `blueprint`, `taxonomy`, `term:TAXONOMY`, and values. The first two
    /// are what a search can be confined to as well.
    pub facets: Vec<(String, String)>,
}

impl Item {
    /// A public item that has nothing to show yet.
    #[must_use]
    pub fn new(kind: Kind, owner: &str, id: &str) -> Self {
        Self {
            kind,
            owner: owner.to_owned(),
            id: id.to_owned(),
            site: String::new(),
            localizes: None,
            slug: None,
            uri: None,
            url: None,
            permalink: None,
            title: String::new(),
            date: None,
            updated_at: None,
            position: 0,
            own_order: 0,
            published: true,
            window: Window::default(),
            valid_from: None,
            summary: "{}".to_owned(),
            fields: None,
            seo: None,
            statamic: None,
            page: None,
            query: None,
            links: Vec::new(),
            values: Vec::new(),
            search: None,
            sitemap: Vec::new(),
            findings: Vec::new(),
            needs: Vec::new(),
            problems: Vec::new(),
        }
    }
}

/// A [`Name`] in 16 bytes, which no two share by chance.
pub type Digest = [u8; 16];

/// What names an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// What it is.
    pub kind: Kind,
    /// Collection, taxonomy, container or navigation; empty where the kind has none.
    pub owner: String,
    /// As [`id_key`] spells it.
    pub id: String,
    /// Site handle; empty where the kind has none.
    pub site: String,
    digest: Digest,
}

impl Name {
    /// A name with the id in the spelling under which it is stored.
    #[must_use]
    pub fn new(kind: Kind, owner: &str, id: &str, site: &str) -> Self {
        let id = id_key(id);
        Self {
            digest: Self::digest_of([kind.name(), owner, &id, site]),
            kind,
            owner: owner.to_owned(),
            id,
            site: site.to_owned(),
        }
    }

    /// The name shortly, as it was worked out once.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    fn digest_of(parts: [&str; 4]) -> Digest {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(part.as_bytes()).update(&[0]);
        }
        let mut digest = [0; 16];
        hasher.finalize_xof().fill(&mut digest);
        digest
    }
}

/// An item that stays as it is, but for its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub name: Name,
    /// Place in an unsorted list of its kind.
    pub position: i64,
    /// Place in the collection's own order.
    pub own_order: i64,
}

/// A reference that an item makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// How.
    pub via: Via,
    /// The top-level field it is in.
    pub field: String,
    /// `entry::ID`, `asset::CONTAINER::PATH`, `term::TAXONOMY::SLUG`.
    pub target: String,
    /// The linked text; empty for a relation.
    pub text: String,
    /// `ok`, `missing`, `draft`, `no_route`.
    pub state: String,
    /// The target as the file spells it; for reports on the files, not stored.
    pub spelling: String,
    /// The file whose field it is, relative to the project's folder; not stored either.
    pub file: String,
}

/// How an item refers to something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Via {
    /// A link or image in the text of a body.
    #[default]
    Body,
    /// The value of a relation, asset or link field.
    Relation,
}

impl Via {
    /// The name it is stored and shown under.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Relation => "relation",
        }
    }
}

/// Something read, and the generation that it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot<T> {
    /// Rises by one with each replacement that changed anything.
    pub generation: i64,
    /// When this generation was written.
    pub replaced_at: Timestamp,
    /// The last moment up to now at which some answer changed by the clock alone.
    pub last_boundary: Option<Timestamp>,
    /// The next such moment after now.
    pub next_boundary: Option<Timestamp>,
    /// What was asked for.
    pub value: T,
}

impl<T> Snapshot<T> {
    /// The same snapshot of something made from the value.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Snapshot<U> {
        let Self {
            generation,
            replaced_at,
            last_boundary,
            next_boundary,
            value,
        } = self;
        Snapshot {
            generation,
            replaced_at,
            last_boundary,
            next_boundary,
            value: make(value),
        }
    }
}

/// The database of one compiled site.
#[derive(Clone, Debug)]
pub struct Store {
    engine: engine::Engine,
    /// Woken when this very program has written.
    written: Arc<Notify>,
}

/// Why the store cannot do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL names an engine that this program does not speak.
    #[error(
        "database {0:?} is of an engine that is not supported; give a file, sqlite:FILE or postgres://…"
    )]
    Engine(String),
    /// The file cannot be opened.
    #[error("cannot open the database {}: {cause}; is it a SQLite file in a folder that can be written?", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the engine said.
        cause: sqlx::Error,
    },
    /// The server cannot be reached, or does not let us in.
    #[error(
        "cannot open the database {database}: {cause}; is the server there, with this user and database?"
    )]
    Unreachable {
        /// Host, port and name.
        database: String,
        /// What was said.
        cause: sqlx::Error,
    },
    /// The server is behind another one that was read from before.
    #[error("the database is at generation {found}, and {newest} was read before")]
    Behind {
        /// What it is at.
        found: i64,
        /// What was read before.
        newest: i64,
    },
    /// An import that began to read the files later has written before this one.
    #[error("an import that began later was written before; this one is not")]
    Overtaken,
    /// Something was written between two reads that should see one moment; the computation is made anew.
    #[error("what was read is of two generations")]
    Torn,
    /// A copy would make the readers of a database go back.
    #[error("generation {from} cannot be copied over generation {to}; give an empty database")]
    WouldGoBack {
        /// What was to be copied.
        from: i64,
        /// What is there.
        to: i64,
    },
    /// Neither database of a copy is a server's.
    #[error("both databases are SQLite files; copy the file")]
    TwoFiles,
    /// A copied table has more or fewer rows than it should.
    #[error("table {table} has {read} rows, {written} of them were copied; nothing was written")]
    Miscounted {
        /// Its name.
        table: String,
        /// Rows read.
        read: i64,
        /// Rows written.
        written: i64,
    },
    /// A later program wrote it.
    #[error("database {} has schema {found}, this program knows up to {known}; use a newer rhapsode or another file", path.display())]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// The schema's version.
        found: i64,
        /// The newest one that is known here.
        known: i64,
    },
    /// An earlier program wrote it, and it may not be written now.
    #[error("database {} has schema {found}, this program needs {known}; run `rhapsode import` once", path.display())]
    OlderSchema {
        /// The file.
        path: PathBuf,
        /// The schema's version; 0 where it has none.
        found: i64,
        /// The one that is needed.
        known: i64,
    },
    /// A migration failed.
    #[error("cannot bring the database {} to this program's schema", path.display())]
    Migration {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: sqlx::migrate::MigrateError,
    },
    /// A statement failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// The spelling under which an id is stored and found: a UUID in lower case with hyphens, anything else as it is.
#[must_use]
pub fn id_key(id: &str) -> String {
    uuid::Uuid::try_parse(id).map_or_else(|_| id.to_owned(), |uuid| uuid.to_string())
}
