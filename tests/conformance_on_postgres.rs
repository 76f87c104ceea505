//! Our answers held against Statamic's once more, from `PostgreSQL`.

#[path = "conformance.rs"]
mod conformance;
