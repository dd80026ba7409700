//! Fills every vector register, and looks at what is in them.

use std::arch::asm;

/// What each register is filled with: as many bytes as the largest one has, no one twice.
static PATTERN: [u8; 64] = {
    let mut pattern = [0; 64];
    let mut index = 0;
    while index < 64 {
        pattern[index] = 64 + index as u8;
        index += 1;
    }
    pattern
};

/// Registers that a function keeps for its caller, so that they hold nothing of what it did.
const KEPT: std::ops::Range<usize> = match (cfg!(target_arch = "aarch64"), cfg!(windows)) {
    (true, _) => 8..16,
    (false, true) => 6..16,
    (false, false) => 0..0,
};

#[test]
fn nothing_is_left_in_any_register() {
    let filled = registers(|| {});
    assert!(filled.len() >= 16);
    for (number, register) in filled.iter().enumerate() {
        assert_eq!(register, &PATTERN[..register.len()], "the test sees what is in register {number}");
    }
    for (number, register) in registers(crate::clear).iter().enumerate() {
        if !KEPT.contains(&number) {
            assert_eq!(register, &vec![0; register.len()], "register {number}");
        }
    }
}

/// Fills registers of this size and these numbers, runs something, and reads them.
macro_rules! fill_and_read {
    ($between:ident, $size:literal, $abi:literal, $load:literal, $store:literal, $($number:literal)+) => {{
        let mut seen = [[0_u8; $size]; [$($number),+].len()];
        // SAFETY: a register is no larger than the pattern and a place in `seen`, and every change is declared.
        unsafe {
            asm!(
                concat!(".irp n", $(", ", $number),+), $load, ".endr",
                pattern = in(reg) PATTERN.as_ptr(), clobber_abi($abi), options(nostack),
            );
            $between();
            asm!(
                concat!(".irp n", $(", ", $number),+), $store, ".endr",
                seen = in(reg) seen.as_mut_ptr(), options(nostack),
            );
        }
        seen.iter().map(|register| register.to_vec()).collect()
    }};
}

#[cfg(target_arch = "x86_64")]
fn registers(between: fn()) -> Vec<Vec<u8>> {
    if is_x86_feature_detected!("avx512f") {
        fill_and_read!(between, 64, "sysv64", "vmovups zmm\\n, [{pattern}]", "vmovups [{seen} + 64 * \\n], zmm\\n",
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31)
    } else if is_x86_feature_detected!("avx") {
        fill_and_read!(between, 32, "sysv64", "vmovups ymm\\n, [{pattern}]", "vmovups [{seen} + 32 * \\n], ymm\\n",
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    } else {
        fill_and_read!(between, 16, "sysv64", "movups xmm\\n, [{pattern}]", "movups [{seen} + 16 * \\n], xmm\\n",
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    }
}

#[cfg(target_arch = "aarch64")]
fn registers(between: fn()) -> Vec<Vec<u8>> {
    fill_and_read!(between, 16, "C", "ldr q\\n, [{pattern}]", "str q\\n, [{seen}, 16 * \\n]",
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31)
}
