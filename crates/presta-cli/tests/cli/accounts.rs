//! Several accounts on one profile.

use serde_json::{Value, json};

use crate::terminal::Terminal;

async fn rows(terminal: &Terminal) -> Vec<Value> {
    terminal.run(&["accounts", "--json"]).await.json().as_array().unwrap().clone()
}

fn of<'a>(rows: &'a [Value], login: &str) -> &'a Value {
    rows.iter().find(|row| row["login"] == login).unwrap_or_else(|| panic!("no {login} in {rows:?}"))
}

#[tokio::test]
async fn a_second_account_is_added_and_one_changes_between_them() {
    let terminal = Terminal::signed_in().await;
    let freelancer = terminal.platform.login("freelancer").unwrap().clone();
    let client = terminal.platform.login("client").unwrap().clone();
    let project = terminal.open_project(0).await;
    let kept = terminal.run(&["message", &project, "Une question.", "--queue-only"]).await;
    assert_eq!(kept.code, 0, "{kept:?}");
    assert_eq!(rows(&terminal).await.len(), 1);

    let hello = terminal.sign_in_with(&client, &["--add"]).await;
    assert!(hello.contains(&client.login), "{hello}");
    assert_eq!(terminal.run(&["sync"]).await.code, 0);
    assert_eq!(terminal.run(&["queue", "--json"]).await.json()["acts"], json!([]), "each has its own queue");
    let both = rows(&terminal).await;
    assert_eq!(both.len(), 2, "{both:?}");
    assert_eq!((&of(&both, &client.login)["current"], &of(&both, &client.login)["unsent"]), (&json!(true), &json!(0)));
    let left = of(&both, &freelancer.login);
    assert_eq!((&left["current"], &left["unsent"]), (&json!(false), &json!(1)), "and what is left waits");

    let switched = terminal.run(&["accounts", "switch", left["local_id"].as_str().unwrap()]).await;
    assert_eq!(switched.code, 0, "{switched:?}");
    let line = |login: &str| switched.out.lines().find(|line| line.contains(login)).unwrap().to_owned();
    assert!(line(&freelancer.login).ends_with('*') && !line(&client.login).ends_with('*'), "{}", switched.out);
    assert_eq!(terminal.run(&["queue", "--json"]).await.json()["acts"].as_array().unwrap().len(), 1);
    let synced = terminal.run(&["sync", "--json"]).await.json();
    assert_eq!(synced["session"]["account"]["login"], freelancer.login.as_str());
    assert_eq!(synced["delivered"], 1);

    let nobody = terminal.run(&["accounts", "switch", "nobody", "--json"]).await;
    assert_eq!((nobody.code, nobody.failure().as_str()), (1, "not-found"));
    assert_eq!(terminal.run(&["logout"]).await.code, 0);
    assert_eq!(terminal.run(&["bids"]).await.code, 3, "the other one is not taken instead");
    let rest = rows(&terminal).await;
    assert_eq!((rest.len(), &rest[0]["login"]), (1, &json!(client.login)));
    assert_eq!(terminal.run(&["accounts", "switch", rest[0]["local_id"].as_str().unwrap()]).await.code, 0);
    assert_eq!(terminal.run(&["sync"]).await.code, 0);
}
