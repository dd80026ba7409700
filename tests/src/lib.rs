//! Tests of libarcidentity through its public faces.
