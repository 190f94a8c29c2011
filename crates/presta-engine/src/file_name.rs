//! Names of files that others chose, made harmless for a folder of the person's on any system.

use std::fs::OpenOptions;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use presta_archive::is_device;
use presta_model::is_unseen;

/// Longest name, in bytes: what goes around it still fits in the 255 of most file systems.
const LONGEST: usize = 180;
/// Longest ending that is kept when a name is cut, in bytes.
const LONGEST_ENDING: usize = 20;
/// Names beside the wanted one that are tried.
const BESIDE: u32 = 9_999;

/// `name` without folders, control characters, characters that are not seen, and what Windows forbids; neither hidden nor a
/// device, and never empty.
pub(crate) fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_unseen(*c))
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    let clean = clean.trim_start_matches(|c: char| c == '.' || c.is_whitespace());
    let clean = clean.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    let (stem, ending) = split(clean);
    let before = if is_device(clean) { "_" } else { "" };
    let stem = stem.get(..stem.floor_char_boundary(LONGEST - ending.len())).unwrap_or_default();
    let named = format!("{before}{}{ending}", stem.trim_end());
    if named.is_empty() { "file".to_owned() } else { named }
}

/// What a file is called until it is whole: by what it will be, so that nothing else goes on with it.
pub(crate) fn part(name: &str, sha256: &str) -> String {
    let digest: String = sha256.chars().filter(char::is_ascii_hexdigit).take(16).collect();
    format!("{name}.{digest}.part")
}

/// Gives the file `from` the name `name` in `folder`, or the first free one beside it: `devis (2).pdf`.
pub(crate) fn take(folder: &Path, name: &str, from: &Path) -> std::io::Result<PathBuf> {
    let (stem, ending) = split(name);
    for number in 1..=BESIDE {
        let tried = if number == 1 { name.to_owned() } else { format!("{stem} ({number}){ending}") };
        let path = folder.join(tried);
        // Made before it is replaced: a file that is there, or comes there meanwhile, is not written over. Never by a link: a
        // `.part` that a kill left beside it would be the person's own file, in which the next download writes.
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(_) => {
                let named = std::fs::rename(from, &path);
                if named.is_err() {
                    // Nothing was written in it.
                    let _ = std::fs::remove_file(&path);
                }
                return named.map(|()| path);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::from(ErrorKind::AlreadyExists))
}

/// A name and its ending, with the dot.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.').and_then(|dot| name.split_at_checked(dot)) {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= LONGEST_ENDING => (stem, ending),
        _ => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::{part, safe, take};

    #[test]
    fn a_name_is_a_name_in_the_folder_and_nothing_else() {
        for (name, is) in [
            ("devis.pdf", "devis.pdf"),
            ("../../.ssh/authorized_keys", "authorized_keys"),
            ("C:\\Windows\\win.ini", "win.ini"),
            (".bashrc", "bashrc"),
            ("..", "file"),
            ("", "file"),
            ("  . ", "file"),
            ("plan\u{202e}fdp.exe", "planfdp.exe"),
            ("a\u{0}b\nc.txt", "abc.txt"),
            ("why?<b>*.txt", "why__b__.txt"),
            ("con", "_con"),
            ("LPT1.txt", "_LPT1.txt"),
            ("con.tar.gz", "_con.tar.gz"),
            ("COM¹.txt", "_COM¹.txt"),
            ("comet.txt", "comet.txt"),
            ("nom. ", "nom"),
            ("été 2026.odt", "été 2026.odt"),
        ] {
            assert_eq!(safe(name), is, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_and_keeps_its_ending() {
        let long = safe(&format!("{}.tar.gz", "é".repeat(300)));
        assert!(long.len() <= 180 && long.ends_with(".gz"), "{long}");
        assert!(part(&long, &"ab".repeat(32)).len() < 240);
        assert_eq!(part("a", "../../etc"), "a.ec.part");
    }

    #[test]
    fn a_file_that_is_there_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = ["un", "deux", "trois"]
            .iter()
            .map(|text| {
                let from = folder.path().join("x.part");
                std::fs::write(&from, text).unwrap();
                let path = take(folder.path(), "devis.pdf", &from).unwrap();
                assert_eq!(std::fs::read_to_string(&path).unwrap(), *text);
                path.file_name().unwrap().to_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(names, ["devis.pdf", "devis (2).pdf", "devis (3).pdf"]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
        assert!(take(folder.path(), "autre.pdf", &folder.path().join("absent.part")).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "and one that fails leaves nothing");
    }
}
