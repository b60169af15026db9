//! The statements of a file that only change its session: they hold for the statements after them in that file.

use super::lexer::Kind;
use super::words::Words;
use crate::model::statement::Conforming;

/// A statement that changes the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A parameter, in lower case, gets this value; `None` is its default.
    Parameter(String, Option<String>),
    /// RESET ALL.
    Everything,
    /// SET ROLE, SET TIME ZONE and the like: nothing that changes how files are read.
    Other,
}

impl Change {
    /// The value of `standard_conforming_strings` after it, if it changes.
    pub fn conforming(&self) -> Option<Conforming> {
        match self {
            Change::Everything => Some(Conforming::On),
            Change::Parameter(name, value) if name == "standard_conforming_strings" => {
                Some(if value.as_deref().is_some_and(means_off) { Conforming::Off } else { Conforming::On })
            }
            _ => None,
        }
    }

    /// The client encoding that it sets, unless that is the one of the files.
    pub fn foreign_encoding(&self) -> Option<&str> {
        match self {
            Change::Parameter(name, Some(value)) if name == "client_encoding" => {
                let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
                (!plain.eq_ignore_ascii_case("utf8") && !plain.eq_ignore_ascii_case("unicode")).then_some(value)
            }
            _ => None,
        }
    }
}

/// What the statement changes in the session; `None` if it is any other statement. `SET CONSTRAINTS`, `SET TRANSACTION` and
/// `SET SESSION CHARACTERISTICS` are other statements: they are about a transaction.
pub fn change(words: &Words<'_>) -> Option<Change> {
    if words.word(0, "set") {
        set(words)
    } else if words.word(0, "reset") {
        Some(if words.word(1, "all") { Change::Everything } else { Change::Parameter(parameter(words, 1).0, None) })
    } else if words.word(0, "select") {
        set_config(words)
    } else {
        None
    }
}

/// The schemas that a change of `search_path` names, and that somebody may have to create first.
pub fn search_path(words: &Words<'_>) -> Option<Vec<String>> {
    match change(words)? {
        Change::Everything => return Some(Vec::new()),
        Change::Parameter(name, _) if name == "search_path" => {}
        _ => return None,
    }
    let mut schemas = Vec::new();
    let value = (1..words.len()).find(|at| words.word(*at, "to") || words.operator(*at, "=") || words.is(*at, Kind::OpenParen));
    for at in value.map_or(words.len(), |at| at + 1)..words.len() {
        let Some(text) = words.string(at) else {
            schemas.extend(words.identifier(at).filter(|_| !words.word(at, "default")));
            continue;
        };
        for part in text.split(',').map(str::trim) {
            schemas.push(part.strip_prefix('"').and_then(|part| part.strip_suffix('"')).unwrap_or(part).to_owned());
        }
    }
    let known = ["", "$user", "search_path", "pg_catalog", "pg_temp", "true", "false"];
    schemas.retain(|schema| !known.contains(&schema.as_str()));
    Some(schemas)
}

fn set(words: &Words<'_>) -> Option<Change> {
    let local = words.any_word(1, &["session", "local"]) && !words.any_word(2, &["to"]) && !words.operator(2, "=");
    let at = 1 + usize::from(local);
    if words.any_word(at, &["constraints", "transaction", "characteristics"]) {
        return None;
    }
    if words.word(at, "names") {
        return Some(Change::Parameter("client_encoding".to_owned(), value(words, at + 1)));
    }
    let (name, after) = parameter(words, at);
    if words.word(after, "to") || words.operator(after, "=") {
        return Some(Change::Parameter(name, value(words, after + 1)));
    }
    Some(Change::Other)
}

fn parameter(words: &Words<'_>, at: usize) -> (String, usize) {
    let (parts, after) = words.chain(at);
    (parts.join(".").to_ascii_lowercase(), after)
}

fn value(words: &Words<'_>, at: usize) -> Option<String> {
    if words.word(at, "default") || at >= words.len() {
        return None;
    }
    Some(words.string(at).map_or_else(|| words.spelled(at).to_owned(), |text| text.into_owned()))
}

