//! The rows of `pgmg_state` after a run.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::engine::ledger::{Entry, Provided};
use crate::engine::world::World;
use crate::model::object::CatalogId;
use crate::model::record::RecordedStatement;
use crate::model::statement::{Statement, StatementId};

/// The rows of `pgmg_state` for statements that are done: one for each object, or one of its own for what provides nothing.
pub fn records<'a>(
    done: &[StatementId],
    statements: &[Statement],
    entry: impl Fn(StatementId) -> &'a Entry,
) -> Vec<RecordedStatement> {
    let mut rows: Vec<RecordedStatement> = Vec::with_capacity(done.len());
    let mut places: HashMap<String, usize> = HashMap::with_capacity(done.len());
    for &id in done {
        let (statement, entry) = (&statements[id], entry(id));
        let touches: BTreeSet<String> = entry.touches.iter().map(ToString::to_string).collect();
        let row = |name: String, provided: Option<&Provided>| RecordedStatement {
            name,
            checksum: statement.checksum.to_string(),
            file: Some(statement.file.name.clone()),
            ordinal: statement.ordinal,
            object: provided.map(|provided| provided.object.clone()),
            touches: touches.iter().cloned().collect(),
            last_applied: String::new(),
            id: provided.map(|provided| provided.id),
        };
        let objects = entry.provides.iter().map(|provided| row(provided.object.to_string(), Some(provided)));
        let mut objects: Vec<RecordedStatement> = objects.collect();
        if objects.is_empty() {
            objects.push(row(statement.record_name(), None));
        }
        for row in objects {
            match places.get(&row.name) {
                Some(&place) => rows[place] = row,
                None => {
                    places.insert(row.name.clone(), rows.len());
                    rows.push(row);
                }
            }
        }
    }
    rows
}

/// Objects that stay recorded as they are and are now something else: what the run wrote to them is right, and so is what it
/// could not heal.
pub fn refreshed(world: &World<'_>, records: &[RecordedStatement], forgotten: &[&RecordedStatement]) -> Vec<(String, CatalogId)> {
    let work = world.work();
    let rows = &work.recorded.statements;
    if rows.is_empty() {
        return Vec::new();
    }
    let new = records.iter().map(|row| row.name.as_str());
    let left_out: HashSet<&str> = new.chain(forgotten.iter().map(|row| row.name.as_str())).collect();
    let written: HashMap<String, CatalogId> = world.ledger().written().map(|(id, object)| (object.to_string(), id)).collect();
    // A stage that heals nothing leaves drift to be found by the last one.
    let drifted: HashSet<usize> =
        if world.covers_everything() { work.comparison.drifted_rows.iter().copied().collect() } else { HashSet::new() };
    let stays = |row: &RecordedStatement| row.object.is_some() && !left_out.contains(row.name.as_str());
    let seen = rows.iter().enumerate().filter(|(_, row)| stays(row)).filter_map(|(at, row)| {
        let id = written.get(&row.name).copied().or_else(|| row.id.filter(|_| drifted.contains(&at)))?;
        Some((row.name.clone(), id))
    });
    seen.collect()
}

/// The names under which objects are recorded that are called otherwise now and that no record of this run has.
pub fn renamed<'w>(world: &'w World<'_>, records: &'w [RecordedStatement]) -> impl Iterator<Item = String> + 'w {
    let rows = world.work().recorded.statements.iter();
    let moved = rows.filter(|row| world.records().is_moved(row));
    moved.map(|row| row.name.clone()).filter(|name| !records.iter().any(|record| record.name == *name))
}
