//! What is stored of all items, read so that what was compiled can be set against it.
//!
//! In: the rows of `item` and what each was made of. Out: the versions of each item, by the digest of its name. To ask
//! for a value at a time takes long, so that many rows come as one text, which is taken apart on all cores.

use std::collections::HashMap;
use std::str::FromStr;

use rayon::prelude::*;

use super::engine::{Row, Writer};
use super::log::{Identity, Version};
use super::statement::Statement;
use super::write::Span;
use super::{Digest, Error, Name};

/// The rows as texts: all but the names and the problems is words with blanks between them; those stand behind the
/// words, which say how many bytes each has, and one row follows right after the other. What a row was made of may be
/// missing.
const STORED: &str = "with recursive piece (start) as (
        select cast(0 as bigint)
        union all
        select start + 512 from piece where start + 512 <= (select max(number) from item)
    )
    select coalesce((
        select string_agg(concat_ws(' ', i.number, i.position, i.own_order, i.valid_from, i.valid_until, i.visible_from,
            i.visible_until, hex(i.hash), case when m.number is null then '-' else hex(m.needs) end,
            octet_length(i.kind), octet_length(i.owner), octet_length(i.id), octet_length(i.site),
            octet_length(coalesce(m.problems, '')),
            i.kind || i.owner || i.id || i.site || coalesce(m.problems, '')), '')
        from item i left join made m on m.number = i.number
        where i.number >= p.start and i.number < p.start + 512
    ), '') as lines from piece p";

/// Versions of items, by the digest of their name.
pub(super) type Items = HashMap<Digest, Vec<Stored>>;

/// A version of an item as the database has it.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) number: i64,
    pub(super) hash: Vec<u8>,
    pub(super) places: (i64, i64),
    pub(super) span: Span,
    /// What it was made of; `None` where that is not known.
    pub(super) needs: Option<Vec<i64>>,
    /// What was odd about it, as JSON; mostly nothing.
    pub(super) problems: String,
}

impl Stored {
    pub(super) fn version(&self) -> Version {
        Version {
            number: self.number,
            visible: self.span.visible,
            hash: self.hash.clone(),
        }
    }
}

/// Reads all that is stored.
pub(super) async fn read(writer: &mut Writer) -> Result<Items, Error> {
    let rows = writer.rows(Statement::new(STORED)).await?;
    let texts = rows.iter().map(|row| row.get("lines"));
    let texts: Vec<String> = texts.collect::<Result<_, Error>>()?;
    drop(rows);
    let versions = texts.par_iter().map(|text| versions(text));
    let versions: Option<Vec<_>> = versions.collect();
    let mut items = Items::new();
    for (name, version) in versions
        .ok_or(sqlx::Error::RowNotFound)?
        .into_iter()
        .flatten()
    {
        items.entry(name).or_default().push(version);
    }
    Ok(items)
}

/// What names the items of rows, by their number.
pub(super) async fn identities(
    writer: &mut Writer,
    numbers: &[i64],
) -> Result<HashMap<i64, Identity>, Error> {
    let mut named =
        Statement::new("select number, kind, id, owner, site from item where number in (");
    named.push_values(numbers.iter().copied());
    named.push(")");
    let rows = writer.rows(named).await?;
    let identity = |row: &Row| -> Result<(i64, Identity), Error> {
        let identity = Identity {
            kind: row.get("kind")?,
            id: row.get("id")?,
            owner: row.get("owner")?,
            site: row.get("site")?,
        };
        Ok((row.get("number")?, identity))
    };
    rows.iter().map(identity).collect()
}

/// The rows of one text; `None` where it is none of ours.
fn versions(text: &str) -> Option<Vec<(Digest, Stored)>> {
    let mut rest = Rest(text);
    let mut versions = Vec::new();
    while !rest.0.is_empty() {
        versions.push(rest.version()?);
    }
    Some(versions)
}

/// What is left of a text.
struct Rest<'t>(&'t str);

impl<'t> Rest<'t> {
    fn version(&mut self) -> Option<(Digest, Stored)> {
        let mut stored = Stored {
            number: self.number()?,
            places: (self.number()?, self.number()?),
            span: Span {
                valid: (self.number()?, self.number()?),
                visible: (self.number()?, self.number()?),
            },
            hash: numbers(self.word()?)?
                .into_iter()
                .flat_map(i64::to_le_bytes)
                .collect(),
            needs: numbers(self.word()?),
            problems: String::new(),
        };
        let lengths: [usize; 5] = [
            self.number()?,
            self.number()?,
            self.number()?,
            self.number()?,
            self.number()?,
        ];
        let [kind, owner, id, site, problems] = lengths.map(|length| self.text(length));
        problems?.clone_into(&mut stored.problems);
        Some((Name::digest_of([kind?, owner?, id?, site?]), stored))
    }

    fn word(&mut self) -> Option<&'t str> {
        let (word, rest) = self.0.split_once(' ')?;
        self.0 = rest;
        Some(word)
    }

    fn number<N: FromStr>(&mut self) -> Option<N> {
        self.word()?.parse().ok()
    }

    fn text(&mut self, bytes: usize) -> Option<&'t str> {
        let (text, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(text)
    }
}

/// Numbers of 8 bytes each, from the hexadecimal digits of these.
fn numbers(digits: &str) -> Option<Vec<i64>> {
    let number = |at| {
        let digits = digits.get(at..at + 16)?;
        let number = u64::from_str_radix(digits, 16).ok()?;
        Some(number.swap_bytes().cast_signed())
    };
    (0..digits.len()).step_by(16).map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_taken_apart_whatever_the_names_hold() {
        let row = |number: i64, id: &str, needs: &str| {
            format!(
                "{number} 1 2 3 4 5 6 0100000000000000 {needs} 5 1 {} 0 2 entryo{id}[]",
                id.len()
            )
        };
        let text = row(7, "a b\n1 ", "-") + &row(8, "é", "0200000000000000FFFFFFFFFFFFFFFF");
        let found = versions(&text).unwrap();
        assert_eq!(found[0].0, Name::digest_of(["entry", "o", "a b\n1 ", ""]));
        assert_eq!(found[0].1.needs, None);
        assert_eq!(found[1].0, Name::digest_of(["entry", "o", "é", ""]));
        let stored = &found[1].1;
        assert_eq!((stored.number, stored.places), (8, (1, 2)));
        assert_eq!((stored.span.valid, stored.span.visible), ((3, 4), (5, 6)));
        assert_eq!(stored.hash, [1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(stored.needs, Some(vec![2, -1]));
        assert_eq!(stored.problems, "[]");
        assert!(versions(&text[..text.len() - 1]).is_none());
        assert!(versions("").unwrap().is_empty());
    }
}
