//! What a trial needs of a server: the engine decides, a server performs. PostgreSQL is one; tests have another.

use std::collections::{HashMap, HashSet};

use crate::error::Result;
use crate::model::attempt::{Attempt, AttemptId, Failure, Outcome};
use crate::model::dependent::Dependent;
use crate::model::form::Compared;
use crate::model::look::Look;
use crate::model::object::{CatalogId, Object};
use crate::model::restored::Restored;
use crate::model::review::{Change, Review};
use crate::model::sql_error::SqlError;
use crate::model::statement::{MigrationId, Statement};
use crate::model::verb::Aspect;

/// A database with one open transaction. An error means that no answer can be had; what PostgreSQL refuses is a value.
pub trait Server {
    /// Tries in order until one fails. Those that are done stay; the one that failed leaves nothing.
    fn attempt(&mut self, attempts: &[Attempt<'_>]) -> Result<Outcome>;

    /// Tries the statements of a migration in order until one fails, and measures what they do; after the last one deferred
    /// constraints are checked. Those that are done stay done, so that nothing they do is done twice.
    fn migrate(&mut self, id: MigrationId, attempts: &[Attempt<'_>]) -> Result<Outcome>;

    /// Undoes everything: the transaction is as it was at its beginning.
    fn restart(&mut self) -> Result<()>;

    /// Reads what the attempts wrote.
    fn look(&mut self) -> Result<Look>;

    /// Looks again at what is recorded.
    fn review(&mut self) -> Result<Review>;

    /// How objects were that were there before the run, and how they are now; those that did not change are left out.
    fn changes(&mut self, ids: &[CatalogId]) -> Result<Vec<Change>>;

    /// Where objects are; `None` for those that are not there.
    fn find(&mut self, objects: &[Object]) -> Result<Vec<Option<CatalogId>>>;

    /// The objects that are shown by these labels.
    fn find_by_label(&mut self, labels: &HashSet<String>) -> Result<Vec<(CatalogId, Object)>>;

    /// The objects and all that depends on them, dependents first.
    fn dependents(&mut self, ids: &[CatalogId]) -> Result<Vec<Dependent>>;

    /// The statements that create objects again; kinds that cannot be described are absent.
    fn definitions(&mut self, ids: &[CatalogId]) -> Result<HashMap<CatalogId, String>>;

    /// Keeps what objects carry, to be given back by [`Server::restore`]. Must be called before they are dropped.
    fn capture(&mut self, ids: &[CatalogId]) -> Result<()>;

    /// Gives back what was captured; what the server refuses to give back, in words.
    fn restore(&mut self, restorations: &[Restoration]) -> Result<Vec<String>>;

    /// The statements that make views need nothing any more, with the same columns.
    fn stubs(&mut self, views: &[CatalogId]) -> Result<Vec<String>>;

    /// What an object is, and what a statement would make of its name.
    fn compare(&mut self, id: CatalogId, object: &Object, statement: &Statement, by: AttemptId) -> Result<Compared>;

    /// What a statement makes of an object once these statements have dropped it. Undone whatever comes of it.
    fn remake(&mut self, id: CatalogId, object: &Object, drops: &[String], attempt: &Attempt<'_>) -> Result<Remade>;

    /// How objects get back what CREATE gives in a respect. These rows of `pg_default_acl` do not count.
    fn bare(&mut self, ids: &[CatalogId], aspect: Aspect, without: &[u32]) -> Result<Vec<(Object, Vec<String>)>>;

    /// How default privileges go and come back, by their rows in `pg_default_acl`.
    fn default_privileges(&mut self, rows: &[u32]) -> Result<(Vec<String>, Vec<String>)>;

    /// Remembers which privileges CREATE would give objects now.
    fn remember_created(&mut self, objects: &[Object]) -> Result<()>;

    /// Those of the remembered objects that CREATE would give other privileges by now.
    fn created_otherwise(&mut self) -> Result<Vec<(CatalogId, Object)>>;

    /// What the session's role has to be granted so that it may change objects that belong to others.
    fn owners(&mut self, objects: &[Object]) -> Result<Option<String>>;

    /// Fires deferred triggers and checks deferred constraints.
    fn check_constraints(&mut self) -> Result<std::result::Result<(), SqlError>>;

    /// How many messages were sent for attempts.
    fn messages(&self) -> usize;
}

/// An object that is there again, and what it is to get back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restoration {
    /// The id under which what it carried was captured.
    pub was: CatalogId,
    pub now: CatalogId,
    pub restored: Restored,
    /// The attempt that what is given back is put down to.
    pub by: AttemptId,
}

/// What a statement made of an object that was out of its way.
#[derive(Debug)]
pub enum Remade {
    /// What is there already.
    Alike,
    Other,
    /// No object of that name.
    Nothing,
    StatementFailed(Box<Failure>),
    /// The object cannot be put out of the way.
    Stays,
}
