//! Contests: a client names a prize, freelancers enter, one is chosen.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::{
    array,
    attachments::{self, Parent},
    changes::{Kind, Tx},
    entries, instant,
    kinds::Own,
    offers,
    projects::Viewer,
    search,
    snapshot::Datum,
    users,
};
use crate::{ids::Prefix, problem::Problem};

/// Entries one freelancer may have in one contest, without those withdrawn.
pub const MAX_ENTRIES: i64 = 5;

/// Everyone hears of open contests; of the others those who have to do with them.
pub const OWN: Own = Own {
    rows: "SELECT n FROM contests WHERE status = 'open' OR client_n = ?1
        UNION SELECT contest_n FROM entries WHERE freelancer_n = ?1",
    among: "SELECT n FROM contests WHERE n IN (SELECT value FROM json_each(?2)) AND (status = 'open' OR client_n = ?1
        OR EXISTS (SELECT 1 FROM entries e WHERE e.contest_n = contests.n AND e.freelancer_n = ?1))",
    lost: "left-window",
    render,
};

/// What a client writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// One line.
    pub title: String,
    /// Plain text.
    pub brief: String,
    /// Id of the catalogue.
    pub category: String,
    /// Ids of the catalogue.
    pub skills: Vec<String>,
    /// Minor units.
    pub prize: i64,
    /// ISO 4217.
    pub currency: String,
    /// Entrants do not see each other's entries.
    pub sealed: bool,
    /// In ms.
    pub entries_close_at: i64,
    /// Files, by id, in the order they were sent.
    pub attachment_ids: Vec<String>,
}

/// A contest as stored.
#[derive(Debug, Clone)]
pub struct Contest {
    /// The row.
    pub n: i64,
    /// Revision.
    pub rev: i64,
    /// Who called it.
    pub client_n: i64,
    /// `open`, `judging`, `awarded` or `closed`.
    pub status: String,
    /// What was written; without files.
    pub call: Call,
    /// Without those withdrawn.
    pub entry_count: i64,
    winner: Option<(i64, i64)>,
    fee: Option<i64>,
    created_at: i64,
    updated_at: i64,
    client: String,
}

const SELECT: &str = "SELECT c.n, c.rev, c.client_n, c.status, c.title, c.brief, c.category, c.skills, c.prize,
        c.currency, c.sealed, c.entries_close_at, c.entry_count, c.winner_n, w.freelancer_n, c.fee, c.created_at,
        c.updated_at, u.public_client
    FROM contests c JOIN users u ON u.n = c.client_n LEFT JOIN entries w ON w.n = c.winner_n";

fn contest(row: &Row<'_>) -> rusqlite::Result<Contest> {
    let winner = row.get::<_, Option<i64>>(13)?.zip(row.get(14)?);
    Ok(Contest {
        n: row.get(0)?,
        rev: row.get(1)?,
        client_n: row.get(2)?,
        status: row.get(3)?,
        call: Call {
            title: row.get(4)?,
            brief: row.get(5)?,
            category: row.get(6)?,
            skills: serde_json::from_str(&row.get::<_, String>(7)?).unwrap_or_default(),
            prize: row.get(8)?,
            currency: row.get(9)?,
            sealed: row.get(10)?,
            entries_close_at: row.get(11)?,
            attachment_ids: Vec::new(),
        },
        entry_count: row.get(12)?,
        winner,
        fee: row.get(15)?,
        created_at: row.get(16)?,
        updated_at: row.get(17)?,
        client: row.get(18)?,
    })
}

impl Contest {
    /// Whether entries are taken at `now` (ms).
    #[must_use]
    pub fn takes_entries(&self, now: i64) -> bool {
        self.status == "open" && self.call.entries_close_at > now
    }

    /// Not decided yet.
    #[must_use]
    pub fn undecided(&self) -> bool {
        matches!(self.status.as_str(), "open" | "judging")
    }

