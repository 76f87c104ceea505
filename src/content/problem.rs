//! What is wrong with a file: where, how bad, and what was expected instead.

use serde::{Deserialize, Serialize};

use super::yaml;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Served as the file says, but worth a look.
    Info,
    /// Served, with something left out or guessed.
    Warning,
    /// The thing itself could not be served.
    Error,
}

/// One thing wrong with one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Stable, `snake_case`; listed in the README.
    pub code: String,
    /// Relative to the project's root, with `/`.
    pub path: String,
    /// From 1; where the place in the file is known.
    pub line: Option<u64>,
    /// From 1, in characters.
    pub column: Option<u64>,
    /// One sentence: what is wrong and what was expected.
    pub message: String,
    /// The entry it belongs to, where there is one.
    pub entry: Option<String>,
}

impl Problem {
    /// Something worth a look.
    #[must_use]
    pub fn info(code: &str, path: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, path, message.into())
    }

    /// Something left out or guessed.
    #[must_use]
    pub fn warning(code: &str, path: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, path, message.into())
    }

    /// Something that is not served.
    #[must_use]
    pub fn error(code: &str, path: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, path, message.into())
    }

    /// A file that could not be read.
    #[must_use]
    pub fn unreadable(path: &str, error: &yaml::Error) -> Self {
        Self::error(error.code, path, error.message.clone()).at(error.line, error.column)
    }

    /// The place in the file.
    #[must_use]
    pub fn at(mut self, line: u64, column: u64) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// The entry that it belongs to.
    #[must_use]
    pub fn of_entry(mut self, id: &str) -> Self {
        self.entry = Some(id.to_owned());
        self
    }

    fn new(severity: Severity, code: &str, path: &str, message: String) -> Self {
        let (code, path) = (code.to_owned(), path.to_owned());
        Self {
            severity,
            code,
            path,
            line: None,
            column: None,
            message,
            entry: None,
        }
    }
}
