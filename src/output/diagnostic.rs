//! Diagnostics like a compiler's: the sentence, the place with a caret, what PostgreSQL adds, at most one thing to do.

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::style::count;
use crate::error::{Error, Kind};
use crate::model::diagnostic::{Diagnostic, NoteLabel};
use crate::model::project::Place;
use crate::model::report::{self, Finding};

/// Columns that a diagnostic may take.
const WIDTH: usize = 120;

/// Everything that is wrong, with a closing line if there are several; with colours, and a line break at its end.
pub fn text(error: &Error) -> String {
    let renderer = Renderer::styled().term_width(WIDTH);
    let mut text = String::new();
    for diagnostic in &error.diagnostics {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&renderer.render(&groups(diagnostic, Level::ERROR)));
        text.push('\n');
    }
    if error.diagnostics.len() > 1 {
        let summary = summary(error);
        text.push('\n');
        text.push_str(&renderer.render(&[Group::with_title(Level::ERROR.primary_title(summary))]));
        text.push('\n');
    }
    text
}

/// One finding of a check, with a line break at its end.
pub(super) fn finding(finding: &Finding) -> String {
    let level = match finding.level {
        report::Severity::Error => Level::ERROR,
        report::Severity::Warning => Level::WARNING,
    };
    let renderer = Renderer::styled().term_width(WIDTH);
    let diagnostic = Diagnostic { code: Some(finding.rule.clone()), ..finding.diagnostic.clone() };
    renderer.render(&groups(&diagnostic, level)) + "\n"
}

fn summary(error: &Error) -> String {
    let noun = match error.kind {
        Kind::Sql | Kind::Unresolved => "root cause",
        _ => "error",
    };
    let causes = count(error.diagnostics.len(), noun);
    match error.diagnostics.iter().map(|diagnostic| diagnostic.waiting).sum() {
        0 => causes,
        1 => format!("{causes}; 1 statement waits for them"),
        waiting => format!("{causes}; {} wait for them", count(waiting, "statement")),
    }
}

fn groups<'a>(diagnostic: &'a Diagnostic, level: Level<'a>) -> Vec<Group<'a>> {
    let mut title = level.primary_title(visible(&diagnostic.message));
    if let Some(code) = &diagnostic.code {
        title = title.id(code.as_str());
    }
    let mut first = Group::with_title(title);
    if let Some(place) = &diagnostic.place {
        first = first.element(located(place, AnnotationKind::Primary));
    }
    let mut groups = vec![first];
    for (what, place) in &diagnostic.related {
        groups
            .push(Group::with_title(Level::NOTE.secondary_title(visible(what))).element(located(place, AnnotationKind::Primary)));
    }
    let last = groups.pop().unwrap_or_else(|| Group::with_level(Level::ERROR));
    groups.push(last.elements(notes(diagnostic)));
    groups
}

fn notes(diagnostic: &Diagnostic) -> Vec<Element<'_>> {
    let mut notes: Vec<Element<'_>> = Vec::new();
    for note in &diagnostic.notes {
        let level = match note.label {
            NoteLabel::Detail => Level::NOTE.with_name("DETAIL"),
            NoteLabel::Hint => Level::NOTE.with_name("HINT"),
            NoteLabel::Context => Level::NOTE.with_name("CONTEXT"),
            NoteLabel::Note => Level::NOTE,
        };
        notes.push(level.message(visible(&note.text)).into());
    }
    match diagnostic.waiting {
        0 => {}
        1 => notes.push(Level::NOTE.message("1 statement waits for this one").into()),
        waiting => notes.push(Level::NOTE.message(format!("{} wait for this one", count(waiting, "statement"))).into()),
    }
    if let Some(help) = &diagnostic.help {
        notes.push(Level::HELP.message(visible(help)).into());
    }
    notes
}

/// A place as precisely as it is known: file, line, or line with a caret.
fn located(place: &Place, kind: AnnotationKind) -> Element<'_> {
    if place.line == 0 {
        return Origin::path(visible(&place.path)).into();
    }
    let source = place.source.as_str();
    let byte = |character: usize| source.char_indices().nth(character).map_or(source.len(), |(i, _)| i);
    let snippet = Snippet::source(source).line_start(place.line);
    if place.column == 0 {
        // Nothing is underlined, so the line number has to be said with the path.
        let path = format!("{}:{}", visible(&place.path), place.line);
        return snippet.path(path).annotation(AnnotationKind::Visible.span(0..source.len())).into();
    }
    let begin = byte(place.column - 1);
    let end = byte(place.column - 1 + place.width.max(1));
    snippet.path(visible(&place.path)).annotation(kind.span(begin..end)).into()
}

