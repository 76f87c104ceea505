//! An asset with all its keys, in Statamic's own order.

use serde_json::{Value, json};

use super::Members;
use crate::content::assets::{Asset, Container};
use crate::fields::{Context, dates, handles, php, shallow, structure, value};
use crate::site::url;

/// Data, then what is known of the file, then what the blueprint adds.
#[must_use]
pub fn members(container: &Container, asset: &Asset, context: &Context<'_>) -> Members {
    let blueprint = context
        .view
        .site
        .content
        .blueprints
        .asset(&container.handle);
    let own = asset.data.iter();
    let mut members: Members = own
        .map(|(key, raw)| (key.clone(), value(Some(raw), blueprint.field(key), context)))
        .collect();
    for (key, value) in of_address(container, asset, context)
        .into_iter()
        .chain(of_file(asset, context))
    {
        structure::put(&mut members, key, value);
    }
    for field in &blueprint.fields {
        if members.iter().all(|(key, _)| *key != field.handle) {
            members.push((field.handle.clone(), value(None, Some(field), context)));
        }
    }
    members
}

type Keys = Vec<(&'static str, Value)>;

fn of_address(container: &Container, asset: &Asset, context: &Context<'_>) -> Keys {
    let basename = asset.path.rsplit('/').next().unwrap_or_default();
    let (filename, extension) = basename.rsplit_once('.').unwrap_or((basename, ""));
    let folder = asset
        .path
        .rsplit_once('/')
        .map_or("/", |(folder, _)| folder);
    let is = |known: &[&str]| known.contains(&extension.to_ascii_lowercase().as_str());
    let object = handles::container(&container.handle, context).unwrap_or_default();
    vec![
        ("id", format!("{}::{}", container.handle, asset.path).into()),
        (
            "title",
            asset
                .data
                .get("title")
                .cloned()
                .unwrap_or_else(|| basename.into()),
        ),
        ("path", asset.path.clone().into()),
        ("filename", filename.into()),
        ("basename", basename.into()),
        ("extension", extension.into()),
        ("is_asset", true.into()),
        ("is_audio", is(&AUDIO).into()),
        ("is_previewable", is(&PREVIEWABLE).into()),
        ("is_image", is(&IMAGE).into()),
        ("is_svg", is(&["svg"]).into()),
        ("is_video", is(&VIDEO).into()),
        ("blueprint", object["blueprint"].clone()),
        (
            "edit_url",
            shallow::edit_url(
                &format!("assets/browse/{}/{}/edit", container.handle, asset.path),
                context,
            ),
        ),
        ("container", object),
        ("folder", folder.into()),
        ("url", url::asset(container, asset).into()),
        (
            "permalink",
            url::asset_permalink(
                container,
                asset,
                context.view.site.settings.base_url.as_deref(),
            )
            .into(),
        ),
        (
            "api_url",
            shallow::api_url(
                &format!("assets/{}/{}", container.handle, asset.path),
                context,
            ),
        ),
    ]
}

fn of_file(asset: &Asset, context: &Context<'_>) -> Keys {
    if !asset.exists {
        return Keys::new();
    }
    let modified = dates::print_seconds(asset.modified, context.shape);
    let mut keys = sizes(asset.size.unwrap_or_default());
    keys.extend([
        ("last_modified", modified.clone()),
        ("last_modified_timestamp", asset.modified.into()),
        ("last_modified_instance", modified),
    ]);
    keys.extend(focus(asset));
    keys.extend(dimensions(asset));
    keys.push(("mime_type", asset.mime_type.clone().into()));
    keys.extend(durations(asset.duration));
    keys
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a size is shown with two decimals"
)]
fn sizes(bytes: u64) -> Keys {
    const KB: f64 = 1024.0;
    let size = bytes as f64;
    let rounded = |unit: f64| php::json(&json!((size / unit * 100.0).round() / 100.0));
    let units = [rounded(KB), rounded(KB * KB), rounded(KB * KB * KB)];
    let human = match size {
        size if size < KB => format!("{bytes} B"),
        size if size < KB * KB => format!("{:.2} KB", size / KB),
        size if size < KB * KB * KB => format!("{:.2} MB", size / (KB * KB)),
        size => format!("{:.2} GB", size / (KB * KB * KB)),
    };
    let [kilobytes, megabytes, gigabytes] = units.clone();
    let [kb, mb, gb] = units;
    vec![
        ("size", human.into()),
        ("size_bytes", bytes.into()),
        ("size_kilobytes", kilobytes),
        ("size_megabytes", megabytes),
        ("size_gigabytes", gigabytes),
        ("size_b", bytes.into()),
        ("size_kb", kb),
        ("size_mb", mb),
        ("size_gb", gb),
    ]
}

/// `50-30-1`: left, top, zoom.
fn focus(asset: &Asset) -> Keys {
    let own = asset.data.get("focus").and_then(Value::as_str);
    let focus = own.unwrap_or("50-50-1");
    let mut parts = focus.split('-');
    let css = format!(
        "{}% {}%",
        parts.next().unwrap_or("50"),
        parts.next().unwrap_or("50")
    );
    vec![
        ("focus", focus.into()),
        ("has_focus", own.is_some().into()),
        ("focus_css", css.into()),
    ]
}

fn dimensions(asset: &Asset) -> Keys {
    let orientation = match (asset.width, asset.height) {
        (Some(width), Some(height)) if width > height => "landscape",
        (Some(width), Some(height)) if width < height => "portrait",
        _ => "square",
    };
    let ratio = match (asset.width, asset.height) {
        (Some(width), Some(height)) if height > 0 => {
            php::json(&json!(f64::from(width) / f64::from(height)))
        }
        _ => Value::Null,
    };
    vec![
        ("height", asset.height.into()),
        ("width", asset.width.into()),
        ("orientation", orientation.into()),
        ("ratio", ratio),
    ]
}

fn durations(duration: Option<f64>) -> Keys {
    let seconds = duration
        .map(|seconds| php::json(&json!(seconds.round())))
        .unwrap_or_default();
    let minutes = duration
        .map(|seconds| php::json(&json!((seconds / 60.0).round())))
        .unwrap_or_default();
    let playtime = duration.map(|seconds| {
        format!(
            "{:02}:{:02}",
            (seconds / 60.0).floor(),
            (seconds % 60.0).floor()
        )
    });
    vec![
        (
            "duration",
            duration
                .map(|seconds| php::json(&json!(seconds)))
                .unwrap_or_default(),
        ),
        ("duration_seconds", seconds.clone()),
        ("duration_minutes", minutes.clone()),
        ("duration_sec", seconds),
        ("duration_min", minutes),
        ("playtime", playtime.into()),
    ]
}

const AUDIO: [&str; 6] = ["aac", "flac", "m4a", "mp3", "ogg", "wav"];
const VIDEO: [&str; 6] = ["h264", "mp4", "m4v", "ogv", "webm", "mov"];
const IMAGE: [&str; 6] = ["jpg", "jpeg", "png", "gif", "webp", "avif"];
const PREVIEWABLE: [&str; 29] = [
    "doc", "docx", "pages", "txt", "ai", "psd", "eps", "ps", "css", "html", "php", "c", "cpp", "h",
    "hpp", "js", "ppt", "pptx", "flv", "tiff", "ttf", "dxf", "xps", "zip", "rar", "xls", "xlsx",
    "pdf", "csv",
];
