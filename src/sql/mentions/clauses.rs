//! Where a word stands in SQL: which clause of a query, which kind of list, and so what it can be.

use super::header::Mark;
use super::keywords::{Keyword, spelled_keyword};
use crate::sql::lexer::Kind;
use crate::sql::words::Words;

/// A clause of a query, as far as names in it differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clause {
    #[default]
    Expressions,
    /// WITH, until its queries are over.
    With {
        recursive: bool,
    },
    From,
    /// The condition of a join: after a comma FROM goes on.
    On,
}

/// What kind of list a parenthesis holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    #[default]
    Plain,
    /// CAST and its like: a type follows AS or a name.
    Cast,
    /// `name type, …`
    Definitions,
    /// `column operator_class, …`
    Columns,
    /// Names of the statement's own.
    Own,
}

/// What a name can be where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamePosition {
    /// The statement's own.
    Own,
    Alias,
    /// `relation.column` in a statement about columns.
    Column,
    Relation,
    Type,
    Call,
    TriggerFunction,
    /// A column, most of the time.
    Perhaps,
    /// Something that another statement made.
    Object,
}

/// One level of parentheses.
#[derive(Debug, Clone, Default)]
pub struct ParenthesisLevel {
    /// Expressions of a query, or of a statement with columns at hand.
    pub query: bool,
    /// SELECT, UPDATE or DELETE stands on this level: FROM is a clause.
    selects: bool,
    pub clause: Clause,
    /// The next name of FROM is a relation.
    pub expect: bool,
    shape: Shape,
    /// The arguments of a function.
    pub call: bool,
    /// Names of its FROM items.
    pub aliases: Vec<String>,
    /// The WITH query whose text comes next.
    pub pending_query: Option<String>,
    /// What the next parenthesis holds.
    pub shape_of_next: Option<Shape>,
    /// How many names were found before it.
    pub start: usize,
}

impl ParenthesisLevel {
    /// The level of a text without tokens.
    pub const BOTTOM: ParenthesisLevel = ParenthesisLevel {
        query: false,
        selects: false,
        clause: Clause::Expressions,
        expect: false,
        shape: Shape::Plain,
        call: false,
        aliases: Vec::new(),
        pending_query: None,
        shape_of_next: None,
        start: 0,
    };

    /// A level outside all parentheses, when `start` names were found.
    pub fn starting_at(start: usize) -> ParenthesisLevel {
        ParenthesisLevel { start, ..ParenthesisLevel::default() }
    }

    /// The level inside the parenthesis that opens at `at`.
    pub fn inside(&self, words: &Words<'_>, at: usize) -> ParenthesisLevel {
        const CASTS: &[&str] =
            &["cast", "treat", "xmlserialize", "xmltable", "json_table", "json_value", "json_query", "json_serialize"];
        const EXPRESSIONS: &[&str] = &[
            "key",
            "unique",
            "check",
            "distinct",
            "using",
            "when",
            "include",
            "default",
            "range",
            "list",
            "hash",
            "as",
            "select",
            "update",
            "insert",
            "references",
            "of",
            "values",
            "return",
            "where",
            "columns",
        ];
        let before = at.wrapping_sub(1);
        let after_name = words.is_identifier(before);
        let shape = match self.shape_of_next {
            Some(shape) => shape,
            None if words.any_word(before, CASTS) => Shape::Cast,
            // A column list behind an alias, and ROWS FROM (f() AS (…)).
            None if self.clause == Clause::From && !self.expect && self.is_alias_before(words, at) => Shape::Definitions,
            None if self.shape == Shape::Cast && words.word(before, "columns") => Shape::Cast,
            None if !self.query && self.columns_before(words, at) => Shape::Columns,
            None if self.shape == Shape::Own => Shape::Own,
            // Options.
            None if !self.query && words.any_word(before, &["with", "options", "set", "reset"]) => Shape::Own,
            None => Shape::Plain,
        };
        let rows_from = self.query && words.words(before.wrapping_sub(1), &["rows", "from"]);
        ParenthesisLevel {
            clause: if rows_from { Clause::From } else { Clause::Expressions },
            expect: rows_from,
            query: self.query || shape == Shape::Cast || self.shape == Shape::Columns || words.any_word(before, EXPRESSIONS),
            call: after_name && shape == Shape::Plain,
            shape,
            ..ParenthesisLevel::default()
        }
    }

