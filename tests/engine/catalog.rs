//! What the fake server holds: objects by their oids, what binds them, and who wrote which of their rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pgmg::internals::model::object::{CatalogId, Object};
use pgmg::internals::model::sql_error::SqlError;

use crate::language::{Call, Named};

pub type Oid = u32;

/// Where names without a schema are looked for.
pub const PATH: [&str; 2] = ["public", "app"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    BuiltIn(String),
    User(Oid),
    Unknown,
}

#[derive(Debug, Clone)]
pub struct Column {
    pub id: u32,
    pub name: String,
    pub of: Type,
}

/// A query after its names were bound.
#[derive(Debug, Clone, Default)]
pub struct Bound {
    pub items: Vec<(String, Type, Source)>,
    pub from: Option<(Oid, Option<String>)>,
}

#[derive(Debug, Clone)]
pub enum Source {
    Column(u32),
    Call(Oid, String),
    Literal(String),
}

#[derive(Debug, Clone)]
pub enum What {
    Table {
        columns: Vec<Column>,
        deferred: bool,
        rows: Vec<i64>,
    },
    View {
        materialized: bool,
        query: Bound,
    },
    Function {
        args: Vec<(Type, bool)>,
        result: Type,
        text: String,
    },
    /// Values, each with the number of the attempt that added it after its type was made.
    Enum {
        values: Vec<(String, u64)>,
    },
    Composite {
        attributes: Vec<Column>,
    },
    Trigger {
        on: Oid,
        function: Oid,
    },
    Policy {
        on: Oid,
        function: Oid,
        call: String,
    },
}

/// The numbers of the last attempts that wrote a row of an object: its own, those of its making, its comment, its owner's.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rows {
    pub own: u64,
    pub made: u64,
    pub comment: u64,
    pub owner: u64,
}

#[derive(Debug, Clone)]
pub struct Entity {
    pub schema: String,
    pub name: String,
    pub what: What,
    pub grants: BTreeSet<String>,
    pub comment: Option<String>,
    pub options: BTreeMap<String, String>,
    pub rows: Rows,
    /// The last transaction that wrote a row of it.
    pub version: u64,
}

#[derive(Debug, Clone, Default)]
pub struct Catalog {
    pub entities: BTreeMap<Oid, Arc<Entity>>,
    pub next: Oid,
    /// How many transactions were committed.
    pub transaction: u64,
}

/// One object needs another, or a column of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    pub oid: Oid,
    pub column: Option<u32>,
    pub is_part: bool,
}

pub fn error(code: &str, message: String) -> SqlError {
    SqlError { code: code.to_owned(), message, ..SqlError::default() }
}

pub fn error_at(code: &str, name: &Named, message: String) -> SqlError {
    SqlError { position: Some(name.at), ..error(code, message) }
}

impl Entity {
    pub fn is_relation(&self) -> bool {
        matches!(self.what, What::Table { .. } | What::View { .. })
    }

    /// The columns that a query over it can name.
    pub fn columns(&self) -> Vec<Column> {
        match &self.what {
            What::Table { columns, .. } | What::Composite { attributes: columns } => columns.clone(),
            What::View { query, .. } => {
                let numbered = query.items.iter().zip(1..);
                numbered.map(|((name, of, _), id)| Column { id, name: name.clone(), of: of.clone() }).collect()
            }
            _ => Vec::new(),
        }
    }

    pub fn needs(&self) -> Vec<Needs> {
        let mut needs = Vec::new();
        let mut whole = |oid| needs.push(Needs { oid, column: None, is_part: false });
        match &self.what {
            What::Table { columns, .. } | What::Composite { attributes: columns } => {
                columns.iter().for_each(|column| whole_type(&column.of, &mut whole));
            }
            What::View { query, .. } => {
                let relation = query.from.as_ref().filter(|(_, call)| call.is_none()).map(|(oid, _)| *oid);
                query.from.iter().for_each(|(oid, _)| whole(*oid));
                for (_, of, source) in &query.items {
                    whole_type(of, &mut whole);
                    if let Source::Call(oid, _) = source {
                        whole(*oid);
                    }
                }
                let columns = query.items.iter().filter_map(|(_, _, source)| match source {
                    Source::Column(id) => Some(Needs { oid: relation?, column: Some(*id), is_part: false }),
                    _ => None,
                });
                needs.extend(columns);
            }
            What::Function { args, result, .. } => {
                args.iter().for_each(|(of, _)| whole_type(of, &mut whole));
                whole_type(result, &mut whole);
            }
            What::Enum { .. } => {}
            What::Trigger { on, function } | What::Policy { on, function, .. } => {
                whole(*function);
                needs.push(Needs { oid: *on, column: None, is_part: true });
            }
        }
        needs
    }

