//! Entries of contests, and what both sides may do with them.

use rusqlite::{Connection, Row, params};
use serde_json::{Value, json};

use super::{
    array,
    attachments::{self, Parent},
    changes::{Kind, Tx},
    contests::{self, Contest, MAX_ENTRIES},
    instant,
    kinds::Own,
    mails::{self, Topic},
    projects::Viewer,
    snapshot::Datum,
    users,
};
use crate::{ids::Prefix, problem::Problem};

/// One's own entries, and those of one's contests.
pub const OWN: Own = Own {
    rows: "SELECT n FROM entries WHERE freelancer_n = ?1
        UNION SELECT e.n FROM contests c JOIN entries e ON e.contest_n = c.n WHERE c.client_n = ?1",
    among: "SELECT e.n FROM entries e JOIN contests c ON c.n = e.contest_n
        WHERE e.n IN (SELECT value FROM json_each(?2)) AND (e.freelancer_n = ?1 OR c.client_n = ?1)",
    lost: "access-lost",
    render,
};

/// Who sees an entry: its author, the client, and, where entries are not sealed, everyone as long as it is not withdrawn.
/// Parameter 1 is the user.
const SEEN: &str = "(e.freelancer_n = ?1 OR c.client_n = ?1 OR (c.sealed = 0 AND e.status <> 'withdrawn'))";

/// An entry as stored.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The row.
    pub n: i64,
    /// Revision.
    pub rev: i64,
    /// Its contest.
    pub contest_n: i64,
    /// Who entered.
    pub freelancer_n: i64,
    /// `submitted`, `rejected`, `withdrawn`, `awarded` or `not-chosen`.
    pub status: String,
    client_n: i64,
    contest_title: String,
    undecided: bool,
    text: String,
    rating: Option<(i64, Option<String>, i64)>,
    freelancer: (String, Option<f64>, i64),
    submitted_at: i64,
    updated_at: i64,
}

const SELECT: &str = "SELECT e.n, e.rev, e.contest_n, e.freelancer_n, e.status, c.client_n, c.title,
        c.status IN ('open', 'judging'), e.text, e.stars, e.comment, e.rated_at, u.display_name, u.rating, u.reviews,
        e.submitted_at, e.updated_at
    FROM entries e JOIN contests c ON c.n = e.contest_n JOIN users u ON u.n = e.freelancer_n";

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let (stars, rated_at): (Option<i64>, Option<i64>) = (row.get(9)?, row.get(11)?);
    let comment: Option<String> = row.get(10)?;
    Ok(Entry {
        n: row.get(0)?,
        rev: row.get(1)?,
        contest_n: row.get(2)?,
        freelancer_n: row.get(3)?,
        status: row.get(4)?,
        client_n: row.get(5)?,
        contest_title: row.get(6)?,
        undecided: row.get(7)?,
        text: row.get(8)?,
        rating: stars.zip(rated_at).map(|(stars, at)| (stars, comment, at)),
        freelancer: (row.get(12)?, row.get(13)?, row.get(14)?),
        submitted_at: row.get(15)?,
        updated_at: row.get(16)?,
    })
}

impl Entry {
    fn allowed_actions(&self, user_n: i64) -> Vec<&'static str> {
        match (self.undecided, self.status.as_str()) {
            (true, "submitted") if user_n == self.client_n => vec!["rate", "award", "reject"],
            (true, "submitted") if user_n == self.freelancer_n => vec!["withdraw"],
            _ => Vec::new(),
        }
    }

    fn json(&self, viewer: &Viewer, files: Vec<Value>) -> Value {
        let author = viewer.n == self.freelancer_n;
        // What is withdrawn stays in the lists of the client, as a name without content.
        let shown = author || self.status != "withdrawn";
        let rating = self.rating.as_ref().filter(|_| author || viewer.n == self.client_n);
        let (name, reputation, reviews) = &self.freelancer;
        json!({
            "id": Prefix::Entry.id(self.n).to_string(), "rev": self.rev,
            "contest_id": Prefix::Contest.id(self.contest_n).to_string(), "contest_title": self.contest_title,
            "freelancer": {"id": Prefix::User.id(self.freelancer_n).to_string(), "display_name": name,
                "rating": reputation, "reviews": reviews},
            "status": self.status, "text": if shown { self.text.as_str() } else { "" },
            "attachments": if shown { files } else { Vec::new() },
            "rating": rating.map(|(stars, comment, at)| {
                json!({"stars": stars, "comment": comment, "rated_at": instant(*at)})
            }),
            "allowed_actions": self.allowed_actions(viewer.n),
            "submitted_at": instant(self.submitted_at), "updated_at": instant(self.updated_at),
        })
    }
}

fn load(sql: &Connection, rows: &[i64]) -> Result<Vec<Entry>, Problem> {
    let text = format!("{SELECT} JOIN json_each(?1) AS wanted ON wanted.value = e.n ORDER BY wanted.id");
    let found = sql.prepare_cached(&text)?.query_map([array(rows)], entry)?.collect::<Result<_, _>>()?;
    Ok(found)
}

