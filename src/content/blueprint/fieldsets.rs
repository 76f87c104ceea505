//! Imports and references between blueprints and fieldsets.
//!
//! In: a blueprint's mapping. Out: its fields, every fieldset it needs read once and put in place. A fieldset that is
//! not there (an addon's, most often) is reported once and its fields are left out.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value;

use super::{Field, Set, duplicate, kind, shape};
use crate::content::problem::Problem;
use crate::content::project::Project;
use crate::content::{Data, text};

const FOLDER: &str = "resources/fieldsets";
/// How often a fieldset may stand inside a set of itself before the fields below are left out.
const MAX_NESTED: usize = 2;
/// Fields of one blueprint, nested ones included.
const MAX_FIELDS: usize = 20_000;

/// The project's fieldsets, read when first asked for.
pub struct Fieldsets<'project> {
    project: &'project Project<'project>,
    /// Name → the file's path and items; `None`: not there.
    known: RefCell<BTreeMap<String, Option<Rc<Fieldset>>>>,
    reported: RefCell<BTreeSet<String>>,
    /// Fields of the blueprint at hand.
    count: Cell<usize>,
}

struct Fieldset {
    path: String,
    items: Vec<Data>,
}

/// A field before its sub-fields are looked at.
#[derive(Clone)]
struct Flat {
    handle: String,
    config: Data,
    /// Fieldsets that it came through, outermost first.
    through: Vec<String>,
}

impl<'project> Fieldsets<'project> {
    pub fn new(project: &'project Project<'project>) -> Self {
        Self {
            project,
            known: RefCell::default(),
            reported: RefCell::default(),
            count: Cell::new(0),
        }
    }

    /// The fields of a blueprint.
    pub fn fields(&self, path: &str, blueprint: &Data) -> Vec<Field> {
        self.count.set(0);
        self.build(path, &shape::items(blueprint), &[])
    }

