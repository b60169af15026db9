//! What a check found: errors and warnings with their places, ready to be written in any form.

use super::diagnostic::Diagnostic;

/// The result of a check.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Errors first, each group in the order of files.
    pub findings: Vec<Finding>,
    /// Findings in files that were not asked for.
    pub elsewhere: usize,
    pub migrations: usize,
    pub statements: usize,
    /// Nothing had to be built: these files were found good before.
    pub known: bool,
}

/// One thing that was found.
#[derive(Debug, Clone)]
pub struct Finding {
    pub level: Severity,
    /// A SQLSTATE, or the name of a rule: `security-definer`.
    pub rule: String,
    pub diagnostic: Diagnostic,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// The rules beside PostgreSQL's own, each of which can be switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A function of SQL that no longer works once everything is built.
    FunctionBody,
    /// What `plpgsql_check` says.
    Plpgsql,
    /// SECURITY DEFINER without a `search_path` of its own.
    SecurityDefiner,
    /// A committed migration that was edited, renamed or removed.
    EditedHistory,
    /// A name in `depends-on` that nobody creates, one letter away from one that somebody does.
    DependsOn,
    /// Files that need each other.
    CircularFiles,
    /// Objects that nothing in the project mentions.
    Unused,
}

impl Rule {
    /// All of them.
    pub const ALL: [Rule; 7] = [
        Rule::FunctionBody,
        Rule::Plpgsql,
        Rule::SecurityDefiner,
        Rule::EditedHistory,
        Rule::DependsOn,
        Rule::CircularFiles,
        Rule::Unused,
    ];

    /// As it is written in `pgmg.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Rule::FunctionBody => "function-body",
            Rule::Plpgsql => "plpgsql",
            Rule::SecurityDefiner => "security-definer",
            Rule::EditedHistory => "edited-history",
            Rule::DependsOn => "depends-on",
            Rule::CircularFiles => "circular-files",
            Rule::Unused => "unused",
        }
    }

    /// What a finding of it is where `pgmg.toml` says nothing; `None`: it is not looked for.
    pub fn usual_level(self) -> Option<Severity> {
        match self {
            Rule::FunctionBody | Rule::Plpgsql | Rule::SecurityDefiner | Rule::EditedHistory | Rule::DependsOn => {
                Some(Severity::Warning)
            }
            Rule::CircularFiles | Rule::Unused => None,
        }
    }
}

impl Report {
    /// How many findings have this level.
    pub fn count(&self, level: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }
}
