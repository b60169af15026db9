//! A server without PostgreSQL: it answers a trial as PostgreSQL would, as far as the engine can see.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use pgmg::error::{Error, Result};
use pgmg::internals::engine::work::Work;
use pgmg::internals::model::attempt::{Attempt, AttemptId, Failure, Outcome, Part};
use pgmg::internals::model::dependent::{Dependent, DropRole};
use pgmg::internals::model::form::{Attribute, Compared, Form, Forms};
use pgmg::internals::model::look::{CatalogDependency, Look, Written};
use pgmg::internals::model::object::{CatalogId, Object};
use pgmg::internals::model::record::{Drift, Drifted};
use pgmg::internals::model::restored::Restored;
use pgmg::internals::model::review::{Change, Review, Sight};
use pgmg::internals::model::sql_error::SqlError;
use pgmg::internals::model::statement::{MigrationId, Statement};
use pgmg::internals::model::verb::Aspect;
use pgmg::internals::sql::spelling;
use pgmg::internals::trial::server::{Remade, Restoration, Server};

use crate::catalog::{Catalog, Entity, Oid, What, error};
use crate::execution::Writer;
use crate::language::parse;

/// How many messages one run may send: every run ends before.
const MOST_MESSAGES: usize = 2000;

/// A database with an open transaction.
pub struct Fake<'a> {
    committed: &'a Catalog,
    pub now: Catalog,
    /// The number of the last attempt.
    attempt: u64,
    /// Whose each attempt was.
    marks: Vec<AttemptId>,
    captured: HashMap<CatalogId, Entity>,
    messages: usize,
    work: &'a Work<'a>,
}

impl<'a> Fake<'a> {
    /// Opens a transaction.
    pub fn begin(committed: &'a Catalog, work: &'a Work<'a>) -> Self {
        let now = committed.clone();
        Fake { committed, now, attempt: 0, marks: Vec::new(), captured: HashMap::new(), messages: 0, work }
    }

    /// Ends it.
    pub fn commit(self) -> std::result::Result<Catalog, SqlError> {
        if let Some(error) = self.now.violation() {
            return Err(error);
        }
        Ok(self.now.committed())
    }

    fn message(&mut self) -> Result<()> {
        self.messages += 1;
        if self.messages > MOST_MESSAGES { Err(Error::bug("the run does not come to an end")) } else { Ok(()) }
    }

    fn try_one(&mut self, attempt: &Attempt<'_>) -> std::result::Result<(), (usize, SqlError)> {
        let saved = self.now.clone();
        self.attempt += 1;
        self.marks.push(attempt.id);
        for (at, part) in attempt.parts.iter().enumerate() {
            let done = match parse(&part.sql) {
                Ok(command) => self.now.run(&command, Writer { attempt: self.attempt, since: 0 }),
                Err(position) => Err(syntax_error(position)),
            };
            if let Err(error) = done {
                self.now = Catalog { next: self.now.next, ..saved };
                return Err((at, error));
            }
        }
        Ok(())
    }

    fn own(&mut self, id: AttemptId, statements: Vec<String>) -> Result<std::result::Result<(), SqlError>> {
        let outcome = self.attempt(&[Attempt { id, parts: statements.into_iter().map(Part::own).collect() }])?;
        Ok(outcome.failure.map_or(Ok(()), |failure| Err(failure.error)))
    }

    /// An object and all that needs it, directly or not; tables are found and not walked through.
    fn walked(&self, roots: &[Oid]) -> BTreeMap<Oid, BTreeSet<Oid>> {
        let mut needs: BTreeMap<Oid, BTreeSet<Oid>> = roots.iter().map(|oid| (*oid, BTreeSet::new())).collect();
        let mut next = roots.to_vec();
        while let Some(oid) = next.pop() {
            if matches!(self.now.get(oid).what, What::Table { .. }) && !roots.contains(&oid) {
                continue;
            }
            for (dependent, _) in self.now.needing(oid, None).into_iter().filter(|(dependent, _)| *dependent != oid) {
                let is_new = !needs.contains_key(&dependent);
                needs.entry(dependent).or_default().insert(oid);
                if is_new {
                    next.push(dependent);
                }
            }
        }
        needs
    }
}

