//! Makes one archive: every source is read once into a spool, and written from there in each form.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write as _},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::{
    forms::{self, Columns, Document, Form},
    parts::{self, Entry, Part, Parts},
    sources::{Reader, Source},
    words,
};
use crate::{
    app::App,
    html,
    problem::Problem,
    store::{
        attachments,
        exports::{self, Job},
        instant,
        projects::Viewer,
        users,
    },
};

/// A file is not begun in a part that has not so many bytes left.
const SMALL: u64 = 4_096;

/// Why an archive was not made.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Its owner does not want it any more.
    #[error("cancelled")]
    Cancelled,
    /// The server ends; it is made when it is back.
    #[error("the server ends")]
    Ending,
    /// The disk refused.
    #[error("writing the archive: {0}")]
    Disk(#[from] io::Error),
    /// The database refused.
    #[error("reading the data: {0}")]
    Data(#[from] Problem),
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// The parts.
    pub parts: Vec<Part>,
    /// Every file in them.
    pub entries: Vec<Entry>,
}

/// An archive being made, on a thread that may block.
struct Work<'w> {
    app: &'w App,
    runtime: &'w Handle,
    job: &'w Job,
    reader: Reader,
    french: bool,
    spool: PathBuf,
}

/// Makes the archive of `job` in `folder`; blocks.
///
/// # Errors
/// See [`Stop`].
pub fn make(app: &App, runtime: &Handle, job: &Job, folder: &Path) -> Result<Made, Stop> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let (n, now) = (job.user_n, app.now());
    let owner = runtime.block_on(app.read(move |sql| users::find(sql, n)))?;
    let viewer = Viewer { n, freelancer: owner.freelancer, quota_left: true, now };
    let reader = Reader { viewer, access: job.access, since: job.since };
    let french = owner.locale != "en";
    let about = job.clone();
    let covers = move |part: u32, own: &[Entry]| covers(&about, french, part, own);
    let work = Work { app, runtime, job, reader, french, spool: folder.join("spool.ndjson") };
    let mut parts = Parts::new(folder.to_owned(), parts::LIMIT, &covers);
    let wanted = |source: &Source| {
        (job.access || source.given())
            && (job.resources.is_empty() || job.resources.iter().any(|name| name == source.name()))
    };
    let sources: Vec<Source> = Source::all().filter(wanted).collect();
    for (i, &source) in sources.iter().enumerate() {
        let files = work.read(source)?;
        work.write(&mut parts, source, &files.columns)?;
        if source == Source::Attachment {
            work.copy(&mut parts, &files.attachments)?;
        }
        let percent = i64::try_from((i + 1) * 99 / sources.len()).unwrap_or(99);
        let noted = job.clone();
        runtime.block_on(app.write(move |tx| exports::progress(tx, &noted, percent)))?;
    }
    let (parts, entries) = parts.finish()?;
    fs::remove_file(&work.spool)?;
    Ok(Made { parts, entries })
}

/// What a source was found to have.
struct Found {
    columns: Columns,
    attachments: Vec<(i64, String)>,
}

impl Work<'_> {
    fn check(&self) -> Result<(), Stop> {
        if *self.app.ending.borrow() {
            return Err(Stop::Ending);
        }
        let job = self.job.clone();
        let wanted = self.runtime.block_on(self.app.read(move |sql| exports::wanted(sql, &job)))?;
        if wanted { Ok(()) } else { Err(Stop::Cancelled) }
    }

    /// Spools every row of `source`, one a line.
    fn read(&self, source: Source) -> Result<Found, Stop> {
        let mut spool = BufWriter::new(File::create(&self.spool)?);
        let mut found = Found { columns: Columns::default(), attachments: Vec::new() };
        let mut before = Some(i64::MAX);
        while let Some(from) = before {
            self.check()?;
            let reader = self.reader.clone();
            let batch = self.runtime.block_on(self.app.read(move |sql| reader.batch(sql, source, from)))?;
            for row in &batch.rows {
                found.columns.meet(row);
                writeln!(spool, "{row}")?;
            }
            if source == Source::Attachment {
                let kept = |row: &Value| {
                    let id = row.get("id").and_then(Value::as_str)?;
                    let n = crate::ids::Prefix::Attachment.parse(id)?;
                    let name = row.get("name").and_then(Value::as_str).unwrap_or("");
                    Some((n, format!("files/{id}-{}", plain(name))))
                };
                found.attachments.extend(batch.rows.iter().filter_map(kept));
            }
            before = batch.before;
        }
        spool.flush()?;
        Ok(found)
    }

    /// Writes what was spooled, in every form.
    fn write(&self, parts: &mut Parts<'_>, source: Source, columns: &Columns) -> Result<(), Stop> {
        let title = words::label(source.name(), self.french);
        for form in Form::ALL {
            if !self.job.formats.iter().any(|name| name == form.name()) {
                continue;
            }
            let document = Document { form, title, french: self.french, columns };
            let lines = BufReader::new(File::open(&self.spool)?).lines();
            write_document(parts, &document, source.name(), lines, |i| {
                if i % 1_000 == 999 { self.check() } else { Ok(()) }
            })?;
        }
        Ok(())
    }

    /// Copies the bytes of attachments; what is not on the disk any more has only its line in the list.
    fn copy(&self, parts: &mut Parts<'_>, attachments: &[(i64, String)]) -> Result<(), Stop> {
        let mut buffer = vec![0; 64 * 1024];
        for (n, path) in attachments {
            self.check()?;
            let mut file = match File::open(attachments::path(&self.app.files, *n)) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            };
            if parts.is_full(file.metadata()?.len()) {
                parts.close()?;
            }
            parts.begin(path)?;
            loop {
                let read = file.read(&mut buffer)?;
                if read == 0 {
                    break;
                }
                parts.write(buffer.get(..read).unwrap_or_default())?;
            }
            parts.end();
        }
        Ok(())
    }
}

