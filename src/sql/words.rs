//! A statement's tokens without white space and comments, with the questions its readers ask.

use std::borrow::Cow;

use super::decode;
use super::lexer::{Kind, LexError, Lexer, Token};
use crate::model::statement::Conforming;

/// Some tokens of a text that follow each other. Every question about a place past the end has the answer no.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    pub text: &'a str,
    pub tokens: &'a [Token],
    pub conforming: Conforming,
}

impl<'a> Words<'a> {
    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The kind of a token.
    pub fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// Whether a token is of this kind.
    pub fn is(&self, at: usize, kind: Kind) -> bool {
        self.kind(at) == Some(kind)
    }

    /// A token as it is spelled.
    pub fn spelled(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text(self.text))
    }

    /// Whether a token is this unquoted word, given in lower case.
    pub fn word(&self, at: usize, word: &str) -> bool {
        self.is(at, Kind::Identifier) && self.spelled(at).eq_ignore_ascii_case(word)
    }

    /// Whether a token is one of these unquoted words.
    pub fn any_word(&self, at: usize, words: &[&str]) -> bool {
        self.is(at, Kind::Identifier) && {
            let spelled = self.spelled(at);
            words.iter().any(|word| spelled.eq_ignore_ascii_case(word))
        }
    }

    /// Whether the unquoted words follow each other from here on.
    pub fn words(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(n, word)| self.word(at + n, word))
    }

    /// Whether a token is a name or a key word.
    pub fn is_identifier(&self, at: usize) -> bool {
        self.kind(at).is_some_and(Kind::is_identifier)
    }

    /// Whether a token is this operator.
    pub fn operator(&self, at: usize, operator: &str) -> bool {
        self.is(at, Kind::Operator) && self.spelled(at) == operator
    }

    /// The identifier as PostgreSQL stores it.
    pub fn identifier(&self, at: usize) -> Option<String> {
        decode::identifier(self.tokens.get(at)?, self.text)
    }

    /// The text of a string constant.
    pub fn string(&self, at: usize) -> Option<Cow<'a, str>> {
        decode::string(self.tokens.get(at)?, self.text, self.conforming)
    }

    /// The place after `a.b.c` that begins here; the same place if no name begins here.
    pub fn after_chain(&self, at: usize) -> usize {
        let mut next = at;
        while self.is_identifier(next) {
            next += 1;
            if !self.is(next, Kind::Dot) || !self.is_identifier(next + 1) {
                break;
            }
            next += 1;
        }
        next
    }

    /// The parts of `a.b.c` that begins here, and the place after it; no part if no name begins here.
    pub fn chain(&self, at: usize) -> (Vec<String>, usize) {
        let mut parts = Vec::new();
        let mut next = at;
        while let Some(part) = self.identifier(next) {
            parts.push(part);
            next += 1;
            if !self.is(next, Kind::Dot) || !self.is_identifier(next + 1) {
                break;
            }
            next += 1;
        }
        (parts, next)
    }

    /// The place after the parenthesis that closes the one here; the end if none does.
    pub fn after_parens(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for at in open..self.len() {
            match self.kind(at) {
                Some(Kind::OpenParen | Kind::OpenBracket) => depth += 1,
                Some(Kind::CloseParen | Kind::CloseBracket) => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at + 1;
                    }
                }
                _ => {}
            }
        }
        self.len()
    }

    /// The places between commas inside the parenthesis that opens here: `from..to` of each item, none for `()`.
    pub fn items(&self, open: usize) -> Vec<(usize, usize)> {
        let end = self.after_parens(open);
        let close = if self.is(end.wrapping_sub(1), Kind::CloseParen) { end - 1 } else { end };
        let mut items = Vec::new();
        let (mut from, mut at) = (open + 1, open + 1);
        while at < close {
            match self.kind(at) {
                Some(Kind::OpenParen | Kind::OpenBracket) => {
                    at = self.after_parens(at);
                    continue;
                }
                Some(Kind::Comma) => {
                    items.push((from, at));
                    from = at + 1;
                }
                _ => {}
            }
            at += 1;
        }
        if from < close || !items.is_empty() {
            items.push((from, close));
        }
        items
    }
}

/// How many tokens there will be, so that most lists of them never grow; not too many for the text of a long file.
pub fn likely_tokens(text: &str) -> usize {
    (text.len() / 4).min(1_024) + 1
}

/// The tokens of a text without white space and comments.
pub fn significant(text: &str, conforming: Conforming) -> Result<Vec<Token>, LexError> {
    let mut tokens = Vec::with_capacity(likely_tokens(text));
    for token in Lexer::new(text, conforming) {
        let token = token?;
        if !token.kind.is_blank() {
            tokens.push(token);
        }
    }
    Ok(tokens)
}
