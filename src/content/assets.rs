//! Asset containers, their files and `.meta` (spec/statamic.md §1.8).
//!
//! In: `content/assets` and the disks' folders. Out: containers, and an asset for each file and each meta file. What
//! the meta file does not say is read from the file; nothing is written.

mod image;
mod mime;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::problem::Problem;
use super::project::{File, Project, Walk};
use super::{Data, Disk, text};

/// Files that are not assets.
const IGNORED: [&str; 3] = [".gitignore", ".gitkeep", ".DS_Store"];
/// How much of an image is read to find its size.
const HEADER_BYTES: u64 = 256 << 10;

/// `content/assets/<handle>.yaml`.
#[derive(Clone, Debug)]
pub struct Container {
    /// Its file's name.
    pub handle: String,
    /// The handle in words where the file says nothing.
    pub title: String,
    /// The configuration's own file, relative to the root.
    pub path: String,
    /// The disk's name as the file has it.
    pub disk_name: String,
    /// Where its files lie: from the settings, or guessed.
    pub disk: Disk,
    /// The whole file.
    pub data: Data,
}

/// One file of a container, or one that only its `.meta` still tells of.
#[derive(Clone, Debug, Default)]
pub struct Asset {
    /// Handle of its container.
    pub container: String,
    /// Relative to the container, with `/`.
    pub path: String,
    /// Whether the file itself is there.
    pub exists: bool,
    /// `data` of the meta file: `alt`, `focus`, `title` and the blueprint's fields.
    pub data: Data,
    /// Bytes.
    pub size: Option<u64>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// Seconds.
    pub duration: Option<f64>,
    /// From the meta file, or by the file's extension.
    pub mime_type: Option<String>,
    /// Seconds since 1970.
    pub modified: i64,
}

impl Container {
    /// The meta file of an asset, relative to the root: `img/.meta/a.png.yaml` for `img/a.png`.
    #[must_use]
    pub fn meta(&self, path: &str) -> String {
        let root = self.disk.root.to_string_lossy();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = [root.trim_end_matches('/'), folder, ".meta"];
        let folder = folder.into_iter().filter(|part| !part.is_empty());
        format!("{}/{name}.yaml", folder.collect::<Vec<_>>().join("/"))
    }
}

/// Reads all containers, in the order of their handles.
#[must_use]
pub fn read(project: &Project) -> Vec<Container> {
    let files = project.yaml_files("content/assets").into_iter();
    files
        .filter_map(|file| Some(container(project, &file, project.data(&file)?)))
        .collect()
}

/// Reads the assets of all containers, in the order of container and path.
#[must_use]
pub fn read_assets(project: &Project, containers: &[Container]) -> Vec<Asset> {
    containers
        .iter()
        .flat_map(|container| assets(project, container))
        .collect()
}

fn container(project: &Project, file: &File, data: Data) -> Container {
    let handle = file.stem().to_owned();
    let disk_name = text::get(&data, "disk").unwrap_or_else(|| handle.clone());
    Container {
        title: text::get(&data, "title").unwrap_or_else(|| text::humanized(&handle)),
        path: file.path.clone(),
        disk: disk(project, &file.path, &disk_name),
        disk_name,
        handle,
        data,
    }
}

/// A disk not named in the settings is guessed to lie at `public/<disk>`.
fn disk(project: &Project, path: &str, name: &str) -> Disk {
    if let Some(disk) = project.settings.disks.get(name) {
        return disk.clone();
    }
    let root = format!("public/{name}");
    let found = if project.has(&root) {
        ""
    } else {
        ", which is not there: the container is empty"
    };
    let message =
        format!("the disk {name} is guessed to lie at {root} and to be served at /{name}{found}");
    project.report(Problem::info("disk_guessed", path, message));
    Disk {
        root: root.into(),
        url: Some(format!("/{name}")),
    }
}

fn assets(project: &Project, container: &Container) -> Vec<Asset> {
    let root = container.disk.root.to_string_lossy();
    let root = root.trim_end_matches('/');
    let (mut files, mut metas) = (BTreeMap::new(), BTreeMap::new());
    for file in project.files(root, Walk::Everything) {
        let path = file
            .path
            .strip_prefix(root)
            .unwrap_or(&file.path)
            .trim_start_matches('/')
            .to_owned();
        match described_path(&path) {
            Some(described) => drop(metas.insert(described, file)),
            None if is_ignored(&path) => {}
            None => drop(files.insert(path, file)),
        }
    }
    let paths: BTreeSet<_> = files.keys().chain(metas.keys()).collect();
    let asset = |path: &String| asset(project, container, path, files.get(path), metas.get(path));
    paths.into_iter().map(asset).collect()
}

/// `img/.meta/a.png.yaml` tells of `img/a.png`.
fn described_path(path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/')?;
    let name = name.strip_suffix(".yaml")?;
    let folder = folder.strip_suffix(".meta")?;
    (folder.is_empty() || folder.ends_with('/')).then(|| format!("{folder}{name}"))
}

fn is_ignored(path: &str) -> bool {
    let mut segments = path.rsplit('/');
    segments.next().is_some_and(|name| IGNORED.contains(&name))
        || segments.any(|folder| folder == ".meta")
}

fn asset(
    project: &Project,
    container: &Container,
    path: &str,
    file: Option<&File>,
    meta: Option<&File>,
) -> Asset {
    let meta_data = meta.and_then(|meta| project.data(meta)).unwrap_or_default();
    let number = |key: &str| meta_data.get(key).and_then(Value::as_i64);
    let pixels = |key: &str| number(key).and_then(|pixels| u32::try_from(pixels).ok());
    let measured = || file.and_then(|file| measured(project, file));
    let (width, height) = match (pixels("width"), pixels("height")) {
        (Some(width), Some(height)) => (Some(width), Some(height)),
        _ if meta_data.contains_key("width") => (None, None),
        _ => measured().unzip(),
    };
    Asset {
        container: container.handle.clone(),
        path: path.to_owned(),
        exists: file.is_some(),
        data: meta_data.get("data").map(text::data).unwrap_or_default(),
        size: number("size")
            .and_then(|size| u64::try_from(size).ok())
            .or(file.map(|file| file.size)),
        width,
        height,
        duration: meta_data.get("duration").and_then(Value::as_f64),
        mime_type: text::get(&meta_data, "mime_type")
            .or_else(|| mime::by_extension(path).map(str::to_owned)),
        modified: number("last_modified")
            .or(file.or(meta).map(|file| file.modified))
            .unwrap_or_default(),
    }
}

fn measured(project: &Project, file: &File) -> Option<(u32, u32)> {
    mime::by_extension(&file.path).filter(|mime| mime.starts_with("image/"))?;
    image::dimensions(&project.start_of(file, HEADER_BYTES)?)
}
