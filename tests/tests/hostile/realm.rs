//! Which paths an agent may name.

use arcidentity_core::ErrorKind::{AccessDenied, UntrustedKey};
use arcidentity_emulator::KeyStyle;

use super::case::Case;
use super::case::Expected::{self, Fails, Token};

/// The key directory that the client is told of, the realm, the outcome, and the number of requests.
const REALMS: &[(&str, &str, &str, Expected, usize)] = &[
    ("a key", "{keys}", "{keys}/a.key", Token, 2),
    ("a slash behind the option", "{keys}/", "{keys}/a.key", Token, 2),
    ("the option is a link and the realm resolved", "{root}/link", "{keys}/a.key", Token, 2),
    ("the option and the realm are the same link", "{root}/link", "{root}/link/a.key", Token, 2),
    ("the realm is a link and the option resolved", "{keys}", "{root}/link/a.key", Fails(UntrustedKey), 1),
    ("the option is no directory", "{root}/outside.key", "{root}/outside.key/a.key", Fails(AccessDenied), 1),
    ("the option does not exist", "{root}/missing", "{root}/missing/a.key", Fails(AccessDenied), 1),
    ("relative", "{keys}", "a.key", Fails(UntrustedKey), 1),
    ("relative to here", "{keys}", "./a.key", Fails(UntrustedKey), 1),
    ("relative to home", "{keys}", "~/a.key", Fails(UntrustedKey), 1),
    ("a variable", "{keys}", "$HOME/a.key", Fails(UntrustedKey), 1),
    ("the file of a user", "{keys}", "/etc/passwd", Fails(UntrustedKey), 1),
    ("the file of root", "{keys}", "/etc/shadow", Fails(UntrustedKey), 1),
    ("a key elsewhere", "{keys}", "{root}/outside.key", Fails(UntrustedKey), 1),
    ("up and out", "{keys}", "{keys}/../outside.key", Fails(UntrustedKey), 1),
    ("out and in again", "{keys}", "{keys}/../tokens/a.key", Fails(UntrustedKey), 1),
    ("down and up again", "{keys}", "{keys}/sub/../a.key", Fails(UntrustedKey), 1),
    ("here and here", "{keys}", "{keys}/./a.key", Fails(UntrustedKey), 1),
    ("up from a file", "{keys}", "{keys}/a.key/../a.key", Fails(UntrustedKey), 1),
    ("the root and up", "{keys}", "/..{keys}/a.key", Fails(UntrustedKey), 1),
    ("two slashes", "{keys}", "{keys}//a.key", Fails(UntrustedKey), 1),
    ("two slashes at the beginning", "{keys}", "/{keys}/a.key", Fails(UntrustedKey), 1),
    ("a directory below", "{keys}", "{keys}/sub/a.key", Fails(UntrustedKey), 1),
    ("a sibling with the same beginning", "{keys}", "{keys}2/a.key", Fails(UntrustedKey), 1),
    ("the same beginning and no slash", "{keys}", "{keys}a.key", Fails(UntrustedKey), 1),
    ("the directory above", "{keys}", "{root}/a.key", Fails(UntrustedKey), 1),
    ("other case", "{keys}", "{root}/TOKENS/a.key", Fails(UntrustedKey), 1),
    ("the directory itself", "{keys}", "{keys}", Fails(UntrustedKey), 1),
    ("the directory and a slash", "{keys}", "{keys}/", Fails(UntrustedKey), 1),
    ("the directory and dots", "{keys}", "{keys}/..", Fails(UntrustedKey), 1),
    ("dots and the extension", "{keys}", "{keys}/...key", Fails(AccessDenied), 2),
    ("a slash behind", "{keys}", "{keys}/a.key/", Fails(UntrustedKey), 1),
    ("a dot behind", "{keys}", "{keys}/a.key.", Fails(UntrustedKey), 1),
    ("no extension", "{keys}", "{keys}/a", Fails(UntrustedKey), 1),
    ("another extension", "{keys}", "{keys}/a.txt", Fails(UntrustedKey), 1),
    ("two extensions", "{keys}", "{keys}/a.key.txt", Fails(UntrustedKey), 1),
    ("the extension in capitals", "{keys}", "{keys}/a.KEY", Fails(UntrustedKey), 1),
    ("the extension alone", "{keys}", "{keys}/.key", Fails(UntrustedKey), 1),
    ("the letters without the dot", "{keys}", "{keys}/akey", Fails(UntrustedKey), 1),
    ("a name of 300 bytes", "{keys}", "{keys}/{300}.key", Fails(UntrustedKey), 1),
    ("a key that is not there", "{keys}", "{keys}/b.key", Fails(AccessDenied), 2),
    ("a file of a process", "{keys}", "/proc/self/environ", Fails(UntrustedKey), 1),
    ("a descriptor", "{keys}", "/proc/self/fd/0", Fails(UntrustedKey), 1),
    ("the directory as a process sees it", "{keys}", "/proc/self/root{keys}/a.key", Fails(UntrustedKey), 1),
    ("a device", "{keys}", "/dev/zero", Fails(UntrustedKey), 1),
    ("a device with the extension", "{keys}", "/dev/zero.key", Fails(UntrustedKey), 1),
    ("a share", "{keys}", r"\\attacker\share\a.key", Fails(UntrustedKey), 1),
    ("a share with slashes", "{keys}", "//attacker/share/a.key", Fails(UntrustedKey), 1),
    ("a share in the long form", "{keys}", r"\\?\UNC\attacker\share\a.key", Fails(UntrustedKey), 1),
    ("a device of Windows", "{keys}", r"\\.\C:\a.key", Fails(UntrustedKey), 1),
    ("a drive", "{keys}", r"C:\ProgramData\AzureConnectedMachineAgent\Tokens\a.key", Fails(UntrustedKey), 1),
    ("a device's name", "{keys}", "CON.key", Fails(UntrustedKey), 1),
    ("a backslash for the last slash", "{keys}", "{keys}\\a.key", Fails(UntrustedKey), 1),
    ("a backslash in the name", "{keys}", "{keys}/..\\a.key", Fails(AccessDenied), 2),
    ("a URL", "{keys}", "{elsewhere}/a.key", Fails(UntrustedKey), 1),
    ("a pipe", "{keys}", "|cat {keys}/a.key", Fails(UntrustedKey), 1),
    ("a wildcard", "{keys}", "{keys}/*.key", Fails(AccessDenied), 2),
];

/// Where the realm names no file, a second challenge that is no better follows.
pub fn cases() -> Vec<Case> {
    let rows = REALMS.iter().map(|&(name, option, realm, expected, requests)| {
        let mut case = Case::new(format!("realm: {name}"), expected, requests).prepare(move |scene| {
            let challenge = format!("Basic realm={}", realm.replace("{300}", &"x".repeat(300)));
            scene.agent.script([scene.challenge(&challenge)]);
            scene.agent.make_keys(KeyStyle::missing());
        });
        case.key_directory = option.to_owned();
        case
    });
    rows.collect()
}
