//! Markdown as Statamic's fieldtype renders it. Golden answers are compared in `fields_golden.rs`.

use proptest::prelude::*;
use rhapsode::bard::map::MapLinks;
use rhapsode::bard::{Body, LinkState};
use rhapsode::markdown::{self, Options};
use serde_json::json;

fn links() -> MapLinks {
    MapLinks::new(Some(json!({
        "entry::home": "/",
        "entry::browser": "/blog/browser",
        "entry::noroute": { "url": null },
        "asset::images::a.jpg": { "url": "/images/a.jpg", "alt": "From the asset", "width": 40, "height": 20 },
    })))
}

fn html(source: &str) -> String {
    markdown::html(source, &Options::default(), &links())
}

fn html_with(source: &str, change: impl FnOnce(&mut Options)) -> String {
    let mut options = Options::default();
    change(&mut options);
    markdown::html(source, &options, &links())
}

fn body(source: &str) -> Body {
    markdown::body(source, &Options::default(), &links())
}

#[test]
fn a_line_end_is_a_break_unless_the_field_says_otherwise() {
    assert_eq!(html("a\nb"), "<p>a<br />\nb</p>\n");
    assert_eq!(
        html_with("a\nb", |options| options.line_breaks = false),
        "<p>a\nb</p>\n"
    );
    assert_eq!(html("a  \nb\\\nc"), "<p>a<br />\nb<br />\nc</p>\n");
}

#[test]
fn nothing_gives_nothing() {
    assert_eq!(html(""), "");
    assert_eq!(html("\n \n"), "");
    assert_eq!(body("").reading_minutes, 0);
}

#[test]
fn blocks_are_written_as_xhtml() {
    assert_eq!(html("---"), "<hr />\n");
    assert_eq!(
        html("![a \"b\"](/c.png \"d\")"),
        "<p><img src=\"/c.png\" alt=\"a &quot;b&quot;\" title=\"d\" /></p>\n"
    );
    assert_eq!(
        html("> q\n\n```rust no_run\nlet a = \"<\";\n```"),
        "<blockquote>\n<p>q</p>\n</blockquote>\n<pre><code class=\"language-rust\">let a = &quot;&lt;&quot;;\n</code></pre>\n"
    );
    assert_eq!(
        html("3. a\n4. b"),
        "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n"
    );
    assert_eq!(
        html("- a\n\n- b"),
        "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>\n"
    );
}

#[test]
fn one_tilde_strikes_like_two() {
    assert_eq!(html("~a~ ~~b~~"), "<p><del>a</del> <del>b</del></p>\n");
}

#[test]
fn tasks_have_their_attributes_in_statamics_order() {
    assert_eq!(
        html("- [x] a\n- [ ] b"),
        "<ul>\n<li><input checked=\"\" disabled=\"\" type=\"checkbox\" /> a</li>\n\
         <li><input disabled=\"\" type=\"checkbox\" /> b</li>\n</ul>\n"
    );
}

#[test]
fn tables_are_aligned_by_attribute() {
    assert_eq!(
        html("| a | b |\n|:-:|--:|\n| 1 |\n"),
        "<table>\n<thead>\n<tr>\n<th align=\"center\">a</th>\n<th align=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n\
         <td align=\"center\">1</td>\n<td align=\"right\"></td>\n</tr>\n</tbody>\n</table>\n"
    );
}

#[test]
fn footnotes_lead_there_and_back() {
    assert_eq!(
        html("a[^N] b[^n]\n\n[^N]: note"),
        "<p>a<sup id=\"fnref:n\"><a class=\"footnote-ref\" href=\"#fn:n\" role=\"doc-noteref\">1</a></sup> \
         b<sup id=\"fnref:n__2\"><a class=\"footnote-ref\" href=\"#fn:n\" role=\"doc-noteref\">1</a></sup></p>\n\
         <div class=\"footnotes\" role=\"doc-endnotes\"><hr /><ol><li class=\"footnote\" id=\"fn:n\" role=\"doc-endnote\">\
         <p>note&nbsp;<a class=\"footnote-backref\" rev=\"footnote\" href=\"#fnref:n\" role=\"doc-backlink\">↩</a>&nbsp;\
         <a class=\"footnote-backref\" rev=\"footnote\" href=\"#fnref:n__2\" role=\"doc-backlink\">↩</a></p></li></ol></div>\n"
    );
}

