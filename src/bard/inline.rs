//! Text with marks becomes a line of Markdown that reads back to the same text.
//!
//! In: the pieces of one paragraph, heading or cell. Out: Markdown. Where `*` or `~~` would not be read as a mark (they
//! may not stand just anywhere), and for marks that Markdown lacks, HTML tags are written. It knows nothing of blocks.

use serde_json::Value;

use super::literal::{self, Destination, Place, escape};
use super::marks;
use super::text::is_space;

/// The marks of a text but for its link, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style(u16);

impl Style {
    /// The marks of a node.
    #[must_use]
    pub fn of(marks: Option<&Value>) -> Self {
        Self(marks::registered(marks).fold(0, |set, mark| set | bit(mark.kind)))
    }

    fn has(self, kind: marks::Kind) -> bool {
        self.0 & bit(kind) != 0
    }
}

fn bit(kind: marks::Kind) -> u16 {
    match kind {
        marks::Kind::Link => 0,
        kind => 1 << kind as u16,
    }
}

#[derive(Debug)]
enum Piece {
    Text {
        text: String,
        style: Style,
        link: Option<Destination>,
    },
    Image {
        alt: String,
        destination: Destination,
        link: Option<Destination>,
    },
    Break,
}

impl Piece {
    fn link(&self) -> Option<&Destination> {
        match self {
            Self::Text { link, .. } | Self::Image { link, .. } => link.as_ref(),
            Self::Break => None,
        }
    }
}

/// The text of one paragraph, heading or cell.
#[derive(Debug, Default)]
pub struct Inline {
    pieces: Vec<Piece>,
}

impl Inline {
    /// Adds a text; white space counts as one space.
    pub fn text(&mut self, text: &str, style: Style, link: Option<Destination>) {
        if text.is_empty() {
            return;
        }
        if let Some(Piece::Text {
            text: last,
            style: last_style,
            link: last_link,
        }) = self.pieces.last_mut()
            && (*last_style, &*last_link) == (style, &link)
        {
            return collapse(text, last);
        }
        let mut collapsed = String::with_capacity(text.len());
        collapse(text, &mut collapsed);
        self.pieces.push(Piece::Text {
            text: collapsed,
            style,
            link,
        });
    }

    /// Adds an image.
    pub fn image(&mut self, alt: &str, destination: Destination, link: Option<Destination>) {
        let mut collapsed = String::new();
        collapse(alt, &mut collapsed);
        self.pieces.push(Piece::Image {
            alt: collapsed,
            destination,
            link,
        });
    }

    /// Adds a hard break.
    pub fn hard_break(&mut self) {
        self.pieces.push(Piece::Break);
    }

    /// The Markdown; empty where there is nothing to read. What was added is gone.
    pub fn write(&mut self, place: Place) -> String {
        let pieces = std::mem::take(&mut self.pieces);
        let mut writer = Writer {
            out: String::new(),
            place,
            link: None,
            space: false,
            breaks: 0,
        };
        for (number, piece) in pieces.iter().enumerate() {
            writer.piece(piece, &pieces[number + 1..]);
        }
        writer.close_link();
        writer.out
    }
}

fn collapse(text: &str, out: &mut String) {
    let has_others = text.bytes().any(|byte| matches!(byte, b'\t'..=b'\r'));
    let doubles = text.contains("  ") || text.starts_with(' ') && out.ends_with(' ');
    if !has_others && !doubles {
        return out.push_str(text);
    }
    for (number, words) in text.split(is_space).enumerate() {
        if number > 0 && !out.ends_with(' ') {
            out.push(' ');
        }
        out.push_str(words);
    }
}

/// What stands beside a text: it decides whether `*` is read as a mark there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// The end of the line, a space, ASCII punctuation.
    Gap,
    Letter,
}

impl Beside {
    fn of(letter: Option<char>) -> Self {
        match letter {
            Some(letter) if !letter.is_ascii_punctuation() && !letter.is_ascii_whitespace() => {
                Self::Letter
            }
            _ => Self::Gap,
        }
    }
}

struct Writer<'p> {
    out: String,
    place: Place,
    link: Option<&'p Destination>,
    /// A space has to be written before the next text.
    space: bool,
    /// So many breaks have to be written before the next text.
    breaks: usize,
}

impl<'p> Writer<'p> {
    fn piece(&mut self, piece: &'p Piece, following: &'p [Piece]) {
        match piece {
            Piece::Break => (self.breaks, self.space) = (self.breaks + 1, false),
            Piece::Image {
                alt,
                destination,
                link,
            } => {
                self.begin(link.as_ref());
                self.image(alt, destination);
            }
            Piece::Text { text, style, link } => {
                self.space |= text.starts_with(' ');
                let core = text.trim_matches(' ');
                if !core.is_empty() {
                    self.begin(link.as_ref());
                    let after = if text.ends_with(' ') {
                        Beside::Gap
                    } else {
                        after(link.as_ref(), following)
                    };
                    self.styled(core, *style, after);
                    self.space = false;
                }
                self.space |= text.ends_with(' ');
            }
        }
    }

