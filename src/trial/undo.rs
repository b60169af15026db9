//! Takes back what statements did that are gone and made nothing: their objects get back what a fresh build gives them.
//!
//! Nobody reads the old statement, whose text is not kept. What it touched is: those objects are set back to what CREATE alone
//! gives, and every statement of the project that acts on them runs again, in its order.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Scope;
use super::again::own_names;
use super::drive::{Done, Drive, OWN_UNIT};
use super::ledger::seems_to_create;
use super::replace;
use crate::error::{Error, Kind, Result};
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::name::Name;
use crate::model::object::{CatalogId, Object};
use crate::model::plan::Reason;
use crate::model::record::RecordedStatement;
use crate::model::statement::{Mode, Statement};
use crate::model::verb::{Altered, Aspect, Verb};
use crate::postgres::attributes::{self, Added};
use crate::postgres::catalog;
use crate::postgres::session::{Part, Unit};
use crate::sql::spelling;

/// How far the undoing of a run is.
#[derive(Debug, Default)]
pub enum Undo {
    #[default]
    NotBegun,
    /// What is dropped to be made anew is dropped; with what CREATE gave objects before default privileges changed.
    Begun(BTreeMap<Object, Vec<attributes::Privilege>>),
    Done,
}

/// What a statement that is gone did, by the verb of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Acts(Aspect),
    Alters,
    /// CREATE … IF NOT EXISTS of what was there.
    CreatesNothing,
    /// INSERT, DO, CALL, …: nobody can take it back.
    Stays,
    /// A row taken over from the short form, which says too little.
    Unknown,
}

/// What a recorded statement that provides nothing did.
pub fn deed(row: &RecordedStatement) -> Deed {
    let verb = Verb::of_record(&row.name);
    let is_known = !row.touches.is_empty();
    match verb.sets() {
        Some(Aspect::Definition | Aspect::Owner) if is_known => Deed::Alters,
        Some(aspect) if is_known => Deed::Acts(aspect),
        _ if verb.creates() => Deed::CreatesNothing,
        _ if row.file.is_none() => Deed::Unknown,
        _ => Deed::Stays,
    }
}

/// Before anything is made: default privileges go, and objects that an ALTER changed are dropped, to be made again without it.
pub fn before_making(drive: &mut Drive<'_>) -> Result<()> {
    if !matches!(drive.undo, Undo::NotBegun) || drive.input.scope != Scope::Everything {
        return Ok(());
    }
    let created = default_privileges(drive)?;
    drive.undo = Undo::Begun(created);
    suspend_default_privileges(drive)?;
    let labels = touched(drive, |deed| deed == Deed::Alters);
    let altered = catalog::labelled(drive.session, &labels)?;
    let altered: Vec<Object> = altered.into_iter().map(|(_, object)| object).collect();
    let altered: Vec<Object> = altered.into_iter().filter(|object| object.kind != DEFAULT_ACL && stays(drive, object)).collect();
    let (anew, stuck): (Vec<Object>, Vec<Object>) = altered.into_iter().partition(|object| may_be_made_anew(drive, object));
    let stuck: Vec<Object> = stuck.into_iter().filter(|object| !is_migrated(drive, object)).collect();
    if !stuck.is_empty() {
        return Err(refused(drive, &stuck));
    }
    let anew: Vec<Object> = anew.into_iter().filter(|object| !drive.is_dropped(object)).collect();
    if anew.is_empty() {
        return Ok(());
    }
    replace::make_anew(drive, &anew)?;
    let completes = |statement: &Statement| {
        statement.mentions.completes.iter().any(|name| anew.iter().any(|object| own_names(object).any(|own| own == name.name)))
    };
    let again: Vec<usize> = present(drive).filter(|&id| drive.statements[id].mentions.verb.alters()).collect();
    let again: Vec<usize> = again.into_iter().filter(|&id| completes(&drive.statements[id])).collect();
    run_again(drive, &again, &anew);
    Ok(())
}

/// After everything is made, before what acts on it: privileges, comments and labels that no statement gives any more go.
pub fn before_acting(drive: &mut Drive<'_>) -> Result<()> {
    let created = match std::mem::take(&mut drive.undo) {
        Undo::Begun(created) => created,
        other => {
            drive.undo = other;
            return Ok(());
        }
    };
    drive.undo = Undo::Done;
    let set_by_files = default_acls(drive)?;
    for added in Added::ALL {
        let labels = touched(drive, |deed| deed == Deed::Acts(added.aspect()));
        let mut objects = catalog::labelled(drive.session, &labels)?;
        if added == Added::Privileges {
            objects.extend(under_other_defaults(drive, &created)?);
        }
        objects.retain(|(_, object)| stays(drive, object));
        set_back(drive, &objects, added, &set_by_files)?;
    }
    Ok(())
}

