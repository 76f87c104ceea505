//! The import's problems, kept beside what was imported.

use sqlx::FromRow;

use super::audience::Audience;
use super::engine::Writer;
use super::read::head;
use super::statement::{Statement, Value};
use super::{Error, Snapshot, Store};
use crate::content::problem::{Problem, Severity};

const PROBLEMS: &str = concat!(
    "select ",
    head!(),
    ", p.number, p.severity, p.code, p.path, p.line, p.column_number, p.message, p.entry
     from generation g
     left join problem p on p.number > $3 and ($4 is null or p.severity = $4)
     where g.id = 1 order by p.number limit $5"
);

impl Store {
    /// Problems of the import after a number, in the importer's order, with their numbers.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn problems(
        &self,
        severity: Option<Severity>,
        after: i64,
        limit: i64,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<(i64, Problem)>>, Error> {
        let statement = Statement::read(PROBLEMS, audience)
            .bind(after)
            .bind(severity.map(severity_name))
            .bind(limit);
        let found = self.engine.snapshot::<ProblemRow>(statement).await?;
        Ok(found.map(|rows| rows.into_iter().map(ProblemRow::into_problem).collect()))
    }
}

/// Writes the problems if they are others than those stored; says whether they were.
pub(super) async fn replace(writer: &mut Writer, problems: &[Problem]) -> Result<bool, Error> {
    let stored = Statement::new(
        "select number, severity, code, path, line, column_number, message, entry from problem order by number",
    );
    let stored: Vec<ProblemRow> = writer.records(stored).await?;
    if stored
        .into_iter()
        .map(|row| row.into_problem().1)
        .eq(problems.iter().cloned())
    {
        return Ok(false);
    }
    writer
        .execute(Statement::new("delete from problem"))
        .await?;
    let rows = (1..)
        .zip(problems)
        .map(|(number, problem)| values(number, problem));
    let target = "problem (number, severity, code, path, line, column_number, message, entry)";
    writer.insert(target, rows.collect()).await?;
    Ok(true)
}

fn values(number: i64, problem: &Problem) -> Vec<Value> {
    let place = |number: Option<u64>| number.and_then(|number| i64::try_from(number).ok());
    vec![
        number.into(),
        severity_name(problem.severity).into(),
        problem.code.as_str().into(),
        problem.path.as_str().into(),
        place(problem.line).into(),
        place(problem.column).into(),
        problem.message.as_str().into(),
        problem.entry.as_deref().into(),
    ]
}

#[derive(FromRow)]
struct ProblemRow {
    number: i64,
    severity: String,
    code: String,
    path: String,
    line: Option<i64>,
    column_number: Option<i64>,
    message: String,
    entry: Option<String>,
}

impl ProblemRow {
    fn into_problem(self) -> (i64, Problem) {
        let severity = match self.severity.as_str() {
            "info" => Severity::Info,
            "warning" => Severity::Warning,
            _ => Severity::Error,
        };
        let place = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
        let (line, column) = (place(self.line), place(self.column_number));
        (
            self.number,
            Problem {
                severity,
                code: self.code,
                path: self.path,
                line,
                column,
                message: self.message,
                entry: self.entry,
            },
        )
    }
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
