//! SQL scripts of others: fetched by a script of the project, cut into one statement a file, run by psql.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ::pgmg::internals::project::{Directories, load};

use super::database::Server;
use super::project::Tree;
use super::{Outcome, ensure};

/// What psql makes of a script in an empty database.
pub fn oracle(server: &Arc<Server>, script: &str) -> Outcome<String> {
    let database = server.database(None)?;
    let folder = super::scratch()?;
    let file = folder.path().join("script.sql");
    fs::write(&file, script)?;
    database.psql(&file)?;
    database.contents()
}

/// One statement a file, with the settings that hold for it; what makes or fills a table becomes a migration.
pub fn cut(script: &str) -> Outcome<Tree> {
    let folder = super::scratch()?;
    fs::write(folder.path().join("script.sql"), script)?;
    let directories = Directories { migrations: None, code: Some(folder.path().to_path_buf()) };
    let project = load(&directories).map_err(|error| error.to_string())?;
    let mut tree = BTreeMap::new();
    for statement in project.statements.unwrap_or_default() {
        let mut text = String::new();
        for setting in &statement.settings.statements {
            text += setting.sql();
            text += ";\n";
        }
        text += statement.sql();
        text += ";\n";
        let number = tree.len();
        let name =
            if of_a_table(statement.sql()) { format!("migrations/{number:05}.sql") } else { format!("sql/{number:05}.sql") };
        tree.insert(name, text.into_bytes());
    }
    ensure(tree.len() > 20, || format!("only {} statements were found", tree.len()))?;
    Ok(tree)
}

fn of_a_table(sql: &str) -> bool {
    let begins = |words: &str| sql.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words));
    ["CREATE TABLE", "ALTER TABLE", "INSERT ", "UPDATE ", "DELETE "].iter().any(|words| begins(words))
}

/// Lets `scripts/NAME` fetch what is missing; its only line of output is the folder.
pub fn fetched(name: &str) -> Outcome<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(name);
    let output = Command::new(script).output()?;
    ensure(output.status.success(), || String::from_utf8_lossy(&output.stderr).into_owned())?;
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim()))
}
