//! Shells complete the names of objects for graph and why: each is asked as it would ask when somebody presses Tab.

mod support;

use std::path::Path;
use std::process::{Command, Stdio};

use support::{Outcome, ensure, pgmg};
use tempfile::TempDir;

/// A project whose `.pgmg/` knows some objects.
fn project() -> Outcome<TempDir> {
    let folder = support::scratch()?;
    std::fs::create_dir_all(folder.path().join("sql"))?;
    std::fs::create_dir_all(folder.path().join(".pgmg"))?;
    let names =
        ["function.total(integer)", "function.total(text)", "materialized view.daily", "view.\\\"Odd name\\\"", "view.totals"];
    let mut text = "pgmg objects 1\n".to_owned();
    for name in names {
        text += &format!("[\"{name}\",\"00\",[[\"table.orders\",\"catalog\"]]]\n");
    }
    std::fs::write(folder.path().join(".pgmg/objects"), text)?;
    Ok(folder)
}

/// What a shell says to a script, with the completions of pgmg in `$1`, in the project; `pgmg` is this build's.
fn answer(folder: &Path, shell: &str, options: &[&str], script: &str) -> Outcome<String> {
    let completions = pgmg::finish(pgmg::command(folder, None, &["completions", shell]).spawn()?, "pgmg completions".into())?;
    let file = folder.join("_pgmg");
    std::fs::write(&file, completions.expect_code(&[0])?.stdout)?;
    let binary = Path::new(env!("CARGO_BIN_EXE_pgmg")).parent().map(Path::to_path_buf).unwrap_or_default();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new(shell);
    command.args(options).arg("-c").arg(script).arg(shell).arg(&file);
    if shell == "fish" {
        // It has no name of its own among the arguments.
        command = Command::new(shell);
        command.args(options).arg("-c").arg(script).arg(&file);
    }
    command.current_dir(folder).env("PATH", format!("{}:{path}", binary.display())).env("HOME", folder).env("TERM", "dumb");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = pgmg::finish(command.spawn().map_err(|error| format!("{shell}: {error}"))?, shell.to_owned())?.expect_code(&[0])?;
    ensure(run.stderr.is_empty(), || run.transcript())?;
    Ok(run.stdout)
}

fn is(what: &str, expected: &str, actual: &str) -> Outcome {
    ensure(expected == actual, || format!("{what}: expected\n{expected}and it is\n{actual}"))
}

#[test]
fn bash_completes_objects() -> Outcome {
    let folder = project()?;
    let ask = r#"source "$1"
function ask { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _pgmg_with_objects pgmg "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"; echo "${COMPREPLY[*]}"; }
complete -p pgmg
ask pgmg graph view.
ask pgmg graph "'mat"
ask pgmg graph 'materialized\ v'
ask pgmg why view.totals function.
ask pgmg why view.totals ord
ask pgmg graph --dep
ask pgmg pl"#;
    let expected = "complete -o bashdefault -o default -o nosort -F _pgmg_with_objects pgmg\n\
                    view.\\\"Odd\\ name\\\" view.totals\n\
                    'materialized view.daily'\n\
                    materialized\\ view.daily\n\
                    function.total\\(integer\\) function.total\\(text\\)\n\
                    orders\n\
                    --depth --dependents --dependencies\n\
                    plan\n";
    is("bash", expected, &sorted_flags(&answer(folder.path(), "bash", &["--norc"], ask)?))
}

/// In which order flags are offered is clap's own affair.
fn sorted_flags(answer: &str) -> String {
    let sorted = |line: &str| match line.starts_with("--") {
        true => {
            let mut flags: Vec<&str> = line.split(' ').collect();
            flags.sort_by_key(|flag| (flag.len(), *flag));
            flags.join(" ")
        }
        false => line.to_owned(),
    };
    answer.lines().map(|line| sorted(line) + "\n").collect()
}

#[test]
fn fish_completes_objects() -> Outcome {
    let folder = project()?;
    let ask = r#"source $argv[1]
complete -C "pgmg graph view."
complete -C "pgmg graph --offline ord"
complete -C "pgmg why view.totals function."
complete -C "pgmg pl" | string split -f 1 \t"#;
    let expected = "view.\"Odd name\"\nview.totals\norders\nfunction.total(integer)\nfunction.total(text)\nplan\n";
    is("fish", expected, &answer(folder.path(), "fish", &["--no-config"], ask)?)
}

/// In a terminal of its own: zsh completes nowhere else. Each line is completed by Tab and then shown by a widget.
#[test]
fn zsh_completes_objects() -> Outcome {
    let folder = project()?;
    let ask = r#"zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1= PS2=; unsetopt zle_bracketed_paste prompt_cr prompt_sp; autoload -U compinit; compinit -u -D; source ${(q)1}"
zpty -w shell 'LISTMAX=10000; show() { print -r -- "<<$BUFFER>>"; BUFFER= }; zle -N show; bindkey "^X" show; print ready-$((1 + 1))'
zpty -r shell answer '*ready-2*' || exit 1
for line in "pgmg graph view.t" "pgmg why orders mat" "pgmg graph view.\\\"O" "pgmg pla"; do
    zpty -w -n shell "$line"$'\t\x18'
    zpty -r shell answer '*<<*>>*' || exit 1
    answer=${answer##*<<}
    print -r -- ${answer%%>>*}
done
zpty -d shell"#;
    let expected =
        "pgmg graph view.totals \npgmg why orders materialized\\ view.daily \npgmg graph view.\\\"Odd\\ name\\\" \npgmg plan \n";
    is("zsh", expected, &answer(folder.path(), "zsh", &["-f"], ask)?)
}

#[test]
fn where_nothing_is_known_nothing_is_said() -> Outcome {
    let folder = support::scratch()?;
    let ask = |arguments: &[&str]| -> Outcome<String> {
        let run = pgmg::finish(pgmg::command(folder.path(), None, arguments).spawn()?, arguments.join(" "))?.expect_code(&[0])?;
        ensure(run.stderr.is_empty(), || run.transcript())?;
        Ok(run.stdout)
    };
    is("no project", "", &ask(&["complete-objects", "--", "graph", ""])?)?;
    std::fs::create_dir(folder.path().join("sql"))?;
    is("nothing kept", "", &ask(&["complete-objects", "--", "graph", ""])?)?;
    is("no words", "", &ask(&["complete-objects", "--"])?)?;
    std::fs::create_dir(folder.path().join(".pgmg"))?;
    std::fs::write(folder.path().join(".pgmg/objects"), "pgmg objects 1\n[\"view.v\",\"00\",[]]\n")?;
    is("an object", "view.v\n", &ask(&["complete-objects", "--", "graph", "vi"])?)
}
