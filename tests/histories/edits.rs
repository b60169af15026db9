//! Random edits of a project; each leaves one that an empty database takes.

use std::collections::BTreeSet;

use super::world::{Item, Kind, Table, World};
use crate::support::random::Random;

/// A project with its past, and the numbers that decide its future.
pub struct History {
    pub world: World,
    pub random: Random,
    /// What was deleted together.
    buried: Vec<Vec<Item>>,
}

const OPERATORS: &[&str] = &["@@@@", "<->>", "+@+", "%%%", "&&&&", "|||", "~~~>", "<<@", "!==!", "^^^"];
/// More than this at once is no edit that anybody makes.
const MOST_GONE: usize = 8;

impl History {
    /// A project with a few tables and objects.
    pub fn new(seed: u64, major: u32) -> History {
        let mut history = History { world: World { major, ..World::default() }, random: Random::new(seed), buried: Vec::new() };
        for _ in 0..3 {
            history.add_table();
        }
        let first = 15 + history.random.below(15);
        for _ in 0..first {
            history.add();
        }
        history
    }

    /// Changes something and says what.
    pub fn edit(&mut self) -> String {
        loop {
            let done = match self.random.below(26) {
                0..=3 => self.add(),
                4..=6 => self.change_body(),
                7..=10 => self.change_shape(),
                11 | 12 => self.rename(),
                13 => self.rename_file(),
                14 => self.move_statement(),
                15 => self.swap_names(),
                16 | 17 => self.delete(),
                18 => self.bring_back(),
                19 => self.retarget(),
                20 => self.alter_table(),
                21 => self.circle(),
                22 => self.change_kind(),
                23 => Some(self.add_held_type()),
                24 => self.grow_held_type(),
                _ => Some(self.add_table()),
            };
            if let Some(done) = done {
                return done;
            }
        }
    }

    /// Something that somebody does to the database beside the files, as SQL; most of the time nothing.
    pub fn by_hand(&mut self) -> Option<String> {
        if self.random.below(4) > 0 {
            return None;
        }
        let what = self.random.below(5);
        let id = self.pick(|world, item| match what {
            // A constraint of a domain goes with its function, and domains may hold data.
            0 => item.kind == Kind::View && !world.with_dependents(item.id).iter().any(|id| world.item(*id).kind.is_type()),
            1 => item.kind == Kind::View,
            2 => {
                let overloads = |other: &Item| other.kind == Kind::Overload && other.needs.contains(&item.id);
                item.kind.is_function() && !world.items.values().any(overloads)
            }
            3 => item.kind == Kind::Trigger,
            _ => item.kind == Kind::Owner,
        })?;
        let item = self.world.item(id);
        let name = self.world.qualified(item);
        Some(match what {
            0 => format!("DROP VIEW {name} CASCADE"),
            1 => format!("ALTER VIEW {name} SET (security_barrier = true)"),
            2 => format!("ALTER FUNCTION {name} COST 77"),
            4 => format!("ALTER FUNCTION {} OWNER TO CURRENT_USER", self.world.qualified(self.world.item(item.needs[0]))),
            _ => {
                let table = super::sql::quoted(&self.world.tables[item.table].name);
                format!("ALTER TABLE {table} DISABLE TRIGGER {}", super::sql::quoted(&item.name))
            }
        })
    }

    fn add_table(&mut self) -> String {
        let name = self.name("t");
        let rows = 1 + self.random.below(5);
        let quoted = super::sql::quoted(&name);
        self.world.migrations.push(format!(
            "CREATE TABLE {quoted} (id bigint PRIMARY KEY, a integer, note text);\nINSERT INTO {quoted} SELECT n, n, 'x' FROM generate_series(1, {rows}) n;\n"
        ));
        let columns = ["id", "a", "note"].map(str::to_owned).to_vec();
        self.world.tables.push(Table { name: name.clone(), columns, rows });
        format!("add table {name}")
    }

