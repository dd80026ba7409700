//! C ABI of libarcidentity.
