//! The HTTP API once more, on `PostgreSQL`.

#[path = "api.rs"]
mod api;
