//! What the API sends, as its description has it.
//!
//! Answers are spliced from stored JSON and never built from these types; a test reads real answers into them, and
//! refuses any member that is missing here.

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::list::{Links, Meta};
use super::search::SearchMeta;
use crate::seo::redirects::Redirect;
use crate::seo::sitemap;

/// One entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Opaque; a UUID in most projects.
    pub id: String,
    /// Its title.
    pub title: Option<String>,
    /// Handle of its collection.
    pub collection: String,
    /// Handle of its blueprint.
    pub blueprint: Option<String>,
    /// Handle of its site.
    pub site: String,
    /// Last part of its route; null where its collection has no slugs.
    pub slug: Option<String>,
    /// Own route, without the site's prefix; null where its collection has no route.
    pub uri: Option<String>,
    /// What a link to it says: path with the site's prefix, or where it redirects to.
    pub url: Option<String>,
    /// Absolute; null without a route or without a known origin of the front end.
    pub permalink: Option<String>,
    /// `published`: the public sees nothing else.
    pub status: String,
    /// Its date.
    pub date: Option<String>,
    /// When it was last changed.
    pub updated_at: Option<String>,
    /// The same entry in other sites.
    pub localizations: Vec<Localization>,
    /// Where its page leads instead: a URL, or a status such as 404; missing where it does not.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub redirect: Option<Value>,
    /// Its fields by their handles. A Bard or Markdown field is an object ([`Body`]), a relation an object or a list of
    /// them. Missing in lists that do not ask for it.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: Option<Map<String, Value>>,
    /// What it says to search engines and social networks. Missing in lists that do not ask for it.
    #[serde(default)]
    #[schema(value_type = crate::seo::Seo)]
    pub seo: Option<Value>,
}

/// An entry's counterpart in a site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Localization {
    /// Handle of the site.
    pub site: String,
    /// The counterpart's id.
    pub id: String,
    /// Path with the site's prefix.
    pub url: Option<String>,
}

/// A Bard or Markdown field; `body=` chooses its parts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Exactly as stored: a list of `ProseMirror` nodes, or Markdown.
    pub raw: Option<Value>,
    /// Rendered; links to entries and assets lead where they are.
    pub html: Option<String>,
    /// Blocks between blank lines, without markup.
    pub text: Option<String>,
    /// The same content as Markdown.
    pub markdown: Option<String>,
    /// Headings with ids that are unique in the body.
    pub headings: Option<Vec<Heading>>,
    /// How many words.
    pub words: Option<u64>,
    /// At 200 words a minute.
    pub reading_minutes: Option<u64>,
    /// Links to entries, terms, assets and elsewhere, with their state.
    pub links: Option<Vec<BodyLink>>,
    /// Images with what is known of them.
    pub images: Option<Vec<BodyImage>>,
    /// Text and sets in order; only where the field has sets.
    pub blocks: Option<Value>,
}

/// A heading of a body.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Unique in the body.
    pub id: String,
    /// Without markup.
    pub text: String,
}

/// A link of a body.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BodyLink {
    /// `entry`, `asset`, `term`, `url`, `mail`, `phone` or `anchor`.
    pub kind: String,
    /// As stored.
    pub href: String,
    /// Of what it leads to, where that is an entry, an asset or a term.
    pub id: Option<String>,
    /// Where it leads; null where that is nowhere.
    pub url: Option<String>,
    /// The linked text.
    pub text: String,
    /// `ok`, `missing`, `no_route`, `external` or `unsafe`; a link to what is hidden is left out.
    pub state: String,
}

/// An image of a body.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BodyImage {
    /// Where it lies; null where it is missing.
    pub src: Option<String>,
    /// Its alternative text.
    pub alt: Option<String>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
}

/// A page of entries.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryList {
    /// Summaries, with what `fields`, `body` and `seo` asked for.
    pub data: Vec<Entry>,
    /// Where the list goes on.
    pub links: Links,
    /// What is to be said of it.
    pub meta: Meta,
}

/// An entry, term, global set or asset that refers to an entry.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Backlink {
    /// `entry`, `term`, `global` or `asset`.
    pub kind: String,
    /// Where it refers to the entry, in order.
    pub references: Vec<ReferencePlace>,
    /// All else, as a list of such things has it.
    #[serde(flatten)]
    pub described: Map<String, Value>,
}

/// Where an item refers to something.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReferencePlace {
    /// `body`: a link or image in a text; `relation`: the value of a relation, asset or link field.
    pub via: String,
    /// Name of the top-level field.
    pub field: String,
    /// The linked text; null for a relation.
    pub text: Option<String>,
}

