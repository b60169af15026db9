//! Writes a project of many objects for measurements: `cargo run --example generate -- OBJECTS SEED FOLDER`.
//!
//! Of the objects 42 % are views up to 10 deep, 22 % SQL functions (a third with `BEGIN ATOMIC`), 20 % PL/pgSQL functions,
//! 8 % types and domains, 8 % triggers and policies over the tables of one migration. One object a file, names shuffled.
//! Beside the project: `right-order.sql`, everything in an order that works, for `psql -f`; `leaf.name` and `leaf.sql`, a
//! view that nothing depends on and its changed text; the same for `root`, the view on which most depends, with a text that
//! replaces it in place, and `root-dropped.sql`, one that PostgreSQL takes only after a drop of all dependents. What psql has to
//! do for each of the two is in `psql-root.sql` and `psql-root-dropped.sql`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: generate OBJECTS SEED FOLDER";
const TABLES: usize = 8;
const DEEPEST: usize = 10;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let numbers = (arguments.first().and_then(|n| n.parse().ok()), arguments.get(1).and_then(|n| n.parse().ok()));
    let ((Some(objects), Some(seed)), Some(folder)) = (numbers, arguments.get(2)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match write(Path::new(folder), &Project::new(objects, seed)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("generate: {folder}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path, project: &Project) -> std::io::Result<()> {
    for part in ["migrations", "sql"] {
        if folder.join(part).exists() {
            std::fs::remove_dir_all(folder.join(part))?;
        }
        std::fs::create_dir_all(folder.join(part))?;
    }
    std::fs::write(folder.join("migrations/001_tables.sql"), &project.tables)?;
    let mut right_order = project.tables.clone();
    for object in &project.objects {
        std::fs::write(folder.join("sql").join(&object.file), &object.sql)?;
        right_order += &object.sql;
    }
    std::fs::write(folder.join("right-order.sql"), right_order)?;
    let root = project.root();
    let texts = [
        ("leaf.name", &project.leaf.file),
        ("leaf.sql", &project.leaf.sql),
        ("root.name", &root.file),
        ("root.sql", &root.replaced),
        ("root-dropped.sql", &root.dropped),
        ("psql-root.sql", &root.replaced.replacen("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)),
        ("psql-root-dropped.sql", &root.drops_and_creates),
    ];
    texts.iter().try_for_each(|(name, text)| std::fs::write(folder.join(name), text))
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

struct Object {
    file: String,
    sql: String,
}

impl Object {
    /// What its statement makes, in the words of DROP.
    fn identity(&self) -> String {
        let words: Vec<&str> = self.sql.split([' ', '(']).collect();
        match (words[1], words[2]) {
            ("POLICY" | "TRIGGER", name) => {
                let mut rest = self.sql.split_whitespace().skip_while(|word| *word != "ON");
                format!("{} {name} ON {}", words[1], rest.nth(1).unwrap_or_default())
            }
            (kind, name) => format!("{kind} {name}"),
        }
    }

    /// Whether PostgreSQL looks up the names in it when it is made, and holds on to what it finds.
    fn binds(&self) -> bool {
        !self.sql.contains("$$")
    }

    fn mentions(&self, names: &BTreeSet<&str>) -> bool {
        self.sql.split(|c: char| !c.is_alphanumeric() && c != '_').skip(3).any(|word| names.contains(word))
    }

    fn name(&self) -> &str {
        self.sql.split([' ', '(']).nth(2).unwrap_or_default()
    }
}

/// The view on which most depends, and its two edits.
struct Root {
    file: String,
    replaced: String,
    dropped: String,
    drops_and_creates: String,
}

/// What was generated so far, and what later objects may refer to.
struct Project {
    random: Random,
    tables: String,
    objects: Vec<Object>,
    leaf: Object,
    /// Name and depth.
    views: Vec<(String, usize)>,
    scalars: Vec<String>,
    trigger_functions: Vec<String>,
    types: Vec<String>,
}

impl Project {
    fn new(objects: usize, seed: u64) -> Project {
        let leaf = Object { file: String::new(), sql: String::new() };
        let mut project = Project {
            random: Random(seed),
            tables: tables(),
            objects: Vec::new(),
            leaf,
            views: Vec::new(),
            scalars: Vec::new(),
            trigger_functions: Vec::new(),
            types: Vec::new(),
        };
        for number in 0..objects.saturating_sub(1) {
            let sql = match project.random.below(100) {
                0..=41 => project.view(number),
                42..=63 => project.sql_function(number),
                64..=83 => project.plpgsql(number),
                84..=91 => project.type_or_domain(number),
                _ => project.trigger_or_policy(number),
            };
            project.add(sql);
        }
        project.add_leaf();
        project
    }

    fn add(&mut self, sql: String) {
        let file = format!("{:016x}.sql", self.random.next());
        self.objects.push(Object { file, sql });
    }

    fn add_leaf(&mut self) {
        let (source, _) = self.source();
        let text =
            |least: u32| format!("CREATE VIEW leaf AS\n  SELECT id, amount, label FROM {source} WHERE amount > {least};\n");
        self.add(text(1));
        if let Some(added) = self.objects.last() {
            self.leaf = Object { file: added.file.clone(), sql: text(2) };
        }
    }

    fn root(&self) -> Root {
        let views = self.objects.iter().enumerate().filter(|(_, object)| object.sql.starts_with("CREATE VIEW"));
        let Some((at, dependents)) = views.map(|(at, _)| (at, self.dependents(at))).max_by_key(|(_, all)| all.len()) else {
            return Root {
                file: String::new(),
                replaced: String::new(),
                dropped: String::new(),
                drops_and_creates: String::new(),
            };
        };
        let root = &self.objects[at];
        let replaced = root.sql.replacen("WHERE a.amount >", "WHERE 1 + a.amount >", 1);
        let dropped = root.sql.replacen("SELECT a.id,", "SELECT 1 AS one, a.id,", 1);
        let mut script = dependents.iter().rev().fold(String::new(), |mut script, object| {
            let _ = writeln!(script, "DROP {};", object.identity());
            script
        });
        let _ = write!(script, "DROP {};\n{dropped}", root.identity());
        script.extend(dependents.iter().map(|object| object.sql.as_str()));
        Root { file: root.file.clone(), replaced, dropped, drops_and_creates: script }
    }

    /// What has to go before the object at `at` can, in the order in which it can come back.
    fn dependents(&self, at: usize) -> Vec<&Object> {
        let mut names = BTreeSet::from([self.objects[at].name()]);
        let mut found = Vec::new();
        for object in self.objects[at + 1..].iter().filter(|object| object.binds()) {
            if object.mentions(&names) {
                names.insert(object.name());
                found.push(object);
            }
        }
        found
    }

    /// A relation with the columns id, amount, label, and its depth.
    fn source(&mut self) -> (String, usize) {
        if self.views.is_empty() || self.random.chance(20) {
            return (format!("table_{}", self.random.below(TABLES)), 0);
        }
        let choice = self.random.below(self.views.len());
        let (name, depth) = self.views[choice].clone();
        if depth < DEEPEST { (name, depth) } else { (format!("table_{}", self.random.below(TABLES)), 0) }
    }

    /// An expression over `argument`, a numeric.
    fn expression(&mut self, argument: &str) -> String {
        if self.scalars.is_empty() || self.random.chance(50) {
            return format!("{argument} + {}", self.random.below(100));
        }
        let choice = self.random.below(self.scalars.len());
        format!("{}({argument})", self.scalars[choice])
    }

    fn view(&mut self, number: usize) -> String {
        let name = format!("view_{number}");
        let (first, depth) = self.source();
        let amount = self.expression("a.amount");
        let mut sql = format!("CREATE VIEW {name} AS\n  SELECT a.id, {amount} AS amount, a.label\n    FROM {first} a");
        let mut deepest = depth;
        if self.random.chance(25) {
            let (second, depth) = self.source();
            deepest = deepest.max(depth);
            let _ = write!(sql, "\n    LEFT JOIN {second} b ON b.id = a.id AND b.label <> ';'");
        }
        let _ = writeln!(sql, "\n   WHERE a.amount > {};", self.random.below(1000));
        self.views.push((name, deepest + 1));
        sql
    }

    fn sql_function(&mut self, number: usize) -> String {
        let name = format!("calculate_{number}");
        let body = if self.random.chance(60) {
            format!("SELECT {}", self.expression("n"))
        } else {
            let (source, _) = self.source();
            format!("SELECT coalesce(sum(s.amount), n) FROM {source} s WHERE s.id > {}", self.random.below(50))
        };
        let sql = if self.random.chance(35) {
            format!("CREATE FUNCTION {name}(n numeric) RETURNS numeric STABLE\nBEGIN ATOMIC\n  {body};\nEND;\n")
        } else {
            format!("CREATE FUNCTION {name}(n numeric) RETURNS numeric LANGUAGE sql STABLE AS $$\n  {body}\n$$;\n")
        };
        self.scalars.push(name);
        sql
    }

    fn plpgsql(&mut self, number: usize) -> String {
        if self.random.chance(25) {
            let name = format!("on_change_{number}");
            let amount = self.expression("NEW.amount");
            self.trigger_functions.push(name.clone());
            return format!(
                "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  NEW.amount := {amount};\n  RETURN NEW;\nEND $$;\n"
            );
        }
        let (source, _) = self.source();
        let declared = if self.random.chance(30) { format!("{source}%ROWTYPE") } else { "record".to_owned() };
        let kind = match self.types.len() {
            0 => "text".to_owned(),
            count => self.types[self.random.below(count)].clone(),
        };
        format!(
            "CREATE FUNCTION process_{number}(wanted int, kind {kind} DEFAULT NULL) RETURNS int LANGUAGE plpgsql AS $$\nDECLARE\n  r {declared};\n  n int := 0;\nBEGIN\n  \
             FOR r IN SELECT * FROM {source} WHERE id = wanted LOOP\n    n := n + 1; -- one; more\n  END LOOP;\n  RETURN n;\nEND $$;\n"
        )
    }

    fn type_or_domain(&mut self, number: usize) -> String {
        let name = format!("kind_{number}");
        self.types.push(name.clone());
        match self.random.below(3) {
            0 => format!("CREATE TYPE {name} AS ENUM ('new', 'used;', 'it''s gone');\n"),
            1 => format!("CREATE TYPE {name} AS (id int, label text);\n"),
            _ => format!("CREATE DOMAIN {name} AS text CHECK (length(VALUE) < {});\n", 10 + self.random.below(90)),
        }
    }

    fn trigger_or_policy(&mut self, number: usize) -> String {
        let table = self.random.below(TABLES);
        if self.random.chance(50) || self.trigger_functions.is_empty() {
            let condition = self.expression("amount");
            return format!("CREATE POLICY policy_{number} ON table_{table} FOR SELECT USING ({condition} > 0);\n");
        }
        let choice = self.random.below(self.trigger_functions.len());
        format!(
            "CREATE TRIGGER trigger_{number} BEFORE INSERT OR UPDATE ON table_{table}\n  FOR EACH ROW EXECUTE FUNCTION {}();\n",
            self.trigger_functions[choice]
        )
    }
}

fn tables() -> String {
    (0..TABLES).fold(String::new(), |mut sql, n| {
        let _ = writeln!(sql, "CREATE TABLE table_{n} (id int PRIMARY KEY, amount numeric NOT NULL DEFAULT 0, label text);");
        let _ = writeln!(sql, "ALTER TABLE table_{n} ENABLE ROW LEVEL SECURITY;");
        sql
    })
}
