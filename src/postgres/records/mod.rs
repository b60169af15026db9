//! What pgmg keeps in the database about what it applied: the only place that knows the state tables.

mod dependencies;
pub mod drift;
pub mod migrations;

use tokio_postgres::Row;
use tokio_postgres::types::{Json, ToSql};

use super::catalog::fingerprints::with_fingerprints;
use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::Diagnostic;
use crate::model::name::quote_identifier;
use crate::model::object::{CatalogId, Object};
use crate::model::record::{Dependency, Recorded, RecordedStatement, Version};
use crate::model::sql_error::SqlError;
use migrations::{MigrationRecord, NewEvent};

/// The tables in one schema.
#[derive(Debug, Clone)]
pub struct StateTables {
    schema: String,
}

/// What is to be written at the end of a run.
#[derive(Debug, Default)]
pub struct Changes<'a> {
    pub migrations: Vec<MigrationRecord<'a>>,
    /// Migrations that are no longer applied.
    pub taken_back: Vec<&'a str>,
    /// What is added to the history, and under which id.
    pub run: String,
    pub events: Vec<NewEvent>,
    pub statements: Vec<RecordedStatement>,
    pub dependencies: Vec<Dependency>,
    /// Names in `pgmg_state` that are no longer right.
    pub forgotten: Vec<String>,
    /// Objects recorded before that are now as they are to be, by their names in `pgmg_state`.
    pub seen_again: Vec<(String, CatalogId)>,
}

/// The columns of the short form, with their types: these must be there.
const REQUIRED: &[(&str, &str, &str)] = &[
    ("pgmg_migrations", "name", "text"),
    ("pgmg_migrations", "applied_at", "timestamp without time zone"),
    ("pgmg_state", "object_name", "text"),
    ("pgmg_state", "object_hash", "text"),
    ("pgmg_state", "last_applied", "timestamp without time zone"),
];

/// The columns that pgmg adds, with their types: these may be absent.
const ADDED: &[(&str, &str, &str)] = &[
    ("pgmg_migrations", "checksum", "text"),
    ("pgmg_migrations", "pgmg_version", "text"),
    ("pgmg_migrations", "sql", "text"),
    ("pgmg_migrations", "applied_by", "text"),
    ("pgmg_migrations", "duration_ms", "bigint"),
    ("pgmg_migrations", "status", "text"),
    ("pgmg_migrations", "completed", "integer"),
    ("pgmg_migrations", "section", "text"),
    ("pgmg_migrations", "begun", "oid[]"),
    ("pgmg_migrations", "destructive", "boolean"),
    ("pgmg_state", "file", "text"),
    ("pgmg_state", "ordinal", "integer"),
    ("pgmg_state", "object", "jsonb"),
    ("pgmg_state", "touches", "jsonb"),
    ("pgmg_state", "class_id", "oid"),
    ("pgmg_state", "object_id", "oid"),
    ("pgmg_state", "fingerprint", "text[]"),
];

#[derive(Debug)]
struct Column {
    table: String,
    relation_kind: String,
    name: String,
    data_type: String,
    is_key: bool,
}

impl StateTables {
    /// The tables in `schema`, as it is spelled without quotes.
    pub fn new(schema: &str) -> Self {
        StateTables { schema: schema.to_owned() }
    }

    /// Everything recorded. Tables of another shape are an error, absent ones are not.
    ///
    /// # Errors
    /// `Disagreement`: a table of that name is not pgmg's; those of [`Session::query`].
    pub fn read(&self, session: &mut Session) -> Result<Recorded> {
        let columns = session.query(include_str!("state_columns.sql"), &[&self.schema])?;
        let column = |row: &Row| Column {
            table: row.get(0),
            relation_kind: row.get(1),
            name: row.get(2),
            data_type: row.get(3),
            is_key: row.get(4),
        };
        let columns: Vec<Column> = columns.iter().map(column).collect();
        self.check_shape(&columns)?;
        let has = |table: &str| columns.iter().any(|column| column.table == table);
        let mut recorded = Recorded { present: has("pgmg_state") && has("pgmg_migrations"), ..Recorded::default() };
        if has("pgmg_migrations") {
            let of_migrations = columns.iter().filter(|column| column.table == "pgmg_migrations");
            let names: Vec<String> = of_migrations.map(|column| column.name.clone()).collect();
            self.read_migrations(session, &names, &mut recorded)?;
        }
        if has("pgmg_state") {
            let of_state = columns.iter().filter(|column| column.table == "pgmg_state");
            let names: Vec<String> = of_state.map(|column| column.name.clone()).collect();
            self.read_statements(session, &names, &mut recorded)?;
        }
        Ok(recorded)
    }

