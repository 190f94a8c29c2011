//! Names of entries that are safe on every system, inside a folder of the person's choice.

use presta_model::turns_direction;

/// What is unsafe about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameFault {
    /// Nothing, or a folder between two separators without a name.
    #[error("it is empty")]
    Empty,
    /// Longer than the limit.
    #[error("it is too long")]
    TooLong,
    /// Not text.
    #[error("it is not text")]
    NotText,
    /// Begins at the root.
    #[error("it is absolute")]
    Absolute,
    /// Leaves its folder, or stays in it by `.`.
    #[error("it leads out of its folder")]
    Dots,
    /// A separator, a stream or a wildcard on some system: `\ : < > " | ? *`.
    #[error("it has a character with a meaning of its own")]
    Character,
    /// A control character, NUL among them, or one that turns the direction of writing.
    #[error("it has an invisible character")]
    Invisible,
    /// A device of Windows.
    #[error("it is the name of a device")]
    Device,
    /// A dot or a blank at the end, which Windows drops.
    #[error("it ends with a dot or a blank")]
    Ending,
}

/// Checks a path in an archive; `/` alone separates.
pub(crate) fn check(name: &str, limit: usize) -> Result<(), NameFault> {
    if name.len() > limit {
        return Err(NameFault::TooLong);
    }
    if name.starts_with(['/', '\\']) || is_drive(name) {
        return Err(NameFault::Absolute);
    }
    if name.chars().any(|c| c.is_control() || turns_direction(c) || c == '\u{fffd}') {
        return Err(NameFault::Invisible);
    }
    // A folder's own entry ends with the separator.
    name.strip_suffix('/').unwrap_or(name).split('/').try_for_each(component)
}

fn component(part: &str) -> Result<(), NameFault> {
    if part.is_empty() {
        Err(NameFault::Empty)
    } else if part == "." || part == ".." || part.split('\\').any(|piece| piece == "..") {
        Err(NameFault::Dots)
    } else if part.contains(['\\', ':', '<', '>', '"', '|', '?', '*']) {
        Err(NameFault::Character)
    } else if part.ends_with(['.', ' ']) {
        Err(NameFault::Ending)
    } else if is_device(part) {
        Err(NameFault::Device)
    } else {
        Ok(())
    }
}

fn is_drive(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':')
}

/// Names that Windows gives to devices, with any ending ("Naming Files, Paths, and Namespaces", Win32).
pub fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_uppercase();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        _ => {
            let numbered = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
            numbered.is_some_and(|n| {
                matches!(n, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
            })
        }
    }
}

/// A name for people: what cannot be shown is replaced, and it is not endless.
pub(crate) fn shown(name: &str) -> String {
    let safe = |c: char| if c.is_control() || turns_direction(c) { '\u{fffd}' } else { c };
    name.chars().take(200).map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::{NameFault, check, shown};

    #[test]
    fn names_of_archives_are_taken() {
        for name in
            ["json/bid.json", "data/messages.jsonl", "files/att_1-Été 2026 (1).pdf", "a/b/", "com10.txt", "console"]
        {
            assert_eq!(check(name, 100), Ok(()), "{name}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_not() {
        use NameFault::{Absolute, Character, Device, Dots, Empty, Ending, Invisible, TooLong};
        for (name, fault) in [
            ("", Empty),
            ("a//b", Empty),
            ("/etc/passwd", Absolute),
            ("\\\\server\\share", Absolute),
            ("C:\\x", Absolute),
            ("c:x", Absolute),
            ("../x", Dots),
            ("a/../../x", Dots),
            ("./x", Dots),
            ("a\\..\\x", Dots),
            ("a\\b", Character),
            ("x.txt:stream", Character),
            ("what?", Character),
            ("x\0.txt", Invisible),
            ("x\n", Invisible),
            ("\u{202e}gpj.exe", Invisible),
            ("a/NUL", Device),
            ("con.json", Device),
            ("Com1.txt", Device),
            ("lpt³", Device),
            ("x.", Ending),
            ("x /y", Ending),
            ("01234567890123456789", TooLong),
        ] {
            assert_eq!(check(name, 19), Err(fault), "{name:?}");
        }
        assert_eq!(shown("a\u{202e}\0b"), "a\u{fffd}\u{fffd}b");
    }
}
