//! Finds the migration that a person means.

use crate::error::{Error, Result};
use crate::model::migration::Migration;

/// The index of the migration that is named so: by its whole name, its name without `.sql`, or its number.
///
/// # Errors
/// No such migration, of kind Usage.
pub fn find(migrations: &[Migration], typed: &str) -> Result<usize> {
    migrations.iter().position(|migration| is_meant(&migration.name, typed)).ok_or_else(|| {
        let distance = |name: &str| strsim::damerau_levenshtein(name, typed);
        let nearest = migrations.iter().map(|migration| migration.name.as_str()).min_by_key(|name| distance(name));
        let error = Error::usage(format!("there is no migration {typed}"));
        match (nearest, migrations.last()) {
            (Some(nearest), _) if distance(nearest) <= typed.len() / 2 => error.help(format!("did you mean {nearest}?")),
            (_, Some(last)) => error.help(format!("the last one is {}", last.name)),
            _ => error.help("the migrations directory is empty"),
        }
    })
}

fn is_meant(name: &str, typed: &str) -> bool {
    let digits = |text: &str| text.trim_start_matches('0').to_owned();
    let number: String = name.rsplit('/').next().unwrap_or(name).chars().take_while(char::is_ascii_digit).collect();
    let is_number = !typed.is_empty() && typed.chars().all(|c| c.is_ascii_digit());
    name == typed || name.strip_suffix(".sql") == Some(typed) || is_number && digits(&number) == digits(typed)
}
