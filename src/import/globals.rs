//! Global sets, in each site that has them.

use serde_json::json;

use super::Compile;
use super::compiler::{Compiled, Compiler, problems, template};
use super::entries::position;
use super::{hidden, links, values};
use crate::content::globals::GlobalSet;
use crate::fields::item::{global as statamic, native};
use crate::fields::{Holder, Shape};
use crate::store::{Item, Kind};

/// Every set in every site that has it.
pub fn all<'a>(compiler: &'a Compiler<'a>) -> Vec<Compile<'a>> {
    let sets = compiler.site.content.globals.iter().enumerate();
    let variables =
        sets.flat_map(|(index, set)| set.sites.keys().map(move |site| (index, set, site)));
    variables
        .map(|(index, set, site)| -> Compile<'a> {
            Box::new(move |now| global(compiler, set, site, index, now))
        })
        .collect()
}

fn global(
    compiler: &Compiler,
    set: &GlobalSet,
    site: &str,
    index: usize,
    now: jiff::Timestamp,
) -> Compiled {
    let view = &compiler.view(now, site);
    let data = view.globals(&set.handle).unwrap_or_default();
    let context = compiler.context(view, Shape::Native, Holder::Global);
    let theirs = compiler.context(view, Shape::Statamic, Holder::Global);
    let fields = native::of_global(&set.handle, &data, &context);
    let path = set
        .sites
        .get(site)
        .map_or(&set.path, |variables| &variables.path);
    let blueprint = compiler
        .site
        .content
        .blueprints
        .find("globals", &set.handle);
    let source = links::Source {
        fields: blueprint.map_or(&[], |blueprint| &blueprint.fields),
        value: &|field| data.get(field),
        file: &|_| path.clone(),
    };
    let links = links::of(&fields, &source, &context);
    let declared = blueprint.map_or(&[][..], |blueprint| blueprint.fields.as_slice());
    let fields = hidden::left_out(fields);
    let values = values::of(&fields, declared);
    let item = Item {
        site: site.to_owned(),
        title: set.title.clone(),
        position: position(index),
        own_order: position(index),
        summary: json!({ "handle": set.handle, "title": set.title, "site": site }).to_string(),
        values,
        fields: Some(template(&fields)),
        statamic: Some(template(&statamic::members(&set.handle, &data, &theirs))),
        links,
        ..Item::new(Kind::Global, "", &set.handle)
    };
    Compiled::new(item, view, problems(context.oddities(), path, None))
}
