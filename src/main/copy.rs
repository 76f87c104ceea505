//! `rhapsode copy`: a database into another one, of either engine.

use std::process::ExitCode;

use rhapsode::store::Store;

/// Copies, and says what.
pub async fn copy(from: &str, to: &str) -> anyhow::Result<ExitCode> {
    let (source, target) = (Store::open_read_only(from).await?, Store::open(to).await?);
    let copied = source.copy_to(&target).await?;
    println!(
        "copied {} rows of {} tables; generation {}",
        copied.rows, copied.tables, copied.generation
    );
    Ok(ExitCode::SUCCESS)
}
