//! Requests to exercise a right: filed by their owner, acknowledged and answered by the platform as time passes.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::{
    array,
    attachments::{self, Parent},
    changes::{Kind, Tx},
    communications::{self, Edit, Source},
    instant,
    kinds::Own,
    mails::{self, Topic},
    projects::Viewer,
    request_words::{self, Answer},
    sides,
    snapshot::Datum,
    users,
};
use crate::{
    ids::Prefix,
    problem::Problem,
    working_days::{self, ACKNOWLEDGE_DAYS, ANSWER_MONTHS, EXTENSION_MONTHS},
};

/// [`Kind::PrivacyRequest`].
pub const OWN: Own = sides::own!("privacy_requests", "access-lost", render);

/// A statement longer than this is a complex one: its answer takes an extension. In characters.
const COMPLEX: usize = 4_000;
const SECOND_MS: i64 = 1_000;

/// How fast the platform answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// In working days, as people do.
    Office,
    /// In seconds, for a market that lives.
    Live,
}

impl Pace {
    /// When a request of `received_at` is acknowledged; all in ms.
    fn acknowledges(self, received_at: i64) -> i64 {
        match self {
            Self::Office => working_days::due_in_days(received_at, 3),
            Self::Live => received_at + 3 * SECOND_MS,
        }
    }

    /// When the answer to a complex one is put off.
    fn extends(self, received_at: i64) -> i64 {
        match self {
            Self::Office => working_days::due_in_days(received_at, 10),
            Self::Live => received_at + 6 * SECOND_MS,
        }
    }

    fn answers(self, received_at: i64, complex: bool) -> i64 {
        match (self, complex) {
            (Self::Office, false) => working_days::due_in_days(received_at, 15),
            (Self::Office, true) => working_days::due_in_days(received_at, 35),
            (Self::Live, false) => received_at + 10 * SECOND_MS,
            (Self::Live, true) => received_at + 14 * SECOND_MS,
        }
    }
}

/// What is asked for, by its name in the GDPR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Art. 15.
    Access,
    /// Art. 20.
    Portability,
    /// Art. 16.
    Rectification,
    /// Art. 17.
    Erasure,
    /// Art. 18.
    Restriction,
    /// Art. 21.
    Objection,
    /// Art. 22.
    HumanReview,
    /// About how data is handled.
    Complaint,
}

impl Type {
    /// Every type.
    pub const ALL: [Self; 8] = [
        Self::Access,
        Self::Portability,
        Self::Rectification,
        Self::Erasure,
        Self::Restriction,
        Self::Objection,
        Self::HumanReview,
        Self::Complaint,
    ];

    /// Its name on the wire and in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Portability => "portability",
            Self::Rectification => "rectification",
            Self::Erasure => "erasure",
            Self::Restriction => "restriction",
            Self::Objection => "objection",
            Self::HumanReview => "human-review",
            Self::Complaint => "complaint",
        }
    }

    /// From its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A request as stored.
#[derive(Debug, Clone)]
pub struct Request {
    /// The row.
    pub n: i64,
    /// Revision.
    pub rev: i64,
    /// Who filed it.
    pub user_n: i64,
    /// What for.
    pub kind: String,
    /// Free text.
    pub statement: String,
    /// See the contract.
    pub status: String,
    /// In ms.
    pub received_at: i64,
    ack_due_at: i64,
    statutory_due_at: i64,
    refusal: Option<String>,
    events: String,
}

const COLUMNS: &str = "r.n, r.rev, r.user_n, r.type, r.statement, r.status, r.received_at, r.ack_due_at,
    r.statutory_due_at, r.refusal, r.events";

fn request(row: &Row<'_>) -> rusqlite::Result<Request> {
    Ok(Request {
        n: row.get(0)?,
        rev: row.get(1)?,
        user_n: row.get(2)?,
        kind: row.get(3)?,
        statement: row.get(4)?,
        status: row.get(5)?,
        received_at: row.get(6)?,
        ack_due_at: row.get(7)?,
        statutory_due_at: row.get(8)?,
        refusal: row.get(9)?,
        events: row.get(10)?,
    })
}

impl Request {
    /// Not answered, refused or withdrawn yet.
    #[must_use]
    pub fn open(&self) -> bool {
        matches!(self.status.as_str(), "received" | "acknowledged" | "extended")
    }

    fn complex(&self) -> bool {
        self.statement.chars().count() > COMPLEX
    }

