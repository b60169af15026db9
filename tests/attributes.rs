//! What an object carries is there again after it was dropped and created: every kind against everything it can carry.

mod support;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use pgmg::internals::engine::rules::drops::drop_statements;
use pgmg::internals::model::attempt::{Attempt, AttemptId, Part};
use pgmg::internals::model::dependent::{Dependent, DropRole};
use pgmg::internals::model::object::{CatalogId, Object};
use pgmg::internals::model::restored::Restored;
use pgmg::internals::model::statement::StatementId;
use pgmg::internals::postgres::attributes::{self, Recreated, Refusal};
use pgmg::internals::postgres::catalog;
use pgmg::internals::postgres::catalog::blockers;
use pgmg::internals::postgres::connection::Target;
use pgmg::internals::postgres::session::Session;
use support::database::{Database, Server};

static SERVER: LazyLock<Arc<Server>> = LazyLock::new(|| {
    let server = Server::start().unwrap_or_else(|error| panic!("{}", error.message().unwrap_or_default()));
    let roles = "CREATE ROLE own; CREATE ROLE \"Z role\"; CREATE ROLE y; CREATE ROLE \"user\"; CREATE ROLE stranger; \
                 CREATE ROLE deployer LOGIN IN ROLE own, \"Z role\", y; CREATE ROLE outsider LOGIN IN ROLE own; \
                 CREATE ROLE holder LOGIN NOINHERIT IN ROLE own, \"Z role\", y";
    server.run(roles).unwrap_or_else(|error| panic!("{}", error.message().unwrap_or_default()));
    server
});

/// Who re-creates.
const EVERYBODY: &[&str] = &["postgres", "deployer"];
const SUPERUSER: &[&str] = &["postgres"];

fn ok<T>(outcome: support::Outcome<T>) -> T {
    outcome.unwrap_or_else(|failed| panic!("{}", failed.message().unwrap_or_default()))
}

/// A database in which anybody may create, and `base` was run by the superuser.
fn database(base: &str) -> Database {
    let database = ok(SERVER.database(None));
    ok(database.run("GRANT CREATE ON DATABASE current TO PUBLIC".replace("current", &database.name).as_str()));
    ok(database.run("GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC"));
    ok(database.run(base));
    database
}

fn session(database: &Database, role: &str) -> Session {
    let target = Target::resolve(Some(&database.connection_string_of(role)), &|_| None).unwrap_or_else(|error| panic!("{error}"));
    let mut session = Session::open(&target, Duration::from_secs(10)).unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(session.begin(), Ok(Ok(()))));
    session
}

fn run(session: &mut Session, sql: &[String]) {
    let parts = sql.iter().map(|sql| Part::own(sql.as_str())).collect();
    let attempt = Attempt { id: AttemptId::Statement(StatementId(1)), parts };
    let outcome = session.attempt(&[attempt]).unwrap_or_else(|error| panic!("{error}"));
    if let Some(failure) = outcome.failure {
        panic!("{}\n{:?}", sql[failure.part], failure.error);
    }
}

/// `view public v`, `function public f (integer)`: kind, names and arguments, one word each.
fn object(text: &str) -> Object {
    let (names, args) = text.split_once(" (").map_or((text, ""), |(names, args)| (names, args.trim_end_matches(')')));
    let mut words = names.split('|').map(str::to_owned);
    let list = |text: &str| text.split(", ").filter(|part| !part.is_empty()).map(str::to_owned).collect();
    Object { kind: words.next().unwrap_or_default().into(), names: words.collect(), args: list(args) }
}

fn locate(session: &mut Session, objects: &[Object]) -> Vec<CatalogId> {
    catalog::locate(session, objects).unwrap_or_else(|error| panic!("{error}"))
}

/// The schema as pg_dump shows it; the order of statements and of grants has no meaning.
fn shown(database: &Database) -> String {
    let mut lines: Vec<String> = ok(database.schema()).lines().map(str::to_owned).collect();
    lines.sort();
    lines.join("\n")
}

