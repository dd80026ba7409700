//! Looking for secrets in the memory of another process.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::process::Child;

/// How often each needle occurs in the process's writable memory.
///
/// # Panics
///
/// If the memory cannot be read.
#[must_use]
pub fn occurrences(process: &Child, needles: &[&str]) -> Vec<usize> {
    let maps =
        fs::read_to_string(format!("/proc/{}/maps", process.id())).expect("a child's maps can be read");
    let memory = File::open(format!("/proc/{}/mem", process.id())).expect("a child's memory can be read");
    let mut counts = vec![0; needles.len()];
    for (start, end) in maps.lines().filter_map(writable) {
        let mut content = vec![0; usize::try_from(end - start).expect("a region fits into memory")];
        // Some regions, such as [vvar], cannot be read.
        if memory.read_exact_at(&mut content, start).is_ok() {
            for (count, needle) in counts.iter_mut().zip(needles) {
                *count += content.windows(needle.len()).filter(|window| *window == needle.as_bytes()).count();
            }
        }
    }
    counts
}

/// A line of maps is `start-end rw-p …`.
fn writable(line: &str) -> Option<(u64, u64)> {
    let (range, rest) = line.split_once(' ')?;
    let (start, end) = range.split_once('-')?;
    let address = |hex| u64::from_str_radix(hex, 16).ok();
    rest.starts_with("rw").then_some((address(start)?, address(end)?))
}
