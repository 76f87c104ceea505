//! How far a client knows the site, as text that it gives back as it is: the token of `/changes` and `/events`.

use jiff::Timestamp;

use super::problem::Error;
use crate::store::changes::Mark;

/// A mark as text.
#[must_use]
pub fn write(mark: &Mark) -> String {
    let Mark {
        database,
        generation,
        moment,
    } = mark;
    format!("{database}-{generation}-{}", moment.as_millisecond())
}

/// Reads a token that was given as a parameter or header of this name.
///
/// # Errors
/// If it is none.
pub fn read(text: &str, name: &str) -> Result<Mark, Error> {
    let wrong = || {
        Error::parameter(
            name,
            format!("{text:?} is no token; take it from meta.token of /changes as it is"),
        )
    };
    let mark = || {
        let (database, rest) = text.split_once('-')?;
        let (generation, moment) = rest.split_once('-')?;
        let is_name = database.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Some(Mark {
            database: is_name.then(|| database.to_owned())?,
            generation: generation.parse().ok().filter(|number| *number >= 0)?,
            moment: Timestamp::from_millisecond(moment.parse().ok()?).ok()?,
        })
    };
    mark().ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_nothing_else_is_one() {
        for moment in [-3, 0, 1_767_268_800_123] {
            let mark = Mark {
                database: "a1".into(),
                generation: 7,
                moment: Timestamp::from_millisecond(moment).unwrap(),
            };
            assert_eq!(read(&write(&mark), "since").unwrap(), mark);
        }
        for wrong in [
            "",
            "a",
            "a-1",
            "a-x-1",
            "a--1-1",
            "a b-1-1",
            "a-1-99999999999999999999",
        ] {
            assert!(read(wrong, "since").is_err(), "{wrong}");
        }
    }
}
