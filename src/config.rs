//! The settings: defaults, then `rhapsode.toml`, then `RHAPSODE_*`, then flags, each with where it came from.
//!
//! In: a file's text, the environment, flags as text. Out: one [`Config`], checked, and what each room is given of it.
//! Nothing else in the program reads the environment.

pub mod layers;
pub mod names;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::api::statamic;
use crate::api::statamic::settings::{Allowed, Resource};
use crate::bard::Profile;
use crate::content::packages::Packages;
use crate::seo::dialect::Dialect;
use crate::{api, content, import, seo, site};

/// A shorter secret can be found by trying.
const SHORTEST_SECRET: usize = 16;

/// All settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Config {
    /// The Statamic project's folder.
    pub root: PathBuf,
    /// A file, `sqlite:FILE` or `postgres://…`.
    pub database: String,
    /// Address and port.
    pub listen: SocketAddr,
    /// Public origin of the front end.
    pub base_url: Option<String>,
    /// This API's own public origin; `base_url` if not set.
    pub api_url: Option<String>,
    /// `app.env`: `production`, `staging`, `local`.
    pub environment: String,
    /// `app.timezone`: stored dates are in it.
    pub timezone: String,
    /// `app.name`.
    pub app_name: Option<String>,
    /// `app.locale`.
    pub app_locale: String,
    /// Whether entries lie in a folder per site; guessed if not set.
    pub multisite: Option<bool>,
    /// A larger file is a problem, not an entry.
    pub max_file_bytes: u64,
    /// Memory for finished answers.
    pub cache_bytes: usize,
    /// `Cache-Control` of every answer; its lifetimes end where the answer changes.
    pub cache_control: String,
    /// Threads that answer; 0 for one per core.
    pub workers: usize,
    /// An import with errors changes nothing.
    pub strict: bool,
    /// An import trusts no file's time and size, only its hash.
    pub checksum: bool,
    /// Serve the database as it is, without importing.
    pub read_only: bool,
    /// Whether `/readyz` stays 200 while the database cannot be reached: cached answers are given all the same.
    pub ready_without_database: bool,
    /// Do not import again when files change.
    pub no_watch: bool,
    /// What preview tokens are signed with; there is no preview where it is not set.
    pub preview_secret: Option<String>,
    /// Addresses that are told what changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub webhooks: Vec<Webhook>,
    /// What follows Statamic's own configuration.
    pub statamic: Statamic,
    /// What a deployment may choose about SEO.
    pub seo: Seo,
    /// Asset disks that are not at `public/<disk>`.
    pub disks: BTreeMap<String, Disk>,
}

/// What follows Statamic's own configuration (`config/statamic/api.php`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Statamic {
    /// 5 or 6; as `composer.lock` says if not set.
    pub profile: Option<u8>,
    /// Whether `/api` exists.
    pub enabled: bool,
    /// The first part of its paths.
    pub prefix: String,
    /// Items on a page where the request does not say.
    pub pagination_size: i64,
    /// Keys that are left out of every answer.
    pub excluded_keys: Vec<String>,
    /// If set, every request to `/api` needs it as its bearer token.
    pub auth_token: Option<String>,
    /// Entries and trees.
    pub collections: Shown,
    /// Navigations.
    pub navs: Shown,
    /// Taxonomies and their terms.
    pub taxonomies: Shown,
    /// Asset containers.
    pub assets: Shown,
    /// Global sets.
    pub globals: Shown,
    /// Forms' definitions.
    pub forms: Shown,
    /// Users, and with them their e-mail addresses.
    pub users: Shown,
    /// Descriptions of the sites.
    pub sites: Shown,
}

/// What of a resource `/api` shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Shown {
    /// All or nothing.
    Switch(bool),
    /// Those with these handles.
    Only(Vec<String>),
    /// The same, each with the fields that may be filtered by.
    Filtered(BTreeMap<String, Vec<String>>),
}

/// What a deployment may choose about SEO.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Seo {
    /// Whether SEO is resolved at all.
    pub enabled: bool,
    /// Collections whose pages are articles although they are not dated.
    pub article_collections: Vec<String>,
    /// Whether articles get an `Article` node in their JSON-LD.
    pub article_schema: bool,
    /// URL of an image service that crops, with `{path}`, `{fx}` and `{fy}`.
    pub image_template: Option<String>,
    /// Follow Peak's own output where ours is better by choice.
    pub peak_strict: bool,
    /// `peak`, `advanced-seo`, `seo-pro`, `aardvark` or `none`; detected if not set.
    pub dialect: Option<Dialect>,
    /// Whether a file's time stands in for a missing `updated_at`.
    pub lastmod_from_mtime: bool,
    /// Collections that have feeds at `/feeds/{collection}.rss`, `.atom` and `.json`.
    pub feeds: Vec<String>,
    /// The field whose HTML is the content of a feed's items.
    pub feed_content: Option<String>,
}

