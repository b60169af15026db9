//! What somebody else changes in the database: what the files do not speak of is kept, what they do is shown, and `--ignore-drift`.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use support::database::{Database, Server};
use support::harness::{self, Test};
use support::pgmg::{self, Run};
use support::project::{self, Tree};
use support::{Outcome, ensure_equal};
use tempfile::TempDir;

const TESTS: &[(&str, Test)] = &[
    ("what_the_files_do_not_speak_of_is_kept", what_the_files_do_not_speak_of_is_kept),
    ("drift_is_shown_and_may_be_left_alone", drift_is_shown_and_may_be_left_alone),
    ("a_role_that_may_only_read_sees_drift", a_role_that_may_only_read_sees_drift),
    ("the_same_definition_written_again_is_no_drift", the_same_definition_written_again_is_no_drift),
    ("a_copy_of_a_database_has_no_drift", a_copy_of_a_database_has_no_drift),
    ("tables_of_migrations_are_not_managed", tables_of_migrations_are_not_managed),
    ("a_database_of_an_earlier_version_has_no_drift", a_database_of_an_earlier_version_has_no_drift),
];

fn main() -> ExitCode {
    harness::on_one_server(|server| Ok(harness::named(server, TESTS)))
}

/// An applied project.
struct Applied {
    database: Database,
    folder: TempDir,
}

impl Applied {
    fn new(server: &Arc<Server>, code: &str) -> Outcome<Self> {
        server.role("drift_other")?;
        let mut tree = Tree::new();
        tree.insert("migrations/001_orders.sql".into(), b"CREATE TABLE orders (id int, total int);".to_vec());
        tree.insert("sql/code.sql".into(), code.as_bytes().to_vec());
        let applied = Applied { database: server.database(None)?, folder: project::written(&tree, &BTreeMap::new())? };
        applied.pgmg(&["apply"])?.expect_code(&[0])?;
        Ok(applied)
    }

    fn pgmg(&self, arguments: &[&str]) -> Outcome<Run> {
        run(self.folder.path(), &self.database.connection_string(), arguments)
    }

    /// Neither plan nor status has anything to say.
    fn is_settled(&self) -> Outcome {
        self.pgmg(&["plan", "--exit-code"])?.expect_code(&[0])?;
        self.pgmg(&["status", "--exit-code"])?.expect_code(&[0]).map(drop)
    }
}

fn run(folder: &Path, connection: &str, arguments: &[&str]) -> Outcome<Run> {
    pgmg::run(folder, connection, arguments)
}

const CODE: &str = "CREATE VIEW v AS SELECT id FROM orders;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE mood AS ENUM ('good');
";

fn what_the_files_do_not_speak_of_is_kept(server: &Arc<Server>) -> Outcome {
    let applied = Applied::new(server, CODE)?;
    applied.database.run(
        "GRANT SELECT ON v TO drift_other; GRANT SELECT (id) ON v TO drift_other; COMMENT ON VIEW v IS 'by hand';
         ALTER FUNCTION f() OWNER TO drift_other; REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC; ALTER TYPE mood OWNER TO drift_other",
    )?;
    let before = applied.database.everything()?;
    applied.is_settled()?;
    applied.pgmg(&["apply"])?.expect_code(&[0])?;
    ensure_equal("an apply without drift", &before, &applied.database.everything()?)?;
    // What heals the body leaves the rest.
    applied.database.run("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'")?;
    applied.pgmg(&["apply"])?.expect_code(&[0])?;
    ensure_equal("the body", "1", &applied.database.value("SELECT f()::text")?)?;
    let owner = "SELECT proowner::regrole || ' ' || proacl::text FROM pg_proc WHERE proname = 'f'";
    ensure_equal("owner and grants", "drift_other {drift_other=X/drift_other}", &applied.database.value(owner)?)?;
    applied.is_settled()
}

