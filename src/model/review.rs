//! What a run finds changed when it looks again, inside its transaction, at what was there before.

use super::object::{CatalogId, Object};
use super::record::Drift;
use super::verb::Aspect;

/// What migrations, and statements that only act, did to what is recorded and to what recorded statements act on.
#[derive(Debug, Clone, Default)]
pub struct Review {
    /// Recorded objects that are gone, or are something else, by their rows.
    pub drift: Vec<Drift>,
    /// Recorded objects that are called otherwise now: the index of the row, and the object as it is called.
    pub moved: Vec<(usize, Object)>,
    /// Objects that migrations wrote to and that were there before.
    pub changes: Vec<Change>,
    /// Objects that migrations made.
    pub made: Vec<Object>,
    /// What is bound to something that was renamed.
    pub bound_to_renamed: Vec<Object>,
}

/// An object as it was before the run and as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub id: CatalogId,
    pub was: Sight,
    pub now: Sight,
}

/// What is to be seen of an object that no code directory has to have made: a table, a type, a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    pub object: Object,
    /// The names of its columns by their numbers.
    pub columns: Vec<(i32, String)>,
    pub owner: String,
    pub privileges: String,
    pub comment: String,
    /// Row security, options, replica identity: what ALTER sets on a relation as a whole.
    pub settings: String,
}

impl Change {
    /// Whether it, or a column of it, has another name.
    pub fn is_renamed(&self) -> bool {
        let was = |number: i32| self.was.columns.iter().find(|(known, _)| *known == number);
        let is_other = |(number, name): &(i32, String)| was(*number).is_some_and(|(_, was)| was != name);
        self.was.object != self.now.object || self.now.columns.iter().any(is_other)
    }

    /// The aspects of it that are no longer what they were.
    pub fn aspects(&self) -> Vec<Aspect> {
        let differs = [
            (self.was.settings != self.now.settings, Aspect::Definition),
            (self.was.owner != self.now.owner, Aspect::Owner),
            (self.was.privileges != self.now.privileges, Aspect::Privileges),
            (self.was.comment != self.now.comment, Aspect::Comment),
        ];
        differs.into_iter().filter_map(|(differs, aspect)| differs.then_some(aspect)).collect()
    }
}
