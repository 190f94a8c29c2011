//! What an archive says of itself.

/// The texts of an archive, by their names.
pub(super) const FILES: [(&str, &str); 2] = [("LISEZMOI.txt", FRENCH), ("README.txt", ENGLISH)];

const FRENCH: &str = "\
Prestataires : tout ce que cet ordinateur garde de votre compte
================================================================

data/*.jsonl    un fichier par sorte de données, une ligne JSON par élément (UTF-8)
files/*         les fichiers joints qui attendent de partir, tels que vous les avez joints : chacun sous son
                numéro (id), son nom est dans data/attachments.jsonl
manifest.json   date, compte, et pour chaque fichier : nombre de lignes, taille, SHA-256

Cette archive a été faite sur votre ordinateur, sans réseau : rien n’a été envoyé. Elle contient ce que
l’application avait en cache, vos brouillons et vos envois en attente compris. Ce que la plateforme garde de
plus se demande à la plateforme.

Elle n’est pas chiffrée. Gardez-la comme vous gardez vos papiers.

Vérifier un fichier :   sha256sum data/messages.jsonl
Lire un fichier :       jq . data/messages.jsonl
Les montants sont en centimes (amount_minor). Les temps sont en UTC : RFC 3339, ou millisecondes depuis 1970.
";

const ENGLISH: &str = "\
Prestataires: everything this computer holds of your account
============================================================

data/*.jsonl    one file for each kind of data, one JSON line for each item (UTF-8)
files/*         the attached files that wait to be sent, as you attached them: each under its number (id), its name
                is in data/attachments.jsonl
manifest.json   date, account, and for each file: number of lines, size, SHA-256

This archive was made on your computer, without the network: nothing was sent. It holds what the application had
in its cache, with your drafts and what waits to be sent. What the platform holds beyond that can be asked of the
platform.

It is not encrypted. Keep it as you keep your papers.

Check a file:   sha256sum data/messages.jsonl
Read a file:    jq . data/messages.jsonl
Amounts are in minor units (amount_minor). Times are in UTC: RFC 3339, or milliseconds since 1970.
";
