//! What stands in the way of a drop is found whatever its kind, in an order in which PostgreSQL drops it without CASCADE.

mod support;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use pgmg::internals::engine::rules::drops::drop_statements;
use pgmg::internals::model::attempt::{Attempt, AttemptId, Part};
use pgmg::internals::model::dependent::{Dependent, DropRole};
use pgmg::internals::model::object::{CatalogId, Object};
use pgmg::internals::model::statement::StatementId;
use pgmg::internals::postgres::attributes;
use pgmg::internals::postgres::catalog;
use pgmg::internals::postgres::catalog::blockers;
use pgmg::internals::postgres::connection::Target;
use pgmg::internals::postgres::session::Session;
use pgmg::internals::sql::spelling;
use support::database::{Database, Server};

static SERVER: LazyLock<Arc<Server>> =
    LazyLock::new(|| Server::start().unwrap_or_else(|error| panic!("{}", error.message().unwrap_or_default())));

fn ok<T>(outcome: support::Outcome<T>) -> T {
    outcome.unwrap_or_else(|failed| panic!("{}", failed.message().unwrap_or_default()))
}

fn database(sql: &str) -> (Database, Session) {
    let database = ok(SERVER.database(None));
    ok(database.run(sql));
    let target = Target::resolve(Some(&database.connection_string()), &|_| None).unwrap_or_else(|error| panic!("{error}"));
    let mut session = Session::open(&target, Duration::from_secs(10)).unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(session.begin(), Ok(Ok(()))));
    (database, session)
}

fn object(kind: &str, names: &[&str], args: &[&str]) -> Object {
    let list = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Object { kind: kind.into(), names: list(names), args: list(args) }
}

fn locate(session: &mut Session, object: Object) -> CatalogId {
    catalog::locate(session, &[object]).unwrap_or_else(|error| panic!("{error}"))[0]
}

fn dependents(session: &mut Session, of: &[CatalogId]) -> Vec<Dependent> {
    blockers::dependents(session, of).unwrap_or_else(|error| panic!("{error}"))
}

/// The first statement that fails, with its error.
fn failing(session: &mut Session, sql: &[String]) -> Option<String> {
    let attempt = |sql| Attempt { id: AttemptId::Statement(StatementId(1)), parts: vec![Part::own(sql)] };
    let attempts: Vec<Attempt<'_>> = sql.iter().map(|sql| attempt(sql.as_str())).collect();
    let outcome = session.attempt(&attempts).unwrap_or_else(|error| panic!("{error}"));
    outcome.failure.map(|failure| format!("{}: {} {:?}", sql[failure.attempt], failure.error.message, failure.error.detail))
}

fn drops(all: &[Dependent]) -> Vec<String> {
    all.iter().flat_map(|one| drop_statements(one).unwrap_or_else(|| panic!("{} cannot be dropped", one.object))).collect()
}

/// One line for each: its label and how it stands.
fn listed(all: &[Dependent]) -> Vec<String> {
    let names: HashMap<CatalogId, String> = all.iter().map(|one| (one.id, one.object.to_string())).collect();
    let mut lines: Vec<String> = all
        .iter()
        .filter(|one| one.role != DropRole::Requested)
        .map(|one| match one.role {
            DropRole::Part(owner) => format!("{}, part of {}", one.object, names.get(&owner).map_or("?", String::as_str)),
            _ => one.object.to_string(),
        })
        .collect();
    lines.sort();
    lines
}

