//! Whether a name in a text can be that of an object in the catalog: a hint for what to try, never the truth.

use crate::model::name::Name;
use crate::model::object::Object;
use crate::model::statement::{CreatedKind, Creates, Statement};

/// Whether a statement's text names an object as one that it creates.
pub fn seems_to_create(statement: &Statement, object: &Object) -> bool {
    statement.mentions.creates.iter().any(|created| may_be(created, object)) || names_as_part(statement, object)
}

/// Triggers, rules and policies have names of their own only within their tables, and are no mentions.
fn names_as_part(statement: &Statement, object: &Object) -> bool {
    let Some(part) = statement.mentions.part.as_ref().filter(|_| statement.mentions.verb.creates()) else { return false };
    part.kind == object.kind && object.names.last() == Some(&part.name)
}

/// Whether a created name can be that of an object, argument counts of routines compared.
pub fn may_be(created: &Creates, object: &Object) -> bool {
    let is_routine = object.kind.is_routine();
    let fits = match &created.kind {
        CreatedKind::Routine(counts) => is_routine && counts.contains(&object.args.len()),
        CreatedKind::Operator => object.kind == "operator",
        CreatedKind::Schema => object.kind == "schema",
        CreatedKind::Other => !is_routine,
    };
    let name = match object.names.as_slice() {
        // Types are named as PostgreSQL writes them, with schema and quotes.
        [written] if object.kind.is_type() => Name::written(written),
        [.., schema, last] => Name::qualified(schema.as_str(), last.as_str()),
        [last] => Name::bare(last.as_str()),
        [] => return false,
    };
    fits && created.name.may_equal(&name)
}

/// Whether what a statement calls the thing that it creates can be of an object's kind.
pub fn is_called(created: &Creates, object: &Object) -> bool {
    let called = created.called.as_str();
    let are_types = object.kind.is_type() && matches!(called, "type" | "domain");
    called.is_empty() || object.kind == called || are_types || object.kind.is_routine() && called == "routine"
}

/// Whether a statement's text names an object as one of its kind that it creates.
pub fn creates_as(statement: &Statement, object: &Object) -> bool {
    let created = statement.mentions.creates.iter();
    created.into_iter().any(|created| may_be(created, object) && is_called(created, object)) || names_as_part(statement, object)
}

/// The names of an object without its schema. Types come as PostgreSQL writes them, with schema and quotes.
pub fn own_names(object: &Object) -> impl Iterator<Item = &str> {
    let is_qualified = object.names.len() > 1;
    let is_written = object.kind.is_type() || object.kind == "cast";
    object.names.iter().skip(usize::from(is_qualified)).map(move |name| match name.rsplit_once('.') {
        Some((_, last)) if is_written => last.trim_matches('"'),
        _ => name,
    })
}

/// The last name of an object.
pub fn last_name(object: &Object) -> Option<&str> {
    object.names.last().map(String::as_str)
}

/// Whether a statement names an object, or a column of it.
pub fn mentions(statement: &Statement, object: &Object) -> bool {
    let schema = object.names.first().filter(|_| object.names.len() > 1);
    let used = statement.mentions.uses.iter().map(|used| &used.name);
    let names = used.chain(&statement.mentions.completes).filter(|name| !name.name.is_empty());
    let is_meant = |name: &Name| {
        own_names(object).any(|own| match &name.schema {
            None => own == name.name,
            Some(qualifier) => own == name.name && schema.is_none_or(|schema| schema == qualifier) || own == qualifier,
        })
    };
    names.into_iter().any(is_meant)
}

/// Whether two statements stand in one file.
pub fn are_in_one_file(first: &Statement, second: &Statement) -> bool {
    std::sync::Arc::ptr_eq(&first.file, &second.file)
}

/// Whether the first stands before the second in one file, which is stronger than any name.
pub fn stands_before(first: &Statement, second: &Statement) -> bool {
    are_in_one_file(first, second) && first.ordinal < second.ordinal
}
