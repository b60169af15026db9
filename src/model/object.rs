//! What the catalog knows an object by, and how it is shown.

use std::fmt;
use std::sync::Arc;

use super::name::quote_identifier;

/// A row of a system catalog: the object's `classid` and `objid` in `pg_depend`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CatalogId {
    pub class: u32,
    pub object: u32,
}

/// What PostgreSQL calls a kind of object, as `pg_identify_object_as_address` gives it: `view`, `materialized view`,
/// `table column`. A kind that nobody knows works as well: each question has an answer for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKind(Arc<str>);

impl ObjectKind {
    /// As PostgreSQL writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// It has arguments, and others may have its name with other ones.
    pub fn is_routine(&self) -> bool {
        self.is_one_of(&["function", "procedure", "aggregate"])
    }

    /// SET clauses may belong to it, under which its body is read.
    pub fn may_have_settings(&self) -> bool {
        self.is_one_of(&["function", "procedure"])
    }

    /// Its identity is one name, written as PostgreSQL writes types: with schema and quotes.
    pub fn is_type(&self) -> bool {
        self.is_one_of(&["type", "domain"])
    }

    /// The names in its identity are those of types.
    pub fn is_named_by_types(&self) -> bool {
        self.is_type() || self.is_one_of(&["cast"])
    }

    /// Dropping it would lose data.
    pub fn holds_data(&self) -> bool {
        self.is_one_of(&["table", "sequence"])
    }

    /// It holds data, or columns that hold data may be of it.
    pub fn may_hold_or_be_held(&self) -> bool {
        self.holds_data() || self.is_one_of(&["type"])
    }

    /// Rows or other objects live in it, here or elsewhere: it is not dropped to be made anew.
    pub fn is_lived_in(&self) -> bool {
        const LIVED_IN: &[&str] =
            &["table", "foreign table", "sequence", "schema", "extension", "server", "foreign-data wrapper"];
        self.is_one_of(LIVED_IN)
    }

    /// It can be dropped and made again by its statement without a thought for data, or for columns of it.
    pub fn is_made_again_freely(&self) -> bool {
        const FREELY: &[&str] = &["view", "materialized view", "function", "procedure", "aggregate", "trigger", "policy", "rule"];
        self.is_one_of(FREELY)
    }

    /// It is code: an older version of it in a migration does not keep it.
    pub fn is_code(&self) -> bool {
        self.is_made_again_freely() || self.is_one_of(&["cast", "operator"])
    }

    /// Making one may run code: it is filled, or computed from what is there.
    pub fn is_filled(&self) -> bool {
        self.is_one_of(&["materialized view", "table", "index", "table constraint"])
    }

    /// It belongs to another object: a table, a view, a domain.
    pub fn is_part(&self) -> bool {
        self.acts_through_its_owner() || self.is_one_of(&["index"])
    }

    /// What it is attached to acts through it: who writes to a table runs its triggers.
    pub fn acts_through_its_owner(&self) -> bool {
        const ATTACHED: &[&str] = &["trigger", "rule", "policy", "table constraint", "domain constraint", "default value"];
        self.is_one_of(ATTACHED)
    }

    /// The statement of the object that it belongs to may say it.
    pub fn may_be_said_by_its_owner(&self) -> bool {
        const SAID: &[&str] =
            &["default value", "domain constraint", "table constraint", "publication relation", "publication namespace"];
        self.is_one_of(SAID) || self.0.ends_with(" of access method")
    }

    /// Others can mean it by a name of its own.
    pub fn has_own_name(&self) -> bool {
        const NAMELESS: &[&str] =
            &["cast", "transform", "user mapping", "default acl", "publication relation", "publication namespace"];
        let is_member = self.0.ends_with(" of access method");
        !is_member && !self.is_one_of(NAMELESS) && (self.is_one_of(&["index"]) || !self.is_part())
    }

    /// The body of a routine can name it: nobody names a part without its table, an index, or a schema by itself.
    pub fn is_named_in_bodies(&self) -> bool {
        const NEVER: &[&str] =
            &["trigger", "policy", "rule", "table constraint", "domain constraint", "index", "schema", "cast", "operator"];
        !self.is_one_of(NEVER)
    }

    fn is_one_of(&self, kinds: &[&str]) -> bool {
        kinds.contains(&self.as_str())
    }
}

impl From<&str> for ObjectKind {
    fn from(kind: &str) -> Self {
        ObjectKind(kind.into())
    }
}

impl From<String> for ObjectKind {
    fn from(kind: String) -> Self {
        ObjectKind(kind.into())
    }
}

impl PartialEq<str> for ObjectKind {
    fn eq(&self, kind: &str) -> bool {
        self.as_str() == kind
    }
}

impl PartialEq<&str> for ObjectKind {
    fn eq(&self, kind: &&str) -> bool {
        self.as_str() == *kind
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An object's identity as `pg_identify_object_as_address` gives it (PostgreSQL manual, section 9.27.5).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object {
    pub kind: ObjectKind,
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
                if self.kind.is_routine() || !args.is_empty() { format!("{path}({})", args.join(",")) } else { path }
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

    /// Operators and the like have names of operator characters or of types, which are shown as they are.
    fn part(&self, part: &str) -> String {
        match self.kind.as_str() {
            "operator" | "transform" => part.to_owned(),
            _ if self.kind.is_type() => without_schema(part).to_owned(),
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
        Object { kind: kind.into(), names: owned(names), args: owned(args) }.to_string()
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

    #[test]
    fn kinds_answer_what_is_asked_of_them() {
        let kind = |kind: &str| ObjectKind::from(kind);
        assert!(kind("table").holds_data() && !kind("foreign table").holds_data());
        assert!(kind("type").may_hold_or_be_held() && !kind("type").holds_data());
        assert!(kind("foreign table").is_lived_in() && !kind("view").is_lived_in());
        assert!(kind("cast").is_code() && !kind("cast").is_made_again_freely());
        assert!(kind("index").is_part() && !kind("index").acts_through_its_owner());
        assert!(kind("index").has_own_name() && !kind("trigger").has_own_name());
        assert!(!kind("operator of access method").has_own_name());
        assert!(kind("aggregate").is_routine() && !kind("aggregate").may_have_settings());
        assert!(kind("cast").is_named_by_types() && !kind("cast").is_type());
    }

    #[test]
    fn an_unknown_kind_works_as_any_other() {
        let kind = ObjectKind::from("property graph".to_owned());
        assert!(kind == "property graph" && kind == *"property graph");
        assert!(kind.has_own_name() && kind.is_named_in_bodies());
        assert!(!kind.holds_data() && !kind.is_part() && !kind.is_code() && !kind.is_lived_in());
        assert_eq!(format!("{kind:>15}|"), " property graph|");
    }
}
