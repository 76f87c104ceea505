//! A whole database copied into another one, of either engine: every table, streamed, in one transaction, and counted.
//!
//! The tables are those that the `PostgreSQL` side has, so that one that a migration adds is copied without a word here.

use super::engine::Writer;
use super::engine::tables::{Reader, Table};
use super::search::index;
use super::statement::Statement;
use super::{Error, Store, turn};

/// What each database keeps for itself; the index of words is made anew.
const OWN: [&str; 3] = ["_sqlx_migrations", "importer", "search_index"];

const GENERATION: &str = "select number from generation where id = 1";

/// What was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The generation that both databases have now.
    pub generation: i64,
    /// Tables copied.
    pub tables: usize,
    /// Rows in them.
    pub rows: i64,
}

impl Store {
    /// Copies everything into another database, which has to be empty or of an earlier generation; each table is counted
    /// on both sides before anybody sees the copy.
    ///
    /// # Errors
    /// If a database fails, if the other one would go back, or if neither is `PostgreSQL`: a file is copied as a file.
    pub async fn copy_to(&self, other: &Self) -> Result<Copied, Error> {
        let tables = self.tables(other).await?;
        let turn = other.draw().await?;
        let mut source = self.engine.reader().await?;
        let mut writer = other.engine.writer().await?;
        turn::take(&mut writer, turn).await?;
        let (from, to) = (
            source.number(GENERATION).await?,
            number(&mut writer, GENERATION).await?,
        );
        if to >= from {
            return Err(Error::WouldGoBack { from, to });
        }
        for table in tables.iter().rev() {
            let mut delete = Statement::new("delete from ");
            delete.push(&table.name);
            writer.execute(delete).await?;
        }
        let mut rows = 0;
        for table in &tables {
            source.pour(table, &mut writer).await?;
            rows += counted(table, &mut source, &mut writer).await?;
        }
        index::rebuild(&mut writer).await?;
        writer.commit().await?;
        writer.settle().await?;
        Ok(Copied {
            generation: from,
            tables: tables.len(),
            rows,
        })
    }

    /// The tables to copy; what others refer to comes first.
    async fn tables(&self, other: &Self) -> Result<Vec<Table>, Error> {
        let tables = match self.engine.tables().await? {
            Some(tables) => tables,
            None => other.engine.tables().await?.ok_or(Error::TwoFiles)?,
        };
        let mut tables: Vec<Table> = tables
            .into_iter()
            .filter(|table| !OWN.contains(&table.name.as_str()))
            .collect();
        tables.sort_by_key(|table| table.name != "item");
        Ok(tables)
    }
}

/// The rows of a table, which have to be as many on both sides.
async fn counted(table: &Table, source: &mut Reader, writer: &mut Writer) -> Result<i64, Error> {
    let count = format!("select count(*) as number from {}", table.name);
    let (read, written) = (source.number(&count).await?, number(writer, &count).await?);
    if read == written {
        return Ok(read);
    }
    Err(Error::Miscounted {
        table: table.name.clone(),
        read,
        written,
    })
}

async fn number(writer: &mut Writer, text: &str) -> Result<i64, Error> {
    let mut statement = Statement::new("");
    statement.push(text);
    writer.number(statement).await
}