    /// Writes what has to stand before a text that belongs to `link`.
    fn begin(&mut self, link: Option<&'p Destination>) {
        if self.link != link {
            self.close_link();
        }
        self.flush_breaks();
        if self.space && !self.at_line_start() {
            self.out.push(' ');
        }
        self.space = false;
        if let (None, Some(link)) = (self.link, link) {
            if self.out.ends_with('!') {
                self.out.insert(self.out.len() - 1, '\\');
            }
            self.out.push('[');
            self.link = Some(link);
        }
    }

    fn flush_breaks(&mut self) {
        let breaks = std::mem::take(&mut self.breaks);
        if breaks == 0 || self.out.is_empty() {
            return;
        }
        let mark = if self.place == Place::Paragraph {
            "\\\n"
        } else {
            "<br>"
        };
        self.out.push_str(&mark.repeat(breaks));
    }

    fn close_link(&mut self) {
        if let Some(link) = self.link.take() {
            self.out.push(']');
            literal::destination(link, &mut self.out);
        }
    }

    fn at_line_start(&self) -> bool {
        self.out.is_empty() || self.out.ends_with('\n')
    }

    fn image(&mut self, alt: &str, target: &Destination) {
        self.out.push_str("![");
        self.plain(alt.trim_matches(' '));
        self.out.push(']');
        literal::destination(target, &mut self.out);
    }

    fn styled(&mut self, text: &str, style: Style, after: Beside) {
        if style == Style::default() {
            return self.plain(text);
        }
        let before = Beside::of(self.out.chars().next_back());
        // A mark right behind another one could be read as one longer mark.
        let is_joined = self.out.ends_with(['*', '~']);
        let mut inner = self.inner(text, style);
        let is_struck = style.has(marks::Kind::Strike);
        let emphasis = match (style.has(marks::Kind::Bold), style.has(marks::Kind::Italic)) {
            (true, true) => Some(("***", "<strong><em>", "</em></strong>")),
            (true, false) => Some(("**", "<strong>", "</strong>")),
            (false, true) => Some(("*", "<em>", "</em>")),
            (false, false) => None,
        };
        if let Some((mark, open, close)) = emphasis {
            // Inside of `~~` there is punctuation on both sides.
            let (before, after) = if is_struck {
                (Beside::Gap, Beside::Gap)
            } else {
                (before, after)
            };
            let is_free = (is_struck || !is_joined) && can_mark(&inner, before, after);
            inner = if is_free {
                format!("{mark}{inner}{mark}")
            } else {
                format!("{open}{inner}{close}")
            };
        }
        if is_struck {
            let is_free = !is_joined && can_mark(&inner, before, after);
            inner = if is_free {
                format!("~~{inner}~~")
            } else {
                format!("<del>{inner}</del>")
            };
        }
        self.out.push_str(&inner);
    }

    /// The text with the marks that are written as code or as HTML.
    fn inner(&mut self, text: &str, style: Style) -> String {
        let tags = [
            (marks::Kind::Small, "small"),
            (marks::Kind::Subscript, "sub"),
            (marks::Kind::Superscript, "sup"),
            (marks::Kind::Underline, "u"),
        ];
        let tags = tags.into_iter().filter(|(kind, _)| style.has(*kind));
        let start = if style.has(marks::Kind::Code) {
            self.code(text)
        } else {
            let is_first = self.at_line_start() && tags.clone().next().is_none();
            let mut plain = String::new();
            escape(text, self.place, is_first, &mut plain);
            plain
        };
        tags.fold(start, |inner, (_, tag)| format!("<{tag}>{inner}</{tag}>"))
    }

    fn code(&self, text: &str) -> String {
        // Backslashes mean nothing in code: what could end a cell, a code or a link's text has to be an entity.
        let ends_cell = self.place == Place::Cell && text.contains('|');
        let ends_link = self.link.is_some() && text.contains(']');
        if ends_cell || ends_link || self.out.ends_with('`') || text.contains('\0') {
            let mut plain = String::new();
            escape(text, self.place, false, &mut plain);
            return format!("<code>{plain}</code>");
        }
        let fence = "`".repeat(literal::longest_ticks(text) + 1);
        let pad = if text.starts_with('`') || text.ends_with('`') {
            " "
        } else {
            ""
        };
        format!("{fence}{pad}{text}{pad}{fence}")
    }

    fn plain(&mut self, text: &str) {
        let is_first = self.at_line_start();
        escape(text, self.place, is_first, &mut self.out);
    }
}

/// What the next piece puts right behind a text.
fn after(link: Option<&Destination>, following: &[Piece]) -> Beside {
    match following.first() {
        Some(next) if next.link() == link => match next {
            Piece::Text { text, style, .. } if *style == Style::default() => {
                Beside::of(text.chars().next())
            }
            _ => Beside::Gap,
        },
        _ => Beside::Gap,
    }
}

/// Whether a mark is read as one on both sides of a text.
fn can_mark(inner: &str, before: Beside, after: Beside) -> bool {
    let opens = before == Beside::Gap || inner.starts_with(char::is_alphanumeric);
    let closes = after == Beside::Gap || inner.ends_with(char::is_alphanumeric);
    let is_edged = inner.starts_with(char::is_whitespace) || inner.ends_with(char::is_whitespace);
    opens && closes && !is_edged
}
