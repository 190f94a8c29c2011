//! Making a bid, and the list of them.

use presta_commands::Failure;
use presta_engine::Engine;
use serde_json::{Value, json};

use crate::args::Bid;
use crate::commands::{act_of, text_from};
use crate::exit::Stop;
use crate::host::{self, Need};
use crate::output::{Output, time};
use crate::wait;

pub async fn list(engine: &Engine, output: &Output) -> Result<(), Stop> {
    let host = host::start(engine, Need::Reading).await?;
    host.signed_in(output).await?;
    let bids = host.call("bids_list", json!({})).await?;
    output.response(&bids, |output| {
        let rows = bids.as_array().into_iter().flatten().map(|bid| cells(output, bid)).collect();
        output.table(&["col_id", "col_stage", "col_amount", "col_days", "col_updated", "col_title"], rows)
    })
}

fn cells(output: &Output, bid: &Value) -> Vec<String> {
    let text = |name: &str| bid[name].as_str().unwrap_or_default().to_owned();
    vec![
        text("key"),
        output.words.named("stage", &text("stage")),
        output.price(bid),
        bid["period_days"].as_u64().map(|days| days.to_string()).unwrap_or_default(),
        time(&bid["updated_at"]),
        text("project_title"),
    ]
}

/// Queues a bid, and sends it unless it is to wait.
pub async fn bid(engine: &Engine, output: &Output, bid: Bid) -> Result<(), Stop> {
    let milestones = bid.milestones.iter().map(|typed| milestone(typed)).collect::<Result<Vec<_>, _>>()?;
    let form = json!({
        "amount": bid.amount,
        "period_days": bid.days,
        "text": text_from(&bid.text)?,
        "milestones": milestones,
    });
    let mut host = host::start(engine, if bid.queue_only { Need::Local } else { Need::Online }).await?;
    host.signed_in(output).await?;
    let queued = host.call("bid_submit", json!({ "project_id": bid.project, "form": form })).await?;
    let act = act_of(&queued);
    if bid.queue_only {
        return output.response(&queued, |output| format!("{} ({act})\n", output.words.get("queue_kept")));
    }
    wait::report(&mut host, output, &act).await
}

/// `TITLE=AMOUNT`; the title may hold the sign as well.
fn milestone(typed: &str) -> Result<Value, Stop> {
    match typed.rsplit_once('=') {
        Some((title, amount)) => Ok(json!({ "title": title.trim(), "amount": amount.trim() })),
        None => Err(Failure::new("milestone-unreadable").with("typed", typed).into()),
    }
}
