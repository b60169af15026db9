//! Spells objects as SQL statements name them, from their identity alone.

use crate::model::object::Object;

/// Key words that cannot stand for a name unless quoted (PostgreSQL manual, appendix C: reserved, with or without "can be function or type").
const RESERVED: &str = " all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate \
    collation column concurrently constraint create cross current_catalog current_date current_role current_schema current_time \
    current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full \
    grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime \
    localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right \
    select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using \
    variadic verbose when where window with ";

/// The identifier as SQL spells it wherever it stands.
pub fn identifier(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        // Also what is a key word only before a parenthesis or in a type, such as `between` or `interval`.
        && !RESERVED.contains(&format!(" {name} "))
        && !NOT_EVERYWHERE.contains(&format!(" {name} "));
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Key words that name columns, but no functions or types (PostgreSQL manual, appendix C).
const NOT_EVERYWHERE: &str = " between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping \
    inout int integer interval json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar \
    json_serialize json_table json_value least merge_action national nchar none normalize nullif numeric out overlay position \
    precision real row setof smallint substring time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement \
    xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable ";

/// How `DROP`, `COMMENT ON`, `ALTER EXTENSION … ADD` and most `ALTER` name an object: `VIEW public.v`, `RULE r ON public.v`.
/// `None`: no statement names it by itself (a default value, a member of a publication, default privileges).
pub fn address(object: &Object) -> Option<String> {
    let (names, args) = (object.names.as_slice(), object.args.as_slice());
    let keyword = keyword(object.kind.as_str())?;
    let name = match (object.kind.as_str(), names, args) {
        ("function" | "procedure" | "aggregate", ..) => format!("{}({})", qualified(names), args.join(", ")),
        ("type", [name], _) => name.clone(),
        ("cast", [from], [to]) => format!("({from} AS {to})"),
        ("transform", [of], [language]) => format!("FOR {of} LANGUAGE {}", identifier(language)),
        ("operator", [schema, operator], [right]) => format!("{}.{operator} (NONE, {right})", identifier(schema)),
        ("operator", [schema, operator], [left, right]) => format!("{}.{operator} ({left}, {right})", identifier(schema)),
        ("operator class" | "operator family", [method, rest @ ..], _) => {
            format!("{} USING {}", qualified(rest), identifier(method))
        }
        ("rule" | "trigger" | "policy" | "table constraint", [on @ .., name], _) if !on.is_empty() => {
            format!("{} ON {}", identifier(name), qualified(on))
        }
        ("domain constraint", [domain], [name]) => format!("{} ON DOMAIN {domain}", identifier(name)),
        ("user mapping", [user], [server]) => format!("FOR {} SERVER {}", identifier(user), identifier(server)),
        (_, [_, ..], []) => qualified(names),
        _ => return None,
    };
    Some(format!("{keyword} {name}"))
}

/// The statement that drops an object and nothing else. `None`: it holds data (table, table column, sequence), is no object of
/// this database, or its creation is undone in another way (default privileges).
pub fn drop_statement(object: &Object) -> Option<String> {
    let (names, args) = (object.names.as_slice(), object.args.as_slice());
    let part = |on: &[String], what: String| Some(format!("ALTER TABLE {} {what}", qualified(on)));
    match (object.kind.as_str(), names, args) {
        ("table" | "sequence" | "role" | "database" | "tablespace" | "default acl" | "composite type", ..) => None,
        ("table constraint", [on @ .., name], _) => part(on, format!("DROP CONSTRAINT {} RESTRICT", identifier(name))),
        ("default value", [on @ .., column], _) => part(on, format!("ALTER COLUMN {} DROP DEFAULT", identifier(column))),
        ("domain constraint", [domain], [name]) => {
            Some(format!("ALTER DOMAIN {domain} DROP CONSTRAINT {} RESTRICT", identifier(name)))
        }
        ("publication relation", table, [publication]) => {
            Some(format!("ALTER PUBLICATION {} DROP TABLE {}", identifier(publication), qualified(table)))
        }
        ("publication namespace", [schema], [publication]) => {
            Some(format!("ALTER PUBLICATION {} DROP TABLES IN SCHEMA {}", identifier(publication), identifier(schema)))
        }
        ("operator of access method" | "function of access method", [method, family @ .., number], [left, right]) => {
            let what = if object.kind == "operator of access method" { "OPERATOR" } else { "FUNCTION" };
            let family = qualified(family);
            let method = identifier(method);
            Some(format!("ALTER OPERATOR FAMILY {family} USING {method} DROP {what} {number} ({left}, {right})"))
        }
        ("user mapping", ..) => address(object).map(|address| format!("DROP {address}")),
        _ => address(object).map(|address| format!("DROP {address} RESTRICT")),
    }
}

/// The statements that drop an object that may be a member of an extension: only a former member can be dropped.
pub fn drop_statements(object: &Object, extension: Option<&str>) -> Vec<String> {
    let Some(dropped) = drop_statement(object) else { return Vec::new() };
    let former = extension.zip(address(object));
    let former = former.map(|(extension, address)| format!("ALTER EXTENSION {} DROP {address}", identifier(extension)));
    former.into_iter().chain([dropped]).collect()
}

/// How `GRANT … ON` names an object; `None` if there are no privileges on its kind.
pub fn grant_target(object: &Object) -> Option<String> {
    let keyword = match object.kind.as_str() {
        "table" | "view" | "materialized view" | "foreign table" => "TABLE",
        "sequence" => "SEQUENCE",
        "function" | "procedure" | "aggregate" => "ROUTINE",
        "foreign-data wrapper" => "FOREIGN DATA WRAPPER",
        "server" => "FOREIGN SERVER",
        "type" => "TYPE",
        "schema" => "SCHEMA",
        "language" => "LANGUAGE",
        _ => return None,
    };
    let address = address(object)?;
    let own = self::keyword(object.kind.as_str())?;
    Some(format!("{keyword}{}", address.strip_prefix(own)?))
}

/// Names joined by dots, each spelled as SQL needs it.
pub fn qualified(names: &[String]) -> String {
    names.iter().map(|name| identifier(name)).collect::<Vec<_>>().join(".")
}

fn keyword(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "table" => "TABLE",
        "sequence" => "SEQUENCE",
        "view" => "VIEW",
        "materialized view" => "MATERIALIZED VIEW",
        "foreign table" => "FOREIGN TABLE",
        "index" => "INDEX",
        "function" => "FUNCTION",
        "procedure" => "PROCEDURE",
        // An aggregate's own syntax for its arguments is not that of its identity.
        "aggregate" => "ROUTINE",
        "type" => "TYPE",
        "cast" => "CAST",
        "transform" => "TRANSFORM",
        "operator" => "OPERATOR",
        "operator class" => "OPERATOR CLASS",
        "operator family" => "OPERATOR FAMILY",
        "rule" => "RULE",
        "trigger" => "TRIGGER",
        "policy" => "POLICY",
        "table constraint" | "domain constraint" => "CONSTRAINT",
        "collation" => "COLLATION",
        "conversion" => "CONVERSION",
        "statistics object" => "STATISTICS",
        "text search configuration" => "TEXT SEARCH CONFIGURATION",
        "text search dictionary" => "TEXT SEARCH DICTIONARY",
        "text search parser" => "TEXT SEARCH PARSER",
        "text search template" => "TEXT SEARCH TEMPLATE",
        "foreign-data wrapper" => "FOREIGN DATA WRAPPER",
        "server" => "SERVER",
        "user mapping" => "USER MAPPING",
        "event trigger" => "EVENT TRIGGER",
        "extension" => "EXTENSION",
        "schema" => "SCHEMA",
        "publication" => "PUBLICATION",
        "subscription" => "SUBSCRIPTION",
        "language" => "LANGUAGE",
        "access method" => "ACCESS METHOD",
        _ => return None,
    })
}
