//! The order of migrations, which their names tell, and the name of the next one.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use regex::Regex;

use super::file::Problem;
use super::project::ReadFile;
use super::walk;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::migration::Migration;
use crate::model::project::Place;

/// `003_add_orders_table.sql`: a number, then a title.
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^([0-9]+)(.*)\.[sS][qQ][lL]$").ok());

/// The migrations in the order in which they run: by number, then by title. What is wrong with their names goes to `problems`.
pub fn in_order(files: Vec<ReadFile>, problems: &mut Vec<Problem>) -> Vec<Migration> {
    let mut numbered: Vec<(Number, ReadFile)> = Vec::with_capacity(files.len());
    for (file, contents) in files {
        match Number::of(&file.name) {
            Some(number) => numbered.push((number, (file, contents))),
            None => problems.push(usage(
                Diagnostic::new(format!("migration {} does not begin with a number", file.path))
                    .at(Place::file(&*file.path))
                    .help("name it like 001_create_orders.sql: migrations run in the order of their numbers"),
            )),
        }
    }
    numbered.sort_by(|(a, (x, _)), (b, (y, _))| a.cmp(b).then_with(|| x.name.cmp(&y.name)));
    for pair in numbered.windows(2) {
        if let [(a, (first, _)), (b, (second, _))] = pair
            && a.digits == b.digits
        {
            let number = if a.digits.is_empty() { "0" } else { &a.digits };
            problems.push(usage(
                Diagnostic::new(format!("two migrations have the number {number}: {} and {}", first.path, second.path))
                    .at(Place::file(&*second.path))
                    .help("give one of them the next free number"),
            ));
        }
    }
    numbered
        .into_iter()
        .map(|(_, (file, contents))| Migration {
            name: file.name.clone(),
            file,
            checksum: contents.checksum,
            statements: contents.statements,
            mode: contents.mode,
            destructive: contents.destructive,
        })
        .collect()
}

/// The path of a new migration: beside the latest one of `directory`, in its style, or the first one of all.
///
/// # Errors
/// A title without a letter or digit, a directory that cannot be read.
pub fn next_migration(directory: &Path, title: &str, now: SystemTime) -> Result<PathBuf> {
    let found = if directory.exists() { walk::find(directory, "migrations", None)? } else { Vec::new() };
    let names = found.iter().map(|found| found.name.as_str());
    let folder = latest(names.clone()).and_then(|(_, name)| Path::new(name).parent());
    Ok(folder.map_or_else(|| directory.to_owned(), |folder| directory.join(folder)).join(next_name(names, title, now)?))
}

/// The file name after `existing` ones (names as in [`Migration::name`]), in the style of the latest: its prefix, a number of
/// the same width, or the time (UTC) if its number is a time of 14 digits, and its separator.
fn next_name<'a>(existing: impl Iterator<Item = &'a str>, title: &str, now: SystemTime) -> Result<String> {
    let slug = slug(title);
    if slug.is_empty() {
        return Err(
            Error::usage(format!("\"{title}\" has no letter or digit to name a file by")).help("try `pgmg new add_orders`")
        );
    }
    let Some((last, name)) = latest(existing) else { return Ok(format!("001_{slug}.sql")) };
    let number = match successor(&last.digits) {
        number if last.width == 14 && last.digits.len() == 14 => timestamp(now).max(number),
        number => format!("{number:0>width$}", width = last.width),
    };
    let prefix = prefix(base(name));
    let separator: String = last.title.chars().take_while(|c| matches!(c, '_' | '-')).collect();
    Ok(format!("{prefix}{number}{}{slug}.sql", if separator.is_empty() { "_" } else { &separator }))
}

/// The name with the highest number, whatever letters stand before it (`V7__add_orders.sql`).
fn latest<'a>(names: impl Iterator<Item = &'a str>) -> Option<(Number, &'a str)> {
    let numbered = names.filter_map(|name| {
        let base = base(name);
        Some((Number::of(base.strip_prefix(prefix(base))?)?, name))
    });
    numbered.max()
}