const EVERY_KIND: &str = "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, a text);
    CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'select 1';
    CREATE VIEW v AS SELECT id, f(id) FROM t; CREATE MATERIALIZED VIEW m AS SELECT * FROM v; CREATE INDEX mi ON m (id);
    CREATE STATISTICS ms ON id, f FROM m; CREATE VIEW above AS SELECT * FROM m;
    CREATE INDEX ti ON t (f(id)); CREATE POLICY p ON t USING (f(id) = 1); ALTER TABLE t ADD CHECK (f(id) = 1);
    ALTER TABLE t ALTER COLUMN id SET DEFAULT f(3); CREATE STATISTICS ts ON f(id), a FROM t;
    CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
    CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW WHEN (f(new.id) = 1) EXECUTE FUNCTION tf();
    CREATE RULE ru AS ON INSERT TO t WHERE f(new.id) = 1 DO ALSO NOTHING; CREATE RULE vr AS ON DELETE TO v DO INSTEAD NOTHING;
    CREATE TRIGGER vt INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION tf(); ALTER VIEW v ALTER COLUMN id SET DEFAULT 3;
    CREATE FUNCTION of_v(v) RETURNS int LANGUAGE sql AS 'select 1'; CREATE FUNCTION of_vs() RETURNS v[] LANGUAGE sql AS 'select null::v[]';
    CREATE DOMAIN d AS int CHECK (f(value) = 1); CREATE FUNCTION of_d(d) RETURNS int LANGUAGE sql AS 'select 1';
    CREATE AGGREGATE ag(int) (SFUNC = int4pl, STYPE = int, FINALFUNC = f);
    CREATE FUNCTION atomic() RETURNS int BEGIN ATOMIC SELECT f(1); END;
    CREATE OPERATOR !!! (RIGHTARG = int, FUNCTION = f); CREATE VIEW by_operator AS SELECT !!! 3 AS x;
    CREATE FUNCTION cast_f(e) RETURNS int LANGUAGE sql AS 'select 1'; CREATE CAST (e AS int) WITH FUNCTION cast_f(e);";

#[test]
fn every_kind_of_dependent_of_a_function_is_found_and_dropped() {
    let (_database, mut session) = database(EVERY_KIND);
    let id = locate(&mut session, object("function", &["public", "f"], &["integer"]));
    let all = dependents(&mut session, &[id]);
    let expected = [
        "aggregate.ag(integer)",
        "default value.t.id",
        "default value.v.id, part of view.v",
        "domain constraint.\"public.d\"(d_check)",
        "function.atomic()",
        "function.of_v(v)",
        "function.of_vs()",
        "index.mi, part of materialized view.m",
        "index.ti",
        "materialized view.m",
        "operator.!!!(integer)",
        "policy.t.p",
        "rule.t.ru",
        "rule.v.vr, part of view.v",
        "statistics object.ms, part of materialized view.m",
        "statistics object.ts",
        "table constraint.t.t_id_check",
        "trigger.t.tr",
        "trigger.v.vt, part of view.v",
        "view.above",
        "view.by_operator",
        "view.v",
    ];
    let found = listed(&all);
    assert_eq!(found, expected, "{found:#?}");
    assert_eq!(failing(&mut session, &drops(&all)), None);
}

#[test]
fn a_part_that_needs_something_else_is_dropped_before_it() {
    let (_database, mut session) = database(EVERY_KIND);
    let view = locate(&mut session, object("view", &["public", "v"], &[]));
    let function = locate(&mut session, object("function", &["public", "tf"], &[]));
    // The function's other trigger, on the table, has to go too; that on the view goes with the view or before the function.
    let all = dependents(&mut session, &[view, function]);
    let trigger = all.iter().find(|one| one.object.names.last().is_some_and(|name| name == "vt"));
    assert_eq!(trigger.map(|one| one.role), Some(DropRole::Part(view)));
    assert_eq!(failing(&mut session, &drops(&all)), None);
    // A trigger on a view over the row type of that view.
    let sql = "CREATE VIEW v AS SELECT 1 AS x; CREATE FUNCTION vf(v) RETURNS bool LANGUAGE sql AS 'select true';
        CREATE VIEW w AS SELECT vf(v) FROM v; CREATE RULE r AS ON INSERT TO v DO INSTEAD SELECT * FROM w; CREATE RULE s AS ON UPDATE TO v DO INSTEAD NOTHING";
    let (_database, mut session) = database(sql);
    let view = locate(&mut session, object("view", &["public", "v"], &[]));
    let all = dependents(&mut session, &[view]);
    let drops = drops(&all);
    assert_eq!(drops.iter().filter(|sql| sql.starts_with("DROP RULE")).count(), 1, "{drops:?}");
    assert_eq!(failing(&mut session, &drops), None);
}

