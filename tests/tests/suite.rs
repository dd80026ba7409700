//! The library as its users get it, through all of its faces. One program, so that tests that wait leave the
//! processor to others.

mod artifacts;
mod azure_cpp;
mod c;
mod cancellation;
mod clients;
mod counts;
mod counts_cached;
mod cpp;
mod doc_examples;
mod doctor;
mod documents;
mod examples;
mod faults;
mod github;
mod headers;
mod held;
mod hostile;
mod imports;
mod listener;
mod manual;
mod memory;
mod no_io;
mod pace;
mod programs;
mod readme;
mod release;
mod sanitizers;
mod services;
mod stack;
mod supply_chain;
mod surroundings;
