//! Business software: SAP, Odoo, Salesforce and the like.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "erp",
    hourly: (55, 105),
    fixed: (3_000, 40_000),
    objets: &[
        "la gestion des achats",
        "la facturation",
        "la gestion des stocks",
        "la comptabilité analytique",
        "le suivi des commandes",
        "la gestion des notes de frais",
        "le recouvrement",
        "la gestion des contrats",
        "la planification de la production",
        "le suivi commercial",
    ],
    tracks: &[
        Track {
            role: "[développeur SAP ABAP|développeuse ou développeur ABAP|consultant technique SAP]",
            english: "SAP ABAP developer",
            core: &["sap-abap", "sap-s4hana"],
            extra: &["sap-fico", "sql", "rest-api", "functional-testing"],
            titles: &[
                "Développeur SAP ABAP pour {objet}",
                "Passage à S/4HANA : reprise des développements spécifiques, {objet_nu}",
                "Interfaces IDoc et OData pour {objet}",
                "[Formulaires|États] SAP à refaire pour {objet}",
            ],
            why: &[
                "Près de {n}0 programmes spécifiques doivent être revus avant le passage à S/4HANA.",
                "Les interfaces IDoc tombent en erreur chaque nuit et sont relancées à la main.",
                "Un programme de clôture met {petit} heures et bloque les utilisateurs.",
            ],
            tasks: &[
                "Analyser les spécifiques avec l'outil de contrôle ABAP et trier l'inutile",
                "Réécrire les accès aux tables en vues CDS",
                "Développer les extensions par BAdI plutôt que par modification",
                "Exposer des services OData pour l'application mobile",
                "Refaire les formulaires en Adobe Forms",
                "Accompagner les transports jusqu'en production",
            ],
            stack: &[
                "SAP ECC 6.0 aujourd'hui, S/4HANA en cours d'installation ; trois mandants.",
                "Le suivi des demandes passe par Solution Manager.",
            ],
        },
        Track {
            role: "[consultant SAP FI/CO|consultante ou consultant SAP FI/CO|consultant fonctionnel SAP]",
            english: "SAP FI/CO consultant",
            core: &["sap-fico", "sap-s4hana"],
            extra: &["business-analysis", "functional-testing", "change-management", "sap-abap"],
            titles: &[
                "Consultant SAP FI/CO pour {objet}",
                "Facture électronique dans SAP : {un_secteur} {a_ville}",
                "Nouvelle société à ouvrir dans SAP (FI/CO), {un_secteur} {a_ville}",
            ],
            why: &[
                "La réforme de la facture électronique impose de revoir nos flux clients et fournisseurs.",
                "Une société rachetée doit rejoindre notre plan comptable avant la clôture.",
            ],
            tasks: &[
                "Paramétrer la nouvelle société, les taxes et les schémas de paiement",
                "Animer les ateliers avec la comptabilité et le contrôle de gestion",
                "Écrire les cas de test et conduire la recette",
                "Préparer la reprise des soldes et des immobilisations",
            ],
            stack: &[
                "S/4HANA 2022, modules FI, CO et MM.",
                "L'équipe interne compte deux référents, présents à chaque atelier.",
            ],
        },
        Track {
            role: "[développeur Odoo|développeuse ou développeur Odoo|intégrateur Odoo]",
            english: "Odoo developer",
            core: &["odoo", "python"],
            extra: &["postgresql", "rest-api", "docker", "business-analysis", "sage"],
            titles: &[
                "Développeur Odoo pour {objet}",
                "Odoo [15 vers 18|16 vers 18] : migration et reprise des modules, {un_secteur}",
                "De Sage à Odoo : {objet_nu}",
                "Module Odoo sur mesure : {objet_nu} {a_ville}",
            ],
            why: &[
                "L'intégrateur a modifié le cœur d'Odoo, ce qui empêche toute montée de version.",
                "Les factures sont encore saisies deux fois, dans Sage puis dans un tableur.",
            ],
            tasks: &[
                "Sortir les modifications du cœur vers des modules séparés",
                "Migrer la base et vérifier les écritures",
                "Développer le module métier, avec ses droits et ses états",
                "Brancher la banque et la plateforme de facturation électronique",
                "Former les utilisateurs clés",
            ],
            stack: &[
                "Odoo Community, {dizaine} modules spécifiques, PostgreSQL, hébergement dédié.",
                "Une copie anonymisée de la base est disponible pour les essais.",
            ],
        },
        Track {
            role: "[consultant Salesforce|développeuse ou développeur Salesforce|administrateur Salesforce]",
            english: "CRM consultant",
            core: &["salesforce"],
            extra: &["dynamics-365", "rest-api", "javascript", "business-analysis", "rgpd"],
            titles: &[
                "Consultant Salesforce pour {objet}",
                "[Nettoyage|Remise en ordre] d'un CRM Salesforce, {un_secteur} {a_ville}",
                "De Dynamics 365 à Salesforce : {objet_nu}",
                "Automatisations Salesforce pour {objet}",
            ],
            why: &[
                "Les commerciaux contournent l'outil : {n} % des opportunités n'ont pas de prochaine étape.",
                "Les doublons représentent près d'un cinquième des comptes.",
            ],
            tasks: &[
                "Dédoublonner les comptes et poser des règles de saisie",
                "Remplacer les anciennes automatisations par des flux documentés",
                "Écrire les composants Lightning nécessaires, pas davantage",
                "Relier le CRM à la facturation",
                "Simplifier les écrans avec les utilisateurs",
            ],
            stack: &[
                "Salesforce Sales Cloud, {n} licences, trois extensions payantes.",
                "Un bac à sable complet est à votre disposition.",
            ],
        },
    ],
    why: &[
        "Les équipes exportent tout dans des tableurs, faute d'écrans adaptés.",
        "La facture électronique obligatoire nous impose un calendrier serré.",
        "Le paramétrage n'a pas été documenté lors de l'installation.",
    ],
    tasks: &[
        "Rédiger les modes opératoires avec les utilisateurs",
        "Préparer la reprise des données et les contrôles associés",
        "Assurer une assistance renforcée après la bascule",
    ],
    deliver: &[
        "Les spécifications fonctionnelles validées",
        "Le cahier de recette rempli et signé",
        "Des modes opératoires illustrés",
    ],
    limits: &[
        "Aucune modification n'est admise pendant les cinq premiers jours du mois.",
        "Les données de production ne sortent pas de l'entreprise ; une base anonymisée sert aux essais.",
        "Les développements suivent nos règles de nommage, fournies au démarrage.",
    ],
    ask: &[
        "Indiquez les modules que vous connaissez vraiment et ceux que vous découvrirez.",
        "Parlez-nous d'une bascule que vous avez vécue et de ce que vous referiez autrement.",
    ],
    english: English {
        objects: &["billing process", "purchasing process", "stock management module", "sales tracking setup"],
        why: &[
            "Mandatory electronic invoicing leaves us little time.",
            "Users export everything to spreadsheets for want of suitable screens.",
            "The previous integrator changed the core, which blocks upgrades.",
        ],
        tasks: &[
            "Review custom programs and drop the unused ones",
            "Run workshops with accounting and sales",
            "Prepare the data migration and its checks",
            "Write the acceptance tests and lead the acceptance phase",
            "Support users closely after go-live",
        ],
    },
};
