//! Servers, APIs and business logic.

use super::{Domain, English, Track};

pub(super) const RUST: Track = Track {
    role: "[développeur Rust|développeuse ou développeur Rust|développeur Rust (F/H)|développeur Rust confirmé]",
    english: "Rust developer",
    core: &["rust"],
    extra: &["postgresql", "docker", "rest-api", "kafka", "linux", "redis"],
    titles: &[
        "[Développeur Rust|Développeuse ou développeur Rust] pour {objet}",
        "Réécriture en Rust du cœur {de_objet}",
        "Service Rust à fort débit pour {objet} : [développeur|développeuse ou développeur] recherché",
        "Portage de Go vers Rust : {objet_nu}",
        "API Rust (axum, PostgreSQL) pour {objet}",
        "Développeur Rust : [latence|consommation mémoire] à réduire sur {objet}",
    ],
    why: &[
        "Le service actuel, écrit en Python, ne tient plus la charge aux heures de pointe et nous avons décidé de réécrire ses parties critiques en Rust.",
        "Un premier service en Rust tourne depuis {petit} mois et nous a convaincus ; il faut maintenant en écrire {petit} autres sur le même modèle.",
        "Nous cherchons un développeur à l'aise en Rust asynchrone, car plusieurs tâches bloquent l'exécuteur et la latence s'envole.",
    ],
    tasks: &[
        "Écrire les services en Rust avec axum et tokio, sans bloc « unsafe »",
        "Remplacer les « unwrap » par une vraie gestion des erreurs, avec des types dédiés",
        "Mettre en place des tests par propriétés sur le moteur de calcul",
        "Profiler l'application et supprimer les copies inutiles",
        "Découper le dépôt en crates aux dépendances claires",
        "Exposer des métriques et des traces exploitables en production",
        "Relire le code Rust de l'équipe et l'aider à monter en compétence",
    ],
    stack: &[
        "Le code repose sur Rust stable, axum, sqlx et PostgreSQL, livré en conteneurs.",
        "L'intégration continue lance clippy, rustfmt et les tests à chaque modification.",
        "Les échanges entre services passent par Kafka, avec des schémas versionnés.",
    ],
};

