//! What a handshake leaves outside of the memory that is wiped: pieces of a key and a token on the stack and in the
//! vector registers.

use std::hint::black_box;

/// Deeper than any function on the way of a secret, and the registers that the system saves there when a signal
/// comes; less than a handshake needs at its deepest.
const STACK: usize = 16 * 1024;

/// Overwrites them. For the function that has called all those which saw a secret, when it calls no more of them.
#[inline(never)]
pub(crate) fn stack_and_registers() {
    black_box(&mut [0_u8; STACK]);
    arcidentity_registers::clear();
}
