//! SARIF 2.1.0 (OASIS): what code scanning services read.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::json::line;
use super::{place, whole_message, word};
use crate::model::report::{Finding, Report};

/// One run with its rules and results.
pub(super) fn written(report: &Report) -> String {
    let rules: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    let results: Vec<Value> = report.findings.iter().map(|finding| result(finding, &rules)).collect();
    let rules: Vec<Value> = rules.iter().map(|rule| json!({ "id": rule })).collect();
    line(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "pgmg", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn result(finding: &Finding, rules: &[&str]) -> Value {
    let (path, line, column) = place(finding);
    let width = finding.diagnostic.place.as_ref().map_or(1, |place| place.width.max(1));
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rules.iter().position(|rule| *rule == finding.rule),
        "level": word(finding.level),
        "message": { "text": whole_message(finding) },
    });
    if !path.is_empty()
        && let Some(object) = result.as_object_mut()
    {
        let region = json!({ "startLine": line, "startColumn": column, "endColumn": column + width });
        let location = json!({ "physicalLocation": { "artifactLocation": { "uri": uri(path) }, "region": region } });
        object.insert("locations".into(), json!([location]));
    }
    result
}

/// A relative path as a URI reference (RFC 3986).
fn uri(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
