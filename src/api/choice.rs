//! Which parts of an entry a request wants: `fields=`, `body=`, `heading_ids=`, `include=` and `seo=`.

use super::problem::Error;
use super::query::{Canonical, Parameters, unknown_value};
use crate::fields::splice::Kind;
use crate::store;

/// The names of the parameters.
pub const PARAMETERS: [&str; 5] = ["body", "fields", "heading_ids", "include", "seo"];

/// Those for things of a kind: assets say nothing to search engines.
pub fn parameters(kind: store::Kind) -> impl Iterator<Item = &'static str> {
    let fit = move |name: &&str| kind != store::Kind::Asset || *name != "seo";
    PARAMETERS.into_iter().filter(fit)
}

/// The parts that a body can have.
pub const BODY_PARTS: [&str; 10] = [
    "raw",
    "html",
    "text",
    "markdown",
    "headings",
    "words",
    "reading_minutes",
    "links",
    "images",
    "blocks",
];

/// Those that it has where the request does not choose.
const USUAL_PARTS: [&str; 6] = [
    "raw",
    "html",
    "headings",
    "words",
    "reading_minutes",
    "links",
];

/// What `seo=` may name, one or several.
const SEO_PARTS: [&str; 5] = ["raw", "resolved", "head.html", "head.unhead", "head.next"];

/// What `seo=` may be as a whole.
const SEO_WHOLES: [&str; 2] = ["none", "full"];

/// What a request chose of each entry it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    fields: Names,
    body: Names,
    include: Names,
    seo: Names,
    heading_ids: bool,
}

/// A choice among names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Names {
    /// Nothing was said.
    Unsaid,
    All,
    None,
    /// Sorted.
    These(Vec<String>),
}

impl Choice {
    /// What a request chose.
    ///
    /// # Errors
    /// If `body` or `seo` names something that does not exist; names of fields are for [`Self::unknown_field`].
    pub fn parse(given: &Parameters) -> Result<Self, Error> {
        let fields = Names::parse(given.get("fields"), "*");
        let body = Names::parse(given.get("body"), "*");
        body.check("body", &BODY_PARTS, &["none", "*"])?;
        let seo = match given.get("seo") {
            Some("resolved") => Names::These(vec!["raw".into(), "resolved".into()]),
            seo => Names::parse(seo, "full"),
        };
        seo.check("seo", &SEO_PARTS, &SEO_WHOLES)?;
        let heading_ids = given.one_of("heading_ids", &["true", "false"])? == Some("true");
        Ok(Self {
            fields,
            body,
            include: Names::paths(given.get("include")),
            seo,
            heading_ids,
        })
    }

    /// The choice on a single entry: where nothing is said, everything.
    #[must_use]
    pub fn of_one(self) -> Self {
        Self {
            fields: self.fields.or(Names::All).and(self.include.tops()),
            seo: self.seo.or(Names::All),
            ..self
        }
    }

    /// The choice in a list: where nothing is said, nothing; a choice of body parts asks for all fields, and what is
    /// included is shown.
    #[must_use]
    pub fn of_many(self) -> Self {
        let fields = if self.body == Names::Unsaid {
            Names::None
        } else {
            Names::All
        };
        Self {
            fields: self.fields.or(fields).and(self.include.tops()),
            seo: self.seo.or(Names::None),
            ..self
        }
    }

    /// The choice for a thing of a kind: what has no fields or no SEO shows none.
    #[must_use]
    pub fn of_kind(&self, kind: &str) -> Self {
        let has_seo = ["entry", "term", "global"].contains(&kind);
        let has_fields = has_seo || kind == store::Kind::Asset.name();
        let only = |names: &Names, has: bool| if has { names.clone() } else { Names::None };
        Self {
            fields: only(&self.fields, has_fields),
            seo: only(&self.seo, has_seo),
            ..self.clone()
        }
    }

    /// Adds what was said to the canonical query, in the one spelling it has there.
    #[must_use]
    pub fn canonical(&self, query: Canonical) -> Canonical {
        let query = query.with("body", self.body.text("*").as_deref());
        query
            .with("fields", self.fields.text("*").as_deref())
            .with("heading_ids", self.heading_ids.then_some("true"))
            .with("include", self.include.text("").as_deref())
            .with("seo", self.seo.text("full").as_deref())
    }

    /// Whether any field is wanted.
    #[must_use]
    pub fn has_fields(&self) -> bool {
        self.fields != Names::None
    }

    /// Whether any part of the SEO object is wanted.
    #[must_use]
    pub fn has_seo(&self) -> bool {
        self.seo != Names::None
    }

    /// The fields that are chosen one by one, each a name or a path.
    #[must_use]
    pub fn named_fields(&self) -> &[String] {
        self.fields.these()
    }

    /// The paths of the relations whose targets' fields are wanted.
    #[must_use]
    pub fn includes(&self) -> &[String] {
        self.include.these()
    }

    /// Whether members of fields are chosen or anything is included, which a cut alone cannot do.
    #[must_use]
    pub fn is_deep(&self) -> bool {
        !self.includes().is_empty() || self.named_fields().iter().any(|name| name.contains('.'))
    }

    /// The error of a field that does not exist.
    #[must_use]
    pub fn unknown_field(name: &str, allowed: &[String]) -> Error {
        unknown_value("fields", name, allowed)
    }