fn drift_is_shown_and_may_be_left_alone(server: &Arc<Server>) -> Outcome {
    let applied = Applied::new(server, CODE)?;
    applied.database.run("DROP VIEW v; CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'")?;
    let shown = ["CREATE VIEW v (from sql/code.sql) (drifted)", "FUNCTION f() (from sql/code.sql) (drifted)"];
    applied.pgmg(&["plan", "--exit-code"])?.expect_code(&[1])?.expect_stdout(&shown)?;
    let listed = ["1 applied, 2 drifted", "view.v (drifted)", "function.f() (drifted)"];
    applied.pgmg(&["status", "--exit-code"])?.expect_code(&[1])?.expect_stdout(&listed)?;
    applied.pgmg(&["plan", "--format", "json"])?.expect_code(&[0])?.expect_stdout(&["\"reason\":\"drifted\""])?;
    applied.pgmg(&["plan", "--exit-code", "--ignore-drift"])?.expect_code(&[0])?;
    let before = applied.database.everything()?;
    applied.pgmg(&["apply", "--ignore-drift"])?.expect_code(&[0])?;
    ensure_equal("an apply that leaves drift alone", &before, &applied.database.everything()?)?;
    applied.pgmg(&["apply"])?.expect_code(&[0])?.expect_stdout(&["Created view: v", "Replaced function: f()"])?;
    applied.is_settled()
}

fn a_role_that_may_only_read_sees_drift(server: &Arc<Server>) -> Outcome {
    let applied = Applied::new(server, CODE)?;
    server.role("drift_reader_only")?;
    applied.database.run(
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO drift_reader_only; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
         DO $$ BEGIN EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;",
    )?;
    let connection = applied.database.connection_string_of("drift_reader_only");
    run(applied.folder.path(), &connection, &["plan", "--exit-code"])?.expect_code(&[0])?;
    applied.database.run("DROP VIEW v")?;
    let plan = run(applied.folder.path(), &connection, &["plan", "--exit-code"])?.expect_code(&[1])?;
    plan.expect_stdout(&["CREATE VIEW v (from sql/code.sql) (drifted)", "Not tried"]).map(drop)
}

fn the_same_definition_written_again_is_no_drift(server: &Arc<Server>) -> Outcome {
    let applied = Applied::new(server, CODE)?;
    applied.database.run(
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER VIEW v SET (security_barrier); ALTER VIEW v RESET (security_barrier);
         DROP FUNCTION f(); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    )?;
    applied.is_settled()
}

/// Other numbers everywhere, and tables of pgmg's own that were restored first.
fn a_copy_of_a_database_has_no_drift(server: &Arc<Server>) -> Outcome {
    let applied = Applied::new(server, CODE)?;
    let copy = server.database(None)?;
    let file = applied.folder.path().join("dump.sql");
    // A setting that pg_dump makes of its own accord, and older servers do not know.
    let dump = applied.database.everything()?;
    std::fs::write(&file, dump.replace("SET transaction_timeout = 0;\n", ""))?;
    copy.psql(&file)?;
    run(applied.folder.path(), &copy.connection_string(), &["plan", "--exit-code"])?.expect_code(&[0])?;
    copy.run("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'")?;
    run(applied.folder.path(), &copy.connection_string(), &["plan", "--exit-code"])?.expect_code(&[1]).map(drop)
}

fn tables_of_migrations_are_not_managed(server: &Arc<Server>) -> Outcome {
    let applied = Applied::new(server, CODE)?;
    applied
        .database
        .run("ALTER TABLE orders ADD note text; CREATE INDEX by_hand ON orders (note); GRANT SELECT ON orders TO PUBLIC")?;
    applied.is_settled()
}

fn a_database_of_an_earlier_version_has_no_drift(server: &Arc<Server>) -> Outcome {
    let applied = Applied::new(server, CODE)?;
    applied
        .database
        .run("ALTER TABLE pgmg_state DROP COLUMN class_id, DROP COLUMN object_id, DROP COLUMN fingerprint; DROP VIEW v")?;
    applied.is_settled()
}