/// Drops the object with all that depends on it, creates it by `create` and the rest as PostgreSQL describes it.
fn recreate(session: &mut Session, root: &Object, create: &str, restored: Restored) -> Vec<Refusal> {
    let id = locate(session, std::slice::from_ref(root))[0];
    let all: Vec<Dependent> = blockers::dependents(session, &[id]).unwrap_or_else(|error| panic!("{error}"));
    let ids: Vec<CatalogId> = all.iter().map(|one| one.id).collect();
    let carried = attributes::capture(session, &ids).unwrap_or_else(|error| panic!("{error}"));
    let definitions = attributes::definitions(session, &ids).unwrap_or_else(|error| panic!("{error}"));
    let drops: Vec<String> =
        all.iter().flat_map(|one| drop_statements(one).unwrap_or_else(|| panic!("{} cannot be dropped", one.object))).collect();
    // A role that does not inherit its rights has to become their owner.
    let inherits =
        session.query("SELECT rolinherit FROM pg_roles WHERE rolname = current_user", &[]).is_ok_and(|rows| rows[0].get(0));
    let role = if inherits { "RESET ROLE" } else { "SET LOCAL ROLE own" };
    let drops: Vec<String> = [role.to_owned()].into_iter().chain(drops).chain(["RESET ROLE".to_owned()]).collect();
    run(session, &drops);
    run(session, &[create.to_owned()]);
    for one in all.iter().rev().filter(|one| one.role != DropRole::Requested) {
        let again = locate(session, std::slice::from_ref(root));
        let present = blockers::dependents(session, &again).unwrap_or_else(|e| panic!("{e}"));
        let present: HashSet<Object> = present.into_iter().map(|one| one.object).collect();
        if !present.contains(&one.object) {
            let definition = definitions.get(&one.id).unwrap_or_else(|| panic!("{} has no definition", one.object));
            run(session, std::slice::from_ref(definition));
        }
    }
    let objects: Vec<Object> = carried.iter().map(|one| one.object.clone()).collect();
    let now = locate(session, &objects);
    let recreated: Vec<Recreated<'_>> = carried
        .iter()
        .zip(now)
        .map(|(was, now)| Recreated { was, now, restored, by: AttemptId::Statement(StatementId(2)) })
        .collect();
    attributes::restore(session, &recreated).unwrap_or_else(|error| panic!("{error}"))
}

/// Everything that `extras` set is there after a re-creation by each role.
fn keeps(roles: &[&str], base: &str, root: &str, create: &str, extras: &str) {
    for role in roles {
        let database = database(base);
        ok(database.run(&format!("{create};\n{extras}")));
        let before = shown(&database);
        let mut session = session(&database, role);
        let refused = recreate(&mut session, &object(root), create, Restored::All);
        assert!(refused.is_empty(), "{root} by {role}: {refused:?}");
        assert!(matches!(session.commit(), Ok(Some(Ok(())))));
        let after = shown(&database);
        if before != after {
            panic!("{root} by {role}:\n{}", support::diff(&before, &after));
        }
    }
}

const TABLE: &str =
    "CREATE TABLE t (id int PRIMARY KEY, a text, b numeric); ALTER TABLE t OWNER TO own; GRANT ALL ON t TO PUBLIC";

const GRANTS: &str = "GRANT SELECT, UPDATE ON TABLE {} TO \"Z role\" WITH GRANT OPTION; SET ROLE \"Z role\"; GRANT SELECT ON TABLE {} TO y WITH GRANT OPTION; \
     SET ROLE y; GRANT SELECT ON TABLE {} TO \"user\"; RESET ROLE; GRANT INSERT ON TABLE {} TO PUBLIC; REVOKE DELETE ON TABLE {} FROM own; \
     SET ROLE \"Z role\"; GRANT UPDATE (id) ON TABLE {} TO y; RESET ROLE; GRANT REFERENCES (a) ON TABLE {} TO stranger WITH GRANT OPTION;";

