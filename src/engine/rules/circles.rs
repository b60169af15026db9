//! Objects that came to need each other are refused: where both were there before, each can be replaced, but an empty database
//! can get neither.

use std::collections::HashSet;

use crate::engine::ledger::Was;
use crate::engine::matching::seems_to_create;
use crate::engine::task::Task;
use crate::engine::verdict::{Milestone, Orders, Progress, Verdict};
use crate::engine::world::World;
use crate::model::dependent::Dependent;
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::object::{CatalogId, Object};
use crate::model::statement::StatementId;

/// Looks for circles through what was replaced in this run, where the texts allow one.
pub fn circles(world: &World<'_>, progress: &Progress) -> Verdict {
    if progress.has(Milestone::CirclesChecked) {
        return Verdict::Satisfied;
    }
    let mut replaced: Vec<CatalogId> = Vec::new();
    for id in world.succeeded() {
        let provides = world.ledger().statement(id).provides.iter().filter(|provided| provided.was == Was::Present);
        let ids: Vec<CatalogId> = provides.map(|provided| provided.id).collect();
        if !ids.is_empty() && needs_itself_by_text(world, id) {
            replaced.extend(ids);
        }
    }
    let tasks = if replaced.is_empty() { Vec::new() } else { vec![Task::CheckCircles(replaced)] };
    Orders::once(Milestone::CirclesChecked, tasks)
}

/// Whether those who mention what a statement creates, and those who mention theirs, end in the statement itself.
fn needs_itself_by_text(world: &World<'_>, id: StatementId) -> bool {
    let mut next = world.mentioners_of(id);
    let mut seen: HashSet<StatementId> = next.iter().copied().collect();
    while let Some(mentioner) = next.pop() {
        if mentioner == id {
            return true;
        }
        next.extend(world.mentioners_of(mentioner).into_iter().filter(|more| seen.insert(*more)));
    }
    false
}

/// What is wrong with a circle; nothing where the files make one of its objects in two steps, as they have to on an empty
/// database.
pub fn diagnostic(world: &World<'_>, dependents: &[Dependent], circle: &[CatalogId]) -> Option<Diagnostic> {
    let members = dependents.iter().filter(|dependent| circle.contains(&dependent.id));
    let objects: Vec<&Object> = members.map(|dependent| &dependent.object).collect();
    let mut makers = Vec::with_capacity(objects.len());
    for object in &objects {
        let mut creators = world.ids().filter(|&id| seems_to_create(world.statement(id), object));
        let maker = creators.next()?;
        if creators.next().is_some() {
            return None;
        }
        makers.push(maker);
    }
    let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
    let (first, place) = (names.first()?, world.statement(*makers.first()?).place());
    let mut diagnostic = Diagnostic::new(format!("{} need each other", names.join(" and "))).at(place);
    for (name, &maker) in names.iter().zip(&makers).skip(1) {
        diagnostic = diagnostic.related(format!("{name} is created here"), world.statement(maker).place());
    }
    let note =
        format!("both were there before, so that each could be replaced; an empty database can get neither {first} nor the rest");
    Some(diagnostic.note(NoteLabel::Note, note).help("break the circle: one of them has to do without the other"))
}
