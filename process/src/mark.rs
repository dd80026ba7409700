//! A number in a page of memory that the kernel empties in every child process, however that was made.

use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// The page, as soon as there is one.
static PAGE: AtomicPtr<AtomicU64> = AtomicPtr::new(ptr::null_mut());

/// The last number that was given. A child goes on from its parent's.
static LAST: AtomicU64 = AtomicU64::new(0);

/// Another number than that of every process that this one descends from. 0 where the kernel has no such pages.
pub fn of_this_process() -> u64 {
    let Some(mark) = page() else { return 0 };
    match mark.load(Ordering::Relaxed) {
        0 => {
            let own = LAST.fetch_add(1, Ordering::Relaxed) + 1;
            // Another thread may have been first.
            mark.compare_exchange(0, own, Ordering::Relaxed, Ordering::Relaxed).err().unwrap_or(own)
        }
        own => own,
    }
}

/// Never waits for another thread: a child does not have the one that holds a lock.
fn page() -> Option<&'static AtomicU64> {
    let known = PAGE.load(Ordering::Acquire);
    let page = if known.is_null() { share(map()?) } else { known };
    // SAFETY: It is mapped for as long as the process lives, zeroed or holding such a number, and aligned as every page.
    Some(unsafe { &*page })
}

/// Makes a page the one of this process, unless another thread did that meanwhile.
fn share(page: *mut AtomicU64) -> *mut AtomicU64 {
    match PAGE.compare_exchange(ptr::null_mut(), page, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => page,
        Err(first) => {
            unmap(page);
            first
        }
    }
}

const SIZE: usize = 4096;

fn map() -> Option<*mut AtomicU64> {
    if cfg!(miri) {
        return None;
    }
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: A new mapping at a place that the kernel chooses touches no memory of anybody.
    let page = unsafe { libc::mmap(ptr::null_mut(), SIZE, access, kind, -1, 0) };
    if page == libc::MAP_FAILED {
        return None;
    }
    // SAFETY: The whole mapping is ours.
    if unsafe { libc::madvise(page, SIZE, libc::MADV_WIPEONFORK) } != 0 {
        unmap(page.cast());
        return None;
    }
    Some(page.cast())
}

fn unmap(page: *mut AtomicU64) {
    // SAFETY: The mapping is ours, and nobody has a reference to it.
    unsafe { libc::munmap(page.cast(), SIZE) };
}
