//! What an archive holds: every synchronised type as its owner sees it, and what the platform keeps beside.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{
    ids::Prefix,
    policy,
    problem::Problem,
    store::{
        changes::Kind,
        communications, instant, kinds,
        projects::{self, Viewer},
        users,
    },
};

/// Rows read at once.
pub const BATCH: i64 = 200;

/// Something that rows are read of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A synchronised type.
    Kind(Kind),
    /// Files that were sent.
    Attachment,
    /// Every change of a choice.
    ChoiceHistory,
    /// Mails of the platform.
    Mail,
    /// Browsers that were signed in.
    SignIn,
    /// Who data goes to.
    Recipient,
}

/// Beside the synchronised types.
const EXTRA: [Source; 5] = [Source::Attachment, Source::ChoiceHistory, Source::Mail, Source::SignIn, Source::Recipient];

/// Members that name who wrote a row, where not every row one sees is one's own.
const AUTHORS: [&str; 6] = ["author", "author_id", "freelancer", "freelancer_id", "proposed_by", "requested_by"];
/// Members that say when a row came to be or changed.
const INSTANTS: [&str; 12] = [
    "at",
    "created_at",
    "updated_at",
    "edited_at",
    "sent_at",
    "submitted_at",
    "posted_at",
    "received_at",
    "granted_at",
    "linked_at",
    "decided_at",
    "last_used_at",
];

impl Source {
    /// Every source, in the order of the archive.
    pub fn all() -> impl Iterator<Item = Self> {
        Kind::ALL.into_iter().map(Self::Kind).chain(EXTRA)
    }

    /// Its name on the wire, and of its files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.name(),
            Self::Attachment => "attachment",
            Self::ChoiceHistory => "consent_history",
            Self::Mail => "mail",
            Self::SignIn => "sign_in",
            Self::Recipient => "recipient",
        }
    }

    /// From its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().find(|source| source.name() == name)
    }

    /// Whether people gave it themselves, which is what portability is about (GDPR art. 20); the rest was collected
    /// or derived.
    #[must_use]
    pub const fn given(self) -> bool {
        match self {
            Self::Kind(kind) => !matches!(
                kind,
                Kind::Milestone
                    | Kind::Invitation
                    | Kind::Recommendation
                    | Kind::Decision
                    | Kind::App
                    | Kind::Device
                    | Kind::Export
            ),
            Self::Attachment => true,
            Self::ChoiceHistory | Self::Mail | Self::SignIn | Self::Recipient => false,
        }
    }
}

/// Whose archive it is, and how much goes in.
#[derive(Debug, Clone)]
pub struct Reader {
    /// How its owner sees rows.
    pub viewer: Viewer,
    /// Also what others wrote to them.
    pub access: bool,
    /// Only what is newer, in ms.
    pub since: Option<i64>,
}

/// Rows in a batch, and where the next one begins.
#[derive(Debug)]
pub struct Batch {
    /// Rows as JSON.
    pub rows: Vec<Value>,
    /// Rows of attachments, for their bytes.
    pub numbers: Vec<i64>,
    /// None when this was the last.
    pub before: Option<i64>,
}

