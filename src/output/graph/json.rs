//! The graph as JSON for programs.

use serde_json::json;

use super::super::json::{VERSION, line};
use super::Excerpt;

/// The objects with their places, and the edges by names, on one line. What is not known is null.
pub fn json(excerpt: &Excerpt<'_>) -> String {
    let (graph, about) = excerpt.part();
    let name = |at: usize| graph.objects()[at].name.as_str();
    let objects = graph.objects().iter().map(|object| {
        json!({
            "name": object.name,
            "kind": object.kind(),
            "summary": object.summary,
            "path": object.path,
            "line": Some(object.line).filter(|line| *line > 0),
        })
    });
    let edges = graph
        .edges()
        .iter()
        .map(|edge| json!({"object": name(edge.object), "needs": name(edge.needs), "learned_from": edge.learned_from.word()}));
    line(&json!({
        "version": VERSION,
        "command": "graph",
        "about": about.map(name),
        "objects": objects.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::tests::{around, example};
    use super::*;
    use crate::model::graph::EdgeDirection;

    #[test]
    fn a_graph_has_the_documented_fields() {
        let shown = json(&around(&example(), "function.total(integer)", &[EdgeDirection::Needs], None));
        let shown: Value = serde_json::from_str(&shown).expect("JSON");
        let object =
            |name: &str, kind: &str, path: &str| json!({"name": name, "kind": kind, "summary": null, "path": path, "line": 1});
        let edge = |object: &str, needs: &str, from: &str| json!({"object": object, "needs": needs, "learned_from": from});
        assert_eq!(
            shown,
            json!({
                "version": 1,
                "command": "graph",
                "about": "function.total(integer)",
                "objects": [
                    object("function.audit()", "function", "sql/audit.sql"),
                    object("function.total(integer)", "function", "sql/total.sql"),
                    object("table.orders", "table", "migrations/001.sql"),
                ],
                "edges": [
                    edge("function.audit()", "function.total(integer)", "text"),
                    edge("function.total(integer)", "function.audit()", "text"),
                    edge("function.total(integer)", "table.orders", "error"),
                ],
            })
        );
    }
}
