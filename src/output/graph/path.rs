//! The path between two objects: why one needs the other.

use std::fmt::Write;

use serde_json::json;

use super::super::diagnostic::visible;
use super::super::json::{VERSION, line};
use super::super::style::{FAINT, HEADING, paint};
use super::{place, text::known};
use crate::model::graph::{GraphEdge, ObjectGraph};

/// The path for people, from `asked.0`; where only the other one needs it, that is said. With colours.
pub fn path_text(graph: &ObjectGraph, asked: (usize, usize), path: Option<&[GraphEdge]>) -> String {
    let name = |at: usize| visible(graph.objects()[at].shown());
    let Some(path) = path else {
        return format!("Neither needs the other: {}, {}.\n", name(asked.0), name(asked.1));
    };
    let Some(first) = path.first() else { return format!("{} is one and the same object.\n", name(asked.0)) };
    let mut text = String::new();
    if first.object != asked.0 {
        let _ = writeln!(text, "{} does not need {}, but the other way round:\n", name(asked.0), name(asked.1));
    }
    let place = |at: usize| {
        place(&graph.objects()[at]).map(|place| paint(FAINT, format_args!(" ({})", visible(&place)))).unwrap_or_default()
    };
    let _ = writeln!(text, "{}{}", paint(HEADING, name(first.object)), place(first.object));
    for (level, edge) in path.iter().enumerate() {
        let indent = paint(FAINT, format_args!("{}└── ", "    ".repeat(level)));
        let _ = writeln!(text, "{indent}needs {}{} {}", name(edge.needs), place(edge.needs), known(edge.learned_from));
    }
    text
}

/// The path for programs, on one line; null where there is none, empty from an object to itself.
pub fn path_json(graph: &ObjectGraph, asked: (usize, usize), path: Option<&[GraphEdge]>) -> String {
    let name = |at: usize| graph.objects()[at].name.as_str();
    let edge = |edge: &GraphEdge| json!({"object": name(edge.object), "needs": name(edge.needs), "learned_from": edge.learned_from.word()});
    line(&json!({
        "version": VERSION,
        "command": "why",
        "objects": [name(asked.0), name(asked.1)],
        "path": path.map(|path| path.iter().map(edge).collect::<Vec<_>>()),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::tests::{example, plain};
    use super::*;

    fn shown(from: &str, to: &str) -> (String, Value) {
        let graph = example();
        let at = |name: &str| graph.objects().iter().position(|object| object.name == name).expect("an object");
        let asked = (at(from), at(to));
        let path = graph.path(asked.0, asked.1).or_else(|| graph.path(asked.1, asked.0));
        let json = serde_json::from_str(&path_json(&graph, asked, path.as_deref())).expect("JSON");
        (plain(&path_text(&graph, asked, path.as_deref())), json)
    }

    #[test]
    fn a_path_says_how_each_edge_is_known() {
        let (text, json) = shown("grant.1f2e3d4c5b6a", "function.audit()");
        let expected = "\
GRANT SELECT ON totals TO reader (sql/grants.sql:4)
└── needs view.totals (sql/totals.sql:2) [catalog]
    └── needs function.total(integer) (sql/total.sql:1) [catalog]
        └── needs function.audit() (sql/audit.sql:1) [text]
";
        assert_eq!(text, expected);
        assert_eq!(
            json["path"][2],
            json!({"object": "function.total(integer)", "needs": "function.audit()", "learned_from": "text"})
        );
        assert_eq!(
            (&json["version"], &json["command"], &json["objects"][1]),
            (&json!(1), &json!("why"), &json!("function.audit()"))
        );
    }

    #[test]
    fn the_other_way_round() {
        let (text, json) = shown("table.orders", "view.totals");
        let expected = "\
table.orders does not need view.totals, but the other way round:

view.totals (sql/totals.sql:2)
└── needs table.orders (migrations/001.sql:1) [catalog]
";
        assert_eq!((text.as_str(), &json["path"][0]["object"]), (expected, &json!("view.totals")));
    }

    #[test]
    fn no_path_and_the_same() {
        let (text, json) = shown("grant.1f2e3d4c5b6a", "view.\"a </script> & \"\"b\"\"\"");
        assert_eq!(text, "Neither needs the other: GRANT SELECT ON totals TO reader, view.\"a </script> & \"\"b\"\"\".\n");
        assert_eq!(json["path"], Value::Null);
        let (text, json) = shown("view.totals", "view.totals");
        assert_eq!((text.as_str(), &json["path"]), ("view.totals is one and the same object.\n", &json!([])));
    }
}
