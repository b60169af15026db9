//! A check's report, in the forms that people, editors and CI systems read.

mod github;
mod json;
mod junit;
mod sarif;

use std::fmt::Write;

use super::diagnostic;
use super::style::{BAD, CHANGED, GOOD, count, paint};
use crate::model::report::{Finding, Report, Severity};

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReportFormat {
    /// For people: each finding with its line.
    #[default]
    Text,
    /// `path:line:column: level: message`, for editors.
    Short,
    /// One JSON value with a version.
    Json,
    /// Annotations of GitHub Actions.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit's XML, for CI systems that show tests.
    Junit,
}

/// The report in its form, with a line break at its end.
pub fn written(report: &Report, format: ReportFormat) -> String {
    match format {
        ReportFormat::Text => text(report),
        ReportFormat::Short => short(report),
        ReportFormat::Json => json::written(report),
        ReportFormat::Github => github::written(report),
        ReportFormat::Sarif => sarif::written(report),
        ReportFormat::Junit => junit::written(report),
    }
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&diagnostic::finding(finding));
        text.push('\n');
    }
    text.push_str(&summary(report));
    text.push('\n');
    text
}

fn short(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let (path, line, column) = place(finding);
        let level = word(finding.level);
        let _ = writeln!(text, "{path}:{line}:{column}: {level}: {} [{}]", finding.diagnostic.message, finding.rule);
    }
    text.push_str(&summary(report));
    text.push('\n');
    text
}

/// The last line: what was looked at, and what came of it.
fn summary(report: &Report) -> String {
    let (errors, warnings) = (report.count(Severity::Error), report.count(Severity::Warning));
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(paint(BAD, count(errors, "error")));
    }
    if warnings > 0 {
        parts.push(paint(CHANGED, count(warnings, "warning")));
    }
    let result = if parts.is_empty() { paint(GOOD, "ok") } else { parts.join(", ") };
    let elsewhere = match report.elsewhere {
        0 => String::new(),
        number => format!("; {} in other files", count(number, "finding")),
    };
    let known = if report.known { ", unchanged since the last check" } else { "" };
    format!("{result}: {}, {}{known}{elsewhere}", count(report.migrations, "migration"), count(report.statements, "statement"))
}

/// Path, line and column, from 1 where they are known, 1 where only the file is; an empty path where nothing is.
fn place(finding: &Finding) -> (&str, usize, usize) {
    match &finding.diagnostic.place {
        Some(place) => (place.path.as_str(), place.line.max(1), place.column.max(1)),
        None => ("", 1, 1),
    }
}

fn word(level: Severity) -> &'static str {
    match level {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// The message with what PostgreSQL adds and what to do, on lines of their own.
fn whole_message(finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let notes = diagnostic.notes.iter().map(|note| format!("\n{}", note.text));
    let help = diagnostic.help.iter().map(|help| format!("\nhelp: {help}"));
    std::iter::once(diagnostic.message.clone()).chain(notes).chain(help).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diagnostic::Diagnostic;
    use crate::model::project::Place;

    /// A report with everything that has to be written with care.
    pub fn example() -> Report {
        let place = Place { path: "sql/x y,z.sql".into(), line: 3, column: 8, source: "FROM <ordrs> & \"x\"".into(), width: 5 };
        let mut wrong = Diagnostic::new("relation \"ordrs\" <does> not exist & 100% of it").at(place);
        wrong.help = Some("did you mean \"orders\"?\nsecond line".into());
        let definer = Diagnostic::new("f() has SECURITY DEFINER").at(Place::file("sql/f.sql"));
        Report {
            findings: vec![
                Finding { level: Severity::Error, rule: "42P01".into(), diagnostic: wrong },
                Finding { level: Severity::Warning, rule: "security-definer".into(), diagnostic: definer },
            ],
            elsewhere: 1,
            migrations: 2,
            statements: 300,
            known: false,
        }
    }

    #[test]
    fn one_line_for_editors() {
        let shown = anstream::adapter::strip_str(&written(&example(), ReportFormat::Short)).to_string();
        let expected = "sql/x y,z.sql:3:8: error: relation \"ordrs\" <does> not exist & 100% of it [42P01]\n\
             sql/f.sql:1:1: warning: f() has SECURITY DEFINER [security-definer]\n\
             1 error, 1 warning: 2 migrations, 300 statements; 1 finding in other files\n";
        assert_eq!(shown, expected);
    }

    #[test]
    fn annotations_escape_what_would_end_them() {
        let shown = written(&example(), ReportFormat::Github);
        let first = shown.lines().next().unwrap_or_default();
        let expected = "::error file=sql/x y%2Cz.sql,line=3,col=8,title=42P01::relation \"ordrs\" <does> not exist & 100%25 of it%0Ahelp: did you mean \"orders\"?%0Asecond line";
        assert_eq!(first, expected);
    }

    #[test]
    fn xml_is_escaped() {
        let shown = written(&example(), ReportFormat::Junit);
        assert!(shown.contains("relation &quot;ordrs&quot; &lt;does&gt; not exist &amp; 100% of it"), "{shown}");
        assert!(shown.contains("tests=\"2\" failures=\"1\""), "{shown}");
    }

    #[test]
    fn sarif_names_its_rules_once() {
        let value: serde_json::Value = serde_json::from_str(&written(&example(), ReportFormat::Sarif)).expect("JSON");
        let run = &value["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"].as_array().map(Vec::len), Some(2));
        assert_eq!(run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "sql/x%20y%2Cz.sql");
        assert_eq!(run["results"][1]["level"], "warning");
    }
}
