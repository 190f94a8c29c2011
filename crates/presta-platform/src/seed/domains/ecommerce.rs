//! Online shops.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "ecommerce",
    hourly: (38, 68),
    fixed: (800, 28_000),
    objets: &[
        "la boutique en ligne",
        "l'espace de commande des professionnels",
        "la vente de pièces détachées en ligne",
        "la boutique d'abonnements",
        "le tunnel de commande",
        "la vente de bons cadeaux en ligne",
        "le catalogue en ligne",
    ],
    tracks: &[
        Track {
            role: "[développeur PrestaShop|développeuse ou développeur PrestaShop|expert PrestaShop]",
            english: "PrestaShop developer",
            core: &["prestashop", "php"],
            extra: &["mysql", "seo", "html-css", "web-analytics", "javascript"],
            titles: &[
                "Migration PrestaShop [1.6 vers 8|1.7 vers 8] : {objet_nu}, {un_secteur}",
                "Module PrestaShop sur mesure pour {objet} {a_ville}",
                "PrestaShop trop lent : {objet_nu} à optimiser, {un_secteur}",
                "Synchronisation des stocks PrestaShop pour {un_secteur}",
            ],
            why: &[
                "La boutique tourne sous PrestaShop 1.6, avec {n} modules dont certains ne sont plus vendus.",
                "Les stocks de la boutique et ceux de la caisse divergent plusieurs fois par semaine.",
            ],
            tasks: &[
                "Migrer produits, clients et commandes sans perte",
                "Remplacer les modules abandonnés par des modules maintenus ou du code simple",
                "Synchroniser les stocks avec notre logiciel de gestion toutes les cinq minutes",
                "Revoir les surcharges de classes qui bloquent les mises à jour",
                "Ajouter un mode de livraison en point relais",
            ],
            stack: &[
                "PrestaShop, MySQL et un thème acheté puis modifié à la main.",
                "Environ {gros} références, avec déclinaisons.",
            ],
        },
        Track {
            role: "[développeur WooCommerce|développeuse ou développeur Shopify|développeur e-commerce]",
            english: "E-commerce developer",
            core: &["woocommerce", "shopify"],
            extra: &["wordpress", "javascript", "seo", "web-analytics", "rest-api"],
            titles: &[
                "De WooCommerce à Shopify : {objet_nu} pour {un_secteur}",
                "Abonnements et paiements récurrents : {objet_nu} {a_ville}",
                "[Abandon de panier|Taux de conversion] : améliorer {objet}",
                "Configurateur de produits pour {objet}, {un_secteur}",
            ],
            why: &[
                "Près de {n} % des paniers sont abandonnés à l'étape de la livraison.",
                "Les paiements récurrents échouent sans que le client ni nous soyons prévenus.",
            ],
            tasks: &[
                "Simplifier le tunnel de commande et mesurer l'effet de chaque changement",
                "Mettre en place les paiements récurrents et leurs relances",
                "Reprendre le catalogue avec ses photos et ses avis",
                "Relier la boutique à la comptabilité",
                "Mettre les fiches produits en conformité avec l'étiquetage obligatoire",
            ],
            stack: &[
                "WooCommerce aujourd'hui, environ {n}0 commandes par semaine.",
                "La préparation des colis se fait sur un tableur, que nous voulons abandonner.",
            ],
        },
        Track {
            role: "[développeur Magento|développeuse ou développeur Magento|développeur Adobe Commerce]",
            english: "Magento developer",
            core: &["magento", "php"],
            extra: &["elasticsearch", "redis", "mysql", "rabbitmq", "graphql"],
            titles: &[
                "Montée de version Magento 2.4 : {objet_nu}, {un_secteur}",
                "Développeur Magento pour {objet} {a_ville}",
                "Tarifs par client et devis en ligne (Magento) pour {un_secteur}",
                "Recherche et filtres Magento à revoir sur {objet}",
            ],
            why: &[
                "Les réindexations bloquent la boutique chaque matin pendant {n} minutes.",
                "Nos clients professionnels ont des tarifs négociés que Magento ne sait pas afficher aujourd'hui.",
            ],
            tasks: &[
                "Monter Magento à la dernière version corrigée",
                "Afficher les tarifs négociés et les délais propres à chaque client",
                "Rendre la recherche tolérante aux fautes de frappe",
                "Déplacer les traitements lourds dans des files de messages",
                "Couvrir le paiement et la remise par des tests automatisés",
            ],
            stack: &[
                "Magento 2.4, OpenSearch, Redis et deux serveurs web derrière un répartiteur.",
                "Les articles viennent d'un progiciel, par fichiers déposés chaque nuit.",
            ],
        },
    ],
    why: &[
        "La haute saison commence dans quelques mois et le site est tombé deux fois l'an dernier.",
        "Le service client passe une heure par jour à corriger des commandes mal transmises.",
        "Notre référencement a reculé depuis la dernière refonte.",
    ],
    tasks: &[
        "Tester la tenue en charge avant la haute saison",
        "Suivre les ventes pendant deux semaines après la mise en ligne",
        "Garder les adresses des pages les mieux classées",
        "Vérifier les règles de TVA pour les ventes hors de France",
    ],
    deliver: &[
        "La boutique en production, avec un environnement de recette identique",
        "Un cahier de tests du tunnel de commande",
        "Un suivi des écarts de stock sur un mois",
    ],
    limits: &[
        "Aucune mise en production le vendredi ni pendant les soldes.",
        "Les numéros de carte ne doivent jamais passer par nos serveurs.",
        "Les données des clients restent hébergées dans l'Union européenne.",
    ],
    ask: &[
        "Citez une boutique que vous suivez depuis plus d'un an et ce que vous y avez amélioré.",
        "Indiquez vos délais d'intervention en cas de panne du paiement.",
    ],
    english: English {
        objects: &["online shop", "trade ordering portal", "checkout", "spare parts catalogue"],
        why: &[
            "Stock levels in the shop and in the till disagree several times a week.",
            "The site went down twice during last year's peak season.",
            "Too many baskets are abandoned at the delivery step.",
        ],
        tasks: &[
            "Move products, customers and orders without any loss",
            "Simplify the checkout and measure each change",
            "Synchronise stock with our back office every five minutes",
            "Run load tests before the peak season",
            "Cover payment and discounts with automated tests",
        ],
    },
};
