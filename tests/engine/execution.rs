//! What the fake server's statements do, and what it says where they cannot: with PostgreSQL's codes and words.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use pgmg::internals::model::sql_error::SqlError;

use crate::catalog::{Bound, Catalog, Column, Entity, Oid, PATH, Rows, Source, Type, What, error, error_at};
use crate::language::{Body, Change, Command, Existing, From, Item, Named, Query, Target};

/// Whose statement it is: the number of its attempt, and of the last one of an earlier transaction.
#[derive(Debug, Clone, Copy)]
pub struct Writer {
    pub attempt: u64,
    pub since: u64,
}

type Ran<T = ()> = Result<T, SqlError>;

impl Catalog {
    /// Runs a statement: all of it or nothing.
    pub fn run(&mut self, command: &Command, by: Writer) -> Ran {
        match command {
            Command::View { existing, materialized, name, query } => {
                let query = self.bind(query, by)?;
                let what = What::View { materialized: *materialized, query };
                self.make(*existing, name, what, by)
            }
            Command::Function { existing, name, args, result, body } => self.function(*existing, name, args, result, body, by),
            Command::Enum { name, values } => {
                let values = values.iter().map(|value| (value.clone(), 0)).collect();
                self.make(Existing::Fails, name, What::Enum { values }, by)
            }
            Command::Composite { name, attributes } => {
                let attributes = self.columns(attributes)?;
                self.make(Existing::Fails, name, What::Composite { attributes }, by)
            }
            Command::Table { existing, name, columns, deferred } => {
                let columns = self.columns(columns)?;
                self.make(*existing, name, What::Table { columns, deferred: *deferred, rows: Vec::new() }, by)
            }
            Command::Trigger { existing, name, on, function } => self.trigger(*existing, name, on, function, by),
            Command::Policy { name, on, call } => {
                let on = self.table(on)?;
                let function = self.called(call)?;
                let args = call.args.iter().map(|(arg, _)| arg.as_str()).collect::<Vec<_>>().join(", ");
                self.part(Existing::Fails, name, on, What::Policy { on, function, call: format!("({args})") }, by)
            }
            Command::Alter { on, change } => self.alter(on, change, by),
            Command::Drop(target) => self.drop(target),
            Command::Grant { gives, on, role } => {
                let on = match on {
                    Target::Schema(schema) => {
                        let of_schema =
                            self.entities.iter().filter(|(_, entity)| entity.schema == *schema && entity.is_relation());
                        of_schema.map(|(oid, _)| *oid).collect()
                    }
                    target => vec![self.target(target)?],
                };
                for oid in on {
                    let entity = self.change(oid);
                    if *gives {
                        entity.grants.insert(role.clone())
                    } else {
                        entity.grants.remove(role)
                    };
                    entity.rows.own = by.attempt;
                }
                Ok(())
            }
            Command::Comment { on, text } => {
                let oid = self.target(on)?;
                let entity = self.change(oid);
                entity.comment.clone_from(text);
                entity.rows.comment = if text.is_some() { by.attempt } else { 0 };
                Ok(())
            }
            Command::Insert { into, value } => {
                let oid = self.table(into)?;
                match &mut self.change(oid).what {
                    What::Table { rows, .. } => rows.push(*value),
                    _ => return Err(error("55000", format!("cannot insert into view \"{}\"", into.name))),
                }
                Ok(())
            }
            Command::Execute(command) => self.run(command, by),
            Command::All(commands) => commands.iter().try_for_each(|command| self.run(command, by)),
        }
    }

    /// What deferred constraints say of the rows.
    pub fn violation(&self) -> Option<SqlError> {
        let violated = self.entities.values().find(|entity| match &entity.what {
            What::Table { deferred: true, rows, .. } => rows.iter().collect::<HashSet<_>>().len() < rows.len(),
            _ => false,
        });
        let message = |entity: &Arc<Entity>| format!("duplicate key value violates unique constraint \"{}_key\"", entity.name);
        violated.map(|entity| error("23505", message(entity)))
    }