impl Reader {
    /// The query of a type: columns `n`, of the user of parameter 1.
    fn rows(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Me => "SELECT ?1 AS n",
            Kind::Project => "SELECT n FROM projects WHERE client_n = ?1",
            Kind::Bid if !self.access => "SELECT n FROM bids WHERE freelancer_n = ?1",
            Kind::Message if !self.access => {
                "SELECT m.n FROM participants p JOIN messages m ON m.thread_n = p.thread_n
                 WHERE p.user_n = ?1 AND m.author_n = ?1"
            }
            _ => kinds::of(kind).rows,
        }
    }

    /// Whether a row that is seen is also of its owner.
    fn is_own(&self, kind: Kind, row: &Value) -> bool {
        let id = Prefix::User.id(self.viewer.n).to_string();
        match kind {
            // Everyone sees every open contest; one's own names oneself.
            Kind::Contest => mentions(row, &id),
            Kind::Review | Kind::Entry | Kind::Amendment | Kind::MilestoneRequest if !self.access => {
                AUTHORS.iter().any(|name| row.get(name).is_some_and(|author| mentions(author, &id)))
            }
            _ => true,
        }
    }

    fn is_new(&self, row: &Value) -> bool {
        let Some(since) = self.since else { return true };
        let instants = INSTANTS.iter().filter_map(|name| row.get(name)?.as_str()?.parse::<jiff::Timestamp>().ok());
        instants.max().is_none_or(|latest| latest.as_millisecond() >= since)
    }

    /// The rows of `source` below `before`, newest first.
    ///
    /// # Errors
    /// On a database error.
    pub fn batch(&self, sql: &Connection, source: Source, before: i64) -> Result<Batch, Problem> {
        let user_n = self.viewer.n;
        let (numbers, mut rows) = match source {
            Source::Kind(kind) => {
                let text = format!("SELECT n FROM ({}) WHERE n < ?2 ORDER BY n DESC LIMIT ?3", self.rows(kind));
                let numbers = numbers(sql, &text, user_n, before)?;
                let mut rows = self.render(sql, kind, &numbers)?;
                rows.retain(|row| self.is_own(kind, row));
                (numbers, rows)
            }
            Source::ChoiceHistory => {
                let numbers = communications::history(sql, user_n, before, BATCH)?;
                let rows = parsed(communications::render_history(sql, &numbers)?.into_iter().map(|datum| datum.json));
                (numbers, rows)
            }
            Source::Recipient => (Vec::new(), if before == i64::MAX { policy::recipients() } else { Vec::new() }),
            Source::Attachment => table(
                sql,
                "SELECT n, json_object('n', n, 'name', name, 'media_type', media_type, 'size', size, 'sha256', sha256,
                     'created_at', created_at, 'belongs_to', parent)
                 FROM attachments WHERE owner_n = ?1 AND n < ?2 ORDER BY n DESC LIMIT ?3",
                (user_n, before),
            )?,
            Source::Mail => table(
                sql,
                "SELECT n, json_object('at', at, 'topic', topic, 'subject', subject, 'text', text)
                 FROM mails WHERE user_n = ?1 AND n < ?2 ORDER BY n DESC LIMIT ?3",
                (user_n, before),
            )?,
            Source::SignIn => table(
                sql,
                "SELECT n, json_object('at', created_at, 'last_used_at', last_used_at, 'user_agent', name)
                 FROM devices WHERE user_n = ?1 AND n < ?2 ORDER BY n DESC LIMIT ?3",
                (user_n, before),
            )?,
        };
        rows.retain(|row| self.is_new(row));
        let full = numbers.len() == usize::try_from(BATCH).unwrap_or(0);
        Ok(Batch { rows, before: numbers.last().copied().filter(|_| full), numbers })
    }

    fn render(&self, sql: &Connection, kind: Kind, rows: &[i64]) -> Result<Vec<Value>, Problem> {
        Ok(match kind {
            Kind::Me => rows.iter().map(|&n| Ok(users::find(sql, n)?.me())).collect::<Result<_, Problem>>()?,
            Kind::Project => parsed(projects::render(sql, &self.viewer, rows)?.into_iter().map(|project| project.json)),
            _ => parsed((kinds::of(kind).render)(sql, &self.viewer, rows)?.into_iter().map(|datum| datum.json)),
        })
    }
}

fn mentions(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => text == id,
        Value::Array(items) => items.iter().any(|item| mentions(item, id)),
        Value::Object(members) => members.values().any(|member| mentions(member, id)),
        _ => false,
    }
}

fn parsed(rows: impl Iterator<Item = String>) -> Vec<Value> {
    rows.filter_map(|text| serde_json::from_str(&text).ok()).collect()
}

fn numbers(sql: &Connection, text: &str, user_n: i64, before: i64) -> Result<Vec<i64>, Problem> {
    let mut query = sql.prepare_cached(text)?;
    Ok(query.query_map([user_n, before, BATCH], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Rows that are written as JSON by their query, with instants in ms and rows of attachments as numbers.
fn table(sql: &Connection, text: &str, (user_n, before): (i64, i64)) -> Result<(Vec<i64>, Vec<Value>), Problem> {
    let mut query = sql.prepare_cached(text)?;
    let found = query.query_map([user_n, before, BATCH], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let (mut numbers, mut rows) = (Vec::new(), Vec::new());
    for row in found {
        let (n, text): (i64, String) = row?;
        let mut value: Value = serde_json::from_str(&text).unwrap_or_default();
        if let Some(members) = value.as_object_mut() {
            for name in INSTANTS {
                if let Some(ms) = members.get(name).and_then(Value::as_i64) {
                    members.insert(name.to_owned(), json!(instant(ms)));
                }
            }
            if members.remove("n").is_some() {
                members.insert("id".to_owned(), json!(Prefix::Attachment.id(n).to_string()));
            }
        }
        numbers.push(n);
        rows.push(value);
    }
    Ok((numbers, rows))
}
