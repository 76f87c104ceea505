//! Which failures pass: by asking again at once, by doing a transaction once more, or not at all.

/// Whether the connection is of no more use.
pub(super) fn is_of_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => true,
        // Connection exceptions, and a server that goes down or comes up.
        _ => code(error).is_some_and(|code| code.starts_with("08") || code.starts_with("57P")),
    }
}

/// Whether no connection was to be had, or not one that may write: there may be one in a while.
pub(in crate::store) fn is_of_server(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed)
        || is_of_connection(error)
        || code(error).is_some_and(|code| code.starts_with("53") || code == "25006")
}

/// Whether the next try of a single read may well succeed: a read that a replica gave up for what the primary sent is
/// among them.
pub(super) fn passes_at_once(error: &sqlx::Error) -> bool {
    is_of_connection(error) || is_conflict(error)
}

/// Whether a transaction met another one: a serialization failure, a deadlock, a lock that was waited for too long.
pub(in crate::store) fn is_conflict(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| ["40001", "40P01", "55P03"].contains(&code.as_str()))
}

/// `undefined_table`
pub(super) fn is_unknown_table(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "42P01")
}

/// `undefined_object`, `invalid_parameter_value`, `feature_not_supported`
pub(super) fn is_unknown_setting(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| ["42704", "22023", "0A000"].contains(&code.as_str()))
}

fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}
