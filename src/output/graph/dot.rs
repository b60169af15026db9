//! The graph in DOT, the language of Graphviz (<https://graphviz.org/doc/info/lang.html>).

use std::fmt::Write;

use super::{Excerpt, place};
use crate::model::record::LearnedFrom;

/// A directed graph from what needs to what is needed; how an edge is known is its `class`, and its label where the catalog
/// does not know it.
pub fn dot(excerpt: &Excerpt<'_>) -> String {
    let (graph, about) = excerpt.part();
    let mut text = "digraph pgmg {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n".to_owned();
    for (at, object) in graph.objects().iter().enumerate() {
        let _ = write!(text, "  {}", quoted(&object.name));
        let mut attributes = Vec::new();
        if object.summary.is_some() {
            attributes.push(format!("label={}", quoted(object.shown())));
        }
        if let Some(place) = place(object) {
            attributes.push(format!("tooltip={}", quoted(&place)));
        }
        if about == Some(at) {
            attributes.push("penwidth=2".to_owned());
        }
        close(&mut text, &attributes);
    }
    for edge in graph.edges() {
        let (object, needs) = (&graph.objects()[edge.object].name, &graph.objects()[edge.needs].name);
        let _ = write!(text, "  {} -> {}", quoted(object), quoted(needs));
        let word = edge.learned_from.word();
        let mut attributes = vec![format!("class={word}")];
        let style = match edge.learned_from {
            LearnedFrom::Catalog => None,
            LearnedFrom::Declared => Some("bold"),
            LearnedFrom::Error => Some("dashed"),
            LearnedFrom::Text => Some("dotted"),
        };
        attributes.extend(style.into_iter().flat_map(|style| [format!("style={style}"), format!("label={word}")]));
        close(&mut text, &attributes);
    }
    text + "}\n"
}

fn close(text: &mut String, attributes: &[String]) {
    let attributes = if attributes.is_empty() { String::new() } else { format!(" [{}]", attributes.join(", ")) };
    let _ = writeln!(text, "{attributes};");
}

/// A double-quoted string: a backslash would begin an escape such as `\N`.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{around, example};
    use super::*;
    use crate::model::graph::EdgeDirection;

    #[test]
    fn a_part_in_dot() {
        let expected = "\
digraph pgmg {
  rankdir=LR;
  node [shape=box, fontname=\"sans-serif\"];
  \"function.total(integer)\" [tooltip=\"sql/total.sql:1\"];
  \"grant.1f2e3d4c5b6a\" [label=\"GRANT SELECT ON totals TO reader\", tooltip=\"sql/grants.sql:4\"];
  \"table.orders\" [tooltip=\"migrations/001.sql:1\"];
  \"view.\\\"a </script> & \\\"\\\"b\\\"\\\"\\\"\";
  \"view.totals\" [tooltip=\"sql/totals.sql:2\", penwidth=2];
  \"function.total(integer)\" -> \"table.orders\" [class=error, style=dashed, label=error];
  \"grant.1f2e3d4c5b6a\" -> \"view.totals\" [class=catalog];
  \"view.\\\"a </script> & \\\"\\\"b\\\"\\\"\\\"\" -> \"view.totals\" [class=declared, style=bold, label=declared];
  \"view.totals\" -> \"function.total(integer)\" [class=catalog];
  \"view.totals\" -> \"table.orders\" [class=catalog];
}
";
        let both = [EdgeDirection::Needs, EdgeDirection::NeededBy];
        assert_eq!(dot(&around(&example(), "view.totals", &both, Some(1))), expected);
        assert_eq!(quoted("a\\N\"\n"), "\"a\\\\N\\\"\\n\"");
    }
}
