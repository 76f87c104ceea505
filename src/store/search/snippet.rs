//! What was found, shown: the text around it as HTML, with `<mark>` around what was looked for.
//!
//! In: a text and [`Phrases`]. Out: HTML that holds no markup but `<mark>`. It knows nothing of how the text was found.

use std::ops::Range;

use super::phrases::{Phrase, Phrases};
use super::words;

/// Words that a snippet shows.
const LENGTH: usize = 32;

/// Words in front of the first one that was looked for.
const LEAD: usize = 6;

/// Bytes of a text that are looked through first.
const FIRST_BYTES: usize = 2048;

/// Words of one text that are looked through: a book's worth.
const MOST_WORDS: usize = 200_000;

/// A text whose first words were looked through.
struct Read<'t> {
    text: &'t str,
    /// Whether these are all that it has.
    is_whole: bool,
    /// Where each of them stands.
    words: Vec<Range<usize>>,
    /// What was looked for, in the order of the text.
    hits: Vec<Hit>,
}

/// A run of words that was looked for: which phrase, and which words of the text.
struct Hit {
    phrase: usize,
    words: Range<usize>,
}

/// The whole text.
#[must_use]
pub fn whole(text: &str, phrases: &Phrases) -> String {
    Read::of(text, text.len(), phrases).marked(0..text.len())
}

/// The first passage that says all that was looked for, else the one that says most of it; `None` where nothing of it occurs.
#[must_use]
pub fn passage(text: &str, phrases: &Phrases) -> Option<String> {
    let mut bytes = FIRST_BYTES;
    loop {
        // Mostly it stands near the beginning: what follows is not looked at.
        let read = Read::of(text, bytes, phrases);
        let best = best(&read.hits);
        let from = best.map(|(number, _)| read.hits[number].words.start.saturating_sub(LEAD));
        let says_all = best.is_some_and(|(_, different)| different == phrases.wanted.len());
        let fits = from.is_some_and(|from| from + LENGTH < read.words.len());
        if read.is_whole || says_all && fits {
            return Some(read.window(from?));
        }
        bytes *= 8;
    }
}

/// The text up to a blank behind this many bytes.
fn first_words(text: &str, bytes: usize) -> &str {
    let rest = &text[text.floor_char_boundary(bytes)..];
    let cut = rest.find(char::is_whitespace).unwrap_or(rest.len());
    &text[..text.len() - rest.len() + cut]
}

/// How the text begins.
#[must_use]
pub fn beginning(text: &str) -> String {
    let nothing = Phrases::default();
    let mut read = Read::of(text, FIRST_BYTES, &nothing);
    if !read.is_whole && read.words.len() <= LENGTH {
        read = Read::of(text, text.len(), &nothing);
    }
    read.window(0)
}

impl<'t> Read<'t> {
    /// Looks through the words up to a blank behind this many bytes.
    fn of(text: &'t str, bytes: usize, phrases: &Phrases) -> Self {
        let part = first_words(text, bytes);
        let mut words = Vec::with_capacity(part.len() / 5);
        let mut alike: Vec<(usize, String)> = Vec::new();
        let wanted = phrases.wanted.iter().flat_map(|phrase| &phrase.words);
        words::each(part, |range, word| {
            if words.len() == MOST_WORDS {
                return;
            }
            // Few words of a text begin as any of those that are looked for: only these are compared further.
            if wanted
                .clone()
                .any(|wanted| word.starts_with(wanted.as_str()))
            {
                alike.push((words.len(), word.to_owned()));
            }
            words.push(range);
        });
        let hits = hits(&alike, phrases);
        Self {
            text,
            is_whole: part.len() == text.len(),
            words,
            hits,
        }
    }

    /// A passage from a word on, with an ellipsis where it is cut.
    fn window(&self, from: usize) -> String {
        let to = (from + LENGTH).min(self.words.len());
        let begin = if from == 0 { 0 } else { self.words[from].start };
        let end = if to == self.words.len() {
            self.text.len()
        } else {
            self.words[to - 1].end
        };
        let html = self.marked(begin..end);
        let before = if begin > 0 { "…" } else { "" };
        let after = if end < self.text.len() { "…" } else { "" };
        format!("{before}{html}{after}")
    }

    /// A part of the text, escaped, white space as one blank, hits in `<mark>`.
    fn marked(&self, part: Range<usize>) -> String {
        let mut html = String::with_capacity(part.len() + 64);
        let mut at = part.start;
        for range in self.ranges() {
            if range.start < at || range.end > part.end {
                continue;
            }
            escape(&self.text[at..range.start], &mut html);
            html.push_str("<mark>");
            escape(&self.text[range.clone()], &mut html);
            html.push_str("</mark>");
            at = range.end;
        }
        escape(&self.text[at..part.end], &mut html);
        html.trim().to_owned()
    }

