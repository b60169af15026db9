//! Completes the names of objects for shells, from what the project keeps of earlier runs.

use std::ffi::OsString;

use clap::{Arg, Command, CommandFactory};

use super::CommandLine;
use crate::config::{Flags, Settings};
use crate::error::Result;
use crate::graph::completions;
use crate::learned::Objects;
use crate::output;

/// The commands whose words are names of objects.
const COMMANDS: &[&str] = &["graph", "why"];

/// What the completion scripts call. It is no command of the command line: the scripts would offer it to people.
const QUESTION: [&str; 2] = ["complete-objects", "--"];

/// The words after `pgmg` that a shell asks about, the last of them as far as it is typed; `None` if these arguments are no
/// such question.
pub fn asked(arguments: &[OsString]) -> Option<Vec<String>> {
    let words = arguments.get(1..)?.strip_prefix(QUESTION.map(OsString::from).as_slice())?;
    Some(words.iter().map(|word| word.to_string_lossy().into_owned()).collect())
}

/// Prints what the last word may become, one a line; nothing where it is no object, or where nothing is known.
pub fn complete(words: &[String]) -> Result<()> {
    let Some(typed) = object_typed(words) else { return Ok(()) };
    let Ok(settings) = Settings::load(&Flags::default()) else { return Ok(()) };
    let objects = Objects::load(&settings.root).unwrap_or_default();
    let text: String = completions(objects.names(), typed).into_iter().map(|name| name + "\n").collect();
    output::print(&text)
}

/// What is typed of an object, if the last of these words stands where an object is expected.
fn object_typed(words: &[String]) -> Option<&str> {
    let (typed, before) = words.split_last()?;
    let mut whole = CommandLine::command();
    // Subcommands get the global flags.
    whole.build();
    let mut command = &whole;
    let mut is_inside = false;
    let mut objects = 0;
    let mut words = before.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if takes_next_word(command, word) {
            words.next()?;
        } else if !word.starts_with('-') {
            if is_inside {
                objects += 1;
            } else {
                command = whole.find_subcommand(word).filter(|found| COMMANDS.contains(&found.get_name()))?;
                is_inside = true;
            }
        }
    }
    let is_object = is_inside && !typed.starts_with('-') && objects < command.get_positionals().count();
    is_object.then_some(typed.as_str())
}

/// Whether a word is a flag whose value is the next one.
fn takes_next_word(command: &Command, word: &str) -> bool {
    let is_meant = |arg: &&Arg| match word.strip_prefix("--") {
        Some(long) => arg.get_long() == Some(long),
        None => word.strip_prefix('-').is_some_and(|short| arg.get_short().is_some_and(|letter| short == letter.to_string())),
    };
    command.get_opts().find(is_meant).is_some_and(|arg| arg.get_action().takes_values())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_stand_where_the_commands_expect_them() {
        let cases = [
            ("graph |", Some("")),
            ("graph vi", Some("vi")),
            ("--color never graph vi", Some("vi")),
            ("graph --format dot --depth 2 vi", Some("vi")),
            ("graph --format=dot -v vi", Some("vi")),
            ("graph --format do", None),
            ("graph --dep", None),
            ("graph view.v vi", None),
            ("why view.v vi", Some("vi")),
            ("why --offline view.v |", Some("")),
            ("why view.v view.w vi", None),
            ("plan vi", None),
            ("gra", None),
            ("", None),
        ];
        for (line, expected) in cases {
            let words: Vec<String> = line.split_whitespace().map(|word| word.trim_matches('|').to_owned()).collect();
            assert_eq!(object_typed(&words), expected, "{line}");
        }
    }
}
