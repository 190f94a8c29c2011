//! Texts of others as HTML that can do nothing: Markdown through comrak, then everything not listed here is removed.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use ammonia::{Builder, UrlRelative};
use comrak::Options;

/// Characters of a text that are shown; the rest is cut, so that one text cannot freeze the window.
const LONGEST: usize = 100_000;
/// Elements within elements of a brief; one that goes deeper is shown as it was typed, since reading it would take
/// time that grows with the square of its depth.
const DEEPEST: usize = 200;

const BRIEF_TAGS: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];
const MESSAGE_TAGS: &[&str] = &["a", "br", "p"];

/// A project's brief: Markdown with inline HTML, both sanitised. No images, no styles, no ids, no scripts.
pub fn brief_html(markdown: &str) -> String {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.render.r#unsafe = true;
    options.render.hardbreaks = true;
    let html = comrak::markdown_to_html(shorten(markdown), &options);
    if depth(&html) > DEEPEST {
        return message_html(markdown);
    }
    // The page has its own h1 and h2.
    let html = html.replace("<h2>", "<h4>").replace("</h2>", "</h4>").replace("<h1>", "<h3>").replace("</h1>", "</h3>");
    cleaner(&BRIEF, BRIEF_TAGS).clean(&html).to_string()
}

/// A message: plain text in which links can be clicked. Markup is shown as it was typed.
pub fn message_html(text: &str) -> String {
    let mut out = String::new();
    for (index, line) in shorten(text).split('\n').enumerate() {
        if index > 0 {
            out.push_str("<br>");
        }
        for (position, word) in line.split(' ').enumerate() {
            if position > 0 {
                out.push(' ');
            }
            push_word(&mut out, word);
        }
    }
    cleaner(&MESSAGE, MESSAGE_TAGS).clean(&out).to_string()
}

static BRIEF: OnceLock<Builder<'static>> = OnceLock::new();
static MESSAGE: OnceLock<Builder<'static>> = OnceLock::new();

fn cleaner(cell: &'static OnceLock<Builder<'static>>, tags: &'static [&'static str]) -> &'static Builder<'static> {
    cell.get_or_init(|| {
        let mut builder = Builder::empty();
        builder
            .tags(tags.iter().copied().collect())
            .clean_content_tags(HashSet::from(["script", "style", "svg", "math", "template", "iframe", "noscript"]))
            // By default `title` and `lang` may be anywhere.
            .generic_attributes(HashSet::new())
            .tag_attributes(HashMap::from([("a", HashSet::from(["href"])), ("td", HashSet::from(["align"]))]))
            .url_schemes(HashSet::from(["https", "mailto"]))
            // Relative to the window they would lead nowhere, and `//host` to wherever its author wants.
            .url_relative(UrlRelative::Deny)
            .link_rel(Some("noopener noreferrer nofollow"));
        builder
    })
}

/// How many elements are open at once, at most; one that is never closed counts as open to the end.
fn depth(html: &str) -> usize {
    let (mut open, mut deepest) = (0usize, 0);
    for tag in html.split('<').skip(1) {
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).take(8).collect();
        if tag.starts_with('/') {
            open = open.saturating_sub(1);
        } else if !name.is_empty() && !matches!(name.as_str(), "br" | "hr" | "img" | "input" | "wbr") {
            open += 1;
            deepest = deepest.max(open);
        }
    }
    deepest
}

/// Writes a word, as a link when it is one.
fn push_word(out: &mut String, word: &str) {
    let trimmed = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '»', '"']);
    if trimmed.starts_with("https://") && crate::links::gate(trimmed).is_ok() {
        let rest = word.get(trimmed.len()..).unwrap_or_default();
        let link = escape(trimmed);
        out.push_str(&format!("<a href=\"{link}\">{link}</a>{}", escape(rest)));
    } else {
        out.push_str(&escape(word));
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn shorten(text: &str) -> &str {
    text.char_indices().nth(LONGEST).map_or(text, |(index, _)| text.get(..index).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{brief_html, message_html};

    #[test]
    fn nothing_has_attributes_but_links_and_cells() {
        let html = brief_html("<p title=\"Solde : 0 €\" lang=\"xx\" class=\"a\" id=\"b\" style=\"c\">x</p>");
        assert_eq!(html.trim(), "<p>x</p>");
    }

    #[test]
    fn a_link_that_names_no_scheme_is_no_link() {
        for markup in ["<a href=\"//example.org\">x</a>", "[x](/feed)", "<a href=\"\">x</a>", "[x](#top)"] {
            assert!(!brief_html(markup).contains("href"), "{markup}");
        }
    }

    #[test]
    fn a_brief_keeps_its_structure() {
        let html = brief_html("## Contexte\n\n- **un**\n- deux\n\nVoir https://example.org");
        assert!(html.contains("<h4>Contexte</h4>"), "{html}");
        assert!(html.contains("<strong>un</strong>"), "{html}");
        assert!(html.contains("<a href=\"https://example.org\" rel=\"noopener noreferrer nofollow\">"), "{html}");
    }

    #[test]
    fn hostile_html_is_inert() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg onload=alert(1)><a href=javascript:alert(1)>x</a></svg>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "[x](javascript:alert(1))",
            "<iframe srcdoc='<script>1</script>'></iframe>",
            "<math><mtext><style><img src=x onerror=alert(1)>",
            "<p style=\"position:fixed\" id=\"app\" onclick=\"x()\">t</p>",
            "<a href=\"file:///etc/passwd\">x</a><form action=x><input name=y></form>",
        ] {
            let html = brief_html(hostile).to_lowercase();
            for bad in [
                "<script",
                "<img",
                "<svg",
                "javascript:",
                "<iframe",
                "onerror",
                "onclick",
                "style=",
                "id=",
                "file:",
                "<form",
                "<input",
            ] {
                assert!(!html.contains(bad), "{hostile} -> {html}");
            }
            let html = message_html(hostile);
            assert!(!html.contains("<s") && !html.contains("<i"), "{hostile} -> {html}");
        }
    }

    #[test]
    fn a_message_is_shown_as_typed() {
        assert_eq!(message_html("1 < 2 & **x**\nok"), "1 &lt; 2 &amp; **x**<br>ok");
        let html = message_html("Voir https://example.org/a?b=1&c=2.");
        assert!(html.contains("href=\"https://example.org/a?b=1&amp;c=2\""), "{html}");
        assert!(html.ends_with("</a>."), "{html}");
        assert!(!message_html("http://example.org").contains("<a"));
    }

    #[test]
    fn a_huge_text_is_cut() {
        assert!(brief_html(&"a ".repeat(5_000_000)).len() < 300_000);
    }

    #[test]
    fn a_deep_text_is_shown_as_typed_in_a_moment() {
        for piece in ["> ", "<b>", "- ", "*a_", "[", "<div><p>", "<table>", "<a href='https://x.fr'>"] {
            let started = std::time::Instant::now();
            let html = brief_html(&piece.repeat(50_000));
            assert!(!html.is_empty());
            assert!(started.elapsed().as_secs() < 5, "{piece}: {:?}", started.elapsed());
        }
        let nested = format!("{}fin", "> ".repeat(20));
        assert!(brief_html(&nested).contains("<blockquote>"));
    }
}
