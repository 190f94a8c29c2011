//! Resources of the contract in the shapes of that API.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::catalog;
use crate::ids::Prefix;

/// A member by JSON pointer; null when it is not there.
pub(super) fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

/// A text by JSON pointer.
pub(super) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    at(value, pointer).as_str().unwrap_or_default()
}

/// The row of the id at a JSON pointer.
pub(super) fn row(value: &Value, pointer: &str, prefix: Prefix) -> Option<i64> {
    prefix.parse(text(value, pointer))
}

/// Seconds since the epoch of the instant at a JSON pointer.
pub(super) fn seconds(value: &Value, pointer: &str) -> Option<i64> {
    text(value, pointer).parse::<Timestamp>().ok().map(Timestamp::as_second)
}

/// Whole days between two instants, to the nearest: days from a call end a little less than days after what it made.
pub(super) fn days(start: Option<i64>, end: Option<i64>) -> Option<i64> {
    start.zip(end).map(|(start, end)| ((end - start).max(0) + 43_200) / 86_400)
}

/// The money at a JSON pointer in major units, the way that API writes amounts.
pub(super) fn major(value: &Value, pointer: &str) -> Value {
    let Some(minor) = at(value, pointer).get("amount_minor").and_then(Value::as_i64) else { return Value::Null };
    // Through text: the nearest number to the decimal, as if it had been typed.
    let written = format!("{}.{:02}", minor / 100, minor % 100);
    written.parse::<f64>().map_or(Value::Null, Value::from)
}

/// That API's `Project`.
pub(super) fn project(project: &Value) -> Value {
    let (status, frontend) = match text(project, "/status") {
        "open" => ("active", "open"),
        "awarded" => ("closed", "work_in_progress"),
        "cancelled" => ("closed", "cancelled"),
        _ => ("closed", "complete"),
    };
    let jobs = at(project, "/skills").as_array().into_iter().flatten().filter_map(Value::as_str);
    let currency = text(project, "/budget_min/currency");
    let id = row(project, "/id", Prefix::Project);
    let posted = seconds(project, "/posted_at");
    let description = text(project, "/description");
    json!({
        "id": id,
        "owner_id": row(project, "/client/id", Prefix::User),
        "title": text(project, "/title"),
        "seo_url": format!("{}/{}", text(project, "/category"), text(project, "/id")),
        "status": status,
        "frontend_project_status": frontend,
        "description": description,
        "preview_description": description.chars().take(100).collect::<String>(),
        "type": text(project, "/type"),
        "language": text(project, "/language"),
        "currency": catalog::currency(currency),
        "budget": {"minimum": major(project, "/budget_min"), "maximum": major(project, "/budget_max")},
        "bid_stats": {"bid_count": at(project, "/bid_stats/count"), "bid_avg": major(project, "/bid_stats/average")},
        "bidperiod": days(posted, seconds(project, "/bids_close_at")),
        "submitdate": posted,
        "time_submitted": posted,
        "local": !at(project, "/remote").as_bool().unwrap_or_default(),
        "location": {
            "city": at(project, "/city"),
            "country": {"code": text(project, "/country").to_ascii_lowercase(), "name": at(project, "/country")},
        },
        "jobs": jobs.filter_map(catalog::job).collect::<Vec<_>>(),
        "category": catalog::category(text(project, "/category")),
        "hidebids": at(project, "/sealed").as_bool().unwrap_or_default(),
        "nonpublic": text(project, "/visibility") == "invited",
        "deleted": false,
    })
}

/// That API's `User` of the client a project shows.
pub(super) fn client(client: &Value) -> Value {
    json!({
        "id": row(client, "/id", Prefix::User),
        "public_name": text(client, "/display_name"),
        "display_name": text(client, "/display_name"),
        "role": "employer",
        "location": {
            "city": at(client, "/city"),
            "country": {"code": text(client, "/country").to_ascii_lowercase(), "name": at(client, "/country")},
        },
        "status": {
            "identity_verified": at(client, "/verified"),
            "payment_verified": at(client, "/payment_verified"),
        },
        "employer_reputation": {"entire_history": {"overall": at(client, "/rating"), "reviews": at(client, "/reviews")}},
    })
}

