//! The forms a row can take: JSON, CSV that no spreadsheet executes, and HTML that no browser does.

use std::collections::HashSet;

use serde_json::Value;

use crate::html::escaped;

/// A form of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An array of objects.
    Json,
    /// RFC 4180, one column per member; members of members by `outer.inner`.
    Csv,
    /// A page to be read offline.
    Html,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Json, Self::Csv, Self::Html];

    /// Its name on the wire, and the ending of its files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Html => "html",
        }
    }

    /// From its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }
}

/// A cell: what a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection).
#[must_use]
pub fn cell(text: &str) -> String {
    let safe = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if safe.contains(['"', ',', '\n', '\r', '\'']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

/// Members by dotted path; lists stay JSON.
#[must_use]
pub fn flat(value: &Value) -> Vec<(String, String)> {
    fn walk(value: &Value, path: &str, out: &mut Vec<(String, String)>) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (name, inner) in members {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    walk(inner, &path, out);
                }
            }
            Value::String(text) => out.push((path.to_owned(), text.clone())),
            Value::Null => out.push((path.to_owned(), String::new())),
            other => out.push((path.to_owned(), other.to_string())),
        }
    }
    let mut out = Vec::new();
    walk(value, "", &mut out);
    out
}

/// The columns of a table that is being looked through.
#[derive(Debug, Default)]
pub struct Columns {
    order: Vec<String>,
    known: HashSet<String>,
}

impl Columns {
    /// Adds those of `row` that are new.
    pub fn meet(&mut self, row: &Value) {
        for (name, _) in flat(row) {
            if self.known.insert(name.clone()) {
                self.order.push(name);
            }
        }
    }

    fn head(&self) -> String {
        let cells: Vec<String> = self.order.iter().map(|name| cell(name)).collect();
        format!("{}\r\n", cells.join(","))
    }

    fn line(&self, row: &Value) -> String {
        let members = flat(row);
        let value = |name: &String| members.iter().find(|(of, _)| of == name).map_or("", |(_, text)| text.as_str());
        let cells: Vec<String> = self.order.iter().map(|name| cell(value(name))).collect();
        format!("{}\r\n", cells.join(","))
    }
}

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
    article{border-top:1px solid #888;padding:.5rem 0}dl{display:grid;grid-template-columns:14rem 1fr;gap:.2rem 1rem;\
    margin:0}dt{color:#555}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}\
    table{border-collapse:collapse}td,th{text-align:start;padding:.2rem .8rem;border-bottom:1px solid #ccc}";

/// The beginning of a page; nothing is fetched and nothing runs.
#[must_use]
pub fn page_head(title: &str, french: bool) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>\n",
        if french { "fr" } else { "en" },
        title = escaped(title),
    )
}

/// The end of a page.
pub const PAGE_TAIL: &str = "</body></html>\n";

/// How one file of rows is written.
#[derive(Debug)]
pub struct Document<'d> {
    /// In which form.
    pub form: Form,
    /// What it is called.
    pub title: &'d str,
    /// The language of the page.
    pub french: bool,
    /// Every column.
    pub columns: &'d Columns,
}

impl Document<'_> {
    /// What comes before the rows.
    #[must_use]
    pub fn head(&self) -> String {
        match self.form {
            Form::Json => "[\n".to_owned(),
            Form::Csv => self.columns.head(),
            Form::Html => page_head(self.title, self.french),
        }
    }

    /// A row, the first of its file or not.
    #[must_use]
    pub fn row(&self, row: &Value, first: bool) -> String {
        match self.form {
            Form::Json => format!("{}{row}", if first { "" } else { ",\n" }),
            Form::Csv => self.columns.line(row),
            Form::Html => {
                let pairs: String = flat(row)
                    .into_iter()
                    .filter(|(_, text)| !text.is_empty())
                    .map(|(name, text)| format!("<dt>{}</dt><dd>{}</dd>", escaped(&name), escaped(&text)))
                    .collect();
                format!("<article><dl>{pairs}</dl></article>\n")
            }
        }
    }

    /// What comes after the rows.
    #[must_use]
    pub const fn tail(&self) -> &'static str {
        match self.form {
            Form::Json => "\n]\n",
            Form::Csv => "",
            Form::Html => PAGE_TAIL,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Columns, Document, Form, cell};

    #[test]
    fn no_cell_is_a_formula() {
        for (text, written) in [
            ("=1+1", "\"'=1+1\""),
            ("+33 6", "\"'+33 6\""),
            ("-cmd", "\"'-cmd\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\tx", "\"'\tx\""),
            ("\rx", "\"'\rx\""),
            ("-12.5", "\"'-12.5\""),
            ("12.5", "12.5"),
            ("a,b", "\"a,b\""),
            ("dit \"oui\"", "\"dit \"\"oui\"\"\""),
            ("été", "été"),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
    }

    #[test]
    fn rows_are_written_in_every_form_without_markup_of_theirs() {
        let row = json!({"id": "x", "amount": {"minor": 5}, "tags": ["a"], "text": "<script>alert('1')</script>"});
        let mut columns = Columns::default();
        columns.meet(&row);
        let write = |form| {
            let document = Document { form, title: "<b>", french: true, columns: &columns };
            format!("{}{}{}", document.head(), document.row(&row, true), document.tail())
        };
        let html = write(Form::Html);
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script") && !html.contains("<b>"), "{html}");
        let csv = write(Form::Csv);
        assert!(csv.starts_with("amount.minor,id,tags,text\r\n5,x,"), "{csv}");
        let json: serde_json::Value = serde_json::from_str(&write(Form::Json)).unwrap_or_default();
        assert_eq!(json, json!([row]));
    }
}
