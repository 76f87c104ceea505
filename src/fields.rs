//! A raw value and its blueprint field become the value that an API sends (spec/statamic.md §3).
//!
//! In: raw YAML values, [`Field`]s, a [`View`] of the site. Out: [`Output`], which `splice` writes as JSON. Pure: same
//! input, same output; what it cannot make sense of passes through raw and leaves a problem. It knows nothing of SQL,
//! HTTP or SEO.

pub mod assets;
pub mod body;
pub mod case;
pub mod check;
pub mod data;
pub mod dates;
pub mod dictionaries;
pub mod dictionary;
pub mod handles;
pub mod item;
pub mod link;
pub mod options;
pub mod php;
pub mod php_date;
pub mod query_values;
pub mod references;
pub mod relations;
pub mod shallow;
pub mod splice;
pub mod structure;

use std::cell::RefCell;

use serde_json::Value;

use crate::bard::{Links, Oddity, Profile};
use crate::content::blueprint::Field;
use crate::site::view::View;
use crate::site::{Entry, Term};

/// For whom a value is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As Statamic's own REST API gives it, by the site's profile.
    Statamic,
    /// As the native API gives it: bodies with all their parts, relations as objects (DESIGN.md §3).
    Native,
}

/// A value on its way out.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Goes out as it is.
    Json(Value),
    /// A list, some of whose members are not plain JSON.
    List(Vec<Output>),
    /// An object, some of whose members are not plain JSON.
    Object(Vec<(String, Output)>),
    /// A Bard or Markdown body: each member is a part that `body=` chooses.
    Body(Vec<(&'static str, Output)>),
    /// Bytes that are JSON already (a raw tree, serialised once).
    Text(String),
    /// What a relation of the native API shows of its target; `include=` can fill in the target's `fields`.
    Related(Related),
}

/// The target of a relation.
#[derive(Clone, Debug, PartialEq)]
pub struct Related {
    /// What it is.
    pub kind: Target,
    /// What is shown of it; its `id` names it.
    pub object: Value,
}

/// What a relation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// An entry.
    Entry,
    /// A term.
    Term,
    /// An asset.
    Asset,
    /// A user.
    User,
}

impl Output {
    /// No value.
    pub const NULL: Self = Self::Json(Value::Null);
}

/// The item that a field belongs to.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'a> {
    /// An entry, as itself.
    Entry(&'a Entry),
    /// An entry, or nothing, as a page of a tree: there, relations stay raw (spec/statamic.md §3.6).
    Page(Option<&'a Entry>),
    /// A term.
    Term(&'a Term),
    /// A global set.
    Global,
    /// An asset, or nothing at all.
    Other,
}

impl<'a> Holder<'a> {
    /// The entry it is or shows.
    #[must_use]
    pub fn entry(self) -> Option<&'a Entry> {
        match self {
            Self::Entry(entry) | Self::Page(Some(entry)) => Some(entry),
            _ => None,
        }
    }
}

/// Everything a value depends on besides itself and its field.
pub struct Context<'a> {
    /// The site, the clock and the locale.
    pub view: &'a View<'a>,
    /// What resolves the references in bodies: the view, but for bodies that stand outside a site.
    pub links: &'a dyn Links,
    /// For whom the value is made.
    pub shape: Shape,
    /// The item it belongs to.
    pub holder: Holder<'a>,
    /// Whether users are served, and so their e-mail addresses.
    pub shows_users: bool,
    oddities: RefCell<Vec<Oddity>>,
}

impl<'a> Context<'a> {
    /// A context for the fields of one item.
    #[must_use]
    pub fn new(view: &'a View<'a>, shape: Shape, holder: Holder<'a>) -> Self {
        Self {
            view,
            links: view,
            shape,
            holder,
            shows_users: false,
            oddities: RefCell::default(),
        }
    }

    /// The version whose rules count: the site's for `/api`, the newest for the native API.
    #[must_use]
    pub fn profile(&self) -> Profile {
        match self.shape {
            Shape::Statamic => self.view.site.profile,
            Shape::Native => Profile::V6,
        }
    }

