//! Product, projects and advice.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "management",
    hourly: (55, 105),
    fixed: (2_000, 28_000),
    objets: &[],
    tracks: &[
        Track {
            role: "[chef de projet informatique|cheffe ou chef de projet informatique|directeur de projet]",
            english: "IT project manager",
            core: &["project-management"],
            extra: &["business-analysis", "change-management", "scrum-master", "rgpd", "software-architecture"],
            titles: &[
                "Chef de projet pour {objet}",
                "[Remettre sur les rails|Reprendre] le projet {de_objet}",
                "Pilotage du remplacement {de_objet} {a_ville}",
                "Cheffe ou chef de projet informatique : {objet_nu}",
            ],
            why: &[
                "Le projet a {petit} mois de retard, et chacun en accuse un autre.",
                "Trois prestataires interviennent sans que personne ne coordonne.",
            ],
            tasks: &[
                "Refaire un planning crédible avec les équipes",
                "Tenir le registre des risques et des décisions",
                "Animer les comités et en rédiger les comptes rendus le jour même",
                "Suivre le budget et alerter à temps",
                "Préparer la bascule et la conduite du changement",
            ],
            stack: &[
                "Outils en place : une suite bureautique en ligne et un tableau de suivi partagé.",
                "L'équipe projet réunit {dizaine} personnes, dont la moitié à temps partiel.",
            ],
        },
        Track {
            role: "[product owner|product owner confirmé|responsable produit]",
            english: "Product owner",
            core: &["product-owner"],
            extra: &["scrum-master", "business-analysis", "ux-research", "project-management"],
            titles: &[
                "Product owner pour {objet}",
                "Product owner à mi-temps : {objet_nu}, {un_secteur}",
                "Feuille de route et priorités {de_objet}",
                "Scrum master et product owner {a_ville} : {objet_nu}",
            ],
            why: &[
                "Le carnet de produit compte {n}0 demandes, toutes urgentes.",
                "Les développeurs livrent sans retour de nos {gens}.",
            ],
            tasks: &[
                "Trier le carnet de produit et fermer ce qui n'a plus de sens",
                "Écrire des récits utilisateurs avec des critères vérifiables",
                "Rencontrer nos {gens} chaque semaine",
                "Arbitrer entre dette technique et nouveautés",
                "Animer revues et rétrospectives",
            ],
            stack: &[
                "Une équipe de {petit} développeurs, en itérations de deux semaines.",
                "La direction souhaite une démonstration mensuelle.",
            ],
        },
        Track {
            role: "[analyste métier|consultante ou consultant AMOA|consultant en assistance à maîtrise d'ouvrage]",
            english: "Business analyst",
            core: &["business-analysis"],
            extra: &["functional-testing", "project-management", "technical-writing", "change-management", "sql"],
            titles: &[
                "Cahier des charges {de_objet}",
                "AMOA : choix d'un logiciel pour {un_secteur} {a_ville}",
                "Analyste métier pour {objet}",
                "Rédaction de la documentation {de_objet}",
            ],
            why: &[
                "Nous devons choisir un nouvel outil et les démonstrations se ressemblent toutes.",
                "Chaque service décrit la procédure à sa façon.",
            ],
            tasks: &[
                "Conduire {dizaine} entretiens et restituer les besoins",
                "Décrire les processus actuels et cibles, sans jargon",
                "Rédiger le cahier des charges et la grille de notation",
                "Dépouiller les offres et animer les démonstrations",
                "Chiffrer le coût complet sur cinq ans",
            ],
            stack: &[
                "Un premier recensement des besoins tient dans un tableur de {n} lignes.",
                "Les services concernés sont prévenus et disponibles.",
            ],
        },
        Track {
            role: "[architecte logiciel|directrice ou directeur technique à temps partagé|architecte applicatif]",
            english: "Software architect",
            core: &["software-architecture"],
            extra: &["rest-api", "kafka", "kubernetes", "rust", "java", "project-management"],
            titles: &[
                "Avis d'architecte sur {objet}",
                "Directeur technique à temps partagé pour {un_secteur} {a_ville}",
                "Audit technique avant rachat : {objet_nu}",
                "Architecture cible {de_objet} : étude et feuille de route",
            ],
            why: &[
                "Nous hésitons entre tout réécrire et réparer, et voulons un avis indépendant.",
                "Une due diligence doit être rendue avant la signature du rachat.",
            ],
            tasks: &[
                "Lire le code et rencontrer les développeurs",
                "Comparer trois scénarios avec leurs coûts et leurs risques",
                "Écrire les décisions d'architecture et leurs raisons",
                "Présenter les conclusions à la direction",
                "Accompagner l'équipe une journée par semaine",
            ],
            stack: &[
                "Plusieurs générations de technologies cohabitent ; un schéma récent existe.",
                "Accès complet aux dépôts et aux tableaux de bord.",
            ],
        },
    ],
    why: &["Les décisions se perdent dans les courriels.", "La direction manque de visibilité sur l'avancement réel."],
    tasks: &[
        "Rendre compte chaque semaine, en une page",
        "Former une personne interne à la suite",
        "Clarifier les rôles et les circuits de décision",
    ],
    deliver: &[
        "Un planning et un budget tenus à jour",
        "Un relevé de décisions partagé",
        "Un bilan de mission, avec recommandations",
    ],
    limits: &[
        "La personne retenue ne devra avoir aucun lien avec les éditeurs consultés.",
        "Les échanges sur le budget sont strictement confidentiels.",
    ],
    ask: &[
        "Parlez-nous d'un projet que vous avez fait arrêter, ou que vous auriez dû faire arrêter.",
        "Joignez un compte rendu anonymisé dont vous êtes satisfait.",
    ],
    english: English {
        objects: &[],
        why: &[
            "The project is months late and everyone blames someone else.",
            "The backlog holds hundreds of requests, all of them urgent.",
            "We hesitate between a rewrite and a repair, and want an independent view.",
        ],
        tasks: &[
            "Rebuild a credible plan with the teams",
            "Keep the register of risks and decisions",
            "Sort the backlog and close what no longer makes sense",
            "Compare three scenarios with costs and risks",
            "Report once a week, on one page",
        ],
    },
};
