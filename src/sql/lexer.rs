//! PostgreSQL's lexical rules (manual, section 4.1; `scan.l`), over bytes, without losing any of them.

use std::fmt;

use crate::model::statement::Conforming;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Space,
    LineComment,
    BlockComment,
    Identifier,
    QuotedIdentifier,
    /// `U&"…"`
    UnicodeIdentifier,
    /// `'…'` and `N'…'`, with its continuation lines like all string constants.
    String,
    /// `E'…'`
    EscapeString,
    /// `B'…'` and `X'…'`
    BitString,
    /// `U&'…'`
    UnicodeString,
    DollarString,
    Number,
    /// `$1`
    Parameter,
    Operator,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    Comma,
    Semicolon,
    Dot,
    /// `..`
    DotDot,
    Colon,
    /// `::`
    DoubleColon,
    /// `:=`
    ColonEquals,
    /// No SQL outside quotes: where psql's own commands begin.
    Backslash,
    /// A character that PostgreSQL does not know here.
    Other,
}

impl Kind {
    /// Whether the token is white space or a comment.
    pub fn is_blank(self) -> bool {
        matches!(self, Kind::Space | Kind::LineComment | Kind::BlockComment)
    }

    /// Whether the token is a name or a key word.
    pub fn is_identifier(self) -> bool {
        matches!(self, Kind::Identifier | Kind::QuotedIdentifier | Kind::UnicodeIdentifier)
    }

    /// Whether the token is a constant with text in it.
    pub fn is_string(self) -> bool {
        matches!(self, Kind::String | Kind::EscapeString | Kind::UnicodeString | Kind::DollarString)
    }
}

/// A token: its kind and its bytes in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

impl Token {
    /// Its text in the text that was lexed.
    pub fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// What began and never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unterminated {
    String,
    QuotedIdentifier,
    DollarString,
    BlockComment,
}

impl fmt::Display for Unterminated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unterminated::String => "unterminated quoted string",
            Unterminated::QuotedIdentifier => "unterminated quoted identifier",
            Unterminated::DollarString => "unterminated dollar-quoted string",
            Unterminated::BlockComment => "unterminated /* comment",
        })
    }
}

/// The byte at which something begins that never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LexError {
    pub what: Unterminated,
    pub start: usize,
}

/// Gives the tokens of a text one after the other, white space and comments included; together they cover it.
#[derive(Debug, Clone)]
pub struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    conforming: Conforming,
}

impl<'a> Lexer<'a> {
    /// A lexer at the beginning of `text`.
    pub fn new(text: &'a str, conforming: Conforming) -> Self {
        Lexer { bytes: text.as_bytes(), at: 0, conforming }
    }

    /// Reads what follows with another `standard_conforming_strings`.
    pub fn conform(&mut self, conforming: Conforming) {
        self.conforming = conforming;
    }

    /// Goes to the end of the line without looking at it: a psql command is not SQL.
    pub fn skip_line(&mut self) {
        self.at = self.until(self.at, |b| b == b'\n');
    }

