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
//!   files ──project─▶ Project ─┐
//!                              ├─compare─▶ Comparison ──trial──▶ Plan + records ──▶ ROLLBACK (plan) or COMMIT (apply)
//!   pgmg_state ─postgres─▶ Recorded ─┘         ▲  │
//!                                       engine  session
//! ```
//!
//! `plan` and `apply` are the same run in one transaction; only its end differs.
//!
//! # Code map
//!
//! * [`model`]: the vocabulary, plain values without I/O. [`error`]: how a run can fail, with its exit code.
//! * [`sql`]: text to facts, without disk or server: exact lexer, splitter, mentions (what each statement
//!   does and names, read once from its tokens and by nobody else from its text), and objects spelled as SQL
//!   ([`sql::spelling`]).
//! * [`project`]: the disk to a [`model::project::Project`]: files, session settings, directives, checksums;
//!   [`project::cached`] reads again only what changed.
//! * [`engine`]: pure. [`engine::graph`] weighs hints, [`engine::order`] makes the canonical order of them,
//!   [`engine::queue`] parks and wakes, [`engine::diagnosis`] reads SQLSTATEs, [`engine::rules::rebinding`] finds who came too
//!   early, [`engine::explanation`] finds root causes.
//! * [`postgres`]: the only code that talks to PostgreSQL. [`postgres::connection`] finds and reaches servers;
//!   [`postgres::session`] has the only SAVEPOINT; [`postgres::catalog`] attributes catalog rows to tries, and in it
//!   [`postgres::catalog::lints`] asks a finished build; [`postgres::records`] knows the state tables, and in it
//!   [`postgres::records::drift`] finds what somebody else changed; [`postgres::attributes`] gives back what objects carried;
//!   [`postgres::effects`] reads what a migration touched.
//! * [`server`]: [`server::throwaway`] starts servers, [`server::kept_builds`] keeps what `check` built, [`server::tools`] runs
//!   `pg_dump` and `psql`.
//! * [`trial`]: drives the engine over a session and turns what happened into a plan and records.
//! * [`workspace`]: a project and a database side by side ([`workspace::opening`]), and what commands do with them: plans made
//!   ([`workspace::planning`]) and kept ([`workspace::saved`]), stages applied ([`workspace::applying`]), losses agreed to
//!   ([`workspace::approval`]), projects built from nothing ([`workspace::scratch`]).
//! * [`learned`]: what is kept in `.pgmg/`: the learned order, by checksums, and the objects, for [`graph`] and for shells.
//!   [`graph`] puts a [`model::graph::ObjectGraph`] together and finds what a person means in it (`output/graph` draws it; its page is
//!   plain JavaScript on a canvas, put together into one file). [`config`]: flags, environment, `pgmg.toml`. [`watching`]: file
//!   events, and a pure debounce that says when they have settled.
//! * [`output`]: values to text and JSON, the only wording. [`commands`] and [`cli`]: one short file a command.
//!
//! `model` imports nothing; `error` imports model; `sql`, `graph`, `output`, `config` and `watching` import model and error and
//! never each other; `learned` also graph; `project`, `engine` and `postgres` also sql; `server` also postgres; `trial` project,
//! engine and postgres; `workspace` those, and what is below them; `commands` everything but the engine. A test
//! (`tests/architecture.rs`) reads the imports and fails on any other, and on files that import each other.
//!
//! # Invariants
//!
//! 1. A name or a message only decides what to try next; PostgreSQL alone decides what works.
//! 2. After any history of applies, what pgmg manages equals one apply of today's files to an empty database.
//! 3. Nothing is skipped: what cannot be read, understood or done is an error, and the database is unchanged.
//! 4. One transaction. What PostgreSQL takes only outside one is declared (`-- pgmg: no-transaction`) and recorded by itself.
//! 5. `plan` leaves nothing behind.
//! 6. No CASCADE, ever.
//! 7. Objects are known by their catalog rows. No code asks what kind of statement made them.
//!
//! # How a try works
//!
//! One savepoint is always open. A message holds many units, each `INSERT INTO pgmg_mark …; statement; RELEASE; SAVEPOINT`,
//! so that the error of one leaves those before it in place, and the count of completed statements tells which one failed. A
//! syntax error anywhere fails a whole message before anything runs; there the error's position tells. The next message begins
//! with `ROLLBACK TO`. Subtransaction numbers only grow, and a marker row's `xmin` is its try's number: at the end one query
//! over the server's own list of catalogs finds who wrote which row, whatever the statements were.
//!
//! # How a change works
//!
//! A statement that is not recorded as it is written is tried as it is written. If PostgreSQL says that its object exists, OR
//! REPLACE is put in. If PostgreSQL cannot replace it, the recorded object is dropped with what truly depends on it, found by
//! walking `pg_depend`, dependents first, each with RESTRICT; everything that was dropped is captured before and given back
//! what it carried after it is there again; the statements of the dependents go back into the queue. A dependent that nobody's
//! file makes comes back as PostgreSQL describes it, or the run is refused. The same way is cleared for a migration when
//! PostgreSQL names what stands in it. Recorded objects that no statement made any more are dropped at the end.
//!
//! What holds data, or is held by it (a table, a sequence, a type of a column), is never dropped. Inside a try that is undone it
//! is put into another schema, the statement makes its own, and both are read from the catalog ([`postgres::catalog::forms`]): what the
//! first needs to become the second is done by ALTER ([`trial`]), nothing if they are equal, and refused if data would be lost.
//! What a migration of the project makes is handed over to it. New values of an enum that another statement uses are committed
//! first (SQLSTATE 55P04), and the plan says so.
//!
//! # How a migration is kept from harm
//!
//! Before a migration is tried, and after it, the transaction's locks are read: nearly all that changes something locks it, in
//! whatever way it is done, and locks are kept to the end; the few things that are changed without a lock (a type or a schema
//! renamed, a function replaced) are known by the `xmin` of their catalog rows. How they were comes from a session outside the
//! transaction, how they are from inside; the difference is a list of [`model::effect::Effect`]. What the other session does not
//! see was made by the run itself, and nothing done to it is an effect. In doubt more is said to be lost, never less. An effect
//! that loses data and was not agreed to rolls the run back.
//!
//! A migration in sections, or outside a transaction, runs by itself ([`workspace`]). Each of its statements that PostgreSQL takes in
//! a transaction is committed together with the record that it is done, so that it is done once; before any other the record says
//! that it was begun and which indexes there were, so that the next run can tell whether it came to its end. Every commit leaves a
//! row in `pgmg_history` under an id of its own: when the answer to COMMIT is lost, a new session looks for it.
//!
//! `check`, `verify` and `plan --shadow` are the same run in a scratch database of a throwaway server.
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
//!   it learned, still in the same transaction's place, at most four times.
//! * **After every migration deferred constraints are checked**, so that their violation has a place.
//! * **A migration that runs outside a transaction divides a run into stages**; before the first of them is done the plan
//!   shows the known order and says that it was not tried.
//! * **What was dropped gets back what it carried before any GRANT, COMMENT or ALTER of the files runs**, so that what the
//!   files say wins over what was there.
//! * **What a statement did that is gone is undone without its text**: the objects it touched are set back to what CREATE alone
//!   gives, and what migrations and files say about them runs again. An ALTER that is gone: its object is made anew; a table
//!   cannot be, so that a migration has to take it back. What nobody can take back (INSERT, DO) is forgotten in words.
//! * **Default privileges that files set hold for nothing that files make**: in a fresh build they come last.
//! * **Objects are found by their recorded identity, not by a recorded oid**: a dump and restore changes oids.
//! * **Drift is what the files speak of.** Each recorded object has a fingerprint: definition, owner, grants, comment. A catalog
//!   row younger than the object's row in `pgmg_state`, or none at all, makes it a suspect; only suspects are described and
//!   compared. Owner, grants and comment count only where a statement of the files sets them. What the run itself wrote to is
//!   recorded anew at its end, and so is what it could not heal: drift is shown once and not for ever.
//! * **The graph says how each edge is known**, and a name in a function's body is only that: a hint, shown as such, recorded
//!   nowhere. What an error told is kept in `.pgmg/` as long as its statement is the same: who knows the order sees no error.
//! * **Circles.** What was there before can be replaced into a circle that no empty database takes: that is refused. In passing
//!   a circle may come about (two views swap their names): its views are made to need nothing before they are dropped.
//! * **What is dropped twice in a run gets back what it carried at first**, and what somebody set on it by hand is not carried.
//! * **An index or a default of a table that needs a function goes with it and comes back as it was**: no row is touched.
//! * **The lock is asked for again and again**, each time in a transaction of its own: who waits for it inside one would keep the
//!   holder's CREATE INDEX CONCURRENTLY waiting.
//! * **A migration that failed in the one transaction leaves no record**: nothing happened. Only one that runs by itself can be
//!   failed or done in part.
//! * **What a file declares is agreed to.** In a pipe a declared loss, and a migration that cannot be rolled back, go ahead; a
//!   person at a terminal is asked. `--yes` answers the question and allows no loss that was not declared.
//! * **A part of a migration that was resumed may not be edited**, not even what is left of it, until `repair accept-checksum`.
//! * **Code that a stage had to drop comes back in the same stage**, as it was if its file was changed: a later stage may be needed
//!   for what the file says now.
//! * **Migrations are taken back in one transaction only**; a way back that runs outside one is refused.
//! * **While `--target` leaves migrations for later, code waits**: it is written for the newest tables.
//! * **`check` reports to stdout**: there the diagnostics are the result. A build that was kept is only trusted when it succeeds;
//!   what it finds missing, circular or in disagreement is built again from nothing before it is reported.
//! * **`verify` and `plan --shadow` build in a server of the database's own major version** where one is found, and say it where
//!   none is: what differs between versions would look like a difference.
//! * **What is kept of a server is one archive**: making and deleting a thousand small files took most of a check.
//! * **What was drifted is not carried**: an object made anew to heal it does not get back the state that somebody gave it.
//! * **`watch` trusts the files, not the events.** An event only says when to look; what is applied is what all files say then,
//!   read again where their stamps differ. A file that is missing then and was not seen to go is waited for, so that no event
//!   that is lost or late can drop an object. Changes that no event told of show that a file system sends none.
//! * **`watch` keeps the connection, the records and the read files, and nothing else**: after each apply the session is cleaned
//!   (DISCARD ALL, which gives the lock back), so that each apply begins as the first one did.
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