/// Entries as sent, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, viewer: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let mut files = attachments::of(sql, Parent::Entry, rows)?;
    let datum = |entry: Entry| {
        let json = entry.json(viewer, files.remove(&entry.n).unwrap_or_default()).to_string();
        Datum { n: entry.n, rev: entry.rev, json }
    };
    Ok(load(sql, rows)?.into_iter().map(datum).collect())
}

fn visible(sql: &Connection, user_n: i64, n: i64) -> Result<Entry, Problem> {
    let mut query = sql.prepare_cached(&format!("{SELECT} WHERE e.n = ?2 AND {SEEN}"))?;
    query.query_map([user_n, n], entry)?.next().transpose()?.ok_or(Problem::NotFound)
}

/// One entry as sent.
///
/// # Errors
/// `not-found` also for those who may not see it, or a database error.
pub fn render_one(sql: &Connection, viewer: &Viewer, n: i64) -> Result<Datum, Problem> {
    visible(sql, viewer.n, n)?;
    render(sql, viewer, &[n])?.pop().ok_or(Problem::NotFound)
}

/// Refuses those who may not read the files of an entry that is not theirs.
///
/// # Errors
/// `not-found`, or a database error.
pub fn files_shown(sql: &Connection, user_n: i64, n: i64) -> Result<(), Problem> {
    let entry = visible(sql, user_n, n)?;
    if entry.status == "withdrawn" { Err(Problem::NotFound) } else { Ok(()) }
}

