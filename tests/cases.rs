//! Every case in `testdata/`, under every naming: plan, apply, apply again, with a learned order, and after a failure.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use libtest_mimic::Trial;
use support::case::{self, Found};
use support::database::{Database, Server};
use support::harness::{self, Shared};
use support::pgmg::{self, Run};
use support::project::{self, Naming};
use support::{Outcome, ensure, ensure_equal};

/// What psql gave, by case and step: the same for every naming.
type Expected = Arc<Vec<OnceLock<String>>>;

/// No project can be applied with this file in it.
const BROKEN: &str = "CREATE VIEW cannot_work AS SELECT no_such_column FROM pg_catalog.pg_class;\n";

fn main() -> ExitCode {
    harness::on_one_server(|server| Ok(case::all()?.iter().flat_map(|found| trials(server, found)).collect()))
}

/// What psql gives, and then each naming.
fn trials(server: &Shared, found: &Found) -> Vec<Trial> {
    // Shown as ignored: left out is not passed.
    let too_old = server.as_ref().is_some_and(|server| server.major() < found.case.since);
    let expected: Expected = Arc::new((0..=found.case.edit.len()).map(|_| OnceLock::new()).collect());
    let trial = |name: &str, naming: Naming, test: fn(&Running<'_>) -> Outcome| {
        let (own, expected) = (found.clone(), Arc::clone(&expected));
        let test = move |server: &Arc<Server>| test(&Running { server, found: &own, expected: &expected, naming });
        harness::trial(server, format!("{}/{name}", found.name), test).with_ignored_flag(too_old)
    };
    let oracle = (found.case.exit == 0).then(|| trial("oracle", Naming::AsItIs, |running| running.oracles()));
    let namings = found.namings().into_iter().map(|naming| trial(naming.word(), naming, |running| running.run()));
    oracle.into_iter().chain(namings).collect()
}

/// One case under one naming.
struct Running<'a> {
    server: &'a Arc<Server>,
    found: &'a Found,
    expected: &'a Expected,
    naming: Naming,
}

