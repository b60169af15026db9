//! Why no order works: the root causes, and who only waits for them.

use std::collections::{HashMap, HashSet};

use super::diagnosis::Obstacle;
use super::graph::{Edge, Graph};
use crate::model::statement::{Statement, StatementId};

/// What is to be said about statements that failed for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Root causes in the order given, with the number of statements that wait for each.
    pub roots: Vec<Root>,
    /// How many statements wait for any of them.
    pub waiting: usize,
}

/// A statement that fails for a reason of its own, or a circle of statements that need each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// One statement; several are a circle, each needing the next.
    pub statements: Vec<StatementId>,
    pub waiting: usize,
}

/// Tells root causes from those that only wait. `failed` holds every statement that is left with its obstacle.
pub fn explain(statements: &[Statement], graph: &Graph, failed: &[(StatementId, Obstacle)]) -> Explanation {
    let is_left: HashSet<StatementId> = failed.iter().map(|(id, _)| *id).collect();
    let needs: HashMap<StatementId, Vec<StatementId>> =
        failed.iter().map(|(id, obstacle)| (*id, needs(statements, graph, *id, obstacle, &is_left))).collect();
    let mut roots: Vec<Root> = Vec::new();
    let mut in_root: HashSet<StatementId> = HashSet::new();
    for (id, _) in failed {
        if needs[id].is_empty() {
            in_root.insert(*id);
            roots.push(Root { statements: vec![*id], waiting: 0 });
        }
    }
    let mut reached = waiting_for(&in_root, &needs);
    for (id, _) in failed {
        if !in_root.contains(id) && !reached.contains(id) {
            let circle = circle_from(*id, &needs);
            in_root.extend(&circle);
            roots.push(Root { statements: circle, waiting: 0 });
            reached = waiting_for(&in_root, &needs);
        }
    }
    for root in &mut roots {
        root.waiting = waiting_for(&root.statements.iter().copied().collect(), &needs).len();
    }
    let waiting = failed.iter().filter(|(id, _)| !in_root.contains(id)).count();
    Explanation { roots, waiting }
}

/// Which of the statements that are left stand in the way of this one.
fn needs(
    statements: &[Statement],
    graph: &Graph,
    id: StatementId,
    obstacle: &Obstacle,
    is_left: &HashSet<StatementId>,
) -> Vec<StatementId> {
    let Obstacle::Missing(names) = obstacle else { return Vec::new() };
    let mut found: Vec<StatementId> = names.iter().flat_map(|name| graph.providers(statements, Some(id), name)).collect();
    if names.is_empty() {
        found.extend(
            graph
                .before(id)
                .iter()
                .filter(|(_, edge)| *edge <= Edge::Checked && *edge != Edge::File)
                .map(|(earlier, _)| *earlier),
        );
    }
    found.retain(|earlier| *earlier != id && is_left.contains(earlier));
    found.sort_unstable();
    found.dedup();
    found
}

/// Everyone outside `roots` who needs one of them, directly or not.
fn waiting_for(roots: &HashSet<StatementId>, needs: &HashMap<StatementId, Vec<StatementId>>) -> HashSet<StatementId> {
    let mut reached: HashSet<StatementId> = HashSet::new();
    loop {
        let before = reached.len();
        for (id, needed) in needs {
            if !roots.contains(id) && needed.iter().any(|earlier| roots.contains(earlier) || reached.contains(earlier)) {
                reached.insert(*id);
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

/// Follows the first need of each until one comes again: a circle, each needing the next.
fn circle_from(start: StatementId, needs: &HashMap<StatementId, Vec<StatementId>>) -> Vec<StatementId> {
    let mut path: Vec<StatementId> = Vec::new();
    let mut id = start;
    loop {
        if let Some(at) = path.iter().position(|&seen| seen == id) {
            return path.split_off(at);
        }
        path.push(id);
        match needs.get(&id).and_then(|needed| needed.first()) {
            Some(&next) => id = next,
            None => return path,
        }
    }
}
