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
    /// The label without its kind: `user_stats`, `reporting.total(integer)`, `(money AS numeric)`, `by_length using btree`.
    pub fn name(&self) -> String {
        let args: Vec<&str> = self.args.iter().map(|arg| without_schema(arg)).collect();
        match (self.kind.as_str(), self.names.as_slice()) {
            ("cast", [source, ..]) => format!("({} AS {})", without_schema(source), args.join(",")),
            ("operator class" | "operator family", [method, names @ ..]) => format!("{} using {method}", self.path(names)),
            (_, names) => {
                let path = self.path(names);
                if self.is_routine() || !args.is_empty() { format!("{path}({})", args.join(",")) } else { path }
            }
        }
    }

    /// The schema `public` is left out.
    fn path(&self, names: &[String]) -> String {
        let names = match names {
            [schema, rest @ ..] if schema == "public" && !rest.is_empty() => rest,
            _ => names,
        };
        names.iter().map(|part| self.part(part)).collect::<Vec<_>>().join(".")
    }

    fn is_routine(&self) -> bool {
        matches!(self.kind.as_str(), "function" | "procedure" | "aggregate")
    }

    /// Operators and the like have names of operator characters or of types, which are shown as they are.
    fn part(&self, part: &str) -> String {
        match self.kind.as_str() {
            "operator" | "transform" => part.to_owned(),
            "type" | "domain" => without_schema(part).to_owned(),
            _ => quote_identifier(part),
        }
    }
}

/// A type's name without the schemas that nobody writes.
fn without_schema(name: &str) -> &str {
    name.strip_prefix("public.").or_else(|| name.strip_prefix("pg_catalog.")).unwrap_or(name)
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(kind: &str, names: &[&str], args: &[&str]) -> String {
        let owned = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect();
        Object { kind: kind.to_owned(), names: owned(names), args: owned(args) }.to_string()
    }

    #[test]
    fn objects_are_shown_as_people_write_them() {
        assert_eq!(label("view", &["public", "user_stats"], &[]), "view.user_stats");
        assert_eq!(label("view", &["Sales", "a.b"], &[]), "view.\"Sales\".\"a.b\"");
        assert_eq!(
            label("function", &["reporting", "total"], &["integer", "public.money"]),
            "function.reporting.total(integer,money)"
        );
        assert_eq!(label("function", &["public", "now_utc"], &[]), "function.now_utc()");
        assert_eq!(label("cast", &["public.money"], &["pg_catalog.numeric"]), "cast.(money AS numeric)");
        assert_eq!(label("operator class", &["btree", "public", "by_length"], &[]), "operator class.by_length using btree");
        assert_eq!(label("trigger", &["public", "orders", "guard"], &[]), "trigger.orders.guard");
        assert_eq!(label("schema", &["public"], &[]), "schema.public");
    }
}
