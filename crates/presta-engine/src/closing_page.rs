//! What the browser shows when a sign-in is over.

use presta_api::ClosingPages;

use crate::Locale;

/// The pages in the person's language; self-contained, without script.
pub(crate) fn pages(locale: Locale) -> ClosingPages {
    let (done, back, failed, again) = match locale {
        Locale::Fr => (
            "Vous êtes connecté",
            "Vous pouvez fermer cette page et revenir à l’application Prestataires.",
            "La connexion n’a pas abouti",
            "Fermez cette page, revenez à l’application et recommencez. Rien n’a été perdu.",
        ),
        Locale::En => (
            "You are signed in",
            "You can close this page and go back to the Prestataires app.",
            "Signing in did not work",
            "Close this page, go back to the app and try again. Nothing was lost.",
        ),
    };
    ClosingPages { success_html: page(locale, "✓", done, back), failure_html: page(locale, "!", failed, again) }
}

fn page(locale: Locale, sign: &str, title: &str, text: &str) -> String {
    format!(
        "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\"><title>{title} – Prestataires</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
         <style>body{{font:16px/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:0;\
         background:light-dark(#f7f8f8,#14181a);color:light-dark(#172024,#e8ecee)}}main{{max-width:26rem;\
         padding:2rem;text-align:center}}p:first-child{{font-size:2rem;width:4rem;line-height:4rem;border-radius:50%;\
         margin:0 auto 1rem;background:light-dark(#d9edf0,#12343b);color:light-dark(#0b5563,#8fd3e0)}}\
         h1{{font-size:1.4rem;margin:0 0 .5rem}}</style>\
         <main><p aria-hidden=\"true\">{sign}</p><h1>{title}</h1><p>{text}</p></main></html>",
        lang = locale.tag(),
    )
}
