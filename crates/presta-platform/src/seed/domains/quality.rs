//! Testing.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "quality",
    hourly: (38, 72),
    fixed: (1_000, 16_000),
    objets: &[],
    tracks: &[
        Track {
            role: "[ingénieur en automatisation de tests|automaticienne ou automaticien de tests|développeur de tests Playwright]",
            english: "Test automation engineer",
            core: &["playwright", "typescript"],
            extra: &["cypress", "selenium", "gitlab-ci", "rest-api", "functional-testing"],
            titles: &[
                "Tests automatisés Playwright pour {objet}",
                "De Selenium à Playwright : {objet_nu}",
                "[Tests instables|Tests de bout en bout] à fiabiliser : {objet_nu}",
                "Automatisation de la recette {de_objet}",
            ],
            why: &[
                "La recette manuelle mobilise {petit} personnes pendant une semaine avant chaque livraison.",
                "Un test sur cinq échoue sans raison, si bien que plus personne ne regarde les résultats.",
            ],
            tasks: &[
                "Choisir avec nous les {n} parcours à couvrir en premier",
                "Écrire des tests lisibles, indépendants et rapides",
                "Préparer des jeux de données remis à zéro à chaque exécution",
                "Brancher les tests sur la chaîne d'intégration, avec captures en cas d'échec",
                "Supprimer les attentes fixes et les tests redondants",
            ],
            stack: &[
                "Playwright et TypeScript souhaités ; une ancienne suite Selenium existe.",
                "L'application est web, avec une API REST documentée.",
            ],
        },
        Track {
            role: "[testeur fonctionnel|testeuse ou testeur fonctionnel|analyste de tests]",
            english: "Functional tester",
            core: &["functional-testing"],
            extra: &["business-analysis", "accessibility", "sql", "technical-writing", "cypress"],
            titles: &[
                "Recette fonctionnelle {de_objet}",
                "Testeuse ou testeur pour {objet} {a_ville}",
                "Cahier de tests et campagne de recette : {objet_nu}",
                "Tests d'accessibilité et de compatibilité {de_objet}",
            ],
            why: &[
                "Nos {gens} découvrent les anomalies avant nous.",
                "Le prestataire livre une version tous les mois, et nous n'avons pas le temps de la vérifier.",
            ],
            tasks: &[
                "Rédiger les cas de test à partir des règles de gestion",
                "Exécuter la campagne et consigner les écarts, preuves à l'appui",
                "Vérifier les corrections et tenir le tableau de bord",
                "Explorer librement l'application, une demi-journée par semaine",
            ],
            stack: &[
                "Le suivi des anomalies se fait dans GitLab ; un outil de gestion de tests peut être ajouté.",
                "Trois navigateurs et deux types de tablettes sont à couvrir.",
            ],
        },
        Track {
            role: "[ingénieur performance|ingénieure ou ingénieur performance|expert en tests de charge]",
            english: "Performance engineer",
            core: &["load-testing"],
            extra: &["prometheus", "java", "postgresql", "kubernetes", "python"],
            titles: &[
                "Tests de charge {de_objet} avant ouverture",
                "Montée en charge : {gros} {gens} attendus, {objet_nu}",
                "Ingénieur performance pour {objet}",
            ],
            why: &[
                "L'ouverture au public amènera dix fois le trafic actuel, en une matinée.",
                "Le site est tombé lors de la dernière campagne, sans que la cause soit établie.",
            ],
            tasks: &[
                "Établir un profil de charge réaliste à partir des journaux",
                "Écrire des scénarios k6 ou Gatling rejouables",
                "Trouver les points de rupture et les expliquer",
                "Vérifier le comportement pendant douze heures d'affilée",
            ],
            stack: &[
                "Un environnement à l'échelle un demi est disponible la nuit.",
                "Les mesures système sont déjà dans Grafana.",
            ],
        },
    ],
    why: &[
        "Les anomalies reviennent d'une version à l'autre.",
        "Nous n'avons pas de vision claire de ce qui est couvert.",
    ],
    tasks: &[
        "Définir une stratégie de tests tenant sur deux pages",
        "Former les développeurs à l'écriture des tests",
        "Suivre quelques indicateurs simples dans la durée",
        "Classer les anomalies existantes et fermer les doublons",
    ],
    deliver: &[
        "Une suite de tests qui tourne chaque nuit",
        "Un rapport de campagne avec les écarts classés",
        "Une stratégie de tests partagée",
    ],
    limits: &[
        "Les données de test ne doivent contenir aucune donnée réelle.",
        "La suite complète doit s'exécuter en moins de vingt minutes.",
    ],
    ask: &[
        "Dites-nous ce que vous ne testeriez pas, et pourquoi.",
        "Montrez un test dont la lecture se suffit à elle-même.",
    ],
    english: English {
        objects: &[],
        why: &[
            "Manual acceptance takes a full week before each release.",
            "One test in five fails at random, so nobody reads the results.",
            "Users find the defects before we do.",
        ],
        tasks: &[
            "Choose with us the journeys to cover first",
            "Write readable, independent and fast tests",
            "Reset the data before every run",
            "Plug the suite into the build pipeline",
            "Teach our developers to write such tests",
        ],
    },
};
