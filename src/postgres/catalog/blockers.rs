//! What stands in the way of dropping objects: everything that depends on them, in an order in which it can be dropped.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::Result;
use crate::model::dependent::{Dependent, DropRole};
use crate::model::object::{CatalogId, Object};
use crate::postgres::attributes::with_empty_path;
use crate::postgres::session::Session;
use crate::sql::spelling;

/// The objects and all that depends on them, directly or not, dependents before what they depend on. In the reverse order
/// everything can be created again. Internal parts (a view's rule, a row type) are put down to the object that they belong to.
/// What depends on a table or a column that is found is not listed: it stays, or the run is refused.
pub fn dependents(session: &mut Session, of: &[CatalogId]) -> Result<Vec<Dependent>> {
    let roots: Vec<Node> = of.iter().map(|&id| Node { id, sub: 0 }).collect();
    walk(session, &roots)
}

/// One column of a table and all that depends on it, as [`dependents`] gives it; the column comes last.
pub fn dependents_of_column(session: &mut Session, table: CatalogId, column: i32) -> Result<Vec<Dependent>> {
    walk(session, &[Node { id: table, sub: column }])
}

/// The statements that make views need nothing any more, with the same columns; of other kinds there are none.
pub fn stubs(session: &mut Session, views: &[CatalogId]) -> Result<Vec<String>> {
    let views: Vec<u32> = views.iter().map(|view| view.object).collect();
    let rows = with_empty_path(session, |session| session.query(include_str!("stubs.sql"), &[&views]))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Node {
    id: CatalogId,
    sub: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bond {
    Internal,
    Part,
    Needs,
    Member,
}

struct DependRow {
    dependent: Node,
    referenced: Node,
    bond: Bond,
}

fn walk(session: &mut Session, roots: &[Node]) -> Result<Vec<Dependent>> {
    if roots.is_empty() {
        return Ok(Vec::new());
    }
    let (classes, objects, subs) = columns(roots.iter());
    let rows = session.query(include_str!("blockers.sql"), &[&classes, &objects, &subs])?;
    let node = |row: &tokio_postgres::Row, at: usize| Node {
        id: CatalogId { class: row.get(at), object: row.get(at + 1) },
        sub: row.get(at + 2),
    };
    let bond = |row: &tokio_postgres::Row| match row.get::<_, i32>(6) {
        0 => Bond::Internal,
        1 => Bond::Part,
        3 => Bond::Member,
        _ => Bond::Needs,
    };
    let edges: Vec<DependRow> =
        rows.iter().map(|row| DependRow { dependent: node(row, 0), referenced: node(row, 3), bond: bond(row) }).collect();
    let graph = DependencyGraph::new(roots, &edges);
    let (classes, objects, subs) = columns(graph.needs.keys());
    let names = session.query(include_str!("blocker_names.sql"), &[&classes, &objects, &subs])?;
    let names = names.iter().map(|row| {
        let object = Object { kind: row.get::<_, &str>(3).into(), names: row.get(4), args: row.get(5) };
        (node(row, 0), (object, row.get::<_, Option<String>>(6)))
    });
    Ok(graph.in_order(names.collect()))
}

fn columns<'a>(nodes: impl Iterator<Item = &'a Node>) -> (Vec<u32>, Vec<u32>, Vec<i32>) {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for node in nodes {
        columns.0.push(node.id.class);
        columns.1.push(node.id.object);
        columns.2.push(node.sub);
    }
    columns
}

/// Who needs whom, internal parts put down to their owners.
struct DependencyGraph {
    roots: BTreeSet<Node>,
    needs: BTreeMap<Node, BTreeSet<Node>>,
    part_of: HashMap<Node, Node>,
}

impl DependencyGraph {
    fn new(roots: &[Node], edges: &[DependRow]) -> Self {
        let roots: BTreeSet<Node> = roots.iter().copied().collect();
        let mut owners: HashMap<Node, Node> = HashMap::new();
        // A part that was asked about goes with its owner if that was asked about as well: a range type's multirange.
        let goes_by_itself = |edge: &&DependRow| roots.contains(&edge.dependent) && !roots.contains(&edge.referenced);
        // The members of an extension that is asked about are parts of it; those of others are objects like any.
        let is_part =
            |edge: &&DependRow| edge.bond == Bond::Internal || edge.bond == Bond::Member && roots.contains(&edge.referenced);
        for edge in edges.iter().filter(|edge| is_part(edge) && !goes_by_itself(edge)) {
            owners.insert(edge.dependent, edge.referenced);
        }
        let role_for = |node: Node| {
            let mut at = node;
            // A part of a part of a part is as deep as PostgreSQL goes; the limit is against a damaged catalog.
            for _ in 0..16 {
                match owners.get(&at) {
                    Some(&owner) => at = owner,
                    None => break,
                }
            }
            at
        };
        let mut graph = DependencyGraph { needs: BTreeMap::new(), part_of: HashMap::new(), roots };
        graph.roots.retain(|root| role_for(*root) == *root);
        graph.needs.extend(graph.roots.iter().map(|&root| (root, BTreeSet::new())));
        for edge in edges {
            let (dependent, referenced) = (role_for(edge.dependent), role_for(edge.referenced));
            graph.needs.entry(dependent).or_default();
            // A column of a table that was asked about is that table.
            if dependent == referenced || graph.roots.contains(&Node { sub: 0, ..dependent }) && dependent.sub != 0 {
                continue;
            }
            graph.needs.entry(dependent).or_default().insert(referenced);
            if matches!(edge.bond, Bond::Part | Bond::Member) && dependent == edge.dependent && !graph.roots.contains(&dependent)
            {
                let owner = graph.part_of.entry(dependent).or_insert(referenced);
                *owner = referenced.min(*owner);
            }
        }
        let roots = graph.roots.clone();
        graph.needs.retain(|node, _| node.sub == 0 || roots.contains(node) || !roots.contains(&Node { sub: 0, ..*node }));
        graph
    }

    /// Kahn's algorithm, dependents first and by name among those that are free. What a circle holds comes last, by name.
    fn in_order(mut self, names: HashMap<Node, (Object, Option<String>)>) -> Vec<Dependent> {
        self.needs.retain(|node, _| names.contains_key(node));
        let is_dropped_first: BTreeSet<Node> = self.dropped_first(&names);
        let mut nodes: Vec<Node> = self.needs.keys().copied().collect();
        nodes.sort_by(|a, b| names[a].0.cmp(&names[b].0));
        let place: HashMap<Node, usize> = nodes.iter().enumerate().map(|(place, &node)| (node, place)).collect();
        let known = |node: &Node| self.needs.get(node).into_iter().flatten().filter_map(|needed| place.get(needed)).copied();
        let mut waiting = vec![0usize; nodes.len()];
        for node in &nodes {
            known(node).for_each(|needed| waiting[needed] += 1);
        }
        let mut free: BTreeSet<usize> = (0..nodes.len()).filter(|&at| waiting[at] == 0).collect();
        let mut order = Vec::with_capacity(nodes.len());
        while let Some(at) = free.pop_first() {
            order.push(at);
            for needed in known(&nodes[at]) {
                waiting[needed] -= 1;
                if waiting[needed] == 0 {
                    free.insert(needed);
                }
            }
        }
        let reached: BTreeSet<usize> = order.iter().copied().collect();
        order.extend((0..nodes.len()).filter(|at| !reached.contains(at)));
        let dependent = |at: usize| {
            let node = nodes[at];
            let (object, extension) = names[&node].clone();
            let depends_on: BTreeSet<CatalogId> = known(&node).map(|needed| nodes[needed].id).collect();
            let role = match self.part_of.get(&node) {
                _ if self.roots.contains(&node) => DropRole::Requested,
                Some(owner) => DropRole::Part(owner.id),
                None => DropRole::Dependent,
            };
            Dependent {
                id: node.id,
                sub: node.sub,
                object,
                depends_on: depends_on.into_iter().collect(),
                role,
                extension,
                is_dropped_first: is_dropped_first.contains(&node),
            }
        };
        order.into_iter().map(dependent).collect()
    }

    /// Parts that also need something that does not go with the same object: they are dropped by themselves, or if they cannot
    /// be, what they go with waits in their place.
    fn dropped_first(&mut self, names: &HashMap<Node, (Object, Option<String>)>) -> BTreeSet<Node> {
        let mut first = BTreeSet::new();
        for (part, owner) in &self.part_of {
            let goes_with = self.goes_with(*part);
            let needed = self.needs.get(part).into_iter().flatten().copied();
            let others: Vec<Node> = needed.filter(|&needed| self.goes_with(needed) != goes_with).collect();
            let Some((object, extension)) = names.get(part).filter(|_| !others.is_empty()) else { continue };
            if extension.is_none() && spelling::drop_statement(object).is_some() && !is_attached(object, owner, names) {
                first.insert(*part);
            } else {
                self.needs.entry(goes_with).or_default().extend(others);
            }
        }
        first
    }

    /// The object whose drop takes this one with it, directly or not: itself if it is no part.
    fn goes_with(&self, node: Node) -> Node {
        let mut at = node;
        for _ in 0..16 {
            match self.part_of.get(&at) {
                Some(&owner) => at = owner,
                None => break,
            }
        }
        at
    }
}

/// An index of a partition cannot be dropped without that of its parent.
fn is_attached(object: &Object, owner: &Node, names: &HashMap<Node, (Object, Option<String>)>) -> bool {
    object.kind == "index" && names.get(owner).is_some_and(|(owner, _)| owner.kind == "index")
}
