//! A tree becomes HTML, tag for tag as Statamic renders it.
//!
//! In: nodes and [`Options`]. Out: one string, written in one pass, and what Statamic would have answered with an error.
//! It knows nothing of sets (but where Statamic leaves their marker behind) and nothing of where the tree came from.

use std::ops::Range;

use serde_json::Value;

use super::attributes::{self, NotScalar};
use super::marks::{self, Mark, Stack, Tag};
use super::node::{self, Kind, Node, Siblings};
use super::outline::{self, Slugs};
use super::walk::{self, Place, Visitor};
use super::{Oddity, Options, Profile, escape, heading, href, html_string, oddities, php};

/// Room for so many bytes is made at once.
pub const USUAL_LENGTH: usize = 4096;

/// Renders the value of a Bard field without sets.
pub fn render(value: &Value, options: &Options, out: &mut String, oddities: &mut Vec<Oddity>) {
    if let Value::String(source) = value {
        return html_string::render(source, options, out, oddities);
    }
    let mut renderer = Renderer::new(options);
    std::mem::swap(&mut renderer.html, out);
    std::mem::swap(&mut renderer.oddities, oddities);
    renderer.run(Siblings::of_root(value));
    *out = renderer.html;
    *oddities = renderer.oddities;
}

/// Renders one text block of a field after the other. The ids of headings stay unique over all of them.
pub struct Renderer<'o> {
    /// What has been rendered; may be taken between two blocks.
    pub html: String,
    /// Where the ids of headings stand in it.
    pub heading_ids: Vec<Range<usize>>,
    /// What was odd in it.
    pub oddities: Vec<Oddity>,
    options: Options<'o>,
    slugs: Slugs,
    /// Headings that are entered and not yet left.
    open_headings: usize,
}

impl<'o> Renderer<'o> {
    /// Nothing rendered yet.
    #[must_use]
    pub fn new(options: &Options<'o>) -> Self {
        Self {
            html: String::new(),
            heading_ids: Vec::new(),
            oddities: Vec::new(),
            options: *options,
            slugs: Slugs::default(),
            open_headings: 0,
        }
    }

    /// Renders nodes that stand side by side.
    pub fn run(&mut self, nodes: Siblings) {
        let mut pass = Pass {
            renderer: self,
            marks: Stack::default(),
        };
        walk::walk(nodes, &mut pass);
    }

    fn open(&mut self, node: &Node) {
        match node.kind {
            Kind::Text | Kind::Other => {}
            Kind::Paragraph => self.open_aligned("p", node),
            Kind::Heading => self.open_heading(node),
            Kind::BulletList => self.html.push_str("<ul>"),
            Kind::OrderedList => self.open_ordered_list(node),
            Kind::ListItem => self.html.push_str("<li>"),
            Kind::Blockquote => self.html.push_str("<blockquote>"),
            Kind::CodeBlock => self.open_code_block(node),
            Kind::HardBreak => self.html.push_str("<br>"),
            Kind::HorizontalRule => self.html.push_str("<hr>"),
            Kind::Image => self.image(node),
            Kind::Table => self.html.push_str("<table><tbody>"),
            Kind::TableRow => self.html.push_str("<tr>"),
            Kind::TableCell => self.open_cell("td", node),
            Kind::TableHeader => self.open_cell("th", node),
            Kind::Set => self.set(node),
        }
    }

    fn close(&mut self, node: &Node) {
        match node.kind {
            Kind::Text
            | Kind::Other
            | Kind::HardBreak
            | Kind::HorizontalRule
            | Kind::Image
            | Kind::Set => {}
            Kind::Paragraph => self.html.push_str("</p>"),
            Kind::Heading => self.close_heading(node),
            Kind::BulletList => self.html.push_str("</ul>"),
            Kind::OrderedList => self.html.push_str("</ol>"),
            Kind::ListItem => self.html.push_str("</li>"),
            Kind::Blockquote => self.html.push_str("</blockquote>"),
            Kind::CodeBlock => self.html.push_str("</code></pre>"),
            Kind::Table => self.html.push_str("</tbody></table>"),
            Kind::TableRow => self.html.push_str("</tr>"),
            Kind::TableCell => self.html.push_str("</td>"),
            Kind::TableHeader => self.html.push_str("</th>"),
        }
    }

    fn own_text(&mut self, node: &Node) {
        match node.own_text() {
            None => {}
            Some(Value::String(text)) => escape::text(text, &mut self.html),
            Some(other) => match php::string(other) {
                Some(text) => escape::text(&text, &mut self.html),
                None => self.report("text_not_a_string", "a text that is a list was left out"),
            },
        }
    }