    #[inline]
    fn peek(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    #[inline]
    fn until(&self, from: usize, stop: impl Fn(u8) -> bool) -> usize {
        let mut at = from;
        while let Some(&byte) = self.bytes.get(at)
            && !stop(byte)
        {
            at += 1;
        }
        at.min(self.bytes.len())
    }

    #[inline]
    fn token(&mut self, first: u8) -> Result<(Kind, usize), LexError> {
        let at = self.at;
        let next = self.peek(at + 1);
        Ok(match CLASS[first as usize] {
            Class::Space => (Kind::Space, self.until(at, |b| CLASS[b as usize] != Class::Space)),
            Class::Letter => return self.word(first, next),
            Class::Digit => (Kind::Number, self.number(at)),
            Class::Quote => (Kind::String, self.string(at, at, self.escapes())?),
            Class::DoubleQuote => (Kind::QuotedIdentifier, self.quoted_identifier(at, at + 1)?),
            Class::Dollar => return self.dollar(next),
            Class::Operator => match (first, next) {
                (b'-', b'-') => (Kind::LineComment, self.until(at, |b| matches!(b, b'\n' | b'\r'))),
                (b'/', b'*') => (Kind::BlockComment, self.block_comment(at)?),
                _ => (Kind::Operator, self.operator(at)),
            },
            Class::Punctuation => self.punctuation(first, next),
            Class::Other => (Kind::Other, self.until(at + 1, |b| (b & 0xC0) != 0x80)),
        })
    }

    #[inline]
    fn punctuation(&self, first: u8, next: u8) -> (Kind, usize) {
        let at = self.at;
        match (first, next) {
            (b'(', _) => (Kind::OpenParen, at + 1),
            (b')', _) => (Kind::CloseParen, at + 1),
            (b'[', _) => (Kind::OpenBracket, at + 1),
            (b']', _) => (Kind::CloseBracket, at + 1),
            (b',', _) => (Kind::Comma, at + 1),
            (b';', _) => (Kind::Semicolon, at + 1),
            (b'.', b'.') => (Kind::DotDot, at + 2),
            (b'.', b'0'..=b'9') => (Kind::Number, self.number(at)),
            (b'.', _) => (Kind::Dot, at + 1),
            (b':', b':') => (Kind::DoubleColon, at + 2),
            (b':', b'=') => (Kind::ColonEquals, at + 2),
            (b':', _) => (Kind::Colon, at + 1),
            (b'\\', _) => (Kind::Backslash, at + 1),
            _ => (Kind::Other, at + 1),
        }
    }

    fn escapes(&self) -> Escapes {
        match self.conforming {
            Conforming::On => Escapes::None,
            Conforming::Off => Escapes::Backslash,
        }
    }

    #[inline]
    fn word(&self, first: u8, next: u8) -> Result<(Kind, usize), LexError> {
        let at = self.at;
        if next == b'\'' {
            match first {
                b'e' | b'E' => return Ok((Kind::EscapeString, self.string(at, at + 1, Escapes::Backslash)?)),
                b'b' | b'B' | b'x' | b'X' => return Ok((Kind::BitString, self.string(at, at + 1, Escapes::None)?)),
                b'n' | b'N' => return Ok((Kind::String, self.string(at, at + 1, self.escapes())?)),
                _ => {}
            }
        } else if next == b'&' && matches!(first, b'u' | b'U') {
            match self.peek(at + 2) {
                b'\'' => return Ok((Kind::UnicodeString, self.string(at, at + 2, Escapes::None)?)),
                b'"' => return Ok((Kind::UnicodeIdentifier, self.quoted_identifier(at, at + 3)?)),
                _ => {}
            }
        }
        Ok((Kind::Identifier, self.until(at + 1, |b| !continues_identifier(b))))
    }

    /// `open` is the first quote; `start` is where the whole constant begins.
    fn string(&self, start: usize, open: usize, escapes: Escapes) -> Result<usize, LexError> {
        let mut at = open + 1;
        loop {
            at = self.until(at, |b| b == b'\'' || (b == b'\\' && escapes == Escapes::Backslash));
            match (self.bytes.get(at), self.bytes.get(at + 1)) {
                (None, _) => return Err(LexError { what: Unterminated::String, start }),
                (Some(b'\\'), _) | (Some(_), Some(b'\'')) => at += 2,
                _ => match self.continuation(at + 1) {
                    Some(quote) => at = quote + 1,
                    None => return Ok(at + 1),
                },
            }
        }
    }

    /// Where the next part of a string constant begins: after white space with a line break, and comments to the end of a line.
    fn continuation(&self, from: usize) -> Option<usize> {
        let mut at = from;
        let mut broken = false;
        loop {
            match self.peek(at) {
                b'\n' | b'\r' => {
                    broken = true;
                    at += 1;
                }
                b' ' | b'\t' | 0x0b | 0x0c => at += 1,
                b'-' if self.peek(at + 1) == b'-' => {
                    at = self.until(at, |b| matches!(b, b'\n' | b'\r'));
                    // A comment after the line break must end with another one: at the end of the text it does not.
                    if at >= self.bytes.len() {
                        return None;
                    }
                }
                b'\'' if broken => return Some(at),
                _ => return None,
            }
        }
    }

    fn quoted_identifier(&self, start: usize, inside: usize) -> Result<usize, LexError> {
        let mut at = inside;
        loop {
            at = self.until(at, |b| b == b'"');
            match (self.bytes.get(at), self.bytes.get(at + 1)) {
                (None, _) => return Err(LexError { what: Unterminated::QuotedIdentifier, start }),
                (_, Some(b'"')) => at += 2,
                _ => return Ok(at + 1),
            }
        }
    }

    fn dollar(&self, next: u8) -> Result<(Kind, usize), LexError> {
        let at = self.at;
        if next.is_ascii_digit() {
            return Ok((Kind::Parameter, self.until(at + 1, |b| !b.is_ascii_digit())));
        }
        let tag_end = self.until(at + 1, |b| b == b'$' || !continues_identifier(b));
        if self.peek(tag_end) != b'$' {
            return Ok((Kind::Other, at + 1));
        }
        let tag = &self.bytes[at..=tag_end];
        let mut from = tag_end + 1;
        loop {
            from = self.until(from, |b| b == b'$');
            if from >= self.bytes.len() {
                return Err(LexError { what: Unterminated::DollarString, start: at });
            }
            if self.bytes[from..].starts_with(tag) {
                return Ok((Kind::DollarString, from + tag.len()));
            }
            from += 1;
        }
    }

    fn block_comment(&self, start: usize) -> Result<usize, LexError> {
        let (mut at, mut depth) = (start + 2, 1_usize);
        loop {
            at = self.until(at, |b| b == b'*' || b == b'/');
            match (self.bytes.get(at), self.peek(at + 1)) {
                (None, _) => return Err(LexError { what: Unterminated::BlockComment, start }),
                (Some(b'/'), b'*') => (at, depth) = (at + 2, depth + 1),
                (Some(b'*'), b'/') => {
                    (at, depth) = (at + 2, depth - 1);
                    if depth == 0 {
                        return Ok(at);
                    }
                }
                _ => at += 1,
            }
        }
    }

    /// Digits with `_`, `0x…`, a fraction unless it is `..`, an exponent; what is glued to it is lexed by itself.
    fn number(&self, start: usize) -> usize {
        let digits = |from| self.until(from, |b| !(b.is_ascii_digit() || b == b'_'));
        if self.peek(start) == b'0' && matches!(self.peek(start + 1), b'x' | b'X' | b'o' | b'O' | b'b' | b'B') {
            let end = self.until(start + 2, |b| !(b.is_ascii_hexdigit() || b == b'_'));
            if end > start + 2 {
                return end;
            }
        }
        let mut end = digits(start);
        if self.peek(end) == b'.' && self.peek(end + 1) != b'.' {
            end = digits(end + 1);
        }
        if matches!(self.peek(end), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(end + 1), b'+' | b'-'));
            if self.peek(end + 1 + sign).is_ascii_digit() {
                end = digits(end + 1 + sign);
            }
        }
        end
    }

    /// PostgreSQL's rule: a comment ends an operator, and only unusual operators may end in `+` or `-`.
    fn operator(&self, start: usize) -> usize {
        let mut end = self.until(start, |b| CLASS[b as usize] != Class::Operator);
        let run = &self.bytes[start..end];
        if let Some(n) = run.windows(2).position(|pair| pair == b"--" || pair == b"/*") {
            end = start + n.max(1);
        }
        let unusual = |b: &u8| matches!(b, b'~' | b'!' | b'@' | b'#' | b'^' | b'&' | b'|' | b'`' | b'?' | b'%');
        while end > start + 1 && matches!(self.bytes[end - 1], b'+' | b'-') && !self.bytes[start..end - 1].iter().any(unusual) {
            end -= 1;
        }
        end
    }
}

