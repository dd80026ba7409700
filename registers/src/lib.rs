//! Clears the processor's vector registers.
//!
//! Whoever copies, compares or searches a text leaves pieces of it in them, 16 to 64 bytes in each: the C
//! library's functions and compiled loops do not clear what they used, and `vzeroupper` clears neither
//! registers 16 to 31 of AVX-512 nor the lower halves of the others. From there the pieces get into memory:
//! the dynamic linker saves the vector registers on the stack when a program calls a function of a library
//! for the first time, and the system does when a signal arrives.
//!
//! So whoever has handled a secret calls [`clear`] before other code goes on.

#![allow(unsafe_code, reason = "registers are cleared in assembly")]

#[cfg(all(test, any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
mod tests;

/// Sets every vector register to zero, on x86-64 and on 64-bit Arm. Elsewhere it does nothing.
///
/// Mask registers, which hold results of comparisons, and general registers, which every function soon
/// overwrites, stay as they are.
pub fn clear() {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    x86_64::clear();
    #[cfg(all(target_arch = "aarch64", not(miri)))]
    aarch64::clear();
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86_64 {
    use std::arch::{asm, is_x86_feature_detected};

    // All three: the ABI is named for the registers that its functions may change, which are all vector
    // registers. On Windows a function must keep some of them for its caller, and the compiler sees to it.
    pub(crate) fn clear() {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: processor and system have AVX-512; changes registers only, and all are declared.
            unsafe {
                asm!(
                    "vzeroall",
                    ".irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31",
                    "vpxord zmm\\n, zmm\\n, zmm\\n",
                    ".endr",
                    clobber_abi("sysv64"),
                    options(nostack, preserves_flags),
                );
            }
        } else if is_x86_feature_detected!("avx") {
            // SAFETY: processor and system have AVX; changes registers only, and all are declared.
            unsafe { asm!("vzeroall", clobber_abi("sysv64"), options(nostack, preserves_flags)) };
        } else {
            // SAFETY: every processor of x86-64 has SSE; changes registers only, and all are declared.
            unsafe {
                asm!(
                    ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
                    "xorps xmm\\n, xmm\\n",
                    ".endr",
                    clobber_abi("sysv64"),
                    options(nostack, preserves_flags),
                );
            }
        }
    }
}

#[cfg(all(target_arch = "aarch64", not(miri)))]
mod aarch64 {
    use std::arch::asm;

    pub(crate) fn clear() {
        // SAFETY: every 64-bit Arm has these registers, of which those of SVE are extensions that are cleared
        // with them; changes registers only, and all are declared.
        unsafe {
            asm!(
                ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
                "movi v\\n\\().2d, #0",
                ".endr",
                ".irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31",
                "movi v\\n\\().2d, #0",
                ".endr",
                clobber_abi("C"),
                options(nostack, preserves_flags),
            );
        }
    }
}
