//! What migrations do to what is there, as a table.

use std::fmt::Write;

use super::style::{BAD, CHANGED, grouped, paint};
use crate::model::effect::{ClientImpact, Effect, Fit, LockDuration, LockMode, Size};

/// What is longer does not push the notes of all other lines away.
const WIDE: usize = 60;

/// One line for each effect, in columns; `indent` before each.
pub(super) fn table(effects: &[Effect], indent: &str) -> String {
    let rows: Vec<[String; 3]> = effects.iter().map(words).collect();
    let width = |column: usize, most: usize| {
        rows.iter().map(|row| row[column].chars().count()).filter(|width| *width <= most).max().unwrap_or(0)
    };
    let (first, second, third) = (width(0, usize::MAX), width(1, usize::MAX), width(2, WIDE));
    let mut text = String::new();
    for (row, effect) in rows.iter().zip(effects) {
        let [what, on, details] = row;
        let line = format!("{indent}{what:first$}  {on:second$}  {details:third$}  ");
        let notes = notes(effect);
        let _ = writeln!(text, "{}{notes}", if notes.is_empty() { line.trim_end() } else { &line });
    }
    text
}

/// `drops column orders.note, text`.
pub(super) fn sentence(effect: &Effect) -> String {
    let [what, on, details] = words(effect);
    let details = if details.is_empty() { details } else { format!(", {details}") };
    format!("{what} {on}{details}")
}

/// Whether data is lost, and whether programs notice.
fn notes(effect: &Effect) -> String {
    let mut notes = Vec::new();
    if effect.is_destructive() {
        notes.push(paint(BAD, "destructive"));
    }
    match effect.notice() {
        ClientImpact::Safe => {}
        ClientImpact::Transient => notes.push(paint(CHANGED, "transient")),
        ClientImpact::Breaking => notes.push(paint(BAD, "breaking")),
    }
    notes.join(", ")
}

/// What happens, to what, and how much.
fn words(effect: &Effect) -> [String; 3] {
    let of = |relation: &str, part: &str| format!("{relation}.{part}");
    let row = |what: &str, on: String, details: String| [what.to_owned(), on, details];
    match effect {
        Effect::Dropped { kind, name, size } => row(&format!("drops {kind}"), name.clone(), size_of(size)),
        Effect::Rewritten { table, size } => row("rewrites", table.clone(), size_of(size)),
        Effect::Truncated { table, size } => row("empties", table.clone(), size_of(size)),
        Effect::Scanned { table, size } => row("reads all of", table.clone(), size_of(size)),
        Effect::Locked { relation, mode, held, size: _ } => row("locks", relation.clone(), lock(*mode, *held)),
        Effect::ColumnDropped { relation, column, data_type, .. } => row("drops column", of(relation, column), data_type.clone()),
        Effect::AttributeDropped { data_type, attribute, stored_in } => {
            let note = if stored_in.is_empty() { String::new() } else { format!("stored in {}", stored_in.join(", ")) };
            row("drops attribute", of(data_type, attribute), note)
        }
        Effect::PartitionDetached { table, parent } => row("detaches", table.clone(), format!("from {parent}")),
        Effect::SignatureNarrowed { kind, name, from, to } => {
            row(&format!("narrows {kind}"), name.clone(), format!("{from}, now {to}"))
        }
        Effect::ColumnRetyped { relation, column, from, to, fit, .. } => {
            let note = if *fit == Fit::Narrowed { ", which holds less" } else { "" };
            row("changes type", of(relation, column), format!("{from} to {to}{note}"))
        }
        Effect::ColumnRenamed { relation, column, to } => row("renames column", of(relation, column), format!("to {to}")),
        Effect::NotNullSet { table, column } => row("sets NOT NULL", of(table, column), String::new()),
        Effect::Renamed { kind, name, to } => row(&format!("renames {kind}"), name.clone(), format!("to {to}")),
        Effect::Rows { table, inserted, updated, deleted } => {
            let counts = [(inserted, "inserted"), (updated, "updated"), (deleted, "deleted")];
            let counts = counts.iter().filter(|(count, _)| **count != 0).map(|(count, word)| format!("{} {word}", rows(**count)));
            row("changes rows", table.clone(), counts.collect::<Vec<_>>().join(", "))
        }
        Effect::IndexBuilt { table, index } => row("builds index", index.clone(), format!("on {table}")),
        Effect::ConstraintAdded { table, constraint, checked } => {
            let note = if *checked { "" } else { "not validated" };
            row("adds constraint", of(table, constraint), note.to_owned())
        }
        Effect::ConstraintValidated { table, constraint } => row("validates", of(table, constraint), String::new()),
        Effect::ConstraintDropped { table, constraint } => row("drops constraint", of(table, constraint), String::new()),
        Effect::ValueDropped { data_type, value } => row("drops value", data_type.clone(), format!("'{value}'")),
        Effect::ValueRenamed { data_type, value, to } => row("renames value", data_type.clone(), format!("'{value}' to '{to}'")),
    }
}