/// Entries of a contest that `user_n` may see, below `before`, newest first.
///
/// # Errors
/// On a database error.
pub fn list(sql: &Connection, user_n: i64, contest_n: i64, before: i64, limit: i64) -> Result<Vec<i64>, Problem> {
    let text = format!(
        "SELECT e.n FROM entries e JOIN contests c ON c.n = e.contest_n
         WHERE e.contest_n = ?2 AND e.n < ?3 AND {SEEN} ORDER BY e.n DESC LIMIT ?4"
    );
    let rows = sql
        .prepare_cached(&text)?
        .query_map([user_n, contest_n, before, limit], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Whether anybody ever entered.
///
/// # Errors
/// On a database error.
pub fn any(sql: &Connection, contest_n: i64) -> Result<bool, Problem> {
    Ok(sql.prepare_cached("SELECT 1 FROM entries WHERE contest_n = ?1")?.exists([contest_n])?)
}

/// Everyone who entered.
///
/// # Errors
/// On a database error.
pub fn entrants(sql: &Connection, contest_n: i64) -> Result<Vec<i64>, Problem> {
    let rows = sql
        .prepare_cached("SELECT DISTINCT freelancer_n FROM entries WHERE contest_n = ?1 ORDER BY 1")?
        .query_map([contest_n], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Writes the row and the contest's count alone; for entering and for seeding.
///
/// # Errors
/// On a database error.
pub fn store(sql: &Connection, contest_n: i64, freelancer_n: i64, text: &str, at: i64) -> Result<i64, Problem> {
    sql.prepare_cached("UPDATE contests SET entry_count = entry_count + 1 WHERE n = ?1")?.execute([contest_n])?;
    Ok(sql
        .prepare_cached(
            "INSERT INTO entries (contest_n, freelancer_n, status, text, submitted_at, updated_at)
             VALUES (?1, ?2, 'submitted', ?3, ?4, ?4)",
        )?
        .insert(params![contest_n, freelancer_n, text, at])?)
}

/// Enters a contest; answers the entry's row.
///
/// # Errors
/// `not-found`, `forbidden` for the client and for those who are no freelancers, `contest-closed`, `limit-reached`,
/// `validation` for the files, or a database error.
pub fn enter(tx: &mut Tx<'_>, user_n: i64, contest_n: i64, (text, ids): (&str, &[String])) -> Result<i64, Problem> {
    let contest = contests::find(&tx.sql, contest_n)?;
    if contest.client_n == user_n || !users::find(&tx.sql, user_n)?.freelancer {
        return Err(Problem::Forbidden);
    }
    if !contest.takes_entries(tx.now) {
        return Err(Problem::ContestClosed);
    }
    let mine: i64 = tx
        .sql
        .prepare_cached(
            "SELECT count(*) FROM entries WHERE contest_n = ?1 AND freelancer_n = ?2 AND status <> 'withdrawn'",
        )?
        .query_row([contest_n, user_n], |row| row.get(0))?;
    if mine >= MAX_ENTRIES {
        return Err(Problem::LimitReached);
    }
    let n = store(&tx.sql, contest_n, user_n, text, tx.now)?;
    attachments::adopt(tx, user_n, (Parent::Entry, n), ids)?;
    tell(tx, n, user_n, contest.client_n)?;
    contests::touch(tx, &contest)?;
    Ok(n)
}

fn tell(tx: &mut Tx<'_>, n: i64, freelancer_n: i64, client_n: i64) -> Result<(), Problem> {
    tx.changed(Kind::Entry, n, freelancer_n)?;
    tx.changed(Kind::Entry, n, client_n)
}

/// What can be done with an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// The client says what they think of it: 1 to 5, and why.
    Rate(i64, Option<String>),
    /// The client gives it the prize.
    Award,
    /// The client takes it out of the running.
    Reject,
    /// The author takes it back.
    Withdraw,
}

impl Act {
    const fn name(&self) -> &'static str {
        match self {
            Self::Rate(..) => "rate",
            Self::Award => "award",
            Self::Reject => "reject",
            Self::Withdraw => "withdraw",
        }
    }
}

/// Does `act` in the name of `user_n`.
///
/// # Errors
/// `not-found`, `gone` for what was withdrawn, `contest-closed` when it is decided, `forbidden`, or a database error.
pub fn act(tx: &mut Tx<'_>, user_n: i64, n: i64, act: &Act) -> Result<(), Problem> {
    let entry = visible(&tx.sql, user_n, n)?;
    if !entry.allowed_actions(user_n).contains(&act.name()) {
        let party = user_n == entry.client_n || user_n == entry.freelancer_n;
        return Err(match entry.status.as_str() {
            "withdrawn" if party => Problem::Gone,
            _ if party && !entry.undecided => Problem::ContestClosed,
            _ => Problem::Forbidden,
        });
    }
    let contest = contests::find(&tx.sql, entry.contest_n)?;
    match act {
        Act::Rate(stars, comment) => {
            tx.sql.execute(
                "UPDATE entries SET stars = ?2, comment = ?3, rated_at = ?4 WHERE n = ?1",
                params![n, stars, comment, tx.now],
            )?;
            advance(tx, &entry, "submitted")
        }
        Act::Award => {
            advance(tx, &entry, "awarded")?;
            mail(tx, &entry, "awarded")?;
            contests::award(tx, &contest, n)
        }
        Act::Reject => {
            advance(tx, &entry, "rejected")?;
            mail(tx, &entry, "rejected")
        }
        Act::Withdraw => {
            tx.sql.execute("UPDATE contests SET entry_count = max(0, entry_count - 1) WHERE n = ?1", [contest.n])?;
            advance(tx, &entry, "withdrawn")?;
            contests::touch(tx, &contest)
        }
    }
}

fn advance(tx: &mut Tx<'_>, entry: &Entry, status: &str) -> Result<(), Problem> {
    tx.sql
        .prepare_cached("UPDATE entries SET rev = rev + 1, status = ?2, updated_at = ?3 WHERE n = ?1")?
        .execute(params![entry.n, status, tx.now])?;
    tell(tx, entry.n, entry.freelancer_n, entry.client_n)
}

/// What becomes of the entries still in the running when a contest is decided.
///
/// # Errors
/// On a database error.
pub fn not_chosen(tx: &mut Tx<'_>, contest: &Contest) -> Result<(), Problem> {
    let rows: Vec<i64> = tx
        .sql
        .prepare_cached("SELECT n FROM entries WHERE contest_n = ?1 AND status = 'submitted'")?
        .query_map([contest.n], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for entry in load(&tx.sql, &rows)? {
        advance(tx, &entry, "not-chosen")?;
        mail(tx, &entry, "not-chosen")?;
    }
    Ok(())
}

/// Tells the author.
fn mail(tx: &Tx<'_>, entry: &Entry, what: &str) -> Result<(), Problem> {
    let title = &entry.contest_title;
    let french = users::find(&tx.sql, entry.freelancer_n)?.locale != "en";
    let (topic, subject, text) = match (what, french) {
        ("awarded", true) => (
            Topic::Contracts,
            "Vous remportez le concours",
            format!("Votre participation au concours « {title} » est retenue. Le prix vous revient."),
        ),
        ("awarded", false) => (
            Topic::Contracts,
            "You won the contest",
            format!("Your entry to the contest “{title}” was chosen. The prize is yours."),
        ),
        ("rejected", true) => (
            Topic::Bids,
            "Participation écartée",
            format!("Votre participation au concours « {title} » n’est plus en lice."),
        ),
        ("rejected", false) => {
            (Topic::Bids, "Entry turned down", format!("Your entry to the contest “{title}” is out of the running."))
        }
        (_, true) => (
            Topic::Bids,
            "Le concours est terminé",
            format!("Le concours « {title} » est terminé ; votre participation n’a pas été retenue."),
        ),
        (_, false) => {
            (Topic::Bids, "The contest is over", format!("The contest “{title}” is over; your entry was not chosen."))
        }
    };
    mails::send(tx, entry.freelancer_n, topic, (subject, &text))
}
