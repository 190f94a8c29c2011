//! Sentences any brief may hold, whatever the trade.

/// Titles any speciality may take.
pub(super) const TITLES: &[&str] = &[
    "{Role} pour {un_secteur}",
    "{Role} pour {un_secteur} {a_ville}",
    "{Role} : {objet_nu}",
    "{Role} – [renfort|mission] de {duree}",
    "{Role} {a_ville} : [renfort d'équipe|démarrage {debut}|mission de {duree}]",
    "[Recherche|Cherche|Besoin d'un profil] {role} pour {objet}",
    "[Mission|Renfort] {role} – {objet_nu}",
    "{Objet} : [mission|renfort] {de_role}",
];

pub(super) const GREETING: &[&str] = &[
    "Bonjour,",
    "Bonjour à toutes et à tous,",
    "Bonjour et merci de l'intérêt que vous portez à cette mission.",
    "Bonjour, voici notre besoin en quelques lignes.",
];

pub(super) const CONTEXT: &[&str] = &[
    "{Nom} est {un_secteur} [basé{e}|installé{e}|implanté{e}] {a_ville}. Nous sommes {effectif} [personnes|collaborateurs], et {objet} est au cœur de notre activité.",
    "Nous sommes {un_secteur} de {effectif} personnes, {a_ville}. Cette mission concerne {objet}, dont nos {gens} se servent [chaque jour|toute la journée|au quotidien].",
    "Chez {nom}, {un_secteur} {de_ville}, [environ |]{gros} [opérations|dossiers|demandes] passent chaque [mois|trimestre] par {objet}.",
    "{Nom}, {un_secteur} qui compte {effectif} [salariés|collaborateurs], [fait évoluer|reprend en main|modernise] {objet}.",
    "Nous [exploitons|faisons vivre|utilisons] {objet} depuis {dizaine} ans [au sein de {nom}|chez {nom}], {un_secteur} {de_ville}.",
    "{Un_secteur} {a_ville}, {effectif} personnes, une petite équipe informatique : voilà qui nous sommes. Le sujet du moment est {objet}.",
    "Notre structure ({un_secteur}, {effectif} personnes) [s'appuie|repose] chaque jour sur {objet}.",
    "{Objet} [sert|accompagne] aujourd'hui près de {centaines} {gens}. {Nom}, {un_secteur} {de_ville}, souhaite passer à l'étape suivante.",
];

/// For trades whose object is not an application everyone uses.
pub(super) const CONTEXT_PLAIN: &[&str] = &[
    "{Nom} est {un_secteur} [basé{e}|installé{e}|implanté{e}] {a_ville}. Nous sommes {effectif} [personnes|collaborateurs], et cette mission concerne {objet}.",
    "Nous sommes {un_secteur} de {effectif} personnes, {a_ville}. Le sujet de cette mission : {objet}.",
    "{Nom}, {un_secteur} qui compte {effectif} [salariés|collaborateurs], [ouvre un chantier autour {de_objet}|fait évoluer {objet}|lance un projet autour {de_objet}].",
    "{Un_secteur} {a_ville}, {effectif} personnes, une petite équipe informatique : voilà qui nous sommes. Le sujet du moment est {objet}.",
    "Notre structure ({un_secteur}, {effectif} personnes, {a_ville}) cherche un renfort pour {objet}.",
    "Pour {objet}, {nom} fait appel à une personne extérieure. Nous sommes {un_secteur} {de_ville}.",
    "Le projet porte sur {objet}. Il est mené par {nom}, {un_secteur} de {effectif} personnes, {a_ville}.",
];

pub(super) const HISTORY: &[&str] = &[
    "La première version date d'il y a {dizaine} ans et a été écrite par un prestataire [qui a cessé son activité|avec lequel nous ne travaillons plus].",
    "Le projet a été lancé en interne, puis mis en pause [faute de temps|faute de bras|après un départ dans l'équipe].",
    "Nous avons déjà mené une phase de cadrage avec nos {gens}, dont le compte rendu sera partagé avec les candidats retenus.",
    "Une première tentative, l'an dernier, n'a pas abouti : le périmètre était trop large. Nous préférons cette fois avancer par étapes.",
    "La direction a validé le budget et attend des premiers résultats visibles [avant la fin du trimestre|sous deux mois].",
    "Deux sites supplémentaires doivent rejoindre l'outil [cette année|dans les six mois], ce qui nous oblige à consolider l'existant.",
];

