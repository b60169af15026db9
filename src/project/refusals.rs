//! What pgmg refuses in a file before anything runs, because PostgreSQL could not run it or would undo pgmg's transaction.

use super::directives::Folder;
use crate::model::diagnostic::Diagnostic;
use crate::model::project::{Place, SourceFile};
use crate::sql::lexer::{Kind, Token};
use crate::sql::settings;
use crate::sql::words::Words;

/// Why a statement is refused.
pub struct Refusal {
    pub diagnostic: Diagnostic,
    /// Whether the rest of the file can still be read.
    pub rest: Rest,
}

/// What follows a refused statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    Statements,
    /// Data of a COPY: no SQL.
    Data,
}

/// Whether the statement is one that no file may hold.
pub fn refusal(words: &Words<'_>, folder: Folder, file: &SourceFile) -> Option<Refusal> {
    let place = || Place::at(file, words.tokens.first().map_or(0, |token| token.start));
    if let Some((message, help, rest)) = copy(words) {
        return Some(Refusal { diagnostic: Diagnostic::new(message).at(place()).help(help), rest });
    }
    let (message, help) = transaction_control(words)
        .or_else(|| encoding(words))
        .or_else(|| if folder == Folder::Code { temporary(words) } else { None })?;
    Some(Refusal { diagnostic: Diagnostic::new(message).at(place()).help(help), rest: Rest::Statements })
}

/// The refusal of the psql command that begins at this backslash.
pub fn psql(file: &SourceFile, backslash: &Token) -> Diagnostic {
    let rest = file.text.get(backslash.start..).unwrap_or("\\");
    let end =
        rest.char_indices().skip(1).find(|(_, c)| !(c.is_alphanumeric() || matches!(c, '_' | '!' | '?' | ';'))).map(|(i, _)| i);
    let command = rest.get(..end.unwrap_or(rest.len())).unwrap_or("\\");
    let help = match command {
        "\\i" | "\\ir" | "\\include" | "\\include_relative" => {
            "remove it: pgmg reads every .sql file of the directory and finds the order"
        }
        "\\copy" => "use INSERT, or COPY … FROM a file that the server can read",
        "\\c" | "\\connect" => "choose the database with --connection-string",
        "\\set" | "\\gset" => "write the value itself, or use a DO block",
        "\\if" | "\\elif" | "\\else" | "\\endif" => "use a DO block",
        "\\g" | "\\gexec" | "\\;" => "end the statement with a semicolon",
        _ => "remove it: pgmg sends the file to PostgreSQL without psql",
    };
    Diagnostic::new(format!("psql command \"{command}\" is not SQL")).at(Place::at(file, backslash.start)).help(help)
}

/// The message and what to do.
type Refused = (String, &'static str);

fn transaction_control(words: &Words<'_>) -> Option<Refused> {
    let prepared = |at| words.any_word(at, &["prepared", "transaction"]);
    let command = words.spelled(0).to_ascii_uppercase();
    let session = usize::from(words.any_word(1, &["session", "local"]));
    let shown = match command.as_str() {
        "BEGIN" | "END" | "ABORT" | "SAVEPOINT" | "RELEASE" | "DISCARD" if words.is(0, Kind::Identifier) => command,
        "COMMIT" | "ROLLBACK" if prepared(1) && words.word(1, "prepared") => format!("{command} PREPARED"),
        "COMMIT" | "ROLLBACK" => command,
        "START" if words.word(1, "transaction") => "START TRANSACTION".to_owned(),
        "PREPARE" if words.word(1, "transaction") => "PREPARE TRANSACTION".to_owned(),
        "SET" if words.word(1 + session, "transaction") => "SET TRANSACTION".to_owned(),
        "SET" if words.words(1, &["session", "characteristics"]) => "SET SESSION CHARACTERISTICS".to_owned(),
        _ => return None,
    };
    if shown == "DISCARD" {
        return Some(("DISCARD is not allowed in a file".to_owned(), "remove it: it would end the session that pgmg works in"));
    }
    Some((
        format!("{shown} is not allowed in a file: pgmg manages the transaction"),
        "remove it; for what cannot run in a transaction write \"-- pgmg: no-transaction\" before it",
    ))
}

fn copy(words: &Words<'_>) -> Option<(String, &'static str, Rest)> {
    if !words.word(0, "copy") {
        return None;
    }
    let mut at = 1;
    while at < words.len() {
        if words.is(at, Kind::OpenParen) {
            at = words.after_parens(at);
            continue;
        }
        if words.words(at, &["from", "stdin"]) {
            let help = "use INSERT, or COPY … FROM a file that the server can read";
            return Some(("COPY … FROM stdin needs data that only psql can send".to_owned(), help, Rest::Data));
        }
        if words.words(at, &["to", "stdout"]) {
            return Some(("COPY … TO stdout has nobody to read it".to_owned(), "remove it", Rest::Statements));
        }
        at += 1;
    }
    None
}

fn encoding(words: &Words<'_>) -> Option<Refused> {
    let change = settings::change(words)?;
    let encoding = change.foreign_encoding()?;
    Some((
        format!("client encoding \"{encoding}\" is not allowed: files are UTF-8"),
        "store the file as UTF-8 and remove this statement",
    ))
}

/// Temporary objects would vanish with pgmg's session.
fn temporary(words: &Words<'_>) -> Option<Refused> {
    let refused = || {
        let help = "create it inside a function or in a migration, or make it permanent";
        Some(("temporary object in a code file: it would vanish when pgmg disconnects".to_owned(), help))
    };
    if words.word(0, "create") {
        let mut at = if words.words(1, &["or", "replace"]) { 3 } else { 1 };
        at += usize::from(words.any_word(at, &["global", "local"]));
        if words.any_word(at, &["temp", "temporary"]) {
            return refused();
        }
        while words.is(at, Kind::Identifier) && !words.is(at + 1, Kind::Dot) && at < 8 {
            at += 1;
        }
        if words.word(at, "pg_temp") && words.is(at + 1, Kind::Dot) {
            return refused();
        }
    }
    if words.any_word(0, &["select", "with"]) {
        let mut at = 1;
        while at < words.len() {
            if words.is(at, Kind::OpenParen) {
                at = words.after_parens(at);
                continue;
            }
            let name = at + 1 + usize::from(words.any_word(at + 1, &["global", "local"]));
            if words.word(at, "into") && words.any_word(name, &["temp", "temporary"]) {
                return refused();
            }
            at += 1;
        }
    }
    None
}