fn syntax_error(position: usize) -> SqlError {
    SqlError { position: Some(position), ..error("42601", "syntax error".to_owned()) }
}

impl Server for Fake<'_> {
    fn attempt(&mut self, attempts: &[Attempt<'_>]) -> Result<Outcome> {
        self.message()?;
        let refused = |(attempt, part, error)| Some(Failure { attempt, part, setting: None, error });
        // A syntax error anywhere fails a whole message.
        for (at, attempt) in attempts.iter().enumerate() {
            for (part, sql) in attempt.parts.iter().enumerate().map(|(part, sql)| (part, &sql.sql)) {
                if let Err(position) = parse(sql) {
                    return Ok(Outcome { done: 0, failure: refused((at, part, syntax_error(position))) });
                }
            }
        }
        for (at, attempt) in attempts.iter().enumerate() {
            if let Err((part, error)) = self.try_one(attempt) {
                return Ok(Outcome { done: at, failure: refused((at, part, error)) });
            }
        }
        Ok(Outcome { done: attempts.len(), failure: None })
    }

    fn migrate(&mut self, id: MigrationId, attempts: &[Attempt<'_>]) -> Result<Outcome> {
        let outcome = self.attempt(attempts)?;
        if outcome.failure.is_none()
            && let Some(error) = self.now.violation()
        {
            return Err(pgmg::internals::trial::words::deferred(&error, self.work.portion(id).map(|portion| portion.migration)));
        }
        Ok(outcome)
    }

    fn restart(&mut self) -> Result<()> {
        self.message()?;
        self.captured.clear();
        self.marks.clear();
        self.attempt = 0;
        self.now = Catalog { next: self.now.next, ..self.committed.clone() };
        Ok(())
    }

    fn look(&mut self) -> Result<Look> {
        self.message()?;
        let mut written: Vec<(u64, Oid)> = Vec::new();
        let mut look = Look::default();
        let mut referenced: BTreeSet<Oid> = BTreeSet::new();
        for (&oid, entity) in &self.now.entities {
            let rows: BTreeSet<u64> = {
                let rows = entity.rows;
                [rows.own, rows.made, rows.comment, rows.owner].into()
            };
            written.extend(rows.into_iter().filter(|attempt| *attempt > 0).map(|attempt| (attempt, oid)));
            if entity.rows.made == 0 {
                continue;
            }
            let mut edges: BTreeMap<Oid, bool> = BTreeMap::new();
            for needs in entity.needs().into_iter().filter(|needs| needs.oid != oid) {
                *edges.entry(needs.oid).or_default() |= needs.is_part;
            }
            referenced.extend(edges.keys());
            let edge = |(on, is_part)| CatalogDependency { dependent: self.now.id(oid), referenced: self.now.id(on), is_part };
            look.dependencies.extend(edges.into_iter().map(edge));
        }
        written.sort_unstable();
        let row = |(attempt, oid): (u64, Oid)| Written {
            by: self.marks[attempt as usize - 1],
            id: self.now.id(oid),
            object: self.now.object(oid),
            is_temporary: false,
        };
        look.written = written.iter().copied().map(row).collect();
        let ids: HashSet<CatalogId> = look.written.iter().map(|row| row.id).collect();
        look.existing = ids.iter().copied().filter(|id| self.committed.entities.contains_key(&id.object)).collect();
        let named = referenced.iter().map(|oid| (self.now.id(*oid), self.now.object(*oid)));
        look.names = named.filter(|(id, _)| !ids.contains(id)).collect();
        Ok(look)
    }

    fn review(&mut self) -> Result<Review> {
        self.message()?;
        let mut review = Review::default();
        for (row, recorded) in self.work.recorded.statements.iter().enumerate() {
            let (Some(id), Some(object)) = (recorded.id, &recorded.object) else { continue };
            let Some(was) = self.committed.entities.get(&id.object) else { continue };
            let changes = match self.now.entities.get(&id.object) {
                None => vec![Drifted::Dropped],
                Some(now) => changed(was, now),
            };
            if !changes.is_empty() {
                review.drift.push(Drift { row, changes, revokes: Vec::new() });
            }
            let is_there = self.now.entities.contains_key(&id.object);
            if is_there && self.now.object(id.object) != *object && self.committed.object(id.object) == *object {
                review.moved.push((row, self.now.object(id.object)));
            }
        }
        Ok(review)
    }

    fn changes(&mut self, ids: &[CatalogId]) -> Result<Vec<Change>> {
        let change = |id: &CatalogId| {
            let (was, now) = (sight(self.committed, id.object)?, sight(&self.now, id.object)?);
            (was != now).then_some(Change { id: *id, was, now })
        };
        Ok(ids.iter().filter_map(change).collect())
    }

    fn find(&mut self, objects: &[Object]) -> Result<Vec<Option<CatalogId>>> {
        Ok(objects.iter().map(|object| self.now.find(object).map(|oid| self.now.id(oid))).collect())
    }

    fn find_by_label(&mut self, labels: &HashSet<String>) -> Result<Vec<(CatalogId, Object)>> {
        let all = self.now.entities.keys().map(|oid| (self.now.id(*oid), self.now.object(*oid)));
        Ok(all.filter(|(_, object)| labels.contains(&object.to_string())).collect())
    }

    fn dependents(&mut self, ids: &[CatalogId]) -> Result<Vec<Dependent>> {
        let roots: Vec<Oid> = ids.iter().map(|id| id.object).collect();
        let mut needs = self.walked(&roots);
        let owner = |oid: Oid| {
            let part = self.now.get(oid).needs().into_iter().find(|needs| needs.is_part)?;
            Some(part.oid).filter(|owner| !roots.contains(&oid) && needs.contains_key(owner))
        };
        let goes_with: HashMap<Oid, Oid> = needs.keys().map(|&oid| (oid, owner(oid).unwrap_or(oid))).collect();
        let dependent = |oid: Oid, needs: &BTreeSet<Oid>| Dependent {
            id: self.now.id(oid),
            sub: 0,
            object: self.now.object(oid),
            depends_on: needs.iter().map(|oid| self.now.id(*oid)).collect(),
            role: match goes_with[&oid] {
                _ if roots.contains(&oid) => DropRole::Requested,
                owner if owner != oid => DropRole::Part(self.now.id(owner)),
                _ => DropRole::Dependent,
            },
            extension: None,
            is_dropped_first: goes_with[&oid] != oid && needs.iter().any(|needed| goes_with[needed] != goes_with[&oid]),
        };
        let mut names: Vec<(Object, Oid)> = needs.keys().map(|oid| (self.now.object(*oid), *oid)).collect();
        names.sort();
        let mut ordered = Vec::new();
        let all = needs.clone();
        while !names.is_empty() {
            let is_free = |(_, oid): &(Object, Oid)| !needs.values().any(|needed| needed.contains(oid));
            let at = names.iter().position(is_free).unwrap_or(0);
            let (_, oid) = names.remove(at);
            needs.remove(&oid);
            ordered.push(dependent(oid, &all[&oid]));
        }
        Ok(ordered)
    }

    fn definitions(&mut self, ids: &[CatalogId]) -> Result<HashMap<CatalogId, String>> {
        let definition = |id: &CatalogId| {
            let entity = self.now.get(id.object);
            let What::View { materialized, query } = &entity.what else { return None };
            let kind = if *materialized { "MATERIALIZED VIEW" } else { "VIEW" };
            Some((*id, format!("CREATE {kind} {}.{} AS {}", entity.schema, entity.name, self.now.query(query))))
        };
        Ok(ids.iter().filter_map(definition).collect())
    }

    fn capture(&mut self, ids: &[CatalogId]) -> Result<()> {
        for id in ids.iter().filter(|id| self.now.entities.contains_key(&id.object)) {
            self.captured.insert(*id, self.now.get(id.object).clone());
        }
        Ok(())
    }

    fn restore(&mut self, restorations: &[Restoration]) -> Result<Vec<String>> {
        let mut refused = Vec::new();
        for restoration in restorations {
            let Some(was) = self.captured.get(&restoration.was) else { continue };
            let object = self.now.object(restoration.now.object);
            let statements = given_back(was, self.now.get(restoration.now.object), &object, restoration.restored);
            if !statements.is_empty()
                && let Err(error) = self.own(restoration.by, statements)?
            {
                refused.push(error.message);
            }
        }
        Ok(refused)
    }

    fn stubs(&mut self, views: &[CatalogId]) -> Result<Vec<String>> {
        let stub = |id: &CatalogId| {
            let entity = self.now.get(id.object);
            let What::View { materialized: false, query } = &entity.what else { return None };
            let column = |(name, of, _): &(String, crate::catalog::Type, crate::catalog::Source)| {
                format!("NULL::{} AS {name}", self.now.type_name(of))
            };
            let columns = query.items.iter().map(column).collect::<Vec<_>>().join(", ");
            Some(format!("CREATE OR REPLACE VIEW {}.{} AS SELECT {columns}", entity.schema, entity.name))
        };
        Ok(views.iter().filter_map(stub).collect())
    }

    fn compare(&mut self, id: CatalogId, _: &Object, statement: &Statement, by: AttemptId) -> Result<Compared> {
        let saved = self.now.clone();
        let now = form(&self.now, id.object);
        let (name, schema) = (self.now.get(id.object).name.clone(), self.now.get(id.object).schema.clone());
        self.now.change(id.object).schema = "aside".to_owned();
        let outcome = self.own(by, vec![statement.sql().to_owned()])?;
        let made = self
            .now
            .entities
            .iter()
            .find(|(_, entity)| entity.name == name && entity.schema == schema && entity.class() == id.class);
        let compared = match (outcome, made) {
            (Err(error), _) => Compared::StatementFailed(Failure { attempt: 0, part: 0, setting: None, error }),
            (Ok(()), None) => Compared::Unknown,
            (Ok(()), Some((oid, _))) => Compared::Forms(Forms { now, wanted: form(&self.now, *oid) }),
        };
        self.now = Catalog { next: self.now.next, ..saved };
        Ok(compared)
    }

    fn remake(&mut self, id: CatalogId, object: &Object, drops: &[String], attempt: &Attempt<'_>) -> Result<Remade> {
        let saved = self.now.clone();
        let now = format!("{:?}", self.now.get(id.object).what);
        let remade = if self.own(attempt.id, drops.to_vec())?.is_err() {
            Remade::Stays
        } else {
            match self.attempt(std::slice::from_ref(attempt))?.failure {
                Some(failure) => Remade::StatementFailed(Box::new(failure)),
                None => match self.now.find(object) {
                    None => Remade::Nothing,
                    Some(oid) if format!("{:?}", self.now.get(oid).what) == now => Remade::Alike,
                    Some(_) => Remade::Other,
                },
            }
        };
        self.now = Catalog { next: self.now.next, ..saved };
        Ok(remade)
    }

    fn bare(&mut self, ids: &[CatalogId], aspect: Aspect, _: &[u32]) -> Result<Vec<(Object, Vec<String>)>> {
        let taken = |id: &CatalogId| {
            let (entity, object) = (self.now.get(id.object), self.now.object(id.object));
            let mut bare = entity.clone();
            match aspect {
                Aspect::Privileges => bare.grants.clear(),
                Aspect::Comment => bare.comment = None,
                _ => {}
            }
            let statements = given_back(&bare, entity, &object, Restored::WhatNoTextSays);
            (object, statements)
        };
        Ok(ids.iter().map(taken).collect())
    }

    fn default_privileges(&mut self, _: &[u32]) -> Result<(Vec<String>, Vec<String>)> {
        Ok((Vec::new(), Vec::new()))
    }

    fn remember_created(&mut self, _: &[Object]) -> Result<()> {
        Ok(())
    }

    fn created_otherwise(&mut self) -> Result<Vec<(CatalogId, Object)>> {
        Ok(Vec::new())
    }

    fn owners(&mut self, _: &[Object]) -> Result<Option<String>> {
        Ok(None)
    }

    fn check_constraints(&mut self) -> Result<std::result::Result<(), SqlError>> {
        self.message()?;
        Ok(self.now.violation().map_or(Ok(()), Err))
    }

    fn messages(&self) -> usize {
        self.messages
    }
}

/// In which respects an object is no longer what it was.
fn changed(was: &Entity, now: &Entity) -> Vec<Drifted> {
    let differs = [
        (format!("{:?}", was.what) != format!("{:?}", now.what) || was.options != now.options, Drifted::Definition),
        (was.grants != now.grants, Drifted::Grants),
        (was.comment != now.comment, Drifted::Comment),
    ];
    differs.into_iter().filter_map(|(differs, what)| differs.then_some(what)).collect()
}

fn sight(catalog: &Catalog, oid: Oid) -> Option<Sight> {
    let entity = catalog.entities.get(&oid)?;
    let columns = entity.columns().into_iter().map(|column| (column.id as i32, column.name));
    matches!(entity.what, What::Table { .. } | What::Enum { .. } | What::Composite { .. }).then(|| Sight {
        object: catalog.object(oid),
        columns: columns.collect(),
        owner: String::new(),
        privileges: format!("{:?}", entity.grants),
        comment: entity.comment.clone().unwrap_or_default(),
        settings: format!("{:?}", entity.options),
    })
}

/// The statements that make what an object carries what it carried.
fn given_back(was: &Entity, now: &Entity, object: &Object, restored: Restored) -> Vec<String> {
    let mut statements = Vec::new();
    let address = spelling::address(object).unwrap_or_default();
    if let Some(target) = spelling::grant_target(object) {
        statements.extend(was.grants.difference(&now.grants).map(|role| format!("GRANT SELECT ON {target} TO {role}")));
        statements.extend(now.grants.difference(&was.grants).map(|role| format!("REVOKE SELECT ON {target} FROM {role}")));
    }
    if was.comment != now.comment {
        let text = was.comment.as_ref().map_or_else(|| "NULL".to_owned(), |text| format!("'{text}'"));
        statements.push(format!("COMMENT ON {address} IS {text}"));
    }
    if restored == Restored::All {
        let missing = was.options.iter().filter(|(option, value)| now.options.get(*option) != Some(*value));
        statements.extend(missing.map(|(option, value)| format!("ALTER {address} SET {option} = '{value}'")));
    }
    statements
}

fn form(catalog: &Catalog, oid: Oid) -> Form {
    let attribute = |column: &crate::catalog::Column| (column.name.clone(), catalog.type_name(&column.of));
    match &catalog.get(oid).what {
        What::Enum { values } => Form::Enum(values.iter().map(|(value, _)| value.clone()).collect()),
        What::Composite { attributes } => Form::Composite(attributes.iter().map(attribute).map(Attribute::from).collect()),
        What::Table { columns, .. } => {
            Form::Lines(columns.iter().map(attribute).map(|(name, of)| format!("{name} {of}")).collect())
        }
        _ => Form::Opaque,
    }
}
