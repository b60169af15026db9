//! What differs between two schemas, entry by entry of a dump.

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// `TABLE`, `VIEW`, `ACL`, …
    pub kind: String,
    /// With its schema, unless that is `public`.
    pub name: String,
}

/// How one entry differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub entry: Entry,
    /// What a fresh build gives; empty: nothing.
    pub fresh: String,
    /// What is in the database; empty: nothing.
    pub live: String,
}
