//! What only some kinds of objects carry: options, states, settings, storage.

use super::giving::Giving;
use super::{Restored, Routine};
use crate::model::name::quote_literal;
use crate::sql::spelling::{identifier, qualified};

/// What no statement that creates an object can say.
pub(super) fn kept(giving: &mut Giving<'_>, because: Restored) {
    // Drift looks at the state as well: there it is what is to go.
    if because != Restored::WithoutDrift {
        enabled(giving);
    }
    columns(giving);
    index_marks(giving);
    let (was, now) = (&giving.was.attributes, &giving.now.attributes);
    if let Some(target) = was.statistics_target.filter(|_| was.statistics_target != now.statistics_target) {
        giving.alter("the statistics target", &format!("SET STATISTICS {target}"));
    }
    if giving.both_are("materialized view") && was.replica_identity != now.replica_identity {
        let identity = match was.replica_identity {
            Some('f') => "FULL",
            Some('n') => "NOTHING",
            // With an index the index carries it.
            Some('d') => "DEFAULT",
            _ => return,
        };
        giving.alter("the replica identity", &format!("REPLICA IDENTITY {identity}"));
    }
}

/// What the text that creates an object can say, and did not if it now differs.
pub(super) fn said_by_the_text(giving: &mut Giving<'_>) {
    if giving.was.object.kind != giving.now.object.kind {
        return;
    }
    let (was, now) = (&giving.was.attributes, &giving.now.attributes);
    options(giving, &was.options, &now.options);
    if let Some(space) = was.tablespace.as_ref().filter(|_| was.tablespace != now.tablespace) {
        giving.alter(format!("the tablespace {space}"), &format!("SET TABLESPACE {space}"));
    }
    if let Some(method) = was.access_method.as_ref().filter(|_| was.access_method != now.access_method) {
        giving.alter(format!("the access method {method}"), &format!("SET ACCESS METHOD {method}"));
    }
    if let (Some(was), Some(now)) = (&was.routine, &now.routine) {
        routine(giving, was, now);
    }
    if let Some(version) = was.version.as_ref().filter(|_| was.version != now.version) {
        giving.alter("the version", &format!("VERSION {}", quote_literal(version)));
    }
    if let Some(changes) = foreign_options(&was.foreign_options, &now.foreign_options) {
        giving.alter("the options", &format!("OPTIONS ({changes})"));
    }
    for (was, now) in giving.columns() {
        if let Some(changes) = foreign_options(&was.foreign_options, &now.foreign_options) {
            let action = format!("ALTER COLUMN {} OPTIONS ({changes})", identifier(&was.name));
            giving.alter(format!("the options of the column {}", was.name), &action);
        }
    }
    for (token, dictionaries) in &was.mappings {
        let verb = match now.mappings.get(token) {
            Some(present) if present == dictionaries => continue,
            Some(_) => "ALTER",
            None => "ADD",
        };
        let action = format!("{verb} MAPPING FOR {} WITH {dictionaries}", identifier(token));
        giving.alter(format!("the mapping for {token}"), &action);
    }
    for token in now.mappings.keys().filter(|token| !was.mappings.contains_key(*token)) {
        giving.alter(format!("the absent mapping for {token}"), &format!("DROP MAPPING FOR {}", identifier(token)));
    }
}

/// Whether a materialized view holds rows. Rows are data: once there, they are there again; an empty one is made so only if
/// its text is the same, because a text can say WITH DATA.
pub(super) fn contents(giving: &mut Giving<'_>, because: Restored) {
    let refresh = match (giving.was.attributes.is_populated, giving.now.attributes.is_populated) {
        (Some(true), Some(false)) => "",
        (Some(false), Some(true)) if because == Restored::All => " WITH NO DATA",
        _ => return,
    };
    let sql = format!("REFRESH MATERIALIZED VIEW {}{refresh}", giving.relation());
    giving.give(if refresh.is_empty() { "its rows" } else { "its being without rows" }, sql);
}

