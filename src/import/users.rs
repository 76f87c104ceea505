//! Users and forms.

use serde_json::json;

use super::Compile;
use super::compiler::{Compiled, Compiler, template};
use super::entries::position;
use crate::content::form::Form;
use crate::content::users::User;
use crate::fields::item::{form as form_item, user as user_item};
use crate::fields::{Holder, Shape, splice};
use crate::store::{Item, Kind};

/// All forms, and, where users are served, all users.
pub fn all<'a>(compiler: &'a Compiler<'a>) -> Vec<Compile<'a>> {
    let content = &compiler.site.content;
    let forms = content.forms.iter().enumerate();
    let forms = forms
        .map(|(index, of)| -> Compile<'a> { Box::new(move |now| form(compiler, of, index, now)) });
    let users = content
        .users
        .iter()
        .enumerate()
        .filter(|_| compiler.shows_users);
    forms
        .chain(users.map(|(index, of)| -> Compile<'a> {
            Box::new(move |now| user(compiler, of, index, now))
        }))
        .collect()
}

fn form(compiler: &Compiler, form: &Form, index: usize, now: jiff::Timestamp) -> Compiled {
    let view = &compiler.view(now, &compiler.site.default_site().handle);
    let context = compiler.context(view, Shape::Statamic, Holder::Other);
    let item = Item {
        title: form.title.clone(),
        position: position(index),
        own_order: position(index),
        summary: json!({ "handle": form.handle, "title": form.title }).to_string(),
        statamic: Some(template(&form_item::members(form, &context))),
        ..Item::new(Kind::Form, "", &form.handle)
    };
    Compiled::new(item, view, Vec::new())
}

fn user(compiler: &Compiler, user: &User, index: usize, now: jiff::Timestamp) -> Compiled {
    let view = &compiler.view(now, &compiler.site.default_site().handle);
    let context = compiler.context(view, Shape::Statamic, Holder::Other);
    let statamic = template(&user_item::members(user, &context));
    let item = Item {
        title: user.name.clone(),
        position: position(index),
        own_order: position(index),
        summary: json!({ "id": user.id, "name": user.name }).to_string(),
        query: Some(splice::whole(&statamic)),
        statamic: Some(statamic),
        ..Item::new(Kind::User, "", &user.id)
    };
    Compiled::new(item, view, Vec::new())
}
