//! People: what they see of themselves and what others see of them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    changes::{Kind, Tx},
    details::{Address, Details, Rate},
};
use crate::{given::given, ids::Prefix, problem::Problem};

/// Someone as stored.
#[derive(Debug, Clone)]
pub struct User {
    /// The row.
    pub n: i64,
    /// Revision of what `/me` shows.
    pub rev: i64,
    /// Sign-in name.
    pub login: String,
    /// As shown.
    pub display_name: String,
    /// Where mail goes.
    pub email: String,
    /// May bid.
    pub freelancer: bool,
    /// May post.
    pub client: bool,
    /// `fr` or `en`.
    pub locale: String,
    /// IANA name.
    pub time_zone: String,
    /// Ids of the catalogue.
    pub skills: Vec<String>,
    /// 1.0 to 5.0.
    pub rating: Option<f64>,
    /// Reviews received.
    pub reviews: i64,
    /// A civil date.
    pub member_since: String,
    /// Contact, addresses, billing.
    pub details: Details,
}

const COLUMNS: &str = "n, rev, login, display_name, email, freelancer, client, locale, time_zone,
    skills, rating, reviews, member_since, details";

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        n: row.get(0)?,
        rev: row.get(1)?,
        login: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
        display_name: row.get(3)?,
        email: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
        freelancer: row.get(5)?,
        client: row.get(6)?,
        locale: row.get(7)?,
        time_zone: row.get(8)?,
        skills: serde_json::from_str(&row.get::<_, String>(9)?).unwrap_or_default(),
        rating: row.get(10)?,
        reviews: row.get(11)?,
        member_since: row.get(12)?,
        details: serde_json::from_str(&row.get::<_, String>(13)?).unwrap_or_default(),
    })
}

/// Someone by row.
///
/// # Errors
/// `not-found`, or a database error.
pub fn find(sql: &Connection, n: i64) -> Result<User, Problem> {
    let mut query = sql.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE n = ?1"))?;
    query.query_row([n], user).optional()?.ok_or(Problem::NotFound)
}

impl User {
    /// `freelancer`, `client`, or both.
    #[must_use]
    pub fn roles(&self) -> Vec<&'static str> {
        let mut roles = Vec::new();
        if self.freelancer {
            roles.push("freelancer");
        }
        if self.client {
            roles.push("client");
        }
        roles
    }

    /// The contract's `Me`.
    #[must_use]
    pub fn me(&self) -> Value {
        let details = &self.details;
        json!({
            "id": Prefix::User.id(self.n).to_string(), "rev": self.rev, "login": self.login,
            "display_name": self.display_name, "email": self.email, "roles": self.roles(),
            "locale": self.locale, "time_zone": self.time_zone, "skills": self.skills,
            "rating": self.rating, "reviews": self.reviews, "member_since": self.member_since,
            "about": details.about, "hourly_rate": details.hourly_rate, "phone": details.phone,
            "postal_address": details.postal_address, "billing_address": details.billing_address,
            "company_name": details.company_name, "vat_number": details.vat_number,
        })
    }
}

/// What is written of someone new.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    /// The row.
    pub n: i64,
    /// Sign-in name and PHC hash, for those who sign in.
    pub account: Option<(&'a str, &'a str)>,
    /// As shown.
    pub display_name: &'a str,
    /// May bid.
    pub freelancer: bool,
    /// May post.
    pub client: bool,
    /// Ids of the catalogue.
    pub skills: &'a [&'a str],
    /// 1.0 to 5.0.
    pub rating: Option<f64>,
    /// Reviews received.
    pub reviews: i64,
    /// A civil date.
    pub member_since: String,
    /// As a client.
    pub standing: Standing,
}

/// What a project shows of its client, beside name, rating and reviews.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Standing {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Where it is.
    pub city: Option<String>,
    /// Identity checked.
    pub verified: bool,
    /// Means of payment checked.
    pub payment_verified: bool,
    /// Share of projects that ended in a contract.
    pub hire_rate_percent: Option<u8>,
    /// Projects posted so far.
    pub projects_posted: u32,
}

