//! Small trees, one oddity each: what is read, and the exact problem that is reported.

#[path = "support/tree.rs"]
mod tree;

use std::fs;

use rhapsode::content::blueprint::Field;
use rhapsode::content::collection::{DateBehavior, Structure};
use rhapsode::content::problem::{Problem, Severity};
use rhapsode::content::{self, Content, Disk, Error, Settings};
use serde_json::json;
use tree::Tree;

const POSTS: (&str, &str) = ("content/collections/posts.yaml", "title: Posts\n");
const SITES: (&str, &str) = (
    "resources/sites.yaml",
    "en: {name: English, url: /, locale: en_US}\nde: {name: Deutsch, url: /de/, locale: de-AT, lang: de}\n",
);

fn read(tree: &Tree) -> Content {
    content::read(tree.root(), &Settings::default()).expect("the tree has a content folder")
}

fn read_files<'file>(files: impl IntoIterator<Item = (&'file str, &'file str)>) -> Content {
    read(&Tree::new(files))
}

/// One entry file in the collection `posts`.
fn read_post(name: &str, text: &str) -> Content {
    read_files([POSTS, (&format!("content/collections/posts/{name}"), text)])
}

/// Problems as `severity code path:line:column`, without what was only guessed.
fn problems(content: &Content) -> Vec<String> {
    let worth = content
        .problems
        .iter()
        .filter(|problem| problem.severity != Severity::Info);
    worth.map(summary).collect()
}

fn summary(problem: &Problem) -> String {
    let place = match (problem.line, problem.column) {
        (Some(line), Some(column)) => format!(":{line}:{column}"),
        _ => String::new(),
    };
    let severity = format!("{:?}", problem.severity).to_lowercase();
    format!("{severity} {} {}{place}", problem.code, problem.path)
}

#[test]
fn a_folder_without_content_is_no_project() {
    let tree = Tree::new([]);
    fs::remove_dir(tree.root().join("content")).expect("the folder is there");
    let error =
        content::read(tree.root(), &Settings::default()).expect_err("there is nothing to read");
    assert!(matches!(error, Error::NoContent(root) if root == tree.root()));
}

#[test]
fn an_entry_keeps_its_data_in_the_order_of_the_file() {
    let content = read_post(
        "2025-12-13-1530.Hello World.1.md",
        "---\nid: one\nzeta: 1\nalpha: [x]\npublished: false\norigin: two\nblueprint: post\n---\n\n  Body\n",
    );
    let entry = &content.entries[0];
    assert_eq!(
        (entry.id.as_str(), entry.id_derived, entry.slug.as_str()),
        ("one", false, "Hello World")
    );
    assert_eq!(
        (entry.collection.as_str(), entry.site.as_str()),
        ("posts", "default")
    );
    let date = entry.date.expect("the name has a date");
    assert_eq!(
        (date.date.to_string(), date.has_time, date.has_seconds),
        ("2025-12-13T15:30:00".into(), true, false)
    );
    assert_eq!(entry.published, json!(false));
    assert_eq!(
        (entry.origin.as_deref(), entry.blueprint.as_deref()),
        (Some("two"), Some("post"))
    );
    let json = serde_json::to_string(&entry.data).expect("a map is JSON");
    assert_eq!(
        json,
        r#"{"zeta":1,"alpha":["x"],"blueprint":"post","content":"Body\n"}"#
    );
}

#[test]
fn an_entry_may_have_any_extension_but_yaml_and_lie_at_any_depth() {
    let content = read_files([
        POSTS,
        ("content/collections/posts/a.html", "---\nid: a\n---\n"),
        (
            "content/collections/posts/deep/er/b.txt",
            "---\nid: b\n---\n",
        ),
        ("content/collections/posts/c", "id: c\n"),
        ("content/collections/posts/d.yaml", "id: d\n"),
        ("content/collections/posts/.hidden.md", "---\nid: e\n---\n"),
    ]);
    let ids: Vec<_> = content
        .entries
        .iter()
        .map(|entry| entry.id.as_str())
        .collect();
    assert_eq!(ids, ["a", "c", "b"]);
    let ignored: Vec<_> = content
        .problems
        .iter()
        .filter(|problem| problem.code == "yaml_entry_ignored")
        .collect();
    assert_eq!(ignored.len(), 1);
    assert_eq!(ignored[0].path, "content/collections/posts/d.yaml");
}

