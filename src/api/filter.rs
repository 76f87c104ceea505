//! `filter[path:condition]=value`, and `filter[any][0][path:condition]=value` for groups of which one will do: what is
//! said, in its one spelling, and what it means to the store. What has no meaning is an error that says what has.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::problem::Error;
use super::query::{Canonical, Parameters, unknown, unknown_value};
use crate::store::dictionary::Dictionary;
use crate::store::list::filter::{Column, Filter, Pattern, Predicate, Span, Subject, Test};
use crate::store::values::{Nature, Scalar};
use crate::store::{Kind, id_key};

/// So many conditions a query may have.
const MOST_CONDITIONS: usize = 32;

/// So many values one condition may have.
const MOST_VALUES: usize = 200;

/// All conditions, by the name that a request uses.
pub const CONDITIONS: [&str; 14] = [
    "eq",
    "ne",
    "in",
    "nin",
    "lt",
    "lte",
    "gt",
    "gte",
    "between",
    "contains",
    "starts_with",
    "ends_with",
    "exists",
    "empty",
];

/// The conditions of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Sorted.
    asked: Vec<Asked>,
}

/// One condition as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    /// The group of those of which one will do.
    group: Option<usize>,
    path: String,
    condition: String,
    /// Several for conditions that take a list.
    values: Vec<String>,
    /// The parameter as it was sent.
    param: String,
}

/// What the items are whose paths are meant.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// What queries may name.
    pub dictionary: &'a Dictionary,
    /// The kind.
    pub kind: Kind,
    /// The owners; all where there are none.
    pub owners: &'a [String],
}

impl<'a> Scope<'a> {
    /// Entries of all collections.
    #[must_use]
    pub fn entries(dictionary: &'a Dictionary) -> Self {
        Self {
            dictionary,
            kind: Kind::Entry,
            owners: &[],
        }
    }

    /// That an entry has a term.
    #[must_use]
    pub fn has_term(self, taxonomy: &str, slug: &str) -> Predicate {
        let path = self
            .dictionary
            .path(self.kind, self.owners, &format!("taxonomy.{taxonomy}"));
        Predicate {
            // Where no entry has any term of the taxonomy there is no such path, nor anything at it.
            subject: Subject::Path(path.map_or(0, |(number, _)| number)),
            test: Test::In(vec![Scalar::Text(slug.to_owned())]),
            negated: false,
        }
    }
}

impl Filters {
    /// The conditions among the parameters.
    ///
    /// # Errors
    /// If a name or a list is malformed, a condition is unknown, or there are too many.
    pub fn parse(given: &Parameters) -> Result<Self, Error> {
        let mut asked = given
            .filters()
            .map(|(name, value)| Asked::parse(name, value))
            .collect::<Result<Vec<_>, _>>()?;
        if asked.len() > MOST_CONDITIONS {
            let detail = format!("a query has at most {MOST_CONDITIONS} conditions");
            return Err(Error::parameter("filter", detail));
        }
        asked.sort();
        number_groups(&mut asked);
        asked.sort();
        let same = |pair: &&[Asked]| pair[0].place() == pair[1].place();
        if let Some(pair) = asked.windows(2).find(same) {
            let param = &pair[1].param;
            return Err(Error::parameter(param, format!("{param} is given twice")));
        }
        Ok(Self { asked })
    }

    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Takes out what `path` has to be one of, with the parameter that says so.
    pub fn take(&mut self, path: &str) -> Option<(String, Vec<String>)> {
        let is_it = |asked: &Asked| {
            asked.group.is_none()
                && asked.path == path
                && ["eq", "in"].contains(&asked.condition.as_str())
        };
        let place = self.asked.iter().position(is_it)?;
        let asked = self.asked.remove(place);
        Some((asked.param, asked.values))
    }

    /// Adds the conditions to a canonical query.
    #[must_use]
    pub fn canonical(&self, mut query: Canonical) -> Canonical {
        for asked in &self.asked {
            query = query.with(&asked.name(), Some(&asked.text()));
        }
        query
    }

