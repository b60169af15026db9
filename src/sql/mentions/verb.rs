//! What a statement does: its first keyword, its verb, and the aspects of objects that it sets.

use super::header::Body;
use super::opening::opening;
use crate::model::verb::{Altered, Aspect, Reach, Verb};
use crate::sql::lexer::Kind;
use crate::sql::words::Words;

/// The verb of a statement.
pub fn verb(words: &Words<'_>) -> Verb {
    let first = if words.is(0, Kind::Identifier) { words.spelled(0).to_ascii_lowercase() } else { String::new() };
    match first.as_str() {
        "create" => Verb::Create(opening(words, 0).existing),
        "alter" => Verb::Alter(altered(words)),
        "drop" => Verb::Drop,
        "grant" => Verb::Grant(reach(words)),
        "revoke" => Verb::Revoke(reach(words)),
        "comment" => Verb::Comment,
        "security" => Verb::SecurityLabel,
        "do" => Verb::Do,
        _ => Verb::Other,
    }
}

/// The letters with which a statement begins, in lower case: `grant`; none if it begins with a parenthesis.
pub fn keyword(words: &Words<'_>) -> String {
    let letters = words.spelled(0).chars().take_while(char::is_ascii_alphabetic);
    letters.collect::<String>().to_ascii_lowercase()
}

/// The aspects that a statement sets; of a block, those that its body has a word for.
pub fn sets(words: &Words<'_>, verb: Verb, body: Option<&Body>) -> Vec<Aspect> {
    if let Some(aspect) = verb.sets() {
        return vec![aspect];
    }
    let block = body.filter(|_| verb == Verb::Do).and_then(|body| words.string(body.at));
    block.map_or_else(Vec::new, |block| said_in(&block))
}

fn altered(words: &Words<'_>) -> Altered {
    // A column that is called owner may be renamed to another name.
    let is_renamed = |at: usize| (1..=2).any(|back| at > back && words.word(at - back, "rename"));
    let sets_owner = |at: usize| words.words(at, &["owner", "to"]) && !is_renamed(at);
    if words.words(1, &["default", "privileges"]) {
        Altered::DefaultPrivileges
    } else if (1..words.len()).any(sets_owner) {
        Altered::Owner
    } else {
        Altered::Definition
    }
}

fn reach(words: &Words<'_>) -> Reach {
    if (1..words.len()).any(|at| words.words(at, &["in", "schema"])) { Reach::Schema } else { Reach::Objects }
}