#[test]
fn an_entry_without_an_id_gets_one_that_stays() {
    let files = [
        POSTS,
        ("content/collections/posts/a.md", "---\ntitle: A\n---\n"),
    ];
    let (first, second) = (read_files(files), read_files(files));
    assert!(first.entries[0].id_derived);
    assert_eq!(first.entries[0].id, second.entries[0].id);
    assert_eq!(first.entries[0].id.len(), 36);
    assert_eq!(
        problems(&first),
        ["warning id_missing content/collections/posts/a.md"]
    );
}

#[test]
fn numbers_are_ids_and_lists_are_not() {
    assert_eq!(
        read_post("a.md", "---\nid: 12e3\n---\n").entries[0].id,
        "12000"
    );
    let content = read_post("a.md", "---\nid: [1]\n---\n");
    assert!(content.entries.is_empty());
    assert_eq!(
        problems(&content),
        ["error id_invalid content/collections/posts/a.md"]
    );
}

#[test]
fn of_two_entries_with_one_id_the_first_in_path_order_stays() {
    let content = read_files([
        ("content/collections/b.yaml", ""),
        ("content/collections/a.yaml", ""),
        ("content/collections/b/1.md", "---\nid: same\n---\n"),
        ("content/collections/a/2.md", "---\nid: same\n---\n"),
    ]);
    assert_eq!(content.entries.len(), 1);
    assert_eq!(content.entries[0].path, "content/collections/a/2.md");
    let problem = &content
        .problems
        .iter()
        .find(|problem| problem.code == "duplicate_id")
        .expect("it is reported");
    assert_eq!(
        (problem.path.as_str(), problem.entry.as_deref()),
        ("content/collections/b/1.md", Some("same"))
    );
    assert!(problem.message.contains("content/collections/a/2.md"));
}

#[test]
fn a_bad_file_is_isolated_and_its_place_is_named() {
    for (text, code, place) in [
        ("---\nid: x\ntitle: \"a\n---\n", "yaml_syntax", ":3:8"),
        (
            "---\nid: x\ntitle: \"a\nb: é\nc: 1\n---\n",
            "yaml_syntax",
            ":3:8",
        ),
        (
            "---\nid: x\na: 1\nb:\n  c: 1\n  c: 2\n---\n",
            "duplicate_key",
            ":6:3",
        ),
        (
            "---\nid: x\nn: [1, .inf]\n---\n",
            "number_not_finite",
            ":3:8",
        ),
        ("---\nid: x\nn: !php/object y\n---\n", "unknown_tag", ":3:4"),
        ("---\nid: x\n? [a]\n: b\n---\n", "key_invalid", ":3:3"),
        ("---\nid: x\né: a: b\n---\n", "yaml_syntax", ":3:5"),
        (
            "---\r\nid: x\r\nb: +1\r\na: b: +1\r\n---\r\n",
            "yaml_syntax",
            ":4:5",
        ),
        ("---\nid: x\n<<: 5\n---\n", "merge_invalid", ":2:1"),
        ("\n---\nid: x\n---\n", "yaml_syntax", ""),
        ("Hello world\n", "not_a_mapping", ":1:1"),
        ("---\n# nothing\n---\nText\n", "front_matter_empty", ""),
    ] {
        let content = read_files([
            POSTS,
            ("content/collections/posts/bad.md", text),
            ("content/collections/posts/good.md", "---\nid: good\n---\n"),
        ]);
        assert_eq!(content.entries.len(), 1, "{text}");
        let found = problems(&content);
        let expected = format!("error {code} content/collections/posts/bad.md{place}");
        let is_expected = found.len() == 1
            && (found[0] == expected || (text.starts_with('\n') && found[0].contains("bad.md:")));
        assert!(is_expected, "{text:?}: {found:?}, wanted {expected}");
    }
}