    /// Whether the tables still hold what was read.
    ///
    /// # Errors
    /// Those of [`Session::query`].
    pub fn is_current(&self, session: &mut Session, recorded: &Recorded) -> Result<bool> {
        if !recorded.present {
            return Ok(false);
        }
        let rows = session.query(&self.sql(include_str!("state_version.sql")), &[])?;
        Ok(rows.first().is_some_and(|row| Version { rows: row.get(0), transactions: row.get(1) } == recorded.version))
    }

    /// Writes the changes in the session's transaction; creates the tables first where they are not there.
    ///
    /// # Errors
    /// Those of [`Session::execute`]; what PostgreSQL refuses is the inner error.
    pub fn write(&self, session: &mut Session, changes: &Changes<'_>) -> Result<std::result::Result<(), SqlError>> {
        if let Err(error) = session.execute(&self.sql(include_str!("state_tables.sql")))? {
            return Ok(Err(error));
        }
        self.write_migrations(session, &changes.migrations)?;
        if !changes.taken_back.is_empty() {
            self.forget_migrations(session, &changes.taken_back)?;
        }
        self.write_history(session, &changes.run, &changes.events)?;
        if !changes.forgotten.is_empty() {
            session.query(&self.sql("DELETE FROM {schema}.pgmg_state WHERE object_name = ANY ($1)"), &[&changes.forgotten])?;
        }
        self.write_statements(session, &changes.statements)?;
        self.write_dependencies(session, changes)?;
        self.write_seen_again(session, &changes.seen_again)?;
        Ok(Ok(()))
    }

    fn write_statements(&self, session: &mut Session, statements: &[RecordedStatement]) -> Result<()> {
        if statements.is_empty() {
            return Ok(());
        }
        // In the order of the primary key: its index then grows at one end.
        let mut statements: Vec<&RecordedStatement> = statements.iter().collect();
        statements.sort_unstable_by_key(|statement| &statement.name);
        let names: Vec<&str> = statements.iter().map(|statement| statement.name.as_str()).collect();
        let hashes: Vec<&str> = statements.iter().map(|statement| statement.checksum.as_str()).collect();
        let files: Vec<Option<&str>> = statements.iter().map(|statement| statement.file.as_deref()).collect();
        let ordinals: Vec<i32> =
            statements.iter().map(|statement| i32::try_from(statement.ordinal).unwrap_or(i32::MAX)).collect();
        let objects: Vec<Option<String>> =
            statements.iter().map(|statement| statement.object.as_ref().map(object_to_json)).collect();
        let touches: Vec<String> = statements.iter().map(|statement| serde_json::json!(statement.touches).to_string()).collect();
        let ids: Vec<Option<CatalogId>> = statements.iter().map(|statement| statement.id).collect();
        let (classes, numbers) = places(&ids);
        let parameters: &[&(dyn ToSql + Sync)] = &[&classes, &numbers, &names, &hashes, &files, &ordinals, &objects, &touches];
        with_fingerprints(session, &self.sql(include_str!("state_write.sql")), parameters)
    }

    fn write_seen_again(&self, session: &mut Session, seen: &[(String, CatalogId)]) -> Result<()> {
        if seen.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = seen.iter().map(|(name, _)| name.as_str()).collect();
        let ids: Vec<Option<CatalogId>> = seen.iter().map(|(_, id)| Some(*id)).collect();
        let (classes, numbers) = places(&ids);
        with_fingerprints(session, &self.sql(include_str!("state_seen_again.sql")), &[&classes, &numbers, &names])
    }

    fn write_dependencies(&self, session: &mut Session, changes: &Changes<'_>) -> Result<()> {
        let names = changes.statements.iter().map(|statement| statement.name.as_str());
        let outdated: Vec<&str> = names.chain(changes.forgotten.iter().map(String::as_str)).collect();
        session.query(&self.sql("DELETE FROM {schema}.pgmg_dependencies WHERE object_name = ANY ($1)"), &[&outdated])?;
        let objects: Vec<&str> = changes.dependencies.iter().map(|edge| edge.object_name.as_str()).collect();
        let needs: Vec<&str> = changes.dependencies.iter().map(|edge| edge.depends_on.as_str()).collect();
        let sources: Vec<&str> = changes.dependencies.iter().map(|edge| edge.learned_from.word()).collect();
        session.query(&self.sql(include_str!("dependencies_write.sql")), &[&objects, &needs, &sources]).map(|_| ())
    }