#[test]
fn what_holds_data_is_named_and_not_walked_through() {
    let sql = "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (id int, k e, g int GENERATED ALWAYS AS (id) STORED); CREATE VIEW on_column AS SELECT k FROM t;
        CREATE VIEW other AS SELECT id FROM t; CREATE TYPE pair AS (k e); CREATE VIEW of_pair AS SELECT null::pair AS p; CREATE TABLE of_type OF pair;
        CREATE SEQUENCE s; CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'select 1'; CREATE TABLE u (a int, b int GENERATED ALWAYS AS (f(a)) STORED);
        CREATE INDEX ki ON t (k); CREATE PUBLICATION pu FOR TABLE t (id)";
    let (_database, mut session) = database(sql);
    let kind = locate(&mut session, object("type", &["public.e"], &[]));
    let all = dependents(&mut session, &[kind]);
    assert_eq!(
        listed(&all),
        ["table column.of_type.k", "table column.t.k", "table.of_type", "type.pair", "view.of_pair", "view.on_column"]
    );
    let held: Vec<String> = all.iter().filter(|one| drop_statements(one).is_none()).map(|one| one.object.to_string()).collect();
    assert_eq!(held.len(), 3, "{held:?}");
    let function = locate(&mut session, object("function", &["public", "f"], &["integer"]));
    assert_eq!(listed(&dependents(&mut session, &[function])), ["table column.u.b"]);
    let table = locate(&mut session, object("table", &["public", "t"], &[]));
    let of_column = blockers::dependents_of_column(&mut session, table, 2).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(listed(&of_column), ["index.ki, part of table column.t.k", "view.on_column"]);
    assert_eq!(of_column.last().map(|one| (one.role, one.sub)), Some((DropRole::Requested, 2)));
    let whole = dependents(&mut session, &[table]);
    let expected = ["index.ki, part of table.t", "publication relation.t(pu), part of table.t", "view.on_column", "view.other"];
    let found: Vec<String> = listed(&whole).into_iter().filter(|line| !line.starts_with("default value")).collect();
    assert_eq!(found, expected);
}

#[test]
fn members_of_extensions_are_taken_out_of_them_first() {
    let sql = "CREATE EXTENSION hstore; CREATE VIEW v AS SELECT 1 AS x; ALTER EXTENSION hstore ADD VIEW v; CREATE VIEW w AS SELECT x FROM v; CREATE VIEW h AS SELECT 'a=>1'::hstore";
    let (_database, mut session) = database(sql);
    let view = locate(&mut session, object("view", &["public", "v"], &[]));
    let all = dependents(&mut session, &[view]);
    assert_eq!(
        drops(&all),
        ["DROP VIEW public.w RESTRICT", "ALTER EXTENSION hstore DROP VIEW public.v", "DROP VIEW public.v RESTRICT"]
    );
    assert_eq!(failing(&mut session, &drops(&all)), None);
    let extension = locate(&mut session, object("extension", &["hstore"], &[]));
    let all = dependents(&mut session, &[extension]);
    assert_eq!(drops(&all), ["DROP VIEW public.h RESTRICT", "DROP EXTENSION hstore RESTRICT"]);
    assert_eq!(failing(&mut session, &drops(&all)), None);
}

