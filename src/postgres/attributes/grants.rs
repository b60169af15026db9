//! The statements that turn the privileges on an object into others, each by the role that granted it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::RestoreStep;

/// One privilege that one role gave another; roles are spelled as SQL needs them, everybody is `PUBLIC`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Privilege {
    pub grantor: String,
    pub grantee: String,
    pub privilege: String,
    pub is_grantable: bool,
}

/// What the privileges are on, and whose it is.
pub struct Target<'a> {
    /// As `GRANT … ON` names it.
    pub name: &'a str,
    pub column: Option<&'a str>,
    pub owner: &'a str,
    /// The role to become for what the owner does; `None` if the session's role has the owner's rights.
    pub owner_role: Option<&'a str>,
}

/// Who gave whom what, and whether it can be given on.
type Entries<'a> = BTreeMap<(&'a str, &'a str, &'a str), bool>;

/// The privileges after the owner `was` is replaced by `now`, as ALTER … OWNER does it: the owner's become the new owner's.
pub fn owned_by(privileges: &[Privilege], was: &str, now: &str) -> Vec<Privilege> {
    let role = |role: &str| if role == was { now.to_owned() } else { role.to_owned() };
    let renamed = privileges.iter().map(|privilege| Privilege {
        grantor: role(&privilege.grantor),
        grantee: role(&privilege.grantee),
        ..privilege.clone()
    });
    renamed.collect()
}

/// The statements that make `from` into `to`: first what is too much, then what is missing, after what it was granted with.
pub fn transition(target: &Target<'_>, from: &[Privilege], to: &[Privilege]) -> Vec<RestoreStep> {
    let (from, to) = (entries(from), entries(to));
    let mut groups: BTreeMap<(Action, &str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (&(grantor, grantee, privilege), &was_grantable) in &from {
        let action = match to.get(&(grantor, grantee, privilege)) {
            None => Action::Revoke,
            Some(false) if was_grantable => Action::RevokeOption,
            Some(_) => continue,
        };
        groups.entry((action, grantor, grantee)).or_default().insert(privilege);
    }
    // What others granted goes before what they were granted.
    let mut revoked: Vec<_> = groups.into_iter().collect();
    revoked.sort_by_key(|((_, grantor, _), _)| *grantor == target.owner);
    let mut steps: Vec<RestoreStep> = revoked.iter().map(|(group, privileges)| target.step(*group, privileges)).collect();
    let mut missing: Entries<'_> = to.clone();
    missing.retain(|key, grantable| from.get(key).is_none_or(|was| *grantable && !*was));
    let mut may_grant: BTreeSet<(&str, &str)> = BTreeSet::new();
    may_grant
        .extend(to.iter().filter(|(key, grantable)| **grantable && from.get(key) == Some(&true)).map(|(key, _)| (key.1, key.2)));
    while !missing.is_empty() {
        let mut ready: Vec<_> =
            missing.keys().copied().filter(|key| key.0 == target.owner || may_grant.contains(&(key.0, key.2))).collect();
        if ready.is_empty() {
            // Granted with a right on the whole table, or as nobody could today: PostgreSQL says which.
            ready = missing.keys().copied().collect();
        }
        let mut groups: BTreeMap<(Action, &str, &str), BTreeSet<&str>> = BTreeMap::new();
        for key in ready {
            let Some(grantable) = missing.remove(&key) else { continue };
            let action = if grantable { Action::GrantWithOption } else { Action::Grant };
            groups.entry((action, key.0, key.1)).or_default().insert(key.2);
            if grantable {
                may_grant.insert((key.1, key.2));
            }
        }
        steps.extend(groups.iter().map(|(group, privileges)| target.step(*group, privileges)));
    }
    steps
}

fn entries(privileges: &[Privilege]) -> Entries<'_> {
    let mut entries = Entries::new();
    for one in privileges {
        *entries.entry((&one.grantor, &one.grantee, &one.privilege)).or_default() |= one.is_grantable;
    }
    entries
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    Revoke,
    RevokeOption,
    Grant,
    GrantWithOption,
}

impl Target<'_> {
    fn step(&self, (action, grantor, grantee): (Action, &str, &str), privileges: &BTreeSet<&str>) -> RestoreStep {
        let column = self.column.map_or(String::new(), |column| format!(" ({column})"));
        let listed: Vec<String> = privileges.iter().map(|privilege| format!("{privilege}{column}")).collect();
        let (listed, on) = (listed.join(", "), self.name);
        let sql = match action {
            Action::Revoke => format!("REVOKE {listed} ON {on} FROM {grantee}"),
            Action::RevokeOption => format!("REVOKE GRANT OPTION FOR {listed} ON {on} FROM {grantee}"),
            Action::Grant => format!("GRANT {listed} ON {on} TO {grantee}"),
            Action::GrantWithOption => format!("GRANT {listed} ON {on} TO {grantee} WITH GRANT OPTION"),
        };
        let role = if grantor == self.owner { self.owner_role } else { Some(grantor) };
        let what = format!("the privileges {listed} of {grantee}, granted by {grantor}");
        RestoreStep { sql, what, role: role.map(str::to_owned) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn privileges(text: &str) -> Vec<Privilege> {
        let one = |part: &str| {
            let words: Vec<&str> = part.split(' ').collect();
            Privilege {
                grantor: words[0].to_owned(),
                grantee: words[1].to_owned(),
                privilege: words[2].trim_end_matches('*').to_owned(),
                is_grantable: words[2].ends_with('*'),
            }
        };
        text.split(", ").filter(|part| !part.is_empty()).map(one).collect()
    }

    fn sql(from: &str, to: &str) -> Vec<String> {
        let target = Target { name: "TABLE v", column: None, owner: "own", owner_role: None };
        let steps = transition(&target, &privileges(from), &privileges(to));
        steps
            .into_iter()
            .map(|step| format!("{}{}", step.role.map_or(String::new(), |role| format!("{role}: ")), step.sql))
            .collect()
    }

    #[test]
    fn a_chain_is_granted_link_by_link() {
        let to = "own z SELECT*, z y SELECT*, y a SELECT, y a INSERT";
        let expected = [
            "GRANT SELECT ON TABLE v TO z WITH GRANT OPTION",
            "z: GRANT SELECT ON TABLE v TO y WITH GRANT OPTION",
            "y: GRANT SELECT ON TABLE v TO a",
            "y: GRANT INSERT ON TABLE v TO a",
        ];
        assert_eq!(sql("", to), expected);
    }

    #[test]
    fn surplus_goes_and_what_is_right_stays() {
        assert_eq!(sql("own PUBLIC EXECUTE, own own EXECUTE", "own own EXECUTE"), ["REVOKE EXECUTE ON TABLE v FROM PUBLIC"]);
        assert_eq!(sql("own a SELECT*", "own a SELECT"), ["REVOKE GRANT OPTION FOR SELECT ON TABLE v FROM a"]);
        assert_eq!(sql("own a SELECT", "own a SELECT*"), ["GRANT SELECT ON TABLE v TO a WITH GRANT OPTION"]);
        assert!(sql("own a SELECT, own a SELECT*", "own a SELECT*").is_empty());
    }
}