/// The text without control characters that could play with the terminal.
pub(super) fn visible(text: &str) -> String {
    text.trim_end().chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(error: &Error) -> String {
        anstream::adapter::strip_str(&text(error)).to_string()
    }

    fn place(source: &str, column: usize, width: usize) -> Place {
        Place { path: "sql/x.sql".into(), line: 3, column, source: source.into(), width }
    }

    fn at(place: Place) -> String {
        shown(&Error::new(Kind::Sql, Diagnostic::new("no").at(place)))
    }

    #[test]
    fn everything_a_diagnostic_can_have() {
        let mut wrong = Diagnostic::new("relation \"ordrs\" does not exist")
            .at(place("FROM ordrs JOIN x", 6, 5))
            .note(NoteLabel::Detail, "One.\nTwo.")
            .help("did you mean `orders`?");
        wrong.code = Some("42P01".into());
        wrong.waiting = 12;
        let expected = "\
error[42P01]: relation \"ordrs\" does not exist
 --> sql/x.sql:3:6
  |
3 | FROM ordrs JOIN x
  |      ^^^^^
  |
  = DETAIL: One.
            Two.
  = note: 12 statements wait for this one
  = help: did you mean `orders`?
";
        assert_eq!(shown(&Error::new(Kind::Sql, wrong)), expected);
    }

    #[test]
    fn carets_stand_below_what_they_mean() {
        let cases = [
            (place("\tSELECT\tordrs x", 9, 5), "3 |     SELECT    ordrs x\n  |               ^^^^^\n"),
            (place("SELECT '日本語', ordrs", 15, 5), "3 | SELECT '日本語', ordrs\n  |                  ^^^^^\n"),
            (place("FROM x", 7, 1), "3 | FROM x\n  |       ^\n"),
            (place("FROM x", 99, 9), "3 | FROM x\n  |       ^\n"),
            (place("", 1, 1), "3 |\n  | ^\n"),
            (place("  FROM x", 0, 0), " --> sql/x.sql:3\n  |\n3 |   FROM x\n  |\n"),
            (Place::file("sql/x.sql"), "error: no\n--> sql/x.sql\n"),
        ];
        for (place, expected) in cases {
            let shown = at(place);
            assert!(shown.ends_with(expected), "{shown}");
        }
    }

    #[test]
    fn a_very_long_line_is_cut_around_its_caret() {
        let shown = at(place(&format!("{} ordrs {}", "a, ".repeat(100), "b, ".repeat(100_000)), 302, 5));
        assert!(shown.contains("sql/x.sql:3:302"), "{shown}");
        assert!(shown.contains("a,  ordrs b,") && shown.lines().all(|line| line.chars().count() < 130), "{shown}");
    }

    #[test]
    fn several_are_counted_at_the_end() {
        let twice = Diagnostic::new("view.a is created twice")
            .at(place("CREATE VIEW a", 13, 1))
            .related("first created here", Place::file("sql/a.sql"))
            .help("delete one of them");
        let waiting = Diagnostic { waiting: 2_000, ..Diagnostic::new("function f() is missing") };
        let expected = "\
error: view.a is created twice
 --> sql/x.sql:3:13
  |
3 | CREATE VIEW a
  |             ^
  |
note: first created here
 --> sql/a.sql
  = help: delete one of them

error: function f() is missing
 |
 = note: 2,000 statements wait for this one

error: 2 root causes; 2,000 statements wait for them
";
        assert_eq!(shown(&Error { kind: Kind::Unresolved, diagnostics: vec![twice, waiting] }), expected);
    }

    #[test]
    fn what_a_message_says_cannot_play_with_the_terminal() {
        let shown = shown(&Error::usage("a\u{1b}[31mb\r\nc"));
        assert!(!shown.contains(['\u{1b}', '\r']), "{shown:?}");
    }
}