/// An address that is told what changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Where messages are posted.
    pub url: String,
    /// What they are signed with: `whsec_` and Base64, or any text.
    pub secret: String,
    /// Only of entries of these collections; of everything if not set.
    #[serde(default)]
    pub collections: Vec<String>,
}

/// Where an asset disk lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disk {
    /// Relative to the project's folder, or absolute.
    pub root: PathBuf,
    /// How the public reaches it; a private disk has none.
    pub url: Option<String>,
}

/// Why the settings cannot be used: one line that names the place.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is there and cannot be read.
    #[error("cannot read {path}: {cause}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file is not as it should be.
    #[error("{path}:{line}:{column}: {message}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong and what was expected.
        message: String,
    },
    /// A value is of the wrong kind or makes no sense.
    #[error("{source_name}: {message}")]
    Value {
        /// `RHAPSODE_LISTEN`, `--listen`, `listen in rhapsode.toml`.
        source_name: String,
        /// What is wrong and what was expected.
        message: String,
    },
}

impl Default for Config {
    fn default() -> Self {
        let content = content::Settings::default();
        Self {
            root: ".".into(),
            database: "rhapsode.db".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_url: None,
            api_url: None,
            environment: "production".into(),
            timezone: "UTC".into(),
            app_name: None,
            app_locale: content.app_locale,
            multisite: None,
            max_file_bytes: content.max_file_bytes,
            cache_bytes: 64 << 20,
            cache_control: "public, max-age=60, stale-while-revalidate=600".into(),
            workers: 0,
            strict: false,
            checksum: false,
            read_only: false,
            ready_without_database: false,
            no_watch: false,
            preview_secret: None,
            webhooks: Vec::new(),
            statamic: Statamic::default(),
            seo: Seo::default(),
            disks: BTreeMap::new(),
        }
    }
}

impl Default for Statamic {
    fn default() -> Self {
        let (on, off) = (Shown::Switch(true), Shown::Switch(false));
        let api = statamic::settings::Settings::default();
        Self {
            profile: None,
            enabled: api.enabled,
            prefix: api.prefix,
            pagination_size: api.pagination_size,
            excluded_keys: api.excluded_keys,
            auth_token: api.auth_token,
            collections: on.clone(),
            navs: on.clone(),
            taxonomies: on.clone(),
            assets: on.clone(),
            globals: on.clone(),
            forms: off.clone(),
            users: off,
            sites: on,
        }
    }
}

impl Shown {
    fn resource(&self) -> Resource {
        match self {
            Self::Switch(false) => Resource::Off,
            Self::Switch(true) => Resource::All(Allowed::Every),
            Self::Only(handles) => Resource::Only(
                handles
                    .iter()
                    .map(|handle| (handle.clone(), Allowed::Every))
                    .collect(),
            ),
            Self::Filtered(parts) => {
                let part = |(handle, fields): (&String, &Vec<String>)| {
                    (handle.clone(), Allowed::Only(fields.clone()))
                };
                Resource::Only(parts.iter().map(part).collect())
            }
        }
    }
}

impl Default for Seo {
    fn default() -> Self {
        let seo = seo::settings::Settings::default();
        Self {
            enabled: seo.enabled,
            article_collections: seo.article_collections,
            article_schema: seo.article_schema,
            image_template: seo.image_template,
            peak_strict: seo.peak_strict,
            dialect: seo.dialect,
            lastmod_from_mtime: seo.lastmod_from_mtime,
            feeds: seo.feeds,
            feed_content: seo.feed_content,
        }
    }
}

impl Config {
    /// The first value that makes no sense: its name, and what was expected.
    fn wrong(&self) -> Option<(&'static str, String)> {
        let origin = |url: &Option<String>| {
            url.as_ref()
                .is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://"))
        };
        if origin(&self.base_url) {
            return Some((
                "base_url",
                "an origin begins with http:// or https://".to_owned(),
            ));
        }
        if origin(&self.api_url) {
            return Some((
                "api_url",
                "an origin begins with http:// or https://".to_owned(),
            ));
        }
        if let Some(message) = self.wrong_secret() {
            return Some(("preview_secret", message));
        }
        if let Some(message) = self.wrong_webhook() {
            return Some(("webhooks", message));
        }
        if let Err(error) = TimeZone::get(&self.timezone) {
            return Some((
                "timezone",
                format!("{error}; expected a name such as Europe/Berlin"),
            ));
        }
        let known = self
            .statamic
            .profile
            .is_none_or(|profile| profile == 5 || profile == 6);
        (!known).then(|| ("statamic.profile", "expected 5 or 6".to_owned()))
    }

    fn wrong_secret(&self) -> Option<String> {
        let is_short = |secret: &String| secret.len() < SHORTEST_SECRET;
        self.preview_secret
            .as_ref()
            .filter(|secret| is_short(secret))?;
        Some(format!("a secret has {SHORTEST_SECRET} characters or more"))
    }

