//! The words for what a server refused, and for what may not be done to objects.

use crate::engine::explain;
use crate::engine::task::Purpose;
use crate::engine::world::World;
use crate::error::{Error, Kind};
use crate::model::dependent::{Dependent, DropRole};
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::form::{Form, Forms};
use crate::model::migration::Migration;
use crate::model::object::Object;
use crate::model::project::Place;
use crate::model::sql_error::SqlError;
use crate::model::statement::Statement;
use crate::model::verb::Verb;
use crate::postgres::connection::interrupt;

pub use explain::said;

use crate::engine::rules::drops::drop_statements;

/// A statement of pgmg's own that PostgreSQL refused: no privilege, no room, a read-only server.
pub fn refused(error: &SqlError) -> Error {
    let kind = match error.code.as_str() {
        "57014" if interrupt::is_requested() => return interrupt::error(),
        "42501" => Kind::Sql,
        code if ["08", "25", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class)) => Kind::Unavailable,
        _ => Kind::Sql,
    };
    let mut diagnostic = said(error);
    if error.code == "42501" {
        diagnostic.help = Some("pgmg needs CREATE on the schema of its state tables and TEMPORARY on the database".to_owned());
    }
    Error::new(kind, diagnostic)
}

/// A deferred constraint that COMMIT would have refused.
pub fn deferred(error: &SqlError, migration: Option<&Migration>) -> Error {
    let mut diagnostic = said(error);
    diagnostic.place = migration.map(|migration| Place::file(migration.file.path.clone()));
    Error::new(Kind::Sql, diagnostic.note(NoteLabel::Note, "a deferred constraint is violated; COMMIT would be refused"))
}

/// Objects that cannot be dropped, because data or something that nobody can make again would be lost.
pub fn cannot_drop(world: &World<'_>, objects: &[Object], purpose: &Purpose, blocking: &[&Dependent]) -> Error {
    let requested = blocking.iter().filter(|dependent| dependent.role == DropRole::Requested);
    let filled: Vec<String> = requested.map(|dependent| dependent.object.to_string()).collect();
    let holds_data = !filled.is_empty();
    let names = if holds_data { filled } else { objects.iter().map(ToString::to_string).collect() };
    let what = if matches!(purpose, Purpose::Replace(_)) { "cannot be replaced" } else { "cannot be dropped" };
    let why = if holds_data { "it holds data" } else { "something that pgmg cannot make again depends on it" };
    let mut diagnostic = Diagnostic::new(format!("{} {what}: {why}", names.join(", ")));
    if let Purpose::Replace(id) = purpose {
        diagnostic.place = Some(world.statement(*id).place());
    }
    for dependent in blocking.iter().filter(|dependent| dependent.role != DropRole::Requested) {
        diagnostic = diagnostic.note(NoteLabel::Note, format!("{} stands in the way", dependent.object));
    }
    let help = match purpose {
        Purpose::Remove if holds_data => {
            "bring its statement back; or move it into a migration, which takes it over as it is; or drop it in a migration"
        }
        _ if holds_data => "bring its former statement back, or write a migration that alters it",
        _ => "write a migration that changes what stands in the way",
    };
    Error::new(Kind::Disagreement, diagnostic.help(help))
}

/// An object that holds data, or is held by it, and cannot be put aside to be compared.
pub fn not_compared(statement: &Statement, object: &Object, error: &SqlError) -> Error {
    let message = format!("{object} cannot be dropped and cannot be compared with what the file says: {}", error.message);
    let diagnostic = Diagnostic { message, ..said(error) }.at(statement.place());
    let help = match error.code.as_str() {
        "42501" => "pgmg puts it into another schema for a moment: it needs to own it, and CREATE on the database",
        _ => "bring the former statement back, or write a migration that alters it",
    };
    Error::new(Kind::Disagreement, diagnostic.help(help))
}

/// An object that cannot become what the file says without a loss.
pub fn would_lose(statement: &Statement, object: &Object, forms: &Forms, losses: &[String], dependents: &[Dependent]) -> Error {
    let name = object.name();
    if matches!(forms.now, Form::Lines(_)) {
        let message = format!("{object} holds data and is not made again: the file and the database differ");
        let noted = |diagnostic: Diagnostic, loss: &String| diagnostic.note(NoteLabel::Note, loss.clone());
        let diagnostic = losses.iter().fold(Diagnostic::new(message).at(statement.place()), noted);
        let help = format!(
            "write a migration that alters {name}, in a form that also works where the file has made it (ADD COLUMN IF NOT \
             EXISTS); then nothing is left to do here"
        );
        return Error::new(Kind::Disagreement, diagnostic.help(help));
    }
    let message = format!("{object} is used by data and cannot become what the file says: {}", losses.join(", "));
    let mut diagnostic = Diagnostic::new(message).at(statement.place());
    let stays = |dependent: &&Dependent| dependent.role != DropRole::Requested && drop_statements(dependent).is_none();
    for dependent in dependents.iter().filter(stays) {
        diagnostic = diagnostic.note(NoteLabel::Note, format!("{} uses it", dependent.object));
    }
    let help = format!(
        "bring it back in the file, or write a migration that renames {name}, creates the new one, changes the columns \
         with ALTER COLUMN … TYPE … USING, and drops the old one"
    );
    Error::new(Kind::Disagreement, diagnostic.help(help))
}

/// Objects that an ALTER changed which is gone, and that cannot be made anew.
pub fn alter_is_gone(world: &World<'_>, stuck: &[Object]) -> Error {
    let diagnostic = |object: &Object| {
        let label = object.to_string();
        let mut orphans = world.work().orphans().filter(|row| row.object.is_none() && Verb::of_record(&row.name).alters());
        let row = orphans.find(|row| row.touches.contains(&label));
        let file = row.and_then(|row| row.file.clone()).unwrap_or_else(|| "the code directory".to_owned());
        let help = "write a migration that takes back what the statement set, and apply both together";
        Diagnostic::new(format!("an ALTER of {label} in {file} is gone or changed, and what it set cannot be told")).help(help)
    };
    Error { kind: Kind::Disagreement, diagnostics: stuck.iter().map(diagnostic).collect() }
}
