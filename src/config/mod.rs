//! The settings of a run: from flags, environment variables and `pgmg.toml`, in that order of strength.
//!
//! One exception: a connection string in `[env.NAME]` is as strong as a flag when `--env NAME` was typed.
//! Who types `--env production` must not reach whatever `DATABASE_URL` happens to be.

mod environment;
mod file;
mod paths;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::model::record::OnDrift;
use crate::model::report::{Rule, Severity};
use file::ConfigFile;

/// The name of the file with a project's settings.
pub const FILE_NAME: &str = "pgmg.toml";

/// What was typed. Directories are relative to the current directory.
#[derive(Clone, Default)]
pub struct Flags {
    pub connection_string: Option<String>,
    pub migrations_dir: Option<PathBuf>,
    pub code_dir: Option<PathBuf>,
    pub state_schema: Option<String>,
    pub lock_timeout: Option<Duration>,
    pub lock_wait: Option<Duration>,
    pub environment: Option<String>,
    pub on_drift: OnDrift,
}

/// The settings of a run.
#[derive(Clone)]
pub struct Settings {
    /// The directory of `pgmg.toml`, or the current one; absolute.
    pub root: PathBuf,
    /// Relative to the current directory where possible, fit to be opened and to be shown; `None`: not compared.
    pub migrations_dir: Option<PathBuf>,
    /// Like `migrations_dir`.
    pub code_dir: Option<PathBuf>,
    /// A URL or key=value; empty where only libpq's `PG*` variables say where the database is; `None`: nothing does.
    pub connection_string: Option<String>,
    /// Another database of the same server, in place of the one that the connection string names.
    pub database: Option<String>,
    /// The schema of the state tables.
    pub state_schema: String,
    /// PostgreSQL's `lock_timeout`; zero: no limit.
    pub lock_timeout: Duration,
    /// How long to wait for another run on the same database; zero: not at all.
    pub lock_wait: Duration,
    /// Whether migrations may lose data that do not say so; `None`: only what flags allow.
    pub allow_destructive: Option<bool>,
    /// Every apply has to be confirmed.
    pub confirm: bool,
    /// Where plans are made instead of on the database itself: a connection string, or `throwaway`.
    pub shadow: Option<String>,
    /// A shell command that runs before anything is applied.
    pub before_apply: Option<String>,
    /// A shell command that runs when everything is applied.
    pub on_success: Option<String>,
    /// What `[check]` says of rules; `None`: they are not looked for.
    pub rules: BTreeMap<Rule, Option<Severity>>,
    /// The `NAME` of the `[env.NAME]` in use.
    pub environment: Option<String>,
    pub on_drift: OnDrift,
    pub lessons: LearnedCache,
}

/// What becomes of what a run learns about the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LearnedCache {
    /// It is kept in `.pgmg/`.
    #[default]
    Kept,
    /// Nothing in the project may change: a hook that changes files is refused.
    Dropped,
}

/// A layer of settings, weaker or stronger than another. Directories are as in [`Settings`].
#[derive(Clone, Default)]
struct Values {
    connection_string: Option<String>,
    migrations_dir: Option<PathBuf>,
    code_dir: Option<PathBuf>,
    state_schema: Option<String>,
    lock_timeout: Option<Duration>,
    lock_wait: Option<Duration>,
    allow_destructive: Option<bool>,
    confirm: Option<bool>,
    shadow: Option<String>,
    before_apply: Option<String>,
    on_success: Option<String>,
}

impl Settings {
    /// The settings for what was typed, here and now. Errors are of kind Usage.
    pub fn load(flags: &Flags) -> Result<Settings> {
        let current =
            std::env::current_dir().map_err(|error| Error::usage(format!("cannot find out the current directory: {error}")))?;
        Settings::resolve(flags, &current, &|name| std::env::var_os(name))
    }