    fn is_alias_before(&self, words: &Words<'_>, at: usize) -> bool {
        let before = at.wrapping_sub(1);
        if words.word(before, "as") {
            return true;
        }
        let name = before.wrapping_sub(1);
        words.is_identifier(before)
            && (words.word(name, "as") || words.is(name, Kind::CloseParen) || self.is_relation_end(words, name))
    }

    fn is_relation_end(&self, words: &Words<'_>, at: usize) -> bool {
        let reserved = words.is(at, Kind::Identifier) && spelled_keyword(words.spelled(at)) == Some(Keyword::Reserved);
        words.is_identifier(at) && !reserved
    }

    /// `ON t (…)`, `REFERENCES t (…)`, `USING gin (…)` outside queries.
    fn columns_before(&self, words: &Words<'_>, at: usize) -> bool {
        let mut name = at.wrapping_sub(1);
        while words.is_identifier(name) && words.is(name.wrapping_sub(1), Kind::Dot) {
            name = name.wrapping_sub(2);
        }
        let before = name.wrapping_sub(1);
        words.is_identifier(name) && words.any_word(before, &["on", "references", "using", "into", "only"])
    }

    /// After a comma.
    pub fn comma(&mut self) {
        if matches!(self.clause, Clause::From | Clause::On) && self.shape == Shape::Plain {
            self.clause = Clause::From;
            self.expect = true;
        }
    }

    /// After a semicolon, and where PL/pgSQL begins a statement without one.
    pub fn next_statement(&mut self) {
        self.query = false;
        self.selects = false;
        self.clause = Clause::Expressions;
        self.expect = false;
    }

    /// Whether a name with parentheses is a function of FROM.
    pub fn is_from_item(&self) -> bool {
        self.clause == Clause::From
    }

    /// What a word changes for the words after it.
    pub fn keyword(&mut self, words: &Words<'_>, word: &str, at: usize) {
        let before = at.wrapping_sub(1);
        match word {
            "select" | "insert" | "update" | "delete" | "merge" if begins_query(words, word, at) => {
                self.query = true;
                self.selects = word != "insert";
                self.clause = Clause::Expressions;
            }
            "return" | "values" if !words.word(before, "for") => self.query = true,
            "from" if self.selects && !words.word(before, "distinct") => {
                self.clause = Clause::From;
                self.expect = true;
            }
            "using" if self.clause == Clause::From && words.is_identifier(at + 1) => self.expect = true,
            "using" if self.selects && words.word(0, "merge") => {
                self.clause = Clause::From;
                self.expect = true;
            }
            "join" if self.query => {
                self.clause = Clause::From;
                self.expect = true;
            }
            "on" if self.clause == Clause::From => {
                self.clause = Clause::On;
                self.expect = false;
            }
            "where" => {
                // Of an index or a rule, too.
                self.query = true;
                self.clause = Clause::Expressions;
                self.expect = false;
            }
            "group" | "having" | "window" | "order" | "limit" | "offset" | "fetch" | "set" | "union" | "intersect" | "except"
            | "returning" | "for" | "into" | "when" => {
                self.clause = Clause::Expressions;
                self.expect = false;
            }
            "loop" | "atomic" => self.next_statement(),
            _ => {}
        }
    }

    /// What the name from `at` to before `after` can be.
    pub fn place(&self, words: &Words<'_>, at: usize, after: usize, mark: Mark, called: bool) -> NamePosition {
        match mark {
            Mark::Skip => return NamePosition::Own,
            Mark::Type => return NamePosition::Type,
            Mark::Relation => return NamePosition::Relation,
            Mark::TriggerFunction => return NamePosition::TriggerFunction,
            Mark::Loose if called => return NamePosition::Call,
            Mark::Loose => return NamePosition::Perhaps,
            Mark::Unknown => {}
        }
        let before = at.wrapping_sub(1);
        if words.is(before, Kind::DoubleColon)
            || words.word(before, "collate")
            || (words.kind(after).is_some_and(Kind::is_string) && self.query && names_type(words, at, after))
            || (words.operator(after, "%") && words.any_word(after + 1, &["type", "rowtype"]))
        {
            return NamePosition::Type;
        }
        match self.shape {
            Shape::Own => return NamePosition::Own,
            Shape::Definitions => {
                let first = matches!(words.kind(before), Some(Kind::OpenParen | Kind::Comma));
                return if first { NamePosition::Own } else { NamePosition::Type };
            }
            Shape::Columns if !called => {
                let first = matches!(words.kind(before), Some(Kind::OpenParen | Kind::Comma));
                return if first { NamePosition::Perhaps } else { NamePosition::Object };
            }
            Shape::Cast if words.any_word(before, &["as", "returning"]) => return NamePosition::Type,
            Shape::Cast if !called && is_new_name(words, before) => return NamePosition::Type,
            _ => {}
        }
        if self.query { self.in_query(words, at, after, called) } else { outside_queries(words, at, after, called) }
    }