    /// The bytes of all hits, those that overlap as one.
    fn ranges(&self) -> impl Iterator<Item = Range<usize>> + use<'_, 't> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        for hit in &self.hits {
            match runs.last_mut() {
                Some(last) if hit.words.start < last.end => last.end = last.end.max(hit.words.end),
                _ => runs.push(hit.words.clone()),
            }
        }
        let bytes = |run: Range<usize>| self.words[run.start].start..self.words[run.end - 1].end;
        runs.into_iter().map(bytes)
    }
}

/// Every phrase that stands among words, which are given with their numbers.
fn hits(words: &[(usize, String)], phrases: &Phrases) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (at, (begin, _)) in words.iter().enumerate() {
        for (number, phrase) in phrases.wanted.iter().enumerate() {
            if begins(&words[at..], phrase) {
                hits.push(Hit {
                    phrase: number,
                    words: *begin..begin + phrase.words.len(),
                });
            }
        }
    }
    hits
}

/// Whether a phrase begins with the first of these words.
fn begins(words: &[(usize, String)], phrase: &Phrase) -> bool {
    let (begin, last) = (words[0].0, phrase.words.len() - 1);
    let is_there = |(index, word): (usize, &String)| {
        words.get(index).is_some_and(|(number, found)| {
            *number == begin + index
                && if phrase.is_prefix && index == last {
                    found.starts_with(word.as_str())
                } else {
                    found == word
                }
        })
    };
    phrase.words.iter().enumerate().all(is_there)
}

/// The hit from which on most different phrases, then most hits, fit into a passage, the first such one; and how many
/// different phrases these are.
fn best(hits: &[Hit]) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize, usize)> = None;
    for (number, hit) in hits.iter().enumerate() {
        let end = hit.words.start + LENGTH - LEAD;
        let within: Vec<usize> = hits[number..]
            .iter()
            .take_while(|other| other.words.end <= end)
            .map(|other| other.phrase)
            .take(LENGTH)
            .collect();
        let mut different = within.clone();
        different.sort_unstable();
        different.dedup();
        let rank = (different.len(), within.len());
        if best.is_none_or(|(most, all, _)| rank > (most, all)) {
            best = Some((rank.0, rank.1, number));
        }
    }
    best.map(|(different, _, number)| (number, different))
}

fn escape(text: &str, html: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            letter if letter.is_whitespace() => {
                if !html.ends_with(' ') {
                    html.push(' ');
                }
            }
            letter if letter.is_control() => {}
            letter => html.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_for_is_marked_and_everything_else_escaped() {
        let phrases = Phrases::parse("cafe \"the web\" brow*");
        assert_eq!(
            whole("Café <b>& the\n Web's</b> browsers", &phrases),
            "<mark>Café</mark> &lt;b&gt;&amp; <mark>the Web</mark>&#39;s&lt;/b&gt; <mark>browsers</mark>"
        );
    }

    #[test]
    fn the_passage_holds_as_many_of_the_words_as_fit() {
        let filler = "x ".repeat(60);
        let text = format!("one {filler} two one {filler}");
        let passage = passage(&text, &Phrases::parse("one two")).unwrap();
        assert!(
            passage.contains("<mark>two</mark> <mark>one</mark>"),
            "{passage}"
        );
        assert!(passage.starts_with('…') && passage.ends_with('…'));
        assert!(super::passage(&text, &Phrases::parse("three")).is_none());
        assert_eq!(beginning("a  b"), "a b");
        let long = "x".repeat(FIRST_BYTES);
        assert_eq!(
            beginning(&format!("{long} a {filler}")).split(' ').count(),
            LENGTH
        );
        assert!(beginning(&format!("{long} a b")).ends_with(" a b"));
    }

    #[test]
    fn what_stands_far_behind_is_found_and_words_are_never_cut() {
        let text = format!(
            "{}one two{}",
            "x".repeat(FIRST_BYTES),
            " y".repeat(9 * FIRST_BYTES)
        );
        let found = |typed: &str| passage(&text, &Phrases::parse(typed));
        assert!(
            found("two y")
                .unwrap()
                .contains(" <mark>two</mark> <mark>y</mark>")
        );
        assert!(found("one").is_none());
        let far = format!("{}one", "two ".repeat(FIRST_BYTES));
        let found = passage(&far, &Phrases::parse("two one")).unwrap();
        assert!(
            found.ends_with("<mark>two</mark> <mark>one</mark>"),
            "{found}"
        );
    }

    #[test]
    fn hits_that_overlap_are_marked_once() {
        let phrases = Phrases::parse("\"a b\" \"b c\"");
        assert_eq!(whole("a b c", &phrases), "<mark>a b c</mark>");
    }
}
