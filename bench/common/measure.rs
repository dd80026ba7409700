//! What the Rust programs share, as measure.h is for C.

use std::env;
use std::process::exit;
use std::sync::Barrier;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

pub const RESOURCE: &str = "https://vault.azure.net";
/// The agent takes a second for its token.
pub const SLOW_RESOURCE: &str = "https://slow.azure.net";

pub struct Arguments {
    pub action: String,
    pub count: u32,
    pub threads: u32,
}

pub fn arguments() -> Arguments {
    let mut given = env::args().skip(1);
    let action = given.next().unwrap_or_else(|| usage());
    let mut number = || given.next().map_or(1, |text| text.parse().unwrap_or_else(|_| usage()));
    Arguments { action, count: number(), threads: number() }
}

pub fn usage() -> ! {
    eprintln!("usage: PROGRAM new COUNT | same COUNT | cached COUNT | threads COUNT THREADS | beside");
    exit(2)
}

pub fn report(ns: f64) {
    println!("{ns:.3}");
}

pub fn ns_for_each<E>(count: u32, mut call: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    let start = Instant::now();
    for _ in 0..count {
        call()?;
    }
    Ok(start.elapsed().as_nanos() as f64 / f64::from(count))
}

/// From the first thread's start to the last one's end, for each call of any of them.
pub fn ns_for_each_in_threads<E: Send>(
    count: u32,
    threads: u32,
    call: impl Fn() -> Result<(), E> + Sync,
) -> Result<f64, E> {
    let barrier = Barrier::new(threads as usize);
    let work = || {
        barrier.wait();
        let start = Instant::now();
        (0..count).try_for_each(|_| call())?;
        Ok((start, Instant::now()))
    };
    let times = thread::scope(|scope| {
        let crowd: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let join = |thread: ScopedJoinHandle<'_, _>| thread.join().expect("no thread panics");
        crowd.into_iter().map(join).collect::<Result<Vec<_>, E>>()
    })?;
    let start = times.iter().map(|(start, _)| *start).min().expect("there is a thread");
    let end = times.iter().map(|(_, end)| *end).max().expect("there is a thread");
    Ok((end - start).as_nanos() as f64 / (f64::from(count) * f64::from(threads)))
}

/// The first call while another thread is inside `slow`.
pub fn ns_beside<E>(call: impl Fn() -> Result<(), E>, slow: impl FnOnce() + Send) -> f64 {
    thread::scope(|scope| {
        scope.spawn(slow);
        thread::sleep(Duration::from_millis(200));
        let start = Instant::now();
        let outcome = call();
        assert!(outcome.is_ok(), "the token is in memory");
        start.elapsed().as_nanos() as f64
    })
}