    /// The settings for what was typed, in any current directory (absolute) and any environment.
    pub fn resolve(flags: &Flags, current: &Path, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Settings> {
        let file = ConfigFile::find(current)?;
        let environment = environment::read(current, variable)?;
        let name = flags.environment.clone().or(environment.name);
        let chosen = match &name {
            Some(name) => file::environment(file.as_ref(), name, current)?,
            None => Values::default(),
        };
        let rules = file.as_ref().map(|file| file.rules.clone()).unwrap_or_default();
        let top = file.as_ref().map(|file| file.top.clone()).unwrap_or_default();
        let typed = typed(flags, current);

        let explicit = chosen.connection_string.clone().filter(|_| flags.environment.is_some());
        let mut layers = [typed, environment.values, chosen, top];
        let connection_string =
            layers[0].connection_string.take().or(explicit).or_else(|| pick(&mut layers, |v| &mut v.connection_string));
        let mut migrations_dir = pick(&mut layers, |v| &mut v.migrations_dir);
        let mut code_dir = pick(&mut layers, |v| &mut v.code_dir);
        if migrations_dir.is_none() && code_dir.is_none() {
            (migrations_dir, code_dir) = conventional(file.as_ref(), current)?;
        }
        Ok(Settings {
            root: file.map_or_else(|| current.to_owned(), |file| file.root),
            migrations_dir,
            code_dir,
            connection_string,
            database: None,
            state_schema: pick(&mut layers, |v| &mut v.state_schema).unwrap_or_else(|| "public".to_owned()),
            lock_timeout: pick(&mut layers, |v| &mut v.lock_timeout).unwrap_or(Duration::from_secs(5)),
            lock_wait: pick(&mut layers, |v| &mut v.lock_wait).unwrap_or(Duration::from_secs(30)),
            allow_destructive: pick(&mut layers, |v| &mut v.allow_destructive),
            confirm: pick(&mut layers, |v| &mut v.confirm).unwrap_or(false),
            shadow: pick(&mut layers, |v| &mut v.shadow),
            before_apply: pick(&mut layers, |v| &mut v.before_apply),
            on_success: pick(&mut layers, |v| &mut v.on_success),
            rules,
            environment: name,
            on_drift: flags.on_drift,
            lessons: LearnedCache::Kept,
        })
    }

    /// How bad what a rule finds is; `None`: it is not looked for.
    pub fn level(&self, rule: Rule) -> Option<Severity> {
        self.rules.get(&rule).copied().unwrap_or_else(|| rule.usual_level())
    }

    /// Where the database is; an empty string means what libpq's `PG*` variables say. An error of kind Usage if nothing says it.
    pub fn connection(&self) -> Result<&str> {
        self.connection_string.as_deref().ok_or_else(|| {
            Error::usage("nothing says which database to use").help(
                "give --connection-string=postgres://…, or set PGMG_CONNECTION_STRING, DATABASE_URL or PGHOST and PGDATABASE, \
                 or write connection_string = \"…\" into pgmg.toml; `pgmg check` needs none",
            )
        })
    }
}

/// Without the connection string: it may hold a password.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("root", &self.root)
            .field("migrations_dir", &self.migrations_dir)
            .field("code_dir", &self.code_dir)
            .field("connection_string", &self.connection_string.as_ref().map(|_| "…"))
            .field("state_schema", &self.state_schema)
            .field("lock_timeout", &self.lock_timeout)
            .field("lock_wait", &self.lock_wait)
            .field("environment", &self.environment)
            .field("on_drift", &self.on_drift)
            .finish()
    }
}

/// The strongest layer's value.
fn pick<T>(layers: &mut [Values], value: impl Fn(&mut Values) -> &mut Option<T>) -> Option<T> {
    layers.iter_mut().find_map(|layer| value(layer).take())
}

fn typed(flags: &Flags, current: &Path) -> Values {
    Values {
        connection_string: flags.connection_string.clone(),
        migrations_dir: flags.migrations_dir.as_ref().map(|dir| paths::shown(dir, current, current)),
        code_dir: flags.code_dir.as_ref().map(|dir| paths::shown(dir, current, current)),
        state_schema: flags.state_schema.clone(),
        lock_timeout: flags.lock_timeout,
        lock_wait: flags.lock_wait,
        ..Values::default()
    }
}

/// The directories of a project that names none: `migrations` and `sql`, if they are here.
fn conventional(file: Option<&ConfigFile>, current: &Path) -> Result<(Option<PathBuf>, Option<PathBuf>)> {
    if let Some(file) = file {
        return Err(Error::usage(format!("{} names neither migrations_dir nor code_dir", file.shown))
            .help("write code_dir = \"sql\" into it, or give --code-dir=DIR or --migrations-dir=DIR"));
    }
    let here = |name: &str| Some(PathBuf::from(name)).filter(|dir| current.join(dir).is_dir());
    let (migrations, code) = (here("migrations"), here("sql"));
    if migrations.is_none() && code.is_none() {
        return Err(Error::usage("there is no project here: no pgmg.toml in this directory or above it, no migrations, no sql")
            .help("run `pgmg init` to begin one, or give --migrations-dir=DIR or --code-dir=DIR"));
    }
    Ok((migrations, code))
}
