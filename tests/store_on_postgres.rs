//! The store once more, on `PostgreSQL`.

#[path = "store.rs"]
mod store;
