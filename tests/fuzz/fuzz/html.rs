//! Briefs and messages of others: nothing but the listed elements and attributes comes out, whatever goes in.

use presta_engine::{brief_html, message_html};

use crate::report;

const WORDS: fuzz::Dictionary = &[
    "<script>",
    "</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "javascript:alert(1)",
    "<a href=",
    "data:text/html,",
    "\"",
    "'",
    ">",
    "<",
    "/",
    "&lt;",
    "&#x3c;",
    "&#0;",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<math>",
    "<style>",
    "<template>",
    "<noscript>",
    "<iframe srcdoc=",
    "<table><td align=",
    "[x](",
    ")",
    "![",
    "\n\n",
    "> ",
    "- ",
    "| a | b |\n|---|---|\n",
    "```",
    "`",
    "**",
    "~~",
    "https://",
    "mailto:",
    "\u{0}",
    "\u{feff}",
    "<p title=",
    "<b ",
];
const TAGS: &[&str] = &[
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

#[test]
fn markup_of_others_can_do_nothing() {
    let corpus = fuzz::folder("html").unwrap();
    let mutation = |corpus: &[Vec<u8>], draw: &mut fuzz::Draw| fuzz::bytes(corpus, WORDS, draw);
    let inputs = fuzz::run("html", &corpus, &mutation, |input| {
        let text = String::from_utf8_lossy(input);
        for html in [brief_html(&text), message_html(&text)] {
            harmless(&html);
        }
    });
    report("html", inputs);
}

/// Reads the tags of serialised HTML: a `<` in text and a quote in an attribute are always escaped there.
fn harmless(html: &str) {
    for piece in html.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').unwrap_or_else(|| panic!("a tag without an end: {piece:?} in {html:?}"));
        let tag = tag.strip_prefix('/').unwrap_or(tag);
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(TAGS.contains(&name), "<{name}> in {html:?}");
        let mut rest = attributes.trim();
        while !rest.is_empty() {
            let (attribute, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("{rest:?} in {html:?}"));
            let (value, after) = after.split_once('"').unwrap_or_else(|| panic!("{after:?} in {html:?}"));
            let value = value.to_ascii_lowercase();
            let allowed = match (name, attribute) {
                ("a", "href") => value.starts_with("https:") || value.starts_with("mailto:"),
                ("a", "rel") => value == "noopener noreferrer nofollow",
                ("td", "align") => true,
                _ => false,
            };
            assert!(allowed, "{attribute}={value:?} of <{name}> in {html:?}");
            rest = after.trim();
        }
    }
}
