//! Measures what a migration did: what it touched, as it was before and as it is now.

mod code;
mod relations;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::Instant;

use crate::error::Result;
use crate::model::effect::{Effect, LockDuration, LockMode, Size};
use crate::postgres::effects::{self, Described, Ids, RowCounts, Touched};
use crate::postgres::session::Session;

/// How objects were before a run, seen from outside its transaction.
pub type DescribedOutside<'a> = &'a dyn Fn(&Ids) -> Result<Described>;

/// Whether there was anything before the run that something can be done to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Effects {
    #[default]
    Possible,
    /// The database was empty.
    Impossible,
}

/// What is known before a migration is tried.
#[derive(Debug, Clone, Default)]
pub struct Before {
    effects: Effects,
    touched: Touched,
    /// How it is what was touched before: by an earlier migration, or by pgmg, which may have dropped it to clear the way.
    described: Described,
    /// The locks held before anything was done for this migration.
    locks: HashMap<u32, LockMode>,
    /// What was not there before the run: nothing that is done to it is an effect.
    new: Ids,
    /// Tables that hold data although no statistics say so; `None`: any could.
    filled: Option<Rc<HashSet<u32>>>,
}

impl Before {
    /// Reads what the first of several migrations is compared with.
    pub fn read(session: &mut Session) -> Result<Before> {
        if !effects::possible(session)? {
            return Ok(Before { effects: Effects::Impossible, ..Before::default() });
        }
        let before = Before::alone(session)?.again(session)?;
        Ok(Before { locks: before.touched.locks.clone(), ..before })
    }

    /// The same for another try of the same migration, after something was done for it.
    pub fn again(&self, session: &mut Session) -> Result<Before> {
        if self.effects == Effects::Impossible {
            return Ok(self.clone());
        }
        let touched = effects::touched(session)?;
        let described = effects::described(session, &touched.ids.without(&self.new))?;
        Ok(Before { touched, described, ..self.clone() })
    }

    /// The same for a statement in a transaction of its own.
    pub fn alone(session: &mut Session) -> Result<Before> {
        Ok(Before { filled: effects::filled(session)?.map(Rc::new), ..Before::default() })
    }
}

/// The effects of one migration, and since when it holds its locks.
#[derive(Debug, Clone)]
pub struct Measured {
    since: Instant,
    effects: Vec<Effect>,
}

impl Measured {
    /// Takes in what later statements of the same migration did; a lock is held since it was first taken.
    pub fn add(&mut self, later: Measured) {
        let is_known = |effect: &Effect| self.effects.iter().any(|known| is_one_lock(known, effect));
        let new: Vec<Effect> = later.effects.into_iter().filter(|effect| !is_known(effect)).collect();
        self.effects.extend(new);
    }

    /// The effects, with locks held until now.
    pub fn until_now(&self) -> Vec<Effect> {
        let mut effects = self.effects.clone();
        for effect in &mut effects {
            if let Effect::Locked { held, .. } = effect {
                *held = LockDuration::from(self.since.elapsed());
            }
        }
        effects
    }
}

/// Whether two effects are about the same lock on the same relation.
fn is_one_lock(known: &Effect, effect: &Effect) -> bool {
    match (known, effect) {
        (Effect::Locked { relation, mode, .. }, Effect::Locked { relation: same, mode: of_same, .. }) => {
            relation == same && mode >= of_same
        }
        _ => false,
    }
}

/// What the try did that just succeeded, and what the next migration is compared with.
pub fn measure(
    session: &mut Session,
    outside: DescribedOutside<'_>,
    before: &Before,
    since: Instant,
) -> Result<(Measured, Before)> {
    if before.effects == Effects::Impossible {
        return Ok((Measured { since, effects: Vec::new() }, before.clone()));
    }
    let touched = effects::touched(session)?;
    let mut ids = touched.ids.clone();
    ids.relations.extend(touched.rows.keys());
    let ids = ids.without(&before.new);
    let after = effects::described(session, &ids)?;
    let there = outside(&ids)?;
    let mut new = before.new.clone();
    new.extend(ids.without(&there.ids()));
    let was = as_it_was(there, before);
    let mut reading = Reading { session, before, was: &was, after: &after, effects: Vec::new() };
    reading.relations(&counts(&touched, &before.touched))?;
    reading.types()?;
    reading.routines()?;
    reading.containers();
    reading.locks(&touched);
    let measured = Measured { since, effects: reading.effects };
    let (effects, locks, filled) = (before.effects, touched.locks.clone(), before.filled.clone());
    Ok((measured, Before { effects, touched, described: after, locks, new, filled }))
}

