//! Markdown becomes HTML as Statamic's fieldtype writes it, and what else a body gives (spec/statamic.md §3.4).
//!
//! In: the source text, the field's [`Options`], a [`Links`] that knows the site. Out: a [`Body`], or its HTML alone.
//! Total: no input fails or panics. The one home of the Markdown crate; it knows nothing of files, fields, SQL or HTTP.

pub mod attributes;
pub mod escape;
pub mod footnotes;
pub mod html;
pub mod inline_lists;
pub mod line_lists;
pub mod outline;
pub mod permalinks;
pub mod references;
pub mod text;

use std::ops::Range;

use comrak::nodes::Node;
use comrak::{Arena, parse_document};

use crate::bard::{self, Body, Links, href};

/// A markdown field's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the field's configuration"
)]
pub struct Options {
    /// `automatic_line_breaks`: a line end in a paragraph is a `<br />`.
    pub line_breaks: bool,
    /// `automatic_links`: bare URLs and addresses become links.
    pub autolinks: bool,
    /// `escape_markup`: raw HTML is shown, not used.
    pub escape_markup: bool,
    /// `smartypants`: curly quotes, dashes, ellipses.
    pub smart_punctuation: bool,
    /// `heading_anchors`: each heading begins with a link to itself.
    pub heading_anchors: bool,
    /// `table_of_contents`: a list of the headings stands first; implies anchors.
    pub table_of_contents: bool,
    /// Headings get the ids of [`Body::headings`]; Statamic writes none.
    pub heading_ids: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            line_breaks: true,
            autolinks: false,
            escape_markup: false,
            smart_punctuation: false,
            heading_anchors: false,
            table_of_contents: false,
            heading_ids: false,
        }
    }
}

/// The HTML of a source.
#[must_use]
pub fn html(source: &str, options: &Options, links: &dyn Links) -> String {
    rendered(source, *options, links).0
}

/// The HTML, and where the ids of its headings stand in it.
fn rendered(source: &str, options: Options, links: &dyn Links) -> (String, Vec<Range<usize>>) {
    let resolved = references::resolve(source, links);
    let arena = Arena::new();
    let root = parse(&arena, &resolved, options);
    let attributes = attributes::take(root);
    html::render(root, &attributes, &options)
}

/// Everything that a source gives.
#[must_use]
pub fn body(source: &str, options: &Options, links: &dyn Links) -> Body {
    let arena = Arena::new();
    let root = parse(&arena, source, *options);
    let attributes = attributes::take(root);
    let text = text::document(root, options);
    let words = bard::text::words(&text);
    let found = outline::links(root, links);
    let (html, heading_ids) = rendered(source, *options, links);
    Body {
        html,
        heading_ids,
        headings: outline::headings(root, &attributes),
        oddities: outline::oddities(&found),
        links: found,
        images: outline::images(root, links),
        markdown: source.to_owned(),
        set_places: Vec::new(),
        words,
        reading_minutes: bard::text::reading_minutes(words),
        text,
    }
}

fn parse<'a>(arena: &'a Arena<'a>, source: &str, options: Options) -> Node<'a> {
    let source = source.replace("\r\n", "\n").replace('\r', "\n");
    let mut parsing = comrak::Options::default();
    parsing.extension.table = true;
    parsing.extension.strikethrough = true;
    parsing.extension.tasklist = true;
    parsing.extension.footnotes = true;
    parsing.extension.inline_footnotes = true;
    parsing.extension.description_lists = true;
    parsing.extension.autolink = options.autolinks;
    parsing.parse.smart = options.smart_punctuation;
    // Keeps `\{` apart from a `{` that begins an attribute list.
    parsing.parse.escaped_char_spans = true;
    parse_document(arena, &source, &parsing)
}

/// Whether an image's URL could run code: data that is a picture could not.
fn unsafe_image(url: &str) -> bool {
    let picture = ["png", "gif", "jpeg", "webp", "avif"]
        .iter()
        .any(|kind| url.starts_with(&format!("data:image/{kind}")));
    !picture && href::is_unsafe(url)
}
