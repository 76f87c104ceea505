//! A look into a template, or into plain JSON, one level deep and without parsing: the members of an object, the
//! elements of a list, each as the text it is.

use super::Kind;

/// A member of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its name as JSON writes it between quotes.
    pub key: &'a str,
    /// Its value.
    pub value: &'a str,
    /// What may remove it; `None` where it always stays.
    pub kind: Option<Kind>,
}

/// The members of an object, in order; none of anything else.
#[must_use]
pub fn members(object: &str) -> Vec<Member<'_>> {
    let mut members = Vec::new();
    let mut kind = None;
    let mut at = 1;
    let bytes = object.as_bytes();
    if bytes.first() != Some(&b'{') {
        return members;
    }
    while at < bytes.len() {
        match bytes[at] {
            1 => {
                kind = bytes.get(at + 1).map(|tag| Kind::of(*tag));
                at += 2;
            }
            b'"' => {
                let key_end = string_end(bytes, at);
                let value_end = value_end(bytes, key_end + 1);
                members.push(Member {
                    key: &object[at + 1..key_end - 1],
                    value: &object[key_end + 1..value_end],
                    kind: kind.take(),
                });
                at = value_end;
            }
            _ => at += 1,
        }
    }
    members
}

/// The elements of a list, in order; none of anything else.
#[must_use]
pub fn elements(list: &str) -> Vec<&str> {
    let mut elements = Vec::new();
    let bytes = list.as_bytes();
    let mut at = 1;
    while bytes.first() == Some(&b'[') && at < bytes.len() && bytes[at] != b']' {
        let end = value_end(bytes, at);
        elements.push(&list[at..end]);
        at = end + usize::from(bytes.get(end) == Some(&b','));
    }
    elements
}

/// Just behind the value that begins at a place.
fn value_end(bytes: &[u8], begin: usize) -> usize {
    let (mut at, mut depth) = (begin, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at = string_end(bytes, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' | 1 | 2 if depth == 0 => return at,
            b'}' | b']' => depth -= 1,
            1 => at += 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// Just behind the string that begins at a place.
fn string_end(bytes: &[u8], begin: usize) -> usize {
    let mut at = begin + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_elements_are_told_apart_at_one_level() {
        let template = "{\"a\":{\"x\":[1,\"}\\\"\"]},\"b\":2\u{1}f\"c\":{\u{1}p\"html\":\"<p>\"\u{2}}\u{2}\u{1}f\"d\":[]\u{2}}";
        let found: Vec<_> = members(template)
            .iter()
            .map(|member| (member.key, member.value.len(), member.kind))
            .collect();
        let field = Some(Kind::Field);
        assert_eq!(
            found,
            [
                ("a", 15, None),
                ("b", 1, None),
                ("c", 17, field),
                ("d", 2, field)
            ]
        );
        assert_eq!(
            elements("[1,{\"a\":[2,3]},\"x,]\"]"),
            ["1", "{\"a\":[2,3]}", "\"x,]\""]
        );
        assert!(
            members("null").is_empty() && elements("{}").is_empty() && elements("[]").is_empty()
        );
    }
}
