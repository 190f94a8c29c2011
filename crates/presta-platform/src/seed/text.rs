//! The grammar: templates with choices `[a|b]` and slots `{name}`, then typography.

use super::rng::Rng;

/// What a slot stands for.
pub(super) trait Scope {
    /// Writes the value of `name`; an unknown name is written as `{name}`, which tests refuse.
    fn slot(&self, name: &str, rng: &mut Rng, out: &mut String);
}

/// Expands `template` into `out`. Choices nest; `{Name}` capitalises what `{name}` gives.
pub(super) fn expand(template: &str, scope: &dyn Scope, rng: &mut Rng, out: &mut String) {
    let mut rest = template;
    while let Some(at) = rest.find(['[', '{']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let inside = from.get(1..).unwrap_or_default();
        if from.starts_with('{') {
            let (name, after) = inside.split_once('}').unwrap_or((inside, ""));
            fill(name, scope, rng, out);
            rest = after;
        } else {
            let (chosen, after) = choose(inside, rng);
            expand(chosen, scope, rng, out);
            rest = after;
        }
    }
    out.push_str(rest);
}

fn fill(name: &str, scope: &dyn Scope, rng: &mut Rng, out: &mut String) {
    if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
        scope.slot(name, rng, out);
        return;
    }
    let start = out.len();
    scope.slot(&name.to_ascii_lowercase(), rng, out);
    capitalise(out, start);
}

/// Puts the character at byte `start` in upper case.
pub(super) fn capitalise(out: &mut String, start: usize) {
    let first = out.get(start..).and_then(|tail| tail.chars().next());
    if let Some(first) = first {
        let upper: String = first.to_uppercase().collect();
        out.replace_range(start..start + first.len_utf8(), &upper);
    }
}

/// Splits `a|b[c|d]]rest` into one of its alternatives and the rest.
fn choose<'t>(inside: &'t str, rng: &mut Rng) -> (&'t str, &'t str) {
    let mut depth = 0_u32;
    let mut end = inside.len();
    let mut count = 1_u64;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' if depth == 0 => {
                end = at;
                break;
            }
            b']' => depth -= 1,
            b'|' if depth == 0 => count += 1,
            _ => {}
        }
    }
    let body = inside.get(..end).unwrap_or_default();
    let after = inside.get(end + 1..).unwrap_or_default();
    let wanted = rng.below(count);
    (alternative(body, wanted), after)
}

fn alternative(body: &str, wanted: u64) -> &str {
    let (mut depth, mut seen, mut start) = (0_u32, 0_u64, 0_usize);
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 => {
                if seen == wanted {
                    return body.get(start..at).unwrap_or_default();
                }
                seen += 1;
                start = at + 1;
            }
            _ => {}
        }
    }
    body.get(start..).unwrap_or_default()
}

/// French typography: curly apostrophes, narrow no-break space before `; ! ?`, no-break space
/// before `:` and `%` and inside guillemets.
pub(super) fn typeset(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + raw.len() / 16);
    // Nearly everything stays as it is: only the few places are looked at, and what is between is copied whole.
    let mut copied = 0;
    for (at, _) in raw.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'\'' | b' ' | 0xC2)) {
        let from = raw.as_bytes().get(at..).unwrap_or_default();
        let (instead, long) = match from {
            [b'\'', ..] => ("’", 1),
            [b' ', b';' | b'!' | b'?', ..] => ("\u{202f}", 1),
            [b' ', b':' | b'%', ..] | [b' ', 0xC2, 0xBB, ..] | [b' ', 0xE2, 0x82, 0xAC, ..] => ("\u{a0}", 1),
            [0xC2, 0xAB, b' ', ..] => ("«\u{a0}", 3),
            _ => continue,
        };
        // The blank after an opening mark was taken with it.
        if at < copied {
            continue;
        }
        out.push_str(raw.get(copied..at).unwrap_or_default());
        out.push_str(instead);
        copied = at + long;
    }
    out.push_str(raw.get(copied..).unwrap_or_default());
    out
}

/// English typography: curly apostrophes only.
pub(super) fn typeset_english(raw: &str) -> String {
    raw.replace('\'', "’")
}

/// Words as a reader counts them: list marks, dashes and lone punctuation are none.
pub(super) fn words(text: &str) -> usize {
    let lettered = |word: &&[u8]| {
        word.iter().any(u8::is_ascii_alphanumeric)
            || std::str::from_utf8(word).is_ok_and(|word| word.chars().any(char::is_alphanumeric))
    };
    text.as_bytes().split(|byte| matches!(byte, b' ' | b'\n')).filter(lettered).count()
}
