//! Effects of migrations: each kind, plainly, inside a DO block and inside a function, found and none invented.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use serde::Deserialize;
use serde_json::Value;
use support::database::Server;
use support::project::{self, Tree};
use support::{Outcome, ensure_equal, pgmg};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Matrix {
    case: Vec<Case>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    sql: String,
    /// The effect's name, its fields in alphabetical order, `|`, and what it means.
    effects: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Way {
    Plain,
    InDo,
    InFunction,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/effects");
    let read = std::fs::read_to_string(folder.join("matrix.toml")).map_err(|error| error.to_string());
    let matrix: Matrix = match read.and_then(|text| toml::from_str(&text).map_err(|error| error.to_string())) {
        Ok(matrix) => matrix,
        Err(error) => {
            eprintln!("testdata/effects/matrix.toml: {error}");
            return ExitCode::FAILURE;
        }
    };
    let server = match (!arguments.list).then(Server::start).transpose() {
        Ok(server) => server,
        Err(error) => {
            eprintln!("{}", error.message().unwrap_or("no server"));
            return ExitCode::FAILURE;
        }
    };
    let mut trials = Vec::new();
    for case in matrix.case {
        for way in [Way::Plain, Way::InDo, Way::InFunction] {
            let (server, case, setup) = (server.clone(), case.clone(), folder.join("setup.sql"));
            let name = format!("{}/{way:?}", case.about.replace(' ', "_"));
            trials.push(Trial::test(name, move || server.as_ref().map_or(Ok(()), |server| shows(server, &case, way, &setup))));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn shows(server: &Arc<Server>, case: &Case, way: Way, setup: &Path) -> Outcome {
    let database = server.database(None)?;
    database.psql(setup)?;
    let sql = match way {
        Way::Plain => case.sql.clone(),
        Way::InDo => format!("DO $do$ BEGIN {} END $do$;", case.sql),
        Way::InFunction => {
            format!("CREATE FUNCTION work() RETURNS void LANGUAGE plpgsql AS $do$ BEGIN {} END $do$;\nSELECT work();", case.sql)
        }
    };
    let mut tree = Tree::new();
    tree.insert("migrations/001_change.sql".into(), sql.into_bytes());
    let folder = project::written(&tree, &BTreeMap::new())?;
    let before = database.fingerprint()?;
    let run = pgmg::run(folder.path(), &database.connection_string(), &["plan", "--format", "json"])?.expect_code(&[0])?;
    ensure_equal("the plan wrote to the database: fingerprint", &before, &database.fingerprint()?)?;
    let plan = run.json()?;
    let steps = plan["steps"].as_array().cloned().unwrap_or_default();
    let measured = steps.iter().filter_map(|step| step["effects"].as_array()).flatten().map(spelled);
    let mut measured: Vec<String> = measured.collect();
    measured.sort();
    let mut expected = case.effects.clone();
    expected.sort();
    ensure_equal("effects", &(expected.join("\n") + "\n"), &(measured.join("\n") + "\n"))
}

/// Sizes and times differ from machine to machine and are left out.
fn spelled(effect: &Value) -> String {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let fields = effect.as_object().into_iter().flatten();
    let fields = fields.filter(|(key, _)| !matches!(key.as_str(), "effect" | "size" | "held" | "destructive" | "clients"));
    let fields: Vec<String> = fields.map(|(key, value)| format!("{key}={}", word(value))).collect();
    let destructive = if effect["destructive"] == true { "destructive " } else { "" };
    format!("{} {} | {destructive}{}", word(&effect["effect"]), fields.join(" "), word(&effect["clients"]))
}
