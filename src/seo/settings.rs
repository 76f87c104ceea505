//! What a deployment may choose about SEO; everything else is in the content.

use super::dialect::Dialect;

/// Choices that the content does not hold. Origin, environment and the application's name are the site's settings.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// Whether SEO is resolved at all; without it there are no `seo` objects, sitemaps, redirects and feeds.
    pub enabled: bool,
    /// Collections whose pages are articles although they are not dated.
    pub article_collections: Vec<String>,
    /// Whether articles get an `Article` node in their JSON-LD.
    pub article_schema: bool,
    /// URL of an image service that crops: `https://img.example.com/{path}?w=1200&h=630&fp-x={fx}&fp-y={fy}`.
    pub image_template: Option<String>,
    /// Follow Peak's own output where ours is better by choice (D-7 to D-10, D-13, D-14).
    pub peak_strict: bool,
    /// The SEO addon; `None` detects it.
    pub dialect: Option<Dialect>,
    /// Whether a file's time stands in for a missing `updated_at`; turn it off where files come from a fresh checkout.
    pub lastmod_from_mtime: bool,
    /// Collections that have feeds.
    pub feeds: Vec<String>,
    /// The field whose HTML is the content of a feed's items; without it they have summaries only.
    pub feed_content: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            article_collections: Vec::new(),
            article_schema: false,
            image_template: None,
            peak_strict: false,
            dialect: None,
            lastmod_from_mtime: true,
            feeds: Vec::new(),
            feed_content: None,
        }
    }
}
