//! What a server, or its absence, said, as the errors and values of this crate.

use std::error::Error as _;
use std::io;

use tokio_postgres::error::{DbError, ErrorPosition, SqlState};

use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::sql_error::SqlError;
use crate::postgres::connection::{Address, Chosen, Endpoint, Target};

/// The fields of an error that PostgreSQL reported; `None` if it was not PostgreSQL (a lost connection, …).
pub fn sql_error(error: &tokio_postgres::Error) -> Option<SqlError> {
    error.as_db_error().map(|error| SqlError {
        code: error.code().code().to_owned(),
        message: error.message().to_owned(),
        detail: error.detail().map(str::to_owned),
        hint: error.hint().map(str::to_owned),
        context: error.where_().map(str::to_owned),
        position: match error.position() {
            Some(ErrorPosition::Original(position)) => usize::try_from(*position).ok(),
            _ => None,
        },
        routine: error.routine().map(str::to_owned),
        schema: error.schema().map(str::to_owned),
        table: error.table().map(str::to_owned),
        constraint: error.constraint().map(str::to_owned),
    })
}

/// An error of a query that belongs to no file: `Unavailable` where the server or the connection went away, otherwise `Sql`.
pub fn query_error(error: &tokio_postgres::Error) -> Error {
    match error.as_db_error() {
        Some(server) => {
            let gone =
                matches!(server.code().code(), "57P01" | "57P02" | "57P03" | "53300") || server.code().code().starts_with("08");
            Error::new(if gone { Kind::Unavailable } else { Kind::Sql }, verbatim(server))
        }
        None if error.is_closed() || io_error(error).is_some() => {
            Error::new(Kind::Unavailable, Diagnostic::new(format!("the connection to the server was lost: {}", reason(error))))
        }
        None => Error::bug(reason(error)),
    }
}

/// The innermost cause, which says what happened.
pub(super) fn reason(error: &tokio_postgres::Error) -> String {
    if let Some(server) = error.as_db_error() {
        return server.message().to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// One server that was tried in vain.
pub(super) struct Failure<'a> {
    pub endpoint: &'a Endpoint,
    pub cause: Cause,
}

/// Why a connection was not made.
pub(super) enum Cause {
    /// The host name.
    Lookup(io::Error),
    Timeout,
    Server(tokio_postgres::Error),
}

impl Cause {
    pub fn reason(&self) -> String {
        match self {
            Cause::Lookup(error) => error.to_string(),
            Cause::Timeout => "no answer within connect_timeout".to_owned(),
            Cause::Server(error) => reason(error),
        }
    }

    /// The server refused the user, which it may not do with other encryption (class 28).
    pub fn is_refused_login(&self) -> bool {
        self.code().is_some_and(|code| code.starts_with("28"))
    }

    /// A server is there, but the talk about encryption failed.
    pub fn is_broken_talk(&self) -> bool {
        self.code().is_none() && matches!(self, Cause::Server(_)) && !self.is_absent()
    }

    /// Trying another server would hide it; libpq goes on in the same cases.
    pub fn is_final(&self) -> bool {
        match self.code() {
            Some(code) => code != SqlState::CANNOT_CONNECT_NOW.code(),
            None => matches!(self, Cause::Server(_)) && !self.is_absent(),
        }
    }

    fn code(&self) -> Option<&str> {
        match self {
            Cause::Server(error) => error.code().map(SqlState::code),
            _ => None,
        }
    }

    /// Nothing answers, or not the kind of server that `target_session_attrs` asks for.
    fn is_absent(&self) -> bool {
        match self {
            Cause::Lookup(_) | Cause::Timeout => true,
            Cause::Server(error) => io_error(error).is_some_and(|error| {
                let kinds = [io::ErrorKind::TimedOut, io::ErrorKind::PermissionDenied];
                let talks = [io::ErrorKind::ConnectionReset, io::ErrorKind::BrokenPipe];
                kinds.contains(&error.kind()) || (error.raw_os_error().is_some() && !talks.contains(&error.kind()))
            }),
        }
    }
}

/// What was tried and failed, as the error that helps most.
pub(super) fn not_connected(target: &Target, failures: &[Failure]) -> Error {
    // An answer says more than silence.
    let told = failures.iter().rev().find(|failure| failure.cause.code().is_some() || !failure.cause.is_absent());
    match told {
        Some(Failure { endpoint, cause: Cause::Server(error) }) => {
            let diagnostic = match error.as_db_error() {
                Some(server) => refused(target, endpoint, server),
                None => misunderstood(target, endpoint, error),
            };
            Error::new(
                Kind::Unavailable,
                diagnostic.note(NoteLabel::Note, format!("connecting to {}", described(target, endpoint))),
            )
        }
        _ => Error::new(Kind::Unavailable, absent(target, failures)),
    }
}

/// `Err` of `not_connected` for a further connection to the server that was reached.
pub(super) fn reconnect_error<T>(target: &Target, error: tokio_postgres::Error) -> Result<T> {
    let failures = target.endpoints.last().map(|endpoint| Failure { endpoint, cause: Cause::Server(error) });
    Err(not_connected(target, failures.as_slice()))
}

fn described(target: &Target, endpoint: &Endpoint) -> String {
    format!("database {} on {} as {}", target.database, endpoint.place(), target.user)
}

fn io_error(error: &tokio_postgres::Error) -> Option<&io::Error> {
    error.source().and_then(|source| source.downcast_ref())
}

fn verbatim(error: &DbError) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(error.message());
    diagnostic.code = Some(error.code().code().to_owned());
    let notes = [(NoteLabel::Detail, error.detail()), (NoteLabel::Hint, error.hint()), (NoteLabel::Context, error.where_())];
    for (label, text) in notes {
        if let Some(text) = text {
            diagnostic = diagnostic.note(label, text);
        }
    }
    diagnostic
}