pub(super) const NEED: &[&str] = &[
    "Nous cherchons une personne autonome, capable de [lire l'existant|comprendre vite l'existant], de proposer un plan simple, puis d'aller [au bout|jusqu'à la mise en service].",
    "Il nous faut un regard extérieur puis un vrai travail de fond : diagnostic rapide, priorités partagées, réalisation [par petits lots|par étapes].",
    "Le besoin est bien délimité et nous restons disponibles pour répondre à vos questions avant toute offre.",
    "Nous voulons confier ce lot à [une seule personne|un ou une indépendante], avec un interlocuteur technique dédié de notre côté.",
];

pub(super) const LEADS: &[&str] = &[
    "Ce que nous vous demandons :",
    "Voici le travail à mener :",
    "Au programme :",
    "Concrètement, vous aurez à :",
    "Voici l'essentiel :",
    "Vos tâches principales :",
    "Dans l'ordre de nos priorités :",
];

pub(super) const TEAM: &[&str] = &[
    "L'équipe compte {petit} personnes, dont une qui connaît bien l'historique.",
    "Vous travaillerez avec notre responsable technique et deux référents métier.",
    "Nous fonctionnons par itérations de deux semaines, avec une démonstration à chaque fin de cycle.",
    "Le suivi se fait sur un tableau partagé ; chaque modification passe par une relecture.",
    "Le sujet est nouveau pour notre équipe : la pédagogie comptera autant que la technique.",
    "Un environnement de recette existe déjà et reste à votre disposition.",
];

pub(super) const DELIVER: &[&str] = &[
    "Une documentation [courte|à jour], en français, relue ensemble",
    "Une séance de transfert de compétences [d'une demi-journée|de deux heures]",
    "Un compte rendu d'avancement chaque [vendredi|semaine]",
    "La liste des points laissés ouverts, avec une estimation pour chacun",
];

/// What is handed over when there is code.
pub(super) const DELIVER_CODE: &[&str] = &[
    "Une documentation [courte|à jour], en français, relue ensemble",
    "Une séance de transfert de compétences [d'une demi-journée|de deux heures]",
    "Les sources et leur historique complet sur notre dépôt",
    "Une garantie de [trente|soixante|quatre-vingt-dix] jours sur les anomalies",
    "La liste des points laissés ouverts, avec une estimation pour chacun",
];

/// Terms of a mission that touches running software.
pub(super) const TERMS_CODE: &[&str] = &[
    "Le code produit nous appartient une fois réglé, et rien de ce qui est livré ne doit dépendre d'un compte personnel.",
    "Nous tenons à pouvoir reprendre la suite en interne : pas de composant exotique sans discussion préalable.",
    "Les mises en production se font le mardi ou le jeudi, jamais la veille d'un week-end.",
    "Pas d'astreinte prévue, sauf pendant la semaine de bascule.",
    "Un engagement de confidentialité sera demandé avant l'accès aux dépôts.",
    "Les données traitées comportent des informations personnelles : le RGPD s'applique et un accord de sous-traitance sera signé.",
];

pub(super) const TERMS: &[&str] = &[
    "Les données traitées comportent des informations personnelles : le RGPD s'applique et un accord de sous-traitance sera signé.",
    "Un engagement de confidentialité sera demandé avant l'accès à nos documents.",
    "Une attestation d'assurance responsabilité civile professionnelle sera demandée à la signature.",
    "Les échanges se font en français, à l'oral comme à l'écrit.",
    "La mission peut être prolongée d'un commun accord.",
    "La sous-traitance n'est pas acceptée : nous voulons travailler avec la personne qui répond.",
];

pub(super) const PLANNING: &[&str] = &[
    "Démarrage souhaité {debut}, pour une durée estimée à {duree}.",
    "La mission commence {debut} et dure [environ|à peu près] {duree}.",
    "Nous aimerions démarrer {debut} ; comptez {duree} de travail[, avec une prolongation possible|].",
    "Début : {debut}. Durée : {duree}[, renouvelable|, à affiner ensemble|].",
    "Calendrier visé : lancement {debut}, puis {duree} [au rythme qui vous convient|avec un point hebdomadaire].",
];

pub(super) const REMOTE: &[&str] = &[
    "Le télétravail complet est possible, avec un point en visio [deux fois par semaine|chaque lundi|tous les deux jours].",
    "Mission réalisable entièrement à distance ; une visite {a_ville} au lancement serait appréciée.",
    "Télétravail bienvenu, avec une journée {a_ville} toutes les [deux|trois|quatre] semaines (frais remboursés).",
    "Tout peut se faire à distance, sur le fuseau horaire de nos équipes.",
    "À distance, à condition de rester joignable [le matin|entre 10 h et 16 h].",
];

