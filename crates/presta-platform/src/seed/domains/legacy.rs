//! Rescue of old programs.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "legacy",
    hourly: (48, 90),
    fixed: (2_000, 40_000),
    objets: &[],
    tracks: &[
        Track {
            role: "[développeur COBOL|développeuse ou développeur COBOL|analyste-programmeur COBOL et IBM i]",
            english: "COBOL developer",
            core: &["cobol", "ibm-i"],
            extra: &["sql", "java", "technical-writing", "functional-testing"],
            titles: &[
                "Développeur COBOL pour {objet}",
                "AS/400 : ouvrir {objet} vers le web",
                "Programmes RPG et COBOL à documenter : {objet_nu}",
                "Sortie progressive de l'AS/400 : {objet_nu}",
            ],
            why: &[
                "Les deux analystes qui connaissent les programmes partent à la retraite cette année.",
                "Le calcul de nuit est écrit en COBOL, sans commentaires, et personne n'ose y toucher.",
            ],
            tasks: &[
                "Lire les programmes COBOL et en extraire les règles de gestion",
                "Corriger les anomalies réglementaires urgentes",
                "Exposer les données par une API sans modifier les programmes",
                "Écrire des jeux d'essai comparant ancien et nouveau calcul",
                "Transmettre ce savoir à deux personnes de l'équipe",
            ],
            stack: &[
                "IBM i 7.4, COBOL, RPG et DB2 ; environ {n}0 programmes actifs.",
                "Les écrans sont en mode caractère et le resteront pour les opérateurs.",
            ],
        },
        Track {
            role: "[développeur VB6 et Delphi|développeuse ou développeur Delphi|spécialiste des applications anciennes]",
            english: "Legacy desktop developer",
            core: &["vb6", "delphi"],
            extra: &["csharp", "dotnet", "sql-server", "access-vba", "windev"],
            titles: &[
                "Réécriture d'une application [VB6|Delphi|WinDev] : {objet_nu}",
                "Application VB6 à sauver : {objet_nu}",
                "[Delphi 7|Visual Basic 6] sous Windows 11 : maintenir {objet}",
                "Sources perdues : reconstruire {objet} pour {un_secteur}",
            ],
            why: &[
                "L'application ne s'installe plus sous Windows 11, et l'éditeur a disparu.",
                "Les sources livrées ne correspondent pas au programme installé.",
            ],
            tasks: &[
                "Remettre en état un poste de compilation et le documenter",
                "Inventorier les écrans réellement utilisés",
                "Réécrire les modules vitaux en C#, un par un",
                "Reprendre les données et vérifier les totaux",
                "Faire cohabiter ancien et nouveau programme pendant la transition",
            ],
            stack: &[
                "Visual Basic 6 et Delphi 7, composants tiers sans licence retrouvée, base SQL Server 2008.",
                "Une machine virtuelle contient le dernier environnement de compilation connu.",
            ],
        },
        Track {
            role: "[développeur PHP (reprise d'existant)|développeuse ou développeur PHP|spécialiste en reprise de code]",
            english: "Code rescue specialist",
            core: &["php", "software-architecture"],
            extra: &["symfony", "laravel", "mysql", "docker", "functional-testing"],
            titles: &[
                "PHP 5 à faire passer en PHP 8 : {objet_nu}",
                "Reprise d'un code sans tests ni documentation : {objet_nu}",
                "[Diagnostic|État des lieux] technique {de_objet}",
                "Projet abandonné par le prestataire : terminer {objet}",
            ],
            why: &[
                "Le prestataire a cessé son activité à {n} % du projet, en laissant des sources incomplètes.",
                "Le serveur tourne encore sous PHP 5.6, et l'hébergeur l'arrête dans six mois.",
            ],
            tasks: &[
                "Dresser un état des lieux honnête, en cinq jours au plus",
                "Écrire des tests de caractérisation avant de modifier quoi que ce soit",
                "Monter PHP version par version, avec retour arrière",
                "Supprimer le code mort et les doublons",
                "Corriger les injections SQL les plus évidentes",
            ],
            stack: &[
                "PHP 5.6 sans cadre de travail, MySQL 5.5, fichiers déposés par FTP.",
                "Aucun gestionnaire de versions : le dossier s'appelle « final2 ».",
            ],
        },
        Track {
            role: "[développeur Access et VBA|développeuse ou développeur VBA|spécialiste Access]",
            english: "Access and VBA developer",
            core: &["access-vba"],
            extra: &["sql-server", "postgresql", "dotnet", "power-bi", "python"],
            titles: &[
                "Base Access à remplacer : {objet_nu}",
                "Macros Excel et VBA à fiabiliser {a_ville} : {objet_nu}",
                "D'Access à une application web pour {un_secteur} {a_ville}",
            ],
            why: &[
                "La base Access se corrompt dès que plus de {dizaine} personnes l'ouvrent.",
                "Un classeur de {n} onglets pilote toute l'activité, et son auteur est parti.",
            ],
            tasks: &[
                "Déplacer les tables vers une vraie base de données",
                "Recenser les macros et leurs effets",
                "Refaire les états imprimés à l'identique",
                "Proposer une petite application web pour la saisie",
            ],
            stack: &[
                "Access 2010, Excel et des partages réseau aux droits trop larges.",
                "Une vingtaine de requêtes imbriquées, jamais documentées.",
            ],
        },
    ],
    why: &[
        "Chaque modification provoque une panne ailleurs.",
        "La seule documentation est un classeur papier de 2009.",
        "Nous ne pouvons plus recruter sur cette technologie.",
    ],
    tasks: &[
        "Mettre le code sous gestion de versions, avec une chaîne de compilation",
        "Documenter les règles de gestion au fil de la lecture",
        "Proposer une trajectoire sur deux ans, chiffrée",
    ],
    deliver: &[
        "Un rapport d'état des lieux, avec risques et priorités",
        "Un environnement de compilation reproductible",
        "La liste des règles de gestion retrouvées",
    ],
    limits: &[
        "L'outil ne peut pas être arrêté plus d'une nuit.",
        "Les résultats doivent être identiques au centime près.",
        "L'ancien système reste consultable pendant dix ans.",
    ],
    ask: &[
        "Racontez une reprise difficile et la première chose que vous avez faite.",
        "Dites franchement s'il vaut mieux réparer ou réécrire.",
    ],
    english: English {
        objects: &[],
        why: &[
            "The two people who know the programs retire this year.",
            "The application no longer installs on current machines.",
            "Every change breaks something elsewhere.",
        ],
        tasks: &[
            "Produce an honest assessment within a week",
            "Write characterisation tests before changing anything",
            "Put the sources under version control with a working build",
            "Extract the business rules and write them down",
            "Run old and new side by side during the transition",
        ],
    },
};
