//! The headings of a body, each with an id that is unique in it.
//!
//! In: nodes. Out: level, id and text of each heading. A heading inside another one is part of its text. It knows
//! nothing of how a heading is rendered.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::Heading;
use super::node::{Kind, Node, Siblings};
use super::text;
use super::walk::{self, Place, Visitor};

/// What a heading without a letter or digit is called.
const UNNAMED: &str = "section";

/// The headings in the order of the text.
#[must_use]
pub fn headings(nodes: Siblings) -> Vec<Heading> {
    let mut outline = Outline::default();
    walk::walk(nodes, &mut outline);
    outline.headings
}

#[derive(Default)]
struct Outline {
    headings: Vec<Heading>,
    slugs: Slugs,
    /// Headings that are entered and not yet left.
    open: usize,
}

impl<'a> Visitor<'a> for Outline {
    fn enter(&mut self, node: &Node<'a>, _: Place<'a>) {
        if node.kind != Kind::Heading {
            return;
        }
        if self.open == 0 {
            let text = heading_text(node);
            let (level, id) = (node.level(), self.slugs.unique(&text));
            self.headings.push(Heading { level, id, text });
        }
        self.open += 1;
    }

    fn leave(&mut self, node: &Node<'a>, _: Option<&'a Value>) {
        self.open -= usize::from(node.kind == Kind::Heading);
    }
}

/// The text of one heading, on one line.
#[must_use]
pub fn heading_text(node: &Node) -> String {
    let text = match (node.children(), node.own_text()) {
        (Some(children), _) => text::write(children),
        (None, Some(text)) => super::php::string(text).unwrap_or_default().into_owned(),
        (None, None) => String::new(),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Gives out ids that are unique in one body.
#[derive(Debug, Default)]
pub struct Slugs {
    taken: HashSet<String>,
    /// The number that a slug was last given out with.
    last: HashMap<String, usize>,
}

impl Slugs {
    /// The slug of a text, with `-2`, `-3` and so on where it is taken.
    pub fn unique(&mut self, text: &str) -> String {
        let slug = match slug(text) {
            empty if empty.is_empty() => UNNAMED.to_owned(),
            slug => slug,
        };
        let last = self.last.entry(slug.clone()).or_insert(0);
        loop {
            *last += 1;
            let id = match *last {
                1 => slug.clone(),
                number => format!("{slug}-{number}"),
            };
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }

    /// Keeps an id from being given out.
    pub fn take(&mut self, id: &str) {
        self.taken.insert(id.to_owned());
    }
}

/// Letters and digits of any script in lower case, apostrophes dropped, anything else a single hyphen.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !matches!(letter, '\'' | '’')) {
        if letter.is_alphanumeric() {
            slug.extend(letter.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}
