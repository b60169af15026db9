//! Measures what a migration did: what it touched, as it was before and as it is now.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use crate::database::effects::{self, Described, Relation, RowCounts, Touched};
use crate::database::session::Session;
use crate::error::Result;
use crate::model::effect::{Effect, Held, LockMode, Size};
use crate::model::widening::fit;

/// What is known before a migration is tried.
#[derive(Debug, Default)]
pub struct Before {
    touched: Touched,
    /// How it is what was touched before: pgmg may have dropped it to clear the way.
    described: Described,
}

/// The effects of one migration, and since when it holds its locks.
#[derive(Debug, Clone)]
pub struct Measured {
    since: Instant,
    effects: Vec<Effect>,
}

impl Measured {
    /// The effects, with locks held until now.
    pub fn until_now(&self) -> Vec<Effect> {
        let mut effects = self.effects.clone();
        for effect in &mut effects {
            if let Effect::Locked { held, .. } = effect {
                *held = Held::from(self.since.elapsed());
            }
        }
        effects
    }
}

/// Reads what the next try is compared with.
pub fn before(session: &mut Session) -> Result<Before> {
    let touched = effects::touched(session)?;
    let relations: Vec<u32> = touched.relations.keys().copied().collect();
    let described = effects::described(session, &relations, &touched.types, &touched.routines)?;
    Ok(Before { touched, described })
}

/// How relations, types and routines were before a run, seen from outside its transaction, by their oids.
pub type DescribedOutside<'a> = &'a dyn Fn(&[u32], &[u32], &[u32]) -> Result<Described>;

/// What the try did that just succeeded.
pub fn measure(session: &mut Session, outside: DescribedOutside<'_>, before: &Before, since: Instant) -> Result<Measured> {
    let touched = effects::touched(session)?;
    let counted = touched.rows.keys().filter(|relation| !touched.relations.contains_key(relation));
    let relations: Vec<u32> = touched.relations.keys().chain(counted).copied().collect();
    let after = effects::described(session, &relations, &touched.types, &touched.routines)?;
    let only_new = |now: &[u32], then: &[u32]| now.iter().copied().filter(|id| !then.contains(id)).collect::<Vec<u32>>();
    let known: Vec<u32> = before.touched.relations.keys().copied().collect();
    let mut was = outside(
        &only_new(&relations, &known),
        &only_new(&touched.types, &before.touched.types),
        &only_new(&touched.routines, &before.touched.routines),
    )?;
    was.extend(&before.described);
    let mut reading = Reading { session, was: &was, after: &after, effects: Vec::new() };
    reading.relations(&counts(&touched, &before.touched))?;
    reading.types()?;
    reading.routines()?;
    reading.locks(&touched, &before.touched);
    Ok(Measured { since, effects: reading.effects })
}

/// What was counted since.
fn counts(now: &Touched, then: &Touched) -> HashMap<u32, RowCounts> {
    let difference = |(relation, now): (&u32, &RowCounts)| {
        let then = then.rows.get(relation).copied().unwrap_or_default();
        let counts = RowCounts {
            inserted: now.inserted - then.inserted,
            updated: now.updated - then.updated,
            deleted: now.deleted - then.deleted,
            read: now.read - then.read,
        };
        (*relation, counts)
    };
    now.rows.iter().map(difference).collect()
}

struct Reading<'a> {
    session: &'a mut Session,
    was: &'a Described,
    after: &'a Described,
    effects: Vec<Effect>,
}

