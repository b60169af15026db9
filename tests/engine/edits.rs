//! Random projects and what people do to their files.

use std::collections::BTreeMap;

use crate::random::Random;

/// One statement of a file, and what it is about: two of a project are not about the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub about: String,
    pub text: String,
}

/// A project's files.
#[derive(Debug, Clone, Default)]
pub struct Files {
    pub migrations: Vec<String>,
    pub code: BTreeMap<String, Vec<Piece>>,
}

/// What a history consists of.
#[derive(Debug, Clone)]
pub enum Edit {
    /// The piece about the same is replaced where it stands; else it is put into this file.
    Put(String, Piece),
    Remove(String),
    /// A piece goes into another file.
    Move(String, String),
    Rename(String, String),
    Migrate(String),
    /// Somebody changes the database.
    ByHand(String),
    /// What is done at once.
    All(Vec<Edit>),
}

/// Whether a statement of a migration may rename what code of before is bound to: code that is not written anew stays bound by
/// oid where a fresh build would bind by name.
pub const MIGRATIONS_RENAME: bool = false;

/// Whether a file in a dialect of its own, which is tried as a whole, may be changed in part, or hold other statements too: its
/// statements that are recorded as they are keep it from being tried as a whole.
pub const WHOLE_FILES_CHANGE_IN_PART: bool = false;

/// Whether blocks do something to objects that others make: nobody can take it back when the block is gone, and nobody knows what
/// to do again when the object was made anew.
pub const BLOCKS_ACT: bool = false;

/// Whether a view may be replaced by one over itself, which PostgreSQL takes: only circles of several objects are looked for.
pub const VIEWS_NEED_THEMSELVES: bool = false;

/// Whether a file may use something before it creates it, which `psql -f` would refuse: the order inside a file is stronger than a
/// name, so that what stands before is not done again when that is made anew.
pub const FILES_USE_BEFORE_THEY_CREATE: bool = false;

/// Whether statements may be moved so that a fresh build gives something else: their checksums are as they were, so that there is
/// nothing to do.
pub const MOVES_CHANGE_THE_WORLD: bool = false;

/// Whether two statements may have the same text: where one of them is recorded, the other one counts as recorded, too.
pub const STATEMENTS_HAVE_TWINS: bool = false;

/// Whether a file may make an object in two steps: when the second comes later, the first is no longer recorded.
pub const OBJECTS_ARE_MADE_TWICE: bool = false;

/// Whether what acts leaves out schemas, so that it may mean another object later: what it did to the first one stays.
pub const ACTS_ARE_SHADOWED: bool = false;

/// Whether a world counts where names and files want statements before each other, and another schema serves one of the names:
/// which hint gives way depends on all statements, also on those that come later.
pub const CIRCLES_OF_NAMES: bool = false;

const MOST_PIECES: usize = 12;

impl Files {
    pub fn pieces(&self) -> impl Iterator<Item = (&String, &Piece)> {
        self.code.iter().flat_map(|(file, pieces)| pieces.iter().map(move |piece| (file, piece)))
    }

    /// The files after an edit.
    pub fn edited(&self, edit: &Edit) -> Files {
        let mut files = self.clone();
        let is_apart = |name: &str| name == "pk" && !WHOLE_FILES_CHANGE_IN_PART;
        match edit {
            Edit::Move(about, _) | Edit::Rename(about, _) if is_apart(about) => {}
            Edit::Put(_, piece) if !STATEMENTS_HAVE_TWINS && self.pieces().any(|(_, known)| known.text == piece.text) => {}
            Edit::Put(file, piece) => {
                let known = files.code.values_mut().flatten().find(|known| known.about == piece.about);
                match known {
                    Some(known) => *known = piece.clone(),
                    None => {
                        let file = if is_apart(&piece.about) { &piece.about } else { file };
                        files.code.entry(file.clone()).or_default().push(piece.clone());
                    }
                }
            }
            Edit::Remove(about) => files.code.values_mut().for_each(|pieces| pieces.retain(|piece| piece.about != *about)),
            Edit::Move(about, file) => {
                let piece = self.pieces().map(|(_, piece)| piece).find(|piece| piece.about == *about).cloned();
                files = files.edited(&Edit::Remove(about.clone()));
                files.code.entry(file.clone()).or_default().extend(piece);
            }
            Edit::Rename(file, to) => {
                let pieces = files.code.remove(file).unwrap_or_default();
                files.code.entry(to.clone()).or_default().extend(pieces);
            }
            Edit::Migrate(text) => files.migrations.push(text.clone()),
            Edit::ByHand(_) => {}
            Edit::All(edits) => files = edits.iter().fold(files, |files, edit| files.edited(edit)),
        }
        files.code.retain(|_, pieces| !pieces.is_empty());
        if !FILES_USE_BEFORE_THEY_CREATE {
            let acts = |piece: &Piece| !piece.text.starts_with("CREATE") && !piece.text.starts_with("DO");
            files.code.values_mut().for_each(|pieces| pieces.sort_by_key(acts));
        }
        files
    }

