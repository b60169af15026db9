//! How the use of a name is written down, and how many arguments it is called with.

use crate::model::name::Name;
use crate::model::statement::{Form, Strength, Uses};
use crate::sql::lexer::Kind;
use crate::sql::words::Words;

/// `a.b.c` is a.b and b.c, and the schema a.
pub fn push(uses: &mut Vec<Uses>, mut parts: Vec<String>, form: Form, strength: Strength) {
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        uses.push(Uses { name: Name::bare(only), form, strength });
    }
    for (n, pair) in parts.windows(2).enumerate() {
        if let [schema, name] = pair {
            if n == 0 {
                uses.push(Uses { name: Name::bare(schema), form: Form::Plain, strength });
            }
            let form = if n + 2 == parts.len() { form } else { Form::Plain };
            uses.push(Uses { name: Name::qualified(schema, name), form, strength });
        }
    }
}

/// How many arguments the list that opens here has: `(*)` is none, and what follows ORDER BY does not count.
pub fn arguments(words: &Words<'_>, open: usize) -> usize {
    let end = words.after_parens(open);
    let (mut at, mut commas) = (open + 1, 0);
    if words.is(at, Kind::CloseParen) || (words.operator(at, "*") && words.is(at + 1, Kind::CloseParen)) {
        return 0;
    }
    while at < end && !words.word(at, "order") {
        match words.kind(at) {
            Some(Kind::OpenParen | Kind::OpenBracket) => {
                at = words.after_parens(at);
                continue;
            }
            Some(Kind::Comma) => commas += 1,
            _ => {}
        }
        at += 1;
    }
    commas + 1
}
