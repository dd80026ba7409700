//! A program whose thread-local variables are larger than most stacks that threads are given. The C library takes them
//! from the stack of each thread.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::cell::Cell;

use arcidentity_testing::{VAULT, client, emulator};

const SIZE: usize = 400 * 1024;

thread_local! {
    static LARGE: [Cell<u8>; SIZE] = const { [const { Cell::new(0) }; SIZE] };
}

#[test]
fn a_key_is_read_all_the_same() {
    LARGE.with(|large| large[0].set(1));
    client(&emulator()).get_token(VAULT).unwrap();
}