    fn make(&mut self, existing: Existing, name: &Named, what: What, by: Writer) -> Ran {
        let schema = self.schema(name)?;
        let named = Named { schema: Some(schema.to_owned()), ..name.clone() };
        let is_type = matches!(what, What::Enum { .. } | What::Composite { .. });
        let there = if is_type { self.user_type(&named) } else { self.relation(&named) };
        match (there, existing) {
            (None, _) => {
                self.add(schema, &name.name, what, by);
                Ok(())
            }
            (Some(_), Existing::Stays) => Ok(()),
            (Some(_), Existing::Fails) if is_type => Err(error("42710", format!("type \"{}\" already exists", name.name))),
            (Some(_), Existing::Fails) => Err(error("42P07", format!("relation \"{}\" already exists", name.name))),
            (Some(oid), Existing::Replaces) => self.replace_view(oid, &name.name, what, by),
        }
    }

    fn replace_view(&mut self, oid: Oid, name: &str, what: What, by: Writer) -> Ran {
        let refused = |code: &str, routine: &str, message: String| {
            Err(SqlError { routine: Some(routine.to_owned()), ..error(code, message) })
        };
        let (What::View { query: new, .. }, What::View { materialized: false, query: old }) = (&what, &self.get(oid).what) else {
            return refused("42809", "DefineVirtualRelation", format!("\"{name}\" is not a view"));
        };
        if new.items.len() < old.items.len() {
            return refused("42P16", "checkViewColumns", "cannot drop columns from view".to_owned());
        }
        for ((was, was_of, _), (now, of, _)) in old.items.iter().zip(&new.items) {
            if was != now {
                let message = format!("cannot change name of view column \"{was}\" to \"{now}\"");
                return refused("42P16", "checkViewColumns", message);
            }
            if was_of != of {
                return refused("42P16", "checkViewColumns", format!("cannot change data type of view column \"{was}\""));
            }
        }
        self.replace(oid, what, by);
        Ok(())
    }

    /// Puts something in the place of what is there, and with it its options.
    fn replace(&mut self, oid: Oid, what: What, by: Writer) {
        let entity = self.change(oid);
        entity.what = what;
        entity.options.clear();
        (entity.rows.own, entity.rows.made) = (by.attempt, by.attempt);
    }

    fn add(&mut self, schema: &str, name: &str, what: What, by: Writer) -> Oid {
        self.next += 1;
        // Parts of tables have no owner of their own.
        let is_part = matches!(what, What::Trigger { .. } | What::Policy { .. });
        let owner = if is_part { 0 } else { by.attempt };
        let rows = Rows { own: by.attempt, made: by.attempt, comment: 0, owner };
        let (grants, options) = (BTreeSet::new(), BTreeMap::new());
        let entity =
            Entity { schema: schema.to_owned(), name: name.to_owned(), what, grants, comment: None, options, rows, version: 0 };
        self.entities.insert(self.next, Arc::new(entity));
        self.next
    }

    fn function(
        &mut self,
        existing: Existing,
        name: &Named,
        args: &[(Named, bool)],
        result: &Named,
        body: &Body,
        by: Writer,
    ) -> Ran {
        let schema = self.schema(name)?;
        let args: Vec<(Type, bool)> = args.iter().map(|(of, has)| Ok((self.of_type(of)?, *has))).collect::<Ran<_>>()?;
        let result = self.of_type(result)?;
        if let Some(query) = &body.checked {
            self.bind(query, by)?;
        }
        let types: Vec<Type> = args.iter().map(|(of, _)| of.clone()).collect();
        let what = What::Function { args, result, text: body.text.clone() };
        let Some(oid) = self.exact(&[schema], &name.name, &types) else {
            self.add(schema, &name.name, what, by);
            return Ok(());
        };
        if existing != Existing::Replaces {
            return Err(error("42723", format!("function \"{}\" already exists with same argument types", name.name)));
        }
        let (What::Function { args: old, result: was, .. }, What::Function { args: new, result: of, .. }) =
            (&self.get(oid).what, &what)
        else {
            return Ok(());
        };
        let loses_default = old.iter().zip(new).any(|(old, new)| old.1 && !new.1);
        if was != of || loses_default {
            let message = if was != of {
                "cannot change return type of existing function"
            } else {
                "cannot remove parameter defaults from existing function"
            };
            let hint = Some(format!("Use DROP FUNCTION {} first.", self.object(oid).name()));
            return Err(SqlError { routine: Some("ProcedureCreate".to_owned()), hint, ..error("42P13", message.to_owned()) });
        }
        self.replace(oid, what, by);
        Ok(())
    }