    /// A type of the code directory, and a migration whose table has a column of it.
    fn add_held_type(&mut self) -> String {
        let kind = [Kind::HeldEnum, Kind::HeldComposite, Kind::HeldDomain][self.random.below(3)];
        self.world.next += 1;
        let item = Item {
            id: self.world.next,
            kind,
            name: self.name("held"),
            needs: Vec::new(),
            mentions: Vec::new(),
            schema: None,
            table: 0,
            version: self.random.below(4),
            shape: 0,
            file: self.file(),
            slot: self.random.next(),
        };
        let held = super::sql::quoted(&item.name);
        self.world.items.insert(item.id, item);
        let added = self.add_table();
        if let (Some(table), Some(migration)) = (self.world.tables.last(), self.world.migrations.last_mut()) {
            let name = super::sql::quoted(&table.name);
            migration.push_str(&format!("ALTER TABLE {name} ADD COLUMN held {held};\n"));
        }
        format!("{added} with a column of {kind:?}")
    }

    fn grow_held_type(&mut self) -> Option<String> {
        let id = self.pick(|_, item| item.kind.is_held())?;
        let item = self.world.items.get_mut(&id)?;
        item.version += 1;
        Some(format!("grow {:?} {}", item.kind, item.name))
    }

    /// A migration that can be taken back, and how.
    pub fn way_back(&mut self) -> (String, String) {
        let at = self.random.below(self.world.tables.len());
        let name = super::sql::quoted(&self.world.tables[at].name);
        let up = format!("ALTER TABLE {name} ADD COLUMN tried integer DEFAULT 1;\nUPDATE {name} SET tried = 2;\n");
        (up, format!("-- pgmg: destructive\nALTER TABLE {name} DROP COLUMN tried;\n"))
    }

    fn alter_table(&mut self) -> Option<String> {
        let at = self.random.below(self.world.tables.len());
        let number = self.world.migrations.len();
        let of = ["integer", "bigint"][self.random.below(2)];
        let what = self.random.below(3);
        let table = &mut self.world.tables[at];
        let change = match what {
            0 => {
                table.columns.push(format!("m{number}"));
                format!("ADD COLUMN m{number} integer")
            }
            1 => format!("ALTER COLUMN a TYPE {of}"),
            _ => format!("ALTER COLUMN note TYPE {}", ["text", "varchar"][number % 2]),
        };
        let name = super::sql::quoted(&table.name);
        let sql = match self.random.below(4) {
            0 => format!(
                "-- pgmg: destructive\n-- pgmg: section name=\"alter\"\nALTER TABLE {name} {change};\n\
                 -- pgmg: section name=\"index\" mode=\"non-transactional\"\nCREATE INDEX CONCURRENTLY ON {name} (id, note);\n\
                 -- pgmg: section name=\"rows\"\nUPDATE {name} SET a = a;\n"
            ),
            _ => format!("-- pgmg: destructive\nALTER TABLE {name} {change};\n"),
        };
        let done = format!("migration: {sql}");
        self.world.migrations.push(sql);
        Some(done)
    }

    fn name(&mut self, prefix: &str) -> String {
        self.world.next += 1;
        let number = self.world.next;
        match self.random.below(6) {
            0 => format!("{prefix} {number}"),
            1 => format!("{}{number}", prefix.to_uppercase()),
            _ => format!("{prefix}_{number}"),
        }
    }

    fn file(&mut self) -> String {
        let files: BTreeSet<String> = self.world.items.values().map(|item| item.file.clone()).collect();
        if self.random.below(3) == 0 && !files.is_empty() {
            let at = self.random.below(files.len());
            return files.into_iter().nth(at).unwrap_or_default();
        }
        self.new_file()
    }

    fn new_file(&mut self) -> String {
        let number = self.random.next();
        let folder = ["", "views/", "z/y/", "a/"][self.random.below(4)];
        format!("{folder}{:08x}.sql", number as u32)
    }

    fn pick(&mut self, wanted: impl Fn(&World, &Item) -> bool) -> Option<u32> {
        let fits: Vec<u32> = self.world.items.values().filter(|item| wanted(&self.world, item)).map(|item| item.id).collect();
        let at = self.random.below(fits.len());
        fits.get(at).copied()
    }

    fn some_kind(&mut self) -> Kind {
        let sum: usize = Kind::ALL.iter().map(|(_, weight)| weight).sum();
        let mut left = self.random.below(sum);
        for (kind, weight) in Kind::ALL {
            if left < *weight {
                return *kind;
            }
            left -= weight;
        }
        Kind::View
    }

