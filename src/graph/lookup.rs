//! Finds the object that a person means: by its whole name, or by as much of it as is enough.

use std::collections::HashMap;

use crate::model::graph::{GraphObject, ObjectGraph};

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// One object, by its index.
    Found(usize),
    /// Several objects, by their indexes, in the order of their names.
    Ambiguous(Vec<usize>),
    /// None; with the name that is nearest to it, if one is near.
    Unknown(Option<String>),
}

impl ObjectGraph {
    /// The object of this name. The kind, the arguments of a routine and the schema may be left out where the rest is enough:
    /// what leaves out less is preferred.
    pub fn find(&self, typed: &str) -> Lookup {
        let typed = typed.trim();
        for spelling in SPELLINGS {
            let is_meant = |object: &GraphObject| spelling(object).is_some_and(|spelled| spelled == typed);
            let found: Vec<usize> =
                self.objects().iter().enumerate().filter(|(_, object)| is_meant(object)).map(|(at, _)| at).collect();
            match found.as_slice() {
                [] => {}
                [only] => return Lookup::Found(*only),
                _ => return Lookup::Ambiguous(found),
            }
        }
        Lookup::Unknown(self.nearest(typed))
    }

    fn nearest(&self, typed: &str) -> Option<String> {
        let most = (typed.chars().count() / 3).max(1);
        let spelled = self.objects().iter().flat_map(|object| {
            let spellings = SPELLINGS.iter().filter_map(move |spelling| spelling(object));
            spellings.map(move |spelled| (strsim::damerau_levenshtein(&spelled, typed), object))
        });
        let near = spelled.filter(|(distance, _)| *distance <= most);
        near.min_by_key(|(distance, object)| (*distance, &object.name)).map(|(_, object)| object.name.clone())
    }
}

/// What a person who has typed this much may mean, in the order of the names: for each object the first way to name it that
/// begins so and means no other. Arguments of routines are left out where that is possible: shells would have to quote them.
pub fn completions<'a>(names: impl IntoIterator<Item = &'a str>, typed: &str) -> Vec<String> {
    let objects: Vec<GraphObject> =
        names.into_iter().map(|name| GraphObject { name: name.to_owned(), ..GraphObject::default() }).collect();
    let mut meanings: HashMap<String, usize> = HashMap::new();
    let spelled: Vec<Vec<String>> = objects
        .iter()
        .map(|object| {
            let mut all: Vec<String> = SPELLINGS.iter().filter_map(|spelling| spelling(object)).collect();
            // Without arguments first.
            all.sort_by_key(|spelling| spelling.ends_with(')'));
            let mut distinct: Vec<String> = Vec::with_capacity(all.len());
            all.into_iter().for_each(|spelling| {
                if !distinct.contains(&spelling) {
                    distinct.push(spelling)
                }
            });
            distinct.iter().for_each(|spelling| *meanings.entry(spelling.clone()).or_default() += 1);
            distinct
        })
        .collect();
    let fits = |spelling: &&String| spelling.starts_with(typed) && meanings.get(*spelling) == Some(&1);
    spelled.iter().filter_map(|spellings| spellings.iter().find(fits).cloned()).collect()
}

type Spelling = fn(&GraphObject) -> Option<String>;

/// The ways to name an object, the whole name first.
const SPELLINGS: &[Spelling] = &[
    |object| Some(object.name.clone()),
    // To the catalog a domain is a type.
    |object| object.name.strip_prefix("type.").map(|name| format!("domain.{name}")),
    |object| Some(without_kind(&object.name).to_owned()),
    |object| without_arguments(&object.name).map(str::to_owned),
    |object| without_arguments(without_kind(&object.name)).map(str::to_owned),
    |object| {
        let name = without_kind(&object.name);
        Some(last_part(without_arguments(name).unwrap_or(name)).to_owned())
    },
];

/// `reporting.total(integer)` of `function.reporting.total(integer)`.
pub(super) fn without_kind(name: &str) -> &str {
    name.split_once('.').map_or(name, |(_, name)| name)
}

/// `reporting.total` of `reporting.total(integer)`; `None` where there are no arguments.
pub(super) fn without_arguments(name: &str) -> Option<&str> {
    let mut is_quoted = false;
    let begin = name.find(|letter| {
        is_quoted ^= letter == '"';
        letter == '(' && !is_quoted
    })?;
    Some(&name[..begin]).filter(|name| !name.is_empty() && !name.ends_with('.'))
}

/// `total` of `reporting.total`; dots in quotes do not part.
pub(super) fn last_part(name: &str) -> &str {
    let mut is_quoted = false;
    let end = name.char_indices().filter(|(_, letter)| {
        is_quoted ^= *letter == '"';
        *letter == '.' && !is_quoted
    });
    end.last().map_or(name, |(at, _)| &name[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &[
        "function.guard()",
        "function.reporting.total(integer)",
        "function.total(integer,numeric)",
        "function.total(text)",
        "materialized view.reporting.daily",
        "table.orders",
        "trigger.orders.guard",
        "type.money_amount",
        "view.\"Odd.name\"",
        "view.daily",
    ];

    fn find(typed: &str) -> String {
        let objects = NAMES.iter().map(|name| GraphObject { name: (*name).into(), ..GraphObject::default() });
        match ObjectGraph::new(objects, []).find(typed) {
            Lookup::Found(at) => NAMES[at].to_owned(),
            Lookup::Ambiguous(found) => found.iter().map(|&at| NAMES[at]).collect::<Vec<_>>().join(" | "),
            Lookup::Unknown(nearest) => format!("no: {nearest:?}"),
        }
    }

    #[test]
    fn as_much_of_a_name_as_is_enough() {
        let cases = [
            ("view.daily", "view.daily"),
            (" daily ", "view.daily"),
            ("reporting.daily", "materialized view.reporting.daily"),
            ("orders", "table.orders"),
            ("orders.guard", "trigger.orders.guard"),
            ("guard", "function.guard()"),
            ("domain.money_amount", "type.money_amount"),
            ("total(text)", "function.total(text)"),
            ("total", "function.total(integer,numeric) | function.total(text)"),
            ("function.reporting.total", "function.reporting.total(integer)"),
            ("\"Odd.name\"", "view.\"Odd.name\""),
            ("view.dayly", "no: Some(\"view.daily\")"),
            ("ordrs", "no: Some(\"table.orders\")"),
            ("something else", "no: None"),
            ("", "no: None"),
        ];
        for (typed, expected) in cases {
            assert_eq!(find(typed), expected, "{typed}");
        }
    }

    #[test]
    fn what_was_begun_is_completed() {
        let complete = |typed: &str| completions(NAMES.iter().copied(), typed).join(" | ");
        assert_eq!(complete("view."), "view.\"Odd.name\" | view.daily");
        assert_eq!(complete("tot"), "total(integer,numeric) | total(text)");
        assert_eq!(complete("rep"), "reporting.total | reporting.daily");
        assert_eq!(complete("function.r"), "function.reporting.total");
        assert_eq!(complete("dom"), "domain.money_amount");
        assert_eq!(complete("mon"), "money_amount");
        assert_eq!(complete("x"), "");
        assert_eq!(complete("").matches(" | ").count() + 1, NAMES.len());
    }

    #[test]
    fn parts_of_names() {
        assert_eq!(without_arguments("cast.(money AS numeric)"), None);
        assert_eq!(without_arguments("(money AS numeric)"), None);
        assert_eq!(without_arguments("\"a(b\"(text)"), Some("\"a(b\""));
        assert_eq!(last_part("a.\"b.c\""), "\"b.c\"");
    }
}
