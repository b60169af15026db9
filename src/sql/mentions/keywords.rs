//! PostgreSQL's key words (manual, appendix C), as far as they tell whether a word can be a name.

/// What PostgreSQL lets a key word be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyword {
    /// No name, or only the name of a function, type or column that PostgreSQL itself provides.
    Reserved,
    /// A name like any other, but mostly a word of a statement.
    Unreserved,
}

/// What the word is, given in lower case; `None` if it is no key word.
pub fn keyword(word: &str) -> Option<Keyword> {
    if contains(RESERVED, &RESERVED_BY_LETTER, word) {
        Some(Keyword::Reserved)
    } else if contains(UNRESERVED, &UNRESERVED_BY_LETTER, word) {
        Some(Keyword::Unreserved)
    } else {
        None
    }
}

/// What the word is, in whatever case it is spelled; `None` if it is no key word.
pub fn spelled_keyword(word: &str) -> Option<Keyword> {
    keyword(lowered(word, &mut [0; LONGEST]))
}

/// No key word has more letters.
pub const LONGEST: usize = 24;

/// The word in lower case; empty if it is too long to be a key word. Words are many: none of them is put on the heap for this.
pub fn lowered<'a>(word: &str, buffer: &'a mut [u8; LONGEST]) -> &'a str {
    let Some(lower) = buffer.get_mut(..word.len()) else { return "" };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).unwrap_or("")
}

/// Whether the word, given in lower case, is part of so many statements that it is no name where a name is not asked for.
pub fn is_structural(word: &str) -> bool {
    contains(STRUCTURAL, &STRUCTURAL_BY_LETTER, word)
}

/// Some of category U, and some of PL/pgSQL's own.
#[rustfmt::skip]
const STRUCTURAL: &[&str] = &[
    "add", "after", "also", "alter", "always", "atomic", "attach", "before", "begin", "by", "call", "called", "cascade",
    "cascaded", "columns", "comment", "commutator", "conflict", "constant", "constraints", "cost", "cube", "deallocate",
    "declare", "delete", "depends", "detach", "diagnostics", "disable", "drop", "each", "elsif", "enable", "event",
    "exception", "execute", "exit", "family", "filter", "for", "foreach", "found", "function", "functions", "generated",
    "handler", "identity", "if", "immutable", "implicit", "include", "index", "inherit", "inline", "input", "insert",
    "instead", "key", "language", "last", "leakproof", "level", "loop", "matched", "materialized", "merge", "next", "no",
    "nothing", "notice", "notify", "nulls", "of", "operator", "option", "over", "owner", "parallel", "partition", "perform",
    "policy", "prepare", "privileges", "procedure", "raise", "range", "recursive", "refresh", "rename", "replace", "restrict",
    "return", "returns", "revoke", "rollup", "routines", "row", "rows", "rowtype", "rule", "safe", "schema", "security",
    "set", "sets", "sql", "sqlerrm", "sqlstate", "stable", "start", "statement", "statistics", "storage", "stored", "strict",
    "support", "tables", "temp", "temporary", "then", "to", "transform", "trigger", "type", "unsafe", "update", "using",
    "validate", "validator", "varying", "view", "volatile", "with", "within", "without", "zone",
];

/// Reserved, or not allowed as the name of a table, a function or a type (categories R, T, C of `pg_get_keywords()`).
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "between", "bigint",
    "binary", "bit", "boolean", "both", "case", "cast", "char", "character", "check", "coalesce", "collate", "collation",
    "column", "concurrently", "constraint", "create", "cross", "current_catalog", "current_date", "current_role",
    "current_schema", "current_time", "current_timestamp", "current_user", "dec", "decimal", "default", "deferrable", "desc",
    "distinct", "do", "else", "end", "except", "exists", "extract", "false", "fetch", "float", "for", "foreign", "freeze",
    "from", "full", "grant", "greatest", "group", "grouping", "having", "ilike", "in", "initially", "inner", "inout", "int",
    "integer", "intersect", "interval", "into", "is", "isnull", "join", "json_array", "json_arrayagg", "json_exists",
    "json_object", "json_objectagg", "json_query", "json_scalar", "json_serialize", "json_table", "json_value", "lateral",
    "leading", "least", "left", "like", "limit", "localtime", "localtimestamp", "merge_action", "national", "natural",
    "nchar", "none", "normalize", "not", "notnull", "null", "nullif", "numeric", "offset", "on", "only", "or", "order", "out",
    "outer", "overlaps", "overlay", "placing", "position", "precision", "primary", "real", "references", "returning", "right",
    "row", "select", "session_user", "setof", "similar", "smallint", "some", "substring", "symmetric", "system_user", "table",
    "tablesample", "then", "time", "timestamp", "to", "trailing", "treat", "trim", "true", "union", "unique", "user", "using",
    "values", "varchar", "variadic", "verbose", "when", "where", "window", "with", "xmlattributes", "xmlconcat", "xmlelement",
    "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot", "xmlserialize", "xmltable",
];

