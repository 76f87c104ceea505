//! A small site, and edits of its files and of the clock that a property test can draw at random.

#![allow(dead_code, reason = "each test uses what it needs of it")]

use std::fmt::Write as _;

use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use crate::site::{BEGIN, Site};
use crate::tree::Tree;

/// Entries that may be there or not, by collection.
pub const SLOTS: usize = 4;

/// The collections: of the future nothing is public in the first, of the past nothing in the second; the third is a tree.
pub const COLLECTIONS: [&str; 3] = ["news", "events", "pages"];

/// Terms with a file.
pub const TERMS: [&str; 2] = ["red", "blue"];

/// One step: what is done, to which thing, and how.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    what: u8,
    slot: u8,
    a: u8,
    b: u8,
}

/// Steps at random.
pub fn script(length: usize) -> impl Strategy<Value = Vec<Edit>> {
    let edit = (0_u8..13, 0_u8..12, any::<u8>(), any::<u8>());
    let edit = edit.prop_map(|(what, slot, a, b)| Edit { what, slot, a, b });
    proptest::collection::vec(edit, 1..=length)
}

/// The site before the first step.
pub fn project() -> Tree {
    let tree = Tree::new([
        (
            "content/collections/news.yaml",
            "title: News\nroute: '/news/{slug}'\ndate: true\ntaxonomies: [tags]\ndate_behavior: {past: public, future: private}\n",
        ),
        (
            "content/collections/events.yaml",
            "title: Events\nroute: '/events/{slug}'\ndate: true\ntaxonomies: [tags]\ndate_behavior: {past: private, future: public}\n",
        ),
        (
            "content/collections/pages.yaml",
            "title: Pages\nroute: '{parent_uri}/{slug}'\nstructure: {root: false}\n",
        ),
        ("content/taxonomies/tags.yaml", "title: Tags\n"),
        (
            "content/navigation/main.yaml",
            "title: Main\ncollections: [pages, news]\n",
        ),
        (
            "content/globals/settings.yaml",
            "title: Settings\ndata: {name: Site}\n",
        ),
        (
            "content/globals/seo.yaml",
            "title: SEO\ndata: {site_name: Site}\n",
        ),
        (
            "content/globals/redirects.yaml",
            "title: Redirects\ndata: {redirects: [{url_old: '#slot-[0-9]$#', internal_url: id-0}]}\n",
        ),
        ("resources/blueprints/collections/news/news.yaml", BLUEPRINT),
        (
            "resources/blueprints/collections/events/events.yaml",
            BLUEPRINT,
        ),
        (
            "resources/blueprints/collections/pages/pages.yaml",
            BLUEPRINT,
        ),
        ("content/assets/files.yaml", "title: Files\n"),
        (
            "resources/blueprints/assets/files.yaml",
            "fields:\n  - {handle: credit, field: {type: text}}\n  - {handle: shows, field: {type: entries}}\n",
        ),
        (
            "resources/blueprints/globals/settings.yaml",
            "fields:\n  - {handle: name, field: {type: text}}\n  - {handle: first, field: {type: entries, max_items: 1}}\n",
        ),
    ]);
    for slot in 0..9 {
        entry(&tree, slot, 7 * slot, 3 * slot);
    }
    for (index, term) in TERMS.iter().enumerate() {
        write_term(&tree, term, u8::try_from(index).unwrap());
    }
    trees(&tree, 0);
    tree.write("public/files/a.png", b"no image");
    picture(&tree, 0, 0);
    tree
}

const BLUEPRINT: &str = "fields:
  - {handle: title, field: {type: text}}
  - {handle: teaser, field: {type: text}}
  - {handle: text, field: {type: bard}}
  - {handle: related, field: {type: entries}}
  - {handle: tags, field: {type: terms, taxonomies: [tags]}}
  - {handle: cover, field: {type: assets, container: files, max_files: 1}}
";

impl Edit {
    /// Does it to the project or to the clock.
    pub fn apply(self, site: &Site) {
        let Self { what, slot, a, b } = self;
        match what {
            0..=5 => entry(&site.tree, slot, a, b),
            6 => remove(&site.tree, slot),
            7 => write_term(&site.tree, TERMS[usize::from(slot) % 2], a),
            8 => global(&site.tree, a, b),
            9 => trees(&site.tree, a),
            10 => picture(&site.tree, a, b),
            _ => site.at(site.now() + i64::from(a % 60).hours()),
        }
    }

    /// Whether it moves the clock alone.
    pub fn is_of_the_clock(self) -> bool {
        self.what > 10
    }
}

