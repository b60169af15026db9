//! From PostgreSQL's error to what it means for the order: one table of SQLSTATEs, message texts only as a hint.

use crate::model::name::Name;
use crate::model::sql_error::SqlError;

/// What a failed attempt means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Something it needs is not there; the names are a guess and may be empty.
    Missing(Vec<Name>),
    /// An object of that name exists.
    AlreadyExists,
    /// The object exists and PostgreSQL cannot replace it by this one.
    NotReplaceable,
    /// Other objects depend on what it drops or alters.
    HasDependents,
    /// It cannot run inside a transaction block.
    NeedsAutocommit,
    /// A new enum value cannot be used before its commit.
    NeedsCommit,
    /// Somebody else holds a lock.
    LockTimeout,
    /// The server's lock table is full.
    OutOfLocks,
    /// Nothing that comes later can help: the connection, the server, a cancelled query.
    Fatal,
    /// Anything else. Nothing is final before nothing moves any more: a missing table can look like a syntax error.
    Unclear,
}

/// The obstacle behind an error. `names` are what the error seems to be about, the likeliest first.
///
/// SQLSTATEs: PostgreSQL manual, appendix A.
pub fn diagnose(error: &SqlError, names: Vec<Name>) -> Obstacle {
    match error.code.as_str() {
        // undefined: table, function, object, column, schema, parameter, type of a column; no such cast; ambiguous function
        "42P01" | "42883" | "42704" | "42703" | "3F000" | "42P02" | "42846" | "42725" => Obstacle::Missing(names),
        // duplicate: table, object, function, schema, column, prepared statement, cursor, database
        "42P07" | "42710" | "42723" | "42P06" | "42P05" | "42P03" | "42P04" => Obstacle::AlreadyExists,
        // ADD COLUMN; a new relation with two columns of one name has the same code
        "42701" if is_from(error, &["check_for_column_name_collision"]) => Obstacle::AlreadyExists,
        // a catalog's unique index: text search configurations report a duplicate like this
        "23505" if error.schema.as_deref() == Some("pg_catalog") => Obstacle::AlreadyExists,
        // view columns changed; return type or argument names changed; another kind of object has that name
        "42P16" if is_from(error, &["checkViewTupleDesc", "checkViewColumns"]) => Obstacle::NotReplaceable,
        "42P13" | "42809" if is_from(error, &["ProcedureCreate", "AggregateCreate"]) => Obstacle::NotReplaceable,
        "42809" if is_from(error, &["DefineVirtualRelation"]) => Obstacle::NotReplaceable,
        "2BP01" => Obstacle::HasDependents,
        // "cannot alter type of a column used by a view or rule"
        "0A000" if is_from(error, &["ATExecAlterColumnType", "RememberAllDependentForRebuilding"]) => Obstacle::HasDependents,
        "25001" => Obstacle::NeedsAutocommit,
        "55P04" => Obstacle::NeedsCommit,
        "55P03" => Obstacle::LockTimeout,
        "53200" => Obstacle::OutOfLocks,
        // cancelled, shut down, crashed, starting; stray transaction control; read-only
        "57014" | "57P01" | "57P02" | "57P03" | "25000" | "25006" | "25P01" | "25P02" | "3B001" => Obstacle::Fatal,
        // an extension (up to version 14) or a library of a C function that is not installed
        "58P01" if is_from(error, &["parse_extension_control_file", "internal_load_library"]) => Obstacle::Unclear,
        // connection exceptions, insufficient resources, system errors, a corrupted server
        code if ["08", "53", "58", "F0", "XX"].iter().any(|class| code.starts_with(class)) => {
            if code == "XX000" {
                Obstacle::Unclear
            } else {
                Obstacle::Fatal
            }
        }
        _ => Obstacle::Unclear,
    }
}

fn is_from(error: &SqlError, routines: &[&str]) -> bool {
    error.routine.as_deref().is_some_and(|routine| routines.contains(&routine))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: &str) -> SqlError {
        SqlError { code: code.to_owned(), ..SqlError::default() }
    }

    #[test]
    fn the_language_of_the_message_does_not_matter() {
        let mut french = error("42P01");
        french.message = "la relation « t » n'existe pas".to_owned();
        assert_eq!(diagnose(&french, vec![Name::bare("t")]), Obstacle::Missing(vec![Name::bare("t")]));
    }

    #[test]
    fn a_duplicate_key_is_a_duplicate_object_only_in_a_catalog() {
        assert_eq!(diagnose(&error("23505"), vec![]), Obstacle::Unclear);
        let catalog = SqlError { schema: Some("pg_catalog".to_owned()), ..error("23505") };
        assert_eq!(diagnose(&catalog, vec![]), Obstacle::AlreadyExists);
    }

    #[test]
    fn an_invalid_function_is_not_replaceable_only_where_one_exists() {
        assert_eq!(diagnose(&error("42P13"), vec![]), Obstacle::Unclear);
        let replaced = SqlError { routine: Some("ProcedureCreate".to_owned()), ..error("42P13") };
        assert_eq!(diagnose(&replaced, vec![]), Obstacle::NotReplaceable);
    }

    #[test]
    fn a_file_that_a_statement_names_is_no_trouble_of_the_server() {
        assert_eq!(diagnose(&error("58P01"), vec![]), Obstacle::Fatal);
        let extension = SqlError { routine: Some("parse_extension_control_file".to_owned()), ..error("58P01") };
        assert_eq!(diagnose(&extension, vec![]), Obstacle::Unclear);
    }

    #[test]
    fn a_lost_connection_is_fatal_and_a_syntax_error_is_not() {
        assert_eq!(diagnose(&error("08006"), vec![]), Obstacle::Fatal);
        assert_eq!(diagnose(&error("42601"), vec![]), Obstacle::Unclear);
    }
}
