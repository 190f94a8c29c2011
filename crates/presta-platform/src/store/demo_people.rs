//! What a fresh market knows of people: profiles, reviews in proportion, and what Camille finds beside bids and talks.

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::{
    bookmarks, decisions,
    demo::{CAMILLE, FirstDay, NADIA, SAM},
    invitations,
    reviews::{self, Draft, Scores},
    saved_searches::{self, Search, SearchQuery},
    seeding,
};
use crate::{ids::Prefix, problem::Problem, seed::catalog};

const DAY_MS: i64 = 86_400_000;
/// Clients and freelancers of the generator have rows from here on.
const GENERATED: i64 = 1_000;
const FREELANCERS: i64 = 500_000_000;
/// Freelancers who appear in reviews only, counted from here.
const REVIEWED: i64 = 1_000_000;
/// Freelancers who say something of themselves, at most.
const TALKATIVE: i64 = 2_000;

const OF_FREELANCERS: [&str; 8] = [
    "Travail soigné, livré dans les délais. La documentation est claire et l’équipe a pu reprendre le projet sans aide.",
    "Très bonne communication : un point chaque vendredi, les risques annoncés tôt. Nous recommencerons.",
    "Le code est propre et testé. Une petite dérive sur le planning, annoncée et justifiée.",
    "A compris notre métier dès le premier atelier. Les utilisateurs ont adopté l’outil en une semaine.",
    "Bon technicien, réponses parfois tardives mais toujours précises.",
    "Migration réussie un samedi matin, sans interruption visible. Merci pour le plan de retour arrière.",
    "A repris une application mal documentée et l’a remise d’aplomb pour le prix convenu.",
    "Sérieux et disponible. Le budget a été tenu au centime près.",
];
const OF_CLIENTS: [&str; 8] = [
    "Besoin bien cadré, interlocuteur disponible, paiement dès la recette. À recommander.",
    "Les spécifications ont bougé en cours de route, mais le périmètre a été renégocié honnêtement.",
    "Client attentif, retours rapides sur chaque livraison.",
    "Accès et jeux de données fournis dès le premier jour : un vrai gain de temps.",
    "Bon projet ; la validation finale a pris deux semaines de plus que prévu.",
    "Équipe agréable, décisions rapides, facture réglée sous huit jours.",
    "Cahier des charges précis et budget réaliste, c’est assez rare pour être dit.",
    "Échanges clairs du début à la fin. Je retravaillerai volontiers avec eux.",
];
const PAST: [&str; 8] = [
    "Passerelle de facturation vers l’ERP",
    "Audit de performance PostgreSQL",
    "Réécriture d’un service de planification en Rust",
    "Portail client pour une mutuelle",
    "Chaîne d’intégration continue et conteneurs",
    "Connecteur EDI pour un transporteur",
    "Tableau de bord de production",
    "API de réservation de salles",
];

/// splitmix64 of a seed value and a place: the same for the same, and neighbours do not look alike.
const fn draw(seed: u64, place: u64) -> u64 {
    let mut z = seed.wrapping_add(place.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn below(drawn: u64, bound: u64) -> i64 {
    i64::try_from(drawn % bound.max(1)).unwrap_or(0)
}

fn pick<'t>(list: &[&'t str], drawn: u64) -> &'t str {
    let index = usize::try_from(drawn).unwrap_or(0) % list.len().max(1);
    list.get(index).copied().unwrap_or("")
}

/// Fills in what the first day of `day` knows of people.
///
/// # Errors
/// On a database error.
pub fn seed(sql: &Connection, day: &FirstDay) -> Result<(), Problem> {
    accounts(sql)?;
    talk_of_oneself(sql)?;
    reviews_of_the_market(sql, day)?;
    for (n, role, count) in
        [(CAMILLE, "freelancer", 9), (NADIA, "client", 5), (SAM, "freelancer", 6), (SAM, "client", 2)]
    {
        reviews_of_account(sql, day, (n, role), count)?;
    }
    kept(sql, day)?;
    invited(sql, day)?;
    decided(sql, day)
}

/// What the accounts say of themselves, and what only they see. Numbers are of the ranges kept for fiction.
fn accounts(sql: &Connection) -> Result<(), Problem> {
    let street = |line1: &str, postal_code: &str, city: &str| json!({"line1": line1, "line2": null, "postal_code": postal_code, "city": city, "country": "FR"});
    let nantes = street("12 rue de la Fosse", "44000", "Nantes");
    let lyon = street("8 place des Jacobins", "69002", "Lyon");
    let rate = |minor: i64| json!({"amount_minor": minor, "currency": "EUR"});
    for (n, details) in [
        (
            CAMILLE,
            json!({
                "about": "Développeuse back-end indépendante à Nantes depuis 2015. Rust, PostgreSQL et reprises d’applications : je livre petit, testé, documenté.",
                "hourly_rate": rate(7_500), "phone": "+33639980112", "postal_address": nantes.clone(),
                "billing_address": nantes, "company_name": "Laurent Logiciels", "vat_number": "FR44732829320",
            }),
        ),
        (
            NADIA,
            json!({
                "about": "Responsable des systèmes d’information d’un groupe de services. Je publie des projets courts et bien cadrés.",
                "phone": "+33639980187", "billing_address": lyon.clone(), "company_name": "Benali Services",
            }),
        ),
        (
            SAM,
            json!({
                "about": "Développeur Python et React, et porteur de projets pour une association lyonnaise.",
                "hourly_rate": rate(6_000), "postal_address": lyon,
            }),
        ),
    ] {
        sql.execute("UPDATE users SET details = ?2 WHERE n = ?1", params![n, details.to_string()])?;
    }
    Ok(())
}

