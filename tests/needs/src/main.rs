//! Which needs of the tests this machine meets; or for one NAME, whether what needs it is to be run.

use std::env;
use std::process::ExitCode;

use arcidentity_needs::{ALL, Need, judge};

fn main() -> ExitCode {
    match env::args().nth(1) {
        None => {
            ALL.iter().for_each(show);
            ExitCode::SUCCESS
        }
        Some(name) => match judge(&name) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(1),
            Err(message) => {
                eprintln!("{message}");
                ExitCode::from(2)
            }
        },
    }
}

fn show(need: &Need) {
    if need.is_told_by_a_try() {
        println!("untold   {}", need.name());
    } else if need.is_met() {
        println!("here     {}", need.name());
    } else {
        println!("missing  {:22} {}", need.name(), need.remedy());
    }
}
