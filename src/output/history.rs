//! The text of what was done to a database.

use std::fmt::Write;

use super::style::{BAD, FAINT, GOOD, paint};
use crate::model::record::{Deed, Event};

/// One line for each event, in columns.
pub fn text(events: &[Event]) -> String {
    if events.is_empty() {
        return "Nothing is recorded: pgmg has applied nothing to this database.\n".to_owned();
    }
    let deeds = events.iter().map(|event| event.deed.word().len()).max().unwrap_or(0);
    let mut text = String::new();
    for event in events {
        let deed = format!("{:deeds$}", event.deed.word());
        let deed = match event.deed {
            Deed::Failed => paint(BAD, deed),
            Deed::Applied | Deed::SectionApplied | Deed::CodeApplied => paint(GOOD, deed),
            _ => deed,
        };
        let seconds = event.at.split('.').next().unwrap_or(&event.at);
        let mut line = format!("{seconds}  {deed}  {}", event.what);
        if let Some(duration) = event.duration {
            let _ = write!(line, " ({duration} ms)");
        }
        if !event.detail.is_empty() {
            let gap = if event.what.is_empty() { "" } else { ": " };
            let _ = write!(line, "{gap}{}", event.detail.lines().next().unwrap_or_default());
        }
        let _ = writeln!(text, "{line}  {}", paint(FAINT, format_args!("by {}", event.by)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_lines() {
        let event = |deed, what: &str, detail: &str| Event {
            at: "2026-01-31 10:00:00.123".into(),
            run: "r-1".into(),
            deed,
            what: what.into(),
            by: "ann".into(),
            duration: (deed == Deed::Applied).then_some(12),
            detail: detail.into(),
        };
        let events = [
            event(Deed::Applied, "001_users.sql", ""),
            event(Deed::CodeApplied, "", "2 written, 0 forgotten"),
            event(Deed::Failed, "002_index.sql: build", "lock timeout"),
        ];
        let expected = "\
2026-01-31 10:00:00  applied       001_users.sql (12 ms)  by ann
2026-01-31 10:00:00  code applied  2 written, 0 forgotten  by ann
2026-01-31 10:00:00  failed        002_index.sql: build: lock timeout  by ann
";
        assert_eq!(anstream::adapter::strip_str(&text(&events)).to_string(), expected);
        assert!(text(&[]).starts_with("Nothing is recorded"));
    }
}
