//! Effects of migrations: each kind, plainly, inside a DO block and inside a function, found and none invented.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use support::database::Server;
use support::harness;
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
    /// What the database goes through before, beside `setup.sql`.
    #[serde(default)]
    before: String,
    #[serde(default)]
    statistics: Statistics,
    /// The code directory, applied before.
    #[serde(default)]
    code: String,
    /// An earlier migration that is pending as well. Its effects are not asked for.
    #[serde(default)]
    pending: String,
    sql: String,
    #[serde(default)]
    ways: Ways,
    /// The effect's name, its fields in alphabetical order, `|`, and what it means.
    effects: Vec<String>,
    /// The same up to PostgreSQL 13, where that is another one.
    effects_up_to_13: Option<Vec<String>>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ways {
    #[default]
    All,
    /// PostgreSQL parses it otherwise inside PL/pgSQL.
    PlainOnly,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Statistics {
    #[default]
    Kept,
    /// As after a crash, or in a restored copy.
    Lost,
}

#[derive(Debug, Clone, Copy)]
enum Way {
    Plain,
    InDo,
    InFunction,
    /// By a role that owns the database and is no superuser.
    ByOwner,
}

/// The role of `Way::ByOwner`.
const OWNER: &str = "effects_owner";

fn main() -> ExitCode {
    harness::on_one_server(|server| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/effects");
        let matrix: Matrix = toml::from_str(&std::fs::read_to_string(folder.join("matrix.toml"))?)?;
        let mut trials = Vec::new();
        for case in matrix.case {
            let ways: &[Way] = match case.ways {
                Ways::All => &[Way::Plain, Way::ByOwner, Way::InDo, Way::InFunction],
                Ways::PlainOnly => &[Way::Plain, Way::ByOwner],
            };
            for &way in ways {
                let (case, setup) = (case.clone(), folder.join("setup.sql"));
                let name = format!("{}/{way:?}", case.about.replace(' ', "_"));
                trials.push(harness::trial(server, name, move |server| shows(server, &case, way, &setup)));
            }
        }
        Ok(trials)
    })
}

fn shows(server: &Arc<Server>, case: &Case, way: Way, setup: &Path) -> Outcome {
    let setup = std::fs::read_to_string(setup)?;
    let owner = matches!(way, Way::ByOwner).then_some(OWNER);
    let as_owner = owner.map(|owner| server.role(owner).map(|()| format!("SET ROLE {owner};\n"))).transpose()?;
    let database = server.database(owner)?;
    database.run(&format!("{}{setup}\n;{}", as_owner.unwrap_or_default(), case.before))?;
    let database = if case.statistics == Statistics::Lost { database.copy()? } else { database };
    let connection = database.connection_string();
    let sql = match way {
        Way::Plain | Way::ByOwner => case.sql.clone(),
        Way::InDo => format!("DO $do$ BEGIN {} END $do$;", case.sql),
        Way::InFunction => {
            format!("CREATE FUNCTION work() RETURNS void LANGUAGE plpgsql AS $do$ BEGIN {} END $do$;\nSELECT work();", case.sql)
        }
    };
    let mut tree = Tree::new();
    if !case.code.is_empty() {
        tree.insert("sql/code.sql".into(), case.code.clone().into_bytes());
        let folder = project::written(&tree, &BTreeMap::new())?;
        pgmg::run(folder.path(), &connection, &["apply"])?.expect_code(&[0])?;
    }
    if !case.pending.is_empty() {
        tree.insert("migrations/001_pending.sql".into(), case.pending.clone().into_bytes());
    }
    tree.insert("migrations/002_change.sql".into(), sql.into_bytes());
    let folder = project::written(&tree, &BTreeMap::new())?;
    let before = database.fingerprint()?;
    let run = pgmg::run(folder.path(), &connection, &["plan", "--format", "json"])?.expect_code(&[0])?;
    ensure_equal("the plan wrote to the database: fingerprint", &before, &database.fingerprint()?)?;
    let plan = run.json()?;
    let steps = plan["steps"].as_array().cloned().unwrap_or_default();
    let measured = steps
        .iter()
        .filter(|step| step["object"] == "002_change.sql")
        .filter_map(|step| step["effects"].as_array())
        .flatten()
        .map(spelled);
    let mut measured: Vec<String> = measured.collect();
    measured.sort();
    let of_old = case.effects_up_to_13.as_ref().filter(|_| server.major() <= 13);
    let mut expected = of_old.unwrap_or(&case.effects).clone();
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