    /// Addresses that are none, secrets that are too short to be any, and what stands there twice.
    fn wrong_webhook(&self) -> Option<String> {
        self.webhooks
            .iter()
            .enumerate()
            .find_map(|(index, webhook)| {
                let url = webhook.url.as_str();
                if !url.starts_with("http://") && !url.starts_with("https://") {
                    return Some(format!("{url:?} is no URL with http:// or https://"));
                }
                if webhook.secret.len() < SHORTEST_SECRET {
                    return Some(format!(
                        "the secret of {url:?} has {SHORTEST_SECRET} characters or more"
                    ));
                }
                let before = &self.webhooks[..index];
                before
                    .iter()
                    .any(|earlier| earlier.url == url)
                    .then(|| format!("{url:?} stands there twice"))
            })
    }

    /// Who is told what changes.
    #[must_use]
    pub fn webhooks(&self) -> Vec<api::webhooks::Webhook> {
        let webhook = |of: &Webhook| api::webhooks::Webhook {
            url: of.url.clone(),
            secret: of.secret.clone(),
            collections: of.collections.clone(),
        };
        self.webhooks.iter().map(webhook).collect()
    }

    /// What the importer is given.
    #[must_use]
    pub fn import(&self) -> import::Settings {
        import::Settings {
            content: self.content(),
            site: self.site(),
            seo: self.seo(),
            shows_users: self.statamic.users != Shown::Switch(false),
        }
    }

    /// What the server is given.
    #[must_use]
    pub fn api(&self) -> api::Settings {
        api::Settings {
            cache_bytes: self.cache_bytes,
            cache_control: self.cache_control.clone(),
            workers: self.workers,
            ready_without_database: self.ready_without_database,
        }
    }

    /// What Statamic's own API beside ours is given.
    #[must_use]
    pub fn statamic(&self) -> statamic::settings::Settings {
        let (of, site) = (&self.statamic, self.site());
        statamic::settings::Settings {
            enabled: of.enabled,
            prefix: of.prefix.trim_matches('/').to_owned(),
            profile: self.profile(),
            api_url: site.api_url.or(site.base_url),
            timezone: site.timezone,
            pagination_size: of.pagination_size,
            excluded_keys: of.excluded_keys.clone(),
            auth_token: of.auth_token.clone(),
            collections: of.collections.resource(),
            navs: of.navs.resource(),
            taxonomies: of.taxonomies.resource(),
            assets: of.assets.resource(),
            globals: of.globals.resource(),
            forms: of.forms.resource(),
            users: of.users.resource(),
            sites: of.sites.resource(),
        }
    }

    /// The Statamic that is followed: as set, else as the project's `composer.lock` says, else 6.
    #[must_use]
    pub fn profile(&self) -> Profile {
        let installed = || Packages::at(&self.root).statamic_major();
        Profile::of_major(self.statamic.profile.map(u32::from).or_else(installed))
    }

    /// A text that differs where anything differs that shapes what is compiled: settings, or what the program was built from.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("{} {:?}", env!("RHAPSODE_SOURCE"), self.import())
    }

    fn content(&self) -> content::Settings {
        let disk = |disk: &Disk| content::Disk {
            root: disk.root.clone(),
            url: disk.url.clone(),
        };
        content::Settings {
            multisite: self.multisite,
            disks: self
                .disks
                .iter()
                .map(|(name, of)| (name.clone(), disk(of)))
                .collect(),
            max_file_bytes: self.max_file_bytes,
            app_name: self.app_name.clone(),
            base_url: without_slash(self.base_url.as_deref()),
            app_locale: self.app_locale.clone(),
        }
    }

    fn site(&self) -> site::Settings {
        site::Settings {
            base_url: without_slash(self.base_url.as_deref()),
            api_url: without_slash(self.api_url.as_deref()),
            profile: Some(self.profile()),
            timezone: TimeZone::get(&self.timezone).unwrap_or(TimeZone::UTC),
            app_name: self.app_name.clone(),
            environment: self.environment.clone(),
        }
    }

    fn seo(&self) -> seo::settings::Settings {
        seo::settings::Settings {
            enabled: self.seo.enabled,
            article_collections: self.seo.article_collections.clone(),
            article_schema: self.seo.article_schema,
            image_template: self.seo.image_template.clone(),
            peak_strict: self.seo.peak_strict,
            dialect: self.seo.dialect,
            lastmod_from_mtime: self.seo.lastmod_from_mtime,
            feeds: self.seo.feeds.clone(),
            feed_content: self.seo.feed_content.clone(),
        }
    }
}

fn without_slash(origin: Option<&str>) -> Option<String> {
    origin.map(|origin| origin.trim_end_matches('/').to_owned())
}
