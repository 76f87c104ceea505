//! What all items are compiled with, and what compiling one gives.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::bard::Oddity;
use crate::content::problem::Problem;
use crate::fields::splice::{self, Kind as Removable};
use crate::fields::{Context, Holder, Output, Shape};
use crate::seo::Project;
use crate::site::Site;
use crate::site::view::{Key, View};
use crate::store::{Item, Kind};

/// The linked site and the choices of the deployment.
pub struct Compiler<'a> {
    /// The site.
    pub site: &'a Site,
    /// Its SEO set-up.
    pub seo: &'a Project,
    /// Whether users are served, and so their e-mail addresses.
    pub shows_users: bool,
}

/// A compiled item, and the moment at which it must be compiled anew.
pub struct Compiled {
    /// The item.
    pub item: Item,
    /// The next moment at which something it shows is published or expires.
    pub next: Option<Timestamp>,
}

impl Compiler<'_> {
    /// A look at the site at a moment, from within one of its sites.
    pub fn view(&self, now: Timestamp, site: &str) -> View<'_> {
        View::new(self.site, now, site)
    }

    /// A context for the fields of one item.
    pub fn context<'v>(&self, view: &'v View<'v>, shape: Shape, holder: Holder<'v>) -> Context<'v> {
        let mut context = Context::new(view, shape, holder);
        context.shows_users = self.shows_users;
        context
    }
}

impl Compiled {
    /// Finishes an item: what it was made of and its next boundary are what the view saw.
    pub fn new(item: Item, view: &View<'_>, problems: Vec<Problem>) -> Self {
        let own = Key::Handle(item.kind.name(), item.id.clone());
        let group = (!item.owner.is_empty())
            .then(|| Key::Handle(group(item.kind).name(), item.owner.clone()));
        let always = [own].into_iter().chain(group).map(|key| key.digest());
        let mut needs: Vec<i64> = view.seen().into_iter().chain(always).collect();
        needs.sort_unstable();
        needs.dedup();
        Self {
            next: view.next_boundary(),
            item: Item {
                needs,
                problems,
                ..item
            },
        }
    }
}

/// What the owner of an item of this kind is.
fn group(kind: Kind) -> Kind {
    match kind {
        Kind::Term => Kind::Taxonomy,
        Kind::Asset => Kind::Container,
        Kind::NavigationTree => Kind::Navigation,
        _ => Kind::Collection,
    }
}

/// A template of an object whose members are fields.
pub fn template(members: &[(String, Output)]) -> String {
    let mut template = String::new();
    splice::object(members, Removable::Field, &mut template);
    template
}

/// JSON in one go: a [`Value`] that is displayed is written piece by piece.
pub fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("values and their maps are always JSON")
}

/// Computed members.
pub fn members(object: Value) -> Vec<(String, Output)> {
    match object {
        Value::Object(members) => members
            .into_iter()
            .map(|(key, value)| (key, Output::Json(value)))
            .collect(),
        _ => Vec::new(),
    }
}

/// What was odd about an item's values, as problems of its file.
pub fn problems(oddities: Vec<Oddity>, path: &str, entry: Option<&str>) -> Vec<Problem> {
    let problem = |oddity: Oddity| Problem {
        entry: entry.map(str::to_owned),
        ..Problem::warning(oddity.code, path, oddity.message)
    };
    oddities.into_iter().map(problem).collect()
}
