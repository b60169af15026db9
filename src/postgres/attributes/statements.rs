//! Compares what an object carried with what it carries now, and words the difference as statements.

use super::giving::Giving;
use super::{Carried, RestoreStep, Restored};
use super::{grants, kinds};

/// The statements for one object; nothing where nothing differs.
pub(super) fn steps(was: &Carried, now: &Carried, because: Restored) -> Vec<RestoreStep> {
    if because == Restored::WithoutAlter {
        return granted_and_said(was, now);
    }
    let owner_role = was.attributes.owner.clone().filter(|_| !was.attributes.acts_for_owner);
    let mut giving = Giving { was, now, owner_role, steps: Vec::new() };
    giving.owner();
    giving.privileges();
    giving.column_privileges();
    giving.remarks();
    kinds::kept(&mut giving, because);
    if because == Restored::All {
        kinds::said_by_the_text(&mut giving);
    }
    kinds::contents(&mut giving, because);
    giving.steps
}

/// Grants, comments and labels for an object that keeps the owner it was created with.
fn granted_and_said(was: &Carried, now: &Carried) -> Vec<RestoreStep> {
    let (old, new) = (was.attributes.owner.clone().unwrap_or_default(), now.attributes.owner.clone().unwrap_or_default());
    let mut was = was.clone();
    let attributes = &mut was.attributes;
    attributes.owner = now.attributes.owner.clone();
    attributes.standard_privileges = now.attributes.standard_privileges.clone();
    attributes.privileges = attributes.privileges.as_ref().map(|privileges| grants::owned_by(privileges, &old, &new));
    for column in &mut was.columns {
        column.privileges = grants::owned_by(&column.privileges, &old, &new);
    }
    let mut giving = Giving { was: &was, now, owner_role: None, steps: Vec::new() };
    giving.privileges();
    giving.column_privileges();
    giving.remarks();
    giving.steps
}
