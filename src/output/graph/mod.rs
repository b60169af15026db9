//! The graph of objects, and the path between two of them: for people, for other programs that draw, and as a page.

mod dot;
mod html;
mod json;
mod mermaid;
mod path;
mod text;

use crate::model::graph::{EdgeDirection, GraphObject, ObjectGraph};

pub use path::{path_json, path_text};

/// What the graph is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphFormat {
    /// Trees for people.
    Text,
    /// For Graphviz.
    Dot,
    /// For Markdown.
    Mermaid,
    /// For programs, with a version.
    Json,
    /// A page to explore it in.
    Html,
}

/// What of a graph is shown.
#[derive(Debug, Clone, Copy)]
pub struct Excerpt<'a> {
    pub graph: &'a ObjectGraph,
    /// The object that it is about, by its index; `None`: everything.
    pub about: Option<usize>,
    /// Which ways are followed from it.
    pub directions: &'a [EdgeDirection],
    /// How many edges far; `None`: as far as they go.
    pub depth: Option<usize>,
}

/// The excerpt in a format, with a line break at its end.
pub fn written(excerpt: &Excerpt<'_>, format: GraphFormat) -> String {
    match format {
        GraphFormat::Text => text::text(excerpt),
        GraphFormat::Dot => dot::dot(excerpt),
        GraphFormat::Mermaid => mermaid::mermaid(excerpt),
        GraphFormat::Json => json::json(excerpt),
        GraphFormat::Html => html::html(excerpt),
    }
}

impl Excerpt<'_> {
    /// What is shown, as a graph of its own, with the place in it of the object that it is about.
    fn part(&self) -> (ObjectGraph, Option<usize>) {
        let Some(about) = self.about else { return (self.graph.clone(), None) };
        let part = self.graph.around(about, self.directions, self.depth);
        let name = &self.graph.objects()[about].name;
        let place = part.objects().iter().position(|object| object.name == *name);
        (part, place)
    }
}

/// `sql/views/active_users.sql:3`; the file alone where no line is known.
fn place(object: &GraphObject) -> Option<String> {
    let path = object.path.as_deref()?;
    Some(if object.line == 0 { path.to_owned() } else { format!("{path}:{}", object.line) })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::record::LearnedFrom;

    /// A small project with one of everything: an object of a migration, a GRANT, every way to know, a circle, an odd name.
    pub fn example() -> ObjectGraph {
        let object = |name: &str, path: Option<&str>, line: usize, sql: &str| GraphObject {
            name: name.into(),
            summary: None,
            path: path.map(Into::into),
            line,
            sql: sql.into(),
        };
        let grant = object("grant.1f2e3d4c5b6a", Some("sql/grants.sql"), 4, "GRANT SELECT ON totals TO reader");
        let objects = [
            GraphObject { summary: Some("GRANT SELECT ON totals TO reader".into()), ..grant },
            object("table.orders", Some("migrations/001.sql"), 1, "CREATE TABLE orders (id int)"),
            object("view.totals", Some("sql/totals.sql"), 2, "CREATE VIEW totals AS\n  SELECT total(id) FROM orders"),
            object("function.total(integer)", Some("sql/total.sql"), 1, "CREATE FUNCTION total …"),
            object("function.audit()", Some("sql/audit.sql"), 1, "CREATE FUNCTION audit …"),
            object("view.\"a </script> & \"\"b\"\"\"", None, 0, ""),
        ];
        let edge = |object: &str, needs: &str, from| (object.to_owned(), needs.to_owned(), from);
        let edges = [
            edge("grant.1f2e3d4c5b6a", "view.totals", LearnedFrom::Catalog),
            edge("view.totals", "table.orders", LearnedFrom::Catalog),
            edge("view.totals", "function.total(integer)", LearnedFrom::Catalog),
            edge("function.total(integer)", "table.orders", LearnedFrom::Error),
            edge("function.audit()", "function.total(integer)", LearnedFrom::Text),
            edge("function.total(integer)", "function.audit()", LearnedFrom::Text),
            edge("view.\"a </script> & \"\"b\"\"\"", "view.totals", LearnedFrom::Declared),
        ];
        ObjectGraph::new(objects, edges)
    }

    /// The whole of a graph.
    pub fn whole(graph: &ObjectGraph) -> Excerpt<'_> {
        Excerpt { graph, about: None, directions: &[], depth: None }
    }

    /// What is around an object.
    pub fn around<'a>(graph: &'a ObjectGraph, name: &str, directions: &'a [EdgeDirection], depth: Option<usize>) -> Excerpt<'a> {
        let about = graph.objects().iter().position(|object| object.name == name);
        Excerpt { graph, about, directions, depth }
    }

    /// Without its colours.
    pub fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }
}
