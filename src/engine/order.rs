//! The canonical order: one sequence of all statements, a function of their texts and of what is known, never of file names.

use std::collections::BTreeSet;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::graph::{Edge, Graph};
use crate::model::statement::{Checksum, Role, Statement, StatementId, distinct_checksums};
use crate::model::verb::{Reach, Verb};

/// Every statement in the order in which it should be tried.
///
/// Each comes after all that should come before it; among those that could be next, what creates comes first, then by the
/// created name, then by checksum. Where hints contradict each other, the statement is taken that breaks the weakest ones.
pub fn canonical(statements: &[Statement], graph: &Graph<'_>) -> Vec<StatementId> {
    let mut sorter = Sorter::new(statements, graph);
    let mut is_free_of_circles = false;
    while sorter.order.len() < graph.len() {
        let next = sorter.ready.first().map(|((role, ..), id)| (*role, *id));
        // What acts on what there is comes after all creators, those in circles too, unless they wait for it.
        let circle_first = next.is_none_or(|(role, _)| role != Role::Creates && !is_free_of_circles);
        let Some(id) = circle_first.then(|| sorter.least_contradicted()).flatten().or(next.map(|(_, id)| id)) else { break };
        is_free_of_circles = circle_first && next.is_some_and(|(_, next)| next == id) || is_free_of_circles;
        sorter.take(id);
        // Only what still waits for others can have been left in a circle that nothing else leads into.
        is_free_of_circles &= graph.after(id).iter().all(|(later, _)| sorter.missing[later.0] == 0);
    }
    sorter.order
}

type Key<'a> = (Role, u8, &'a str, Checksum, StatementId);

struct Sorter<'a> {
    graph: &'a Graph<'a>,
    keys: Vec<Key<'a>>,
    /// How many of a statement's predecessors are still to come.
    missing: Vec<usize>,
    taken: Vec<bool>,
    ready: BTreeSet<(Key<'a>, StatementId)>,
    order: Vec<StatementId>,
}

impl<'a> Sorter<'a> {
    fn new(statements: &'a [Statement], graph: &'a Graph<'a>) -> Self {
        let keys: Vec<Key<'a>> = statements
            .iter()
            .zip(distinct_checksums(statements))
            .enumerate()
            .map(|(index, (statement, checksum))| key(StatementId(index), statement, checksum))
            .collect();
        let ids = || (0..graph.len()).map(StatementId);
        let missing: Vec<usize> = ids().map(|id| graph.before(id).len()).collect();
        let ready = ids().filter(|&id| missing[id.0] == 0).map(|id| (keys[id.0], id)).collect();
        Sorter { graph, keys, missing, taken: vec![false; graph.len()], ready, order: Vec::with_capacity(graph.len()) }
    }

    fn take(&mut self, id: StatementId) {
        self.ready.remove(&(self.keys[id.0], id));
        self.taken[id.0] = true;
        self.order.push(id);
        for &(later, _) in self.graph.after(id) {
            self.missing[later.0] = self.missing[later.0].saturating_sub(1);
            if self.missing[later.0] == 0 && !self.taken[later.0] {
                self.ready.insert((self.keys[later.0], later));
            }
        }
    }

    /// Within the circles that nothing else leads into: the statement whose open hints are the weakest.
    fn least_contradicted(&self) -> Option<StatementId> {
        let open: Vec<StatementId> = (0..self.taken.len()).map(StatementId).filter(|&id| !self.taken[id.0]).collect();
        let mut index = vec![usize::MAX; self.taken.len()];
        let mut circles = DiGraph::<StatementId, ()>::with_capacity(open.len(), open.len());
        for &id in &open {
            index[id.0] = circles.add_node(id).index();
        }
        for &id in &open {
            for &(earlier, _) in self.graph.before(id) {
                if !self.taken[earlier.0] {
                    circles.add_edge(NodeIndex::new(index[earlier.0]), NodeIndex::new(index[id.0]), ());
                }
            }
        }
        let components = tarjan_scc(&circles);
        let mut component_of = vec![0; open.len()];
        for (number, nodes) in components.iter().enumerate() {
            for node in nodes {
                component_of[node.index()] = number;
            }
        }
        let is_source = |number: usize| {
            components[number].iter().all(|node| {
                let before = self.graph.before(circles[*node]).iter();
                before.filter(|(id, _)| !self.taken[id.0]).all(|(id, _)| component_of[index[id.0]] == number)
            })
        };
        let sources = (0..components.len()).filter(|&number| components[number].len() > 1 && is_source(number));
        sources
            .flat_map(|number| components[number].iter())
            .map(|node| circles[*node])
            .min_by_key(|&id| (self.open_hints(id), self.keys[id.0]))
    }

    /// How many hints of each kind a statement would break if it came next.
    fn open_hints(&self, id: StatementId) -> [usize; Edge::KINDS] {
        let mut counts = [0; Edge::KINDS];
        for &(earlier, edge) in self.graph.before(id) {
            if !self.taken[earlier.0] {
                counts[edge as usize] += 1;
            }
        }
        counts
    }
}

fn key(id: StatementId, statement: &Statement, checksum: Checksum) -> Key<'_> {
    let created = statement.mentions.creates.first().map_or("", |created| created.name.name.as_str());
    (statement.mentions.role, rank(statement), created, checksum, id)
}

/// Among what creates nothing: what may create after all comes first, then what covers a whole schema, then what is about
/// single objects, so that a sweeping GRANT covers everything and a single REVOKE holds against it.
fn rank(statement: &Statement) -> u8 {
    if statement.mentions.role != Role::Acts {
        return 0;
    }
    match statement.mentions.verb {
        Verb::Revoke(Reach::Schema) => 1,
        Verb::Grant(Reach::Schema) => 2,
        Verb::Revoke(Reach::Objects) => 3,
        Verb::Grant(Reach::Objects) => 4,
        Verb::Comment | Verb::SecurityLabel => 5,
        _ => 0,
    }
}
