//! A stored image reference becomes an image with an absolute URL (spec/seo.md §2.7).

use super::Project;
use super::canonical;
use super::input::ImageReference;
use super::social::Image;
use crate::content::assets::{Asset, Container};
use crate::site::url;
use crate::site::view::View;

/// What an image service is asked for where settings name one.
const CROP: (u32, u32) = (1200, 630);

/// What looking for an image gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// The image.
    Found(Image),
    /// There is no such file.
    Missing,
    /// It is there, but no absolute URL of it is known.
    Unreachable,
}

/// Looks for an image: a URL as it stands, else a path in a container.
#[must_use]
pub fn find(view: &View, reference: &ImageReference, project: &Project) -> Lookup {
    let stored = reference.reference.trim();
    if let Some(url) = canonical::absolute(stored) {
        return Lookup::Found(bare(url.to_owned()));
    }
    let (container, path) = stored
        .split_once("::")
        .unwrap_or((reference.container, stored));
    let path = path.trim_start_matches('/');
    match view.asset(container, path) {
        Some((container, asset)) => reachable(of_asset(view, container, asset, project)),
        // Where no file of a container was checked out, nothing can be said about any of them.
        None if !project.has_files(container) => reachable(guessed(view, container, path, project)),
        None => Lookup::Missing,
    }
}

fn reachable(image: Option<Image>) -> Lookup {
    image.map_or(Lookup::Unreachable, Lookup::Found)
}

fn of_asset(view: &View, container: &Container, asset: &Asset, project: &Project) -> Option<Image> {
    let url = url::asset_permalink(container, asset, view.site.settings.base_url.as_deref())?;
    let url = canonical::absolute(&url)?.to_owned();
    let text = |key: &str| asset.data.get(key)?.as_str().map(str::to_owned);
    let image = Image {
        url,
        width: asset.width,
        height: asset.height,
        media_type: asset.mime_type.clone(),
        alt: text("alt").filter(|alt| !alt.trim().is_empty()),
        asset: Some(format!("{}::{}", container.handle, asset.path)),
    };
    Some(cropped(
        image,
        &asset.path,
        text("focus").as_deref(),
        project,
    ))
}

/// Peak's disks are named like their containers and lie below the public folder.
fn guessed(view: &View, container: &str, path: &str, project: &Project) -> Option<Image> {
    let base = view
        .site
        .settings
        .base_url
        .as_deref()?
        .trim_end_matches('/');
    let configured = view
        .site
        .content
        .containers
        .iter()
        .find(|known| known.handle == container);
    let url = match configured {
        Some(known) => {
            let asset = Asset {
                path: path.to_owned(),
                ..Asset::default()
            };
            url::asset_permalink(known, &asset, Some(base))?
        }
        None => format!("{base}/{container}/{}", url::encode_path(path)),
    };
    let image = Image {
        asset: Some(format!("{container}::{path}")),
        ..bare(url)
    };
    Some(cropped(image, path, None, project))
}

fn bare(url: String) -> Image {
    Image {
        url,
        width: None,
        height: None,
        media_type: None,
        alt: None,
        asset: None,
    }
}

/// The image as the image service gives it, cropped around its focal point.
fn cropped(image: Image, path: &str, focus: Option<&str>, project: &Project) -> Image {
    let Some(template) = &project.settings.image_template else {
        return image;
    };
    let (x, y) = focal_point(focus.unwrap_or("50-50"));
    let url = template
        .replace("{path}", &url::encode_path(path))
        .replace("{url}", &image.url)
        .replace("{fx}", &x.to_string())
        .replace("{fy}", &y.to_string());
    Image {
        url,
        width: Some(CROP.0),
        height: Some(CROP.1),
        ..image
    }
}

/// `30-70-1` → 0.3, 0.7
fn focal_point(focus: &str) -> (f64, f64) {
    let mut percents = focus
        .split('-')
        .map(|percent| percent.trim().parse().unwrap_or(50.0) / 100.0);
    (
        percents.next().unwrap_or(0.5),
        percents.next().unwrap_or(0.5),
    )
}
