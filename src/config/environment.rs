//! Settings from environment variables: pgmg's own, `DATABASE_URL`, and whether libpq's are set.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Values, paths};
use crate::error::{Error, Result};
use crate::model::duration;

/// What the environment says. An empty variable counts as absent, as it does for libpq.
pub(super) struct Environment {
    pub values: Values,
    /// `PGMG_ENV`.
    pub name: Option<String>,
}

/// Those of libpq's variables that say where a database is (PostgreSQL manual, section 34.15); the connection reads them itself.
const LIBPQ: [&str; 4] = ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"];

/// Reads the variables. Their values are never part of an error: one of them may be a password.
pub(super) fn read(current: &Path, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Environment> {
    let raw = |name: &str| variable(name).filter(|value| !value.is_empty());
    let text = |name: &str| {
        raw(name)
            .map(|value| value.into_string().map_err(|_| Error::usage(format!("the environment variable {name} is not UTF-8"))))
            .transpose()
    };
    let time = |name: &str| {
        text(name)?
            .map(|value| {
                duration::parse(&value).map_err(|reason| Error::usage(format!("the environment variable {name}: {reason}")))
            })
            .transpose()
    };
    let directory = |name: &str| raw(name).map(|dir| paths::shown(&PathBuf::from(dir), current, current));
    let mut connection_string = text("PGMG_CONNECTION_STRING")?;
    if connection_string.is_none() {
        connection_string = text("DATABASE_URL")?;
    }
    if connection_string.is_none() && LIBPQ.iter().any(|name| raw(name).is_some()) {
        connection_string = Some(String::new());
    }
    Ok(Environment {
        values: Values {
            connection_string,
            migrations_dir: directory("PGMG_MIGRATIONS_DIR"),
            code_dir: directory("PGMG_CODE_DIR"),
            state_schema: text("PGMG_STATE_SCHEMA")?,
            lock_timeout: time("PGMG_LOCK_TIMEOUT")?,
            lock_wait: time("PGMG_LOCK_WAIT")?,
            ..Values::default()
        },
        name: text("PGMG_ENV")?,
    })
}
