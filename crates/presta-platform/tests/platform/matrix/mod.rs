//! Who may do what: every operation, tried by everyone it could concern.

pub mod requests;
pub mod targets;
pub mod world;

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use presta_platform::routes::{self, Needs, Route};

use self::{
    requests::Request,
    targets::Variant,
    world::{Who, World},
};
use crate::api::{Api, Reply};

const WRITE: &str = "PRESTA_WRITE_MATRIX";

const HEAD: &str = "\
# Who may do what

Every operation of the contract, tried by everyone it could concern. A test of the platform makes this table by sending
the contract's own example to a real server once for each cell, and fails when an answer is another than the one
written here, or when an operation has no row.

Camille is a freelancer and Nadia the client of a project of hers: what an operation is tried on is between the two of
them, and belongs to whom the column *Of* names; *self* is whoever asks, for what everyone has of their own. Théo is
a freelancer and Inès a client; both have accounts in good standing and nothing to do with the deal.

| Cell | Meaning |
|---|---|
| `200` (or another of 2xx, 3xx) | done: the caller may; of a list, whether there was *some*thing or *none* in it for them |
| `401` | no access token |
| `403 scope` | the token lacks the permission of the column *Scope* (all others it has); for `any token`, one that covers `connections` alone was used |
| `403` | the caller sees it, and this is not theirs to do |
| `404` | nothing is there as far as the caller may know |
| `409`, `410`, `422` and a problem | admitted, and refused by a rule of the trade |

Refusals are tried before what is admitted, on the same thing: that the last caller still succeeds shows that they
left no trace.

Some rows are there twice: *private* projects are for who was invited (Camille was), the entries of *sealed* contests
are between their author and the client, and an *unpublished* review is for its author alone.

Lists that name no thing in their path answer what is the caller's own, or the market as the caller may see it. A
recommendation has the id of its project: what is answered to it is the caller's own.

";

/// The operations that closed things change.
fn variants(route: &Route) -> Vec<Variant> {
    let hidden = route.path.starts_with("/v1/projects/{id}")
        || route.path.starts_with("/v1/entries/{id}")
        || route.path.starts_with("/v1/contests/{id}/entries")
        || route.path == "/v1/reviews/{id}"
        || matches!((route.method, route.path), ("POST", "/v1/bookmarks" | "/v1/threads"));
    if hidden { vec![Variant::Usual, Variant::Closed] } else { vec![Variant::Usual] }
}

/// An operation as a row names it.
fn label(route: &Route, variant: Variant) -> String {
    let contest = route.path.starts_with("/v1/entries") || route.path.starts_with("/v1/contests");
    let remark = match variant {
        Variant::Usual => "",
        Variant::Closed if contest => " (sealed)",
        Variant::Closed if route.path.starts_with("/v1/reviews") => " (unpublished)",
        Variant::Closed => " (private)",
    };
    format!("`{} {}`{remark}", route.method, route.path)
}

fn needed(route: &Route) -> String {
    match route.needs {
        Needs::Nothing => "none".to_owned(),
        Needs::Token => "any token".to_owned(),
        Needs::Scope(scope) => format!("`{}`", scope.name()),
    }
}

/// What an answer says of the caller.
fn cell(reply: &Reply) -> String {
    let listed = reply.body["items"].as_array().map(|items| if items.is_empty() { "none" } else { "some" });
    match (reply.status, reply.problem()) {
        (403, "insufficient-scope") => "403 scope".to_owned(),
        (status @ (401 | 404), _) | (status @ 403, "forbidden" | "") => status.to_string(),
        (status @ 400.., problem) => format!("{status} {problem}").trim().to_owned(),
        (status, _) => listed.map_or(status.to_string(), |listed| format!("{status} {listed}")),
    }
}

/// Those who are tried, in this order: who is closest to it comes last.
fn callers(owner: Option<Who>) -> [Who; 4] {
    match owner {
        Some(Who::Nadia) => [Who::Theo, Who::Ines, Who::Camille, Who::Nadia],
        _ => [Who::Theo, Who::Ines, Who::Nadia, Who::Camille],
    }
}

#[derive(Debug)]
struct Row {
    of: &'static str,
    anonymous: String,
    limited: String,
    signed_in: BTreeMap<Who, String>,
}