fn public_client(
    (n, name): (i64, &str),
    standing: &Standing,
    (rating, reviews): (Option<f64>, i64),
    member_since: &str,
) -> String {
    json!({
        "id": Prefix::User.id(n).to_string(), "display_name": name, "country": standing.country,
        "city": standing.city, "verified": standing.verified,
        "payment_verified": standing.payment_verified, "rating": rating, "reviews": reviews,
        "hire_rate_percent": standing.hire_rate_percent,
        "projects_posted": standing.projects_posted, "member_since": member_since,
    })
    .to_string()
}

/// Adds someone; a row that is there already stays as it is.
///
/// # Errors
/// On a database error.
pub fn insert(sql: &Connection, new: &NewUser<'_>) -> Result<(), Problem> {
    let standing = serde_json::to_string(&new.standing).unwrap_or_default();
    let public = public_client((new.n, new.display_name), &new.standing, (new.rating, new.reviews), &new.member_since);
    let skills = serde_json::to_string(new.skills).unwrap_or_default();
    let email = new.account.map(|(login, _)| format!("{login}@exemple.fr"));
    sql.prepare_cached(
        "INSERT OR IGNORE INTO users (n, login, password_hash, display_name, email, freelancer,
             client, skills, rating, reviews, member_since, verified, standing, public_client)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        new.n,
        new.account.map(|(login, _)| login),
        new.account.map(|(_, hash)| hash),
        new.display_name,
        email,
        new.freelancer,
        new.client,
        skills,
        new.rating,
        new.reviews,
        new.member_since,
        new.standing.verified,
        standing,
        public,
    ])?;
    Ok(())
}

/// What `PATCH /me` may change.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// As shown.
    #[serde(default, deserialize_with = "given")]
    pub display_name: Option<String>,
    /// `fr` or `en`.
    #[serde(default, deserialize_with = "given")]
    pub locale: Option<String>,
    /// IANA name.
    #[serde(default, deserialize_with = "given")]
    pub time_zone: Option<String>,
    /// Ids of the catalogue.
    #[serde(default, deserialize_with = "given")]
    pub skills: Option<Vec<String>>,
    /// See [`Details`], as all below; `Some(None)` clears.
    #[serde(default, deserialize_with = "given")]
    pub about: Option<Option<String>>,
    /// The price of an hour.
    #[serde(default, deserialize_with = "given")]
    pub hourly_rate: Option<Option<Rate>>,
    /// E.164.
    #[serde(default, deserialize_with = "given")]
    pub phone: Option<Option<String>>,
    /// Where one lives or works.
    #[serde(default, deserialize_with = "given")]
    pub postal_address: Option<Option<Address>>,
    /// Where invoices go.
    #[serde(default, deserialize_with = "given")]
    pub billing_address: Option<Option<Address>>,
    /// On invoices.
    #[serde(default, deserialize_with = "given")]
    pub company_name: Option<Option<String>>,
    /// With its country.
    #[serde(default, deserialize_with = "given")]
    pub vat_number: Option<Option<String>>,
}

/// Writes an edit of revision `rev`.
///
/// # Errors
/// `edited-elsewhere`, or a database error.
pub fn edit(tx: &mut Tx<'_>, n: i64, rev: i64, edit: Edit) -> Result<User, Problem> {
    let mut user = find(&tx.sql, n)?;
    if user.rev != rev {
        return Err(Problem::EditedElsewhere);
    }
    user.details.apply(&edit);
    let renamed = edit.display_name.as_ref().is_some_and(|name| *name != user.display_name);
    user.display_name = edit.display_name.unwrap_or(user.display_name);
    user.locale = edit.locale.unwrap_or(user.locale);
    user.time_zone = edit.time_zone.unwrap_or(user.time_zone);
    user.skills = edit.skills.unwrap_or(user.skills);
    user.rev += 1;
    let public = card(&tx.sql, &user)?;
    tx.sql.execute(
        "UPDATE users SET rev = ?2, display_name = ?3, locale = ?4, time_zone = ?5, skills = ?6,
             public_client = ?7, details = ?8 WHERE n = ?1",
        params![
            n,
            user.rev,
            user.display_name,
            user.locale,
            user.time_zone,
            serde_json::to_string(&user.skills).unwrap_or_default(),
            public,
            json!(user.details).to_string()
        ],
    )?;
    tx.changed(Kind::Me, n, n)?;
    if renamed {
        super::projects::touch_all_of_client(tx, n)?;
    }
    Ok(user)
}

