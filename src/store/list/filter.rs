//! Conditions on items, and how each is asked of the database: of an item at hand, or as the way to the items.

use super::By;
use crate::store::Kind;
use crate::store::moment;
use crate::store::statement::{Statement, Value};
use crate::store::values::{Scalar, folded};

/// What an item must fulfil: all conditions, and all of one of the groups where there are some.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// All of these.
    pub all: Vec<Predicate>,
    /// And all of one of these.
    pub any: Vec<Vec<Predicate>>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicate {
    /// Of what.
    pub subject: Subject,
    /// Which.
    pub test: Test,
    /// Holds where the test does not.
    pub negated: bool,
}

/// What a condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The values at a path; one of them has to pass.
    Path(i64),
    /// What every item has.
    Column(Column),
}

/// What every item has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Id.
    Id,
    /// Collection, taxonomy or container.
    Owner,
    /// Site.
    Site,
    /// Slug.
    Slug,
    /// Own route.
    Uri,
    /// Path with the site's prefix.
    Url,
    /// Title.
    Title,
    /// Date.
    Date,
    /// Time of the last change.
    UpdatedAt,
}

/// A test of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// It is one of these.
    In(Vec<Scalar>),
    /// It lies in one of these spans.
    Within(Vec<Span>),
    /// It is a text like this.
    Like(Pattern),
    /// It is there.
    Exists,
}

/// A span of values of one type; at least one end is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Where it begins, and whether this value belongs to it.
    pub from: Option<(Scalar, bool)>,
    /// Where it ends, and whether this value belongs to it.
    pub until: Option<(Scalar, bool)>,
}

/// How a text looks; case does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// This stands somewhere in it.
    Contains(String),
    /// It begins so.
    StartsWith(String),
    /// It ends so.
    EndsWith(String),
}

impl Filter {
    /// Whether everything passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.any.is_empty()
    }

    /// Asks it of the item `i`: ` and …` for each condition.
    pub(in crate::store) fn push(&self, statement: &mut Statement) {
        self.push_walking(None, statement);
    }

    /// The same of items that are walked along an order: no other index is to be taken for a span.
    pub(super) fn push_walking(&self, order: Option<By>, statement: &mut Statement) {
        for predicate in &self.all {
            statement.push(" and ");
            predicate.push(order, statement);
        }
        for (index, group) in self.any.iter().enumerate() {
            statement.push(if index == 0 { " and (" } else { " or " });
            for (index, predicate) in group.iter().enumerate() {
                statement.push(if index == 0 { "" } else { " and " });
                predicate.push(order, statement);
            }
        }
        statement.push(if self.any.is_empty() { "" } else { ")" });
    }
}

impl Predicate {
    fn push(&self, order: Option<By>, statement: &mut Statement) {
        statement.push(if self.negated { "not " } else { "" });
        match self.subject {
            Subject::Path(path) => {
                statement.push(
                    "exists (select 1 from field_value f where f.number = i.number and f.path = ",
                );
                statement.push_value(path);
                self.test.push_key(statement);
                statement.push(")");
            }
            Subject::Column(column) => {
                let is_span = matches!(self.test, Test::Within(_));
                let name = match order.filter(|by| is_span && column.by() != Some(*by)) {
                    Some(_) => column.without_index("i"),
                    None => column.of("i"),
                };
                statement.push("(");
                self.test.push_column(column, &name, statement);
                statement.push(")");
            }
        }
    }

    /// Whether an index leads to the items that pass.
    pub(super) fn leads(&self, owned: bool) -> bool {
        match (self.subject, &self.test) {
            _ if self.negated => false,
            (Subject::Path(_), _) => true,
            (Subject::Column(column), Test::In(_)) => match column {
                Column::Id | Column::Uri | Column::Date | Column::Title | Column::UpdatedAt => true,
                Column::Slug => owned,
                _ => false,
            },
            (Subject::Column(column), Test::Within(_)) => {
                matches!(column, Column::Date | Column::Title | Column::UpdatedAt)
            }
            (Subject::Column(_), _) => false,
        }
    }

