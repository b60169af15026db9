//! The rows of `pgmg_migrations` and of `pgmg_history`: how far each migration came, and what was done when.

use super::{StateTables, has_column};
use crate::error::Result;
use crate::model::migration::Migration;
use crate::model::record::{Deed, Event, Recorded, RecordedMigration, Standing};
use crate::postgres::session::Session;

/// How a migration is to be recorded.
#[derive(Debug, Clone)]
pub struct MigrationRecord<'a> {
    pub migration: &'a Migration,
    pub standing: Standing,
    /// As in [`RecordedMigration`].
    pub completed: usize,
    /// As in [`RecordedMigration`].
    pub section: Option<String>,
    /// As in [`RecordedMigration`].
    pub begun: Option<Vec<u32>>,
    /// What this run spent on it, in milliseconds.
    pub duration: i64,
    /// It was declared or measured to lose data.
    pub destructive: bool,
}

impl<'a> MigrationRecord<'a> {
    /// The record of a migration that is done.
    pub fn applied(migration: &'a Migration, duration: i64) -> Self {
        MigrationRecord {
            migration,
            standing: Standing::Applied,
            completed: migration.statements.len(),
            section: None,
            begun: None,
            duration,
            destructive: migration.destructive,
        }
    }
}

/// Something that is to be kept in the history.
#[derive(Debug, Clone)]
pub struct NewEvent {
    pub deed: Deed,
    pub what: String,
    pub duration: Option<i64>,
    pub detail: String,
}

impl NewEvent {
    /// Without a duration and a detail.
    pub fn new(deed: Deed, what: impl Into<String>) -> Self {
        NewEvent { deed, what: what.into(), duration: None, detail: String::new() }
    }
}

/// The columns that later versions added.
const ADDED: [&str; 4] = ["status", "completed", "section", "begun"];

impl StateTables {
    /// Records how migrations stand. The tables must exist.
    ///
    /// # Errors
    /// Those of [`Session::query`].
    pub fn write_migrations(&self, session: &mut Session, records: &[MigrationRecord<'_>]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = records.iter().map(|record| record.migration.name.as_str()).collect();
        let checksums: Vec<String> = records.iter().map(|record| record.migration.checksum.to_string()).collect();
        let texts: Vec<&str> = records.iter().map(|record| record.migration.file.text.as_str()).collect();
        let standings: Vec<&str> = records.iter().map(|record| standing(record.standing)).collect();
        let completed: Vec<i32> = records.iter().map(|record| i32::try_from(record.completed).unwrap_or(i32::MAX)).collect();
        let sections: Vec<Option<&str>> = records.iter().map(|record| record.section.as_deref()).collect();
        let list = |oids: &Vec<u32>| format!("{{{}}}", oids.iter().map(u32::to_string).collect::<Vec<_>>().join(","));
        let begun: Vec<Option<String>> = records.iter().map(|record| record.begun.as_ref().map(list)).collect();
        let destructive: Vec<bool> = records.iter().map(|record| record.destructive).collect();
        let durations: Vec<i64> = records.iter().map(|record| record.duration).collect();
        session
            .query(
                &self.sql(include_str!("migration_write.sql")),
                &[
                    &names,
                    &checksums,
                    &texts,
                    &standings,
                    &completed,
                    &sections,
                    &begun,
                    &destructive,
                    &durations,
                    &env!("CARGO_PKG_VERSION"),
                ],
            )
            .map(drop)
    }

    /// Removes the records of migrations.
    ///
    /// # Errors
    /// Those of [`Session::query`].
    pub fn forget_migrations(&self, session: &mut Session, names: &[&str]) -> Result<()> {
        session.query(&self.sql("DELETE FROM {schema}.pgmg_migrations WHERE name = ANY ($1)"), &[&names]).map(drop)
    }

    /// Adds to the history what the run with this id did. The tables must exist.
    ///
    /// # Errors
    /// Those of [`Session::query`].
    pub fn write_history(&self, session: &mut Session, run: &str, events: &[NewEvent]) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let deeds: Vec<&str> = events.iter().map(|event| event.deed.word()).collect();
        let whats: Vec<&str> = events.iter().map(|event| event.what.as_str()).collect();
        let durations: Vec<Option<i64>> = events.iter().map(|event| event.duration).collect();
        let details: Vec<&str> = events.iter().map(|event| event.detail.as_str()).collect();
        let sql = self.sql(include_str!("history_write.sql"));
        session.query(&sql, &[&run, &deeds, &whats, &durations, &details, &env!("CARGO_PKG_VERSION")]).map(drop)
    }

    /// The latest events, at most `most` of them, the latest last; none where the table does not exist.
    ///
    /// # Errors
    /// Those of [`Session::query`].
    pub fn read_history(&self, session: &mut Session, most: i64) -> Result<Vec<Event>> {
        let exists = session.query("SELECT pg_catalog.to_regclass($1) IS NOT NULL", &[&self.sql("{schema}.pgmg_history")])?;
        if !exists.first().is_some_and(|row| row.get(0)) {
            return Ok(Vec::new());
        }
        let rows = session.query(&self.sql(include_str!("history_read.sql")), &[&most])?;
        let event = |row: &tokio_postgres::Row| {
            let word: String = row.get(2);
            Some(Event {
                at: row.get(0),
                run: row.get(1),
                deed: Deed::ALL.into_iter().find(|deed| deed.word() == word)?,
                what: row.get(3),
                by: row.get(4),
                duration: row.get(5),
                detail: row.get(6),
            })
        };
        Ok(rows.iter().filter_map(event).collect())
    }

    /// Whether a run with this id committed something.
    ///
    /// # Errors
    /// Those of [`Session::query`].
    pub fn knows_run(&self, session: &mut Session, run: &str) -> Result<bool> {
        let exists = session.query("SELECT pg_catalog.to_regclass($1) IS NOT NULL", &[&self.sql("{schema}.pgmg_history")])?;
        if !exists.first().is_some_and(|row| row.get(0)) {
            return Ok(false);
        }
        let rows = session.query(&self.sql("SELECT FROM {schema}.pgmg_history WHERE run = $1 LIMIT 1"), &[&run])?;
        Ok(!rows.is_empty())
    }

    pub(super) fn read_migrations(&self, session: &mut Session, columns: &[String], recorded: &mut Recorded) -> Result<()> {
        let checksum = if has_column(columns, "checksum") { "checksum" } else { "NULL::text" };
        let added = if ADDED.iter().all(|name| has_column(columns, name)) {
            "status, completed, section, begun"
        } else {
            "NULL::text, NULL::int4, NULL::text, NULL::oid[]"
        };
        let sql = format!(
            "SELECT name, {checksum}, coalesce(applied_at::text, ''), xmin::text::int8, {added} FROM {{schema}}.pgmg_migrations"
        );
        session.query_each(&self.sql(&sql), &[], |row| {
            recorded.version.count(row.get(3));
            recorded.migrations.push(RecordedMigration {
                name: row.get(0),
                checksum: row.get(1),
                applied_at: row.get(2),
                standing: match row.get::<_, Option<&str>>(4) {
                    Some("failed") => Standing::Failed,
                    Some("partial") => Standing::Partial,
                    _ => Standing::Applied,
                },
                completed: row.get::<_, Option<i32>>(5).and_then(|completed| usize::try_from(completed).ok()).unwrap_or(0),
                section: row.get(6),
                begun: row.get(7),
            });
        })
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Applied => "applied",
        Standing::Failed => "failed",
        Standing::Partial => "partial",
    }
}
