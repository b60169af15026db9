//! A section outside a transaction: statement by statement, each recorded as it is done, so that each is done once.

use std::time::{Duration, Instant};

use super::effects::{self, Before, DescribedOutside};
use super::outside::{self, Earlier};
use crate::error::{Error, Kind, Result};
use crate::model::effect::Effect;
use crate::model::migration::{Migration, Section};
use crate::model::progress::Progress;
use crate::model::record::Standing;
use crate::postgres::records::migrations::MigrationRecord;
use crate::postgres::records::{Changes, StateTables};
use crate::postgres::session::Session;

/// A section of a migration, and where in it the run begins.
pub struct Part<'a> {
    pub migration: &'a Migration,
    pub section: &'a Section,
    /// The migration's statement to begin with.
    pub from: usize,
    pub earlier: Earlier,
    pub progress: &'a dyn Progress,
    pub described_outside: DescribedOutside<'a>,
    /// Refuses what a statement did before it is committed.
    pub check: &'a dyn Fn(&[Effect]) -> Result<()>,
}

impl Part<'_> {
    /// Runs it to its end. Each statement that PostgreSQL takes in a transaction is committed together with the record that it
    /// is done; before any other the record says that it was begun.
    pub fn run(&self, session: &mut Session, state: &StateTables) -> Result<()> {
        session.set_timeouts(self.section.timeout, self.section.lock_timeout)?;
        let ended = self.statements(session, state);
        // Where the connection is gone the error before says so.
        let freed = session.set_timeouts(None, None);
        ended.and(freed)
    }

    fn statements(&self, session: &mut Session, state: &StateTables) -> Result<()> {
        let total = self.migration.statements.len();
        for at in self.from..self.section.statements.end {
            let statement = &self.migration.statements[at];
            self.progress.at(at, &format!("{} statement {} of {total}", self.migration.name, at + 1));
            let earlier = if at == self.from { self.earlier.clone() } else { Earlier::None };
            let started = Instant::now();
            if earlier == Earlier::None {
                let before = Before::alone(session)?;
                let together = session.run_with(statement.sql(), &statement.settings, |session| {
                    let (measured, _) = effects::measure(session, self.described_outside, &before, started)?;
                    (self.check)(&measured.until_now())?;
                    state.write_migrations(session, &[self.record(at + 1, None, started)])
                })?;
                match together {
                    Ok(()) => continue,
                    // It cannot run inside a transaction block; or it commits by itself.
                    Err(error) if matches!(error.code.as_str(), "25001" | "2D000") => {}
                    Err(error) => return Err(outside::said(statement, &error)),
                }
                let indexes = outside::indexes(session, statement)?.into_iter().map(|index| index.oid).collect();
                state.write_migrations(session, &[self.record(at, Some(indexes), started)])?;
            }
            if let Err(error) = outside::run(session, statement, &earlier) {
                // It is known now that it did not come to its end.
                let _ = state.write_migrations(session, &[self.record(at, None, started)]);
                return Err(error);
            }
            state.write_migrations(session, &[self.record(at + 1, None, started)])?;
        }
        Ok(())
    }

    fn record(&self, completed: usize, begun: Option<Vec<u32>>, since: Instant) -> MigrationRecord<'_> {
        let next = self.migration.parts().into_iter().find(|section| section.statements.end > completed);
        MigrationRecord {
            migration: self.migration,
            standing: Standing::Partial,
            completed,
            section: next.map(|section| section.name).filter(|name| !name.is_empty()),
            begun,
            duration: milliseconds(since.elapsed()),
            destructive: self.migration.destructive,
        }
    }
}

/// Makes the state tables, so that a section can be recorded.
pub fn prepare(session: &mut Session, state: &StateTables) -> Result<()> {
    let empty = Changes::default();
    state.write(session, &empty)?.map_err(|error| Error::new(Kind::Sql, super::words::said(&error)))
}

/// Whether the same can succeed later without anybody's doing: a lock, a deadlock, a serialization failure, a lost connection
/// (PostgreSQL manual, appendix A).
pub fn passes_by_itself(error: &Error) -> bool {
    let codes = error.diagnostics.iter().filter_map(|diagnostic| diagnostic.code.as_deref());
    let passes = |code: &str| {
        matches!(code, "55P03" | "40P01" | "40001" | "57P01" | "57P02" | "57P03" | "53300") || code.starts_with("08")
    };
    codes.clone().any(passes) || error.kind == Kind::Unavailable && codes.count() == 0
}

/// Whole milliseconds, as they are recorded.
pub fn milliseconds(took: Duration) -> i64 {
    i64::try_from(took.as_millis()).unwrap_or(i64::MAX)
}