#[test]
fn bytes_that_are_no_text_are_placed() {
    let tree = Tree::new([POSTS]);
    tree.write(
        "content/collections/posts/a.md",
        b"---\nid: a\ntitle: caf\xE9\n---\n",
    );
    let content = read(&tree);
    assert!(content.entries.is_empty());
    assert_eq!(
        problems(&content),
        ["error invalid_utf8 content/collections/posts/a.md:3:11"]
    );
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_read() {
    let content = read_post(
        "a.md",
        "\u{feff}---\r\nid: a\r\nt: |\r\n  x\r\n  y\r\n---\r\nBody\r\n",
    );
    assert_eq!(content.entries[0].data["t"], "x\ny\n");
    assert_eq!(content.entries[0].data["content"], "Body\r\n");
    assert_eq!(
        problems(&content),
        ["warning byte_order_mark content/collections/posts/a.md:1:1"]
    );
}

#[test]
fn content_in_front_matter_and_body_is_served_and_reported() {
    let content = read_post("a.md", "---\nid: a\ncontent: front\n---\nBody\n");
    assert_eq!(content.entries[0].data["content"], "front");
    assert_eq!(
        problems(&content),
        ["warning content_twice content/collections/posts/a.md:5:1"]
    );
}

#[test]
fn quoted_text_is_never_a_number() {
    let text = "---\nid: a\nq: [\"\\x311\", '+1', \"0b1\", 'TRUE', \"\\\\ \", !!str +1]\np: [+1, 0b1, tRue, -0]\n---\n";
    let data = &read_post("a.md", text).entries[0].data;
    assert_eq!(data["q"], json!(["11", "+1", "0b1", "TRUE", "\\ ", "+1"]));
    assert_eq!(data["p"], json!([1.0, "0b1", true, "-0"]));
}

#[test]
fn limits_are_ordinary_problems() {
    let bomb = format!(
        "---\na: &a [{}]\nb: [{}]\n---\n",
        "1,".repeat(3000),
        "*a,".repeat(3000)
    );
    let deep = format!("---\na: {}\n---\n", "[".repeat(200));
    let brackets = format!("---\na: {}\n---\n", "[".repeat(100_000));
    for (text, code) in [
        (bomb, "too_many_aliases"),
        (deep, "nesting_too_deep"),
        (brackets, "nesting_too_deep"),
    ] {
        let found = problems(&read_post("a.md", &text));
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("error {code} ")),
            "{code}: {found:?}"
        );
    }
    let settings = Settings {
        max_file_bytes: 10,
        ..Settings::default()
    };
    let tree = Tree::new([
        ("content/collections/p.yaml", ""),
        ("content/collections/p/a.md", "---\nid: abc\n---\n"),
    ]);
    let content = content::read(tree.root(), &settings).expect("there is content");
    assert_eq!(
        problems(&content),
        ["error file_too_large content/collections/p/a.md"]
    );
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_project_are_not_followed() {
    let outside = Tree::new([("secret.md", "---\nid: secret\n---\n")]);
    let tree = Tree::new([
        POSTS,
        ("content/collections/posts/a.md", "---\nid: a\n---\n"),
    ]);
    let posts = tree.root().join("content/collections/posts");
    std::os::unix::fs::symlink(outside.root().join("secret.md"), posts.join("link.md"))
        .expect("a link");
    std::os::unix::fs::symlink(outside.root(), posts.join("folder")).expect("a link");
    std::os::unix::fs::symlink(tree.root().join("nowhere"), posts.join("gone.md")).expect("a link");
    std::os::unix::fs::symlink(&posts, posts.join("circle")).expect("a link");
    let content = read(&tree);
    assert_eq!(content.entries.len(), 1);
    assert_eq!(
        problems(&content),
        [
            "error folder_unreadable content/collections/posts/circle",
            "warning link_outside content/collections/posts/folder",
            "warning link_outside content/collections/posts/gone.md",
            "warning link_outside content/collections/posts/link.md",
        ]
    );
}

#[test]
fn stray_files_and_folders_are_reported() {
    let content = read_files([
        ("content/collections/README.md", "hello"),
        ("content/collections/lost/a.md", "---\nid: a\n---\n"),
        ("content/taxonomies/lost/t.yaml", "title: T\n"),
        ("content/trees/navigation/lost.yaml", "tree: []\n"),
    ]);
    assert_eq!(
        problems(&content),
        [
            "warning file_stray content/collections/README.md",
            "warning collection_missing content/collections/lost.yaml",
            "warning taxonomy_missing content/taxonomies/lost",
            "warning navigation_missing content/trees/navigation/lost.yaml",
        ]
    );
}

