//! What can be asked of a database in which a project is built: questions whose answers are findings.

use std::collections::HashSet;

use crate::error::Result;
use crate::postgres::session::Session;

/// An answer: about which object, and what.
#[derive(Debug, Clone)]
pub struct Answer {
    /// `pg_proc.oid`.
    pub function: u32,
    pub message: String,
    /// The line in the function's body, from 1; 0: not known.
    pub line: usize,
    pub hint: String,
    /// It keeps the function from working.
    pub is_error: bool,
}

/// Functions with SECURITY DEFINER and without a `search_path` of their own: whoever calls them chooses what they call (PostgreSQL
/// manual, CREATE FUNCTION).
pub fn security_definers(session: &mut Session) -> Result<Vec<Answer>> {
    let rows = session.query(include_str!("lint_security_definers.sql"), &[])?;
    let answer = |row: &tokio_postgres::Row| Answer {
        function: row.get(0),
        message: format!("{} has SECURITY DEFINER and no search_path of its own", row.get::<_, String>(1)),
        line: 0,
        hint: "whoever calls it chooses what its names mean; add SET search_path = …, pg_temp".into(),
        is_error: false,
    };
    Ok(rows.iter().map(answer).collect())
}

/// Functions in SQL whose bodies PostgreSQL no longer takes, with its reasons.
pub fn broken_sql_functions(session: &mut Session) -> Result<Vec<Answer>> {
    let rows = session.query(include_str!("lint_sql_functions.sql"), &[])?;
    let functions: Vec<(u32, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let oids: Vec<u32> = functions.iter().map(|(oid, _)| *oid).collect();
    let validate = |oids: &[u32]| {
        format!(
            "DO $$ BEGIN {} END $$",
            oids.iter().map(|oid| format!("PERFORM pg_catalog.fmgr_sql_validator({oid});")).collect::<String>()
        )
    };
    if oids.is_empty() || session.execute(&validate(&oids))?.is_ok() {
        return Ok(Vec::new());
    }
    let mut broken = Vec::new();
    for (oid, name) in functions {
        if let Err(error) = session.execute(&validate(&[oid]))? {
            let message = format!("{name} does not work: {}", error.message);
            broken.push(Answer { function: oid, message, line: 0, hint: String::new(), is_error: true });
        }
    }
    Ok(broken)
}

/// Functions in SQL that set something for themselves (`pg_proc.proconfig`), by `pg_proc.oid`: [`broken_sql_functions`] leaves
/// them out, because their bodies mean something only under these settings.
pub fn sql_functions_with_settings(session: &mut Session) -> Result<HashSet<u32>> {
    let sql = "SELECT p.oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang \
               WHERE l.lanname = 'sql' AND p.proconfig IS NOT NULL AND p.oid >= 16384";
    Ok(session.query(sql, &[])?.iter().map(|row| row.get(0)).collect())
}

/// What the extension `plpgsql_check` says of functions in PL/pgSQL; nothing where the server does not have it. Needs an open
/// transaction, and leaves the extension in it.
pub fn plpgsql(session: &mut Session) -> Result<Vec<Answer>> {
    let sql = "SELECT EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'plpgsql_check')";
    if !session.query(sql, &[])?.first().is_some_and(|row| row.get(0)) {
        return Ok(Vec::new());
    }
    let created = session
        .execute("CREATE SCHEMA pgmg_plpgsql_check; CREATE EXTENSION IF NOT EXISTS plpgsql_check SCHEMA pgmg_plpgsql_check")?;
    if let Err(error) = created {
        log::info!("plpgsql_check cannot be used: {}", error.message);
        return Ok(Vec::new());
    }
    let Some(rows) = session.probe(include_str!("lint_plpgsql.sql"), &[])? else { return Ok(Vec::new()) };
    let answer = |row: &tokio_postgres::Row| Answer {
        function: row.get(0),
        message: row.get(1),
        line: row.get::<_, Option<i32>>(2).and_then(|line| usize::try_from(line).ok()).unwrap_or(0),
        hint: row.get::<_, Option<String>>(3).unwrap_or_default(),
        is_error: row.get(4),
    };
    Ok(rows.iter().map(answer).collect())
}
