//! Asset containers and their files.

use serde_json::json;

use super::compiler::{Compiled, Compiler, members, problems, template};
use super::entries::position;
use super::{Compile, Task, hidden, links, values};
use crate::content::assets::{Asset, Container};
use crate::fields::item::{asset as statamic, native};
use crate::fields::{Holder, Shape, shallow, splice};
use crate::site::url;
use crate::site::view::Key;
use crate::store::{Item, Kept, Kind, Name};

/// All containers, and all files of theirs that exist.
pub fn all<'a>(compiler: &'a Compiler<'a>) -> Vec<Task<'a>> {
    let content = &compiler.site.content;
    let containers = content.containers.iter().enumerate();
    let containers = containers.map(|(index, of)| -> Compile<'a> {
        Box::new(move |now| container(compiler, of, index, now))
    });
    let assets = content
        .assets
        .iter()
        .enumerate()
        .filter_map(|(index, asset)| {
            let of = content
                .containers
                .iter()
                .find(|container| container.handle == asset.container)?;
            let id = format!("{}::{}", asset.container, asset.path);
            let kept = Kept {
                name: Name::new(Kind::Asset, &asset.container, &id, ""),
                position: position(index),
                own_order: position(index),
            };
            Some(Task {
                known: Some((kept, Key::Asset(id))),
                compile: Box::new(move |now| file(compiler, of, asset, index, now)),
            })
        });
    containers.map(Task::from).chain(assets).collect()
}

fn container(
    compiler: &Compiler,
    container: &Container,
    index: usize,
    now: jiff::Timestamp,
) -> Compiled {
    let view = &compiler.view(now, &compiler.site.default_site().handle);
    let context = compiler.context(view, Shape::Statamic, Holder::Other);
    let theirs = json!({
        "handle": container.handle,
        "title": container.title,
        "api_url": shallow::api_url(&format!("asset-containers/{}", container.handle), &context),
    });
    let summary =
        json!({ "handle": container.handle, "title": container.title, "url": container.disk.url });
    let item = Item {
        title: container.title.clone(),
        position: position(index),
        own_order: position(index),
        summary: summary.to_string(),
        statamic: Some(template(&members(theirs))),
        ..Item::new(Kind::Container, "", &container.handle)
    };
    Compiled::new(item, view, Vec::new())
}

fn file(
    compiler: &Compiler,
    container: &Container,
    asset: &Asset,
    index: usize,
    now: jiff::Timestamp,
) -> Compiled {
    let view = &compiler.view(now, &compiler.site.default_site().handle);
    let context = compiler.context(view, Shape::Native, Holder::Other);
    let theirs = compiler.context(view, Shape::Statamic, Holder::Other);
    let id = format!("{}::{}", asset.container, asset.path);
    let statamic = template(&statamic::members(container, asset, &theirs));
    let summary = shallow::asset(container, asset, &context);
    let blueprint = compiler.site.content.blueprints.asset(&container.handle);
    let fields = native::of_asset(&blueprint.fields, asset, &context);
    let meta = container.meta(&asset.path);
    let source = links::Source {
        fields: &blueprint.fields,
        value: &|field| asset.data.get(field),
        file: &|_| meta.clone(),
    };
    let links = links::of(&fields, &source, &context);
    let fields = hidden::left_out(fields);
    let mut values = values::of(&members(summary.clone()), &[]);
    values.extend(values::of(&fields, &blueprint.fields));
    let item = Item {
        url: url::asset(container, asset),
        title: asset
            .path
            .rsplit('/')
            .next()
            .unwrap_or(&asset.path)
            .to_owned(),
        updated_at: Some(asset.modified),
        position: position(index),
        own_order: position(index),
        summary: summary.to_string(),
        fields: Some(template(&fields)),
        values,
        links,
        query: Some(splice::whole(&statamic)),
        statamic: Some(statamic),
        ..Item::new(Kind::Asset, &asset.container, &id)
    };
    let problems = problems(context.oddities(), &meta, None);
    Compiled::new(item, view, problems)
}
