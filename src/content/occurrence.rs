//! Where in a file something stands, for those who have to find it there.
//!
//! In: the text of a content file, a top-level key, the spelling of a reference in its value. Out: a line. Nothing is
//! parsed: the lines of a key are those from it to the next one that is not indented; a body belongs to `content`.

/// The line, from 1, of the `nth` place (from 0) where `spelling` stands in the value of a top-level key; the last such
/// place where there are fewer. Where the key's lines do not have it, the whole file is searched: the key may lie deeper.
#[must_use]
pub fn line(text: &str, key: &str, spelling: &str, nth: usize) -> Option<u64> {
    let in_key = nth_of(&lines_of(text, key), spelling, nth);
    in_key.or_else(|| {
        let all: Vec<(u64, &str)> = (1..).zip(text.lines()).collect();
        nth_of(&all, spelling, nth)
    })
}

fn nth_of(lines: &[(u64, &str)], spelling: &str, nth: usize) -> Option<u64> {
    let places = lines
        .iter()
        .flat_map(|(number, line)| std::iter::repeat_n(*number, count(line, spelling)));
    places.take(nth + 1).last()
}

/// How often a line has the spelling as a whole: not as a part of a longer name or path.
fn count(line: &str, spelling: &str) -> usize {
    let is_name =
        |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '/' | ':');
    let whole = |(at, found): &(usize, &str)| {
        let before = line[..*at].chars().next_back();
        let after = line[at + found.len()..].chars().next();
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    };
    line.match_indices(spelling).filter(whole).count()
}

/// The lines of a top-level key, or those of the body.
fn lines_of<'t>(text: &'t str, key: &str) -> Vec<(u64, &'t str)> {
    let mut fences = text
        .lines()
        .next()
        .filter(|first| is_fence(first))
        .map_or(2, |_| 0);
    let mut current = None;
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if fences < 2 && is_fence(line) {
            fences += 1;
            current = (fences == 2).then_some("content");
            continue;
        }
        if let Some(begun) = key_of(line).filter(|_| current != Some("content") || fences < 2) {
            current = Some(begun);
        }
        if current == Some(key) {
            lines.push((number, line));
        }
    }
    lines
}

fn is_fence(line: &str) -> bool {
    line.trim_end() == "---"
}

/// The key that a line begins at the top level.
fn key_of(line: &str) -> Option<&str> {
    if line.starts_with([' ', '\t', '#', '-']) {
        return None;
    }
    let (key, _) = line.split_once(':')?;
    Some(key.trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "---\nid: a\nrelated:\n  - b\n  - c\nother: b\narticle:\n  -\n    href: 'statamic://entry::b'\n  -\n    href: 'statamic://entry::b'\n---\nsee: [x](statamic://entry::b)\n";

    #[test]
    fn a_reference_is_found_in_the_lines_of_its_field() {
        assert_eq!(line(FILE, "related", "b", 0), Some(4));
        assert_eq!(line(FILE, "other", "b", 0), Some(6));
        assert_eq!(line(FILE, "article", "statamic://entry::b", 1), Some(11));
        assert_eq!(line(FILE, "content", "statamic://entry::b", 0), Some(13));
    }

    #[test]
    fn what_is_not_in_its_field_is_looked_for_everywhere() {
        assert_eq!(line("data:\n  pick: b\n", "pick", "b", 0), Some(2));
        assert_eq!(line(FILE, "nothing", "c", 7), Some(5));
        assert_eq!(line(FILE, "related", "d", 0), None);
    }

    #[test]
    fn a_part_of_a_longer_name_is_not_it() {
        assert_eq!(line("a: b-c/b.png\nd: b\n", "a", "b", 0), Some(2));
    }
}