const DEFAULT_ACL: &str = "default acl";

fn orphans<'a>(drive: &Drive<'a>) -> impl Iterator<Item = &'a RecordedStatement> {
    let input = drive.input;
    input.comparison.orphans.iter().map(|&row| &input.recorded.statements[row])
}

/// What the statements that are gone touched.
fn touched(drive: &Drive<'_>, is_meant: impl Fn(Deed) -> bool) -> HashSet<String> {
    let rows = orphans(drive).filter(|row| row.object.is_none() && is_meant(deed(row)));
    rows.flat_map(|row| &row.touches).cloned().collect()
}

/// Whether an object is still to be there at the end of the run.
fn stays(drive: &Drive<'_>, object: &Object) -> bool {
    let is_orphan = orphans(drive).any(|row| row.object.as_ref() == Some(object));
    !is_orphan || drive.input.comparison.statements.iter().any(|&id| seems_to_create(&drive.statements[id], object))
}

/// Statements that are applied as they are and take part in a transaction.
fn present<'b>(drive: &'b Drive<'_>) -> impl Iterator<Item = usize> + 'b {
    (0..drive.statements.len()).filter(|&id| drive.queue.is_done(id) && drive.statements[id].mode == Mode::Transactional)
}

/// Only what a file creates and no row lives in.
fn may_be_made_anew(drive: &Drive<'_>, object: &Object) -> bool {
    !object.kind.is_lived_in() && spelling::drop_statement(object).is_some() && drive.records.of_object(object).is_some()
}

/// Whether a migration of this run changes the object: it then takes back what nobody else can.
fn is_migrated(drive: &Drive<'_>, object: &Object) -> bool {
    let migrations = drive.input.project.migrations.as_deref().unwrap_or_default();
    let mut pending = drive.input.comparison.migrations.iter().flat_map(|&index| &migrations[index].statements);
    pending.any(|statement| mentions(statement, object))
}

fn refused(drive: &Drive<'_>, stuck: &[Object]) -> Error {
    let one = |object: &Object| {
        let label = object.to_string();
        let row = orphans(drive).find(|row| deed(row) == Deed::Alters && row.touches.contains(&label));
        let file = row.and_then(|row| row.file.clone()).unwrap_or_else(|| "the code directory".to_owned());
        let help = "write a migration that takes back what the statement set, and apply both together";
        Diagnostic::new(format!("an ALTER of {label} in {file} is gone or changed, and what it set cannot be told")).help(help)
    };
    Error { kind: Kind::Disagreement, diagnostics: stuck.iter().map(one).collect() }
}

/// Takes back default privileges whose statements are gone; those that are there run again, at the end as in a fresh build.
/// What CREATE gave before is returned if there are any.
fn default_privileges(drive: &mut Drive<'_>) -> Result<BTreeMap<Object, Vec<attributes::Privilege>>> {
    let of_rows = orphans(drive).filter_map(|row| row.object.as_ref()).filter(|object| object.kind == DEFAULT_ACL);
    let mut labels: HashSet<String> = of_rows.map(ToString::to_string).collect();
    let touched = touched(drive, |deed| deed == Deed::Alters);
    labels.extend(touched.into_iter().filter(|label| label.starts_with(DEFAULT_ACL)));
    if labels.is_empty() {
        return Ok(BTreeMap::new());
    }
    let created = created(drive)?;
    let gone = catalog::labelled(drive.session, &labels)?;
    let rows: Vec<u32> = gone.iter().map(|(id, _)| id.object).collect();
    let statements = attributes::default_privileges(drive.session, &rows)?.take;
    if statements.is_empty() {
        return Ok(created);
    }
    carry_out(drive, &statements)?;
    for (_, object) in &gone {
        drive.course.push(Done::SetBack(
            object.clone(),
            Reason::NoLongerSaid(DEFAULT_PRIVILEGES.to_owned()),
            statements.join(";\n"),
        ));
    }
    let again: Vec<usize> =
        present(drive).filter(|&id| drive.statements[id].mentions.verb == Verb::Alter(Altered::DefaultPrivileges)).collect();
    let objects: Vec<Object> = gone.into_iter().map(|(_, object)| object).collect();
    run_again(drive, &again, &objects);
    Ok(created)
}

/// What files set by default holds for nothing that files make: in a fresh build it comes last. [`resume`] ends it.
fn suspend_default_privileges(drive: &mut Drive<'_>) -> Result<()> {
    let rows = default_acls(drive)?;
    if rows.is_empty() {
        return Ok(());
    }
    let both = attributes::default_privileges(drive.session, &rows)?;
    carry_out(drive, &both.take)?;
    drive.suspended = both.give;
    Ok(())
}

/// Default privileges are again as the files set them.
pub fn resume(drive: &mut Drive<'_>) -> Result<()> {
    let statements = std::mem::take(&mut drive.suspended);
    if statements.is_empty() { Ok(()) } else { carry_out(drive, &statements) }
}

