//! What statements set on objects that others make is set again where it was undone: by replacing the object, by a migration,
//! or by another statement that should have come before.

use std::collections::{HashMap, HashSet};

use crate::engine::graph::Edge;
use crate::engine::matching::mentions;
use crate::engine::overwritten::overwritten;
use crate::engine::timeline::{Timeline, TooEarly};
use crate::engine::work::Portion;
use crate::engine::world::{World, may_run_twice};
use crate::model::name::Name;
use crate::model::statement::{MigrationId, StatementId};
use crate::model::verb::{Aspect, Verb};

/// The statements that only set something on what a statement creates: ALTER.
pub fn setters_on(world: &World<'_>, creator: StatementId) -> Vec<StatementId> {
    let mut setters = world.mentioners_of(creator);
    setters.retain(|&id| sets_on(world, id, creator));
    setters.sort_unstable();
    setters.dedup();
    setters
}

/// Whether a statement only sets something on what another one creates.
pub fn sets_on(world: &World<'_>, id: StatementId, creator: StatementId) -> bool {
    let created = &world.statement(creator).mentions.creates;
    let is_created = |name: &Name| created.iter().any(|created| created.name.may_equal(name));
    let mentions = &world.statement(id).mentions;
    mentions.creates.is_empty() && mentions.completes.iter().any(is_created)
}

/// A migration comes before what files say, in a fresh build: what it granted or said on an object, they say again.
pub fn overruled(world: &World<'_>, timeline: &Timeline) -> Vec<TooEarly> {
    let mut said: HashMap<(Aspect, String), usize> = HashMap::new();
    let statements = |(id, successes): &(MigrationId, usize)| {
        let portion = world.work().portion(*id);
        portion.map_or(&[][..], Portion::statements).iter().map(|statement| (statement, *successes)).collect::<Vec<_>>()
    };
    for (statement, successes) in world.migrated().iter().flat_map(statements) {
        let verb = statement.mentions.verb;
        let Some(aspect) = verb.sets().filter(|aspect| is_added(*aspect)) else { continue };
        let objects = world.ledger().written().map(|(_, object)| object);
        let meant = objects.filter(|object| verb.sweeps() || mentions(statement, object));
        said.extend(meant.map(|object| ((aspect, object.to_string()), successes)));
    }
    if said.is_empty() {
        return Vec::new();
    }
    let is_overruled = |id: &StatementId| {
        let aspects = || world.statement(*id).mentions.sets.iter();
        let mut touched = world.rows_of(*id).iter().flat_map(|row| &row.touches);
        let is_before = |aspect: &Aspect, label: &String| {
            let since = said.get(&(*aspect, label.clone()));
            since.is_some_and(|successes| timeline.was_before(*id, *successes))
        };
        may_run_twice(world.statement(*id)) && touched.any(|label| aspects().any(|aspect| is_before(aspect, label)))
    };
    let earlier = world.present().filter(is_overruled);
    earlier.map(|statement| TooEarly { statement, because: statement, hint: Edge::Bound }).collect()
}

/// Statements that say something of an object which one before them in the canonical order unsaid after them.
pub fn out_of_order(world: &World<'_>, timeline: &Timeline) -> Vec<TooEarly> {
    let speaks = |id: &StatementId| world.statement(*id).mentions.verb.sets().is_some_and(is_added);
    let speaking: Vec<StatementId> = world.present().filter(speaks).collect();
    if !speaking.iter().any(|&id| timeline.ran(id)) {
        return Vec::new();
    }
    let unseen = overwritten(world);
    let mut by_object: HashMap<String, Vec<StatementId>> = HashMap::new();
    for &id in &speaking {
        let recorded = world.rows_of(id).iter().flat_map(|row| row.touches.iter().cloned());
        let seen = world.ledger().statement(id).touches.iter().chain(unseen.get(&id).into_iter().flatten());
        let labels: HashSet<String> = recorded.chain(seen.map(ToString::to_string)).collect();
        labels.into_iter().for_each(|label| by_object.entry(label).or_default().push(id));
    }
    let verb = |id: StatementId| world.statement(id).mentions.verb;
    // Two GRANTs give the same in any order.
    let contradict = |first: StatementId, second: StatementId| match (verb(first), verb(second)) {
        (Verb::Grant(_), Verb::Revoke(_)) | (Verb::Revoke(_), Verb::Grant(_)) => true,
        (first, second) => first == second && !first.grants(),
    };
    let mut found = Vec::new();
    for about in by_object.values() {
        for &because in about.iter().filter(|id| timeline.ran(**id)) {
            let comes_later = |id: &StatementId| {
                world.queue.place(because) < world.queue.place(*id) && timeline.last(*id) < timeline.last(because)
            };
            let later = about.iter().copied().filter(|&id| contradict(because, id) && comes_later(&id));
            found.extend(later.map(|statement| TooEarly { statement, because, hint: Edge::Bound }));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether it is added to an object after its CREATE.
fn is_added(aspect: Aspect) -> bool {
    matches!(aspect, Aspect::Privileges | Aspect::Comment | Aspect::Label)
}
