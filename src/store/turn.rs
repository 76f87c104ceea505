//! One importer at a time, however many there are: the row that a writer holds, and the number that fences off the late.
//!
//! An import draws a number before it reads the files. Its transaction begins by writing that number into the one row
//! of `importer`, which nobody else can change until the transaction ends; if one that drew later was there before, it
//! is refused. So whatever stalls or dies, an older state of the files never replaces a newer one, nothing has to expire
//! before the next may begin, and no clock is asked.

use super::again::Tries;
use super::engine::Writer;
use super::statement::Statement;
use super::{Error, Store};

/// The number that an import drew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn(i64);

impl Store {
    /// Draws the number of an import that begins now; it waits for a writer that is at work.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn draw(&self) -> Result<Turn, Error> {
        let mut tries = Tries::default();
        loop {
            match self.draw_once().await {
                Err(error) if error.passes() && tries.another(&error).await => {}
                drawn => return drawn,
            }
        }
    }

    async fn draw_once(&self) -> Result<Turn, Error> {
        let mut writer = self.engine.writer().await?;
        let draw = Statement::new("update importer set drawn = drawn + 1 where id = 1");
        writer.execute(draw).await?;
        let drawn = Statement::new("select drawn as number from importer where id = 1");
        let drawn = writer.number(drawn).await?;
        writer.commit().await?;
        writer.close().await?;
        Ok(Turn(drawn))
    }
}

/// Makes a transaction the one that writes, until it ends.
pub(super) async fn take(writer: &mut Writer, turn: Turn) -> Result<(), Error> {
    let take = Statement::new("update importer set written = $1 where id = 1 and written <= $1");
    writer.execute(take.bind(turn.0)).await?;
    let written = Statement::new("select written as number from importer where id = 1");
    if writer.number(written).await? == turn.0 {
        Ok(())
    } else {
        Err(Error::Overtaken)
    }
}
