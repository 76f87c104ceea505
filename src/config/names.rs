//! The settings that an environment variable or a flag can give, and how their texts are read.

use toml::Value;

/// How the text of a variable or flag is read.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// As it is.
    Text,
    /// `true` or `false`.
    Switch,
    /// A whole number.
    Number,
    /// Words between commas.
    List,
}

/// The settings that a variable or a flag can give.
pub const NAMES: [(&str, Kind); 42] = [
    ("root", Kind::Text),
    ("database", Kind::Text),
    ("listen", Kind::Text),
    ("base_url", Kind::Text),
    ("api_url", Kind::Text),
    ("environment", Kind::Text),
    ("timezone", Kind::Text),
    ("app_name", Kind::Text),
    ("app_locale", Kind::Text),
    ("multisite", Kind::Switch),
    ("max_file_bytes", Kind::Number),
    ("cache_bytes", Kind::Number),
    ("cache_control", Kind::Text),
    ("workers", Kind::Number),
    ("strict", Kind::Switch),
    ("read_only", Kind::Switch),
    ("ready_without_database", Kind::Switch),
    ("no_watch", Kind::Switch),
    ("preview_secret", Kind::Text),
    ("statamic.profile", Kind::Number),
    ("statamic.enabled", Kind::Switch),
    ("statamic.prefix", Kind::Text),
    ("statamic.pagination_size", Kind::Number),
    ("statamic.excluded_keys", Kind::List),
    ("statamic.auth_token", Kind::Text),
    ("statamic.collections", Kind::Switch),
    ("statamic.navs", Kind::Switch),
    ("statamic.taxonomies", Kind::Switch),
    ("statamic.assets", Kind::Switch),
    ("statamic.globals", Kind::Switch),
    ("statamic.forms", Kind::Switch),
    ("statamic.users", Kind::Switch),
    ("statamic.sites", Kind::Switch),
    ("seo.enabled", Kind::Switch),
    ("seo.article_collections", Kind::List),
    ("seo.article_schema", Kind::Switch),
    ("seo.image_template", Kind::Text),
    ("seo.peak_strict", Kind::Switch),
    ("seo.dialect", Kind::Text),
    ("seo.lastmod_from_mtime", Kind::Switch),
    ("seo.feeds", Kind::List),
    ("seo.feed_content", Kind::Text),
];

impl Kind {
    /// The value that a text stands for, or what was expected instead.
    pub(super) fn read(self, text: &str) -> Result<Value, &'static str> {
        match self {
            Self::Text => Ok(Value::String(text.to_owned())),
            Self::Switch => switch(text).map(Value::Boolean).ok_or("true or false"),
            Self::Number => text
                .parse()
                .map(Value::Integer)
                .map_err(|_| "a whole number"),
            Self::List => Ok(Value::Array(
                text.split(',')
                    .map(|word| Value::String(word.trim().to_owned()))
                    .collect(),
            )),
        }
    }
}

fn switch(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}