    fn read_statements(&self, session: &mut Session, columns: &[String], recorded: &mut Recorded) -> Result<()> {
        let added = if has_column(columns, "file") {
            "file, ordinal, object, touches"
        } else {
            "NULL::text, NULL::int4, NULL::jsonb, NULL::jsonb"
        };
        let seen = if has_column(columns, "fingerprint") { "class_id, object_id" } else { "NULL::oid, NULL::oid" };
        let sql = format!(
            "SELECT object_name, coalesce(object_hash, ''), coalesce(last_applied::text, ''), {added}, xmin::text::int8, {seen} FROM {{schema}}.pgmg_state"
        );
        let statement = |row: &Row| RecordedStatement {
            name: row.get(0),
            checksum: row.get(1),
            last_applied: row.get(2),
            file: row.get(3),
            ordinal: row.get::<_, Option<i32>>(4).and_then(|ordinal| usize::try_from(ordinal).ok()).unwrap_or(0),
            object: row.get::<_, Option<Json<serde_json::Value>>>(5).and_then(|Json(value)| object_from_json(&value)),
            touches: row.get::<_, Option<Json<Vec<String>>>>(6).map(|Json(touches)| touches).unwrap_or_default(),
            id: row.get::<_, Option<u32>>(8).zip(row.get(9)).map(|(class, object)| CatalogId { class, object }),
        };
        session.query_each(&self.sql(&sql), &[], |row| {
            recorded.version.count(row.get(7));
            recorded.statements.push(statement(&row));
        })
    }

    fn check_shape(&self, columns: &[Column]) -> Result<()> {
        let present = |table: &str| columns.iter().any(|column| column.table == table);
        for (table, name, data_type) in REQUIRED.iter().filter(|(table, ..)| present(table)) {
            match columns.iter().find(|column| column.table == *table && column.name == *name) {
                None => return Err(self.another_shape(table, &format!("it has no column {name}"))),
                Some(column) if column.data_type != *data_type => {
                    return Err(
                        self.another_shape(table, &format!("its column {name} is of type {}, not {data_type}", column.data_type))
                    );
                }
                Some(column) if column.relation_kind != "r" => return Err(self.another_shape(table, "it is not a table")),
                Some(column) if matches!(*name, "name" | "object_name") && !column.is_key => {
                    return Err(self.another_shape(table, &format!("its column {name} is not its primary key")));
                }
                Some(_) => {}
            }
        }
        for (table, name, data_type) in ADDED {
            if let Some(column) = columns.iter().find(|column| column.table == *table && column.name == *name)
                && column.data_type != *data_type
            {
                return Err(
                    self.another_shape(table, &format!("its column {name} is of type {}, not {data_type}", column.data_type))
                );
            }
        }
        Ok(())
    }

    fn another_shape(&self, table: &str, why: &str) -> Error {
        let message = format!("the table {}.{table} is not pgmg's: {why}", quote_identifier(&self.schema));
        let help = "rename that table, or choose another schema for pgmg's own tables with state_schema in pgmg.toml";
        Error::new(Kind::Disagreement, Diagnostic::new(message).help(help))
    }

    /// The schema of the tables, as it is spelled without quotes.
    pub(super) fn schema(&self) -> &str {
        &self.schema
    }

    /// A query with the schema put in for `{schema}`.
    pub(super) fn sql(&self, template: &str) -> String {
        template.replace("{schema}", &quote_identifier(&self.schema))
    }
}

/// The numbers of catalogs and of objects, as two columns.
fn places(ids: &[Option<CatalogId>]) -> (Vec<Option<u32>>, Vec<Option<u32>>) {
    ids.iter().map(|id| (id.map(|id| id.class), id.map(|id| id.object))).unzip()
}

pub(super) fn has_column(columns: &[String], name: &str) -> bool {
    columns.iter().any(|column| column == name)
}

fn object_to_json(object: &Object) -> String {
    serde_json::json!({ "kind": object.kind.as_str(), "names": object.names, "args": object.args }).to_string()
}

fn object_from_json(value: &serde_json::Value) -> Option<Object> {
    let list = |key: &str| -> Option<Vec<String>> {
        value.get(key)?.as_array()?.iter().map(|part| part.as_str().map(str::to_owned)).collect()
    };
    Some(Object { kind: value.get("kind")?.as_str()?.into(), names: list("names")?, args: list("args")? })
}
