//! An error as PostgreSQL reports it (PostgreSQL manual, section 55.8).

/// The fields of an ErrorResponse that pgmg uses. Texts may be in any language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SqlError {
    /// Field C: five characters, never translated.
    pub code: String,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// Field W, "where": the call stack of functions.
    pub context: Option<String>,
    /// Field P: 1-based, in characters, in the statement that was tried (already freed of what was sent before it).
    pub position: Option<usize>,
    /// Field R: the routine in PostgreSQL's source, never translated.
    pub routine: Option<String>,
    pub schema: Option<String>,
    pub table: Option<String>,
    pub constraint: Option<String>,
}
