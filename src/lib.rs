//! pgmg makes a PostgreSQL database match two folders in git, in an order that it finds by trying.
//!
//! The program is `pgmg`. As a library it gives a Rust test suite its databases: [`Databases`] builds the project once, and
//! each test gets a copy of its own.
//!
//! ```no_run
//! use std::sync::LazyLock;
//!
//! static DATABASES: LazyLock<pgmg::Databases> = LazyLock::new(|| pgmg::Databases::of(".").expect("the project builds"));
//!
//! #[test]
//! fn orders_are_counted() {
//!     let database = DATABASES.copy().expect("a database");
//!     let mut client = postgres::Client::connect(&database.connection_string(), postgres::NoTls).expect("a connection");
//!     // ... its changes are seen by no other test.
//! }
//! ```
//!
//! The rest of this page is about the inside: the architecture of the program.
//!
//! # Bird's-eye view
//!
//! A project has `migrations/` (table changes, each run once) and `sql/` (views, functions, types, triggers, anything, each
//! written once as it should be today). Other tools parse that SQL and model every kind of object. pgmg does neither: it
//! *tries* each statement inside a savepoint, reads PostgreSQL's error or the effect in the catalog, and learns the order.
//!
//! ```text
//!   files ──────project───▶ Project ──┐
//!                                     ├─compare─▶ Work ─▶ engine::run ──what next──▶ trial ◀──▶ PostgreSQL
//!   pgmg_state ─postgres──▶ Recorded ─┘                        ▲                       │
//!                                                              └─────what came of it───┘
//!   at the end: engine::outcome ─▶ Plan + records ─▶ workspace ─▶ ROLLBACK (plan) or COMMIT (apply)
//! ```
//!
//! `plan` and `apply` are the same run in one transaction; only its end differs. `check`, `verify` and `plan --shadow` are
//! that run in a scratch database.
//!
//! # Code map
//!
//! * [`model`]: the vocabulary, plain values without I/O. [`error`]: how a run can fail, with its exit code.
//! * [`sql`]: text to facts, without disk or server: lexer, splitter, what each statement does and names
//!   ([`sql::mentions`]), OR REPLACE put in ([`sql::rewrite`]), objects spelled as SQL ([`sql::spelling`]).
//! * [`project`]: the disk to a [`model::project::Project`]: files, settings, directives, sections, checksums.
//! * [`engine`]: pure; decides. [`engine::run`] is asked what to do next and told what came of it; [`engine::world`] is what
//!   it knows, [`engine::queue`] what it tries, [`engine::task`] what else it wants done, [`engine::rules`] what must be
//!   true at the end, [`engine::outcome`] what it leaves. [`engine::graph`] weighs hints, [`engine::order`] makes the
//!   canonical order of them, [`engine::diagnosis`] reads SQLSTATEs, [`engine::ledger`] says who made and who touched what.
//! * [`postgres`]: the only code that talks to PostgreSQL. [`postgres::connection`] reaches servers; [`postgres::session`]
//!   has the only SAVEPOINT; [`postgres::catalog`] reads what tries did; [`postgres::records`] has the state tables, and in
//!   it [`postgres::records::drift`] what changed under them; [`postgres::attributes`] keeps and gives back what objects
//!   carry; [`postgres::effects`] reads what a migration touched.
//! * [`trial`]: performs. [`trial::carry_out`] is the loop; [`trial::server::Server`] is what it needs of a server, and
//!   PostgreSQL is one; `trial::perform` does tasks; [`trial::effects`] measures migrations; [`trial::sections`] and
//!   [`trial::after_commit`] run what PostgreSQL takes only outside a transaction.
//! * [`server`]: throwaway servers, kept builds, `pg_dump` and `psql`.
//! * [`workspace`]: a project and a database side by side: opened ([`workspace::opening`]), planned
//!   ([`workspace::planning`]), applied in stages ([`workspace::applying`]), committed ([`workspace::committing`]), agreed
//!   to ([`workspace::approval`]), built from nothing ([`workspace::scratch`]).
//! * [`learned`]: what is kept in `.pgmg/`. [`graph`]: the graph that `pgmg graph` shows. [`config`]: flags, environment,
//!   `pgmg.toml`. [`watching`]: file events, and when they have settled.
//! * [`output`]: values to text and JSON, the only wording of results. [`commands`]: one file a command. [`cli`]: what can
//!   be typed. [`internals`]: what the binary and the tests may use.
//!
//! `model` imports nothing; `error` imports model; `sql`, `graph`, `output`, `config` and `watching` import model and error
//! and never each other; `learned` also graph; `project`, `engine` and `postgres` also sql, and never each other; `server`
//! also postgres; `trial` sql, project, engine and postgres; `workspace` all of those but watching; `commands` everything
//! but the engine; `cli` imports commands, workspace, project, learned, config, output and graph. `tests/architecture.rs` reads the
//! imports and fails on any other, and on files that import each other.
//!
//! # Invariants
//!
//! 1. A name or a message only decides what to try next; PostgreSQL alone decides what works.
//! 2. After any history of applies, what pgmg manages equals one apply of today's files to an empty database. What nobody
//!    can take back (INSERT, DO, CALL) stays, and the plan says so.
//! 3. Nothing is skipped: what cannot be read, understood or done is an error, and its transaction is rolled back.
//! 4. One transaction. What PostgreSQL takes only outside one is declared, or found to need a commit, and recorded step by
//!    step.
//! 5. `plan` leaves nothing behind.
//! 6. No CASCADE, ever. A change of code drops nothing that holds data: it alters it, or is refused.
//! 7. What an object carried survives its re-creation, or the run is refused.
//! 8. Objects are known by their catalog rows. Which statement made one is read there; what the statement does, read once
//!    from its tokens, only settles whose an object is that several wrote.
//! 9. Only what creates owns. What acts (ALTER, GRANT, COMMENT) never becomes the maker of what another statement creates.
//! 10. What migrations did to recorded objects is looked at again in the same transaction; so is what DROP, DO, CALL and
//!     SELECT of the files may have taken away.
//! 11. A migration that loses data has said so, or somebody agreed who was told.
//! 12. A run begins anew only with a pair of statements that none forced before, or with a file that none tried whole.
//!
//! # The way of a statement
//!
//! 1. `engine::comparison::compare` finds statements whose checksum is not recorded, and records whose statement is gone
//!    (orphans); `engine::healing::include` adds what heals drift. [`workspace::part`] makes of it the
//!    [`engine::work::Work`] of this run.
//! 2. `Workspace::run_trial` begins the transaction, `trial::run` makes a `Run`, its `Queue` in the order of
//!    `order::canonical`.
//! 3. `trial::carry_out` asks `Run::decide`: a task that waits, else `Queue::next_batch`, else the rules, in their order;
//!    the first that has something against the world gives orders.
//! 4. A batch is worded by `sending::attempt` (each statement in its [`engine::manner`]) and tried by `Server::attempt`,
//!    which stops at the first failure. `Run::tried` takes it in. A failure is read by `reaction::read`
//!    (`diagnosis::diagnose`) and answered by `reaction::react`: tried again with OR REPLACE, a task (`MakeRoom`,
//!    `FindOwners`, `CheckConstraints`), or parked until `Queue::succeeded` wakes it.
//! 5. Where a rule needs to know what tries did, `Server::look` reads the catalog and `Run::saw` puts it down in the ledger.
//!    `Run::invalidate` is the only way in which something that is done runs again, and it notes why.
//! 6. With no rule left `outcome::outcome` makes the plan's steps, the records and the learned edges; `committing::record`
//!    asks whether losses are agreed to, writes the records and commits, or `planning::tried` rolls back.
//!
//! The rules, in `rules::ALL`:
//!
//! * `suspend_defaults`: default privileges that files set are taken away, to come back before what acts.
//! * `commit_before`: a migration uses an enum value that one before it adds: the run ends, those before are committed
//!   first.
//! * `migrate`: the next migration runs; one that misses code gets it first.
//! * `review`: after migrations, what is recorded is looked at again.
//! * `follow_migrations`: what has `*` follows the columns that migrations changed.
//! * `restore_stage`: what a stage had to drop comes back in it.
//! * `revert_definitions`: what an ALTER changed that is gone is dropped, to be made without it.
//! * `create`: what creates is let in. `act`: dropped objects get back what they carried, what is no longer said is set
//!   back, and what acts is let in. `give_back`: what only came back then gets its own.
//! * `set_again`: ALTERs run again that are older than what they alter.
//! * `remove_early`, `follow_changed`: while statements fail, what is older than the files goes, or follows.
//! * `misplaced`: what cannot be tried again where it stands begins the run anew in its place.
//! * `commit_first`: all that fails waits for new enum values of the files: they are committed first.
//! * `whole_files`: a file whose pieces are syntax errors is tried whole. `stuck`: what still fails ends the run.
//! * `constraints`: deferred constraints are checked.
//! * `rebinding`: what came before something that it binds or covers is tried again.
//! * `revoke`: what somebody granted by hand is taken back. `remove`: what no statement makes any more is dropped.
//! * `fights`: a file that drops what another makes is refused.
//! * `review_end`: recorded objects that are gone are made again.
//! * `conflicts`: temporary objects, two makers, objects in the way are refused. `circles`: objects that came to need each
//!   other are.
//!
//! # The way of a migration
//!
//! 1. `rules::migrate` lets in the code that it is known to need, then orders `Task::Migrate`.
//! 2. `perform::migrate` sends its statements, each in a savepoint of its own, from the first that is not done
//!    (`World::statements_done`). `Server::migrate` stops at the first failure, measures what was done (`effects::measure`)
//!    and after the last statement checks deferred constraints.
//! 3. `Run::migration_failed` reads the error. Dependents in the way: `Task::Unblock` drops what PostgreSQL names, with what
//!    needs it (`Purpose::Unblock`), and the migration goes on at the statement that failed, so that nothing of it is done
//!    twice. If nothing of that name is there, the records are followed first: an earlier migration may have renamed it.
//!    Something missing: `migrate::providers` is let in, with what it needs, and then it goes on. Nothing that helps: the
//!    run ends with the error.
//! 4. After the last one `rules::aftermath` looks again (below), and code is let in.
//!
//! # The way of a drop
//!
//! 1. Where something has to go, `MakeRoom`, `Compare`, `Remove`, `Unblock` and `RevertDefinitions` come to
//!    `perform::drop::drop_objects`.
//! 2. `Server::dependents` walks `pg_depend`: all that truly depends on the object, dependents first. Parts go with their
//!    owner: a partition's clone of a trigger or index with its parent's, members of an extension with it.
//! 3. `Server::capture` keeps what each carries. `drops::makers` says who makes each again: a statement, PostgreSQL's own
//!    definition, or nobody. What nobody can make or drop (`drops::in_the_way`) is altered in place if it is the object
//!    itself, or the run is refused.
//! 4. Each is dropped with RESTRICT. `Run::dropped` writes the history, puts the makers back into the queue, and keeps what
//!    is to come back.
//! 5. `perform::give_back` makes again what has only a definition and gives to all that are there what they carried;
//!    `Run::gave_back` lets those that set something on them run again.
//!
//! # How a try works
//!
//! One savepoint is always open. A message holds many attempts, each `INSERT INTO pg_temp.pgmg_mark …; statement; RELEASE;
//! SAVEPOINT`, so that the error of one leaves those before it in place, and the count of completed statements tells which
//! one failed. A syntax error anywhere fails a whole message before anything runs; there the error's position tells. The
//! next message begins with `ROLLBACK TO`. Subtransaction numbers only grow, and a marker row's `xmin` is its try's number:
//! one query over the server's own list of catalogs finds who wrote which row, whatever the statements were.
//!
//! # How a change works
//!
//! A statement that is not recorded as it is written is tried as it is written. If PostgreSQL says that its object exists,
//! OR REPLACE is put in. If PostgreSQL cannot replace it, the recorded object is dropped with what depends on it and made
//! anew.
//!
//! What holds data, or is held by it (a table, a sequence, a type of a column), is never dropped. Inside a try that is
//! undone it is put into another schema, the statement makes its own, and both are read from the catalog
//! ([`postgres::catalog::forms`]): what the first needs to become the second is done by ALTER ([`engine::alter_in_place`]),
//! nothing if they are equal, and refused if data would be lost. What a migration of the project makes is handed over to it.
//!
//! A changed guarded statement (IF NOT EXISTS, a block that looks first) that wrote nothing is compared in the same way:
//! with its object dropped, inside a try that is undone, it makes what it would make (`Server::remake`). Alike: the object
//! is kept. Other: it is made anew.
//!
//! # How a migration is kept from harm
//!
//! What it did is measured while it runs. Before and after, the transaction's locks are read: nearly all that changes
//! something locks it, in whatever way it is done, and locks are kept to the end; the few things that are changed without a
//! lock (a type or a schema renamed, a function replaced) are known by the `xmin` of their catalog rows. How they were comes
//! from a session outside the transaction, how they are from inside; the difference is a list of [`model::effect::Effect`].
//! What a migration did before it failed and after it went on is added up. What was not there before the run was made by it,
//! and nothing done to that is an effect. In doubt more is said to be lost, never less. An effect that loses data and was
//! not agreed to rolls the run back.
//!
//! A migration in sections, or outside a transaction, runs by itself ([`workspace`]); a section in a transaction is a run
//! over these statements of it, a way back a run over down migrations ([`workspace::part`]). Of a section outside one each
//! statement that PostgreSQL takes in a transaction is committed together with the record that it is done, so that it is
//! done once; before any other the record says that it was begun and which indexes there were, so that the next run can tell
//! whether it came to its end. Every commit leaves a row in `pgmg_history` under an id of its own: when the answer to COMMIT
//! is lost, a new session looks for it.
//!
//! # What is looked at again
//!
//! After migrations (`rules::aftermath`, `perform::review`), as far as it did not run in this run anyway:
//!
//! * a recorded object that is called otherwise, found by its number: its record follows (`Records::follow`), its statement
//!   runs again, and what was moved away from under an unchanged statement is dropped once that has made its own;
//! * a recorded object that is gone or is defined otherwise: its statement runs again, and those that set something on it;
//! * what depends on something that was renamed: its statement runs again;
//! * tables, types and schemas that migrations made, renamed or changed: what was seen to act on them is done again, and on
//!   the renamed ones it is set back first.
//!
//! At the end: ALTERs, of files and of applied migrations, that are older than what they alter (`rules::setters`); names
//! bound too early (`rules::rebinding`); files that fight (`rules::fights`); where DROP, DO, CALL, SELECT or the like ran,
//! recorded objects that are gone (`review_end`).
//!
//! # Where to add
//!
//! * **A command**: `commands/NAME.rs`, its line in `commands/mod.rs`, its variant in `cli/command.rs`. Test:
//!   `tests/cli.rs`.
//! * **A directive**: `project/directives.rs` reads it, `project/file.rs` says what it does to a file or statement,
//!   `model/statement.rs` or `model/migration.rs` holds it. Test: a case in `testdata/`.
//! * **A form of check's report**: `output/report/NAME.rs`, its variant in `output/report.rs`, its word in `cli/names.rs`.
//! * **An attribute that objects carry**: `postgres/attributes/objects.sql` (or `columns.sql`) reads it, `attributes/mod.rs`
//!   holds it, `attributes/kinds.rs` words what gives it back. Test: `tests/carried.rs`.
//! * **An exit code**: `Kind` in `error.rs`, its word in `output/json.rs`, its line of help in `cli/mod.rs`. Test:
//!   `tests/cli.rs`.
//! * **A rule**: `engine/rules/NAME.rs` and its place in `engine/rules/mod.rs`. A task: `engine/task.rs`,
//!   `trial/perform/mod.rs` does it, `engine/run/performed.rs` takes it in.
//!
//! # Decisions
//!
//! * **The last word of the canonical order is a statement's content, not its path.** Known edges, the order inside a file,
//!   and names decide first; among equals, what creates comes before what only acts, then the created name, then the
//!   checksum. With the path as the last word, renaming a file could change the result.
//! * **The order inside a file is stronger than a name.** A single file gives what `psql -f` gives, even where a later
//!   statement creates a better match for an earlier one.
//! * **Acts have an order of their own**: DO and CALL, then REVOKE and GRANT over a whole schema, then those about one
//!   object, then comments, so that a sweeping GRANT covers what a DO block made and a single REVOKE holds against it.
//! * **ALTER completes**: it comes before those that mention what it alters, so that `SELECT *` sees the added column.
//! * **What succeeded too early is tried again** with OR REPLACE; what cannot be replaced makes the run begin anew with what
//!   it learned. Beginnings are bounded because each forces a pair that none forced before.
//! * **SQL is read for its kind in `sql` only**, once, from tokens. Beside it [`postgres::session`] asks a text whether
//!   settings must be set anew after it; in doubt they are.
//! * **A part of the work is a value.** The sections of a migration and down migrations are parts of the work; nothing swaps
//!   the project's content.
//! * **Migrations go on where they failed.** To begin anew after something was dropped would insert their rows twice.
//! * **Records are followed by number through migrations**, within one transaction and only where the number was that
//!   object's before it. Otherwise objects are found by their recorded identity: a dump and restore changes numbers.
//! * **An ALTER of code runs again when its object was replaced**, whether a file or an applied migration says it.
//! * **Migrations before one that uses their enum values are committed first** (SQLSTATE 55P04), by
//!   themselves, and so are new enum values of the files that other statements use; the plan then shows the known order and
//!   says that it was not tried.
//! * **A guarded statement that wrote nothing is compared** with what it would make with the object out of its way: a fresh
//!   build has nothing for it to find.
//! * **Two files that fight are refused** (exit code 3): where one drops what another makes, no order is right.
//! * **After every migration deferred constraints are checked**, so that their violation has a place.
//! * **A migration that runs outside a transaction divides a run into stages**; before the first of them is done the plan
//!   shows the known order and says that it was not tried.
//! * **What was dropped gets back what it carried before any GRANT, COMMENT or ALTER of the files runs**, so that what the
//!   files say wins over what was there.
//! * **What a statement did that is gone is undone without its text**: the objects it touched are set back to what CREATE
//!   alone gives, and what migrations and files say about them runs again. An ALTER that is gone: its object is made anew; a
//!   table cannot be, so that a migration has to take it back. What nobody can take back (INSERT, DO) is forgotten in words.
//! * **Default privileges that files set hold for nothing that files or migrations make**: in a fresh build they come last,
//!   so they are suspended before migrations too.
//! * **Drift is what the files speak of.** Each recorded object has a fingerprint: definition, owner, grants, comment. A
//!   catalog row younger than the object's row in `pgmg_state`, or none at all, makes it a suspect; only suspects are
//!   described and compared. Owner, grants and comment count only where a statement of the files sets them. What the run
//!   itself wrote to is recorded anew at its end, and so is what it could not heal: drift is shown once and not for ever.
//! * **The graph says how each edge is known**, and a name in a function's body is only that: a hint, shown as such,
//!   recorded nowhere. What an error told is kept in `.pgmg/` as long as its statement is the same: who knows the order sees
//!   no error.
//! * **Circles.** What was there before can be replaced into a circle that no empty database takes: that is refused. In
//!   passing a circle may come about (two views swap their names): its views are made to need nothing before they are
//!   dropped.
//! * **What is dropped twice in a run gets back what it carried at first**, and what somebody set on it by hand is not
//!   carried.
//! * **An index or a default of a table that needs a function goes with it and comes back as it was**: no row is touched.
//! * **The lock is asked for again and again**, each time in a transaction of its own: who waits for it inside one would
//!   keep the holder's CREATE INDEX CONCURRENTLY waiting.
//! * **A migration that failed in the one transaction leaves no record**: nothing happened. Only one that runs by itself can
//!   be failed or done in part.
//! * **What a file declares is agreed to.** In a pipe a declared loss, and a migration that cannot be rolled back, go ahead;
//!   a person at a terminal is asked. `--yes` answers the question and allows no loss that was not declared.
//! * **A part of a migration that was resumed may not be edited**, not even what is left of it, until `repair
//!   accept-checksum`.
//! * **Code that a stage had to drop comes back in the same stage**, as it was if its file was changed: a later stage may be
//!   needed for what the file says now.
//! * **Migrations are taken back in one transaction only**; a way back that runs outside one is refused.
//! * **While `--target` leaves migrations for later, code waits**: it is written for the newest tables.
//! * **`check` reports to stdout**: there the diagnostics are the result. A build that was kept is only trusted when it
//!   succeeds; what it finds missing, circular or in disagreement is built again from nothing before it is reported.
//! * **`verify` and `plan --shadow` build in a server of the database's own major version** where one is found, and say it
//!   where none is: what differs between versions would look like a difference.
//! * **What is kept of a server is one archive**: making and deleting a thousand small files took most of a check.
//! * **`watch` trusts the files, not the events.** An event only says when to look; what is applied is what all files say
//!   then, read again where their stamps differ. A file that is missing then and was not seen to go is waited for, so that
//!   no event that is lost or late can drop an object. Changes that no event told of show that a file system sends none.
//! * **`watch` keeps the connection, the records and the read files, and nothing else**: after each apply the session is
//!   cleaned (DISCARD ALL, which gives the lock back), so that each apply begins as the first one did.
//! * **`plan` takes the same advisory lock as `apply`** when it has something to try: two runs that create the same objects
//!   would wait for each other's locks instead.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "the architecture leads through the inside; --document-private-items links it"
)]

mod cli;
mod commands;
mod config;
mod engine;
pub mod error;
mod graph;
#[doc(hidden)]
pub mod internals;
mod learned;
mod model;
mod output;
mod postgres;
mod project;
mod server;
mod sql;
mod trial;
mod watching;
mod workspace;

pub use workspace::test_databases::{DatabaseCopy, Databases};
