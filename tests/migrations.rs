//! What is done with migrations beside applying them: up to one of them, by a saved plan, back again, with their record repaired.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use support::database::{Database, Server};
use support::harness::{self, Test};
use support::pgmg::{self, Run};
use support::project::{self, Tree};
use support::{Outcome, ensure, ensure_equal};
use tempfile::TempDir;

const TESTS: &[(&str, Test)] = &[
    ("a_target_leaves_the_rest_for_later", a_target_leaves_the_rest_for_later),
    ("a_saved_plan_is_carried_out_exactly", a_saved_plan_is_carried_out_exactly),
    ("a_saved_plan_is_refused_when_something_changed", a_saved_plan_is_refused_when_something_changed),
    ("a_file_that_is_no_plan", a_file_that_is_no_plan),
    ("migrations_are_taken_back", migrations_are_taken_back),
    ("a_missing_way_back_is_said_before_anything_runs", a_missing_way_back_is_said_before_anything_runs),
    ("a_way_back_that_loses_data_is_refused", a_way_back_that_loses_data_is_refused),
    ("records_are_repaired", records_are_repaired),
    ("the_history_tells_what_was_done", the_history_tells_what_was_done),
    ("losses_are_allowed_by_name_or_all", losses_are_allowed_by_name_or_all),
    ("what_a_divided_run_made_itself_is_no_loss", what_a_divided_run_made_itself_is_no_loss),
    ("an_environment_forbids_and_asks", an_environment_forbids_and_asks),
    ("a_person_is_asked", a_person_is_asked),
    ("commands_around_an_apply", commands_around_an_apply),
    ("an_early_database_is_taken_over", an_early_database_is_taken_over),
    ("a_plan_leaves_no_trace", a_plan_leaves_no_trace),
    ("a_database_is_compared_with_a_fresh_build", a_database_is_compared_with_a_fresh_build),
    ("a_plan_is_made_on_a_copy", a_plan_is_made_on_a_copy),
];

fn main() -> ExitCode {
    harness::on_one_server(|server| Ok(harness::named(server, TESTS)))
}

/// A database and a project of three migrations, two with ways back, and a view.
struct Shop {
    database: Database,
    folder: TempDir,
}

impl Shop {
    fn new(server: &Arc<Server>) -> Outcome<Self> {
        let files = [
            (
                "migrations/001_users.sql",
                "CREATE TABLE users (id int PRIMARY KEY, note text);\nINSERT INTO users VALUES (1), (2), (3);\n",
            ),
            ("migrations/002_age.up.sql", "ALTER TABLE users ADD COLUMN age int;\n"),
            ("migrations/002_age.down.sql", "-- pgmg: destructive\nALTER TABLE users DROP COLUMN age;\n"),
            ("migrations/003_wide/up.sql", "ALTER TABLE users ALTER COLUMN id TYPE bigint;\n"),
            ("migrations/003_wide/down.sql", "-- pgmg: destructive\nALTER TABLE users ALTER COLUMN id TYPE int;\n"),
            ("sql/v.sql", "CREATE VIEW v AS SELECT id FROM users;\nCOMMENT ON VIEW v IS 'users';\n"),
        ];
        let tree: Tree = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        Ok(Shop { database: server.database(None)?, folder: project::written(&tree, &BTreeMap::new())? })
    }

    fn applied(server: &Arc<Server>) -> Outcome<Self> {
        let shop = Shop::new(server)?;
        shop.pgmg(&["apply"])?.expect_code(&[0])?;
        Ok(shop)
    }

    fn pgmg(&self, arguments: &[&str]) -> Outcome<Run> {
        pgmg::run(self.folder.path(), &self.database.connection_string(), arguments)
    }

