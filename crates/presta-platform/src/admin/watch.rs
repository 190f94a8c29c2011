//! What tests look at: mails and counts.

use axum::extract::State;
use rusqlite::params;
use serde_json::{Value, json};

use super::{Admin, Answer, user};
use crate::{
    answer,
    extract::Query,
    ids::Prefix,
    problem::Problem,
    store::{instant, mails::Topic},
};

/// `GET /admin/mails?user=&topic=&limit=`: newest first.
pub async fn mails(State(admin): State<Admin>, query: Query) -> Answer {
    let topic = query.text("topic").map(str::to_owned);
    if topic.as_deref().is_some_and(|name| Topic::parse(name).is_none()) {
        return Err(Problem::field("?topic", "unknown"));
    }
    let name = query.text("user").map(str::to_owned);
    let limit = query.number("limit", 1..=500, 100)?;
    let body = admin
        .app
        .read(move |sql| {
            let user_n = name.map(|name| user(sql, &name, "?user")).transpose()?;
            let mut select = sql.prepare_cached(
                "SELECT m.user_n, u.login, m.at, m.topic, m.service, m.subject, m.text FROM mails m
                 JOIN users u ON u.n = m.user_n
                 WHERE (?1 IS NULL OR m.user_n = ?1) AND (?2 IS NULL OR m.topic = ?2)
                 ORDER BY m.n DESC LIMIT ?3",
            )?;
            let rows = select.query_map(params![user_n, topic, limit], |row| {
                Ok(json!({
                    "user_id": Prefix::User.id(row.get(0)?).to_string(), "login": row.get::<_, Option<String>>(1)?,
                    "at": instant(row.get(2)?), "topic": row.get::<_, String>(3)?,
                    "service": row.get::<_, bool>(4)?, "subject": row.get::<_, String>(5)?,
                    "text": row.get::<_, String>(6)?,
                }))
            })?;
            let items: Vec<Value> = rows.collect::<Result<_, _>>()?;
            Ok(json!({"items": items}).to_string())
        })
        .await?;
    Ok(answer::json(body))
}

/// `GET /admin/counters`: of this process, and the rows of the file beside them.
pub async fn counters(State(admin): State<Admin>) -> Answer {
    let rows = admin
        .app
        .read(|sql| {
            let mut rows = serde_json::Map::new();
            for table in ["projects", "bids", "threads", "messages", "attachments", "mails", "changes", "idempotency"] {
                let count: i64 = sql.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
                rows.insert(table.to_owned(), count.into());
            }
            Ok(rows)
        })
        .await?;
    let mut shown = admin.app.counters.json();
    if let Some(object) = shown.as_object_mut() {
        object.insert("rows".to_owned(), Value::Object(rows));
    }
    Ok(answer::json(shown.to_string()))
}
