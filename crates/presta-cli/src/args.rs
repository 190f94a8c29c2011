//! The arguments. Their words are in `messages/`, put in by [`crate::help`].

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::words::Language;

#[derive(Debug, Parser)]
#[command(name = "presta", version, disable_help_flag = true, disable_version_flag = true)]
#[command(disable_help_subcommand = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Args)]
pub struct Global {
    #[arg(long, global = true, value_name = "DIR")]
    pub profile: Option<PathBuf>,
    #[arg(long, global = true, value_name = "lines", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "whole", hide_possible_values = true)]
    pub json: Option<Json>,
    #[arg(long, global = true, value_name = "fr|en", hide_possible_values = true)]
    pub lang: Option<Language>,
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// How JSON is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Json {
    /// The command's response on one line.
    Whole,
    /// Each item of a list on a line of its own.
    Lines,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Login(Login),
    Logout(Logout),
    Accounts(Accounts),
    Sync,
    Search(Search),
    Show(Show),
    Bid(Bid),
    Bids,
    Threads(Threads),
    Message(Message),
    Queue(Queue),
    Prefs(Prefs),
    Requests(Requests),
    Export(Export),
    Archive(Archive),
    Doctor(Doctor),
    Completions(Completions),
    Man,
}

#[derive(Debug, Args)]
pub struct Login {
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    #[arg(long)]
    pub no_browser: bool,
    #[arg(long)]
    pub add: bool,
}

#[derive(Debug, Args)]
pub struct Logout {
    #[arg(long)]
    pub discard_unsent: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Accounts {
    #[command(subcommand)]
    pub act: Option<AccountsAct>,
}

#[derive(Debug, Subcommand)]
pub enum AccountsAct {
    List,
    Switch {
        #[arg(value_name = "ID")]
        account: String,
    },
}

#[derive(Debug, Args)]
pub struct Search {
    // No hyphens here: options after the words would be taken for words.
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[arg(long, conflicts_with_all = ["sort", "offset"])]
    pub everywhere: bool,
    #[arg(long, value_name = "newest|budget|fewest-bids|deadline|match", hide_possible_values = true)]
    #[arg(default_value = "newest", hide_default_value = true)]
    pub sort: Sort,
    #[arg(long, value_name = "N", default_value_t = 20, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=200))]
    pub limit: u32,
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub offset: u32,
}

/// As the feed's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    Newest,
    Budget,
    FewestBids,
    Deadline,
    Match,
}

#[derive(Debug, Args)]
pub struct Show {
    #[arg(value_name = "ID")]
    pub id: String,
    #[arg(long, value_name = "N", default_value_t = 50, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
}

#[derive(Debug, Args)]
pub struct Bid {
    #[arg(value_name = "PROJECT")]
    pub project: String,
    #[arg(long, value_name = "N")]
    pub amount: String,
    #[arg(long, value_name = "N")]
    pub days: String,
    #[arg(long, value_name = "FILE|-")]
    pub text: PathBuf,
    #[arg(long = "milestone", value_name = "TITLE=N")]
    pub milestones: Vec<String>,
    #[arg(long)]
    pub queue_only: bool,
}

#[derive(Debug, Args)]
pub struct Threads {
    #[arg(value_name = "TEXT")]
    pub query: Option<String>,
    #[arg(long, conflicts_with = "archived")]
    pub unread: bool,
    #[arg(long)]
    pub archived: bool,
}

#[derive(Debug, Args)]
pub struct Message {
    #[arg(value_name = "THREAD|PROJECT")]
    pub to: String,
    #[arg(value_name = "TEXT|-", allow_hyphen_values = true)]
    pub text: String,
    #[arg(long, value_name = "FILE")]
    pub attach: Vec<PathBuf>,
    #[arg(long)]
    pub queue_only: bool,
}

#[derive(Debug, Args)]
pub struct Queue {
    #[command(subcommand)]
    pub act: Option<QueueAct>,
}

#[derive(Debug, Subcommand)]
pub enum QueueAct {
    List,
    Retry(Act),
    Confirm(Act),
    Discard(Act),
    Edit(Act),
    Merge {
        #[arg(value_name = "ID")]
        act: String,
        #[arg(value_name = "mine|theirs", hide_possible_values = true)]
        side: Side,
    },
}

/// Whose values hold after both sides changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Side {
    Mine,
    Theirs,
}

#[derive(Debug, Args)]
pub struct Act {
    #[arg(value_name = "ID")]
    pub act: String,
}

#[derive(Debug, Args)]
pub struct Prefs {
    #[command(subcommand)]
    pub act: Option<PrefsAct>,
}

#[derive(Debug, Subcommand)]
pub enum PrefsAct {
    Get,
    Set(PrefsSet),
    None,
}

#[derive(Debug, Args)]
pub struct PrefsSet {
    #[arg(value_name = "TOPIC")]
    pub topic: String,
    #[arg(value_name = "CHANNEL|-", allow_hyphen_values = true)]
    pub channel: String,
    #[arg(value_name = "on|off", hide_possible_values = true)]
    pub state: Switch,
    #[arg(long, value_name = "VERSION")]
    pub consent: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

#[derive(Debug, Args)]
pub struct Requests {
    #[command(subcommand)]
    pub act: Option<RequestsAct>,
}

#[derive(Debug, Subcommand)]
pub enum RequestsAct {
    List,
    File(RequestsFile),
    Withdraw {
        #[arg(value_name = "ID")]
        request: String,
    },
}

#[derive(Debug, Args)]
pub struct RequestsFile {
    #[arg(value_name = "TYPE", hide_possible_values = true)]
    pub kind: RequestKind,
    #[arg(long, value_name = "FILE|-")]
    pub text: PathBuf,
}

/// As the contract has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RequestKind {
    Access,
    Portability,
    Rectification,
    Erasure,
    Restriction,
    Objection,
    HumanReview,
    Complaint,
}

#[derive(Debug, Args)]
pub struct Export {
    #[arg(value_name = "FILE.zip")]
    pub file: PathBuf,
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").args(["kind", "verify", "extract", "diff"]))]
pub struct Archive {
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    #[arg(long, value_name = "QUERY", conflicts_with_all = ["verify", "extract", "diff", "offset"])]
    pub search: Option<String>,
    #[arg(long, value_name = "N", default_value_t = 20, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
    #[arg(long, value_name = "N", requires = "kind")]
    pub offset: Option<u64>,
    #[arg(long)]
    pub verify: bool,
    #[arg(long, value_name = "ENTRY|ID", requires = "to")]
    pub extract: Option<String>,
    #[arg(long, value_name = "DIR", requires = "extract")]
    pub to: Option<PathBuf>,
    #[arg(long, value_name = "OLDER", num_args = 1..)]
    pub diff: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Doctor {
    #[arg(long, value_name = "reindex|vacuum|resync", hide_possible_values = true)]
    pub repair: Option<Repair>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Repair {
    Reindex,
    Vacuum,
    Resync,
}

#[derive(Debug, Args)]
pub struct Completions {
    #[arg(value_name = "bash|zsh|fish|elvish|powershell", hide_possible_values = true)]
    pub shell: Shell,
}