#[test]
fn a_view_keeps_everything() {
    let create = "CREATE VIEW public.\"V w\" WITH (security_barrier) AS SELECT id, a FROM t";
    let extras = "ALTER VIEW \"V w\" OWNER TO own; COMMENT ON VIEW \"V w\" IS E'it''s a \\\\ view'; COMMENT ON COLUMN \"V w\".a IS 'col';
        ALTER VIEW \"V w\" SET (security_invoker = true, check_option = 'local'); ALTER VIEW \"V w\" RESET (security_barrier);
        ALTER VIEW \"V w\" ALTER COLUMN id SET DEFAULT 7;
        CREATE RULE \"order\" AS ON DELETE TO \"V w\" DO INSTEAD DELETE FROM t WHERE id = old.id; COMMENT ON RULE \"order\" ON \"V w\" IS 'ru';
        CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
        CREATE TRIGGER tr INSTEAD OF UPDATE ON \"V w\" FOR EACH ROW EXECUTE FUNCTION tf(); COMMENT ON TRIGGER tr ON \"V w\" IS 'tc';
        CREATE VIEW above AS SELECT * FROM \"V w\"; ALTER VIEW above OWNER TO own; GRANT SELECT ON above TO PUBLIC; \
        CREATE FUNCTION uses(\"V w\") RETURNS int LANGUAGE sql AS 'select 1'; ALTER FUNCTION uses OWNER TO own; ";
    keeps(EVERYBODY, TABLE, "view|public|V w", create, &format!("{extras} {}", GRANTS.replace("{}", "\"V w\"")));
}

#[test]
fn a_role_that_only_may_become_the_owner_does() {
    let extras = format!("ALTER VIEW v OWNER TO own; COMMENT ON VIEW v IS 'c'; {}", GRANTS.replace("{}", "v"));
    keeps(&["holder"], TABLE, "view|public|v", "CREATE VIEW public.v AS SELECT id, a FROM t", &extras);
}

#[test]
fn a_materialized_view_keeps_everything() {
    let create = "CREATE MATERIALIZED VIEW public.m AS SELECT id, a, b FROM t";
    let extras = "ALTER MATERIALIZED VIEW m OWNER TO own; COMMENT ON MATERIALIZED VIEW m IS 'm'; COMMENT ON COLUMN m.a IS 'col';
        ALTER MATERIALIZED VIEW m SET (fillfactor = 50, toast.autovacuum_enabled = false);
        ALTER MATERIALIZED VIEW m ALTER COLUMN a SET STORAGE EXTERNAL; ALTER MATERIALIZED VIEW m ALTER COLUMN a SET COMPRESSION pglz;
        ALTER MATERIALIZED VIEW m ALTER COLUMN id SET STATISTICS 77; ALTER MATERIALIZED VIEW m ALTER COLUMN id SET (n_distinct = 5);
        CREATE UNIQUE INDEX mi ON m (id) WITH (fillfactor = 60); COMMENT ON INDEX mi IS 'i'; ALTER MATERIALIZED VIEW m CLUSTER ON mi;
        CREATE INDEX me ON m ((id + 1)) WHERE id > 3; ALTER INDEX me ALTER COLUMN 1 SET STATISTICS 33;
        ALTER MATERIALIZED VIEW m REPLICA IDENTITY FULL;
        CREATE STATISTICS st ON id, a FROM m; ALTER STATISTICS st SET STATISTICS 44; COMMENT ON STATISTICS st IS 'st'; ALTER STATISTICS st OWNER TO own;";
    keeps(EVERYBODY, TABLE, "materialized view|public|m", create, &format!("{extras} {}", GRANTS.replace("{}", "m")));
    keeps(
        EVERYBODY,
        TABLE,
        "materialized view|public|m",
        create,
        "ALTER MATERIALIZED VIEW m OWNER TO own; REFRESH MATERIALIZED VIEW m WITH NO DATA",
    );
}

#[test]
fn a_materialized_view_without_rows_by_its_text_is_filled_if_it_was() {
    let database = database(TABLE);
    let create = "CREATE MATERIALIZED VIEW public.m AS SELECT id FROM t WITH NO DATA";
    ok(database.run(&format!("{create}; REFRESH MATERIALIZED VIEW m")));
    let mut session = session(&database, "postgres");
    assert!(recreate(&mut session, &object("materialized view|public|m"), create, Restored::WhatNoTextSays).is_empty());
    assert!(matches!(session.commit(), Ok(Some(Ok(())))));
    assert_eq!(ok(database.value("SELECT relispopulated::text FROM pg_class WHERE relname = 'm'")), "true");
}