fn refused(target: &Target, endpoint: &Endpoint, error: &DbError) -> Diagnostic {
    let help = match error.code().code() {
        "28P01" if endpoint.password.is_some() => {
            Some("check the password: it was taken from the connection string, PGPASSWORD or the password file".to_owned())
        }
        "28P01" => Some(password_help()),
        "28000" if target.user_chosen == Chosen::ByDefault => Some(format!(
            "the user name \"{}\" is the operating system's: set PGUSER or write another in the connection string",
            target.user
        )),
        "28000" => Some("check the user name, sslmode, and the server's pg_hba.conf".to_owned()),
        "3D000" => Some(createdb(target, endpoint)),
        "57P03" => Some("try again in a few seconds".to_owned()),
        "53300" => Some("close other connections, or raise max_connections".to_owned()),
        _ => None,
    };
    let diagnostic = verbatim(error);
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn password_help() -> String {
    "set PGPASSWORD, add the password to ~/.pgpass, or write it in the connection string".to_owned()
}

/// The command that makes the database, for a shell.
fn createdb(target: &Target, endpoint: &Endpoint) -> String {
    let mut command = vec!["createdb".to_owned()];
    if target.host_chosen == Chosen::Explicitly {
        let host = match &endpoint.address {
            Address::Socket(directory) => directory.display().to_string(),
            Address::Host { name, .. } => name.clone(),
        };
        command.extend(["-h".to_owned(), shell_word(&host)]);
    }
    if endpoint.port != 5432 {
        command.extend(["-p".to_owned(), endpoint.port.to_string()]);
    }
    if target.user_chosen == Chosen::Explicitly {
        command.extend(["-U".to_owned(), shell_word(&target.user)]);
    }
    command.push(shell_word(&target.database));
    format!("create it: {}", command.join(" "))
}

fn shell_word(text: &str) -> String {
    let plain = !text.is_empty() && !text.starts_with('-') && text.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c));
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Somebody answered, but not as expected: encryption, a password that is needed, another kind of server.
fn misunderstood(target: &Target, endpoint: &Endpoint, error: &tokio_postgres::Error) -> Diagnostic {
    let place = endpoint.place();
    let reason = reason(error);
    if let Some(tls) = io_error(error).and_then(|error| error.get_ref()).and_then(|error| error.downcast_ref::<rustls::Error>()) {
        let diagnostic = Diagnostic::new(format!("the encrypted connection to {place} failed: {tls}"));
        return match tls {
            rustls::Error::InvalidCertificate(_) => diagnostic
                .help("sslrootcert names the certificates that are trusted; only sslmode=verify-full looks at the host name"),
            _ => diagnostic,
        };
    }
    // The crate tells these apart only by their words.
    if reason == "password missing" {
        return Diagnostic::new(format!("the server asks for the password of user \"{}\", and none was given", target.user))
            .help(password_help());
    }
    if reason == "server does not support TLS" {
        return Diagnostic::new(format!("the server at {place} does not support TLS"))
            .help("enable ssl on the server, or allow connections without encryption with sslmode=prefer");
    }
    match io_error(error) {
        Some(_) => Diagnostic::new(format!("the server at {place} ended the connection while it was made: {reason}"))
            .help("check that it is a PostgreSQL server, and its log"),
        None => Diagnostic::new(format!("cannot connect to {place}: {reason}")),
    }
}

fn absent(target: &Target, failures: &[Failure]) -> Diagnostic {
    let wrong_kind = |failure: &&Failure| match &failure.cause {
        Cause::Server(error) => {
            io_error(error).is_some_and(|e| e.kind() == io::ErrorKind::PermissionDenied && e.raw_os_error().is_none())
        }
        _ => false,
    };
    let message = match failures {
        [Failure { endpoint: Endpoint { address: Address::Host { name, .. }, .. }, cause: Cause::Lookup(_) }] => {
            format!("host \"{name}\" cannot be found")
        }
        _ if failures.iter().any(|failure| wrong_kind(&failure)) => {
            "no server is of the kind that target_session_attrs asks for".to_owned()
        }
        _ if target.host_chosen == Chosen::ByDefault => "no PostgreSQL server is running on this machine".to_owned(),
        [one] => format!("no PostgreSQL server answers at {}", one.endpoint.place()),
        _ => "no PostgreSQL server answers".to_owned(),
    };
    let mut tried = failures.iter().map(|f| format!("{}: {}", f.endpoint.place(), f.cause.reason())).collect::<Vec<_>>();
    tried.dedup();
    tried
        .into_iter()
        .fold(Diagnostic::new(message), |diagnostic, text| diagnostic.note(NoteLabel::Note, text))
        .help("start the server, or say where it is with --connection-string, or PGHOST and PGPORT")
}
