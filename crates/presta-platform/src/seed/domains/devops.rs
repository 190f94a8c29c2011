//! Delivery, cloud and reliability.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "devops",
    hourly: (50, 95),
    fixed: (2_000, 28_000),
    objets: &[],
    tracks: &[
        Track {
            role: "[ingénieur DevOps|ingénieure ou ingénieur DevOps|expert Kubernetes]",
            english: "DevOps engineer",
            core: &["kubernetes", "docker"],
            extra: &["terraform", "gitlab-ci", "prometheus", "ansible", "linux", "aws"],
            titles: &[
                "Passage à Kubernetes {de_objet}",
                "Ingénieur DevOps pour {objet}",
                "[Remise en état|Montée de version] d'une grappe Kubernetes {a_ville} : {objet_nu}",
                "GitOps et déploiement continu pour {objet}",
            ],
            why: &[
                "La grappe Kubernetes a {petit} versions de retard, et la personne qui l'a installée est partie.",
                "Les déploiements se font à la main, le soir, par la seule personne qui sait.",
                "Les limites de mémoire n'ont jamais été réglées et les conteneurs sont tués au hasard.",
            ],
            tasks: &[
                "Écrire les manifestes et les ranger dans un dépôt GitOps",
                "Monter Kubernetes version par version, sans coupure",
                "Régler les demandes et les limites de ressources à partir de mesures",
                "Isoler les environnements et limiter les droits",
                "Répéter une reconstruction complète à partir de zéro",
            ],
            stack: &[
                "Kubernetes 1.27 autogéré, Helm, GitLab et un registre privé.",
                "Une quinzaine de services, dont {petit} avec des données persistantes.",
            ],
        },
        Track {
            role: "[ingénieur cloud|architecte cloud|ingénieure ou ingénieur cloud et Terraform]",
            english: "Cloud engineer",
            core: &["terraform", "aws"],
            extra: &["azure", "gcp", "openstack", "ansible", "github-actions", "iam"],
            titles: &[
                "Infrastructure en code avec Terraform : {objet_nu}",
                "Facture cloud à réduire {a_ville} : {objet_nu}",
                "Sortie d'un cloud américain vers un hébergeur français : {objet_nu}",
                "[Socle|Zone d'accueil] cloud pour {un_secteur} {a_ville}",
            ],
            why: &[
                "La facture a doublé en un an sans que l'usage ait changé.",
                "Tout a été créé depuis la console ; rien ne peut être reconstruit.",
            ],
            tasks: &[
                "Importer l'existant dans Terraform, puis supprimer l'inutile",
                "Séparer les comptes et poser des alertes de dépense",
                "Chiffrer les volumes et faire tourner les clés",
                "Comparer {petit} hébergeurs européens, chiffres à l'appui",
                "Préparer la bascule et son retour arrière",
            ],
            stack: &[
                "Environ {n} machines, deux bases gérées et du stockage objet.",
                "Terraform a été essayé, puis abandonné à mi-chemin.",
            ],
        },
        Track {
            role: "[ingénieur fiabilité (SRE)|ingénieure ou ingénieur SRE|expert supervision]",
            english: "Site reliability engineer",
            core: &["prometheus", "linux"],
            extra: &["kubernetes", "elasticsearch", "ansible", "python", "go", "load-testing"],
            titles: &[
                "Supervision et alertes pour {objet} (Prometheus, Grafana)",
                "Astreintes trop bruyantes : fiabiliser {objet}",
                "Ingénieur SRE pour {objet} {a_ville}",
                "Plan de reprise d'activité {de_objet}",
            ],
            why: &[
                "L'astreinte reçoit {n} alertes par nuit, dont deux utiles.",
                "La dernière panne a duré {petit} heures, et aucun journal n'a permis d'en trouver la cause.",
            ],
            tasks: &[
                "Définir des objectifs de service avec le métier",
                "Supprimer les alertes qui n'appellent aucune action",
                "Centraliser journaux, mesures et traces",
                "Rédiger des fiches réflexes pour l'astreinte",
                "Organiser un exercice de panne",
            ],
            stack: &[
                "Prometheus, Grafana et Loki, installés mais peu utilisés.",
                "L'astreinte tourne entre quatre personnes.",
            ],
        },
        Track {
            role: "[ingénieur intégration continue|experte ou expert GitLab CI|ingénieur de livraison]",
            english: "CI/CD engineer",
            core: &["gitlab-ci", "docker"],
            extra: &["github-actions", "ansible", "terraform", "playwright", "linux"],
            titles: &[
                "Chaîne GitLab CI à accélérer : {objet_nu}",
                "De Jenkins à GitLab CI : {objet_nu}",
                "[Livraisons|Déploiements] sans coupure pour {objet}",
            ],
            why: &[
                "Une exécution complète dure {n} minutes et échoue une fois sur cinq sans raison.",
                "Le serveur Jenkins n'est plus mis à jour, par peur d'une panne.",
            ],
            tasks: &[
                "Passer la chaîne complète sous la barre des dix minutes",
                "Traiter les tests instables un par un",
                "Signer les artefacts et produire l'inventaire des composants",
                "Ajouter la détection de secrets dans les dépôts",
            ],
            stack: &[
                "GitLab sur nos serveurs, {petit} exécuteurs partagés, des images Docker trop lourdes.",
                "Une trentaine de dépôts dans {petit} langages.",
            ],
        },
    ],
    why: &[
        "Personne ne sait dire en combien de temps nous pourrions tout reconstruire.",
        "Les environnements de recette et de production ont divergé.",
        "L'équipe de développement attend parfois {petit} jours pour une mise en ligne.",
    ],
    tasks: &[
        "Former deux personnes de l'équipe à l'exploitation courante",
        "Documenter l'architecture par des schémas à jour",
        "Tester les sauvegardes et mesurer la durée de restauration",
    ],
    deliver: &[
        "L'infrastructure décrite en code, dans notre dépôt",
        "Des procédures d'exploitation testées par quelqu'un d'autre",
        "Un compte rendu d'exercice de restauration",
    ],
    limits: &[
        "Les données restent hébergées en France.",
        "Les bascules se font entre 20 h et 23 h, avec retour arrière possible.",
        "Une astreinte d'une semaine est prévue après la bascule, payée en plus.",
    ],
    ask: &[
        "Décrivez une panne sérieuse que vous avez gérée et ce qui a changé ensuite.",
        "Précisez vos conditions d'astreinte.",
    ],
    english: English {
        objects: &[],
        why: &[
            "Deployments are manual and only one person knows how to run them.",
            "The cloud bill has doubled in a year while usage stayed flat.",
            "On-call staff receive dozens of alerts a night, two of them useful.",
        ],
        tasks: &[
            "Describe the whole infrastructure as code",
            "Upgrade the cluster without downtime",
            "Remove alerts that call for no action",
            "Rehearse a full restore and time it",
            "Train two people to run the platform",
        ],
    },
};
