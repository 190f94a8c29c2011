//! Audits, compliance and defence.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "security",
    hourly: (60, 110),
    fixed: (2_500, 28_000),
    objets: &[],
    tracks: &[
        Track {
            role: "[auditeur en sécurité|auditrice ou auditeur en sécurité|expert en tests d'intrusion]",
            english: "Penetration tester",
            core: &["pentest"],
            extra: &["linux", "rest-api", "active-directory", "iam", "networking"],
            titles: &[
                "Test d'intrusion {de_objet}",
                "Audit de sécurité applicative : {objet_nu}",
                "Test d'intrusion interne et Active Directory {a_ville} ({un_secteur})",
                "Revue de code orientée sécurité : {objet_nu}",
            ],
            why: &[
                "Un client nous demande un rapport de test d'intrusion de moins d'un an avant de signer.",
                "Un chercheur nous a signalé une faille de contrôle d'accès ; il y en a sûrement d'autres.",
                "L'application n'a jamais été auditée depuis sa mise en ligne.",
            ],
            tasks: &[
                "Mener un test en boîte grise sur l'application et son API",
                "Vérifier le cloisonnement entre les comptes clients",
                "Contrôler la gestion des sessions et des mots de passe",
                "Rejouer les tests après correction",
                "Présenter les résultats à la direction puis aux développeurs",
                "Examiner les dépendances et leurs failles connues",
            ],
            stack: &[
                "Application web, API REST et authentification OAuth ; un environnement dédié est prévu.",
                "Deux comptes de test par profil vous seront remis.",
            ],
        },
        Track {
            role: "[consultant ISO 27001|consultante ou consultant en conformité|responsable sécurité à temps partagé]",
            english: "Information security consultant",
            core: &["iso-27001", "rgpd"],
            extra: &["project-management", "change-management", "iam", "technical-writing", "backup"],
            titles: &[
                "Préparation ISO 27001 pour {un_secteur} {a_ville}",
                "Mise en conformité NIS 2 : {un_secteur} {a_ville}",
                "RSSI à temps partagé pour {un_secteur}, {duree}",
                "Registre RGPD et analyse d'impact : {objet_nu}",
            ],
            why: &[
                "Nous entrons dans le champ de la directive NIS 2 et ne savons pas par où commencer.",
                "Les politiques existent sur le papier ; personne ne les applique.",
            ],
            tasks: &[
                "Mener l'analyse de risques selon EBIOS RM",
                "Écrire des politiques courtes et applicables",
                "Tenir le registre des traitements et les analyses d'impact",
                "Préparer l'audit à blanc",
                "Sensibiliser les équipes par des ateliers d'une heure",
            ],
            stack: &[
                "Un annuaire, une suite bureautique en ligne et une dizaine d'applications métier.",
                "Un premier état des lieux de {n} pages existe déjà.",
            ],
        },
        Track {
            role: "[analyste SOC|analyste en détection d'incidents|expert SIEM]",
            english: "SOC analyst",
            core: &["soc-siem"],
            extra: &["elasticsearch", "linux", "windows-server", "python", "firewall", "microsoft-365"],
            titles: &[
                "SIEM : règles de détection pour {un_secteur} {a_ville}",
                "Analyste SOC en renfort {a_ville}, {duree}",
                "Réponse à incident et remise en route pour {un_secteur}",
                "Journalisation et détection autour {de_objet}",
            ],
            why: &[
                "Nous avons subi un début de rançongiciel, contenu de justesse.",
                "Le SIEM reçoit tout et n'alerte sur rien d'utile.",
            ],
            tasks: &[
                "Trier les sources de journaux et supprimer le bruit",
                "Écrire des règles de détection et les tester par simulation",
                "Rédiger les fiches de réaction, de l'hameçonnage à la fuite de données",
                "Organiser un exercice de crise d'une demi-journée",
            ],
            stack: &[
                "Un SIEM fondé sur Elasticsearch, des sondes sur les postes et {petit} pare-feu.",
                "Environ {n}0 postes et une quarantaine de serveurs.",
            ],
        },
        Track {
            role: "[expert gestion des identités|consultante ou consultant IAM|ingénieur IAM]",
            english: "IAM engineer",
            core: &["iam"],
            extra: &["active-directory", "microsoft-365", "java", "linux", "rgpd"],
            titles: &[
                "Authentification unique et double facteur pour {objet}",
                "Gestion des identités (Keycloak) : {objet_nu}",
                "Revue des droits et des comptes dormants, {un_secteur} {a_ville}",
            ],
            why: &[
                "Chaque application a ses propres comptes, et les départs ne sont pas suivis.",
                "Notre assureur exige le double facteur d'ici six mois.",
            ],
            tasks: &[
                "Installer un fournisseur d'identité et y raccorder {petit} applications",
                "Mettre en place le double facteur avec clés matérielles",
                "Automatiser arrivées et départs à partir de la paie",
                "Supprimer les comptes partagés",
            ],
            stack: &[
                "Active Directory, Keycloak à l'essai et des applications de tous âges.",
                "Les applications récentes parlent OpenID Connect, les autres rien du tout.",
            ],
        },
    ],
    why: &[
        "Le conseil d'administration souhaite une vision claire des risques.",
        "Nous traitons des données sensibles et voulons un avis indépendant.",
    ],
    tasks: &[
        "Classer les constats par gravité et par effort de correction",
        "Accompagner les corrections pendant un mois",
        "Rédiger une synthèse de deux pages pour la direction",
    ],
    deliver: &[
        "Un rapport détaillé, avec preuves et corrections proposées",
        "Une synthèse lisible par un non-spécialiste",
        "Une attestation que nous pourrons remettre à nos clients",
    ],
    limits: &[
        "Aucun test de saturation sans accord écrit.",
        "Le rapport est chiffré et détruit chez vous après trois mois.",
        "La convention d'audit précisera les adresses et les horaires autorisés.",
    ],
    ask: &["Joignez un exemple de rapport anonymisé.", "Indiquez vos qualifications et la méthode suivie."],
    english: English {
        objects: &[],
        why: &[
            "A customer asks for a recent penetration test report before signing.",
            "A researcher reported an access control flaw, and there are surely others.",
            "Policies exist on paper and nobody follows them.",
        ],
        tasks: &[
            "Run a grey-box test of the application and its API",
            "Check the isolation between customer accounts",
            "Rank the findings by severity and effort",
            "Retest after the fixes",
            "Present the results to management, then to developers",
        ],
    },
};
