//! What the catalog knows an object by, and how it is shown.

use std::fmt;

use super::name::quote_identifier;

/// A row of a system catalog: the object's `classid` and `objid` in `pg_depend`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CatalogId {
    pub class: u32,
    pub object: u32,
}

/// An object's identity as `pg_identify_object_as_address` gives it (PostgreSQL manual, section 9.27.5).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object {
    /// `view`, `function`, `materialized view`, `table column`, …
    pub kind: String,
    pub names: Vec<String>,
    pub args: Vec<String>,
}

impl Object {
    /// The label without its kind: `user_stats`, `reporting.total(integer)`.
    pub fn name(&self) -> String {
        let mut names = self.names.as_slice();
        if names.len() > 1 && names[0] == "public" {
            names = &names[1..];
        }
        let mut shown = names.iter().map(|part| self.part(part)).collect::<Vec<_>>().join(".");
        if self.is_routine() || !self.args.is_empty() {
            let args: Vec<&str> = self.args.iter().map(|arg| arg.strip_prefix("public.").unwrap_or(arg)).collect();
            shown.push_str(&format!("({})", args.join(",")));
        }
        shown
    }

    fn is_routine(&self) -> bool {
        matches!(self.kind.as_str(), "function" | "procedure" | "aggregate")
    }

    /// Casts, operators and the like name types and operator characters, which are shown as they are.
    fn part(&self, part: &str) -> String {
        match self.kind.as_str() {
            "cast" | "operator" | "transform" => part.to_owned(),
            "type" | "domain" => part.strip_prefix("public.").unwrap_or(part).to_owned(),
            _ => quote_identifier(part),
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.name())
    }
}
