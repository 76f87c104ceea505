//! Whether any file of a project changed, without opening one: names, times and sizes in one number.
//!
//! In: the project's folder. Out: a number that is another one as soon as any file that is read was written, moved or
//! deleted. It knows nothing of what the files say.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use rayon::prelude::*;
use walkdir::WalkDir;

use super::collection::FOLDER;
use super::project::Project;
use super::{Error, Settings, assets};

/// What is read of a project besides the folders of its asset disks: folders and files.
pub const READ: [&str; 7] = [
    "content",
    "resources",
    "users",
    "storage/statamic/addons",
    "public/robots.txt",
    "composer.json",
    "composer.lock",
];

/// The number of a project as it lies there now.
///
/// # Errors
/// Where there is no `content/` folder.
pub fn take(root: &Path, settings: &Settings) -> Result<i64, Error> {
    let project = Project::open(root, settings)?;
    let containers = assets::read(&project);
    let disks = containers.iter().map(|container| &*container.disk.root);
    let below: BTreeSet<&Path> = READ.iter().map(Path::new).chain(disks).collect();
    let mut starts: Vec<_> = below.into_iter().map(|path| root.join(path)).collect();
    // The folders of collections are what is many: each is a part of its own.
    let folders = project.folders(FOLDER).into_iter();
    starts.extend(folders.map(|folder| root.join(FOLDER).join(folder)));
    let own: BTreeSet<&Path> = starts.iter().map(AsRef::as_ref).collect();
    let parts = starts.par_iter().map(|start| part(start, &own, &project));
    Ok(parts.reduce(|| 0, i64::wrapping_add))
}

/// The sum over a folder, in whatever order the system lists it; what is a part of its own is left to that.
fn part(start: &Path, own: &BTreeSet<&Path>, project: &Project) -> i64 {
    let walk = WalkDir::new(start).follow_links(true).into_iter();
    let walk = walk.filter_entry(|entry| entry.depth() == 0 || !own.contains(entry.path()));
    walk.map(|entry| match entry {
        Ok(entry) => {
            let metadata = entry.metadata().ok();
            let file = metadata.as_ref().filter(|metadata| metadata.is_file());
            let said = file.map(|file| (project.stamp(file).ok_or(project.opened), file.len()));
            number((entry.path(), said))
        }
        Err(error) => number((error.path(), error.depth())),
    })
    .fold(0, i64::wrapping_add)
}

fn number(thing: impl Hash) -> i64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    i64::from_le_bytes(hasher.finish().to_le_bytes())
}
