//! A small site, and edits of its files and of the clock that a property test can draw at random.

#![allow(dead_code, reason = "each test uses what it needs of it")]

use std::fmt::Write as _;

use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use crate::site::{BEGIN, Site, TWO_SITES};
use crate::tree::Tree;

/// Entries that may be there or not, by collection.
pub const SLOTS: usize = 4;

/// The collections: of the future nothing is public in the first, of the past nothing in the second; the third is a tree.
pub const COLLECTIONS: [&str; 3] = ["news", "events", "pages"];

/// Terms with a file.
pub const TERMS: [&str; 2] = ["red", "blue"];

/// The sites: a project has the first alone, or both.
pub const SITES: [&str; 2] = ["en", "de"];

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
    let edit = (0_u8..15, 0_u8..12, any::<u8>(), any::<u8>());
    let edit = edit.prop_map(|(what, slot, a, b)| Edit { what, slot, a, b });
    proptest::collection::vec(edit, 1..=length)
}

/// The site before the first step, in one language or in two.
pub fn project(in_two: bool) -> Tree {
    let tree = Tree::new([
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
        (
            "content/globals/redirects.yaml",
            "title: Redirects\ndata: {redirects: [{url_old: '#slot-[0-9]$#', internal_url: id-0}]}\n",
        ),
    ]);
    let sites = if in_two {
        tree.write("resources/sites.yaml", TWO_SITES);
        "sites: [en, de]\n"
    } else {
        ""
    };
    let dated = "date: true\ntaxonomies: [tags]\ndate_behavior:";
    for (path, text) in [
        (
            "collections/news",
            format!(
                "title: News\nroute: '/news/{{slug}}'\n{dated} {{past: public, future: private}}\n"
            ),
        ),
        (
            "collections/events",
            format!(
                "title: Events\nroute: '/events/{{slug}}'\n{dated} {{past: private, future: public}}\n"
            ),
        ),
        (
            "collections/pages",
            "title: Pages\nroute: '{parent_uri}/{slug}'\nstructure: {root: false}\n".to_owned(),
        ),
        ("taxonomies/tags", "title: Tags\n".to_owned()),
    ] {
        tree.write(
            &format!("content/{path}.yaml"),
            format!("{text}{sites}").as_bytes(),
        );
    }
    tree.write(
        "content/navigation/main.yaml",
        b"title: Main\ncollections: [pages, news]\n",
    );
    for slot in 0..9 {
        entry(&tree, slot, 7 * slot, 3 * slot);
    }
    for (index, term) in TERMS.iter().enumerate() {
        write_term(&tree, term, u8::try_from(index).unwrap());
    }
    trees(&tree, 0);
    global(&tree, 0, 0);
    global(&tree, 1, 0);
    form(&tree, 0);
    user(&tree, 0);
    tree.write("public/files/a.png", b"no image");
    picture(&tree, 0, 0);
    tree
}

/// The sites of a project.
fn sites(tree: &Tree) -> &'static [&'static str] {
    let in_two = tree.root().join("resources/sites.yaml").exists();
    &SITES[..=usize::from(in_two)]
}

/// A folder's part that is named after a site where there are several.
fn of_site(tree: &Tree, site: &str) -> String {
    match sites(tree) {
        [_] => String::new(),
        _ => format!("{site}/"),
    }
}

const BLUEPRINT: &str = "fields:
  - {handle: title, field: {type: text}}
  - {handle: teaser, field: {type: text}}
  - {handle: text, field: {type: bard}}
  - {handle: related, field: {type: entries}}
  - {handle: tags, field: {type: terms, taxonomies: [tags]}}
  - {handle: cover, field: {type: assets, container: files, max_files: 1}}
  - {handle: author, field: {type: users, max_items: 1}}
";

impl Edit {
    /// Does it to the project or to the clock.
    pub fn apply(self, site: &Site) {
        let Self { what, slot, a, b } = self;
        match what {
            0..=5 => entry(&site.tree, slot, a, b),
            6 => remove(&site.tree, slot, a),
            7 => write_term(&site.tree, TERMS[usize::from(slot) % 2], a),
            8 => global(&site.tree, a, b),
            9 => trees(&site.tree, a),
            10 => picture(&site.tree, a, b),
            11 => form(&site.tree, a),
            12 => user(&site.tree, a),
            _ => site.at(site.now() + i64::from(a % 60).hours()),
        }
    }

    /// Whether it moves the clock alone.
    pub fn is_of_the_clock(self) -> bool {
        self.what > 12
    }
}

/// The id of an entry.
pub fn id(slot: u8) -> String {
    format!("id-{slot}")
}

/// The id of its version in the second site.
pub fn localized(slot: u8) -> String {
    format!("id-{slot}-de")
}

fn collection(slot: u8) -> &'static str {
    COLLECTIONS[usize::from(slot) / SLOTS]
}

fn folder(tree: &Tree, slot: u8, site: &str) -> String {
    let collection = collection(slot);
    let folder = format!("content/collections/{collection}/{}", of_site(tree, site));
    folder.trim_end_matches('/').to_owned()
}

