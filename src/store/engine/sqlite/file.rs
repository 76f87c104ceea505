//! Which file a path names, so that another one in its place is noticed.

use std::path::Path;

/// Tells two files apart while at least one of them is open or linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

impl Identity {
    /// That of the file that is at a path now.
    pub(super) fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|file| Self::read(&file))
    }

    #[cfg(unix)]
    fn read(file: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;

        Self(file.dev(), file.ino())
    }

    /// Without inodes: when it was made, which a rename keeps and a write does not change.
    #[cfg(not(unix))]
    fn read(file: &std::fs::Metadata) -> Self {
        let made = file.created().ok();
        let made = made.and_then(|made| made.duration_since(std::time::UNIX_EPOCH).ok());
        Self(
            made.map_or(0, |made| made.as_secs()),
            made.map_or(0, |made| made.subsec_nanos().into()),
        )
    }
}