#[test]
fn a_routine_keeps_everything() {
    let grants = "REVOKE EXECUTE ON ROUTINE {} FROM PUBLIC; GRANT EXECUTE ON ROUTINE {} TO \"Z role\" WITH GRANT OPTION; SET ROLE \"Z role\";
        GRANT EXECUTE ON ROUTINE {} TO \"user\"; RESET ROLE; COMMENT ON ROUTINE {} IS 'c';";
    let create = "CREATE FUNCTION public.\"F\"(n int, VARIADIC more text[] DEFAULT '{}') RETURNS SETOF int STABLE SET work_mem = '1MB' LANGUAGE sql AS 'select n'";
    let extras = "ALTER FUNCTION \"F\" OWNER TO own; ALTER FUNCTION \"F\" COST 7.5 ROWS 3 PARALLEL RESTRICTED SECURITY DEFINER STRICT IMMUTABLE;
        ALTER FUNCTION \"F\" RESET work_mem; ALTER FUNCTION \"F\" SET search_path = public, \"A, b\", ''; \
        ALTER FUNCTION \"F\" SET DateStyle = 'ISO, DMY'; ";
    let function = "function|public|F (integer, text[])";
    keeps(EVERYBODY, "", function, create, &format!("{extras}{}", grants.replace("{}", "\"F\"")));
    keeps(
        SUPERUSER,
        "",
        function,
        create,
        "ALTER FUNCTION \"F\" LEAKPROOF; ALTER FUNCTION \"F\" SUPPORT pg_catalog.generate_series_int4_support; ALTER FUNCTION \"F\" SET \"my.own\" = 'x''y'",
    );
    let create = "CREATE PROCEDURE public.p(INOUT n int) LANGUAGE plpgsql AS 'begin end'";
    let extras = "ALTER PROCEDURE p OWNER TO own; ALTER PROCEDURE p SECURITY DEFINER SET work_mem = '2MB';";
    keeps(EVERYBODY, "", "procedure|public|p (integer)", create, &format!("{extras}{}", grants.replace("{}", "p")));
    let create = "CREATE AGGREGATE public.total(int) (SFUNC = int4pl, STYPE = int)";
    let extras = "ALTER AGGREGATE total(int) OWNER TO own;";
    keeps(EVERYBODY, "", "aggregate|public|total (integer)", create, &format!("{extras}{}", grants.replace("{}", "total")));
    let create = "CREATE AGGREGATE public.mid(float8 ORDER BY int) (SFUNC = f, STYPE = int)";
    let base = "CREATE FUNCTION f(int, int) RETURNS int LANGUAGE sql AS 'select 1'";
    let extras = "ALTER AGGREGATE mid(float8 ORDER BY int) OWNER TO own; COMMENT ON AGGREGATE mid(float8 ORDER BY int) IS 'x'; REVOKE ALL ON FUNCTION mid FROM PUBLIC";
    keeps(EVERYBODY, base, "aggregate|public|mid (double precision, integer)", create, extras);
}

#[test]
fn default_privileges_do_not_add_to_what_was_granted() {
    let base = "CREATE TABLE t (id int); GRANT SELECT ON t TO PUBLIC; ALTER TABLE t OWNER TO own";
    for role in EVERYBODY {
        let create = "CREATE VIEW public.v AS SELECT id FROM t";
        let extras = format!(
            "ALTER VIEW v OWNER TO own; ALTER DEFAULT PRIVILEGES FOR ROLE {role} GRANT SELECT, INSERT ON TABLES TO stranger WITH GRANT OPTION;"
        );
        keeps(&[role], base, "view|public|v", create, &extras);
        let create = "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'select 1'";
        let extras = format!(
            "ALTER FUNCTION f OWNER TO own; ALTER DEFAULT PRIVILEGES FOR ROLE {role} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;"
        );
        keeps(&[role], base, "function|public|f", create, &extras);
    }
}

