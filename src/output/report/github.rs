//! Workflow commands of GitHub Actions: each finding becomes an annotation at its line.

use std::fmt::Write;

use super::{place, summary, whole_message, word};
use crate::model::report::Report;

/// One command for each finding, then the summary for the log.
pub(super) fn written(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let (path, line, column) = place(finding);
        let level = word(finding.level);
        let (path, title) = (property(path), property(&finding.rule));
        let at = if path.is_empty() { String::new() } else { format!("file={path},line={line},col={column},") };
        let _ = writeln!(text, "::{level} {at}title={title}::{}", data(&whole_message(finding)));
    }
    text.push_str(&summary(report));
    text.push('\n');
    text
}

/// What would end a command is escaped (GitHub's "Workflow commands for GitHub Actions").
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
