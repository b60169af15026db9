//! What an object that holds data is made of, now and as a statement would make it, in PostgreSQL's own words.

use serde::Deserialize;
use tokio_postgres::types::Json;

use crate::error::Result;
use crate::model::attempt::{Attempt, AttemptId, Part};
use crate::model::form::{Attribute, Compared, Domain, Form, Forms};
use crate::model::name::quote_identifier;
use crate::model::object::{CatalogId, Object};
use crate::model::statement::Statement;
use crate::postgres::session::Session;
use crate::sql::spelling;

/// Where the present object is while the statement makes another one of its name; never committed.
const ASIDE: &str = "pgmg_aside";

/// Puts an object aside, lets the statement make its own, reads both and undoes all of it. No text is read, so that any syntax
/// will do.
pub fn compare(session: &mut Session, id: CatalogId, object: &Object, statement: &Statement, by: AttemptId) -> Result<Compared> {
    let place = session.query(include_str!("relation_schema.sql"), &[&id.class, &id.object])?;
    let (Some(place), Some(address)) = (place.first(), spelling::address(object)) else { return Ok(Compared::Unknown) };
    let (schema, name): (String, String) = (place.get(0), place.get(1));
    let is_type = object.kind == "type";
    let mut parts = vec![Part::own(format!("CREATE SCHEMA {ASIDE}"))];
    if object.kind == "sequence" {
        // One that a column owns stays in the schema of its table.
        parts.push(Part::own(format!("ALTER {address} OWNED BY NONE")));
    }
    parts.push(Part::own(format!("ALTER {address} SET SCHEMA {ASIDE}")));
    if is_type {
        // A block may look for a type of its name in any schema.
        parts.push(Part::own(format!("ALTER TYPE {ASIDE}.{} RENAME TO {ASIDE}", quote_identifier(&name))));
    }
    let statement_at = parts.len();
    parts.push(Part::of(statement));
    parts.push(Part::own("SET search_path = ''"));
    let query = if is_type { include_str!("type_forms.sql") } else { include_str!("relation_forms.sql") };
    let rows = match session.peek(&Attempt { id: by, parts }, query, &[&id.object, &schema, &name])? {
        Ok(rows) => rows,
        Err(failure) if failure.part == statement_at => return Ok(Compared::StatementFailed(failure)),
        Err(failure) => return Ok(Compared::Stays(Box::new(failure.error))),
    };
    let (mut now, mut wanted) = (None, None);
    for row in &rows {
        let form = if is_type { type_form(row.get::<_, Json<Parts>>(1).0) } else { Form::Lines(row.get(1)) };
        *(if row.get(0) { &mut now } else { &mut wanted }) = Some(form);
    }
    Ok(match (now, wanted) {
        (Some(now), Some(wanted)) => Compared::Forms(Forms { now: back(now, &schema), wanted }),
        _ => Compared::Unknown,
    })
}

#[derive(Deserialize)]
struct Parts {
    kind: String,
    labels: Vec<String>,
    attributes: Vec<Attribute>,
    base: Option<String>,
    not_null: bool,
    default: Option<String>,
    constraints: Vec<Attribute>,
}

fn type_form(parts: Parts) -> Form {
    match (parts.kind.as_str(), parts.base) {
        ("e", _) => Form::Enum(parts.labels),
        ("c", _) => Form::Composite(parts.attributes),
        ("d", Some(base)) => {
            Form::Domain(Domain { base, not_null: parts.not_null, default: parts.default, constraints: parts.constraints })
        }
        _ => Form::Opaque,
    }
}

/// What was put aside names itself and its parts by the wrong schema.
fn back(form: Form, schema: &str) -> Form {
    let right = format!("{}.", quote_identifier(schema));
    let back = |text: String| text.replace(&format!("{ASIDE}."), &right);
    let attribute = |one: Attribute| Attribute { definition: back(one.definition), ..one };
    match form {
        Form::Lines(lines) => Form::Lines(lines.into_iter().map(back).collect()),
        Form::Composite(attributes) => Form::Composite(attributes.into_iter().map(attribute).collect()),
        Form::Domain(domain) => Form::Domain(Domain {
            default: domain.default.map(back),
            constraints: domain.constraints.into_iter().map(attribute).collect(),
            ..domain
        }),
        Form::Enum(_) | Form::Opaque => form,
    }
}
