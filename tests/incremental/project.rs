//! A small project of two sites on disk, and edits of everything in it that an item may be made of.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use crate::tree::Tree;

/// How many kinds of edits there are.
pub const KINDS: u8 = 31;

/// One edit: what is done, to which of the things, with which value.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    pub kind: u8,
    pub which: u8,
    pub value: u8,
}

impl Edit {
    /// How much later it is then.
    pub fn hours(self) -> i64 {
        i64::from(self.value % 3) * 20
    }
}

/// Any edit.
pub fn edit() -> impl Strategy<Value = Edit> {
    (0..KINDS, 0..12_u8, 0..6_u8).prop_map(|(kind, which, value)| Edit { kind, which, value })
}

/// An entry as its file will have it.
#[derive(Clone, Default)]
struct Entry {
    collection: &'static str,
    site: &'static str,
    date: Option<u8>,
    slug: String,
    origin: Option<String>,
    title: String,
    published: bool,
    blueprint: Option<&'static str>,
    related: Vec<String>,
    topics: Vec<String>,
    picture: Option<u8>,
    lead: Option<String>,
    redirect: Option<String>,
    text: String,
    linked: String,
    order: Option<u8>,
}

/// The project and what is known of its files.
pub struct Project {
    tree: Tree,
    files: BTreeMap<String, String>,
    entries: BTreeMap<String, Entry>,
    clock: u64,
}

const SITES: [&str; 2] = ["en", "de"];
const COLLECTIONS: [&str; 3] = ["pages", "posts", "notes"];
const TOPICS: [&str; 4] = ["reeds", "boats", "deep water", "birds"];

impl Project {
    /// As it is before any edit.
    pub fn new() -> Self {
        let mut project = Self {
            tree: Tree::new([]),
            files: BTreeMap::new(),
            entries: BTreeMap::new(),
            clock: 0,
        };
        for (path, text) in FILES {
            project.write(path, text);
        }
        for n in 0..3 {
            project.put("pages", "en", n);
            project.put("posts", "en", n);
            project.put("notes", "en", n);
            project.put("posts", "de", n);
        }
        for site in SITES {
            project.plant(site, 0);
        }
        project.flush();
        project
    }

    /// Where it lies.
    pub fn root(&self) -> &Path {
        self.tree.root()
    }

    /// Writes one file, a second later than the one before.
    pub fn write(&mut self, path: &str, text: &str) {
        if self.files.get(path).map(String::as_str) != Some(text) {
            self.files.insert(path.to_owned(), text.to_owned());
            self.tree.write(path, text.as_bytes());
            self.age(path);
        }
    }

    /// Another text in an entry.
    pub fn write_text(&mut self, id: &str, text: &str) {
        text.clone_into(&mut self.entries.get_mut(id).unwrap().text);
        self.flush();
    }

    /// Another time of an entry's file, which says its own time of change.
    pub fn touch(&mut self, id: &str) {
        let path = path(id, &self.entries[id]);
        self.age(&path);
    }