#[test]
fn a_collection_says_how_its_entries_are_served() {
    let content = read_files([
        (
            "content/collections/posts.yaml",
            "route: '/blog/{slug}'\ndate: true\ndate_behavior: {past: unlisted, future: private}\nmount: home\n\
             structure: {root: true, max_depth: 2}\ntaxonomies: tags\nsort_by: title\nsort_dir: desc\nslugs: false\n\
             inject: {layout: wide}\nsearch_index: all\n",
        ),
        (
            "content/trees/collections/posts.yaml",
            "tree:\n  - entry: a\n    children:\n      - entry: b\n",
        ),
    ]);
    let posts = &content.collections[0];
    assert_eq!(
        (posts.title.as_str(), posts.routes["default"].as_str()),
        ("Posts", "/blog/{slug}")
    );
    assert!(posts.dated && !posts.slugs && posts.sort_descending == Some(true));
    assert_eq!(
        (posts.past, posts.future),
        (DateBehavior::Unlisted, DateBehavior::Private)
    );
    assert_eq!(
        posts.structure,
        Some(Structure {
            root: true,
            max_depth: Some(2),
            slugs: false
        })
    );
    assert_eq!(
        (posts.taxonomies.as_slice(), &posts.inject["layout"]),
        (&["tags".to_owned()][..], &json!("wide"))
    );
    let tree = &posts.trees["default"];
    assert_eq!(
        (
            tree[0].entry.as_deref(),
            tree[0].children[0].entry.as_deref()
        ),
        (Some("a"), Some("b"))
    );
    assert_eq!(posts.data["search_index"], "all");
}

#[test]
fn folders_named_after_sites_make_a_project_multi_site() {
    let content = read_files([
        SITES,
        (
            "content/collections/posts.yaml",
            "sites: [en, de, xx]\nroute: {en: '/p/{slug}', de: '/b/{slug}'}\n",
        ),
        ("content/collections/posts/en/a.md", "---\nid: a\n---\n"),
        (
            "content/collections/posts/de/a.md",
            "---\nid: b\norigin: a\n---\n",
        ),
        ("content/collections/posts/stray.md", "---\nid: c\n---\n"),
        (
            "content/trees/collections/de/posts.yaml",
            "tree:\n  - entry: b\n",
        ),
    ]);
    assert!(content.multisite);
    let sites: Vec<_> = content
        .sites
        .iter()
        .map(|site| (site.handle.as_str(), site.lang.as_str()))
        .collect();
    assert_eq!(sites, [("en", "en"), ("de", "de")]);
    let entries: Vec<_> = content
        .entries
        .iter()
        .map(|entry| (entry.id.as_str(), entry.site.as_str()))
        .collect();
    assert_eq!(entries, [("b", "de"), ("a", "en")]);
    let posts = &content.collections[0];
    assert_eq!(
        (
            posts.routes["de"].as_str(),
            posts.sites.len(),
            posts.trees.len()
        ),
        ("/b/{slug}", 2, 1)
    );
    assert_eq!(
        problems(&content),
        [
            "warning site_unknown content/collections/posts.yaml",
            "warning entry_outside_site content/collections/posts/stray.md",
        ]
    );
}

#[test]
fn antlers_in_sites_are_resolved_from_the_settings() {
    let sites = "en: {name: '{{ config:app:name }}', url: '{{ config:app:url }}', locale: '{{ config:app:locale }}'}\n\
                 de: {name: x, url: '{{ config:app:url }}de/', locale: '{{ nonsense }}de'}\n";
    let tree = Tree::new([("resources/sites.yaml", sites)]);
    let settings = Settings {
        base_url: Some("https://a.test".into()),
        app_name: Some("Site".into()),
        app_locale: "nl_NL".into(),
        ..Settings::default()
    };
    let content = content::read(tree.root(), &settings).expect("there is content");
    let [en, de] = &content.sites[..] else {
        panic!("two sites: {:?}", content.sites)
    };
    assert_eq!(
        (en.name.as_str(), en.url.as_str(), en.locale.as_str()),
        ("Site", "https://a.test", "nl_NL")
    );
    assert_eq!(
        (de.url.as_str(), de.locale.as_str()),
        ("https://a.test/de/", "de")
    );
    assert_eq!(
        problems(&content),
        ["warning antlers_unknown resources/sites.yaml"]
    );
    assert_eq!(read(&tree).sites[1].url, "/de/");
}

