//! What a client answers in a conversation.

use super::rng::Rng;
use super::talk::{self, Topic};

/// Stream of randomness of the answers.
const REPLY: u64 = 11;

/// The answer of a client to `incoming`, the `turn`-th message of the conversation: greetings get
/// greetings, questions get answers, price talk gets price talk. In English to an English message.
#[must_use]
pub fn reply(seed: u64, project_title: &str, incoming: &str, turn: u32) -> String {
    let mut rng = Rng::of(seed, REPLY, u64::from(turn) ^ talk::hash(incoming).rotate_left(17));
    let message = talk::Message::read(incoming);
    if message.english {
        return english(&message, project_title, turn, &mut rng);
    }
    let mut parts: Vec<&str> = Vec::new();
    if message.greets || turn == 0 {
        parts.push(rng.pick(if message.evening { talk::EVENINGS } else { talk::HELLOS }));
    }
    let topics: Vec<Topic> = message.topics.iter().copied().take(2).collect();
    if topics.is_empty() && message.asks {
        parts.push(rng.pick(talk::UNSURE));
    } else if topics.is_empty() && message.brief {
        parts.push(rng.pick(if message.greets { talk::GREETED } else { talk::BRIEF }));
        return talk::finish(&parts.join(" "), project_title);
    } else if topics.is_empty() && turn == 0 {
        parts.push(rng.pick(talk::WELCOME));
    } else if topics.is_empty() {
        parts.push(rng.pick(talk::NOTED));
    } else if topics != [Topic::Thanks] && rng.percent(35) {
        parts.push(rng.pick(if message.asks { talk::GOOD_QUESTION } else { talk::CLEAR }));
    }
    for topic in &topics {
        parts.push(rng.pick(topic.answers()));
    }
    if turn % 3 == 1 && topics != [Topic::Thanks] {
        parts.push(rng.pick(talk::FOLLOW_UPS));
    }
    talk::finish(&parts.join(" "), project_title)
}

fn english(message: &talk::Message, title: &str, turn: u32, rng: &mut Rng) -> String {
    let mut parts: Vec<&str> = Vec::new();
    if message.greets || turn == 0 {
        parts.push("Hello,");
        parts.push(rng.pick(&["thank you for your message.", "thanks for getting in touch."]));
    }
    match message.topics.first() {
        Some(topic) => parts.push(rng.pick(topic.english())),
        None if message.asks => parts.push("I need to check with the team; you will have an answer by tomorrow."),
        None => parts.push("That is clear to me. Could you tell me how you would start?"),
    }
    super::text::typeset_english(&parts.join(" ").replace("{titre}", title))
}
