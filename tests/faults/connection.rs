//! Servers that are away or say no, and roles that may not.

use std::sync::Arc;

use postgres::{Client, NoTls};

use super::files::project;
use crate::Test;
use crate::support::database::{Database, Server};
use crate::support::{Outcome, ensure, ensure_equal, pgmg};

pub const TESTS: &[(&str, Test)] = &[
    ("connection/no_server_on_the_socket", no_server_on_the_socket),
    ("connection/no_server_on_the_port", no_server_on_the_port),
    ("connection/no_such_host", no_such_host),
    ("connection/no_such_database", no_such_database),
    ("connection/no_such_role", no_such_role),
    ("connection/bad_connection_string", bad_connection_string),
    ("connection/wrong_password", wrong_password),
    ("connection/read_only_server", read_only_server),
    ("connection/role_without_create", role_without_create),
    ("connection/plan_by_a_reader", plan_by_a_reader),
    ("connection/url_and_environment", url_and_environment),
];

const FILES: &[(&str, &str)] =
    &[("sql/a.sql", "CREATE VIEW a AS SELECT n FROM b;"), ("sql/b.sql", "CREATE VIEW b AS SELECT 1 AS n;")];

fn unreachable(connection: &str, texts: &[&str]) -> Outcome {
    let project = project(FILES)?;
    for command in ["plan", "apply", "status"] {
        pgmg::run(project.path(), connection, &[command])?.expect_code(&[6])?.expect_stderr(texts)?;
    }
    Ok(())
}

fn no_server_on_the_socket(_: &Arc<Server>) -> Outcome {
    let folder = crate::support::scratch()?;
    let path = folder.path().display().to_string();
    unreachable(&format!("host={path} port=5999 user=postgres dbname=postgres"), &[&path])
}

fn no_server_on_the_port(_: &Arc<Server>) -> Outcome {
    unreachable("postgresql://postgres@127.0.0.1:1/postgres?connect_timeout=5", &["127.0.0.1"])
}

fn no_such_host(_: &Arc<Server>) -> Outcome {
    unreachable("host=no-such-host.invalid user=postgres dbname=postgres connect_timeout=5", &["no-such-host.invalid"])
}

fn no_such_database(server: &Arc<Server>) -> Outcome {
    let database = server.database(None)?;
    unreachable(&database.connection_string().replace(&database.name, "no_such_database"), &["3D000", "no_such_database"])
}

fn no_such_role(server: &Arc<Server>) -> Outcome {
    unreachable(&server.database(None)?.connection_string_of("no_such_role"), &["28000", "no_such_role"])
}

fn bad_connection_string(_: &Arc<Server>) -> Outcome {
    let project = project(FILES)?;
    for wrong in ["host=localhost nonsense=yes", "postgresql://user:secret@host:notaport/db", "host='unterminated"] {
        let run = pgmg::run(project.path(), wrong, &["plan"])?.expect_code(&[2])?;
        ensure(!run.stderr.contains("secret"), || format!("the password is shown\n{}", run.transcript()))?;
    }
    Ok(())
}

/// The server trusts everyone; for this role alone a line before all others asks for a password.
fn wrong_password(server: &Arc<Server>) -> Outcome {
    let database = server.database(None)?;
    server.role("pgmg_secretive")?;
    // PostgreSQL 13 would keep it for md5.
    database.run("SET password_encryption = 'scram-sha-256'; ALTER ROLE pgmg_secretive PASSWORD 'the right one'")?;
    database.run(
        "CREATE TEMP TABLE hba (n serial, line text);
         INSERT INTO hba (line) VALUES ('local all pgmg_secretive scram-sha-256'), ('host all pgmg_secretive all scram-sha-256');
         DO $$ BEGIN EXECUTE format('COPY hba (line) FROM %L WITH (DELIMITER E''\\001'')', current_setting('hba_file'));
                     EXECUTE format('COPY (SELECT line FROM hba ORDER BY n) TO %L WITH (DELIMITER E''\\001'')', current_setting('hba_file')); END $$;
         SELECT pg_reload_conf();",
    )?;
    let connection = database.connection_string_of("pgmg_secretive");
    // The reload is done when the role is asked.
    let begin = std::time::Instant::now();
    while Client::connect(&connection, NoTls).is_ok() && begin.elapsed().as_secs() < 30 {
        std::thread::yield_now();
    }
    let wrong = format!("{connection} password=mistyped");
    unreachable(&wrong, &["28P01", "pgmg_secretive"])?;
    let project = project(FILES)?;
    let run = pgmg::run(project.path(), &wrong, &["apply"])?;
    ensure(!run.stderr.contains("mistyped") && !run.stdout.contains("mistyped"), || {
        format!("the password is shown\n{}", run.transcript())
    })?;
    pgmg::run(project.path(), &format!("{connection} password='the right one'"), &["plan"])?.expect_code(&[0]).map(drop)
}

