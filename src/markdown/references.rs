//! `statamic://` references in the source text become URLs before anything is parsed (spec/statamic.md §3.4).

use std::borrow::Cow;

use crate::bard::Links;
use crate::bard::href::{self, SCHEME};

/// Replaces each `("statamic://REF?query#fragment")`, in parentheses or double quotes, by the target's URL, or by nothing
/// where the target is missing. The delimiters stay.
#[must_use]
pub fn resolve<'s>(source: &'s str, links: &dyn Links) -> Cow<'s, str> {
    if !source.contains(SCHEME) {
        return Cow::Borrowed(source);
    }
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find(SCHEME) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let end = found
            .find(['"', ')'])
            .filter(|_| before.ends_with(['"', '(']));
        let Some(end) = end.filter(|end| !found[..*end].contains('\n')) else {
            out.push_str(SCHEME);
            rest = &found[SCHEME.len()..];
            continue;
        };
        out.push_str(&url(&found[SCHEME.len()..end], links));
        rest = &found[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The URL of `REF?query#fragment`; empty where it leads nowhere.
fn url(reference: &str, links: &dyn Links) -> String {
    let (id, tail) = href::split_suffix(reference);
    match links.target(id).and_then(|target| target.url) {
        Some(url) => format!("{url}{tail}"),
        None => String::new(),
    }
}
