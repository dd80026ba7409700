//! What a release ships: the C library as it is installed, the wheels, and both for Windows. Their names come first,
//! since tests start in the order of their names and these take longest.

mod for_windows;
mod installed;
mod python;
mod wheels;