/// Triggers and rules that were switched off or to replicas.
fn enabled(giving: &mut Giving<'_>) {
    let (was, now) = (giving.was.attributes.enabled, giving.now.attributes.enabled);
    let Some(state) = was.filter(|_| was != now && now.is_some()) else { return };
    let verb = match state {
        'D' => "DISABLE",
        'R' => "ENABLE REPLICA",
        'A' => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    match (giving.now.object.kind.as_str(), giving.now.object.names.as_slice()) {
        (kind @ ("trigger" | "rule"), [on @ .., name]) => {
            let sql = format!("ALTER TABLE {} {verb} {} {}", qualified(on), kind.to_uppercase(), identifier(name));
            giving.give("its state (enabled or not)", sql);
        }
        ("event trigger", _) => {
            giving.alter("its state (enabled or not)", verb);
        }
        _ => {}
    }
}

fn columns(giving: &mut Giving<'_>) {
    let is_index = giving.now.object.kind == "index";
    for (was, now) in giving.columns() {
        let column = if is_index { was.number.to_string() } else { identifier(&was.name) };
        let mut set = |what: &str, action: String| {
            giving.alter(format!("{what} of the column {}", was.name), &format!("ALTER COLUMN {column} {action}"));
        };
        if let Some(default) = was.default.as_ref().filter(|_| was.default != now.default) {
            set("the default", format!("SET DEFAULT {default}"));
        }
        if let Some(target) = was.statistics_target.filter(|_| was.statistics_target != now.statistics_target) {
            set("the statistics target", format!("SET STATISTICS {target}"));
        }
        let changes = changed(&was.options, &now.options);
        if !changes.is_empty() {
            set("the options", format!("SET ({})", changes.join(", ")));
        }
        // Storage belongs to a type: with another type there is nothing to keep.
        if was.data_type != now.data_type {
            continue;
        }
        if let Some(storage) = was.storage.filter(|_| was.storage != now.storage) {
            let storage = match storage {
                'p' => "PLAIN",
                'e' => "EXTERNAL",
                'm' => "MAIN",
                _ => "EXTENDED",
            };
            set("the storage", format!("SET STORAGE {storage}"));
        }
        if let Some(compression) = was.compression.as_ref().filter(|_| was.compression != now.compression) {
            let compression = if compression == "l" { "lz4" } else { "pglz" };
            set("the compression", format!("SET COMPRESSION {compression}"));
        }
    }
}

/// What an index is to its table.
fn index_marks(giving: &mut Giving<'_>) {
    let (Some(was), Some(now)) = (&giving.was.attributes.index, &giving.now.attributes.index) else { return };
    let Some(name) = giving.now.object.names.last().map(|name| identifier(name)) else { return };
    let relation = qualified(&now.of);
    let keyword = if now.of_kind == 'm' { "MATERIALIZED VIEW" } else { "TABLE" };
    if was.is_clustered && !now.is_clustered {
        giving.give("its being what CLUSTER uses", format!("ALTER {keyword} {relation} CLUSTER ON {name}"));
    }
    if was.is_replica_identity && !now.is_replica_identity {
        giving.give("its being the replica identity", format!("ALTER {keyword} {relation} REPLICA IDENTITY USING INDEX {name}"));
    }
}

fn options(giving: &mut Giving<'_>, was: &[String], now: &[String]) {
    let changes = changed(was, now);
    if !changes.is_empty() {
        giving.alter("the options", &format!("SET ({})", changes.join(", ")));
    }
    let name = |option: &String| option.split_once('=').map_or_else(|| option.clone(), |(name, _)| name.to_owned());
    let surplus: Vec<String> = now.iter().map(name).filter(|one| was.iter().map(name).all(|other| other != *one)).collect();
    if !surplus.is_empty() {
        giving.alter("the options", &format!("RESET ({})", surplus.join(", ")));
    }
}

/// The options that are not there as they were, as SET lists them.
fn changed(was: &[String], now: &[String]) -> Vec<String> {
    let missing = was.iter().filter(|option| !now.contains(option)).filter_map(|option| option.split_once('='));
    missing.map(|(name, value)| format!("{name} = {}", quote_literal(value))).collect()
}

fn foreign_options(was: &[String], now: &[String]) -> Option<String> {
    let split = |option: &str| option.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (was, now): (Vec<_>, Vec<_>) =
        (was.iter().filter_map(|one| split(one)).collect(), now.iter().filter_map(|one| split(one)).collect());
    let has = |list: &[(String, String)], name: &str| list.iter().any(|(other, _)| other == name);
    let set = was.iter().filter(|option| !now.contains(option)).map(|(name, value)| {
        let verb = if has(&now, name) { "SET" } else { "ADD" };
        format!("{verb} {} {}", identifier(name), quote_literal(value))
    });
    let dropped = now.iter().filter(|(name, _)| !has(&was, name)).map(|(name, _)| format!("DROP {}", identifier(name)));
    let changes: Vec<String> = set.chain(dropped).collect();
    (!changes.is_empty()).then(|| changes.join(", "))
}

fn routine(giving: &mut Giving<'_>, was: &Routine, now: &Routine) {
    let mut actions: Vec<String> = Vec::new();
    let is_function = was.kind == 'f' || was.kind == 'w';
    if is_function && now.kind == was.kind {
        let differs: [(bool, &str, &str); 3] = [
            (was.volatility != now.volatility, volatility(was.volatility), ""),
            (was.is_strict != now.is_strict, if was.is_strict { "STRICT" } else { "CALLED ON NULL INPUT" }, ""),
            (was.is_leakproof != now.is_leakproof, if was.is_leakproof { "LEAKPROOF" } else { "NOT LEAKPROOF" }, ""),
        ];
        actions.extend(differs.iter().filter(|(differs, ..)| *differs).map(|(_, action, _)| (*action).to_owned()));
        if was.parallel != now.parallel {
            actions.push(format!("PARALLEL {}", parallel(was.parallel)));
        }
        if was.cost != now.cost {
            actions.push(format!("COST {}", was.cost));
        }
        if let Some(rows) = was.rows.as_ref().filter(|_| was.rows != now.rows && now.rows.is_some()) {
            actions.push(format!("ROWS {rows}"));
        }
        if let Some(support) = was.support.as_ref().filter(|_| was.support != now.support) {
            let name = support.split_once('(').map_or(support.as_str(), |(name, _)| name);
            actions.push(format!("SUPPORT {name}"));
        }
    }
    if was.is_security_definer != now.is_security_definer {
        actions.push(if was.is_security_definer { "SECURITY DEFINER" } else { "SECURITY INVOKER" }.to_owned());
    }
    if !actions.is_empty() {
        giving.alter("the properties of the function", &actions.join(" "));
    }
    if was.settings != now.settings {
        if !now.settings.is_empty() {
            giving.alter("the settings of the function", "RESET ALL");
        }
        for (name, value) in was.settings.iter().filter_map(|setting| setting.split_once('=')) {
            giving.alter(format!("the setting {name}"), &format!("SET {} TO {}", identifier(name), setting_value(name, value)));
        }
    }
}

fn volatility(letter: char) -> &'static str {
    match letter {
        'i' => "IMMUTABLE",
        's' => "STABLE",
        _ => "VOLATILE",
    }
}

