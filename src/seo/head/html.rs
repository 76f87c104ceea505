//! Tags as HTML: the one place where SEO text meets markup and is escaped for it.

use serde_json::Value;

use super::Tag;

/// The elements, one per line, no newline at the end.
#[must_use]
pub fn write(title: Option<&str>, tags: &[Tag], scripts: &[String]) -> String {
    let title = title.map(|title| format!("<title>{}</title>", text(title)));
    let tags = tags.iter().map(element);
    let scripts = scripts
        .iter()
        .map(|json| format!("<script type=\"application/ld+json\">{json}</script>"));
    title
        .into_iter()
        .chain(tags)
        .chain(scripts)
        .collect::<Vec<_>>()
        .join("\n")
}

/// JSON that cannot end the script element it stands in, nor be taken for markup.
#[must_use]
pub fn script_json(json: &Value) -> String {
    let mut safe = String::new();
    for letter in json.to_string().chars() {
        match letter {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            _ => safe.push(letter),
        }
    }
    safe
}

fn element(tag: &Tag) -> String {
    match tag {
        Tag::Name(name, content) => {
            format!("<meta name=\"{name}\" content=\"{}\">", attribute(content))
        }
        Tag::Property(name, content) => format!(
            "<meta property=\"{name}\" content=\"{}\">",
            attribute(content)
        ),
        Tag::Canonical(href) => format!("<link rel=\"canonical\" href=\"{}\">", attribute(href)),
        Tag::Alternate { hreflang, href } => {
            format!(
                "<link rel=\"alternate\" hreflang=\"{}\" href=\"{}\">",
                attribute(hreflang),
                attribute(href)
            )
        }
    }
}

fn text(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn attribute(value: &str) -> String {
    text(value).replace('"', "&quot;")
}