    /// The numbers of the items that pass, as a `select`.
    pub(super) fn push_numbers(&self, kind: Kind, owners: &[String], statement: &mut Statement) {
        match self.subject {
            Subject::Path(path) => {
                statement.push("select f.number from field_value f where f.path = ");
                statement.push_value(path);
                self.test.push_key(statement);
            }
            Subject::Column(column) => {
                statement.push("select c.number from item c where c.kind = ");
                statement.push_value(kind.name());
                if !owners.is_empty() {
                    statement.push(" and c.owner in (");
                    statement.push_values(owners.iter().map(String::as_str));
                    statement.push(")");
                }
                statement.push(" and ");
                self.test.push_column(column, &column.of("c"), statement);
            }
        }
    }

    /// The keys of which a path's value must be one.
    pub(in crate::store) fn keys(&self) -> Option<(i64, Vec<String>)> {
        match (self.subject, &self.test) {
            (Subject::Path(path), Test::In(values)) if !self.negated => {
                let keys = values.iter().map(|value| value.key().0);
                Some((path, keys.collect()))
            }
            _ => None,
        }
    }

    /// The one key that a path's value must have.
    pub(super) fn single_key(&self) -> Option<(i64, String)> {
        let (path, mut keys) = self.keys().filter(|(_, keys)| keys.len() == 1)?;
        Some((path, keys.pop()?))
    }
}

impl Test {
    /// ` and …` of the row `f` of `field_value`.
    fn push_key(&self, statement: &mut Statement) {
        match self {
            Self::In(values) => {
                statement.push(" and f.key in (");
                statement.push_values(values.iter().map(|value| value.key().0));
                statement.push(")");
            }
            Self::Within(spans) => {
                statement.push(" and (");
                for (index, span) in spans.iter().enumerate() {
                    statement.push(if index == 0 { "" } else { " or " });
                    span.push_key(statement);
                }
                statement.push(")");
            }
            Self::Like(pattern) => {
                statement
                    .push(" and f.key >= 's' and f.key < 't' and coalesce(f.whole, f.key) like ");
                statement.push_value(pattern.text("s"));
                statement.push(" escape '!'");
            }
            Self::Exists => {}
        }
    }

    fn push_column(&self, column: Column, name: &str, statement: &mut Statement) {
        match self {
            Self::In(values) => {
                statement.push(&format!("{name} is not null and {name} in ("));
                statement.push_values(values.iter().map(|value| column.value(value)));
                statement.push(")");
            }
            Self::Within(spans) => {
                statement.push("(");
                for (index, span) in spans.iter().enumerate() {
                    statement.push(if index == 0 { "" } else { " or " });
                    span.push_column(column, name, statement);
                }
                statement.push(")");
            }
            Self::Like(pattern) => {
                statement.push(&format!("{name} is not null and lower({name}) like "));
                statement.push_value(pattern.text(""));
                statement.push(" escape '!'");
            }
            Self::Exists if column.is_time() => {
                statement.push(&format!("{name} > "));
                statement.push_value(moment::ALWAYS);
            }
            Self::Exists => statement.push(&format!("{name} is not null and {name} <> ''")),
        }
    }
}

impl Span {
    /// Between letters, so that no other type's keys lie in it.
    fn push_key(&self, statement: &mut Statement) {
        let ends = [self.from.as_ref(), self.until.as_ref()];
        let letter = ends.into_iter().flatten().next();
        let letter = letter.map_or(b's', |(value, _)| value.key().0.as_bytes()[0]);
        let (own, next) = (char::from(letter), char::from(letter + 1));
        let of =
            |end: &Option<(Scalar, bool)>| end.as_ref().map(|(value, with)| (value.key().0, *with));
        let from = of(&self.from).unwrap_or((own.to_string(), true));
        let until = of(&self.until).unwrap_or((next.to_string(), false));
        statement.push(if from.1 { "(f.key >= " } else { "(f.key > " });
        statement.push_value(from.0);
        statement.push(if until.1 {
            " and f.key <= "
        } else {
            " and f.key < "
        });
        statement.push_value(until.0);
        statement.push(")");
    }

