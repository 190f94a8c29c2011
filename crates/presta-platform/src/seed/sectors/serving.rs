//! Those who teach, sell, publish and advise.

use super::Sector;

pub(super) const SECTORS: &[Sector] = &[
    sector!(
        "une enseigne de jardinerie",
        true,
        "clients",
        ["Jardins", "Vergers"],
        [
            "la boutique en ligne",
            "le programme de fidélité",
            "la gestion des stocks en magasin",
            "le retrait en magasin"
        ],
        "a garden centre chain",
        ["online shop", "loyalty programme"]
    ),
    sector!(
        "un fabricant de mobilier",
        false,
        "revendeurs",
        ["Mobilier", "Ébénisterie"],
        ["le configurateur de meubles", "la boutique en ligne", "l'espace revendeurs", "le suivi des commandes"],
        "a furniture maker",
        ["furniture configurator", "dealer portal"]
    ),
    sector!(
        "une maison de cosmétiques",
        true,
        "clientes",
        ["Cosmétiques", "Botanique"],
        [
            "la boutique en ligne",
            "l'outil de formulation",
            "le diagnostic de peau en ligne",
            "la gestion des échantillons"
        ],
        "a cosmetics house",
        ["online shop", "formulation tool"]
    ),
    sector!(
        "un groupe de presse locale",
        false,
        "lecteurs",
        ["Presse", "Éditions"],
        ["le site d'actualités", "la gestion des abonnements", "l'outil de publication", "l'application de lecture"],
        "a local press group",
        ["news site", "subscription system"]
    ),
    sector!(
        "une maison d'édition scolaire",
        true,
        "enseignants",
        ["Éditions", "Manuels"],
        [
            "la plateforme de manuels numériques",
            "le générateur d'exercices",
            "la gestion des licences",
            "l'espace enseignants"
        ],
        "a school publisher",
        ["digital textbook platform", "exercise generator"]
    ),
    sector!(
        "un centre culturel",
        false,
        "spectateurs",
        ["Scène", "Culture"],
        ["la billetterie en ligne", "le site de la saison", "la gestion des abonnés", "le planning technique"],
        "a theatre and arts centre",
        ["ticketing service", "season website"]
    ),
    sector!(
        "une association d'aide à domicile",
        true,
        "bénéficiaires",
        ["Entraide", "Solidarité"],
        [
            "l'outil de planning des intervenants",
            "le cahier de liaison numérique",
            "la télégestion des heures",
            "le portail des familles"
        ],
        "a home care charity",
        ["carer scheduling tool", "family portal"]
    ),
    sector!(
        "un équipementier aéronautique",
        false,
        "techniciens",
        ["Aéro", "Structures"],
        [
            "le banc de test automatisé",
            "la gestion documentaire technique",
            "l'outil de suivi des non-conformités",
            "le simulateur de charge"
        ],
        "an aerospace supplier",
        ["automated test bench", "non-conformity tracker"]
    ),
    sector!(
        "un opérateur de mobilité urbaine",
        false,
        "voyageurs",
        ["Mobilités", "Vélos"],
        [
            "l'application voyageurs",
            "l'information en temps réel",
            "le système de location de vélos",
            "la vente de titres"
        ],
        "an urban mobility operator",
        ["passenger app", "bike rental system"]
    ),
    sector!(
        "une chaîne d'hôtels indépendants",
        true,
        "clients",
        ["Hôtels", "Séjours"],
        [
            "le moteur de réservation",
            "l'outil de gestion des chambres",
            "le livret d'accueil numérique",
            "la tarification dynamique"
        ],
        "an independent hotel chain",
        ["booking engine", "room management tool"]
    ),
    sector!(
        "un réseau de restaurants",
        false,
        "convives",
        ["Tables", "Cuisines"],
        ["la commande en ligne", "la gestion des plannings", "l'outil de suivi des stocks", "la borne de commande"],
        "a restaurant group",
        ["online ordering service", "stock tracker"]
    ),
    sector!(
        "une entreprise du bâtiment",
        true,
        "conducteurs de travaux",
        ["Bâtiment", "Constructions"],
        ["le suivi de chantier", "l'outil de chiffrage", "la gestion du matériel", "l'application de pointage"],
        "a construction company",
        ["site tracking app", "quoting tool"]
    ),
    sector!(
        "un gestionnaire d'eau potable",
        false,
        "abonnés",
        ["Eaux", "Sources"],
        ["la télérelève des compteurs", "l'espace abonnés", "la cartographie du réseau", "la détection de fuites"],
        "a water utility",
        ["meter reading system", "leak detection service"]
    ),
    sector!(
        "une société de gestion des déchets",
        true,
        "agents de collecte",
        ["Recyclage", "Environnement"],
        ["l'optimisation des collectes", "le suivi des bennes", "le registre des déchets", "l'application des agents"],
        "a waste management company",
        ["collection planner", "skip tracking system"]
    ),
    sector!(
        "un laboratoire de recherche",
        false,
        "chercheurs",
        ["Recherche", "Sciences"],
        [
            "la plateforme de calcul",
            "le cahier de laboratoire numérique",
            "l'entrepôt de données d'essais",
            "l'outil d'analyse de signaux"
        ],
        "a research laboratory",
        ["computing platform", "electronic lab notebook"]
    ),
    sector!(
        "un studio de jeux indépendant",
        false,
        "joueurs",
        ["Studio", "Jeux"],
        ["le service de parties en ligne", "l'éditeur de niveaux", "la boutique intégrée", "le système de classement"],
        "an independent game studio",
        ["matchmaking service", "level editor"]
    ),
    sector!(
        "un cabinet de recrutement",
        false,
        "candidats",
        ["Talents", "Carrières"],
        ["le vivier de candidatures", "l'espace candidats", "l'outil de suivi des missions", "la diffusion des offres"],
        "a recruitment firm",
        ["candidate pool", "assignment tracker"]
    ),
    sector!(
        "un fabricant d'instruments de mesure",
        false,
        "techniciens",
        ["Instruments", "Métrologie"],
        [
            "le logiciel d'étalonnage",
            "la passerelle de capteurs",
            "l'application de mesure de terrain",
            "la gestion des certificats"
        ],
        "a measuring instrument maker",
        ["calibration software", "sensor gateway"]
    ),
    sector!(
        "une étude notariale",
        true,
        "clients",
        ["Étude", "Actes"],
        [
            "l'espace clients sécurisé",
            "la gestion des rendez-vous",
            "l'outil de suivi des dossiers",
            "le coffre documentaire"
        ],
        "a notary office",
        ["secure client area", "case tracker"]
    ),
];
