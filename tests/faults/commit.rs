//! The connection is lost while COMMIT is under way: pgmg finds out whether it was done, and says so.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::files::project;
use crate::Test;
use crate::support::database::{Database, Server};
use crate::support::{Outcome, ensure_equal, pgmg};

pub const TESTS: &[(&str, Test)] =
    &[("commit/done_and_the_answer_lost", done_and_the_answer_lost), ("commit/lost_before_it_arrived", lost_before_it_arrived)];

const FILES: &[(&str, &str)] = &[
    ("migrations/001_t.sql", "CREATE TABLE t (id int);\nINSERT INTO t VALUES (1);\n"),
    ("sql/v.sql", "CREATE VIEW v AS SELECT id FROM t;\n"),
];

/// What the proxy does with the first COMMIT that passes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// The server gets it, the client gets no answer.
    Behind,
    /// It gets lost on its way.
    Before,
}

fn done_and_the_answer_lost(server: &Arc<Server>) -> Outcome {
    let database = server.database(None)?;
    let run = apply_through(&database, Cut::Behind)?.expect_code(&[0])?;
    run.expect_stderr(&["the connection was lost during COMMIT; the server has committed it"])?;
    ensure_equal("rows", "1", &database.value("SELECT count(*)::text FROM v")?)
}

fn lost_before_it_arrived(server: &Arc<Server>) -> Outcome {
    let database = server.database(None)?;
    let run = apply_through(&database, Cut::Before)?.expect_code(&[6])?;
    run.expect_stderr(&["the connection was lost during COMMIT, and the server has not committed it: nothing was changed"])?;
    ensure_equal("tables", "0", &database.value("SELECT count(*)::text FROM pg_class WHERE relname IN ('t', 'v')")?)
}

fn apply_through(database: &Database, cut: Cut) -> Outcome<pgmg::Run> {
    let socket = database.socket();
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let connection = database.connection_string_at("127.0.0.1", listener.local_addr()?.port());
    // Ends with the test process.
    std::thread::spawn(move || {
        let armed = Arc::new(AtomicBool::new(true));
        for client in listener.incoming().flatten() {
            let (armed, socket) = (Arc::clone(&armed), socket.clone());
            std::thread::spawn(move || pass(client, &socket, cut, &armed));
        }
    });
    let folder = project(FILES)?;
    pgmg::run(folder.path(), &connection, &["apply"])
}

fn pass(mut client: TcpStream, socket: &str, cut: Cut, armed: &AtomicBool) -> Option<()> {
    let mut server = UnixStream::connect(socket).ok()?;
    let (mut answers, mut back) = (server.try_clone().ok()?, client.try_clone().ok()?);
    std::thread::spawn(move || std::io::copy(&mut answers, &mut back));
    let mut buffer = [0; 65_536];
    loop {
        let read = client.read(&mut buffer).ok().filter(|read| *read > 0)?;
        let is_commit = buffer[..read].windows(12).any(|window| window == b"yes'; COMMIT");
        let is_cut = is_commit && armed.swap(false, Ordering::SeqCst);
        if is_cut {
            client.shutdown(Shutdown::Both).ok()?;
        }
        if !is_cut || cut == Cut::Behind {
            server.write_all(&buffer[..read]).ok()?;
        }
        if is_cut {
            // The server ends a session whose client went away only once it has read what was sent before.
            return server.shutdown(Shutdown::Write).ok();
        }
    }
}
