//! A head's tags, ours read back by an HTML tokenizer.

use std::cell::RefCell;
use std::collections::BTreeMap;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// Tag → its values, in the order in which they are printed.
pub type Tags = BTreeMap<String, Vec<String>>;

/// Collects the tags of a head from an HTML tokenizer's tokens.
#[derive(Default)]
pub struct Collector {
    tags: RefCell<Tags>,
    text: RefCell<String>,
}

impl TokenSink for Collector {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => self.text.borrow_mut().push_str(&text),
            Token::TagToken(tag) => {
                let attribute = |name: &str| {
                    tag.attrs
                        .iter()
                        .find(|attribute| &*attribute.name.local == name)
                        .map(|attribute| attribute.value.to_string())
                };
                let push = |key: String, value: String| {
                    self.tags.borrow_mut().entry(key).or_default().push(value);
                };
                match (tag.kind, &*tag.name) {
                    (TagKind::StartTag, "title") => return self.raw(RawKind::Rcdata),
                    (TagKind::StartTag, "script") => return self.raw(RawKind::ScriptData),
                    (TagKind::EndTag, "title") => push("title".into(), self.text.take()),
                    (TagKind::EndTag, "script") => push("json_ld".into(), self.text.take()),
                    (TagKind::StartTag, "meta") => {
                        let name = attribute("name").or_else(|| attribute("property")).unwrap();
                        push(name, attribute("content").unwrap());
                    }
                    (TagKind::StartTag, "link") => match attribute("hreflang") {
                        Some(code) => push(
                            "hreflang".into(),
                            format!("{code} {}", attribute("href").unwrap()),
                        ),
                        None => push("canonical".into(), attribute("href").unwrap()),
                    },
                    (_, other) => panic!("an unexpected tag: {other}"),
                }
            }
            Token::ParseError(error) => panic!("{error}"),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Collector {
    fn raw(&self, kind: RawKind) -> TokenSinkResult<()> {
        self.text.take();
        TokenSinkResult::RawData(kind)
    }
}

pub fn parse(html: &str) -> Tags {
    let tokenizer = Tokenizer::new(
        Collector::default(),
        TokenizerOpts {
            exact_errors: true,
            ..TokenizerOpts::default()
        },
    );
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.tags.take()
}
