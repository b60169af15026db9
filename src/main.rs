//! The binary: hands the arguments to the command line and exits with its code.

fn main() {
    std::process::exit(pgmg::internals::run(std::env::args_os()));
}