/// What freelancers of the generator say of themselves.
fn talk_of_oneself(sql: &Connection) -> Result<(), Problem> {
    let people: Vec<(i64, String)> = sql
        .prepare("SELECT n, skills FROM users WHERE n >= ?1 ORDER BY n LIMIT ?2")?
        .query_map([FREELANCERS, TALKATIVE], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut update = sql.prepare("UPDATE users SET details = ?2 WHERE n = ?1")?;
    for (n, skills) in people {
        let skills: Vec<String> = serde_json::from_str(&skills).unwrap_or_default();
        let labels: Vec<&str> = skills.iter().take(3).map(|id| catalog::skill_label(id)).collect();
        let rate = json!({"amount_minor": 4_500 + below(draw(1, n.cast_unsigned()), 12) * 500, "currency": "EUR"});
        let about =
            format!("Prestataire indépendant : {}. Missions courtes ou longues, à distance.", labels.join(", "));
        update.execute(params![n, json!({"about": about, "hourly_rate": rate}).to_string()])?;
    }
    Ok(())
}

/// A review around `mean`, as `role` receives it.
fn draft(drawn: u64, mean: f64, role: &str) -> Draft<'static> {
    let base = if mean >= 4.5 { 5 } else { 4 };
    let star = |part: u64| (base - i64::from(draw(drawn, part).is_multiple_of(5))).clamp(1, 5);
    let scores = Scores { communication: star(1), quality: star(2), deadline: star(3), budget: star(4) };
    let texts = if role == "freelancer" { &OF_FREELANCERS } else { &OF_CLIENTS };
    Draft { rating: star(5), scores, text: pick(texts, draw(drawn, 6)) }
}

