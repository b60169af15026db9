//! The text of how project and database stand to each other.

use std::fmt::Write;

use super::plan::kind;
use super::style::{BAD, CHANGED, FAINT, GOOD, HEADING, grouped, paint};
use crate::model::plan::ChangeKind;
use crate::model::status::{CodeStatus, MigrationState, MigrationStatus, Status};

/// The status for people: counts, then what needs attention; with colours, and a line break at its end.
pub fn text(status: &Status) -> String {
    let mut text = String::new();
    match &status.migrations {
        Some(migrations) => list_migrations(&mut text, migrations),
        None => text.push_str("Migrations: not compared, no migrations_dir is set.\n"),
    }
    match &status.code {
        Some(code) => list_statements(&mut text, code),
        None => text.push_str("Code: not compared, no code_dir is set.\n"),
    }
    let end = if status.differs() { "Run `pgmg plan` to see what would be done." } else { "The database matches the files." };
    let _ = writeln!(text, "\n{end}");
    text
}

fn list_migrations(text: &mut String, migrations: &[MigrationStatus]) {
    let number = |state: MigrationState| migrations.iter().filter(|migration| migration.state == state).count();
    let mut counts = vec![format!("{} applied", grouped(number(MigrationState::Applied)))];
    for state in [
        MigrationState::Partial,
        MigrationState::Failed,
        MigrationState::Pending,
        MigrationState::Late,
        MigrationState::Edited,
        MigrationState::Missing,
    ] {
        if number(state) > 0 {
            counts.push(format!("{} {}", grouped(number(state)), word(state)));
        }
    }
    let latest = migrations.iter().rfind(|migration| migration.state == MigrationState::Applied);
    let latest = latest.map(|latest| {
        let when = latest.applied_at.as_ref().map(|when| format!(" at {when}")).unwrap_or_default();
        paint(FAINT, format_args!(" (latest: {}{when})", latest.name))
    });
    let _ = writeln!(text, "{} {}{}", paint(HEADING, "Migrations:"), counts.join(", "), latest.unwrap_or_default());
    for migration in migrations.iter().filter(|migration| migration.state != MigrationState::Applied) {
        let _ = writeln!(text, "  - {} ({})", migration.name, explained(migration));
    }
}

fn list_statements(text: &mut String, code: &CodeStatus) {
    let mut counts = vec![format!("{} applied", grouped(code.applied))];
    for (change, word) in [
        (ChangeKind::New, "new"),
        (ChangeKind::Modified, "modified"),
        (ChangeKind::Removed, "removed"),
        (ChangeKind::Drifted, "drifted"),
    ] {
        let number = code.differing.iter().filter(|statement| statement.kind == change).count();
        if number > 0 {
            counts.push(format!("{} {word}", grouped(number)));
        }
    }
    let _ = writeln!(text, "{} {}", paint(HEADING, "Statements:"), counts.join(", "));
    for statement in &code.differing {
        let _ = writeln!(text, "  - {}: {} ({})", statement.file, statement.label, kind(statement.kind));
    }
}

fn word(state: MigrationState) -> &'static str {
    match state {
        MigrationState::Applied => "applied",
        MigrationState::Pending => "pending",
        MigrationState::Edited => "edited",
        MigrationState::Missing => "missing",
        MigrationState::Late => "late",
        MigrationState::Failed => "failed",
        MigrationState::Partial => "done in part",
    }
}

fn explained(migration: &MigrationStatus) -> String {
    match migration.state {
        MigrationState::Failed => paint(BAD, "failed; nothing of it is done"),
        MigrationState::Partial => {
            let next = migration.section.as_ref().map(|section| format!("; goes on at section {section}")).unwrap_or_default();
            paint(BAD, format_args!("done in part{next}"))
        }
        MigrationState::Applied => paint(GOOD, "applied"),
        MigrationState::Pending => paint(CHANGED, "pending"),
        MigrationState::Edited => paint(BAD, "edited after it was applied"),
        MigrationState::Missing => paint(BAD, "applied, but its file is missing"),
        MigrationState::Late => paint(BAD, "late: one that comes after it is applied"),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::status::StatementStatus;

    /// A status with something of everything.
    pub fn example() -> Status {
        let migration = |name: &str, state, applied_at: Option<&str>| MigrationStatus {
            section: None,
            name: name.into(),
            state,
            applied_at: applied_at.map(Into::into),
        };
        let statement = |kind, file: &str, label: &str| StatementStatus { kind, file: file.into(), label: label.into() };
        Status {
            migrations: Some(vec![
                migration("001_init.sql", MigrationState::Applied, Some("2026-11-20 10:00:00")),
                migration("002_users.sql", MigrationState::Edited, Some("2026-11-20 10:00:00")),
                migration("003_orders.sql", MigrationState::Pending, None),
            ]),
            code: Some(CodeStatus {
                applied: 4_998,
                differing: vec![
                    statement(ChangeKind::New, "a.sql", "GRANT"),
                    statement(ChangeKind::Removed, "views/x.sql", "view.x"),
                ],
            }),
        }
    }

    #[test]
    fn a_status_with_everything() {
        let expected = "\
Migrations: 1 applied, 1 pending, 1 edited (latest: 001_init.sql at 2026-11-20 10:00:00)
  - 002_users.sql (edited after it was applied)
  - 003_orders.sql (pending)
Statements: 4,998 applied, 1 new, 1 removed
  - a.sql: GRANT (new)
  - views/x.sql: view.x (removed)

Run `pgmg plan` to see what would be done.
";
        assert_eq!(anstream::adapter::strip_str(&text(&example())).to_string(), expected);
    }

    #[test]
    fn a_half_that_is_not_compared() {
        let status = Status { migrations: None, code: Some(CodeStatus { applied: 3, ..CodeStatus::default() }) };
        let expected =
            "Migrations: not compared, no migrations_dir is set.\nStatements: 3 applied\n\nThe database matches the files.\n";
        assert_eq!(anstream::adapter::strip_str(&text(&status)).to_string(), expected);
    }
}
