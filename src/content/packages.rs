//! Which composer packages the project has (`composer.lock`, else `composer.json`).

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::Settings;
use super::problem::Problem;
use super::project::Project;

/// Package name → version as the lock file has it (`v6.1.0`), `None` where only `composer.json` names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packages(pub BTreeMap<String, Option<String>>);

impl Packages {
    /// Reads the packages of a project; none where it has neither file.
    #[must_use]
    pub fn read(project: &Project) -> Self {
        let locked = json(project, "composer.lock").map(|lock| locked(&lock));
        let named = || json(project, "composer.json").map(|manifest| named(&manifest));
        Self(locked.or_else(named).unwrap_or_default())
    }

    /// The packages of the project at `root`, and nothing else of it.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        let settings = Settings::default();
        let project = Project::open(root, &settings);
        project
            .map(|project| Self::read(&project))
            .unwrap_or_default()
    }

    /// The major version of Statamic, where the lock file tells it.
    #[must_use]
    pub fn statamic_major(&self) -> Option<u32> {
        let version = self.version("statamic/cms")?.trim_start_matches('v');
        version.split('.').next()?.parse().ok()
    }

    /// Whether the project has a package.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The version of a package, where the lock file tells it.
    #[must_use]
    pub fn version(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_deref()
    }
}

fn json(project: &Project, path: &str) -> Option<Value> {
    let bytes = project.bytes(&project.find(path)?)?;
    let report = |error: serde_json::Error| {
        let problem = Problem::warning(
            "json_invalid",
            path,
            format!("the file is not valid JSON: {error}"),
        );
        project.report(problem.at(error.line() as u64, error.column() as u64));
    };
    serde_json::from_slice(&bytes).map_err(report).ok()
}

fn locked(lock: &Value) -> BTreeMap<String, Option<String>> {
    let lists = ["packages", "packages-dev"]
        .into_iter()
        .filter_map(|key| lock.get(key)?.as_array());
    let package = |package: &Value| {
        let version = package
            .get("version")
            .and_then(Value::as_str)
            .map(str::to_owned);
        Some((package.get("name")?.as_str()?.to_owned(), version))
    };
    lists.flatten().filter_map(package).collect()
}

fn named(manifest: &Value) -> BTreeMap<String, Option<String>> {
    let maps = ["require", "require-dev"]
        .into_iter()
        .filter_map(|key| manifest.get(key)?.as_object());
    maps.flat_map(|map| map.keys())
        .map(|name| (name.clone(), None))
        .collect()
}
