//! An agent that tries to get a key, a file or a token that it should not, through core and through the C ABI.
//!
//! A case is one line of a table: what is hostile, what must come of it, and how many requests reach the agent.
//! What can be judged as text alone stands in `core/testing/src/tables`, and each row of those is a case too.
//! [`check`] lists what else must hold in each.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod answer;
mod case;
mod challenge;
mod check;
mod deadline;
mod endpoint;
mod identity;
mod keyfile;
mod realm;
mod retry;
mod runner_c;
mod runner_core;
mod scene;
mod trace;

use arcidentity_needs::{STRACE, needs};
use check::run;
use runner_c::C;
use runner_core::Core;
use trace::Traced;

/// The same tests through each face of the library.
macro_rules! through {
    ($face:ident, $runner:expr) => {
        mod $face {
            use super::*;

            #[test]
            fn endpoints() {
                run($runner, endpoint::cases());
            }

            #[test]
            fn challenges() {
                run($runner, challenge::cases());
            }

            #[test]
            fn realms() {
                run($runner, realm::cases());
            }

            #[test]
            fn key_files() {
                run($runner, keyfile::cases());
            }

            #[test]
            fn answers() {
                run($runner, answer::cases());
            }

            #[test]
            fn identities() {
                run($runner, identity::cases());
            }

            #[test]
            fn retries() {
                run($runner, retry::cases());
            }

            #[test]
            fn deadlines() {
                run($runner, deadline::cases());
            }

            #[test]
            fn a_key_file_that_is_swapped_all_the_time() {
                keyfile::is_never_read_through_a_link($runner);
            }
        }
    };
}

through!(through_core, Core);
through!(through_c, C);

#[test]
fn no_file_and_no_port_but_the_agents_is_touched() {
    needs!(STRACE);
    let cases =
        [endpoint::cases(), challenge::cases(), realm::cases(), keyfile::cases(), answer::redirects()];
    run(Traced, cases.into_iter().flatten().collect());
}
