//! Gives back to an object what it carried: the statements, one after the other.

use super::grants::{self, Target};
use super::{Carried, Column, RestoreStep};
use crate::model::name::quote_literal;
use crate::sql::spelling::{self, identifier, qualified};

/// A comparison under way.
pub(super) struct Giving<'a> {
    pub was: &'a Carried,
    pub now: &'a Carried,
    /// The role to become for what only the owner may do.
    pub owner_role: Option<String>,
    pub steps: Vec<RestoreStep>,
}

impl<'a> Giving<'a> {
    /// Adds a statement that the owner may run.
    pub fn give(&mut self, what: impl Into<String>, sql: String) {
        self.steps.push(RestoreStep { sql, what: what.into(), role: self.owner_role.clone() });
    }

    /// Adds `ALTER <the object> <action>`.
    pub fn alter(&mut self, what: impl Into<String>, action: &str) {
        if let Some(address) = spelling::address(&self.now.object) {
            self.give(what, format!("ALTER {address} {action}"));
        }
    }

    /// Whether both are of this kind.
    pub fn both_are(&self, kind: &str) -> bool {
        self.was.object.kind == kind && self.now.object.kind == kind
    }

    /// The columns that carried something and are still there, with what they carry now.
    pub fn columns(&self) -> Vec<(&'a Column, &'a Column)> {
        let (was, now) = (self.was, self.now);
        let by_place = now.object.kind == "index";
        let same = |was: &Column, now: &Column| if by_place { was.number == now.number } else { was.name == now.name };
        was.columns.iter().filter_map(|one| Some((one, now.columns.iter().find(|other| same(one, other))?))).collect()
    }

    /// The owner, by a statement of whoever may say so.
    pub fn owner(&mut self) {
        let (was, now) = (&self.was.attributes.owner, &self.now.attributes.owner);
        let (Some(was), Some(address)) = (was.as_ref().filter(|_| was != now), spelling::address(&self.now.object)) else {
            return;
        };
        // By the session's own role: it owns what it has just created.
        let sql = format!("ALTER {address} OWNER TO {was}");
        self.steps.push(RestoreStep { sql, what: format!("the owner {was}"), role: None });
    }

    /// Who was granted what on the object, beside what it is created with.
    pub fn privileges(&mut self) {
        let (was, now) = (&self.was.attributes, &self.now.attributes);
        let joins = was.member_of.as_ref().filter(|_| was.member_of != now.member_of);
        let join = joins.zip(spelling::address(&self.now.object)).map(|(extension, address)| RestoreStep {
            sql: format!("ALTER EXTENSION {extension} ADD {address}"),
            what: format!("the membership in the extension {extension}"),
            role: None,
        });
        let name = spelling::grant_target(&self.now.object).filter(|_| was.target.is_some() && now.target.is_some());
        let (Some(owner), Some(name)) = (&was.owner, name) else {
            self.steps.extend(join);
            return;
        };
        let (wanted, present) = (was.privileges(), now.privileges());
        if join.is_none() && was.owner == now.owner && wanted == present {
            return;
        }
        let target = Target { name: &name, column: None, owner, owner_role: self.owner_role.as_deref() };
        let mut present = grants::owned_by(present, now.owner.as_deref().unwrap_or_default(), owner);
        let mut steps = Vec::new();
        if let Some(join) = join {
            // An extension keeps the privileges of its members at the time they join: pg_dump shows only what differs.
            let initial = was.initial_privileges.as_ref().unwrap_or(&was.standard_privileges).clone();
            steps.extend(grants::transition(&target, &present, &initial));
            steps.push(join);
            present = initial;
        }
        steps.extend(grants::transition(&target, &present, wanted));
        self.steps.extend(steps);
    }

    /// Who was granted what on single columns.
    pub fn column_privileges(&mut self) {
        let (Some(owner), Some(name)) = (&self.was.attributes.owner, spelling::grant_target(&self.now.object)) else { return };
        let now_owner = self.now.attributes.owner.as_deref().unwrap_or_default();
        let mut steps = Vec::new();
        for (was, now) in self.columns() {
            let column = identifier(&was.name);
            let target = Target { name: &name, column: Some(&column), owner, owner_role: self.owner_role.as_deref() };
            let present = grants::owned_by(&now.privileges, now_owner, owner);
            steps.extend(grants::transition(&target, &present, &was.privileges));
        }
        self.steps.extend(steps);
    }

    /// Comments, security labels, extensions that it needs.
    pub fn remarks(&mut self) {
        let (was, now) = (&self.was.attributes, &self.now.attributes);
        let address = spelling::address(&self.now.object).unwrap_or_default();
        if let Some(comment) = was.comment.as_ref().filter(|_| was.comment != now.comment) {
            self.give("the comment", format!("COMMENT ON {address} IS {}", quote_literal(comment)));
        }
        for (provider, label) in was.labels.iter().filter(|label| !now.labels.contains(label)) {
            let sql = format!("SECURITY LABEL FOR {} ON {address} IS {}", identifier(provider), quote_literal(label));
            self.give(format!("the security label of {provider}"), sql);
        }
        for extension in was.needs_extensions.iter().filter(|extension| !now.needs_extensions.contains(extension)) {
            self.alter(format!("the dependency on the extension {extension}"), &format!("DEPENDS ON EXTENSION {extension}"));
        }
        let is_domain = self.now.object.kind == "type";
        for (constraint, comment) in &was.constraints {
            if comment.is_empty() || now.constraints.get(constraint).is_none_or(|present| present == comment) {
                continue;
            }
            let on = if is_domain { format!("DOMAIN {}", self.relation()) } else { self.relation() };
            let sql = format!("COMMENT ON CONSTRAINT {} ON {on} IS {}", identifier(constraint), quote_literal(comment));
            self.give(format!("the comment on the constraint {constraint}"), sql);
        }
        for (was, now) in self.columns() {
            let column = format!("{}.{}", self.relation(), identifier(&was.name));
            if let Some(comment) = was.comment.as_ref().filter(|_| was.comment != now.comment) {
                let sql = format!("COMMENT ON COLUMN {column} IS {}", quote_literal(comment));
                self.give(format!("the comment on the column {}", was.name), sql);
            }
            for (provider, label) in was.labels.iter().filter(|label| !now.labels.contains(label)) {
                let sql = format!("SECURITY LABEL FOR {} ON COLUMN {column} IS {}", identifier(provider), quote_literal(label));
                self.give(format!("the security label of {provider} on the column {}", was.name), sql);
            }
        }
    }

    /// The object's name alone, with its schema.
    pub fn relation(&self) -> String {
        match (self.now.object.kind.as_str(), self.now.object.names.as_slice()) {
            ("type", [name]) => name.clone(),
            (_, names) => qualified(names),
        }
    }
}
