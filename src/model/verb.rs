//! What statements do, in PostgreSQL's own words, and which aspect of an object they set by it.

/// What a statement does, read once from its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Verb {
    Create(Existing),
    Alter(Altered),
    Drop,
    Grant(Reach),
    Revoke(Reach),
    Comment,
    SecurityLabel,
    Do,
    #[default]
    Other,
}

/// What CREATE does where its object is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Existing {
    Fails,
    /// OR REPLACE.
    Replaces,
    /// IF NOT EXISTS.
    Stays,
}

/// What ALTER changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Altered {
    /// `… OWNER TO …`
    Owner,
    DefaultPrivileges,
    Definition,
}

/// Whether GRANT and REVOKE name objects, or cover all of a kind in a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    Objects,
    /// `… IN SCHEMA …`
    Schema,
}

/// A part of what an object is that statements other than its CREATE can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aspect {
    Definition,
    Owner,
    Privileges,
    Comment,
    Label,
}

impl Verb {
    /// The verb of a row of `pgmg_state` that provides nothing: its name begins with the first keyword of its statement
    /// (`grant.1f2e3d4c5b6a`). What the rest of the statement said is not recorded: a CREATE that provides nothing left what
    /// was there, ALTER may have changed anything, GRANT and REVOKE are taken to have named their objects.
    pub fn of_record(name: &str) -> Verb {
        match keyword_of_record(name) {
            "create" => Verb::Create(Existing::Stays),
            "alter" => Verb::Alter(Altered::Definition),
            "drop" => Verb::Drop,
            "grant" => Verb::Grant(Reach::Objects),
            "revoke" => Verb::Revoke(Reach::Objects),
            "comment" => Verb::Comment,
            "security" => Verb::SecurityLabel,
            "do" => Verb::Do,
            _ => Verb::Other,
        }
    }

    /// The aspect of objects that are there which it sets; ALTER DEFAULT PRIVILEGES is about objects to come.
    pub fn sets(self) -> Option<Aspect> {
        match self {
            Verb::Grant(_) | Verb::Revoke(_) => Some(Aspect::Privileges),
            Verb::Comment => Some(Aspect::Comment),
            Verb::SecurityLabel => Some(Aspect::Label),
            Verb::Alter(Altered::Owner) => Some(Aspect::Owner),
            Verb::Alter(Altered::Definition) => Some(Aspect::Definition),
            Verb::Alter(Altered::DefaultPrivileges) | Verb::Create(_) | Verb::Drop | Verb::Do | Verb::Other => None,
        }
    }

    /// CREATE of any form.
    pub fn creates(self) -> bool {
        matches!(self, Verb::Create(_))
    }

    /// ALTER of any form.
    pub fn alters(self) -> bool {
        matches!(self, Verb::Alter(_))
    }

    /// GRANT or REVOKE.
    pub fn grants(self) -> bool {
        matches!(self, Verb::Grant(_) | Verb::Revoke(_))
    }

    /// GRANT or REVOKE over a whole schema.
    pub fn sweeps(self) -> bool {
        matches!(self, Verb::Grant(Reach::Schema) | Verb::Revoke(Reach::Schema))
    }
}

/// The name of a row of `pgmg_state` for a statement that provides nothing: its first keyword and the beginning of its
/// checksum.
pub fn record_name(keyword: &str, checksum: &str) -> String {
    const DIGITS: usize = 12;
    format!("{keyword}.{}", checksum.get(..DIGITS).unwrap_or(checksum))
}

/// The first keyword of the statement of such a row, in lower case.
pub fn keyword_of_record(name: &str) -> &str {
    name.split_once('.').map_or(name, |(keyword, _)| keyword)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_tell_their_verbs() {
        let name = record_name("grant", "1f2e3d4c5b6a7988");
        assert_eq!(name, "grant.1f2e3d4c5b6a");
        assert_eq!(keyword_of_record(&name), "grant");
        assert_eq!(Verb::of_record(&name), Verb::Grant(Reach::Objects));
        assert_eq!(Verb::of_record("security.0"), Verb::SecurityLabel);
        assert_eq!(Verb::of_record("create.0"), Verb::Create(Existing::Stays));
        assert_eq!(Verb::of_record("insert.0"), Verb::Other);
        assert_eq!(Verb::of_record("view.grant"), Verb::Other);
    }

    #[test]
    fn verbs_set_one_aspect_at_most() {
        assert_eq!(Verb::Revoke(Reach::Schema).sets(), Some(Aspect::Privileges));
        assert_eq!(Verb::Alter(Altered::Owner).sets(), Some(Aspect::Owner));
        assert_eq!(Verb::Alter(Altered::DefaultPrivileges).sets(), None);
        assert_eq!(Verb::Do.sets(), None);
    }
}
