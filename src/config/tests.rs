//! What settings come out of which files, variables and flags, and what the mistakes say.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Flags, Settings};
use crate::error::{Error, Kind};

/// A project in a directory of its own.
struct Project {
    root: tempfile::TempDir,
    variables: HashMap<String, OsString>,
}

impl Project {
    fn new(toml: Option<&str>, folders: &[&str]) -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        if let Some(text) = toml {
            std::fs::write(root.path().join("pgmg.toml"), text).expect("pgmg.toml");
        }
        for folder in folders {
            std::fs::create_dir_all(root.path().join(folder)).expect("a folder");
        }
        Project { root, variables: HashMap::new() }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    fn settings(&self, flags: &Flags) -> Result<Settings, Error> {
        self.settings_in("", flags)
    }

    fn settings_in(&self, folder: &str, flags: &Flags) -> Result<Settings, Error> {
        let current: PathBuf = self.root.path().join(folder).components().collect();
        Settings::resolve(flags, &current, &|name| self.variables.get(name).cloned())
    }

    fn error(&self, flags: &Flags) -> (String, String, String) {
        let error = self.settings(flags).expect_err("a mistake");
        assert_eq!(error.kind, Kind::Usage);
        let diagnostic = &error.diagnostics[0];
        let place = diagnostic.place.as_ref().map_or_else(String::new, |place| {
            format!("{}:{}:{}+{} {}", place.path, place.line, place.column, place.width, place.source)
        });
        (diagnostic.message.clone(), place, diagnostic.help.clone().unwrap_or_default())
    }
}

fn environment(name: &str) -> Flags {
    Flags { environment: Some(name.to_owned()), ..Flags::default() }
}

const TWO: &str = "connection_string = 'top'\ncode-dir = 'sql'\nmigrations_dir = 'migrations'\n[env.live]\nconnection_string = 'live'\nlock-wait = '1min'\n";

#[test]
fn the_file_alone() {
    let settings = Project::new(Some(TWO), &[]).settings(&Flags::default()).expect("settings");
    assert_eq!(settings.connection().expect("a connection"), "top");
    assert_eq!(settings.migrations_dir.as_deref(), Some(Path::new("migrations")));
    assert_eq!(settings.code_dir.as_deref(), Some(Path::new("sql")));
    assert_eq!(settings.state_schema, "public");
    assert_eq!((settings.lock_timeout, settings.lock_wait), (Duration::from_secs(5), Duration::from_secs(30)));
}

#[test]
fn found_from_below_with_paths_as_seen_from_there() {
    let project = Project::new(Some(TWO), &["sql/views"]);
    let settings = project.settings_in("sql/views", &Flags::default()).expect("settings");
    assert_eq!(settings.code_dir.as_deref(), Some(Path::new("..")));
    assert_eq!(settings.root, project.root.path());
}

#[test]
fn the_connection_of_each_strength() {
    let connection = |project: &Project, flags: &Flags| {
        project.settings(flags).expect("settings").connection().expect("a connection").to_owned()
    };
    let none = Flags::default();
    let typed = Flags { connection_string: Some("typed".into()), environment: Some("live".into()), ..Flags::default() };
    let file = Project::new(Some(TWO), &[]);
    assert_eq!(connection(&file, &none), "top");
    assert_eq!(connection(&file, &environment("live")), "live");
    let named = Project::new(Some(TWO), &[]).with("PGMG_ENV", "live");
    assert_eq!(connection(&named, &none), "live");
    let libpq = Project::new(Some(TWO), &[]).with("PGHOST", "h");
    assert_eq!(connection(&libpq, &none), "");
    let url = libpq.with("DATABASE_URL", "url").with("PGMG_ENV", "live");
    assert_eq!(connection(&url, &none), "url", "PGMG_ENV is as weak as the file");
    assert_eq!(connection(&url, &environment("live")), "live", "--env is as strong as a flag");
    let own = url.with("PGMG_CONNECTION_STRING", "own");
    assert_eq!(connection(&own, &none), "own");
    assert_eq!(connection(&own, &environment("live")), "live");
    assert_eq!(connection(&own, &typed), "typed");
    assert_eq!(connection(&Project::new(Some(TWO), &[]).with("DATABASE_URL", ""), &none), "top", "empty is absent");
}

#[test]
fn other_keys_of_each_strength() {
    let project = Project::new(Some(TWO), &[]).with("PGMG_LOCK_WAIT", "2s").with("PGMG_CODE_DIR", "./other");
    let settings = project.settings(&environment("live")).expect("settings");
    assert_eq!(settings.lock_wait, Duration::from_secs(2));
    assert_eq!(settings.code_dir.as_deref(), Some(Path::new("other")));
    let flags = Flags { lock_wait: Some(Duration::ZERO), ..environment("live") };
    assert_eq!(project.settings(&flags).expect("settings").lock_wait, Duration::ZERO);
    let settings = Project::new(Some(TWO), &[]).settings(&environment("live")).expect("settings");
    assert_eq!((settings.lock_wait, settings.environment.as_deref()), (Duration::from_secs(60), Some("live")));
}

