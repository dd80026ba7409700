//! What secrets leave outside of the memory that is wiped: pieces of a key and a token on the stack and in the vector
//! registers.

use std::hint::black_box;
use std::mem::MaybeUninit;

/// In KiB, deeper than a handshake goes, which is 23 KiB where it reads from /proc who listens, and than the registers that
/// the system saves below that when a signal comes: 4 KiB with AVX-512, 12 KiB with AMX. What a call may take of its
/// thread's stack ([`limits::STACK`](crate::limits::STACK)) is more. Where nothing is optimized a handshake goes 66 KiB
/// deep, and a call may take 128 KiB.
pub(crate) const HANDSHAKE: usize = if cfg!(debug_assertions) { 80 } else { 36 };

/// The same of reading a key.
pub(crate) const READING: usize = if cfg!(debug_assertions) { 48 } else { 16 };

/// So much at a time is overwritten with vector stores. The C library overwrites more with `rep stosb`, which counts as
/// an instruction for each byte.
const PIECE: usize = 1024;

/// What `work` ends with. Nothing of what it did is left in so many KiB of the stack and in the registers, also where it
/// panics.
pub(crate) fn behind<const KIB: usize, T>(work: impl FnOnce() -> T) -> T {
    let _wiped = Wiped::<KIB>;
    apart(work)
}

/// With a stack of its own, below that of its caller.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

struct Wiped<const KIB: usize>;

impl<const KIB: usize> Drop for Wiped<KIB> {
    /// The registers first: a signal that comes in between saves them on the stack.
    #[inline(never)]
    fn drop(&mut self) {
        arcidentity_registers::clear();
        let mut stack = [const { MaybeUninit::<[u8; PIECE]>::uninit() }; KIB];
        for piece in &mut stack {
            black_box(piece.write([0; PIECE]));
        }
    }
}