pub(super) const ON_SITE: &[&str] = &[
    "Présence {a_ville} [trois|quatre] jours par semaine, le reste en télétravail.",
    "Le travail se fait sur site, {a_ville}, au moins pendant les premières semaines.",
    "Une présence régulière {a_ville} est nécessaire : le matériel et les équipes sont sur place.",
    "Sur site {a_ville}, avec deux jours de télétravail une fois la prise en main terminée.",
];

pub(super) const PAY_HOURLY: &[&str] = &[
    "Taux horaire : {fourchette} hors taxes, selon l'expérience.",
    "Nous prévoyons {fourchette} de l'heure, soit un TJM {tjm}.",
    "TJM envisagé : {tjm} HT[, facturation mensuelle|, réglé à trente jours|].",
    "Côté budget, comptez {fourchette} de l'heure, [facturés au temps passé|sur relevé mensuel].",
];

pub(super) const PAY_FIXED: &[&str] = &[
    "Budget au forfait : {fourchette} hors taxes.",
    "L'enveloppe se situe {fourchette} HT, [réglée en trois fois|à répartir par étapes|avec un acompte de 30 % à la commande].",
    "Nous avons prévu {fourchette} pour l'ensemble ; un devis par lot est [bienvenu|préférable].",
    "Forfait {fourchette}[, paiement par jalons|, solde à la recette|].",
];

pub(super) const STEPS: &[&str] = &[
    "Semaine 1 : prise en main, lecture de l'existant, [entretiens|échanges] avec les référents",
    "Première étape : un lot réduit mis en production pour valider la méthode",
    "À mi-parcours : démonstration aux {gens} pilotes et ajustements",
    "Dernière étape : recette, documentation et transfert",
    "Après la livraison : un mois de suivi, à raison d'une demi-journée par semaine",
];

pub(super) const ASK: &[&str] = &[
    "Dites-nous en quelques lignes comment vous aborderiez le sujet et ce qui vous semble risqué.",
    "Précisez votre disponibilité, votre prix et deux ou trois réalisations comparables.",
    "Une offre courte et concrète vaut mieux qu'une longue présentation.",
    "Indiquez ce que vous feriez la première semaine.",
    "Merci de distinguer ce qui est compris dans votre prix de ce qui ne l'est pas.",
    "Les offres toutes faites, sans un mot sur notre besoin, ne seront pas lues.",
];

pub(super) const ASK_LEADS: &[&str] = &[
    "Votre offre [contiendra|précisera] :",
    "Pour nous permettre de comparer, merci d'indiquer :",
    "Nous aimerions y trouver :",
];

pub(super) const ASK_ITEMS: &[&str] = &[
    "Votre compréhension du besoin en quelques phrases",
    "Le découpage que vous proposez et le prix de chaque lot",
    "Vos disponibilités et votre rythme de travail",
    "Deux ou trois réalisations comparables",
    "Les hypothèses sur lesquelles repose votre chiffrage",
    "Les points sur lesquels vous avez besoin de précisions",
];

pub(super) const CLOSING: &[&str] = &[
    "Au plaisir de vous lire.",
    "Nous répondons à toutes les offres sous [une semaine|cinq jours ouvrés|dix jours].",
    "N'hésitez pas à poser vos questions avant de répondre.",
    "Un premier échange d'une demi-heure sera proposé aux [trois|quatre|cinq] candidatures retenues.",
    "Merci d'avance pour vos propositions !",
    "Nous ferons notre choix [d'ici la fin du mois|sous quinze jours].",
    "Si le courant passe, d'autres lots suivront dans l'année.",
    "Des questions ? Écrivez-nous ici, nous répondons [vite|dans la journée|sous 24 heures].",
];

pub(super) const H_CONTEXT: &[&str] = &["Contexte", "Qui nous sommes", "Le contexte"];
pub(super) const H_WORK: &[&str] = &["La mission", "Travail attendu", "Périmètre", "Ce qu'il y a à faire"];
pub(super) const H_STACK: &[&str] = &["Environnement technique", "L'existant", "Côté technique"];
pub(super) const H_DELIVER: &[&str] = &["Livrables", "Ce que nous attendons à la fin", "Éléments à remettre"];
pub(super) const H_TERMS: &[&str] = &["Conditions", "Modalités", "Cadre de la mission"];
pub(super) const H_PLAN: &[&str] = &["Calendrier", "Étapes", "Planning"];
pub(super) const H_ANSWER: &[&str] = &["Votre réponse", "Pour répondre", "Votre offre"];
