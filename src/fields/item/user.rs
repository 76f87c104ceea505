//! A user: five keys, never more.

use serde_json::json;

use super::{Members, computed};
use crate::content::users::User;
use crate::fields::{Context, shallow};

/// The five keys that Statamic gives of a user. Asked for only where users are served.
#[must_use]
pub fn members(user: &User, context: &Context<'_>) -> Members {
    vec![
        computed("id", user.id.clone()),
        computed("email", user.email.clone()),
        computed("name", user.name.clone()),
        computed("is_super", json!(user.is_super)),
        computed(
            "api_url",
            shallow::api_url(&format!("users/{}", user.id), context),
        ),
    ]
}