    fn add(&mut self) -> Option<String> {
        let kind = self.some_kind();
        let needs = self.needs(kind)?;
        let schema =
            if kind.has_schema() && self.random.below(4) == 0 { self.pick(|_, item| item.kind == Kind::Schema) } else { None };
        let name = match kind {
            Kind::Operator => {
                let taken: BTreeSet<&str> = self.world.items.values().map(|item| item.name.as_str()).collect();
                OPERATORS.iter().find(|name| !taken.contains(**name))?.to_string()
            }
            _ => self.name("x"),
        };
        self.world.next += 1;
        let item = Item {
            id: self.world.next,
            kind,
            name,
            needs,
            mentions: Vec::new(),
            schema,
            table: self.random.below(self.world.tables.len()),
            version: self.random.below(10),
            shape: self.random.below(64),
            file: self.file(),
            slot: self.random.next(),
        };
        let done = format!("add {kind:?} {}", item.name);
        self.world.items.insert(item.id, item);
        Some(done)
    }

    /// What a new item of this kind needs; `None` if it is not there.
    fn needs(&mut self, kind: Kind) -> Option<Vec<u32>> {
        let one = |found: Option<u32>| found.map(|id| vec![id]);
        match kind {
            Kind::View | Kind::Matview | Kind::SqlFunction | Kind::AtomicFunction | Kind::PlpgsqlFunction => {
                let mut needs = BTreeSet::new();
                if self.random.below(3) > 0 {
                    needs.extend(self.pick(|_, item| item.kind.is_relation()));
                }
                if self.random.below(2) == 0 {
                    needs.extend(self.pick(|_, item| item.kind.is_function() || item.kind.is_type()));
                }
                if self.random.below(3) == 0 {
                    needs.extend(self.pick(|_, item| {
                        matches!(item.kind, Kind::Aggregate | Kind::Operator | Kind::SetFunction | Kind::Enum | Kind::Domain)
                    }));
                }
                Some(needs.into_iter().collect())
            }
            Kind::MatviewIndex => one(self.pick(|_, item| item.kind == Kind::Matview)),
            Kind::Rule | Kind::ViewDefault => {
                let has =
                    |world: &World, id: u32| world.items.values().any(|other| other.kind == kind && other.needs.contains(&id));
                one(self.pick(|world, item| item.kind == Kind::View && !has(world, item.id)))
            }
            Kind::SetFunction => one(self.pick(|_, item| item.kind.is_relation())),
            Kind::TypedFunction => one(self.pick(|_, item| item.kind.is_type())),
            Kind::Overload => {
                let has = |world: &World, id: u32| {
                    world.items.values().any(|other| {
                        matches!(other.kind, Kind::Overload | Kind::Grant | Kind::Owner | Kind::Comment)
                            && other.needs.contains(&id)
                    })
                };
                one(self.pick(|world, item| item.kind.is_function() && !has(world, item.id)))
            }
            Kind::Aggregate | Kind::Operator => one(self.pick(|_, item| item.kind == Kind::StateFunction)),
            Kind::Domain => {
                let function = if self.random.below(2) == 0 { self.pick(|_, item| item.kind.is_function()) } else { None };
                Some(function.into_iter().collect())
            }
            Kind::CastFunction => one(self.pick(|_, item| item.kind == Kind::Composite)),
            Kind::Cast => {
                // One cast for each pair of types, and pg_dump orders those of one target by their OIDs.
                if self.pick(|_, item| item.kind == Kind::Cast).is_some() {
                    return None;
                }
                one(self.pick(|_, item| item.kind == Kind::CastFunction))
            }
            Kind::Trigger => one(self.pick(|_, item| item.kind == Kind::TriggerFunction)),
            Kind::ViewTrigger => {
                let function = self.pick(|_, item| item.kind == Kind::TriggerFunction)?;
                Some(vec![function, self.pick(|_, item| item.kind == Kind::View)?])
            }
            Kind::Policy => {
                let function = if self.random.below(2) == 0 { self.pick(|_, item| item.kind.is_function()) } else { None };
                Some(function.into_iter().collect())
            }
            Kind::ForeignServer => one(self.pick(|_, item| item.kind == Kind::Wrapper)),
            Kind::EventTrigger => one(self.pick(|_, item| item.kind == Kind::EventFunction)),
            Kind::Comment | Kind::Grant | Kind::Owner | Kind::ColumnComment => {
                let has = |world: &World, id: u32| {
                    world
                        .items
                        .values()
                        .any(|other| (other.kind == kind || other.kind == Kind::Overload) && other.needs.contains(&id))
                };
                one(self.pick(|world, item| {
                    let fits = match kind {
                        Kind::Comment => item.kind.is_relation() || item.kind.is_function() || item.kind.is_type(),
                        Kind::Grant => item.kind.is_relation() || item.kind.is_function(),
                        Kind::Owner => item.kind.is_function(),
                        _ => item.kind.is_relation(),
                    };
                    fits && !has(world, item.id)
                }))
            }
            _ => Some(Vec::new()),
        }
    }

