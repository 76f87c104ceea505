//! Settings that SEO addons keep in YAML files of their own, by their path in the project (spec/seo.md §4.3).

use serde_json::Value;

use super::Dialect;
use crate::content::Data;
use crate::content::addon_files::AddonFiles;

const ADVANCED: &str = "content/seo/";
const PRO: [&str; 2] = ["content/seo.yaml", "resources/addons/seo-pro.yaml"];
const AARDVARK: &str = "storage/statamic/addons/aardvark-seo/";

/// The addon that left these files.
#[must_use]
pub fn dialect(files: &AddonFiles) -> Option<Dialect> {
    let has = |start: &str| files.keys().any(|path| path.starts_with(start));
    if has(ADVANCED) {
        Some(Dialect::AdvancedSeo)
    } else if PRO.iter().any(|path| files.contains_key(*path)) {
        Some(Dialect::SeoPro)
    } else {
        has(AARDVARK).then_some(Dialect::Aardvark)
    }
}

/// One site's values of a file that may lie in a folder per site, its origins' values filled in.
#[must_use]
pub fn values(files: &AddonFiles, folder: &str, name: &str, site: &str) -> Data {
    let shared = files.get(&format!("{folder}/{name}.yaml"));
    let mut values = Data::new();
    let mut at = Some(site.to_owned());
    let mut visited = Vec::new();
    while let Some(site) = at.filter(|site| !visited.contains(site)) {
        let own = files.get(&format!("{folder}/{site}/{name}.yaml"));
        for (key, value) in own.map(flat).into_iter().flatten() {
            values.entry(key).or_insert_with(|| value.clone());
        }
        at = origin(own, shared, &site);
        visited.push(site);
    }
    if values.is_empty() {
        shared.map(flat).cloned().unwrap_or_default()
    } else {
        values
    }
}

/// The values themselves: under `data` in single-site projects.
fn flat(file: &Data) -> &Data {
    file.get("data").and_then(Value::as_object).unwrap_or(file)
}

/// The site that stands in for what is missing: named in the site's own file, or for all sites in the shared one.
fn origin(own: Option<&Data>, shared: Option<&Data>, site: &str) -> Option<String> {
    let own = own.and_then(|file| file.get("origin"));
    let shared = shared.and_then(|file| file.get("origins")?.get(site));
    own.or(shared)?.as_str().map(str::to_owned)
}
