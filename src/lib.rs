//! A compiler for a Statamic project's `content/` whose output is `SQLite`, and a server that reads it.
//!
//! ```text
//! files ──content──▶ Content ──site──▶ Site ──import──▶ Document ──store──▶ rows ──api──▶ bytes
//!                                       └─ bard, markdown, fields, seo  (pure functions)
//! ```
//!
//! The rooms below stand in reading order; each may use only the rooms above it (`tests/tidy.rs` keeps it so).

pub mod bard;
pub mod markdown;

pub mod content;

pub mod site;

pub mod fields;
pub mod seo;

pub mod store;

pub mod import;

pub mod api;

pub mod config;
