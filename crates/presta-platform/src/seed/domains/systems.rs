//! Desktop programs, tools and low-level software.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "systems",
    hourly: (50, 95),
    fixed: (2_500, 40_000),
    objets: &[
        "le client de bureau",
        "l'outil de mesure en ligne de commande",
        "l'agent de sauvegarde",
        "le moteur de synchronisation de fichiers",
        "le lecteur de fichiers techniques",
        "l'agent de collecte",
        "le moteur de calcul",
        "l'application de saisie hors ligne",
        "le service d'impression",
        "la visionneuse de plans",
    ],
    tracks: &[
        Track {
            role: "[développeur Rust système|développeuse ou développeur Rust|développeur Rust]",
            english: "Rust systems developer",
            core: &["rust", "linux"],
            extra: &["c", "cpp", "webassembly", "networking", "gitlab-ci"],
            titles: &[
                "Développeur Rust pour {objet}",
                "Réécriture de C++ en Rust : {objet_nu}",
                "[Liaison C et Rust|Interface Rust sûre] pour {objet}",
                "Développeuse ou développeur Rust : {objet_nu} multiplateforme",
                "Audit et consolidation d'un code Rust : {objet_nu}",
            ],
            why: &[
                "Le programme C++ actuel plante {petit} fois par semaine sur des accès mémoire invalides ; nous voulons le porter progressivement en Rust.",
                "Un développeur Rust a posé les bases il y a un an, puis le projet s'est arrêté à mi-chemin.",
                "Notre bibliothèque Rust doit être appelée depuis C et Python sans risque de fuite.",
            ],
            tasks: &[
                "Isoler les blocs « unsafe », les documenter et les réduire",
                "Écrire une interface C stable autour de la bibliothèque Rust",
                "Mettre en place du fuzzing sur l'analyseur de fichiers",
                "Compiler pour Linux, Windows et macOS depuis la chaîne d'intégration",
                "Remplacer les verrous globaux par des échanges de messages",
                "Mesurer la consommation mémoire avec des bancs d'essai reproductibles",
            ],
            stack: &[
                "Rust stable en édition 2024, serde et tokio, avec une bibliothèque C++ héritée à côté.",
                "Les binaires sont distribués sous forme de paquets Debian, MSI et DMG, signés à la main pour l'instant.",
            ],
        },
        Track {
            role: "[développeur Tauri et Svelte|développeuse ou développeur Rust et Tauri|développeur Rust Tauri]",
            english: "Tauri desktop developer",
            core: &["tauri", "rust", "svelte"],
            extra: &["typescript", "accessibility", "linux"],
            titles: &[
                "Développeur Rust et Tauri pour {objet}",
                "D'Electron à Tauri : {objet_nu}",
                "[Client|Application] de bureau Tauri et Svelte : {objet_nu}",
                "Mode hors ligne et synchronisation pour {objet} (Tauri, SQLite)",
            ],
            why: &[
                "L'application Electron occupe plus d'un gigaoctet de mémoire sur des postes anciens.",
                "Nos {gens} travaillent souvent sans réseau et perdent leur saisie.",
            ],
            tasks: &[
                "Porter les écrans existants dans Tauri, sans changer les habitudes des utilisateurs",
                "Stocker les données dans une base SQLite chiffrée",
                "Écrire une file d'envoi qui survit à une coupure",
                "Mettre en place les mises à jour signées",
                "Rendre toute l'interface utilisable au clavier",
            ],
            stack: &[
                "Tauri 2, Svelte 5 et TypeScript côté interface ; Rust et SQLite côté cœur.",
                "Les postes sont sous Windows 11 et Ubuntu, sans droits d'administration.",
            ],
        },
        Track {
            role: "[développeur C++|développeuse ou développeur C++ et Qt|développeur C++ confirmé]",
            english: "C++ and Qt developer",
            core: &["cpp", "qt"],
            extra: &["linux", "c", "python", "gitlab-ci", "software-architecture"],
            titles: &[
                "Développeur C++ et Qt pour {objet}",
                "Passage de Qt 5 à Qt 6 : {objet_nu}",
                "Optimisation C++ {de_objet}",
                "[Correction d'anomalies|Stabilisation] en C++ sur {objet}",
            ],
            why: &[
                "La base de code date d'avant C++11 et compile avec des centaines d'avertissements.",
                "L'affichage se fige dès que le fichier dépasse {n} mégaoctets.",
            ],
            tasks: &[
                "Passer à Qt 6 et à CMake",
                "Corriger les fuites relevées par les outils d'analyse mémoire",
                "Déporter les calculs dans des fils d'exécution séparés",
                "Remplacer les pointeurs nus dans les modules critiques",
                "Écrire des tests unitaires sur les algorithmes",
            ],
            stack: &[
                "C++17, Qt 5.15 et Boost, compilation croisée pour Windows depuis Linux.",
                "Le dépôt compte environ {n}0 000 lignes, réparties en {dizaine} modules.",
            ],
        },
        Track {
            role: "[développeur système Linux|développeuse ou développeur C et Linux|développeur réseau bas niveau]",
            english: "Linux systems programmer",
            core: &["c", "linux"],
            extra: &["rust", "networking", "go", "python"],
            titles: &[
                "Développement d'un démon Linux : {objet_nu}",
                "Paquets Debian et services systemd pour {objet}",
                "[Filtrage|Capture] réseau à haut débit pour {objet}",
                "Développeur C et Linux pour {objet}",
            ],
            why: &[
                "Le service redémarre tout seul et nous n'avons aucune trace exploitable.",
                "L'installation demande {dizaine} étapes manuelles, différentes selon la distribution.",
            ],
            tasks: &[
                "Écrire les unités systemd et le durcissement associé",
                "Construire les paquets Debian et RPM dans la chaîne d'intégration",
                "Gérer proprement les signaux, les reprises et la rotation des journaux",
                "Mesurer les pertes de paquets et proposer un réglage",
                "Documenter le format de fichier et son évolution",
            ],
            stack: &[
                "Debian 12 et Ubuntu 24.04, noyaux standards, code C compilé avec toutes les protections.",
                "Une partie des outils est en Python et doit le rester.",
            ],
        },
    ],
    why: &[
        "Les retours de terrain parlent de lenteurs au démarrage et de fermetures inattendues.",
        "Nous livrons encore à la main, sans signature ni mise à jour automatique.",
        "La moindre correction demande une journée, faute de tests.",
    ],
    tasks: &[
        "Mettre en place des binaires reproductibles et signés",
        "Écrire une suite de tests lancée sur les trois systèmes",
        "Rédiger un document d'architecture de deux ou trois pages",
        "Traiter les rapports de plantage les plus fréquents",
    ],
    deliver: &[
        "Des installateurs signés pour chaque système",
        "Une suite de tests qui passe en moins de dix minutes",
        "Un document d'architecture et un guide de compilation",
        "Un relevé des performances avant et après",
    ],
    limits: &[
        "Les postes visés ont 4 Go de mémoire : la sobriété est un critère d'acceptation.",
        "Toute dépendance ajoutée doit être sous licence libre compatible et encore maintenue.",
        "Le logiciel doit fonctionner sans connexion pendant au moins une semaine.",
    ],
    ask: &[
        "Décrivez un bogue de bas niveau dont vous êtes venu à bout, et comment.",
        "Un lien vers un projet libre auquel vous avez contribué sera apprécié.",
    ],
    english: English {
        objects: &["desktop client", "file synchronisation engine", "backup agent", "technical file viewer"],
        why: &[
            "The current program crashes several times a week on large files.",
            "Installation still takes a dozen manual steps that differ on each system.",
            "Memory use has become a problem on the older machines of our field teams.",
        ],
        tasks: &[
            "Port the critical modules and keep the file format compatible",
            "Set up fuzzing for the file parser",
            "Produce signed builds for Linux, Windows and macOS",
            "Remove the known memory leaks and prove it with measurements",
            "Write an architecture note of two or three pages",
            "Keep the program usable offline for a full week",
        ],
    },
};