#[test]
fn globals_are_read_in_all_three_layouts() {
    let old = read_files([("content/globals/seo.yaml", "title: SEO\ndata:\n  a: 1\n")]);
    assert_eq!(old.globals[0].sites["default"].data["a"], 1);
    let new = read_files([
        ("content/globals/seo.yaml", "title: SEO\n"),
        ("content/globals/default/seo.yaml", "a: 2\norigin: kept\n"),
    ]);
    assert_eq!(new.globals[0].sites["default"].data["a"], 2);
    assert_eq!(new.globals[0].sites["default"].data["origin"], "kept");
    let five = [
        SITES,
        ("content/globals/seo.yaml", "title: SEO\n"),
        ("content/globals/en/seo.yaml", "a: 3\n"),
        ("content/globals/de/seo.yaml", "origin: en\n"),
    ];
    let five = read_files(five);
    assert_eq!(five.globals[0].sites["de"].origin.as_deref(), Some("en"));
    assert!(five.globals[0].sites["de"].data.is_empty());
    let six = read_files([
        SITES,
        (
            "content/globals/seo.yaml",
            "title: SEO\nsites: {en: null, de: en}\n",
        ),
        ("content/globals/en/seo.yaml", "{  }\n"),
        ("content/globals/de/other.yaml", "a: 1\n"),
    ]);
    assert_eq!(six.globals[0].sites["de"].origin.as_deref(), Some("en"));
    assert_eq!(
        problems(&six),
        ["warning global_set_missing content/globals/de/other.yaml"]
    );
}

#[test]
fn terms_keep_their_localizations_apart() {
    let content = read_files([
        ("content/taxonomies/tags.yaml", "title: Tags\n"),
        (
            "content/taxonomies/tags/web.yaml",
            "title: Web\nlocalizations:\n  de: {title: Netz, slug: netz}\n",
        ),
    ]);
    let term = &content.terms[0];
    assert_eq!(
        (
            term.taxonomy.as_str(),
            term.slug.as_str(),
            &term.data["title"]
        ),
        ("tags", "web", &json!("Web"))
    );
    assert_eq!(term.localizations["de"]["slug"], "netz");
    assert!(!term.data.contains_key("localizations"));
}

#[test]
fn navigations_have_branches_of_three_kinds() {
    let tree = "tree:\n  - {id: 1, entry: a, title: T}\n  - {id: 2, url: /x, title: X, data: {icon: star}}\n  - nonsense\n";
    let content = read_files([
        (
            "content/navigation/main_menu.yaml",
            "collections: [pages]\nmax_depth: 3\n",
        ),
        ("content/trees/navigation/main_menu.yaml", tree),
    ]);
    let main = &content.navigations[0];
    assert_eq!(
        (main.title.as_str(), main.max_depth),
        ("Main menu", Some(3))
    );
    let branches = &main.trees["default"];
    assert_eq!(
        (branches[0].entry.as_deref(), branches[0].title.as_deref()),
        (Some("a"), Some("T"))
    );
    assert_eq!(
        (branches[1].url.as_deref(), &branches[1].data["icon"]),
        (Some("/x"), &json!("star"))
    );
    assert_eq!(
        problems(&content),
        ["warning tree_invalid content/trees/navigation/main_menu.yaml"]
    );
}

