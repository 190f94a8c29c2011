//! Applications for phones and tablets.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "mobile",
    hourly: (45, 80),
    fixed: (4_000, 40_000),
    objets: &[
        "l'application de terrain",
        "l'application de pointage",
        "l'application de prise de rendez-vous",
        "l'application de fidélité",
        "l'application d'inventaire",
        "l'application de suivi des interventions",
        "l'application de signalement",
        "l'application de visite guidée",
        "le carnet de bord mobile",
        "l'application de commande",
    ],
    tracks: &[
        Track {
            role: "[développeur Flutter|développeuse ou développeur Flutter|développeur mobile Flutter]",
            english: "Flutter developer",
            core: &["flutter"],
            extra: &["rest-api", "android", "swift", "gitlab-ci", "accessibility"],
            titles: &[
                "Développeur Flutter pour {objet}",
                "{Objet} : reprise d'un projet Flutter inachevé",
                "Mode hors ligne pour {objet} (Flutter)",
                "[Nouvelle version|Version 2] {de_objet} en Flutter pour {un_secteur}",
            ],
            why: &[
                "Le prototype Flutter fonctionne, mais il n'a ni tests ni gestion des erreurs réseau.",
                "Nos {gens} utilisent des tablettes dans des zones sans couverture.",
            ],
            tasks: &[
                "Reprendre l'architecture Flutter et séparer affichage, état et données",
                "Stocker les saisies localement et les envoyer au retour du réseau",
                "Intégrer le lecteur de codes-barres de l'appareil photo",
                "Mettre à jour Flutter et retirer les greffons abandonnés",
                "Écrire des tests de widgets sur les écrans critiques",
            ],
            stack: &[
                "Flutter 3, Riverpod et une API REST existante.",
                "Deux cibles : tablettes Android durcies et iPhone de service.",
            ],
        },
        Track {
            role: "[développeur Android Kotlin|développeuse ou développeur Android|développeur Android]",
            english: "Android developer",
            core: &["android", "kotlin"],
            extra: &["rest-api", "iot", "gitlab-ci", "firewall", "java"],
            titles: &[
                "Développeur Android Kotlin pour {objet}",
                "De Java à Kotlin et Compose : {objet_nu}",
                "Liaison Bluetooth pour {objet} (Android)",
                "Mise à niveau Android [15|16] {de_objet}",
            ],
            why: &[
                "L'application cible une version d'Android trop ancienne et risque d'être retirée du magasin.",
                "La liaison Bluetooth se coupe au hasard sur certains modèles de téléphones.",
            ],
            tasks: &[
                "Réécrire les écrans avec Jetpack Compose",
                "Fiabiliser la liaison Bluetooth et la reprise après coupure",
                "Adapter l'application aux règles récentes sur les permissions",
                "Déployer par gestion de flotte sur {n} terminaux",
                "Réduire la consommation de batterie en arrière-plan",
            ],
            stack: &[
                "Kotlin et Java mélangés, Room, Retrofit ; terminaux durcis sous Android 13.",
                "La distribution se fait en interne, hors des magasins publics.",
            ],
        },
        Track {
            role: "[développeur iOS Swift|développeuse ou développeur iOS|développeur iOS]",
            english: "iOS developer",
            core: &["swift"],
            extra: &["rest-api", "graphql", "accessibility", "ui-design", "github-actions"],
            titles: &[
                "Développeur iOS Swift pour {objet}",
                "[Refonte SwiftUI|Passage à SwiftUI] {de_objet}",
                "Version iPad {de_objet} pour {un_secteur}",
                "Notifications et accessibilité iOS : {objet_nu}",
            ],
            why: &[
                "La dernière mise à jour a été refusée par le magasin, faute de formulaire de confidentialité.",
                "Les écrans UIKit ne suivent plus les réglages de taille de texte.",
            ],
            tasks: &[
                "Porter les écrans principaux vers SwiftUI",
                "Remettre en état les notifications et les liens entrants",
                "Rendre l'application utilisable avec VoiceOver",
                "Préparer la mise en ligne et les échanges avec le magasin",
                "Mettre en place la livraison automatique aux testeurs",
            ],
            stack: &[
                "Swift 5, UIKit et un peu de SwiftUI ; pas de dépendance exotique.",
                "L'API existe déjà côté serveur et peut évoluer à la marge.",
            ],
        },
        Track {
            role: "[développeur React Native|développeuse ou développeur React Native|développeur mobile React Native]",
            english: "React Native developer",
            core: &["react-native", "typescript"],
            extra: &["react", "graphql", "rest-api", "android", "swift"],
            titles: &[
                "Développeur React Native pour {objet}",
                "{Objet} : mise à jour React Native et stabilisation",
                "Nouveaux parcours React Native pour {objet}",
                "[Plantages|Lenteurs] à corriger sur {objet} (React Native)",
            ],
            why: &[
                "Le taux de plantage dépasse [3|4|5] % depuis la dernière version.",
                "L'application a {petit} ans de retard sur React Native et ne compile plus sur un poste neuf.",
            ],
            tasks: &[
                "Mettre React Native à jour et passer à la nouvelle architecture",
                "Analyser les plantages et corriger les dix plus fréquents",
                "Accélérer l'ouverture et le défilement des listes",
                "Ajouter la connexion par empreinte ou par visage",
                "Automatiser la publication sur les deux magasins",
            ],
            stack: &[
                "React Native, TypeScript et Redux ; une seule base de code pour les deux systèmes.",
                "Les retours des utilisateurs sont centralisés et déjà classés.",
            ],
        },
    ],
    why: &[
        "La note sur les magasins est tombée sous trois étoiles après la dernière version.",
        "Les équipes de terrain continuent de remplir des fiches papier, recopiées le soir.",
        "L'ancien prestataire a livré les sources, sans documentation.",
    ],
    tasks: &[
        "Accompagner un groupe de {petit} utilisateurs pilotes",
        "Limiter les autorisations demandées au strict nécessaire",
        "Soigner l'affichage sur petits écrans et en plein soleil",
        "Assurer la publication et le suivi du premier mois",
    ],
    deliver: &[
        "L'application publiée, avec ses comptes de développeur à notre nom",
        "Un guide de compilation pas à pas",
        "Un jeu de tests automatisés sur les parcours principaux",
    ],
    limits: &[
        "La géolocalisation ne peut être activée que pendant une intervention.",
        "L'application doit rester utilisable une journée entière sans réseau.",
        "Les comptes des magasins restent à notre nom.",
    ],
    ask: &[
        "Donnez le nom d'applications publiées auxquelles vous avez vraiment contribué.",
        "Dites comment vous testez sur des appareils que vous ne possédez pas.",
    ],
    english: English {
        objects: &["field service app", "stock-taking app", "booking app", "loyalty app"],
        why: &[
            "Our store rating dropped below three stars after the last release.",
            "Field teams still fill in paper forms that someone types in at night.",
            "The app no longer builds on a new machine.",
        ],
        tasks: &[
            "Update the framework and drop the abandoned plugins",
            "Store entries locally and send them once the network is back",
            "Fix the ten most frequent crashes",
            "Automate releases to both stores",
            "Work with a small group of pilot users",
        ],
    },
};
