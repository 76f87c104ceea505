//! How good a match is: where what was looked for stands in an item. Both engines are asked for the same, so that they
//! rank alike.
//!
//! Each item has one line of text for that, short beside its body: its words as they are compared, from the title, the
//! headings and the beginning of the text, and its facets. Of a thousand matches the lines are read, and nothing else.

use std::cmp::Reverse;

use super::phrases::{Phrase, Phrases};
use super::words;

/// A line as it is read from `search_rank r`, behind the number of its item.
macro_rules! line {
    () => {
        "r.number || '\t' || r.line"
    };
}
pub(super) use line;

/// Bytes of a title and of headings that rank.
const LONGEST: usize = 1000;

/// Bytes of a text that are its beginning.
const BEGINNING: usize = 150;

/// What a phrase counts in the title, in headings and at the beginning of the text.
const WEIGHTS: [usize; 3] = [10, 4, 2];

/// What the line of an item says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) number: i64,
    date: i64,
    id: &'a str,
    /// Of the title, of headings and of the beginning of the text, with a blank on either side of each.
    words: [&'a str; 3],
    facets: &'a str,
}

/// What matches are sorted by, the best first: what was looked for stands in the best places, the title says little else, it
/// is the newest.
pub(super) type Rank<'a> = (Reverse<usize>, usize, Reverse<i64>, &'a str);

/// The line of an item, without its number.
pub(super) fn written(
    (date, id): (i64, &str),
    [title, headings, text]: [&str; 3],
    facets: &[(String, String)],
) -> String {
    let words = [
        beginning(title, LONGEST),
        beginning(headings, LONGEST),
        beginning(text, BEGINNING),
    ];
    let mut parts = vec![date.to_string(), plain(id)];
    parts.extend(words.map(|words| format!(" {words} ")));
    for (name, value) in facets {
        parts.extend([plain(name), plain(value)]);
    }
    parts.join("\t")
}

/// The words that a text begins with.
fn beginning(text: &str, most: usize) -> String {
    let part = &text[..text.floor_char_boundary(most)];
    let mut words = words::folded(part);
    if part.len() < text.len() {
        // The last one may be no more than half of a word.
        words.truncate(words.rfind(' ').unwrap_or(0));
    }
    words
}

/// A text that ends neither a part nor the line.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

impl<'a> Line<'a> {
    /// Reads a line back.
    pub(super) fn read(line: &'a str) -> Option<Self> {
        let mut parts = line.splitn(7, '\t');
        let mut next = || parts.next();
        Some(Self {
            number: next()?.parse().ok()?,
            date: next()?.parse().ok()?,
            id: next()?,
            words: [next()?, next()?, next()?],
            facets: next().unwrap_or_default(),
        })
    }

    /// Name and value of each facet.
    pub(super) fn facets(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut parts = self.facets.split('\t');
        std::iter::from_fn(move || Some((parts.next()?, parts.next()?)))
    }

    /// How good a match it is.
    pub(super) fn rank(&self, wanted: &[Wanted]) -> Rank<'a> {
        let places = self.words.iter().zip(WEIGHTS);
        let counts = places.flat_map(|(words, weight)| {
            let found = wanted.iter().filter(|phrase| words.contains(&phrase.0));
            found.map(move |_| weight)
        });
        let in_title = wanted
            .iter()
            .any(|phrase| self.words[0].contains(&phrase.0));
        let length = if in_title {
            self.words[0].split_whitespace().count()
        } else {
            0
        };
        (Reverse(counts.sum()), length, Reverse(self.date), self.id)
    }
}

/// A phrase as it stands among words with blanks around them.
pub(super) struct Wanted(String);

impl Wanted {
    /// All phrases that are looked for.
    pub(super) fn of(phrases: &Phrases) -> Vec<Self> {
        let of = |phrase: &Phrase| {
            let end = if phrase.is_prefix { "" } else { " " };
            Self(format!(" {}{end}", phrase.words.join(" ")))
        };
        phrases.wanted.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(number: i64, line: &str) -> String {
        format!("{number}\t{line}")
    }

    fn order<'a>(typed: &str, lines: &'a [String]) -> Vec<&'a str> {
        let wanted = Wanted::of(&Phrases::parse(typed));
        let mut lines: Vec<Line<'_>> = lines.iter().filter_map(|line| Line::read(line)).collect();
        lines.sort_by_key(|line| line.rank(&wanted));
        lines.iter().map(|line| line.id).collect()
    }

    fn of(id: &str, date: i64, texts: [&str; 3]) -> String {
        numbered(1, &written((date, id), texts, &[]))
    }

    #[test]
    fn a_line_is_read_back_whatever_stands_in_it() {
        let facets = [("site".to_owned(), "a\tb\nc".to_owned())];
        let line = written((-3, "i\nd"), ["A  Título", "", "x"], &facets);
        let line = numbered(7, &line);
        let read = Line::read(&line).unwrap();
        assert_eq!((read.number, read.date, read.id), (7, -3, "i d"));
        assert_eq!(read.words, [" a titulo ", "  ", " x "]);
        assert!(read.facets().eq([("site", "a b c")]));
        assert!(!line.contains('\n') && Line::read("7").is_none());
    }

    #[test]
    fn a_text_that_is_too_long_ranks_by_its_first_whole_words() {
        assert_eq!(beginning("one two three", 9), "one two");
        assert_eq!(beginning("one two three", 13), "one two three");
        assert_eq!(beginning("onetwothree", 5), "");
    }

    #[test]
    fn the_place_counts_then_how_little_else_the_title_says_then_the_date() {
        let lines = [
            of("text", 9, ["a", "b", "c"]),
            of("beginning", 1, ["a", "b", "web pages"]),
            of("old", 1, ["the web", "", ""]),
            of("new", 2, ["a web", "", ""]),
            of("alone", 1, ["Web", "", ""]),
            of("heading", 1, ["webs", "world wide web", ""]),
        ];
        let best = ["alone", "new", "old", "heading", "beginning", "text"];
        assert_eq!(order("web", &lines), best);
        assert_eq!(order("web*", &lines)[..2], ["heading", "alone"]);
        assert_eq!(
            order("\"the web\" pages", &lines)[..2],
            ["old", "beginning"]
        );
    }
}