#[test]
fn each_line_before_a_description_is_a_term() {
    assert_eq!(
        html("Apple\nPear\n: Fruit\n\nOak\n\n: A tree"),
        "<dl>\n<dt>Apple</dt>\n<dt>Pear</dt>\n<dd>Fruit</dd>\n<dt>Oak</dt>\n<dd><p>A tree</p></dd>\n</dl>\n"
    );
}

#[test]
fn attributes_belong_to_the_inline_they_touch() {
    assert_eq!(
        html("[a](/b){:target=\"_blank\" .c} *d*{#e} `f`{.g}"),
        "<p><a class=\"c\" target=\"_blank\" href=\"/b\" rel=\"noopener noreferrer\">a</a> <em id=\"e\">d</em> <code class=\"g\">f</code></p>\n"
    );
}

#[test]
fn attributes_after_a_space_belong_to_the_block() {
    assert_eq!(
        html("# H {#id .cls}"),
        "<h1 class=\"cls\" id=\"id\">H</h1>\n"
    );
    assert_eq!(html("a {.x} b"), "<p class=\"x\">a b</p>\n");
    assert_eq!(html("- a {.x}"), "<ul>\n<li class=\"x\">a</li>\n</ul>\n");
}

#[test]
fn attributes_on_a_line_of_their_own_belong_to_the_block_below_or_above() {
    assert_eq!(html("{.x}\na"), "<p class=\"x\">a</p>\n");
    assert_eq!(html("a\n{.x}\n\nb"), "<p class=\"x\">a</p>\n<p>b</p>\n");
    assert_eq!(html("a\n{.x}\nb"), "<p>a</p>\n<p class=\"x\">b</p>\n");
    assert_eq!(
        html("# H\n{.x}\n{#y}\n"),
        "<h1 class=\"x\" id=\"y\">H</h1>\n"
    );
    assert_eq!(
        html("- a\n- b\n{.x}"),
        "<ul class=\"x\">\n<li>a</li>\n<li>b</li>\n</ul>\n"
    );
    assert_eq!(html("- a\n  {.x}"), "<ul>\n<li class=\"x\">a</li>\n</ul>\n");
    assert_eq!(
        html("{.x}\n```\na\n```"),
        "<pre><code class=\"x\">a\n</code></pre>\n"
    );
}

#[test]
fn braces_that_are_no_attributes_stay() {
    for text in ["{{ title }}", "{ }", "{text}", "a{b}c", "\\{#x}"] {
        assert_eq!(html(text), format!("<p>{}</p>\n", text.replace('\\', "")));
    }
    assert_eq!(
        html("*a*{onclick=\"x()\" .b}"),
        "<p><em class=\"b\">a</em></p>\n"
    );
}

#[test]
fn raw_html_is_kept_unless_it_is_to_be_shown() {
    assert_eq!(
        html("<div class=\"a\">\n*b*\n</div>\n\nc <b>d</b>"),
        "<div class=\"a\">\n*b*\n</div>\n<p>c <b>d</b></p>\n"
    );
    assert_eq!(
        html_with("c <b a=\"e\">d</b>", |options| options.escape_markup = true),
        "<p>c &lt;b a=\"e\"&gt;d&lt;/b&gt;</p>\n"
    );
}

