//! One throwaway server for a test binary, and fresh databases on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use ::pgmg::internals::server::throwaway::{Throwaway, ThrowawayOptions};
use postgres::config::Host;
use postgres::{Client, NoTls};

use super::{Failed, Outcome};

/// The database that all others are copied from; nobody is ever connected to it.
const EMPTY: &str = "test_empty";
/// Where sessions are that create and drop the others.
const MAINTENANCE: &str = "postgres";

/// A running server.
pub struct Server {
    home: Home,
    bin_dir: PathBuf,
    major: u32,
    created: AtomicUsize,
    /// Creating roles at the same time from two sessions ends in a unique violation.
    roles: Mutex<()>,
    _throwaway: Throwaway,
}

/// Where a server listens and who its superuser is.
#[derive(Clone)]
struct Home {
    host: String,
    port: u16,
    user: String,
}

impl Home {
    fn connection_string(&self, user: &str, database: &str) -> String {
        format!("host={} port={} user={user} dbname={database}", self.host, self.port)
    }

    fn connect(&self, database: &str) -> Outcome<Client> {
        Client::connect(&self.connection_string(&self.user, database), NoTls).map_err(|error| in_words(&error))
    }
}

impl Server {
    /// A started server; it stops and vanishes when it is dropped.
    pub fn start() -> Outcome<Arc<Server>> {
        super::remove_leftovers();
        let throwaway = Throwaway::start(&ThrowawayOptions::default())?;
        let config: postgres::Config = throwaway.connection_string().parse().map_err(|e| in_words(&e))?;
        let host = match config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            Some(Host::Unix(path)) => path.display().to_string(),
            None => return Err("the throwaway server's connection string names no host".into()),
        };
        let home = Home {
            host,
            port: config.get_ports().first().copied().unwrap_or(5432),
            user: config.get_user().unwrap_or("postgres").to_owned(),
        };
        let mut first = home.connect(config.get_dbname().unwrap_or("template1"))?;
        for name in [EMPTY, MAINTENANCE] {
            let there =
                first.query("SELECT FROM pg_catalog.pg_database WHERE datname = $1", &[&name]).map_err(|e| in_words(&e))?;
            if there.is_empty() {
                first.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template1")).map_err(|e| in_words(&e))?;
            }
        }
        let major = first_value(&mut first, "SHOW server_version_num")?.parse::<u32>()? / 10_000;
        let bin_dir = throwaway.bin_dir().to_path_buf();
        Ok(Arc::new(Server { home, bin_dir, major, created: AtomicUsize::new(0), roles: Mutex::new(()), _throwaway: throwaway }))
    }

    /// The server's major version.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// A new empty database owned by `owner` (the superuser if `None`), gone when it is dropped.
    pub fn database(self: &Arc<Server>, owner: Option<&str>) -> Outcome<Database> {
        let name = format!("test_{}", self.created.fetch_add(1, Ordering::Relaxed));
        let owner = owner.unwrap_or(&self.home.user).to_owned();
        // Where everything lies in memory, copying files takes half the time of writing the copy to the log first.
        let strategy = if self.major >= 15 { "STRATEGY file_copy" } else { "" };
        self.run(&format!("CREATE DATABASE {name} TEMPLATE {EMPTY} OWNER \"{owner}\" {strategy}"))?;
        Ok(Database { server: Arc::clone(self), name, owner })
    }

    /// Makes sure that a role exists which may log in and nothing else.
    pub fn role(&self, role: &str) -> Outcome {
        let _alone = self.roles.lock().map_err(|_| "another test failed while it created a role")?;
        self.run(&format!("DO $$ BEGIN CREATE ROLE \"{role}\" LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"))
    }

    /// Runs statements that belong to no database of a test.
    pub fn run(&self, sql: &str) -> Outcome {
        self.home.connect(MAINTENANCE)?.batch_execute(sql).map_err(|error| in_words(&error))
    }
}

/// A database for one test.
pub struct Database {
    server: Arc<Server>,
    pub name: String,
    owner: String,
}

impl Database {
    /// How its owner connects, in the key=value form.
    pub fn connection_string(&self) -> String {
        self.connection_string_of(&self.owner)
    }

    /// The server's socket, to be reached in another way than by name.
    pub fn socket(&self) -> String {
        format!("{}/.s.PGSQL.{}", self.server.home.host, self.server.home.port)
    }

    /// How its owner connects to what listens at another place and passes everything on.
    pub fn connection_string_at(&self, host: &str, port: u16) -> String {
        format!("host={host} port={port} user={} dbname={}", self.owner, self.name)
    }

    /// How `role` connects, in the key=value form.
    pub fn connection_string_of(&self, role: &str) -> String {
        self.server.home.connection_string(role, &self.name)
    }