/// `SELECT set_config(name, value, is_local)` and nothing else.
fn set_config(words: &Words<'_>) -> Option<Change> {
    let at = if words.word(1, "pg_catalog") && words.is(2, Kind::Dot) { 3 } else { 1 };
    if !words.word(at, "set_config") || !words.is(at + 1, Kind::OpenParen) {
        return None;
    }
    let mut end = words.after_parens(at + 1);
    end += usize::from(words.word(end, "as"));
    end += usize::from(words.is_identifier(end) && end + 1 == words.len());
    if end != words.len() {
        return None;
    }
    let items = words.items(at + 1);
    let constant = |n: usize| {
        let &(from, to) = items.get(n)?;
        let cast = words.is(from + 1, Kind::DoubleColon);
        if to == from + 1 || cast { words.string(from).map(|text| text.into_owned()) } else { None }
    };
    Some(match (constant(0), constant(1)) {
        (Some(name), Some(value)) => Change::Parameter(name.to_ascii_lowercase(), Some(value)),
        _ => Change::Other,
    })
}

/// PostgreSQL takes any beginning of `false` and `no`, and `of`, `off`, `0`.
fn means_off(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "0" | "of" | "off" | "n" | "no" | "f" | "fa" | "fal" | "fals" | "false")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::words::significant;

    fn of(text: &str) -> Option<Change> {
        let tokens = significant(text, Conforming::On).unwrap();
        change(&Words { text, tokens: &tokens, conforming: Conforming::On })
    }

    #[test]
    fn session_changes_are_told_from_statements() {
        let set = |name: &str, value: &str| Some(Change::Parameter(name.to_owned(), Some(value.to_owned())));
        assert_eq!(of("SET search_path = app, public"), set("search_path", "app"));
        assert_eq!(of("set local Search_Path to 'app'"), set("search_path", "app"));
        assert_eq!(of("RESET all"), Some(Change::Everything));
        assert_eq!(of("SELECT pg_catalog.set_config('app.tag', 'v;1', false)"), set("app.tag", "v;1"));
        assert_eq!(of("SELECT set_config('a.b', f(1, 2), false) AS x"), Some(Change::Other));
        assert_eq!(of("SELECT set_config('a', 'b', false), f()"), None);
        assert_eq!(of("SET CONSTRAINTS ALL IMMEDIATE"), None);
        assert_eq!(of("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"), None);
        assert_eq!(of("SET ROLE x"), Some(Change::Other));
        assert_eq!(of("SET TIME ZONE 'UTC'"), Some(Change::Other));
    }

    #[test]
    fn schemas_of_the_search_path_are_seen() {
        let path = |text: &str| {
            let tokens = significant(text, Conforming::On).unwrap();
            search_path(&Words { text, tokens: &tokens, conforming: Conforming::On })
        };
        let schemas = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(path("SET search_path TO App, \"B\", 'c', pg_catalog"), schemas(&["app", "B", "c"]));
        assert_eq!(path("SELECT set_config('search_path', 'a, \"$user\"', false)"), schemas(&["a"]));
        assert_eq!(path("RESET search_path"), schemas(&[]));
        assert_eq!(path("SET work_mem = '1MB'"), None);
    }

    #[test]
    fn what_changes_reading_is_seen() {
        assert_eq!(of("SET standard_conforming_strings = OFF").unwrap().conforming(), Some(Conforming::Off));
        assert_eq!(of("SET standard_conforming_strings TO 'fal'").unwrap().conforming(), Some(Conforming::Off));
        assert_eq!(of("RESET standard_conforming_strings").unwrap().conforming(), Some(Conforming::On));
        assert_eq!(of("SET client_encoding = 'UTF-8'").unwrap().foreign_encoding(), None);
        assert_eq!(of("SET NAMES 'latin1'").unwrap().foreign_encoding(), Some("latin1"));
    }
}
