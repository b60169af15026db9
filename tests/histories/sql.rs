//! The SQL of each item as it stands today.

use super::world::{Item, Kind, World};

impl World {
    /// The statement that an item is, without its semicolon.
    pub fn sql(&self, item: &Item) -> String {
        let me = self.qualified(item);
        let table = || quoted(&self.tables[item.table].name);
        let need = |at: usize| self.item(item.needs[at]);
        let version = item.version;
        match item.kind {
            Kind::Schema => format!("CREATE SCHEMA {me}"),
            Kind::View => format!("CREATE VIEW {me}{} AS {}", option(item), self.query(item)),
            Kind::Matview => format!("CREATE MATERIALIZED VIEW {me} AS {}", self.query(item)),
            Kind::MatviewIndex => {
                let order = ["", " DESC"][version % 2];
                format!("CREATE INDEX {} ON {} (a{order})", quoted(&item.name), self.qualified(need(0)))
            }
            Kind::Rule => format!(
                "CREATE RULE {} AS ON INSERT TO {} DO INSTEAD {}",
                quoted(&item.name),
                self.qualified(need(0)),
                ["NOTHING", "SELECT 1", "SELECT 2"][version % 3]
            ),
            Kind::SqlFunction | Kind::AtomicFunction | Kind::PlpgsqlFunction => self.function(item),
            Kind::SetFunction => {
                let relation = self.qualified(need(0));
                format!(
                    "CREATE FUNCTION {me}() RETURNS SETOF {relation} LANGUAGE sql STABLE AS $$ SELECT r.* FROM {relation} r LIMIT {version} $$"
                )
            }
            Kind::TypedFunction => {
                let of = self.qualified(need(0));
                match item.shape % 2 {
                    0 => format!("CREATE FUNCTION {me}() RETURNS {of} LANGUAGE sql AS $$ SELECT {} $$", self.literal(need(0))),
                    _ => format!("CREATE FUNCTION {me}(x {of}) RETURNS integer LANGUAGE sql AS $$ SELECT {version} $$"),
                }
            }
            Kind::Overload => {
                let of = ["text", "date"][item.shape % 2];
                let name = self.qualified(need(0));
                format!("CREATE FUNCTION {name}(x {of}, y {of}) RETURNS text LANGUAGE sql AS $$ SELECT 'v{version}'::text $$")
            }
            Kind::Procedure => {
                let arguments = ["n bigint", "p bigint", "n bigint, m bigint", ""][item.shape % 4];
                format!("CREATE PROCEDURE {me}({arguments}) LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '{version}'; END $$")
            }
            Kind::StateFunction => {
                let names = [("a", "b"), ("x", "y")][item.shape % 2];
                format!(
                    "CREATE FUNCTION {me}({} bigint, {} bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT $1 + $2 + {version} $$",
                    names.0, names.1
                )
            }
            Kind::Aggregate => {
                let state = self.qualified(need(0));
                format!("CREATE AGGREGATE {me}(bigint) (SFUNC = {state}, STYPE = bigint, INITCOND = '{version}')")
            }
            Kind::Operator => {
                format!(
                    "CREATE OPERATOR {} (FUNCTION = {}, LEFTARG = bigint, RIGHTARG = bigint)",
                    item.name,
                    self.qualified(need(0))
                )
            }
            Kind::Enum => {
                let labels = ["'one'", "'one', 'two'", "'zero', 'one'", "'one', 'two', 'three'"][item.shape % 4];
                format!("CREATE TYPE {me} AS ENUM ({labels})")
            }
            Kind::Composite => {
                let columns = ["x bigint", "x bigint, y text", "x bigint, z date, y text"][item.shape % 3];
                format!("CREATE TYPE {me} AS ({columns})")
            }
            Kind::Domain => {
                let of = ["bigint", "integer"][item.shape % 2];
                let call = match item.needs.first() {
                    Some(function) => format!("{}(1) < {}", self.qualified(self.item(*function)), version + 1_000_000),
                    None => format!("VALUE > -{version}"),
                };
                format!("CREATE DOMAIN {me} AS {of} CHECK ({call})")
            }
            Kind::Range => format!("CREATE TYPE {me} AS RANGE (SUBTYPE = {})", ["int4", "int8", "numeric"][item.shape % 3]),
            Kind::CastFunction => format!(
                "CREATE FUNCTION {me}(c {}) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT (c).x + {version} $$",
                self.qualified(need(0))
            ),
            Kind::Cast => {
                let function = need(0);
                let of = self.qualified(self.item(function.needs[0]));
                let when = ["", " AS ASSIGNMENT", " AS IMPLICIT"][version % 3];
                format!("CREATE CAST ({of} AS bigint) WITH FUNCTION {}({of}){when}", self.qualified(function))
            }
            Kind::TriggerFunction => format!(
                "CREATE FUNCTION {me}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM {version}; RETURN NEW; END $$"
            ),
            Kind::Trigger => {
                let event = ["BEFORE INSERT", "AFTER UPDATE", "AFTER INSERT OR DELETE"][version % 3];
                let name = quoted(&item.name);
                format!(
                    "CREATE TRIGGER {name} {event} ON {} FOR EACH ROW EXECUTE FUNCTION {}()",
                    table(),
                    self.qualified(need(0))
                )
            }
            Kind::ViewTrigger => {
                let event = ["INSERT", "UPDATE", "INSERT OR DELETE"][version % 3];
                format!(
                    "CREATE TRIGGER {} INSTEAD OF {event} ON {} FOR EACH ROW EXECUTE FUNCTION {}()",
                    quoted(&item.name),
                    self.qualified(need(1)),
                    self.qualified(need(0))
                )
            }
            Kind::Policy => {
                let check = item.needs.first().map_or("id".to_owned(), |&f| format!("{}(1)", self.qualified(self.item(f))));
                let command = ["ALL", "SELECT", "DELETE"][item.shape % 3];
                format!("CREATE POLICY {} ON {} FOR {command} USING ({check} > {version})", quoted(&item.name), table())
            }
            Kind::Sequence => format!("CREATE SEQUENCE {me}"),
            Kind::Statistics => {
                let kind = ["ndistinct", "dependencies", "mcv"][version % 3];
                format!("CREATE STATISTICS {me} ({kind}) ON id, a FROM {}", table())
            }
            Kind::Dictionary => {
                format!("CREATE TEXT SEARCH DICTIONARY {me} (TEMPLATE = simple, ACCEPT = {})", ["true", "false"][version % 2])
            }
            Kind::Configuration => {
                format!("CREATE TEXT SEARCH CONFIGURATION {me} (COPY = pg_catalog.{})", ["simple", "english"][version % 2])
            }
            Kind::Collation => format!("CREATE COLLATION {me} FROM \"{}\"", ["C", "POSIX"][version % 2]),
            Kind::Publication => {
                let what = ["insert", "insert, update", "delete"][version % 3];
                format!("CREATE PUBLICATION {} FOR TABLE {} WITH (publish = '{what}')", quoted(&item.name), table())
            }
            Kind::Wrapper => format!("CREATE FOREIGN DATA WRAPPER {me} OPTIONS (debug '{version}')"),
            Kind::ForeignServer => {
                format!("CREATE SERVER {me} FOREIGN DATA WRAPPER {} OPTIONS (host 'h{version}')", self.qualified(need(0)))
            }
            Kind::EventFunction => {
                format!("CREATE FUNCTION {me}() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM {version}; END $$")
            }
            Kind::EventTrigger => {
                let event = ["ddl_command_start", "ddl_command_end"][version % 2];
                format!(
                    "CREATE EVENT TRIGGER {} ON {event} WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION {}()",
                    quoted(&item.name),
                    self.qualified(need(0))
                )
            }
            Kind::OperatorFamily => format!("CREATE OPERATOR FAMILY {me} USING {}", ["btree", "hash"][version % 2]),
            Kind::Conversion => {
                format!("CREATE CONVERSION {me} FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8")
            }
            Kind::Comment => format!("COMMENT ON {} {} IS 'comment {version}'", word(need(0).kind), self.qualified(need(0))),
            Kind::ColumnComment => format!("COMMENT ON COLUMN {}.a IS 'column {version}'", self.qualified(need(0))),
            Kind::Grant => {
                let on = need(0);
                let right = if on.kind.is_relation() { "SELECT ON" } else { "EXECUTE ON FUNCTION" };
                format!("GRANT {right} {} TO pgmg_history_reader", self.qualified(on))
            }
            Kind::Owner => format!("ALTER FUNCTION {} OWNER TO pgmg_history_owner", self.qualified(need(0))),
            Kind::HeldEnum => {
                let mut labels = vec!["'one'".to_owned()];
                // Now in the middle, now at an end, and always in the place that it had before.
                (0..version).for_each(|n| labels.insert(n * 7 % (labels.len() + 1), format!("'v{n}'")));
                format!("CREATE TYPE {me} AS ENUM ({})", labels.join(", "))
            }
            Kind::HeldComposite => {
                let more: String = (0..version).map(|n| format!(", a{n} text")).collect();
                format!("CREATE TYPE {me} AS (x bigint{more})")
            }
            Kind::HeldDomain => {
                let default = if version.is_multiple_of(2) { "" } else { " DEFAULT 1" };
                format!("CREATE DOMAIN {me} AS bigint{default} CHECK (VALUE > -{version})")
            }
            Kind::ViewDefault => format!("ALTER VIEW {} ALTER COLUMN a SET DEFAULT {version}", self.qualified(need(0))),
        }
    }

