//! A schema as `pg_dump` writes it, cut into its entries, so that two can be compared object by object.

use std::collections::BTreeMap;

use crate::model::schema_difference::{Difference, Entry};

/// The entries of a dump: by what they are and their name, their SQL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchemaDump {
    pub entries: BTreeMap<Entry, String>,
}

impl SchemaDump {
    /// Reads the text of a dump.
    pub fn parse(text: &str) -> Self {
        let mut dump = SchemaDump::default();
        let mut entry: Option<Entry> = None;
        let mut body = String::new();
        let mut finish = |entry: Option<Entry>, body: &mut String| {
            let sql = std::mem::take(body).trim().to_owned();
            if let Some(entry) = entry.filter(|_| !sql.is_empty()) {
                let known: &mut String = dump.entries.entry(entry).or_default();
                if !known.is_empty() {
                    known.push('\n');
                }
                known.push_str(&sql);
            }
        };
        for line in text.lines() {
            if let Some(head) = line.strip_prefix("-- Name: ") {
                finish(entry.take(), &mut body);
                entry = read_head(head);
                continue;
            }
            let is_noise = line.starts_with("--") || line.starts_with("\\restrict") || line.starts_with("\\unrestrict");
            // Settings for what follows: they say nothing of an object.
            let is_setting = line.starts_with("SET ") || line.starts_with("SELECT pg_catalog.set_config");
            if !(is_noise || is_setting || line.trim().is_empty()) {
                body.push_str(line);
                body.push('\n');
            }
        }
        finish(entry, &mut body);
        for (entry, sql) in &mut dump.entries {
            if entry.kind == "ACL" || entry.kind == "DEFAULT ACL" {
                // Who was granted something first has no meaning.
                let mut lines: Vec<&str> = sql.lines().filter(|line| !line.is_empty()).collect();
                lines.sort_unstable();
                *sql = lines.join("\n");
            }
        }
        dump
    }

    /// What is not the same in both, in the order of kinds and names.
    pub fn differences(fresh: &SchemaDump, live: &SchemaDump) -> Vec<Difference> {
        let mut all: Vec<&Entry> = fresh.entries.keys().chain(live.entries.keys()).collect();
        all.sort_unstable();
        all.dedup();
        let text = |dump: &SchemaDump, entry: &Entry| dump.entries.get(entry).cloned().unwrap_or_default();
        let differences =
            all.into_iter().map(|entry| Difference { entry: entry.clone(), fresh: text(fresh, entry), live: text(live, entry) });
        differences.filter(|difference| difference.fresh != difference.live).collect()
    }
}

/// `user_stats; Type: VIEW; Schema: public; Owner: shop`.
fn read_head(head: &str) -> Option<Entry> {
    let (name, rest) = head.split_once("; Type: ")?;
    let (kind, rest) = rest.split_once("; Schema: ")?;
    let schema = rest.split("; Owner").next()?;
    let name = if matches!(schema, "public" | "-") { name.to_owned() } else { format!("{schema}.{name}") };
    Some(Entry { kind: kind.to_owned(), name })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRESH: &str = "--\n-- PostgreSQL database dump\n--\nSET x = 1;\n\n--\n-- Name: t; Type: TABLE; Schema: public; Owner: a\n--\n\n\
        CREATE TABLE public.t (\n    id integer\n);\n\n\n--\n-- Name: TABLE t; Type: ACL; Schema: public; Owner: a\n--\n\n\
        GRANT SELECT ON TABLE public.t TO b;\nGRANT SELECT ON TABLE public.t TO a;\n";

    #[test]
    fn entries_are_compared_one_by_one() {
        let fresh = SchemaDump::parse(FRESH);
        assert_eq!(fresh.entries.len(), 2);
        let live = SchemaDump::parse(
            &FRESH
                .replace("id integer", "id bigint")
                .replace("TO b;\nGRANT SELECT ON TABLE public.t TO a", "TO a;\nGRANT SELECT ON TABLE public.t TO b"),
        );
        let differences = SchemaDump::differences(&fresh, &live);
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert_eq!((differences[0].entry.kind.as_str(), differences[0].entry.name.as_str()), ("TABLE", "t"));
        let gone = SchemaDump::differences(&fresh, &SchemaDump::default());
        assert!(gone.iter().all(|difference| difference.live.is_empty()) && gone.len() == 2);
    }
}
