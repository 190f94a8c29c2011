//! Servers, networks and workplaces.

use super::{Domain, English, Track};

pub(super) const DOMAIN: Domain = Domain {
    id: "infrastructure",
    hourly: (40, 75),
    fixed: (900, 23_000),
    objets: &[
        "le parc de serveurs",
        "le réseau des agences",
        "la salle informatique",
        "l'annuaire de l'entreprise",
        "la messagerie",
        "le parc de postes de travail",
        "le réseau sans fil",
        "la téléphonie sur IP",
        "le stockage de fichiers",
        "le plan de sauvegarde",
    ],
    tracks: &[
        Track {
            role: "[administrateur Linux|administratrice ou administrateur Linux|ingénieur système Linux]",
            english: "Linux administrator",
            core: &["linux"],
            extra: &["ansible", "proxmox", "backup", "docker", "postgresql", "networking"],
            titles: &[
                "Administrateur Linux pour {un_secteur} {a_ville}",
                "De VMware à Proxmox : {objet_nu}, {un_secteur}",
                "Ansible pour {n} serveurs Debian {a_ville}",
                "[Infogérance|Administration] à temps partagé {a_ville}, {un_secteur}",
                "Sauvegardes à remettre en ordre pour {un_secteur} {a_ville}",
            ],
            why: &[
                "Le prix des licences VMware a triplé et nous voulons passer à Proxmox.",
                "Plusieurs serveurs tournent sous une version de Debian qui n'est plus maintenue.",
                "Les sauvegardes occupent le même local que les serveurs.",
            ],
            tasks: &[
                "Migrer les machines virtuelles vers Proxmox, par vagues",
                "Décrire chaque serveur avec Ansible",
                "Mettre en place des sauvegardes hors site, chiffrées et testées",
                "Appliquer les mises à jour de sécurité chaque mois",
                "Durcir l'accès SSH et retirer les comptes inutiles",
            ],
            stack: &[
                "Une trentaine de machines Debian et Ubuntu, réparties sur {petit} hôtes.",
                "Le stockage est une baie de {petit} ans, encore sous garantie.",
            ],
        },
        Track {
            role: "[administrateur Windows|administratrice ou administrateur Microsoft 365|ingénieur système Windows]",
            english: "Windows administrator",
            core: &["windows-server", "active-directory"],
            extra: &["microsoft-365", "powershell", "azure", "backup", "iam", "vmware"],
            titles: &[
                "Passage à Microsoft 365 pour {effectif} personnes {a_ville}",
                "Active Directory : [ménage|audit] et modernisation, {un_secteur} {a_ville}",
                "Windows Server 2012 à remplacer : {objet_nu} {a_ville}",
                "Scripts PowerShell pour {objet}, {un_secteur}",
            ],
            why: &[
                "Deux serveurs Windows 2012 portent encore des services essentiels.",
                "L'annuaire contient près de {n} % de comptes inactifs.",
            ],
            tasks: &[
                "Déplacer les boîtes aux lettres sans interruption",
                "Revoir les stratégies de groupe, une à une",
                "Automatiser l'arrivée et le départ des salariés en PowerShell",
                "Remplacer les anciens serveurs de fichiers",
                "Préparer la gestion des postes à distance",
            ],
            stack: &[
                "Active Directory, Windows Server 2012 à 2019, environ {n}0 postes.",
                "La messagerie est encore hébergée chez nous.",
            ],
        },
        Track {
            role: "[ingénieur réseau|ingénieure ou ingénieur réseau et sécurité|technicien réseau confirmé]",
            english: "Network engineer",
            core: &["networking", "firewall"],
            extra: &["linux", "active-directory", "iam", "prometheus", "soc-siem"],
            titles: &[
                "Refonte du réseau {a_ville} pour {un_secteur}",
                "Remplacement des pare-feu de {petit} sites, {un_secteur} {a_ville}",
                "Wi-Fi professionnel {a_ville} : étude et installation, {un_secteur}",
                "Ingénieur réseau pour {objet}, {un_secteur}",
            ],
            why: &[
                "Tout le réseau est à plat : imprimantes, caméras et serveurs se voient.",
                "Le Wi-Fi décroche dans la moitié des bureaux.",
            ],
            tasks: &[
                "Dessiner le plan d'adressage et le découpage en VLAN",
                "Remplacer les pare-feu, règles revues et commentées",
                "Relier les sites par VPN, avec un lien de secours",
                "Mesurer la couverture Wi-Fi et placer les bornes",
                "Superviser les liens et les équipements",
            ],
            stack: &[
                "Commutateurs de {petit} marques, {petit} sites, fibre et secours 4G.",
                "Les plans de câblage sont incomplets.",
            ],
        },
    ],
    why: &[
        "La dernière coupure a immobilisé l'entreprise une demi-journée.",
        "Une seule personne détient tous les mots de passe.",
        "L'inventaire n'est pas à jour depuis le déménagement.",
    ],
    tasks: &[
        "Tenir l'inventaire et les schémas à jour",
        "Rédiger les procédures d'urgence",
        "Former notre technicien aux gestes courants",
        "Déposer les mots de passe dans un coffre partagé",
    ],
    deliver: &[
        "Un dossier d'exploitation complet",
        "Des schémas à jour, au format modifiable",
        "Un procès-verbal de restauration",
    ],
    limits: &[
        "Les coupures sont possibles après 19 h ou le samedi.",
        "L'accès aux locaux se fait accompagné.",
        "Le matériel est acheté par nos soins, sur votre conseil.",
    ],
    ask: &["Précisez vos délais d'intervention sur site.", "Dites comment vous documentez ce que vous installez."],
    english: English {
        objects: &["server estate", "branch network", "mail service", "backup plan"],
        why: &[
            "Backups sit in the same room as the servers.",
            "The network is flat: printers, cameras and servers all see each other.",
            "A single person holds every password.",
        ],
        tasks: &[
            "Move the virtual machines in waves",
            "Describe every server as code",
            "Set up encrypted off-site backups and test them",
            "Split the network and comment every firewall rule",
            "Write the emergency procedures",
        ],
    },
};
