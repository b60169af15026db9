//! What objects carry beside what creates them, and gives it back to them after their re-creation.
//!
//! The rule: **what the object's own statement can say is the statement's to say once its text changed; all else is kept.**
//! An owner, a grant, a comment, a trigger's state, a column's statistics target can be in no CREATE statement: they are always
//! given back. View options, a function's settings and cost, a tablespace can be: they are given back only if the object is
//! created again with an unchanged text ([`Restored::All`]), because then what was there and is not in the text was set
//! by an ALTER. What other statements of the files set (GRANT, COMMENT, ALTER) wins by running after [`restore`].
//!
//! # Errors
//! Whatever is asked here fails as a query of pgmg's own does: [`Session::query`].

mod bare;
mod giving;
mod grants;
mod kinds;
mod ownership;
mod statements;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use tokio_postgres::types::Json;

pub use self::bare::{Added, Bare, Created, DefaultPrivileges, bare, created_privileges, default_privileges};
pub use self::grants::Privilege;
pub use self::ownership::owners_help;
use super::session::Session;
use crate::error::Result;
use crate::model::attempt::{Attempt, AttemptId, Part};
use crate::model::object::{CatalogId, Object};
use crate::model::restored::Restored;
use crate::model::sql_error::SqlError;

/// What one object carried when it was captured.
#[derive(Debug, Clone)]
pub struct Carried {
    pub id: CatalogId,
    pub object: Object,
    attributes: Attributes,
    columns: Vec<Column>,
}

/// An object that is there again (or was replaced in place).
#[derive(Debug, Clone, Copy)]
pub struct Recreated<'a> {
    pub was: &'a Carried,
    pub now: CatalogId,
    pub restored: Restored,
    /// The attempt that what is given back is put down to.
    pub by: AttemptId,
}

/// What could not be given back. The run must not be committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub object: Object,
    /// "the owner app", "the comment on column total".
    pub what: String,
    /// PostgreSQL's reason; without it the object is not there again.
    pub error: Option<SqlError>,
}

/// One statement that gives something back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreStep {
    pub sql: String,
    pub what: String,
    /// The role that has to run it (SET LOCAL ROLE), spelled as SQL needs it; `None`: the session's own.
    pub role: Option<String>,
}

/// Reads what objects carry; those that do not exist are left out. Parts with names of their own (triggers, rules, indexes,
/// policies, statistics) carry for themselves: ask for them too. Views' column defaults and domains' constraints come with their
/// owners. Must run before anything is dropped.
pub fn capture(session: &mut Session, ids: &[CatalogId]) -> Result<Vec<Carried>> {
    // Expressions are to come with the schemas of what they name.
    with_empty_path(session, |session| captured(session, ids, Columns::ThatCarry))
}

/// The statements that create objects again as PostgreSQL describes them, for what no file creates; to be tried in any session
/// settings. Kinds that PostgreSQL cannot describe completely are absent, and options, owners and the like are left to
/// [`capture`]. Must run before anything is dropped.
pub fn definitions(session: &mut Session, ids: &[CatalogId]) -> Result<HashMap<CatalogId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let (classes, objects) = unzip_ids(ids);
    let rows = with_empty_path(session, |session| session.query(include_str!("definitions.sql"), &[&classes, &objects]))?;
    let definition = |row: &tokio_postgres::Row| (CatalogId { class: row.get(0), object: row.get(1) }, row.get::<_, String>(2));
    Ok(rows.iter().map(definition).collect())
}