    /// The columns of a relation.
    pub fn columns(&self, item: &Item) -> Vec<String> {
        let relation = item.needs.iter().map(|need| self.item(*need)).find(|need| need.kind.is_relation());
        let below = relation.map_or_else(|| self.tables[item.table].columns.clone(), |relation| self.columns(relation));
        let mut own: Vec<String> = match style(item) {
            Style::OnlyA => vec!["a".into()],
            Style::Named | Style::Star => below,
        };
        let more: Vec<String> = self.extras(item).into_iter().map(|(name, _)| name).collect();
        if item.shape & 4 == 0 {
            own.extend(more);
            own
        } else {
            more.into_iter().chain(own).collect()
        }
    }

    fn query(&self, item: &Item) -> String {
        let relation = item.needs.iter().map(|need| self.item(*need)).find(|need| need.kind.is_relation());
        let from = relation.map_or_else(|| quoted(&self.tables[item.table].name), |relation| self.qualified(relation));
        let below = relation.map_or_else(|| self.tables[item.table].columns.clone(), |relation| self.columns(relation));
        let mut list: Vec<String> = match style(item) {
            Style::OnlyA => vec!["r.a".into()],
            Style::Named => below.iter().map(|column| format!("r.{column}")).collect(),
            Style::Star => vec!["r.*".into()],
        };
        let more: Vec<String> = self.extras(item).into_iter().map(|(name, sql)| format!("{sql} AS {name}")).collect();
        if item.shape & 4 == 0 {
            list.extend(more);
        } else {
            list = more.into_iter().chain(list).collect();
        }
        format!("SELECT {} FROM {from} r WHERE r.a > {}", list.join(", "), item.version)
    }

