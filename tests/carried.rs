//! All that objects carry beside what creates them, under each of the three ways to change them: kept to the last line of the dump.

mod support;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use support::database::{Database, Server};
use support::harness;
use support::project::{self, Tree};
use support::{Outcome, ensure, ensure_equal, pgmg};

const MIGRATION: &str = "CREATE TABLE orders (id bigint PRIMARY KEY, total int);
CREATE TABLE kept (id int);
CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;";

const BASE: &str = "CREATE VIEW base AS SELECT id, total, 1 AS one FROM orders;";
const SEEN: &str = "CREATE VIEW seen AS SELECT id, total, 2 AS two FROM base;";
const SUMS: &str = "CREATE MATERIALIZED VIEW sums AS SELECT id, total FROM base;";
const COUNTED: &str =
    "CREATE FUNCTION counted(n int) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) + n FROM base; END;";

/// What somebody sets by hand, and the files do not speak of.
const BY_HAND: &str = "
GRANT SELECT ON seen TO carried_reader WITH GRANT OPTION;
SET ROLE carried_reader;
GRANT SELECT ON seen TO carried_writer;
RESET ROLE;
GRANT UPDATE (total), SELECT (id) ON seen TO carried_writer;
COMMENT ON VIEW seen IS 'seen';
COMMENT ON COLUMN seen.total IS 'in cents';
ALTER VIEW seen ALTER COLUMN total SET DEFAULT 7;
CREATE RULE quiet AS ON DELETE TO seen DO INSTEAD INSERT INTO kept VALUES (old.id);
COMMENT ON RULE quiet ON seen IS 'quiet';
CREATE TRIGGER by_hand INSTEAD OF INSERT ON seen FOR EACH ROW EXECUTE FUNCTION fired();
COMMENT ON TRIGGER by_hand ON seen IS 'fires';
ALTER VIEW seen OWNER TO carried_owner;
GRANT SELECT ON sums TO carried_reader;
CREATE UNIQUE INDEX sums_id ON sums (id) WITH (fillfactor = 70);
CREATE INDEX sums_total ON sums ((total + 1)) WHERE id > 0;
COMMENT ON INDEX sums_total IS 'for reports';
ALTER MATERIALIZED VIEW sums CLUSTER ON sums_id;
ALTER MATERIALIZED VIEW sums ALTER COLUMN total SET STATISTICS 77;
ALTER INDEX sums_total ALTER COLUMN 1 SET STATISTICS 66;
COMMENT ON MATERIALIZED VIEW sums IS 'sums';
COMMENT ON COLUMN sums.id IS 'of the order';
ALTER MATERIALIZED VIEW sums OWNER TO carried_owner;
REVOKE EXECUTE ON FUNCTION counted FROM PUBLIC;
GRANT EXECUTE ON FUNCTION counted TO carried_reader WITH GRANT OPTION;
SET ROLE carried_reader;
GRANT EXECUTE ON FUNCTION counted TO carried_writer;
RESET ROLE;
COMMENT ON FUNCTION counted IS 'counts';
ALTER FUNCTION counted OWNER TO carried_owner;";

/// How many lines of a dump say what was set by hand.
const LINES: usize = 29;

/// The three ways, and for each the files that change.
const WAYS: &[(&str, &[(&str, &str)])] = &[
    (
        "replaced_in_place",
        &[
            ("seen", "CREATE VIEW seen AS SELECT id, total, 3 AS two, 4 AS three FROM base;"),
            (
                "counted",
                "CREATE FUNCTION counted(n int) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) - n FROM base; END;",
            ),
        ],
    ),
    (
        "dropped_and_created",
        &[
            ("seen", "CREATE VIEW seen AS SELECT id, total FROM base;"),
            ("sums", "CREATE MATERIALIZED VIEW sums AS SELECT id, total FROM base WHERE one = 1;"),
            (
                "counted",
                "CREATE FUNCTION counted(m int) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) + m FROM base; END;",
            ),
        ],
    ),
    ("created_again_as_a_dependent", &[("base", "CREATE VIEW base AS SELECT id, total, 1::bigint AS one FROM orders;")]),
];

fn main() -> ExitCode {
    harness::on_one_server(|server| {
        Ok(WAYS.iter().map(|(name, changed)| harness::trial(server, *name, |server| is_kept(server, changed))).collect())
    })
}

fn is_kept(server: &Arc<Server>, changed: &[(&str, &str)]) -> Outcome {
    if server.major() < 14 {
        // BEGIN ATOMIC is younger.
        return Ok(());
    }
    ["carried_reader", "carried_writer", "carried_owner"].iter().try_for_each(|role| server.role(role))?;
    let mut tree = Tree::new();
    tree.insert("migrations/001_orders.sql".into(), MIGRATION.into());
    for (name, sql) in [("base", BASE), ("seen", SEEN), ("sums", SUMS), ("counted", COUNTED)] {
        tree.insert(format!("sql/{name}.sql"), sql.into());
    }
    let database = server.database(None)?;
    let folder = project::written(&tree, &BTreeMap::new())?;
    let connection = database.connection_string();
    pgmg::run(folder.path(), &connection, &["apply"])?.expect_code(&[0])?;
    database.run(&format!("GRANT CREATE ON SCHEMA public TO carried_owner;{BY_HAND}"))?;
    let before = carried(&database)?;
    ensure(before.lines().count() == LINES, || format!("{} lines instead of {LINES}:\n{before}", before.lines().count()))?;

    for (name, sql) in changed {
        tree.insert(format!("sql/{name}.sql"), (*sql).into());
    }
    project::write_into(folder.path(), &tree, &BTreeMap::new())?;
    let apply = pgmg::run(folder.path(), &connection, &["apply"])?.expect_code(&[0])?;
    ensure_equal(format!("carried\n{}", apply.stdout), &before, &carried(&database)?)?;
    pgmg::run(folder.path(), &connection, &["plan", "--exit-code"])?.expect_code(&[0]).map(drop)
}

/// The lines of a dump that say what objects carry, sorted.
fn carried(database: &Database) -> Outcome<String> {
    const BEGINNINGS: &[&str] = &[
        "GRANT",
        "REVOKE",
        "COMMENT",
        "ALTER",
        "SET SESSION AUTHORIZATION",
        "CREATE RULE",
        "CREATE TRIGGER",
        "CREATE INDEX",
        "CREATE UNIQUE INDEX",
        "    ON DELETE",
    ];
    let schema = database.schema()?;
    // What is not about these objects: tables, and the function of the migration.
    let is_about = |line: &&str| ["seen", "sums", "counted", "AUTHORIZATION carried"].iter().any(|name| line.contains(name));
    let mut lines: Vec<&str> =
        schema.lines().filter(|line| BEGINNINGS.iter().any(|start| line.starts_with(start))).filter(is_about).collect();
    lines.sort_unstable();
    // The argument of the function has another name in one of the ways.
    Ok(lines.join("\n").replace("counted(m integer)", "counted(n integer)"))
}