    fn change_body(&mut self) -> Option<String> {
        let fixed = |kind: Kind| {
            kind.is_act() || kind.is_held() || matches!(kind, Kind::Sequence | Kind::Schema | Kind::Conversion | Kind::Operator)
        };
        let id = self.pick(|_, item| !fixed(item.kind))?;
        let item = self.world.items.get_mut(&id)?;
        item.version += 1;
        Some(format!("change the body of {:?} {}", item.kind, item.name))
    }

    fn change_shape(&mut self) -> Option<String> {
        let shape = self.random.below(64);
        let id = self.pick(|_, item| {
            item.kind.is_relation()
                || item.kind.is_function()
                || item.kind.is_type()
                || matches!(
                    item.kind,
                    Kind::Procedure | Kind::StateFunction | Kind::TypedFunction | Kind::Overload | Kind::Policy
                )
        })?;
        let item = self.world.items.get_mut(&id)?;
        item.shape = shape;
        Some(format!("change the shape of {:?} {}", item.kind, item.name))
    }

    fn rename(&mut self) -> Option<String> {
        let fixed = |kind: Kind| {
            kind.is_act() || kind.is_held() || matches!(kind, Kind::Sequence | Kind::Operator | Kind::Cast | Kind::Overload)
        };
        let id = self.pick(|world, item| {
            let all = world.with_dependents(item.id);
            let is_named =
                if item.kind == Kind::Schema { all.iter().any(|&id| world.is_frozen(id)) } else { world.is_frozen(item.id) };
            !fixed(item.kind) && !is_named
        })?;
        let name = self.name("r");
        let item = self.world.items.get_mut(&id)?;
        let done = format!("rename {:?} {} to {name}", item.kind, item.name);
        item.name = name;
        Some(done)
    }

    fn rename_file(&mut self) -> Option<String> {
        let id = self.pick(|_, _| true)?;
        let (old, new) = (self.world.item(id).file.clone(), self.new_file());
        self.world.items.values_mut().filter(|item| item.file == old).for_each(|item| item.file.clone_from(&new));
        Some(format!("rename file {old} to {new}"))
    }

    fn move_statement(&mut self) -> Option<String> {
        let id = self.pick(|_, _| true)?;
        let (file, slot) = (self.file(), self.random.next());
        let item = self.world.items.get_mut(&id)?;
        (item.file, item.slot) = (file.clone(), slot);
        Some(format!("move {:?} {} to {file}", item.kind, item.name))
    }

    fn swap_names(&mut self) -> Option<String> {
        let free = |world: &World, item: &Item| item.kind.family().is_some() && !world.is_frozen(item.id);
        let one = self.pick(free)?;
        let family = self.world.item(one).kind.family();
        let other = self.pick(|world, item| item.id != one && item.kind.family() == family && free(world, item))?;
        let names = (self.world.item(one).name.clone(), self.world.item(other).name.clone());
        let schemas = (self.world.item(one).schema, self.world.item(other).schema);
        if schemas.0 != schemas.1 {
            return None;
        }
        self.world.items.get_mut(&one)?.name = names.1.clone();
        self.world.items.get_mut(&other)?.name = names.0.clone();
        Some(format!("swap the names {} and {}", names.0, names.1))
    }

    fn delete(&mut self) -> Option<String> {
        let id = self.pick(|world, item| {
            let all = world.with_dependents(item.id);
            let stays = |id: &u32| {
                let kind = world.item(*id).kind;
                kind.is_act() || kind.is_held() || kind == Kind::Sequence
            };
            all.len() <= MOST_GONE && !all.iter().any(stays)
        })?;
        let all = self.world.with_dependents(id);
        let name = format!("{:?} {}", self.world.item(id).kind, self.world.item(id).name);
        let gone: Vec<Item> = all.iter().filter_map(|id| self.world.items.remove(id)).collect();
        let done = format!("delete {name} and {} dependents", gone.len() - 1);
        self.buried.push(gone);
        Some(done)
    }

