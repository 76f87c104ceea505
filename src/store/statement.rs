//! A statement with its values: text of this program with `$n` where the values go, for whichever engine runs it.

use std::borrow::Cow;
use std::fmt::Write;

use super::audience::Audience;
use super::moment;

/// One statement, ready to run.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) text: Cow<'static, str>,
    pub(super) values: Vec<Value>,
    /// Whether it walks many short rows to find a few, and reads none of the long ones.
    pub(super) walks: bool,
}

/// A value of a statement. What is null has a type all the same: one of the engines wants to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Vec<u8>),
    Boolean(bool),
}

impl Statement {
    /// A statement without values yet.
    pub(super) fn new(text: &'static str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            values: Vec::new(),
            walks: false,
        }
    }

    /// A statement that reads what an audience may see: `$1` is now, `$2` the preview, as `visible!` wants them.
    pub(super) fn read(text: &'static str, audience: &Audience) -> Self {
        Self::new(text)
            .bind(moment::stored(audience.now))
            .bind(audience.preview.stored())
    }

    /// Whether what it answers says of which generation it is.
    pub(super) fn says_generation(&self) -> bool {
        self.text.contains("as generation")
    }

    /// Gives the next `$n` of the text its value.
    pub(super) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Adds to the text; it is for this program's own words, never for what someone sent.
    pub(super) fn push(&mut self, text: &str) {
        self.text.to_mut().push_str(text);
    }

    /// Adds a value where the text ends now.
    pub(super) fn push_value(&mut self, value: impl Into<Value>) {
        self.values.push(value.into());
        let number = self.values.len();
        write!(self.text.to_mut(), "${number}").expect("writing to a String cannot fail");
    }

    /// Adds values with commas between them where the text ends now.
    pub(super) fn push_values<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) {
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.push_value(value);
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<Option<&str>> for Value {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_as_they_come() {
        let mut statement = Statement::new("select a from t where b = $1 and c in (").bind("x");
        statement.push_values([1, 2]);
        statement.push(")");
        assert_eq!(
            statement.text,
            "select a from t where b = $1 and c in ($2, $3)"
        );
        assert_eq!(statement.values, ["x".into(), 1.into(), 2.into()]);
    }
}
