//! Articles, elisions and numbers.

use std::fmt::Write as _;

/// `de` before a noun phrase: `du`, `des`, `de la`, `d'`…
pub(super) fn de(phrase: &str, out: &mut String) {
    if let Some(rest) = phrase.strip_prefix("le ").or_else(|| phrase.strip_prefix("Le ")) {
        out.push_str("du ");
        out.push_str(rest);
    } else if let Some(rest) = phrase.strip_prefix("les ") {
        out.push_str("des ");
        out.push_str(rest);
    } else {
        out.push_str(if elides(phrase) { "d'" } else { "de " });
        out.push_str(phrase);
    }
}

/// `à` before a noun phrase: `au`, `aux`, `à la`…
pub(super) fn a(phrase: &str, out: &mut String) {
    if let Some(rest) = phrase.strip_prefix("le ").or_else(|| phrase.strip_prefix("Le ")) {
        out.push_str("au ");
        out.push_str(rest);
    } else if let Some(rest) = phrase.strip_prefix("les ") {
        out.push_str("aux ");
        out.push_str(rest);
    } else {
        out.push_str("à ");
        out.push_str(phrase);
    }
}

/// The noun phrase without its definite article.
pub(super) fn bare(phrase: &str) -> &str {
    ["le ", "la ", "les ", "l'"].into_iter().find_map(|article| phrase.strip_prefix(article)).unwrap_or(phrase)
}

fn elides(phrase: &str) -> bool {
    phrase.starts_with([
        'a', 'e', 'i', 'o', 'u', 'y', 'é', 'è', 'ê', 'à', 'â', 'î', 'ô', 'A', 'E', 'I', 'O', 'U', 'É', 'È', 'Î', 'Ô',
    ])
}

/// `12500` as `12 500`, with a narrow no-break space.
pub(super) fn number(value: i64, out: &mut String) {
    let thousands = value / 1000;
    if thousands == 0 {
        let _ = write!(out, "{value}");
        return;
    }
    number(thousands, out);
    let _ = write!(out, "\u{202f}{:03}", value % 1000);
}

/// An amount with its unit, `12 500 €`.
pub(super) fn money(value: i64, currency: &str, out: &mut String) {
    number(value, out);
    out.push('\u{a0}');
    out.push_str(if currency == "EUR" { "€" } else { currency });
}

/// Small numbers in letters.
pub(super) const fn letters(value: i64) -> &'static str {
    match value {
        2 => "deux",
        3 => "trois",
        4 => "quatre",
        5 => "cinq",
        6 => "six",
        7 => "sept",
        8 => "huit",
        9 => "neuf",
        10 => "dix",
        11 => "onze",
        12 => "douze",
        _ => "plusieurs",
    }
}

/// Names of the months, from January.
pub(super) fn month(number: i8) -> &'static str {
    match number {
        1 => "janvier",
        2 => "février",
        3 => "mars",
        4 => "avril",
        5 => "mai",
        6 => "juin",
        7 => "juillet",
        8 => "août",
        9 => "septembre",
        10 => "octobre",
        11 => "novembre",
        _ => "décembre",
    }
}
