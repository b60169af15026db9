//! JUnit's XML: a test case for each finding, so that CI systems show them among tests.

use std::fmt::Write;

use super::{place, whole_message};
use crate::model::report::{Report, Severity};

/// The whole document. Without a finding it has one case that passed.
pub(super) fn written(report: &Report) -> String {
    let (cases, failures) = (report.findings.len().max(1), report.count(Severity::Error));
    let counts = format!("tests=\"{cases}\" failures=\"{failures}\" errors=\"0\"");
    let mut text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n");
    let _ = writeln!(text, "  <testsuite name=\"pgmg check\" {counts}>");
    for finding in &report.findings {
        let (path, line, column) = place(finding);
        let name = escaped(&format!("{path}:{line}:{column} {}", finding.rule));
        let (message, whole) = (escaped(&finding.diagnostic.message), escaped(&whole_message(finding)));
        let body = match finding.level {
            Severity::Error => format!("<failure message=\"{message}\">{whole}</failure>"),
            // A warning passes, and is there to be read.
            Severity::Warning => format!("<system-out>{whole}</system-out>"),
        };
        let _ = writeln!(text, "    <testcase classname=\"{}\" name=\"{name}\">{body}</testcase>", escaped(path));
    }
    if report.findings.is_empty() {
        text.push_str("    <testcase classname=\"pgmg\" name=\"check\"/>\n");
    }
    text + "  </testsuite>\n</testsuites>\n"
}

/// As XML 1.0 takes it; characters that it does not know are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}
