//! Shell completions and the man page.

use clap_complete::Shell;

use crate::exit::Stop;
use crate::help;
use crate::output::Output;

pub fn completions(shell: Shell, output: &Output) -> Result<(), Stop> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut help::command(&output.words), "presta", &mut text);
    output.data(&String::from_utf8_lossy(&text))
}

/// The page of `presta`, then a section for each of its commands.
pub fn man(output: &Output) -> Result<(), Stop> {
    let mut command = help::command(&output.words);
    command.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for subcommand in command.get_subcommands() {
        sections(subcommand, "presta", &mut page)?;
    }
    output.data(&String::from_utf8_lossy(&page))
}

fn sections(command: &clap::Command, above: &str, page: &mut Vec<u8>) -> Result<(), Stop> {
    let name = format!("{above} {}", command.get_name());
    let man = clap_mangen::Man::new(command.clone());
    page.extend_from_slice(format!(".SH \"{}\"\n", name.to_uppercase()).as_bytes());
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    page.extend_from_slice(format!("{}\n", about.replace('\\', "\\\\").replace("\n.", "\n\\&.")).as_bytes());
    man.render_options_section(page)?;
    for subcommand in command.get_subcommands() {
        sections(subcommand, &name, page)?;
    }
    Ok(())
}
