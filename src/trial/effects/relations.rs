//! What a migration did to tables, views, sequences and indexes that were there before, and to what is in them.

use std::collections::{BTreeMap, HashMap};

use super::Reading;
use crate::error::Result;
use crate::model::effect::{Effect, Size};
use crate::postgres::effects::{self, Column, Ids, Relation, RowCounts, Type};
use crate::sql::widening::fit;

impl Reading<'_> {
    pub(super) fn relations(&mut self, counts: &HashMap<u32, RowCounts>) -> Result<()> {
        let (was, after) = (self.was, self.after);
        for (oid, old) in &was.relations {
            let counts = counts.get(oid).copied().unwrap_or_default();
            match after.relations.get(oid) {
                Some(new) if old.kind == "c" => self.attributes(*oid, old, new)?,
                Some(new) => {
                    self.renamed(kind(old), &old.place, &new.place);
                    self.detached(old, new);
                    self.columns(old, new)?;
                    self.constraints(old, new);
                    self.data(*oid, old, new, counts)?;
                }
                None => self.dropped(old)?,
            }
        }
        for (oid, new) in after.relations.iter().filter(|(oid, new)| is_index(new) && !was.relations.contains_key(oid)) {
            let Some(table) = after.relations.get(&new.owner).filter(|_| was.relations.contains_key(&new.owner)) else {
                continue;
            };
            // The index of a constraint comes with it.
            if !table.constraints.values().any(|constraint| constraint.index == *oid) {
                self.effects.push(Effect::IndexBuilt { table: table.place.name(), index: new.place.name() });
            }
        }
        Ok(())
    }

    fn dropped(&mut self, old: &Relation) -> Result<()> {
        let goes_with = |owner: u32| {
            let Some(was) = self.was.relations.get(&owner) else { return false };
            let Some(now) = self.after.relations.get(&owner) else { return true };
            // The index of a constraint that is gone, the sequence of a column that is gone.
            is_index(old)
                && was.constraints.iter().any(|(oid, constraint)| {
                    !now.constraints.contains_key(oid)
                        && self.was.relations.get(&constraint.index).is_some_and(|index| index.place == old.place)
                })
                || old.kind == "S" && was.columns.len() > now.columns.len()
        };
        // A composite type says so itself.
        if old.kind == "c" || old.owner != 0 && goes_with(old.owner) {
            return Ok(());
        }
        // A view that is made anew is the same view to those who use it, as far as its columns are the same.
        if matches!(old.kind.as_str(), "v" | "m" | "i" | "I")
            && let Some(new) = effects::relation_at(self.session, &old.place)?
        {
            let (old, new) = (by_name(old, &new), by_name(&new, &new));
            return self.columns(&old, &new);
        }
        self.gone(kind(old), old.place.name(), size(old));
        Ok(())
    }

    fn detached(&mut self, old: &Relation, new: &Relation) {
        let parent = old.partition_of.filter(|_| new.partition_of.is_none()).and_then(|oid| self.was.relations.get(&oid));
        if let Some(parent) = parent {
            self.effects.push(Effect::PartitionDetached { table: new.place.name(), parent: parent.place.name() });
        }
    }

    fn columns(&mut self, old: &Relation, new: &Relation) -> Result<()> {
        if is_index(old) || old.kind == "S" {
            return Ok(());
        }
        for (number, was) in &old.columns {
            let (kind, relation, column) = (kind(old).to_owned(), new.place.name(), was.name.clone());
            let Some(now) = new.columns.get(number) else {
                self.effects.push(Effect::ColumnDropped { kind, relation, column, data_type: was.data_type.clone() });
                continue;
            };
            if was.name != now.name {
                let to = now.name.clone();
                self.effects.push(Effect::ColumnRenamed { relation: relation.clone(), column, to });
            }
            self.retyped(kind, &relation, was, now)?;
            if now.is_not_null && !was.is_not_null {
                self.effects.push(Effect::NotNullSet { table: relation, column: now.name.clone() });
            }
        }
        let is_asked_for = |column: &&Column| column.is_not_null && !column.has_default;
        let added = new.columns.iter().filter(|(number, _)| !old.columns.contains_key(number)).map(|(_, column)| column);
        for column in added.filter(is_asked_for) {
            self.effects.push(Effect::NotNullSet { table: new.place.name(), column: column.name.clone() });
        }
        Ok(())
    }

    fn retyped(&mut self, kind: String, relation: &str, was: &Column, now: &Column) -> Result<()> {
        // A type that got another name is still the same type.
        if (was.type_id, was.modifier) == (now.type_id, now.modifier) {
            return Ok(());
        }
        if was.data_type == now.data_type {
            // Another type has the old one's name.
            let old = self.type_by_id(was.type_id)?;
            let new = self.type_by_id(now.type_id)?;
            if let (Some(old), Some(new)) = (old, new) {
                self.lost_values(&old, &new);
            }
            return Ok(());
        }
        let (from, to) = (was.data_type.clone(), now.data_type.clone());
        // Every value of a domain is one of what it is made of.
        let fit = fit(was.base.as_ref().unwrap_or(&from), &to);
        let (relation, column) = (relation.to_owned(), now.name.clone());
        self.effects.push(Effect::ColumnRetyped { kind, relation, column, from, to, fit });
        Ok(())
    }

    /// A type that is there now, or that was there. One that is gone and left a name behind is compared where types are.
    fn type_by_id(&mut self, id: u32) -> Result<Option<Type>> {
        if let Some(known) = self.after.types.get(&id).or_else(|| self.was.types.get(&id)) {
            return Ok(Some(known.clone()));
        }
        let ids = Ids { types: [id].into(), ..Ids::default() };
        Ok(effects::described(self.session, &ids)?.types.into_values().next())
    }

    /// The same for a composite type.
    fn attributes(&mut self, oid: u32, old: &Relation, new: &Relation) -> Result<()> {
        let data_type = new.place.name();
        for (number, was) in &old.columns {
            let attribute = was.name.clone();
            match new.columns.get(number) {
                None => {
                    let stored_in = effects::stored_in(self.session, oid)?;
                    self.effects.push(Effect::AttributeDropped { data_type: data_type.clone(), attribute, stored_in });
                }
                Some(now) => {
                    if now.name != attribute {
                        let (relation, to) = (data_type.clone(), now.name.clone());
                        self.effects.push(Effect::ColumnRenamed { relation, column: attribute, to });
                    }
                    self.retyped("type".into(), &data_type, was, now)?;
                }
            }
        }
        Ok(())
    }

    fn constraints(&mut self, old: &Relation, new: &Relation) {
        let table = new.place.name();
        for (oid, now) in &new.constraints {
            match old.constraints.get(oid) {
                None => self.effects.push(Effect::ConstraintAdded {
                    table: table.clone(),
                    constraint: now.name.clone(),
                    checked: now.is_validated,
                }),
                Some(was) if now.is_validated && !was.is_validated => {
                    self.effects.push(Effect::ConstraintValidated { table: table.clone(), constraint: now.name.clone() });
                }
                Some(_) => {}
            }
        }
        for gone in old.constraints.iter().filter(|(oid, _)| !new.constraints.contains_key(oid)).map(|(_, gone)| gone) {
            self.effects.push(Effect::ConstraintDropped { table: table.clone(), constraint: gone.name.clone() });
        }
    }

    fn data(&mut self, oid: u32, old: &Relation, new: &Relation, counts: RowCounts) -> Result<()> {
        let table = new.place.name();
        let changed = counts.inserted + counts.updated + counts.deleted > 0;
        // The rows of a materialized view are those of its tables: they can be made again.
        let is_derived = old.kind == "m";
        if changed && !is_derived {
            let RowCounts { inserted, updated, deleted, .. } = counts;
            self.effects.push(Effect::Rows { table: table.clone(), inserted, updated, deleted });
        }
        if old.node != new.node || changed && is_derived {
            let bytes = effects::bytes(self.session, oid)?;
            let may_have_rows = old.may_have_rows || self.before.filled.as_ref().is_none_or(|filled| filled.contains(&oid));
            // A table that was emptied has no row but those that were put into it since.
            let was_emptied =
                may_have_rows && !is_derived && !effects::holds_more_than(self.session, oid, &new.place, counts.inserted)?;
            let size = Size { bytes: Some(bytes.max(old.bytes)).filter(|bytes| *bytes > 0), ..size(old) };
            self.effects.push(if was_emptied { Effect::Truncated { table, size } } else { Effect::Rewritten { table, size } });
        } else if counts.read > 0 && !changed {
            let size = Size { rows: Some(counts.read).filter(|_| old.rows <= 0).or(size(old).rows), ..size(old) };
            self.effects.push(Effect::Scanned { table, size });
        }
        Ok(())
    }
}

