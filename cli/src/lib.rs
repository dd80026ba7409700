//! The arcidentity command.
