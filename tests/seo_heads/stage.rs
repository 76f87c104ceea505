//! Copies of the oracle's trees as they stood when the addon rendered them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use rhapsode::bard::Profile;
use rhapsode::seo::settings::Settings;
use rhapsode::store::Item;
use rhapsode::{content, import, site};

pub const IMAGES: [&str; 5] = [
    "social_images/present.png",
    "social_images/site.jpg",
    "social_images/vector.svg",
    "social_images/sub dir/ü #1.jpg",
    "images/logo.png",
];

pub fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("RHAPSODE_SHARED").map(PathBuf::from);
    let shared = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let is_there = shared.join("oracle/seo/heads").is_dir();
    if !is_there {
        println!("skipped: {} has no oracle/seo/heads", shared.display());
    }
    is_there.then_some(shared)
}

pub fn tree(shared: &Path, name: &str) -> PathBuf {
    match name {
        "seo-matrix" => shared.join("golden/synthetic/seo-matrix"),
        "seed" | "seed-bare" => shared.join("golden/synthetic/seed-heads"),
        site => shared.join("golden/sites").join(site),
    }
}

/// A copy of a tree with a profile's globals, the images that were there, and the file times of the run.
pub fn staged(shared: &Path, name: &str, profile: &str) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let stage =
        std::env::temp_dir().join(format!("rhapsode-heads-{}-{number}", std::process::id()));
    let from = tree(shared, name);
    copy(&from.join("in"), &stage);
    if profile != "base" {
        fs::remove_dir_all(stage.join("content/globals")).unwrap();
        copy(
            &from.join("profiles").join(profile).join("globals"),
            &stage.join("content/globals"),
        );
    }
    if name == "seed-bare" {
        bare(&stage);
    }
    if name == "seo-matrix" {
        for image in IMAGES {
            let path = stage.join("public").join(image);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"").unwrap();
        }
    }
    stage
}

/// The seed without any globals.
pub fn bare(stage: &Path) {
    fs::remove_dir_all(stage.join("content/globals")).unwrap();
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::write(&target, fs::read(entry.path()).unwrap()).unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_hours(490_896);
            fs::File::options()
                .append(true)
                .open(&target)
                .unwrap()
                .set_modified(time)
                .unwrap();
        }
    }
}

pub fn link(stage: &Path, environment: &str) -> site::Site {
    let (read, linked) = reading(environment);
    site::Site::link(content::read(stage, &read).unwrap(), linked)
}

/// What the store is given of a tree.
pub fn items(stage: &Path, now: Timestamp) -> Vec<Item> {
    let (content, site) = reading("production");
    let settings = import::Settings {
        content,
        site,
        seo: Settings::default(),
        shows_users: false,
    };
    let outcome = import::run(stage, &settings, now, &|_, _| ());
    outcome.unwrap().items
}

fn reading(environment: &str) -> (content::Settings, site::Settings) {
    let base_url = Some("http://site.test".to_owned());
    let app_name = Some("Statamic".to_owned());
    let read = content::Settings {
        base_url: base_url.clone(),
        app_name: app_name.clone(),
        app_locale: "en".into(),
        ..content::Settings::default()
    };
    let linked = site::Settings {
        api_url: base_url.clone(),
        base_url,
        profile: Some(Profile::V5),
        timezone: jiff::tz::TimeZone::UTC,
        app_name,
        environment: environment.to_owned(),
    };
    (read, linked)
}