/// What projects show of `user` as their client.
fn card(sql: &Connection, user: &User) -> Result<String, Problem> {
    let standing: String = sql.query_row("SELECT standing FROM users WHERE n = ?1", [user.n], |row| row.get(0))?;
    let standing: Standing =
        serde_json::from_str(&standing).map_err(|error| Problem::Internal(format!("stored standing: {error}")))?;
    Ok(public_client((user.n, &user.display_name), &standing, (user.rating, user.reviews), &user.member_since))
}

/// A rating to two decimals.
#[must_use]
pub fn rounded(rating: f64) -> f64 {
    (rating * 100.0).round() / 100.0
}

/// Counts one more review of 1 to 5 into someone's rating; those who see it hear of it.
///
/// # Errors
/// `not-found`, or a database error.
pub fn reviewed(tx: &mut Tx<'_>, n: i64, rating: i64) -> Result<(), Problem> {
    let mut user = find(&tx.sql, n)?;
    let float = |whole: i64| f64::from(i32::try_from(whole).unwrap_or(i32::MAX));
    let sum = user.rating.unwrap_or(0.0) * float(user.reviews) + float(rating);
    user.reviews += 1;
    user.rating = Some(rounded(sum / float(user.reviews)));
    let public = card(&tx.sql, &user)?;
    tx.sql
        .prepare_cached("UPDATE users SET rev = rev + 1, rating = ?2, reviews = ?3, public_client = ?4 WHERE n = ?1")?
        .execute(params![n, user.rating, user.reviews, public])?;
    tx.changed(Kind::Me, n, n)?;
    super::projects::touch_all_of_client(tx, n)
}

/// Which projects someone wants to hear of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// Ids of the catalogue; empty is every one.
    pub skills: Vec<String>,
    /// Ids of the catalogue; empty is every one.
    pub categories: Vec<String>,
    /// Oldest project, in days.
    pub max_age_days: i64,
}

/// The feed and its revision.
///
/// # Errors
/// On a database error.
pub fn feed(sql: &Connection, n: i64) -> Result<(Feed, i64), Problem> {
    let (text, rev): (String, i64) = sql
        .prepare_cached("SELECT feed, feed_rev FROM users WHERE n = ?1")?
        .query_row([n], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let feed = serde_json::from_str(&text).map_err(|error| Problem::Internal(format!("stored feed: {error}")))?;
    Ok((feed, rev))
}

/// Replaces the feed; states from before expire, since the window is another one.
///
/// # Errors
/// `edited-elsewhere`, or a database error.
pub fn set_feed(tx: &mut Tx<'_>, n: i64, rev: i64, new: &Feed) -> Result<i64, Problem> {
    let (old, current) = feed(&tx.sql, n)?;
    if current != rev {
        return Err(Problem::EditedElsewhere);
    }
    if old == *new {
        return Ok(current);
    }
    tx.changed(Kind::Me, n, n)?;
    let seq = super::changes::latest(&tx.sql)?;
    let text = serde_json::to_string(new).unwrap_or_default();
    tx.sql.execute(
        "UPDATE users SET feed = ?2, feed_rev = feed_rev + 1, feed_seq = ?3 WHERE n = ?1",
        params![n, text, seq],
    )?;
    Ok(current + 1)
}

/// The sign-in name of `n`; none for those who cannot sign in.
///
/// # Errors
/// On a database error.
pub fn login(sql: &Connection, n: i64) -> Result<Option<String>, Problem> {
    let found =
        sql.prepare_cached("SELECT login FROM users WHERE n = ?1")?.query_row([n], |row| row.get(0)).optional()?;
    Ok(found.flatten())
}
