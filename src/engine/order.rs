//! The canonical order: one sequence of all statements, a function of their texts and of what is known, never of file names.

use std::collections::BTreeSet;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::graph::{Edge, Graph};
use crate::model::statement::{Checksum, Role, Statement, distinct_checksums};
use crate::model::verb::{Reach, Verb};

/// Every statement in the order in which it should be tried.
///
/// Each comes after all that should come before it; among those that could be next, what creates comes first, then by the
/// created name, then by checksum. Where hints contradict each other, the statement is taken that breaks the weakest ones.
pub fn canonical(statements: &[Statement], graph: &Graph) -> Vec<usize> {
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
        is_free_of_circles &= graph.after(id).iter().all(|(later, _)| sorter.missing[*later] == 0);
    }
    sorter.order
}

type Key<'a> = (Role, u8, &'a str, Checksum, usize);

struct Sorter<'a> {
    graph: &'a Graph<'a>,
    keys: Vec<Key<'a>>,
    /// How many of a statement's predecessors are still to come.
    missing: Vec<usize>,
    taken: Vec<bool>,
    ready: BTreeSet<(Key<'a>, usize)>,
    order: Vec<usize>,
}

impl<'a> Sorter<'a> {
    fn new(statements: &'a [Statement], graph: &'a Graph<'a>) -> Self {
        let keys: Vec<Key<'a>> = statements
            .iter()
            .zip(distinct_checksums(statements))
            .enumerate()
            .map(|(id, (statement, checksum))| key(id, statement, checksum))
            .collect();
        let missing: Vec<usize> = (0..graph.len()).map(|id| graph.before(id).len()).collect();
        let ready = (0..graph.len()).filter(|&id| missing[id] == 0).map(|id| (keys[id], id)).collect();
        Sorter { graph, keys, missing, taken: vec![false; graph.len()], ready, order: Vec::with_capacity(graph.len()) }
    }

    fn take(&mut self, id: usize) {
        self.ready.remove(&(self.keys[id], id));
        self.taken[id] = true;
        self.order.push(id);
        for &(later, _) in self.graph.after(id) {
            self.missing[later] = self.missing[later].saturating_sub(1);
            if self.missing[later] == 0 && !self.taken[later] {
                self.ready.insert((self.keys[later], later));
            }
        }
    }

    /// Within the circles that nothing else leads into: the statement whose open hints are the weakest.
    fn least_contradicted(&self) -> Option<usize> {
        let open: Vec<usize> = (0..self.taken.len()).filter(|&id| !self.taken[id]).collect();
        let mut index = vec![usize::MAX; self.taken.len()];
        let mut circles = DiGraph::<usize, ()>::with_capacity(open.len(), open.len());
        for &id in &open {
            index[id] = circles.add_node(id).index();
        }
        for &id in &open {
            for &(earlier, _) in self.graph.before(id) {
                if !self.taken[earlier] {
                    circles.add_edge(NodeIndex::new(index[earlier]), NodeIndex::new(index[id]), ());
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
                before.filter(|(id, _)| !self.taken[*id]).all(|(id, _)| component_of[index[*id]] == number)
            })
        };
        let sources = (0..components.len()).filter(|&number| components[number].len() > 1 && is_source(number));
        sources
            .flat_map(|number| components[number].iter())
            .map(|node| circles[*node])
            .min_by_key(|&id| (self.open_hints(id), self.keys[id]))
    }

    /// How many hints of each kind a statement would break if it came next.
    fn open_hints(&self, id: usize) -> [usize; Edge::KINDS] {
        let mut counts = [0; Edge::KINDS];
        for &(earlier, edge) in self.graph.before(id) {
            if !self.taken[earlier] {
                counts[edge as usize] += 1;
            }
        }
        counts
    }
}

fn key(id: usize, statement: &Statement, checksum: Checksum) -> Key<'_> {
    let created = statement.mentions.creates.first().map_or("", |created| created.name.name.as_str());
    (statement.mentions.role, deed(statement), created, checksum, id)
}

/// Among what creates nothing: what may create after all comes first, then what covers a whole schema, then what is about
/// single objects, so that a sweeping GRANT covers everything and a single REVOKE holds against it.
fn deed(statement: &Statement) -> u8 {
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