    /// Does it, and says in words what was done.
    pub fn apply(&mut self, edit: Edit) -> String {
        let Edit { kind, which, value } = edit;
        let id = self
            .entries
            .keys()
            .nth(usize::from(which) % self.entries.len().max(1))
            .cloned();
        let site = SITES[usize::from(value) % 2];
        let other = self
            .entries
            .keys()
            .nth(usize::from(value) * 2 % self.entries.len().max(1))
            .cloned();
        let done = match (kind, id) {
            (0..=14, Some(id)) => self.edit_entry(kind, &id, value, other),
            (15, _) => {
                let collection = COLLECTIONS[usize::from(which) % 3];
                self.put(collection, site, 3 + value);
                format!("a new entry {collection} {site} {value}")
            }
            (16, _) => {
                self.plant(site, which);
                format!("another tree of pages in {site}")
            }
            (17, _) => self.rewrite("resources/blueprints/collections/posts/post.yaml", which, &[
                POST,
                "title: Post\nfields:\n  - {handle: title, field: {type: text}}\n  - {handle: related, field: {type: entries, max_items: 1}}\n  - {handle: text, field: {type: bard}}\n",
                "title: Story\nfields:\n  - {import: common}\n  - {handle: picture, field: {type: assets, container: files}}\n",
            ]),
            (18, _) => self.rewrite("resources/fieldsets/common.yaml", which, &[
                COMMON,
                "fields:\n  - {handle: lead, field: {type: link}}\n  - {handle: mood, field: {type: toggle}}\n",
            ]),
            (19, _) => self.rewrite("content/globals/seo.yaml", which, &[
                SEO,
                "title: SEO\ndata: {site_name: Another lake, hreflang_auto: true, breadcrumbs: true}\n",
                "title: SEO\ndata: {site_name: Lake, title_separator: '-'}\n",
            ]),
            (20, _) => self.rewrite("content/globals/footer.yaml", which, &[
                "title: Footer\ndata: {line: Water}\n",
                "title: Footer\ndata: {line: More water}\n",
            ]),
            (21, _) => self.rewrite("content/taxonomies/topics/reeds.yaml", which, &[
                "title: Reeds\n",
                "title: Reeds and rushes\n",
                "title: Reeds\nlocalizations: {de: {title: Schilf, slug: schilf}}\n",
            ]),
            (22, _) => {
                self.remove("content/taxonomies/topics/reeds.yaml");
                "no file of reeds".into()
            }
            (23, _) => {
                let path = format!("public/files/p{}.png", which % 4);
                if self.files.contains_key(&path) { self.remove(&path) } else { self.write(&path, "no image") }
                format!("{path} came or went")
            }
            (24, _) => {
                let path = format!("public/files/.meta/p{}.png.yaml", which % 4);
                let shows = other.unwrap_or_default();
                let text = format!("data: {{alt: 'A picture {value}', credit: 'Nr. {value}', shows: '{shows}'}}\nsize: {value}\nlast_modified: 1700000000\n");
                self.write(&path, &text);
                format!("{path} says {value}")
            }
            (25, _) => self.rewrite("content/collections/posts.yaml", which, &[
                POSTS,
                &POSTS.replace("/{slug}'", "/{year}/{slug}'"),
                &POSTS.replace("mount: en-pages-1", "mount: en-pages-2"),
                &POSTS.replace("[topics]", "[]"),
                &POSTS.replace("title: Posts", "title: Stories"),
                &POSTS.replace("future: private", "future: public"),
            ]),
            (26, _) => self.rewrite("content/collections/notes.yaml", which, &[
                NOTES,
                &NOTES.replace("sort_by: order", "sort_by: title"),
                &NOTES.replace("{lead_word}", "{slug}"),
                &NOTES.replace("inject: {mood: calm}", "inject: {mood: rough, text: injected}"),
            ]),
            (27, _) => self.rewrite("content/trees/navigation/en/main.yaml", which, &[
                "tree:\n  - {id: a, entry: en-pages-0}\n  - {id: b, title: Away, url: 'https://away.test'}\n",
                "tree:\n  - {id: a, entry: en-posts-1, children: [{id: c, entry: en-notes-1}]}\n",
            ]),
            (28, _) => self.rewrite("users/ann@lake.test.yaml", which, &[
                "id: ann\nname: Ann\n",
                "id: ann\nname: Anna\n",
            ]),
            (29, _) => self.rewrite("resources/sites.yaml", which, &[
                SITES_FILE,
                &SITES_FILE.replace("name: Deutsch", "name: German"),
            ]),
            (30, _) => self.rewrite("resources/blueprints/assets/files.yaml", which, &[
                FILE,
                &FILE.replace("type: entries", "type: text"),
                &FILE.replace("credit", "source"),
            ]),
            _ => "nothing".into(),
        };
        self.flush();
        done
    }

    fn edit_entry(&mut self, kind: u8, id: &str, value: u8, other: Option<String>) -> String {
        let other = other.unwrap_or_default();
        if kind == 14 {
            let entry = self.entries.remove(id).unwrap();
            self.remove(&path(id, &entry));
            return format!("{id} deleted");
        }
        let entry = self.entries.get_mut(id).unwrap();
        let before = path(id, entry);
        let done = match kind {
            0 => {
                entry.title = format!("Title {value}");
                "title"
            }
            1 => {
                entry.slug = format!("slug-{value}");
                "slug"
            }
            2 => {
                entry.published = !entry.published;
                "published"
            }
            3 => {
                entry.related = vec![other, "nobody".into()];
                "related"
            }
            4 => {
                entry.topics = vec![TOPICS[usize::from(value) % 4].into()];
                "topics"
            }
            5 => {
                entry.picture = Some(value);
                "picture"
            }
            6 => {
                entry.lead = Some(if value == 0 {
                    "@child".into()
                } else {
                    format!("entry::{other}")
                });
                "lead"
            }
            7 => {
                entry.redirect = (value > 0).then(|| format!("entry::{other}"));
                "redirect"
            }
            8 => {
                entry.text = format!("Words {value}");
                "text"
            }
            9 => {
                entry.linked = other;
                "link in the text"
            }
            10 => {
                entry.date = Some(value);
                "date"
            }
            11 => {
                entry.collection = COLLECTIONS[usize::from(value) % 3];
                "collection"
            }
            12 => {
                entry.origin = (value > 0).then_some(other);
                "origin"
            }
            _ => {
                entry.order = Some(value);
                entry.blueprint = (value > 2).then_some("other");
                "order and blueprint"
            }
        };
        let after = path(id, entry);
        if before != after {
            self.remove(&before);
        }
        format!("{id}: another {done} ({value})")
    }

