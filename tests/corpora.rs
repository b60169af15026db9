//! SQL that nobody here wrote: taken from packages at test time, cut into one statement a file, applied under every naming.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use libtest_mimic::{Arguments, Trial};
use support::database::Server;
use support::project::{self, Naming};
use support::script::{self, cut, oracle};
use support::{Outcome, ensure, ensure_equal, pgmg};

/// A code base and what has to be done to its script before it is plain SQL.
struct Corpus {
    name: &'static str,
    /// The file's name in the folder that `scripts/corpora` fills.
    file: &'static str,
    replaced: &'static [(&'static str, &'static str)],
    /// What comes before everything else.
    prologue: &'static str,
    /// Lines that begin so are left out, as are psql's commands.
    left_out: &'static [&'static str],
}

const CORPORA: [Corpus; 3] = [
    Corpus {
        name: "information_schema",
        file: "information_schema.sql",
        // pg_dump leaves out the schema that initdb made.
        replaced: &[("information_schema", "information_copy")],
        prologue: "",
        left_out: &[],
    },
    Corpus {
        name: "pg_partman",
        file: "pg_partman.sql",
        replaced: &[("@extschema@", "partman")],
        prologue: "CREATE SCHEMA partman;\n",
        // Works only inside CREATE EXTENSION.
        left_out: &["SELECT pg_catalog.pg_extension_config_dump("],
    },
    Corpus { name: "pgtap", file: "pgtap.sql", replaced: &[], prologue: "", left_out: &[] },
];

/// Failed attempts, cold, over all that ran: at most this share of the statements.
const FAILURES_ALLOWED: f64 = 0.05;

#[derive(Default)]
struct Figures {
    statements: AtomicU64,
    failures: AtomicU64,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let prepared = (!arguments.list).then(|| Ok::<_, support::Failed>((Server::start()?, fetched()?))).transpose();
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            eprintln!("{}", error.message().unwrap_or("the corpora cannot be prepared"));
            return ExitCode::FAILURE;
        }
    };
    let figures = Arc::new(Figures::default());
    let mut trials = Vec::new();
    for corpus in &CORPORA {
        let ready = prepared.clone();
        trials.push(Trial::test(format!("{}/pieces", corpus.name), move || match &ready {
            Some((server, folder)) => pieces(server, folder, corpus),
            None => Ok(()),
        }));
        for naming in Naming::ALL {
            let (prepared, figures) = (prepared.clone(), Arc::clone(&figures));
            trials.push(Trial::test(format!("{}/{}", corpus.name, naming.word()), move || match &prepared {
                Some((server, folder)) => applied(server, folder, corpus, naming, &figures),
                None => Ok(()),
            }));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    let (statements, failures) = (figures.statements.load(Ordering::Relaxed), figures.failures.load(Ordering::Relaxed));
    if statements == 0 {
        return conclusion.exit_code();
    }
    let share = failures as f64 / statements as f64;
    println!(
        "cold: {failures} failed attempts, {statements} statements: {:.1} % (allowed: {:.0} %)",
        share * 100.0,
        FAILURES_ALLOWED * 100.0
    );
    if conclusion.has_failed() {
        return conclusion.exit_code();
    }
    if share > FAILURES_ALLOWED { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// One code base under one naming, on an empty database.
fn applied(server: &Arc<Server>, folder: &Path, corpus: &Corpus, naming: Naming, figures: &Figures) -> Outcome {
    let script = corpus.script(folder)?;
    let expected = oracle(server, &script)?;
    let tree = cut(&script)?;
    let names: Vec<String> = tree.keys().cloned().collect();
    let project = project::written(&tree, &project::renamed(&names, naming))?;

    let database = server.database(None)?;
    let run = pgmg::run(project.path(), &database.connection_string(), &["apply", "--format", "json"])?.expect_code(&[0])?;
    ensure_equal("cold apply", &expected, &database.contents()?)?;
    figures.statements.fetch_add(run.figure("statements")?, Ordering::Relaxed);
    figures.failures.fetch_add(run.figure("failures")?, Ordering::Relaxed);

    pgmg::run(project.path(), &database.connection_string(), &["plan", "--exit-code"])?.expect_code(&[0])?;
    let before = database.fingerprint()?;
    pgmg::run(project.path(), &database.connection_string(), &["apply"])?.expect_code(&[0])?;
    ensure_equal("the second apply wrote: fingerprint", &before, &database.fingerprint()?)?;

    let database = server.database(None)?;
    let run = pgmg::run(project.path(), &database.connection_string(), &["apply", "--format", "json"])?.expect_code(&[0])?;
    ensure_equal("apply with a learned order", &expected, &database.contents()?)?;
    let failures = run.figure("failures")?;
    ensure(failures == 0, || format!("{failures} failed attempts with a learned order"))
}

/// Only psql: whether the pieces in their old order give what the script gives.
fn pieces(server: &Arc<Server>, folder: &Path, corpus: &Corpus) -> Outcome {
    let script = corpus.script(folder)?;
    let mut pieces: Vec<(String, Vec<u8>)> = cut(&script)?.into_iter().collect();
    pieces.sort_by_key(|(name, _)| name.split_once('/').map(|(_, number)| number.to_owned()));
    let joined: Vec<u8> = pieces.into_iter().flat_map(|(_, text)| [&b"RESET ALL;\n"[..], &text].concat()).collect();
    ensure_equal("pieces in their old order", &oracle(server, &script)?, &oracle(server, &String::from_utf8(joined)?)?)
}

impl Corpus {
    fn script(&self, folder: &Path) -> Outcome<String> {
        let mut text = fs::read_to_string(folder.join(self.file))?;
        for (old, new) in self.replaced {
            text = text.replace(old, new);
        }
        let kept =
            text.lines().filter(|line| !line.starts_with('\\') && !self.left_out.iter().any(|start| line.starts_with(start)));
        Ok(kept.fold(self.prologue.to_owned(), |script, line| script + line + "\n"))
    }
}

/// Lets `scripts/corpora` fetch what is missing.
fn fetched() -> Outcome<PathBuf> {
    script::fetched("corpora")
}
