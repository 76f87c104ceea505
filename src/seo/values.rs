//! The stored values of one page, in the order in which they win: its own, its origins', the collection's `inject`.
//!
//! A key that is there with `null` or `""` is explicitly empty and ends the search; `null` then takes the default of the
//! blueprint, as an absent key does. Defaults that only the addon knows are the dialect's business.

use serde_json::Value;

use super::text;
use crate::content::Data;
use crate::content::blueprint::Field;

/// Where a value was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The page's own file.
    Own,
    /// The entry that it localizes.
    Origin,
    /// The collection's or taxonomy's configuration.
    Inject,
    /// The default in the project's own blueprint.
    Blueprint,
}

/// Whether a page is an entry or a term; names the fields in `sources`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An entry of a collection.
    Entry,
    /// A term of a taxonomy.
    Term,
}

/// The stored values of one page.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    kind: Kind,
    layers: Vec<(Layer, &'a Data)>,
    fields: &'a [Field],
}

/// One stored value and its layer.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// As the file has it.
    pub value: &'a Value,
    /// Where it was found.
    pub layer: Layer,
}

/// A text and the field it came from (`entry.seo_title`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced {
    /// As stored.
    pub text: String,
    /// `entry.<field>`, `globals.<field>`, `collection.<field>` or `config.<field>`.
    pub source: String,
}

impl Sourced {
    /// A text with its source.
    pub fn new(text: impl Into<String>, source: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            source: source.into(),
        }
    }

    /// The text without markup, on one line; `None` where nothing is left.
    #[must_use]
    pub fn plain(self) -> Option<Self> {
        Some(Self {
            text: text::plain(&self.text)?,
            source: self.source,
        })
    }
}

impl<'a> Values<'a> {
    /// Values in the order in which they win, and the blueprint's fields.
    #[must_use]
    pub fn new(kind: Kind, layers: Vec<(Layer, &'a Data)>, fields: &'a [Field]) -> Self {
        Self {
            kind,
            layers,
            fields,
        }
    }

    /// The value that counts; `null` where the file says so.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Stored<'a>> {
        self.layers.iter().find_map(|(layer, data)| {
            Some(Stored {
                value: data.get(key)?,
                layer: *layer,
            })
        })
    }

    /// Every stored value of a key, in the order in which they win.
    pub fn all(&self, key: &str) -> impl Iterator<Item = Stored<'a>> {
        self.layers.iter().filter_map(move |(layer, data)| {
            Some(Stored {
                value: data.get(key)?,
                layer: *layer,
            })
        })
    }

    /// The value that counts, or the blueprint's default where it is `null` or there is none.
    #[must_use]
    pub fn set(&self, key: &str) -> Option<Stored<'a>> {
        let stored = self.get(key).filter(|stored| !stored.value.is_null());
        stored.or_else(|| {
            Some(Stored {
                value: default(self.fields, key)?,
                layer: Layer::Blueprint,
            })
        })
    }

    /// The same without its layer.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&'a Value> {
        self.set(key).map(|stored| stored.value)
    }

    /// The value that counts as text, blank text included.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<Sourced> {
        let stored = self.set(key)?;
        Some(Sourced::new(
            text::scalar(stored.value)?,
            self.source(key, stored.layer),
        ))
    }

    /// The value that counts as text, unless it is blank.
    #[must_use]
    pub fn filled(&self, key: &str) -> Option<Sourced> {
        self.text(key)
            .filter(|sourced| !sourced.text.trim().is_empty())
    }

    /// The value that counts as plain text, if any is left of it.
    #[must_use]
    pub fn plain(&self, key: &str) -> Option<Sourced> {
        self.text(key)?.plain()
    }

    /// Whether a flag is on.
    #[must_use]
    pub fn flag(&self, key: &str) -> bool {
        self.value(key).is_some_and(text::truthy)
    }

    /// Every key that is stored anywhere.
    #[must_use]
    pub fn keys(&self) -> Vec<&'a str> {
        self.layers
            .iter()
            .flat_map(|(_, data)| data.keys())
            .map(String::as_str)
            .collect()
    }

    /// How `sources` names a key of a layer.
    #[must_use]
    pub fn source(&self, key: &str, layer: Layer) -> String {
        let owner = match (self.kind, layer) {
            (_, Layer::Blueprint) => "blueprint",
            (Kind::Entry, Layer::Inject) => "collection",
            (Kind::Entry, _) => "entry",
            (Kind::Term, Layer::Inject) => "taxonomy",
            (Kind::Term, _) => "term",
        };
        format!("{owner}.{key}")
    }

    /// The keys of `known` that the page's files store, as `raw` shows them, and which of them are inherited.
    #[must_use]
    pub fn raw(&self, known: &[&str]) -> (Data, Vec<String>) {
        let stored = known.iter().filter_map(|key| Some((*key, self.get(key)?)));
        let mut raw = Data::new();
        let mut inherited = Vec::new();
        for (key, stored) in stored.filter(|(_, stored)| stored.layer != Layer::Inject) {
            raw.insert(key.to_owned(), stored.value.clone());
            if stored.layer == Layer::Origin {
                inherited.push(key.to_owned());
            }
        }
        (raw, inherited)
    }
}

/// What a blueprint says to take where nothing is stored.
#[must_use]
pub fn default<'a>(fields: &'a [Field], key: &str) -> Option<&'a Value> {
    let field = fields.iter().find(|field| field.handle == key)?;
    field.config.get("default").filter(|value| !value.is_null())
}
