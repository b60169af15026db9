//! The order of migrations, which their names tell, and the name of the next one.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use regex::Regex;

use super::file::{Problem, ReadFile};
use super::walk;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::migration::Migration;
use crate::model::plan::Direction;
use crate::model::project::Place;

/// `003_add_orders_table`: a number, then a title.
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^([0-9]+)(.*)$").ok());

/// The migrations in the order in which they run: by number, then by title. What is wrong with their names goes to `problems`.
///
/// One that has a way back is two files: `004_x.sql` or `004_x.up.sql` with `004_x.down.sql`, or `004_x/up.sql` with `004_x/down.sql`.
pub fn in_order(files: Vec<ReadFile>, problems: &mut Vec<Problem>) -> Vec<Migration> {
    let mut numbered: Vec<(Named, ReadFile)> = Vec::with_capacity(files.len());
    let mut downs: HashMap<String, ReadFile> = HashMap::new();
    for (file, contents) in files {
        match Named::of(&file.name) {
            Some(named) if named.direction == Direction::Down => _ = downs.insert(named.stem, (file, contents)),
            Some(named) => numbered.push((named, (file, contents))),
            None => problems.push(usage(
                Diagnostic::new(format!("migration {} does not begin with a number", file.path))
                    .at(Place::file(&*file.path))
                    .help("name it like 001_create_orders.sql: migrations run in the order of their numbers"),
            )),
        }
    }
    numbered.sort_by(|(a, (x, _)), (b, (y, _))| a.number.cmp(&b.number).then_with(|| x.name.cmp(&y.name)));
    for pair in numbered.windows(2) {
        if let [(a, (first, _)), (b, (second, _))] = pair
            && a.number.digits == b.number.digits
        {
            let number = if a.number.digits.is_empty() { "0" } else { &a.number.digits };
            problems.push(usage(
                Diagnostic::new(format!("two migrations have the number {number}: {} and {}", first.path, second.path))
                    .at(Place::file(&*second.path))
                    .help("give one of them the next free number"),
            ));
        }
    }
    let with_down = |(named, file): (Named, ReadFile)| {
        let down = downs.remove(&named.stem).map(|down| Box::new(migration(named.name.clone(), down, None)));
        migration(named.name, file, down)
    };
    let migrations = numbered.into_iter().map(with_down).collect();
    let mut alone: Vec<ReadFile> = downs.into_values().collect();
    alone.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    problems.extend(alone.into_iter().map(|(file, _)| {
        let message = format!("{} takes back a migration that is not there", file.path);
        usage(Diagnostic::new(message).at(Place::file(&*file.path)).help("remove it, or bring the migration back"))
    }));
    migrations
}

fn migration(name: String, (file, contents): ReadFile, down: Option<Box<Migration>>) -> Migration {
    Migration {
        file,
        name,
        checksum: contents.checksum,
        statements: contents.statements,
        mode: contents.mode,
        sections: contents.sections,
        destructive: contents.destructive,
        down,
    }
}

/// Whether a new migration gets a file for the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayBack {
    Wanted,
    LeftOut,
}

/// The paths of a new migration, the way back last: beside the latest one of `directory`, in its style, or the first one of all.
///
/// # Errors
/// A title without a letter or digit, a directory that cannot be read.
pub fn next_migration(directory: &Path, title: &str, way_back: WayBack, now: SystemTime) -> Result<Vec<PathBuf>> {
    let found = if directory.exists() { walk::find(directory, "migrations", None)? } else { Vec::new() };
    let names = found.iter().map(|found| found.name.as_str());
    let latest_name = latest(names.clone()).map(|(_, name)| name);
    let next = next_name(names, title, now)?;
    let in_folder = latest_name.is_some_and(|name| matches!(base(name), "up.sql" | "down.sql"));
    let beside = latest_name.and_then(|name| Path::new(name).parent());
    let beside = if in_folder { beside.and_then(Path::parent) } else { beside };
    let folder = beside.map_or_else(|| directory.to_owned(), |beside| directory.join(beside));
    let is_pair = latest_name.is_some_and(|name| Named::of(name).is_some_and(|named| named.name == named.stem));
    let (up, down) = match (in_folder, is_pair || way_back == WayBack::Wanted) {
        (true, _) => (folder.join(&next).join("up.sql"), folder.join(&next).join("down.sql")),
        (false, true) => (folder.join(format!("{next}.up.sql")), folder.join(format!("{next}.down.sql"))),
        (false, false) => (folder.join(format!("{next}.sql")), PathBuf::new()),
    };
    Ok(if way_back == WayBack::Wanted { vec![up, down] } else { vec![up] })
}

