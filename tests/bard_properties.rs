//! What holds for every Bard value, proved on made-up ones by libraries that know nothing of ours: the HTML parses and
//! balances, nothing is left unescaped, no text is lost, the Markdown reads back to the same text.

use comrak::nodes::{AstNode, NodeValue};
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use rhapsode::bard::{self, Options, Profile};
use serde_json::{Map, Value, json};
use std::cell::RefCell;

/// Text with all that HTML and Markdown could stumble over.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-Z0-9 ]{1,6}",
        r#"[-*_~`#>+=|:.!()\[\]{}<>&"'\\/0-9a ]{1,6}"#,
        any::<char>().prop_map(String::from),
        prop::sample::select(vec![
            "é",
            "—",
            "\u{a0}",
            "\u{200b}",
            "日本",
            "&amp;",
            "&#60;",
            "<b>",
            "</p>",
            "1. ",
            "- ",
            "# ",
            "\n",
            "\t",
            "  ",
            "```",
            "~~~",
            "***",
            "---",
            "===",
            "http://x.y",
            "[x](y)",
            "![",
            "\\",
            "<!--",
            "| a |",
            "_x_",
            "a@b.c",
        ])
        .prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

fn marks() -> impl Strategy<Value = Vec<Value>> {
    let names = vec![
        "bold",
        "italic",
        "underline",
        "strike",
        "code",
        "subscript",
        "superscript",
        "small",
        "link",
        "highlight",
    ];
    (prop::sample::subsequence(names, 0..4), text()).prop_map(|(names, href)| {
        let mark = |name: &str| match name {
            "link" => {
                json!({ "type": name, "attrs": { "href": format!("/{href}"), "title": href } })
            }
            _ => json!({ "type": name }),
        };
        names.into_iter().map(mark).collect()
    })
}

fn inline() -> impl Strategy<Value = Value> {
    let marked = (text(), marks())
        .prop_map(|(text, marks)| json!({ "type": "text", "text": text, "marks": marks }));
    let image =
        text().prop_map(|alt| json!({ "type": "image", "attrs": { "src": "/i.png", "alt": alt } }));
    prop_oneof![
        8 => marked,
        1 => Just(json!({ "type": "hardBreak" })),
        1 => image,
    ]
}

fn leaf() -> impl Strategy<Value = Value> {
    let inlines = || prop::collection::vec(inline(), 0..5);
    prop_oneof![
        4 => inlines().prop_map(|content| json!({ "type": "paragraph", "content": content })),
        1 => (1..7, inlines()).prop_map(|(level, content)| {
            json!({ "type": "heading", "attrs": { "level": level }, "content": content })
        }),
        1 => (text(), text()).prop_map(|(language, code)| {
            let content = [json!({ "type": "text", "text": code })];
            json!({ "type": "codeBlock", "attrs": { "language": language }, "content": content })
        }),
        1 => Just(json!({ "type": "horizontalRule" })),
    ]
}

fn block() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 24, 4, |inner| {
        let blocks = prop::collection::vec(inner, 0..4).boxed();
        let wrapped =
            |kind: &'static str, content: proptest::strategy::BoxedStrategy<Vec<Value>>| {
                content
                    .prop_map(move |content| json!({ "type": kind, "content": content }))
                    .boxed()
            };
        let several = |one: proptest::strategy::BoxedStrategy<Value>| {
            prop::collection::vec(one, 0..4).boxed()
        };
        let items = || several(wrapped("listItem", blocks.clone()));
        let cells = several(
            prop_oneof![
                wrapped("tableCell", blocks.clone()),
                wrapped("tableHeader", blocks.clone())
            ]
            .boxed(),
        );
        let ordered = (any::<u32>(), items()).prop_map(|(start, content)| {
            json!({ "type": "orderedList", "attrs": { "start": start }, "content": content })
        });
        prop_oneof![
            wrapped("blockquote", blocks.clone()),
            wrapped("bulletList", items()),
            ordered.boxed(),
            wrapped("table", several(wrapped("tableRow", cells))),
        ]
    })
}

