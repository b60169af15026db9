//! Texts of any kind: the lexer leaves nothing out, and nothing that reads a text breaks.

use proptest::prelude::*;

use super::lexer::{Kind, Lexer};
use super::mentions::messages;
use crate::model::statement::Conforming;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn tokens_joined_give_the_file(parts in prop::collection::vec(sql_part(), 0..24)) {
        let text: String = parts.concat();
        for conforming in [Conforming::On, Conforming::Off] {
            let mut end = 0;
            let mut broken = None;
            for token in Lexer::new(&text, conforming) {
                match token {
                    Ok(token) => {
                        prop_assert_eq!(token.start, end);
                        prop_assert!(token.end > token.start && text.is_char_boundary(token.end));
                        end = token.end;
                    }
                    Err(error) => broken = Some(error.start),
                }
            }
            prop_assert_eq!(broken.unwrap_or(text.len()), end);
        }
    }

    #[test]
    fn no_text_breaks_what_looks_for_names(parts in prop::collection::vec(sql_part(), 0..24), position in 0_usize..200) {
        let text: String = parts.concat();
        let _ = (messages::name_at(&text, position), messages::names_in(&text));
    }
}

/// A piece of SQL that matters to a lexer, or any text.
pub fn sql_part() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "CREATE ",
        "ALTER ",
        "FUNCTION ",
        "TABLE ",
        "VIEW ",
        "f",
        "(",
        ")",
        "a int",
        ",",
        " ",
        "\n",
        "--",
        "/*",
        "*/",
        "'",
        "''",
        "\"",
        "E'",
        "U&'",
        "U&\"",
        "$$",
        "$x$",
        "\\",
        ";",
        "BEGIN ",
        "ATOMIC ",
        "CASE ",
        "END",
        "SELECT ",
        "WITH ",
        " AS ",
        "FROM ",
        "1.5e3",
        "::",
        "..",
        ".",
        "$1",
        "<->",
        "-- pgmg: depends-on a.b\n",
        "\n-- pgmg: no-transaction\n",
        "SET ",
        "set_config(",
        "OPERATOR",
        "é",
        "LANGUAGE plpgsql ",
        "DECLARE ",
        "TYPE ",
        "IF NOT EXISTS ",
        "ON ",
        "RANGE",
        "\u{0}",
        "\u{feff}",
        "COPY ",
        "DO ",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

#[test]
fn comments_end_operators() {
    let kinds = |text: &str| -> Vec<(Kind, String)> {
        Lexer::new(text, Conforming::On).map(|token| token.unwrap()).map(|t| (t.kind, t.text(text).to_owned())).collect()
    };
    let operator = |text: &str| (Kind::Operator, text.to_owned());
    assert_eq!(kinds("|/* */"), [operator("|"), (Kind::BlockComment, "/* */".into())]);
    assert_eq!(kinds("=-1"), [operator("="), operator("-"), (Kind::Number, "1".into())]);
    assert_eq!(kinds("@-1"), [operator("@-"), (Kind::Number, "1".into())]);
    assert_eq!(kinds("<--x"), [operator("<"), (Kind::LineComment, "--x".into())]);
    assert_eq!(kinds("a$1"), [(Kind::Identifier, "a$1".into())]);
    assert_eq!(kinds("0x1F_f"), [(Kind::Number, "0x1F_f".into())]);
}