const DEFAULT_PRIVILEGES: &str = "an ALTER DEFAULT PRIVILEGES is";

/// What CREATE would give every recorded object now.
fn created(drive: &mut Drive<'_>) -> Result<BTreeMap<Object, Vec<attributes::Privilege>>> {
    let rows = drive.input.recorded.statements.iter().filter_map(|row| row.object.clone());
    let objects: Vec<Object> = rows.filter(|object| spelling::grant_target(object).is_some()).collect();
    let ids = catalog::find(drive.session, &objects)?;
    let there: Vec<CatalogId> = ids.iter().copied().flatten().collect();
    let mut created = attributes::created_privileges(drive.session, &there)?;
    let one = |(object, id): (Object, Option<CatalogId>)| Some((object, created.remove(&id?)?));
    Ok(objects.into_iter().zip(ids).filter_map(one).collect())
}

/// Objects that CREATE would give other privileges than before.
fn under_other_defaults(
    drive: &mut Drive<'_>,
    before: &BTreeMap<Object, Vec<attributes::Privilege>>,
) -> Result<Vec<(CatalogId, Object)>> {
    if before.is_empty() {
        return Ok(Vec::new());
    }
    let now = created(drive)?;
    let differs =
        |(object, privileges): (&Object, &Vec<attributes::Privilege>)| (now.get(object)? != privileges).then(|| object.clone());
    let objects: Vec<Object> = before.iter().filter_map(differs).collect();
    let ids = catalog::find(drive.session, &objects)?;
    Ok(objects.into_iter().zip(ids).filter_map(|(object, id)| Some((id?, object))).collect())
}

/// The default privileges that files of the code directory set.
fn default_acls(drive: &mut Drive<'_>) -> Result<Vec<u32>> {
    let rows = drive.input.recorded.statements.iter().filter_map(|row| row.object.as_ref());
    let objects: Vec<Object> = rows.filter(|object| object.kind == DEFAULT_ACL).cloned().collect();
    Ok(catalog::find(drive.session, &objects)?.into_iter().flatten().map(|id| id.object).collect())
}

fn set_back(drive: &mut Drive<'_>, objects: &[(CatalogId, Object)], added: Added, set_by_files: &[u32]) -> Result<()> {
    if objects.is_empty() {
        return Ok(());
    }
    let wanted: Vec<CatalogId> = objects.iter().map(|(id, _)| *id).collect();
    let bare = attributes::bare(drive.session, &wanted, added, set_by_files)?;
    let what = match added {
        Added::Privileges => "a GRANT or REVOKE on it is",
        Added::Comment => "a COMMENT on it is",
        Added::Label => "a SECURITY LABEL on it is",
    };
    let statements: Vec<String> = bare.iter().flat_map(|one| one.statements.clone()).collect();
    if statements.is_empty() {
        return Ok(());
    }
    carry_out(drive, &statements)?;
    let mut changed = Vec::new();
    for one in bare.into_iter().filter(|one| !one.statements.is_empty()) {
        let reason = Reason::NoLongerSaid(what.to_owned());
        drive.course.push(Done::SetBack(one.object.clone(), reason, one.statements.join(";\n")));
        changed.push(one.object);
    }
    migrations_again(drive, &changed, added.aspect())?;
    let again = acting_on(drive, &changed, added.aspect());
    run_again(drive, &again, &changed);
    Ok(())
}

fn carry_out(drive: &mut Drive<'_>, statements: &[String]) -> Result<()> {
    drive.run_own(statements)?.map_err(|error| {
        let said = super::failure::said(&error);
        let message = format!("what a statement did that is gone or changed cannot be taken back: {}", error.message);
        Error::new(Kind::Disagreement, Diagnostic { message, ..said }.note(NoteLabel::Note, statements.join("; ")))
    })
}

/// What migrations said about these objects counts too, in their order. What has no object any more has nothing to say.
fn migrations_again(drive: &mut Drive<'_>, objects: &[Object], aspect: Aspect) -> Result<()> {
    let migrations = drive.input.project.migrations.as_deref().unwrap_or_default();
    for statement in migrations.iter().flat_map(|migration| &migration.statements) {
        let acts = statement.mentions.verb.sets() == Some(aspect) && objects.iter().any(|object| mentions(statement, object));
        if !acts {
            continue;
        }
        let parts = vec![Part { sql: statement.sql().into(), statements: 1, settings: &statement.settings }];
        if let Some(failure) = drive.session.attempt(&[Unit { number: OWN_UNIT, parts }])?.failure {
            log::info!("{}: not again, because {}", statement.file.path, failure.error.message);
        }
    }
    Ok(())
}

