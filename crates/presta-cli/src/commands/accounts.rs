//! The accounts of a profile.

use presta_engine::{Engine, SessionState};
use serde_json::{Value, json};

use crate::args::{Accounts, AccountsAct};
use crate::exit::Stop;
use crate::host::{self, Need, not_signed_in};
use crate::output::Output;

pub async fn run(engine: &Engine, output: &Output, accounts: Accounts) -> Result<(), Stop> {
    let (host, response) = match accounts.act.unwrap_or(AccountsAct::List) {
        AccountsAct::List => {
            let host = host::start(engine, Need::Reading).await?;
            let accounts = host.call("accounts_list", json!({})).await?;
            (host, accounts)
        }
        AccountsAct::Switch { account } => {
            let host = host::start(engine, Need::Local).await?;
            host.call("account_switch", json!({ "local_id": account })).await?;
            match host.engine.session() {
                // A locked one is asked about by the command that needs it.
                SessionState::SignedIn { .. } | SessionState::Locked { .. } => {}
                state => return Err(not_signed_in(&state).into()),
            }
            let accounts = host.call("accounts_list", json!({})).await?;
            (host, accounts)
        }
    };
    let locked = match host.engine.session() {
        SessionState::Locked { local_id, .. } => Some(local_id),
        _ => None,
    };
    output.response(&response, |output| {
        let rows = response.as_array().into_iter().flatten().map(|it| cells(output, it, locked.as_deref())).collect();
        output.table(&["col_id", "col_name", "col_login", "col_server", "col_queued", "col_current"], rows)
    })
}

fn cells(output: &Output, account: &Value, locked: Option<&str>) -> Vec<String> {
    let text = |name: &str| account[name].as_str().unwrap_or_default().to_owned();
    let unsent = account["unsent"].as_u64().map(|count| count.to_string()).unwrap_or_default();
    let current = account["current"] == true || account["local_id"].as_str() == locked;
    let current = if current { "*" } else { "" };
    let name = match account["name"].as_str() {
        None if account["locked"] == true => output.words.get("account_locked"),
        name => name.unwrap_or_default().to_owned(),
    };
    vec![text("local_id"), name, text("login"), text("server"), unsent, current.to_owned()]
}