/// A page of what refers to an entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BacklinkList {
    /// The newest first.
    pub data: Vec<Backlink>,
    /// Where the list goes on.
    pub links: Links,
    /// What is to be said of it.
    pub meta: Meta,
}

/// A reference that leads nowhere.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BrokenLink {
    /// `missing`: there is no such thing; `draft`: the public does not see it now; `no_route`: it has no URL.
    pub state: String,
    /// `entry::ID`, `term::TAXONOMY::SLUG`, `asset::CONTAINER::PATH`.
    pub target: String,
    /// Where it stands.
    #[serde(flatten)]
    pub place: ReferencePlace,
    /// The item that makes it: `kind` (`entry`, `term`, `global`, `asset`), and its summary as a list has it.
    #[schema(value_type = Object)]
    pub source: Map<String, Value>,
}

/// A page of references that lead nowhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrokenLinkList {
    /// Item by item.
    pub data: Vec<BrokenLink>,
    /// Where the list goes on.
    pub links: Links,
    /// What is to be said of it.
    pub meta: Meta,
}

/// A page of matches.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchResult {
    /// The best first.
    pub data: Vec<Match>,
    /// Of all matches that were ranked.
    pub facets: Facets,
    /// Where the list goes on.
    pub links: Links,
    /// What is to be said of it.
    pub meta: SearchMeta,
}

/// An entry or term that was found.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Match {
    /// `entry` or `term`.
    pub kind: String,
    /// Opaque.
    pub id: String,
    /// What was found of it.
    pub highlight: Highlight,
    /// All else, as a list of entries or terms has it.
    #[serde(flatten)]
    pub described: Map<String, Value>,
}

/// HTML that holds no markup but `<mark>` around what was looked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Highlight {
    /// The whole title.
    pub title: String,
    /// The passage that says most of it.
    pub snippet: String,
}

/// How many of the matches have what; the most frequent first.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Facets {
    /// Handles of collections.
    pub collection: Vec<FacetCount>,
    /// Handles of sites.
    pub site: Vec<FacetCount>,
    /// Handles of blueprints.
    pub blueprint: Vec<FacetCount>,
    /// Handles of taxonomies whose terms are among the matches.
    #[serde(default)]
    pub taxonomy: Vec<FacetCount>,
    /// Taxonomy → slugs of the terms that matches have.
    #[schema(value_type = Object)]
    pub terms: Map<String, Value>,
}

/// A value of a facet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacetCount {
    /// The value, as a filter takes it.
    pub value: String,
    /// How many of the matches have it.
    pub count: usize,
}

/// One collection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Collection {
    /// Names it in `filter[collection]`.
    pub handle: String,
    /// Its title.
    pub title: String,
    /// Whether its entries have dates.
    pub dated: bool,
    /// Its own order, as `sort` says it: `order` is that of its tree.
    #[serde(default)]
    pub sort: String,
    /// Its tree, where it has one.
    pub structure: Option<Structure>,
    /// Id of the entry that it is mounted on.
    pub mount: Option<String>,
    /// Site → the route of its entries.
    #[schema(value_type = Object)]
    pub routes: Map<String, Value>,
    /// Handles of the sites that it is in.
    pub sites: Vec<String>,
    /// Handles of the taxonomies that its entries may have terms of.
    pub taxonomies: Vec<String>,
    /// How many of its entries the public sees now.
    pub entries: i64,
}

/// A collection's tree.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Structure {
    /// Levels, where they are limited.
    pub max_depth: Option<u32>,
    /// Whether the first page is the home page.
    pub root: bool,
}

/// All collections.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectionList {
    /// By handle.
    pub data: Vec<Collection>,
    /// A single page.
    pub links: Links,
    /// How many there are.
    pub meta: Meta,
}

/// A site, taxonomy, term, global set, navigation, tree, asset container or asset: its description, and, where it has
/// some, its `fields` and `seo` as an entry has them.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Resource {
    /// What it is called in paths and filters; terms and assets have an `id` instead.
    pub handle: Option<String>,
    /// Opaque; terms and assets have one.
    pub id: Option<String>,
    /// All else that is known of it.
    #[serde(flatten)]
    pub described: Map<String, Value>,
}

/// A page of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceList {
    /// In their own order.
    pub data: Vec<Resource>,
    /// Where the list goes on.
    pub links: Links,
    /// What is to be said of it.
    pub meta: Meta,
}

