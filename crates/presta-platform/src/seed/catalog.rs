//! The skills and categories the platform knows.

/// `(id, label)` of every skill.
pub const SKILLS: &[(&str, &str)] = &[
    ("rust", "Rust"),
    ("go", "Go"),
    ("c", "C"),
    ("cpp", "C++"),
    ("python", "Python"),
    ("django", "Django"),
    ("fastapi", "FastAPI"),
    ("java", "Java"),
    ("spring-boot", "Spring Boot"),
    ("kotlin", "Kotlin"),
    ("scala", "Scala"),
    ("csharp", "C#"),
    ("dotnet", ".NET"),
    ("php", "PHP"),
    ("symfony", "Symfony"),
    ("laravel", "Laravel"),
    ("ruby-on-rails", "Ruby on Rails"),
    ("elixir", "Elixir"),
    ("nodejs", "Node.js"),
    ("nestjs", "NestJS"),
    ("javascript", "JavaScript"),
    ("typescript", "TypeScript"),
    ("react", "React"),
    ("nextjs", "Next.js"),
    ("vue", "Vue.js"),
    ("nuxt", "Nuxt"),
    ("angular", "Angular"),
    ("svelte", "Svelte"),
    ("html-css", "HTML et CSS"),
    ("tailwind", "Tailwind CSS"),
    ("accessibility", "Accessibilité (RGAA)"),
    ("graphql", "GraphQL"),
    ("rest-api", "API REST"),
    ("websocket", "WebSocket"),
    ("tauri", "Tauri"),
    ("electron", "Electron"),
    ("qt", "Qt"),
    ("webassembly", "WebAssembly"),
    ("swift", "Swift"),
    ("android", "Android"),
    ("flutter", "Flutter"),
    ("react-native", "React Native"),
    ("wordpress", "WordPress"),
    ("drupal", "Drupal"),
    ("prestashop", "PrestaShop"),
    ("woocommerce", "WooCommerce"),
    ("magento", "Magento"),
    ("shopify", "Shopify"),
    ("seo", "Référencement (SEO)"),
    ("web-analytics", "Mesure d’audience"),
    ("postgresql", "PostgreSQL"),
    ("mysql", "MySQL"),
    ("oracle", "Oracle Database"),
    ("sql-server", "SQL Server"),
    ("mongodb", "MongoDB"),
    ("redis", "Redis"),
    ("elasticsearch", "Elasticsearch"),
    ("kafka", "Kafka"),
    ("rabbitmq", "RabbitMQ"),
    ("sql", "SQL"),
    ("data-engineering", "Ingénierie de données"),
    ("airflow", "Airflow"),
    ("dbt", "dbt"),
    ("spark", "Spark"),
    ("snowflake", "Snowflake"),
    ("power-bi", "Power BI"),
    ("metabase", "Metabase"),
    ("pandas", "pandas"),
    ("geomatics", "Géomatique (SIG)"),
    ("machine-learning", "Apprentissage automatique"),
    ("pytorch", "PyTorch"),
    ("llm", "Modèles de langage (LLM)"),
    ("nlp", "Traitement du langage"),
    ("computer-vision", "Vision par ordinateur"),
    ("mlops", "MLOps"),
    ("docker", "Docker"),
    ("kubernetes", "Kubernetes"),
    ("terraform", "Terraform"),
    ("ansible", "Ansible"),
    ("gitlab-ci", "GitLab CI"),
    ("github-actions", "GitHub Actions"),
    ("aws", "AWS"),
    ("azure", "Azure"),
    ("gcp", "Google Cloud"),
    ("openstack", "OpenStack"),
    ("prometheus", "Prometheus et Grafana"),
    ("linux", "Linux"),
    ("windows-server", "Windows Server"),
    ("active-directory", "Active Directory"),
    ("microsoft-365", "Microsoft 365"),
    ("powershell", "PowerShell"),
    ("vmware", "VMware"),
    ("proxmox", "Proxmox"),
    ("networking", "Réseaux"),
    ("firewall", "Pare-feu"),
    ("backup", "Sauvegarde"),
    ("pentest", "Test d’intrusion"),
    ("iso-27001", "ISO 27001"),
    ("soc-siem", "SOC et SIEM"),
    ("iam", "Gestion des identités"),
    ("rgpd", "RGPD"),
    ("embedded-c", "C embarqué"),
    ("freertos", "FreeRTOS"),
    ("embedded-linux", "Linux embarqué"),
    ("stm32", "STM32"),
    ("iot", "Objets connectés"),
    ("lorawan", "LoRaWAN"),
    ("electronics", "Électronique"),
    ("plc", "Automates industriels"),
    ("sap-abap", "SAP ABAP"),
    ("sap-s4hana", "SAP S/4HANA"),
    ("sap-fico", "SAP FI/CO"),
    ("odoo", "Odoo"),
    ("salesforce", "Salesforce"),
    ("dynamics-365", "Dynamics 365"),
    ("sage", "Sage"),
    ("cobol", "COBOL"),
    ("ibm-i", "IBM i (AS/400)"),
    ("vb6", "Visual Basic 6"),
    ("delphi", "Delphi"),
    ("access-vba", "Access et VBA"),
    ("windev", "WinDev"),
    ("figma", "Figma"),
    ("ux-research", "Recherche utilisateur"),
    ("ui-design", "UI design"),
    ("design-system", "Design system"),
    ("playwright", "Playwright"),
    ("cypress", "Cypress"),
    ("selenium", "Selenium"),
    ("load-testing", "Tests de charge"),
    ("functional-testing", "Tests fonctionnels"),
    ("product-owner", "Product owner"),
    ("scrum-master", "Scrum master"),
    ("project-management", "Gestion de projet"),
    ("business-analysis", "Analyse métier (AMOA)"),
    ("change-management", "Conduite du changement"),
    ("technical-writing", "Rédaction technique"),
    ("software-architecture", "Architecture logicielle"),
];

