//! Pipelines, warehouses and dashboards.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "data",
    hourly: (48, 85),
    fixed: (2_000, 34_000),
    objets: &[
        "le pilotage de l'activité",
        "le suivi des ventes",
        "la prévision des stocks",
        "le suivi de la qualité",
        "l'entrepôt de données",
        "le suivi de la trésorerie",
        "le référentiel des clients",
        "le suivi des délais",
        "l'analyse des réclamations",
        "le bilan carbone",
    ],
    tracks: &[
        Track {
            role: "[ingénieur de données|ingénieure ou ingénieur de données|data engineer]",
            english: "Data engineer",
            core: &["data-engineering", "python", "sql"],
            extra: &["airflow", "dbt", "spark", "snowflake", "postgresql", "kafka"],
            titles: &[
                "Chaînes de données pour {objet} (Airflow, dbt)",
                "Entrepôt de données à [bâtir|remettre d'aplomb] pour {un_secteur}",
                "Ingénieur de données : {objet_nu}",
                "Qualité des données et contrôles pour {objet} {a_ville}",
            ],
            why: &[
                "Les chaînes s'arrêtent en silence, et nous découvrons les trous le lundi matin.",
                "Trois services calculent le même indicateur et trouvent trois résultats.",
                "L'historique des fichiers reçus n'est pas conservé, ce qui interdit tout recalcul.",
            ],
            tasks: &[
                "Reprendre les chaînes Airflow, avec alertes et reprise automatique",
                "Modéliser les tables avec dbt et documenter chaque colonne",
                "Ajouter des contrôles de fraîcheur, d'unicité et de cohérence",
                "Charger l'historique et rapprocher les totaux avec la comptabilité",
                "Réduire le coût des requêtes les plus lourdes",
                "Pseudonymiser les données personnelles dès l'entrée",
            ],
            stack: &[
                "Airflow, dbt et PostgreSQL ; une partie des sources arrive encore par courriel.",
                "Près de {n} sources, dont {petit} vraiment critiques.",
            ],
        },
        Track {
            role: "[développeur Power BI|consultante ou consultant Power BI|analyste de données]",
            english: "BI developer",
            core: &["power-bi", "sql"],
            extra: &["sql-server", "metabase", "snowflake", "business-analysis", "azure"],
            titles: &[
                "Tableaux de bord Power BI pour {objet}",
                "[Remise en ordre|Tri et refonte] de {n} rapports Power BI, {un_secteur}",
                "De tableurs à Power BI : {objet_nu} {a_ville}",
                "Metabase : indicateurs en libre-service pour {objet}",
            ],
            why: &[
                "Le comité de direction reçoit un tableur de {n} onglets que personne n'ose modifier.",
                "Les rapports Power BI mettent plusieurs minutes à s'ouvrir.",
            ],
            tasks: &[
                "Recueillir les besoins auprès de {petit} services",
                "Construire un modèle en étoile et des mesures DAX lisibles",
                "Gérer les droits par région et par métier",
                "Planifier les rafraîchissements et prévenir en cas d'échec",
                "Supprimer les rapports en double, avec l'accord de leurs lecteurs",
            ],
            stack: &[
                "SQL Server et Power BI, licences déjà acquises.",
                "Les sources : le progiciel de gestion, la paie et {petit} tableurs.",
            ],
        },
        Track {
            role: "[administrateur de bases de données|experte ou expert PostgreSQL|DBA PostgreSQL]",
            english: "Database administrator",
            core: &["postgresql", "sql"],
            extra: &["oracle", "mysql", "sql-server", "linux", "backup"],
            titles: &[
                "D'Oracle à PostgreSQL : {objet_nu}",
                "Audit et réglage PostgreSQL pour {un_secteur} {a_ville}",
                "Requêtes lentes : PostgreSQL à optimiser pour {objet}",
                "Sauvegarde et bascule PostgreSQL {a_ville} : {objet_nu}",
            ],
            why: &[
                "Les licences Oracle pèsent trop lourd dans notre budget.",
                "Les sauvegardes existent, mais personne n'a jamais testé une restauration complète.",
            ],
            tasks: &[
                "Analyser les requêtes lentes et proposer des index justifiés",
                "Convertir les procédures PL/SQL en PL/pgSQL",
                "Mettre en place la réplication et répéter la bascule",
                "Partitionner les tables de plus de {n} millions de lignes",
                "Tester une restauration complète, chronomètre en main",
            ],
            stack: &[
                "PostgreSQL 13 sur machines virtuelles, supervision partielle.",
                "La base principale occupe environ {n}0 Go.",
            ],
        },
        Track {
            role: "[géomaticien|géomaticienne ou géomaticien|développeur SIG]",
            english: "GIS developer",
            core: &["geomatics", "postgresql"],
            extra: &["python", "sql", "javascript", "pandas", "vue"],
            titles: &[
                "Cartographie web et SIG pour {un_secteur} {a_ville}",
                "PostGIS et QGIS : données de terrain à structurer, {un_secteur}",
                "Géomaticien pour {objet}, {un_secteur}",
            ],
            why: &[
                "Les couches circulent sur clés USB, sans projection ni date fiables.",
                "La carte en ligne met {dizaine} secondes à s'afficher.",
            ],
            tasks: &[
                "Rassembler les couches dans PostGIS et corriger les géométries",
                "Publier des tuiles vectorielles rapides",
                "Écrire un modèle de projet QGIS commun à toutes les équipes",
                "Géocoder {gros} adresses et traiter les rejets",
            ],
            stack: &[
                "QGIS sur les postes, PostGIS sur un serveur, rien de partagé entre les deux.",
                "Les fonds de carte publics suffisent à notre usage.",
            ],
        },
    ],
    why: &[
        "Les chiffres arrivent avec {petit} jours de retard sur le terrain.",
        "Chaque clôture mensuelle mobilise deux personnes pendant une semaine.",
        "Plus personne ne sait d'où viennent certains indicateurs.",
    ],
    tasks: &[
        "Rédiger un dictionnaire des données compréhensible par les métiers",
        "Former {petit} référents à l'outil",
        "Estimer le coût de fonctionnement mensuel",
    ],
    deliver: &[
        "Le dictionnaire des données, validé par les métiers",
        "Les chaînes en production et leurs alertes",
        "Un rapprochement des totaux sur douze mois",
    ],
    limits: &[
        "Les données de paie sont exclues du périmètre.",
        "L'hébergement reste en France, chez notre prestataire actuel.",
        "Le délégué à la protection des données valide chaque nouvelle source.",
    ],
    ask: &[
        "Racontez un cas où les chiffres ne tombaient pas juste et la façon dont vous avez tranché.",
        "Dites comment vous testez une chaîne de données.",
    ],
    english: English {
        objects: &["data warehouse", "sales reporting", "customer master data", "stock forecast"],
        why: &[
            "Three departments compute the same indicator and get three results.",
            "Pipelines fail silently and we only notice on Monday morning.",
            "Monthly closing keeps two people busy for a week.",
        ],
        tasks: &[
            "Rebuild the pipelines with alerts and automatic retries",
            "Model the tables and document every column",
            "Add freshness and consistency checks",
            "Load the history and reconcile totals with accounting",
            "Train two colleagues to take over",
        ],
    },
};
