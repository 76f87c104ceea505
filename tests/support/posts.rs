//! A project with as many posts as a test wants.

use crate::tree::Tree;

fn entry(number: usize) -> (String, String) {
    let (path, title) = (
        format!("content/collections/posts/post-{number:03}.md"),
        format!("Post {number}"),
    );
    (
        path,
        format!(
            "---\nid: id-{number}\ntitle: '{title}'\nrelated: [id-0, id-1]\ntags: [web]\nplace: {number}\n---\nText"
        ),
    )
}

/// A collection of posts with a tree, a taxonomy and a navigation; each post shows two others.
pub fn posts(count: usize) -> Tree {
    let tree = Tree::new([
        (
            "content/collections/posts.yaml",
            "title: Posts\nroute: '/posts/{slug}'\ntaxonomies: [tags]\nstructure: {root: false}\n",
        ),
        ("content/taxonomies/tags.yaml", "title: Tags\n"),
        (
            "content/navigation/main.yaml",
            "title: Main\ncollections: [posts]\n",
        ),
        (
            "content/globals/seo.yaml",
            "title: SEO\ndata: {name: Site}\n",
        ),
        (
            "resources/blueprints/collections/posts/post.yaml",
            "fields:\n  - {handle: title, field: {type: text}}\n  - {handle: related, field: {type: entries}}\n  - {handle: tags, field: {type: terms, taxonomies: [tags]}}\n",
        ),
    ]);
    let branches: Vec<String> = (0..count)
        .map(|number| format!("  - {{entry: id-{number}}}"))
        .collect();
    let branches = format!("tree:\n{}\n", branches.join("\n"));
    tree.write("content/trees/collections/posts.yaml", branches.as_bytes());
    tree.write("content/trees/navigation/main.yaml", branches.as_bytes());
    for (path, text) in (0..count).map(entry) {
        tree.write(&path, text.as_bytes());
    }
    tree
}