/// A document as an editor could have written it.
fn document() -> impl Strategy<Value = Value> {
    prop::collection::vec(block(), 0..6).prop_map(Value::Array)
}

/// Any JSON at all, rich in the keys and names that mean something.
fn anything() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "paragraph",
        "heading",
        "text",
        "bullet_list",
        "listItem",
        "image",
        "table",
        "tableRow",
        "tableCell",
        "set",
        "codeBlock",
        "hardBreak",
        "bold",
        "link",
        "italic",
        "asset::a::b",
        "statamic://entry::x",
        "javascript:x",
        "2",
    ]);
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    scalar.prop_recursive(6, 64, 6, |inner| {
        let key = prop::sample::select(vec![
            "type",
            "attrs",
            "content",
            "marks",
            "text",
            "level",
            "src",
            "alt",
            "href",
            "colwidth",
            "index",
            "values",
            "0",
            "1",
            "textAlign",
            "start",
            "language",
            "enabled",
            "id",
        ]);
        let map = prop::collection::vec((key, inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::Array),
            map.prop_map(|entries| {
                Value::Object(
                    entries
                        .into_iter()
                        .map(|(key, value)| (key.to_owned(), value))
                        .collect::<Map<_, _>>(),
                )
            }),
        ]
    })
}

/// Counts tags, and keeps text, as a browser's tokenizer finds them.
#[derive(Default)]
struct Tags {
    open: RefCell<Vec<String>>,
    text: RefCell<String>,
    errors: RefCell<Vec<String>>,
}

const VOID: [&str; 3] = ["br", "hr", "img"];
const WRITTEN: [&str; 28] = [
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "code",
    "table",
    "tbody",
    "tr",
    "td",
    "th",
    "strong",
    "em",
    "u",
    "s",
    "sub",
    "sup",
    "small",
    "a",
    "strike",
    "set",
];

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => self.text.borrow_mut().push_str(&text),
            Token::NullCharacterToken => self.text.borrow_mut().push('\0'),
            Token::TagToken(tag) if tag.kind == TagKind::EndTag => {
                let open = self.open.borrow_mut().pop();
                if open.as_deref() != Some(&*tag.name) {
                    self.errors
                        .borrow_mut()
                        .push(format!("</{}> closes {open:?}", tag.name));
                }
            }
            Token::TagToken(tag) if VOID.contains(&&*tag.name) => {}
            Token::TagToken(tag) => {
                if !WRITTEN.contains(&&*tag.name) {
                    self.errors
                        .borrow_mut()
                        .push(format!("<{}> is none of ours", tag.name));
                }
                self.open.borrow_mut().push(tag.name.to_string());
            }
            Token::CommentToken(_) | Token::DoctypeToken(_) => {
                self.errors.borrow_mut().push(format!("{token:?}"));
            }
            Token::EOFToken | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