#[test]
fn objects_that_were_asked_about_stand_in_their_places_among_the_others() {
    let sql = "CREATE VIEW a AS SELECT 1 AS x; CREATE VIEW b AS SELECT x FROM a; CREATE VIEW c AS SELECT x FROM b; CREATE VIEW d AS SELECT x FROM c";
    let (_database, mut session) = database(sql);
    let a = locate(&mut session, object("view", &["public", "a"], &[]));
    let c = locate(&mut session, object("view", &["public", "c"], &[]));
    let all = dependents(&mut session, &[a, c]);
    let names: Vec<String> = all.iter().map(|one| one.object.name()).collect();
    assert_eq!(names, ["d", "c", "b", "a"]);
    assert_eq!(failing(&mut session, &drops(&all)), None);
}

#[test]
fn a_circle_ends_and_is_left_to_postgresql() {
    let sql = "CREATE VIEW v AS SELECT 1 AS x; CREATE FUNCTION f(v) RETURNS int LANGUAGE sql AS 'select 1'; CREATE OR REPLACE VIEW v AS SELECT f(null) AS x";
    let (_database, mut session) = database(sql);
    let view = locate(&mut session, object("view", &["public", "v"], &[]));
    let all = dependents(&mut session, &[view]);
    assert_eq!(listed(&all), ["function.f(v)"]);
    assert!(failing(&mut session, &drops(&all)).is_some());
}