impl Iterator for Lexer<'_> {
    type Item = Result<Token, LexError>;

    /// After an error nothing follows: the rest belongs to what never ends.
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let &first = self.bytes.get(self.at)?;
        let start = self.at;
        Some(match self.token(first) {
            Ok((kind, end)) => {
                self.at = end;
                Ok(Token { kind, start, end })
            }
            Err(error) => {
                self.at = self.bytes.len();
                Err(error)
            }
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    None,
    Backslash,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Letter,
    Digit,
    Quote,
    DoubleQuote,
    Dollar,
    Operator,
    Punctuation,
    Other,
}

/// Every byte above 127 is a letter to PostgreSQL. A static: a constant would be copied for every token.
static CLASS: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => Class::Space,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'\'' => Class::Quote,
            b'"' => Class::DoubleQuote,
            b'$' => Class::Dollar,
            b'~' | b'!' | b'@' | b'#' | b'^' | b'&' | b'|' | b'`' | b'?' | b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>'
            | b'=' => Class::Operator,
            b'(' | b')' | b'[' | b']' | b',' | b';' | b'.' | b':' | b'\\' => Class::Punctuation,
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
};

fn continues_identifier(byte: u8) -> bool {
    matches!(CLASS[byte as usize], Class::Letter | Class::Digit | Class::Dollar)
}