/// Writes rows, one a line of JSON, as one file called `name`, or as several where a part is full; `check` hears of
/// each row and may stop it.
fn write_document(
    parts: &mut Parts<'_>,
    document: &Document<'_>,
    name: &str,
    lines: impl Iterator<Item = io::Result<String>>,
    check: impl Fn(usize) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let ending = document.form.name();
    let path = |segment: u32| match segment {
        1 => format!("{ending}/{name}.{ending}"),
        n => format!("{ending}/{name}-{n}.{ending}"),
    };
    let (mut segment, mut first) = (1, true);
    if parts.is_full(SMALL) {
        parts.close()?;
    }
    parts.begin(&path(segment))?;
    parts.write(document.head().as_bytes())?;
    for (i, line) in lines.enumerate() {
        check(i)?;
        let row: Value = serde_json::from_str(&line?).map_err(io::Error::from)?;
        let mut text = document.row(&row, first);
        if !first && parts.is_full(u64::try_from(text.len()).unwrap_or(0)) {
            parts.write(document.tail().as_bytes())?;
            parts.end();
            parts.close()?;
            segment += 1;
            parts.begin(&path(segment))?;
            parts.write(document.head().as_bytes())?;
            text = document.row(&row, true);
        }
        parts.write(text.as_bytes())?;
        first = false;
    }
    parts.write(document.tail().as_bytes())?;
    parts.end();
    Ok(())
}

/// A name that is one plain file name wherever it is unpacked.
fn plain(name: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    let mut name: String = name.chars().map(kept).take(100).collect();
    while name.contains("..") {
        name = name.replace("..", ".");
    }
    name.trim_matches('.').to_owned()
}

/// The index and the manifest of a part.
fn covers(job: &Job, french: bool, part: u32, own: &[Entry]) -> Vec<(String, String)> {
    let files: Vec<Value> =
        own.iter().map(|entry| json!({"path": entry.path, "size": entry.size, "sha256": entry.sha256})).collect();
    let profile = if job.access { "access" } else { "portability" };
    let manifest =
        json!({"part": part, "profile": profile, "asked_at": instant(job.created_at), "files": files}).to_string();
    let mut page = forms::page_head(words::title(job.access, french), french);
    page.push_str(&format!("<p>{} {part}</p>\n<table>\n", words::label("part", french)));
    for entry in own {
        let path = html::escaped(&entry.path);
        page.push_str(&format!(
            "<tr><td><a href=\"{path}\">{path}</a></td><td>{}</td><td><code>{}</code></td></tr>\n",
            entry.size, entry.sha256
        ));
    }
    page.push_str("</table>\n");
    page.push_str(forms::PAGE_TAIL);
    vec![("manifest.json".to_owned(), manifest), ("index.html".to_owned(), page)]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{
        super::parts::{Parts, path},
        Columns, Document, Form, plain, write_document,
    };

    #[test]
    fn a_list_that_is_too_long_for_a_part_goes_on_in_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let covers = |_: u32, _: &[super::Entry]| Vec::new();
        let mut parts = Parts::new(folder.path().to_owned(), 20_000, &covers);
        let rows: Vec<Value> = (0..100).map(|i| json!({"id": i, "text": "x".repeat(500)})).collect();
        let mut columns = Columns::default();
        columns.meet(&rows[0]);
        let document = Document { form: Form::Json, title: "", french: true, columns: &columns };
        let lines = rows.iter().map(|row| Ok(row.to_string()));
        write_document(&mut parts, &document, "bid", lines, |_| Ok(())).unwrap();
        let (done, entries) = parts.finish().unwrap();
        assert!(done.len() > 2 && done.len() == entries.len(), "{done:?}");
        let mut read = Vec::new();
        for entry in entries {
            assert!(entry.size < 20_000);
            let file = std::fs::File::open(path(folder.path(), entry.part)).unwrap();
            let mut zip = zip::ZipArchive::new(file).unwrap();
            let list: Vec<Value> = serde_json::from_reader(zip.by_name(&entry.path).unwrap()).unwrap();
            read.extend(list);
        }
        assert_eq!(read, rows);
    }

    #[test]
    fn a_name_stays_in_its_folder() {
        for name in ["../../etc/passwd", "..", "a/b", "C:\\x", "a\r\nb", "\u{202e}gpj.exe"] {
            let name = plain(name);
            assert!(!name.contains("..") && !name.contains(['/', '\\', ':', '\r', '\n', '\u{202e}']), "{name}");
        }
    }
}
