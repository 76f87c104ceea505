//! Small projects on disk, as the SEO tests need them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use rhapsode::import::{self, Outcome};
use rhapsode::seo::settings::Settings;
use rhapsode::seo::warning::Code;
use rhapsode::seo::{self, Project, Seo};
use rhapsode::site::view::View;
use rhapsode::{content, site};
use serde_json::{Value, json};

pub const EXPLICIT: &str =
    "index, follow, max-snippet:-1, max-image-preview:large, max-video-preview:-1";
pub const POST: &str = "the-client-server-model";
pub const POST_URL: &str = "https://www.example.com/posts/the-client-server-model";

pub fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("RHAPSODE_SHARED").map(PathBuf::from);
    let shared = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let is_there = shared.join("oracle/seo/vectors.json").is_file();
    if !is_there {
        println!(
            "skipped: {} has no oracle/seo/vectors.json",
            shared.display()
        );
    }
    is_there.then_some(shared)
}

/// A project on disk that goes away with the test.
pub struct Tree {
    pub root: PathBuf,
    base_url: Option<String>,
    environment: String,
    settings: Settings,
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Tree {
    pub fn empty() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "rhapsode-seo-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let root = std::env::temp_dir().join(name);
        fs::create_dir_all(root.join("content")).unwrap();
        Self {
            root,
            base_url: Some("https://www.example.com".into()),
            environment: "production".into(),
            settings: Settings::default(),
        }
    }

    /// A project with the collections `posts` and `pages` and nothing in them.
    pub fn new() -> Self {
        Self::empty()
            .file(
                "content/collections/posts.yaml",
                "title: Posts\nroute: '/posts/{slug}'\n",
            )
            .file(
                "content/collections/pages.yaml",
                "title: Pages\nroute: '/{slug}'\n",
            )
    }

    pub fn file(self, path: &str, text: &str) -> Self {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// An entry of the collection `posts` with the slug `the-client-server-model`.
    pub fn post(self, front_matter: &str) -> Self {
        self.entry("posts", POST, front_matter)
    }

    pub fn entry(self, collection: &str, slug: &str, front_matter: &str) -> Self {
        let id = if front_matter.contains("id:") {
            String::new()
        } else {
            format!("id: {slug}\n")
        };
        self.file(
            &format!("content/collections/{collection}/{slug}.md"),
            &format!("---\n{id}{front_matter}\n---\n"),
        )
    }

    pub fn globals(self, set: &str, values: &Value) -> Self {
        self.file(
            &format!("content/globals/{set}.yaml"),
            &json!({"title": set, "data": values}).to_string(),
        )
    }

    pub fn seo_globals(self, values: &Value) -> Self {
        self.globals("seo", values)
    }

    pub fn environment(mut self, name: &str) -> Self {
        name.clone_into(&mut self.environment);
        self
    }

    pub fn base_url(mut self, url: Option<&str>) -> Self {
        self.base_url = url.map(str::to_owned);
        self
    }

    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// A settings file of an SEO addon.
    pub fn addon_file(self, path: &str, values: &Value) -> Self {
        self.file(path, &values.to_string())
    }

    fn reading(&self) -> (content::Settings, site::Settings) {
        let read = content::Settings {
            base_url: self.base_url.clone(),
            ..content::Settings::default()
        };
        let linked = site::Settings {
            base_url: self.base_url.clone(),
            api_url: None,
            profile: None,
            timezone: jiff::tz::TimeZone::UTC,
            app_name: None,
            environment: self.environment.clone(),
        };
        (read, linked)
    }

    pub fn link(&self) -> site::Site {
        let (read, linked) = self.reading();
        site::Site::link(content::read(&self.root, &read).unwrap(), linked)
    }

    /// Everything that the store is given.
    pub fn import(&self) -> Outcome {
        let (content, site) = self.reading();
        let settings = import::Settings {
            content,
            site,
            seo: self.settings.clone(),
            shows_users: false,
        };
        import::run(&self.root, &settings, now(), &|_, _| ()).unwrap()
    }

    pub fn project(&self, site: &site::Site) -> Project {
        Project::new(site, self.settings.clone(), &site.content.addon_files)
    }

    pub fn seo(&self, id: &str) -> Seo {
        let site = self.link();
        let entry = site
            .entry(id)
            .unwrap_or_else(|| panic!("no entry {id}; {:?}", site.content.problems));
        seo::entry(
            &View::new(&site, now(), &entry.site),
            entry,
            &self.project(&site),
        )
    }

    /// What the one post resolves to.
    pub fn resolved(&self) -> Seo {
        self.seo(POST)
    }
}

pub fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

pub fn post(front_matter: &str) -> Seo {
    Tree::new().post(front_matter).resolved()
}

pub fn codes(seo: &Seo) -> Vec<Code> {
    seo.warnings.iter().map(|warning| warning.code).collect()
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::write(&target, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

/// A tree whose container `social_images` holds one image with its meta file and one without.
pub fn with_images() -> Tree {
    let meta = "data: {alt: Alt, focus: 30-70-1}\nsize: 1\nlast_modified: 1\nwidth: 10\nheight: 20\nmime_type: image/png\n";
    Tree::new()
        .file(
            "content/assets/social_images.yaml",
            "title: S\ndisk: social_images\n",
        )
        .file("public/social_images/a.png", "")
        .file("public/social_images/.meta/a.png.yaml", meta)
        .file("public/social_images/vector.svg", "<svg/>")
        .file("public/social_images/sub dir/ü #1.jpg", "")
}

/// Two sites with one translated post; the German one says `german` in its file.
pub fn translated(german: &str) -> Tree {
    let sites = "default: {name: EN, url: /, locale: en_US}\nde: {name: DE, url: /de/, locale: de_DE.utf8}\n";
    Tree::empty()
        .file("resources/sites.yaml", sites)
        .file(
            "content/collections/posts.yaml",
            "title: Posts\nroute: '/posts/{slug}'\nsites: [default, de]\n",
        )
        .file(
            "content/collections/posts/default/the-client-server-model.md",
            "---\nid: the-client-server-model\ntitle: T\nseo_title: Own\nog_title: OG\n---\n",
        )
        .file(
            "content/collections/posts/de/modell.md",
            &format!("---\nid: modell\norigin: the-client-server-model\n{german}\n---\n"),
        )
        .file("content/globals/seo.yaml", "title: SEO\n")
        .file(
            "content/globals/default/seo.yaml",
            "hreflang_auto: true\nsitemap_collections: [posts]\n",
        )
        .file("content/globals/de/seo.yaml", "origin: default\n")
}
