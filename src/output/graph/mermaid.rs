//! The graph as a Mermaid flowchart (<https://mermaid.js.org/syntax/flowchart.html>), as code hosts draw it in Markdown.

use std::fmt::Write;

use super::Excerpt;
use crate::model::record::LearnedFrom;

/// A flowchart from what needs to what is needed; how an edge is known is said where the catalog does not know it.
pub fn mermaid(excerpt: &Excerpt<'_>) -> String {
    let (graph, about) = excerpt.part();
    let mut text = "flowchart LR\n".to_owned();
    for (at, object) in graph.objects().iter().enumerate() {
        let _ = writeln!(text, "  n{at}[\"{}\"]", escaped(object.shown()));
    }
    for edge in graph.edges() {
        let arrow = match edge.learned_from {
            LearnedFrom::Catalog => "-->",
            LearnedFrom::Declared => "== declared ==>",
            LearnedFrom::Error => "-. error .->",
            LearnedFrom::Text => "-. text .->",
        };
        let _ = writeln!(text, "  n{} {arrow} n{}", edge.object, edge.needs);
    }
    if let Some(about) = about {
        let _ = writeln!(text, "  style n{about} stroke-width:3px");
    }
    text
}

/// Mermaid reads HTML and its own entity codes in strings, and has no other escape.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '#' | '&' | '<' | '>' | '`' | '\\' => {
                let _ = write!(escaped, "#{};", u32::from(letter));
            }
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::tests::{around, example, whole};
    use super::*;
    use crate::model::graph::EdgeDirection;

    #[test]
    fn everything_as_a_flowchart() {
        let expected = "\
flowchart LR
  n0[\"function.audit()\"]
  n1[\"function.total(integer)\"]
  n2[\"GRANT SELECT ON totals TO reader\"]
  n3[\"table.orders\"]
  n4[\"view.#34;a #60;/script#62; #38; #34;#34;b#34;#34;#34;\"]
  n5[\"view.totals\"]
  n0 -. text .-> n1
  n1 -. text .-> n0
  n1 -. error .-> n3
  n2 --> n5
  n4 == declared ==> n5
  n5 --> n1
  n5 --> n3
";
        assert_eq!(mermaid(&whole(&example())), expected);
    }

    #[test]
    fn the_object_it_is_about_stands_out() {
        let part = mermaid(&around(&example(), "table.orders", &[EdgeDirection::Needs], None));
        assert_eq!(part, "flowchart LR\n  n0[\"table.orders\"]\n  style n0 stroke-width:3px\n");
    }
}
