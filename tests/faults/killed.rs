//! `kill -9` at random moments: the database is exactly as before or exactly as after.

use std::sync::Arc;
use std::time::{Duration, Instant};

use regex::Regex;

use super::files::project;
use crate::Test;
use crate::support::database::{Database, Server};
use crate::support::random::Random;
use crate::support::{Outcome, ensure, ensure_equal, pgmg};

pub const TESTS: &[(&str, Test)] = &[("killed/at_50_moments", at_50_moments)];

const MOMENTS: usize = 50;

fn at_50_moments(server: &Arc<Server>) -> Outcome {
    let (mut random, seed) = Random::seeded();
    let files = files();
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (before, after, schema, whole) = {
        let (database, project) = (server.database(None)?, project(&borrowed)?);
        let before = dump(&database)?;
        let begin = Instant::now();
        pgmg::run(project.path(), &database.connection_string(), &["apply"])?.expect_code(&[0])?;
        let whole = begin.elapsed();
        (before, dump(&database)?, database.schema()?, whole)
    };
    ensure(before != after, || "the apply did nothing".into())?;
    let mut applied = 0;
    for moment in 0..MOMENTS {
        let (database, project) = (server.database(None)?, project(&borrowed)?);
        let wait = Duration::from_secs_f64(whole.as_secs_f64() * 1.1 * random.fraction());
        let apply = pgmg::command(project.path(), Some(&database.connection_string()), &["apply"]).spawn()?;
        // Not to wait for anything: the moment itself is what is chosen at random.
        std::thread::sleep(wait);
        pgmg::signal(apply.id(), libc::SIGKILL);
        pgmg::finish(apply, "pgmg apply (killed)".into())?;
        database.wait_until("the killed apply's sessions end", ALONE)?;
        let now = dump(&database)?;
        ensure(now == before || now == after, || {
            format!("killed after {wait:?} (moment {moment}, PGMG_TEST_SEED={seed}), the database is neither:\n{now}")
        })?;
        applied += usize::from(now == after);
        // What is left of it, `.pgmg/` too, must not be in the way of the next apply.
        pgmg::run(project.path(), &database.connection_string(), &["apply"])?.expect_code(&[0])?;
        ensure_equal(format!("the apply after the kill (PGMG_TEST_SEED={seed})"), &schema, &database.schema()?)?;
    }
    eprintln!("killed at {MOMENTS} moments of {whole:?} (PGMG_TEST_SEED={seed}): {applied} times it had been applied");
    Ok(())
}

const ALONE: &str = "SELECT count(*) = 0 FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";

/// Everything except the times at which it happened, the numbers that objects have in this database, and the order of rows.
fn dump(database: &Database) -> Outcome<String> {
    let times = Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")?;
    let runs = Regex::new(r"\t[0-9a-f]{16}-\d+\t")?;
    // A duration stands behind the role that spent it, in both tables.
    let durations = Regex::new(r"(?m)(\t[^\t]+)\t(?:\d+|\\N)\t(applied\t|[^\t]*\t[^\t]*$)")?;
    let places = Regex::new(r"(?m)\t\d+\t\d+\t\{[^\t]*\}$")?;
    let everything = database.everything()?;
    let without_times = times.replace_all(&everything, "TIME");
    let without_places = places.replace_all(&without_times, "\tPLACE");
    let without_runs = runs.replace_all(&without_places, "\tRUN\t");
    let without_durations = durations.replace_all(&without_runs, "$1\tDURATION\t$2");
    let mut lines: Vec<String> = without_durations.lines().map(str::to_owned).collect();
    lines.sort();
    Ok(lines.join("\n"))
}

/// Some migrations and a hundred objects, named so that many have to wait.
fn files() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = (1..=5)
        .map(|n| {
            (
                format!("migrations/{n:03}_table.sql"),
                format!("CREATE TABLE table_{n} (id int PRIMARY KEY, n numeric);\nINSERT INTO table_{n} VALUES (1, {n});\n"),
            )
        })
        .collect();
    for n in 0..100 {
        let (below, text) = (
            n + 1,
            if n == 99 { "SELECT n FROM table_1".into() } else { format!("SELECT chain_{}.n FROM chain_{}", n + 1, n + 1) },
        );
        let function = format!("CREATE FUNCTION of_{n}() RETURNS numeric LANGUAGE sql AS 'SELECT sum(n) FROM chain_{n}';\n");
        files.push((format!("sql/{:03}_{below}.sql", n), format!("CREATE VIEW chain_{n} AS {text};\n{function}")));
    }
    files
}
