//! What CREATE alone gives an object, and the statements that take away what GRANT, COMMENT and SECURITY LABEL gave it since.

use std::collections::HashMap;

use tokio_postgres::types::Json;

use super::grants::{self, Privilege, Target};
use super::{Attributes, Carried, Columns, RestoreStep, captured, in_roles, unzip_ids, with_empty_path};
use crate::error::Result;
use crate::model::object::{CatalogId, Object};
use crate::model::verb::Aspect;
use crate::postgres::session::Session;
use crate::sql::spelling::{self, identifier, qualified};

/// The aspects that are added to an object after its CREATE, to it and to its columns, so that they can be taken from it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    Privileges,
    Comment,
    Label,
}

impl Added {
    /// All of them.
    pub const ALL: [Added; 3] = [Added::Privileges, Added::Comment, Added::Label];

    /// The aspect that it is.
    pub fn aspect(self) -> Aspect {
        match self {
            Added::Privileges => Aspect::Privileges,
            Added::Comment => Aspect::Comment,
            Added::Label => Aspect::Label,
        }
    }
}

/// An object, and what takes from it all that CREATE did not give: statements for one try, none if there is nothing.
#[derive(Debug, Clone)]
pub struct Bare {
    pub id: CatalogId,
    pub object: Object,
    pub statements: Vec<String>,
}

/// Default privileges as catalogs keep them, to be compared.
pub type Created = HashMap<CatalogId, Vec<Privilege>>;

/// How objects get back what CREATE gives. The rows `without` of `pg_default_acl` do not count: in a fresh build the code
/// directory sets default privileges when everything is there.
pub fn bare(session: &mut Session, ids: &[CatalogId], added: Added, without: &[u32]) -> Result<Vec<Bare>> {
    with_empty_path(session, |session| {
        let carried = captured(session, ids, Columns::ThatCarry)?;
        let created = match added {
            Added::Privileges => created(session, &carried, without)?,
            Added::Comment | Added::Label => Created::new(),
        };
        let reset = |carried: &Carried| {
            let steps = match added {
                Added::Privileges => privileges(carried, created.get(&carried.id).map_or(&[], Vec::as_slice)),
                Added::Comment => comments(carried),
                Added::Label => labels(carried),
            };
            Bare { id: carried.id, object: carried.object.clone(), statements: in_roles(&steps) }
        };
        Ok(carried.iter().map(reset).collect())
    })
}

/// The privileges that CREATE would give these objects now; those without privileges are left out.
pub fn created_privileges(session: &mut Session, ids: &[CatalogId]) -> Result<Created> {
    with_empty_path(session, |session| {
        let carried = captured(session, ids, Columns::AllOf(&[]))?;
        created(session, &carried, &[])
    })
}

/// ALTER DEFAULT PRIVILEGES that take back what rows of `pg_default_acl` say, and those that set it again.
#[derive(Debug, Default)]
pub struct DefaultPrivileges {
    pub take: Vec<String>,
    pub give: Vec<String>,
}

/// How default privileges go, and come back, by their rows in `pg_default_acl`.
pub fn default_privileges(session: &mut Session, rows: &[u32]) -> Result<DefaultPrivileges> {
    let mut both = DefaultPrivileges::default();
    for row in session.query(include_str!("default_privileges.sql"), &[&rows])? {
        let (owner, schema, on): (String, Option<String>, String) = (row.get(0), row.get(1), row.get(2));
        let privileges =
            |at: usize| row.get::<_, Option<Json<Vec<Privilege>>>>(at).map(|Json(privileges)| privileges).unwrap_or_default();
        let (set, built_in) = (privileges(3), privileges(4));
        let target = Target { name: &on, column: None, owner: &owner, owner_role: None };
        let place = schema.map_or_else(String::new, |schema| format!(" IN SCHEMA {schema}"));
        let worded = |steps: Vec<RestoreStep>| {
            steps
                .into_iter()
                .map(|step| format!("ALTER DEFAULT PRIVILEGES FOR ROLE {owner}{place} {}", step.sql))
                .collect::<Vec<_>>()
        };
        both.take.extend(worded(grants::transition(&target, &set, &built_in)));
        both.give.extend(worded(grants::transition(&target, &built_in, &set)));
    }
    Ok(both)
}