    fn json(&self, viewer: &Viewer, entered: i64, files: Vec<Value>) -> Value {
        let call = &self.call;
        let money = |minor: i64| json!({"amount_minor": minor, "currency": call.currency});
        let mine = viewer.n == self.client_n;
        let reason = if !viewer.freelancer {
            Some("not-a-freelancer")
        } else if mine {
            Some("own-contest")
        } else if !self.takes_entries(viewer.now) {
            Some("contest-closed")
        } else if entered >= MAX_ENTRIES {
            Some("limit-reached")
        } else {
            None
        };
        let mut actions = Vec::new();
        if mine && self.undecided() {
            if self.entry_count == 0 && self.takes_entries(viewer.now) {
                actions.push("edit");
            }
            actions.push("close");
        }
        // What is kept of the prize is between the client and who gets it.
        let party = mine || self.winner.is_some_and(|(_, freelancer_n)| freelancer_n == viewer.n);
        let fee = self.fee.filter(|_| party);
        json!({
            "id": Prefix::Contest.id(self.n).to_string(), "rev": self.rev, "title": call.title, "brief": call.brief,
            "category": call.category, "skills": call.skills, "prize": money(call.prize), "status": self.status,
            "sealed": call.sealed, "entries_close_at": instant(call.entries_close_at),
            "entry_count": self.entry_count, "attachments": files,
            "winner_entry_id": self.winner.map(|(n, _)| Prefix::Entry.id(n).to_string()),
            "fee": fee.map(money), "net": fee.map(|fee| money(call.prize - fee)),
            "client": serde_json::from_str::<Value>(&self.client).unwrap_or_default(),
            "viewer": {"can_enter": reason.is_none(), "reason": reason, "my_entries": entered},
            "allowed_actions": actions,
            "created_at": instant(self.created_at), "updated_at": instant(self.updated_at),
        })
    }
}

/// A contest by row: everyone with the permission may see it.
///
/// # Errors
/// `not-found`, or a database error.
pub fn find(sql: &Connection, n: i64) -> Result<Contest, Problem> {
    sql.prepare_cached(&format!("{SELECT} WHERE c.n = ?1"))?
        .query_row([n], contest)
        .optional()?
        .ok_or(Problem::NotFound)
}

/// Contests as sent, in the order given.
///
/// # Errors
/// On a database error.
pub fn render(sql: &Connection, viewer: &Viewer, rows: &[i64]) -> Result<Vec<Datum>, Problem> {
    let text = format!("{SELECT} JOIN json_each(?1) AS wanted ON wanted.value = c.n ORDER BY wanted.id");
    let found: Vec<Contest> =
        sql.prepare_cached(&text)?.query_map([array(rows)], contest)?.collect::<Result<_, _>>()?;
    let mut files = attachments::of(sql, Parent::Contest, rows)?;
    let entered: HashMap<i64, i64> = sql
        .prepare_cached(
            "SELECT contest_n, count(*) FROM entries WHERE freelancer_n = ?1 AND status <> 'withdrawn'
                 AND contest_n IN (SELECT value FROM json_each(?2)) GROUP BY contest_n",
        )?
        .query_map(params![viewer.n, array(rows)], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let datum = |contest: Contest| {
        let mine = entered.get(&contest.n).copied().unwrap_or(0);
        let json = contest.json(viewer, mine, files.remove(&contest.n).unwrap_or_default()).to_string();
        Datum { n: contest.n, rev: contest.rev, json }
    };
    Ok(found.into_iter().map(datum).collect())
}

/// One contest as sent.
///
/// # Errors
/// `not-found`, or a database error.
pub fn render_one(sql: &Connection, viewer: &Viewer, n: i64) -> Result<Datum, Problem> {
    render(sql, viewer, &[n])?.pop().ok_or(Problem::NotFound)
}

/// Which contests to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words that all must be there.
    pub words: Vec<String>,
    /// Empty is any.
    pub status: Vec<String>,
    /// Empty is any.
    pub categories: Vec<String>,
    /// Called by the user.
    pub mine: bool,
    /// Entered by the user.
    pub entered: bool,
}

