//! Python extension module of libarcidentity.
