//! Cuts a file into its statements: at every semicolon that is in no parenthesis and in no `BEGIN ATOMIC … END`.

use super::lexer::{Kind, Lexer, Token};

/// Follows one statement token by token and knows whether a semicolon ends it.
#[derive(Debug, Default)]
pub struct Boundary {
    parens: usize,
    /// How many END are still to come inside BEGIN ATOMIC.
    atomic: usize,
    /// The last word was a BEGIN that may be followed by ATOMIC.
    begin: bool,
    /// The last token makes the next word a name: a dot, AS.
    naming: bool,
}

impl Boundary {
    /// Takes the next token that is no white space and no comment; whether it ends the statement.
    pub fn ends_at(&mut self, token: &Token, text: &str) -> bool {
        let (begin, naming) = (std::mem::take(&mut self.begin), std::mem::take(&mut self.naming));
        match token.kind {
            Kind::OpenParen => self.parens += 1,
            Kind::CloseParen => self.parens = self.parens.saturating_sub(1),
            Kind::Semicolon if self.parens == 0 && self.atomic == 0 => {
                *self = Boundary::default();
                return true;
            }
            Kind::Dot => self.naming = true,
            Kind::Identifier => self.word(token.text(text), begin, naming),
            _ => {}
        }
        false
    }

    fn word(&mut self, word: &str, begin: bool, naming: bool) {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        match word.len() {
            2 => self.naming = is("as"),
            3 if self.atomic > 0 && !naming && is("end") => self.atomic -= 1,
            4 if self.atomic > 0 && !naming && is("case") => self.atomic += 1,
            5 if self.atomic == 0 && !naming => self.begin = is("begin"),
            6 if begin && is("atomic") => self.atomic = 1,
            _ => {}
        }
    }
}

/// Why the reading of a statement ended.
pub enum Next {
    /// A semicolon or the end of the text was reached.
    Statement,
    /// A backslash outside quotes.
    Backslash(Token),
    /// Something never ends.
    Error(super::lexer::LexError),
    /// Nothing is left.
    End,
}

/// Reads the tokens of one statement into `tokens` (which is emptied first), without blanks and without the semicolon;
/// `comment` gets each comment with the statement's first token, if there was one before it.
pub fn next_statement(
    lexer: &mut Lexer<'_>,
    text: &str,
    tokens: &mut Vec<Token>,
    mut comment: impl FnMut(Token, Option<Token>),
) -> Next {
    tokens.clear();
    let mut boundary = Boundary::default();
    for token in lexer.by_ref() {
        match token {
            Err(error) => return Next::Error(error),
            Ok(token) if token.kind == Kind::Space => {}
            Ok(token) if token.kind.is_blank() => comment(token, tokens.first().copied()),
            Ok(token) if token.kind == Kind::Backslash => return Next::Backslash(token),
            Ok(token) if boundary.ends_at(&token, text) => return Next::Statement,
            Ok(token) => tokens.push(token),
        }
    }
    if tokens.is_empty() { Next::End } else { Next::Statement }
}
