//! Names and types of files as people send them, made harmless.

use std::fmt::Write as _;

/// The type of what has none.
pub const ANY_TYPE: &str = "application/octet-stream";
/// The longest name, in characters.
pub const MAX_NAME: usize = 255;
/// The longest ending that is kept when a name is cut, in characters.
const MAX_ENDING: usize = 16;
const NAMELESS: &str = "fichier";

/// The last piece of a path, without control characters and without those that turn the direction of writing: what is
/// left is a name, shows as what it is, and is no longer than [`MAX_NAME`].
#[must_use]
pub fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let visible: String = last.chars().filter(|&c| !c.is_control() && !turns(c)).collect();
    let name = visible.trim().trim_end_matches(['.', ' ']);
    if name.is_empty() {
        return NAMELESS.to_owned();
    }
    if name.chars().count() <= MAX_NAME {
        return name.to_owned();
    }
    let ending = name.rfind('.').and_then(|dot| name.get(dot..)).filter(|end| end.chars().count() <= MAX_ENDING);
    let ending = ending.unwrap_or("");
    let stem = MAX_NAME - ending.chars().count();
    name.chars().take(stem).chain(ending.chars()).collect()
}

/// Characters that are not seen but change how others are: UAX #9, and separators of lines.
const fn turns(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

/// `type/subtype` of RFC 9110 §8.3.1 in lower case, without parameters; [`ANY_TYPE`] for nothing.
#[must_use]
pub fn media_type(text: &str) -> Option<String> {
    let text = text.split(';').next().unwrap_or("").trim();
    if text.is_empty() {
        return Some(ANY_TYPE.to_owned());
    }
    let token =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    let (kind, sub) = text.split_once('/')?;
    (text.len() <= 127 && token(kind) && token(sub)).then(|| text.to_ascii_lowercase())
}

/// `Content-Disposition` of RFC 6266: a plain name for old readers, and the real one as RFC 8187 has it.
#[must_use]
pub fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%') { c } else { '_' }).collect();
    let mut text = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{clean, disposition, media_type};

    #[test]
    fn names_are_the_last_piece_and_show_as_what_they_are() {
        for (sent, kept) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\nadia\\devis.pdf", "devis.pdf"),
            ("a\r\nX: y", "aX: y"),
            ("facture\u{202e}fdp.exe", "facturefdp.exe"),
            ("..", "fichier"),
            (".", "fichier"),
            ("/", "fichier"),
            ("\u{0}\u{7}", "fichier"),
            ("  été.txt  ", "été.txt"),
            ("<img src=x onerror=alert(1)>.svg", "<img src=x onerror=alert(1)>.svg"),
            ("CON. . .", "CON"),
        ] {
            assert_eq!(clean(sent), kept, "{sent:?}");
        }
        let long = format!("{}.tar.gz", "é".repeat(400));
        let cut = clean(&long);
        assert_eq!(cut.chars().count(), 255);
        assert!(cut.ends_with("é.gz"), "{cut}");
        assert_eq!(clean(&"x".repeat(300)).len(), 255);
    }

    #[test]
    fn types_are_tokens() {
        for (sent, kept) in [
            ("", Some("application/octet-stream")),
            ("Text/HTML; charset=utf-8", Some("text/html")),
            ("image/svg+xml", Some("image/svg+xml")),
            ("text", None),
            ("text/", None),
            ("text/html\r\nX: y", None),
            ("té/xt", None),
            ("a/b/c", None),
        ] {
            assert_eq!(media_type(sent).as_deref(), kept, "{sent:?}");
        }
        assert_eq!(media_type(&format!("a/{}", "b".repeat(126))), None);
    }

    #[test]
    fn a_disposition_is_plain_ascii_that_cannot_be_broken_out_of() {
        assert_eq!(disposition("a.pdf"), "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf");
        assert_eq!(
            disposition("été \"50%\".pdf"),
            "attachment; filename=\"_t_ _50__.pdf\"; filename*=UTF-8''%C3%A9t%C3%A9%20%2250%25%22.pdf"
        );
        assert!(disposition("x;y=\\\u{202e}\n").bytes().all(|b| (b' '..=b'~').contains(&b)));
    }
}
