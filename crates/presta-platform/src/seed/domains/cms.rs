//! Websites and content management.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "cms",
    hourly: (35, 60),
    fixed: (500, 13_000),
    objets: &[
        "le site institutionnel",
        "le site vitrine",
        "l'intranet",
        "le site de recrutement",
        "le site d'événements",
        "le blog professionnel",
        "le centre d'aide en ligne",
        "le site multilingue",
    ],
    tracks: &[
        Track {
            role: "[développeur WordPress|développeuse ou développeur WordPress|intégrateur WordPress]",
            english: "WordPress developer",
            core: &["wordpress", "php"],
            extra: &["seo", "html-css", "accessibility", "mysql", "web-analytics"],
            titles: &[
                "[Refonte|Reprise|Remise à neuf] WordPress : {objet_nu} pour {un_secteur}",
                "Site WordPress piraté : nettoyage et sécurisation {a_ville}",
                "Thème WordPress sur mesure pour {objet}",
                "[Accélération|Optimisation] WordPress {de_objet} ({un_secteur})",
                "Maintenance WordPress {de_objet} pendant {duree}",
            ],
            why: &[
                "Le thème acheté il y a {petit} ans n'est plus mis à jour, et le constructeur de pages alourdit tout.",
                "Le site a été piraté le mois dernier ; une restauration a suffi, mais la cause n'est pas connue.",
                "Plus de {n} extensions sont installées, dont la moitié ne sert plus.",
            ],
            tasks: &[
                "Développer un thème léger, compatible avec l'éditeur de blocs",
                "Retirer les extensions inutiles et remplacer celles qui posent problème",
                "Nettoyer les fichiers infectés et durcir l'installation",
                "Mettre en cache les pages et redimensionner les images",
                "Former {petit} rédacteurs à la mise à jour des contenus",
                "Reprendre les redirections pour ne pas perdre le référencement",
            ],
            stack: &[
                "WordPress 6, PHP 8.1 et un hébergement mutualisé que nous pouvons changer.",
                "Un constructeur de pages, une extension de formulaires et une autre de traduction sont en place.",
            ],
        },
        Track {
            role: "[développeur Drupal|développeuse ou développeur Drupal|expert Drupal]",
            english: "Drupal developer",
            core: &["drupal", "php"],
            extra: &["symfony", "accessibility", "elasticsearch", "html-css", "docker"],
            titles: &[
                "Migration de Drupal [7 vers 11|9 vers 11|7 vers 10] : {objet_nu}",
                "Développeur Drupal pour {objet}",
                "Drupal : mise en conformité RGAA {de_objet} {a_ville}",
                "Usine à sites Drupal pour {un_secteur}",
            ],
            why: &[
                "Drupal 7 n'est plus maintenu, et notre hébergeur nous demande de partir.",
                "Les contributeurs se perdent dans {n} types de contenus, créés au fil des demandes.",
            ],
            tasks: &[
                "Écrire les scripts de migration des contenus et des médias",
                "Réduire le nombre de types de contenus et de vues",
                "Refaire le flux de relecture et de publication",
                "Brancher la recherche sur un moteur dédié",
                "Livrer un thème accessible fondé sur nos maquettes",
            ],
            stack: &[
                "Drupal, MariaDB et Varnish ; configuration versionnée en partie seulement.",
                "Près de {gros} contenus à reprendre, en deux langues.",
            ],
        },
        Track {
            role: "[intégrateur web|développeuse ou développeur web|créateur de sites web]",
            english: "Website builder",
            core: &["html-css", "javascript"],
            extra: &["seo", "wordpress", "figma", "web-analytics", "accessibility"],
            titles: &[
                "Création {de_objet} pour {un_secteur} {a_ville}",
                "Site statique [sobre|éco-conçu] pour {un_secteur}",
                "Référencement et contenus : {objet_nu}, {un_secteur}",
                "{Objet} à refaire sans outil propriétaire, {a_ville}",
            ],
            why: &[
                "Notre site ne s'affiche pas correctement sur téléphone et n'apporte presque aucun contact.",
                "L'ancien site dépend d'un service propriétaire dont le prix a doublé.",
            ],
            tasks: &[
                "Proposer une arborescence simple, d'une quinzaine de pages",
                "Intégrer les pages à partir de la charte existante",
                "Installer une mesure d'audience respectueuse de la vie privée",
                "Rédiger les balises et les textes de remplacement des images",
                "Mettre en place un formulaire de contact sans publicité ni traceur",
            ],
            stack: &[
                "Rien n'est imposé : un générateur de site statique nous conviendrait très bien.",
                "Les photos et les textes sont prêts à {n} %.",
            ],
        },
    ],
    why: &[
        "La dernière mise à jour remonte à plus de deux ans.",
        "Notre équipe de communication doit passer par un prestataire pour changer la moindre image.",
        "La page d'accueil pèse plus de {petit} mégaoctets.",
    ],
    tasks: &[
        "Mettre en ligne sans coupure, avec un retour arrière prévu",
        "Mettre les mentions légales et le bandeau de consentement en conformité",
        "Sauvegarder le site chaque nuit hors de l'hébergement",
        "Écrire un guide illustré pour les rédacteurs",
    ],
    deliver: &[
        "Le site en ligne, à notre nom, avec tous les accès",
        "Un guide de contribution d'une dizaine de pages",
        "La liste des redirections mises en place",
    ],
    limits: &[
        "Le site doit rester conforme au RGPD sans outil payant de consentement.",
        "Les polices et les images doivent être libres de droits ou achetées à notre nom.",
        "La charte graphique est fixée et ne sera pas revue.",
    ],
    ask: &[
        "Envoyez l'adresse de deux ou trois sites comparables encore en ligne.",
        "Précisez le prix d'une maintenance mensuelle après la livraison.",
    ],
    english: English {
        objects: &["company website", "recruitment site", "online help centre", "multilingual site"],
        why: &[
            "The theme is no longer maintained and pages take far too long to load.",
            "The site was hacked last month and we never found out how.",
            "Our editors cannot change a picture without calling a contractor.",
        ],
        tasks: &[
            "Remove unused plugins and replace the risky ones",
            "Build a light, accessible theme from our guidelines",
            "Keep the existing addresses with proper redirects",
            "Train our editors in two short sessions",
            "Set up nightly backups away from the host",
        ],
    },
};
