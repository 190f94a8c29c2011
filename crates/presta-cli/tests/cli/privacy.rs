//! Choices of communications, and requests about one's data.

use serde_json::{Value, json};

use crate::terminal::Terminal;

const CHOICES: &str = "/v1/preferences/communications";

fn cell<'a>(choices: &'a Value, topic: &str, channel: &str) -> &'a Value {
    let cells = choices["cells"].as_array().unwrap();
    cells.iter().find(|cell| cell["topic"] == topic && cell["channel"] == channel).unwrap()
}

#[tokio::test]
async fn a_choice_is_made_and_marketing_takes_consent_to_its_text() {
    let terminal = Terminal::signed_in().await;
    let login = terminal.platform.login("freelancer").unwrap().clone();
    let person = terminal.platform.sign_in(&login).await.unwrap();
    let before = terminal.run(&["prefs", "get", "--json"]).await.json();
    assert_eq!(before, terminal.run(&["prefs", "--json"]).await.json());
    let there = person.get(CHOICES).await.unwrap();
    assert_eq!(before["cells"], there["cells"], "as the platform has them");
    assert_eq!(cell(&before, "bids", "push")["enabled"], true);

    let off = terminal.run(&["prefs", "set", "bids", "push", "off"]).await;
    assert_eq!(off.code, 0, "{off:?}");
    assert!(off.out.starts_with("Envoyé"), "{off:?}");
    assert_eq!(cell(&person.get(CHOICES).await.unwrap(), "bids", "push")["enabled"], false);
    let table = terminal.run(&["prefs"]).await.out;
    let line = |topic: &str, channel: &str| {
        let words = [topic, channel];
        let line = table.lines().find(|line| line.split_whitespace().take(2).eq(words));
        line.unwrap_or_else(|| panic!("{words:?} in {table}")).to_owned()
    };
    assert!(line("bids", "push").contains("non") && line("bids", "email").contains("nécessaire"), "{table}");

    let version = before["text_version"].as_str().unwrap();
    let text = before["texts"].as_array().unwrap().iter().find(|text| text["version"] == version).unwrap();
    for unread in
        [&["prefs", "set", "tips", "email", "on"][..], &["prefs", "set", "tips", "email", "on", "--consent", "1"]]
    {
        let said = terminal.run(unread).await;
        assert_eq!(said.code, 6, "{said:?}");
        assert!(said.err.contains(text["text_fr"].as_str().unwrap()) && said.err.contains(version), "{said:?}");
    }
    let english = terminal.run(&["prefs", "set", "tips", "email", "on", "--lang", "en"]).await;
    assert!(english.err.contains(text["text_en"].as_str().unwrap()), "{english:?}");
    assert_eq!(cell(&person.get(CHOICES).await.unwrap(), "tips", "email")["enabled"], false);
    let on = ["prefs", "set", "tips", "email", "on", "--consent", version];
    assert_eq!(terminal.run(&on).await.code, 0);
    let profiling = ["prefs", "set", "marketing_profiling", "-", "on"];
    assert_eq!(terminal.run(&profiling).await.code, 6);
    assert_eq!(terminal.run(&[&profiling[..], &["--consent", version]].concat()).await.code, 0);
    let recommended = ["prefs", "set", "personalised_recommendations", "-", "off"];
    assert_eq!(terminal.run(&recommended).await.code, 0);
    let there = person.get(CHOICES).await.unwrap();
    assert_eq!(cell(&there, "tips", "email")["enabled"], true);
    assert_eq!(cell(&there, "tips", "email")["text_version"], version);
    assert_eq!((&there["marketing_profiling"], &there["personalised_recommendations"]), (&json!(true), &json!(false)));

    let unknown = terminal.run(&["prefs", "set", "weather", "email", "on", "--json"]).await;
    assert_eq!((unknown.code, unknown.failure().as_str()), (1, "unknown-choice"));
    assert_eq!(terminal.run(&["prefs", "set", "tips", "email", "maybe"]).await.code, 2);
}

#[tokio::test]
async fn all_marketing_is_refused_at_once_and_without_the_network_later() {
    let mut terminal = Terminal::signed_in().await;
    let login = terminal.platform.login("freelancer").unwrap().clone();
    let version = terminal.run(&["prefs", "--json"]).await.json()["text_version"].as_str().unwrap().to_owned();
    for topic in ["tips", "surveys"] {
        assert_eq!(terminal.run(&["prefs", "set", topic, "email", "on", "--consent", &version]).await.code, 0);
    }
    terminal.platform.stop().await.unwrap();
    let none = terminal.run(&["prefs", "none"]).await;
    assert_eq!(none.code, 4, "{none:?}");
    let marketing = |choices: &Value| {
        let cells = choices["cells"].as_array().unwrap().iter();
        cells.filter(|cell| cell["marketing"] == true && cell["enabled"] == true).count()
    };
    assert_eq!(marketing(&terminal.run(&["prefs", "--json"]).await.json()), 0, "it is shown as it was left");
    assert!(terminal.run(&["queue"]).await.out.contains("Préférences de communication"));
    terminal.platform.restart().await.unwrap();
    assert_eq!(terminal.run(&["sync", "--json"]).await.json()["delivered"], 1);
    let person = terminal.platform.sign_in(&login).await.unwrap();
    assert_eq!(marketing(&person.get(CHOICES).await.unwrap()), 0);
}

#[tokio::test]
async fn a_request_is_filed_listed_and_withdrawn() {
    let terminal = Terminal::signed_in().await;
    let login = terminal.platform.login("freelancer").unwrap().clone();
    let person = terminal.platform.sign_in(&login).await.unwrap();
    let count = person.all("/v1/privacy-requests").await.unwrap().len();
    let statement = "Bonjour, je voudrais une copie de tout ce que vous gardez de moi.";
    let file = ["requests", "file", "access", "--text", "-"];
    let filed = terminal.run_with(&file, statement).await;
    assert_eq!(filed.code, 0, "{filed:?}");
    let there = person.all("/v1/privacy-requests").await.unwrap();
    assert_eq!(there.len(), count + 1);
    let new = there.iter().find(|request| request["statement"] == statement).unwrap();
    assert_eq!((&new["type"], &new["status"]), (&json!("access"), &json!("received")));
    let id = new["id"].as_str().unwrap();

    let rows = terminal.run(&["requests", "list", "--json"]).await.json();
    let row = rows.as_array().unwrap().iter().find(|row| row["data"]["id"] == id).unwrap();
    assert_eq!((&row["data"]["statement"], &row["queued"]), (&json!(statement), &json!(false)));
    let table = terminal.run(&["requests"]).await.out;
    let line = table.lines().find(|line| line.starts_with(id)).unwrap_or_else(|| panic!("{table}"));
    assert!(line.contains("access") && line.contains("Reçue"), "{line}");

    let withdrawn = terminal.run(&["requests", "withdraw", id]).await;
    assert_eq!(withdrawn.code, 0, "{withdrawn:?}");
    assert_eq!(person.get(&format!("/v1/privacy-requests/{id}")).await.unwrap()["status"], "withdrawn");
    assert!(terminal.run(&["requests"]).await.out.lines().any(|line| line.starts_with(id) && line.contains("Retirée")));

    assert_eq!(terminal.run_with(&["requests", "file", "weather", "--text", "-"], statement).await.code, 2);
    let nowhere = terminal.run(&["requests", "withdraw", "prq_nowhere", "--json"]).await;
    assert_eq!(nowhere.failure(), "not-found");
    assert_eq!(person.all("/v1/privacy-requests").await.unwrap().len(), count + 1);
}
