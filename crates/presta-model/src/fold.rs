//! Text without accents and case, as searches see it.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Whether a character is not seen and turns the direction in which those around it are written (UAX #9; Unicode TR 36
/// on what is made of that).
pub const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character is not seen and has no place in the name of a file: those of [`turns_direction`], separators of
/// lines, joiners, the byte order mark.
pub const fn is_unseen(c: char) -> bool {
    turns_direction(c)
        || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `Développeur` becomes `developpeur`.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}