fn tokenize(html: &str) -> Tags {
    let input = BufferQueue::default();
    input.push_back(html.into());
    let tokenizer = Tokenizer::new(Tags::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink
}

/// All texts of a tree, in order.
fn stored_text(value: &Value, out: &mut String) {
    if let Some(Value::String(text)) = value.get("text") {
        out.push_str(text);
    }
    for child in value
        .get("content")
        .unwrap_or(value)
        .as_array()
        .into_iter()
        .flatten()
    {
        stored_text(child, out);
    }
}

/// White space aside: how much of it there is means nothing in HTML or Markdown, and a NUL is nothing that they can show.
fn words(text: &str) -> String {
    let is_space = |letter: char| letter.is_ascii_whitespace() || letter == '\u{b}';
    let words = text.replace('\0', "\u{fffd}");
    words
        .split(is_space)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The text of Markdown as comrak reads it.
fn markdown_text(markdown: &str) -> String {
    let arena = comrak::Arena::new();
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    let mut out = String::new();
    read_back(comrak::parse_document(&arena, markdown, &options), &mut out);
    out
}

fn read_back<'a>(node: &'a AstNode<'a>, out: &mut String) {
    match &node.data.borrow().value {
        NodeValue::Text(text) => out.push_str(text),
        NodeValue::Code(code) => out.push_str(&code.literal),
        NodeValue::CodeBlock(code) => out.push_str(&code.literal),
        NodeValue::HtmlInline(tag) if tag != "<br>" => {}
        NodeValue::HtmlBlock(block) => out.push_str(&block.literal),
        NodeValue::HtmlInline(_) | NodeValue::LineBreak | NodeValue::SoftBreak => out.push('\n'),
        NodeValue::Image(_) => return,
        _ => {}
    }
    for child in node.children() {
        read_back(child, out);
    }
    if node.data.borrow().value.block() {
        out.push('\n');
    }
}

fn options(profile: Profile) -> Options<'static> {
    Options {
        profile,
        heading_ids: true,
        ..Options::new(&())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn html_balances_and_holds_all_text_and_no_other_tags(document in document()) {
        for profile in [Profile::V5, Profile::V6] {
            let html = bard::html(&document, &options(profile)).0.unwrap_or_default();
            let tags = tokenize(&html);
            prop_assert_eq!(tags.errors.take(), Vec::<String>::new(), "{}", html);
            prop_assert_eq!(tags.open.take(), Vec::<String>::new(), "{}", html);
            let mut stored = String::new();
            stored_text(&document, &mut stored);
            // A browser reads a carriage return, with or without a line feed, as a line feed.
            let lines = |text: &str| text.replace(['\r', '\n'], "");
            prop_assert_eq!(lines(&tags.text.take()), lines(&stored), "{}", html);
        }
    }

    #[test]
    fn markdown_reads_back_to_the_same_text(document in document()) {
        let body = bard::body(&document, &options(Profile::V6));
        prop_assert_eq!(words(&markdown_text(&body.markdown)), words(&body.text), "{}\n{}", document, body.markdown);
    }

    #[test]
    fn no_text_is_lost_but_white_space(document in document()) {
        let body = bard::body(&document, &options(Profile::V6));
        let mut stored = String::new();
        stored_text(&document, &mut stored);
        let letters = |text: &str| words(text).replace(' ', "");
        prop_assert_eq!(letters(&body.text), letters(&stored));
    }

    #[test]
    fn headings_have_the_ids_of_the_html(document in document()) {
        let body = bard::body(&document, &options(Profile::V6));
        for heading in &body.headings {
            let count = body.headings.iter().filter(|other| other.id == heading.id).count();
            prop_assert_eq!(count, 1, "{:?}", body.headings);
        }
        prop_assert_eq!(body.html.matches(" id=\"").count(), body.headings.len());
    }

    #[test]
    fn any_json_gives_a_body_and_leaves_it_as_it_was(value in anything()) {
        let before = value.to_string();
        for profile in [Profile::V5, Profile::V6] {
            let body = bard::body(&value, &options(profile));
            prop_assert!(!body.html.contains("href=\"javascript:"));
            let _ = bard::html(&value, &options(profile));
            let tree = bard::blocks::modern(&value, |handle| handle == "image");
            let _ = bard::blocks::split(&tree, &mut Vec::new());
            let _ = bard::is_tree(&value);
        }
        prop_assert_eq!(value.to_string(), before);
    }

    #[test]
    fn any_string_gives_a_body_and_safe_html_is_left_as_it_was(source in text()) {
        let value = Value::from(source.clone());
        let options = Options { save_html: true, ..Options::new(&()) };
        let body = bard::body(&value, &options);
        prop_assert_eq!(body.html, source);
    }
}
