//! How much of what an object carried it gets back when it was dropped and made again.

/// Why an object was made again says what of it is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restored {
    /// Its text is the same, or it comes as PostgreSQL described it: everything.
    All,
    /// The text that creates it is another one: what no CREATE can say.
    WhatNoTextSays,
    /// Somebody else changed it: what they set on it is what is to go.
    WithoutDrift,
    /// An ALTER that changed it is gone: what only an ALTER can have set, the owner included, does not come back.
    WithoutAlter,
}