/// The id of an entry.
pub fn id(slot: u8) -> String {
    format!("id-{slot}")
}

fn collection(slot: u8) -> &'static str {
    COLLECTIONS[usize::from(slot) / SLOTS]
}

fn folder(slot: u8) -> String {
    format!("content/collections/{}", collection(slot))
}

fn remove(tree: &Tree, slot: u8) {
    let folder = tree.root().join(folder(slot));
    for file in std::fs::read_dir(folder).into_iter().flatten() {
        let path = file.unwrap().path();
        if path.to_string_lossy().ends_with(&format!("slot-{slot}.md")) {
            std::fs::remove_file(path).unwrap();
        }
    }
}

/// Writes an entry: a draft at times, dated around the test's moments, that shows and links to others.
fn entry(tree: &Tree, slot: u8, a: u8, b: u8) {
    remove(tree, slot);
    let begin: Timestamp = BEGIN.parse().unwrap();
    let dated = begin + i64::from(b % 96).hours() - 24.hours();
    let dated = dated.strftime("%Y-%m-%d-%H%M").to_string();
    let name = if collection(slot) == "pages" {
        format!("slot-{slot}.md")
    } else {
        format!("{dated}.slot-{slot}.md")
    };
    let others = [(slot + a % 5 + 1) % 12, (slot + b % 7 + 1) % 12];
    let mut text = format!(
        "---\nid: {}\ntitle: 'Title {}'\nteaser: 'Teaser {}'\nupdated_at: 1700000000\ncover: a.png\n",
        id(slot),
        a % 3,
        b % 2
    );
    if a % 4 == 3 {
        text.push_str("published: false\n");
    }
    if !b.is_multiple_of(3) {
        writeln!(text, "related: [{}]", id(others[0])).unwrap();
    }
    if collection(slot) != "pages" && b.is_multiple_of(2) {
        writeln!(text, "tags: [{}]", TERMS[usize::from(a % 2)]).unwrap();
    }
    write!(
        text,
        "text:\n  - type: paragraph\n    content:\n      - {{type: text, text: 'word{}', marks: [{{type: link, attrs: {{href: 'statamic://entry::{}'}}}}]}}\n---\n",
        b % 5,
        id(others[1])
    )
    .unwrap();
    tree.write(&format!("{}/{name}", folder(slot)), text.as_bytes());
}

fn write_term(tree: &Tree, term: &str, a: u8) {
    let text = format!("title: 'Term {}'\n", a % 4);
    tree.write(
        &format!("content/taxonomies/tags/{term}.yaml"),
        text.as_bytes(),
    );
}

/// What is said of the one asset.
fn picture(tree: &Tree, a: u8, b: u8) {
    let text = format!(
        "data: {{alt: 'Alt {}', credit: 'Credit {}', shows: [{}]}}\nsize: 1\nlast_modified: 1700000000\n",
        a % 2,
        b % 3,
        id(a % 12)
    );
    tree.write("public/files/.meta/a.png.yaml", text.as_bytes());
}

fn global(tree: &Tree, a: u8, b: u8) {
    if a.is_multiple_of(2) {
        let text = format!("title: SEO\ndata: {{site_name: 'Site {}'}}\n", b % 3);
        tree.write("content/globals/seo.yaml", text.as_bytes());
    } else {
        let text = format!(
            "title: Settings\ndata: {{name: 'Site {}', first: {}}}\n",
            b % 3,
            id(b % 12)
        );
        tree.write("content/globals/settings.yaml", text.as_bytes());
    }
}

/// The pages in one order or another, one of them below another, and a navigation of all kinds of things.
fn trees(tree: &Tree, a: u8) {
    let pages: Vec<u8> = (8..12).map(|slot| 8 + (slot + a % 4) % 4).collect();
    let text = format!(
        "tree:\n  - {{entry: {}}}\n  - entry: {}\n    children:\n      - {{entry: {}}}\n  - {{entry: {}}}\n",
        id(pages[0]),
        id(pages[1]),
        id(pages[2]),
        id(pages[3])
    );
    tree.write("content/trees/collections/pages.yaml", text.as_bytes());
    let text = format!(
        "tree:\n  - {{id: b1, entry: {}}}\n  - {{id: b2, title: Elsewhere, url: 'https://else.test/{}'}}\n  - {{id: b3, entry: {}}}\n",
        id(a % 12),
        a % 3,
        id((a % 12 + 5) % 12)
    );
    tree.write("content/trees/navigation/main.yaml", text.as_bytes());
}
