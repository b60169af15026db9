//! What shells and `man` want to know of the command line: completion scripts and manual pages, written from its definition.

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::CommandLine;
use crate::error::{Error, Result};
use crate::model::outcome::CommandOutcome;
use crate::output;

/// Prints the completion script of a shell: what clap writes of commands and flags, and, where the shell can be told so, names
/// of objects, which pgmg itself completes.
pub fn completions(shell: Shell) -> Result<CommandOutcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), "pgmg", &mut script);
    output::print(&with_objects(shell, String::from_utf8_lossy(&script).into_owned()))?;
    Ok(CommandOutcome::Done)
}

/// The last line of a zsh script runs what was defined before it, where it is loaded as a function.
const ZSH_END: &str = "\nif [ \"$funcstack[1]\" = \"_pgmg\" ]";

fn with_objects(shell: Shell, script: String) -> String {
    match shell {
        Shell::Bash => script + include_str!("objects.bash"),
        Shell::Fish => script + include_str!("objects.fish"),
        Shell::Zsh => match script.rfind(ZSH_END) {
            Some(end) => format!("{}\n{}{}", &script[..end], include_str!("objects.zsh"), &script[end..]),
            None => script,
        },
        _ => script,
    }
}

/// Prints the manual page (in roff) of pgmg, or of one of its commands. An error of kind Usage if there is no such command.
pub fn manual(of: Option<&str>) -> Result<CommandOutcome> {
    let mut whole = CommandLine::command();
    // Subcommands get their full names and the global flags.
    whole.build();
    let page = match of {
        None => whole,
        Some(name) => of_command(&whole, name)?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text).map_err(|error| Error::bug(format!("the manual page: {error}")))?;
    printed(&text)
}

fn of_command(whole: &Command, name: &str) -> Result<Command> {
    let found = whole.get_subcommands().find(|command| command.get_name() == name && !command.is_hide_set());
    let command = found.ok_or_else(|| {
        let names: Vec<&str> = whole.get_subcommands().map(Command::get_name).filter(|name| *name != "help").collect();
        Error::usage(format!("there is no command {name}")).help(format!("the commands are {}", names.join(", ")))
    })?;
    Ok(command.clone().version(env!("CARGO_PKG_VERSION")))
}

fn printed(text: &[u8]) -> Result<CommandOutcome> {
    output::print(&String::from_utf8_lossy(text))?;
    Ok(CommandOutcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_have_a_place_for_objects() {
        for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut CommandLine::command(), "pgmg", &mut script);
            let whole = with_objects(shell, String::from_utf8(script).expect("UTF-8"));
            assert!(whole.contains("complete-objects --"), "{shell}");
        }
    }
}