/// About how large a relation was.
pub(super) fn size(relation: &Relation) -> Size {
    let known = |number: i64| Some(number).filter(|number| *number > 0);
    let has_rows = matches!(relation.kind.as_str(), "r" | "m" | "p");
    Size { bytes: known(relation.bytes), rows: known(relation.rows).filter(|_| has_rows) }
}

/// The columns numbered by where `other` has one of that name, so that the order of a view's columns says nothing.
fn by_name(relation: &Relation, other: &Relation) -> Relation {
    let mut columns = BTreeMap::new();
    for (number, column) in &relation.columns {
        let there = other.columns.iter().find(|(_, known)| known.name == column.name).map(|(number, _)| *number);
        // A number that no column has.
        columns.insert(there.unwrap_or(-number), column.clone());
    }
    Relation { columns, ..relation.clone() }
}

fn is_index(relation: &Relation) -> bool {
    matches!(relation.kind.as_str(), "i" | "I")
}

/// `pg_class.relkind` in words.
fn kind(relation: &Relation) -> &'static str {
    match relation.kind.as_str() {
        "p" => "partitioned table",
        "v" => "view",
        "m" => "materialized view",
        "S" => "sequence",
        "i" | "I" => "index",
        "f" => "foreign table",
        _ => "table",
    }
}