/// A body puts statements together from strings too: any word of it counts, wherever it stands.
fn said_in(body: &str) -> Vec<Aspect> {
    const WORDS: &[(Aspect, &[&str])] =
        &[(Aspect::Privileges, &["grant", "revoke"]), (Aspect::Comment, &["comment"]), (Aspect::Label, &["security"])];
    // In a string a word may follow an escape: '…\nGRANT …'.
    let body = body.replace("\\n", " ").replace("\\t", " ");
    let words = || body.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let is_said = |word: &&str| words().any(|said| said.eq_ignore_ascii_case(word));
    let said = WORDS.iter().filter(|(_, words)| words.iter().any(is_said));
    said.map(|(aspect, _)| *aspect).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::statement::{Conforming, Mentions};
    use crate::model::verb::Existing;
    use crate::sql::words::significant;

    fn mentions(sql: &str) -> Mentions {
        let tokens = significant(sql, Conforming::On).unwrap();
        super::super::of(&Words { text: sql, tokens: &tokens, conforming: Conforming::On }, &[])
    }

    fn verb(sql: &str) -> Verb {
        mentions(sql).verb
    }

    #[test]
    fn comments_and_odd_spacing_do_not_mislead() {
        assert_eq!(verb("CREATE /* */ OR/**/REPLACE VIEW v AS SELECT 1"), Verb::Create(Existing::Replaces));
        assert_eq!(verb("create\n--\nor -- x\n replace function f()"), Verb::Create(Existing::Replaces));
        assert_eq!(verb("CREATE TABLE IF/**/NOT\tEXISTS t ()"), Verb::Create(Existing::Stays));
        assert_eq!(verb("CREATE UNIQUE INDEX CONCURRENTLY IF NOT/**/EXISTS i ON t (a)"), Verb::Create(Existing::Stays));
        assert_eq!(verb("GRANT /* x */ SELECT ON ALL TABLES IN -- y\n SCHEMA s TO r"), Verb::Grant(Reach::Schema));
        assert_eq!(verb("REVOKE/**/ALL ON ALL FUNCTIONS IN/**/SCHEMA\"s\" FROM r"), Verb::Revoke(Reach::Schema));
        assert_eq!(
            verb("ALTER/**/DEFAULT -- x\n PRIVILEGES GRANT SELECT ON TABLES TO r"),
            Verb::Alter(Altered::DefaultPrivileges)
        );
        assert_eq!(verb("ALTER VIEW v OWNER/* of it */TO r"), Verb::Alter(Altered::Owner));
        assert_eq!(verb("SECURITY/**/LABEL ON VIEW v IS 'x'"), Verb::SecurityLabel);
        assert_eq!(verb("COMMENT/**/ON VIEW v IS 'GRANT'"), Verb::Comment);
    }

    #[test]
    fn quoted_names_and_strings_are_no_keywords() {
        assert_eq!(verb("CREATE VIEW \"or\" AS SELECT 1 AS \"replace\""), Verb::Create(Existing::Fails));
        assert_eq!(verb("CREATE \"or\" \"replace\" VIEW v"), Verb::Create(Existing::Fails));
        assert_eq!(verb("GRANT SELECT ON \"in\", \"schema\" TO r"), Verb::Grant(Reach::Objects));
        assert_eq!(verb("GRANT SELECT ON t TO \"in schema\""), Verb::Grant(Reach::Objects));
        assert_eq!(verb("ALTER TABLE t ALTER a SET DEFAULT ' owner to '"), Verb::Alter(Altered::Definition));
        assert_eq!(verb("ALTER TABLE t RENAME COLUMN owner TO holder"), Verb::Alter(Altered::Definition));
        assert_eq!(verb("ALTER TABLE \"default\" ADD a int"), Verb::Alter(Altered::Definition));
        assert_eq!(verb("\"grant\""), Verb::Other);
    }

    #[test]
    fn every_statement_has_a_verb() {
        assert_eq!(verb("DROP VIEW v"), Verb::Drop);
        assert_eq!(verb("DO $$BEGIN END$$"), Verb::Do);
        assert_eq!(verb("CREATE SCHEMA s CREATE TABLE IF NOT EXISTS t ()"), Verb::Create(Existing::Fails));
        assert_eq!(verb("INSERT INTO t VALUES (1)"), Verb::Other);
        assert_eq!(verb("(SELECT 1)"), Verb::Other);
    }

    #[test]
    fn the_first_keyword_is_the_letters_at_the_beginning() {
        assert_eq!(mentions("GRANT/**/r TO s").keyword, "grant");
        assert_eq!(mentions("Insert INTO t VALUES (1)").keyword, "insert");
        assert_eq!(mentions("macro_1 (1)").keyword, "macro");
        assert_eq!(mentions("(SELECT 1)").keyword, "");
        assert_eq!(mentions("\"grant\"").keyword, "");
    }

    #[test]
    fn blocks_may_set_what_they_have_a_word_for() {
        use Aspect::{Comment, Label, Owner, Privileges};
        let sets = |sql: &str| mentions(sql).sets;
        assert_eq!(sets("GRANT SELECT ON v TO r"), [Privileges]);
        assert_eq!(sets("ALTER VIEW v OWNER TO r"), [Owner]);
        assert_eq!(sets("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO r"), []);
        assert_eq!(sets("CREATE VIEW v AS SELECT 'GRANT'"), []);
        assert_eq!(sets("DO $$BEGIN EXECUTE 'grant select on v to r'; END$$"), [Privileges]);
        assert_eq!(
            sets("DO LANGUAGE plpgsql 'BEGIN Comment ON VIEW v IS $x$ $x$; REVOKE ALL ON v FROM r; END'"),
            [Privileges, Comment]
        );
        assert_eq!(sets("DO $$BEGIN EXECUTE E'SELECT 1;\\nSECURITY LABEL ON VIEW v IS NULL'; END$$"), [Label]);
        assert_eq!(sets("DO $$BEGIN PERFORM is_granted(); END$$ -- GRANT"), []);
    }

    #[test]
    fn what_is_created_is_called_by_the_words_before_its_name() {
        let called = |sql: &str| mentions(sql).creates.first().map(|created| created.called.clone()).unwrap_or_default();
        assert_eq!(called("CREATE OR/**/REPLACE VIEW v AS SELECT 1"), "view");
        assert_eq!(called("CREATE MATERIALIZED/* */VIEW IF NOT EXISTS\"v\"AS SELECT 1"), "materialized view");
        assert_eq!(called("CREATE FOREIGN\nTABLE t () SERVER s"), "foreign table");
        assert_eq!(called("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)"), "index");
        assert_eq!(called("CREATE UNLOGGED TABLE t (id serial)"), "table");
        assert_eq!(called("CREATE TEXT SEARCH CONFIGURATION c (COPY = simple)"), "text search configuration");
        assert_eq!(called("CREATE DOMAIN d AS int"), "domain");
        assert_eq!(called("CREATE OPERATOR s.=== (LEFTARG = int)"), "operator");
        assert_eq!(called("CREATE SCHEMA AUTHORIZATION joe"), "schema");
        assert_eq!(called("CREATE STRANGE/**/KIND OF x"), "strange kind of");
        let table = mentions("CREATE TABLE t (id serial)");
        assert_eq!(table.creates.iter().map(|created| created.called.as_str()).collect::<Vec<_>>(), ["table", "sequence"]);
    }

    #[test]
    fn parts_have_kinds_and_names() {
        let part = |sql: &str| mentions(sql).part.map(|part| format!("{} {}", part.kind, part.name)).unwrap_or_default();
        assert_eq!(part("CREATE RULE \"r 34\" AS ON INSERT TO v DO NOTHING"), "rule r 34");
        assert_eq!(part("CREATE OR/**/REPLACE CONSTRAINT TRIGGER Tr AFTER INSERT ON t"), "trigger tr");
        assert_eq!(part("CREATE POLICY/* of rows */p ON t"), "policy p");
        assert_eq!(part("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()"), "");
        assert_eq!(part("CREATE VIEW rule AS SELECT 1"), "");
        assert_eq!(part("COMMENT ON RULE r ON v IS ''"), "");
    }
}
