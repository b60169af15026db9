//! The text of what was applied.

use std::fmt::Write;

use super::plan::{also, nothing};
use super::style::{self, CHANGED, GOOD, HEADING, count, grouped, paint};
use crate::model::plan::{Action, Direction, Phase, Plan, Reason, Step};

/// The steps that were carried out, and what was recorded; with colours, and a line break at its end.
pub fn text(applied: &Plan) -> String {
    if applied.is_empty() {
        return nothing(applied);
    }
    let tick = paint(GOOD, "✓");
    let mut text = String::with_capacity(applied.steps.len() * 64);
    let _ = writeln!(text, "{}", paint(HEADING, "Executing changes:"));
    for step in &applied.steps {
        let _ = writeln!(text, "  {tick} {}", line(step, applied.direction));
    }
    let _ = writeln!(text, "\n{}", paint(HEADING, "Updated state tracking:"));
    let recorded = applied.steps.iter().filter(|step| !matches!(step.action, Action::Drop | Action::SetBack | Action::Forget));
    let (migrations, statements): (Vec<_>, Vec<_>) = recorded.partition(|step| step.action == Action::Migrate);
    for step in &migrations {
        let what = if applied.direction == Direction::Down { "Forgot" } else { "Recorded" };
        let _ = writeln!(text, "  {tick} {what} migration: {}", step.object);
    }
    if !statements.is_empty() {
        let plural = if statements.len() == 1 { "" } else { "es" };
        let _ = writeln!(text, "  {tick} Updated {} object hash{plural}", grouped(statements.len()));
    }
    let removed = applied.steps.iter().filter(|step| step.reason == Reason::Removed && step.action == Action::Drop).count();
    if removed > 0 {
        let plural = if removed == 1 { "" } else { "s" };
        let _ = writeln!(text, "  {tick} Forgot {} object{plural}", grouped(removed));
    }
    let forgotten = applied.steps.iter().filter(|step| step.action == Action::Forget).count();
    if forgotten > 0 {
        let _ = writeln!(text, "  {tick} Forgot {}", count(forgotten, "statement"));
    }
    let set_back = applied.steps.iter().filter(|step| step.action == Action::SetBack).count();
    if set_back > 0 {
        let _ = writeln!(text, "  {tick} Forgot what was set on {}", count(set_back, "object"));
    }
    let _ = writeln!(text, "\n{}", paint(GOOD, "All changes applied successfully."));
    text
}

/// What a step did: `Replaced view: user_stats`.
pub(super) fn line(step: &Step, direction: Direction) -> String {
    let (kind, name) = style::kind_and_name(&step.object);
    let mut line = match step.action {
        Action::Migrate if direction == Direction::Down => format!("Took back migration: {}", step.object),
        Action::Migrate => format!("Applied migration: {}", step.object),
        Action::Create => format!("Created {kind}: {name}{}", also(step)),
        Action::Replace => format!("Replaced {kind}: {name}{}", also(step)),
        Action::Alter if step.sql.is_empty() => format!("Kept {kind}: {name}"),
        Action::Alter => format!("Altered {kind}: {name}"),
        Action::Drop => format!("Dropped {kind}: {name}"),
        Action::SetBack => format!("Set back {kind}: {name}"),
        Action::Forget => format!("Forgot {} ({}): what it did stays", step.object, step.path),
        Action::Run => format!("Ran {} ({}:{})", step.object, step.path, step.line),
    };
    if step.phase == Phase::AfterCommit {
        let _ = write!(line, " {}", paint(CHANGED, "(after the commit)"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::plan::tests::example;
    use super::*;

    #[test]
    fn what_was_applied() {
        let expected = "\
Executing changes:
  ✓ Applied migration: 003_add_orders.sql
  ✓ Created table: orders and 2 more
  ✓ Created materialized view: user_stats
  ✓ Replaced function: reporting.total(integer)
  ✓ Ran GRANT (sql/grants.sql:12)
  ✓ Created index: users_name (after the commit)

Updated state tracking:
  ✓ Recorded migration: 003_add_orders.sql
  ✓ Updated 5 object hashes

All changes applied successfully.
";
        assert_eq!(anstream::adapter::strip_str(&text(&example())).to_string(), expected);
    }
}
