//! What a run learned of who needs whom: edges between objects, and between statements.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::engine::lessons::Lessons;
use crate::engine::matching::{own_names, stands_before};
use crate::engine::timeline::Timeline;
use crate::engine::work::Need;
use crate::engine::world::World;
use crate::model::object::CatalogId;
use crate::model::record::{Dependency, LearnedEdge, LearnedFrom};
use crate::model::statement::{Checksum, StatementId, distinct_checksums};

/// What the edges are collected from; nothing of it talks to the server, so that it can be done beside other work.
pub struct Edges<'w, 'a> {
    pub world: &'w World<'a>,
    pub lessons: &'w Lessons,
}

impl Edges<'_, '_> {
    /// The edges between objects that the catalog shows, and those between statements that only files and errors told of.
    pub fn dependencies(&self) -> Vec<Dependency> {
        let mut edges: BTreeMap<(String, String), LearnedFrom> = BTreeMap::new();
        let mut labels: HashMap<CatalogId, Option<String>> = HashMap::new();
        let ledger = self.world.ledger();
        for edge in ledger.dependencies() {
            if ledger.provider(edge.dependent).is_none() {
                continue;
            }
            let mut name = |id: CatalogId| -> Option<String> {
                labels.entry(id).or_insert_with(|| Some(ledger.name(id)?.to_string())).clone()
            };
            if let (Some(object_name), Some(depends_on)) = (name(edge.dependent), name(edge.referenced)) {
                edges.insert((object_name, depends_on), LearnedFrom::Catalog);
            }
        }
        for (later, earlier) in self.declared() {
            edges.entry((self.name(later), self.name(earlier))).or_insert(LearnedFrom::Declared);
        }
        for (later, earlier) in self.told_by_errors() {
            edges.entry((self.name(later), self.name(earlier))).or_insert(LearnedFrom::Error);
        }
        let dependency = |((object_name, depends_on), learned_from)| Dependency { object_name, depends_on, learned_from };
        edges.into_iter().map(dependency).collect()
    }

    /// The edges between statements, by their checksums.
    pub fn learned(&self) -> Vec<LearnedEdge> {
        let checksums = distinct_checksums(self.world.statements());
        let checksum = |id: StatementId| -> Checksum { checksums[id.0] };
        let timeline = Timeline::new(self.world.statements().len(), self.world.queue.successes(), []);
        let in_this_order = |earlier, later| stands_before(self.world.statement(earlier), self.world.statement(later));
        let by_catalog = self.world.ledger().needs().into_iter().filter(|&(later, earlier)| !in_this_order(earlier, later));
        // An object that two statements make one after the other counts for the second: what came between did not need that one.
        let by_catalog = by_catalog.filter(|&(later, earlier)| timeline.is_before(earlier, later));
        let by_error = self.world.queue.learned().iter().copied().filter(|&(later, earlier)| timeline.is_before(earlier, later));
        let checksum_of_migration = |id| Some(self.world.work().portion(id)?.migration.checksum);
        let by_migration = self.world.needed_by_migrations.iter();
        let by_migration = by_migration.filter_map(|&(index, id)| Some((checksum_of_migration(index)?, checksum(id))));
        // What the beginnings before this one taught: without it the next run would make their detours again.
        let needs = by_catalog.chain(by_error).chain(self.lessons.new_needs());
        needs.map(|(later, earlier)| (checksum(later), checksum(earlier))).chain(by_migration).collect()
    }

    /// Pairs (statement of this run, one that its file says it needs).
    fn declared(&self) -> Vec<Need> {
        let pairs = self.world.succeeded().into_iter().flat_map(|id| {
            let names = self.world.statement(id).declared.iter().map(|declared| &declared.name);
            names.flat_map(|name| self.world.providers(None, name)).map(move |earlier| (id, earlier))
        });
        pairs.filter(|(later, earlier)| later != earlier).collect()
    }

    /// Pairs (statement, what it needs) that errors told of. Where an error did not help, the queue takes everything that was made
    /// before the next try for needed: that is good for the order, but true only of what makes a name that is used, or of the
    /// only one.
    fn told_by_errors(&self) -> Vec<Need> {
        let by_name: HashSet<Need> = self.world.queue.learned_by_name().collect();
        let mut guesses: HashMap<StatementId, Vec<StatementId>> = HashMap::new();
        for &(later, earlier) in self.world.queue.learned().iter().filter(|pair| !by_name.contains(pair)) {
            guesses.entry(later).or_default().push(earlier);
        }
        let mut told: Vec<Need> = by_name.into_iter().collect();
        for (later, mut all) in guesses {
            if all.len() > 1 {
                let used: HashSet<&str> =
                    self.world.statement(later).mentions.uses.iter().map(|used| used.name.name.as_str()).collect();
                let provided =
                    |id: StatementId| self.world.ledger().statement(id).provides.iter().map(|provided| &provided.object);
                all.retain(|&earlier| provided(earlier).any(|object| own_names(object).any(|name| used.contains(name))));
            }
            told.extend(all.into_iter().map(|earlier| (later, earlier)));
        }
        told
    }

    /// The name under which a statement is recorded, by this run or before it.
    fn name(&self, id: StatementId) -> String {
        let statement = self.world.statement(id);
        let provided = self.world.ledger().statement(id).provides.first().map(|provided| provided.object.to_string());
        let recorded = || self.world.rows_of(id).first().map(|row| row.name.clone());
        provided.or_else(recorded).unwrap_or_else(|| statement.record_name())
    }
}
