//! What statements that only act touched although others wrote the same row after them: the catalog shows only the last writer.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::matching::{mentions, own_names};
use super::world::{Event, World};
use crate::model::name::Name;
use crate::model::object::Object;
use crate::model::statement::{Statement, StatementId};
use crate::model::verb::{Aspect, Verb};
use crate::sql::spelling;

/// A statement, and an object that the catalog shows as written by it.
type Wrote<'w> = (StatementId, &'w Object);

/// What each statement of the run touched without its being seen.
pub fn overwritten(world: &World<'_>) -> BTreeMap<StatementId, BTreeSet<Object>> {
    let rows = Rows::of(world);
    let mut found: BTreeMap<StatementId, BTreeSet<Object>> = BTreeMap::new();
    for event in world.history() {
        let Event::Tried(id) = event else { continue };
        let objects = rows.meant_by(world.statement(*id), *id);
        if !objects.is_empty() {
            found.entry(*id).or_default().extend(objects.into_iter().cloned());
        }
    }
    found
}

/// What the catalog shows as written.
struct Rows<'w> {
    by_name: HashMap<&'w str, Vec<Wrote<'w>>>,
    /// What was touched and can be granted on.
    granted: Vec<&'w Object>,
    /// The statements that are seen to have done something.
    seen: HashSet<StatementId>,
}

impl<'w> Rows<'w> {
    fn of(world: &'w World<'_>) -> Self {
        let mut rows = Rows { by_name: HashMap::new(), granted: Vec::new(), seen: HashSet::new() };
        for (id, entry) in world.ledger().by_statement() {
            let touched = entry.touches.iter();
            rows.granted.extend(touched.filter(|object| spelling::grant_target(object).is_some()));
            for object in entry.objects() {
                own_names(object).for_each(|name| rows.by_name.entry(name).or_default().push((id, object)));
                rows.seen.insert(id);
            }
        }
        rows
    }

    fn meant_by(&self, statement: &Statement, id: StatementId) -> Vec<&'w Object> {
        let verb = statement.mentions.verb;
        match verb {
            // A block may have meant any of them.
            Verb::Do if statement.mentions.sets.contains(&Aspect::Privileges) => self.granted.clone(),
            _ if verb.sweeps() => {
                let names = statement.mentions.uses.iter().map(|used| used.name.name.as_str());
                let schemas: HashSet<&str> = names.collect();
                let is_swept =
                    |object: &Object| matches!(object.names.as_slice(), [schema, _, ..] if schemas.contains(schema.as_str()));
                self.granted.iter().copied().filter(|object| is_swept(object)).collect()
            }
            // An ALTER that is seen to have touched a part of a table (a trigger) did not touch the table.
            Verb::Alter(_) if self.seen.contains(&id) => Vec::new(),
            Verb::Grant(_) | Verb::Revoke(_) | Verb::Comment | Verb::SecurityLabel | Verb::Alter(_) => {
                let used = statement.mentions.uses.iter().map(|used| &used.name);
                let names = used.chain(&statement.mentions.completes);
                // A comment on a column names its table in front.
                let table = |name: &'_ Name| name.schema.clone().filter(|_| verb == Verb::Comment);
                let names = names.flat_map(|name| [Some(name.name.clone()), table(name)]).flatten();
                let written = names.filter_map(|name| self.by_name.get(name.as_str())).flatten();
                let meant = written.filter(|(writer, object)| *writer != id && mentions(statement, object));
                meant.map(|(_, object)| *object).collect()
            }
            _ => Vec::new(),
        }
    }
}
