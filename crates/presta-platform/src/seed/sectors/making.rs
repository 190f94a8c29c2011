//! Those who make, move, build and care.

use super::Sector;

pub(super) const SECTORS: &[Sector] = &[
    sector!(
        "une mutuelle régionale",
        true,
        "adhérents",
        ["Mutuelle", "Prévoyance"],
        [
            "le portail adhérents",
            "l'outil de suivi des remboursements",
            "le moteur de tarification",
            "l'espace courtiers"
        ],
        "a regional health insurer",
        ["member portal", "pricing engine"]
    ),
    sector!(
        "un transporteur routier",
        false,
        "chauffeurs",
        ["Transports", "Fret"],
        [
            "l'outil de planification des tournées",
            "le suivi de flotte en temps réel",
            "l'application chauffeurs",
            "le portail affréteurs"
        ],
        "a road haulage company",
        ["route planner", "fleet tracking service"]
    ),
    sector!(
        "une entreprise de logistique",
        true,
        "préparateurs",
        ["Logistique", "Entrepôts"],
        [
            "le logiciel de gestion d'entrepôt",
            "le suivi des colis",
            "l'outil de réception des marchandises",
            "le portail expéditeurs"
        ],
        "a logistics company",
        ["warehouse system", "parcel tracking service"]
    ),
    sector!(
        "un réseau de laboratoires d'analyses",
        false,
        "patients",
        ["Biologie", "Laboratoires"],
        [
            "le serveur de résultats",
            "la prise de rendez-vous en ligne",
            "le suivi des prélèvements",
            "l'interface avec les automates d'analyse"
        ],
        "a network of medical laboratories",
        ["results server", "sample tracking tool"]
    ),
    sector!(
        "une clinique indépendante",
        true,
        "patients",
        ["Santé", "Clinique"],
        [
            "le dossier de préadmission",
            "l'outil de planification des blocs",
            "le portail patients",
            "la gestion des lits"
        ],
        "an independent hospital group",
        ["patient portal", "theatre scheduling tool"]
    ),
    sector!(
        "un éditeur de logiciels",
        false,
        "utilisateurs",
        ["Logiciels", "Numérique"],
        [
            "la plateforme de signature interne",
            "le module de facturation",
            "l'interface d'administration",
            "le moteur de recherche documentaire"
        ],
        "a software publisher",
        ["billing module", "document search engine"]
    ),
    sector!(
        "une coopérative agricole",
        true,
        "adhérents",
        ["Coopérative", "Terroirs"],
        [
            "le suivi des parcelles",
            "l'outil de collecte des céréales",
            "le portail producteurs",
            "la traçabilité des lots"
        ],
        "a farming cooperative",
        ["field tracking app", "batch traceability system"]
    ),
    sector!(
        "un fabricant de machines-outils",
        false,
        "opérateurs",
        ["Mécanique", "Outillage"],
        [
            "la supervision des ateliers",
            "le configurateur de machines",
            "l'outil de maintenance préventive",
            "le portail pièces détachées"
        ],
        "a machine tool maker",
        ["workshop monitoring system", "machine configurator"]
    ),
    sector!(
        "une PME de l'agroalimentaire",
        true,
        "opérateurs",
        ["Saveurs", "Conserves"],
        [
            "la traçabilité des lots",
            "le suivi de production",
            "l'outil de gestion des recettes",
            "la planification des lignes"
        ],
        "a food manufacturer",
        ["production tracking tool", "recipe manager"]
    ),
    sector!(
        "un bureau d'études en énergie",
        false,
        "exploitants",
        ["Énergies", "Fluides"],
        [
            "le suivi des consommations",
            "l'outil de simulation thermique",
            "la supervision des chaufferies",
            "le tableau de bord énergétique"
        ],
        "an energy consultancy",
        ["energy dashboard", "thermal simulation tool"]
    ),
    sector!(
        "un exploitant de parcs solaires",
        false,
        "techniciens",
        ["Solaire", "Renouvelables"],
        [
            "la supervision des onduleurs",
            "l'outil de prévision de production",
            "le carnet de maintenance",
            "le portail investisseurs"
        ],
        "a solar farm operator",
        ["inverter monitoring system", "yield forecasting tool"]
    ),
    sector!(
        "une agence immobilière en réseau",
        true,
        "mandataires",
        ["Immobilier", "Habitat"],
        ["le logiciel de gestion locative", "la diffusion des annonces", "l'espace locataires", "l'outil d'estimation"],
        "an estate agency network",
        ["tenant portal", "valuation tool"]
    ),
    sector!(
        "un bailleur social",
        false,
        "locataires",
        ["Habitat", "Logis"],
        [
            "l'extranet locataires",
            "le suivi des réclamations",
            "la gestion des états des lieux",
            "l'outil d'attribution des logements"
        ],
        "a social housing provider",
        ["tenant extranet", "repairs tracker"]
    ),
    sector!(
        "une collectivité locale",
        true,
        "usagers",
        ["Communauté", "Pays"],
        [
            "le portail des démarches en ligne",
            "l'inscription à la cantine",
            "le site d'information",
            "l'outil d'instruction des demandes"
        ],
        "a local authority",
        ["online services portal", "application processing tool"]
    ),
    sector!(
        "un organisme de formation",
        false,
        "stagiaires",
        ["Formation", "Compétences"],
        [
            "la plateforme d'apprentissage",
            "la gestion des inscriptions",
            "le catalogue de formations",
            "l'émargement numérique"
        ],
        "a training provider",
        ["learning platform", "course catalogue"]
    ),
    sector!(
        "une école d'ingénieurs",
        true,
        "étudiants",
        ["École", "Institut"],
        ["la gestion des stages", "l'outil d'emploi du temps", "le portail des anciens", "la plateforme d'examens"],
        "an engineering school",
        ["internship tool", "exam platform"]
    ),
    sector!(
        "un cabinet d'expertise comptable",
        false,
        "clients",
        ["Audit", "Expertise"],
        [
            "la collecte des pièces comptables",
            "le portail clients",
            "l'outil de production des liasses",
            "le suivi des temps"
        ],
        "an accounting firm",
        ["client portal", "timesheet tool"]
    ),
    sector!(
        "une jeune pousse de la finance",
        true,
        "clients",
        ["Finance", "Paiements"],
        [
            "le moteur de rapprochement bancaire",
            "l'outil de détection de fraude",
            "le parcours d'ouverture de compte",
            "la passerelle de paiement"
        ],
        "a fintech start-up",
        ["bank reconciliation engine", "payment gateway"]
    ),
    sector!(
        "un courtier en assurances",
        false,
        "assurés",
        ["Assurances", "Courtage"],
        [
            "le comparateur de contrats",
            "la déclaration de sinistres",
            "l'espace partenaires",
            "le calcul des commissions"
        ],
        "an insurance broker",
        ["quote comparison tool", "claims form"]
    ),
];
