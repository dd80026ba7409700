//! A Windows to run programs in: Wine, with a directory of its own below the target directory.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use arcidentity_needs::{CMAKE, MINGW, RUST_WINDOWS, WINE64, are_met};
use arcidentity_tests::{run, scratch, succeed, temporary, workspace};

pub const TARGET: &str = "x86_64-pc-windows-gnu";
pub const C: &str = "x86_64-w64-mingw32-gcc-posix";
pub const CPP: &str = "x86_64-w64-mingw32-g++-posix";

/// What Debian's packages `wine64` and `wine` install.
const LOADERS: [&str; 3] = ["/usr/lib/wine/wine64", "wine64", "wine"];

pub struct Wine {
    pub loader: &'static str,
    prefix: PathBuf,
}

/// A Windows, made when it is first asked for. `None` where this machine lacks what it is made of.
pub fn wine() -> Option<&'static Wine> {
    static WINE: OnceLock<Wine> = OnceLock::new();
    are_met(&[RUST_WINDOWS, MINGW, WINE64, CMAKE]).then(|| {
        WINE.get_or_init(|| {
            let loader = LOADERS.into_iter().find(|loader| works(loader)).expect("Wine starts");
            Wine::new(loader, "wine")
        })
    })
}

fn works(program: &str) -> bool {
    let mut version = Command::new(program);
    version.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}

impl Wine {
    fn new(loader: &'static str, name: &str) -> Wine {
        let wine = Wine { loader, prefix: scratch(name) };
        wine.set_up();
        wine
    }

    /// Another Windows, with files of its own.
    pub fn another(&self, name: &str) -> Wine {
        Wine::new(self.loader, name)
    }

    /// Makes `C:` and puts the library there that Wine may lack.
    fn set_up(&self) {
        succeed(&mut self.command("cmd", &["/c", "exit", "0"]));
        let library = self.drive().join("windows/system32/bcryptprimitives.dll");
        let mut compile = Command::new(C);
        compile.args(["-shared", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&library);
        succeed(compile.arg(workspace().join("tests/windows/bcryptprimitives.c")).arg("-ladvapi32"));
    }

    /// Where `C:` is.
    pub fn drive(&self) -> PathBuf {
        self.prefix.join("drive_c")
    }

    /// A program of Windows with its arguments.
    pub fn command(&self, program: impl AsRef<Path>, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.loader);
        command.arg(program.as_ref()).args(arguments).envs(self.environment()).env_remove("DISPLAY");
        for variable in ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_HEADER"] {
            command.env_remove(variable);
        }
        command
    }

    /// What makes the loader use this Windows, quietly and without the parts that ask for downloads.
    pub fn environment(&self) -> [(&'static str, OsString); 4] {
        [
            ("WINEPREFIX", self.prefix.clone().into()),
            temporary(),
            ("WINEDEBUG", "-all".into()),
            ("WINEDLLOVERRIDES", "mscoree,mshtml=".into()),
        ]
    }
}

/// What a program that must succeed under Wine printed, with the line ends of Unix.
pub fn printed(command: &mut Command) -> String {
    let output = run(command);
    let text = |bytes| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{stdout}\n{stderr}", output.status);
    stdout
}
