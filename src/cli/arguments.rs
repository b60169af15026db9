//! Groups of flags that several commands share.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, Args, ValueEnum};

use crate::config::{Flags, Settings};
use crate::error::Result;
use crate::model::approval::Allowed;
use crate::model::duration;
use crate::model::graph::EdgeDirection;
use crate::model::record::OnDrift;
use crate::output::ResultFormat;
use crate::output::graph::GraphFormat;
use crate::workspace::approval::{Consent, Questions};
use crate::workspace::object_graph::Origin;

/// The exit code for differences, where `--exit-code` asks for it.
pub const DIFFERENCES: i32 = 1;

#[derive(Args)]
pub struct Global {
    /// Say on stderr what happens; twice: in detail
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// No progress on stderr, only errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(Args)]
pub struct Shown {
    /// How to write the result to stdout
    #[arg(long, value_enum, default_value_t = FormatName::Text)]
    pub format: FormatName,
}

#[derive(Args)]
pub struct Drifting {
    /// Leave alone what somebody else changed in the database
    #[arg(long)]
    pub ignore_drift: bool,
}

/// What may be done without another question.
#[derive(Args)]
pub struct Approving {
    /// Do not ask: for scripts. Does not allow what loses data
    #[arg(short, long)]
    pub yes: bool,
    /// Allow migrations to lose data: all of them, or the one with this NAME (may be repeated)
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub allow_destructive: Vec<String>,
}

impl Approving {
    pub fn consent(self) -> Consent {
        let allowed = match self.allow_destructive.as_slice() {
            [] => Allowed::Nothing,
            names if names.iter().any(String::is_empty) => Allowed::Everything,
            names => Allowed::Migrations(names.to_vec()),
        };
        Consent { allowed, questions: if self.yes { Questions::Agreed } else { Questions::Asked } }
    }
}

#[derive(Args)]
pub struct Compare {
    /// Exit with 1 if database and files differ
    #[arg(long)]
    pub exit_code: bool,
    #[command(flatten)]
    pub shown: Shown,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum FormatName {
    /// For people
    Text,
    /// For programs, with a version
    Json,
}

#[derive(Args)]
pub struct Known {
    /// Use what .pgmg/ keeps of earlier runs, even where a database is named
    #[arg(long)]
    pub offline: bool,
}

impl Known {
    pub fn from(&self) -> Origin {
        if self.offline { Origin::Kept } else { Origin::WhatIsThere }
    }
}

/// What a graph is written as.
#[derive(Clone, Copy, ValueEnum)]
pub enum NotationName {
    /// Trees, for people
    Text,
    /// For Graphviz: pgmg graph --format dot | dot -Tsvg
    Dot,
    /// For Markdown
    Mermaid,
    /// For programs, with a version
    Json,
    /// A page to explore it in: one file, no network
    Html,
}

impl NotationName {
    pub fn graph_format(self) -> GraphFormat {
        match self {
            NotationName::Text => GraphFormat::Text,
            NotationName::Dot => GraphFormat::Dot,
            NotationName::Mermaid => GraphFormat::Mermaid,
            NotationName::Json => GraphFormat::Json,
            NotationName::Html => GraphFormat::Html,
        }
    }
}

/// Which ways to follow the graph from an object: both, unless one is chosen.
#[derive(Args)]
pub struct Ways {
    /// Only what needs it
    #[arg(long, requires = "object", conflicts_with = "dependencies")]
    pub dependents: bool,
    /// Only what it needs
    #[arg(long, requires = "object")]
    pub dependencies: bool,
}

impl Ways {
    pub fn directions(&self) -> &'static [EdgeDirection] {
        match (self.dependents, self.dependencies) {
            (true, _) => &[EdgeDirection::NeededBy],
            (_, true) => &[EdgeDirection::Needs],
            _ => &[EdgeDirection::Needs, EdgeDirection::NeededBy],
        }
    }
}

/// Where the project and the database are.
#[derive(Args)]
#[command(next_help_heading = "Project and database")]
pub struct Project {
    /// The database: postgres://user@host/name, or "host=… dbname=…"
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub connection_string: Option<String>,
    /// The folder of migrations; left out, and not in pgmg.toml: migrations are not compared
    #[arg(long, value_name = "DIR")]
    pub migrations_dir: Option<PathBuf>,
    /// The folder of views, functions and the like; left out, and not in pgmg.toml: they are not compared
    #[arg(long, value_name = "DIR")]
    pub code_dir: Option<PathBuf>,
    /// Use [env.NAME] of pgmg.toml; its connection_string is then as strong as a flag
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub env: Option<String>,
    /// The schema of pgmg's own tables [default: public]
    #[arg(long, value_name = "SCHEMA", value_parser = NonEmptyStringValueParser::new())]
    pub state_schema: Option<String>,
    /// How long a statement may wait for a lock: 200ms, 5s, 1min; 0: for ever [default: 5s]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    pub lock_timeout: Option<Duration>,
    /// How long to wait for another pgmg on this database; 0: not at all [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    pub lock_wait: Option<Duration>,
}

impl Project {
    pub fn settings(self) -> Result<Settings> {
        Settings::load(&self.flags())
    }

    pub fn flags(self) -> Flags {
        Flags {
            connection_string: self.connection_string,
            migrations_dir: self.migrations_dir,
            code_dir: self.code_dir,
            state_schema: self.state_schema,
            lock_timeout: self.lock_timeout,
            lock_wait: self.lock_wait,
            environment: self.env,
            on_drift: OnDrift::Heal,
        }
    }
}

impl Shown {
    pub fn format(&self) -> ResultFormat {
        match self.format {
            FormatName::Text => ResultFormat::Text,
            FormatName::Json => ResultFormat::Json,
        }
    }
}

impl Drifting {
    pub fn settings(&self, project: Project) -> Result<Settings> {
        let on_drift = if self.ignore_drift { OnDrift::Ignore } else { OnDrift::Heal };
        Settings::load(&Flags { on_drift, ..project.flags() })
    }
}

impl Compare {
    pub fn on_differences(&self) -> i32 {
        if self.exit_code { DIFFERENCES } else { 0 }
    }
}
