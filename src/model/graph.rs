//! The graph of a project's objects: who needs whom, and how that is known. Pure functions over a plain value.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::record::LearnedFrom;

/// Objects in the order of their names, and who needs whom, in the order of their objects; each pair once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectGraph {
    objects: Vec<GraphObject>,
    edges: Vec<GraphEdge>,
    /// For each object the edges (their indexes) to what it needs.
    needs: Vec<Vec<usize>>,
    /// For each object the edges (their indexes) from those that need it.
    needed_by: Vec<Vec<usize>>,
}

/// An object as far as the graph knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GraphObject {
    /// `view.user_stats`; of what provides no object the name of its record: `grant.1f2e3d4c5b6a`.
    pub name: String,
    /// The beginning of the statement, where the name says nothing: `GRANT SELECT ON user_stats TO reader`.
    pub summary: Option<String>,
    /// The file as a person names it: of the object's statement, or of the migration that seems to make it.
    pub path: Option<String>,
    /// 1-based; 0 where only the file is known.
    pub line: usize,
    /// The text of its statement; empty where no file of today has it.
    pub sql: String,
}

/// One object needs another; both by their indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphEdge {
    pub object: usize,
    pub needs: usize,
    pub learned_from: LearnedFrom,
}

/// Which way to follow the edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeDirection {
    /// To what an object needs.
    Needs,
    /// To those that need it.
    NeededBy,
}

impl GraphObject {
    /// What PostgreSQL calls the kind of object: `materialized view`; the first word of a statement that provides none.
    pub fn kind(&self) -> &str {
        self.name.split_once('.').map_or("", |(kind, _)| kind)
    }

    /// Its name, or its summary where the name says nothing.
    pub fn shown(&self) -> &str {
        self.summary.as_deref().unwrap_or(&self.name)
    }
}

impl ObjectGraph {
    /// A graph of these objects and of all that the edges name beside them. Of two edges between the same objects the better
    /// known one stays; an object that needs itself needs nothing.
    pub fn new(
        objects: impl IntoIterator<Item = GraphObject>,
        edges: impl IntoIterator<Item = (String, String, LearnedFrom)>,
    ) -> Self {
        let mut by_name: BTreeMap<String, GraphObject> =
            objects.into_iter().map(|object| (object.name.clone(), object)).collect();
        let edges: Vec<(String, String, LearnedFrom)> = edges.into_iter().collect();
        for name in edges.iter().flat_map(|(object, needs, _)| [object, needs]) {
            if !by_name.contains_key(name) {
                by_name.insert(name.clone(), GraphObject { name: name.clone(), ..GraphObject::default() });
            }
        }
        let places: HashMap<&str, usize> = by_name.keys().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let mut known: BTreeMap<(usize, usize), LearnedFrom> = BTreeMap::new();
        for (object, needs, learned_from) in &edges {
            let pair = (places[object.as_str()], places[needs.as_str()]);
            if pair.0 != pair.1 {
                let best = known.entry(pair).or_insert(*learned_from);
                *best = (*best).min(*learned_from);
            }
        }
        let edges = known.into_iter().map(|((object, needs), learned_from)| GraphEdge { object, needs, learned_from }).collect();
        ObjectGraph::linked(by_name.into_values().collect(), edges)
    }

    fn linked(objects: Vec<GraphObject>, edges: Vec<GraphEdge>) -> Self {
        let (mut needs, mut needed_by) = (vec![Vec::new(); objects.len()], vec![Vec::new(); objects.len()]);
        for (at, edge) in edges.iter().enumerate() {
            needs[edge.object].push(at);
            needed_by[edge.needs].push(at);
        }
        ObjectGraph { objects, edges, needs, needed_by }
    }

    /// All objects, in the order of their names.
    pub fn objects(&self) -> &[GraphObject] {
        &self.objects
    }

    /// All edges, in the order of their objects.
    pub fn edges(&self) -> &[GraphEdge] {
        &self.edges
    }

