//! Whether any file of a project changed, without opening one: names, times and sizes in one number.
//!
//! In: the project's folder. Out: a number that is another one as soon as any file that is read was written, moved or
//! deleted. It knows nothing of what the files say.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use rayon::prelude::*;

use super::collection::FOLDER;
use super::project::{Listing, Met, Project, stamp};
use super::{Error, Settings, assets, hashed};

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

/// A project as it lies there.
#[derive(Debug)]
pub struct Inventory {
    /// The number.
    pub number: i64,
    /// What lies in the folders of collections, by their path below the root: who reads them need not look again.
    pub listings: HashMap<String, Listing>,
}

/// Takes the inventory of a project.
///
/// # Errors
/// Where there is no `content/` folder.
pub fn take(root: &Path, settings: &Settings) -> Result<Inventory, Error> {
    let project = Project::open(root, settings)?;
    let containers = assets::read(&project);
    let disks = containers.iter().map(|container| &*container.disk.root);
    let below: BTreeSet<&Path> = READ.iter().map(Path::new).chain(disks).collect();
    // The folders of collections are what is many: each is a part of its own.
    let folders = project.folders(FOLDER).into_iter();
    let folders: Vec<String> = folders.map(|folder| format!("{FOLDER}/{folder}")).collect();
    let own: BTreeSet<_> = below
        .iter()
        .map(|path| project.root.join(path))
        .chain(folders.iter().map(|folder| project.root.join(folder)))
        .collect();
    let list = |path: &Path| {
        let listing = project.list(&project.root.join(path), |path| !own.contains(path));
        (number(&listing, &project), listing)
    };
    let rest = below.into_par_iter().map(|path| list(path).0);
    let rest = rest.reduce(|| 0, i64::wrapping_add);
    let listings = folders.into_par_iter().map(|folder| {
        let (number, listing) = list(Path::new(&folder));
        (number, (folder, listing))
    });
    let (numbers, listings): (Vec<i64>, HashMap<_, _>) = listings.unzip();
    Ok(Inventory {
        number: numbers.into_iter().fold(rest, i64::wrapping_add),
        listings,
    })
}

/// The sum over a folder, in whatever order the system lists it.
fn number(listing: &Listing, project: &Project) -> i64 {
    let numbers = listing.met.iter().map(|met| match met {
        Ok(Met { entry, facts }) => {
            let said = facts.map(|file| {
                let stamp = stamp(file.modified, project.opened);
                (stamp.ok_or(project.opened), file.size)
            });
            hashed((entry.path(), said))
        }
        Err(error) => hashed((error.path(), error.depth())),
    });
    numbers.fold(0, i64::wrapping_add)
}
