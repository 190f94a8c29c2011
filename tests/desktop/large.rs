//! A market of a hundred thousand projects.

use anyhow::ensure;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_projects_sync_scroll_and_are_searched() -> anyhow::Result<()> {
    let measured = desktop::large::measure(100_000).await?;
    eprintln!("{measured:#?}");
    let slowest = measured.search_ms.values().copied().max();
    ensure!(slowest < Some(2_000), "a search took {slowest:?} ms");
    ensure!(measured.jump_to_end_ms < 5_000, "the end of the list took {} ms", measured.jump_to_end_ms);
    Ok(())
}