    fn push_column(&self, column: Column, name: &str, statement: &mut Statement) {
        statement.push(&format!("({name} is not null"));
        // What has no date is in no span; said beside another beginning, it would be taken for the one that an index leads to.
        if column.is_time() && self.from.is_none() {
            statement.push(&format!(" and {name} > "));
            statement.push_value(moment::ALWAYS);
        }
        if let Some((value, with)) = &self.from {
            statement.push(&format!(" and {name} {} ", if *with { ">=" } else { ">" }));
            statement.push_value(column.value(value));
        }
        if let Some((value, with)) = &self.until {
            statement.push(&format!(" and {name} {} ", if *with { "<=" } else { "<" }));
            statement.push_value(column.value(value));
        }
        statement.push(")");
    }
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Owner => "owner",
            Self::Site => "site",
            Self::Slug => "slug",
            Self::Uri => "uri",
            Self::Url => "url",
            Self::Title => "title_key",
            Self::Date => "date",
            Self::UpdatedAt => "updated_at",
        }
    }

    /// Its name in a table.
    fn of(self, table: &str) -> String {
        format!("{table}.{}", self.name())
    }

    /// The same value, which no index has.
    fn without_index(self, table: &str) -> String {
        let name = self.of(table);
        if self.is_time() {
            format!("+{name}")
        } else {
            format!("({name} || '')")
        }
    }

    /// The order that goes by it.
    fn by(self) -> Option<By> {
        match self {
            Self::Date => Some(By::Date),
            Self::Title => Some(By::Title),
            Self::UpdatedAt => Some(By::UpdatedAt),
            _ => None,
        }
    }

    fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::UpdatedAt)
    }

    /// A value as the column has it.
    fn value(self, value: &Scalar) -> Value {
        match (value, self) {
            (Scalar::Moment(at), Self::UpdatedAt) => at.as_second().into(),
            (Scalar::Moment(at), _) => moment::stored(*at).into(),
            (Scalar::Text(text), Self::Title) => folded(text).into(),
            (Scalar::Text(text), _) => text.as_str().into(),
            (other, _) => other.key().0.into(),
        }
    }
}

impl Pattern {
    /// For `like`, with `!` in front of what is meant as it stands; `begins` with what stands in front of each value.
    fn text(&self, begins: &str) -> String {
        match self {
            Self::Contains(text) => format!("{begins}%{}%", literal(text)),
            Self::StartsWith(text) => format!("{begins}{}%", literal(text)),
            Self::EndsWith(text) => format!("{begins}%{}", literal(text)),
        }
    }
}

fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in folded(text).chars() {
        if ['%', '_', '!'].contains(&letter) {
            out.push('!');
        }
        out.push(letter);
    }
    out
}

/// A condition of each kind, for tests of plans.
#[cfg(test)]
pub(in crate::store) fn one_of_each() -> Vec<Predicate> {
    let predicate = |subject, test| Predicate {
        subject,
        test,
        negated: false,
    };
    let text = |text: &str| Scalar::Text(text.to_owned());
    let span = Span {
        from: Some((Scalar::Moment(jiff::Timestamp::UNIX_EPOCH), true)),
        until: None,
    };
    let path = Subject::Path(1);
    let mut all = vec![
        predicate(path, Test::In(vec![text("a")])),
        predicate(path, Test::In(vec![text("a"), Scalar::Number(1.0)])),
        predicate(path, Test::Within(vec![span.clone()])),
        predicate(path, Test::Like(Pattern::Contains("a%".into()))),
        predicate(path, Test::Exists),
        predicate(Subject::Column(Column::Date), Test::Within(vec![span])),
    ];
    for column in [
        Column::Id,
        Column::Slug,
        Column::Uri,
        Column::Title,
        Column::Url,
    ] {
        all.push(predicate(
            Subject::Column(column),
            Test::In(vec![text("a")]),
        ));
    }
    let negated = all.iter().cloned().map(|predicate| Predicate {
        negated: true,
        ..predicate
    });
    let negated: Vec<Predicate> = negated.collect();
    all.extend(negated);
    all
}