    /// A session of the superuser.
    pub fn connect(&self) -> Outcome<Client> {
        self.server.home.connect(&self.name)
    }

    /// A copy of it, of which the server knows no statistics.
    pub fn copy(&self) -> Outcome<Database> {
        let name = format!("test_{}", self.server.created.fetch_add(1, Ordering::Relaxed));
        self.server.run(&format!("CREATE DATABASE {name} TEMPLATE {} OWNER \"{}\"", self.name, self.owner))?;
        Ok(Database { server: Arc::clone(&self.server), name, owner: self.owner.clone() })
    }

    /// Runs statements as the superuser.
    pub fn run(&self, sql: &str) -> Outcome {
        self.connect()?.batch_execute(sql).map_err(|error| in_words(&error))
    }

    /// The first column of the first row, as the superuser sees it.
    pub fn value(&self, sql: &str) -> Outcome<String> {
        first_value(&mut self.connect()?, sql)
    }

    /// Runs a file with psql as the owner, statement by statement; a failure shows what psql said.
    pub fn psql(&self, file: &Path) -> Outcome {
        let output = self.tool("psql", &self.owner).args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"]).arg(file).output()?;
        checked(&format!("psql -f {}", file.display()), output).map(drop)
    }

    /// The schema as pg_dump shows it, without what pgmg keeps for itself and without comments.
    pub fn schema(&self) -> Outcome<String> {
        self.dump(&["--schema-only", "--exclude-table=*.pgmg_*"])
    }

    /// Schema and data, without what pgmg keeps for itself.
    pub fn contents(&self) -> Outcome<String> {
        self.dump(&["--exclude-table=*.pgmg_*"])
    }

    /// Schema and data, with all that pgmg keeps.
    pub fn everything(&self) -> Outcome<String> {
        self.dump(&[])
    }

    fn dump(&self, options: &[&str]) -> Outcome<String> {
        let output = self.tool("pg_dump", &self.server.home.user).args(options).output()?;
        let text = checked("pg_dump", output)?;
        // `\restrict` (since 15.14) carries a random word.
        let kept = |line: &&str| {
            !line.is_empty() && !line.starts_with("--") && !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict")
        };
        let mut lines: Vec<&str> = text.lines().filter(kept).collect();
        // Who was granted something first has no meaning, and pg_dump shows it.
        for grants in lines.chunk_by_mut(|a, b| a.starts_with("GRANT ") && b.starts_with("GRANT ")) {
            grants.sort_unstable();
        }
        Ok(lines.iter().map(|line| format!("{line}\n")).collect())
    }

    /// A value that changes with any row written in any catalog or table of this database, statistics excepted.
    pub fn fingerprint(&self) -> Outcome<String> {
        let mut client = self.connect()?;
        let query = first_value(&mut client, include_str!("fingerprint.sql"))?;
        first_value(&mut client, &query)
    }

    /// Waits until a query gives true; the query is the only clock, and a minute the limit.
    pub fn wait_until(&self, what: &str, query: &str) -> Outcome {
        let mut client = self.connect()?;
        let begin = std::time::Instant::now();
        while begin.elapsed().as_secs() < 60 {
            if client.query_one(query, &[]).and_then(|row| row.try_get::<_, bool>(0)).map_err(|e| in_words(&e))? {
                return Ok(());
            }
            std::thread::yield_now();
        }
        Err(format!("waited a minute in vain: {what}").into())
    }

    fn tool(&self, program: &str, user: &str) -> Command {
        let mut command = Command::new(self.server.bin_dir.join(program));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        let home = &self.server.home;
        command.env("PGHOST", &home.host).env("PGPORT", home.port.to_string()).env("PGUSER", user);
        command.env("PGDATABASE", &self.name).env("PGCLIENTENCODING", "UTF8");
        command
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // What is left goes with the server.
        let _ = self.server.run(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// The server's words instead of the library's "db error".
pub fn in_words(error: &postgres::Error) -> Failed {
    match error.as_db_error() {
        Some(server) => format!(
            "{}: {}{}",
            server.code().code(),
            server.message(),
            server.detail().map_or(String::new(), |d| format!(" ({d})"))
        ),
        None => error.to_string(),
    }
    .into()
}

fn first_value(client: &mut Client, sql: &str) -> Outcome<String> {
    let row = client.query_one(sql, &[]).map_err(|error| in_words(&error))?;
    row.try_get::<_, Option<String>>(0).map(Option::unwrap_or_default).map_err(|error| in_words(&error))
}

fn checked(what: &str, output: Output) -> Outcome<String> {
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(format!("{what}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)).into())
    }
}
