//! A machine of its own for each test.

use std::process::Command;

use arcidentity_needs::{MACHINES, are_met};
use arcidentity_tests::{command_binary, run, workspace};
use serde_json::Value;

/// What the shell script prints on such a machine, as root. None where only root could make one.
///
/// The script has the functions of `machine.sh`: `start_agent`, `doctor ARGUMENTS`, and `as USER GROUPS
/// COMMAND`, as which the command is `/opt/arcidentity doctor ARGUMENTS`.
pub fn on_a_machine(script: &str) -> Option<String> {
    if !are_met(&[MACHINES]) {
        return None;
    }
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--net", "--ipc", "--pid", "--fork", "--kill-child", "--propagation=private"]);
    let root = tempfile::tempdir().unwrap();
    unshare.args(["--", "sh"]).arg(workspace().join("tests/tests/doctor/machine.sh"));
    unshare.env("COMMAND", command_binary()).env("LOOPBACK", workspace().join("tests/isolated/loopback.py"));
    let output = run(unshare.arg(root.path()).arg(script));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {said}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// A report that a script printed with `doctor --json`.
pub struct Report(Value);

/// The only report of a script.
pub fn report(script: &str) -> Option<Report> {
    on_a_machine(script).map(|said| Report(serde_json::from_str(&said).expect(&said)))
}

impl Report {
    fn checks(&self) -> &Vec<Value> {
        self.0["checks"].as_array().unwrap()
    }

    fn ids(&self, outcome: &str) -> Vec<&str> {
        let with = self.checks().iter().filter(|check| check["outcome"] == outcome);
        with.map(|check| check["id"].as_str().unwrap()).collect()
    }

    pub fn check(&self, id: &str) -> &Value {
        self.checks().iter().find(|check| check["id"] == id).unwrap()
    }

    pub fn seen(&self, id: &str) -> &str {
        self.check(id)["seen"].as_str().unwrap()
    }

    pub fn remedy(&self, id: &str) -> String {
        let lines = self.check(id)["remedy"].as_array().unwrap().iter();
        lines.map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n")
    }

    /// There is a token, and only this is strange, besides the token itself: it is the emulator's.
    #[track_caller]
    pub fn assert_token(&self, warnings: &[&str]) {
        let warnings = [warnings, &["token"]].concat();
        assert_eq!((self.ids("failed"), self.ids("warning")), (vec![], warnings), "{}", self.0);
        assert!(self.seen("token").starts_with("from an emulator of the agent"), "{}", self.0);
        assert_eq!(self.0["status"], 0);
    }

    /// This check failed and no other, nothing else is strange, and the command ends with this status.
    #[track_caller]
    pub fn assert_cause(&self, cause: &str, status: i32) {
        assert_eq!((self.ids("failed"), self.ids("warning")), (vec![cause], vec![]), "{}", self.0);
        assert_eq!(self.0["status"], status);
    }
}
