//! The small part of Antlers that SEO fields may hold: names of values, nothing that runs (spec/seo.md §2.2).

use super::page::Subject;
use super::text;

/// What a template may name.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The page.
    pub page: &'a Subject<'a>,
    /// The SEO site name.
    pub site_name: Option<&'a str>,
}

/// A template with its tags replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// Tags that are not understood; they are left out of the text.
    pub unsupported: Vec<String>,
}

impl Scope<'_> {
    /// Replaces `{{ name }}` by the value, passed through `escape`.
    #[must_use]
    pub fn render(&self, template: &str, escape: fn(&str) -> String) -> Rendered {
        let mut rendered = Rendered {
            text: String::with_capacity(template.len()),
            unsupported: Vec::new(),
        };
        let mut rest = template;
        while let Some((before, after, tag)) = next_tag(rest) {
            rendered.text.push_str(before);
            match self.value(tag) {
                Some(value) => rendered.text.push_str(&escape(&value)),
                None => rendered.unsupported.push(tag.to_owned()),
            }
            rest = after;
        }
        rendered.text.push_str(rest);
        rendered
    }

    /// The value of a name; empty for a field that is not set, `None` for what is more than a name.
    fn value(&self, name: &str) -> Option<String> {
        match name {
            "title" => Some(self.page.title.clone()),
            "site_name" | "seo:site_name" => Some(self.site_name.unwrap_or_default().to_owned()),
            "collection:title" | "taxonomy:title" => Some(self.page.owner_title.to_owned()),
            "slug" => Some(self.page.slug.to_owned()),
            "site:name" => Some(self.page.site_title.to_owned()),
            _ if !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') =>
            {
                self.page
                    .values
                    .value(name)
                    .map_or(Some(String::new()), text::scalar)
            }
            _ => None,
        }
    }
}

/// The text before the next tag, the text after it, and what stands between its braces.
fn next_tag(template: &str) -> Option<(&str, &str, &str)> {
    let open = template.find("{{")?;
    let close = open + template[open..].find("}}")?;
    Some((
        &template[..open],
        &template[close + 2..],
        template[open + 2..close].trim(),
    ))
}