    /// Whether a statement of a file names what a later one of it creates.
    pub fn use_before_they_create(&self) -> bool {
        let name = |piece: &Piece| piece.about.split([' ', '.']).find(|word| *word != "app").unwrap_or_default().to_owned();
        let names = |piece: &Piece, name: &str| piece.text.split(|c: char| !c.is_alphanumeric()).any(|word| word == name);
        let is_used = |pieces: &[Piece], at: usize| pieces[..at].iter().any(|earlier| names(earlier, &name(&pieces[at])));
        self.code.values().any(|pieces| (1..pieces.len()).any(|at| is_used(pieces, at)))
    }

    /// The same statements in files of other names.
    pub fn shuffled(&self, random: &mut Random) -> Files {
        let mut code = BTreeMap::new();
        for (file, pieces) in &self.code {
            code.insert(format!("{}_{file}", random.below(1000)), pieces.clone());
        }
        Files { migrations: self.migrations.clone(), code }
    }
}

/// The files that a history begins with.
pub fn beginning() -> Files {
    let tables = "CREATE TABLE t1 (a integer, b integer); CREATE TABLE t2 (a integer, c integer); \
         CREATE TABLE app.t3 (a integer); CREATE TABLE d1 (a integer) WITH DEFERRED;";
    Files { migrations: vec![tables.to_owned()], code: BTreeMap::new() }
}

/// One or several random edits of files.
pub fn edit(files: &Files, random: &mut Random) -> Edit {
    let mut edits = vec![single(files, random)];
    if is_move(&edits[0]) {
        return edits.remove(0);
    }
    let mut files = files.edited(&edits[0]);
    while chance(random, 45) && edits.len() < 4 {
        let next = single(&files, random);
        if !matches!(next, Edit::ByHand(_)) && !is_move(&next) {
            files = files.edited(&next);
            edits.push(next);
        }
    }
    if edits.len() == 1 { edits.remove(0) } else { Edit::All(edits) }
}

/// Whether the same statements stand in other files afterwards.
pub fn is_move(edit: &Edit) -> bool {
    matches!(edit, Edit::Move(..) | Edit::Rename(..))
}

fn single(files: &Files, random: &mut Random) -> Edit {
    let about: Vec<&String> = files.pieces().map(|(_, piece)| &piece.about).collect();
    let any = |random: &mut Random| about[random.below(about.len())].clone();
    let is_full = about.len() >= MOST_PIECES;
    match random.below(20) {
        _ if about.len() < 3 => put(random, None),
        0..=2 => Edit::Remove(any(random)),
        3 => Edit::Move(any(random), file(random)),
        4 => Edit::Rename(files.code.keys().nth(random.below(files.code.len())).cloned().unwrap_or_default(), file(random)),
        5 | 6 if files.migrations.len() < 8 => Edit::Migrate(migration(files, random)),
        7 => by_hand(files, random),
        8 => together(files, random),
        9..=12 => {
            let about = any(random);
            put(random, Some(&about))
        }
        _ if is_full => Edit::Remove(any(random)),
        _ => put(random, None),
    }
}

