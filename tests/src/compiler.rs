//! Compiling C and C++ programs against the library, as its users do.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{private_scratch, run, shared_library, succeed, workspace};

/// A compiler's command line.
#[derive(Debug, Clone)]
pub struct Compiler {
    program: &'static str,
    arguments: Vec<OsString>,
    libraries: Vec<OsString>,
}

impl Compiler {
    /// The C compiler, `cc`.
    #[must_use]
    pub fn c() -> Compiler {
        Compiler::new("cc")
    }

    /// The C++ compiler, `c++`.
    #[must_use]
    pub fn cpp() -> Compiler {
        Compiler::new("c++")
    }

    /// Another compiler with the same options, such as `clang`.
    #[must_use]
    pub fn new(program: &'static str) -> Compiler {
        Compiler { program, arguments: Vec::new(), libraries: Vec::new() }
            .flag("-I")
            .flag(workspace().join("include"))
            .flag("-Wall")
            .flag("-Wextra")
            .flag("-Wpedantic")
            .flag("-Werror")
    }

    /// The language's standard, such as `c99`.
    #[must_use]
    pub fn std(self, standard: &str) -> Compiler {
        self.flag(format!("-std={standard}"))
    }

    /// One more argument.
    #[must_use]
    pub fn flag(mut self, argument: impl Into<OsString>) -> Compiler {
        self.arguments.push(argument.into());
        self
    }

    /// A source file, by its path in the workspace.
    #[must_use]
    pub fn source(self, path: impl AsRef<Path>) -> Compiler {
        self.flag(workspace().join(path))
    }

    /// Makes the dynamic linker bind each function at its first call, whatever the compiler's default is.
    #[must_use]
    pub fn bind_late(self) -> Compiler {
        self.flag("-Wl,-z,lazy").flag("-fplt")
    }

    /// Links the shared library, which the program will find where it was built.
    #[must_use]
    pub fn link_shared(mut self) -> Compiler {
        let directory = shared_library().directory();
        let rpath = format!("-Wl,-rpath,{}", directory.display());
        let library = format!("-L{}", directory.display());
        self.libraries.extend([library.into(), "-larcidentity".into(), rpath.into(), "-pthread".into()]);
        self
    }

    /// Links the static library.
    #[must_use]
    pub fn link_static(mut self) -> Compiler {
        self.libraries.extend([
            shared_library().archive().into(),
            "-pthread".into(),
            "-ldl".into(),
            "-lm".into(),
        ]);
        self
    }

    /// Compiles and links a program of this name.
    ///
    /// # Panics
    ///
    /// If the compiler is missing or complains.
    #[must_use]
    pub fn build(self, name: &str) -> PathBuf {
        let program = private_scratch("bin").join(name);
        succeed(self.command().arg("-o").arg(&program).args(&self.libraries));
        program
    }

    /// Only checks that the compiler has nothing to say.
    ///
    /// # Panics
    ///
    /// If the compiler is missing or complains.
    pub fn check(self) {
        succeed(self.command().arg("-fsyntax-only"));
    }

    /// What the compiler says against a program that is wrong.
    ///
    /// # Panics
    ///
    /// If the compiler is missing, or takes the program.
    #[must_use]
    pub fn refusal(self) -> String {
        let output = run(self.command().arg("-fsyntax-only"));
        assert!(!output.status.success(), "the compiler takes it");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.program);
        command.args(&self.arguments);
        command
    }
}