/// A page of what changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeList {
    /// In no order that means anything.
    pub data: Vec<Change>,
    /// Where the list goes on.
    pub links: Links,
    /// What is to be said of it.
    pub meta: ChangeMeta,
}

/// One thing that is new, different or gone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// `upsert`: it is there, as `object` has it; `delete`: the public does not see it any more.
    pub change: String,
    /// `entry`, `term`, `global`, `asset` and so on.
    pub kind: String,
    /// Opaque; unique with kind, owner and site.
    pub id: String,
    /// Collection, taxonomy, container or navigation; null where the kind has none.
    pub owner: Option<String>,
    /// Handle of its site; null where it is in none.
    pub site: Option<String>,
    /// The surrogate keys that it touches.
    pub keys: Vec<String>,
    /// As its own route gives it, with the parts that were chosen; missing where it is gone.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub object: Option<Map<String, Value>>,
}

/// What is to be said of a page of changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMeta {
    /// How many a page holds at most.
    pub limit: i64,
    /// What to ask with the next time, as `since`; null where there is another page.
    pub token: Option<String>,
}

/// What is at a path of the front end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolved {
    /// `entry`, `term` or `redirect`.
    pub r#type: String,
    /// The path as it should be: with the site's prefix, without slashes at its end.
    pub path: String,
    /// Handle of the site that it is in.
    pub site: String,
    /// The entry or term; missing for a redirect.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub data: Option<Map<String, Value>>,
    /// The status of a redirect.
    #[serde(default)]
    pub status: Option<u16>,
    /// Where a redirect leads: a path or a URL.
    #[serde(default)]
    pub to: Option<String>,
    /// The id of the entry that redirects, where one does.
    #[serde(default)]
    pub id: Option<String>,
    /// The path or pattern of the rule that redirects, where one does.
    #[serde(default)]
    pub from: Option<String>,
    /// Whether that is a pattern.
    #[serde(default)]
    pub pattern: Option<bool>,
}

/// Something that is wrong with a file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileProblem {
    /// `error`: something could not be served; `warning`: something was left out or guessed; `info`: worth a look.
    pub severity: String,
    /// Stable.
    pub code: String,
    /// Relative to the project's folder.
    pub path: String,
    /// From 1, where it is known.
    pub line: Option<u64>,
    /// From 1, where it is known.
    pub column: Option<u64>,
    /// What is wrong and what was expected.
    pub message: String,
    /// Id of the entry it belongs to.
    pub entry: Option<String>,
}

/// A page of problems.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProblemList {
    /// By path and place.
    pub data: Vec<FileProblem>,
    /// Where the list goes on.
    pub links: Links,
    /// What is to be said of it.
    pub meta: Meta,
}

/// Something that an editor should look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Stable.
    pub code: String,
    /// What was found, where the code does not say it all; for a duplicate the shared text.
    pub detail: Option<String>,
    /// `entry` or `term`; `navigation_tree` or `collection_tree` where the tree is what is to be looked at.
    pub kind: String,
    /// Of the entry or term; of a tree its handle.
    pub id: String,
    /// Site handle.
    pub site: String,
    /// Absolute where a public origin is known, else the path.
    pub url: Option<String>,
}

/// A page of findings.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingList {
    /// By code; those about one shared text together.
    pub data: Vec<Finding>,
    /// Where the list goes on.
    pub links: Links,
    /// What is to be said of it.
    pub meta: Meta,
}

/// A page of a sitemap's URLs.
#[derive(Debug, ToSchema)]
pub struct SitemapList {
    /// In the order of the sitemap.
    pub data: Vec<sitemap::Page>,
    /// Where the list goes on.
    pub links: Links,
    /// What is to be said of it.
    pub meta: Meta,
}

/// A page of redirects.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedirectList {
    /// In the order of the settings.
    pub data: Vec<Redirect>,
    /// Where the list goes on.
    pub links: Links,
    /// What is to be said of it.
    pub meta: Meta,
}

/// A list, or with `path` one of it.
#[derive(Debug, ToSchema)]
pub enum RedirectAnswer {
    /// The list.
    #[schema(title = "List")]
    List(RedirectList),
    /// The one.
    #[schema(title = "One")]
    One(Redirect),
}

/// What this server answers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// `rhapsode`
    pub name: String,
    /// Of the program.
    pub version: String,
    /// Path → one sentence.
    #[schema(value_type = Object)]
    pub routes: Map<String, Value>,
}

/// How the server fares.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// `ok`
    pub status: String,
    /// The generation that is served.
    pub generation: Option<i64>,
    /// `lost`, while the database cannot be reached; missing otherwise.
    pub database: Option<String>,
}
