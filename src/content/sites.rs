//! `resources/sites.yaml`: the sites of the project (spec/statamic.md §1.11).
//!
//! In: the project's folder. Out: its sites, Antlers resolved, and whether entries lie in a folder per site.

use serde_json::Value;

use super::problem::Problem;
use super::project::Project;
use super::{Data, Settings, text};

const PATH: &str = "resources/sites.yaml";
/// Folders that hold one folder per site in a multi-site project.
const FOLDERS_OF_SITES: [&str; 3] = [
    "content/trees/collections",
    "content/trees/navigation",
    "content/globals",
];

/// One site, its Antlers resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// The key in the file.
    pub handle: String,
    /// The handle where the file says nothing.
    pub name: String,
    /// `/`, `/de/` or absolute, as the file has it.
    pub url: String,
    /// `de_DE`, `de_DE.utf8`: as the file has it.
    pub locale: String,
    /// `lang`, or the locale up to `_` or `-`.
    pub lang: String,
    /// Whatever else the project says of it.
    pub attributes: Data,
}

/// The sites and how they are laid out on disk.
#[derive(Clone, Debug)]
pub struct Sites {
    /// The first is the default. Never empty.
    pub all: Vec<Site>,
    /// Whether entries lie in a folder per site.
    pub multisite: bool,
}

impl Sites {
    /// Reads the sites of a project.
    #[must_use]
    pub fn read(project: &Project) -> Self {
        let mut all = read_file(project);
        if all.is_empty() {
            all.push(assumed(project.settings));
        }
        let multisite = project
            .settings
            .multisite
            .unwrap_or_else(|| guess_multisite(project, &all));
        Self { all, multisite }
    }

    /// Handle of the default site.
    #[must_use]
    pub fn default_handle(&self) -> &str {
        &self.all[0].handle
    }

    /// Whether there is a site of that handle.
    #[must_use]
    pub fn has(&self, handle: &str) -> bool {
        self.all.iter().any(|site| site.handle == handle)
    }

    /// The sites that a `sites:` list leaves: those that exist, the default where none does or the project has one site.
    #[must_use]
    pub fn chosen(&self, project: &Project, path: &str, listed: Option<&Value>) -> Vec<String> {
        let mut chosen = Vec::new();
        for handle in listed
            .filter(|_| self.multisite)
            .map(text::list)
            .unwrap_or_default()
        {
            if self.has(&handle) {
                chosen.push(handle);
            } else {
                let message = format!("the site {handle} is not in {PATH}; it was left out");
                project.report(Problem::warning("site_unknown", path, message));
            }
        }
        if chosen.is_empty() {
            chosen.push(self.default_handle().to_owned());
        }
        chosen
    }
}

fn read_file(project: &Project) -> Vec<Site> {
    let Some(file) = project.find(PATH) else {
        let message = "there is no such file; one site named default at / is assumed";
        project.report(Problem::info("sites_missing", PATH, message));
        return Vec::new();
    };
    let sites = project.data(&file).unwrap_or_default();
    sites
        .iter()
        .filter_map(|(handle, config)| site(project, handle, config))
        .collect()
}

fn site(project: &Project, handle: &str, config: &Value) -> Option<Site> {
    let Value::Object(config) = config else {
        let message =
            format!("the site {handle} has no settings; name, url and locale were expected");
        project.report(Problem::error("site_invalid", PATH, message));
        return None;
    };
    let value = |key: &str| {
        config
            .get(key)
            .and_then(text::scalar)
            .map(|value| resolve(project, handle, &value))
    };
    let locale = value("locale").unwrap_or_else(|| project.settings.app_locale.clone());
    Some(Site {
        handle: handle.to_owned(),
        name: value("name").unwrap_or_else(|| handle.to_owned()),
        url: value("url").unwrap_or_else(|| "/".into()),
        lang: value("lang").unwrap_or_else(|| language(&locale)),
        locale,
        attributes: config.get("attributes").map(text::data).unwrap_or_default(),
    })
}

fn assumed(settings: &Settings) -> Site {
    Site {
        handle: "default".into(),
        name: settings
            .app_name
            .clone()
            .unwrap_or_else(|| "Statamic".into()),
        url: "/".into(),
        lang: language(&settings.app_locale),
        locale: settings.app_locale.clone(),
        attributes: Data::new(),
    }
}

fn language(locale: &str) -> String {
    locale
        .split(['_', '-'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn guess_multisite(project: &Project, sites: &[Site]) -> bool {
    if sites.len() < 2 {
        return false;
    }
    let collections = project.folders("content/collections").into_iter();
    let collections = collections.map(|handle| format!("content/collections/{handle}"));
    let mut folders = FOLDERS_OF_SITES
        .into_iter()
        .map(str::to_owned)
        .chain(collections);
    let guess = folders.any(|folder| {
        sites
            .iter()
            .any(|site| project.has(&format!("{folder}/{}", site.handle)))
    });
    let found = if guess {
        "there are folders named after them"
    } else {
        "no folder is named after one"
    };
    let message = format!(
        "multisite = {guess} is a guess: there are {} sites and {found}",
        sites.len()
    );
    project.report(Problem::info("multisite_guessed", PATH, message));
    guess
}

/// The few Antlers that `sites.yaml` is used with; anything else becomes nothing and is reported.
fn resolve(project: &Project, handle: &str, value: &str) -> String {
    let mut resolved = String::new();
    let mut rest = value;
    while let Some((before, tag, after)) = split_tag(rest) {
        resolved.push_str(before);
        if let Some(text) = variable(project.settings, tag) {
            push_joined(&mut resolved, &text, after);
        } else {
            let message =
                format!("{{{{ {tag} }}}} in the site {handle} is not known; it was left out");
            project.report(Problem::warning("antlers_unknown", PATH, message));
        }
        rest = after;
    }
    resolved.push_str(rest);
    resolved
}

fn split_tag(text: &str) -> Option<(&str, &str, &str)> {
    let (before, tag) = text.split_once("{{")?;
    let (tag, after) = tag.split_once("}}")?;
    Some((before, tag.trim(), after))
}

fn variable(settings: &Settings, tag: &str) -> Option<String> {
    let name = tag
        .split_once('|')
        .map_or(tag, |(name, _)| name)
        .trim()
        .replace([':', '.'], "_")
        .to_ascii_lowercase();
    match name.as_str() {
        "config_app_url" | "env_app_url" => {
            Some(settings.base_url.clone().unwrap_or_else(|| "/".into()))
        }
        "config_app_name" | "env_app_name" => Some(
            settings
                .app_name
                .clone()
                .unwrap_or_else(|| "Statamic".into()),
        ),
        "config_app_locale" | "env_app_locale" => Some(settings.app_locale.clone()),
        _ => None,
    }
}

/// `{{ config:app:url }}de/` means a folder whether or not the URL ends in a slash.
fn push_joined(resolved: &mut String, text: &str, after: &str) {
    let is_url = text.starts_with('/') || text.contains("://");
    if !is_url || after.is_empty() {
        resolved.push_str(text);
    } else {
        resolved.push_str(text.trim_end_matches('/'));
        resolved.push_str(if after.starts_with('/') { "" } else { "/" });
    }
}