#[test]
fn smart_punctuation_and_bare_links_are_options() {
    assert_eq!(
        html("\"a\" -- b... https://x.y"),
        "<p>&quot;a&quot; -- b... https://x.y</p>\n"
    );
    assert_eq!(
        html_with("\"a\" -- it's...", |options| options.smart_punctuation =
            true),
        "<p>“a” – it’s…</p>\n"
    );
    assert_eq!(
        html_with("https://x.y", |options| options.autolinks = true),
        "<p><a href=\"https://x.y\">https://x.y</a></p>\n"
    );
}

#[test]
fn headings_get_ids_on_request_and_keep_those_of_their_author() {
    let options = Options {
        heading_ids: true,
        ..Options::default()
    };
    let source = "## Twice\n\n## Twice\n\n> ## Own {#mine}\n";
    let body = markdown::body(source, &options, &links());
    let ids: Vec<&str> = body
        .headings
        .iter()
        .map(|heading| heading.id.as_str())
        .collect();
    assert_eq!(ids, ["twice", "twice-2", "mine"]);
    assert_eq!(
        body.html,
        "<h2 id=\"twice\">Twice</h2>\n<h2 id=\"twice-2\">Twice</h2>\n<blockquote>\n<h2 id=\"mine\">Own</h2>\n</blockquote>\n"
    );
    let written: Vec<&str> = body
        .heading_ids
        .iter()
        .map(|range| &body.html[range.clone()])
        .collect();
    assert_eq!(written, [" id=\"twice\"", " id=\"twice-2\""]);
}

#[test]
fn headings_get_anchors_and_a_table_of_contents_on_request() {
    let anchor = |slug: &str| {
        format!(
            "<a id=\"content-{slug}\" href=\"#content-{slug}\" class=\"heading-permalink\" aria-hidden=\"true\" title=\"Permalink\">¶</a>"
        )
    };
    assert_eq!(
        html_with("# H q\n\n# H q", |options| options.heading_anchors = true),
        format!(
            "<h1>{}H q</h1>\n<h1>{}H q</h1>\n",
            anchor("h-q"),
            anchor("h-q-1")
        )
    );
    let contents = html_with("# A\n\n### B\n\n## C\n\n# D", |options| {
        options.table_of_contents = true;
    });
    let list = "<ul class=\"table-of-contents\">\n<li>\n<a href=\"#content-a\">A</a>\n\
        <ul>\n<li>\n<a href=\"#content-b\">B</a>\n</li>\n</ul>\n<ul>\n<li>\n<a href=\"#content-c\">C</a>\n</li>\n</ul>\n</li>\n\
        <li>\n<a href=\"#content-d\">D</a>\n</li>\n</ul>\n";
    assert!(contents.starts_with(list), "{contents}");
}

#[test]
fn references_are_resolved_in_the_source_text() {
    assert_eq!(
        html("[a](statamic://entry::browser?b=1&c#d)"),
        "<p><a href=\"/blog/browser?b=1&amp;c#d\">a</a></p>\n"
    );
    assert_eq!(
        html("[a](statamic://entry::gone) [b](statamic://entry::noroute)"),
        "<p><a href=\"\">a</a> <a href=\"\">b</a></p>\n"
    );
    assert_eq!(
        html("<a href=\"statamic://entry::home\">a</a>"),
        "<p><a href=\"/\">a</a></p>\n"
    );
    assert_eq!(
        html("statamic://entry::home"),
        "<p>statamic://entry::home</p>\n"
    );
}

#[test]
fn links_that_could_run_code_lose_their_address() {
    assert_eq!(
        html("[a](javascript:alert(1)) [b](vbscript:x)"),
        "<p><a>a</a> <a>b</a></p>\n"
    );
    assert_eq!(
        body("[a](javascript:alert(1))").oddities[0].code,
        "unsafe_link"
    );
}

#[test]
fn addresses_are_percent_encoded_once() {
    assert_eq!(
        html("<http://a.b/ü%20[x]?y&z>"),
        "<p><a href=\"http://a.b/%C3%BC%20%5Bx%5D?y&amp;z\">http://a.b/ü%20[x]?y&amp;z</a></p>\n"
    );
}