    fn trigger(&mut self, existing: Existing, name: &str, on: &Named, function: &Named, by: Writer) -> Ran {
        let on = self.table(on)?;
        let schemas = function.schema.as_deref().map_or(PATH.to_vec(), |schema| vec![schema]);
        let missing = || error_at("42883", function, format!("function {}() does not exist", function.name));
        let function = self.exact(&schemas, &function.name, &[]).ok_or_else(missing)?;
        if !matches!(&self.get(function).what, What::Function { result: Type::BuiltIn(of), .. } if of == "trigger") {
            return Err(error("42P17", format!("function {} must return type trigger", self.get(function).name)));
        }
        let is_first = !self.needing(on, None).iter().any(|(oid, _)| self.get(*oid).kind() == "trigger");
        self.part(existing, name, on, What::Trigger { on, function }, by)?;
        if is_first {
            self.change(on).rows.own = by.attempt;
        }
        Ok(())
    }

    fn part(&mut self, existing: Existing, name: &str, on: Oid, what: What, by: Writer) -> Ran {
        let kind = if matches!(what, What::Trigger { .. }) { "trigger" } else { "policy" };
        let schema = self.get(on).schema.clone();
        match self.part_of(kind, name, on) {
            None => _ = self.add(&schema, name, what, by),
            Some(oid) if existing == Existing::Replaces => self.replace(oid, what, by),
            Some(_) => {
                let message = format!("{kind} \"{name}\" for relation \"{}\" already exists", self.get(on).name);
                return Err(error("42710", message));
            }
        }
        Ok(())
    }

    fn part_of(&self, kind: &str, name: &str, on: Oid) -> Option<Oid> {
        let parts = self.needing(on, None).into_iter().filter(|(oid, needs)| needs.is_part || self.get(*oid).kind() == kind);
        parts.map(|(oid, _)| oid).find(|oid| self.get(*oid).kind() == kind && self.get(*oid).name == name)
    }

    fn alter(&mut self, on: &Target, change: &Change, by: Writer) -> Ran {
        let oid = self.target(on)?;
        let of = match change {
            Change::AddColumn(_, of) | Change::AddAttribute(_, of) | Change::Retype(_, of) => self.of_type(of)?,
            _ => Type::Unknown,
        };
        if let Change::DropColumn(name) | Change::Retype(name, _) = change {
            self.refuse_used_column(oid, name, matches!(change, Change::DropColumn(_)))?;
        }
        let entity = self.change(oid);
        let table = entity.name.clone();
        entity.rows.own = by.attempt;
        let missing = |name: &String| error("42703", format!("column \"{name}\" of relation \"{table}\" does not exist"));
        match (change, &mut entity.what) {
            (
                Change::AddColumn(name, _) | Change::AddAttribute(name, _),
                What::Table { columns, .. } | What::Composite { attributes: columns },
            ) => {
                if columns.iter().any(|column| column.name == *name) {
                    return Err(error("42701", format!("column \"{name}\" of relation \"{table}\" already exists")));
                }
                let id = columns.iter().map(|column| column.id).max().unwrap_or(0) + 1;
                columns.push(Column { id, name: name.clone(), of });
                entity.rows.made = by.attempt;
            }
            (Change::DropColumn(name), What::Table { columns, .. }) => columns.retain(|column| column.name != *name),
            (Change::Retype(name, _), What::Table { columns, .. }) => {
                columns.iter_mut().find(|column| column.name == *name).ok_or_else(|| missing(name))?.of = of;
            }
            (Change::RenameColumn(name, to), What::Table { columns, .. }) => {
                columns.iter_mut().find(|column| column.name == *name).ok_or_else(|| missing(name))?.name.clone_from(to);
            }
            (Change::RenameTo(to), _) => entity.name.clone_from(to),
            (Change::Set(option, value), What::View { .. } | What::Function { .. }) => {
                entity.options.insert(option.clone(), value.clone());
            }
            (Change::AddValue(value, place), What::Enum { values }) => {
                if values.iter().any(|(known, _)| known == value) {
                    return Err(error("42710", format!("enum label \"{value}\" already exists")));
                }
                let at = |near: &String| values.iter().position(|(known, _)| known == near);
                let near = place.as_ref().and_then(|(is_after, near)| Some(at(near)? + usize::from(*is_after)));
                values.insert(near.unwrap_or(values.len()), (value.clone(), by.attempt));
            }
            _ => return Err(error("42809", format!("\"{table}\" is of another kind"))),
        }
        Ok(())
    }