    fn put(&mut self, collection: &'static str, site: &'static str, n: u8) {
        let id = format!("{site}-{collection}-{n}");
        let entry = Entry {
            collection,
            site,
            date: (collection == "posts").then_some(n),
            slug: format!("{collection}-{n}"),
            origin: (site == "de").then(|| format!("en-{collection}-{n}")),
            title: format!("{collection} {n}"),
            published: n != 2,
            related: vec![format!("en-posts-{}", (n + 1) % 3)],
            topics: vec![TOPICS[usize::from(n) % 3].to_owned()],
            picture: Some(n % 2),
            text: "Still water.".into(),
            linked: format!("en-pages-{}", (n + 1) % 3),
            ..Entry::default()
        };
        self.entries.insert(id, entry);
    }

    /// A tree of the pages: with each turn another one is first, and more of them lie below others.
    fn plant(&mut self, site: &str, turn: u8) {
        let mut pages: Vec<String> = (0..3).map(|n| format!("{site}-pages-{n}")).collect();
        pages.rotate_left(usize::from(turn) % 3);
        let text = if turn.is_multiple_of(2) {
            format!(
                "tree:\n  - {{entry: {}}}\n  - {{entry: {}, children: [{{entry: {}}}]}}\n",
                pages[0], pages[1], pages[2]
            )
        } else {
            format!(
                "tree:\n  - {{entry: {}}}\n  - {{entry: {}}}\n",
                pages[0], pages[2]
            )
        };
        self.write(
            &format!("content/trees/collections/{site}/pages.yaml"),
            &text,
        );
    }

    fn rewrite(&mut self, path: &str, which: u8, texts: &[&str]) -> String {
        let choice = usize::from(which) % texts.len();
        self.write(path, texts[choice]);
        format!("{path} in its form {choice}")
    }

    fn remove(&mut self, path: &str) {
        if self.files.remove(path).is_some() {
            fs::remove_file(self.tree.root().join(path)).unwrap();
        }
    }

    fn flush(&mut self) {
        let files: Vec<(String, String)> = self
            .entries
            .iter()
            .map(|(id, entry)| (path(id, entry), text(id, entry)))
            .collect();
        for (path, text) in files {
            self.write(&path, &text);
        }
    }

    /// Files that were just written tell nothing by their time; these were written long ago.
    fn age(&mut self, path: &str) {
        self.clock += 1;
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000 + self.clock);
        let file = fs::File::options()
            .write(true)
            .open(self.tree.root().join(path))
            .unwrap();
        file.set_modified(time).unwrap();
    }
}

fn path(id: &str, entry: &Entry) -> String {
    let date = entry
        .date
        .map(|day| format!("2026-03-{:02}.", day + 1))
        .unwrap_or_default();
    // Two entries may want one file: the id keeps them apart.
    format!(
        "content/collections/{}/{}/{date}{}-{id}.md",
        entry.collection, entry.site, entry.slug
    )
}