#[test]
fn assets_are_the_files_of_a_disk_and_what_their_meta_says() {
    let tree = Tree::new([
        ("content/assets/main.yaml", "title: Main\ndisk: files\n"),
        (
            "public/media/img/.meta/a.svg.yaml",
            "data: {alt: A}\nsize: 7\nlast_modified: 9\nwidth: 3\nheight: 4\n",
        ),
        ("public/media/img/a.svg", "<svg viewBox='0 0 1 1'>"),
        (
            "public/media/.meta/gone.pdf.yaml",
            "data: []\nmime_type: application/pdf\n",
        ),
        ("public/media/b.svg", "<svg width='40' height='20'>"),
        ("public/media/.gitkeep", ""),
    ]);
    let disk = Disk {
        root: "public/media".into(),
        url: Some("https://cdn.test".into()),
    };
    let settings = Settings {
        disks: [("files".to_owned(), disk.clone())].into(),
        ..Settings::default()
    };
    let content = content::read(tree.root(), &settings).expect("there is content");
    assert_eq!(content.containers[0].disk, disk);
    let [b, gone, a] = &content.assets[..] else {
        panic!("three assets: {:?}", content.assets)
    };
    assert_eq!(
        (b.path.as_str(), b.size, b.width, b.height),
        ("b.svg", Some(28), Some(40), Some(20))
    );
    assert_eq!(b.mime_type.as_deref(), Some("image/svg+xml"));
    assert_eq!((gone.path.as_str(), gone.exists), ("gone.pdf", false));
    assert_eq!(
        (a.path.as_str(), a.size, a.width, a.modified),
        ("img/a.svg", Some(7), Some(3), 9)
    );
    assert_eq!((a.exists, &a.data["alt"]), (true, &json!("A")));
}

#[test]
fn users_are_read_without_their_secrets() {
    let content = read_files([
        (
            "users/a@b.test.yaml",
            "id: u1\nfirst_name: Ann\nlast_name: Bee\nsuper: true\nroles: [editor]\npassword_hash: x\n",
        ),
        ("resources/users/roles.yaml", "editor:\n  title: Editors\n"),
        ("resources/users/groups.yaml", "# none\n"),
    ]);
    let user = &content.users[0];
    assert_eq!(
        (user.id.as_str(), user.email.as_str(), user.name.as_str()),
        ("u1", "a@b.test", "Ann Bee")
    );
    assert!(user.is_super && user.roles == ["editor"]);
    assert!(!user.data.contains_key("password_hash"));
    assert_eq!(
        (content.roles[0].title.as_str(), content.groups.len()),
        ("Editors", 0)
    );
}

#[test]
fn packages_come_from_the_lock_file() {
    let lock =
        r#"{"packages": [{"name": "statamic/cms", "version": "v6.1.0"}], "packages-dev": []}"#;
    let manifest = r#"{"require": {"php": "^8"}}"#;
    let locked = read_files([("composer.lock", lock), ("composer.json", manifest)]);
    assert_eq!(locked.packages.version("statamic/cms"), Some("v6.1.0"));
    let named = read_files([("composer.lock", "{"), ("composer.json", manifest)]);
    assert!(named.packages.has("php"));
    assert_eq!(problems(&named), ["warning json_invalid composer.lock:1:1"]);
}

fn handles(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(|field| field.handle.as_str()).collect()
}

#[test]
fn blueprints_are_read_in_every_shape() {
    let field = "{handle: a, field: {type: text}}";
    for shape in [
        format!("fields: [{field}]"),
        "fields: {a: {type: text}}".into(),
        format!("sections: {{main: {{fields: [{field}]}}}}"),
        format!("tabs: {{main: {{fields: [{field}]}}}}"),
        format!("tabs: {{main: {{sections: [{{display: X, fields: [{field}]}}]}}}}"),
    ] {
        let content = read_files([("resources/blueprints/globals/seo.yaml", shape.as_str())]);
        let blueprint = content
            .blueprints
            .find("globals", "seo")
            .expect("it is there");
        assert_eq!(
            (
                handles(&blueprint.fields),
                blueprint.fields[0].kind.as_str()
            ),
            (vec!["a"], "text"),
            "{shape}"
        );
    }
}

