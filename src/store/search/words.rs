//! Text as words that are compared: without case and diacritics, a word for each character where a script has no spaces.
//!
//! In: any text. Out: words with their places. What is indexed, what is asked for and what is highlighted go through here
//! alike, so that they always agree, whatever engine holds the index. It knows nothing of SQL.

use std::ops::Range;

use icu_normalizer::properties::{CanonicalDecompositionBorrowed, Decomposed};

/// Letters that have no canonical decomposition and are typed without their stroke or as two letters all the same.
const SPECIAL: [(char, &str); 13] = [
    ('ß', "ss"),
    ('ẞ', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('ł', "l"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ς', "σ"),
    ('ŧ', "t"),
];

/// Deeper than any character decomposes.
const MAX_STEPS: usize = 4;

/// Calls `each` with every word of a text: where it stands, and how it is compared.
pub fn each(text: &str, mut each: impl FnMut(Range<usize>, &str)) {
    let mut word = String::new();
    let (mut begun, mut at) = (0, 0);
    while let Some(letter) = text[at..].chars().next() {
        // Most letters of most texts are plain, and are taken together.
        let plain = plain(&text.as_bytes()[at..]);
        if plain > 0 {
            if word.is_empty() {
                begun = at;
            }
            let known = word.len();
            word.push_str(&text[at..at + plain]);
            word[known..].make_ascii_lowercase();
            at += plain;
            continue;
        }
        let end = at + letter.len_utf8();
        if is_diacritic(letter) {
            at = end;
            continue;
        }
        let alone = stands_alone(letter);
        if alone || !letter.is_alphanumeric() {
            if !word.is_empty() {
                each(begun..at, &word);
                word.clear();
            }
            if alone {
                each(at..end, &text[at..end]);
            }
        } else {
            if word.is_empty() {
                begun = at;
            }
            fold(letter, &mut word);
        }
        at = end;
    }
    if !word.is_empty() {
        each(begun..text.len(), &word);
    }
}

/// How many bytes are letters and digits that are compared as they are, but for their case.
fn plain(text: &[u8]) -> usize {
    text.iter()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(text.len())
}

/// The words of a text, a blank between them: what an index holds.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    each(text, |_, word| {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    });
    folded
}

/// The words of a text.
#[must_use]
pub fn of(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each(text, |_, word| words.push(word.to_owned()));
    words
}

/// Adds a letter as it is compared: in lower case, without what stands above, below or through it.
fn fold(letter: char, word: &mut String) {
    for letter in letter.to_lowercase() {
        let base = base(letter);
        match SPECIAL.iter().find(|(special, _)| *special == base) {
            Some((_, plain)) => word.push_str(plain),
            None if is_diacritic(base) => {}
            None => word.push(base),
        }
    }
}

/// The letter that diacritics were added to.
fn base(mut letter: char) -> char {
    let decomposition = const { CanonicalDecompositionBorrowed::new() };
    if matches!(letter, '\u{ac00}'..='\u{d7a3}') {
        return letter;
    }
    for _ in 0..MAX_STEPS {
        letter = match decomposition.decompose(letter) {
            Decomposed::Expansion(base, mark) if is_diacritic(mark) => base,
            Decomposed::Singleton(other) => other,
            _ => return letter,
        };
    }
    letter
}

fn is_diacritic(letter: char) -> bool {
    matches!(
        letter,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
    )
}

/// Whether a character is of a script that is written without spaces: Han and Kana.
fn stands_alone(letter: char) -> bool {
    matches!(
        letter,
        '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}'
    ) && letter.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_diacritics_do_not_count() {
        assert_eq!(
            folded("Ça va, MÜLLER? Straße; smørrebrød Łódź"),
            "ca va muller strasse smorrebrod lodz"
        );
        assert_eq!(folded("cafe\u{301}"), folded("café"));
        assert_eq!(folded("ΌΔΟΣ οδός"), "οδοσ οδοσ");
        assert_eq!(folded("don't – e-mail 3.5"), "don t e mail 3 5");
    }

    #[test]
    fn scripts_without_spaces_have_a_word_for_each_character() {
        assert_eq!(folded("东京 is 東京"), "东 京 is 東 京");
        assert_eq!(folded("한국어"), "한국어");
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "  Élan—vital ";
        let mut places = Vec::new();
        each(text, |range, _| places.push(&text[range]));
        assert_eq!(places, ["Élan", "vital"]);
    }
}
