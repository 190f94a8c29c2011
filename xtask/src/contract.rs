//! Puts the parts of the contract together. Parts are text with the same few sections, so that comments stay and an
//! example of one part can be an alias in a later one. Then, if asked to, it is held against the platform and the
//! client by tools that know nothing else (tests/contract).

use std::{fs, path::Path, process::Command};

use anyhow::{Context, bail};

/// Has the head of the document, and what every part shares.
const FIRST: &str = "core";
/// Shows rows of the other parts.
const LAST: &str = "sync";

/// Sections in the order they were first met, with their lines.
#[derive(Default)]
struct Sections(Vec<(String, Vec<String>)>);

impl Sections {
    fn push(&mut self, name: &str, line: &str) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, lines)) => lines.push(line.to_owned()),
            None => self.0.push((name.to_owned(), vec![line.to_owned()])),
        }
    }
}

#[derive(Default)]
struct Document {
    head: Vec<String>,
    paths: Vec<String>,
    components: Sections,
}

impl Document {
    fn add(&mut self, text: &str) {
        let (mut top, mut section) = (String::new(), String::new());
        for line in text.lines() {
            match line {
                "paths:" | "components:" => line.trim_end_matches(':').clone_into(&mut top),
                _ if top.is_empty() => self.head.push(line.to_owned()),
                _ if top == "paths" => self.paths.push(line.to_owned()),
                _ => match line.strip_prefix("  ").and_then(|rest| rest.strip_suffix(':')) {
                    Some(name) if !name.starts_with(' ') => name.clone_into(&mut section),
                    _ => self.components.push(&section, line),
                },
            }
        }
    }

    fn text(&self) -> String {
        let mut lines = self.head.clone();
        lines.push("paths:".to_owned());
        lines.extend(self.paths.iter().cloned());
        lines.push("components:".to_owned());
        for (name, body) in &self.components.0 {
            lines.push(format!("  {name}:"));
            lines.extend(body.iter().cloned());
        }
        lines.join("\n") + "\n"
    }
}

/// Requests of each operation and role in a full run.
const FULL: u32 = 200;

/// Who is asked beside the bundling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// Nobody.
    Nobody,
    /// The fuzzer, with so many requests of each operation and role.
    Fuzzer(u32),
    /// The fuzzer and the mock.
    All,
}

impl Judge {
    /// From the command line.
    pub const fn of(full: bool, fuzz: Option<u32>) -> Self {
        match (full, fuzz) {
            (true, _) => Self::All,
            (false, Some(examples)) => Self::Fuzzer(examples),
            (false, None) => Self::Nobody,
        }
    }
}

/// Bundles, or with `check` or a judge only compares, and asks the judge.
pub fn run(root: &Path, check: bool, judge: Judge) -> anyhow::Result<()> {
    bundle(root, check || judge != Judge::Nobody)?;
    let examples = match judge {
        Judge::Nobody => return Ok(()),
        Judge::Fuzzer(examples) => examples,
        Judge::All => FULL,
    };
    let mut build = Command::new(env!("CARGO"));
    ask(root, build.args(["build", "--package", "presta-platform"]))?;
    ask(root, Command::new(root.join("tests/contract/fuzz")).args(["--examples", &examples.to_string()]))?;
    if judge == Judge::All {
        ask(root, &mut Command::new(root.join("tests/contract/prism")))?;
    }
    Ok(())
}

fn ask(root: &Path, command: &mut Command) -> anyhow::Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.current_dir(root).status().with_context(|| format!("running {program}"))?;
    if !status.success() {
        bail!("{program} ended with {status}");
    }
    Ok(())
}

/// Writes `contract/openapi.yaml` from `contract/parts`; with `check` only compares.
pub fn bundle(root: &Path, check: bool) -> anyhow::Result<()> {
    let folder = root.join("contract/parts");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).context("reading contract/parts")? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).context("a part's name")?;
        names.push(stem.to_owned());
    }
    names.sort_by_key(|name| (name != FIRST, name == LAST, name.clone()));
    let mut document = Document::default();
    for name in names {
        let text = fs::read_to_string(folder.join(format!("{name}.yaml"))).context("reading a part")?;
        document.add(&text);
    }
    let text = document.text();
    let path = root.join("contract/openapi.yaml");
    if check {
        let current = fs::read_to_string(&path).unwrap_or_default();
        if current != text {
            bail!("contract/openapi.yaml is not what its parts say; write it with `cargo xtask contract`");
        }
        return Ok(());
    }
    fs::write(&path, text).context("writing contract/openapi.yaml")?;
    println!("contract/openapi.yaml written");
    Ok(())
}
