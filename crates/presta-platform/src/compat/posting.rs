//! Projects and contests of one's own.

use axum::{Router, routing::post};
use serde_json::{Value, json};

use super::{Answer, Api, Front, Params, Refusal, Success, catalog, params::WithBody, shapes};
use crate::{ids::Prefix, routes::catalog::COUNTRIES, seed, store::search::fold};

/// The routes of this module.
pub(super) fn routes() -> Router<Front> {
    Router::new().route("/projects/0.1/projects/", post(create)).route("/contests/0.1/contests/", post(contest))
}

/// Days that bids are taken when it is not said, as there.
const BID_PERIOD: i64 = 7;
/// What there is bought for a project, or begins with someone who is hired already.
const NOT_POSTED: [&str; 6] =
    ["hireme", "hireme_initial_bid", "upgrades", "qualifications", "invited_freelancers", "files"];

/// The code of a currency given by number; a code beside it must be the same.
fn currency(params: &Params, id: &str) -> Result<&'static str, Refusal> {
    let code = catalog::currency_code(params.id(id)?).ok_or_else(|| Refusal::invalid("currency"))?;
    match params.text("code") {
        Some(other) if other != code => Err(Refusal::invalid("currency")),
        _ => Ok(code),
    }
}

/// `create_project`, `create_hourly_project`, `create_local_project`. That API names neither a category nor a language:
/// they are those of the skills and of the caller.
async fn create(api: Api, WithBody(params): WithBody) -> Answer {
    params.none_of(&NOT_POSTED)?;
    let kind = match params.text("type").unwrap_or_default().to_ascii_lowercase().as_str() {
        "" | "0" | "fixed" => "fixed",
        "1" | "hourly" => "hourly",
        _ => return Err(Refusal::invalid("type")),
    };
    let jobs: Result<Vec<i64>, Refusal> = params.each("jobs")?.iter().map(|job| job.id("id")).collect();
    let skills = catalog::skills(&jobs?, "jobs")?;
    let currency = currency(&params.within("currency"), "id")?;
    let budget = params.within("budget");
    let least = budget.needed_minor("minimum")?;
    let most = budget.minor("maximum")?.unwrap_or(least);
    let me = api.get("/v1/me").await?;
    let local = params.flag("local") == Some(true);
    let (country, city) = if local { place(&params.within("location"))? } else { (home(&api, &me).await?, None) };
    let language = shapes::text(&me, "/locale");
    let mut description = params.text("description").unwrap_or_default();
    if let Some(line) = commitment(&params.within("hourly_project_info").within("commitment"), language)? {
        description.push_str("\n\n");
        description.push_str(&line);
    }
    let money = |minor: i64| json!({"amount_minor": minor, "currency": currency});
    let new = json!({
        "title": params.text("title").unwrap_or_default(), "description": description,
        "category": seed::category_of(&skills), "skills": skills, "type": kind,
        "budget_min": money(least), "budget_max": money(most), "country": country, "city": city, "remote": !local,
        "language": language,
        "bids_close_at": api.in_days(params.number("bidperiod")?.unwrap_or(BID_PERIOD), "bidperiod")?.to_string(),
    });
    Ok(Success(shapes::project(&api.post("/v1/projects", &new).await?)))
}

/// Where the work is: a country by its code or its name, and a city.
fn place(location: &Params) -> Result<(String, Option<String>), Refusal> {
    let country = location.within("country");
    let code = country.text("code").map(|code| code.to_ascii_uppercase()).or_else(|| {
        let name = fold(&country.text("name")?);
        COUNTRIES
            .iter()
            .find(|(_, fr, en)| [fr, en].into_iter().any(|known| fold(known) == name))
            .map(|c| c.0.to_owned())
    });
    Ok((code.ok_or_else(|| Refusal::invalid("the country of location"))?, location.text("city")))
}

/// The country of the caller.
async fn home(api: &Api, me: &Value) -> Result<String, Refusal> {
    let profile = api.get(&format!("/v1/users/{}", shapes::text(me, "/id"))).await?;
    Ok(shapes::text(&profile, "/country").to_owned())
}

/// How much work is meant, as a line of the description: the contract has no place of its own for it.
fn commitment(given: &Params, language: &str) -> Result<Option<String>, Refusal> {
    let Some(hours) = given.number("hours")? else { return Ok(None) };
    if !(1..=744).contains(&hours) {
        return Err(Refusal::invalid("hours"));
    }
    let french = language == "fr";
    let interval = match (given.needed("interval")?.to_ascii_lowercase().as_str(), french) {
        ("day", true) => "jour",
        ("week", true) => "semaine",
        ("month", true) => "mois",
        ("day", false) => "day",
        ("week", false) => "week",
        ("month", false) => "month",
        _ => return Err(Refusal::invalid("interval")),
    };
    let line = if french {
        format!("Volume prévu : {hours} h par {interval}.")
    } else {
        format!("Planned: {hours} h a {interval}.")
    };
    Ok(Some(line))
}

/// `create_contest`
async fn contest(api: Api, WithBody(params): WithBody) -> Answer {
    if params.text("type").is_some_and(|kind| kind != "freemium") {
        return Err(Refusal::unsupported("a contest with paid upgrades"));
    }
    let skills = catalog::skills(&params.ids("job_ids")?, "job_ids")?;
    let days = params.number("duration")?.ok_or_else(|| Refusal::invalid("duration"))?;
    let prize = json!({"amount_minor": params.needed_minor("prize")?, "currency": currency(&params, "currency_id")?});
    let new = json!({
        "title": params.text("title").unwrap_or_default(), "brief": params.text("description").unwrap_or_default(),
        "category": seed::category_of(&skills), "skills": skills, "prize": prize,
        "entries_close_at": api.in_days(days, "duration")?.to_string(),
    });
    let made = api.post("/v1/contests", &new).await?;
    Ok(Success(shown(&made)))
}

/// That API's `Contest`.
fn shown(contest: &Value) -> Value {
    let jobs = shapes::at(contest, "/skills").as_array().into_iter().flatten().filter_map(Value::as_str);
    let created = shapes::seconds(contest, "/created_at");
    let ends = shapes::seconds(contest, "/entries_close_at");
    json!({
        "id": shapes::row(contest, "/id", Prefix::Contest),
        "owner_id": shapes::row(contest, "/client/id", Prefix::User),
        "title": shapes::text(contest, "/title"),
        "description": shapes::text(contest, "/brief"),
        "type": "freemium",
        "duration": shapes::days(created, ends),
        "jobs": jobs.filter_map(catalog::job).collect::<Vec<_>>(),
        "currency": catalog::currency(shapes::text(contest, "/prize/currency")),
        "prize": shapes::major(contest, "/prize"),
        "status": shapes::text(contest, "/status"),
        "sealed": shapes::at(contest, "/sealed"),
        "entry_count": shapes::at(contest, "/entry_count"),
        "time_submitted": created,
        "time_ended": ends,
    })
}
