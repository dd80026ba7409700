//! Programs in other languages that call the C library without a binding of ours.

use std::process::Command;

use arcidentity_emulator::{Answer, Emulator};
use arcidentity_needs::{GO, PERL_FFI, needs};
use arcidentity_tests::{GO_FLAGS, beside_agent, run, run_go, scratch, shared_library, workspace};

use super::Outcome;

#[test]
fn perl() {
    needs!(PERL_FFI);
    let mut program = Command::new("perl");
    program.arg(workspace().join("ffi/examples/token.pl"));
    program.env("LD_LIBRARY_PATH", shared_library().directory());
    gets_a_token_or_says_why_not(&program);
}

#[test]
fn go() {
    needs!(GO);
    let program = scratch("examples").join("token-go");
    let library = shared_library().directory().display();
    let outcome = Outcome::from(run_go(
        Command::new("go")
            .args(["build", GO_FLAGS, "-o"])
            .arg(&program)
            .arg(workspace().join("ffi/examples/token.go"))
            .env("CGO_ENABLED", "1")
            .env("CGO_CFLAGS", format!("-I{}", workspace().join("include").display()))
            .env("CGO_LDFLAGS", format!("-L{library} -Wl,-rpath,{library}")),
    ));
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    gets_a_token_or_says_why_not(&Command::new(program));
}

fn gets_a_token_or_says_why_not(program: &Command) {
    if let Some(mut command) = beside_agent(program) {
        let outcome = Outcome::from(run(&mut command));
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        let (line, rest) = outcome.stdout.split_once('\n').unwrap();
        assert!(line.starts_with("Authorization: Bearer eyJ") && rest.is_empty(), "{}", outcome.stdout);
    }
    let forbidding = Emulator::start().unwrap();
    forbidding.respond_with(|_| Answer::error(403, "forbidden", "n\u{f6}t you"));
    for (endpoint, status, reason) in [
        ("http://example.com/".to_owned(), 6, "ARC_ERROR_UNTRUSTED_AGENT: "),
        (forbidding.endpoint(), 7, "ARC_ERROR_REFUSED: "),
    ] {
        let mut command = clone(program);
        let agent = [("IDENTITY_ENDPOINT", endpoint.as_str()), ("IMDS_ENDPOINT", "x")];
        let outcome = Outcome::from(run(command.envs(agent).env_remove("IDENTITY_HEADER")));
        assert_eq!((outcome.status, outcome.stdout.as_str()), (status, ""), "{}", outcome.stderr);
        let said = outcome.stderr;
        assert!(said.starts_with(reason), "{said}");
        assert_eq!(said.contains("\nhint: "), status == 6, "{said}");
        assert_eq!(said.contains("n\u{f6}t you"), status == 7, "{said}");
    }
}

fn clone(program: &Command) -> Command {
    let mut clone = Command::new(program.get_program());
    clone.args(program.get_args());
    clone.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    clone
}
