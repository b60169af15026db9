//! Migrations that appear, and other sessions that are told of what was applied.

use std::sync::Arc;
use std::time::Duration;

use fallible_iterator::FallibleIterator;
use serde_json::{Value, json};

use crate::Test;
use crate::support::database::Server;
use crate::support::{Outcome, ensure, ensure_equal, pgmg};
use crate::watching::Watching;

pub const TESTS: &[(&str, Test)] = &[
    ("migrations/told_and_left_alone", told_and_left_alone),
    ("migrations/applied_when_asked_for", applied_when_asked_for),
    ("migrations/edited_is_an_error", edited_is_an_error),
    ("migrations/confirmation_is_needed", confirmation_is_needed),
    ("after/notify", notify),
    ("after/exec", exec),
];

const FILES: &[(&str, &str)] =
    &[("migrations/001_t.sql", "CREATE TABLE t (id int);\n"), ("sql/v.sql", "CREATE VIEW v AS SELECT id FROM t;\n")];

fn applied(server: &Arc<Server>, arguments: &[&str]) -> Outcome<Watching> {
    let mut watching = Watching::start(server, FILES, &[&["--migrations"], arguments].concat())?;
    watching.write("sql/v.sql", "CREATE VIEW v AS SELECT id, 1 AS n FROM t;\n")?;
    watching.expect_steps(&["replace view.v"])?;
    Ok(watching)
}

fn told_and_left_alone(server: &Arc<Server>) -> Outcome {
    let mut watching = Watching::unapplied(server, FILES, &[])?;
    let pending = watching.expect(&["migrations_pending"])?;
    ensure_equal("migrations", "[\"001_t.sql\"]", &pending["migrations"].to_string())?;
    watching.expect_failure("42P01", "sql/v.sql")?;
    // Somebody else applies it beside the watch, which keeps no lock.
    pgmg::run(watching.project.path(), &watching.database.connection_string(), &["apply"])?.expect_code(&[0])?;
    watching.write("migrations/002_u.sql", "CREATE TABLE u (id int);\n")?;
    let pending = watching.expect(&["migrations_pending"])?;
    ensure_equal("migrations", "[\"002_u.sql\"]", &pending["migrations"].to_string())?;
    watching.expect(&["matches"])?;
    // It is said once, and code is applied.
    watching.write("sql/v.sql", "CREATE VIEW v AS SELECT id, 1 AS n FROM t;\n")?;
    watching.expect_steps(&["replace view.v"])?;
    ensure_equal("table", "", &watching.database.value("SELECT to_regclass('u')::text")?)
}

fn applied_when_asked_for(server: &Arc<Server>) -> Outcome {
    let mut watching = applied(server, &[])?;
    watching.write("migrations/002_u.sql", "CREATE TABLE u (id int);\n")?;
    watching.expect_steps(&["migrate 002_u.sql"])?;
    // As `pgmg new` makes it; recorded as applied, nothing could be added to it.
    watching.write("migrations/003_w.sql", "-- w\n")?;
    let pending = watching.expect(&["migrations_pending"])?;
    ensure(pending["empty"] == true, || pending.to_string())?;
    watching.write("migrations/003_w.sql", "-- w\nCREATE TABLE w (id int);\n")?;
    watching.expect_steps(&["migrate 003_w.sql"])?;
    // What loses data is refused, as by apply.
    watching.write("migrations/004_x.sql", "DROP TABLE w;\n")?;
    watching.expect_failure("loses data", "migrations/004_x.sql")?;
    watching.write("migrations/004_x.sql", "-- pgmg: destructive\nDROP TABLE w;\n")?;
    watching.expect_steps(&["migrate 004_x.sql"])
}

fn edited_is_an_error(server: &Arc<Server>) -> Outcome {
    let mut watching = applied(server, &[])?;
    watching.write("migrations/001_t.sql", "CREATE TABLE t (id bigint);\n")?;
    watching.expect_failure("", "migrations/001_t.sql")?;
    watching.write("migrations/001_t.sql", FILES[0].1)?;
    watching.expect(&["matches"]).map(drop)
}

fn confirmation_is_needed(server: &Arc<Server>) -> Outcome {
    let (database, project) = (server.database(None)?, crate::support::scratch()?);
    std::fs::create_dir(project.path().join("sql"))?;
    std::fs::write(project.path().join("pgmg.toml"), "code_dir = \"sql\"\nconfirm = true\n")?;
    let run = pgmg::run(project.path(), &database.connection_string(), &["watch"])?;
    run.expect_code(&[5])?.expect_stderr(&["wants every apply to be confirmed", "pgmg apply"]).map(drop)
}

fn notify(server: &Arc<Server>) -> Outcome {
    let mut watching = applied(server, &["--notify"])?;
    let mut listener = watching.database.connect()?;
    listener.batch_execute("LISTEN pgmg")?;
    watching.write("sql/deep/w.sql", "CREATE VIEW w AS SELECT id FROM v;\n")?;
    let heard = listener.notifications().timeout_iter(Duration::from_secs(60)).next()?.ok_or("nothing was heard")?;
    let payload: Value = serde_json::from_str(heard.payload())?;
    ensure(heard.channel() == "pgmg" && payload["milliseconds"].is_u64(), || payload.to_string())?;
    ensure(
        payload["event"] == "applied" && payload["objects"] == json!(["view.w"]) && payload["files"] == json!(["deep/w.sql"]),
        || payload.to_string(),
    )?;
    // It is there when it is said.
    watching.view("w")?;
    watching.expect_steps(&["create view.w"])?;
    // What fails is not announced; the next one is what was applied next.
    watching.write("sql/deep/w.sql", "CREATE VIEW w AS SELECT absent FROM v;\n")?;
    watching.expect(&["failed"])?;
    watching.write("sql/x.sql", "CREATE VIEW x AS SELECT id FROM v;\n")?;
    watching.expect(&["failed"])?;
    watching.write("sql/deep/w.sql", "CREATE VIEW w AS SELECT id FROM v;\n")?;
    let heard = listener.notifications().timeout_iter(Duration::from_secs(60)).next()?.ok_or("nothing was heard")?;
    ensure(heard.payload().contains("view.x"), || heard.payload().to_owned())
}

fn exec(server: &Arc<Server>) -> Outcome {
    let command = "echo \"$PGMG_ENV:$(cat sql/v.sql)\" >> ran; test ! -e fail";
    let mut watching = Watching::start(server, FILES, &["--migrations", "--exec", command])?;
    let ran = watching.expect(&["ran"])?;
    ensure(ran["exit_code"] == 0 && ran["exec"] == command, || ran.to_string())?;
    watching.write("fail", "")?;
    watching.write("sql/v.sql", "CREATE VIEW v AS SELEC")?;
    watching.expect(&["failed"])?;
    watching.write("sql/v.sql", "CREATE VIEW v AS SELECT id, 1 AS n FROM t;\n")?;
    watching.expect_steps(&["replace view.v"])?;
    let ran = watching.expect(&["ran"])?;
    ensure(ran["exit_code"] == 1, || ran.to_string())?;
    let expected = ":CREATE VIEW v AS SELECT id FROM t;\n:CREATE VIEW v AS SELECT id, 1 AS n FROM t;\n";
    ensure_equal("once for each apply", expected, &std::fs::read_to_string(watching.path("ran"))?)
}