fn parallel(letter: char) -> &'static str {
    match letter {
        's' => "SAFE",
        'r' => "RESTRICTED",
        _ => "UNSAFE",
    }
}

/// Settings that hold a list of quoted identifiers (`GUC_LIST_QUOTE` in PostgreSQL's source), each of which is its own constant.
const LISTS: &[&str] = &[
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

fn setting_value(name: &str, value: &str) -> String {
    if !LISTS.contains(&name.to_lowercase().as_str()) {
        return quote_literal(value);
    }
    let mut elements = vec![String::new()];
    let mut letters = value.chars().peekable();
    let mut is_quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                elements.last_mut().into_iter().for_each(|element| element.push('"'));
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => elements.push(String::new()),
            ' ' if !is_quoted => {}
            _ => elements.last_mut().into_iter().for_each(|element| element.push(letter)),
        }
    }
    elements.iter().map(|element| quote_literal(element)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_schemas_is_set_element_by_element() {
        assert_eq!(setting_value("search_path", "public, \"My \"\" S\", \"a,b\""), "'public', 'My \" S', 'a,b'");
        assert_eq!(setting_value("search_path", "\"\""), "''");
        assert_eq!(setting_value("work_mem", "1MB"), "'1MB'");
    }

    #[test]
    fn foreign_options_are_added_set_and_dropped() {
        let list = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(foreign_options(&list("a=1 b=2"), &list("b=3 c=4")).as_deref(), Some("ADD a '1', SET b '2', DROP c"));
        assert_eq!(foreign_options(&list("a=1"), &list("a=1")), None);
    }
}