    /// The number of the catalog that holds it.
    pub fn class(&self) -> u32 {
        match self.what {
            What::Table { .. } | What::View { .. } => 1259,
            What::Function { .. } => 1255,
            What::Enum { .. } | What::Composite { .. } => 1247,
            What::Trigger { .. } => 2620,
            What::Policy { .. } => 3256,
        }
    }

    pub fn kind(&self) -> &'static str {
        match self.what {
            What::Table { .. } => "table",
            What::View { materialized: false, .. } => "view",
            What::View { .. } => "materialized view",
            What::Function { .. } => "function",
            What::Enum { .. } | What::Composite { .. } => "type",
            What::Trigger { .. } => "trigger",
            What::Policy { .. } => "policy",
        }
    }
}

fn whole_type(of: &Type, whole: &mut impl FnMut(Oid)) {
    if let Type::User(oid) = of {
        whole(*oid);
    }
}

impl Catalog {
    pub fn get(&self, oid: Oid) -> &Entity {
        &self.entities[&oid]
    }

    pub fn change(&mut self, oid: Oid) -> &mut Entity {
        Arc::make_mut(self.entities.get_mut(&oid).expect("it is there"))
    }

    pub fn id(&self, oid: Oid) -> CatalogId {
        CatalogId { class: self.get(oid).class(), object: oid }
    }

    pub fn type_name(&self, of: &Type) -> String {
        match of {
            Type::BuiltIn(name) => name.clone(),
            Type::User(oid) => format!("{}.{}", self.get(*oid).schema, self.get(*oid).name),
            Type::Unknown => "unknown".to_owned(),
        }
    }

    /// The identity of an object, as PostgreSQL gives it.
    pub fn object(&self, oid: Oid) -> Object {
        let entity = self.get(oid);
        let (schema, name) = (entity.schema.clone(), entity.name.clone());
        let mut args = Vec::new();
        let names = match &entity.what {
            What::Enum { .. } | What::Composite { .. } => vec![format!("{schema}.{name}")],
            What::Trigger { on, .. } | What::Policy { on, .. } => {
                let on = self.get(*on);
                vec![on.schema.clone(), on.name.clone(), name]
            }
            What::Function { args: types, .. } => {
                args = types.iter().map(|(of, _)| self.type_name(of)).collect();
                vec![schema, name]
            }
            _ => vec![schema, name],
        };
        Object { kind: entity.kind().into(), names, args }
    }

    pub fn find(&self, object: &Object) -> Option<Oid> {
        let name = object.names.last()?;
        let is_named = |entity: &Entity| entity.name == *name || name.ends_with(&entity.name);
        self.entities.iter().find(|(oid, entity)| is_named(entity) && self.object(**oid) == *object).map(|(oid, _)| *oid)
    }

    /// What others call it in messages.
    pub fn words(&self, oid: Oid) -> String {
        let object = self.object(oid);
        match self.get(oid).what {
            What::Trigger { on, .. } | What::Policy { on, .. } => {
                format!("{} {} on {}", object.kind, self.get(oid).name, self.words(on))
            }
            _ => object.to_string().replacen('.', " ", 1),
        }
    }

    /// The relation of a name: the first schema of the path that has it wins.
    pub fn relation(&self, name: &Named) -> Option<Oid> {
        self.first(name, Entity::is_relation)
    }

    pub fn user_type(&self, name: &Named) -> Option<Oid> {
        self.first(name, |entity| matches!(entity.what, What::Enum { .. } | What::Composite { .. }))
    }