    /// What the conditions mean.
    ///
    /// # Errors
    /// If a path is not known, or its values cannot be compared so.
    pub fn resolve(&self, scope: Scope<'_>) -> Result<Filter, Error> {
        let mut filters = self.resolve_each(&[scope])?;
        let only = filters.pop().flatten();
        Ok(only.expect("what cannot be asked of the only scope is an error"))
    }

    /// What the conditions mean in each of several scopes; `None` where nothing can pass. A condition that can be asked
    /// in some of them only is one that nothing in the others fulfils.
    ///
    /// # Errors
    /// If a path is known in none of them, or its values cannot be compared so in any.
    pub fn resolve_each(&self, scopes: &[Scope<'_>]) -> Result<Vec<Option<Filter>>, Error> {
        let asked = self.asked.iter().map(|asked| asked.resolve(scopes));
        let meanings = asked.collect::<Result<Vec<_>, _>>()?;
        let of_scope = |index: usize| {
            let meanings = meanings.iter().map(|each| each[index].clone());
            self.filter(&meanings.collect::<Vec<_>>())
        };
        Ok((0..scopes.len()).map(of_scope).collect())
    }

    /// What the meanings of the conditions make together; a condition without one is never fulfilled.
    fn filter(&self, meanings: &[Option<Predicate>]) -> Option<Filter> {
        let of = |group: Option<usize>| -> Option<Vec<Predicate>> {
            let each = self.asked.iter().zip(meanings);
            let of_group = each.filter(|(asked, _)| asked.group == group);
            of_group.map(|(_, meaning)| meaning.clone()).collect()
        };
        let last = self.asked.iter().filter_map(|asked| asked.group).max();
        let groups = 0..last.map_or(0, |last| last + 1);
        let any: Vec<_> = groups.filter_map(|group| of(Some(group))).collect();
        let passes = last.is_none() || !any.is_empty();
        let all = of(None).filter(|_| passes)?;
        Some(Filter { all, any })
    }
}

/// Gives the groups the numbers 0, 1, … in their order.
fn number_groups(asked: &mut [Asked]) {
    let mut groups: Vec<usize> = asked.iter().filter_map(|asked| asked.group).collect();
    groups.sort_unstable();
    groups.dedup();
    for asked in asked {
        asked.group = asked
            .group
            .and_then(|group| groups.iter().position(|known| *known == group));
    }
}

impl Asked {
    fn parse(param: &str, value: &str) -> Result<Self, Error> {
        let (group, inner) = group_of(param).ok_or_else(|| {
            Error::parameter(
                param,
                "a condition is filter[path:condition]=value, or filter[any][0][path:condition]=value",
            )
        })?;
        let (path, condition) = inner.split_once(':').unwrap_or((inner, "eq"));
        if !CONDITIONS.contains(&condition) {
            let detail = format!("unknown condition {condition:?}");
            return Err(unknown(param, detail, condition, &CONDITIONS));
        }
        let mut values = match condition {
            "in" | "nin" | "between" => list(value),
            _ => vec![value.to_owned()],
        };
        if ["in", "nin"].contains(&condition) {
            values.sort();
            values.dedup();
        }
        let asked = Self {
            group,
            path: path.to_owned(),
            condition: condition.to_owned(),
            values,
            param: param.to_owned(),
        };
        asked.check().map(|()| asked)
    }

    /// What can be wrong whatever the path holds.
    fn check(&self) -> Result<(), Error> {
        let wrong = |detail: String| Err(Error::parameter(&self.param, detail));
        let is_flag = |value: &String| ["true", "false"].contains(&value.as_str());
        match self.condition.as_str() {
            "exists" | "empty" if !self.values.iter().all(is_flag) => Err(unknown(
                &self.param,
                format!("{} is true or false", self.condition),
                &self.values[0],
                &["true", "false"],
            )),
            "between" if self.values.len() != 2 => {
                wrong("between has two values with a comma between them".to_owned())
            }
            _ if self.values.len() > MOST_VALUES => {
                wrong(format!("a condition has at most {MOST_VALUES} values"))
            }
            _ if self.values.iter().any(String::is_empty) => wrong(format!(
                "{} needs a value; filter[{}:empty]=true asks for nothing",
                self.condition, self.path
            )),
            _ => Ok(()),
        }
    }