fn standing(sql: &Connection, n: i64) -> Result<(Option<f64>, i64), Problem> {
    let mut query = sql.prepare_cached("SELECT rating, reviews FROM users WHERE n = ?1")?;
    Ok(query.query_row([n], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Both reviews of one awarded project in a hundred: about one review for fifty projects.
fn reviews_of_the_market(sql: &Connection, day: &FirstDay) -> Result<(), Problem> {
    let contracts: Vec<(i64, String, i64)> = sql
        .prepare(
            "SELECT p.client_n, t.title, p.posted_at FROM projects p JOIN project_texts t ON t.n = p.n
             JOIN users c ON c.n = p.client_n
             WHERE p.status IN ('awarded', 'closed') AND p.client_n >= ?1 AND c.reviews > 0 ORDER BY p.n LIMIT ?2",
        )?
        .query_map(params![GENERATED, i64::try_from(day.projects / 100 + 1).unwrap_or(1)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    for (i, (client_n, title, posted_at)) in contracts.iter().enumerate() {
        let place = REVIEWED + i64::try_from(i).unwrap_or(0);
        let freelancer_n = seeding::ensure_freelancer(sql, &day.market, place.cast_unsigned())?;
        let drawn = draw(day.seed, place.cast_unsigned());
        let span = (day.now - posted_at).max(1);
        let at = posted_at + span * (60 + below(drawn, 40)) / 100;
        for (author_n, subject_n, role) in
            [(*client_n, freelancer_n, "freelancer"), (freelancer_n, *client_n, "client")]
        {
            let (Some(mean), 1..) = standing(sql, subject_n)? else { continue };
            let draft = draft(drawn.wrapping_add(subject_n.cast_unsigned()), mean, role);
            reviews::store(sql, (None, title), (author_n, subject_n, role), &draft, (at, Some(at)))?;
        }
    }
    Ok(())
}

/// Reviews an account received over two years.
fn reviews_of_account(
    sql: &Connection,
    day: &FirstDay,
    (subject_n, role): (i64, &str),
    count: u64,
) -> Result<(), Problem> {
    let (mean, _) = standing(sql, subject_n)?;
    for i in (0..count).rev() {
        let drawn = draw(day.seed, subject_n.cast_unsigned() * 100 + i);
        let author_n = if role == "freelancer" {
            seeding::ensure_client(sql, &day.market, drawn % day.market.client_count(day.projects))?.0
        } else {
            seeding::ensure_freelancer(sql, &day.market, drawn % 40)?
        };
        let at = day.now - (9 + below(drawn, 20) + i64::try_from(i * i).unwrap_or(0) * 11) * DAY_MS;
        let title = pick(&PAST, drawn.wrapping_add(i));
        let draft = draft(drawn, mean.unwrap_or(4.5), role);
        reviews::store(sql, (None, title), (author_n, subject_n, role), &draft, (at, Some(at)))?;
    }
    Ok(())
}

/// Open projects without a bid of Camille's, oldest first, that are not `owner`'s (0 is nobody).
fn open_for_camille(sql: &Connection, owner: Option<i64>, limit: i64) -> Result<Vec<(i64, i64)>, Problem> {
    let rows = sql
        .prepare_cached(
            "SELECT p.n, p.client_n FROM projects p WHERE p.status = 'open' AND p.client_n <> ?1
                 AND (?2 IS NULL OR p.client_n = ?2)
                 AND NOT EXISTS (SELECT 1 FROM bids b WHERE b.project_n = p.n AND b.freelancer_n = ?1)
             ORDER BY p.posted_at, p.n LIMIT ?3",
        )?
        .query_map(params![CAMILLE, owner, limit], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// What Camille keeps: searches and projects.
fn kept(sql: &Connection, day: &FirstDay) -> Result<(), Problem> {
    let list = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
    for (name, alert, query) in [
        ("Rust, partout", "instant", SearchQuery { skills: list(&["rust"]), ..SearchQuery::default() }),
        (
            "PostgreSQL à distance, plus de 5 000 €",
            "daily",
            SearchQuery {
                skills: list(&["postgresql"]),
                remote: Some(true),
                budget_min: Some(500_000),
                currency: Some("EUR".to_owned()),
                ..SearchQuery::default()
            },
        ),
        (
            "Reprises autour de Nantes",
            "off",
            SearchQuery { category: list(&["legacy"]), city: Some("Nantes".to_owned()), ..SearchQuery::default() },
        ),
    ] {
        let search = Search { name: name.to_owned(), query, alert: alert.to_owned() };
        saved_searches::store(sql, CAMILLE, &search, day.now - 30 * DAY_MS)?;
    }
    for (i, (project_n, _)) in open_for_camille(sql, None, 4)?.into_iter().enumerate() {
        bookmarks::store(sql, CAMILLE, project_n, day.now - (4 - i64::try_from(i).unwrap_or(0)) * DAY_MS)?;
    }
    Ok(())
}

/// Invitations Camille received: from Nadia and from clients of the generator, the oldest declined.
fn invited(sql: &Connection, day: &FirstDay) -> Result<(), Problem> {
    let mut asked = open_for_camille(sql, None, 6)?;
    asked.retain(|&(_, client_n)| client_n >= GENERATED);
    asked.truncate(2);
    asked.extend(open_for_camille(sql, Some(NADIA), 1)?);
    let words = [
        Some("Votre expérience de PostgreSQL nous intéresse : auriez-vous dix jours en janvier ?"),
        None,
        Some("Bonjour Camille, vos avis m’ont convaincue. Seriez-vous disponible pour ce projet ?"),
    ];
    for (i, ((project_n, client_n), message)) in asked.into_iter().zip(words).enumerate() {
        let at = day.now - (9 - 3 * i64::try_from(i).unwrap_or(0)) * DAY_MS;
        let n = invitations::store(sql, project_n, (client_n, CAMILLE), message, at)?;
        if i == 0 {
            let text = "UPDATE invitations SET rev = 2, status = 'declined', updated_at = ?2 WHERE n = ?1";
            sql.execute(text, [n, at + DAY_MS])?;
        }
    }
    Ok(())
}

/// What the platform decided about Camille: where a bid ranks, and a message that was held back.
fn decided(sql: &Connection, day: &FirstDay) -> Result<(), Problem> {
    let latest = |table: &str, column: &str| -> Result<Option<i64>, Problem> {
        let text = format!("SELECT max(n) FROM {table} WHERE {column} = ?1");
        Ok(sql.query_row(&text, [CAMILLE], |row| row.get(0))?)
    };
    let bid = latest("bids", "freelancer_n")?.map(|n| Prefix::Bid.id(n).to_string());
    let message = latest("messages", "author_n")?.map(|n| Prefix::Message.id(n).to_string());
    let factors = |list: &[(&str, f64, f64)]| {
        let all: Vec<Value> =
            list.iter().map(|(name, weight, value)| json!({"name": name, "weight": weight, "value": value})).collect();
        Value::Array(all).to_string()
    };
    let ranking =
        factors(&[("skill-match", 0.4, 0.75), ("rating", 0.25, 0.95), ("price", 0.2, 0.6), ("reply-time", 0.15, 0.8)]);
    decisions::store(sql, CAMILLE, ("ranking", "ranked", &ranking), bid.as_deref(), day.now - 5 * DAY_MS)?;
    let safety =
        factors(&[("contact-details", 0.5, 0.3), ("link-to-unknown-host", 0.3, 0.2), ("reports-received", 0.2, 0.0)]);
    decisions::store(sql, CAMILLE, ("safety", "message-held", &safety), message.as_deref(), day.now - 2 * DAY_MS)?;
    Ok(())
}
