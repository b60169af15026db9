//! A report for programs.

use serde_json::json;

use super::super::json::{VERSION, diagnostic, line};
use super::word;
use crate::model::report::{Finding, Report, Severity};

/// On one line, with a version that only changes when a field changes its meaning or goes away.
pub(super) fn written(report: &Report) -> String {
    let finding = |finding: &Finding| {
        let mut value = diagnostic(&finding.diagnostic);
        if let Some(object) = value.as_object_mut() {
            object.insert("level".into(), json!(word(finding.level)));
            object.insert("rule".into(), json!(finding.rule));
        }
        value
    };
    line(&json!({
        "version": VERSION,
        "command": "check",
        "errors": report.count(Severity::Error),
        "warnings": report.count(Severity::Warning),
        "elsewhere": report.elsewhere,
        "migrations": report.migrations,
        "statements": report.statements,
        "known": report.known,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    }))
}