    /// Names and expressions of the columns that a relation adds.
    fn extras(&self, item: &Item) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if item.shape & 1 != 0 {
            found.push((format!("b{}", item.id), item.version.to_string()));
        }
        if item.shape & 2 != 0 {
            found.push((format!("c{}", item.id), "'text'::text".into()));
        }
        for need in item.needs.iter().map(|need| self.item(*need)).filter(|need| !need.kind.is_relation()) {
            found.push((format!("f{}_{}", item.id, need.id), self.literal(need)));
        }
        found
    }

    /// An expression that uses an item.
    fn literal(&self, item: &Item) -> String {
        let name = self.qualified(item);
        match item.kind {
            Kind::Enum => format!("'one'::{name}"),
            Kind::Domain => format!("1::{name}"),
            Kind::Composite | Kind::Range => format!("NULL::{name}"),
            Kind::Aggregate => format!("(SELECT {name}(q) FROM (VALUES (1::bigint)) w(q))"),
            Kind::Operator => format!("(1::bigint {} 2::bigint)", item.name),
            Kind::SetFunction => format!("(SELECT count(*) FROM {name}())"),
            _ => format!("{name}(1)"),
        }
    }

    fn function(&self, item: &Item) -> String {
        let me = self.qualified(item);
        let (arguments, returns) = [
            ("n bigint", "bigint"),
            ("n bigint, m bigint DEFAULT 1", "bigint"),
            ("p bigint", "bigint"),
            ("n bigint", "numeric"),
            ("n numeric", "bigint"),
        ][item.shape % 5];
        let mut terms = vec![format!("{}", item.version)];
        for need in item.needs.iter().map(|need| self.item(*need)) {
            terms.push(match need.kind {
                kind if kind.is_relation() => format!("(SELECT max(r.a) FROM {} r)", self.qualified(need)),
                kind if kind.is_type() => format!("(CASE WHEN {} IS NULL THEN 1 ELSE 0 END)", self.literal(need)),
                _ => self.literal(need),
            });
        }
        let sum = terms.join(" + ");
        match item.kind {
            Kind::AtomicFunction if self.major >= 14 => format!(
                "CREATE FUNCTION {me}({arguments}) RETURNS {returns} LANGUAGE sql BEGIN ATOMIC SELECT ({sum})::{returns}; END"
            ),
            Kind::SqlFunction | Kind::AtomicFunction => {
                format!("CREATE FUNCTION {me}({arguments}) RETURNS {returns} LANGUAGE sql AS $$ SELECT ({sum})::{returns} $$")
            }
            _ => {
                let mentioned: Vec<&Item> = item.mentions.iter().filter_map(|id| self.items.get(id)).collect();
                let calls: String = mentioned.iter().map(|other| format!(" PERFORM {};", self.literal(other))).collect();
                format!(
                    "CREATE FUNCTION {me}({arguments}) RETURNS {returns} LANGUAGE plpgsql AS $$ BEGIN IF random() > 2 THEN{calls} PERFORM 1; END IF; RETURN {sum}; END $$"
                )
            }
        }
    }

    /// The name of an item with its schema, quoted where it must be.
    pub fn qualified(&self, item: &Item) -> String {
        if item.kind == Kind::Overload {
            return self.qualified(self.item(item.needs[0]));
        }
        match item.schema {
            Some(schema) => format!("{}.{}", quoted(&self.item(schema).name), quoted(&item.name)),
            None => quoted(&item.name),
        }
    }
}

/// How a relation takes over the columns below it.
enum Style {
    OnlyA,
    Named,
    Star,
}

fn style(item: &Item) -> Style {
    match item.shape / 8 % 4 {
        0 | 1 => Style::OnlyA,
        2 => Style::Named,
        _ => Style::Star,
    }
}

fn option(item: &Item) -> &'static str {
    ["", "", "", " WITH (security_barrier = true)"][item.version % 4]
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::View => "VIEW",
        Kind::Matview => "MATERIALIZED VIEW",
        Kind::Enum | Kind::Composite | Kind::Range => "TYPE",
        Kind::Domain => "DOMAIN",
        Kind::Schema => "SCHEMA",
        _ => "FUNCTION",
    }
}

/// A name as SQL takes it.
pub fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') && !name.starts_with("select");
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