/// The statements that act on these objects, and on all that those act on: repeated in their order they give what they gave.
fn acting_on(drive: &Drive<'_>, objects: &[Object], aspect: Aspect) -> Vec<usize> {
    let mut labels: HashSet<String> = objects.iter().map(ToString::to_string).collect();
    let mut left: Vec<usize> = present(drive).filter(|&id| drive.statements[id].mentions.sets.contains(&aspect)).collect();
    let mut again = Vec::new();
    loop {
        let is_meant = |id: &usize| {
            let statement = &drive.statements[*id];
            let touches = || drive.records.of_statement(statement).iter().flat_map(|row| &row.touches);
            touches().any(|label| labels.contains(label))
                || statement.mentions.verb.sets() == Some(aspect) && objects.iter().any(|object| mentions(statement, object))
        };
        let (found, rest): (Vec<usize>, Vec<usize>) = left.iter().copied().partition(is_meant);
        if found.is_empty() {
            return again;
        }
        let rows = found.iter().flat_map(|&id| drive.records.of_statement(&drive.statements[id]).iter().copied());
        labels.extend(rows.flat_map(|row| row.touches.iter().cloned()));
        again.extend(found);
        left = rest;
    }
}

fn run_again(drive: &mut Drive<'_>, ids: &[usize], because: &[Object]) {
    let label = because.first().map(ToString::to_string).unwrap_or_default();
    for &id in ids {
        drive.made_again.entry(id).or_insert_with(|| Reason::Affected(label.clone()));
    }
    drive.queue.requeue(ids);
}

/// Whether a statement names an object, or a column of it.
pub fn mentions(statement: &Statement, object: &Object) -> bool {
    let schema = object.names.first().filter(|_| object.names.len() > 1);
    let used = statement.mentions.uses.iter().map(|used| &used.name).chain(&statement.mentions.completes);
    let mut used = used.filter(|name| !name.name.is_empty());
    used.any(|name| {
        own_names(object).any(|own| match &name.schema {
            None => own == name.name,
            Some(qualifier) => own == name.name && schema.is_none_or(|schema| schema == qualifier) || own == qualifier,
        })
    })
}

/// A statement, and an object that the catalog shows as written by it.
pub type Wrote<'a> = (usize, &'a Object);

/// What statements that only act touched although others wrote the same row after them: the catalog shows only the last writer.
/// `made`: what statements made; `touched`: what they only touched.
pub fn overwritten(drive: &Drive<'_>, made: &[Wrote<'_>], touched: &[Wrote<'_>]) -> HashMap<usize, BTreeSet<Object>> {
    let mut by_name: HashMap<&str, Vec<Wrote<'_>>> = HashMap::new();
    for one in made.iter().chain(touched) {
        own_names(one.1).for_each(|name| by_name.entry(name).or_default().push(*one));
    }
    let granted = || touched.iter().filter(|(_, object)| spelling::grant_target(object).is_some());
    let seen: HashSet<usize> = made.iter().chain(touched).map(|(id, _)| *id).collect();
    let mut found: HashMap<usize, BTreeSet<Object>> = HashMap::new();
    for done in &drive.course {
        let Done::Statement(id) = done else { continue };
        let statement = &drive.statements[*id];
        let verb = statement.mentions.verb;
        let mut objects: Vec<&Object> = Vec::new();
        match verb {
            // A block may have meant any of them.
            Verb::Do if statement.mentions.sets.contains(&Aspect::Privileges) => {
                objects.extend(granted().map(|(_, object)| *object))
            }
            _ if verb.sweeps() => {
                let schemas: HashSet<&str> = statement.mentions.uses.iter().map(|used| used.name.name.as_str()).collect();
                let is_swept =
                    |object: &Object| matches!(object.names.as_slice(), [schema, _, ..] if schemas.contains(schema.as_str()));
                objects.extend(granted().map(|(_, object)| *object).filter(|object| is_swept(object)));
            }
            // An ALTER that is seen to have touched a part of a table (a trigger) did not touch the table.
            Verb::Alter(_) if seen.contains(id) => {}
            Verb::Grant(_) | Verb::Revoke(_) | Verb::Comment | Verb::SecurityLabel | Verb::Alter(_) => {
                let names = statement.mentions.uses.iter().map(|used| &used.name).chain(&statement.mentions.completes);
                let tables = |name: &Name| name.schema.clone().filter(|_| verb == Verb::Comment);
                let names = names.flat_map(|name| [Some(name.name.clone()), tables(name)]).flatten();
                let named = names.filter_map(|name| by_name.get(name.as_str())).flatten();
                let named = named.filter(|(other, object)| other != id && mentions(statement, object));
                objects.extend(named.map(|(_, object)| *object));
            }
            _ => {}
        }
        if !objects.is_empty() {
            found.entry(*id).or_default().extend(objects.into_iter().cloned());
        }
    }
    found
}
