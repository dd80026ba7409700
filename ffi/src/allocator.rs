//! The allocator of the library's own memory.

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

/// Wipes every block it frees: core wipes what it holds itself, and this takes care of the copies of keys
/// and tokens that the HTTP and JSON libraries make.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);
