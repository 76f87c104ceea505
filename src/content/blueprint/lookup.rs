//! Which blueprint an item has, and the fields that Statamic adds to it (spec/statamic.md §1.3, §1.10).
//!
//! In: a collection, taxonomy or container and the handle that the item names. Out: a blueprint, always: where the
//! named one is not there the item gets the one it would have had without a name.

use serde_json::{Value, json};

use super::singular::singular;
use super::{Blueprint, Blueprints, Field, kind};
use crate::content::collection::Collection;
use crate::content::taxonomy::Taxonomy;
use crate::content::{Data, text};

impl Blueprints {
    /// The blueprints of a namespace (`collections/posts`), in Statamic's order.
    #[must_use]
    pub fn all(&self, namespace: &str) -> &[Blueprint] {
        self.by_namespace.get(namespace).map_or(&[], Vec::as_slice)
    }

    /// The blueprint of a file: `find("globals", "seo")`, `find("forms", "contact")`, `find("", "user")`.
    #[must_use]
    pub fn find(&self, namespace: &str, handle: &str) -> Option<&Blueprint> {
        self.all(namespace)
            .iter()
            .find(|blueprint| blueprint.handle == handle)
    }

    /// Whether an entry of the collection may name this blueprint.
    #[must_use]
    pub fn has_entry(&self, collection: &Collection, handle: &str) -> bool {
        let namespace = entries(collection);
        match self.all(&namespace) {
            [] => handle == singular(&collection.handle),
            _ => self.named(&namespace, handle).is_some(),
        }
    }

    /// The blueprint of an entry, with the fields that every entry has.
    #[must_use]
    pub fn entry(&self, collection: &Collection, named: Option<&str>) -> Blueprint {
        let mut blueprint = self.chosen(
            &entries(collection),
            named,
            &collection.handle,
            &collection.title,
        );
        blueprint.ensure("title", &json!({ "type": "text" }));
        if collection.slugs {
            blueprint.ensure("slug", &json!({ "type": "slug" }));
        }
        if collection.dated {
            blueprint.ensure("date", &json!({ "type": "date", "default": "now" }));
        }
        if collection
            .structure
            .is_some_and(|structure| structure.max_depth != Some(1))
        {
            let collections = [&collection.handle];
            blueprint.ensure(
                "parent",
                &json!({ "type": "entries", "collections": collections, "max_items": 1 }),
            );
        }
        for taxonomy in &collection.taxonomies {
            blueprint.ensure(
                taxonomy,
                &json!({ "type": "terms", "taxonomies": [taxonomy] }),
            );
        }
        blueprint
    }

    /// The blueprint of a term, with the fields that every term has.
    #[must_use]
    pub fn term(&self, taxonomy: &Taxonomy, named: Option<&str>) -> Blueprint {
        let namespace = format!("taxonomies/{}", taxonomy.handle);
        let mut blueprint = self.chosen(&namespace, named, &taxonomy.handle, &taxonomy.title);
        blueprint.ensure("title", &json!({ "type": "text" }));
        blueprint.ensure("slug", &json!({ "type": "slug" }));
        blueprint
    }

    /// The blueprint of a container's assets.
    #[must_use]
    pub fn asset(&self, container: &str) -> Blueprint {
        let found = self.find("assets", container).cloned();
        found.unwrap_or_else(|| {
            made_up(
                container,
                &text::humanized(container),
                "alt",
                &json!({ "type": "text" }),
            )
        })
    }

    /// The blueprint of users, with the fields that every user has.
    #[must_use]
    pub fn user(&self) -> Blueprint {
        let found = self.find("", "user").cloned();
        let mut blueprint =
            found.unwrap_or_else(|| made_up("user", "User", "name", &json!({ "type": "text" })));
        blueprint.ensure("email", &json!({ "type": "text" }));
        blueprint.ensure("roles", &json!({ "type": "user_roles" }));
        blueprint.ensure("groups", &json!({ "type": "user_groups" }));
        blueprint
    }

    /// The named blueprint, else the first that is not hidden, else the project's default.
    fn chosen(&self, namespace: &str, named: Option<&str>, handle: &str, title: &str) -> Blueprint {
        let all = self.all(namespace);
        let first = || {
            all.iter()
                .find(|blueprint| !blueprint.hidden)
                .or_else(|| all.first())
        };
        let found = named
            .and_then(|named| self.named(namespace, named))
            .or_else(first);
        found
            .cloned()
            .unwrap_or_else(|| self.default(handle, title))
    }

    fn named(&self, namespace: &str, handle: &str) -> Option<&Blueprint> {
        self.find(namespace, handle)
            .or_else(|| self.find(namespace, &singular(handle)))
    }

    /// `default.yaml`, or one Markdown field, under the singular of what it stands in for.
    fn default(&self, handle: &str, title: &str) -> Blueprint {
        let (handle, title) = (singular(handle), singular(title));
        match self.find("", "default") {
            Some(default) => Blueprint {
                handle,
                title,
                ..default.clone()
            },
            None => made_up(&handle, &title, "content", &json!({ "type": "markdown" })),
        }
    }
}

impl Blueprint {
    /// The field of that handle.
    #[must_use]
    pub fn field(&self, handle: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.handle == handle)
    }

    /// Adds a field; one that is there keeps what its file says and gets the rest.
    fn ensure(&mut self, handle: &str, config: &Value) {
        let config = text::data(config);
        match self.fields.iter_mut().find(|field| field.handle == handle) {
            Some(field) => {
                fill(&mut field.config, config);
                field.kind = kind(&field.config);
            }
            None => self.fields.push(Field::simple(handle, config)),
        }
    }
}

fn fill(config: &mut Data, ensured: Data) {
    for (key, value) in ensured {
        config.entry(key).or_insert(value);
    }
}

fn entries(collection: &Collection) -> String {
    format!("collections/{}", collection.handle)
}

fn made_up(handle: &str, title: &str, field: &str, config: &Value) -> Blueprint {
    Blueprint {
        handle: handle.to_owned(),
        title: title.to_owned(),
        fields: vec![Field::simple(field, text::data(config))],
        ..Blueprint::default()
    }
}
