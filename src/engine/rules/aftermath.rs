//! After migrations, and before the end: what they took away, renamed or rewrote is made again as the files say.

use std::collections::{BTreeMap, HashSet};

use crate::engine::healing::{Setters, may_define};
use crate::engine::task::{Cause, Task, When};
use crate::engine::verdict::{Orders, Progress, Verdict};
use crate::engine::world::{World, may_run_twice};
use crate::model::object::Object;
use crate::model::record::{Drift, Drifted};
use crate::model::review::{Change, Review};
use crate::model::statement::StatementId;
use crate::model::verb::{Altered, Aspect, Verb};

/// Looks again at everything recorded once migrations ran.
pub fn review(world: &World<'_>, progress: &Progress) -> Verdict {
    if progress.is_to_review && world.has_records() {
        Orders::task(Task::Review(When::AfterMigrations))
    } else {
        Verdict::Satisfied
    }
}

/// Looks again at the end where statements ran that can take away what others make: DROP, DO, CALL, SELECT.
pub fn review_end(world: &World<'_>, progress: &Progress) -> Verdict {
    if taking(world) == progress.reviewed_after || !world.has_records() || !world.covers_everything() {
        return Verdict::Satisfied;
    }
    Orders::task(Task::Review(When::AtTheEnd))
}

/// How many statements ran that can take away what others make.
pub fn taking(world: &World<'_>) -> usize {
    let may_take = |id: &StatementId| matches!(world.statement(*id).mentions.verb, Verb::Drop | Verb::Do | Verb::Other);
    world.queue.successes().iter().filter(|id| may_take(id)).count()
}

/// The statements that run again because of what was found, and why.
pub fn again(world: &World<'_>, review: &Review) -> BTreeMap<StatementId, Cause> {
    let mut again = BTreeMap::new();
    for (row, object) in &review.moved {
        let row = &world.work().recorded.statements[*row];
        let maker = world.records().statement(row);
        again.extend(maker.map(|maker| (maker, Cause::Gone(object.clone()))));
    }
    healed(world, review, &mut again);
    for object in &review.bound_to_renamed {
        let maker = world.records().maker(object);
        if let Some(maker) = maker {
            again.entry(maker).or_insert(Cause::Changed(object.clone()));
        }
    }
    for (id, object) in acting_on_changed(world, review) {
        again.entry(id).or_insert(Cause::ActsOn(object));
    }
    // What was tried for a migration is as its file says, and what is still to be tried will be.
    let ran: HashSet<StatementId> = world.succeeded().into_iter().collect();
    again.retain(|id, _| world.is_done(*id) && !ran.contains(id));
    again
}

/// The statements whose objects are gone at the end although they are as they were recorded, and those that act on them.
pub fn gone_at_the_end(world: &World<'_>, review: &Review) -> BTreeMap<StatementId, Cause> {
    let is_gone = |drift: &&Drift| drift.changes.contains(&Drifted::Dropped);
    let drift = review.drift.iter().filter(is_gone).cloned().collect();
    let mut gone = BTreeMap::new();
    healed(world, &Review { drift, ..Review::default() }, &mut gone);
    // What was made under another number in this run is there.
    let made = made_in_this_run(world);
    gone.retain(|_, cause| !matches!(cause, Cause::Gone(object) | Cause::ActsOn(object) if made.contains(object)));
    gone
}

fn made_in_this_run(world: &World<'_>) -> HashSet<Object> {
    let provided = world.succeeded().into_iter().flat_map(|id| &world.ledger().statement(id).provides);
    provided.map(|provided| provided.object.clone()).collect()
}

/// The statements that make, or set, what is no longer as it is recorded.
fn healed(world: &World<'_>, review: &Review, again: &mut BTreeMap<StatementId, Cause>) {
    let moved: HashSet<usize> = review.moved.iter().map(|(row, _)| *row).collect();
    let work = world.work();
    let setters = Setters::of(world.statements(), work.recorded);
    for drift in review.drift.iter().filter(|drift| !moved.contains(&drift.row)) {
        let row = &work.recorded.statements[drift.row];
        let Some(object) = &row.object else { continue };
        let is_gone = drift.changes.contains(&Drifted::Dropped);
        let is_changed = drift.changes.contains(&Drifted::Definition);
        let maker = world.records().statement(row);
        if is_gone {
            // What no file makes any more needs nothing set on it.
            let Some(maker) = maker else { continue };
            again.insert(maker, Cause::Gone(object.clone()));
        } else if is_changed && let Some(maker) = maker.filter(|id| may_define(world.statement(*id))) {
            again.entry(maker).or_insert(Cause::Changed(object.clone()));
        }
        for setter in setters.on(object, &row.name, &drift.changes) {
            again.entry(setter).or_insert(Cause::ActsOn(object.clone()));
        }
    }
}

/// The statements that act on what migrations made anew, renamed or changed in the respect that they set.
fn acting_on_changed(world: &World<'_>, review: &Review) -> Vec<(StatementId, Object)> {
    let mut found = Vec::new();
    for object in &review.made {
        found.extend(acting_on(world, object, &object.to_string(), |_| true));
    }
    for change in &review.changes {
        let aspects = aspects_to_set(change);
        let label = change.was.object.to_string();
        found.extend(acting_on(world, &change.now.object, &label, |aspect| aspects.contains(&aspect)));
    }
    found
}

/// What statements act on under a name that it, or a column of it, no longer bears, with the aspects that they set.
pub fn acted_on_and_renamed(world: &World<'_>, review: &Review) -> Vec<(Aspect, Object)> {
    let mut found = Vec::new();
    for change in review.changes.iter().filter(|change| change.is_renamed()) {
        let label = change.was.object.to_string();
        for (id, object) in acting_on(world, &change.now.object, &label, |_| true) {
            found.extend(world.statement(id).mentions.sets.iter().map(|aspect| (*aspect, object.clone())));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// What is set again on an object that was changed: on a renamed one everything, because another one may bear its name.
fn aspects_to_set(change: &Change) -> Vec<Aspect> {
    if change.was.object != change.now.object {
        return vec![Aspect::Definition, Aspect::Owner, Aspect::Privileges, Aspect::Comment, Aspect::Label];
    }
    let mut aspects = change.aspects();
    if change.is_renamed() || change.was.columns != change.now.columns {
        aspects.extend([Aspect::Privileges, Aspect::Comment, Aspect::Label]);
    }
    aspects
}

/// The unchanged statements that were seen to touch what has this label, and can do again what they did.
fn acting_on<'w>(
    world: &'w World<'_>,
    object: &'w Object,
    label: &'w str,
    sets: impl Fn(Aspect) -> bool + 'w,
) -> impl Iterator<Item = (StatementId, Object)> + 'w {
    let is_meant = move |id: &StatementId| {
        let statement = world.statement(*id);
        let is_default = statement.mentions.verb == Verb::Alter(Altered::DefaultPrivileges);
        may_run_twice(statement) && !is_default && statement.mentions.sets.iter().any(|aspect| sets(*aspect))
    };
    world.seen_to_touch(label).filter(is_meant).map(|id| (id, object.clone()))
}