/// That API's `Bid`, on a project whose client is `owner_n`.
pub(super) fn bid(bid: &Value, owner_n: Option<i64>) -> Value {
    let status = text(bid, "/status");
    let award = match status {
        "awarded" => Some("pending"),
        "accepted" | "completed" => Some("awarded"),
        "rejected" | "declined" => Some("rejected"),
        "revoked" => Some("revoked"),
        _ => None,
    };
    json!({
        "id": row(bid, "/id", Prefix::Bid),
        "bidder_id": row(bid, "/freelancer/id", Prefix::User),
        "project_id": row(bid, "/project_id", Prefix::Project),
        "project_owner_id": owner_n,
        "amount": major(bid, "/amount"),
        "period": at(bid, "/period_days"),
        "description": text(bid, "/text"),
        "retracted": status == "retracted",
        "award_status": award,
        "complete_status": if status == "completed" { "complete" } else { "pending" },
        "frontend_bid_status": status,
        "shortlisted": status == "shortlisted",
        "submitdate": seconds(bid, "/submitted_at"),
        "time_submitted": seconds(bid, "/submitted_at"),
        "reputation": {"entire_history": {
            "overall": at(bid, "/freelancer/rating"), "reviews": at(bid, "/freelancer/reviews"),
        }},
    })
}

/// That API's `Thread`, as its member `user_n` sees it.
pub(super) fn thread(thread: &Value) -> Value {
    let id = row(thread, "/id", Prefix::Thread);
    let people = at(thread, "/participants").as_array().into_iter().flatten();
    let members: Vec<Option<i64>> = people.map(|person| row(person, "/id", Prefix::User)).collect();
    let context = match row(thread, "/project_id", Prefix::Project) {
        Some(n) => json!({"type": "project", "id": n}),
        None => json!({"type": "none", "id": null}),
    };
    let unread = at(thread, "/unread_count").as_i64().unwrap_or_default();
    let folder = if at(thread, "/archived") == true { "archived" } else { "inbox" };
    let last = at(thread, "/last_message");
    let last = (!last.is_null()).then(|| {
        json!({
            "id": row(last, "/id", Prefix::Message), "from_user": row(last, "/author_id", Prefix::User),
            "message": text(last, "/text"), "time_created": seconds(last, "/sent_at"), "thread_id": id,
        })
    });
    json!({
        "id": id,
        "thread": {"id": id, "members": members, "context": context, "thread_type": "private_chat"},
        "members": members,
        "context": context,
        "folder": folder,
        "is_read": unread == 0,
        "is_muted": at(thread, "/muted"),
        "message_count": at(thread, "/last_seq"),
        "message_unread_count": unread,
        "time_updated": seconds(thread, "/updated_at"),
        "last_message": last,
    })
}

/// That API's `Message`.
pub(super) fn message(message: &Value) -> Value {
    let files = at(message, "/attachments").as_array().into_iter().flatten();
    let files: Vec<Value> = files
        .map(|file| {
            json!({
                "id": row(file, "/id", Prefix::Attachment), "filename": text(file, "/name"),
                "content_type": text(file, "/media_type"), "size": at(file, "/size"),
            })
        })
        .collect();
    json!({
        "id": row(message, "/id", Prefix::Message),
        "thread_id": row(message, "/thread_id", Prefix::Thread),
        "from_user": row(message, "/author_id", Prefix::User),
        "message": text(message, "/text"),
        "time_created": seconds(message, "/sent_at"),
        "attachments": files,
    })
}

/// That API's `User` of the caller.
pub(super) fn me(me: &Value) -> Value {
    let roles = at(me, "/roles").as_array().into_iter().flatten();
    let freelancer = roles.filter_map(Value::as_str).any(|role| role == "freelancer");
    let jobs = at(me, "/skills").as_array().into_iter().flatten().filter_map(Value::as_str);
    let history = json!({"entire_history": {"overall": at(me, "/rating"), "reviews": at(me, "/reviews")}});
    json!({
        "id": row(me, "/id", Prefix::User),
        "username": text(me, "/login"),
        "email": at(me, "/email"),
        "public_name": text(me, "/display_name"),
        "display_name": text(me, "/display_name"),
        "role": if freelancer { "freelancer" } else { "employer" },
        "primary_language": text(me, "/locale"),
        "timezone": {"timezone": text(me, "/time_zone")},
        "registration_date": midnight(text(me, "/member_since")),
        "jobs": jobs.filter_map(catalog::job).collect::<Vec<_>>(),
        "reputation": history,
    })
}