/// What is one's own has the revision that its own caller sees.
async fn send(world: &World, request: &mut Request, who: Who) -> Reply {
    if request.owner.is_none() && request.headers.iter().any(|(name, _)| *name == "if-match") {
        let etag = world.etag(request, who).await;
        request.headers.retain(|(name, _)| *name != "if-match");
        request.headers.push(("if-match", etag));
    }
    request.send(world.of(who)).await
}

async fn row(world: &mut World, route: &Route, variant: Variant) -> Row {
    let mut request = world.request(route.method, route.path, variant).await;
    let missing = match route.needs {
        Needs::Scope(scope) => Some(scope),
        Needs::Token | Needs::Nothing => None,
    };
    let order = callers(request.owner);
    let anonymous: Api = world.anonymous();
    let limited = world.limited(order[3], missing).await;
    let (anonymous, limited) = (request.send(&anonymous).await, request.send(&limited).await);
    let mut row = Row {
        of: request.owner.map_or("self", Who::name),
        anonymous: cell(&anonymous),
        limited: cell(&limited),
        signed_in: BTreeMap::new(),
    };
    let mut used = limited.status < 400;
    for who in order {
        if used && route.method != "GET" {
            request = world.request(route.method, route.path, variant).await;
        }
        let reply = send(world, &mut request, who).await;
        used = reply.status < 400;
        row.signed_in.insert(who, cell(&reply));
    }
    if matches!(route.needs, Needs::Nothing) {
        row.of = "nobody";
    }
    row
}

fn line(label: &str, scope: &str, row: &Row) -> String {
    let of = |who: Who| row.signed_in[&who].as_str();
    let people = [of(Who::Camille), of(Who::Theo), of(Who::Nadia), of(Who::Ines)].join(" | ");
    format!("| {label} | {scope} | {} | {} | {} | {people} |\n", row.of, row.anonymous, row.limited)
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../contract/authorization.md")
}

/// The table as it was written down.
pub fn written() -> String {
    std::fs::read_to_string(file()).unwrap_or_default()
}

/// What no row may say, whatever is written down.
fn wrong(route: &Route, row: &Row) -> bool {
    let (open, scoped) = (matches!(route.needs, Needs::Nothing), matches!(route.needs, Needs::Scope(_)));
    let all = || [&row.anonymous, &row.limited].into_iter().chain(row.signed_in.values());
    let broken = all().any(|cell| ["5", "405", "429"].iter().any(|status| cell.starts_with(status)));
    let refused = row.signed_in.values().any(|cell| ["401", "403 scope"].contains(&cell.as_str()));
    let nobody = !row.signed_in.values().any(|cell| cell.starts_with(['2', '3']));
    broken || !open && (row.anonymous != "401" || refused || nobody) || scoped && row.limited != "403 scope"
}

#[tokio::test]
async fn every_operation_admits_whom_the_table_says() {
    let mut world = World::start().await;
    let (mut table, mut bad) = (HEAD.to_owned(), Vec::new());
    let columns = "| Operation | Scope | Of | Anonymous | Scope missing | Freelancer concerned (Camille) | \
                   Other freelancer (Théo) | Client of the project (Nadia) | Other client (Inès) |\n";
    let _ = writeln!(table, "{columns}|---|---|---|---|---|---|---|---|---|");
    for route in &routes::all() {
        for variant in variants(route) {
            let label = label(route, variant);
            let row = row(&mut world, route, variant).await;
            if wrong(route, &row) {
                bad.push(format!("{label}: {row:?}"));
            }
            table.push_str(&line(&label, &needed(route), &row));
        }
    }
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(file(), &table).unwrap();
    }
    assert!(bad.is_empty(), "{bad:#?}");
    for (wanted, got) in written().lines().zip(table.lines()) {
        assert_eq!(wanted, got, "contract/authorization.md; run this test with {WRITE}=1 once this is meant");
    }
    assert_eq!(written(), table, "run this test with {WRITE}=1");
}

#[test]
fn every_operation_has_a_row() {
    let written = written();
    for route in routes::all() {
        for variant in variants(&route) {
            let row = format!("\n| {} | {} |", label(&route, variant), needed(&route));
            assert_eq!(written.matches(&row).count(), 1, "{row}");
        }
    }
    let rows = written.lines().filter(|line| line.starts_with("| `") && line.contains(" /")).count();
    assert_eq!(rows, routes::all().iter().map(|route| variants(route).len()).sum::<usize>());
}