/// `(id, French, English)` of every category.
pub const CATEGORIES: &[(&str, &str, &str)] = &[
    ("backend", "Développement back-end", "Back-end development"),
    ("frontend", "Développement front-end", "Front-end development"),
    ("mobile", "Applications mobiles", "Mobile apps"),
    ("cms", "Sites web et CMS", "Websites and CMS"),
    ("ecommerce", "E-commerce", "E-commerce"),
    ("systems", "Logiciel système et bureau", "Systems and desktop software"),
    ("embedded", "Embarqué et objets connectés", "Embedded and IoT"),
    ("data", "Données et BI", "Data and BI"),
    ("ai", "IA et apprentissage automatique", "AI and machine learning"),
    ("devops", "DevOps et cloud", "DevOps and cloud"),
    ("security", "Cybersécurité", "Cybersecurity"),
    ("erp", "ERP et CRM", "ERP and CRM"),
    ("design", "UX et UI design", "UX and UI design"),
    ("legacy", "Reprise et modernisation", "Legacy rescue and modernisation"),
    ("quality", "Tests et qualité", "Testing and quality"),
    ("management", "Pilotage et conseil", "Management and consulting"),
    ("infrastructure", "Systèmes et réseaux", "Systems and networks"),
];

/// Whether there is a skill of this id.
#[must_use]
pub fn is_skill(id: &str) -> bool {
    SKILLS.iter().any(|(known, _)| *known == id)
}

/// Whether there is a category of this id.
#[must_use]
pub fn is_category(id: &str) -> bool {
    CATEGORIES.iter().any(|(known, ..)| *known == id)
}

/// The id of the skill whose id or label is `text`, whatever the case, spaces and accents.
#[must_use]
pub fn skill_id(text: &str) -> Option<&'static str> {
    let wanted = folded(text);
    SKILLS.iter().find(|(id, label)| folded(id) == wanted || folded(label) == wanted).map(|(id, _)| *id)
}

/// The id of the category whose id or label in either language is `text`.
#[must_use]
pub fn category_id(text: &str) -> Option<&'static str> {
    let wanted = folded(text);
    CATEGORIES
        .iter()
        .find(|(id, fr, en)| [id, fr, en].into_iter().any(|name| folded(name) == wanted))
        .map(|(id, _, _)| *id)
}

/// The label of a skill; the id itself when it is not ours.
#[must_use]
pub fn skill_label(id: &str) -> &str {
    SKILLS.iter().find(|(known, _)| *known == id).map_or(id, |(_, label)| label)
}

/// Lower case, without accents, spaces, hyphens and dots (`Node.js` = `nodejs`).
fn folded(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter_map(|c| match c {
            'à' | 'â' | 'ä' => Some('a'),
            'é' | 'è' | 'ê' | 'ë' => Some('e'),
            'î' | 'ï' => Some('i'),
            'ô' | 'ö' => Some('o'),
            'ù' | 'û' | 'ü' => Some('u'),
            'ç' => Some('c'),
            ' ' | '-' | '_' | '.' | '\u{a0}' | '\'' | '’' => None,
            other => Some(other),
        })
        .collect()
}
