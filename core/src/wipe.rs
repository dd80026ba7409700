//! What a handshake leaves outside of the memory that is wiped: pieces of a key and a token on the stack and in the
//! vector registers.

use std::hint::black_box;
use std::mem::MaybeUninit;

/// Deeper than any function on the way of a secret, and the registers that the system saves there when a signal
/// comes; less than a handshake needs at its deepest.
const STACK: usize = 16 * 1024;

/// So much at a time is overwritten with vector stores. The C library overwrites more with `rep stosb`, which takes as
/// long (0.1 µs for all) and counts as an instruction for each byte: a fifth of those of a handshake.
const PIECE: usize = 1024;

/// Overwrites them. For the function that has called all those which saw a secret, when it calls no more of them.
#[inline(never)]
pub(crate) fn stack_and_registers() {
    let mut stack = [const { MaybeUninit::<[u8; PIECE]>::uninit() }; STACK / PIECE];
    for piece in &mut stack {
        black_box(piece.write([0; PIECE]));
    }
    arcidentity_registers::clear();
}
