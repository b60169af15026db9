//! `pgmg new`: the next migration file, named in the style of those that are there.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use walkdir::WalkDir;

use crate::config::Settings;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::outcome::Outcome;
use crate::model::project::Place;
use crate::output;

/// Makes an empty migration for what `title` says and prints its path. Errors are of kind Usage.
pub fn run(settings: &Settings, title: &str) -> Result<Outcome> {
    let directory = settings.migrations_dir.as_ref().ok_or_else(|| {
        Error::usage("no migrations_dir is set")
            .help("give --migrations-dir=DIR, or write migrations_dir = \"migrations\" into pgmg.toml")
    })?;
    let (folder, names) = existing(directory)?;
    let name = next_name(&names, title, SystemTime::now())?;
    let path = folder.join(name);
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(&folder)?;
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
        writeln!(file, "-- {}", title.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    write().map_err(|error| cannot("make the migration", &path, &error))?;
    output::print(&format!("{}\n", path.display()))?;
    Ok(Outcome::Done)
}

/// A migration's name, taken apart: `V0042__add_x.sql`.
struct Numbered<'a> {
    prefix: &'a str,
    digits: &'a str,
    separator: &'a str,
}

/// The file name that comes after all of `names`: the latest one's prefix, width and separator, or the time (UTC) if it has 14 digits.
fn next_name(names: &[String], title: &str, now: SystemTime) -> Result<String> {
    let slug = slug(title);
    if slug.is_empty() {
        return Err(
            Error::usage(format!("\"{title}\" has no letter or digit to name a file by")).help("try `pgmg new add_orders`")
        );
    }
    let latest = names.iter().filter_map(|name| numbered(name)).max_by_key(value);
    let Some(latest) = latest else {
        return Ok(format!("001_{slug}.sql"));
    };
    let number = value(&latest) + 1;
    let number = if latest.digits.len() == 14 { number.max(timestamp(now)) } else { number };
    let separator = if latest.separator.is_empty() { "_" } else { latest.separator };
    Ok(format!("{}{number:0width$}{separator}{slug}.sql", latest.prefix, width = latest.digits.len()))
}

fn value(name: &Numbered<'_>) -> u64 {
    name.digits.parse().unwrap_or(0)
}

/// `None` if the name has no number, or one that is too long to count with.
fn numbered(name: &str) -> Option<Numbered<'_>> {
    let (prefix, rest) = name.split_at(name.find(|c: char| c.is_ascii_digit())?);
    if !prefix.chars().all(|c| c.is_ascii_alphabetic()) {
        return None;
    }
    let (digits, rest) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
    let separator = &rest[..rest.find(|c: char| !matches!(c, '_' | '-')).unwrap_or(rest.len())];
    (digits.len() <= 18).then_some(Numbered { prefix, digits, separator })
}

/// Letters and digits in lower case, with `_` between the words.
fn slug(title: &str) -> String {
    let title = title.strip_suffix(".sql").unwrap_or(title).to_lowercase();
    title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

/// The time in UTC as the number `YYYYMMDDhhmmss`.
fn timestamp(now: SystemTime) -> u64 {
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    // The civil calendar counted from 0000-03-01, in eras of 400 years (146,097 days).
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    ((year * 100 + month) * 100 + day) * 1_000_000 + time / 3_600 * 10_000 + time / 60 % 60 * 100 + time % 60
}

/// The names of all migrations, and the folder of the latest one: a directory that is not there has none.
fn existing(directory: &Path) -> Result<(PathBuf, Vec<String>)> {
    let mut folder = directory.to_owned();
    let mut names = Vec::new();
    if !directory.exists() {
        return Ok((folder, names));
    }
    let mut latest = 0;
    let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    for entry in WalkDir::new(directory).into_iter().filter_entry(|entry| entry.depth() == 0 || !hidden(entry.file_name())) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(directory).to_owned();
            let reason = error.io_error().map_or_else(|| "the links form a loop".to_owned(), ToString::to_string);
            Error::new(Kind::Usage, Diagnostic::new(format!("cannot read: {reason}")).at(Place::file(path.display().to_string())))
        })?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().is_dir() || !name.ends_with(".sql") {
            continue;
        }
        if let (Some(number), Some(parent)) = (numbered(&name).as_ref().map(value), entry.path().parent())
            && number >= latest
        {
            latest = number;
            folder = parent.to_owned();
        }
        names.push(name);
    }
    Ok((folder, names))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::new(Kind::Usage, Diagnostic::new(format!("cannot {what}: {error}")).at(Place::file(path.display().to_string())))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn next(names: &[&str], title: &str) -> String {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        let noon = UNIX_EPOCH + Duration::from_secs(1_709_208_000);
        next_name(&names, title, noon).expect("a name")
    }

    #[test]
    fn keeps_the_style_that_is_there() {
        assert_eq!(next(&[], "Add orders"), "001_add_orders.sql");
        assert_eq!(next(&["README.sql"], "x"), "001_x.sql");
        assert_eq!(next(&["002_b.sql", "010_a.sql", "9_z.sql"], "x"), "011_x.sql");
        assert_eq!(next(&["0009-b.sql"], "x"), "0010-x.sql");
        assert_eq!(next(&["V7__b.sql"], "x"), "V8__x.sql");
        assert_eq!(next(&["999_b.sql"], "x"), "1000_x.sql");
        assert_eq!(next(&["20200101000000_b.sql"], "x"), "20240229120000_x.sql");
        assert_eq!(next(&["20300101000000_b.sql"], "x"), "20300101000001_x.sql", "never before the latest");
    }

    #[test]
    fn titles_become_names() {
        assert_eq!(next(&[], "Add users' e-mail.sql"), "001_add_users_e_mail.sql");
        assert_eq!(next(&[], "../../etc/x"), "001_etc_x.sql");
        assert_eq!(next_name(&[], "…", UNIX_EPOCH).expect_err("no name").kind, Kind::Usage);
    }

    #[test]
    fn the_time_as_a_number() {
        let at = |seconds| timestamp(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!((at(0), at(951_782_399), at(1_735_689_599)), (19_700_101_000_000, 20_000_228_235_959, 20_241_231_235_959));
    }
}