impl Reading<'_> {
    fn relations(&mut self, counts: &HashMap<u32, RowCounts>) -> Result<()> {
        let (was, after) = (self.was, self.after);
        for (oid, old) in &was.relations {
            match after.relations.get(oid) {
                Some(new) => {
                    self.renamed(old, new);
                    self.columns(old, new);
                    self.constraints(old, new);
                    self.data(*oid, old, new, counts.get(oid).copied().unwrap_or_default())?;
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
                self.effects.push(Effect::IndexBuilt { table: table.name.clone(), index: new.name.clone() });
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
                        && self.was.relations.get(&constraint.index).is_some_and(|index| index.name == old.name)
                })
                || old.kind == "S" && was.columns.len() > now.columns.len()
        };
        if old.owner != 0 && goes_with(old.owner) {
            return Ok(());
        }
        // A view that is made anew is the same view to those who use it, as far as its columns are the same.
        if matches!(old.kind.as_str(), "v" | "m" | "i" | "I")
            && let Some((_, new)) = effects::relation_named(self.session, &old.name)?
        {
            let by_name = |relation: &Relation| -> BTreeMap<i64, _> {
                let numbered = relation.columns.values().cloned().enumerate();
                numbered.map(|(at, column)| (i64::try_from(at).unwrap_or(i64::MAX), column)).collect()
            };
            let (old, new) = (Relation { columns: by_name(old), ..old.clone() }, Relation { columns: by_name(&new), ..new });
            self.columns(&old, &new);
            return Ok(());
        }
        self.effects.push(Effect::Dropped { kind: kind(old).to_owned(), name: old.name.clone(), size: size(old) });
        Ok(())
    }

    fn renamed(&mut self, old: &Relation, new: &Relation) {
        if old.name != new.name {
            let (name, to) = (old.name.clone(), new.name.clone());
            self.effects.push(Effect::Renamed { kind: kind(old).to_owned(), name, to });
        }
    }

    fn columns(&mut self, old: &Relation, new: &Relation) {
        if is_index(old) || old.kind == "S" {
            return;
        }
        let relation = &new.name;
        for (number, was) in &old.columns {
            let (kind, relation, column) = (kind(old).to_owned(), relation.clone(), was.name.clone());
            let Some(now) = new.columns.get(number) else {
                self.effects.push(Effect::ColumnDropped { kind, relation, column, data_type: was.data_type.clone() });
                continue;
            };
            if was.name != now.name {
                let to = now.name.clone();
                self.effects.push(Effect::ColumnRenamed { relation: relation.clone(), column: column.clone(), to });
            }
            if was.data_type != now.data_type && !self.is_the_same_type(&was.data_type, &now.data_type) {
                let (from, to) = (was.data_type.clone(), now.data_type.clone());
                let fit = fit(&from, &to);
                self.effects.push(Effect::ColumnRetyped {
                    kind,
                    relation: relation.clone(),
                    column: now.name.clone(),
                    from,
                    to,
                    fit,
                });
            }
            if now.is_not_null && !was.is_not_null {
                self.effects.push(Effect::NotNullSet { table: relation, column: now.name.clone() });
            }
        }
    }

    /// Whether only the type's name is another one.
    fn is_the_same_type(&self, was: &str, now: &str) -> bool {
        let renamed = |(oid, old): (&u32, &effects::EnumType)| {
            old.name == was && self.after.types.get(oid).is_some_and(|new| new.name == now)
        };
        self.was.types.iter().any(renamed)
    }

    fn constraints(&mut self, old: &Relation, new: &Relation) {
        let table = &new.name;
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
        let table = new.name.clone();
        let changed = counts.inserted + counts.updated + counts.deleted > 0;
        if changed {
            let RowCounts { inserted, updated, deleted, .. } = counts;
            self.effects.push(Effect::Rows { table: table.clone(), inserted, updated, deleted });
        }
        if old.node != new.node {
            let bytes = effects::bytes(self.session, oid)?;
            // A table that was emptied has no row but those that were put into it since.
            let left = if old.may_have_rows { effects::count(self.session, &table)?.unwrap_or(i64::MAX) } else { i64::MAX };
            let size = Size { bytes: Some(bytes.max(old.bytes)), ..size(old) };
            let was_emptied = left <= counts.inserted;
            self.effects.push(if was_emptied { Effect::Truncated { table, size } } else { Effect::Rewritten { table, size } });
        } else if counts.read > 0 && !changed {
            let size = Size { rows: Some(counts.read).filter(|_| old.rows <= 0).or(size(old).rows), ..size(old) };
            self.effects.push(Effect::Scanned { table, size });
        }
        Ok(())
    }

    fn types(&mut self) -> Result<()> {
        let (was, after) = (self.was, self.after);
        for (oid, old) in &was.types {
            let data_type = old.name.clone();
            if let Some(new) = after.types.get(oid) {
                for (value, label) in &old.values {
                    match new.values.get(value) {
                        Some(now) if now != label => self.effects.push(Effect::ValueRenamed {
                            data_type: new.name.clone(),
                            value: label.clone(),
                            to: now.clone(),
                        }),
                        _ => {}
                    }
                }
                continue;
            }
            // Made anew under the same name, it may have fewer values.
            let Some(new) = effects::enum_named(self.session, &data_type)? else {
                self.effects.push(Effect::Dropped { kind: "type".into(), name: data_type, size: Size::default() });
                continue;
            };
            let gone = old.values.values().filter(|label| !new.values.values().any(|now| now == *label));
            self.effects.extend(gone.map(|value| Effect::ValueDropped { data_type: data_type.clone(), value: value.clone() }));
        }
        Ok(())
    }

    fn routines(&mut self) -> Result<()> {
        for (_, (kind, name)) in self.was.routines.iter().filter(|(oid, _)| !self.after.routines.contains_key(oid)) {
            if !effects::routine_exists(self.session, name)? {
                self.effects.push(Effect::Dropped { kind: kind.clone(), name: name.clone(), size: Size::default() });
            }
        }
        Ok(())
    }

    fn locks(&mut self, now: &Touched, then: &Touched) {
        for (oid, old) in self.was.relations.iter().filter(|(_, old)| !is_index(old)) {
            let mode = now.relations.get(oid).copied().flatten();
            let held_before: Option<LockMode> = then.relations.get(oid).copied().flatten();
            if let Some(mode) = mode.filter(|mode| Some(*mode) > held_before) {
                let (relation, size) = (old.name.clone(), size(old));
                self.effects.push(Effect::Locked { relation, mode, held: Held::default(), size });
            }
        }
    }
}

fn is_index(relation: &Relation) -> bool {
    matches!(relation.kind.as_str(), "i" | "I")
}

fn size(relation: &Relation) -> Size {
    let known = |number: i64| Some(number).filter(|number| *number > 0);
    let has_rows = matches!(relation.kind.as_str(), "r" | "m" | "p");
    Size { bytes: known(relation.bytes), rows: known(relation.rows).filter(|_| has_rows) }
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
