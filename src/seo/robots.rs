//! Whether search engines may list a page and follow its links, and who decided it (spec/seo.md §2.4).

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::input::{Forced, Indexing};

/// What an indexable page says.
const EXPLICIT: &str =
    "index, follow, max-snippet:-1, max-image-preview:large, max-video-preview:-1";

/// What crawlers may do with the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SeoRobots)]
pub struct Robots {
    /// Whether the page may be listed, all things considered.
    pub index: bool,
    /// Whether its links may be followed, all things considered.
    pub follow: bool,
    /// The content of `<meta name="robots">`; null where the addon prints no such tag.
    pub content: Option<String>,
    /// Who decided it.
    pub decided_by: DecidedBy,
}

/// Who decided whether a page may be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SeoDecidedBy)]
pub enum DecidedBy {
    /// The deployment: a staging system, or a draft seen in a preview.
    Environment,
    /// The page's own field.
    Entry,
    /// The collection's default.
    Collection,
    /// The taxonomy's default.
    Taxonomy,
    /// The site as a whole.
    Site,
    /// Nobody: pages are listed.
    Default,
}

/// What a stored `seo_noindex` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Listed, whatever the collection says.
    Index,
    /// Not listed.
    Noindex,
    /// As the collection says.
    Inherit,
}

/// Reads every spelling of `seo_noindex`; `None` where the value is none of them.
#[must_use]
pub fn state(value: &Value) -> Option<State> {
    match value {
        Value::Null | Value::Bool(false) => Some(State::Inherit),
        Value::Bool(true) => Some(State::Noindex),
        Value::Number(number) => state_of_text(&number.to_string()),
        Value::String(text) => state_of_text(&text.trim().to_ascii_lowercase()),
        Value::Array(items) => state(items.first().unwrap_or(&Value::Null)),
        Value::Object(_) => None,
    }
}

fn state_of_text(text: &str) -> Option<State> {
    match text {
        "true" | "1" | "yes" | "noindex" => Some(State::Noindex),
        "index" => Some(State::Index),
        "" | "false" | "0" | "no" | "inherit" => Some(State::Inherit),
        _ => None,
    }
}

/// Whether an environment is kept out of search engines: only the three known ones can be open (R-6, T25).
#[must_use]
pub fn environment_is_closed(environment: &str, flag: impl Fn(&str) -> bool) -> bool {
    match environment {
        "local" | "staging" | "production" => flag(&format!("noindex_{environment}")),
        _ => true,
    }
}

/// Resolves what a page asks for under what its site or environment forces.
#[must_use]
pub fn resolve(
    indexing: Indexing,
    nofollow: bool,
    directives: &[String],
    forced: Option<Forced>,
    says_index: bool,
) -> Robots {
    let noindex = indexing.noindex || forced.is_some();
    let nofollow = nofollow || forced.is_some_and(|forced| forced.nofollow);
    let decided_by = match (forced, indexing.decided_by) {
        (Some(forced), _) => forced.by,
        (None, DecidedBy::Default) if nofollow => DecidedBy::Entry,
        (None, decided_by) => decided_by,
    };
    let content =
        content(noindex, nofollow, directives).or(says_index.then(|| EXPLICIT.to_owned()));
    Robots {
        index: !noindex,
        follow: !nofollow,
        content,
        decided_by,
    }
}

/// The words of the tag; a page that is not listed needs none of the directives about how it would be.
fn content(noindex: bool, nofollow: bool, directives: &[String]) -> Option<String> {
    let mut words = Vec::new();
    words.extend(noindex.then_some("noindex"));
    words.extend(nofollow.then_some("nofollow"));
    if !noindex {
        words.extend(directives.iter().map(String::as_str));
    }
    (!words.is_empty()).then(|| words.join(", "))
}
