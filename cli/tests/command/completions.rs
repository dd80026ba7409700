//! `arcidentity completions`: what shells make of it.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{BASH, FISH, POWERSHELL, ZSH, needs};
use tempfile::TempDir;

use crate::support::run;

const COMMANDS: [&str; 7] = ["token", "run", "metadata", "doctor", "emulator", "completions", "help"];
const FORMS: [&str; 5] = ["token", "header", "json", "az", "imds"];

/// A shell that has read the script, in a home of its own.
struct Shell {
    name: &'static str,
    home: TempDir,
}

impl Shell {
    fn new(name: &'static str) -> Shell {
        let home = tempfile::tempdir().unwrap();
        let script = run(&["completions", name]).result();
        fs::write(home.path().join("_arcidentity"), script + "\n").unwrap();
        fs::copy(file("zshrc"), home.path().join(".zshrc")).unwrap();
        Shell { name, home }
    }

    /// What it offers in the place of the last word of a line.
    fn offers(&self, line: &str) -> BTreeSet<String> {
        let mut command = self.command(line);
        command.env("HOME", self.home.path()).env_remove("XDG_CONFIG_HOME").env_remove("BASH_ENV");
        let program = Path::new(env!("CARGO_BIN_EXE_arcidentity")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let output = command.env("PATH", format!("{}:{path}", program.display())).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{line}: {output:?}");
        let text = match self.name {
            "zsh" => fs::read_to_string(self.home.path().join("found")).unwrap_or_default(),
            _ => String::from_utf8(output.stdout).unwrap(),
        };
        let _ = fs::remove_file(self.home.path().join("found"));
        // fish prints what a word means, too.
        let words = text.lines().filter_map(|line| line.split('\t').next()).map(str::trim);
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn command(&self, line: &str) -> Command {
        let script = self.home.path().join("_arcidentity");
        let mut command = Command::new(self.name);
        match self.name {
            "bash" => command.arg(file("complete.bash")).arg(script).args(split(line)),
            "zsh" => command.arg("-f").arg(file("type.zsh")).arg(self.home.path()).arg(line),
            _ => command
                .args(["--no-config", "-c", r#"source $argv[1]; complete -C "$argv[2]""#])
                .arg(script)
                .arg(line),
        };
        command
    }
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/completions").join(name)
}

/// A line as bash splits it.
fn split(line: &str) -> Vec<String> {
    let spaced = line.replace('=', " = ").replace(':', " : ");
    let mut words: Vec<String> = spaced.split_whitespace().map(str::to_owned).collect();
    if line.ends_with(' ') {
        words.push(String::new());
    }
    words
}

fn set<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    words.into_iter().map(str::to_owned).collect()
}

/// The spellings of a command's options, by its help.
fn options(command: &str) -> BTreeSet<String> {
    let help = run(&["help", command]).result();
    let rows = help.lines().filter(|line| line.starts_with("  -"));
    let spellings = rows.filter_map(|row| row.trim().split("  ").next());
    set(spellings.flat_map(|row| row.split([' ', ','])).filter(|word| word.starts_with('-')))
}

/// What every shell must offer.
fn check(shell: &Shell) {
    let short_names = short_names();
    assert!(short_names.len() > 20);
    assert_eq!(shell.offers("arcidentity "), set(COMMANDS));
    assert_eq!(shell.offers("arcidentity help "), set(COMMANDS));
    assert_eq!(shell.offers("arcidentity token "), short_names);
    assert_eq!(shell.offers("arcidentity token -o "), set(FORMS));
    assert_eq!(shell.offers("arcidentity token -qo "), set(FORMS));
    assert_eq!(shell.offers("arcidentity token -ojson "), short_names);
    assert_eq!(shell.offers("arcidentity token --endpoint http://127.0.0.1:1 keyv"), set(["keyvault"]));
    assert_eq!(shell.offers("arcidentity run --any-resource --resource stor"), set(["storage"]));
    assert_eq!(shell.offers("arcidentity completions "), set(["bash", "zsh", "fish", "powershell"]));
    assert_eq!(
        shell.offers("arcidentity metadata /compute/r"),
        set(["/compute/resourceId", "/compute/resourceGroupName"])
    );
    // fish offers the whole word.
    let form = shell.offers("arcidentity doctor --output=j");
    assert!(form == set(["json"]) || form == set(["--output=json"]), "{form:?}");
    // A value of which nothing is known, and a second resource, which is none.
    assert_eq!(shell.offers("arcidentity token --client-id "), set([]));
    assert!(shell.offers("arcidentity token arm ").is_disjoint(&short_names));
    check_options(shell);
    check_programs(shell);
    check_paths(shell);
}

fn check_options(shell: &Shell) {
    for command in COMMANDS {
        let offered: BTreeSet<_> = ["-", "--"]
            .into_iter()
            .flat_map(|start| shell.offers(&format!("arcidentity {command} {start}")))
            .filter(|word| word != "--")
            .collect();
        assert_eq!(offered, options(command), "{}: {command}", shell.name);
    }
    let general: BTreeSet<_> =
        ["-", "--"].into_iter().flat_map(|start| shell.offers(&format!("arcidentity {start}"))).collect();
    assert_eq!(general, set(["-h", "--help", "-V", "--version"]));
}

/// Behind `--` stands another program, and before it none.
fn check_programs(shell: &Shell) {
    for start in ["run --resource arm", "emulator"] {
        let offered = shell.offers(&format!("arcidentity {start} -- arcidentit"));
        assert!(offered.contains("arcidentity"), "{}: {offered:?}", shell.name);
        let offered = shell.offers(&format!("arcidentity {start} arcidentit"));
        assert!(!offered.contains("arcidentity"), "{}: {offered:?}", shell.name);
    }
}

fn check_paths(shell: &Shell) {
    let home = shell.home.path().display();
    fs::create_dir(shell.home.path().join("keys")).unwrap();
    fs::write(shell.home.path().join("kept.json"), "").unwrap();
    let ends_with = |offered: &BTreeSet<String>, name| {
        offered.iter().any(|path| path.trim_end_matches(['/', ' ']).rsplit('/').next() == Some(name))
    };
    let offered = shell.offers(&format!("arcidentity emulator --like {home}/kep"));
    assert!(ends_with(&offered, "kept.json"), "{}: {offered:?}", shell.name);
    let offered = shell.offers(&format!("arcidentity token --key-directory {home}/ke"));
    assert!(ends_with(&offered, "keys"), "{}: {offered:?}", shell.name);
    let offered = shell.offers(&format!("arcidentity token --key-directory {home}/.zsh"));
    assert!(offered.iter().all(|path| !path.contains("zshrc")), "{}: {offered:?}", shell.name);
}

/// Those that the command itself knows.
fn short_names() -> BTreeSet<String> {
    let refused = run(&["token", "nothing-like-it"]);
    let (_, list) = refused.stderr.split_once(", or one of ").unwrap();
    set(list.lines().next().unwrap().split(", "))
}

#[test]
fn bash_completes() {
    needs!(BASH);
    check(&Shell::new("bash"));
}

#[test]
fn zsh_completes() {
    needs!(ZSH);
    check(&Shell::new("zsh"));
}

#[test]
fn zsh_reads_the_script_from_its_start_up_file_too() {
    needs!(ZSH);
    let shell = Shell::new("zsh");
    let start = fs::read_to_string(file("zshrc")).unwrap();
    fs::write(
        shell.home.path().join(".zshrc"),
        format!("SOURCED=yes\n{}", start.replace("fpath=", "unused=")),
    )
    .unwrap();
    assert_eq!(shell.offers("arcidentity token keyv"), set(["keyvault"]));
}

#[test]
fn fish_completes() {
    needs!(FISH);
    check(&Shell::new("fish"));
}

/// What bash-completion has completes a program's arguments.
#[test]
fn bash_completion_completes_the_program() {
    needs!(BASH);
    let shell = Shell::new("bash");
    let script = shell.home.path().join("_arcidentity");
    for name in ["_command_offset", "_comp_command_offset"] {
        let function = format!("{name}() {{ COMPREPLY=(\"${{COMP_WORDS[@]:$1}}\"); }}\n");
        let script_with_it = run(&["completions", "bash"]).result() + "\n" + &function;
        fs::write(&script, script_with_it).unwrap();
        let offered = shell.offers("arcidentity run --endpoint=http://127.0.0.1 --any-resource -- git --he");
        assert_eq!(offered, set(["git", "--he"]), "{name}");
    }
}

#[test]
fn the_script_for_powershell_is_whole() {
    let script = run(&["completions", "powershell"]).result();
    let code = without_texts(&script);
    let mut open = Vec::new();
    for sign in code.chars() {
        match sign {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' => assert_eq!(open.pop(), Some(sign), "{code}"),
            _ => {}
        }
    }
    assert!(open.is_empty(), "{code}");
    for command in COMMANDS {
        let start = format!("\n                '{command}' {{\n");
        let (_, branch) = script.split_once(&start).unwrap();
        let (branch, _) = branch.split_once("\n                }").unwrap();
        let rows = branch.lines().filter_map(|line| line.trim().strip_prefix('\'')?.strip_suffix('\''));
        let rows: Vec<_> = rows.filter_map(|row| row.split_once('=')).collect();
        assert!(rows.iter().all(|(_, meaning)| !meaning.is_empty()));
        let offered =
            rows.iter().map(|(name, _)| *name).filter(|name| name.starts_with('-') && *name != "--");
        assert_eq!(set(offered), options(command), "{command}");
    }
    for form in FORMS {
        let rows = script
            .lines()
            .filter(|line| line.trim().starts_with("'token -o' ") && line.contains(&format!("'{form}=")));
        assert_eq!(rows.count(), 1, "{form}");
    }
}

/// A script without its comments and what stands in quotes, which end in their line.
fn without_texts(script: &str) -> String {
    let lines = script.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines
        .map(|line| {
            assert_eq!(line.matches('\'').count() % 2, 0, "{line}");
            let parts = line.split('\'').enumerate().filter(|(at, _)| at % 2 == 0);
            parts.map(|(_, part)| part).collect::<String>() + "\n"
        })
        .collect()
}

#[test]
fn powershell_completes() {
    needs!(POWERSHELL);
    let script = run(&["completions", "powershell"]).result();
    for (line, expected) in [
        ("arcidentity doct", &["doctor"][..]),
        ("arcidentity token keyv", &["keyvault"]),
        ("arcidentity token -o ", &FORMS),
        ("arcidentity token --force", &["--force-refresh"]),
    ] {
        let question =
            format!("\n(TabExpansion2 '{line}' {}).CompletionMatches.CompletionText\n", line.len());
        let output =
            Command::new("pwsh").args(["-NoProfile", "-Command", &(script.clone() + &question)]).output();
        let offered = String::from_utf8(output.unwrap().stdout).unwrap();
        assert_eq!(set(offered.lines().map(str::trim)), set(expected.iter().copied()), "{line}");
    }
}

/// `UPDATE_COMPLETIONS=1 cargo test -p arcidentity-cli --test command completions` writes them anew.
#[test]
fn the_python_package_has_the_same_scripts() {
    let share = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python/wheel/data/share");
    for (shell, path) in [
        ("bash", "bash-completion/completions/arcidentity"),
        ("zsh", "zsh/site-functions/_arcidentity"),
        ("fish", "fish/vendor_completions.d/arcidentity.fish"),
    ] {
        let (path, script) = (share.join(path), run(&["completions", shell]).result() + "\n");
        if std::env::var_os("UPDATE_COMPLETIONS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &script).unwrap();
        }
        let packed = fs::read_to_string(&path).unwrap();
        assert!(packed == script, "{} is not what `arcidentity completions {shell}` prints", path.display());
    }
}

#[test]
fn there_are_scripts_for_four_shells() {
    let outcome = run(&["completions", "tcsh"]);
    assert_eq!(outcome.failure(), (2, "SHELL \"tcsh\" is none of bash, zsh, fish, powershell"));
    assert_eq!(run(&["completions"]).failure(), (2, "no SHELL"));
    assert!(run(&["completions", "bsh"]).stderr.contains("did you mean bash?"));
}
