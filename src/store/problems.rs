//! The import's problems, kept beside what was imported.

use jiff::Timestamp;
use sqlx::FromRow;
use sqlx::sqlite::SqliteConnection;

use super::read::{head, snapshot};
use super::{Error, Snapshot, Store, moment};
use crate::content::problem::{Problem, Severity};

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
        now: Timestamp,
    ) -> Result<Snapshot<Vec<(i64, Problem)>>, Error> {
        let rows = sqlx::query(concat!(
            "select ",
            head!(),
            ", p.number, p.severity, p.code, p.path, p.line, p.column_number, p.message, p.entry
             from generation g
             left join problem p on p.number > $2 and ($3 is null or p.severity = $3)
             where g.id = 1 order by p.number limit $4"
        ));
        let rows = rows
            .bind(moment::stored(now))
            .bind(after)
            .bind(severity.map(severity_name))
            .bind(limit);
        let found = snapshot::<ProblemRow>(&rows.fetch_all(&self.engine.readers).await?)?;
        Ok(found.map(|rows| rows.into_iter().map(ProblemRow::into_problem).collect()))
    }
}

/// Writes the problems if they are others than those stored; says whether they were.
pub(super) async fn replace(
    connection: &mut SqliteConnection,
    problems: &[Problem],
) -> Result<bool, Error> {
    let stored = sqlx::query_as::<_, ProblemRow>(
        "select number, severity, code, path, line, column_number, message, entry from problem order by number",
    );
    let stored = stored.fetch_all(&mut *connection).await?;
    if stored
        .into_iter()
        .map(|row| row.into_problem().1)
        .eq(problems.iter().cloned())
    {
        return Ok(false);
    }
    sqlx::query("delete from problem")
        .execute(&mut *connection)
        .await?;
    for (number, problem) in (1..).zip(problems) {
        insert(connection, number, problem).await?;
    }
    Ok(true)
}

/// Inserts one problem of the import.
async fn insert(
    connection: &mut SqliteConnection,
    number: i64,
    problem: &Problem,
) -> Result<(), Error> {
    let place = |number: Option<u64>| number.and_then(|number| i64::try_from(number).ok());
    let insert = sqlx::query(
        "insert into problem (number, severity, code, path, line, column_number, message, entry)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    let insert = insert
        .bind(number)
        .bind(severity_name(problem.severity))
        .bind(&problem.code)
        .bind(&problem.path);
    let insert = insert
        .bind(place(problem.line))
        .bind(place(problem.column))
        .bind(&problem.message)
        .bind(&problem.entry);
    insert.execute(connection).await?;
    Ok(())
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