/// `ACCESS EXCLUSIVE for 2.1 s: nobody reads or writes`.
fn lock(mode: LockMode, held: LockDuration) -> String {
    let (name, means) = match mode {
        LockMode::Share => ("SHARE", "others only read"),
        LockMode::ShareRowExclusive => ("SHARE ROW EXCLUSIVE", "others only read"),
        LockMode::Exclusive => ("EXCLUSIVE", "others only read"),
        LockMode::AccessExclusive => ("ACCESS EXCLUSIVE", "others wait"),
    };
    format!("{name} for {}: {means}", time(held.milliseconds))
}

fn time(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..120_000 => format!("{:.1} s", milliseconds as f64 / 1_000.0),
        _ => format!("{} min", milliseconds / 60_000),
    }
}

/// `about 1.2 GB, 3,400,000 rows`; empty where nothing is known.
fn size_of(size: &Size) -> String {
    let bytes = size.bytes.map(bytes);
    let known: Vec<String> = bytes.into_iter().chain(size.rows.map(rows)).collect();
    if known.is_empty() { String::new() } else { format!("about {}", known.join(", ")) }
}

fn rows(count: i64) -> String {
    let number = grouped(usize::try_from(count).unwrap_or(0));
    if count == 1 { format!("{number} row") } else { format!("{number} rows") }
}

fn bytes(bytes: i64) -> String {
    const UNITS: [(&str, f64); 3] = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    let number = bytes as f64;
    let unit = UNITS.iter().find(|(_, factor)| number >= *factor);
    unit.map_or_else(|| format!("{bytes} bytes"), |(unit, factor)| format!("{:.1} {unit}", number / factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_says_what_it_means() {
        let effects = [
            Effect::Rewritten { table: "orders".into(), size: Size { bytes: Some(1_234_000_000), rows: Some(3_400_000) } },
            Effect::Locked {
                relation: "orders".into(),
                mode: LockMode::AccessExclusive,
                held: LockDuration { milliseconds: 2_140 },
                size: Size::default(),
            },
            Effect::ColumnDropped {
                kind: "table".into(),
                relation: "orders".into(),
                column: "note".into(),
                data_type: "text".into(),
            },
            Effect::Rows { table: "users".into(), inserted: 2, updated: 0, deleted: 1 },
        ];
        let shown = anstream::adapter::strip_str(&table(&effects, "  ")).to_string();
        let expected = "  rewrites      orders       about 1.2 GB, 3,400,000 rows             transient
  locks         orders       ACCESS EXCLUSIVE for 2.1 s: others wait  transient
  drops column  orders.note  text                                     destructive, breaking
  changes rows  users        2 rows inserted, 1 row deleted           destructive
";
        assert_eq!(shown, expected);
    }
}