/// What gives back to each object what it carried, in the given order: nothing where nothing differs, `None` where the object
/// is not there.
pub fn steps(session: &mut Session, recreated: &[Recreated<'_>]) -> Result<Vec<Option<Vec<RestoreStep>>>> {
    let ids: Vec<CatalogId> = recreated.iter().map(|one| one.now).collect();
    let with_columns: Vec<CatalogId> = recreated.iter().filter(|one| !one.was.columns.is_empty()).map(|one| one.now).collect();
    let now = with_empty_path(session, |session| captured(session, &ids, Columns::AllOf(&with_columns)))?;
    let now: HashMap<CatalogId, Carried> = now.into_iter().map(|one| (one.id, one)).collect();
    Ok(recreated.iter().map(|one| Some(statements::steps(one.was, now.get(&one.now)?, one.restored))).collect())
}

/// Gives back to each object what it carried. All of one object's or nothing of it: what PostgreSQL refuses is returned by name.
pub fn restore(session: &mut Session, recreated: &[Recreated<'_>]) -> Result<Vec<Refusal>> {
    let steps = steps(session, recreated)?;
    let mut refused = Vec::new();
    let mut works: Vec<(&Recreated<'_>, &[RestoreStep], Vec<String>)> = Vec::new();
    for (one, steps) in recreated.iter().zip(&steps) {
        match steps {
            None => refused.push(Refusal { object: one.was.object.clone(), what: "the object itself".to_owned(), error: None }),
            Some(steps) if steps.is_empty() => {}
            Some(steps) => works.push((one, steps.as_slice(), in_roles(steps))),
        }
    }
    let attempts: Vec<Attempt<'_>> = works
        .iter()
        .map(|(one, _, texts)| Attempt { id: one.by, parts: texts.iter().map(|text| Part::own(text.as_str())).collect() })
        .collect();
    let mut begin = 0;
    while begin < attempts.len() {
        let Some(failure) = session.attempt(&attempts[begin..])?.failure else { break };
        let (one, steps, texts) = &works[begin + failure.attempt];
        let sql = texts.get(failure.part).map(String::as_str);
        // A role that cannot be taken fails what it was to be taken for.
        let step = sql.and_then(|sql| {
            let next = texts.iter().skip(failure.part + 1).map(String::as_str).next();
            steps.iter().find(|step| step.sql == sql || Some(step.sql.as_str()) == next)
        });
        let what = step.map_or_else(|| "what it carried".to_owned(), |step| step.what.clone());
        refused.push(Refusal { object: one.was.object.clone(), what, error: Some(failure.error) });
        begin += failure.attempt + 1;
    }
    Ok(refused)
}

impl Carried {
    /// The role that owns the object, spelled as SQL needs it.
    pub fn owner(&self) -> Option<&str> {
        self.attributes.owner.as_deref()
    }

    /// The extension that the object is a member of, spelled as SQL needs it: it must be taken out of it before it can be dropped.
    pub fn member_of(&self) -> Option<&str> {
        self.attributes.member_of.as_deref()
    }
}

/// The attributes of an object as `objects.sql` names them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Attributes {
    owner: Option<String>,
    owner_number: u32,
    acts_for_owner: bool,
    /// The kind as acldefault takes it, of what there are privileges on.
    target: Option<String>,
    privileges: Option<Vec<Privilege>>,
    /// Those that a member of an extension had when it joined.
    initial_privileges: Option<Vec<Privilege>>,
    #[serde(skip)]
    standard_privileges: Arc<Vec<Privilege>>,
    comment: Option<String>,
    labels: Vec<(String, String)>,
    member_of: Option<String>,
    needs_extensions: Vec<String>,
    /// The comments on the constraints, by name; empty where there is none.
    constraints: BTreeMap<String, String>,
    index: Option<Index>,
    options: Vec<String>,
    tablespace: Option<String>,
    access_method: Option<String>,
    replica_identity: Option<char>,
    is_populated: Option<bool>,
    routine: Option<Routine>,
    enabled: Option<char>,
    statistics_target: Option<i32>,
    foreign_options: Vec<String>,
    version: Option<String>,
    mappings: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Index {
    of: Vec<String>,
    of_kind: char,
    is_clustered: bool,
    is_replica_identity: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Routine {
    kind: char,
    volatility: char,
    is_strict: bool,
    is_leakproof: bool,
    is_security_definer: bool,
    parallel: char,
    cost: String,
    rows: Option<String>,
    support: Option<String>,
    settings: Vec<String>,
}

/// The attributes of a column as `columns.sql` names them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Column {
    name: String,
    number: i32,
    #[serde(rename = "type")]
    data_type: String,
    privileges: Vec<Privilege>,
    comment: Option<String>,
    labels: Vec<(String, String)>,
    default: Option<String>,
    statistics_target: Option<i32>,
    storage: Option<char>,
    compression: Option<String>,
    options: Vec<String>,
    foreign_options: Vec<String>,
}

impl Attributes {
    /// The privileges in force.
    fn privileges(&self) -> &[Privilege] {
        self.privileges.as_deref().unwrap_or(&self.standard_privileges)
    }
}

impl Column {
    fn carries_something(&self) -> bool {
        !self.privileges.is_empty()
            || self.comment.is_some()
            || !self.labels.is_empty()
            || self.default.is_some()
            || self.statistics_target.is_some()
            || self.storage.is_some()
            || self.compression.is_some()
            || !self.options.is_empty()
            || !self.foreign_options.is_empty()
    }
}

/// Which columns are wanted.
#[derive(Debug, Clone, Copy)]
enum Columns<'a> {
    /// Those that carry something.
    ThatCarry,
    /// All of these objects, and none of the others.
    AllOf(&'a [CatalogId]),
}

/// The objects in the given order.
fn captured(session: &mut Session, ids: &[CatalogId], wanted: Columns<'_>) -> Result<Vec<Carried>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut columns: HashMap<CatalogId, Vec<Column>> = HashMap::new();
    let (of, all) = match wanted {
        Columns::ThatCarry => (ids, false),
        Columns::AllOf(of) => (of, true),
    };
    if !of.is_empty() {
        let (classes, objects) = unzip_ids(of);
        for row in session.query(include_str!("columns.sql"), &[&classes, &objects, &all])? {
            let Json(column) = row.get::<_, Json<Column>>(2);
            if all || column.carries_something() {
                columns.entry(CatalogId { class: row.get(0), object: row.get(1) }).or_default().push(column);
            }
        }
    }
    let (classes, objects) = unzip_ids(ids);
    let rows = session.query(include_str!("objects.sql"), &[&classes, &objects])?;
    let mut seen = HashSet::new();
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let id = CatalogId { class: row.get(0), object: row.get(1) };
        let object = Object { kind: row.get::<_, &str>(2).into(), names: row.get(3), args: row.get(4) };
        let Json(attributes) = row.get::<_, Json<Attributes>>(5);
        if seen.insert(id) {
            found.push(Carried { id, object, attributes, columns: columns.remove(&id).unwrap_or_default() });
        }
    }
    add_standard_privileges(session, &mut found)?;
    Ok(found)
}

/// Most objects have the same few owners and nothing but default privileges: these are read once for each.
fn add_standard_privileges(session: &mut Session, carried: &mut [Carried]) -> Result<()> {
    let key = |attributes: &Attributes| Some((attributes.target.clone()?, attributes.owner_number));
    let pairs: BTreeSet<(String, u32)> = carried.iter().filter_map(|one| key(&one.attributes)).collect();
    let (targets, owners): (Vec<String>, Vec<u32>) = pairs.into_iter().unzip();
    let rows = session.query(include_str!("standard_privileges.sql"), &[&targets, &owners])?;
    let standard = rows.iter().map(|row| {
        let privileges = row.get::<_, Option<Json<Vec<Privilege>>>>(2).map(|Json(privileges)| privileges);
        ((row.get::<_, String>(0), row.get::<_, u32>(1)), Arc::new(privileges.unwrap_or_default()))
    });
    let standard: BTreeMap<(String, u32), Arc<Vec<Privilege>>> = standard.collect();
    for one in carried {
        if let Some(privileges) = key(&one.attributes).and_then(|key| standard.get(&key)) {
            one.attributes.standard_privileges = Arc::clone(privileges);
        }
    }
    Ok(())
}

/// Runs `work` with nothing but the system's own schema to be found without its name.
pub(super) fn with_empty_path<T>(session: &mut Session, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
    session.query("SELECT pg_catalog.set_config('search_path', 'pg_catalog', false)", &[])?;
    // An error ends the transaction and with it the setting.
    let done = work(session)?;
    session.query("RESET search_path", &[])?;
    Ok(done)
}

pub(crate) fn unzip_ids(ids: &[CatalogId]) -> (Vec<u32>, Vec<u32>) {
    ids.iter().map(|id| (id.class, id.object)).unzip()
}

/// The statements with the changes of role between them; the session's own role at the end.
fn in_roles(steps: &[RestoreStep]) -> Vec<String> {
    let mut texts = Vec::with_capacity(steps.len());
    let mut current: Option<&str> = None;
    for step in steps {
        if step.role.as_deref() != current {
            current = step.role.as_deref();
            texts.push(current.map_or_else(|| "RESET ROLE".to_owned(), |role| format!("SET LOCAL ROLE {role}")));
        }
        texts.push(step.sql.clone());
    }
    if current.is_some() {
        texts.push("RESET ROLE".to_owned());
    }
    texts
}
