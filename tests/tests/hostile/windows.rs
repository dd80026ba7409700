//! Which paths an agent may name on Windows. They are judged as text, and so on every system.

use arcidentity_core::fuzzing::windows_key_name;

const KEYS: &str = r"C:\ProgramData\AzureConnectedMachineAgent\Tokens";

/// The key directory that the client is told of, and a realm that names `a.key` in it.
const ACCEPTED: &[(&str, &str, &str)] = &[
    ("a key", KEYS, r"{keys}\a.key"),
    ("the case of Microsoft's other pages", KEYS, r"C:\ProgramData\AzureConnectedMachineAgent\tokens\a.key"),
    ("all in capitals", KEYS, r"C:\PROGRAMDATA\AZURECONNECTEDMACHINEAGENT\TOKENS\a.key"),
    ("a small drive", KEYS, r"c:\ProgramData\AzureConnectedMachineAgent\Tokens\a.key"),
    ("slashes", KEYS, "C:/ProgramData/AzureConnectedMachineAgent/Tokens/a.key"),
    ("the long form", KEYS, r"\\?\{keys}\a.key"),
    ("the option in the long form", r"\\?\C:\Keys", r"C:\Keys\a.key"),
    ("both in the long form", r"\\?\C:\Keys", r"\\?\C:\Keys\a.key"),
    ("a backslash behind the option", r"C:\Keys\", r"C:\Keys\a.key"),
    ("a drive itself", r"D:\", r"D:\a.key"),
];

/// The same for realms that name nothing.
const REFUSED: &[(&str, &str, &str)] = &[
    ("nothing", KEYS, ""),
    ("no directory", KEYS, "a.key"),
    ("the directory", KEYS, "{keys}"),
    ("the directory and a backslash", KEYS, r"{keys}\"),
    ("a share", KEYS, r"\\attacker\share\a.key"),
    ("a share with slashes", KEYS, "//attacker/share/a.key"),
    ("a share of both kinds", KEYS, r"\/attacker\share/a.key"),
    ("a share in the long form", KEYS, r"\\?\UNC\attacker\share\a.key"),
    ("a share of this machine", KEYS, r"\\localhost\C$\ProgramData\AzureConnectedMachineAgent\Tokens\a.key"),
    ("a share of WebDAV", KEYS, r"\\attacker@80\DavWWWRoot\a.key"),
    ("a share, which the option is too", r"\\server\share", r"\\server\share\a.key"),
    ("a pipe", KEYS, r"\\.\pipe\a.key"),
    ("a pipe, whose directory the option is", r"\\.\pipe", r"\\.\pipe\a.key"),
    ("a drive as a device", KEYS, r"\\.\{keys}\a.key"),
    ("a volume", KEYS, r"\\?\Volume{00000000-0000-0000-0000-000000000000}\a.key"),
    ("a shadow copy", KEYS, r"\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy1\a.key"),
    ("the name of the kernel", KEYS, r"\??\{keys}\a.key"),
    ("the long form twice", KEYS, r"\\?\\\?\{keys}\a.key"),
    ("the long form in slashes", KEYS, "//?/C:/ProgramData/AzureConnectedMachineAgent/Tokens/a.key"),
    ("a URL", KEYS, "file:///C:/ProgramData/AzureConnectedMachineAgent/Tokens/a.key"),
    ("relative to a drive", KEYS, r"C:ProgramData\AzureConnectedMachineAgent\Tokens\a.key"),
    ("relative to the current drive", KEYS, r"\ProgramData\AzureConnectedMachineAgent\Tokens\a.key"),
    ("another drive", KEYS, r"D:\ProgramData\AzureConnectedMachineAgent\Tokens\a.key"),
    ("no drive", KEYS, r"1:\ProgramData\AzureConnectedMachineAgent\Tokens\a.key"),
    ("a variable", KEYS, r"%ProgramData%\AzureConnectedMachineAgent\Tokens\a.key"),
    ("a path of Linux", KEYS, "/var/opt/azcmagent/tokens/a.key"),
    ("up and in again", KEYS, r"{keys}\..\Tokens\a.key"),
    ("up and out", KEYS, r"{keys}\..\a.key"),
    ("up with a slash", KEYS, "{keys}/../a.key"),
    ("here and here", KEYS, r"{keys}\.\a.key"),
    ("two backslashes", KEYS, r"{keys}\\a.key"),
    ("a directory below", KEYS, r"{keys}\sub\a.key"),
    ("a sibling with the same beginning", KEYS, r"{keys}2\a.key"),
    ("a dot behind the directory", KEYS, r"{keys}.\a.key"),
    ("a space behind the directory", KEYS, r"{keys} \a.key"),
    ("a stream of the directory", KEYS, r"{keys}::$INDEX_ALLOCATION\a.key"),
    ("a short name of the directory", KEYS, r"C:\PROGRA~3\AZUREC~1\Tokens\a.key"),
    (
        "a letter that only looks the same",
        KEYS,
        "C:\\ProgramData\\AzureConnectedMachineAgent\\To\u{212a}ens\\a.key",
    ),
    ("a dot behind", KEYS, r"{keys}\a.key."),
    ("a space behind", KEYS, r"{keys}\a.key "),
    ("a stream", KEYS, r"{keys}\a.key:stream"),
    ("the stream of every file", KEYS, r"{keys}\a.key::$DATA"),
    ("a stream that looks like a key", KEYS, r"{keys}\a.txt:b.key"),
    ("another extension", KEYS, r"{keys}\a.txt"),
    ("the extension alone", KEYS, r"{keys}\.key"),
    ("a wildcard", KEYS, r"{keys}\*.key"),
    ("a wildcard of old", KEYS, r"{keys}\<.key"),
    ("the console", KEYS, r"{keys}\CON.key"),
    ("what the console reads", KEYS, r"{keys}\conin$.key"),
    ("a device and a space", KEYS, r"{keys}\nul .key"),
    ("a device with two extensions", KEYS, r"{keys}\aux.x.key"),
    ("a serial port", KEYS, r"{keys}\COM1.key"),
    ("a serial port with a raised number", KEYS, "{keys}\\com\u{b2}.key"),
    ("a printer", KEYS, r"{keys}\LPT9.key"),
    ("a line feed", KEYS, "{keys}\\a\n.key"),
    ("a NUL", KEYS, "{keys}\\a\0.key"),
];

fn named(directory: &str, realm: &str) -> Option<String> {
    windows_key_name(directory, &realm.replace("{keys}", KEYS)).map(str::to_owned)
}

#[test]
fn paths_that_name_a_key() {
    for (what, directory, realm) in ACCEPTED {
        assert_eq!(named(directory, realm).as_deref(), Some("a.key"), "{what}");
    }
}

#[test]
fn paths_that_name_nothing() {
    for (what, directory, realm) in REFUSED {
        assert_eq!(named(directory, realm), None, "{what}");
    }
}