impl Running<'_> {
    fn run(&self) -> Outcome {
        let case = &self.found.case;
        ensure(!case.about.is_empty(), || "case.toml has no `about`".into())?;
        self.roles()?;
        if case.exit != 0 {
            return self.refused();
        }
        let database = self.database()?;
        // What a plan and a failed apply leave behind does not depend on the files' names.
        if self.naming == Naming::AsItIs {
            self.planned(&database)?;
            self.after_a_failure()?;
        }
        let folder = self.applied(&database)?;
        self.learned(folder.path())?;
        self.edited(&database, folder.path())
    }

    /// Refused: the plan and the apply end as they must, and nothing was written.
    fn refused(&self) -> Outcome {
        let (database, folder) = (self.database()?, self.project(0)?);
        let before = database.everything()?;
        let case = &self.found.case;
        expect(self.pgmg(&database, folder.path(), &["apply"])?, case.exit, &case.stdout, &case.stderr)?;
        ensure_equal("the refused apply changed the database", &before, &database.everything()?)?;
        self.pgmg(&database, folder.path(), &["plan"])?.expect_code(&[self.found.case.exit])?;
        ensure_equal("the refused plan changed the database", &before, &database.everything()?)
    }

    /// The plan writes nothing. In a project of its own, so that what it learns does not help the apply.
    fn planned(&self, database: &Database) -> Outcome {
        let folder = self.project(0)?;
        let before = database.fingerprint()?;
        let run = self.pgmg(database, folder.path(), &["plan"])?.expect_code(&[0])?.expect_stdout(&self.found.case.plan)?;
        ensure_equal("the plan wrote to the database: fingerprint", &before, &database.fingerprint()?)?;
        let golden = self.found.folder.join("plan.txt");
        if golden.exists() {
            ensure_equal("plan.txt", &std::fs::read_to_string(golden)?, &run.stdout)?;
        }
        Ok(())
    }

    /// The cold apply gives the oracle's schema; then nothing is left to do, and a second apply writes no row.
    fn applied(&self, database: &Database) -> Outcome<tempfile::TempDir> {
        let folder = self.project(0)?;
        let run = self.pgmg(database, folder.path(), &["apply"])?;
        expect(run, 0, &self.found.case.stdout, &self.found.case.stderr)?;
        self.settled(0, database, folder.path(), "apply")?;
        Ok(folder)
    }

    fn settled(&self, step: usize, database: &Database, project: &Path, what: &str) -> Outcome {
        ensure_equal(format!("schema after {what}"), self.oracle(step)?, &database.schema()?)?;
        self.pgmg(database, project, &["plan", "--exit-code"])?.expect_code(&[0])?;
        let before = database.fingerprint()?;
        self.pgmg(database, project, &["apply"])?.expect_code(&[0])?;
        ensure_equal(format!("a second apply after {what} wrote: fingerprint"), &before, &database.fingerprint()?)
    }

    /// With what was learned, an empty database needs no failed attempt.
    fn learned(&self, project: &Path) -> Outcome {
        let database = self.database()?;
        let run = self.pgmg(&database, project, &["apply", "--format", "json"])?.expect_code(&[0])?;
        ensure_equal("schema with a learned order", self.oracle(0)?, &database.schema()?)?;
        let failures = run.figure("failures")?;
        ensure(failures == self.found.case.blocked, || {
            format!("{failures} failed attempts with a learned order\n{}", run.transcript())
        })
    }

    /// A failed apply before leaves no trace, neither in the database nor in the order.
    fn after_a_failure(&self) -> Outcome {
        let (database, folder) = (self.database()?, self.project(0)?);
        let broken = folder.path().join("sql/0_cannot_work.sql");
        std::fs::create_dir_all(folder.path().join("sql"))?;
        std::fs::write(&broken, BROKEN)?;
        let before = database.everything()?;
        self.pgmg(&database, folder.path(), &["apply"])?.expect_code(&[3, 4])?.expect_stderr(&["no_such_column"])?;
        if !self.found.case.divided {
            ensure_equal("the failed apply changed the database", &before, &database.everything()?)?;
        }
        std::fs::remove_file(&broken)?;
        self.pgmg(&database, folder.path(), &["apply"])?.expect_code(&[0])?;
        ensure_equal("schema after a failed apply", self.oracle(0)?, &database.schema()?)
    }

    fn edited(&self, database: &Database, project: &Path) -> Outcome {
        let names = project::renamed(&self.found.paths(), self.naming);
        for (step, edit) in self.found.case.edit.iter().enumerate().map(|(i, edit)| (i + 1, edit)) {
            database.run(&edit.meanwhile)?;
            project::write_into(project, &self.found.trees[step], &names)?;
            let (before, rows) = (database.everything()?, database.fingerprint()?);
            if !edit.plan.is_empty() {
                let plan = self.pgmg(database, project, &["plan", "--sql", "--diff"])?;
                plan.expect_code(&[0])?.expect_stdout(&edit.plan)?;
            }
            expect(self.pgmg(database, project, &["apply"])?, edit.exit, &edit.stdout, &edit.stderr)?;
            if edit.idle {
                ensure_equal(
                    format!("edit {step} is no change, and the apply wrote: fingerprint"),
                    &rows,
                    &database.fingerprint()?,
                )?;
            }
            if edit.exit == 0 {
                self.settled(step, database, project, &format!("edit {step}"))?;
            } else {
                ensure_equal(format!("edit {step} was refused and changed the database"), &before, &database.everything()?)?;
            }
        }
        Ok(())
    }

    /// Only psql: whether what is expected can be had at all.
    fn oracles(&self) -> Outcome {
        let case = &self.found.case;
        self.roles()?;
        let accepted = case.edit.iter().enumerate().filter(|(_, edit)| edit.exit == 0).map(|(i, _)| i + 1);
        std::iter::once(0).chain(accepted).try_for_each(|step| self.oracle(step).map(drop))
    }

    fn roles(&self) -> Outcome {
        let case = &self.found.case;
        case.roles.iter().chain(&case.role).try_for_each(|role| self.server.role(role))
    }

    /// The schema that psql gives.
    fn oracle(&self, step: usize) -> Outcome<&str> {
        if let Some(known) = self.expected[step].get() {
            return Ok(known);
        }
        let case = &self.found.case;
        let order = match step {
            0 => &case.oracle,
            _ => &case.edit[step - 1].oracle,
        };
        let database = self.database()?;
        case::run_oracle(&database, &self.found.trees[step], order)?;
        let schema = database.schema()?;
        Ok(self.expected[step].get_or_init(|| schema))
    }

    fn database(&self) -> Outcome<Database> {
        let database = self.server.database(self.found.case.role.as_deref())?;
        database.run(&self.found.case.setup)?;
        Ok(database)
    }

    fn project(&self, step: usize) -> Outcome<tempfile::TempDir> {
        let names: BTreeMap<String, String> = project::renamed(&self.found.paths(), self.naming);
        project::written(&self.found.trees[step], &names)
    }

    fn pgmg(&self, database: &Database, project: &Path, arguments: &[&str]) -> Outcome<Run> {
        let more = self.found.case.arguments.iter().map(String::as_str);
        let arguments: Vec<&str> = arguments.iter().copied().chain(more).collect();
        pgmg::run(project, &database.connection_string(), &arguments)
    }
}

fn expect(run: Run, exit: i32, stdout: &[String], stderr: &[String]) -> Outcome {
    run.expect_code(&[exit])?.expect_stdout(stdout)?.expect_stderr(stderr).map(drop)
}
