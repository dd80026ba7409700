//! The variants of the C library's functions that copy and search text, which use different registers.

use std::fs;

/// What `glibc.cpu.hwcaps` takes away, so that glibc chooses another variant than it would by itself, and the
/// features (as `/proc/cpuinfo` calls them) of the processors where that makes a difference.
const VARIANTS: [(&str, &[&str]); 12] = [
    ("", &[]),
    ("-ERMS", &["erms"]),
    ("-AVX512VL", &["avx512vl"]),
    ("-AVX512F", &["avx512vl"]),
    ("-AVX512F,-ERMS", &["avx512vl", "erms"]),
    ("-AVX512F,-AVX512VL", &["avx512vl"]),
    ("-AVX512F,-AVX512VL,-ERMS", &["avx512vl", "erms"]),
    ("-AVX512F,-AVX512VL,-RTM", &["avx512vl", "rtm"]),
    ("-AVX512F,-AVX512VL,-AVX2,-AVX_Fast_Unaligned_Load", &["avx2"]),
    ("-AVX512F,-AVX512VL,-AVX2,-AVX_Fast_Unaligned_Load,-ERMS", &["avx2", "erms"]),
    ("-AVX512F,-AVX512VL,-AVX2,-AVX_Fast_Unaligned_Load,-Fast_Unaligned_Copy", &["ssse3"]),
    ("Prefer_ERMS", &["erms"]),
];

/// A value of `GLIBC_TUNABLES` for each variant that this processor has. Other systems have one variant.
#[must_use]
pub fn variants() -> Vec<String> {
    let described = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let flags = described.lines().find_map(|line| line.strip_prefix("flags")).unwrap_or_default();
    let has = |feature: &&str| flags.split_whitespace().any(|flag| flag == *feature);
    let possible = VARIANTS.iter().filter(|(_, needs)| needs.iter().all(has));
    possible.map(|(hwcaps, _)| format!("glibc.cpu.hwcaps={hwcaps}")).collect()
}
