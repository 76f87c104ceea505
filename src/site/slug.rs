//! Slugs as Statamic makes them (spec/statamic.md §1.3): transliterated by the site's language, lower case, dashes.

use deunicode::deunicode_char;

/// Slugifies `text` with the transliteration of a language (`en`, `de`, …): ASCII letters, digits, `_` and single
/// dashes. A script without a customary transliteration (Han, Kana, Hangul) leaves nothing.
#[must_use]
pub fn slugify(text: &str, lang: &str) -> String {
    keep(&ascii(text, lang), |_| false)
}

/// Slugifies a route's result, keeping its slashes and dots; one leading slash, no trailing one.
#[must_use]
pub fn slugify_uri(uri: &str, lang: &str) -> String {
    let slug = keep(&ascii(uri, lang), |character| {
        matches!(character, '/' | '.')
    });
    let segments: Vec<&str> = slug
        .split('/')
        .map(|segment| segment.trim_matches('-'))
        .filter(|segment| !segment.is_empty())
        .collect();
    format!("/{}", segments.join("/"))
}

/// `text` in ASCII, as far as its characters have a transliteration.
fn ascii(text: &str, lang: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
        } else if let Some(special) = special(character, lang) {
            out.push_str(special);
        } else if !is_untransliterated(character) {
            out.push_str(deunicode_char(character).unwrap_or_default());
        }
    }
    out
}

/// Letters that a language writes in a way of its own, and signs that stand for a space or a dash.
fn special(character: char, lang: &str) -> Option<&'static str> {
    let of_language = match lang {
        "de" => german(character),
        "da" | "nb" | "nn" | "no" => danish(character),
        _ => None,
    };
    of_language.or(match character {
        '\u{a0}' | '\u{2002}'..='\u{200a}' => Some(" "),
        '–' | '—' | '‑' | '‐' | '―' => Some("-"),
        'ø' => Some("o"),
        'Ø' => Some("O"),
        _ => None,
    })
}

fn german(character: char) -> Option<&'static str> {
    Some(match character {
        'ä' => "ae",
        'ö' => "oe",
        'ü' => "ue",
        'Ä' => "Ae",
        'Ö' => "Oe",
        'Ü' => "Ue",
        'ß' => "ss",
        _ => return None,
    })
}

/// Danish and Norwegian.
fn danish(character: char) -> Option<&'static str> {
    Some(match character {
        'å' => "aa",
        'Å' => "Aa",
        'æ' => "ae",
        'Æ' => "Ae",
        'ø' => "oe",
        'Ø' => "Oe",
        _ => return None,
    })
}

/// Scripts and symbols that Statamic's table does not have: they vanish.
fn is_untransliterated(character: char) -> bool {
    matches!(u32::from(character), 0x2190..=0x2bff | 0x2e80..=0xa4cf | 0xac00..=0xd7af | 0xf900..=0xfaff | 0xff66..=0xffdc | 0x1f000..)
}

/// Lower case, `@` spelt out, everything but letters, digits, `_`, dashes, white space and what `also` says deleted.
fn keep(text: &str, also: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '@' => dashed(&mut out, "at-"),
            '-' => dashed(&mut out, ""),
            character if character.is_whitespace() => dashed(&mut out, ""),
            character
                if character.is_ascii_alphanumeric() || character == '_' || also(character) =>
            {
                out.push(character.to_ascii_lowercase());
            }
            _ => {}
        }
    }
    out.trim_matches('-').to_owned()
}

/// A dash, unless one is there, and then `then`.
fn dashed(out: &mut String, then: &str) {
    if !out.ends_with('-') {
        out.push('-');
    }
    out.push_str(then);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_made_as_statamic_makes_them() {
        for (text, lang, expected) in [
            ("Foo_Bar Baz", "en", "foo_bar-baz"),
            ("Äpfel & Öl", "de", "aepfel-oel"),
            ("Äpfel & Öl", "en", "apfel-ol"),
            ("It's a.b/c @home 100% – x", "en", "its-abc-at-home-100-x"),
            ("a--b__c  d", "en", "a-b__c-d"),
            ("Ελλάδα", "en", "ellada"),
            ("Привет мир", "en", "privet-mir"),
            ("ÅÆØ", "da", "aaaeoe"),
            ("日本語", "en", ""),
        ] {
            assert_eq!(slugify(text, lang), expected, "{text} in {lang}");
        }
    }

    #[test]
    fn a_uri_keeps_its_slashes_and_dots() {
        for (uri, expected) in [
            ("/Foo Bar//baz.html/", "/foo-bar/baz.html"),
            ("", "/"),
            ("a/-b-/c", "/a/b/c"),
        ] {
            assert_eq!(slugify_uri(uri, "en"), expected);
        }
    }
}
