//! What a token from memory costs a C program that gets it, reads its value and releases it, where that does not depend
//! on the machine's speed.

use arcidentity_needs::{STRACE, VALGRIND, needs};

use crate::counts::Counted;

const CACHED: Counted = Counted { program: "cached", times: 1000, requests: |_| 2 };

/// Those of the program itself are in it.
const INSTRUCTIONS: f64 = 361.0;

#[test]
fn instructions() {
    needs!(VALGRIND);
    CACHED.instructions(INSTRUCTIONS);
}

#[test]
fn no_allocation() {
    needs!(VALGRIND);
    CACHED.allocations(0.0);
}

#[test]
fn no_system_call() {
    needs!(STRACE);
    CACHED.system_calls(0.0);
}