/// Only what was there before the run counts; but an earlier migration may have changed it, and what pgmg dropped is not there.
fn as_it_was(mut was: Described, before: &Before) -> Described {
    let (ids, described) = (&before.touched.ids, &before.described);
    let is_known = |oid: &u32, ids: &std::collections::BTreeSet<u32>| ids.contains(oid);
    was.relations.retain(|oid, _| !is_known(oid, &ids.relations) || described.relations.contains_key(oid));
    was.types.retain(|oid, _| !is_known(oid, &ids.types) || described.types.contains_key(oid));
    was.routines.retain(|oid, _| !is_known(oid, &ids.routines) || described.routines.contains_key(oid));
    let is_container = |oid: &u32| is_known(oid, &ids.schemas) || is_known(oid, &ids.extensions);
    was.containers.retain(|oid, _| !is_container(oid) || described.containers.contains_key(oid));
    for (oid, old) in &mut was.relations {
        if let Some(later) = described.relations.get(oid) {
            // What was filled in this run was empty before it.
            *old = effects::Relation { rows: old.rows, bytes: old.bytes, may_have_rows: old.may_have_rows, ..later.clone() };
        }
    }
    was.types.iter_mut().for_each(|(oid, old)| old.clone_from(described.types.get(oid).unwrap_or(&old.clone())));
    was.routines.iter_mut().for_each(|(oid, old)| old.clone_from(described.routines.get(oid).unwrap_or(&old.clone())));
    was.containers.iter_mut().for_each(|(oid, old)| old.clone_from(described.containers.get(oid).unwrap_or(&old.clone())));
    was
}

/// What was counted since. Whoever changes rows holds a lock to the end; without it the change was rolled back.
fn counts(now: &Touched, then: &Touched) -> HashMap<u32, RowCounts> {
    let difference = |(relation, now_counted): (&u32, &RowCounts)| {
        let then = then.rows.get(relation).copied().unwrap_or_default();
        let read = now_counted.read - then.read;
        let counts = if now.ids.relations.contains(relation) {
            RowCounts {
                inserted: now_counted.inserted - then.inserted,
                updated: now_counted.updated - then.updated,
                deleted: now_counted.deleted - then.deleted,
                read,
            }
        } else {
            RowCounts { read, ..RowCounts::default() }
        };
        (*relation, counts)
    };
    now.rows.iter().map(difference).collect()
}

/// A comparison in progress.
struct Reading<'a> {
    session: &'a mut Session,
    before: &'a Before,
    was: &'a Described,
    after: &'a Described,
    effects: Vec<Effect>,
}

impl Reading<'_> {
    fn renamed(&mut self, kind: &str, was: &effects::QualifiedName, now: &effects::QualifiedName) {
        // A schema that is renamed says so itself.
        if was.own_name != now.own_name || was.schema != now.schema {
            self.effects.push(Effect::Renamed { kind: kind.to_owned(), name: was.name(), to: now.name() });
        }
    }

    fn gone(&mut self, kind: &str, name: String, size: Size) {
        self.effects.push(Effect::Dropped { kind: kind.to_owned(), name, size });
    }

    fn locks(&mut self, now: &Touched) {
        for (oid, old) in self.was.relations.iter().filter(|(_, old)| !matches!(old.kind.as_str(), "i" | "I" | "c")) {
            let Some(&mode) = now.locks.get(oid) else { continue };
            if Some(&mode) > self.before.locks.get(oid) {
                let (relation, size) = (old.place.name(), relations::size(old));
                self.effects.push(Effect::Locked { relation, mode, held: LockDuration::default(), size });
            }
        }
    }
}
