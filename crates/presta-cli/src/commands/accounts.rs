//! The accounts of a profile.

use presta_engine::Engine;
use serde_json::{Value, json};

use crate::args::{Accounts, AccountsAct};
use crate::exit::Stop;
use crate::host::{self, Need};
use crate::output::Output;

pub async fn run(engine: &Engine, output: &Output, accounts: Accounts) -> Result<(), Stop> {
    let response = match accounts.act.unwrap_or(AccountsAct::List) {
        AccountsAct::List => host::start(engine, Need::Reading).await?.call("accounts_list", json!({})).await?,
        AccountsAct::Switch { account } => {
            let host = host::start(engine, Need::Local).await?;
            host.call("account_switch", json!({ "local_id": account })).await?;
            host.call("accounts_list", json!({})).await?
        }
    };
    output.response(&response, |output| {
        let rows = response.as_array().into_iter().flatten().map(cells).collect();
        output.table(&["col_id", "col_name", "col_login", "col_server", "col_queued", "col_current"], rows)
    })
}

fn cells(account: &Value) -> Vec<String> {
    let text = |name: &str| account[name].as_str().unwrap_or_default().to_owned();
    let unsent = account["unsent"].as_u64().map(|count| count.to_string()).unwrap_or_default();
    let current = if account["current"] == true { "*" } else { "" };
    vec![text("local_id"), text("name"), text("login"), text("server"), unsent, current.to_owned()]
}
