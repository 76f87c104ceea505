//! Where a link leads: references to the site's own things, and protocols that no link may have.
//!
//! In: the `href` of a link mark. Out: the `href` of the tag, or none. It knows the site only through [`super::Links`].

use std::borrow::Cow;

use super::{Links, Oddity, Options, Profile, entities, oddities};

/// What the references in a tree begin with.
pub const SCHEME: &str = "statamic://";

/// Protocols that can run code in the reader's browser.
const UNSAFE: [&str; 3] = ["javascript", "vbscript", "data"];

/// Protocols that Statamic 6 lets through.
const ALLOWED: [&str; 13] = [
    "http", "https", "ftp", "ftps", "mailto", "tel", "callto", "sms", "cid", "xmpp", "statamic",
    "entry", "asset",
];

/// The `href` to write for a stored one; `None` where the tag gets none.
pub fn resolve<'a>(
    href: &'a str,
    options: &Options<'a>,
    oddities: &mut Vec<Oddity>,
) -> Option<Cow<'a, str>> {
    let href = match href.strip_prefix(SCHEME) {
        Some(reference) => find(reference, options.links, oddities)?,
        None => href.into(),
    };
    if is_unsafe(&href) {
        oddities::report(
            oddities,
            "unsafe_link",
            format!("the href {href:?} was left out"),
        );
        return None;
    }
    let allowed = options.profile == Profile::V5 || is_allowed(&href);
    allowed.then_some(href)
}

/// Statamic looks the whole reference up, so one with a query or a fragment is never found.
fn find<'a>(
    reference: &str,
    links: &'a dyn Links,
    oddities: &mut Vec<Oddity>,
) -> Option<Cow<'a, str>> {
    if reference.contains(['?', '#']) {
        let message =
            format!("Statamic finds no target for {reference:?} because of its query or fragment");
        oddities::report(oddities, "reference_suffix", message);
        return None;
    }
    links.target(reference)?.url
}

/// A reference without its query and fragment, and these.
#[must_use]
pub fn split_suffix(reference: &str) -> (&str, &str) {
    reference.split_at(reference.find(['?', '#']).unwrap_or(reference.len()))
}

/// Whether a browser could take the `href` for code, however it is spelt: white space, control characters and entities
/// are seen through, and so is everything that a browser might skip.
#[must_use]
pub fn is_unsafe(href: &str) -> bool {
    let decoded = entities::decode(href);
    let letters = decoded.chars().filter(|letter| !is_skipped(*letter));
    UNSAFE.iter().any(|scheme| {
        let mut letters = letters.clone().map(|letter| letter.to_ascii_lowercase());
        scheme.chars().all(|letter| letters.next() == Some(letter)) && letters.next() == Some(':')
    })
}

fn is_skipped(letter: char) -> bool {
    letter.is_control()
        || letter.is_whitespace()
        || matches!(letter, '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// The rule of Statamic 6: a known protocol, or nothing that reads as a protocol at all.
#[must_use]
pub fn is_allowed(href: &str) -> bool {
    let href: Cow<str> = if href.contains(is_stripped) {
        href.chars()
            .filter(|letter| !is_stripped(*letter))
            .collect()
    } else {
        href.into()
    };
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-');
    let length = href.bytes().take_while(is_scheme).count();
    let (scheme, rest) = href.as_bytes().split_at(length);
    let is_protocol =
        scheme.first().is_some_and(u8::is_ascii_alphabetic) && rest.first() == Some(&b':');
    // A digit ends what Statamic's pattern takes for the start of a path.
    let is_path = !is_protocol || scheme[1..].iter().any(u8::is_ascii_digit);
    let is_known = || {
        ALLOWED
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known.as_bytes()))
    };
    !href.is_empty() && (is_path || is_known())
}

/// What Statamic 6 leaves out before it looks for a protocol.
fn is_stripped(letter: char) -> bool {
    matches!(
        letter,
        '\0'..=' ' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'..='\u{2029}' | '\u{205f}' | '\u{3000}'
    )
}