/// Edits that only together ask something of a run.
fn together(files: &Files, random: &mut Random) -> Edit {
    let put = |file: &str, about: &str, text: &str| {
        Edit::Put(file.to_owned(), Piece { about: about.to_owned(), text: text.to_owned() })
    };
    let at = files.migrations.len();
    match random.below(7) {
        // Two views over each other, of which each was there.
        0 => put("f0", "v1", "CREATE OR REPLACE VIEW v1 AS SELECT a FROM v2"),
        1 => put("f1", "v2", "CREATE OR REPLACE VIEW v2 AS SELECT a FROM v1"),
        // An enum that a column is of gets a value which is used at once.
        2 => Edit::All(vec![
            put("f2", "mood", "CREATE TYPE mood AS ENUM ('a')"),
            Edit::Migrate(format!("CREATE TABLE k{at} (m mood);")),
        ]),
        3 => Edit::All(vec![
            put("f2", "mood", "CREATE TYPE mood AS ENUM ('a', 'b', 'c')"),
            put("f3", "v3", "CREATE VIEW v3 AS SELECT 'b'::mood AS m"),
        ]),
        // Something that cannot be replaced is built on what follows a migration.
        4 => Edit::All(vec![
            put("f4", "m1", "CREATE MATERIALIZED VIEW m1 AS SELECT * FROM v1"),
            Edit::Migrate(format!("ALTER TABLE t1 ADD COLUMN n{at} integer;")),
        ]),
        // A hidden view has the name that something irreplaceable binds.
        5 => Edit::All(vec![
            put("f5", "app.v1", "CREATE VIEW app.v1 AS SELECT a FROM t2"),
            put("f4", "m1", "CREATE MATERIALIZED VIEW m1 AS SELECT a FROM v1"),
            put("f3", "v1", "DO $$ BEGIN EXECUTE 'CREATE VIEW v' || '1 AS SELECT a FROM t1'; END $$"),
        ]),
        // A column reaches a view through another one.
        _ => Edit::All(vec![
            put("f0", "v1", one(random, &["CREATE VIEW v1 AS SELECT a FROM t1", "CREATE VIEW v1 AS SELECT a, b FROM t1"])),
            put("f1", "v2", "CREATE VIEW v2 AS SELECT * FROM v1"),
            put("f2", "v3", one(random, &["CREATE VIEW v3 AS SELECT a FROM v2", "CREATE VIEW v3 AS SELECT b FROM v2"])),
        ]),
    }
}

fn file(random: &mut Random) -> String {
    format!("f{}", random.below(6))
}

fn one<'a>(random: &mut Random, of: &[&'a str]) -> &'a str {
    of[random.below(of.len())]
}

fn chance(random: &mut Random, percent: usize) -> bool {
    random.below(100) < percent
}

/// A new piece, or another one about the same.
fn put(random: &mut Random, about: Option<&str>) -> Edit {
    let mut new = piece(random);
    for _ in 0..200 {
        if about.is_none_or(|about| new.about == about) {
            break;
        }
        new = piece(random);
    }
    Edit::Put(file(random), new)
}

const VIEWS: [&str; 6] = ["v1", "v2", "v3", "v4", "app.v1", "app.v2"];
const RELATIONS: [&str; 10] = ["t1", "t1", "t2", "t3", "v1", "v2", "v3", "v4", "m1", "h1"];

fn piece(random: &mut Random) -> Piece {
    let (about, text) = match random.below(40) {
        0..=11 => view(random),
        12 => (String::from("m1"), format!("CREATE MATERIALIZED VIEW m1 AS {}", query(random, "m1"))),
        13..=17 => function(random),
        18 => (String::from("g1"), format!("CREATE FUNCTION g1() RETURNS trigger LANGUAGE plpgsql AS $$ {} $$", random.below(2))),
        19 => {
            let on = one(random, &["t1", "t1", meant("public.v1")]);
            let when = if on.ends_with("v1") { "INSTEAD OF" } else { "BEFORE" };
            let schema = one(random, &["", "", "app."]);
            (format!("trigger {on}"), format!("CREATE TRIGGER tr {when} INSERT ON {on} EXECUTE FUNCTION {schema}g1()"))
        }
        20 => {
            let name = format!("p{}", random.below(2));
            (name.clone(), format!("CREATE POLICY {name} ON t1 USING ({})", call(random)))
        }
        21 | 22 => {
            let values = one(random, &["'a'", "'a', 'b'", "'a', 'b', 'c'", "'a', 'x', 'b'", "'b', 'c'"]);
            (String::from("mood"), format!("CREATE TYPE mood AS ENUM ({values})"))
        }
        23 => {
            let attributes = one(random, &["a integer", "a integer, b integer", "a integer, b integer, c text"]);
            (String::from("pair"), format!("CREATE TYPE pair AS ({attributes})"))
        }
        24 => {
            let columns = one(random, &["a integer", "a integer, b integer"]);
            let how = one(random, &["", "IF NOT EXISTS "]);
            (String::from("c1"), format!("CREATE TABLE {how}c1 ({columns})"))
        }
        25..=27 => grant(random),
        28 | 29 => {
            let (kind, name) = carrier(random);
            (format!("comment {kind} {name}"), format!("COMMENT ON {kind} {name} IS 'c{}'", random.below(3)))
        }
        30 | 31 => {
            let name = meant(one(random, &["public.v1", "public.v2", "app.v1", "public.h1"]));
            (format!("set {name}"), format!("ALTER VIEW {name} SET security = '{}'", random.below(2)))
        }
        32 => {
            (String::from("set f1"), format!("ALTER FUNCTION {}(integer) SET cost = '{}'", meant("public.f1"), random.below(2)))
        }
        33 | 34 => hidden(random),
        35 => {
            let at = random.below(2);
            let (value, table) = (random.below(2), ["d1", "public.d1"][at]);
            (format!("insert {at}"), format!("INSERT INTO {table} VALUES ({value})"))
        }
        36 => (
            String::from("pk"),
            one(random, &["CREATE PACKAGE pk IS a; a; DONE a", "CREATE PACKAGE pk IS b; b; DONE b"]).to_owned(),
        ),
        37 => (
            String::from("f2"),
            format!("CREATE FUNCTION f2({}) RETURNS pair LANGUAGE plpgsql AS $$ 1 $$", one(random, &["", "integer"])),
        ),
        38 if chance(random, 30) => {
            (String::from("v1 again"), format!("CREATE OR REPLACE VIEW public.v1 AS {}", query(random, "v1")))
        }
        _ => view(random),
    };
    Piece { about, text }
}

