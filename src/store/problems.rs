//! The import's problems, kept beside what was imported.

use sqlx::FromRow;

use super::audience::Audience;
use super::engine::Writer;
use super::read::head;
use super::statement::{Statement, Value};
use super::{Error, Snapshot, Store, id_key};
use crate::content::collection::FOLDER;
use crate::content::problem::{Problem, Severity};

/// That a row of `problem p` is asked for: `$3` is the severity, `$4` the code, `$5` the path, `$6` how it begins, `$7` and
/// `$8` the entry's id as it was given and as items have it, `$9` and `$10` the file and the folder of a collection.
macro_rules! asked {
    () => {
        "($3 is null or p.severity = $3) and ($4 is null or p.code = $4)
         and ($5 is null or p.path = $5) and ($6 is null or substr(p.path, 1, length($6)) = $6)
         and ($7 is null or p.entry = $7 or lower(p.entry) = $8)
         and ($9 is null or p.path = $9 or substr(p.path, 1, length($10)) = $10)"
    };
}

const PROBLEMS: &str = concat!(
    "select ",
    head!(),
    ", p.number, p.severity, p.code, p.path, p.line, p.column_number, p.message, p.entry
     from generation g
     left join problem p on p.number > $11 and ",
    asked!(),
    " where g.id = 1 order by p.number limit $12"
);

const COUNT: &str = concat!(
    "select count(*) as problems from problem p where ",
    asked!()
);

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Only of this severity.
    pub severity: Option<Severity>,
    /// Only of this code.
    pub code: Option<String>,
    /// Only of the file at this path.
    pub path: Option<String>,
    /// Only of files whose path begins so.
    pub path_start: Option<String>,
    /// Only of the entry with this id, in any spelling of a UUID.
    pub entry: Option<String>,
    /// Only of the files of this collection: its own, and those in its folder.
    pub collection: Option<String>,
    /// Begins behind this number.
    pub after: i64,
    /// At most this many.
    pub limit: i64,
}

impl Query {
    /// Gives a statement the values that `asked!` wants.
    fn bind(&self, statement: Statement) -> Statement {
        let entry = self.entry.as_deref();
        let collection = self.collection.as_ref();
        let place = |end: &str| collection.map(|handle| format!("{FOLDER}/{handle}{end}"));
        statement
            .bind(self.severity.map(severity_name))
            .bind(self.code.as_deref())
            .bind(self.path.as_deref())
            .bind(self.path_start.as_deref())
            .bind(entry)
            .bind(entry.map(id_key))
            .bind(place(".yaml"))
            .bind(place("/"))
    }
}

impl Store {
    /// Problems of the import, in the importer's order, with their numbers.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn problems(
        &self,
        query: &Query,
        audience: &Audience,
    ) -> Result<Snapshot<Vec<(i64, Problem)>>, Error> {
        let statement = query.bind(Statement::read(PROBLEMS, audience));
        let statement = statement.bind(query.after).bind(query.limit);
        let found = self.engine.snapshot::<ProblemRow>(statement).await?;
        Ok(found.map(|rows| rows.into_iter().map(ProblemRow::into_problem).collect()))
    }

    /// How many problems there are.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_problems(&self, query: &Query, audience: &Audience) -> Result<i64, Error> {
        let statement = query.bind(Statement::read(COUNT, audience));
        let rows = self.engine.rows(statement).await?;
        rows.first()
            .ok_or(sqlx::Error::RowNotFound)?
            .get("problems")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::plan;

    #[tokio::test]
    async fn a_page_is_a_walk_in_the_order_of_the_numbers() {
        let plan = plan(PROBLEMS).await;
        assert!(
            plan.contains("SEARCH p USING INTEGER PRIMARY KEY") && !plan.contains("TEMP B-TREE"),
            "{plan}"
        );
    }
}
