//! Whatever the bytes, reading ends with a value or an error, loses nothing and invents nothing.

use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use rhapsode::content::{front_matter, yaml};
use serde_json::{Map, Value};

/// Pieces that mean something to YAML, and text that does not.
fn pieces() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "a",
        "b",
        ": ",
        ":",
        "\n",
        "\n  ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\"",
        "'",
        "|",
        ">",
        "&x ",
        "*x",
        "<<: ",
        "? ",
        "!t ",
        "!!str ",
        "#",
        " #",
        "---",
        "\n---\n",
        "...",
        "%",
        "@",
        "\t",
        "\r\n",
        "\r",
        "\0",
        "\u{7}",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{10FFFD}",
        "\u{10FFFC}",
        "+1",
        "-0",
        "0x1F",
        "0b1",
        "1e999",
        ".inf",
        "~",
        "true",
        "é",
        "\\u0041",
        "\\x",
    ]);
    let piece = prop_oneof![8 => special.prop_map(str::to_owned), 1 => ".{0,8}"];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Values as YAML can hold them; keys are never 0, 1, 2 … alone, which PHP calls a list.
fn values() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "\\PC{0,12}",
        "[ -~\u{a0}-\u{ff}\n\u{2028}\u{85}\u{7}]{0,12}"
    ];
    let leaf = prop_oneof![
        any::<Option<bool>>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1.0e9..1.0e9).prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[a-z]{1,6}", inner), 0..6)
                .prop_map(|pairs| Value::Object(Map::from_iter(pairs))),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_at_a_place_inside_the_file(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(error) = front_matter::read(&bytes) {
            let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
            prop_assert!((1..=lines).contains(&error.line), "{error}");
        }
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_inside_it(text in pieces()) {
        if let Err(error) = yaml::read(&text) {
            let lines = text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
            prop_assert!((1..=lines).contains(&error.line) && error.column >= 1, "{error}");
            let is_clean = !error.message.is_empty() && !error.message.contains('\u{10FFFD}');
            prop_assert!(is_clean, "{error}");
        }
    }

    #[test]
    fn splitting_keeps_every_character_but_the_fences_and_white_space(text in pieces()) {
        let parts = front_matter::split(&text);
        prop_assert!(text.ends_with(parts.body) || parts.body.is_empty());
        prop_assert!(text.contains(parts.yaml));
        let is_trimmed = !parts.body.starts_with([' ', '\t', '\n', '\r', '\0', '\u{b}']);
        prop_assert!(is_trimmed);
        if !text.starts_with("---") {
            prop_assert_eq!(parts.yaml, text.as_str());
        }
    }

    #[test]
    fn json_is_read_as_the_value_it_is(value in values()) {
        let json = value.to_string().replace('\u{7f}', "\\u007f");
        prop_assert_eq!(yaml::read(&json).map_err(|error| format!("{error}: {json}")), Ok(value));
    }

    #[test]
    fn a_block_text_is_read_back_whatever_it_holds(lines in prop::collection::vec("[a-z+:,\\-\\]?0-9\u{2028}\u{7}\u{10FFFD}][ -~\u{85}\u{10FFFC}\t]{0,20}", 1..6)) {
        let text = lines.join("\n");
        let yaml = format!("key: |-\n  {}\nnext: 1\n", text.replace('\n', "\n  "));
        let value = yaml::read(&yaml).map_err(|error| format!("{error}: {yaml:?}"));
        prop_assert_eq!(value.map(|value| value["key"].clone()), Ok(Value::from(text)));
    }

    #[test]
    fn a_quoted_text_is_read_back_whatever_it_holds(text in "[ -&(-~\u{a0}-\u{ff}\u{2028}\u{85}\u{7}\u{10FFFD}]{0,30}") {
        let value = yaml::read(&format!("- '{text}'\n")).map_err(|error| error.to_string());
        prop_assert_eq!(value, Ok(Value::from(vec![text])));
    }
}
