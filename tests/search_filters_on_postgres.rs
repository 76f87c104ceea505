//! The filters of a search once more, on `PostgreSQL`.

#[path = "search_filters.rs"]
mod search_filters;