    /// The edges of one object in a direction, with the object at their other end; in the order of names.
    pub fn next(&self, object: usize, direction: EdgeDirection) -> impl Iterator<Item = (usize, &GraphEdge)> {
        let edges = match direction {
            EdgeDirection::Needs => &self.needs[object],
            EdgeDirection::NeededBy => &self.needed_by[object],
        };
        edges.iter().map(move |&at| (self.edges[at].other_end(direction), &self.edges[at]))
    }

    /// What can be reached from an object, itself left out, each with its distance in edges; the nearest first, then by name.
    pub fn reachable(&self, from: usize, direction: EdgeDirection, depth: Option<usize>) -> Vec<(usize, usize)> {
        let mut distance: HashMap<usize, usize> = HashMap::from([(from, 0)]);
        let mut found = Vec::new();
        let mut level = vec![from];
        let mut steps = 0;
        while !level.is_empty() && depth.is_none_or(|depth| steps < depth) {
            steps += 1;
            let mut next: Vec<usize> = Vec::new();
            for (other, _) in level.iter().flat_map(|&object| self.next(object, direction)) {
                if let std::collections::hash_map::Entry::Vacant(entry) = distance.entry(other) {
                    entry.insert(steps);
                    next.push(other);
                }
            }
            next.sort_unstable();
            found.extend(next.iter().map(|&object| (object, steps)));
            level = next;
        }
        found
    }

    /// The shortest way along what objects need, as its edges in order; one of facts only, if there is one, before one that
    /// relies on what a text says. `None` if there is none; empty from an object to itself.
    pub fn path(&self, from: usize, to: usize) -> Option<Vec<GraphEdge>> {
        let is_fact = |edge: &GraphEdge| edge.learned_from != LearnedFrom::Text;
        self.path_over(from, to, &is_fact).or_else(|| self.path_over(from, to, &|_| true))
    }

    fn path_over(&self, from: usize, to: usize, allowed: &dyn Fn(&GraphEdge) -> bool) -> Option<Vec<GraphEdge>> {
        let mut came_by: HashMap<usize, GraphEdge> = HashMap::new();
        let mut queue = VecDeque::from([from]);
        while let Some(object) = queue.pop_front() {
            if object == to {
                let mut path = Vec::new();
                let mut at = to;
                while at != from {
                    let edge = came_by.get(&at)?;
                    path.push(*edge);
                    at = edge.object;
                }
                path.reverse();
                return Some(path);
            }
            for (other, edge) in self.next(object, EdgeDirection::Needs) {
                if other != from && !came_by.contains_key(&other) && allowed(edge) {
                    came_by.insert(other, *edge);
                    queue.push_back(other);
                }
            }
        }
        None
    }

    /// An object with what can be reached from it in these directions, and all edges between those.
    pub fn around(&self, object: usize, directions: &[EdgeDirection], depth: Option<usize>) -> ObjectGraph {
        let mut is_kept = vec![false; self.objects.len()];
        is_kept[object] = true;
        for (reached, _) in directions.iter().flat_map(|&direction| self.reachable(object, direction, depth)) {
            is_kept[reached] = true;
        }
        self.only(&is_kept)
    }

    fn only(&self, is_kept: &[bool]) -> ObjectGraph {
        let mut new_place = vec![0; self.objects.len()];
        let mut objects = Vec::new();
        for (at, object) in self.objects.iter().enumerate().filter(|(at, _)| is_kept[*at]) {
            new_place[at] = objects.len();
            objects.push(object.clone());
        }
        let edges = self.edges.iter().filter(|edge| is_kept[edge.object] && is_kept[edge.needs]);
        let edges = edges.map(|edge| GraphEdge { object: new_place[edge.object], needs: new_place[edge.needs], ..*edge });
        ObjectGraph::linked(objects, edges.collect())
    }
}