    fn bring_back(&mut self) -> Option<String> {
        let at = self.random.below(self.buried.len());
        let all = self.buried.get(at)?;
        let is_there = |id: u32| self.world.items.contains_key(&id) || all.iter().any(|item| item.id == id);
        let taken = |item: &Item| self.world.items.values().any(|other| other.name == item.name);
        let once = |item: &Item| item.kind == Kind::Cast && self.world.items.values().any(|other| other.kind == Kind::Cast);
        if !all.iter().all(|item| item.all_needs().all(is_there)) || all.iter().any(|item| taken(item) || once(item)) {
            return None;
        }
        let overloaded = |item: &Item| {
            item.kind == Kind::Overload
                && item.needs.iter().any(|need| {
                    self.world.items.values().any(|other| {
                        matches!(other.kind, Kind::Overload | Kind::Grant | Kind::Owner | Kind::Comment)
                            && other.needs.contains(need)
                    })
                })
        };
        if all.iter().any(overloaded) {
            return None;
        }
        // What they are on may have become something else.
        let fits = |item: &Item| {
            let kind =
                |need: &u32| self.world.items.get(need).or_else(|| all.iter().find(|item| item.id == *need)).map(|i| i.kind);
            let (on, wanted) = match item.kind {
                Kind::MatviewIndex => (0, Kind::Matview),
                Kind::Rule | Kind::ViewDefault => (0, Kind::View),
                Kind::ViewTrigger => (1, Kind::View),
                _ => return true,
            };
            item.needs.get(on).and_then(kind) == Some(wanted)
        };
        if !all.iter().all(fits) {
            return None;
        }
        let all = self.buried.remove(at);
        let names: Vec<String> = all.iter().map(|item| item.name.clone()).collect();
        self.world.items.extend(all.into_iter().map(|item| (item.id, item)));
        Some(format!("bring back {}", names.join(", ")))
    }

    /// A relation or function builds on others than before.
    fn retarget(&mut self) -> Option<String> {
        let id = self.pick(|_, item| item.kind.is_relation() || item.kind.is_function())?;
        let above = self.world.with_dependents(id);
        let kind = self.world.item(id).kind;
        let needs = self.needs(kind)?;
        if needs.iter().any(|need| above.contains(need)) {
            return None;
        }
        let table = self.random.below(self.world.tables.len());
        let item = self.world.items.get_mut(&id)?;
        (item.needs, item.table) = (needs, table);
        Some(format!("build {:?} {} on others", item.kind, item.name))
    }

    /// Two functions call each other.
    fn circle(&mut self) -> Option<String> {
        let one = self.pick(|_, item| item.kind == Kind::PlpgsqlFunction)?;
        let other = self.pick(|_, item| item.kind == Kind::PlpgsqlFunction && item.id != one)?;
        self.world.items.get_mut(&one)?.mentions = vec![other];
        self.world.items.get_mut(&other)?.mentions = vec![one];
        Some(format!("{} and {} call each other", self.world.item(one).name, self.world.item(other).name))
    }

    /// A view becomes a materialized view or back; a function changes its language.
    fn change_kind(&mut self) -> Option<String> {
        let id = self.pick(|world, item| {
            let of_its_kind = |other: &Item| {
                other.needs.contains(&item.id)
                    && (other.kind.is_act()
                        || matches!(other.kind, Kind::MatviewIndex | Kind::Rule | Kind::ViewTrigger | Kind::ViewDefault))
            };
            (item.kind.is_relation() || item.kind.is_function()) && !world.items.values().any(of_its_kind)
        })?;
        let language = [Kind::SqlFunction, Kind::AtomicFunction, Kind::PlpgsqlFunction][self.random.below(3)];
        let item = self.world.items.get_mut(&id)?;
        let was = item.kind;
        item.kind = match was {
            Kind::View => Kind::Matview,
            Kind::Matview => Kind::View,
            _ => language,
        };
        (item.kind != was).then(|| format!("{} becomes {:?}", item.name, item.kind))
    }
}
