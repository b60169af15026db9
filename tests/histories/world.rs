//! A project in memory: tables of migrations and objects of the code directory, with what each needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::project::Tree;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Schema,
    View,
    Matview,
    MatviewIndex,
    Rule,
    SqlFunction,
    AtomicFunction,
    PlpgsqlFunction,
    SetFunction,
    TypedFunction,
    Overload,
    Procedure,
    StateFunction,
    Aggregate,
    Operator,
    Enum,
    Composite,
    Domain,
    Range,
    CastFunction,
    Cast,
    TriggerFunction,
    Trigger,
    ViewTrigger,
    Policy,
    Sequence,
    Statistics,
    Dictionary,
    Configuration,
    Collation,
    Publication,
    Wrapper,
    ForeignServer,
    EventFunction,
    EventTrigger,
    OperatorFamily,
    Conversion,
    Comment,
    ColumnComment,
    Grant,
    Owner,
    ViewDefault,
    /// Types that columns of tables are of: they only grow.
    HeldEnum,
    HeldComposite,
    HeldDomain,
}

impl Kind {
    /// All of them, and how often each is added.
    pub const ALL: &[(Kind, usize)] = &[
        (Kind::Schema, 2),
        (Kind::View, 10),
        (Kind::Matview, 4),
        (Kind::MatviewIndex, 3),
        (Kind::Rule, 2),
        (Kind::SqlFunction, 5),
        (Kind::AtomicFunction, 5),
        (Kind::PlpgsqlFunction, 5),
        (Kind::SetFunction, 3),
        (Kind::TypedFunction, 3),
        (Kind::Overload, 2),
        (Kind::Procedure, 2),
        (Kind::StateFunction, 2),
        (Kind::Aggregate, 2),
        (Kind::Operator, 2),
        (Kind::Enum, 2),
        (Kind::Composite, 2),
        (Kind::Domain, 2),
        (Kind::Range, 1),
        (Kind::CastFunction, 1),
        (Kind::Cast, 1),
        (Kind::TriggerFunction, 2),
        (Kind::Trigger, 3),
        (Kind::ViewTrigger, 2),
        (Kind::Policy, 3),
        (Kind::Sequence, 1),
        (Kind::Statistics, 1),
        (Kind::Dictionary, 1),
        (Kind::Configuration, 1),
        (Kind::Collation, 1),
        (Kind::Publication, 1),
        (Kind::Wrapper, 1),
        (Kind::ForeignServer, 1),
        (Kind::EventFunction, 1),
        (Kind::EventTrigger, 1),
        (Kind::OperatorFamily, 1),
        (Kind::Conversion, 1),
        (Kind::Comment, 2),
        (Kind::ColumnComment, 1),
        (Kind::Grant, 2),
        (Kind::Owner, 2),
        (Kind::ViewDefault, 1),
    ];

    /// Has rows and columns, of which `a` is always one.
    pub fn is_relation(self) -> bool {
        matches!(self, Kind::View | Kind::Matview)
    }

    /// Can be called with one number.
    pub fn is_function(self) -> bool {
        matches!(self, Kind::SqlFunction | Kind::AtomicFunction | Kind::PlpgsqlFunction)
    }

    pub fn is_type(self) -> bool {
        matches!(self, Kind::Enum | Kind::Composite | Kind::Domain | Kind::Range)
    }

    /// Sets something on another item: what it is set on keeps its name and stays.
    pub fn is_act(self) -> bool {
        matches!(self, Kind::Comment | Kind::ColumnComment | Kind::Grant | Kind::Owner | Kind::ViewDefault)
    }

    /// Holds data of a table together: it stays, under its name.
    pub fn is_held(self) -> bool {
        matches!(self, Kind::HeldEnum | Kind::HeldComposite | Kind::HeldDomain)
    }

    /// Which items share a space of names, as far as names are swapped.
    pub fn family(self) -> Option<u8> {
        match self {
            Kind::View | Kind::Matview => Some(0),
            Kind::SqlFunction | Kind::AtomicFunction | Kind::PlpgsqlFunction => Some(1),
            Kind::Enum | Kind::Composite | Kind::Domain => Some(2),
            Kind::StateFunction => Some(3),
            Kind::Trigger => Some(4),
            Kind::TriggerFunction => Some(5),
            Kind::Policy => Some(6),
            _ => None,
        }
    }

    /// Whether it may lie in a schema of its own.
    pub fn has_schema(self) -> bool {
        self.is_relation() || self.is_function() || self.is_type() || matches!(self, Kind::SetFunction | Kind::Procedure)
    }
}

/// A statement of the code directory.
#[derive(Debug, Clone)]
pub struct Item {
    pub id: u32,
    pub kind: Kind,
    pub name: String,
    /// Items that must be there before, the main one first.
    pub needs: Vec<u32>,
    /// Items whose names are in the body only; they may be gone.
    pub mentions: Vec<u32>,
    /// The schema item it lies in.
    pub schema: Option<u32>,
    pub table: usize,
    /// Changes what is inside.
    pub version: usize,
    /// Changes columns, arguments, labels.
    pub shape: usize,
    pub file: String,
    /// The place inside the file.
    pub slot: u64,
}

/// A table of a migration.
#[derive(Debug, Clone)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: usize,
}

/// The whole project.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The major version of PostgreSQL that has to understand it.
    pub major: u32,
    pub tables: Vec<Table>,
    pub migrations: Vec<String>,
    pub items: BTreeMap<u32, Item>,
    pub next: u32,
}

impl World {
    /// An item that is there.
    pub fn item(&self, id: u32) -> &Item {
        &self.items[&id]
    }

    /// The items that need this one, directly or not, itself included.
    pub fn with_dependents(&self, id: u32) -> BTreeSet<u32> {
        let mut found = BTreeSet::from([id]);
        loop {
            let more: Vec<u32> =
                self.items.values().filter(|i| i.all_needs().any(|n| found.contains(&n))).map(|i| i.id).collect();
            let before = found.len();
            found.extend(more);
            if found.len() == before {
                return found;
            }
        }
    }

    /// Whether something is set on an item by a statement of its own.
    pub fn is_frozen(&self, id: u32) -> bool {
        self.items.values().any(|item| item.kind.is_act() && item.needs.contains(&id))
    }

    /// An order in which psql can run the items.
    pub fn order(&self) -> Vec<u32> {
        let mut order: Vec<u32> = Vec::new();
        while order.len() < self.items.len() {
            let ready = |item: &&Item| !order.contains(&item.id) && item.all_needs().all(|need| order.contains(&need));
            match self.items.values().find(ready) {
                Some(item) => order.push(item.id),
                None => return order,
            }
        }
        order
    }

    /// The project as files, the code under the names that `rename` gives.
    pub fn tree(&self, rename: impl Fn(&str) -> String) -> Tree {
        let mut tree = Tree::new();
        for (number, text) in self.migrations.iter().enumerate() {
            tree.insert(format!("migrations/{:03}_step.sql", number + 1), text.clone().into_bytes());
        }
        let mut items: Vec<&Item> = self.items.values().collect();
        items.sort_by_key(|item| item.slot);
        for item in items {
            let content = tree.entry(format!("sql/{}", rename(&item.file))).or_default();
            content.extend(format!("{};\n\n", self.sql(item)).into_bytes());
        }
        tree
    }
}

impl Item {
    pub fn all_needs(&self) -> impl Iterator<Item = u32> {
        self.needs.iter().copied().chain(self.schema)
    }
}
