//! What holds data, or is held by it, stays and is altered into what its file says: the ALTERs that do it, or what would be lost.

use crate::model::form::{Attribute, Domain, Form, Forms};
use crate::model::name::quote_literal;
use crate::model::object::Object;
use crate::sql::spelling::qualified;

/// How many differences of a table are shown.
const MOST_SHOWN: usize = 12;

/// The statements that make the first form the second, or what would be lost.
pub fn alters(object: &Object, forms: &Forms) -> Result<Vec<String>, Vec<String>> {
    let name = object.names.first().map(String::as_str).unwrap_or_default();
    match (&forms.now, &forms.wanted) {
        (Form::Enum(now), Form::Enum(wanted)) => enum_alters(name, now, wanted),
        (Form::Composite(now), Form::Composite(wanted)) => composite_alters(name, now, wanted),
        (Form::Domain(now), Form::Domain(wanted)) => domain_alters(name, now, wanted),
        (Form::Lines(now), Form::Lines(wanted)) if now == wanted => Ok(Vec::new()),
        (Form::Lines(_), Form::Lines(wanted)) if object.kind == "sequence" && wanted.len() == 1 => {
            // It counts on from where it is.
            Ok(wanted.iter().map(|options| format!("ALTER SEQUENCE {} {options}", qualified(&object.names))).collect())
        }
        (Form::Lines(now), Form::Lines(wanted)) => Err(differences(now, wanted)),
        _ => Err(vec!["it would become another kind of type".to_owned()]),
    }
}

fn enum_alters(name: &str, now: &[String], wanted: &[String]) -> Result<Vec<String>, Vec<String>> {
    let lost: Vec<String> = now.iter().filter(|value| !wanted.contains(value)).cloned().collect();
    if !lost.is_empty() {
        return Err(lost.iter().map(|value| format!("it would lose the value {}", quote_literal(value))).collect());
    }
    if !wanted.iter().filter(|value| now.contains(value)).eq(now) {
        return Err(vec!["its values would be in another order".to_owned()]);
    }
    let mut alters = Vec::new();
    for (at, value) in wanted.iter().enumerate().filter(|(_, value)| !now.contains(value)) {
        let is_last = wanted[at..].iter().all(|later| !now.contains(later));
        let place = match at.checked_sub(1).and_then(|before| wanted.get(before)) {
            _ if is_last => String::new(),
            Some(before) => format!(" AFTER {}", quote_literal(before)),
            None => now.first().map(|first| format!(" BEFORE {}", quote_literal(first))).unwrap_or_default(),
        };
        alters.push(format!("ALTER TYPE {name} ADD VALUE {}{place}", quote_literal(value)));
    }
    Ok(alters)
}

fn composite_alters(name: &str, now: &[Attribute], wanted: &[Attribute]) -> Result<Vec<String>, Vec<String>> {
    let mut lost = Vec::new();
    for (at, attribute) in now.iter().enumerate() {
        match wanted.iter().position(|new| new.name == attribute.name) {
            None => lost.push(format!("it would lose the attribute {}", attribute.name)),
            Some(new) if wanted[new].definition != attribute.definition => {
                lost.push(format!(
                    "its attribute {} would be of type {}, not {}",
                    attribute.name, wanted[new].definition, attribute.definition
                ));
            }
            Some(new) if new != at => lost.push(format!("its attribute {} would stand in another place", attribute.name)),
            Some(_) => {}
        }
    }
    if !lost.is_empty() {
        return Err(lost);
    }
    let added = wanted.iter().skip(now.len());
    Ok(added.map(|new| format!("ALTER TYPE {name} ADD ATTRIBUTE {} {}", new.name, new.definition)).collect())
}

fn domain_alters(name: &str, now: &Domain, wanted: &Domain) -> Result<Vec<String>, Vec<String>> {
    if now.base != wanted.base {
        return Err(vec![format!("it would be of type {}, not {}", wanted.base, now.base)]);
    }
    let alter = |what: String| format!("ALTER DOMAIN {name} {what}");
    let gone = now.constraints.iter().filter(|old| !wanted.constraints.contains(old));
    let new = wanted.constraints.iter().filter(|new| !now.constraints.contains(new));
    let mut alters: Vec<String> = gone.map(|old| alter(format!("DROP CONSTRAINT {}", old.name))).collect();
    match &wanted.default {
        default if *default == now.default => {}
        Some(default) => alters.push(alter(format!("SET DEFAULT {default}"))),
        None => alters.push(alter("DROP DEFAULT".to_owned())),
    }
    match (now.not_null, wanted.not_null) {
        (false, true) => alters.push(alter("SET NOT NULL".to_owned())),
        (true, false) => alters.push(alter("DROP NOT NULL".to_owned())),
        _ => {}
    }
    alters.extend(new.map(|new| alter(format!("ADD CONSTRAINT {} {}", new.name, new.definition))));
    Ok(alters)
}

/// Both versions of a table as far as they differ; if only the order does, one sentence.
fn differences(now: &[String], wanted: &[String]) -> Vec<String> {
    let here = now.iter().filter(|line| !wanted.contains(line)).map(|line| format!("in the database: {line}"));
    let there = wanted.iter().filter(|line| !now.contains(line)).map(|line| format!("in the file: {line}"));
    let mut lines: Vec<String> = here.chain(there).collect();
    if lines.is_empty() {
        return vec!["its columns are in another order in the file".to_owned()];
    }
    let more = lines.len().saturating_sub(MOST_SHOWN);
    lines.truncate(MOST_SHOWN);
    lines.extend((more > 0).then(|| format!("and {more} more differences")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(list: &str) -> Vec<String> {
        list.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn values_are_added_where_the_file_has_them() {
        let alters = enum_alters("mood", &values("b d"), &values("a aa b c d e f"));
        let expected = [
            "ALTER TYPE mood ADD VALUE 'a' BEFORE 'b'",
            "ALTER TYPE mood ADD VALUE 'aa' AFTER 'a'",
            "ALTER TYPE mood ADD VALUE 'c' AFTER 'b'",
            "ALTER TYPE mood ADD VALUE 'e'",
            "ALTER TYPE mood ADD VALUE 'f'",
        ];
        assert_eq!(alters.unwrap_or_default(), expected);
    }

    #[test]
    fn values_are_neither_lost_nor_reordered() {
        assert_eq!(enum_alters("mood", &values("a b"), &values("a")), Err(vec!["it would lose the value 'b'".to_owned()]));
        assert!(enum_alters("mood", &values("a b"), &values("b a")).is_err());
    }

    #[test]
    fn attributes_are_added_at_the_end_only() {
        let pair = |name: &str, definition: &str| Attribute { name: name.to_owned(), definition: definition.to_owned() };
        let (a, b) = (pair("a", "integer"), pair("b", "text"));
        let added = composite_alters("c", std::slice::from_ref(&a), &[a.clone(), b.clone()]);
        assert_eq!(added.unwrap_or_default(), ["ALTER TYPE c ADD ATTRIBUTE b text"]);
        for wanted in [vec![b.clone(), a.clone()], vec![b], vec![pair("a", "bigint")]] {
            assert!(composite_alters("c", std::slice::from_ref(&a), &wanted).is_err());
        }
    }
}