    /// What the platform does next with it, and when (ms).
    fn next(&self, pace: Pace) -> (&'static str, i64) {
        let complex = self.complex();
        match self.status.as_str() {
            "received" => ("acknowledged", pace.acknowledges(self.received_at)),
            "acknowledged" if complex => ("extended", pace.extends(self.received_at)),
            _ => ("answered", pace.answers(self.received_at, complex)),
        }
    }

    fn json(&self, attachments: Vec<Value>) -> Value {
        json!({
            "id": Prefix::PrivacyRequest.id(self.n).to_string(), "rev": self.rev, "type": self.kind,
            "statement": self.statement, "status": self.status, "received_at": instant(self.received_at),
            "ack_due_at": instant(self.ack_due_at), "statutory_due_at": instant(self.statutory_due_at),
            "refusal": self.refusal, "attachments": attachments,
            "events": serde_json::from_str::<Value>(&self.events).unwrap_or_default(),
        })
    }
}

/// Requests as sent, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, _: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let text = format!(
        "SELECT {COLUMNS} FROM json_each(?1) AS wanted JOIN privacy_requests r ON r.n = wanted.value
         ORDER BY wanted.id"
    );
    let found: Vec<Request> =
        sql.prepare_cached(&text)?.query_map([array(rows)], request)?.collect::<Result<_, _>>()?;
    let mut files = attachments::of(sql, Parent::PrivacyRequest, rows)?;
    let mut datum = |found: Request| {
        let json = found.json(files.remove(&found.n).unwrap_or_default()).to_string();
        Datum { n: found.n, rev: found.rev, json }
    };
    Ok(found.into_iter().map(&mut datum).collect())
}

/// A request of `user_n`.
///
/// # Errors
/// `not-found`, or a database error.
pub fn find(sql: &Connection, user_n: i64, n: i64) -> Result<Request, Problem> {
    sql.prepare_cached(&format!("SELECT {COLUMNS} FROM privacy_requests r WHERE r.n = ?1 AND r.user_n = ?2"))?
        .query_row([n, user_n], request)
        .optional()?
        .ok_or(Problem::NotFound)
}

/// Something to be asked for.
#[derive(Debug, Clone)]
pub struct New {
    /// What for.
    pub kind: Type,
    /// Free text.
    pub statement: String,
    /// Files that go with it.
    pub attachment_ids: Vec<String>,
}

fn event(at: i64, kind: &str, text: &str) -> Value {
    json!({"at": instant(at), "kind": kind, "text": text})
}

fn french(sql: &Connection, user_n: i64) -> Result<bool, Problem> {
    Ok(users::find(sql, user_n)?.locale != "en")
}

/// Files a request and confirms its receipt by mail.
///
/// # Errors
/// `state-conflict` while one of the same type is open, `validation` for the files, or a database error.
pub fn file(tx: &mut Tx<'_>, user_n: i64, new: &New) -> Result<i64, Problem> {
    let open: bool = tx.sql.query_row(
        "SELECT EXISTS (SELECT 1 FROM privacy_requests WHERE user_n = ?1 AND type = ?2
             AND status IN ('received', 'acknowledged', 'extended'))",
        params![user_n, new.kind.name()],
        |row| row.get(0),
    )?;
    if open {
        return Err(Problem::StateConflict);
    }
    let text = request_words::event("received", french(&tx.sql, user_n)?);
    let n = insert(&tx.sql, user_n, (new.kind, &new.statement), tx.now, &[event(tx.now, "received", text)])?;
    attachments::adopt(tx, user_n, (Parent::PrivacyRequest, n), &new.attachment_ids)?;
    tx.changed(Kind::PrivacyRequest, n, user_n)?;
    Ok(n)
}

/// Writes the row alone, open since `at` (ms); for filing and for seeding.
///
/// # Errors
/// On a database error.
pub fn insert(
    sql: &Connection,
    user_n: i64,
    (kind, statement): (Type, &str),
    at: i64,
    events: &[Value],
) -> Result<i64, Problem> {
    let due = (working_days::due_in_days(at, ACKNOWLEDGE_DAYS), working_days::due_in_months(at, ANSWER_MONTHS));
    Ok(sql
        .prepare_cached(
            "INSERT INTO privacy_requests (user_n, type, statement, status, received_at, ack_due_at,
                 statutory_due_at, events) VALUES (?1, ?2, ?3, 'received', ?4, ?5, ?6, ?7)",
        )?
        .insert(params![user_n, kind.name(), statement, at, due.0, due.1, Value::from(events).to_string()])?)
}

