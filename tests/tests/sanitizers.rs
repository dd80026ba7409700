//! C and C++ programs with the compiler's sanitizers in them, which end a program at its first error. The
//! library is the real one: what is watched is the header's inline code, what the programs do with what they
//! got, and every block that the two sides hand over.

use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{ASAN, NAMESPACES, TSAN, needs};
use arcidentity_tests::{Compiler, succeed};

use crate::programs::{agent, beside, c, cpp, sanitized};

/// What the compiler puts into a program.
struct Sanitizer {
    /// The argument of `-fsanitize=`.
    name: &'static str,
    /// What a program calls that has it.
    symbols: &'static [&'static str],
}

const MEMORY: Sanitizer =
    Sanitizer { name: "address,undefined", symbols: &[" U __asan_init", " U __ubsan_handle_"] };

const THREADS: Sanitizer = Sanitizer { name: "thread", symbols: &[" U __tsan_init"] };

#[test]
fn nothing_touches_foreign_memory_or_leaks_or_is_undefined() {
    needs!(NAMESPACES, ASAN);
    MEMORY.finds_nothing();
}

#[test]
fn no_threads_race() {
    needs!(NAMESPACES, TSAN);
    THREADS.finds_nothing();
}

impl Sanitizer {
    fn finds_nothing(&self) {
        for (name, arguments) in [
            ("smoke", &[][..]),
            ("misuse", &[]),
            ("metadata", &[]),
            ("cached", &["1000"]),
            ("threads", &["64", "8"]),
        ] {
            succeed(sanitized(self.build(c(name), name), &agent()).args(arguments));
        }
        succeed(&mut sanitized(self.build(cpp("smoke"), "smoke-cpp"), &agent()));

        let two_units = cpp("two_units").source("tests/cpp/two_units_other.cpp");
        for program in [self.build(c("default"), "default"), self.build(two_units, "two-units")] {
            let agent = agent();
            succeed(&mut beside(&agent, &sanitized(program, &agent)));
        }
    }

    fn build(&self, compiler: Compiler, name: &str) -> PathBuf {
        let compiler = compiler.flag("-g").flag(format!("-fsanitize={}", self.name));
        let program = compiler.flag("-fno-sanitize-recover=all").link_shared();
        let program = program.build(&format!("{name}-{}", self.name));
        self.is_linked(&program);
        program
    }

    /// A compiler that ignores the flag would let every program pass.
    fn is_linked(&self, program: &Path) {
        let symbols = succeed(Command::new("nm").arg(program));
        for symbol in self.symbols {
            assert!(symbols.contains(symbol), "{} has no{symbol}", program.display());
        }
    }
}