    /// Remembers something odd about the item.
    pub fn note(&self, code: &'static str, message: impl Into<String>) {
        self.oddities.borrow_mut().push(Oddity {
            code,
            message: message.into(),
        });
    }

    /// What was odd about the item's values so far.
    #[must_use]
    pub fn oddities(&self) -> Vec<Oddity> {
        self.oddities.borrow().clone()
    }
}

/// Fieldtypes whose value goes out as the file has it.
pub const RAW_KINDS: [&str; 24] = [
    "text",
    "textarea",
    "slug",
    "color",
    "time",
    "video",
    "template",
    "hidden",
    "html",
    "section",
    "spacer",
    "revealer",
    "theme",
    "integer",
    "float",
    "range",
    "list",
    "table",
    "yaml",
    "taggable",
    "blueprints",
    "asset_folder",
    "icon",
    "collection_routes",
];

/// The value of a top-level field.
#[must_use]
pub fn value(raw: Option<&Value>, field: Option<&Field>, context: &Context<'_>) -> Output {
    match field {
        Some(field) if relations::is_relation(&field.kind) && keeps_relations_raw(context) => {
            relations::unresolved(raw)
        }
        Some(field) => declared(raw, field, context),
        None => undeclared(raw, context),
    }
}

/// Statamic does not resolve the relations of a tree's pages, nor, in profile 5, those of global sets.
fn keeps_relations_raw(context: &Context<'_>) -> bool {
    let raw = match context.holder {
        Holder::Page(_) => true,
        Holder::Global => context.profile() == Profile::V5,
        _ => false,
    };
    raw && context.shape == Shape::Statamic
}

/// The value of a field, top-level or nested.
#[must_use]
pub fn declared(raw: Option<&Value>, field: &Field, context: &Context<'_>) -> Output {
    let raw = or_default(raw, field);
    match field.kind.as_str() {
        "toggle" => Output::Json(php::truthy(raw).into()),
        "markdown" => body::markdown(raw, field, context),
        "bard" => body::bard(raw, field, context),
        "date" => dates::date(raw, field, context),
        "select" | "radio" | "button_group" | "width" | "checkboxes" => {
            Output::Json(options::value(raw, field))
        }
        "dictionary" => dictionary::value(raw, field, context),
        "array" => data::array(raw, context),
        "code" => data::code(raw, field),
        "link" => link::value(raw, context),
        "group" => structure::group(raw, field, context),
        "grid" => structure::grid(raw, field, context),
        "replicator" => structure::replicator(raw, field, context),
        "entries" | "terms" | "users" => relations::value(raw, field, context),
        "assets" => assets::value(raw, field, context),
        "collections" | "taxonomies" | "navs" | "structures" | "sites" | "form" | "user_groups"
        | "user_roles" | "asset_container" => handles::value(raw, field, context),
        _ => untouched(raw, context),
    }
}

/// A value without a field: known by its shape in the native API, as the file has it in Statamic's.
fn undeclared(raw: Option<&Value>, context: &Context<'_>) -> Output {
    match raw {
        Some(tree) if context.shape == Shape::Native && crate::bard::is_tree(tree) => {
            body::undeclared(tree, context)
        }
        _ => untouched(raw, context),
    }
}

/// The value as the file has it.
#[must_use]
pub fn untouched(raw: Option<&Value>, context: &Context<'_>) -> Output {
    let raw = raw.unwrap_or(&Value::Null);
    Output::Json(match context.shape {
        Shape::Statamic => php::json(raw),
        Shape::Native => raw.clone(),
    })
}

/// The raw value or, for null and nothing, the field's default. `now` is for the editor alone.
fn or_default<'v>(raw: Option<&'v Value>, field: &'v Field) -> Option<&'v Value> {
    let set = |value: &&Value| !value.is_null();
    let default = || field.config.get("default").filter(set);
    let ambiguous = |value: &&Value| field.kind == "date" && value.as_str() == Some("now");
    raw.filter(set)
        .or_else(|| default().filter(|value| !ambiguous(value)))
}
