//! Interfaces in the browser.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "frontend",
    hourly: (40, 75),
    fixed: (1_500, 28_000),
    objets: &[],
    tracks: &[
        Track {
            role: "[développeur React|développeuse ou développeur React et TypeScript|développeur front-end React]",
            english: "React developer",
            core: &["react", "typescript"],
            extra: &["nextjs", "tailwind", "graphql", "cypress", "accessibility", "design-system"],
            titles: &[
                "Développeur React pour {objet}",
                "Refonte de l'interface {de_objet} en React",
                "Next.js : [rendu serveur et vitesse|accélération] {de_objet}",
                "Composants React accessibles pour {objet}",
            ],
            why: &[
                "L'état de l'application est réparti entre trois bibliothèques, et plus personne n'ose y toucher.",
                "Le premier affichage prend plus de {petit} secondes sur un téléphone moyen.",
            ],
            tasks: &[
                "Remplacer les composants de classe par des fonctions et des hooks testés",
                "Réduire le poids des scripts envoyés au navigateur",
                "Typer les appels à l'API à partir de son contrat",
                "Bâtir des formulaires longs avec validation et reprise de brouillon",
                "Écrire les tests de parcours sur les navigateurs courants",
            ],
            stack: &[
                "React 18, TypeScript et Vite ; l'API est déjà stable et documentée.",
                "La bibliothèque de composants est maison et documentée dans Storybook.",
            ],
        },
        Track {
            role: "[développeur Vue.js|développeuse ou développeur Vue et Nuxt|développeur front-end Vue.js]",
            english: "Vue.js developer",
            core: &["vue", "javascript"],
            extra: &["nuxt", "typescript", "tailwind", "accessibility", "rest-api"],
            titles: &[
                "Développeur Vue.js pour {objet}",
                "Migration de Vue 2 vers Vue 3 : {objet_nu}",
                "Tableaux et filtres avancés en Vue pour {objet}",
                "[Nuxt 3|Vue 3 et Nuxt] : nouvelle interface {de_objet}",
            ],
            why: &[
                "Vue 2 n'est plus maintenu et plusieurs de nos dépendances refusent de se mettre à jour.",
                "Les listes de plus de {n}00 lignes rendent l'écran inutilisable.",
            ],
            tasks: &[
                "Migrer les composants vers Vue 3 et l'API de composition",
                "Remplacer Vuex par Pinia",
                "Afficher de longues listes sans ralentissement",
                "Reprendre les traductions et les formats de date",
                "Supprimer les greffons abandonnés",
            ],
            stack: &[
                "Vue 2.7, Vuex et webpack aujourd'hui ; Vue 3, Pinia et Vite demain.",
                "L'interface compte une quarantaine d'écrans, dont {dizaine} vraiment utilisés.",
            ],
        },
        Track {
            role: "[développeur Angular|développeuse ou développeur Angular|développeur Angular confirmé]",
            english: "Angular developer",
            core: &["angular", "typescript"],
            extra: &["rest-api", "cypress", "java", "accessibility", "design-system"],
            titles: &[
                "Développeur Angular pour {objet}",
                "Montée de version Angular [12 vers 19|14 vers 19] : {objet_nu}",
                "Écrans de gestion Angular pour {objet}",
                "[Remise à niveau|Nettoyage] d'un front Angular : {objet_nu}",
            ],
            why: &[
                "Nous avons {petit} versions d'Angular de retard et l'écart grandit.",
                "Les abonnements RxJS oubliés provoquent des ralentissements au fil de la journée.",
            ],
            tasks: &[
                "Monter les versions d'Angular une à une, tests à l'appui",
                "Passer aux composants autonomes et aux signaux",
                "Mutualiser les tableaux et les formulaires",
                "Traquer les abonnements RxJS jamais fermés",
                "Charger les modules à la demande",
            ],
            stack: &[
                "Angular, RxJS et une bibliothèque de composants interne ; serveur Spring Boot.",
                "Deux équipes partagent le même dépôt, organisé avec Nx.",
            ],
        },
        Track {
            role: "[développeur Svelte|développeuse ou développeur Svelte|développeur front-end Svelte]",
            english: "Svelte developer",
            core: &["svelte", "typescript"],
            extra: &["tailwind", "accessibility", "rest-api", "websocket", "playwright"],
            titles: &[
                "Développeur Svelte pour {objet}",
                "Passage à Svelte 5 : {objet_nu}",
                "Tableau de bord SvelteKit pour {objet}",
                "Carte interactive en Svelte pour {objet}",
            ],
            why: &[
                "Un prototype SvelteKit a plu à tout le monde ; il faut en faire un vrai produit.",
                "Le passage aux runes de Svelte 5 a commencé mais reste à mi-chemin.",
            ],
            tasks: &[
                "Terminer le passage aux runes de Svelte 5",
                "Construire des graphiques lisibles sans bibliothèque lourde",
                "Mettre à jour l'écran en temps réel sans faire sauter la lecture",
                "Écrire des tests Playwright sur les parcours sensibles",
                "Gérer le mode sombre et l'impression",
            ],
            stack: &[
                "SvelteKit, TypeScript et CSS sans surcouche ; l'API envoie des événements au fil de l'eau.",
                "Peu de dépendances, et nous tenons à ce que cela dure.",
            ],
        },
        Track {
            role: "[intégrateur HTML et CSS|développeur front-end accessibilité|expert accessibilité web]",
            english: "Web accessibility specialist",
            core: &["html-css", "accessibility"],
            extra: &["javascript", "design-system", "figma", "seo"],
            titles: &[
                "Mise en conformité RGAA {de_objet}",
                "Accessibilité : correction après audit {de_objet}",
                "Intégration HTML et CSS de {dizaine} écrans pour {objet}",
                "[Gabarits|Courriels et gabarits] HTML accessibles pour {objet}",
            ],
            why: &[
                "L'audit RGAA conclut à {n} % de conformité seulement, et l'obligation légale nous concerne.",
                "Plusieurs {gens} naviguent au clavier ou avec un lecteur d'écran et restent bloqués sur les formulaires.",
            ],
            tasks: &[
                "Corriger les critères RGAA non conformes, par ordre de gêne",
                "Reprendre les contrastes, les titres et les libellés de formulaires",
                "Rendre les menus et les fenêtres utilisables au clavier",
                "Tester avec NVDA, VoiceOver et un zoom à 200 %",
                "Rédiger la déclaration d'accessibilité",
            ],
            stack: &[
                "Gabarits rendus côté serveur, feuilles de style héritées de trois refontes successives.",
                "Le rapport d'audit et sa grille détaillée vous seront remis.",
            ],
        },
    ],
    why: &[
        "Les maquettes sont prêtes et validées, mais l'équipe interne manque de temps.",
        "L'interface a grandi sans règles communes : chaque écran a ses propres boutons.",
        "Nos {gens} se plaignent de la lenteur, surtout sur mobile.",
    ],
    tasks: &[
        "Intégrer les maquettes Figma avec fidélité, y compris les états d'erreur",
        "Atteindre un score de performance correct sur mobile",
        "Mettre en place les tests de non-régression visuelle",
        "Rendre l'interface conforme au RGAA sur les parcours principaux",
    ],
    deliver: &[
        "Des composants documentés et testés",
        "Un relevé d'accessibilité sur les parcours principaux",
        "Les mesures de performance avant et après",
    ],
    limits: &[
        "L'interface doit respecter le RGAA, niveau AA.",
        "Aucun traceur tiers ne doit être chargé avant le consentement.",
        "Les navigateurs visés sont ceux des deux dernières années, plus un poste sous Firefox ESR.",
    ],
    ask: &[
        "Montrez-nous deux ou trois interfaces que vous avez réalisées et dites ce qui était de votre main.",
        "Expliquez comment vous vérifiez qu'un écran est utilisable au clavier.",
    ],
    english: English {
        objects: &[],
        why: &[
            "The interface grew without shared rules and every screen now has its own buttons.",
            "First paint takes several seconds on an ordinary phone.",
            "Designs are signed off, yet our own team has no time to build them.",
        ],
        tasks: &[
            "Build the screens from the approved designs, error states included",
            "Make every journey usable with a keyboard and a screen reader",
            "Generate the API types from the published contract",
            "Cut the amount of script sent to the browser",
            "Write end-to-end tests for the main journeys",
        ],
    },
};
