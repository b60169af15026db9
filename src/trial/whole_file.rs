//! A dialect that the splitter does not know: where a piece of a file is a syntax error, the whole file is tried as one.

use std::collections::HashMap;

use super::drive::Drive;
use crate::model::statement::{Mode, Statement};

/// Files that are tried whole: from their first statement to the others, which go with it.
pub type WholeFiles = HashMap<usize, Vec<usize>>;

/// The files to try whole in another beginning: a piece of them is a syntax error (42601) for good.
pub fn worth_trying(drive: &Drive<'_>) -> WholeFiles {
    let is_syntax_error = |id: &usize| drive.failures.get(id).is_some_and(|failed| failed.error.code == "42601");
    let mut files = WholeFiles::new();
    for id in drive.queue.parked().into_iter().filter(is_syntax_error) {
        let pieces = pieces(drive.statements, id);
        let is_pending = |piece: &usize| drive.is_pending(*piece) && drive.statements[*piece].mode == Mode::Transactional;
        if pieces.len() > 1 && pieces.iter().all(is_pending) {
            files.insert(pieces[0], pieces[1..].to_vec());
        }
    }
    files
}

/// The text of a file from its first statement to the end of its last.
pub fn text<'a>(statements: &'a [Statement], first: usize, rest: &[usize]) -> &'a str {
    let statement = &statements[first];
    let end = rest.last().map_or(statement.span.end, |&last| statements[last].span.end);
    statement.file.text.get(statement.span.start..end).unwrap_or_default()
}

fn pieces(statements: &[Statement], id: usize) -> Vec<usize> {
    (0..statements.len()).filter(|&other| std::sync::Arc::ptr_eq(&statements[other].file, &statements[id].file)).collect()
}