fn read_only(database: &Database) -> Outcome {
    database.run(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name))
}

/// PostgreSQL says no to the first write; a plan still shows the changes.
fn read_only_server(server: &Arc<Server>) -> Outcome {
    let (database, project) = (server.database(None)?, project(FILES)?);
    let before = database.everything()?;
    read_only(&database)?;
    pgmg::run(project.path(), &database.connection_string(), &["apply"])?.expect_code(&[3, 6])?.expect_stderr(&["read-only"])?;
    ensure_equal("database", &before, &database.everything()?)?;
    let run = pgmg::run(project.path(), &database.connection_string(), &["plan"])?.expect_code(&[0])?;
    run.expect_stdout(&["a.sql", "b.sql", "Not tried"]).map(drop)
}

/// As in every new database since PostgreSQL 15.
const ONLY_READ: &str = "REVOKE CREATE ON SCHEMA public FROM PUBLIC";

fn role_without_create(server: &Arc<Server>) -> Outcome {
    let (database, project) = (server.database(None)?, project(FILES)?);
    server.role("pgmg_reader")?;
    database.run(ONLY_READ)?;
    let before = database.everything()?;
    let connection = database.connection_string_of("pgmg_reader");
    pgmg::run(project.path(), &connection, &["apply"])?.expect_code(&[3])?.expect_stderr(&["42501", "sql/b.sql:1:1"])?;
    ensure_equal("database", &before, &database.everything()?)
}

fn plan_by_a_reader(server: &Arc<Server>) -> Outcome {
    let (database, project) = (server.database(None)?, project(FILES)?);
    server.role("pgmg_reader")?;
    database.run(ONLY_READ)?;
    let before = database.fingerprint()?;
    let run = pgmg::run(project.path(), &database.connection_string_of("pgmg_reader"), &["plan"])?.expect_code(&[0])?;
    let run = run.expect_stdout(&["Not tried"])?;
    ensure(run.stdout.find("VIEW b") < run.stdout.find("VIEW a"), || format!("not in the known order\n{}", run.transcript()))?;
    ensure_equal("fingerprint", &before, &database.fingerprint()?)
}

fn url_and_environment(server: &Arc<Server>) -> Outcome {
    let (database, project) = (server.database(None)?, project(FILES)?);
    let key_value = database.connection_string();
    let part = |key: &str| key_value.split(' ').find_map(|part| part.strip_prefix(key)).unwrap_or_default().to_owned();
    let (host, port, user) = (part("host="), part("port="), part("user="));
    let url = format!("postgresql://{user}@/{}?host={}&port={port}", database.name, host.replace('/', "%2F"));
    pgmg::run(project.path(), &url, &["apply"])?.expect_code(&[0])?;
    ensure(database.schema()?.contains("CREATE VIEW public.a"), || "the URL led elsewhere".into())?;
    for variables in [
        vec![("PGHOST", &host), ("PGPORT", &port), ("PGUSER", &user), ("PGDATABASE", &database.name)],
        vec![("DATABASE_URL", &url)],
        vec![("PGMG_CONNECTION_STRING", &url)],
    ] {
        let mut command = pgmg::command(project.path(), None, &["plan", "--exit-code"]);
        command.envs(variables);
        pgmg::finish(command.spawn()?, "pgmg plan --exit-code".into())?.expect_code(&[0])?;
    }
    Ok(())
}