#[test]
fn types_keep_everything_but_what_their_text_says() {
    let grants = "ALTER TYPE {} OWNER TO own; COMMENT ON TYPE {} IS 'c'; REVOKE USAGE ON TYPE {} FROM PUBLIC; GRANT USAGE ON TYPE {} TO y WITH GRANT OPTION;";
    keeps(EVERYBODY, "", "type|public.e", "CREATE TYPE public.e AS ENUM ('a', 'b')", &grants.replace("{}", "e"));
    let more = "COMMENT ON COLUMN pair.a IS 'first'; CREATE FUNCTION on_pair(pair) RETURNS int LANGUAGE sql AS 'select 1'; ALTER FUNCTION on_pair OWNER TO own;";
    keeps(
        EVERYBODY,
        "",
        "type|public.pair",
        "CREATE TYPE public.pair AS (a int, \"select\" text)",
        &format!("{more}{}", grants.replace("{}", "pair")),
    );
    keeps(EVERYBODY, "", "type|public.span", "CREATE TYPE public.span AS RANGE (SUBTYPE = int)", &grants.replace("{}", "span"));
    let more = "COMMENT ON CONSTRAINT positive ON DOMAIN \"D\" IS 'k'; ALTER DOMAIN \"D\" ADD CONSTRAINT small CHECK (value < 9) NOT VALID; \
         COMMENT ON CONSTRAINT small ON DOMAIN \"D\" IS 's';";
    let create = "CREATE DOMAIN public.\"D\" AS int CONSTRAINT positive CHECK (value > 0)";
    keeps(EVERYBODY, "", "type|public.\"D\"", create, &format!("{more}{}", grants.replace("{}", "\"D\"")));
}

#[test]
fn what_hangs_on_a_table_keeps_its_state() {
    let base = &format!(
        "{TABLE}; CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'; CREATE FUNCTION two(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'select 2'"
    );
    for state in ["DISABLE", "ENABLE REPLICA", "ENABLE ALWAYS"] {
        let extras = format!("ALTER TABLE t {state} TRIGGER \"T r\"; COMMENT ON TRIGGER \"T r\" ON t IS 'c'");
        keeps(
            EVERYBODY,
            base,
            "trigger|public|t|T r",
            "CREATE TRIGGER \"T r\" BEFORE INSERT ON public.t EXECUTE FUNCTION public.tf()",
            &extras,
        );
        let extras = format!("ALTER TABLE t {state} RULE ru; COMMENT ON RULE ru ON t IS 'c'");
        keeps(EVERYBODY, base, "rule|public|t|ru", "CREATE RULE ru AS ON DELETE TO public.t DO ALSO NOTHING", &extras);
    }
    let create = "CREATE POLICY po ON public.t USING (id > 1)";
    keeps(EVERYBODY, base, "policy|public|t|po", create, "COMMENT ON POLICY po ON t IS 'c'");
    let extras = "ALTER INDEX ix ALTER COLUMN 1 SET STATISTICS 9; ALTER INDEX ix SET (fillfactor = 40); COMMENT ON INDEX ix IS 'c'; ALTER TABLE t CLUSTER ON ix";
    keeps(EVERYBODY, base, "index|public|ix", "CREATE INDEX ix ON public.t (two(id))", extras);
    keeps(
        EVERYBODY,
        base,
        "index|public|ix",
        "CREATE UNIQUE INDEX ix ON public.t (id)",
        "ALTER TABLE t REPLICA IDENTITY USING INDEX ix",
    );
    let extras = "ALTER STATISTICS st SET STATISTICS 5; ALTER STATISTICS st OWNER TO own; COMMENT ON STATISTICS st IS 'c'";
    keeps(EVERYBODY, base, "statistics object|public|st", "CREATE STATISTICS public.st ON id, a FROM public.t", extras);
    // All of that as dependents of a function, as PostgreSQL describes it.
    let create = "CREATE FUNCTION public.g(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'select 2'";
    let extras = "CREATE INDEX gi ON t (g(id)); COMMENT ON INDEX gi IS 'gi'; ALTER TABLE t ADD CONSTRAINT gk CHECK (g(id) = 2) NOT VALID; \
        COMMENT ON CONSTRAINT gk ON t IS 'gk'; ALTER TABLE t ALTER COLUMN b SET DEFAULT g(1); CREATE POLICY gp ON t AS RESTRICTIVE FOR UPDATE TO y, \"user\" USING (g(id) = 1) WITH CHECK (g(2) = 3); \
        COMMENT ON POLICY gp ON t IS 'gp'; CREATE TRIGGER gt AFTER UPDATE ON t FOR EACH ROW WHEN (g(new.id) = 1) EXECUTE FUNCTION tf(); ALTER TABLE t DISABLE TRIGGER gt; \
        CREATE STATISTICS gs ON g(id), a FROM t; ALTER STATISTICS gs OWNER TO own; CREATE RULE gr AS ON UPDATE TO t WHERE g(new.id) = 3 DO ALSO NOTHING; ALTER TABLE t ENABLE REPLICA RULE gr; \
        CREATE DOMAIN gd AS int CONSTRAINT gc CHECK (g(value) > 0); COMMENT ON CONSTRAINT gc ON DOMAIN gd IS 'gc'; ALTER DOMAIN gd OWNER TO own; \
        CREATE VIEW gv AS SELECT g(id) AS x, g(2) FROM t; ALTER VIEW gv OWNER TO own; ALTER VIEW gv SET (security_barrier); ALTER FUNCTION g OWNER TO own;";
    keeps(EVERYBODY, base, "function|public|g (integer)", create, extras);
    let members = "ALTER PUBLICATION pu ADD TABLE t (id, b) WHERE (id > 1); CREATE TABLE u (); ALTER PUBLICATION pu ADD TABLE u; COMMENT ON PUBLICATION pu IS 'c'";
    keeps(SUPERUSER, base, "publication|pu", "CREATE PUBLICATION pu", members);
}

