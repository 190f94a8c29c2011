//! A market with five people who may or may not do things: Camille and Nadia have a deal, Théo and Inès nothing to do
//! with it.

use std::{collections::HashMap, path::Path};

use presta_platform::{
    ids::Prefix,
    scopes::{Scope, Scopes},
};
use rusqlite::Connection;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    api::Api,
    browser::{Browser, VERIFIER},
    server::{self, Demo},
};

/// Everyone of the matrix who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// The freelancer of the deal.
    Camille,
    /// Another freelancer.
    Theo,
    /// The client of the deal.
    Nadia,
    /// Another client.
    Ines,
}

impl Who {
    pub const ALL: [Self; 4] = [Self::Camille, Self::Theo, Self::Nadia, Self::Ines];

    /// Row, sign-in name and password.
    const fn account(self) -> (i64, &'static str, &'static str) {
        match self {
            Self::Camille => (1, "camille.demo", "demo-camille"),
            Self::Nadia => (2, "nadia.demo", "demo-nadia"),
            Self::Theo => (4, "theo.demo", "demo-camille"),
            Self::Ines => (5, "ines.demo", "demo-nadia"),
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Camille => "Camille",
            Self::Nadia => "Nadia",
            Self::Theo => "Théo",
            Self::Ines => "Inès",
        }
    }

    pub fn id(self) -> String {
        Prefix::User.id(self.account().0).to_string()
    }
}

async fn sign_in(base: &str, who: Who, scope: &str) -> Api {
    let (_, login, password) = who.account();
    let mut browser = Browser::new(base);
    let code = browser.code(login, password, scope).await;
    let (status, tokens) = browser.exchange(&code, VERIFIER).await;
    assert_eq!(status, 200, "{tokens}");
    Api::new(base, tokens["access_token"].as_str().unwrap())
}

/// Writes a row like the one of `table` where `condition` holds, but for `changes` (column and expression); its row.
fn copy_row(file: &Connection, table: &str, condition: &str, changes: &[(&str, String)]) -> i64 {
    let mut query = file.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
    let columns: Vec<String> = query.query_map([table], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let value = |column: &String| {
        let changed = changes.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone());
        changed.unwrap_or_else(|| if column == "n" { "NULL".to_owned() } else { column.clone() })
    };
    let (into, from): (Vec<&str>, Vec<String>) = columns.iter().map(|name| (name.as_str(), value(name))).unzip();
    let text = format!(
        "INSERT INTO {table} ({}) SELECT {} FROM {table} WHERE {condition} LIMIT 1",
        into.join(", "),
        from.join(", ")
    );
    assert_eq!(file.execute(&text, []).unwrap(), 1, "{text}");
    file.last_insert_rowid()
}

/// Théo is a freelancer as Camille is one, Inès a client as Nadia is one.
fn add_people(data: &Path) {
    let file = server::database(data);
    for (who, like) in [(Who::Theo, Who::Camille), (Who::Ines, Who::Nadia)] {
        let (n, login, _) = who.account();
        let card =
            format!("replace(replace(public_client, '{}', '{}'), display_name, '{}')", like.id(), who.id(), who.name());
        let changes = [
            ("n", n.to_string()),
            ("login", format!("'{login}'")),
            ("display_name", format!("'{}'", who.name())),
            ("email", format!("'{login}@exemple.fr'")),
            ("public_client", card),
        ];
        copy_row(&file, "users", &format!("n = {}", like.account().0), &changes);
    }
}

pub struct World {
    pub demo: Demo,
    people: HashMap<Who, Api>,
    /// Tokens that may do everything but one thing, by what that is; `None` may do next to nothing.
    limited: HashMap<(Who, Option<&'static str>), Api>,
    /// An archive of Camille's that is ready.
    pub export: String,
}

impl World {
    pub async fn start() -> Self {
        let demo = Demo::with(&["--bids-per-month", "100000", "--requests-per-minute", "1000000"]);
        add_people(demo.data.path());
        let mut people = HashMap::new();
        for who in Who::ALL {
            people.insert(who, sign_in(demo.url(), who, "").await);
        }
        let mut world = Self { demo, people, limited: HashMap::new(), export: String::new() };
        world.export = world.archive().await;
        world
    }

    async fn archive(&self) -> String {
        let camille = self.of(Who::Camille);
        let body = serde_json::json!({"profile": "portability", "formats": ["json"], "resources": ["me"]});
        let asked = camille.post("/v1/exports", body).await.expect(202).body;
        let ready = camille.wait_until("export", &asked["id"], |item| item["state"] == "ready").await;
        ready["id"].as_str().unwrap().to_owned()
    }

    pub fn of(&self, who: Who) -> &Api {
        &self.people[&who]
    }

    /// Nobody in particular.
    pub fn anonymous(&self) -> Api {
        Api::new(self.demo.url(), "")
    }

    /// A token of `who` that lacks `scope`; without one, a token with the least there is.
    pub async fn limited(&mut self, who: Who, scope: Option<Scope>) -> Api {
        let key = (who, scope.map(Scope::name));
        if let Some(api) = self.limited.get(&key) {
            return api.clone();
        }
        let names = match scope {
            Some(missing) => {
                let all = Scopes::parse("").unwrap();
                let rest: Vec<&str> = all.iter().filter(|scope| *scope != missing).map(Scope::name).collect();
                rest.join(" ")
            }
            None => Scope::Connections.name().to_owned(),
        };
        let api = sign_in(self.demo.url(), who, &names).await;
        self.limited.insert(key, api.clone());
        api
    }

    /// Another row like one of Camille's, written past the server; its public id.
    pub fn another(&self, table: &str, prefix: Prefix, changes: &[(&str, String)]) -> String {
        let file = server::database(self.demo.data.path());
        prefix.id(copy_row(&file, table, "user_n = 1", changes)).to_string()
    }

    /// Runs `text` on the file of the server.
    pub fn edit(&self, text: &str) {
        server::edit_rows(self.demo.data.path(), text);
    }

    /// The token of a link that ends the mails of a topic to Camille.
    pub fn unsubscribing(&self) -> String {
        use presta_platform::store::{mails::Topic, unsubscribe};
        let file = server::database(self.demo.data.path());
        let topic = Topic::parse("newsletter").unwrap();
        let link = unsubscribe::link(&file, 1, topic).unwrap();
        link.split_once("token=").unwrap().1.to_owned()
    }

    /// A file of Camille's that is attached to nothing.
    pub async fn file(&self) -> String {
        let name = format!("{}.txt", Uuid::new_v4());
        crate::uploads::upload(self.of(Who::Camille), (&name, "text/plain"), b"essai").await
    }

    /// The first item of a list of Camille's.
    pub async fn first(&self, path: &str) -> Value {
        self.of(Who::Camille).get(path).await.expect(200).items()[0].clone()
    }
}