#[test]
fn a_body_tells_what_is_in_it() {
    let body = body(
        "# One *two*\n\nThree [four](statamic://entry::browser) [gone](statamic://entry::gone)\n\n![](statamic://asset::images::a.jpg)\n\n## One two {#own}\n\n# One two",
    );
    assert_eq!(
        body.headings
            .iter()
            .map(|heading| (heading.level, heading.id.as_str()))
            .collect::<Vec<_>>(),
        [(1, "one-two"), (2, "own"), (1, "one-two-2")]
    );
    assert_eq!(
        body.text,
        "One two\n\nThree four gone\n\nOne two\n\nOne two"
    );
    assert_eq!((body.words, body.reading_minutes), (9, 1));
    let states: Vec<_> = body
        .links
        .iter()
        .map(|link| (link.kind, link.state))
        .collect();
    assert_eq!(
        states,
        [
            ("entry", LinkState::Ok),
            ("entry", LinkState::Missing),
            ("asset", LinkState::Ok)
        ]
    );
    assert_eq!(
        (body.images[0].src.as_deref(), body.images[0].width),
        (Some("/images/a.jpg"), Some(40))
    );
}

#[test]
fn text_has_items_on_lines_and_cells_by_tabs() {
    let text =
        body("- a\n  - b\n- c\n\n| d | e |\n|---|---|\n| f | g |\n\n<p>raw <b>h</b></p>\n\ni\nj")
            .text;
    assert_eq!(text, "a\nb\nc\n\nd\te\nf\tg\n\nraw h\n\ni\nj");
}

#[test]
fn deep_and_hostile_sources_are_rendered() {
    let sources = [
        ">".repeat(20_000),
        "[".repeat(20_000),
        "{".repeat(20_000),
        "*a ".repeat(10_000),
        "- ".repeat(2_000),
        "{.a}\nb\n".repeat(3_000),
        "[a](b){.x} ".repeat(3_000),
    ];
    for source in sources {
        let started = std::time::Instant::now();
        assert!(!html(&source).is_empty());
        assert!(started.elapsed().as_secs() < 5, "{}…", &source[..20]);
    }
}

/// Text that has no syntax which the library and league/commonmark write differently.
fn common() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("# "),
        Just("- "),
        Just("1. "),
        Just("> "),
        Just("    "),
        Just("\n"),
        Just("\n\n"),
        Just("*"),
        Just("**"),
        Just("`"),
        Just("[a](/b)"),
        Just("![c](/d \"e\")"),
        Just("| x | y |\n|---|:-:|\n| z |\n"),
        Just("a"),
        Just(" b"),
        Just("<i>"),
        Just("<div>\n"),
        Just("---\n"),
        Just("```\n"),
        Just("~~"),
        Just("&amp;"),
        Just("\\"),
        Just("é"),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_source_fails(source in any::<String>(), syntax in "[#*_~`>|\\[\\](){}.:!\"' \n\ta-c^x=-]{0,80}") {
        for text in [source, syntax] {
            let body = body(&text);
            prop_assert_eq!(body.markdown, text);
        }
    }

    #[test]
    fn plain_commonmark_is_written_as_the_library_writes_it(source in common()) {
        let mut options = comrak::Options::default();
        options.extension.table = true;
        options.extension.strikethrough = true;
        options.render.r#unsafe = true;
        let theirs = comrak::markdown_to_html(&source, &options);
        let ours = html_with(&source, |options| options.line_breaks = false);
        prop_assert_eq!(without_blank_lines(&ours), without_blank_lines(&theirs));
    }
}

/// The library keeps the blank lines at the end of an HTML block, league/commonmark does not.
fn without_blank_lines(html: &str) -> Vec<&str> {
    html.lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect()
}
