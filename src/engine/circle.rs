//! Circles among objects that need each other, and an order in which they can be dropped all the same.

use std::collections::HashMap;

use petgraph::algo::{tarjan_scc, toposort};
use petgraph::graphmap::DiGraphMap;

use crate::model::dependent::Dependent;
use crate::model::object::CatalogId;

/// The circles among objects that need each other. Replaced one by one they can come to that; created they cannot.
pub fn circles(dependents: &[Dependent]) -> Vec<Vec<CatalogId>> {
    tarjan_scc(&needs(dependents, &[])).into_iter().filter(|circle| circle.len() > 1).collect()
}

/// Dependents first, where some need nothing any more.
pub fn reordered(mut dependents: Vec<Dependent>, without_needs: &[CatalogId]) -> Vec<Dependent> {
    let Ok(order) = toposort(&needs(&dependents, without_needs), None) else { return dependents };
    let place: HashMap<CatalogId, usize> = order.into_iter().enumerate().map(|(at, id)| (id, at)).collect();
    dependents.sort_by_key(|dependent| place.get(&dependent.id).copied());
    dependents
}

fn needs(dependents: &[Dependent], without_needs: &[CatalogId]) -> DiGraphMap<CatalogId, ()> {
    let mut graph = DiGraphMap::new();
    for dependent in dependents {
        graph.add_node(dependent.id);
        for needed in dependent.depends_on.iter().filter(|_| !without_needs.contains(&dependent.id)) {
            graph.add_edge(dependent.id, *needed, ());
        }
    }
    graph
}