/// Sets the status and adds to the history; says so by mail where the platform is the one who acts.
fn advance(tx: &mut Tx<'_>, request: &Request, status: &str, at: i64, text: &str) -> Result<(), Problem> {
    let entry = event(at, status, text).to_string();
    tx.sql
        .prepare_cached(
            "UPDATE privacy_requests SET rev = rev + 1, status = ?2, events = json_insert(events, '$[#]', json(?3))
             WHERE n = ?1",
        )?
        .execute(params![request.n, status, entry])?;
    if status != "withdrawn" {
        let subject = request_words::subject(french(&tx.sql, request.user_n)?);
        mails::send(tx, request.user_n, Topic::Privacy, (subject, text))?;
    }
    tx.changed(Kind::PrivacyRequest, request.n, request.user_n)
}

/// Takes an open request back.
///
/// # Errors
/// `not-found`, `state-conflict` when it is not open any more, or a database error.
pub fn withdraw(tx: &mut Tx<'_>, user_n: i64, n: i64) -> Result<(), Problem> {
    let request = find(&tx.sql, user_n, n)?;
    if !request.open() {
        return Err(Problem::StateConflict);
    }
    let text = request_words::event("withdrawn", french(&tx.sql, user_n)?);
    advance(tx, &request, "withdrawn", tx.now, text)
}

/// Whether `user_n` has contracts whose records must be kept: a bid that was awarded, on either side.
fn has_contracts(sql: &Connection, user_n: i64) -> Result<bool, Problem> {
    let bound = "status IN ('awarded', 'accepted', 'completed')";
    let text = format!(
        "SELECT EXISTS (SELECT 1 FROM bids WHERE freelancer_n = ?1 AND {bound})
             OR EXISTS (SELECT 1 FROM projects p JOIN bids b ON b.project_n = p.n WHERE p.client_n = ?1 AND b.{bound})"
    );
    Ok(sql.query_row(&text, [user_n], |row| row.get(0))?)
}

fn answer(tx: &mut Tx<'_>, request: &Request, at: i64) -> Result<(), Problem> {
    let kind = Type::parse(&request.kind).unwrap_or(Type::Complaint);
    let answer = Answer::to(kind, &request.statement, has_contracts(&tx.sql, request.user_n)?);
    let text = answer.text(kind, french(&tx.sql, request.user_n)?);
    if answer == Answer::MarketingEnded {
        let mut edit = Edit::default();
        edit.end_marketing();
        communications::apply(tx, request.user_n, None, &edit, Source::Support)?;
    }
    if let Some(reason) = answer.refusal() {
        tx.sql.execute("UPDATE privacy_requests SET refusal = ?2 WHERE n = ?1", params![request.n, reason])?;
    }
    advance(tx, request, if answer.refusal().is_some() { "refused" } else { "answered" }, at, text)
}

/// Does everything the platform owes by now; what happened while the server was away happened when it was due.
///
/// # Errors
/// On a database error.
pub fn tick(tx: &mut Tx<'_>, pace: Pace) -> Result<u64, Problem> {
    let mut done = 0;
    loop {
        let text = format!(
            "SELECT {COLUMNS} FROM privacy_requests r WHERE r.status IN ('received', 'acknowledged', 'extended')"
        );
        let open: Vec<Request> = tx.sql.prepare_cached(&text)?.query_map([], request)?.collect::<Result<_, _>>()?;
        let before = done;
        for request in open {
            let (step, at) = request.next(pace);
            if at > tx.now {
                continue;
            }
            done += 1;
            let french = french(&tx.sql, request.user_n)?;
            match step {
                "answered" => answer(tx, &request, at)?,
                "extended" => {
                    let due = working_days::due_in_months(request.received_at, ANSWER_MONTHS + EXTENSION_MONTHS);
                    tx.sql.execute(
                        "UPDATE privacy_requests SET statutory_due_at = ?2 WHERE n = ?1",
                        params![request.n, due],
                    )?;
                    advance(tx, &request, step, at, request_words::event(step, french))?;
                }
                _ => advance(tx, &request, step, at, request_words::event(step, french))?,
            }
        }
        if done == before {
            return Ok(done);
        }
    }
}
