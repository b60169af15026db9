//! Gathers the names that a text uses, clause by clause: what is surely a name, and what may only be a column or an alias.

use super::clauses::{Clause, NamePosition, ParenthesisLevel, Shape};
use super::header::Mark;
use super::keywords::{Keyword, LONGEST, is_structural, keyword, lowered};
use super::literals;
use super::uses::{arguments, push};
use crate::model::statement::{Form, Strength, Uses};
use crate::sql::lexer::Kind;
use crate::sql::words::Words;

/// A name with all its parts, as it was found.
#[derive(Debug)]
struct FoundName {
    parts: Vec<String>,
    form: Form,
    strength: Strength,
    /// Not a column, a parameter or an alias.
    anchored: bool,
}

/// Walks over the tokens of one text.
pub struct Walk<'a, 'b> {
    words: &'b Words<'a>,
    marks: &'b [Mark],
    /// Names that mean something of the statement's own.
    locals: &'b [String],
    /// For names that PostgreSQL looks for.
    sure: Strength,
    /// How deep string constants are looked into.
    nesting: u8,
    levels: Vec<ParenthesisLevel>,
    /// Names of WITH queries and how many levels were open.
    queries: Vec<(String, usize)>,
    found: Vec<FoundName>,
}

/// The names that the tokens use; `nesting` is how many strings inside strings are looked into.
pub fn used(words: &Words<'_>, marks: &[Mark], locals: &[String], sure: Strength, nesting: u8) -> Vec<Uses> {
    let mut walk = Walk {
        words,
        marks,
        locals,
        sure,
        nesting,
        levels: vec![ParenthesisLevel::default()],
        queries: Vec::new(),
        found: Vec::with_capacity(words.len() / 2 + 1),
    };
    let mut at = 0;
    while at < words.len() {
        at = walk.token(at).max(at + 1);
    }
    while !walk.levels.is_empty() {
        walk.close();
    }
    walk.uses()
}

impl Walk<'_, '_> {
    fn mark(&self, at: usize) -> Mark {
        self.marks.get(at).copied().unwrap_or_default()
    }

    fn level(&self) -> &ParenthesisLevel {
        static BOTTOM: ParenthesisLevel = ParenthesisLevel::BOTTOM;
        self.levels.last().unwrap_or(&BOTTOM)
    }

