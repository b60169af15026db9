//! The flags of `pgmg watch`.

use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::arguments::{Drifting, Global, Project, Shown};
use crate::commands::watch::{self, Announcement, Migrations, Options};
use crate::error::Result;
use crate::model::duration;
use crate::model::outcome::CommandOutcome;
use crate::output::Presentation;
use crate::output::watch::Talk;

#[derive(Args)]
pub struct Watching {
    /// Apply migrations, too, when they appear; otherwise they are only mentioned
    #[arg(long)]
    pub migrations: bool,
    /// Run a shell command after each apply: tests, a reload
    #[arg(long, value_name = "CMD", value_parser = NonEmptyStringValueParser::new())]
    pub exec: Option<String>,
    /// Send NOTIFY pgmg with JSON after each apply, for servers that reload
    #[arg(long)]
    pub notify: bool,
    /// Look at the files every TIME instead of waiting for events, which some file systems do not send [default TIME: 500ms]
    #[arg(long, value_name = "TIME", value_parser = interval, num_args = 0..=1, require_equals = true, default_missing_value = "500ms")]
    pub poll: Option<Duration>,
    #[command(flatten)]
    pub shown: Shown,
    #[command(flatten)]
    pub drifting: Drifting,
    #[command(flatten)]
    pub connection: Project,
}

impl Watching {
    /// Watches until Ctrl-C.
    pub fn run(self, presentation: &Presentation, global: &Global) -> Result<CommandOutcome> {
        let options = Options {
            migrations: if self.migrations { Migrations::Apply } else { Migrations::Tell },
            poll: self.poll,
            exec: self.exec,
            announcement: if self.notify { Announcement::Notify } else { Announcement::None },
            talk: if global.quiet { Talk::Results } else { Talk::Everything },
        };
        watch::run(&self.drifting.settings(self.connection)?, presentation, &options)
    }
}

/// How often files are looked at: not without a pause.
fn interval(text: &str) -> std::result::Result<Duration, String> {
    match duration::parse(text)? {
        Duration::ZERO => Err("write a time such as 500ms".to_owned()),
        interval => Ok(interval),
    }
}
