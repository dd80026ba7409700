//! What must hold of core's answers to any bytes at all. Each function takes the bytes of one try, panics if
//! something does not hold, and says whether the bytes were accepted.
//!
//! The fuzz targets call them, and so does `core/tests/corpus.rs`.

mod challenge;
mod endpoint;
mod exchange;
mod key_text;
mod response;

pub use challenge::challenge;
pub use endpoint::endpoint;
pub use exchange::Stage;
pub use key_text::key_text;
pub use response::response;
