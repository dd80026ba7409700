//! Looking for secrets in the memory of another process.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::process::Child;

/// How often each needle occurs in the process's writable memory.
///
/// # Panics
///
/// If the memory cannot be read.
#[must_use]
pub fn occurrences(process: &Child, needles: &[&str]) -> Vec<usize> {
    let mut counts = vec![0; needles.len()];
    for area in writable_memory(process) {
        for (count, needle) in counts.iter_mut().zip(needles) {
            *count +=
                area.content.windows(needle.len()).filter(|window| *window == needle.as_bytes()).count();
        }
    }
    counts
}

/// The shortest piece of a secret that is looked for, in bytes: a vector register holds no fewer.
const PIECE: usize = 16;

/// Every piece of this size holds a whole word of memory, wherever it lies.
const WORD: usize = PIECE / 2;

/// A part of a secret in the memory of a process.
pub struct Piece {
    /// The part, as it is there.
    pub text: String,
    /// What the system calls the place, such as `[stack]` or `[heap]`.
    area: String,
    address: u64,
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Piece { area, address, text } = self;
        write!(f, "{} bytes in {area} at {address:#x}: {text}", text.len())
    }
}

/// The pieces of these secrets, 16 bytes and longer, in the process's writable memory.
///
/// # Panics
///
/// If the memory cannot be read.
#[must_use]
pub fn pieces(process: &Child, secrets: &[String]) -> Vec<Piece> {
    let words = Words::of(secrets);
    writable_memory(process).flat_map(|area| area.pieces(&words)).collect()
}

/// The words of secrets, and what follows and precedes each.
struct Words<'a> {
    places: HashMap<&'a [u8], Vec<(&'a [u8], usize)>>,
    /// Whether a word begins with these two bytes. Memory has many words, and few are in a secret.
    beginnings: Vec<bool>,
}

impl<'a> Words<'a> {
    fn of(secrets: &'a [String]) -> Words<'a> {
        let mut words = Words { places: HashMap::new(), beginnings: vec![false; 1 << 16] };
        for secret in secrets.iter().map(|secret| secret.as_bytes()) {
            for (position, word) in secret.windows(WORD).enumerate() {
                words.places.entry(word).or_default().push((secret, position));
                words.beginnings[beginning(word)] = true;
            }
        }
        words
    }

    /// Where secrets have this word.
    fn find(&self, word: &[u8]) -> &[(&'a [u8], usize)] {
        match self.beginnings[beginning(word)] {
            true => self.places.get(word).map_or(&[], Vec::as_slice),
            false => &[],
        }
    }
}

fn beginning(word: &[u8]) -> usize {
    usize::from(u16::from_le_bytes([word[0], word[1]]))
}

/// A part of a process's memory.
struct Area {
    name: String,
    start: u64,
    content: Vec<u8>,
}

impl Area {
    fn pieces(&self, words: &Words<'_>) -> Vec<Piece> {
        let mut found: Vec<Piece> = Vec::new();
        let mut end = 0;
        for (index, word) in self.content.chunks_exact(WORD).enumerate() {
            let place = index * WORD;
            let secrets = if place < end { &[] } else { words.find(word) };
            let all =
                secrets.iter().map(|(secret, position)| common(&self.content, place, secret, *position));
            if let Some(piece) = all.max_by_key(|piece| piece.len()).filter(|piece| piece.len() >= PIECE) {
                end = piece.end;
                let text = String::from_utf8_lossy(&self.content[piece.clone()]).into_owned();
                found.push(Piece { text, area: self.name.clone(), address: self.start + piece.start as u64 });
            }
        }
        found
    }
}

/// The part of `one` around a place that `other` has around a position.
fn common(one: &[u8], place: usize, other: &[u8], position: usize) -> Range<usize> {
    let before = one[..place].iter().rev().zip(other[..position].iter().rev());
    let after = one[place..].iter().zip(&other[position..]);
    let before = before.take_while(|(one, other)| one == other).count();
    place - before..place + after.take_while(|(one, other)| one == other).count()
}

fn writable_memory(process: &Child) -> impl Iterator<Item = Area> {
    let maps =
        fs::read_to_string(format!("/proc/{}/maps", process.id())).expect("a child's maps can be read");
    let memory = File::open(format!("/proc/{}/mem", process.id())).expect("a child's memory can be read");
    let areas: Vec<_> =
        maps.lines().filter_map(writable).map(|(start, end, name)| (start, end, name.to_owned())).collect();
    areas.into_iter().filter_map(move |(start, end, name)| {
        let mut content = vec![0; usize::try_from(end - start).expect("an area fits into memory")];
        let is_read =
            memory.read_exact_at(&mut content, start).is_ok() || read_pages(&memory, &mut content, start);
        is_read.then_some(Area { name, start, content })
    })
}

/// Reads what can be read. Of some areas, such as [vvar], nothing can be, and of one with the stack of a thread all but its
/// guard page, as glibc makes those since 2.42.
fn read_pages(memory: &File, content: &mut [u8], start: u64) -> bool {
    const PAGE: usize = 4096;
    content.chunks_mut(PAGE).enumerate().fold(false, |is_read, (number, page)| {
        memory.read_exact_at(page, start + (number * PAGE) as u64).is_ok() || is_read
    })
}

/// A line of maps is `start-end rw-p offset device inode name`.
fn writable(line: &str) -> Option<(u64, u64, &str)> {
    let mut words = line.split_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let address = |hex| u64::from_str_radix(hex, 16).ok();
    let is_writable = words.next()?.starts_with("rw");
    let name = words.nth(3).unwrap_or("no file");
    is_writable.then_some((address(start)?, address(end)?, name))
}
