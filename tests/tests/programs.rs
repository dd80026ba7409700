//! What the tests of C and C++ programs share.
#![allow(dead_code, reason = "each test program uses a part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_emulator::{Emulator, UserAssigned};
use arcidentity_tests::{Compiler, beside_keys};

/// The compiler with `tests/c/NAME.c`.
pub fn c(name: &str) -> Compiler {
    Compiler::c().std("c11").source(format!("tests/c/{name}.c"))
}

/// The compiler with `tests/cpp/NAME.cpp`.
pub fn cpp(name: &str) -> Compiler {
    Compiler::cpp().std("c++17").source(format!("tests/cpp/{name}.cpp"))
}

/// `tests/c/NAME.c` as a library to load before a program. Its own calls are bound late.
pub fn preload(name: &str) -> PathBuf {
    let library = Compiler::c().flag("-shared").flag("-fPIC").bind_late();
    library.source(format!("tests/c/{name}.c")).build(&format!("{name}.so"))
}

/// An agent whose machine has the user-assigned identity that the programs know.
pub fn agent() -> Emulator {
    let identity = UserAssigned {
        client_id: "55555555-5555-5555-5555-555555555555".into(),
        object_id: "66666666-6666-6666-6666-666666666666".into(),
        resource_id: "/subscriptions/0/resourceGroups/rg/providers/\
                      Microsoft.ManagedIdentity/userAssignedIdentities/app"
            .into(),
    };
    Emulator::builder().user_assigned(identity).start().expect("an emulator starts")
}

/// A program with the agent in its environment, as all of them expect it.
pub fn command(program: impl AsRef<Path>, agent: &Emulator) -> Command {
    let mut command = Command::new(program.as_ref());
    command.env("ENDPOINT", agent.endpoint()).env("KEYS", agent.key_directory());
    command.envs(agent.environment()).env_remove("IDENTITY_HEADER");
    command
}

/// A program that does not say where the agent has its keys, on a machine that has this agent. Needs `NAMESPACES`.
pub fn beside(agent: &Emulator, program: &Command) -> Command {
    beside_keys(agent.key_directory(), program).expect("namespaces")
}

/// `program` under Valgrind, which fails at leaks and at wrong accesses.
pub fn valgrind(program: &Path, agent: &Emulator) -> Command {
    let mut command = command("valgrind", agent);
    command.args(["--quiet", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect"]);
    command.arg("--error-exitcode=9").arg(program);
    command
}

/// Addresses that vary in more bits than this are foreign to the run-time of older compilers.
const KNOWN_ADDRESS_BITS: u32 = 28;

/// `program`, which was compiled with a sanitizer.
pub fn sanitized(program: PathBuf, agent: &Emulator) -> Command {
    let bits =
        fs::read_to_string("/proc/sys/vm/mmap_rnd_bits").ok().and_then(|bits| bits.trim().parse().ok());
    let mut command = if bits.is_some_and(|bits: u32| bits > KNOWN_ADDRESS_BITS) {
        let mut fixed = command("setarch", agent);
        fixed.arg("--addr-no-randomize").arg(program);
        fixed
    } else {
        command(program, agent)
    };
    // The library is not built with it: its locks would not be seen, but its copying and freeing would.
    command.env("TSAN_OPTIONS", "ignore_noninstrumented_modules=1");
    command
}
