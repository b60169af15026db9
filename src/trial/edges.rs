//! What a run learned of who needs whom: edges between objects, and between statements.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::again::own_names;
use super::ledger::Ledger;
use super::records::Records;
use crate::engine::rebinding::Course;
use crate::engine::{Graph, Queue};
use crate::model::object::CatalogId;
use crate::model::project::Project;
use crate::model::record::{Dependency, LearnedEdge, LearnedFrom};
use crate::model::statement::{Checksum, Statement, distinct_checksums};

/// What the edges are collected from; nothing of it talks to the server, so that it can be done beside other work.
pub struct Edges<'a> {
    pub statements: &'a [Statement],
    pub queue: &'a Queue<'a>,
    pub ledger: &'a Ledger,
    pub graph: &'a Graph<'a>,
    pub records: &'a Records<'a>,
    pub project: &'a Project,
    /// Pairs (migration, statement that it needed).
    pub needed_by_migrations: &'a [(usize, usize)],
}

impl Edges<'_> {
    /// The edges between objects that the catalog shows, and those between statements that only files and errors told of.
    pub fn dependencies(&self) -> Vec<Dependency> {
        let mut edges: BTreeMap<(String, String), LearnedFrom> = BTreeMap::new();
        let mut labels: HashMap<CatalogId, Option<String>> = HashMap::new();
        for edge in &self.ledger.dependencies {
            if self.ledger.provider(edge.dependent).is_none() {
                continue;
            }
            let mut name = |id: CatalogId| -> Option<String> {
                labels.entry(id).or_insert_with(|| Some(self.ledger.names.get(&id)?.to_string())).clone()
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

    pub fn learned(&self) -> Vec<LearnedEdge> {
        let checksums = distinct_checksums(self.statements);
        let checksum = |id: usize| -> Checksum { checksums[id] };
        let course = Course::new(self.statements.len(), self.queue.successes(), []);
        let by_catalog = self.ledger.needs().into_iter().filter(|&(later, earlier)| !self.are_in_one_file(later, earlier));
        // An object that two statements make one after the other counts for the second: what came between did not need that one.
        let by_catalog = by_catalog.filter(|&(later, earlier)| course.is_before(earlier, later));
        let by_error = self.queue.learned().iter().copied().filter(|&(later, earlier)| course.is_before(earlier, later));
        let migrations = self.project.migrations.as_deref().unwrap_or_default();
        let by_migration = self.needed_by_migrations.iter().map(|&(index, id)| (migrations[index].checksum, checksum(id)));
        by_catalog.chain(by_error).map(|(later, earlier)| (checksum(later), checksum(earlier))).chain(by_migration).collect()
    }

    /// Pairs (statement of this run, one that its file says it needs).
    fn declared(&self) -> Vec<(usize, usize)> {
        let done: BTreeSet<usize> = self.queue.successes().iter().copied().collect();
        let pairs = done.into_iter().flat_map(|id| {
            let names = self.statements[id].declared.iter().map(|declared| &declared.name);
            names.flat_map(|name| self.graph.providers(self.statements, None, name)).map(move |earlier| (id, earlier))
        });
        pairs.filter(|(later, earlier)| later != earlier).collect()
    }

    /// Pairs (statement, what it needs) that errors told of. Where an error did not help, the queue takes everything that was made
    /// before the next try for needed: that is good for the order, but true only of what makes a name that is used, or of the
    /// only one.
    fn told_by_errors(&self) -> Vec<(usize, usize)> {
        let by_name: HashSet<(usize, usize)> = self.queue.learned_by_name().collect();
        let mut guesses: HashMap<usize, Vec<usize>> = HashMap::new();
        for &(later, earlier) in self.queue.learned().iter().filter(|pair| !by_name.contains(pair)) {
            guesses.entry(later).or_default().push(earlier);
        }
        let mut told: Vec<(usize, usize)> = by_name.into_iter().collect();
        for (later, mut all) in guesses {
            if all.len() > 1 {
                let used: HashSet<&str> =
                    self.statements[later].mentions.uses.iter().map(|used| used.name.name.as_str()).collect();
                let provided = |id: usize| self.ledger.statement(id).provides.iter().map(|provided| &provided.object);
                all.retain(|&earlier| provided(earlier).any(|object| own_names(object).any(|name| used.contains(name))));
            }
            told.extend(all.into_iter().map(|earlier| (later, earlier)));
        }
        told
    }

    /// The name under which a statement is recorded, by this run or before it.
    fn name(&self, id: usize) -> String {
        let statement = &self.statements[id];
        let provided = self.ledger.statement(id).provides.first().map(|provided| provided.object.to_string());
        let recorded = || self.records.of_statement(statement).first().map(|row| row.name.clone());
        provided.or_else(recorded).unwrap_or_else(|| statement.record_name())
    }

    fn are_in_one_file(&self, later: usize, earlier: usize) -> bool {
        let (later, earlier) = (&self.statements[later], &self.statements[earlier]);
        Arc::ptr_eq(&later.file, &earlier.file) && earlier.ordinal < later.ordinal
    }
}