    fn refuse_used_column(&self, oid: Oid, name: &str, is_dropped: bool) -> Ran {
        let entity = self.get(oid);
        let columns = entity.columns();
        let Some(column) = columns.iter().find(|column| column.name == *name) else {
            return Err(error("42703", format!("column \"{name}\" of relation \"{}\" does not exist", entity.name)));
        };
        let Some((dependent, _)) = self.needing(oid, Some(column.id)).first().copied() else { return Ok(()) };
        let (dependent, relation) = (self.words(dependent), self.words(oid));
        if is_dropped {
            let message = format!("cannot drop column {name} of {relation} because other objects depend on it");
            let detail = Some(format!("{dependent} depends on column {name} of {relation}"));
            return Err(SqlError { detail, ..error("2BP01", message) });
        }
        let detail = Some(format!("rule _RETURN on {dependent} depends on column \"{name}\""));
        let routine = Some("RememberAllDependentForRebuilding".to_owned());
        Err(SqlError { detail, routine, ..error("0A000", "cannot alter type of a column used by a view or rule".to_owned()) })
    }

    fn drop(&mut self, target: &Target) -> Ran {
        let oid = self.target(target)?;
        if let Target::Relation(kind, name) = target
            && *kind != self.get(oid).kind()
        {
            return Err(error("42809", format!("\"{}\" is not a {kind}", name.name)));
        }
        let needing = self.needing(oid, None);
        let goes_along: Vec<Oid> = self.parts(oid);
        let dependent = needing.iter().find(|(dependent, _)| !goes_along.contains(dependent) && *dependent != oid);
        if let Some((dependent, _)) = dependent {
            let (words, dependent) = (self.words(oid), self.words(*dependent));
            let message = format!("cannot drop {words} because other objects depend on it");
            return Err(SqlError { detail: Some(format!("{dependent} depends on {words}")), ..error("2BP01", message) });
        }
        self.entities.remove(&oid);
        goes_along.iter().for_each(|part| _ = self.entities.remove(part));
        Ok(())
    }

    /// The parts that go with an object.
    pub fn parts(&self, oid: Oid) -> Vec<Oid> {
        let is_part = |entity: &Entity| entity.needs().iter().any(|needs| needs.is_part && needs.oid == oid);
        self.entities.iter().filter(|(_, entity)| is_part(entity)).map(|(part, _)| *part).collect()
    }

    fn target(&self, target: &Target) -> Ran<Oid> {
        match target {
            Target::Relation(_, name) => self.table(name),
            Target::Function(name, args) => {
                let schemas = name.schema.as_deref().map_or(PATH.to_vec(), |schema| vec![schema]);
                let args = args.as_deref().unwrap_or_default();
                let types: Vec<Type> = args.iter().map(|of| self.of_type(of)).collect::<Ran<_>>()?;
                let spelled: Vec<&str> = args.iter().map(|of| of.name.as_str()).collect();
                let missing = || error("42883", format!("function {}({}) does not exist", name.name, spelled.join(", ")));
                self.exact(&schemas, &name.name, &types).ok_or_else(missing)
            }
            Target::Type(name) => match self.of_type(name)? {
                Type::User(oid) => Ok(oid),
                _ => Err(error("42501", format!("must be owner of type {}", name.name))),
            },
            Target::Part(kind, name, on) => {
                let on = self.table(on)?;
                let missing = || error("42704", format!("{kind} \"{name}\" for table \"{}\" does not exist", self.get(on).name));
                self.part_of(kind, name, on).ok_or_else(missing)
            }
            Target::Schema(schema) => Err(error("3F000", format!("schema \"{schema}\" does not exist"))),
        }
    }