/// Each object's own DROP statement, for every kind that can be created without C code.
#[test]
fn every_kind_has_its_drop_statement() {
    let sql = format!("{EVERY_KIND}
        CREATE PROCEDURE \"P\"(IN a int, OUT b text) LANGUAGE plpgsql AS 'begin b := 1; end';
        CREATE TYPE pair AS (a int); CREATE TYPE span AS RANGE (SUBTYPE = int); CREATE COLLATION \"user\" (LOCALE = 'C');
        CREATE CONVERSION cv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8; CREATE TEXT SEARCH DICTIONARY td (TEMPLATE = simple);
        CREATE TEXT SEARCH CONFIGURATION tc (COPY = simple); CREATE OPERATOR FAMILY fa USING btree;
        ALTER OPERATOR FAMILY fa USING btree ADD OPERATOR 1 < (int4, int8), FUNCTION 1 (int4, int8) btint48cmp(int4, int8);
        CREATE OPERATOR CLASS oc FOR TYPE int USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(int); CREATE OPERATOR ==> (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
        CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE USER MAPPING FOR PUBLIC SERVER s; CREATE FOREIGN TABLE ft (a int CHECK (a > 0)) SERVER s;
        CREATE FUNCTION ef() RETURNS event_trigger LANGUAGE plpgsql AS 'begin end'; CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION ef();
        CREATE SCHEMA \"S\"; CREATE PUBLICATION pu FOR TABLE t; ALTER PUBLICATION pu ADD TABLES IN SCHEMA \"S\"; CREATE LANGUAGE pl HANDLER plpgsql_call_handler;
        CREATE ACCESS METHOD hp TYPE TABLE HANDLER heap_tableam_handler; CREATE EXTENSION citext; CREATE TEXT SEARCH TEMPLATE tt (LEXIZE = dsimple_lexize, INIT = dsimple_init);
        CREATE TEXT SEARCH PARSER tp (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
        CREATE FUNCTION tr_from(internal) RETURNS internal IMMUTABLE LANGUAGE internal AS 'int8out'; CREATE TRANSFORM FOR e LANGUAGE pl (FROM SQL WITH FUNCTION tr_from(internal));
        CREATE TRIGGER ct AFTER INSERT ON ft FOR EACH ROW EXECUTE FUNCTION tf(); CREATE CONSTRAINT TRIGGER cct AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION tf();");
    let (_database, mut session) = database(&sql);
    let catalogs = session.query("SELECT DISTINCT classid, objid FROM pg_catalog.pg_depend d WHERE objid >= 16384 AND deptype <> 'i' AND
        NOT EXISTS (SELECT FROM pg_catalog.pg_depend i WHERE i.classid = d.classid AND i.objid = d.objid AND i.deptype IN ('i', 'e'))
        UNION SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, oid FROM pg_catalog.pg_namespace WHERE oid >= 16384 AND NOT pg_catalog.starts_with(nspname::pg_catalog.text, 'pg_')
        UNION SELECT 'pg_catalog.pg_event_trigger'::pg_catalog.regclass, oid FROM pg_catalog.pg_event_trigger
        UNION SELECT 'pg_catalog.pg_publication'::pg_catalog.regclass, oid FROM pg_catalog.pg_publication
        UNION SELECT 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass, oid FROM pg_catalog.pg_foreign_data_wrapper
        UNION SELECT 'pg_catalog.pg_am'::pg_catalog.regclass, oid FROM pg_catalog.pg_am WHERE oid >= 16384", &[]);
    let ids: Vec<CatalogId> = catalogs
        .unwrap_or_else(|error| panic!("{error}"))
        .iter()
        .map(|row| CatalogId { class: row.get(0), object: row.get(1) })
        .collect();
    let names = catalog::identify(&mut session, &ids).unwrap_or_else(|error| panic!("{error}"));
    let mut kinds = HashSet::new();
    let mut undroppable = HashSet::new();
    for (id, object) in names.iter().filter(|(_, object)| !object.names[0].starts_with("pg_")) {
        if spelling::drop_statement(object).is_none() {
            undroppable.insert(object.kind.clone());
            continue;
        }
        kinds.insert(object.kind.clone());
        let all: Vec<Dependent> = dependents(&mut session, &[*id]);
        let Some(drops) = all.iter().map(drop_statements).collect::<Option<Vec<_>>>() else { continue };
        assert_eq!(failing(&mut session, &drops.concat()), None, "{object}");
        session.restart().unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(undroppable, HashSet::from(["table".into()]));
    assert!(kinds.len() >= 38, "{} kinds: {kinds:?}", kinds.len());
}

#[test]
fn thousands_of_dependents_are_found_quickly_and_in_order() {
    let (database, mut session) = database(&many());
    ok(database.run("ANALYZE"));
    let root = locate(&mut session, object("view", &["public", "v0"], &[]));
    let begin = Instant::now();
    let all = dependents(&mut session, &[root]);
    let walk = begin.elapsed();
    assert_eq!(all.len(), 1372);
    let ids: Vec<CatalogId> = all.iter().map(|one| one.id).collect();
    let begin = Instant::now();
    let carried = attributes::capture(&mut session, &ids).unwrap_or_else(|error| panic!("{error}"));
    println!("{} dependents: walk {walk:.0?}, capture {:.0?}", carried.len(), begin.elapsed());
    // Far above what it takes on a busy machine, far below what a walk that multiplies takes.
    assert!(walk < Duration::from_secs(2), "{walk:?}");
    assert_eq!(failing(&mut session, &drops(&all)), None);
}

/// A root view with 1,371 views and functions over it, up to about 15 deep.
fn many() -> String {
    let mut sql =
        "CREATE TABLE base (id int PRIMARY KEY, a int, b text); CREATE VIEW v0 AS SELECT id, a, b FROM base;".to_owned();
    let mut views = vec!["v0".to_owned()];
    for i in 1..=1371_usize {
        let (one, two) = (i * 7919 % views.len(), i * 104_729 % views.len());
        let (one, two) = (views[one].clone(), views[two].clone());
        if i % 4 == 0 {
            let _ = write!(
                sql,
                "CREATE FUNCTION f{i}(n int) RETURNS SETOF {one} BEGIN ATOMIC SELECT * FROM {one} WHERE id = n; END;"
            );
        } else {
            let _ = write!(sql, "CREATE VIEW v{i} AS SELECT x.id, x.a, y.b FROM {one} x JOIN {two} y USING (id);");
            views.push(format!("v{i}"));
        }
    }
    sql
}
