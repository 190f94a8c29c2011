//! The form of VAT numbers, by country; whether one is registered is for VIES to say.

/// Countries whose numbers are known, and what follows their two letters: `9` is a digit, `A` a letter, `X` either.
const FORMS: &[(&str, &[&str])] = &[
    ("AT", &["U99999999"]),
    ("BE", &["9999999999"]),
    ("BG", &["999999999", "9999999999"]),
    ("CH", &["E999999999"]),
    ("CY", &["99999999A"]),
    ("CZ", &["99999999", "999999999", "9999999999"]),
    ("DE", &["999999999"]),
    ("DK", &["99999999"]),
    ("EE", &["999999999"]),
    ("EL", &["999999999"]),
    ("ES", &["X9999999X"]),
    ("FI", &["99999999"]),
    ("FR", &["XX999999999"]),
    ("GB", &["999999999", "999999999999"]),
    ("HR", &["99999999999"]),
    ("HU", &["99999999"]),
    ("IE", &["9X99999A", "9999999AA"]),
    ("IT", &["99999999999"]),
    ("LT", &["999999999", "999999999999"]),
    ("LU", &["99999999"]),
    ("LV", &["99999999999"]),
    ("MT", &["99999999"]),
    ("NL", &["XXXXXXXXXB99"]),
    ("PL", &["9999999999"]),
    ("PT", &["999999999"]),
    ("RO", &["99", "999", "9999", "99999", "999999", "9999999", "99999999", "999999999", "9999999999"]),
    ("SE", &["999999999999"]),
    ("SI", &["99999999"]),
    ("SK", &["9999999999"]),
];

/// Why `number` cannot be a VAT number: `unknown-country`, `invalid` or `wrong-key` (French ones carry the remainder of
/// the SIREN, `(12 + 3 × SIREN mod 97) mod 97`).
#[must_use]
pub fn wrong(number: &str) -> Option<&'static str> {
    let Some((country, rest)) = number.split_at_checked(2) else { return Some("invalid") };
    if !country.bytes().all(|b| b.is_ascii_uppercase()) {
        return Some("invalid");
    }
    let Some((_, forms)) = FORMS.iter().find(|(known, _)| *known == country) else { return Some("unknown-country") };
    if !forms.iter().any(|form| fits(form, rest)) {
        return Some("invalid");
    }
    (country == "FR" && !french_key(rest)).then_some("wrong-key")
}

fn fits(form: &str, text: &str) -> bool {
    let one = |(form, c): (u8, u8)| match form {
        b'9' => c.is_ascii_digit(),
        b'A' => c.is_ascii_uppercase(),
        b'X' => c.is_ascii_digit() || c.is_ascii_uppercase(),
        other => other == c,
    };
    form.len() == text.len() && form.bytes().zip(text.bytes()).all(one)
}

/// Keys with letters belong to a newer scheme that is not public.
fn french_key(rest: &str) -> bool {
    let Some((key, siren)) = rest.split_at_checked(2) else { return false };
    match (key.parse::<u64>(), siren.parse::<u64>()) {
        (Ok(key), Ok(siren)) => key == (12 + 3 * (siren % 97)) % 97,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn the_form_and_the_french_key_are_checked() {
        for right in ["FR83404833048", "FRK7399859412", "DE136695976", "BE0477472701", "CHE123456789", "ESX1234567X"] {
            assert_eq!(wrong(right), None, "{right}");
        }
        for (number, why) in [
            ("FR82404833048", "wrong-key"),
            ("FR8340483304", "invalid"),
            ("fr83404833048", "invalid"),
            ("DE13669597", "invalid"),
            ("US123456789", "unknown-country"),
            ("F", "invalid"),
            ("é1", "invalid"),
            ("", "invalid"),
        ] {
            assert_eq!(wrong(number), Some(why), "{number}");
        }
    }
}