impl GraphEdge {
    fn other_end(&self, direction: EdgeDirection) -> usize {
        match direction {
            EdgeDirection::Needs => self.needs,
            EdgeDirection::NeededBy => self.object,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Edges as `a>b`, `a?b` (a text says so), of objects with names of one letter.
    pub fn graph(edges: &[&str]) -> ObjectGraph {
        let edge = |text: &&str| {
            let learned_from = if text.contains('?') { LearnedFrom::Text } else { LearnedFrom::Catalog };
            (text[..1].to_owned(), text[2..].to_owned(), learned_from)
        };
        ObjectGraph::new([], edges.iter().map(edge))
    }

    fn names(graph: &ObjectGraph) -> String {
        graph.objects().iter().map(|object| object.name.as_str()).collect()
    }

    fn at(graph: &ObjectGraph, name: &str) -> usize {
        graph.objects().iter().position(|object| object.name == name).expect("an object")
    }

    fn reached(graph: &ObjectGraph, from: &str, direction: EdgeDirection, depth: Option<usize>) -> String {
        let shown = |(object, distance): (usize, usize)| format!("{}{distance}", graph.objects()[object].name);
        graph.reachable(at(graph, from), direction, depth).into_iter().map(shown).collect::<Vec<_>>().join(" ")
    }

    fn path(graph: &ObjectGraph, from: &str, to: &str) -> Option<String> {
        let name = |object: usize| graph.objects()[object].name.clone();
        graph
            .path(at(graph, from), at(graph, to))
            .map(|path| path.iter().map(|edge| name(edge.object) + &name(edge.needs)).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn the_better_known_edge_stays_and_nobody_needs_himself() {
        let graph = graph(&["a?b", "a>b", "b>b", "c>a"]);
        assert_eq!(names(&graph), "abc");
        let edges: Vec<_> = graph.edges().iter().map(|edge| (edge.object, edge.needs, edge.learned_from)).collect();
        assert_eq!(edges, [(0, 1, LearnedFrom::Catalog), (2, 0, LearnedFrom::Catalog)]);
    }

    #[test]
    fn what_is_reached_has_its_distance() {
        let graph = graph(&["a>b", "b>c", "c>d", "a>c", "d>b", "x>a"]);
        assert_eq!(reached(&graph, "a", EdgeDirection::Needs, None), "b1 c1 d2");
        assert_eq!(reached(&graph, "a", EdgeDirection::Needs, Some(1)), "b1 c1");
        assert_eq!(reached(&graph, "a", EdgeDirection::Needs, Some(0)), "");
        assert_eq!(reached(&graph, "c", EdgeDirection::NeededBy, None), "a1 b1 d2 x2");
        assert_eq!(reached(&graph, "x", EdgeDirection::NeededBy, None), "");
    }

    #[test]
    fn a_path_is_short_and_prefers_facts() {
        let graph = graph(&["a>b", "b>c", "c>d", "a>c", "a?d", "d>a", "e?a"]);
        assert_eq!(path(&graph, "a", "d").as_deref(), Some("ac cd"));
        assert_eq!(path(&graph, "e", "c").as_deref(), Some("ea ac"));
        assert_eq!(path(&graph, "c", "e"), None);
        assert_eq!(path(&graph, "a", "a").as_deref(), Some(""));
    }

    #[test]
    fn around_an_object_is_a_graph_of_its_own() {
        let graph = graph(&["a>b", "b>c", "c>d", "a>c", "x>y"]);
        let both = [EdgeDirection::Needs, EdgeDirection::NeededBy];
        assert_eq!(names(&graph.around(at(&graph, "c"), &both, None)), "abcd");
        assert_eq!(names(&graph.around(at(&graph, "c"), &both, Some(1))), "abcd");
        assert_eq!(names(&graph.around(at(&graph, "d"), &both, Some(1))), "cd");
        let needs = graph.around(at(&graph, "b"), &[EdgeDirection::Needs], None);
        assert_eq!((names(&needs).as_str(), needs.edges().len()), ("bcd", 2));
        assert_eq!(reached(&needs, "b", EdgeDirection::Needs, None), "c1 d2");
    }
}