    fn first(&self, name: &Named, is_meant: impl Fn(&Entity) -> bool) -> Option<Oid> {
        let schemas = name.schema.as_deref().map_or(PATH.to_vec(), |schema| vec![schema]);
        let in_schema = |schema: &&str| {
            let mut found = self.entities.iter().filter(|(_, entity)| entity.name == name.name && entity.schema == **schema);
            found.find(|(_, entity)| is_meant(entity)).map(|(oid, _)| *oid)
        };
        schemas.iter().find_map(in_schema)
    }

    pub fn of_type(&self, name: &Named) -> Result<Type, SqlError> {
        if name.schema.is_none() && ["integer", "text", "boolean", "trigger"].contains(&name.name.as_str()) {
            return Ok(Type::BuiltIn(name.name.clone()));
        }
        let missing = || error_at("42704", name, format!("type \"{}\" does not exist", name.name));
        self.user_type(name).map(Type::User).ok_or_else(missing)
    }

    /// The function with exactly these arguments.
    pub fn exact(&self, schemas: &[&str], name: &str, wanted: &[Type]) -> Option<Oid> {
        let in_schema = |schema: &&str| {
            let mut named = self.entities.iter().filter(|(_, entity)| entity.name == name && entity.schema == **schema);
            let has_args = |entity: &Entity| match &entity.what {
                What::Function { args, .. } => args.iter().map(|(of, _)| of).eq(wanted),
                _ => false,
            };
            named.find(|(_, entity)| has_args(entity)).map(|(oid, _)| *oid)
        };
        schemas.iter().find_map(in_schema)
    }

    /// The function that a call means.
    pub fn called(&self, call: &Call) -> Result<Oid, SqlError> {
        let name = &call.function;
        let schemas = name.schema.as_deref().map_or(PATH.to_vec(), |schema| vec![schema]);
        let mut found: Vec<(Vec<Type>, bool, Oid)> = Vec::new();
        for schema in schemas {
            for (oid, entity) in self.entities.iter().filter(|(_, entity)| entity.name == name.name && entity.schema == schema) {
                let What::Function { args, .. } = &entity.what else { continue };
                let required = args.iter().filter(|(_, has_default)| !has_default).count();
                let types: Vec<Type> = args.iter().take(call.args.len()).map(|(of, _)| of.clone()).collect();
                let fits = |((_, given), wanted): (&(String, Option<&str>), &Type)| {
                    given.is_none_or(|given| *wanted == Type::BuiltIn(given.to_owned()))
                };
                let counts = (required..=args.len()).contains(&call.args.len());
                let is_exact = args.len() == call.args.len();
                // Of equal ones the first schema's counts, and of its own the one without defaults.
                let is_hidden = found.iter().any(|(other, was_exact, hider)| {
                    *other == types && (self.get(*hider).schema != schema || *was_exact && !is_exact)
                });
                if counts && !is_hidden && call.args.iter().zip(&types).all(fits) {
                    if is_exact {
                        found.retain(|(other, _, hidden)| *other != types || self.get(*hidden).schema != schema);
                    }
                    found.push((types, is_exact, *oid));
                }
            }
        }
        let known = |given: &Option<&str>| given.unwrap_or("unknown").to_owned();
        let args = call.args.iter().map(|(_, given)| known(given)).collect::<Vec<_>>().join(", ");
        // Of unknown arguments it is text that PostgreSQL prefers.
        let is_text = |types: &[Type]| types.contains(&Type::BuiltIn("text".to_owned()));
        let preferred: Vec<_> = found.iter().filter(|(types, ..)| is_text(types)).collect();
        match (found.as_slice(), preferred.as_slice()) {
            ([], _) => Err(error_at("42883", name, format!("function {}({args}) does not exist", name.name))),
            ([(_, _, oid)], _) | (_, [(_, _, oid)]) => Ok(*oid),
            _ => Err(error_at("42725", name, format!("function {}({args}) is not unique", name.name))),
        }
    }

    /// Those that directly need an object, or a column of it.
    pub fn needing(&self, oid: Oid, column: Option<u32>) -> Vec<(Oid, Needs)> {
        let needs_it = |needs: &Needs| needs.oid == oid && (column.is_none() || needs.column == column);
        let mut found = Vec::new();
        for (dependent, entity) in &self.entities {
            found.extend(entity.needs().into_iter().find(needs_it).map(|needs| (*dependent, needs)));
        }
        found
    }