/// Takes an entry's files away: all of them, or, where there are two sites, at times that of one.
fn remove(tree: &Tree, slot: u8, which: u8) {
    let sites = sites(tree);
    let kept = sites
        .get(usize::from(which % 4))
        .filter(|_| sites.len() > 1);
    for site in sites.iter().filter(|site| Some(*site) != kept) {
        let folder = tree.root().join(folder(tree, slot, site));
        for file in std::fs::read_dir(folder).into_iter().flatten() {
            let path = file.unwrap().path();
            if path.to_string_lossy().ends_with(&format!("slot-{slot}.md")) {
                std::fs::remove_file(path).unwrap();
            }
        }
    }
}

/// Writes an entry: a draft at times, dated around the test's moments, that shows and links to others; where there are two
/// sites, with a version in the other one at times.
fn entry(tree: &Tree, slot: u8, a: u8, b: u8) {
    remove(tree, slot, 3);
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
    if a % 5 == 1 {
        text.push_str("author: writer\n");
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
    let [first, others @ ..] = sites(tree) else {
        unreachable!("a project has a site");
    };
    tree.write(
        &format!("{}/{name}", folder(tree, slot, first)),
        text.as_bytes(),
    );
    for site in others.iter().filter(|_| !a.is_multiple_of(3)) {
        let mut text = format!(
            "---\nid: {}\norigin: {}\nupdated_at: 1700000000\n",
            localized(slot),
            id(slot)
        );
        if b.is_multiple_of(2) {
            writeln!(text, "title: 'Titel {}'", a % 2).unwrap();
        }
        if b % 5 == 2 {
            text.push_str("published: false\n");
        }
        if b % 4 == 1 {
            writeln!(text, "related: [{}]", localized(b % 12)).unwrap();
        }
        text.push_str("---\n");
        tree.write(
            &format!("{}/{name}", folder(tree, slot, site)),
            text.as_bytes(),
        );
    }
}

fn write_term(tree: &Tree, term: &str, a: u8) {
    let mut text = format!("title: 'Term {}'\n", a % 4);
    if sites(tree).len() > 1 && a.is_multiple_of(3) {
        writeln!(
            text,
            "localizations: {{de: {{title: 'Begriff {}'}}}}",
            a % 2
        )
        .unwrap();
    }
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

/// Writes a global set; where there are two sites, the values of one of them.
fn global(tree: &Tree, a: u8, b: u8) {
    let mut values = vec![];
    let (handle, title) = if a.is_multiple_of(2) {
        values.push(format!("site_name: 'Site {}'", b % 3));
        ("seo", "SEO")
    } else {
        values.push(format!("name: 'Site {}'", b % 3));
        values.push(format!("first: {}", id(b % 12)));
        ("settings", "Settings")
    };
    let path = format!("content/globals/{handle}.yaml");
    if let [_, other] = sites(tree) {
        let set = format!("title: {title}\nsites: {{en: null, de: en}}\n");
        tree.write(&path, set.as_bytes());
        let site = if b < 128 { "en" } else { *other };
        let path = format!("content/globals/{site}/{handle}.yaml");
        tree.write(&path, values.join("\n").as_bytes());
    } else {
        let set = format!("title: {title}\ndata: {{{}}}\n", values.join(", "));
        tree.write(&path, set.as_bytes());
    }
}

/// Writes the one form.
fn form(tree: &Tree, a: u8) {
    let text = format!("title: 'Contact {}'\n", a % 2);
    tree.write("resources/forms/contact.yaml", text.as_bytes());
}

/// Writes the one user.
fn user(tree: &Tree, a: u8) {
    let text = format!("id: writer\nname: 'Writer {}'\n", a % 3);
    tree.write("users/writer@site.test.yaml", text.as_bytes());
}

/// The pages in one order or another, one of them below another, and a navigation of all kinds of things; where there are
/// two sites, now of one of them, now of the other.
fn trees(tree: &Tree, a: u8) {
    let sites = sites(tree);
    let site = sites[usize::from(a / 4) % sites.len()];
    let own = |slot| {
        if site == SITES[0] {
            id(slot)
        } else {
            localized(slot)
        }
    };
    let pages: Vec<u8> = (8..12).map(|slot| 8 + (slot + a % 4) % 4).collect();
    let text = format!(
        "tree:\n  - {{entry: {}}}\n  - entry: {}\n    children:\n      - {{entry: {}}}\n  - {{entry: {}}}\n",
        own(pages[0]),
        own(pages[1]),
        own(pages[2]),
        own(pages[3])
    );
    let folder = of_site(tree, site);
    tree.write(
        &format!("content/trees/collections/{folder}pages.yaml"),
        text.as_bytes(),
    );
    let text = format!(
        "tree:\n  - {{id: b1, entry: {}}}\n  - {{id: b2, title: Elsewhere, url: 'https://else.test/{}'}}\n  - {{id: b3, entry: {}}}\n",
        own(a % 12),
        a % 3,
        own((a % 12 + 5) % 12)
    );
    tree.write(
        &format!("content/trees/navigation/{folder}main.yaml"),
        text.as_bytes(),
    );
}
