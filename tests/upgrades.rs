//! Upgrades of a code base that nobody here wrote: release A is applied, its files are replaced by release B's, and the result is
//! what B alone gives. Between the releases of each pair the tables are equal; enums, functions, triggers and indexes are not.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use support::database::Server;
use support::project::{self, Naming, Tree};
use support::{Outcome, ensure_equal, pgmg, script};

/// Two releases, one after the other.
const PAIRS: [(&str, &str); 3] = [("2.5.0", "2.8.0"), ("2.8.0", "2.14.1"), ("3.5.3", "3.10.0")];

const ROWS: &str = "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('one', 'first'), ('two', 'second')";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if arguments.list {
        return ExitCode::SUCCESS;
    }
    let folder = match script::fetched("upgrades") {
        Ok(folder) => folder,
        Err(error) => {
            println!("Left out: the releases cannot be had here: {}", error.message().unwrap_or_default());
            return ExitCode::SUCCESS;
        }
    };
    let server = match Server::start() {
        Ok(server) => server,
        Err(error) => {
            eprintln!("{}", error.message().unwrap_or("no server"));
            return ExitCode::FAILURE;
        }
    };
    let mut trials = Vec::new();
    for (from, to) in PAIRS {
        for naming in Naming::ALL {
            let (server, folder) = (server.clone(), folder.clone());
            trials.push(Trial::test(format!("{from}_to_{to}/{}", naming.word()), move || {
                upgrade(&server, &folder, from, to, naming)
            }));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn upgrade(server: &Arc<Server>, folder: &Path, from: &str, to: &str, naming: Naming) -> Outcome {
    let release = |version: &str| -> Outcome<String> { Ok(fs::read_to_string(folder.join(format!("{version}.sql")))?) };
    let (old, new) = (tree(&release(from)?)?, tree(&release(to)?)?);
    let names: Vec<String> = old.keys().chain(new.keys()).cloned().collect();
    let renamed = project::renamed(&names, naming);
    let project = project::written(&old, &renamed)?;
    let database = server.database(None)?;
    let connection = database.connection_string();
    pgmg::run(project.path(), &connection, &["apply"])?.expect_code(&[0])?;
    database.run(ROWS)?;
    let rows = database.value("SELECT string_agg(j::text, ' ') FROM procrastinate_jobs j")?;

    project::write_into(project.path(), &new, &renamed)?;
    let apply = pgmg::run(project.path(), &connection, &["apply"])?.expect_code(&[0])?;
    let fresh = server.database(None)?;
    let file = project.path().join("right-order.sql");
    fs::write(&file, release(to)?)?;
    fresh.psql(&file)?;
    ensure_equal(format!("schema after the upgrade\n{}", apply.stdout), &fresh.schema()?, &database.schema()?)?;
    ensure_equal("rows", &rows, &database.value("SELECT string_agg(j::text, ' ') FROM procrastinate_jobs j")?)?;
    pgmg::run(project.path(), &connection, &["plan", "--exit-code"])?.expect_code(&[0])?;
    Ok(())
}

/// One statement a file; migrations are numbered by themselves, so that those of both releases have the same names.
fn tree(script: &str) -> Outcome<Tree> {
    let (migrations, code): (Vec<_>, Vec<_>) =
        script::cut(script)?.into_iter().partition(|(name, _)| name.starts_with("migrations/"));
    let migrations = migrations.into_iter().enumerate().map(|(at, (_, text))| (format!("migrations/{at:05}.sql"), text));
    Ok(migrations.chain(code).collect::<BTreeMap<_, _>>())
}
