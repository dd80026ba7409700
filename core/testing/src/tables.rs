//! Texts of strangers, and what must become of each. One row is one line, and no text stands anywhere else:
//! `core/tests/corpus.rs` gives every row to the parser and to the fuzzer, and tests that need an agent or a file
//! take the rows from here too.

pub mod challenge;
pub mod endpoint;
pub mod key_text;
pub mod realm;
