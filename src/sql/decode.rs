//! What quoted names and string constants say, once their quotes and escapes are taken off.

use std::borrow::Cow;

use super::lexer::{Kind, Token};
use crate::model::statement::Conforming;

/// PostgreSQL cuts longer names (NAMEDATALEN - 1).
const LONGEST_NAME: usize = 63;

/// The identifier as PostgreSQL stores it: folded or unquoted, and cut to 63 bytes; `None` for any other token.
pub fn identifier(token: &Token, text: &str) -> Option<String> {
    let spelled = token.text(text);
    let name = match token.kind {
        Kind::Identifier => spelled.to_ascii_lowercase(),
        Kind::QuotedIdentifier => inside(spelled, 1, '"').replace("\"\"", "\""),
        Kind::UnicodeIdentifier => unicode_escapes(&inside(spelled, 3, '"').replace("\"\"", "\"")),
        _ => return None,
    };
    Some(cut(name))
}

/// The text of a string constant; `None` for any other token.
pub fn string<'a>(token: &Token, text: &'a str, conforming: Conforming) -> Option<Cow<'a, str>> {
    let spelled = token.text(text);
    match token.kind {
        Kind::DollarString => {
            let tag = spelled.get(1..)?.find('$')? + 2;
            spelled.get(tag..spelled.len().checked_sub(tag)?).map(Cow::Borrowed)
        }
        Kind::String => {
            let skip = usize::from(!spelled.starts_with('\''));
            Some(quoted(spelled.get(skip..)?, conforming == Conforming::Off))
        }
        Kind::EscapeString => Some(quoted(spelled.get(1..)?, true)),
        Kind::UnicodeString => Some(Cow::Owned(unicode_escapes(&quoted(spelled.get(2..)?, false)))),
        _ => None,
    }
}

fn inside(spelled: &str, skip: usize, quote: char) -> &str {
    spelled.get(skip..).and_then(|rest| rest.strip_suffix(quote)).unwrap_or("")
}

fn cut(mut name: String) -> String {
    if name.len() > LONGEST_NAME {
        let mut end = LONGEST_NAME;
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
    }
    name
}

/// `spelled` begins with a quote; its parts on continuation lines are joined.
fn quoted(spelled: &str, backslash: bool) -> Cow<'_, str> {
    let Some(body) = spelled.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) else { return Cow::Borrowed("") };
    let escaped = backslash && body.contains('\\');
    if !escaped && !body.contains('\'') {
        return Cow::Borrowed(body);
    }
    let mut said = String::with_capacity(body.len());
    let mut chars = body.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' if chars.peek() == Some(&'\'') => {
                chars.next();
                said.push('\'');
            }
            // The end of a part: the next one begins after the next quote that is not in a comment.
            '\'' => skip_to_next_part(&mut chars),
            '\\' if backslash => escape(&mut chars, &mut said),
            _ => said.push(c),
        }
    }
    Cow::Owned(said)
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_to_next_part(chars: &mut Chars<'_>) {
    while let Some(c) = chars.next() {
        match c {
            '\'' => return,
            '-' => while chars.next_if(|&c| c != '\n' && c != '\r').is_some() {},
            _ => {}
        }
    }
}

/// The escapes of `E'…'` (manual, section 4.1.2.2); bytes beyond ASCII that are written one by one are left out.
fn escape(chars: &mut Chars<'_>, said: &mut String) {
    let Some(c) = chars.next() else { return };
    let code = |chars: &mut Chars<'_>, radix, most| {
        let mut value = 0;
        for _ in 0..most {
            let Some(digit) = chars.peek().and_then(|c| c.to_digit(radix)) else { break };
            value = value * radix + digit;
            chars.next();
        }
        char::from_u32(value)
    };
    let meant = match c {
        'n' => Some('\n'),
        't' => Some('\t'),
        'r' => Some('\r'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'x' => code(chars, 16, 2).filter(char::is_ascii),
        'u' => code(chars, 16, 4),
        'U' => code(chars, 16, 8),
        '0'..='7' => {
            let first = c.to_digit(8).unwrap_or(0);
            let mut value = first;
            while let Some(digit) = chars.next_if(|c| c.is_digit(8)).and_then(|c| c.to_digit(8)) {
                value = (value * 8 + digit) & 0xFF;
            }
            char::from_u32(value).filter(char::is_ascii)
        }
        other => Some(other),
    };
    said.extend(meant);
}

/// `\XXXX`, `\+XXXXXX` and `\\` (manual, section 4.1.2.3), with the default escape character.
fn unicode_escapes(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        said.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('\\') {
            said.push('\\');
            rest = after;
            continue;
        }
        let (skip, digits) = if rest.starts_with('+') { (1, 6) } else { (0, 4) };
        let Some(code) = rest.get(skip..skip + digits) else { break };
        said.extend(u32::from_str_radix(code, 16).ok().and_then(char::from_u32));
        rest = &rest[skip + digits..];
    }
    said.push_str(rest);
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::lexer::Lexer;

    fn first(text: &str) -> Token {
        Lexer::new(text, Conforming::On).next().unwrap().unwrap()
    }

    #[test]
    fn names_are_folded_unquoted_and_cut() {
        let name = |text: &str| identifier(&first(text), text).unwrap();
        assert_eq!(name("Foo"), "foo");
        assert_eq!(name("ÄÖ"), "ÄÖ");
        assert_eq!(name("\"Fo\"\"o\""), "Fo\"o");
        assert_eq!(name("U&\"d\\0061t\\+000061\""), "data");
        assert_eq!(name(&"é".repeat(40)), "é".repeat(31));
    }

    #[test]
    fn constants_lose_quotes_and_escapes() {
        let said = |text: &str| string(&first(text), text, Conforming::On).unwrap().into_owned();
        assert_eq!(said("'it''s \\n'"), "it's \\n");
        assert_eq!(said("E'it\\'s\\n\\x41\\101\\u00e9'"), "it's\nAAé");
        assert_eq!(said("$a$x $$ y$a$"), "x $$ y");
        assert_eq!(said("'a' -- it's\n 'b'"), "ab");
        assert_eq!(said("U&'\\0441'"), "с");
        assert_eq!(said("n'x'"), "x");
        let text = "'a\\'b'";
        let token = Lexer::new(text, Conforming::Off).next().unwrap().unwrap();
        assert_eq!(string(&token, text, Conforming::Off).unwrap(), "a'b");
    }
}