    /// What may stand only once.
    fn place(&self) -> (Option<usize>, &str, &str) {
        (self.group, &self.path, &self.condition)
    }

    fn name(&self) -> String {
        let inner = match self.condition.as_str() {
            "eq" => self.path.clone(),
            condition => format!("{}:{condition}", self.path),
        };
        match self.group {
            None => format!("filter[{inner}]"),
            Some(group) => format!("filter[any][{group}][{inner}]"),
        }
    }

    fn text(&self) -> String {
        match self.condition.as_str() {
            "in" | "nin" | "between" => {
                let escaped = |value: &String| value.replace('\\', "\\\\").replace(',', "\\,");
                self.values
                    .iter()
                    .map(escaped)
                    .collect::<Vec<_>>()
                    .join(",")
            }
            _ => self.values.join(","),
        }
    }

    /// What it means in each scope; nothing where it cannot be asked.
    fn resolve(&self, scopes: &[Scope<'_>]) -> Result<Vec<Option<Predicate>>, Error> {
        self.check_sites(scopes)?;
        let mut refusal = None;
        let mut meanings = Vec::with_capacity(scopes.len());
        for scope in scopes {
            let meaning = self.subject(*scope).map(|known| self.predicate(known));
            let meaning = meaning.transpose().unwrap_or_else(|error| {
                refusal.get_or_insert(error);
                None
            });
            meanings.push(meaning);
        }
        if meanings.iter().all(Option::is_none) {
            return Err(refusal.unwrap_or_else(|| self.unknown_path(scopes)));
        }
        Ok(meanings)
    }

    /// A site that there is not is a slip, as where `site` names it.
    fn check_sites(&self, scopes: &[Scope<'_>]) -> Result<(), Error> {
        let of_sites = scopes.iter().find(|scope| {
            let subject = self.subject(**scope).map(|(subject, _)| subject);
            matches!(subject, Some(Subject::Column(Column::Site)))
        });
        let names = ["eq", "ne", "in", "nin"].contains(&self.condition.as_str());
        let Some(scope) = of_sites.filter(|_| names) else {
            return Ok(());
        };
        let sites = scope.dictionary.sites.iter();
        let handles: Vec<&str> = sites.map(|site| site.handle.as_str()).collect();
        let is_unknown = |value: &&String| {
            handles
                .iter()
                .all(|handle| !handle.eq_ignore_ascii_case(value))
        };
        match self.values.iter().find(is_unknown) {
            Some(unknown) => Err(unknown_value(&self.param, unknown, &handles)),
            None => Ok(()),
        }
    }

    fn predicate(&self, (subject, nature): (Subject, Nature)) -> Result<Predicate, Error> {
        let (test, negated) = self.test(nature, subject)?;
        Ok(Predicate {
            subject,
            test,
            negated,
        })
    }

    /// What the path is, and what is found there. A taxonomy's handle that is no field's stands for `taxonomy.HANDLE`.
    fn subject(&self, scope: Scope<'_>) -> Option<(Subject, Nature)> {
        let columns = columns(scope.kind);
        if let Some((_, column, nature)) = columns.iter().find(|(name, ..)| *name == self.path) {
            return Some((Subject::Column(*column), *nature));
        }
        let path = |name: &str| scope.dictionary.path(scope.kind, scope.owners, name);
        let of_target = || {
            let found = path(self.path.strip_suffix(".id")?)?;
            found.1.is_relation().then_some(found)
        };
        let of_taxonomy = || path(&format!("taxonomy.{}", self.path));
        let found = path(&self.path).or_else(of_target).or_else(of_taxonomy);
        found.map(|(number, nature)| (Subject::Path(number), nature))
    }

    fn unknown_path(&self, scopes: &[Scope<'_>]) -> Error {
        let mut allowed = Vec::new();
        for scope in scopes {
            let columns = columns(scope.kind).into_iter();
            allowed.extend(columns.map(|(name, ..)| name.to_owned()));
            allowed.extend(scope.dictionary.names(scope.kind, scope.owners, |_| true));
        }
        let detail = format!("unknown field {:?}", self.path);
        unknown(&self.param, detail, &self.path, &allowed)
    }

    /// The test, and whether it is turned round.
    fn test(&self, nature: Nature, subject: Subject) -> Result<(Test, bool), Error> {
        let value = self.values[0].as_str();
        let test = match self.condition.as_str() {
            "exists" => return Ok((Test::Exists, value == "false")),
            "empty" => return Ok((Test::Exists, value == "true")),
            "contains" => Test::Like(Pattern::Contains(value.to_owned())),
            "starts_with" => Test::Like(Pattern::StartsWith(value.to_owned())),
            "ends_with" => Test::Like(Pattern::EndsWith(value.to_owned())),
            "eq" | "ne" | "in" | "nin" => self.equal(nature, subject)?,
            _ => Test::Within(self.spans(nature)?),
        };
        let comparable = [
            Nature::TEXT,
            Nature::NUMBER,
            Nature::BOOLEAN,
            Nature::MOMENT,
        ];
        if !comparable.iter().any(|kind| nature.has(*kind)) {
            return Err(self.cannot(nature, &["exists", "empty"]));
        }
        if matches!(test, Test::Like(_)) && !nature.has(Nature::TEXT) {
            return Err(self.cannot(nature, &CONDITIONS[..9]));
        }
        Ok((test, ["ne", "nin"].contains(&self.condition.as_str())))
    }

    fn cannot(&self, nature: Nature, allowed: &[&str]) -> Error {
        let detail = format!(
            "{} holds {}; {} cannot be asked of it",
            self.path,
            held(nature),
            self.condition
        );
        unknown(&self.param, detail, &self.condition, allowed)
    }

    fn equal(&self, nature: Nature, subject: Subject) -> Result<Test, Error> {
        let mut exact = Vec::new();
        let mut spans = Vec::new();
        for value in &self.values {
            let id = |text: &str| match subject {
                Subject::Column(Column::Id) => id_key(text),
                Subject::Path(_) if nature.is_relation() => id_key(text),
                _ => text.to_owned(),
            };
            let day = day(value).filter(|_| nature.has(Nature::MOMENT));
            spans.extend(day.map(|(from, until)| Span {
                from: Some((Scalar::Moment(from), true)),
                until: Some((Scalar::Moment(until), false)),
            }));
            let scalars = scalars(value, nature);
            if scalars.is_empty() && day.is_none() {
                return Err(self.no_value(value, nature));
            }
            exact.extend(scalars.into_iter().map(|scalar| match scalar {
                Scalar::Text(text) => Scalar::Text(id(&text)),
                other => other,
            }));
        }
        if spans.is_empty() {
            return Ok(Test::In(exact));
        }
        spans.extend(exact.into_iter().map(|value| Span {
            from: Some((value.clone(), true)),
            until: Some((value, true)),
        }));
        Ok(Test::Within(spans))
    }

    /// The spans of each type that the values can be of.
    fn spans(&self, nature: Nature) -> Result<Vec<Span>, Error> {
        let first = self.values[0].as_str();
        let last = self.values[self.values.len() - 1].as_str();
        let mut spans = Vec::new();
        let of = |text: &str, kind: Nature| {
            let kind = Nature(nature.0 & kind.0);
            let day = day(text).filter(|_| kind.has(Nature::MOMENT) && kind.0 != 0);
            match day {
                Some((from, until)) => Some((Scalar::Moment(from), Some(Scalar::Moment(until)))),
                None => scalars(text, kind).pop().map(|scalar| (scalar, None)),
            }
        };
        for kind in [Nature::TEXT, Nature::NUMBER, Nature::MOMENT] {
            let (Some((from, after)), Some((until, end))) = (of(first, kind), of(last, kind))
            else {
                continue;
            };
            let behind = after.map_or((from.clone(), false), |after| (after, true));
            let up_to = end.map_or((until.clone(), true), |end| (end, false));
            spans.push(match self.condition.as_str() {
                "gt" => Span {
                    from: Some(behind),
                    until: None,
                },
                "gte" => Span {
                    from: Some((from, true)),
                    until: None,
                },
                "lt" => Span {
                    from: None,
                    until: Some((until, false)),
                },
                "lte" => Span {
                    from: None,
                    until: Some(up_to),
                },
                _ => Span {
                    from: Some((from, true)),
                    until: Some(up_to),
                },
            });
        }
        if spans.is_empty() {
            return Err(self.no_value(first, nature));
        }
        Ok(spans)
    }

    fn no_value(&self, value: &str, nature: Nature) -> Error {
        let (path, held) = (&self.path, held(nature));
        Error::parameter(
            &self.param,
            format!("{path} holds {held}, which {value:?} is not"),
        )
    }
}

/// The group and what stands in the last brackets.
fn group_of(param: &str) -> Option<(Option<usize>, &str)> {
    let inner = param.strip_prefix("filter[")?.strip_suffix(']')?;
    let found = match inner.strip_prefix("any][") {
        Some(rest) => {
            let (number, inner) = rest.split_once("][")?;
            let digits = number.bytes().all(|byte| byte.is_ascii_digit());
            (Some(number.parse().ok().filter(|_| digits)?), inner)
        }
        None => (None, inner),
    };
    let is_plain = !found.1.is_empty() && !found.1.contains(['[', ']']);
    is_plain.then_some(found)
}

/// Values between commas; a comma that belongs to one has a backslash in front.
fn list(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ',' => values.push(String::new()),
            '\\' => values
                .last_mut()
                .expect("never empty")
                .extend(letters.next().or(Some('\\'))),
            _ => values.last_mut().expect("never empty").push(letter),
        }
    }
    values
}

/// What a text can be among the types of a nature; days are [`day`]'s.
fn scalars(text: &str, nature: Nature) -> Vec<Scalar> {
    let mut scalars = Vec::new();
    if nature.has(Nature::TEXT) {
        scalars.push(Scalar::Text(text.to_owned()));
    }
    if let Ok(number) = text.parse::<f64>()
        && nature.has(Nature::NUMBER)
        && number.is_finite()
    {
        scalars.push(Scalar::Number(number));
    }
    if let Ok(truth) = text.parse::<bool>()
        && nature.has(Nature::BOOLEAN)
    {
        scalars.push(Scalar::Boolean(truth));
    }
    if let Ok(moment) = text.parse::<Timestamp>()
        && nature.has(Nature::MOMENT)
    {
        scalars.push(Scalar::Moment(moment));
    }
    scalars
}

/// A day as the moments at which it and the next one begin, in UTC.
fn day(text: &str) -> Option<(Timestamp, Timestamp)> {
    let date: Date = text.parse().ok().filter(|_| text.len() == 10)?;
    let begin = |date: Date| Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp());
    Some((begin(date)?, begin(date.checked_add(1.day()).ok()?)?))
}

fn held(nature: Nature) -> String {
    let names = [
        (Nature::TEXT, "texts"),
        (Nature::NUMBER, "numbers"),
        (Nature::BOOLEAN, "true or false"),
        (Nature::MOMENT, "dates (2026-01-31 or 2026-01-31T08:00:00Z)"),
    ];
    let names: Vec<&str> = names
        .into_iter()
        .filter(|(kind, _)| nature.has(*kind))
        .map(|(_, name)| name)
        .collect();
    if names.is_empty() {
        "a body or a group".to_owned()
    } else {
        names.join(" or ")
    }
}

/// What every item of a kind has.
fn columns(kind: Kind) -> Vec<(&'static str, Column, Nature)> {
    let mut columns = vec![
        ("id", Column::Id, Nature::TEXT),
        ("title", Column::Title, Nature::TEXT),
        ("url", Column::Url, Nature::TEXT),
    ];
    if [Kind::Entry, Kind::Term].contains(&kind) {
        columns.extend([
            ("slug", Column::Slug, Nature::TEXT),
            ("uri", Column::Uri, Nature::TEXT),
            ("site", Column::Site, Nature::TEXT),
            ("updated_at", Column::UpdatedAt, Nature::MOMENT),
        ]);
    }
    if kind == Kind::Entry {
        columns.extend([
            ("collection", Column::Owner, Nature::TEXT),
            ("date", Column::Date, Nature::MOMENT),
        ]);
    }
    if kind == Kind::Term {
        columns.push(("taxonomy", Column::Owner, Nature::TEXT));
    }
    columns.sort_by_key(|(name, ..)| *name);
    columns
}