    fn table(&self, name: &Named) -> Ran<Oid> {
        self.relation(name).ok_or_else(|| error_at("42P01", name, format!("relation \"{}\" does not exist", name.name)))
    }

    fn schema(&self, name: &Named) -> Ran<&'static str> {
        let wanted = name.schema.as_deref().unwrap_or(PATH[0]);
        let missing = || error_at("3F000", name, format!("schema \"{wanted}\" does not exist"));
        PATH.into_iter().find(|schema| *schema == wanted).ok_or_else(missing)
    }

    fn columns(&self, columns: &[(String, Named)]) -> Ran<Vec<Column>> {
        let numbered = columns.iter().zip(1..);
        numbered.map(|((name, of), id)| Ok(Column { id, name: name.clone(), of: self.of_type(of)? })).collect()
    }

    /// Binds the names of a query to what they mean now.
    pub fn bind(&self, query: &Query, by: Writer) -> Ran<Bound> {
        let (from, columns) = match &query.from {
            None => (None, Vec::new()),
            Some(From::Relation(name)) => {
                let oid = self.table(name)?;
                (Some((oid, None)), self.get(oid).columns())
            }
            Some(From::Function(call)) => {
                let oid = self.called(call)?;
                let args = call.args.iter().map(|(arg, _)| arg.as_str()).collect::<Vec<_>>().join(", ");
                (Some((oid, Some(format!("({args})")))), self.result_columns(self.get(oid)))
            }
        };
        let mut bound = Bound { items: Vec::new(), from };
        for item in &query.items {
            match item {
                Item::Star => {
                    let all = columns.iter().map(|column| (column.name.clone(), column.of.clone(), Source::Column(column.id)));
                    bound.items.extend(all);
                }
                Item::Column(name, alias) => {
                    let missing = || error_at("42703", name, format!("column \"{}\" does not exist", name.name));
                    let column = columns.iter().find(|column| column.name == name.name).ok_or_else(missing)?;
                    let shown = alias.as_ref().unwrap_or(&name.name).clone();
                    bound.items.push((shown, column.of.clone(), Source::Column(column.id)));
                }
                Item::Call(call, alias) => {
                    let oid = self.called(call)?;
                    let What::Function { result, .. } = &self.get(oid).what else { continue };
                    let args = call.args.iter().map(|(arg, _)| arg.as_str()).collect::<Vec<_>>().join(", ");
                    let shown = alias.as_ref().unwrap_or(&call.function.name).clone();
                    bound.items.push((shown, result.clone(), Source::Call(oid, format!("({args})"))));
                }
                Item::Literal(text, of, alias) => {
                    let of = of.as_ref().map_or(Ok(Type::BuiltIn("integer".to_owned())), |of| self.of_type(of))?;
                    self.check_value(text, &of, by)?;
                    bound.items.push((alias.clone().unwrap_or_else(|| "value".to_owned()), of, Source::Literal(text.clone())));
                }
            }
        }
        let mut names = HashSet::new();
        match bound.items.iter().find(|(name, ..)| !names.insert(name)) {
            Some((name, ..)) => Err(error("42701", format!("column \"{name}\" specified more than once"))),
            None => Ok(bound),
        }
    }

    /// A value that an enum got in this transaction cannot be used in it, unless the enum is as new.
    fn check_value(&self, text: &str, of: &Type, by: Writer) -> Ran {
        let Type::User(oid) = of else { return Ok(()) };
        let entity = self.get(*oid);
        let What::Enum { values } = &entity.what else { return Ok(()) };
        match values.iter().find(|(value, _)| value == text) {
            None if text.eq_ignore_ascii_case("null") => Ok(()),
            None => Err(error("22P02", format!("invalid input value for enum {}: \"{text}\"", entity.name))),
            Some((_, added)) if *added > by.since && entity.rows.made <= by.since => {
                Err(error("55P04", format!("unsafe use of new value \"{text}\" of enum type {}", entity.name)))
            }
            Some(_) => Ok(()),
        }
    }
}
