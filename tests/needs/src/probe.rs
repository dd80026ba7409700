//! Whether a machine has something.

use std::env;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How a need is looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Probe {
    /// A program on the search path, or at this absolute path.
    Program(&'static str),
    /// A program that succeeds with these arguments.
    Succeeds(&'static str, &'static [&'static str]),
    /// The standard library of Rust for this target.
    RustTarget(&'static str),
    /// A compiler that links an empty C program with this flag.
    LinksWith(&'static str),
    /// A listener on `::1`.
    Ipv6,
    /// This user is root.
    Root,
    /// Only a try tells.
    Try,
}

impl Probe {
    pub(crate) fn finds(self) -> bool {
        match self {
            Probe::Program(name) => program(name).is_some(),
            Probe::Succeeds(name, arguments) => succeeds(Command::new(name).args(arguments)),
            Probe::RustTarget(target) => has_rust_target(target),
            Probe::LinksWith(flag) => links_with(flag),
            Probe::Ipv6 => TcpListener::bind("[::1]:0").is_ok(),
            Probe::Root => succeeds(Command::new("sh").args(["-c", "test \"$(id -u)\" = 0"])),
            Probe::Try => true,
        }
    }

    /// What is wrong where it finds nothing.
    pub(crate) fn absence(self) -> String {
        match self {
            Probe::Program(name) => format!("there is no program {name}"),
            Probe::Succeeds(name, arguments) => format!("{name} {} fails", arguments.join(" ")),
            Probe::RustTarget(target) => format!("Rust has no standard library for {target}"),
            Probe::LinksWith(flag) => format!("the C compiler does not link with {flag}"),
            Probe::Ipv6 => "nothing can listen on ::1".to_owned(),
            Probe::Root => "this user is not root".to_owned(),
            Probe::Try => "it was tried".to_owned(),
        }
    }
}

/// The file of a program.
fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    // An absolute name replaces the directory.
    env::split_paths(&path).map(|directory| directory.join(name)).find(|file| file.is_file())
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Cargo tells a program that it runs which one it is; rustc lies beside it.
fn has_rust_target(target: &str) -> bool {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let rustc = Path::new(&cargo).with_file_name("rustc");
    let output = Command::new(rustc).args(["--print", "target-libdir", "--target", target]).output();
    output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

fn links_with(flag: &str) -> bool {
    let compile = "echo 'int main(void) { return 0; }' | cc -x c - \"$0\" -o /dev/null";
    succeeds(Command::new("sh").args(["-c", compile, flag]))
}