#[test]
fn other_kinds_keep_owner_and_comment() {
    let base = "CREATE FUNCTION f(int, int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'select true'; CREATE TYPE e AS ENUM ('a'); \
         CREATE FUNCTION ef() RETURNS event_trigger LANGUAGE plpgsql AS 'begin end'; CREATE FUNCTION to_e(int) RETURNS e LANGUAGE sql AS 'select ''a''::e';";
    let owned = |kind: &str, name: &str| format!("ALTER {kind} {name} OWNER TO own; COMMENT ON {kind} {name} IS 'c';");
    let keeps_owner =
        |roles: &[&str], root: &str, create: &str, kind: &str, name: &str| keeps(roles, base, root, create, &owned(kind, name));
    keeps_owner(
        EVERYBODY,
        "operator|public|<=> (integer, integer)",
        "CREATE OPERATOR public.<=> (LEFTARG = int, RIGHTARG = int, FUNCTION = f)",
        "OPERATOR",
        "<=>(int, int)",
    );
    keeps_owner(EVERYBODY, "collation|public|C o", "CREATE COLLATION public.\"C o\" (LOCALE = 'C')", "COLLATION", "\"C o\"");
    keeps_owner(
        EVERYBODY,
        "conversion|public|cv",
        "CREATE CONVERSION public.cv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
        "CONVERSION",
        "cv",
    );
    keeps_owner(
        EVERYBODY,
        "text search dictionary|public|td",
        "CREATE TEXT SEARCH DICTIONARY public.td (TEMPLATE = simple)",
        "TEXT SEARCH DICTIONARY",
        "td",
    );
    let mapped = "ALTER TEXT SEARCH CONFIGURATION tc ALTER MAPPING FOR word WITH english_stem, simple; ALTER TEXT SEARCH CONFIGURATION tc DROP MAPPING FOR url;";
    let extras = format!("{}{mapped}", owned("TEXT SEARCH CONFIGURATION", "tc"));
    keeps(
        EVERYBODY,
        base,
        "text search configuration|public|tc",
        "CREATE TEXT SEARCH CONFIGURATION public.tc (COPY = simple)",
        &extras,
    );
    keeps_owner(
        SUPERUSER,
        "operator class|btree|public|oc",
        "CREATE OPERATOR CLASS public.oc FOR TYPE int USING btree AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int)",
        "OPERATOR CLASS",
        "oc USING btree",
    );
    keeps_owner(
        SUPERUSER,
        "operator family|btree|public|fa",
        "CREATE OPERATOR FAMILY public.fa USING btree",
        "OPERATOR FAMILY",
        "fa USING btree",
    );
    keeps(
        SUPERUSER,
        base,
        "cast|integer (public.e)",
        "CREATE CAST (int AS public.e) WITH FUNCTION public.to_e(int)",
        "COMMENT ON CAST (int AS e) IS 'c'",
    );
    keeps(
        SUPERUSER,
        base,
        "event trigger|et",
        "CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION public.ef()",
        "COMMENT ON EVENT TRIGGER et IS 'c'; ALTER EVENT TRIGGER et ENABLE REPLICA",
    );
    keeps(
        SUPERUSER,
        base,
        "schema|S",
        "CREATE SCHEMA \"S\"",
        "ALTER SCHEMA \"S\" OWNER TO own; COMMENT ON SCHEMA \"S\" IS 'c'; GRANT CREATE ON SCHEMA \"S\" TO y WITH GRANT OPTION",
    );
    keeps_owner(SUPERUSER, "publication|pu", "CREATE PUBLICATION pu", "PUBLICATION", "pu");
}

