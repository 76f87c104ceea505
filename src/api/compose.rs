//! Something that was read becomes the JSON that a request chose: cut from its templates and, where members of fields
//! are chosen or relations filled, put together member by member. Nothing is parsed.

use std::collections::BTreeMap;

use super::choice::Choice;
use super::include::{Included, Tree, kind_of, target};
use crate::fields::shallow::ASSET_MEMBERS;
use crate::fields::splice;
use crate::fields::splice::scan::{elements, members};
use crate::store::Kind;
use crate::store::read::Document;

/// What the object of a relation has of its own, by the kind of what it leads to; any other name is one of the target's
/// fields.
#[must_use]
pub fn own_members(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Asset => &ASSET_MEMBERS,
        Kind::User => &["id", "title", "email"],
        _ => &[
            "id",
            "title",
            "url",
            "collection",
            "site",
            "slug",
            "taxonomy",
        ],
    }
}

/// The members of a field that are chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Chosen {
    /// All of them.
    whole: bool,
    below: BTreeMap<String, Chosen>,
}

/// A document as the request chose it.
#[must_use]
pub fn object(document: &Document, choice: &Choice, included: &Included) -> String {
    let size = document.summary.len()
        + document.fields.as_ref().map_or(0, String::len)
        + document.seo.as_ref().map_or(0, String::len);
    let mut out = String::with_capacity(size + 32);
    let keep = |kind, name: &str| choice.keeps(kind, name);
    splice::cut(&document.summary, &keep, &mut out);
    out.truncate(out.len() - 1);
    if choice.has_fields() {
        begin("fields", &mut out);
        let fields = document.fields.as_deref().unwrap_or("null");
        if choice.is_deep() {
            let writer = Writer {
                choice,
                included,
                site: &document.site,
            };
            writer.value(
                fields,
                Chosen::of(choice).as_ref(),
                Some(&included.tree),
                &mut out,
            );
        } else {
            splice::cut(fields, &keep, &mut out);
        }
    }
    if choice.has_seo() {
        begin("seo", &mut out);
        splice::cut(document.seo.as_deref().unwrap_or("null"), &keep, &mut out);
    }
    out.push('}');
    out
}

/// A member's name, and the comma that it may need.
fn begin(name: &str, out: &mut String) {
    if !out.ends_with('{') {
        out.push(',');
    }
    out.push('"');
    out.push_str(name);
    out.push_str("\":");
}

impl Chosen {
    /// `None`: whatever there is.
    fn of(choice: &Choice) -> Option<Self> {
        let mut root = Self::default();
        for path in choice.named_fields() {
            let mut at = &mut root;
            for name in path.split('.') {
                at = at.below.entry(name.to_owned()).or_default();
            }
            at.whole = true;
        }
        (!root.below.is_empty()).then_some(root)
    }

    fn is_whole(&self) -> bool {
        self.whole || self.below.is_empty()
    }
}

/// Writes values of one document.
#[derive(Clone, Copy)]
struct Writer<'a> {
    choice: &'a Choice,
    included: &'a Included,
    site: &'a str,
}

impl Writer<'_> {
    /// A value of a template: all of it or what is chosen, with what is included.
    fn value(self, text: &str, chosen: Option<&Chosen>, tree: Option<&Tree>, out: &mut String) {
        let chosen = chosen.filter(|chosen| !chosen.is_whole());
        let tree = tree.filter(|tree| tree.fills || !tree.below.is_empty());
        if chosen.is_none() && tree.is_none() {
            let keep = |kind, name: &str| self.choice.keeps(kind, name);
            splice::cut(text, &keep, out);
        } else if text.starts_with('[') {
            self.list(text, chosen, tree, out);
        } else if let Some(name) = target(text) {
            self.relation(text, &name, chosen, tree, out);
        } else if text.starts_with('{') {
            self.members(text, chosen, tree, out);
        } else {
            self.value(text, None, None, out);
        }
    }

    fn list(self, text: &str, chosen: Option<&Chosen>, tree: Option<&Tree>, out: &mut String) {
        out.push('[');
        for (index, element) in elements(text).into_iter().enumerate() {
            out.push_str(if index > 0 { "," } else { "" });
            self.value(element, chosen, tree, out);
        }
        out.push(']');
    }

    fn members(self, text: &str, chosen: Option<&Chosen>, tree: Option<&Tree>, out: &mut String) {
        out.push('{');
        for member in members(text) {
            let wanted = match (chosen, member.kind) {
                (Some(chosen), _) => chosen.below.contains_key(member.key),
                (None, Some(kind)) => self.choice.keeps(kind, member.key),
                (None, None) => true,
            };
            if wanted {
                begin(member.key, out);
                let chosen = chosen.and_then(|chosen| chosen.below.get(member.key));
                let tree = tree.and_then(|tree| tree.below.get(member.key));
                self.value(member.value, chosen, tree, out);
            }
        }
        out.push('}');
    }

    /// A relation's object, of which the id always stays, with the target's fields where it is filled.
    fn relation(
        self,
        text: &str,
        name: &str,
        chosen: Option<&Chosen>,
        tree: Option<&Tree>,
        out: &mut String,
    ) {
        out.push('{');
        for member in members(text)
            .into_iter()
            .filter(|member| member.kind.is_none())
        {
            let is_chosen = |chosen: &Chosen| chosen.below.contains_key(member.key);
            if member.key == "id" || chosen.is_none_or(is_chosen) {
                begin(member.key, out);
                out.push_str(member.value);
            }
        }
        let chosen = chosen.map(|chosen| chosen.of_target(kind_of(name)));
        let has_some = chosen.as_ref().is_none_or(|chosen| !chosen.is_whole());
        let tree = tree.filter(|tree| tree.fills && (tree.included || has_some));
        let filled = tree.and_then(|tree| Some((tree, self.included.target(name, self.site)?)));
        if let Some((tree, target)) = filled {
            begin("fields", out);
            let writer = Writer {
                site: &target.site,
                ..self
            };
            let fields = target.fields.as_deref().unwrap_or("null");
            writer.fields(fields, chosen.as_ref(), tree, out);
        }
        out.push('}');
    }

    /// The fields of a target: all, or those that are chosen.
    fn fields(self, text: &str, chosen: Option<&Chosen>, tree: &Tree, out: &mut String) {
        let chosen = chosen.filter(|chosen| !chosen.is_whole());
        out.push('{');
        for member in members(text) {
            if chosen.is_none_or(|chosen| chosen.below.contains_key(member.key)) {
                begin(member.key, out);
                let chosen = chosen.and_then(|chosen| chosen.below.get(member.key));
                self.value(member.value, chosen, tree.below.get(member.key), out);
            }
        }
        out.push('}');
    }
}

impl Chosen {
    /// What is chosen of the fields of a target of some kind.
    fn of_target(&self, kind: Kind) -> Self {
        let below = self.below.iter();
        Self {
            whole: self.whole,
            below: below
                .filter(|(name, _)| !own_members(kind).contains(&name.as_str()))
                .map(|(name, chosen)| (name.clone(), chosen.clone()))
                .collect(),
        }
    }
}
