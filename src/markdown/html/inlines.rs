//! Links, images and raw HTML.

use std::fmt::Write;

use comrak::nodes::{Node, NodeLink};

use super::Writer;
use crate::bard::href;
use crate::markdown::{escape, text, unsafe_image};

impl Writer<'_> {
    pub(super) fn raw_html(&mut self, literal: &str) {
        if self.options.escape_markup {
            self.out.push_str(&escape::markup(literal));
        } else {
            self.out.push_str(literal);
        }
    }

    pub(super) fn open_link(&mut self, node: Node<'_>, link: &NodeLink) {
        self.out.push_str("<a");
        self.write_attributes(node, &["href"]);
        if !href::is_unsafe(&link.url) {
            let _ = write!(
                self.out,
                " href=\"{}\"",
                escape::text(&escape::url(&link.url))
            );
        }
        self.write_title(&link.title);
        let given = self.attributes.of(node);
        let opens_window = given.is_some_and(|given| {
            given.get("target") == Some("_blank") && given.get("rel").is_none()
        });
        self.out.push_str(if opens_window {
            " rel=\"noopener noreferrer\">"
        } else {
            ">"
        });
    }

    pub(super) fn image(&mut self, node: Node<'_>, image: &NodeLink) {
        self.out.push_str("<img");
        self.write_attributes(node, &["src", "alt"]);
        if !unsafe_image(&image.url) {
            let _ = write!(
                self.out,
                " src=\"{}\"",
                escape::text(&escape::url(&image.url))
            );
        }
        let _ = write!(self.out, " alt=\"{}\"", escape::text(&text::inline(node)));
        self.write_title(&image.title);
        self.out.push_str(" />");
    }

    pub(super) fn write_title(&mut self, title: &str) {
        if !title.is_empty() {
            let _ = write!(self.out, " title=\"{}\"", escape::text(title));
        }
    }
}