/// In which order; the newest first where that is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The newest first.
    Newest,
    /// The highest prize first.
    Prize,
    /// The one that closes next first.
    Deadline,
    /// The one with the fewest entries first.
    FewestEntries,
}

impl Sort {
    /// What is larger comes first.
    const fn key(self) -> &'static str {
        match self {
            Self::Newest => "c.created_at",
            Self::Prize => "c.prize",
            Self::Deadline => "-c.entries_close_at",
            Self::FewestEntries => "-c.entry_count",
        }
    }
}

/// At most `limit` rows after `(key, n)`, with their keys.
///
/// # Errors
/// On a database error.
pub fn list(
    sql: &Connection,
    user_n: i64,
    (filter, sort): (&Filter, Sort),
    after: (i64, i64),
    limit: i64,
) -> Result<Vec<(i64, i64)>, Problem> {
    let json = |list: &[String]| Value::from(list).to_string();
    let words: Vec<String> = filter.words.iter().map(|word| search::fold(word)).collect();
    let key = sort.key();
    let text = format!(
        "SELECT {key}, c.n FROM contests c
         WHERE ({key}, c.n) < (?1, ?2)
             AND (?3 = '[]' OR c.status IN (SELECT value FROM json_each(?3)))
             AND (?4 = '[]' OR c.category IN (SELECT value FROM json_each(?4)))
             AND NOT EXISTS (SELECT 1 FROM json_each(?5) AS word WHERE instr(c.folded, word.value) = 0)
             AND (NOT ?6 OR c.client_n = ?8)
             AND (NOT ?7 OR EXISTS (SELECT 1 FROM entries e WHERE e.contest_n = c.n AND e.freelancer_n = ?8))
         ORDER BY {key} DESC, c.n DESC LIMIT ?9"
    );
    let (status, categories) = (json(&filter.status), json(&filter.categories));
    let rows = sql
        .prepare_cached(&text)?
        .query_map(
            params![after.0, after.1, status, categories, json(&words), filter.mine, filter.entered, user_n, limit],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

fn folded(call: &Call) -> String {
    search::fold(&format!("{}\n{}\n{}", call.title, call.brief, call.skills.join(" ")))
}

/// Writes the row alone; for calling and for seeding.
///
/// # Errors
/// On a database error.
pub fn store(sql: &Connection, client_n: i64, call: &Call, created_at: i64) -> Result<i64, Problem> {
    Ok(sql
        .prepare_cached(
            "INSERT INTO contests (client_n, status, title, brief, category, skills, prize, currency, sealed,
                 entries_close_at, created_at, updated_at, folded)
             VALUES (?1, 'open', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11)",
        )?
        .insert(params![
            client_n,
            call.title,
            call.brief,
            call.category,
            json!(call.skills).to_string(),
            call.prize,
            call.currency,
            call.sealed,
            call.entries_close_at,
            created_at,
            folded(call)
        ])?)
}

/// Calls a contest in the name of `user_n`; answers its row.
///
/// # Errors
/// `forbidden` for those who are no clients, `validation` for the files, or a database error.
pub fn call(tx: &mut Tx<'_>, user_n: i64, call: &Call) -> Result<i64, Problem> {
    if !users::find(&tx.sql, user_n)?.client {
        return Err(Problem::Forbidden);
    }
    let n = store(&tx.sql, user_n, call, tx.now)?;
    attachments::adopt(tx, user_n, (Parent::Contest, n), &call.attachment_ids)?;
    tx.changed_for_all(Kind::Contest, n)?;
    Ok(n)
}

/// Replaces what was written in revision `rev`, as long as nobody has entered.
///
/// # Errors
/// `not-found`, `edited-elsewhere`, `contest-closed`, `forbidden` for others and after the first entry, what `change`
/// refuses, or a database error.
pub fn edit(
    tx: &mut Tx<'_>,
    user_n: i64,
    (n, rev): (i64, i64),
    change: impl FnOnce(&Call) -> Result<(Call, Option<Vec<String>>), Problem>,
) -> Result<(), Problem> {
    let old = find(&tx.sql, n)?;
    if old.client_n != user_n {
        return Err(Problem::Forbidden);
    }
    if old.rev != rev {
        return Err(Problem::EditedElsewhere);
    }
    if !old.takes_entries(tx.now) {
        return Err(Problem::ContestClosed);
    }
    if entries::any(&tx.sql, n)? {
        return Err(Problem::Forbidden);
    }
    let (call, files) = change(&old.call)?;
    if let Some(ids) = files {
        attachments::replace(tx, user_n, (Parent::Contest, n), &ids)?;
    }
    tx.sql.execute(
        "UPDATE contests SET title = ?2, brief = ?3, category = ?4, skills = ?5, prize = ?6, currency = ?7,
             sealed = ?8, entries_close_at = ?9, folded = ?10 WHERE n = ?1",
        params![
            n,
            call.title,
            call.brief,
            call.category,
            json!(call.skills).to_string(),
            call.prize,
            call.currency,
            call.sealed,
            call.entries_close_at,
            folded(&call)
        ],
    )?;
    touch(tx, &old)
}

/// Bumps the revision and tells: everyone while it is, or just was, open; then those who have to do with it.
///
/// # Errors
/// On a database error.
pub fn touch(tx: &mut Tx<'_>, before: &Contest) -> Result<(), Problem> {
    tx.sql.execute("UPDATE contests SET rev = rev + 1, updated_at = ?2 WHERE n = ?1", [before.n, tx.now])?;
    if before.status == "open" {
        return tx.changed_for_all(Kind::Contest, before.n);
    }
    tx.changed(Kind::Contest, before.n, before.client_n)?;
    let entrants = entries::entrants(&tx.sql, before.n)?;
    entrants.into_iter().try_for_each(|user_n| tx.changed(Kind::Contest, before.n, user_n))
}

/// Ends a contest without a winner.
///
/// # Errors
/// `not-found`, `forbidden` for others, `contest-closed` when it is decided, or a database error.
pub fn close(tx: &mut Tx<'_>, user_n: i64, n: i64) -> Result<(), Problem> {
    let contest = find(&tx.sql, n)?;
    if contest.client_n != user_n {
        return Err(Problem::Forbidden);
    }
    if !contest.undecided() {
        return Err(Problem::ContestClosed);
    }
    tx.sql.execute("UPDATE contests SET status = 'closed' WHERE n = ?1", [n])?;
    entries::not_chosen(tx, &contest)?;
    touch(tx, &contest)
}

/// Gives the prize to entry `winner_n`; the fee is fixed now, whatever fees become.
///
/// # Errors
/// On a database error.
pub fn award(tx: &mut Tx<'_>, contest: &Contest, winner_n: i64) -> Result<(), Problem> {
    let fee = offers::fee(contest.call.prize);
    tx.sql.execute(
        "UPDATE contests SET status = 'awarded', winner_n = ?2, fee = ?3 WHERE n = ?1",
        [contest.n, winner_n, fee],
    )?;
    entries::not_chosen(tx, contest)?;
    touch(tx, contest)
}

/// Ends the time for entries where it is over.
///
/// # Errors
/// On a database error.
pub fn judge_due(tx: &mut Tx<'_>) -> Result<(), Problem> {
    let due: Vec<i64> = tx
        .sql
        .prepare_cached("SELECT n FROM contests WHERE status = 'open' AND entries_close_at <= ?1 LIMIT 500")?
        .query_map([tx.now], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for n in due {
        let contest = find(&tx.sql, n)?;
        tx.sql.execute("UPDATE contests SET status = 'judging' WHERE n = ?1", [n])?;
        touch(tx, &contest)?;
    }
    Ok(())
}