    /// Everything that there is, by names, for comparison: what it is, what it binds, what it carries.
    pub fn described(&self) -> BTreeMap<String, String> {
        self.entities.keys().map(|oid| (self.object(*oid).to_string(), self.description(*oid))).collect()
    }

    fn description(&self, oid: Oid) -> String {
        let entity = self.get(oid);
        let grants = entity.grants.iter().map(|grant| format!("; to {grant}"));
        let comment = entity.comment.iter().map(|comment| format!("; says {comment}"));
        self.definition(oid) + &grants.chain(comment).collect::<String>()
    }

    /// What an object is, without what is set on it from outside.
    pub fn definition(&self, oid: Oid) -> String {
        let entity = self.get(oid);
        let columns = |columns: &[Column]| {
            columns.iter().map(|column| format!("{} {}", column.name, self.type_name(&column.of))).collect::<Vec<_>>().join(", ")
        };
        let what = match &entity.what {
            What::Table { columns: all, deferred, .. } => format!("({}) {deferred}", columns(all)),
            What::Composite { attributes } => format!("({})", columns(attributes)),
            What::View { query, .. } => self.query(query),
            What::Function { result, text, args } => {
                let defaults = args.iter().filter(|(_, has_default)| *has_default).count();
                format!("{defaults} {}: {text}", self.type_name(result))
            }
            What::Enum { values } => values.iter().map(|(value, _)| value.as_str()).collect::<Vec<_>>().join(", "),
            What::Trigger { function, .. } => self.object(*function).to_string(),
            What::Policy { function, call, .. } => format!("{}{call}", self.object(*function)),
        };
        let carried = entity.options.iter().map(|(option, value)| format!("; {option}={value}"));
        what + &carried.collect::<String>()
    }

    /// A bound query as SQL that binds the like again.
    pub fn query(&self, query: &Bound) -> String {
        let from = query.from.as_ref().map(|(oid, call)| (self.get(*oid), call));
        let columns = match from {
            Some((entity, None)) => entity.columns(),
            Some((entity, Some(_))) => self.result_columns(entity),
            None => Vec::new(),
        };
        let item = |(name, of, source): &(String, Type, Source)| match source {
            Source::Column(id) => {
                let column = columns.iter().find(|column| column.id == *id);
                format!("{} AS {name}", column.map_or("?", |column| column.name.as_str()))
            }
            Source::Call(oid, args) => format!("{}.{}{args} AS {name}", self.get(*oid).schema, self.get(*oid).name),
            Source::Literal(text) if *of == Type::Unknown => format!("'{text}' AS {name}"),
            Source::Literal(text) => format!("'{text}'::{} AS {name}", self.type_name(of)),
        };
        let items = query.items.iter().map(item).collect::<Vec<_>>().join(", ");
        let from = from.map_or_else(String::new, |(entity, call)| {
            format!(" FROM {}.{}{}", entity.schema, entity.name, call.as_deref().unwrap_or_default())
        });
        format!("SELECT {items}{from}")
    }

    /// The columns that a function in FROM gives.
    pub fn result_columns(&self, function: &Entity) -> Vec<Column> {
        let What::Function { result, .. } = &function.what else { return Vec::new() };
        match result {
            Type::User(oid) if matches!(self.get(*oid).what, What::Composite { .. }) => self.get(*oid).columns(),
            _ => vec![Column { id: 1, name: function.name.clone(), of: result.clone() }],
        }
    }

    /// The catalog after COMMIT: nothing of it is new any more.
    pub fn committed(mut self) -> Catalog {
        let oids: Vec<Oid> = self.entities.keys().copied().collect();
        self.transaction += 1;
        let transaction = self.transaction;
        for oid in oids {
            let rows = self.get(oid).rows;
            if [rows.own, rows.made, rows.comment, rows.owner] == [0; 4] {
                continue;
            }
            let entity = self.change(oid);
            entity.version = transaction;
            entity.rows = Default::default();
            if let What::Enum { values } = &mut entity.what {
                values.iter_mut().for_each(|(_, added)| *added = 0);
            }
        }
        self
    }
}
