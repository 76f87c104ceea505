//! `resources/forms/<handle>.yaml` (spec/statamic.md §1.12); the fields are in its blueprint `forms/<handle>`.

use super::project::Project;
use super::{Data, text};

/// A form's definition; submissions are never read.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Its file's name.
    pub handle: String,
    /// The handle in words where the file says nothing.
    pub title: String,
    /// Relative to the root, with `/`.
    pub path: String,
    /// The whole file.
    pub data: Data,
}

/// Reads all forms, in the order of their handles.
#[must_use]
pub fn read(project: &Project) -> Vec<Form> {
    let files = project.yaml_files("resources/forms").into_iter();
    let forms = files.filter_map(|file| {
        let data = project.data(&file)?;
        let title = text::get(&data, "title").unwrap_or_else(|| text::humanized(file.stem()));
        Some(Form {
            handle: file.stem().to_owned(),
            title,
            path: file.path.clone(),
            data,
        })
    });
    forms.collect()
}
