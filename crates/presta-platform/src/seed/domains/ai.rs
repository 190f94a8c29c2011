//! Models, language and images.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "ai",
    hourly: (55, 105),
    fixed: (3_000, 34_000),
    objets: &[
        "le classement des courriers entrants",
        "l'assistant documentaire interne",
        "la prévision de la demande",
        "la détection d'anomalies",
        "la lecture automatique des factures",
        "le contrôle visuel de la qualité",
        "la recherche dans les archives",
        "le tri des réclamations",
        "la transcription des réunions",
        "l'estimation des délais",
    ],
    tracks: &[
        Track {
            role: "[ingénieur LLM|ingénieure ou ingénieur IA générative|développeur IA]",
            english: "LLM engineer",
            core: &["llm", "python"],
            extra: &["nlp", "postgresql", "fastapi", "docker", "mlops", "rgpd"],
            titles: &[
                "Recherche augmentée (RAG) pour {objet}",
                "Modèle de langage hébergé chez nous : {objet_nu}",
                "Évaluation et garde-fous pour {objet}, {un_secteur}",
                "Ingénieur LLM pour {objet}",
            ],
            why: &[
                "La maquette impressionne en démonstration, mais invente une réponse sur {dizaine}.",
                "Nos documents ne doivent pas sortir de nos serveurs, ce qui exclut les services en ligne.",
                "Aucune mesure de qualité n'existe : chacun juge l'outil au doigt mouillé.",
            ],
            tasks: &[
                "Constituer un jeu de questions et de réponses validé par le métier",
                "Découper et indexer les documents en gardant leurs droits d'accès",
                "Afficher la source de chaque réponse",
                "Comparer {petit} modèles ouverts à qualité et à coût donnés",
                "Mettre en place des garde-fous et un bouton de signalement",
                "Mesurer la consommation et le temps de réponse",
            ],
            stack: &[
                "Python, PostgreSQL avec pgvector et un serveur équipé de deux cartes graphiques.",
                "Environ {gros} documents, surtout des PDF de qualité inégale.",
            ],
        },
        Track {
            role: "[ingénieur vision par ordinateur|ingénieure ou ingénieur en vision|développeur vision et apprentissage]",
            english: "Computer vision engineer",
            core: &["computer-vision", "pytorch"],
            extra: &["python", "cpp", "mlops", "docker", "iot"],
            titles: &[
                "Vision par ordinateur : contrôle qualité {a_ville}",
                "Lecture de plaques signalétiques sur photo pour {un_secteur}",
                "Comptage sur images pour {un_secteur} {a_ville}",
                "Modèle de détection à embarquer sur caméra, {un_secteur}",
            ],
            why: &[
                "Le contrôle visuel se fait à l'œil et varie d'une équipe à l'autre.",
                "Le modèle d'essai marche au laboratoire et s'effondre dès que la lumière change.",
            ],
            tasks: &[
                "Définir le protocole de prise de vue et d'annotation",
                "Entraîner un détecteur et mesurer ses erreurs par type de défaut",
                "Faire tourner le modèle sur un petit ordinateur industriel",
                "Prévoir le réentraînement par nos équipes",
            ],
            stack: &[
                "PyTorch, caméras industrielles et environ {gros} images, à moitié annotées.",
                "L'éclairage et les supports sont déjà installés.",
            ],
        },
        Track {
            role: "[data scientist|ingénieure ou ingénieur en apprentissage automatique|ingénieur MLOps]",
            english: "Machine learning engineer",
            core: &["machine-learning", "python"],
            extra: &["mlops", "pandas", "sql", "airflow", "kubernetes", "spark"],
            titles: &[
                "Modèle de prévision pour {un_secteur} {a_ville}",
                "MLOps : mise en production d'un modèle pour {objet}",
                "Data scientist pour {objet}",
                "[Reprise|Audit] d'un modèle qui dérive : {objet_nu}",
            ],
            why: &[
                "Le modèle a été entraîné il y a {petit} ans et ses prévisions dérivent.",
                "Le carnet de calcul tourne sur le portable d'un collègue, une fois par mois.",
            ],
            tasks: &[
                "Établir une référence simple avant tout modèle complexe",
                "Industrialiser l'entraînement et le suivi des versions",
                "Surveiller la dérive et prévenir le métier",
                "Expliquer les prévisions en termes compréhensibles",
                "Vérifier l'absence de biais sur les variables sensibles",
            ],
            stack: &[
                "Python, scikit-learn et {petit} ans d'historique en base.",
                "Le calcul peut se faire sur notre grappe Kubernetes, la nuit.",
            ],
        },
    ],
    why: &[
        "La direction attend un résultat mesurable, pas une démonstration de plus.",
        "Le tri manuel occupe l'équivalent de {petit} postes.",
        "Nous avons les données, mais personne pour les exploiter.",
    ],
    tasks: &[
        "Présenter les résultats et leurs limites aux utilisateurs",
        "Documenter le jeu de données et ses défauts",
        "Comparer le coût de la solution à celui du traitement manuel",
    ],
    deliver: &[
        "Un rapport d'évaluation honnête, erreurs comprises",
        "Le code d'entraînement et d'inférence, reproductible",
        "Une fiche de conformité au règlement européen sur l'IA",
    ],
    limits: &[
        "Aucune donnée ne doit être envoyée à un service extérieur.",
        "La décision finale reste toujours humaine.",
        "Les documents contiennent des données personnelles : une analyse d'impact est en cours.",
    ],
    ask: &[
        "Dites-nous dans quels cas vous nous déconseilleriez ce projet.",
        "Présentez une évaluation que vous avez menée, avec ses chiffres.",
    ],
    english: English {
        objects: &["internal document assistant", "invoice reading service", "demand forecast", "mail sorting tool"],
        why: &[
            "The prototype impresses in demos but still makes up answers.",
            "Manual sorting keeps several people busy full time.",
            "The model was trained years ago and its forecasts now drift.",
        ],
        tasks: &[
            "Build an evaluation set with our domain experts",
            "Show the source of every answer",
            "Compare several open models on quality and cost",
            "Monitor drift once in production",
            "Explain the limits of the tool to its users",
        ],
    },
};