fn text(id: &str, entry: &Entry) -> String {
    let mut text = format!("---\nid: {id}\ntitle: '{}'\n", entry.title);
    let mut line = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(text, "{key}: {value}");
        }
    };
    line("published", (!entry.published).then(|| "false".into()));
    line("origin", entry.origin.clone());
    line("blueprint", entry.blueprint.map(str::to_owned));
    line("related", Some(format!("{:?}", entry.related)));
    line("topics", Some(format!("{:?}", entry.topics)));
    line("picture", entry.picture.map(|n| format!("p{n}.png")));
    line("lead", entry.lead.as_ref().map(|lead| format!("'{lead}'")));
    line(
        "redirect",
        entry.redirect.as_ref().map(|to| format!("'{to}'")),
    );
    line("order", entry.order.map(|order| order.to_string()));
    line("lead_word", Some(format!("'word {}'", entry.title)));
    line("author", Some("ann".into()));
    line("places", Some("[posts]".into()));
    line("updated_at", Some("1700000000".into()));
    let mark = format!(
        "{{type: link, attrs: {{href: 'statamic://entry::{}'}}}}",
        entry.linked
    );
    let _ = write!(
        text,
        "text:\n  - {{type: paragraph, content: [{{type: text, text: '{}', marks: [{mark}]}}]}}\n---\n",
        entry.text
    );
    text
}

const SITES_FILE: &str =
    "en: {name: English, url: /, locale: en_US}\nde: {name: Deutsch, url: /de/, locale: de_DE}\n";
const POSTS: &str = "title: Posts\nsites: [en, de]\nroute: '{mount}/{slug}'\nmount: en-pages-1\ndate: true\ndate_behavior: {past: public, future: private}\ntaxonomies: [topics]\n";
const NOTES: &str = "title: Notes\nsites: [en, de]\nroute: '/n/{lead_word}'\nsort_by: order\ninject: {mood: calm}\ntaxonomies: [topics]\n";
const POST: &str = "title: Post\nfields:\n  - {handle: title, field: {type: text}}\n  - {import: common}\n  - {handle: related, field: {type: entries}}\n  - {handle: topics, field: {type: terms, taxonomies: [topics]}}\n  - {handle: picture, field: {type: assets, container: files, max_files: 1}}\n  - {handle: author, field: {type: users, max_items: 1}}\n  - {handle: places, field: {type: collections}}\n  - {handle: text, field: {type: bard}}\n";
const COMMON: &str = "fields:\n  - {handle: lead, field: {type: link}}\n";
const FILE: &str = "title: File\nfields:\n  - {handle: alt, field: {type: text}}\n  - {handle: credit, field: {type: text}}\n  - {handle: shows, field: {type: entries, max_items: 1}}\n";
const SEO: &str = "title: SEO\ndata: {site_name: Lake, hreflang_auto: true, breadcrumbs: true}\n";

const FILES: [(&str, &str); 23] = [
    ("resources/sites.yaml", SITES_FILE),
    (
        "content/collections/pages.yaml",
        "title: Pages\nsites: [en, de]\nroute: '{parent_uri}/{slug}'\nstructure: {root: true}\n",
    ),
    ("content/collections/posts.yaml", POSTS),
    ("content/collections/notes.yaml", NOTES),
    (
        "content/taxonomies/topics.yaml",
        "title: Topics\nsites: [en, de]\n",
    ),
    ("content/taxonomies/topics/reeds.yaml", "title: Reeds\n"),
    ("content/taxonomies/topics/storks.yaml", "title: Storks\n"),
    ("content/globals/seo.yaml", SEO),
    (
        "content/globals/footer.yaml",
        "title: Footer\ndata: {line: Water}\n",
    ),
    ("content/globals/en/footer.yaml", "line: English water\n"),
    (
        "content/navigation/main.yaml",
        "title: Main\ncollections: [pages]\n",
    ),
    (
        "content/trees/navigation/en/main.yaml",
        "tree:\n  - {id: a, entry: en-pages-0}\n  - {id: b, entry: en-posts-0}\n",
    ),
    ("content/assets/files.yaml", "title: Files\ndisk: files\n"),
    ("public/files/p0.png", "no image"),
    ("public/files/p1.png", "no image"),
    (
        "public/files/.meta/p0.png.yaml",
        "data: {alt: Nought, credit: Nobody, shows: en-posts-2}\nlast_modified: 1700000000\n",
    ),
    ("resources/blueprints/assets/files.yaml", FILE),
    ("users/ann@lake.test.yaml", "id: ann\nname: Ann\n"),
    ("resources/blueprints/collections/posts/post.yaml", POST),
    ("resources/blueprints/collections/pages/page.yaml", POST),
    ("resources/blueprints/collections/notes/note.yaml", POST),
    (
        "resources/blueprints/collections/notes/other.yaml",
        "title: Other\nfields:\n  - {handle: text, field: {type: bard}}\n",
    ),
    ("resources/fieldsets/common.yaml", COMMON),
];
