//! Refuses objects that came to need each other: where both were there before, each can be replaced, but an empty database can
//! get neither.

use std::collections::HashSet;

use super::drive::Drive;
use super::ledger::{Ledger, Was, seems_to_create};
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::object::{CatalogId, Object};
use crate::postgres::catalog::blockers::{self, Dependent};

/// An error with every circle that goes through an object which was replaced in this run.
pub fn check(drive: &mut Drive<'_>, ledger: &Ledger) -> Result<()> {
    let mut done: Vec<usize> = drive.queue.successes().to_vec();
    done.sort_unstable();
    done.dedup();
    let mut replaced: Vec<CatalogId> = Vec::new();
    for id in done {
        let provides = ledger.statement(id).provides.iter().filter(|provided| provided.was == Was::Present);
        let ids: Vec<CatalogId> = provides.map(|provided| provided.id).collect();
        if !ids.is_empty() && needs_itself_by_text(drive, id) {
            replaced.extend(ids);
        }
    }
    if replaced.is_empty() {
        return Ok(());
    }
    let all = blockers::dependents(drive.session, &replaced)?;
    let circles = blockers::circles(&all).into_iter();
    let diagnostics: Vec<Diagnostic> = circles.filter_map(|circle| diagnostic(drive, &all, &circle)).collect();
    if diagnostics.is_empty() { Ok(()) } else { Err(Error { kind: Kind::Unresolved, diagnostics }) }
}

/// Whether those who mention what a statement creates, and those who mention theirs, end in the statement itself.
fn needs_itself_by_text(drive: &Drive<'_>, id: usize) -> bool {
    let mentioners = |of: usize| {
        let names = drive.statements[of].mentions.creates.iter().map(|created| created.name.name.as_str());
        names.flat_map(|name| drive.graph.mentioners(name)).copied().filter(move |&other| other != of).collect::<Vec<usize>>()
    };
    let mut next = mentioners(id);
    let mut seen: HashSet<usize> = next.iter().copied().collect();
    while let Some(other) = next.pop() {
        if other == id {
            return true;
        }
        next.extend(mentioners(other).into_iter().filter(|more| seen.insert(*more)));
    }
    false
}

/// What is wrong with a circle; nothing where the files make one of its objects in two steps, as they have to on an empty
/// database.
fn diagnostic(drive: &Drive<'_>, all: &[Dependent], circle: &[CatalogId]) -> Option<Diagnostic> {
    let objects: Vec<&Object> = all.iter().filter(|one| circle.contains(&one.id)).map(|one| &one.object).collect();
    let mut makers = Vec::with_capacity(objects.len());
    for object in &objects {
        let mut creators = (0..drive.statements.len()).filter(|&id| seems_to_create(&drive.statements[id], object));
        let maker = creators.next()?;
        if creators.next().is_some() {
            return None;
        }
        makers.push(maker);
    }
    let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
    let (first, place) = (names.first()?, drive.statements[*makers.first()?].place());
    let mut diagnostic = Diagnostic::new(format!("{} need each other", names.join(" and "))).at(place);
    for (name, &maker) in names.iter().zip(&makers).skip(1) {
        diagnostic = diagnostic.related(format!("{name} is created here"), drive.statements[maker].place());
    }
    let note =
        format!("both were there before, so that each could be replaced; an empty database can get neither {first} nor the rest");
    Some(diagnostic.note(NoteLabel::Note, note).help("break the circle: one of them has to do without the other"))
}