#[test]
fn foreign_objects_keep_everything() {
    let base = "CREATE FOREIGN DATA WRAPPER w; GRANT USAGE ON FOREIGN DATA WRAPPER w TO PUBLIC";
    let fdw = "ALTER FOREIGN DATA WRAPPER x OPTIONS (ADD a '1'); GRANT USAGE ON FOREIGN DATA WRAPPER x TO y WITH GRANT OPTION; COMMENT ON FOREIGN DATA WRAPPER x IS 'c'";
    keeps(SUPERUSER, base, "foreign-data wrapper|x", "CREATE FOREIGN DATA WRAPPER x OPTIONS (b '2')", fdw);
    let server = "ALTER SERVER s VERSION '2' OPTIONS (SET a '1', ADD \"b c\" 'x''y'); ALTER SERVER s OWNER TO own; GRANT USAGE ON FOREIGN SERVER s TO PUBLIC; COMMENT ON SERVER s IS 'c'";
    keeps(EVERYBODY, base, "server|s", "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (a '0')", server);
    let base = format!("{base}; CREATE SERVER s FOREIGN DATA WRAPPER w; GRANT USAGE ON FOREIGN SERVER s TO PUBLIC");
    keeps(
        SUPERUSER,
        &base,
        "user mapping|public (s)",
        "CREATE USER MAPPING FOR public SERVER s",
        "ALTER USER MAPPING FOR public SERVER s OPTIONS (password 'p')",
    );
    let table = "ALTER FOREIGN TABLE ft OWNER TO own; ALTER FOREIGN TABLE ft OPTIONS (ADD a 'b'); ALTER FOREIGN TABLE ft ALTER COLUMN x OPTIONS (ADD n 'm');
        ALTER FOREIGN TABLE ft ALTER COLUMN x SET STATISTICS 8; ALTER FOREIGN TABLE ft ALTER COLUMN x SET (n_distinct = 2); COMMENT ON FOREIGN TABLE ft IS 'c';
        COMMENT ON COLUMN ft.x IS 'x'; COMMENT ON CONSTRAINT k ON ft IS 'k'; GRANT SELECT (x) ON ft TO y; CREATE VIEW fv AS SELECT * FROM ft; ALTER VIEW fv OWNER TO own;";
    keeps(
        EVERYBODY,
        &base,
        "foreign table|public|ft",
        "CREATE FOREIGN TABLE public.ft (x int CONSTRAINT k CHECK (x > 0)) SERVER s",
        table,
    );
}

#[test]
fn a_member_of_an_extension_is_one_again() {
    let base = "CREATE EXTENSION hstore; CREATE TABLE t (id int)";
    let extras =
        "GRANT SELECT ON v TO y; ALTER EXTENSION hstore ADD VIEW v; GRANT INSERT ON v TO \"user\"; REVOKE SELECT ON v FROM y";
    keeps(SUPERUSER, base, "view|public|v", "CREATE VIEW public.v AS SELECT id FROM public.t", extras);
    let members = "SELECT count(*)::text FROM pg_depend WHERE deptype = 'x'";
    let database = database(base);
    let create = "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'select 1'";
    ok(database.run(&format!("{create}; ALTER FUNCTION f DEPENDS ON EXTENSION hstore")));
    let mut session = session(&database, "postgres");
    assert!(recreate(&mut session, &object("function|public|f"), create, Restored::WhatNoTextSays).is_empty());
    assert!(matches!(session.commit(), Ok(Some(Ok(())))));
    assert_eq!(ok(database.value(members)), "1");
}