fn view(random: &mut Random) -> (String, String) {
    let name = one(random, &VIEWS);
    let how = if chance(random, 30) { "OR REPLACE " } else { "" };
    (name.to_owned(), format!("CREATE {how}VIEW {name} AS {}", query(random, name)))
}

fn query(random: &mut Random, of: &str) -> String {
    let mut items = vec![one(random, &["a", "a", "a", "*", "*", "a AS z"]).to_owned()];
    if items[0] != "*" && chance(random, 30) {
        items.push(one(random, &["b", "c", "b AS y"]).to_owned());
    }
    if chance(random, 30) {
        items.push(format!("{} AS x", call(random)));
    }
    if chance(random, 10) {
        items.push(format!("'{}'::mood AS m", one(random, &["a", "b", "c", "x"])));
    }
    let mut from = one(random, &RELATIONS);
    while of.ends_with(from) && !VIEWS_NEED_THEMSELVES {
        from = one(random, &RELATIONS);
    }
    let from = if chance(random, 8) { "f2(1)" } else { from };
    format!("SELECT {} FROM {from}", items.join(", "))
}

fn call(random: &mut Random) -> &'static str {
    one(random, &["f1(1)", "f1(1)", "f1(NULL)", "f3(1)", "pk()", "app.f1(1)"])
}

fn function(random: &mut Random) -> (String, String) {
    let name = one(random, &["f1", "f1", "f3", "app.f1", "g1"]);
    let how = if chance(random, 30) { "OR REPLACE " } else { "" };
    if name == "g1" {
        let schema = one(random, &["", "app."]);
        let text = format!("CREATE {how}FUNCTION {schema}g1() RETURNS trigger LANGUAGE plpgsql AS $$ {} $$", random.below(2));
        return (format!("{schema}g1"), text);
    }
    let is_first = chance(random, 75) || OBJECTS_ARE_MADE_TWICE;
    let args: &[&str] = if is_first {
        &["integer", "integer", "integer", "integer, integer DEFAULT NULL", "integer, text DEFAULT NULL"]
    } else {
        &["text", "boolean", "mood"]
    };
    let args = one(random, args);
    let result = one(random, &["integer", "integer", "text", "mood"]);
    let body = if chance(random, 40) {
        format!("sql AS $$ SELECT a FROM {} $$", one(random, &RELATIONS))
    } else {
        format!("plpgsql AS $$ {} $$", random.below(3))
    };
    let about = format!("{name} {}", if is_first { "one" } else { "two" });
    (about, format!("CREATE {how}FUNCTION {name}({args}) RETURNS {result} LANGUAGE {body}"))
}

