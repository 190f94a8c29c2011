//! Help and faults of arguments in the person's language: the words are found by the place of what they are about.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches};

use crate::args::Cli;
use crate::words::Words;

/// The command with its words.
pub fn command(words: &Words) -> Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).global(true);
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    let command = Cli::command().arg(help).arg(version).after_help(words.get("help_exit_codes"));
    dressed(command, "help", words)
}

/// Reads the arguments; an error is what to print, where, and the exit code.
pub fn parse(words: &Words, arguments: Vec<std::ffi::OsString>) -> Result<Cli, (String, bool, u8)> {
    let matches = command(words).try_get_matches_from(arguments);
    matches.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => (error.render().to_string(), true, 0),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => (error.render().to_string(), false, 2),
        _ => (fault(&error, words), false, 2),
    })
}

/// Gives a command, its arguments and its subcommands the words of their places: `help_queue_retry_act` is those of
/// `presta queue retry ACT`.
fn dressed(command: Command, place: &str, words: &Words) -> Command {
    let usage = words.get("help_usage");
    let template = if command.has_subcommands() {
        format!("{{about}}\n\n{usage} {{usage}}\n\n{{all-args}}{{after-help}}\n")
    } else {
        format!("{{about}}\n\n{usage} {{usage}}\n\n{{all-args}}\n")
    };
    let mut command = command
        .about(words.get(place))
        .help_template(template)
        .subcommand_help_heading(words.get("help_commands"))
        .subcommand_value_name(words.get("help_command_value"))
        .next_line_help(false);
    let names: Vec<String> = command.get_arguments().map(|arg| arg.get_id().to_string()).collect();
    for (order, name) in names.into_iter().enumerate() {
        let own = format!("{place}_{name}");
        // What holds everywhere is said once.
        let text = if words.has(&own) { words.get(&own) } else { words.get(&format!("help_{name}")) };
        command = command.mut_arg(name, |arg| {
            let arg = arg.help(text);
            // Under a heading of ours they would stand in the order of the alphabet.
            if arg.is_positional() {
                arg.help_heading(words.get("help_arguments")).display_order(order)
            } else {
                arg.help_heading(words.get("help_options"))
            }
        });
    }
    let subcommands: Vec<String> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    for name in subcommands {
        let place = format!("{place}_{name}");
        command = command.mut_subcommand(name, |it| dressed(it.disable_help_subcommand(true), &place, words));
    }
    command
}

fn fault(error: &clap::Error, words: &Words) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    let what = match error.kind() {
        ErrorKind::UnknownArgument => words.with("usage_unknown_argument", &[("argument", &argument)]),
        ErrorKind::InvalidSubcommand => {
            let name = text(ContextKind::InvalidSubcommand).unwrap_or_default();
            words.with("usage_unknown_command", &[("command", &name)])
        }
        ErrorKind::MissingRequiredArgument | ErrorKind::MissingSubcommand => {
            words.with("usage_missing", &[("argument", &argument)])
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::WrongNumberOfValues => {
            let value = text(ContextKind::InvalidValue).unwrap_or_default();
            let text = if value.is_empty() { "usage_no_value" } else { "usage_bad_value" };
            words.with(text, &[("argument", &argument), ("value", &value)])
        }
        ErrorKind::ArgumentConflict => {
            let other = text(ContextKind::PriorArg).unwrap_or_default();
            words.with("usage_conflict", &[("argument", &argument), ("other", &other)])
        }
        ErrorKind::InvalidUtf8 => words.get("usage_not_utf8"),
        _ => words.get("usage_other"),
    };
    format!("{} {}\n{}\n", words.get("error_label"), crate::output::clean_line(&what), words.get("usage_try_help"))
}

#[cfg(test)]
mod tests {
    use super::command;
    use crate::words::{Language, Words};

    fn walk(command: &clap::Command, missing: &mut Vec<String>) {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        if about.is_empty() || about.starts_with("help") {
            missing.push(about);
        }
        for arg in command.get_arguments() {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            if help.is_empty() || help.starts_with("help_") {
                missing.push(format!("{} {help}", command.get_name()));
            }
        }
        command.get_subcommands().for_each(|it| walk(it, missing));
    }

    #[test]
    fn everything_has_words_in_both_languages() {
        for language in [Language::Fr, Language::En] {
            let mut missing = Vec::new();
            let command = command(&Words::of(language));
            command.clone().debug_assert();
            walk(&command, &mut missing);
            assert_eq!(missing, Vec::<String>::new());
        }
    }
}