#[test]
fn what_or_replace_undoes_is_set_again() {
    let database = database(TABLE);
    let (view, function) = ("VIEW public.v AS SELECT id FROM t", "FUNCTION public.f() RETURNS int LANGUAGE sql AS 'select 1'");
    ok(database.run(&format!(
        "CREATE {view}; ALTER VIEW v SET (security_barrier); CREATE {function}; ALTER FUNCTION f() SET work_mem = '1MB' SECURITY DEFINER COST 3"
    )));
    let before = shown(&database);
    let mut session = session(&database, "postgres");
    let ids = locate(&mut session, &[object("view|public|v"), object("function|public|f")]);
    let carried = attributes::capture(&mut session, &ids).unwrap_or_else(|error| panic!("{error}"));
    run(&mut session, &[format!("CREATE OR REPLACE {view}"), format!("CREATE OR REPLACE {function}")]);
    let restored = Restored::All;
    let again: Vec<Recreated<'_>> =
        carried.iter().map(|was| Recreated { was, now: was.id, restored, by: AttemptId::Statement(StatementId(2)) }).collect();
    assert_eq!(attributes::restore(&mut session, &again).ok(), Some(Vec::new()));
    let steps = attributes::steps(&mut session, &again).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(steps, [Some(Vec::new()), Some(Vec::new())]);
    assert!(matches!(session.commit(), Ok(Some(Ok(())))));
    assert_eq!(shown(&database), before);
}

#[test]
fn a_tablespace_is_kept() {
    let elsewhere = database("");
    let mut client = ok(elsewhere.connect());
    for sql in ["SET allow_in_place_tablespaces = on", "CREATE TABLESPACE \"Space\" LOCATION ''"] {
        client.batch_execute(sql).unwrap_or_else(|error| panic!("{error}"));
    }
    let extras = "ALTER MATERIALIZED VIEW m SET TABLESPACE \"Space\"; CREATE INDEX mi ON m (id) TABLESPACE \"Space\"";
    keeps(SUPERUSER, TABLE, "materialized view|public|m", "CREATE MATERIALIZED VIEW public.m AS SELECT id FROM public.t", extras);
}

#[test]
fn a_changed_text_decides_what_it_can_say() {
    let database = database(TABLE);
    ok(database.run("CREATE VIEW v WITH (security_barrier) AS SELECT id, a FROM t; ALTER VIEW v OWNER TO own; GRANT SELECT ON v TO y; \
        COMMENT ON COLUMN v.a IS 'gone'; GRANT SELECT (a) ON v TO y; COMMENT ON COLUMN v.id IS 'kept'; ALTER VIEW v ALTER COLUMN id SET DEFAULT 3"));
    let mut session = session(&database, "postgres");
    let refused =
        recreate(&mut session, &object("view|public|v"), "CREATE VIEW v AS SELECT id, b FROM t", Restored::WhatNoTextSays);
    assert!(refused.is_empty(), "{refused:?}");
    assert!(matches!(session.commit(), Ok(Some(Ok(())))));
    let dump = ok(database.schema());
    assert!(!dump.contains("security_barrier") && !dump.contains("gone"), "{dump}");
    for kept in [
        "ALTER TABLE public.v OWNER TO own",
        "COLUMN public.v.id IS 'kept'",
        "GRANT SELECT ON TABLE public.v TO y",
        "SET DEFAULT 3",
    ] {
        assert!(dump.contains(kept), "{kept}\n{dump}");
    }
}

#[test]
fn what_cannot_be_given_back_is_refused_by_name() {
    let database = database(TABLE);
    let create = "CREATE VIEW public.v AS SELECT id FROM t";
    ok(database.run(&format!("{create}; ALTER VIEW v OWNER TO own; GRANT SELECT ON v TO \"Z role\" WITH GRANT OPTION; SET ROLE \"Z role\"; GRANT SELECT ON v TO y")));
    let mut by_outsider = session(&database, "outsider");
    let refused = recreate(&mut by_outsider, &object("view|public|v"), create, Restored::All);
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0].object.to_string(), "view.v");
    assert_eq!(refused[0].what, "the privileges SELECT of y, granted by \"Z role\"");
    assert_eq!(refused[0].error.as_ref().map(|error| error.code.as_str()), Some("42501"));
    by_outsider.rollback().unwrap_or_else(|error| panic!("{error}"));
    // No provider of security labels is loaded: the label can only be there by a restored catalog.
    ok(database.run("SET allow_system_table_mods = on; INSERT INTO pg_seclabel VALUES ('v'::regclass, 'pg_class'::regclass, 0, 'selinux', 'secret')"));
    let mut by_superuser = session(&database, "postgres");
    let refused = recreate(&mut by_superuser, &object("view|public|v"), create, Restored::All);
    assert_eq!(refused.iter().map(|one| one.what.as_str()).collect::<Vec<_>>(), ["the security label of selinux"]);
}