    fn level_mut(&mut self) -> &mut ParenthesisLevel {
        if self.levels.is_empty() {
            self.levels.push(ParenthesisLevel::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    /// Reads what begins at a token; the place after it.
    fn token(&mut self, at: usize) -> usize {
        match self.words.kind(at) {
            Some(Kind::OpenParen) => self.open(at),
            Some(Kind::CloseParen) => self.close(),
            Some(Kind::Semicolon) => self.next_statement(),
            Some(Kind::Comma) => self.level_mut().comma(),
            Some(Kind::Operator) => self.operator(at),
            Some(kind) if kind.is_string() => self.literal(at),
            Some(kind) if kind.is_identifier() => return self.identifier(at),
            _ => {}
        }
        at + 1
    }

    fn open(&mut self, at: usize) {
        let mut level = self.level().inside(self.words, at);
        level.start = self.found.len();
        self.levels.push(level);
    }

    fn close(&mut self) {
        let Some(level) = self.levels.pop() else { return };
        self.forget_aliases(&level);
        self.queries.retain(|(_, depth)| *depth <= self.levels.len());
        if self.levels.is_empty() {
            return;
        }
        let depth = self.levels.len();
        let parent = self.level_mut();
        parent.expect = false;
        if let Some(query) = parent.pending_query.take() {
            self.queries.push((query, depth));
        }
    }

    fn next_statement(&mut self) {
        if let [_] = self.levels.as_slice() {
            self.close();
            self.levels.push(ParenthesisLevel::starting_at(self.found.len()));
        } else {
            self.level_mut().next_statement();
        }
    }

    /// Columns of what has an alias in this query are no names; a function can still be written like a column.
    fn forget_aliases(&mut self, level: &ParenthesisLevel) {
        if level.aliases.is_empty() {
            return;
        }
        let mut at = 0;
        self.found.retain_mut(|found| {
            at += 1;
            if at <= level.start || found.anchored || !found.parts.first().is_some_and(|head| level.aliases.contains(head)) {
                return true;
            }
            found.parts.remove(0);
            found.strength = Strength::Loose;
            !found.parts.is_empty()
        });
    }

    fn operator(&mut self, at: usize) {
        let operator = self.words.spelled(at);
        if self.mark(at) == Mark::Skip || (operator == "=" && !self.level().query) || self.is_star(at) {
            return;
        }
        // Before %TYPE stands a type, not a number.
        if operator == "%" && self.words.any_word(at + 1, &["type", "rowtype"]) {
            return;
        }
        let weak = self.mark(at) == Mark::Loose || (self.sure != Strength::Bound && is_builtin(operator));
        let strength = if weak { Strength::Loose } else { self.sure };
        self.found.push(FoundName { parts: vec![operator.to_owned()], form: Form::Operator, strength, anchored: true });
    }

    fn is_star(&self, at: usize) -> bool {
        let (before, words) = (at.wrapping_sub(1), self.words);
        words.operator(at, "*")
            && (matches!(words.kind(before), None | Some(Kind::Dot | Kind::OpenParen | Kind::Comma))
                || words.any_word(before, &["select", "returning", "all", "distinct"])
                || matches!(words.kind(at + 1), None | Some(Kind::CloseParen | Kind::Comma | Kind::Semicolon)))
    }

    fn literal(&mut self, at: usize) {
        let words = self.words;
        if self.mark(at) == Mark::Skip || self.nesting == 0 {
            return;
        }
        let Some(text) = words.string(at) else { return };
        let (before, cast) = (at.wrapping_sub(1), at + 2);
        let is_reg = |at: usize| words.identifier(at).is_some_and(|name| name.starts_with("reg"));
        let argument = self.level().call && matches!(words.kind(before), Some(Kind::OpenParen | Kind::Comma));
        let looked_up = (words.is(at + 1, Kind::DoubleColon) && (is_reg(cast) || is_reg(cast + 2))) || is_reg(before);
        let meant = if self.mark(at) != Mark::Loose && (looked_up || argument) { self.sure } else { Strength::Loose };
        for found in literals::names(&text, meant, self.nesting - 1) {
            let parts = found.name.schema.into_iter().chain([found.name.name]).collect();
            self.found.push(FoundName { parts, form: found.form, strength: found.strength, anchored: true });
        }
    }

    fn identifier(&mut self, at: usize) -> usize {
        let words = self.words;
        let plain = words.is(at, Kind::Identifier);
        let qualified = words.is(at + 1, Kind::Dot);
        let mut class = None;
        if plain && !qualified {
            let mut buffer = [0; LONGEST];
            let word = lowered(words.spelled(at), &mut buffer);
            class = keyword(word);
            self.keyword(word, at);
            if class == Some(Keyword::Reserved) {
                return at + 1;
            }
        }
        let (parts, after) = words.chain(at);
        if self.mark(at) == Mark::Skip {
            return after;
        }
        // OPERATOR(schema.+)
        if words.is(after, Kind::Dot) && words.is(after + 1, Kind::Operator) && !words.operator(after + 1, "*")
            || (words.is(after, Kind::Dot) && words.word(at.wrapping_sub(2), "operator"))
        {
            let operator = words.spelled(after + 1).to_owned();
            let parts = parts.into_iter().chain([operator]).collect();
            let strength = if self.mark(at) == Mark::Loose { Strength::Loose } else { self.sure };
            self.found.push(FoundName { parts, form: Form::Operator, strength, anchored: true });
            return after + 2;
        }
        self.name(at, after, parts, class);
        after
    }

    /// What a word changes for the words after it.
    fn keyword(&mut self, word: &str, at: usize) {
        let words = self.words;
        if self.mark(at) == Mark::Skip {
            return;
        }
        if word == "with"
            && let Some(recursive) = with_query(words, at + 1)
        {
            let level = self.level_mut();
            level.query = true;
            level.clause = Clause::With { recursive };
            return;
        }
        self.level_mut().keyword(words, word, at);
    }

    fn name(&mut self, at: usize, after: usize, mut parts: Vec<String>, class: Option<Keyword>) {
        let words = self.words;
        let called = words.is(after, Kind::OpenParen);
        let place = self.level().place(words, at, after, self.mark(at), called);
        if parts.len() == 1 && self.with_query_begins(at, after, &parts) {
            return;
        }
        if !called && parts.first().is_some_and(|head| self.queries.iter().any(|(name, _)| name == head)) {
            // The name of a WITH query hides every other one.
            let level = self.level_mut();
            level.expect = false;
            return;
        }
        let mut add =
            |parts: Vec<String>, form, strength, anchored| self.found.push(FoundName { parts, form, strength, anchored });
        let plain = words.is(at, Kind::Identifier);
        let structural = plain && parts.len() == 1 && parts.first().is_some_and(|word| is_structural(word));
        match place {
            NamePosition::Call | NamePosition::Perhaps | NamePosition::Object if structural => {}
            NamePosition::Own => {}
            NamePosition::Alias => {
                let level = self.level_mut();
                level.aliases.append(&mut parts);
            }
            NamePosition::Column => {
                // Of `t.c` only the relation is a name that others create.
                parts.pop();
                if !parts.is_empty() {
                    add(parts, Form::Plain, self.sure, true);
                }
            }
            NamePosition::Relation => {
                let alias = parts.last().cloned();
                let form = if called && self.level().is_from_item() { Form::Call(arguments(words, after)) } else { Form::Plain };
                self.found.push(FoundName { parts, form, strength: self.sure, anchored: true });
                let level = self.level_mut();
                level.expect = false;
                if level.query {
                    level.aliases.extend(alias);
                }
            }
            NamePosition::Type => add(parts, Form::Plain, self.sure, true),
            NamePosition::TriggerFunction => add(parts, Form::Call(0), self.sure, true),
            NamePosition::Call => add(parts, Form::Call(arguments(words, after)), self.sure, true),
            NamePosition::Perhaps => add(parts, Form::Plain, Strength::Loose, false),
            NamePosition::Object => {
                let weak = parts.len() == 1 && class.is_some();
                let form = if called { Form::Call(arguments(words, after)) } else { Form::Plain };
                add(parts, form, if weak { Strength::Loose } else { self.sure }, called);
            }
        }
    }

    /// `name [(…)] AS [NOT] [MATERIALIZED] (` in WITH: the name of a query.
    fn with_query_begins(&mut self, at: usize, after: usize, parts: &[String]) -> bool {
        let Clause::With { recursive } = self.level().clause else { return false };
        let Some(name) = parts.first() else { return false };
        if with_query_at(self.words, at).is_none() || after != at + 1 {
            return false;
        }
        let depth = self.levels.len();
        if recursive {
            self.queries.push((name.clone(), depth));
        } else {
            self.level_mut().pending_query = Some(name.clone());
        }
        if self.words.is(after, Kind::OpenParen) {
            // Its column list would end the query's name too early.
            self.level_mut().shape_of_next = Some(Shape::Own);
        }
        true
    }

    /// Every name with its schema and every schema by itself, each once, with its greatest strength.
    fn uses(self) -> Vec<Uses> {
        let mut uses = Vec::with_capacity(self.found.len());
        for found in self.found {
            let local = !found.anchored && found.parts.first().is_some_and(|head| self.locals.contains(head));
            let own = local
                || (found.parts.len() > 1 && matches!(found.parts.first().map(String::as_str), Some("new" | "old" | "excluded")));
            if own && !found.anchored {
                continue;
            }
            push(&mut uses, found.parts, found.form, found.strength);
        }
        uses
    }
}

/// Whether WITH queries begin here, and whether they are recursive.
fn with_query(words: &Words<'_>, at: usize) -> Option<bool> {
    let recursive = words.word(at, "recursive") && !words.any_word(at + 1, &["as"]);
    with_query_at(words, at + usize::from(recursive)).map(|()| recursive)
}

fn with_query_at(words: &Words<'_>, at: usize) -> Option<()> {
    let mut next = at + 1;
    if words.is(next, Kind::OpenParen) {
        next = words.after_parens(next);
    }
    if !words.is_identifier(at) || !words.word(next, "as") {
        return None;
    }
    next += 1;
    next += usize::from(words.word(next, "not"));
    next += usize::from(words.word(next, "materialized"));
    words.is(next, Kind::OpenParen).then_some(())
}

/// Operators that exist for many types everywhere: a body that uses one mostly means PostgreSQL's own.
fn is_builtin(operator: &str) -> bool {
    const BUILTIN: &[&str] = &[
        "=", "<>", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "^", "||", "~", "!~", "~*", "!~*", "->", "->>", "#>",
        "#>>", "@>", "<@", "&&", "&", "|", "#", "?", "@@", "<<", ">>", "=>",
    ];
    BUILTIN.contains(&operator)
}
