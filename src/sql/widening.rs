//! Whether every value of one type is a value of another: which changes of a column's type can lose something.

use crate::model::effect::Fit;

/// Numbers that hold all of those before them.
const INTEGERS: [&str; 4] = ["smallint", "integer", "bigint", "numeric"];

/// Whether `to` holds every value of `from`; both as `format_type` spells them (PostgreSQL manual, section 9.27.4).
pub fn fit(from: &str, to: &str) -> Fit {
    let ((from_name, from_size), (to_name, to_size)) = (parts(from), parts(to));
    let is_text = |name: &str| matches!(name, "text" | "citext");
    let holds = match (from_name, to_name) {
        _ if from == to => true,
        // Any value has a text form.
        (_, to) if is_text(to) => true,
        ("text", "character varying") => to_size.is_empty(),
        ("character varying" | "character", "character varying") => {
            to_size.is_empty() || first(&from_size) <= first(&to_size) && !from_size.is_empty()
        }
        ("character", "character") | ("bit", "bit varying") | ("bit varying", "bit varying") => {
            to_size.is_empty() || first(&from_size) <= first(&to_size)
        }
        ("numeric", "numeric") => to_size.is_empty() || is_wider_numeric(&from_size, &to_size),
        ("real", "double precision") => true,
        ("date", "timestamp without time zone" | "timestamp with time zone") => true,
        ("timestamp without time zone", "timestamp with time zone") => true,
        ("timestamp with time zone", "timestamp without time zone") => false,
        ("json", "jsonb") | ("jsonb", "json") | ("cidr", "inet") => true,
        ("name", "character varying") => to_size.is_empty(),
        (from, to) => {
            let rank = |name: &str| INTEGERS.iter().position(|known| *known == name);
            to_size.is_empty() && rank(from).zip(rank(to)).is_some_and(|(from, to)| from < to)
                || matches!((from, to), ("smallint" | "integer", "double precision") | ("smallint", "real"))
        }
    };
    if holds { Fit::Widened } else { Fit::Narrowed }
}

/// `numeric(10,2)` as `numeric` and its numbers; what stands behind them (`with time zone`) belongs to the name.
fn parts(spelled: &str) -> (&str, Vec<i64>) {
    match spelled.split_once('(') {
        Some((name, rest)) if rest.ends_with(')') => {
            let numbers = rest.trim_end_matches(')').split(',').map_while(|number| number.trim().parse().ok());
            (name, numbers.collect())
        }
        _ => (spelled, Vec::new()),
    }
}

fn first(numbers: &[i64]) -> i64 {
    numbers.first().copied().unwrap_or(1)
}

/// As many digits before the point and behind it, at least.
fn is_wider_numeric(from: &[i64], to: &[i64]) -> bool {
    let (Some(from_all), Some(to_all)) = (from.first(), to.first()) else { return false };
    let (from_scale, to_scale) = (from.get(1).unwrap_or(&0), to.get(1).unwrap_or(&0));
    to_scale >= from_scale && to_all - to_scale >= from_all - from_scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_everything_is_wider() {
        for (from, to) in [
            ("integer", "bigint"),
            ("smallint", "numeric"),
            ("character varying(10)", "character varying(20)"),
            ("character varying(10)", "character varying"),
            ("character varying(10)", "text"),
            ("text", "character varying"),
            ("mood", "text"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("numeric(10,2)", "numeric"),
            ("date", "timestamp with time zone"),
            ("real", "double precision"),
        ] {
            assert_eq!(fit(from, to), Fit::Widened, "{from} to {to}");
        }
    }

    #[test]
    fn what_may_lose_something_is_narrower() {
        for (from, to) in [
            ("bigint", "integer"),
            ("numeric", "bigint"),
            ("integer", "numeric(3,0)"),
            ("character varying", "character varying(20)"),
            ("character varying(20)", "character varying(10)"),
            ("text", "integer"),
            ("text", "mood"),
            ("numeric(10,2)", "numeric(10,3)"),
            ("timestamp with time zone", "date"),
            ("bigint", "double precision"),
        ] {
            assert_eq!(fit(from, to), Fit::Narrowed, "{from} to {to}");
        }
    }
}