    fn open_heading(&mut self, node: &Node) {
        if !has_attr(node, "level") {
            self.report(
                "heading_without_level",
                "a heading without a level was taken as one of level 1",
            );
        }
        let (tag, odd) = heading::tag(node);
        if odd {
            self.report(
                "heading_level",
                "the level of a heading is none that HTML has",
            );
        }
        self.html.push('<');
        self.html.push_str(&tag);
        if self.options.heading_ids && self.open_headings == 0 {
            let id = self.slugs.unique(&outline::heading_text(node));
            let begin = self.html.len();
            attributes::write_text("id", &id, &mut self.html);
            self.heading_ids.push(begin..self.html.len());
        }
        self.open_headings += 1;
        self.style(node);
        self.html.push('>');
    }

    fn close_heading(&mut self, node: &Node) {
        self.open_headings -= 1;
        self.html.push_str("</");
        self.html.push_str(&heading::tag(node).0);
        self.html.push('>');
    }

    fn open_aligned(&mut self, tag: &str, node: &Node) {
        self.html.push('<');
        self.html.push_str(tag);
        self.style(node);
        self.html.push('>');
    }

    /// The `style` of a paragraph or heading.
    fn style(&mut self, node: &Node) {
        let Some(align) = node.attr("textAlign").filter(|align| *align != "left") else {
            return;
        };
        match php::string(align) {
            Some(align) => {
                self.html.push_str(" style=\"text-align: ");
                escape::attribute(align.trim_end_matches(';'), &mut self.html);
                self.html.push_str(";\"");
            }
            None => self.not_scalar("textAlign"),
        }
    }

    fn open_ordered_list(&mut self, node: &Node) {
        self.html.push_str("<ol");
        if let Some(start) = node.attr("start").filter(|start| php::is_truthy(start)) {
            self.attribute("start", Some(start));
        }
        self.html.push('>');
    }

    fn open_code_block(&mut self, node: &Node) {
        self.html.push_str("<pre><code");
        if let Some(language) = node
            .attr("language")
            .filter(|language| php::is_truthy(language))
        {
            match php::string(language) {
                Some(language) => {
                    self.html.push_str(" class=\"language-");
                    escape::attribute(&language, &mut self.html);
                    self.html.push('"');
                }
                None => self.not_scalar("language"),
            }
        }
        self.html.push('>');
    }

    fn open_cell(&mut self, tag: &str, node: &Node) {
        self.html.push('<');
        self.html.push_str(tag);
        self.attribute("rowspan", node.attr("rowspan"));
        self.attribute("colspan", node.attr("colspan"));
        if let Some(widths) = node
            .attr("colwidth")
            .filter(|widths| php::is_truthy(widths))
        {
            match php::implode(widths) {
                Some(widths) if widths.is_empty() || widths == "0" => {}
                Some(widths) => attributes::write_text("data-colwidth", &widths, &mut self.html),
                None => self.report(
                    "colwidth",
                    "a colwidth that is no list of numbers was left out",
                ),
            }
        }
        self.html.push('>');
    }

    fn image(&mut self, node: &Node) {
        if !has_attr(node, "src") {
            self.report("image_without_src", "an image has no src");
        }
        self.html.push_str("<img");
        match node.attr("src") {
            None => {}
            Some(Value::String(src)) if src.starts_with("asset::") => self.asset_image(src, node),
            src => {
                self.attribute("src", src);
                self.attribute("alt", node.attr("alt"));
            }
        }
        self.html.push('>');
    }

    fn asset_image(&mut self, reference: &str, node: &Node) {
        let asset = self.options.links.target(reference).unwrap_or_default();
        if let Some(url) = asset.url.filter(|url| is_kept(url)) {
            attributes::write_text("src", &url, &mut self.html);
        }
        match (node.attr("alt"), asset.alt.filter(|alt| is_kept(alt))) {
            (None, Some(alt)) => attributes::write_text("alt", &alt, &mut self.html),
            (alt, _) => self.attribute("alt", alt),
        }
    }

    /// A set is not for this renderer. What Statamic leaves behind where it has noted the set's place is left here too.
    fn set(&mut self, node: &Node) {
        match node.index.and_then(php::string) {
            Some(index) => {
                self.html.push_str("<set>");
                escape::text(&index, &mut self.html);
                self.html.push_str("</set>");
            }
            None => self.report(
                "set_in_text",
                "a set in the middle of text was left out of it",
            ),
        }
    }