fn created(session: &mut Session, carried: &[Carried], without: &[u32]) -> Result<Created> {
    let with_privileges: Vec<&Carried> = carried.iter().filter(|carried| carried.attributes.target.is_some()).collect();
    let ids: Vec<CatalogId> = with_privileges.iter().map(|carried| carried.id).collect();
    let (classes, objects) = unzip_ids(&ids);
    let targets: Vec<&str> = with_privileges.iter().filter_map(|carried| carried.attributes.target.as_deref()).collect();
    let owners: Vec<u32> = with_privileges.iter().map(|carried| carried.attributes.owner_number).collect();
    let sql = include_str!("created_privileges.sql");
    let rows = session.query(sql, &[&classes, &objects, &targets, &owners, &without])?;
    let privileges = |row: &tokio_postgres::Row| {
        let privileges = row.get::<_, Option<Json<Vec<Privilege>>>>(2).map(|Json(privileges)| privileges);
        (CatalogId { class: row.get(0), object: row.get(1) }, privileges.unwrap_or_default())
    };
    Ok(rows.iter().map(privileges).collect())
}

fn privileges(carried: &Carried, created: &[Privilege]) -> Vec<RestoreStep> {
    let (Some(owner), Some(name)) = (&carried.attributes.owner, spelling::grant_target(&carried.object)) else {
        return Vec::new();
    };
    let role = owner_role(&carried.attributes);
    let target = Target { name: &name, column: None, owner, owner_role: role.as_deref() };
    let wanted = carried.attributes.initial_privileges.as_deref().unwrap_or(created);
    let mut steps = grants::transition(&target, carried.attributes.privileges(), wanted);
    for column in &carried.columns {
        let spelled = identifier(&column.name);
        let target = Target { column: Some(&spelled), ..target };
        steps.extend(grants::transition(&target, &column.privileges, &[]));
    }
    steps
}

fn comments(carried: &Carried) -> Vec<RestoreStep> {
    let role = owner_role(&carried.attributes);
    let mut steps = Vec::new();
    let mut remove = |on: String| {
        steps.push(RestoreStep { sql: format!("COMMENT ON {on} IS NULL"), what: "the comment".to_owned(), role: role.clone() });
    };
    if carried.attributes.comment.is_some()
        && let Some(address) = spelling::address(&carried.object)
    {
        remove(address);
    }
    for column in carried.columns.iter().filter(|column| column.comment.is_some()) {
        remove(format!("COLUMN {}.{}", relation(&carried.object), identifier(&column.name)));
    }
    steps
}

fn labels(carried: &Carried) -> Vec<RestoreStep> {
    let role = owner_role(&carried.attributes);
    let mut steps = Vec::new();
    let mut remove = |provider: &str, on: &str| {
        let sql = format!("SECURITY LABEL FOR {} ON {on} IS NULL", identifier(provider));
        steps.push(RestoreStep { sql, what: "the security label".to_owned(), role: role.clone() });
    };
    if let Some(address) = spelling::address(&carried.object) {
        carried.attributes.labels.iter().for_each(|(provider, _)| remove(provider, &address));
    }
    for column in &carried.columns {
        let on = format!("COLUMN {}.{}", relation(&carried.object), identifier(&column.name));
        column.labels.iter().for_each(|(provider, _)| remove(provider, &on));
    }
    steps
}

/// The role to become where the session's own may not act for the owner.
fn owner_role(attributes: &Attributes) -> Option<String> {
    attributes.owner.clone().filter(|_| !attributes.acts_for_owner)
}

fn relation(object: &Object) -> String {
    match (object.kind.as_str(), object.names.as_slice()) {
        ("type", [name]) => name.clone(),
        (_, names) => qualified(names),
    }
}