/// Category U of `pg_get_keywords()`.
#[rustfmt::skip]
const UNRESERVED: &[&str] = &[
    "abort", "absolute", "access", "action", "add", "admin", "after", "aggregate", "also", "alter", "always", "asensitive",
    "assertion", "assignment", "at", "atomic", "attach", "attribute", "backward", "before", "begin", "breadth", "by", "cache",
    "call", "called", "cascade", "cascaded", "catalog", "chain", "characteristics", "checkpoint", "class", "close", "cluster",
    "columns", "comment", "comments", "commit", "committed", "compression", "configuration", "conflict", "connection",
    "constraints", "content", "continue", "conversion", "copy", "cost", "csv", "cube", "current", "cursor", "cycle", "data",
    "database", "day", "deallocate", "declare", "defaults", "deferred", "definer", "delete", "delimiter", "delimiters",
    "depends", "depth", "detach", "dictionary", "disable", "discard", "document", "domain", "double", "drop", "each",
    "enable", "encoding", "encrypted", "enum", "escape", "event", "exclude", "excluding", "exclusive", "execute", "explain",
    "expression", "extension", "external", "family", "filter", "finalize", "first", "following", "force", "forward",
    "function", "functions", "generated", "global", "granted", "groups", "handler", "header", "hold", "hour", "identity",
    "if", "immediate", "immutable", "implicit", "import", "include", "including", "increment", "index", "indexes", "inherit",
    "inherits", "inline", "input", "insensitive", "insert", "instead", "invoker", "isolation", "key", "label", "language",
    "large", "last", "leakproof", "level", "listen", "load", "local", "location", "lock", "locked", "logged", "mapping",
    "match", "matched", "materialized", "maxvalue", "merge", "method", "minute", "minvalue", "mode", "month", "move", "name",
    "names", "new", "next", "nfc", "nfd", "nfkc", "nfkd", "no", "normalized", "nothing", "notify", "nowait", "nulls",
    "object", "of", "off", "oids", "old", "operator", "option", "options", "ordinality", "others", "over", "overriding",
    "owned", "owner", "parallel", "parameter", "parser", "partial", "partition", "passing", "password", "permissive", "plans",
    "policy", "preceding", "prepare", "prepared", "preserve", "prior", "privileges", "procedural", "procedure", "procedures",
    "program", "publication", "quote", "range", "read", "reassign", "recheck", "recursive", "ref", "referencing", "refresh",
    "reindex", "relative", "release", "rename", "repeatable", "replace", "replica", "reset", "restart", "restrict",
    "restrictive", "return", "returns", "revoke", "role", "rollback", "rollup", "routine", "routines", "rows", "rule",
    "savepoint", "schema", "schemas", "scroll", "search", "second", "security", "sequence", "sequences", "serializable",
    "server", "session", "set", "sets", "share", "show", "simple", "skip", "snapshot", "sql", "stable", "standalone", "start",
    "statement", "statistics", "stdin", "stdout", "storage", "stored", "strict", "strip", "subscription", "support", "sysid",
    "system", "tables", "tablespace", "temp", "template", "temporary", "text", "ties", "transaction", "transform", "trigger",
    "truncate", "trusted", "type", "types", "uescape", "unbounded", "uncommitted", "unencrypted", "unknown", "unlisten",
    "unlogged", "until", "update", "vacuum", "valid", "validate", "validator", "value", "varying", "version", "view", "views",
    "volatile", "whitespace", "within", "without", "work", "wrapper", "write", "xml", "year", "yes", "zone",
];

/// Where the words of each first letter begin, and where the last ones end.
type ByLetter = [usize; 27];

static RESERVED_BY_LETTER: ByLetter = by_letter(RESERVED);
static UNRESERVED_BY_LETTER: ByLetter = by_letter(UNRESERVED);
static STRUCTURAL_BY_LETTER: ByLetter = by_letter(STRUCTURAL);

const fn by_letter(words: &[&str]) -> ByLetter {
    let mut begins = [words.len(); 27];
    let mut at = words.len();
    while at > 0 {
        at -= 1;
        let letter = (words[at].as_bytes()[0] - b'a') as usize;
        let mut earlier = letter + 1;
        while earlier > 0 && begins[earlier - 1] > at {
            begins[earlier - 1] = at;
            earlier -= 1;
        }
    }
    begins
}

fn contains(words: &[&str], begins: &ByLetter, word: &str) -> bool {
    let Some(letter) = word.bytes().next().and_then(|byte| byte.checked_sub(b'a')).map(usize::from) else { return false };
    match (begins.get(letter), begins.get(letter + 1)) {
        (Some(&from), Some(&to)) => words.get(from..to).is_some_and(|words| words.contains(&word)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_can_be_searched() {
        assert!(RESERVED.is_sorted() && UNRESERVED.is_sorted() && STRUCTURAL.is_sorted());
        assert_eq!(keyword("select"), Some(Keyword::Reserved));
        assert_eq!(keyword("owner"), Some(Keyword::Unreserved));
        assert_eq!(keyword("orders"), None);
        assert_eq!(keyword("Ä"), None);
        assert_eq!(spelled_keyword("Select"), Some(Keyword::Reserved));
        assert!([RESERVED, UNRESERVED, STRUCTURAL].iter().all(|words| words.iter().all(|word| word.len() <= LONGEST)));
        assert!(RESERVED.iter().all(|word| keyword(word) == Some(Keyword::Reserved)));
        assert!(UNRESERVED.iter().all(|word| keyword(word) == Some(Keyword::Unreserved)));
        assert!(STRUCTURAL.iter().all(|word| is_structural(word)));
    }
}