/// What acts names an object as.
fn meant(name: &'static str) -> &'static str {
    if ACTS_ARE_SHADOWED { name.trim_start_matches("public.") } else { name }
}

fn carrier(random: &mut Random) -> (&'static str, &'static str) {
    match random.below(6) {
        0 => ("TABLE", "t1"),
        1 => ("FUNCTION", meant("public.f1(integer)")),
        2 => ("TYPE", "mood"),
        _ => ("VIEW", meant(one(random, &["public.v1", "public.v2", "public.h1", "app.v1"]))),
    }
}

fn grant(random: &mut Random) -> (String, String) {
    let role = one(random, &["reader", "writer"]);
    let (verb, to) = if chance(random, 75) { ("GRANT", "TO") } else { ("REVOKE", "FROM") };
    let on = if chance(random, 30) {
        format!("ALL TABLES IN SCHEMA {}", one(random, &["public", "app"]))
    } else {
        match carrier(random) {
            ("VIEW" | "TABLE", name) => name.to_owned(),
            ("TYPE", _) => meant("public.v4").to_owned(),
            (_, name) => format!("FUNCTION {name}"),
        }
    };
    (format!("{verb} {on} {role}"), format!("{verb} SELECT ON {on} {to} {role}"))
}

/// A block that puts its statement together, so that nobody can read what it makes or does.
fn hidden(random: &mut Random) -> (String, String) {
    match random.below(3) {
        0 if BLOCKS_ACT => {
            let text = format!("DO $$ BEGIN EXECUTE 'GRANT SELECT ON ' || 'v{}' || ' TO reader'; END $$", 1 + random.below(2));
            (String::from("do grant"), text)
        }
        at => {
            let name = ["h", "v"][at % 2];
            // Over views it could be in a circle, and its star would follow no column: nobody reads what it binds.
            let query = format!("SELECT {} FROM {}", one(random, &["a", "a", "a AS z"]), one(random, &["t1", "t1", "t2", "t3"]));
            (format!("{name}1"), format!("DO $$ BEGIN EXECUTE 'CREATE VIEW {name}' || '1 AS {query}'; END $$"))
        }
    }
}

fn migration(files: &Files, random: &mut Random) -> String {
    let at = files.migrations.len();
    let table = one(random, &["t1", "t1", "t2"]);
    match random.below(if MIGRATIONS_RENAME { 12 } else { 10 }) {
        0..=2 => format!("ALTER TABLE {table} ADD COLUMN n{at} integer;"),
        3 => format!("CREATE TABLE k{at} (a integer); ALTER TABLE t1 ADD COLUMN k{at} integer;"),
        4 => format!("ALTER TABLE t1 ALTER COLUMN {} TYPE {};", one(random, &["a", "b"]), one(random, &["text", "integer"])),
        5 => format!("ALTER TABLE t1 DROP COLUMN b; ALTER TABLE t1 ADD COLUMN b {};", one(random, &["integer", "text"])),
        6 => format!("CREATE TABLE k{at} (a integer, m mood);"),
        7 | 8 => format!(
            "-- pgmg: section name=one\nALTER TABLE t1 ALTER COLUMN a TYPE {};\n-- pgmg: section name=two\nALTER TABLE {table} ADD COLUMN n{at} integer;\n",
            one(random, &["text", "integer"])
        ),
        9 => format!("GRANT SELECT ON t1 TO {};", one(random, &["reader", "writer"])),
        10 => format!("ALTER TABLE t2 RENAME TO t2_old; CREATE TABLE t2 (a integer, c integer); COMMENT ON TABLE t2 IS '{at}';"),
        _ => format!("ALTER TABLE t1 RENAME COLUMN b TO old{at}; ALTER TABLE t1 ADD COLUMN b integer;"),
    }
}

/// What the files say again is healed: only that is changed by hand.
fn by_hand(files: &Files, random: &mut Random) -> Edit {
    let granted = files.pieces().filter(|(_, piece)| {
        ["VIEW", "public.v", "app.v"].iter().any(|on| piece.text.starts_with(&format!("GRANT SELECT ON {on}")))
    });
    let said = files.pieces().filter(|(_, piece)| piece.text.starts_with("COMMENT ON VIEW"));
    let of = |piece: &Piece, at: usize| piece.text.split(' ').nth(at).unwrap_or_default().to_owned();
    let grants = granted.map(|(_, piece)| format!("GRANT SELECT ON {} TO stranger", of(piece, 3)));
    let comments = said.map(|(_, piece)| format!("COMMENT ON VIEW {} IS 'by hand'", of(piece, 3)));
    let views = files
        .pieces()
        .filter(|(_, piece)| piece.text.starts_with("CREATE VIEW v"))
        .map(|(_, piece)| format!("DROP VIEW {} RESTRICT", piece.about));
    let all: Vec<String> = grants.chain(comments).chain(views).collect();
    if all.is_empty() { put(random, None) } else { Edit::ByHand(all[random.below(all.len())].clone()) }
}