    fn in_query(&self, words: &Words<'_>, at: usize, after: usize, called: bool) -> NamePosition {
        let before = at.wrapping_sub(1);
        if words.words(at, &["rows", "from"]) {
            return NamePosition::Own;
        }
        if self.clause == Clause::From {
            if self.expect || words.word(before, "only") {
                return NamePosition::Relation;
            }
            if words.word(before, "tablesample") {
                return NamePosition::Call;
            }
            let options = words.any_word(at, &["ordinality", "rows", "tablesample"]);
            return if options || after != at + 1 { NamePosition::Perhaps } else { NamePosition::Alias };
        }
        let into = words.any_word(before, &["into", "update", "table"])
            || (words.word(before, "only") && words.any_word(before.wrapping_sub(1), &["update", "table"]));
        if into && !words.any_word(at, &["of", "set", "strict"]) {
            return NamePosition::Relation;
        }
        if words.word(before, "as") {
            return NamePosition::Alias;
        }
        if called { NamePosition::Call } else { NamePosition::Perhaps }
    }
}

/// A name that is no key word.
fn is_new_name(words: &Words<'_>, at: usize) -> bool {
    let plain = words.is(at, Kind::Identifier);
    words.is_identifier(at) && !(plain && spelled_keyword(words.spelled(at)).is_some())
}

/// `type 'constant'`: not PATH, not ESCAPE.
fn names_type(words: &Words<'_>, at: usize, after: usize) -> bool {
    after > at + 1 || is_new_name(words, at) || words.any_word(at, &["name", "text", "xml", "year"])
}

/// A word that begins a query where it stands, and not a privilege, an event or a lock.
fn begins_query(words: &Words<'_>, word: &str, at: usize) -> bool {
    let before = at.wrapping_sub(1);
    if words.any_word(0, &["grant", "revoke"]) || words.words(0, &["alter", "default"]) {
        return false;
    }
    let event =
        words.any_word(before, &["on", "grant", "revoke", "of", "or", "before", "after"]) || words.is(before, Kind::Comma);
    let policy = words.word(before, "for") && words.any_word(0, &["create", "alter"]) && words.any_word(1, &["policy"]);
    let lock = word == "update" && words.any_word(before, &["for", "key"]);
    // FOR r IN SELECT, CURSOR FOR SELECT, DO UPDATE, EXPLAIN SELECT: everything else begins one.
    !event && !policy && !lock
}

fn outside_queries(words: &Words<'_>, at: usize, after: usize, called: bool) -> NamePosition {
    const OWN: &[&str] = &["constraint", "trigger", "policy", "rule"];
    const RELATIONS: &[&str] = &[
        "on",
        "into",
        "table",
        "references",
        "inherits",
        "only",
        "using",
        "view",
        "sequence",
        "index",
        "from",
        "join",
        "language",
    ];
    let mut before = at.wrapping_sub(1);
    // The method of an index, but the expression of ALTER … TYPE.
    if words.word(before, "using") && called && words.word(0, "alter") {
        return NamePosition::Call;
    }
    if words.word(before, "exists") {
        before = before.wrapping_sub(if words.word(before.wrapping_sub(1), "not") { 3 } else { 2 });
    }
    if words.word(before, "column") {
        return NamePosition::Column;
    }
    if words.any_word(before, OWN) && !called && !words.word(at, "on") {
        return NamePosition::Own;
    }
    if words.any_word(before, RELATIONS) && !words.any_word(at, &["function", "table", "view", "schema", "type", "column"]) {
        return if words.is_identifier(at) && is_kind(words, at, after) { NamePosition::Object } else { NamePosition::Relation };
    }
    // The key of an option.
    if words.operator(after, "=") && after == at + 1 {
        return NamePosition::Own;
    }
    if called { NamePosition::Call } else { NamePosition::Object }
}

/// `ON AGGREGATE f(…)`: a word for a kind of object, with the name after it.
fn is_kind(words: &Words<'_>, at: usize, after: usize) -> bool {
    after == at + 1
        && words.is(at, Kind::Identifier)
        && (words.is_identifier(after) || words.is(after, Kind::Operator))
        && spelled_keyword(words.spelled(at)).is_some()
}