#[test]
fn a_half_that_nobody_names_is_not_compared() {
    let code = Flags { code_dir: Some("./sql".into()), ..Flags::default() };
    let halves = |project: &Project, flags: &Flags| {
        let settings = project.settings(flags).expect("settings");
        (settings.migrations_dir.is_some(), settings.code_dir.is_some())
    };
    let bare = Project::new(None, &["migrations", "sql"]);
    assert_eq!(halves(&bare, &Flags::default()), (true, true));
    assert_eq!(halves(&bare, &code), (false, true));
    assert_eq!(halves(&Project::new(None, &["sql"]), &Flags::default()), (false, true));
    assert_eq!(halves(&Project::new(Some("code_dir = 'sql'"), &["migrations"]), &Flags::default()), (false, true));
    assert_eq!(halves(&Project::new(Some(TWO), &[]), &code), (true, true));
}

#[test]
fn nothing_at_all() {
    let (message, _, help) = Project::new(None, &[]).error(&Flags::default());
    assert_eq!(message, "there is no project here: no pgmg.toml in this directory or above it, no migrations, no sql");
    assert!(help.contains("`pgmg init`"), "{help}");
    let (message, _, _) = Project::new(Some("connection_string = 'x'"), &["sql"]).error(&Flags::default());
    assert_eq!(message, "pgmg.toml names neither migrations_dir nor code_dir");
    let error =
        Project::new(None, &["sql"]).settings(&Flags::default()).expect("settings").connection().expect_err("no connection");
    let help = error.diagnostics[0].help.clone().unwrap_or_default();
    for way in ["--connection-string", "DATABASE_URL", "pgmg.toml"] {
        assert!(help.contains(way), "{help}");
    }
}

#[test]
fn mistakes_in_the_file_show_their_place() {
    let mistake = |toml: &str| Project::new(Some(toml), &[]).error(&Flags::default());
    assert_eq!(
        mistake("code_dir = 'sql'\ncode_dri = 'x'\n"),
        ("unknown key `code_dri`".into(), "pgmg.toml:2:1+8 code_dri = '*'".into(), "did you mean `code_dir`?".into())
    );
    let (message, place, _) = mistake("code_dir = 'sql'\r\nlock_timeout = 5\r\n");
    assert_eq!(message, "`lock_timeout` must be a duration such as \"5s\", not an integer");
    assert_eq!(place, "pgmg.toml:2:16+1 lock_timeout = 5");
    assert_eq!(mistake("lock_wait = '5'").0, "\"5\" has no unit: write 5s, or 5ms");
    assert_eq!(mistake("code_dir = ''").0, "`code_dir` is empty");
    assert_eq!(mistake("code_dir = 'a'\ncode-dir = 'b'").0, "`code_dir` is given twice");
    assert_eq!(mistake("env = 1").0, "`env` must be a table, not an integer");
    assert_eq!(mistake("[env.a]\nenv = {}").0, "unknown key `env`");
    assert_eq!(mistake("[env]\ncode_dir = 'x'").0, "`env.code_dir` must be a table, not a string");
    assert!(mistake("[env.live]\ncode_dir = 3").1.starts_with("pgmg.toml:2:12+1"));
    assert!(mistake("code_dir = \n").1.starts_with("pgmg.toml:1:"));
}

#[test]
fn unknown_environments() {
    let (message, _, help) = Project::new(Some(TWO), &[]).error(&environment("lvie"));
    assert_eq!(
        (message.as_str(), help.as_str()),
        ("pgmg.toml has no environment \"lvie\"", "did you mean \"live\"? it has: live")
    );
    let (message, _, _) = Project::new(None, &["sql"]).error(&environment("live"));
    assert!(message.contains("there is no environment \"live\""), "{message}");
}

#[test]
fn no_secret_is_ever_shown() {
    let lines = [
        "conection_string = 'postgres://me:hunter2@db/x'",
        "pw = 'hunter2'",
        "connection_string = ['hunter2']",
        "connection_string = 'postgres://me:hunter2@db/x",
        "connection_string = postgres://me:hunter2@db/x",
        "env = 'hunter2'",
        "connection_string =\n['hunter2']",
        "connection_string = [\n['hunter2'],\n",
        "[env]\nconnection_string = 'hunter2'",
        "connection_string = 'x'\nconnection-string = 'hunter2'",
        "connection_string = '''\nhost=db\npassword=hunter2",
    ];
    for line in lines {
        let shown = format!("{:?}", Project::new(Some(line), &[]).error(&Flags::default()));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    let flags = Flags { connection_string: Some("hunter2".into()), ..Flags::default() };
    let settings = Project::new(None, &["sql"]).settings(&flags).expect("settings");
    assert!(!format!("{settings:?}").contains("hunter2"));
}