    /// Whether a removable member of a template is wanted.
    #[must_use]
    pub fn keeps(&self, kind: Kind, name: &str) -> bool {
        match kind {
            Kind::Field => self.fields.has_top(name),
            Kind::Part => match &self.body {
                Names::Unsaid => USUAL_PARTS.contains(&name),
                body => body.has(name),
            },
            Kind::Seo => self.keeps_seo(name),
            Kind::HeadingId => self.heading_ids,
            Kind::Set | Kind::Related => false,
        }
    }

    fn keeps_seo(&self, name: &str) -> bool {
        match name {
            "raw" | "raw_inherited" => self.seo.has("raw"),
            "html" | "unhead" | "next" => self.seo.has(&format!("head.{name}")),
            "head" => ["head.html", "head.unhead", "head.next"]
                .iter()
                .any(|part| self.seo.has(part)),
            _ => self.seo.has("resolved"),
        }
    }
}

impl Names {
    /// Each has to be named: there is no word for all.
    fn paths(given: Option<&str>) -> Self {
        match Self::parse(given, "none") {
            Self::All => Self::None,
            names => names,
        }
    }

    fn parse(given: Option<&str>, all: &str) -> Self {
        match given {
            None => Self::Unsaid,
            Some("none") => Self::None,
            Some(given) if given == all => Self::All,
            Some(given) => {
                let mut names: Vec<String> = given
                    .split(',')
                    .map(|name| name.trim().to_owned())
                    .collect();
                names.sort();
                names.dedup();
                Self::These(names)
            }
        }
    }

    fn check(&self, param: &str, names: &[&str], wholes: &[&str]) -> Result<(), Error> {
        let Self::These(given) = self else {
            return Ok(());
        };
        match given.iter().find(|given| !names.contains(&given.as_str())) {
            Some(unknown) => Err(unknown_value(param, unknown, &[names, wholes].concat())),
            None => Ok(()),
        }
    }

    fn or(self, default: Self) -> Self {
        if self == Self::Unsaid { default } else { self }
    }

    /// The names that are given one by one.
    fn these(&self) -> &[String] {
        if let Self::These(names) = self {
            names
        } else {
            &[]
        }
    }

    /// The first names of paths, without doubles.
    fn tops(&self) -> Vec<String> {
        let mut tops: Vec<String> = self
            .these()
            .iter()
            .map(|path| top(path).to_owned())
            .collect();
        tops.dedup();
        tops
    }

    /// The same with more names, unless it has any path that begins with them.
    fn and(self, more: Vec<String>) -> Self {
        let missing = more.into_iter().filter(|name| !self.has_top(name));
        match &self {
            Self::All => self,
            chosen => {
                let names: Vec<String> = chosen.these().iter().cloned().chain(missing).collect();
                if names.is_empty() {
                    self
                } else {
                    Self::These(names)
                }
            }
        }
    }

    /// Whether a field is chosen, or any member of it.
    fn has_top(&self, name: &str) -> bool {
        match self {
            Self::These(paths) => paths.iter().any(|path| top(path) == name),
            other => other.has(name),
        }
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Unsaid | Self::None => false,
            Self::These(names) => names.iter().any(|chosen| chosen == name),
        }
    }

    fn text(&self, all: &str) -> Option<String> {
        match self {
            Self::Unsaid => None,
            Self::All => Some(all.to_owned()),
            Self::None => Some("none".to_owned()),
            Self::These(names) => Some(names.join(",")),
        }
    }
}

/// The first name of a path.
#[must_use]
pub fn top(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(query: &str) -> Result<Choice, Error> {
        Choice::parse(&Parameters::parse(query, &PARAMETERS)?)
    }

    #[test]
    fn one_entry_has_everything_usual_and_a_list_nothing() {
        let one = choice("").unwrap().of_one();
        assert!(
            one.keeps(Kind::Field, "title")
                && one.keeps(Kind::Part, "html")
                && one.keeps(Kind::Seo, "head")
        );
        assert!(!one.keeps(Kind::Part, "markdown"));
        let many = choice("").unwrap().of_many();
        assert!(!many.has_fields() && !many.has_seo());
        let with_bodies = choice("body=text").unwrap().of_many();
        assert!(with_bodies.keeps(Kind::Field, "title") && with_bodies.keeps(Kind::Part, "text"));
    }

    #[test]
    fn parts_of_seo_are_chosen_one_by_one() {
        let head = choice("seo=head.html").unwrap().of_one();
        let kept: Vec<_> = ["version", "raw", "head", "html", "next"]
            .into_iter()
            .filter(|name| head.keeps(Kind::Seo, name))
            .collect();
        assert_eq!(kept, ["head", "html"]);
        let resolved = choice("seo=resolved").unwrap().of_one();
        assert!(
            resolved.keeps(Kind::Seo, "raw")
                && resolved.keeps(Kind::Seo, "title")
                && !resolved.keeps(Kind::Seo, "head")
        );
        assert!(!choice("seo=none").unwrap().of_one().has_seo());
    }

    #[test]
    fn unknown_parts_are_refused_with_what_was_meant() {
        let Err(Error::Parameter(wrong)) = choice("body=html,heading") else {
            panic!("accepted")
        };
        assert_eq!(
            (wrong.param.as_str(), wrong.did_you_mean.as_deref()),
            ("body", Some("headings"))
        );
        assert!(wrong.allowed.iter().any(|allowed| allowed == "*"));
        assert!(choice("seo=everything").is_err());
    }

    #[test]
    fn the_order_of_names_does_not_matter() {
        let canonical = |query| {
            choice(query)
                .unwrap()
                .canonical(Canonical::new(&[]))
                .into_text()
        };
        assert_eq!(
            canonical("fields=b,a&body=html"),
            canonical("body=html&fields=a,b,a")
        );
    }
}
