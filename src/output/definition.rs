//! The difference between two definitions of an object, line by line.

use std::fmt::Write;

use similar::{ChangeTag, TextDiff};

use super::style::{BAD, FAINT, GOOD, paint};
use crate::model::plan::Redefinition;

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// A unified difference, each line after `indent`; with colours.
pub fn difference(change: &Redefinition, indent: &str) -> String {
    let mut text = String::new();
    let before = ended(&change.before);
    let after = ended(&change.after);
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    for group in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        let _ = writeln!(text, "{indent}{}", paint(FAINT, group.header()));
        for line in group.iter_changes() {
            let value = line.value().trim_end_matches('\n');
            let shown = match line.tag() {
                ChangeTag::Delete => paint(BAD, format_args!("-{value}")),
                ChangeTag::Insert => paint(GOOD, format_args!("+{value}")),
                ChangeTag::Equal => format!(" {value}"),
            };
            let _ = writeln!(text, "{indent}{shown}");
        }
    }
    text
}

/// The text with a line break at its end: a definition without one differs in nothing that matters.
fn ended(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_marked() {
        let change = Redefinition {
            before: "CREATE VIEW v AS\n SELECT a\n FROM t;".into(),
            after: "CREATE VIEW v AS\n SELECT b\n FROM t;\n".into(),
        };
        let shown = anstream::adapter::strip_str(&difference(&change, "  ")).to_string();
        assert_eq!(shown, "  @@ -1,3 +1,3 @@\n   CREATE VIEW v AS\n  - SELECT a\n  + SELECT b\n    FROM t;\n");
    }
}
