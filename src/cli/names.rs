//! Words that are typed for a choice, and what they stand for.

use clap::ValueEnum;

use crate::commands::repair::Repair;
use crate::output::report::ReportFormat;

/// The forms of a report.
#[derive(Clone, Copy, ValueEnum)]
pub enum ReportName {
    /// For people
    Text,
    /// One line for each finding: path:line:column: level: message
    Short,
    Json,
    /// Annotations of GitHub Actions
    Github,
    /// SARIF 2.1.0
    Sarif,
    Junit,
}

/// What `pgmg repair` makes true.
#[derive(Clone, Copy, ValueEnum)]
pub enum RepairName {
    /// It is applied: somebody ran it by hand
    MarkApplied,
    /// Nothing of it is done: the next apply runs it
    MarkFailed,
    /// It was never applied, or its file is gone for good
    Forget,
    /// Its file was edited, and that changes nothing that was done
    AcceptChecksum,
}

impl From<RepairName> for Repair {
    fn from(name: RepairName) -> Self {
        match name {
            RepairName::MarkApplied => Repair::MarkApplied,
            RepairName::MarkFailed => Repair::MarkFailed,
            RepairName::Forget => Repair::Forget,
            RepairName::AcceptChecksum => Repair::AcceptChecksum,
        }
    }
}

impl From<ReportName> for ReportFormat {
    fn from(name: ReportName) -> Self {
        match name {
            ReportName::Text => ReportFormat::Text,
            ReportName::Short => ReportFormat::Short,
            ReportName::Json => ReportFormat::Json,
            ReportName::Github => ReportFormat::Github,
            ReportName::Sarif => ReportFormat::Sarif,
            ReportName::Junit => ReportFormat::Junit,
        }
    }
}

/// GitHub Actions sets this variable for every step.
pub fn usual_format() -> ReportFormat {
    if std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        ReportFormat::Github
    } else {
        ReportFormat::Text
    }
}
