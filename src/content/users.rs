//! `users/<email>.yaml`, roles and groups (spec/statamic.md §1.9).
//!
//! In: the project's folder. Out: users without anything secret, roles and groups.

use serde_json::Value;

use super::entry::derived_id;
use super::problem::Problem;
use super::project::{File, Project};
use super::{Data, text};

/// Never read: secrets, and what only the control panel uses.
const DROPPED: [&str; 12] = [
    "password",
    "password_hash",
    "remember_token",
    "api_token",
    "preferences",
    "two_factor",
    "two_factor_secret",
    "two_factor_recovery_codes",
    "two_factor_confirmed_at",
    "two_factor_completed",
    "passkeys",
    "email_verified_at",
];

/// One user, without the password hash, tokens and preferences: those are never read.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// `id` of the file, or one derived from its path.
    pub id: String,
    /// The file's name.
    pub email: String,
    /// `name`, or first and last name, or the e-mail address.
    pub name: String,
    /// `super`.
    pub is_super: bool,
    /// Handles of its roles.
    pub roles: Vec<String>,
    /// Handles of its groups.
    pub groups: Vec<String>,
    /// Everything else that is not secret.
    pub data: Data,
}

/// One role of `resources/users/roles.yaml`.
#[derive(Clone, Debug, Default)]
pub struct Role {
    /// The key in the file.
    pub handle: String,
    /// The handle in words where the file says nothing.
    pub title: String,
}

/// One group of `resources/users/groups.yaml`.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The key in the file.
    pub handle: String,
    /// The handle in words where the file says nothing.
    pub title: String,
    /// The group's settings.
    pub data: Data,
}

/// Reads all users, in path order.
#[must_use]
pub fn read(project: &Project) -> Vec<User> {
    let files = project.yaml_files("users").into_iter();
    files
        .filter_map(|file| Some(user(project, &file, project.data(&file)?)))
        .collect()
}

/// Reads all roles, in the file's order.
#[must_use]
pub fn read_roles(project: &Project) -> Vec<Role> {
    let roles = named(project, "resources/users/roles.yaml").into_iter();
    roles
        .map(|(handle, data)| Role {
            title: title(&handle, &data),
            handle,
        })
        .collect()
}

/// Reads all groups, in the file's order.
#[must_use]
pub fn read_groups(project: &Project) -> Vec<Group> {
    let groups = named(project, "resources/users/groups.yaml").into_iter();
    groups
        .map(|(handle, data)| Group {
            title: title(&handle, &data),
            handle,
            data,
        })
        .collect()
}

fn user(project: &Project, file: &File, mut data: Data) -> User {
    data.retain(|key, _| !DROPPED.contains(&key.as_str()));
    let email = file.stem().to_owned();
    let id = data
        .shift_remove("id")
        .as_ref()
        .and_then(text::scalar)
        .unwrap_or_else(|| {
            let message = "the user has no id; one was derived from the path";
            project.report(Problem::warning("id_missing", &file.path, message));
            derived_id(&file.path)
        });
    User {
        id,
        name: name(&data).unwrap_or_else(|| email.clone()),
        email,
        is_super: text::is_true(data.shift_remove("super").as_ref()),
        roles: data
            .shift_remove("roles")
            .as_ref()
            .map(text::list)
            .unwrap_or_default(),
        groups: data
            .shift_remove("groups")
            .as_ref()
            .map(text::list)
            .unwrap_or_default(),
        data,
    }
}

fn name(data: &Data) -> Option<String> {
    let parts: Vec<_> = ["first_name", "last_name"]
        .iter()
        .filter_map(|key| text::get(data, key))
        .collect();
    text::get(data, "name").or_else(|| (!parts.is_empty()).then(|| parts.join(" ")))
}

fn named(project: &Project, path: &str) -> Vec<(String, Data)> {
    let data = project
        .find(path)
        .and_then(|file| project.data(&file))
        .unwrap_or_default();
    data.iter()
        .map(|(handle, value): (&String, &Value)| (handle.clone(), text::data(value)))
        .collect()
}

fn title(handle: &str, data: &Data) -> String {
    text::get(data, "title").unwrap_or_else(|| text::humanized(handle))
}
