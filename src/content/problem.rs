//! What is wrong with a file: where, how bad, and what was expected instead.

use serde::{Deserialize, Serialize};

use super::yaml;

/// All codes, sorted; the README says what each means.
pub const CODES: [&str; 80] = [
    "ambiguous_term",
    "antlers_unknown",
    "attribute_not_a_scalar",
    "attributes_not_a_map",
    "bad_date",
    "blueprint_missing",
    "blueprint_too_large",
    "byte_order_mark",
    "collection_missing",
    "colwidth",
    "content_not_a_list",
    "content_twice",
    "date_behavior_unknown",
    "date_overflows",
    "dictionary_unknown",
    "disk_guessed",
    "duplicate_id",
    "duplicate_key",
    "entry_outside_site",
    "feed_without_collection",
    "field_duplicate",
    "field_invalid",
    "field_missing",
    "fieldset_missing",
    "fieldset_recursion",
    "fieldtype_unknown",
    "file_name_not_utf8",
    "file_stray",
    "file_too_large",
    "file_unreadable",
    "folder_unreadable",
    "front_matter_empty",
    "global_set_missing",
    "heading_level",
    "heading_without_level",
    "id_invalid",
    "id_missing",
    "image_without_src",
    "invalid_utf8",
    "json_invalid",
    "key_invalid",
    "link_outside",
    "marks_not_a_list",
    "marks_not_open",
    "merge_invalid",
    "mount_missing",
    "multiple_documents",
    "multisite_guessed",
    "navigation_missing",
    "nesting_too_deep",
    "node_without_type",
    "not_a_mapping",
    "number_not_finite",
    "origin_loop",
    "origin_missing",
    "redirect_regex_invalid",
    "redirect_target_missing",
    "redirect_to_itself",
    "reference_suffix",
    "route_variable_unknown",
    "set_in_text",
    "set_without_type",
    "set_without_values",
    "site_invalid",
    "site_unknown",
    "sites_missing",
    "taxonomy_missing",
    "term_without_file",
    "text_not_a_string",
    "too_deep",
    "too_many_aliases",
    "too_many_marks",
    "tree_entry_missing",
    "tree_entry_repeated",
    "tree_invalid",
    "unknown_tag",
    "unsafe_link",
    "uri_conflict",
    "yaml_entry_ignored",
    "yaml_syntax",
];

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
    /// One of [`CODES`]; stable.
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

/// `1 error`, `2 errors`.
#[must_use]
pub fn counted(number: usize, one: &str, several: &str) -> String {
    let noun = if number == 1 { one } else { several };
    format!("{number} {noun}")
}