pub(super) const DOMAIN: Domain = Domain {
    id: "backend",
    hourly: (45, 85),
    fixed: (2_000, 34_000),
    objets: &[],
    tracks: &[
        RUST,
        Track {
            role: "[développeur Java Spring Boot|développeuse ou développeur Java|développeur Java confirmé]",
            english: "Java developer",
            core: &["java", "spring-boot"],
            extra: &["postgresql", "kafka", "oracle", "docker", "gitlab-ci", "rest-api", "kotlin"],
            titles: &[
                "Développeur Java Spring Boot pour {objet}",
                "Passage à Spring Boot 3 et Java 21 : {objet_nu}",
                "Découpage d'un monolithe Java : {objet_nu}",
                "API Java [pour partenaires|ouverte aux partenaires] autour {de_objet}",
                "[Fiabilisation|Reprise] des traitements de nuit {de_objet} (Spring Batch)",
            ],
            why: &[
                "L'application tourne encore sur Java 8, et plusieurs bibliothèques ne reçoivent plus de correctifs.",
                "Le traitement de nuit dure près de {dizaine} heures et déborde sur l'ouverture des bureaux.",
                "Le monolithe est devenu difficile à livrer : une modification mineure demande {petit} semaines de recette.",
            ],
            tasks: &[
                "Migrer les modules vers Spring Boot 3 et Jakarta",
                "Remplacer les requêtes Hibernate trop bavardes par des requêtes ciblées",
                "Réécrire les traitements par lots avec reprise sur incident",
                "Couvrir les règles de gestion par des tests JUnit lisibles par le métier",
                "Publier un contrat OpenAPI et le faire vérifier dans la chaîne d'intégration",
                "Sortir les paramètres du code et documenter chacun d'eux",
            ],
            stack: &[
                "Socle actuel : Java, Spring, Hibernate, Oracle, déploiement sur Tomcat.",
                "Les builds passent par Maven et GitLab, la qualité par une analyse statique déjà en place.",
            ],
        },
        Track {
            role: "[développeur PHP Symfony|développeuse ou développeur Symfony|développeur Symfony senior]",
            english: "Symfony developer",
            core: &["php", "symfony"],
            extra: &["mysql", "postgresql", "rabbitmq", "redis", "docker", "rest-api", "vue"],
            titles: &[
                "Développeur Symfony pour {objet}",
                "Montée de version Symfony [4 vers 7|5.4 vers 7] : {objet_nu}",
                "[Nouveaux modules|Évolutions] Symfony pour {objet}",
                "API Platform : ouverture {de_objet} aux partenaires",
                "Tierce maintenance PHP et Symfony {de_objet}",
            ],
            why: &[
                "La version de Symfony en place n'est plus maintenue et bloque le passage à PHP 8.",
                "Le développeur historique nous quitte et personne ne peut reprendre le code à court terme.",
                "Les demandes d'évolution s'accumulent : près de {n} tickets attendent une estimation.",
            ],
            tasks: &[
                "Monter la version de Symfony par paliers, sans interruption de service",
                "Remplacer les tâches planifiées par des files de messages (Messenger)",
                "Revoir les droits d'accès avec des voters testés",
                "Réduire le nombre de requêtes Doctrine sur les écrans de liste",
                "Écrire les migrations de base et leur retour arrière",
                "Traiter les tickets d'anomalie par ordre de gravité",
            ],
            stack: &[
                "PHP 8, Symfony, Doctrine et MySQL ; le front est rendu par Twig avec un peu de Stimulus.",
                "L'hébergement est assuré en France, avec un environnement de recette identique à la production.",
            ],
        },
        Track {
            role: "[développeur Python|développeuse ou développeur Python|développeur Python (Django)]",
            english: "Python developer",
            core: &["python", "django"],
            extra: &["fastapi", "postgresql", "redis", "docker", "rest-api", "aws", "rabbitmq"],
            titles: &[
                "Développeur Python Django pour {objet}",
                "Nouvelle API FastAPI {a_ville} : {objet_nu}",
                "[Refonte|Reprise] du back-office Django {de_objet}",
                "Import de fichiers et contrôles Python pour {objet}",
            ],
            why: &[
                "L'administration Django sert d'outil métier depuis trop longtemps : elle est lente et source d'erreurs.",
                "Les imports de fichiers échouent en silence, et nos équipes s'en aperçoivent {petit} jours plus tard.",
            ],
            tasks: &[
                "Construire une API FastAPI typée, documentée et versionnée",
                "Déplacer les traitements longs vers des tâches asynchrones",
                "Ajouter des contrôles à l'import, avec un rapport lisible par un non-technicien",
                "Mettre le projet sous mypy et ruff, puis corriger ce qui remonte",
                "Reprendre l'historique des données et vérifier les totaux",
            ],
            stack: &[
                "Django, PostgreSQL et Celery, le tout dans Docker ; les tests couvrent environ {n} % du code.",
                "Python 3.12, gestion des dépendances par uv, déploiement continu sur un cloud français.",
            ],
        },
        Track {
            role: "[développeur Go|développeuse ou développeur Go|développeur back-end Go]",
            english: "Go developer",
            core: &["go"],
            extra: &["kubernetes", "postgresql", "kafka", "redis", "prometheus", "docker", "graphql"],
            titles: &[
                "Développeur Go pour {objet}",
                "Micro-services Go : consolidation {de_objet}",
                "Passerelle d'API en Go devant {objet}",
                "[Montée en charge|Haute disponibilité] {de_objet} (Go, Kafka)",
            ],
            why: &[
                "Des goroutines fuient sous forte charge et nous redémarrons les services chaque matin.",
                "Nos services se sont multipliés sans conventions communes : journaux, délais et reprises diffèrent partout.",
            ],
            tasks: &[
                "Écrire une bibliothèque commune pour les délais, les reprises et les journaux",
                "Trouver l'origine des fuites mémoire et le prouver par des mesures",
                "Rendre les consommateurs Kafka idempotents",
                "Définir les contrats gRPC entre services",
                "Écrire des tests de charge rejouables",
            ],
            stack: &[
                "Go, gRPC, PostgreSQL et Kafka sur Kubernetes ; tableaux de bord Grafana déjà en place.",
                "Le code est réparti en {dizaine} dépôts, que nous souhaitons réunir.",
            ],
        },
        Track {
            role: "[développeur .NET|développeuse ou développeur C# .NET|développeur C# confirmé]",
            english: ".NET developer",
            core: &["csharp", "dotnet"],
            extra: &["sql-server", "azure", "rest-api", "angular", "rabbitmq", "docker"],
            titles: &[
                "Développeur C# .NET 8 pour {objet}",
                "Migration de .NET Framework vers .NET 8 : {objet_nu}",
                "Services Windows à reprendre en .NET : {objet_nu}",
                "[Renfort|Appui] C# et SQL Server sur {objet}",
            ],
            why: &[
                "L'application est restée en .NET Framework 4.7 et ne peut pas quitter son serveur Windows.",
                "Les procédures stockées portent la moitié des règles métier, sans aucun test.",
            ],
            tasks: &[
                "Migrer les projets vers .NET 8 et ASP.NET Core",
                "Extraire les règles des procédures stockées vers du code testé",
                "Remplacer les services Windows par des traitements supervisés",
                "Mettre en place l'authentification unique avec notre annuaire",
                "Optimiser les requêtes Entity Framework les plus coûteuses",
            ],
            stack: &[
                "C#, SQL Server 2019 et un front Angular ; les déploiements sont encore manuels.",
                "Hébergement sur Azure, région France, avec une chaîne de livraison à compléter.",
            ],
        },
        Track {
            role: "[développeur Node.js|développeuse ou développeur Node.js et TypeScript|développeur NestJS]",
            english: "Node.js developer",
            core: &["nodejs", "typescript"],
            extra: &["nestjs", "postgresql", "mongodb", "graphql", "redis", "websocket", "docker"],
            titles: &[
                "Développeur Node.js et TypeScript pour {objet}",
                "API NestJS : {objet_nu}",
                "Notifications en temps réel (WebSocket) pour {objet}",
                "De JavaScript à TypeScript : {objet_nu}",
            ],
            why: &[
                "Le code JavaScript n'est pas typé et chaque livraison apporte son lot de régressions.",
                "Les notifications en temps réel se perdent dès que nous lançons une seconde instance.",
            ],
            tasks: &[
                "Passer le code en TypeScript strict, module par module",
                "Structurer l'API avec NestJS et valider toutes les entrées",
                "Rendre les connexions WebSocket indépendantes de l'instance",
                "Remplacer la base MongoDB par PostgreSQL sur les données comptables",
                "Limiter le débit par client et journaliser les abus",
            ],
            stack: &[
                "Node.js 22, Express et MongoDB aujourd'hui ; NestJS et PostgreSQL visés.",
                "Une file Redis gère les tâches de fond, sans supervision pour l'instant.",
            ],
        },
    ],
    why: &[
        "Les temps de réponse dépassent souvent {petit} secondes, et le support reçoit des plaintes chaque semaine.",
        "Nos partenaires réclament une API documentée depuis plus d'un an.",
        "La documentation s'arrête à la première version, et une bonne part des règles ne vit que dans le code.",
        "Chaque mise en production se fait à la main et nous fait perdre une demi-journée.",
    ],
    tasks: &[
        "Poser des tests automatisés sur les parcours critiques",
        "Écrire une documentation d'exploitation de quelques pages",
        "Mettre en place des journaux structurés et des alertes utiles",
        "Proposer un découpage en lots livrables toutes les deux semaines",
        "Revoir le modèle de données et préparer les migrations",
    ],
    deliver: &[
        "Le code testé et relu, fusionné sur la branche principale",
        "Un contrat OpenAPI à jour, avec des exemples",
        "Les scripts de migration et leur procédure de retour arrière",
        "Un rapport de mesures avant et après",
    ],
    limits: &[
        "Aucune interruption de plus de dix minutes n'est acceptable en journée.",
        "Les journaux ne doivent contenir aucune donnée personnelle en clair.",
        "L'API existante doit rester compatible pendant six mois.",
    ],
    ask: &[
        "Parlez-nous d'une API que vous avez fait évoluer sans casser ses clients.",
        "Joignez si possible un extrait de code dont vous êtes content, même court.",
        "Dites-nous comment vous testez un service qui dépend de plusieurs autres.",
    ],
    english: English {
        objects: &[],
        why: &[
            "Response times have doubled over the past year and our partners have started to complain.",
            "The original author has moved on, and every release takes longer than the previous one.",
            "Nightly jobs now overlap with office hours, which slows everyone down.",
        ],
        tasks: &[
            "Profile the service and remove the main bottlenecks",
            "Publish a versioned API with a written contract",
            "Add integration tests around the business rules",
            "Move long-running work to background queues",
            "Write a short runbook for the operations team",
            "Prepare the database migrations and their rollback",
        ],
    },
};
