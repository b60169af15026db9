//! What a migration really did to what was there before: measured, not read from its text.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One effect on something that was there before the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// A table, view, sequence, index, … is gone, and nothing of its kind has its name.
    Dropped {
        kind: String,
        name: String,
        size: Size,
    },
    /// Its data was written anew, in another file.
    Rewritten {
        table: String,
        size: Size,
    },
    /// All of its rows are gone.
    Truncated {
        table: String,
        size: Size,
    },
    /// Its rows were read from the first to the last, and none was changed.
    Scanned {
        table: String,
        size: Size,
    },
    /// A lock that keeps others from writing (SHARE) or from doing anything (ACCESS EXCLUSIVE), until the end of the run.
    Locked {
        relation: String,
        mode: LockMode,
        held: LockDuration,
        size: Size,
    },
    /// `kind` is that of the relation: `table`, `view`, …
    ColumnDropped {
        kind: String,
        relation: String,
        column: String,
        data_type: String,
    },
    ColumnRetyped {
        kind: String,
        relation: String,
        column: String,
        from: String,
        to: String,
        fit: Fit,
    },
    /// A composite type has an attribute no more. Where values of it are stored, the attribute's are lost.
    AttributeDropped {
        data_type: String,
        attribute: String,
        /// Columns of tables: `people.home`.
        stored_in: Vec<String>,
    },
    ColumnRenamed {
        relation: String,
        column: String,
        to: String,
    },
    /// It takes no NULL any more; or it is new, takes none, and has no default for those who do not know it.
    NotNullSet {
        table: String,
        column: String,
    },
    /// A partition is a table of its own: its rows are no longer among those of `parent`.
    PartitionDetached {
        table: String,
        parent: String,
    },
    /// It has another name or is in another schema.
    Renamed {
        kind: String,
        name: String,
        to: String,
    },
    /// Rows that were inserted, updated, deleted.
    Rows {
        table: String,
        inserted: i64,
        updated: i64,
        deleted: i64,
    },
    IndexBuilt {
        table: String,
        index: String,
    },
    ConstraintAdded {
        table: String,
        constraint: String,
        checked: bool,
    },
    /// It was there, and its rows are now known to satisfy it.
    ConstraintValidated {
        table: String,
        constraint: String,
    },
    ConstraintDropped {
        table: String,
        constraint: String,
    },
    /// An enum has a value no more.
    ValueDropped {
        data_type: String,
        value: String,
    },
    ValueRenamed {
        data_type: String,
        value: String,
        to: String,
    },
    /// A routine was made anew so that calls which worked fail or get something else: other names, fewer defaults, another result.
    SignatureNarrowed {
        kind: String,
        name: String,
        from: String,
        to: String,
    },
}

/// About how large a table is, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Size {
    pub bytes: Option<i64>,
    pub rows: Option<i64>,
}

/// How long a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct LockDuration {
    pub milliseconds: u64,
}

impl From<Duration> for LockDuration {
    fn from(held: Duration) -> Self {
        LockDuration { milliseconds: u64::try_from(held.as_millis()).unwrap_or(u64::MAX) }
    }
}

/// The table locks that others notice, weakest first (PostgreSQL manual, section 13.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockMode {
    /// Others read, nobody writes.
    Share,
    ShareRowExclusive,
    Exclusive,
    /// Nobody reads or writes.
    AccessExclusive,
}

/// Whether every value of the old type is one of the new type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    Widened,
    /// Or nobody can say.
    Narrowed,
}

/// Whether programs that use the database notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientImpact {
    Safe,
    /// While it happens: they wait.
    Transient,
    /// What worked before may fail from now on.
    Breaking,
}

impl Effect {
    /// Whether data that was there is gone.
    pub fn is_destructive(&self) -> bool {
        match self {
            Effect::Dropped { kind, .. } => is_table(kind) || kind == "sequence",
            Effect::ColumnDropped { kind, .. } => is_table(kind),
            Effect::ColumnRetyped { kind, fit, .. } => is_table(kind) && *fit == Fit::Narrowed,
            Effect::AttributeDropped { stored_in, .. } => !stored_in.is_empty(),
            Effect::Truncated { .. } | Effect::ValueDropped { .. } => true,
            Effect::Rows { deleted, .. } => *deleted > 0,
            _ => false,
        }
    }

    /// The effect without its sizes, times and counts of rows: what kind of thing is done to what.
    pub fn without_amounts(&self) -> Effect {
        let mut effect = self.clone();
        match &mut effect {
            Effect::Dropped { size, .. }
            | Effect::Rewritten { size, .. }
            | Effect::Truncated { size, .. }
            | Effect::Scanned { size, .. } => *size = Size::default(),
            Effect::Locked { held, size, .. } => (*held, *size) = (LockDuration::default(), Size::default()),
            Effect::Rows { inserted, updated, deleted, .. } => {
                (*inserted, *updated, *deleted) = ((*inserted).min(1), (*updated).min(1), (*deleted).min(1));
            }
            _ => {}
        }
        effect
    }

    /// What kind of thing is done to what: `column_dropped orders.note`.
    pub fn label(&self) -> String {
        let value = serde_json::to_value(self.without_amounts()).unwrap_or_default();
        let word = |key: &str| value.get(key).and_then(|word| word.as_str()).unwrap_or_default().to_owned();
        let names: Vec<String> =
            ["relation", "table", "name", "data_type", "column", "attribute", "constraint", "index", "value"]
                .map(word)
                .into_iter()
                .collect();
        let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
        format!("{} {}", word("effect"), names.join("."))
    }

    /// How many rows are known to be lost.
    pub fn rows_lost(&self) -> i64 {
        if let Effect::Rows { deleted, .. } = self { *deleted } else { 0 }
    }

    /// Whether programs that use the database notice.
    pub fn notice(&self) -> ClientImpact {
        match self {
            Effect::Dropped { kind, .. } if kind == "index" => ClientImpact::Transient,
            Effect::Renamed { kind, .. } if kind == "index" => ClientImpact::Safe,
            Effect::Dropped { .. }
            | Effect::ColumnDropped { .. }
            | Effect::AttributeDropped { .. }
            | Effect::PartitionDetached { .. }
            | Effect::SignatureNarrowed { .. }
            | Effect::ColumnRenamed { .. }
            | Effect::NotNullSet { .. }
            | Effect::Renamed { .. }
            | Effect::ValueDropped { .. }
            | Effect::ValueRenamed { .. } => ClientImpact::Breaking,
            Effect::ColumnRetyped { fit: Fit::Narrowed, .. } => ClientImpact::Breaking,
            Effect::ColumnRetyped { .. }
            | Effect::Rewritten { .. }
            | Effect::Truncated { .. }
            | Effect::Locked { .. }
            | Effect::IndexBuilt { .. } => ClientImpact::Transient,
            Effect::Scanned { .. }
            | Effect::Rows { .. }
            | Effect::ConstraintAdded { .. }
            | Effect::ConstraintValidated { .. }
            | Effect::ConstraintDropped { .. } => ClientImpact::Safe,
        }
    }
}

fn is_table(kind: &str) -> bool {
    matches!(kind, "table" | "partitioned table")
}
