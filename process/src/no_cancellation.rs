//! Where threads are not cancelled.

/// As on Linux, where it disables the cancellation of a thread.
#[derive(Debug)]
pub struct CancellationDisabled;

impl CancellationDisabled {
    /// Changes nothing.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "as on Linux")]
    pub fn new() -> CancellationDisabled {
        CancellationDisabled
    }
}
