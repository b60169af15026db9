//! How a routine is called and what it gives: whether calls that worked work with another one as well.

use serde::Deserialize;

/// A function, a procedure or an aggregate, as those who call it see it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Signature {
    /// The types of its arguments, as `DROP FUNCTION` takes them: `integer, text`.
    pub types: String,
    /// The oids of these types, in their order.
    pub type_ids: Vec<u32>,
    /// The names of its arguments; empty where one has none.
    pub names: Vec<String>,
    /// How many of the last arguments may be left out.
    pub defaults: usize,
    /// As `pg_get_function_arguments` has them, with names and defaults.
    pub arguments: String,
    /// As `pg_get_function_result` has it: `TABLE(id integer)`; empty for a procedure.
    pub result: String,
}

impl Signature {
    /// Whether every call that `old` takes is taken by this one, and answered with the same columns and types (PostgreSQL
    /// manual, sections 4.3 and 10.3).
    pub fn takes_calls_of(&self, old: &Signature) -> bool {
        let required = |signature: &Signature| signature.type_ids.len().saturating_sub(signature.defaults);
        let is_callable_by_name = |(at, name): (usize, &String)| name.is_empty() || self.names.get(at) == Some(name);
        self.type_ids.starts_with(&old.type_ids)
            && required(self) <= required(old)
            && old.names.iter().enumerate().all(is_callable_by_name)
            && self.result == old.result
    }

    /// `(a integer, b integer DEFAULT 1) returns integer`.
    pub fn words(&self) -> String {
        let result = if self.result.is_empty() { String::new() } else { format!(" returns {}", self.result) };
        format!("({}){result}", self.arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(type_ids: &[u32], names: &[&str], defaults: usize, result: &str) -> Signature {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Signature { type_ids: type_ids.to_vec(), names, defaults, result: result.into(), ..Signature::default() }
    }

    #[test]
    fn more_that_may_be_left_out_takes_every_call() {
        let old = signature(&[23, 25], &["a", ""], 1, "integer");
        for new in [
            signature(&[23, 25], &["a", ""], 1, "integer"),
            signature(&[23, 25], &["a", "b"], 2, "integer"),
            signature(&[23, 25, 16], &["a", "", "c"], 2, "integer"),
        ] {
            assert!(new.takes_calls_of(&old), "{new:?}");
        }
    }

    #[test]
    fn less_does_not() {
        let old = signature(&[23, 25], &["a", ""], 1, "integer");
        for new in [
            signature(&[23, 25], &["a", ""], 0, "integer"),
            signature(&[23, 25], &["x", ""], 1, "integer"),
            signature(&[23, 25], &["a", ""], 1, "bigint"),
            signature(&[25, 23], &["a", ""], 1, "integer"),
            signature(&[23], &["a"], 0, "integer"),
            signature(&[23, 25, 16], &["a", "", ""], 0, "integer"),
        ] {
            assert!(!new.takes_calls_of(&old), "{new:?}");
        }
    }
}