    /// Fields of a list of items that stands inside the fieldsets `inside`.
    fn build(&self, path: &str, items: &[Data], inside: &[String]) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for flat in self.flatten(path, items, &[]) {
            if fields.iter().any(|field| field.handle == flat.handle) {
                self.report_once(duplicate(path, &flat.handle));
            } else if self.has_room(path) {
                fields.push(self.field(path, flat, inside));
            }
        }
        fields
    }

    fn field(&self, path: &str, flat: Flat, inside: &[String]) -> Field {
        let inside: Vec<_> = inside.iter().chain(&flat.through).cloned().collect();
        let nests =
            |name: &String| inside.iter().filter(|other| *other == name).count() > MAX_NESTED;
        let cut = inside.iter().any(nests);
        let nested = |items: &Value| {
            let items = if cut {
                Vec::new()
            } else {
                shape::field_items(items)
            };
            self.build(path, &items, &inside)
        };
        let set = |(handle, set): (String, Data)| Set {
            handle,
            fields: set.get("fields").map(nested).unwrap_or_default(),
        };
        let sets = flat.config.get("sets").map(shape::sets).unwrap_or_default();
        Field {
            kind: kind(&flat.config),
            fields: flat.config.get("fields").map(nested).unwrap_or_default(),
            sets: sets.into_iter().map(set).collect(),
            handle: flat.handle,
            config: flat.config,
        }
    }

    /// Inline fields, references and imports as one list; `through` are the imports that led here.
    fn flatten(&self, path: &str, items: &[Data], through: &[String]) -> Vec<Flat> {
        items
            .iter()
            .flat_map(|item| self.flat(path, item, through))
            .collect()
    }

    fn flat(&self, path: &str, item: &Data, through: &[String]) -> Vec<Flat> {
        if let Some(name) = text::get(item, "import") {
            return self.import(path, &name, item, through);
        }
        let Some(handle) = text::get(item, "handle") else {
            let message = "an item of a field list has neither handle nor import; it was left out";
            self.report_once(Problem::warning("field_invalid", path, message));
            return Vec::new();
        };
        match item.get("field") {
            Some(Value::String(reference)) => {
                self.reference(path, &handle, reference, item, through)
            }
            field => {
                let config = field.map_or_else(|| item.clone(), text::data);
                vec![Flat {
                    handle,
                    config,
                    through: through.to_vec(),
                }]
            }
        }
    }

    /// `{import: fieldset, prefix: seo_, config: {field: {overrides}}}`
    fn import(&self, path: &str, name: &str, item: &Data, through: &[String]) -> Vec<Flat> {
        let prefix = text::get(item, "prefix").unwrap_or_default();
        let overrides = item.get("config").map(text::data).unwrap_or_default();
        let mut fields = self.fieldset(path, name, through);
        for field in &mut fields {
            field.config.extend(
                overrides
                    .get(&field.handle)
                    .map(text::data)
                    .unwrap_or_default(),
            );
            field.handle.insert_str(0, &prefix);
        }
        fields
    }

    /// `{handle: h, field: 'fieldset.field', config: {overrides}}`
    fn reference(
        &self,
        path: &str,
        handle: &str,
        reference: &str,
        item: &Data,
        through: &[String],
    ) -> Vec<Flat> {
        let (fieldset, name) = reference.rsplit_once('.').unwrap_or((reference, ""));
        let fields = self.fieldset(path, fieldset, through);
        let Some(mut field) = fields.into_iter().find(|field| field.handle == name) else {
            if !self.is_missing(fieldset) {
                let message =
                    format!("the fieldset {fieldset} has no field {name}; it was left out");
                self.report_once(Problem::warning("field_missing", path, message));
            }
            return Vec::new();
        };
        handle.clone_into(&mut field.handle);
        field
            .config
            .extend(item.get("config").map(text::data).unwrap_or_default());
        vec![field]
    }

    fn fieldset(&self, path: &str, name: &str, through: &[String]) -> Vec<Flat> {
        if through.iter().any(|other| other == name) {
            let message =
                format!("the fieldset {name} imports itself; the inner import was left out");
            self.report_once(Problem::warning("fieldset_recursion", path, message));
            return Vec::new();
        }
        let Some(fieldset) = self.find(name) else {
            self.report_missing(path, name);
            return Vec::new();
        };
        let through: Vec<_> = through.iter().cloned().chain([name.to_owned()]).collect();
        self.flatten(&fieldset.path, &fieldset.items, &through)
    }

    fn find(&self, name: &str) -> Option<Rc<Fieldset>> {
        if let Some(known) = self.known.borrow().get(name) {
            return known.clone();
        }
        let file = paths(name).iter().find_map(|path| self.project.find(path));
        let read = file.map(|file| {
            let items = self
                .project
                .data(&file)
                .map(|data| shape::items(&data))
                .unwrap_or_default();
            Rc::new(Fieldset {
                path: file.path,
                items,
            })
        });
        self.known
            .borrow_mut()
            .insert(name.to_owned(), read.clone());
        read
    }

    fn is_missing(&self, name: &str) -> bool {
        matches!(self.known.borrow().get(name), Some(None))
    }

    /// Once for each fieldset, wherever it is asked for.
    fn report_missing(&self, path: &str, name: &str) {
        if self
            .reported
            .borrow_mut()
            .insert(format!("fieldset_missing {name}"))
        {
            let wanted = paths(name).join(" or ");
            let message = format!(
                "the fieldset {name} is not in {wanted}; its fields pass their values through"
            );
            self.project
                .report(Problem::warning("fieldset_missing", path, message));
        }
    }

    fn report_once(&self, problem: Problem) {
        if self.reported.borrow_mut().insert(format!(
            "{} {} {}",
            problem.code, problem.path, problem.message
        )) {
            self.project.report(problem);
        }
    }

    fn has_room(&self, path: &str) -> bool {
        self.count.set(self.count.get() + 1);
        let has_room = self.count.get() <= MAX_FIELDS;
        if !has_room {
            let message =
                format!("the blueprint has more than {MAX_FIELDS} fields; the rest was left out");
            self.report_once(Problem::warning("blueprint_too_large", path, message));
        }
        has_room
    }
}

/// Where a fieldset may lie: dots are folders, `addon::name` is an addon's fieldset that the project overrides.
fn paths(name: &str) -> Vec<String> {
    let (folder, name) = match name.split_once("::") {
        Some((addon, name)) => (format!("{FOLDER}/vendor/{addon}"), name),
        None => (FOLDER.to_owned(), name),
    };
    let mut paths = vec![format!("{folder}/{}.yaml", name.replace('.', "/"))];
    if name.contains('.') {
        paths.push(format!("{folder}/{name}.yaml"));
    }
    paths
}
