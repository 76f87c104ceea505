//! What a visitor types becomes phrases to look for: words, "words side by side", beginnings (`wor*`), and what must not
//! occur (`-word`). Total: any text has a meaning, and nothing of it is ever taken for the syntax of an engine.

use super::words;

/// What is looked for: every phrase of `wanted`, none of `unwanted`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrases {
    /// All of these occur.
    pub wanted: Vec<Phrase>,
    /// None of these does.
    pub unwanted: Vec<Phrase>,
}

/// Words side by side; never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// As [`words`] compares them.
    pub words: Vec<String>,
    /// The last one is only the beginning of a word.
    pub is_prefix: bool,
}

impl Phrases {
    /// Reads what was typed. What holds no word says nothing.
    #[must_use]
    pub fn parse(typed: &str) -> Self {
        let mut phrases = Self::default();
        let mut rest = typed.trim_start();
        while !rest.is_empty() {
            let unwanted = rest.starts_with('-');
            let (phrase, after) = next(rest.strip_prefix('-').unwrap_or(rest));
            let list = if unwanted {
                &mut phrases.unwanted
            } else {
                &mut phrases.wanted
            };
            if let Some(phrase) = phrase.filter(|phrase| !list.contains(phrase)) {
                list.push(phrase);
            }
            rest = after.trim_start();
        }
        phrases
    }

    /// How many words there are in all.
    #[must_use]
    pub fn words(&self) -> usize {
        let phrases = self.wanted.iter().chain(&self.unwanted);
        phrases.map(|phrase| phrase.words.len()).sum()
    }
}

/// The first phrase of a text, if it holds a word, and what follows it.
fn next(text: &str) -> (Option<Phrase>, &str) {
    let quoted = text.strip_prefix('"');
    let inner = quoted.unwrap_or(text);
    let ends = |letter: char| match quoted {
        Some(_) => letter == '"',
        None => letter.is_whitespace() || letter == '"',
    };
    let end = inner.find(ends).unwrap_or(inner.len());
    let after = &inner[end..];
    let after = if quoted.is_some() {
        after.strip_prefix('"').unwrap_or(after)
    } else {
        after
    };
    let (star, after) = match after.strip_prefix('*') {
        Some(after) if quoted.is_some() => (true, after),
        _ => (inner[..end].ends_with('*'), after),
    };
    let words = words::of(&inner[..end]);
    let phrase = (!words.is_empty()).then_some(Phrase {
        words,
        is_prefix: star,
    });
    (phrase, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(words: &[&str], is_prefix: bool) -> Phrase {
        Phrase {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            is_prefix,
        }
    }

    #[test]
    fn words_phrases_beginnings_and_exclusions_are_told_apart() {
        let phrases = Phrases::parse("  Client–Server \"the Web\" brow* -\"old news\" -tcp web ");
        assert_eq!(
            phrases.wanted,
            [
                phrase(&["client", "server"], false),
                phrase(&["the", "web"], false),
                phrase(&["brow"], true),
                phrase(&["web"], false),
            ]
        );
        assert_eq!(
            phrases.unwanted,
            [phrase(&["old", "news"], false), phrase(&["tcp"], false)]
        );
        assert_eq!(phrases.words(), 9);
    }

    #[test]
    fn an_open_quote_ends_with_the_text_and_signs_alone_say_nothing() {
        assert_eq!(
            Phrases::parse("\"one two").wanted,
            [phrase(&["one", "two"], false)]
        );
        assert_eq!(
            Phrases::parse("\"one tw\"*").wanted,
            [phrase(&["one", "tw"], true)]
        );
        assert_eq!(
            Phrases::parse("- * \"\" \"-\" (AND) ^"),
            Phrases::parse("and")
        );
        assert_eq!(Phrases::parse("--x").unwanted, [phrase(&["x"], false)]);
    }
}