    fn write(&self, name: &str, text: &str) -> Outcome {
        Ok(std::fs::write(self.folder.path().join(name), text)?)
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// The names that are recorded as applied.
    fn names(&self) -> Outcome<String> {
        self.database
            .value("SELECT coalesce(string_agg(name, ' ' ORDER BY name), '') FROM pgmg_migrations WHERE status = 'applied'")
    }
}

fn a_target_leaves_the_rest_for_later(server: &Arc<Server>) -> Outcome {
    let shop = Shop::new(server)?;
    shop.pgmg(&["plan", "--target", "2"])?.expect_code(&[0])?.expect_stdout(&["Run migration: 002_age"])?;
    shop.pgmg(&["apply", "--target", "002_age"])?.expect_code(&[0])?;
    ensure_equal("applied", "001_users.sql 002_age", &shop.names()?)?;
    ensure_equal("views", "0", &shop.database.value("SELECT count(*)::text FROM pg_views WHERE viewname = 'v'")?)?;
    shop.pgmg(&["plan", "--target", "2", "--exit-code"])?.expect_code(&[0])?;
    shop.pgmg(&["apply", "--target", "4"])?
        .expect_code(&[2])?
        .expect_stderr(&["there is no migration 4", "the last one is 003_wide"])?;
    shop.pgmg(&["apply", "--target", "3"])?.expect_code(&[0])?.expect_stdout(&["Created view: v"])?;
    shop.pgmg(&["plan", "--exit-code"])?.expect_code(&[0]).map(drop)
}

fn a_saved_plan_is_carried_out_exactly(server: &Arc<Server>) -> Outcome {
    let shop = Shop::applied(server)?;
    shop.write("migrations/004_drop.sql", "ALTER TABLE users DROP COLUMN note;\n")?;
    let plan = shop.path("plan.json");
    let before = shop.database.fingerprint()?;
    shop.pgmg(&["plan", "--out", &plan])?.expect_code(&[0])?.expect_stdout(&["drops column  users.note"])?;
    ensure_equal("fingerprint", &before, &shop.database.fingerprint()?)?;
    let saved = std::fs::read_to_string(&plan)?;
    ensure(!saved.contains("ALTER TABLE") && !saved.contains(&shop.database.name), || format!("too much is saved: {saved}"))?;
    // Looked at and agreed to: the loss that it lists needs no other permission.
    shop.pgmg(&["apply", &plan])?.expect_code(&[0])?.expect_stdout(&["Applied migration: 004_drop.sql"])?;
    shop.pgmg(&["apply", &plan])?.expect_code(&[5])?.expect_stderr(&["004_drop.sql was applied"]).map(drop)
}

fn a_saved_plan_is_refused_when_something_changed(server: &Arc<Server>) -> Outcome {
    let shop = Shop::applied(server)?;
    shop.write("migrations/004_rows.sql", "-- pgmg: destructive\nDELETE FROM users WHERE id > 2;\n")?;
    let plan = shop.path("plan.json");
    shop.pgmg(&["plan", "--out", &plan])?.expect_code(&[0])?;
    let before = shop.database.everything()?;
    shop.write("sql/w.sql", "CREATE VIEW w AS SELECT 1 AS n;\n")?;
    shop.pgmg(&["apply", &plan])?.expect_code(&[5])?.expect_stderr(&["code/w.sql is new"])?;
    std::fs::remove_file(shop.folder.path().join("sql/w.sql"))?;
    shop.write("migrations/004_rows.sql", "-- pgmg: destructive\nDELETE FROM users WHERE id > 1;\n")?;
    shop.pgmg(&["apply", &plan])?.expect_code(&[5])?.expect_stderr(&["migrations/004_rows.sql was changed"])?;
    shop.write("migrations/004_rows.sql", "-- pgmg: destructive\nDELETE FROM users WHERE id > 2;\n")?;
    ensure_equal("the refused applies changed the database", &before, &shop.database.everything()?)?;
    shop.database.run("INSERT INTO users VALUES (4)")?;
    let more = "004_rows.sql does more than was agreed to: rows users by 2 rows deleted instead of 1";
    shop.pgmg(&["apply", &plan])?.expect_code(&[5])?.expect_stderr(&[more])?;
    shop.database.run("DELETE FROM users WHERE id = 4; COMMENT ON VIEW v IS 'changed by hand'")?;
    shop.pgmg(&["apply", &plan])?.expect_code(&[5])?.expect_stderr(&["step 2: run COMMENT ON VIEW v"])?;
    shop.database.run("COMMENT ON VIEW v IS 'users'")?;
    shop.pgmg(&["apply", &plan])?.expect_code(&[0]).map(drop)
}

fn a_file_that_is_no_plan(server: &Arc<Server>) -> Outcome {
    let shop = Shop::new(server)?;
    let expect = |text: &str, says: &str| {
        shop.write("plan.json", text)?;
        shop.pgmg(&["apply", &shop.path("plan.json")])?.expect_code(&[2])?.expect_stderr(&[says]).map(drop)
    };
    expect("nonsense", "is not a saved plan")?;
    expect("{\"version\": 99}", "was made by another version of pgmg")?;
    shop.pgmg(&["apply", "no/such/plan"])?.expect_code(&[2])?.expect_stderr(&["cannot read the plan no/such/plan"])?;
    shop.pgmg(&["plan", "--out", "no/such/folder/plan"])?.expect_code(&[2])?.expect_stderr(&["cannot write the plan"]).map(drop)
}

fn migrations_are_taken_back(server: &Arc<Server>) -> Outcome {
    let shop = Shop::applied(server)?;
    let (before, fingerprint) = (shop.database.schema()?, shop.database.fingerprint()?);
    let shown = shop.pgmg(&["rollback", "--to", "1", "--dry-run"])?.expect_code(&[0])?;
    shown.expect_stdout(&[
        "Take back migration: 003_wide",
        "DROP VIEW v (in the way of 003_wide)",
        "destructive",
        "2 to take back",
    ])?;
    ensure_equal("a dry run wrote: fingerprint", &fingerprint, &shop.database.fingerprint()?)?;
    shop.pgmg(&["rollback", "--to", "1"])?
        .expect_code(&[0])?
        .expect_stdout(&["Took back migration: 003_wide", "Created view: v"])?;
    ensure_equal("applied", "001_users.sql", &shop.names()?)?;
    let comment = "SELECT obj_description('v'::regclass)";
    ensure_equal("the view's comment", "users", &shop.database.value(comment)?)?;
    shop.pgmg(&["status"])?.expect_stdout(&["1 applied, 2 pending"])?;
    shop.pgmg(&["apply"])?.expect_code(&[0])?;
    ensure_equal("schema", &before, &shop.database.schema()?)?;
    shop.pgmg(&["rollback"])?.expect_code(&[0])?;
    ensure_equal("applied", "001_users.sql 002_age", &shop.names()?)
}

fn a_missing_way_back_is_said_before_anything_runs(server: &Arc<Server>) -> Outcome {
    let shop = Shop::applied(server)?;
    let before = shop.database.everything()?;
    let run = shop.pgmg(&["rollback", "--steps", "3"])?.expect_code(&[5])?;
    run.expect_stderr(&["001_users.sql has no down file", "write it, the first one as migrations/001_users.down.sql"])?;
    shop.write("migrations/003_wide/down.sql", "-- pgmg: no-transaction\nVACUUM users;\n")?;
    let run = shop.pgmg(&["rollback"])?.expect_code(&[5])?;
    run.expect_stderr(&["migrations/003_wide/down.sql runs outside a transaction", "pgmg repair forget 003_wide"])?;
    ensure_equal("the refused rollbacks changed the database", &before, &shop.database.everything()?)
}

fn a_way_back_that_loses_data_is_refused(server: &Arc<Server>) -> Outcome {
    let shop = Shop::applied(server)?;
    shop.write("migrations/003_wide/down.sql", "ALTER TABLE users ALTER COLUMN id TYPE int;\n")?;
    let before = shop.database.everything()?;
    shop.pgmg(&["rollback"])?.expect_code(&[5])?.expect_stderr(&["the migration 003_wide loses data"])?;
    shop.pgmg(&["rollback", "--yes"])?.expect_code(&[5])?;
    ensure_equal("the refused rollback changed the database", &before, &shop.database.everything()?)?;
    shop.pgmg(&["rollback", "--allow-destructive=003_wide"])?.expect_code(&[0]).map(drop)
}

fn records_are_repaired(server: &Arc<Server>) -> Outcome {
    let shop = Shop::applied(server)?;
    shop.database.run("ALTER TABLE users ADD COLUMN by_hand int")?;
    shop.write("migrations/004_by_hand.sql", "ALTER TABLE users ADD COLUMN by_hand int;\n")?;
    shop.pgmg(&["apply"])?.expect_code(&[3])?;
    let run = shop.pgmg(&["repair", "mark-applied", "4"])?.expect_code(&[0])?;
    run.expect_stdout(&["004_by_hand.sql\n  before: not recorded\n  now:    applied, checksum "])?;
    shop.pgmg(&["plan", "--exit-code"])?.expect_code(&[0])?;
    shop.write("migrations/004_by_hand.sql", "ALTER TABLE users ADD COLUMN IF NOT EXISTS by_hand int;\n")?;
    shop.pgmg(&["status"])?.expect_stdout(&["004_by_hand.sql (edited after it was applied)"])?;
    shop.pgmg(&["repair", "accept-checksum", "004_by_hand"])?.expect_code(&[0])?;
    shop.pgmg(&["plan", "--exit-code"])?.expect_code(&[0])?;
    shop.pgmg(&["repair", "mark-failed", "4"])?.expect_code(&[0])?.expect_stdout(&["now:    failed"])?;
    shop.pgmg(&["status"])?.expect_stdout(&["004_by_hand.sql (failed; nothing of it is done)"])?;
    shop.pgmg(&["apply"])?.expect_code(&[0])?;
    std::fs::remove_file(shop.folder.path().join("migrations/004_by_hand.sql"))?;
    shop.pgmg(&["plan"])?.expect_code(&[5])?.expect_stderr(&["is applied, but its file is gone"])?;
    shop.pgmg(&["repair", "forget", "4"])?.expect_code(&[2])?.expect_stderr(&["there is no migration 4"])?;
    shop.pgmg(&["repair", "forget", "004_by_hand.sql"])?.expect_code(&[0])?.expect_stdout(&["now:    not recorded"])?;
    shop.pgmg(&["plan", "--exit-code"])?.expect_code(&[0])?;
    shop.pgmg(&["repair", "forget", "004_by_hand.sql"])?.expect_code(&[2])?;
    shop.pgmg(&["repair", "mark-failed", "1", "--format", "json"])?.expect_stdout(&["\"before\":\"applied, checksum "]).map(drop)
}

fn the_history_tells_what_was_done(server: &Arc<Server>) -> Outcome {
    let shop = Shop::new(server)?;
    shop.pgmg(&["history"])?.expect_code(&[0])?.expect_stdout(&["Nothing is recorded"])?;
    shop.pgmg(&["apply"])?.expect_code(&[0])?;
    shop.pgmg(&["rollback"])?.expect_code(&[0])?;
    shop.pgmg(&["repair", "mark-applied", "3"])?.expect_code(&[0])?;
    let run = shop.pgmg(&["history"])?.expect_code(&[0])?;
    let deeds: Vec<&str> = run.stdout.lines().filter_map(|line| line.get(21..)?.split("  ").next()).map(str::trim).collect();
    let expected = "applied, applied, applied, code applied, rolled back, code applied, marked applied";
    ensure_equal("deeds", expected, &deeds.join(", "))?;
    let json = shop.pgmg(&["history", "-n", "2", "--format", "json"])?.json()?;
    ensure_equal("the latest", "marked_applied", json["events"][1]["deed"].as_str().unwrap_or_default())
}

fn losses_are_allowed_by_name_or_all(server: &Arc<Server>) -> Outcome {
    let shop = Shop::applied(server)?;
    shop.write("migrations/004_one.sql", "DELETE FROM users WHERE id = 1;\n")?;
    shop.write("migrations/005_two.sql", "DELETE FROM users WHERE id = 2;\n")?;
    let before = shop.database.everything()?;
    let run = shop.pgmg(&["apply"])?.expect_code(&[5])?;
    run.expect_stderr(&["the migration 004_one.sql loses data", "the migration 005_two.sql loses data"])?;
    shop.pgmg(&["apply", "--yes"])?.expect_code(&[5])?;
    shop.pgmg(&["apply", "--allow-destructive=004_one.sql"])?.expect_code(&[5])?.expect_stderr(&["005_two.sql loses data"])?;
    ensure_equal("the refused applies changed the database", &before, &shop.database.everything()?)?;
    shop.pgmg(&["apply", "--allow-destructive"])?.expect_code(&[0])?;
    // Outside a transaction too, as far as PostgreSQL takes the statement in one.
    shop.write("migrations/006_three.sql", "-- pgmg: no-transaction\nDELETE FROM users WHERE id = 3;\n")?;
    shop.pgmg(&["apply"])?.expect_code(&[5])?.expect_stderr(&["the migration 006_three.sql loses data"])?;
    ensure_equal("rows", "1", &shop.database.value("SELECT count(*)::text FROM users")?)?;
    shop.pgmg(&["apply", "--allow-destructive=006_three.sql"])?.expect_code(&[0])?;
    ensure_equal("rows", "0", &shop.database.value("SELECT count(*)::text FROM users")?)
}

fn what_a_divided_run_made_itself_is_no_loss(server: &Arc<Server>) -> Outcome {
    let files = [
        (
            "migrations/001_people.sql",
            "CREATE TABLE people (id int, note text);\nINSERT INTO people VALUES (1, 'a'), (2, 'b');\n",
        ),
        ("migrations/002_index.sql", "-- pgmg: no-transaction\nCREATE INDEX CONCURRENTLY people_id ON people (id);\n"),
        ("migrations/003_less.sql", "ALTER TABLE people DROP COLUMN note;\nDELETE FROM people WHERE id = 2;\n"),
    ];
    let tree: Tree = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let folder = project::written(&tree, &BTreeMap::new())?;
    let in_one_go = server.database(None)?;
    pgmg::run(folder.path(), &in_one_go.connection_string(), &["apply", "--yes"])?.expect_code(&[0])?;
    ensure_equal("rows", "1", &in_one_go.value("SELECT count(*)::text FROM people")?)?;
    // By the next run somebody may have put something in.
    let in_two = server.database(None)?;
    let until = ["apply", "--yes", "--target", "002_index.sql"];
    pgmg::run(folder.path(), &in_two.connection_string(), &until)?.expect_code(&[0])?;
    let refused = pgmg::run(folder.path(), &in_two.connection_string(), &["apply", "--yes"])?.expect_code(&[5])?;
    refused.expect_stderr(&["drops column people.note, text", "changes rows people, 1 row deleted"])?;
    Ok(())
}

fn an_environment_forbids_and_asks(server: &Arc<Server>) -> Outcome {
    let shop = Shop::applied(server)?;
    let settings = "migrations_dir = \"migrations\"\ncode_dir = \"sql\"\n[env.live]\nallow_destructive = false\nconfirm = true\n";
    shop.write("pgmg.toml", settings)?;
    shop.write("migrations/004_one.sql", "DELETE FROM users WHERE id = 1;\n")?;
    let forbidden = "the environment live does not allow what loses data";
    shop.pgmg(&["apply", "--env", "live", "--allow-destructive"])?.expect_code(&[5])?.expect_stderr(&[forbidden])?;
    shop.write("migrations/004_one.sql", "-- pgmg: destructive\nDELETE FROM users WHERE id = 1;\n")?;
    shop.pgmg(&["apply", "--env", "live"])?
        .expect_code(&[5])?
        .expect_stderr(&["the environment live wants every apply to be confirmed"])?;
    shop.pgmg(&["apply", "--env", "live", "--yes"])?.expect_code(&[0])?;
    // Nothing to do is nothing to confirm.
    shop.pgmg(&["apply", "--env", "live"])?.expect_code(&[0]).map(drop)
}

fn a_person_is_asked(server: &Arc<Server>) -> Outcome {
    let shop = Shop::applied(server)?;
    shop.write("migrations/004_one.sql", "DELETE FROM users WHERE id = 1;\n")?;
    let answered = |typed: &str, arguments: &[&str]| {
        pgmg::run_at_a_terminal(shop.folder.path(), &shop.database.connection_string(), arguments, typed)
    };
    let rows = || shop.database.value("SELECT count(*)::text FROM users");
    let question = ["1 row deleted", "This loses data. Apply it to database test_", "Type yes: "];
    answered("no\n", &["apply"])?.expect_code(&[5])?.expect_stdout(&question)?.expect_stdout(&["not agreed to"])?;
    answered("\x04", &["apply"])?.expect_code(&[5])?;
    answered("\x03", &["apply"])?.expect_code(&[130])?.expect_stdout(&question)?;
    answered("", &["apply", "--yes"])?.expect_code(&[5])?.expect_stdout(&["--allow-destructive=004_one.sql"])?;
    ensure_equal("rows", "3", &rows()?)?;
    answered("yes\n", &["apply"])?.expect_code(&[0])?.expect_stdout(&["Applied migration: 004_one.sql"])?;
    ensure_equal("rows", "2", &rows()?)?;
    // What loses nothing and can be rolled back is no question.
    shop.write("migrations/005_two.sql", "INSERT INTO users VALUES (9);\n")?;
    answered("", &["apply"])?.expect_code(&[0]).map(drop)
}

fn commands_around_an_apply(server: &Arc<Server>) -> Outcome {
    let shop = Shop::new(server)?;
    let settings = |before: &str, after: &str| {
        format!("migrations_dir = \"migrations\"\ncode_dir = \"sql\"\nbefore_apply = \"{before}\"\non_success = \"{after}\"\n")
    };
    let exists = |name: &str| Path::new(&shop.path(name)).exists();
    shop.write("pgmg.toml", &settings("echo saving; exit 3", "touch after"))?;
    let run =
        shop.pgmg(&["apply"])?.expect_code(&[2])?.expect_stderr(&["before_apply ended with exit code 3; nothing was applied"])?;
    ensure_equal("stdout", "", &run.stdout)?;
    ensure(run.stderr.contains("saving") && !exists("after"), || run.transcript())?;
    ensure_equal("tables", "0", &shop.database.value("SELECT count(*)::text FROM pg_class WHERE relname = 'users'")?)?;
    shop.write("pgmg.toml", &settings("touch before", "touch after"))?;
    shop.pgmg(&["apply"])?.expect_code(&[0])?;
    ensure(exists("before") && exists("after"), || "the commands did not run".into())?;
    std::fs::remove_file(shop.path("before"))?;
    shop.pgmg(&["apply"])?.expect_code(&[0])?;
    ensure(!exists("before"), || "before_apply ran with nothing to apply".into())
}

fn an_early_database_is_taken_over(server: &Arc<Server>) -> Outcome {
    let shop = Shop::new(server)?;
    shop.database.run(
        "CREATE TABLE users (id int PRIMARY KEY, note text);
         CREATE TABLE pgmg_migrations (name TEXT PRIMARY KEY, applied_at TIMESTAMP NOT NULL DEFAULT NOW());
         CREATE TABLE pgmg_state (object_name TEXT PRIMARY KEY, object_hash TEXT NOT NULL, last_applied TIMESTAMP NOT NULL DEFAULT NOW());
         INSERT INTO pgmg_migrations VALUES ('001_users.sql')",
    )?;
    shop.pgmg(&["status"])?.expect_code(&[0])?.expect_stdout(&["1 applied, 2 pending"])?;
    shop.pgmg(&["apply"])?.expect_code(&[0])?;
    shop.pgmg(&["plan", "--exit-code"])?.expect_code(&[0]).map(drop)
}

fn a_plan_leaves_no_trace(server: &Arc<Server>) -> Outcome {
    let shop = Shop::applied(server)?;
    shop.database.run("CREATE SEQUENCE untouched")?;
    let work = "INSERT INTO users VALUES (4);\nDELETE FROM users WHERE id = 1;\nCREATE TABLE more (id serial);\nALTER TABLE users DROP COLUMN note;\n";
    shop.write("migrations/004_work.sql", work)?;
    let before = (shop.database.fingerprint()?, shop.database.everything()?);
    shop.pgmg(&["plan"])?.expect_code(&[0])?;
    ensure_equal("fingerprint", &before.0, &shop.database.fingerprint()?)?;
    ensure_equal("everything", &before.1, &shop.database.everything()?)?;
    shop.database.wait_until(
        "no lock is left",
        "SELECT count(*) = 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE d.datname = current_database() AND l.pid <> pg_backend_pid()",
    )
}

fn a_database_is_compared_with_a_fresh_build(server: &Arc<Server>) -> Outcome {
    let shop = Shop::applied(server)?;
    shop.pgmg(&["verify"])?.expect_code(&[0])?.expect_stdout(&["The database is what the files give in an empty one."])?;
    shop.database.run(
        "ALTER TABLE users ADD COLUMN by_hand int; DROP VIEW v; CREATE VIEW other AS SELECT 1 AS n; GRANT SELECT ON users TO PUBLIC",
    )?;
    let run = shop.pgmg(&["verify"])?.expect_code(&[1])?;
    run.expect_stdout(&[
        "ACL TABLE users (only in the database)",
        "TABLE users (different)",
        "+    by_hand integer",
        "VIEW other (only in the database)",
        "VIEW v (missing in the database)",
        "COMMENT VIEW v (missing in the database)",
        "5 differences.",
    ])?;
    let json = shop.pgmg(&["verify", "--format", "json"])?.expect_code(&[1])?.json()?;
    ensure_equal("differences", "5", &json["differences"].as_array().map_or(0, Vec::len).to_string())
}

/// The same steps as on the database itself, and no lock there; what needs data is not measured, and that is said.
fn a_plan_is_made_on_a_copy(server: &Arc<Server>) -> Outcome {
    let shop = Shop::applied(server)?;
    shop.write("migrations/004_more.sql", "ALTER TABLE users ALTER COLUMN age TYPE bigint;\nINSERT INTO users VALUES (9);\n")?;
    shop.write("sql/v.sql", "CREATE VIEW v AS SELECT id, age FROM users;\nCOMMENT ON VIEW v IS 'users';\n")?;
    shop.database.run("CREATE VIEW unmanaged AS SELECT note FROM users; COMMENT ON VIEW v IS 'by hand'")?;
    let here = shop.pgmg(&["plan", "--format", "json"])?.expect_code(&[0])?.json()?;
    let mut holder = shop.database.connect()?;
    holder.batch_execute("BEGIN; LOCK TABLE users IN ROW EXCLUSIVE MODE")?;
    let before = shop.database.fingerprint()?;
    let url = shop.database.connection_string();
    for place in ["throwaway", &url] {
        let there = shop.pgmg(&["plan", "--shadow", place, "--format", "json"])?.expect_code(&[0])?.json()?;
        ensure_equal(format!("measured with data on {place}"), "false", &there["measured_with_data"].to_string())?;
        let steps = |plan: &serde_json::Value| {
            let steps = plan["steps"].as_array().cloned().unwrap_or_default();
            steps.iter().map(|step| format!("{} {}\n", step["action"], step["object"])).collect::<String>()
        };
        ensure_equal(format!("steps on {place}"), &steps(&here), &steps(&there))?;
        shop.pgmg(&["plan", "--shadow", place])?.expect_stdout(&["rows, sizes and times are not measured"])?;
    }
    ensure_equal("a plan on a copy wrote: fingerprint", &before, &shop.database.fingerprint()?)?;
    let left = shop.database.value("SELECT count(*)::text FROM pg_database WHERE datname LIKE 'pgmg_scratch%'")?;
    ensure_equal("scratch databases that are left", "0", &left)
}