/// The letters that a file name begins with.
fn prefix(base: &str) -> &str {
    let end = base.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(base.len());
    &base[..end]
}

fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// A migration's number, of any length.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Number {
    /// Without leading zeros.
    digits: String,
    /// With leading zeros.
    width: usize,
    title: String,
}

impl Number {
    fn of(name: &str) -> Option<Number> {
        let parts = NAME.as_ref()?.captures(base(name))?;
        let digits = parts.get(1)?.as_str();
        let title = parts.get(2)?.as_str().to_owned();
        Some(Number { digits: digits.trim_start_matches('0').to_owned(), width: digits.len(), title })
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |n: &Self| (n.digits.len(), n.digits.clone(), n.title.clone(), n.width);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The number after the one with these digits.
fn successor(digits: &str) -> String {
    let mut bytes = digits.as_bytes().to_vec();
    for digit in bytes.iter_mut().rev() {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            return String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    format!("1{}", String::from_utf8_lossy(&bytes))
}

/// `YYYYMMDDhhmmss` in UTC.
fn timestamp(now: SystemTime) -> String {
    let seconds = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    // Days since 0000-03-01 in eras of 400 years, so that the leap day is the last day of a year.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}", time / 3_600, time / 60 % 60, time % 60)
}

/// Letters and digits in lower case, with `_` between the words.
fn slug(title: &str) -> String {
    let title = title.trim().trim_end_matches(".sql").to_lowercase();
    title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

fn usage(diagnostic: Diagnostic) -> Problem {
    Problem { kind: Kind::Usage, diagnostic }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn next(names: &[&str], title: &str) -> String {
        next_name(names.iter().copied(), title, at(1_767_225_600)).expect("a name")
    }

    #[test]
    fn the_next_name_keeps_the_style() {
        assert_eq!(next(&[], "Add orders"), "001_add_orders.sql");
        assert_eq!(next(&["README.sql"], "x"), "001_x.sql");
        assert_eq!(next(&["002_b.sql", "010_a.sql", "9_z.sql"], "x"), "011_x.sql");
        assert_eq!(next(&["009_a.sql", "old/0010_b.sql"], "x-y.sql"), "0011_x_y.sql");
        assert_eq!(next(&["0009-b.sql"], "x"), "0010-x.sql");
        assert_eq!(next(&["V7__b.sql"], "x"), "V8__x.sql");
        assert_eq!(next(&["99.sql"], "x"), "100_x.sql");
        assert_eq!(next(&["20250101120000_a.sql"], "x"), "20260101000000_x.sql");
        assert_eq!(next(&["20270101120000_a.sql"], "x"), "20270101120001_x.sql", "never before the latest");
    }

    #[test]
    fn titles_become_names() {
        assert_eq!(next(&[], "Add users' e-mail.sql"), "001_add_users_e_mail.sql");
        assert_eq!(next(&[], "../../etc/x"), "001_etc_x.sql");
        assert_eq!(next_name([].into_iter(), "…", UNIX_EPOCH).expect_err("no name").kind, Kind::Usage);
    }

    #[test]
    fn the_time_as_a_number() {
        let times = [0, 951_782_399, 951_825_599, 1_735_689_599].map(|seconds| timestamp(at(seconds)));
        assert_eq!(times, ["19700101000000", "20000228235959", "20000229115959", "20241231235959"]);
    }

    #[test]
    fn numbers_compare_as_numbers() {
        let mut names = ["10_a.sql", "9_b.sql", "x/1_c.sql", "00012_d.SQL"];
        names.sort_by_key(|name| Number::of(name));
        assert_eq!(names, ["x/1_c.sql", "9_b.sql", "10_a.sql", "00012_d.SQL"]);
        assert_eq!(Number::of("a1.sql"), None);
    }
}
