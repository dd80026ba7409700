//! Programs in which a new thread, or a system call, is not what it is elsewhere.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use arcidentity_needs::{CONFINEMENT, needs};
use arcidentity_tests::{run, succeed};

use crate::programs::{agent, c, command};

#[test]
fn a_constructor_of_a_library_gets_a_token_while_the_library_is_loaded() {
    let agent = agent();
    let library = c("constructor").flag("-shared").flag("-fPIC").link_shared().build("constructor.so");
    let program = c("constructor").flag("-DMAIN").flag("-ldl").link_shared().build("constructor");
    assert_eq!(succeed(command(program, &agent).arg(library)), "a token\n");
}

#[test]
fn a_sandbox_may_answer_system_calls_by_a_signal() {
    needs!(CONFINEMENT);
    let agent = agent();
    let output = run(&mut command(c("trapped").link_shared().build("trapped"), &agent));
    if output.status.code() == Some(77) {
        CONFINEMENT.is_missing("seccomp does not trap system calls here");
        return;
    }
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, b"a token\n");
}
