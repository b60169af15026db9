//! Paths as a person names them from the current directory.

use std::path::{Path, PathBuf};

/// `path`, which is relative to `base`, as seen from `current`; absolute where it is not below `base`.
///
/// `base` is `current` or a directory above it; both are absolute. Links are not followed, so the result opens what `path` names.
pub(super) fn shown(path: &Path, base: &Path, current: &Path) -> PathBuf {
    if path.is_absolute() && !path.starts_with(base) {
        return path.to_owned();
    }
    // Collecting the components drops `.` and doubled separators, and nothing else.
    let absolute: PathBuf = base.join(path).components().collect();
    for (depth, ancestor) in current.ancestors().enumerate() {
        if let Ok(below) = absolute.strip_prefix(ancestor) {
            let relative: PathBuf = std::iter::repeat_n(Path::new(".."), depth).chain(below.iter().map(Path::new)).collect();
            return if relative.as_os_str().is_empty() { PathBuf::from(".") } else { relative };
        }
    }
    absolute
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_paths_from_where_the_person_is() {
        let cases = [
            ("sql", "/p", "/p", "sql"),
            ("./sql//x/", "/p", "/p", "sql/x"),
            ("../sql", "/p", "/p", "../sql"),
            ("sql", "/p", "/p/a/b", "../../sql"),
            ("sql", "/p", "/p/sql/a", ".."),
            ("a/sql", "/p", "/p/a", "sql"),
            (".", "/p", "/p", "."),
            ("/p/sql", "/p", "/p", "sql"),
            ("/other/sql", "/p", "/p", "/other/sql"),
        ];
        for (path, base, current, expected) in cases {
            assert_eq!(
                shown(Path::new(path), Path::new(base), Path::new(current)),
                Path::new(expected),
                "{path} in {base} from {current}"
            );
        }
    }
}