/// That API's `Milestone`, between the freelancer and the client of `sides`.
pub(super) fn milestone(step: &Value, (freelancer_n, client_n): (Option<i64>, Option<i64>)) -> Value {
    let status = match text(step, "/status") {
        "funded" => "frozen",
        "released" => "cleared",
        "disputed" => "disputed",
        _ => "pending",
    };
    json!({
        "transaction_id": row(step, "/id", Prefix::Milestone),
        "project_id": row(step, "/project_id", Prefix::Project),
        "project_owner_id": client_n,
        "bidder_id": freelancer_n,
        "bid_id": row(step, "/bid_id", Prefix::Bid),
        "amount": major(step, "/amount"),
        "currency": catalog::currency(text(step, "/amount/currency")),
        "status": status,
        // The contract says what a milestone is for in its title alone.
        "reason": null,
        "description": text(step, "/title"),
        "time_created": seconds(step, "/funded_at"),
        "cleared_time": seconds(step, "/released_at"),
    })
}

/// That API's `MilestoneRequest`.
pub(super) fn milestone_request(request: &Value) -> Value {
    let status = match text(request, "/status") {
        "approved" => "created",
        "declined" => "rejected",
        _ => "pending",
    };
    json!({
        "id": row(request, "/id", Prefix::MilestoneRequest),
        "project_id": row(request, "/project_id", Prefix::Project),
        "bid_id": row(request, "/bid_id", Prefix::Bid),
        "milestone_id": row(request, "/milestone_id", Prefix::Milestone),
        "amount": major(request, "/amount"),
        "currency": catalog::currency(text(request, "/amount/currency")),
        "description": text(request, "/reason"),
        "status": status,
        "time_requested": seconds(request, "/created_at"),
    })
}

/// That API's `User` of anyone.
pub(super) fn user(user: &Value) -> Value {
    let roles = at(user, "/roles").as_array().into_iter().flatten();
    let freelancer = roles.filter_map(Value::as_str).any(|role| role == "freelancer");
    let jobs = at(user, "/skills").as_array().into_iter().flatten().filter_map(Value::as_str);
    json!({
        "id": row(user, "/id", Prefix::User),
        "public_name": text(user, "/display_name"),
        "display_name": text(user, "/display_name"),
        "role": if freelancer { "freelancer" } else { "employer" },
        "profile_description": at(user, "/about"),
        "hourly_rate": major(user, "/hourly_rate"),
        "registration_date": midnight(text(user, "/member_since")),
        "location": {
            "city": at(user, "/city"),
            "country": {"code": text(user, "/country").to_ascii_lowercase(), "name": at(user, "/country")},
        },
        "status": {"identity_verified": at(user, "/verified"), "payment_verified": at(user, "/payment_verified")},
        "jobs": jobs.filter_map(catalog::job).collect::<Vec<_>>(),
        "reputation": reputation(user),
    })
}

/// That API's `Reputation`; shares are parts of one there.
pub(super) fn reputation(user: &Value) -> Value {
    let window = |name: &str| {
        let window = at(user, &format!("/reputation/{name}"));
        let share = |name: &str| at(window, name).as_f64().map(|percent| percent / 100.0);
        json!({
            "overall": at(window, "/rating"),
            "reviews": at(window, "/reviews"),
            "on_time": share("/on_time_percent"),
            "on_budget": share("/on_budget_percent"),
            "complete": at(window, "/completed"),
        })
    };
    json!({
        "user_id": row(user, "/id", Prefix::User),
        "entire_history": window("all"),
        "last12months": window("months_12"),
        "last3months": window("months_3"),
    })
}

/// Seconds since the epoch at which a civil date begins in UTC.
fn midnight(date: &str) -> Option<i64> {
    format!("{date}T00:00:00Z").parse::<Timestamp>().ok().map(Timestamp::as_second)
}
