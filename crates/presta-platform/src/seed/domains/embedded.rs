//! Firmware, boards and connected devices.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "embedded",
    hourly: (48, 90),
    fixed: (4_000, 40_000),
    objets: &[
        "la sonde de température connectée",
        "le boîtier de comptage des passages",
        "le lecteur de badges",
        "la passerelle de capteurs",
        "le boîtier de télérelève",
        "le contrôleur d'éclairage",
        "l'enregistreur de données autonome",
        "le boîtier de suivi du matériel",
        "le détecteur de fuites",
        "la borne d'affichage",
    ],
    tracks: &[
        Track {
            role: "[développeur C embarqué|développeuse ou développeur C embarqué|ingénieur logiciel embarqué]",
            english: "Embedded C developer",
            core: &["embedded-c", "stm32"],
            extra: &["freertos", "c", "electronics", "iot", "lorawan"],
            titles: &[
                "Micrologiciel STM32 pour {objet}",
                "Développeur C embarqué : {objet_nu}",
                "Autonomie à doubler sur {objet} (STM32, FreeRTOS)",
                "Mise à jour à distance du micrologiciel : {objet_nu}",
            ],
            why: &[
                "L'autonomie plafonne à {petit} mois alors que le cahier des charges en demande douze.",
                "Le chien de garde relance la carte plusieurs fois par jour, sans trace.",
                "Le microcontrôleur d'origine n'est plus fabriqué ; il faut porter le code sur un autre.",
            ],
            tasks: &[
                "Porter le micrologiciel sur le nouveau microcontrôleur",
                "Mesurer et réduire la consommation dans chaque mode de veille",
                "Écrire les pilotes I2C et SPI des capteurs",
                "Mettre en place un chargeur de démarrage sûr, avec retour arrière",
                "Enregistrer les causes de redémarrage en mémoire non volatile",
                "Respecter les règles MISRA sur les modules critiques",
            ],
            stack: &[
                "STM32L4, FreeRTOS et C99 ; compilation par CMake et GCC.",
                "Cinq cartes de développement et un banc de mesure sont disponibles.",
            ],
        },
        Track {
            role: "[ingénieur Linux embarqué|développeuse ou développeur Linux embarqué|développeur Yocto]",
            english: "Embedded Linux engineer",
            core: &["embedded-linux", "linux"],
            extra: &["c", "cpp", "rust", "qt", "python"],
            titles: &[
                "Image Yocto pour {objet}",
                "Linux embarqué : pilote et démarrage rapide pour {objet}",
                "[Sécurisation|Durcissement] {de_objet} sous Linux embarqué",
                "Développeur Rust embarqué sous Linux : {objet_nu}",
            ],
            why: &[
                "Le démarrage prend {n} secondes, alors que le client en accepte dix.",
                "L'image système est construite sur le poste d'une seule personne et ne peut pas être reproduite.",
            ],
            tasks: &[
                "Construire une image Yocto reproductible dans la chaîne d'intégration",
                "Réduire le temps de démarrage et en faire le relevé",
                "Mettre à jour le noyau et l'arbre de périphériques",
                "Activer le démarrage sécurisé et le chiffrement des données",
                "Écrire le service applicatif et sa supervision",
            ],
            stack: &[
                "Processeur ARM, Yocto, noyau 6.1 et une interface Qt.",
                "Le matériel est figé ; seuls le noyau et les applications évoluent.",
            ],
        },
        Track {
            role: "[ingénieur objets connectés|développeuse ou développeur IoT|architecte IoT]",
            english: "IoT engineer",
            core: &["iot", "lorawan"],
            extra: &["embedded-c", "python", "electronics", "networking", "aws"],
            titles: &[
                "Réseau LoRaWAN pour {objet} : {n} points de mesure",
                "{Objet} : du prototype à la petite série",
                "Chaîne complète du capteur au tableau de bord : {objet_nu}",
                "Supervision de {n}0 capteurs pour {un_secteur}",
            ],
            why: &[
                "Un tiers des trames se perd en zone rurale, sans que nous sachions pourquoi.",
                "Le prototype fonctionne sur table, mais pas encore en boîtier fermé.",
            ],
            tasks: &[
                "Étudier la couverture radio et placer les passerelles",
                "Décoder les trames et les ranger dans une base temporelle",
                "Gérer le parc : clés, versions, piles faibles",
                "Préparer le dossier d'essais pour le marquage CE",
                "Accompagner la fabrication d'une série de {n} pièces",
            ],
            stack: &[
                "Capteurs sur pile, réseau LoRaWAN privé, MQTT et une base de séries temporelles.",
                "Les schémas et les fichiers de fabrication vous seront remis.",
            ],
        },
        Track {
            role: "[automaticien|automaticienne ou automaticien|ingénieur supervision industrielle]",
            english: "Automation engineer",
            core: &["plc"],
            extra: &["networking", "iot", "sql-server", "csharp", "electronics"],
            titles: &[
                "Automates et supervision : [modernisation|extension] d'une ligne {a_ville}",
                "Passerelle OPC UA entre ateliers et bureaux {a_ville}",
                "Reprise d'un programme d'automate sans commentaires pour {un_secteur}",
            ],
            why: &[
                "Le programme de l'automate n'a pas de commentaires et son auteur est à la retraite.",
                "Les données de production sont relevées à la main, deux fois par équipe.",
            ],
            tasks: &[
                "Relire et commenter le programme existant",
                "Remonter les mesures par OPC UA vers notre base de données",
                "Séparer le réseau industriel du réseau bureautique",
                "Refaire les écrans de conduite avec les opérateurs",
            ],
            stack: &[
                "Trois automates de générations différentes et une supervision installée en 2011.",
                "Les arrêts de ligne se planifient, le samedi matin uniquement.",
            ],
        },
    ],
    why: &[
        "Les retours de terrain augmentent et nous ne savons pas les reproduire.",
        "La première série est vendue ; la seconde doit corriger ses défauts de jeunesse.",
    ],
    tasks: &[
        "Écrire un banc de test automatique, branché sur la chaîne d'intégration",
        "Documenter le protocole, octet par octet",
        "Participer aux essais sur site pendant {petit} jours",
    ],
    deliver: &[
        "Les sources, les scripts de compilation et les binaires signés",
        "Un relevé de consommation et de portée",
        "Le dossier d'essais complété",
    ],
    limits: &[
        "Le matériel ne quitte pas nos locaux ; un second exemplaire peut vous être prêté.",
        "La plage de fonctionnement va de -20 à 60 degrés.",
        "Toute mise à jour à distance doit être signée.",
    ],
    ask: &[
        "Décrivez le matériel de mesure dont vous disposez.",
        "Parlez-nous d'un produit livré en série auquel vous avez contribué.",
    ],
    english: English {
        objects: &["connected temperature probe", "sensor gateway", "badge reader", "leak detector"],
        why: &[
            "Battery life is half of what the specification asks for.",
            "The watchdog restarts the board several times a day and leaves no trace.",
            "The original microcontroller is no longer manufactured.",
        ],
        tasks: &[
            "Port the firmware to the new microcontroller",
            "Measure and reduce consumption in every sleep mode",
            "Write a safe boot loader with rollback",
            "Build a test bench that runs on every change",
            "Document the protocol byte by byte",
        ],
    },
};
