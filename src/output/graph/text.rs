//! The graph as trees for people.

use std::collections::HashSet;
use std::fmt::Write;

use super::super::diagnostic::visible;
use super::super::style::{CHANGED, FAINT, HEADING, count, paint};
use super::{Excerpt, place};
use crate::model::graph::{EdgeDirection, GraphEdge, ObjectGraph};
use crate::model::record::LearnedFrom;

/// Trees of what objects need, or of what needs the one that it is about; what was shown before is not unfolded again. With
/// colours, and a line break at its end.
pub fn text(excerpt: &Excerpt<'_>) -> String {
    let mut trees =
        Trees { graph: excerpt.graph, depth: excerpt.depth, text: String::new(), shown: HashSet::new(), repeats: false };
    match excerpt.about {
        Some(about) => trees.about(about, excerpt.directions),
        None => trees.all(),
    }
    if trees.repeats {
        let _ = writeln!(trees.text, "\n{}", paint(FAINT, "(*) unfolded above"));
    }
    trees.text
}

struct Trees<'a> {
    graph: &'a ObjectGraph,
    depth: Option<usize>,
    text: String,
    /// What was unfolded in the tree, or trees, of this direction.
    shown: HashSet<usize>,
    repeats: bool,
}

impl Trees<'_> {
    fn about(&mut self, about: usize, directions: &[EdgeDirection]) {
        self.line("", "", about, None, "");
        for &direction in directions {
            let all = self.graph.reachable(about, direction, self.depth).len();
            let direct = self.graph.next(about, direction).count();
            let heading = match direction {
                EdgeDirection::Needs => "Needs",
                EdgeDirection::NeededBy => "Needed by",
            };
            let far = match self.depth {
                Some(depth) if depth > 1 => format!(" up to {depth} steps away"),
                _ => String::new(),
            };
            let numbers = match (all, all - direct.min(all)) {
                (0, _) => "nothing".to_owned(),
                (_, 0) => format!("{}, directly", count(all, "object")),
                _ => format!("{}{far}, {direct} of them directly", count(all, "object")),
            };
            let _ = writeln!(self.text, "\n{} {numbers}", paint(HEADING, format_args!("{heading}:")));
            self.shown.clear();
            self.shown.insert(about);
            self.branches(about, direction, "", 1);
        }
    }

    /// From the objects that nobody needs; what is only part of circles comes last.
    fn all(&mut self) {
        let objects = 0..self.graph.objects().len();
        if objects.is_empty() {
            self.text.push_str("No object of the code directory is recorded.\n");
            return;
        }
        let is_root = |object: &usize| self.graph.next(*object, EdgeDirection::NeededBy).next().is_none();
        let roots: Vec<usize> = objects.clone().filter(is_root).collect();
        for object in roots.into_iter().chain(objects) {
            if self.shown.insert(object) {
                self.line("", "", object, None, "");
                self.branches(object, EdgeDirection::Needs, "", 1);
            }
        }
    }

    fn branches(&mut self, object: usize, direction: EdgeDirection, indent: &str, level: usize) {
        if self.depth.is_some_and(|depth| level > depth) {
            return;
        }
        let graph = self.graph;
        let mut next = graph.next(object, direction).peekable();
        while let Some((other, edge)) = next.next() {
            let (branch, below) = if next.peek().is_some() { ("├── ", "│   ") } else { ("└── ", "    ") };
            let is_leaf = graph.next(other, direction).next().is_none();
            let is_new = self.shown.insert(other);
            self.repeats |= !is_new && !is_leaf;
            self.line(indent, branch, other, Some(edge), if is_new || is_leaf { "" } else { " (*)" });
            if is_new {
                self.branches(other, direction, &format!("{indent}{below}"), level + 1);
            }
        }
    }

    fn line(&mut self, indent: &str, branch: &str, object: usize, edge: Option<&GraphEdge>, mark: &str) {
        let object = &self.graph.objects()[object];
        let name = visible(object.shown());
        let name = if edge.is_none() { paint(HEADING, name) } else { name };
        let place = place(object).map(|place| paint(FAINT, format_args!(" ({})", visible(&place)))).unwrap_or_default();
        let known = edge.map(|edge| format!(" {}", known(edge.learned_from))).unwrap_or_default();
        let _ = writeln!(self.text, "{}{name}{place}{known}{mark}", paint(FAINT, format_args!("{indent}{branch}")));
    }
}

/// `[catalog]`: how an edge is known, the less sure in colour.
pub(super) fn known(learned_from: LearnedFrom) -> String {
    let style = if learned_from == LearnedFrom::Text { CHANGED } else { FAINT };
    paint(style, format_args!("[{}]", learned_from.word()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{around, example, plain, whole};
    use super::*;

    #[test]
    fn everything_from_what_nobody_needs() {
        let expected = "\
GRANT SELECT ON totals TO reader (sql/grants.sql:4)
└── view.totals (sql/totals.sql:2) [catalog]
    ├── function.total(integer) (sql/total.sql:1) [catalog]
    │   ├── function.audit() (sql/audit.sql:1) [text]
    │   │   └── function.total(integer) (sql/total.sql:1) [text] (*)
    │   └── table.orders (migrations/001.sql:1) [error]
    └── table.orders (migrations/001.sql:1) [catalog]
view.\"a </script> & \"\"b\"\"\"
└── view.totals (sql/totals.sql:2) [declared] (*)

(*) unfolded above
";
        assert_eq!(plain(&text(&whole(&example()))), expected);
    }

    #[test]
    fn around_one_object() {
        let expected = "\
function.total(integer) (sql/total.sql:1)

Needs: 2 objects, directly
├── function.audit() (sql/audit.sql:1) [text]
│   └── function.total(integer) (sql/total.sql:1) [text] (*)
└── table.orders (migrations/001.sql:1) [error]

Needed by: 4 objects, 2 of them directly
├── function.audit() (sql/audit.sql:1) [text]
│   └── function.total(integer) (sql/total.sql:1) [text] (*)
└── view.totals (sql/totals.sql:2) [catalog]
    ├── GRANT SELECT ON totals TO reader (sql/grants.sql:4) [catalog]
    └── view.\"a </script> & \"\"b\"\"\" [declared]

(*) unfolded above
";
        let both = [EdgeDirection::Needs, EdgeDirection::NeededBy];
        assert_eq!(plain(&text(&around(&example(), "function.total(integer)", &both, None))), expected);
    }

    #[test]
    fn as_far_as_is_wanted() {
        let near = around(&example(), "table.orders", &[EdgeDirection::NeededBy], Some(1)).graph.clone();
        let shown = plain(&text(&around(&near, "table.orders", &[EdgeDirection::NeededBy], Some(1))));
        let expected = "\
table.orders (migrations/001.sql:1)

Needed by: 2 objects, directly
├── function.total(integer) (sql/total.sql:1) [error]
└── view.totals (sql/totals.sql:2) [catalog]
";
        assert_eq!(shown, expected);
        let nothing = plain(&text(&around(&near, "table.orders", &[EdgeDirection::Needs], None)));
        assert_eq!(nothing, "table.orders (migrations/001.sql:1)\n\nNeeds: nothing\n");
    }

    #[test]
    fn a_graph_without_objects() {
        assert_eq!(text(&whole(&ObjectGraph::default())), "No object of the code directory is recorded.\n");
    }
}