    fn open_marks<'n>(&mut self, stack: &mut Stack<'n>, node: &Node<'n>, previous: Option<&Value>) {
        let Some(marks) = node.marks.filter(|marks| !marks.is_null()) else {
            return;
        };
        if !node::is_list_value(marks) {
            self.report("marks_not_a_list", "the marks of a node are no list");
        }
        self.check_neighbour(marks, previous);
        stack.open(marks, previous, |tag| self.mark(tag));
    }

    fn close_marks<'n>(&mut self, stack: &mut Stack<'n>, node: &Node<'n>, next: Option<&Value>) {
        let Some(marks) = node.marks.filter(|marks| !marks.is_null()) else {
            return;
        };
        self.check_neighbour(marks, next);
        if !stack.close(marks, next, |tag| self.mark(tag)) {
            self.report("marks_not_open", "a mark closes that was never opened");
        }
    }

    fn check_neighbour(&mut self, marks: &Value, neighbour: Option<&Value>) {
        let is_list = neighbour.is_none_or(node::is_list_value);
        if !is_list && marks::registered(Some(marks)).next().is_some() {
            self.report("marks_not_a_list", "the marks of a node are no list");
        }
    }

    fn mark(&mut self, tag: Tag) {
        match tag {
            Tag::Open(mark) if mark.kind == marks::Kind::Link => self.link(&mark),
            Tag::Open(mark) => {
                self.html.push('<');
                self.html.push_str(self.mark_tag(mark.kind));
                self.html.push('>');
            }
            Tag::Close(mark) => {
                self.html.push_str("</");
                self.html.push_str(self.mark_tag(mark.kind));
                self.html.push('>');
            }
        }
    }

    fn mark_tag(&self, kind: marks::Kind) -> &'static str {
        match (kind, self.options.profile) {
            (marks::Kind::Bold, _) => "strong",
            (marks::Kind::Code, _) => "code",
            (marks::Kind::Italic, _) => "em",
            (marks::Kind::Link, _) => "a",
            (marks::Kind::Small, _) => "small",
            (marks::Kind::Strike, Profile::V5) => "strike",
            (marks::Kind::Strike, Profile::V6) => "s",
            (marks::Kind::Subscript, _) => "sub",
            (marks::Kind::Superscript, _) => "sup",
            (marks::Kind::Underline, _) => "u",
        }
    }

    fn link(&mut self, mark: &Mark) {
        self.html.push_str("<a");
        self.attribute("rel", mark.attr("rel"));
        self.attribute("target", mark.attr("target"));
        self.href(mark.attr("href"));
        self.attribute("title", mark.attr("title"));
        self.html.push('>');
    }

    fn href(&mut self, href: Option<&Value>) {
        let options = self.options;
        match href {
            Some(Value::String(text)) => {
                if let Some(href) =
                    href::resolve(text, &options, &mut self.oddities).filter(|href| is_kept(href))
                {
                    attributes::write_text("href", &href, &mut self.html);
                }
            }
            // To Statamic 6 this is a link without a protocol or a path.
            Some(Value::Bool(false)) if options.profile == Profile::V6 => {}
            Some(Value::Array(_) | Value::Object(_)) => self.not_scalar("href"),
            _ => self.attribute("href", href),
        }
    }

    fn attribute(&mut self, name: &str, value: Option<&Value>) {
        if let Err(NotScalar) = attributes::write(name, value, &mut self.html) {
            self.not_scalar(name);
        }
    }

    fn not_scalar(&mut self, name: &str) {
        self.report(
            "attribute_not_a_scalar",
            format!("the attribute {name} is a list and was left out"),
        );
    }

    fn report(&mut self, code: &'static str, message: impl Into<String>) {
        oddities::report(&mut self.oddities, code, message);
    }
}

/// One walk of a renderer: marks do not reach from one text block into the next.
struct Pass<'r, 'o, 'a> {
    renderer: &'r mut Renderer<'o>,
    marks: Stack<'a>,
}

impl<'a> Visitor<'a> for Pass<'_, '_, 'a> {
    fn enter(&mut self, node: &Node<'a>, place: Place<'a>) {
        oddities::check(node, place.depth, &mut self.renderer.oddities);
        self.renderer
            .open_marks(&mut self.marks, node, place.previous);
        self.renderer.open(node);
        self.renderer.own_text(node);
        self.marks.enter_level();
    }

    fn leave(&mut self, node: &Node<'a>, next: Option<&'a Value>) {
        self.marks.leave_level();
        self.renderer.close(node);
        self.renderer.close_marks(&mut self.marks, node, next);
    }
}

/// Whether PHP takes the text for something: an attribute that is not is dropped.
fn is_kept(text: &str) -> bool {
    !text.is_empty() && text != "0"
}

fn has_attr(node: &Node, name: &str) -> bool {
    let attrs = node.attrs.and_then(Value::as_object);
    attrs.is_some_and(|attrs| node::get(attrs, name).is_some())
}
