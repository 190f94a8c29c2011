//! Research, interface design and design systems.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "design",
    hourly: (42, 78),
    fixed: (1_200, 19_000),
    objets: &[],
    tracks: &[
        Track {
            role: "[designer UX|chercheuse ou chercheur en expérience utilisateur|UX designer]",
            english: "UX researcher",
            core: &["ux-research"],
            extra: &["figma", "accessibility", "business-analysis", "technical-writing"],
            titles: &[
                "Recherche utilisateur autour {de_objet}",
                "Tests d'utilisabilité {de_objet} avec de vrais {gens}",
                "Audit ergonomique {de_objet}",
                "UX designer pour {objet} {a_ville}",
            ],
            why: &[
                "Nous concevons sans jamais rencontrer nos {gens}, et cela se voit.",
                "Le parcours principal est abandonné par près de {n} % des personnes qui le commencent.",
            ],
            tasks: &[
                "Mener {dizaine} entretiens d'une heure avec nos {gens}",
                "Observer l'usage sur le terrain pendant deux jours",
                "Cartographier le parcours et ses points de friction",
                "Proposer des scénarios et les tester sur maquette cliquable",
                "Prioriser les améliorations avec l'équipe",
            ],
            stack: &[
                "Les statistiques d'usage et les verbatims du support vous seront fournis.",
                "Aucune étude n'a été menée depuis la mise en service.",
            ],
        },
        Track {
            role: "[designer d'interface|UI designer|designer produit]",
            english: "Product designer",
            core: &["ui-design", "figma"],
            extra: &["design-system", "html-css", "accessibility", "ux-research"],
            titles: &[
                "Maquettes Figma pour {objet}",
                "Refonte graphique {de_objet}",
                "[Designer produit|UI designer] : {n} écrans pour {objet}",
                "Version mobile {de_objet} : conception des écrans",
            ],
            why: &[
                "L'interface a été dessinée par des développeurs, au fil des demandes.",
                "Les écrans de saisie comptent parfois plus de {n} champs visibles d'un coup.",
            ],
            tasks: &[
                "Dessiner les écrans clés, avec leurs états vides, de chargement et d'erreur",
                "Proposer deux pistes graphiques argumentées",
                "Vérifier les contrastes et les tailles de cible",
                "Préparer les maquettes pour l'intégration, annotations comprises",
                "Suivre l'intégration et corriger les écarts",
            ],
            stack: &[
                "Figma, une charte existante et un front en composants.",
                "Les développeurs participent aux revues, une fois par semaine.",
            ],
        },
        Track {
            role: "[designer de design system|experte ou expert design system|lead designer]",
            english: "Design system designer",
            core: &["design-system", "figma"],
            extra: &["ui-design", "accessibility", "react", "technical-writing"],
            titles: &[
                "Design system pour {objet}",
                "Bibliothèque de composants à unifier : {objet_nu}",
                "Design system accessible pour {un_secteur} {a_ville}",
            ],
            why: &[
                "Nous avons compté {n} variantes de boutons dans nos interfaces.",
                "Les maquettes et le code ont divergé depuis {petit} ans.",
            ],
            tasks: &[
                "Faire l'inventaire des composants existants",
                "Définir les couleurs, espacements et tailles de texte communs",
                "Documenter chaque composant avec son usage et ses contre-exemples",
                "Aligner les noms entre Figma et le code",
                "Prévoir le mode sombre et les forts contrastes",
            ],
            stack: &[
                "Figma d'un côté, des composants React et Angular de l'autre.",
                "Deux équipes produit attendent ce socle.",
            ],
        },
    ],
    why: &[
        "Le support répond chaque semaine aux mêmes questions.",
        "Les nouveaux venus mettent plusieurs jours à se repérer dans l'outil.",
        "L'accessibilité n'a jamais été prise en compte.",
    ],
    tasks: &[
        "Présenter le travail à chaque étape, en une heure",
        "Inclure des personnes en situation de handicap dans les tests",
        "Rédiger les textes d'interface, courts et clairs",
    ],
    deliver: &[
        "Les fichiers sources, rangés et nommés",
        "Une synthèse illustrée des constats",
        "Un prototype cliquable des parcours principaux",
    ],
    limits: &[
        "La conception doit permettre une conformité RGAA complète.",
        "Le logo et les couleurs de la marque ne changent pas.",
        "Les enregistrements d'entretiens sont détruits après la synthèse.",
    ],
    ask: &[
        "Envoyez un portfolio qui montre aussi les pistes abandonnées.",
        "Expliquez comment vous travaillez avec des développeurs.",
    ],
    english: English {
        objects: &[],
        why: &[
            "We design without ever meeting the people who use our product.",
            "Support answers the same questions every week.",
            "Designs and code drifted apart years ago.",
        ],
        tasks: &[
            "Interview eight users for an hour each",
            "Map the main journey and its pain points",
            "Design the key screens with empty and error states",
            "Test a clickable prototype and report",
            "Prepare annotated designs for the developers",
        ],
    },
};
