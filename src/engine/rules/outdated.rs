//! While statements fail, what is older than the files goes or follows: it may be what they fail for.

use super::removal::to_remove;
use super::stars::followers;
use crate::engine::matching::seems_to_create;
use crate::engine::task::Task;
use crate::engine::verdict::{Orders, Progress, Verdict};
use crate::engine::world::World;
use crate::model::object::Object;

/// Drops early what no statement makes any more: an old overload can make a call ambiguous. What a failing statement may still
/// make stays.
pub fn remove_early(world: &World<'_>, progress: &Progress) -> Verdict {
    let parked = world.parked();
    if parked.is_empty() || world.work().comparison.orphans.is_empty() || !world.covers_everything() {
        return Verdict::Satisfied;
    }
    if !progress.is_seen {
        return Verdict::Look;
    }
    let may_come = |object: &Object| parked.iter().any(|&id| seems_to_create(world.statement(id), object));
    let objects: Vec<Object> = to_remove(world, progress).into_iter().filter(|object| !may_come(object)).collect();
    if objects.is_empty() {
        Verdict::Satisfied
    } else {
        Verdict::Do(Orders { tasks: vec![Task::Remove(objects)], ..Orders::default() })
    }
}

/// Lets statements with `*` follow what was changed below them, because others may miss their new columns.
pub fn follow_changed(world: &World<'_>, progress: &Progress) -> Verdict {
    let parked = world.parked();
    if parked.is_empty() || !world.has_records() || !world.covers_everything() {
        return Verdict::Satisfied;
    }
    if !progress.is_seen {
        return Verdict::Look;
    }
    let again = followers(world);
    if again.is_empty() {
        return Verdict::Satisfied;
    }
    Verdict::Do(Orders { again, wake: parked, ..Orders::default() })
}