/// The name after `existing` files (below the directory), without `.sql`, in the style of the latest: its prefix, a number of
/// the same width, or the time (UTC) if its number is a time of 14 digits, and its separator.
fn next_name<'a>(existing: impl Iterator<Item = &'a str>, title: &str, now: SystemTime) -> Result<String> {
    let slug = slug(title);
    if slug.is_empty() {
        return Err(
            Error::usage(format!("\"{title}\" has no letter or digit to name a file by")).help("try `pgmg new add_orders`")
        );
    }
    let Some((last, name)) = latest(existing) else { return Ok(format!("001_{slug}")) };
    let number = match successor(&last.digits) {
        number if last.width == 14 && last.digits.len() == 14 => timestamp(now).max(number),
        number => format!("{number:0>width$}", width = last.width),
    };
    let prefix = prefix(numbered_part(name));
    let separator: String = last.title.chars().take_while(|c| matches!(c, '_' | '-')).collect();
    Ok(format!("{prefix}{number}{}{slug}", if separator.is_empty() { "_" } else { &separator }))
}

/// The name with the highest number, whatever letters stand before it (`V7__add_orders.sql`).
fn latest<'a>(names: impl Iterator<Item = &'a str>) -> Option<(Number, &'a str)> {
    let numbered = names.filter_map(|name| {
        let part = numbered_part(name);
        Some((Number::of(part.strip_prefix(prefix(part))?)?, name))
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

/// The part of a path that the number stands in: the file's name, or that of the folder of `up.sql` and `down.sql`; no `.sql`.
fn numbered_part(name: &str) -> &str {
    let part = match name.rsplit_once('/') {
        Some((folder, "up.sql" | "down.sql")) => base(folder),
        _ => base(name),
    };
    let stem = part.get(..part.len().saturating_sub(4)).filter(|_| part.to_ascii_lowercase().ends_with(".sql"));
    stem.unwrap_or(part)
}

/// What the name of a file says.
struct Named {
    number: Number,
    /// As recorded.
    name: String,
    /// What both files of a pair have in common.
    stem: String,
    direction: Direction,
}

impl Named {
    /// `None` if it has no number.
    fn of(name: &str) -> Option<Named> {
        let number = Number::of(numbered_part(name))?;
        let (direction, stem) = match name.rsplit_once('/') {
            Some((folder, "up.sql")) => (Direction::Up, folder),
            Some((folder, "down.sql")) => (Direction::Down, folder),
            _ => {
                let stem = name.get(..name.len() - 4)?;
                match (stem.strip_suffix(".up"), stem.strip_suffix(".down")) {
                    (Some(stem), _) => (Direction::Up, stem),
                    (_, Some(stem)) => (Direction::Down, stem),
                    // A plain file keeps its whole name: it may get its way back later.
                    _ => return Some(Named { number, name: name.to_owned(), stem: stem.to_owned(), direction: Direction::Up }),
                }
            }
        };
        Some(Named { number, name: stem.to_owned(), stem: stem.to_owned(), direction })
    }
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
    /// Of a name without `.sql`.
    fn of(name: &str) -> Option<Number> {
        let parts = NAME.as_ref()?.captures(name)?;
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
        assert_eq!(next(&[], "Add orders"), "001_add_orders");
        assert_eq!(next(&["README.sql"], "x"), "001_x");
        assert_eq!(next(&["002_b.sql", "010_a.sql", "9_z.sql"], "x"), "011_x");
        assert_eq!(next(&["009_a.sql", "old/0010_b.sql"], "x-y.sql"), "0011_x_y");
        assert_eq!(next(&["0009-b.sql"], "x"), "0010-x");
        assert_eq!(next(&["V7__b.sql"], "x"), "V8__x");
        assert_eq!(next(&["99.sql"], "x"), "100_x");
        assert_eq!(next(&["20250101120000_a.sql"], "x"), "20260101000000_x");
        assert_eq!(next(&["20270101120000_a.sql"], "x"), "20270101120001_x", "never before the latest");
    }

    #[test]
    fn titles_become_names() {
        assert_eq!(next(&[], "Add users' e-mail.sql"), "001_add_users_e_mail");
        assert_eq!(next(&[], "../../etc/x"), "001_etc_x");
        assert_eq!(next_name([].into_iter(), "…", UNIX_EPOCH).expect_err("no name").kind, Kind::Usage);
    }

    #[test]
    fn the_time_as_a_number() {
        let times = [0, 951_782_399, 951_825_599, 1_735_689_599].map(|seconds| timestamp(at(seconds)));
        assert_eq!(times, ["19700101000000", "20000228235959", "20000229115959", "20241231235959"]);
    }

    #[test]
    fn numbers_compare_as_numbers() {
        let mut names = ["10_a.sql", "9_b.sql", "x/1_c.sql", "00012_d.SQL", "11_x/up.sql"];
        names.sort_by_key(|name| Named::of(name).map(|named| named.number));
        assert_eq!(names, ["x/1_c.sql", "9_b.sql", "10_a.sql", "11_x/up.sql", "00012_d.SQL"]);
        assert_eq!(Number::of("a1"), None);
    }

    #[test]
    fn a_pair_has_one_name() {
        let named = |name: &str| Named::of(name).map(|named| (named.name, named.stem, named.direction)).expect(name);
        let of = |name: &str, stem: &str, direction| (name.to_owned(), stem.to_owned(), direction);
        assert_eq!(named("1_a.sql"), of("1_a.sql", "1_a", Direction::Up));
        assert_eq!(named("1_a.down.sql"), of("1_a", "1_a", Direction::Down));
        assert_eq!(named("x/1_a.up.sql"), of("x/1_a", "x/1_a", Direction::Up));
        assert_eq!(named("x/1_a/up.sql"), of("x/1_a", "x/1_a", Direction::Up));
        assert_eq!(named("1_a/down.sql"), of("1_a", "1_a", Direction::Down));
        assert!(Named::of("up.sql").is_none());
    }

    #[test]
    fn the_next_files_keep_the_form() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let next = |way_back| {
            let paths = next_migration(folder.path(), "x", way_back, UNIX_EPOCH).expect("paths");
            let below = |path: &PathBuf| path.strip_prefix(folder.path()).map(|path| path.display().to_string());
            paths.iter().filter_map(|path| below(path).ok()).collect::<Vec<_>>()
        };
        assert_eq!(next(WayBack::LeftOut), ["001_x.sql"]);
        assert_eq!(next(WayBack::Wanted), ["001_x.up.sql", "001_x.down.sql"]);
        std::fs::write(folder.path().join("001_a.up.sql"), "")?;
        assert_eq!(next(WayBack::LeftOut), ["002_x.up.sql"]);
        std::fs::create_dir(folder.path().join("002_b"))?;
        std::fs::write(folder.path().join("002_b/up.sql"), "")?;
        assert_eq!(next(WayBack::Wanted), ["003_x/up.sql", "003_x/down.sql"]);
        Ok(())
    }
}
