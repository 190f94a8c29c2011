//! Finds e-mail addresses and phone numbers in a text.

/// How the digits of a French number are commonly grouped.
const GROUPS: [&[usize]; 8] =
    [&[10], &[2, 2, 2, 2, 2], &[4, 3, 3], &[4, 2, 2, 2], &[3, 3, 4], &[4, 6], &[2, 4, 4], &[2, 8]];

/// `email` or `phone` when the text gives one.
#[must_use]
pub fn find(text: &str) -> Option<&'static str> {
    if has_email(text) {
        Some("email")
    } else if has_phone(text) {
        Some("phone")
    } else {
        None
    }
}

fn has_email(text: &str) -> bool {
    text.match_indices('@').any(|(at, _)| {
        let before = text.get(..at).and_then(|left| left.chars().next_back());
        let domain: String = text
            .get(at + 1..)
            .unwrap_or("")
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '.'))
            .collect();
        let dotted = domain
            .trim_end_matches('.')
            .rsplit_once('.')
            .is_some_and(|(name, top)| !name.is_empty() && top.len() >= 2 && top.chars().all(char::is_alphabetic));
        before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+')) && dotted
    })
}

fn has_phone(text: &str) -> bool {
    let mut previous = ' ';
    for (start, c) in text.char_indices() {
        let begins = (c == '+' || c.is_ascii_digit()) && !previous.is_alphanumeric();
        // A number already looked at begins earlier: "1 06…" is read from the 1 and again from the 0.
        if begins && text.get(start..).is_some_and(is_phone) {
            return true;
        }
        previous = c;
    }
    false
}

/// Whether `text` begins with a phone number.
fn is_phone(text: &str) -> bool {
    let international = text.starts_with('+');
    let mut digits = String::new();
    let mut groups = vec![0_usize];
    let mut gap = false;
    for c in text.chars().skip(usize::from(international)) {
        if c.is_ascii_digit() {
            if gap && !digits.is_empty() {
                groups.push(0);
            }
            gap = false;
            digits.push(c);
            if let Some(last) = groups.last_mut() {
                *last += 1;
            }
        } else if matches!(c, ' ' | '.' | '-' | '/' | '(' | ')' | '\u{a0}' | '\u{202f}') {
            if gap && !matches!(c, '(' | ')') {
                break;
            }
            gap = true;
        } else {
            if c.is_alphabetic() && !gap {
                return false;
            }
            break;
        }
        if digits.len() > 15 {
            return false;
        }
    }
    if international || digits.starts_with("00") {
        return (9..=15).contains(&digits.len());
    }
    let french = digits.starts_with('0') && !digits.starts_with("00") && digits.len() == 10;
    french && GROUPS.contains(&groups.as_slice())
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn addresses_and_numbers_are_found_however_they_are_written() {
        for text in [
            "écrivez à jean.dupont@exemple.fr, merci",
            "mon mail : a@b.io.",
            "06 12 34 56 78",
            "appelez-moi au 06.12.34.56.78 !",
            "tél:0612345678",
            "+33 6 12 34 56 78",
            "+33(0)6 12 34 56 78",
            "0033 6 12 34 56 78",
        ] {
            assert!(find(text).is_some(), "{text}");
        }
    }

    #[test]
    fn amounts_dates_versions_and_mentions_are_no_contact_details() {
        for text in [
            "budget de 12 000 € à 1 200 000 €",
            "livré le 01/02/2026 10 h",
            "du 2026-11-22 au 2026-12-24",
            "PostgreSQL 16.2, Node 22.11.0 et 10.0.0.1",
            "@dataclass et user@localhost",
            "SIRET 123 456 789 00012",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
