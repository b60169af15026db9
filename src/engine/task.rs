//! What a run asks for, why, and what came of it: the words between the engine, which decides, and the trial, which performs.

use crate::error::Error;
use crate::model::attempt::Failure;
use crate::model::dependent::Dependent;
use crate::model::form::Form;
use crate::model::object::{CatalogId, Object};
use crate::model::restored::Restored;
use crate::model::review::Review;
use crate::model::statement::{MigrationId, StatementId};
use crate::model::verb::Aspect;

/// The next thing to do.
#[derive(Debug)]
pub enum Next {
    /// Try these statements, in this order, until one fails.
    Try(Vec<StatementId>),
    Perform(Task),
    /// Read what the catalog shows of the attempts so far.
    Look,
    /// Undo everything: a better order is known now.
    BeginAgain,
    Finished(End),
    /// Nothing that is left to do can help.
    Stuck(Error),
}

/// How a run that may go on ends.
#[derive(Debug)]
pub enum End {
    Done,
    /// These statements add values to enums that others use: PostgreSQL allows that only after a commit (SQLSTATE 55P04).
    CommitFirst(Vec<StatementId>),
    /// The migrations before this one add values to enums that it uses.
    CommitBefore(MigrationId),
}

/// One thing to do that is no attempt of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    Migrate(MigrationId),
    /// Look again at what was there before.
    Review(When),
    /// Drop what stands where a statement wants to create: one of these recorded objects, or what it made itself in this run.
    MakeRoom(StatementId, Vec<Object>),
    /// Drop what stands in the way of a migration: one of these recorded objects, or what was made in this run and has one of
    /// these names.
    Unblock(MigrationId, Vec<Object>, Vec<String>),
    /// Give back what dropped objects carried to those that are there again.
    GiveBack(Before),
    /// Let applied migrations say again what they altered on these objects.
    SayAgain(Vec<Object>),
    /// Make an object again as PostgreSQL described it.
    MakeAsItWas(Object, String),
    /// See what a statement would make of an object that holds data.
    Compare(StatementId, Object),
    /// Drop those of the objects that are there, because no statement makes them any more.
    Remove(Vec<Object>),
    /// Take back default privileges that no statement sets any more.
    RevertDefaultPrivileges,
    /// Default privileges that files set hold for nothing that files make.
    SuspendDefaultPrivileges,
    /// These statements set suspended default privileges again.
    ResumeDefaultPrivileges(Vec<String>),
    /// Drop what an ALTER changed that is gone, so that it is made without it.
    RevertDefinitions,
    /// Set objects back to what CREATE gives in this respect.
    Reset(Aspect),
    /// Take back what somebody else granted.
    Revoke,
    /// Violations that would only show at COMMIT; after a statement that could not go on with deferred triggers pending.
    CheckConstraints,
    /// Whose the objects are that the session's role may not change.
    FindOwners(StatementId, Vec<Object>),
    /// Refuse objects that came to need each other.
    CheckCircles(Vec<CatalogId>),
}

/// When what dropped objects carried is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// Before anything of the files acts on them: what the files say wins.
    Acts,
    /// What acts on them has run, is undone by giving back, and runs again.
    ActsRunAgain,
}

/// When what was there before is looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    AfterMigrations,
    /// Everything ran: only what is gone counts, all else is what statements said.
    AtTheEnd,
}

/// Why objects are dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// This statement makes them anew.
    Replace(StatementId),
    /// No statement makes them any more.
    Remove,
    /// Their statements make them anew, without what an ALTER that is gone set.
    WithoutAlter,
    /// They stand in the way of this migration and come back after it.
    Unblock(MigrationId),
}

/// Why a statement is tried again, or an object dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The statement came before this one and should have come after it.
    CameTooEarly(StatementId),
    /// It depends on this object, which had to be dropped.
    DependsOn(Object),
    InTheWayOf(MigrationId),
    /// What it makes is gone: a migration, or another statement, took it away.
    Gone(Object),
    /// What it makes, or what that is bound to, was changed by a migration.
    Changed(Object),
    /// It acts on this object, which was set back or made anew.
    ActsOn(Object),
    Modified,
    Drifted,
    Removed,
    /// What set this is gone or changed.
    NoLongerSaid(Said),
}

/// What a statement said of an object that is gone or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    DefaultPrivileges,
    Aspect(Aspect),
}

/// What came of a task.
#[derive(Debug)]
pub enum Done {
    Migrated,
    /// So many of its statements are done; the next one that was reached failed.
    MigrationFailed(usize, Failure),
    Dropped(Vec<Gone>),
    /// The statement's object stays: these ALTERs make it what the statement says.
    Altered(Alteration),
    /// The statement fails even with its object out of its way.
    StatementFails(Failure),
    /// Nothing to be done was there.
    Nothing,
    /// What came of giving back.
    GivenBack(GivenBack),
    /// Objects that were set back, each by these statements.
    SetBack(Vec<(Object, Vec<String>)>),
    /// Default privileges that were suspended are set again by these statements.
    Suspended(Vec<String>),
    Resumed,
    SaidAgain,
    /// What to run so that the role may change the objects.
    Owners(Option<String>),
    Reviewed(Review),
    Checked,
}

/// What came of giving back what dropped objects carried.
#[derive(Debug, Default)]
pub struct GivenBack {
    /// The makers of those that are there again.
    pub makers: Vec<StatementId>,
    /// Those that are still to come.
    pub away: Vec<Dropped>,
    /// Those that are gone for good.
    pub gone: Vec<Object>,
}

/// An object that was dropped, and who makes it again.
#[derive(Debug, Clone)]
pub struct Gone {
    pub dependent: Dependent,
    pub maker: Maker,
}

/// An object that was dropped and is to come back.
#[derive(Debug, Clone)]
pub struct Dropped {
    pub object: Object,
    /// Under which id what it carried was captured.
    pub was: CatalogId,
    pub maker: Maker,
    pub restoration: Restored,
}

/// Who makes a dropped object again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Maker {
    Statement(StatementId),
    /// Nobody's file: PostgreSQL's own description of it.
    Definition(String),
    /// It goes for good, or comes with its owner.
    Nobody,
}

/// How an object that holds data, or is held by it, becomes what a statement says.
#[derive(Debug, Clone)]
pub struct Alteration {
    pub statement: StatementId,
    pub id: CatalogId,
    pub object: Object,
    pub form: Form,
    /// None if it is so already.
    pub alters: Vec<String>,
    /// What a composite type is built into: views that spread it, functions that return it.
    pub dependents: Vec<Object>,
}