#[test]
fn fieldsets_are_imported_prefixed_and_overridden() {
    let content = read_files([
        (
            "resources/fieldsets/common.yaml",
            "fields: [{handle: a, field: {type: text, x: 1}}, {handle: b, field: {type: bard}}]\n",
        ),
        (
            "resources/fieldsets/vendor/seo/basic.yaml",
            "fields: [{import: common, prefix: in_}]\n",
        ),
        (
            "resources/blueprints/collections/posts/post.yaml",
            "fields:\n  - {import: common, prefix: p_, config: {a: {x: 2, y: 3}}}\n  - {handle: c, field: common.b, config: {z: 1}}\n  \
             - {import: 'seo::basic', prefix: out_}\n  - {import: 'seo::gone'}\n  - {import: 'seo::gone'}\n  \
             - {handle: c, field: {type: text}}\n  - {handle: d, field: common.none}\n",
        ),
    ]);
    let post = content
        .blueprints
        .find("collections/posts", "post")
        .expect("it is there");
    assert_eq!(
        handles(&post.fields),
        ["p_a", "p_b", "c", "out_in_a", "out_in_b"]
    );
    assert_eq!(
        post.field("p_a").map(|field| json!(field.config)),
        Some(json!({ "type": "text", "x": 2, "y": 3 }))
    );
    assert_eq!(
        post.field("c").map(|field| json!(field.config)),
        Some(json!({ "type": "bard", "z": 1 }))
    );
    let path = "resources/blueprints/collections/posts/post.yaml";
    let codes = ["field_duplicate", "field_missing", "fieldset_missing"];
    assert_eq!(
        problems(&content),
        codes.map(|code| format!("warning {code} {path}"))
    );
}

#[test]
fn nested_fields_are_parsed_and_recursion_ends() {
    let content = read_files([
        (
            "resources/fieldsets/loop.yaml",
            "fields: [{handle: a, field: {type: text}}, {import: loop}]\n",
        ),
        (
            "resources/fieldsets/builder.yaml",
            "fields: [{handle: blocks, field: {type: replicator, sets: {g: {sets: {columns: {fields: [{import: builder}]}}}}}}]\n",
        ),
        (
            "resources/blueprints/globals/g.yaml",
            "fields:\n  - {import: loop}\n  - {import: builder}\n  - {handle: rows, field: {type: grid, fields: [{handle: x, field: {}}]}}\n  \
             - {handle: old, field: {type: bard, sets: {quote: {fields: [{handle: who, field: {type: text}}]}}}}\n",
        ),
    ]);
    let blueprint = content
        .blueprints
        .find("globals", "g")
        .expect("it is there");
    assert_eq!(handles(&blueprint.fields), ["a", "blocks", "rows", "old"]);
    let columns = &blueprint.fields[1].sets[0];
    assert_eq!(
        (columns.handle.as_str(), handles(&columns.fields)),
        ("columns", vec!["blocks"])
    );
    assert_eq!(
        (
            handles(&blueprint.fields[2].fields),
            blueprint.fields[2].fields[0].kind.as_str()
        ),
        (vec!["x"], "text")
    );
    assert_eq!(blueprint.fields[3].sets[0].handle, "quote");
    assert_eq!(
        problems(&content),
        ["warning fieldset_recursion resources/fieldsets/loop.yaml"]
    );
}

#[test]
fn an_entry_without_its_blueprint_gets_the_first_and_the_fields_that_all_have() {
    let content = read_files([
        (
            "content/collections/posts.yaml",
            "date: true\ntaxonomies: [tags]\n",
        ),
        (
            "content/collections/posts/a.md",
            "---\nid: a\nblueprint: nope\n---\n",
        ),
        (
            "content/collections/posts/b.md",
            "---\nid: b\nblueprint: articles\n---\n",
        ),
        ("content/collections/plain_things.yaml", ""),
        (
            "resources/blueprints/collections/posts/article.yaml",
            "order: 2\nfields: [{handle: title, field: {type: markdown}}]\n",
        ),
        (
            "resources/blueprints/collections/posts/zebra.yaml",
            "title: Zebra\norder: 1\nhide: true\n",
        ),
    ]);
    let [plain, posts] = &content.collections[..] else {
        panic!("two collections")
    };
    let fallback = content.blueprints.entry(posts, Some("nope"));
    assert_eq!(
        (fallback.handle.as_str(), fallback.title.as_str()),
        ("article", "Article")
    );
    assert_eq!(handles(&fallback.fields), ["title", "slug", "date", "tags"]);
    assert_eq!(fallback.fields[0].kind, "markdown");
    assert_eq!(
        content.blueprints.entry(posts, Some("articles")).handle,
        "article"
    );
    let default = content.blueprints.entry(plain, None);
    assert_eq!(
        (default.handle.as_str(), handles(&default.fields)),
        ("plain_thing", vec!["content", "title", "slug"])
    );
    assert_eq!(
        problems(&content),
        ["warning blueprint_missing content/collections/posts/a.md"]
    );
}
