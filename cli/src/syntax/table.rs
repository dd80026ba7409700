//! Every command, option and value.

use super::words::{SHELLS, pointers, short_names};
use super::{CommandSyntax, Operand, OptionSyntax, Program, Values, Word};

/// The program as a whole.
pub(crate) const OVERVIEW: &CommandSyntax = &CommandSyntax {
    name: "",
    about: "access tokens for the managed identity of an Azure Arc machine",
    operand: Some(Operand { name: "COMMAND", is_required: true, values: Values::Such(commands) }),
    program: Program::Never,
    options: &[HELP, flag("version", Some('V'), "show the version, and what agents and clouds it is for")],
    shared: &[],
    help: include_str!("../help/overview.txt"),
};

/// The commands, in the order of the help.
pub(crate) const COMMANDS: &[CommandSyntax] = &[
    CommandSyntax {
        name: "token",
        about: "print an access token",
        operand: Some(Operand { name: "RESOURCE", is_required: true, values: Values::Such(short_names) }),
        program: Program::Never,
        options: TOKEN,
        shared: &[CLIENT, COMMON],
        help: include_str!("../help/token.txt"),
    },
    CommandSyntax {
        name: "run",
        about: "run a program that does not know Arc, with tokens",
        operand: None,
        program: Program::Required,
        options: RUN,
        shared: &[CLIENT, COMMON],
        help: include_str!("../help/run.txt"),
    },
    CommandSyntax {
        name: "metadata",
        about: "print what Azure knows of this machine",
        operand: Some(Operand { name: "POINTER", is_required: false, values: Values::Such(pointers) }),
        program: Program::Never,
        options: METADATA,
        shared: &[CLIENT, COMMON],
        help: include_str!("../help/metadata.txt"),
    },
    CommandSyntax {
        name: "doctor",
        about: "say why there is no token, and how to mend it",
        operand: Some(Operand { name: "RESOURCE", is_required: false, values: Values::Such(short_names) }),
        program: Program::Never,
        options: DOCTOR,
        shared: &[CLIENT, COMMON],
        help: include_str!("../help/doctor.txt"),
    },
    CommandSyntax {
        name: "emulator",
        about: "play the Azure Arc agent, for tests and development",
        operand: None,
        program: Program::Optional,
        options: EMULATOR,
        shared: &[COMMON],
        help: include_str!("../help/emulator.txt"),
    },
    CommandSyntax {
        name: "completions",
        about: "print what completes this command in a shell",
        operand: Some(Operand { name: "SHELL", is_required: true, values: Values::OneOf(SHELLS) }),
        program: Program::Never,
        options: &[],
        shared: &[COMMON],
        help: include_str!("../help/completions.txt"),
    },
    CommandSyntax {
        name: "help",
        about: "show what a command does, its options and examples",
        operand: Some(Operand { name: "COMMAND", is_required: false, values: Values::Such(commands) }),
        program: Program::Never,
        options: &[],
        shared: &[COMMON],
        help: include_str!("../help/help.txt"),
    },
];

/// Options of every command.
pub(crate) const COMMON: &[OptionSyntax] = &[HELP];

const HELP: OptionSyntax = flag("help", Some('h'), "show this help");

/// Options of every client of the agent.
pub(crate) const CLIENT: &[OptionSyntax] = &[
    option(
        "endpoint",
        "URL",
        Values::Any,
        "where the agent listens, always on this machine\n\
         [IDENTITY_ENDPOINT, else http://localhost:40342]",
    ),
    option(
        "key-directory",
        "DIR",
        Values::Directories,
        "the only directory that keys are read from\n\
         [the agent's own: {keys}, on Windows {keys on Windows}]",
    ),
    option(
        "timeout",
        "SECONDS",
        Values::Any,
        "the longest wait, retries included; may be a fraction\n\
         [60]",
    ),
    option("client-id", "ID", Values::Any, "the user-assigned identity with this client id"),
    option("object-id", "ID", Values::Any, "the user-assigned identity with this object id"),
    option(
        "resource-id",
        "ID",
        Values::Any,
        "the user-assigned identity with this Azure resource id\n\
         [the machine's own identity]",
    ),
    flag("no-verify-agent", None, "do not check who holds the agent's port"),
    flag(
        "verbose",
        Some('v'),
        "show each step of the exchange with the agent\n\
         and its time, without secrets; run: each request, too",
    ),
    flag("quiet", Some('q'), "show nothing but errors on standard error"),
];

const TOKEN: &[OptionSyntax] = &[
    OptionSyntax {
        long: "output",
        short: Some('o'),
        value: Some(form(&[
            Word { name: "token", about: "the token" },
            Word { name: "header", about: "Authorization: Bearer TOKEN" },
            Word {
                name: "json",
                about: "an object with token, token_type, expires_on and refresh_on (seconds since 1970), \
                        resource",
            },
            Word { name: "az", about: "what `az account get-access-token` prints" },
            Word { name: "imds", about: "what IMDS and App Service answer" },
        ])),
        about: "what is printed [token]",
    },
    JSON,
    flag(
        "force-refresh",
        None,
        "a new token, not the one that the agent remembers\n\
         (agents before 1.66 give that one all the same)",
    ),
];

const RUN: &[OptionSyntax] = &[
    option(
        "resource",
        "RESOURCE",
        Values::Such(short_names),
        "give tokens for this; may be given several times",
    ),
    flag("any-resource", None, "give tokens for whatever is asked for"),
    option(
        "url-variable",
        "NAME",
        Values::Any,
        "set NAME to a URL with a secret in it\n\
         for a tool that has a setting for a URL and sends no secret in a header. Such tools write the URL to \
         their logs",
    ),
    flag(
        "terraform",
        None,
        "the same for Terraform and Packer\n\
         set ARM_USE_MSI, ARM_MSI_ENDPOINT and ARM_MSI_API_VERSION",
    ),
];

const METADATA: &[OptionSyntax] = &[
    OptionSyntax {
        long: "output",
        short: Some('o'),
        value: Some(form(&[
            Word { name: "text", about: "a text without quotes, anything else as JSON" },
            Word { name: "json", about: "a text as JSON too" },
        ])),
        about: "what is printed [text]",
    },
    JSON,
];

const DOCTOR: &[OptionSyntax] = &[
    OptionSyntax {
        long: "output",
        short: Some('o'),
        value: Some(form(&[
            Word { name: "text", about: "for people" },
            Word {
                name: "json",
                about: "one object: version, library, ok, status, resource and checks, each with id, title, \
                        outcome, seen, remedy and details",
            },
        ])),
        about: "what is printed [text]",
    },
    JSON,
    option(
        "report",
        "FILE",
        Values::Files,
        "a report on what the agent does, to be given away\n\
         without anything that tells whose machine it is; shown first, and written if you want it; - only shows it",
    ),
];

const EMULATOR: &[OptionSyntax] = &[
    option("port", "N", Values::Any, "the port to listen on; 40342 is the agent's [a free one]"),
    option(
        "key-directory",
        "DIR",
        Values::Directories,
        "where key files are written\n\
         [as root {keys}, and elevated on Windows the agent's own too, where all clients \
         look, unless the agent is installed; on Linux the same for COMMAND alone, in namespaces of its own; \
         else a private temporary directory]",
    ),
    option("lifetime", "SECONDS", Values::Any, "how long tokens are valid [86400]"),
    option(
        "like",
        "FILE",
        Values::Files,
        "play the agent of a report by `arcidentity doctor --report`\n\
         its version, addresses, keys and words; what the report does not tell is done as usual",
    ),
    flag(
        "lenient",
        None,
        "a token for everything\n\
         also for what Microsoft Entra knows in no tenant: what is neither a URI nor a GUID, or the address of a \
         vault or a server of databases",
    ),
    flag("quiet", Some('q'), "show no requests, and with COMMAND nothing but errors"),
];

const JSON: OptionSyntax = flag("json", None, "the same as --output json");

const fn flag(long: &'static str, short: Option<char>, about: &'static str) -> OptionSyntax {
    OptionSyntax { long, short, value: None, about }
}

const fn option(
    long: &'static str,
    value: &'static str,
    values: Values,
    about: &'static str,
) -> OptionSyntax {
    let value = Operand { name: value, is_required: true, values };
    OptionSyntax { long, short: None, value: Some(value), about }
}

/// One of these forms.
const fn form(words: &'static [Word]) -> Operand {
    Operand { name: "FORM", is_required: true, values: Values::OneOf(words) }
}

fn commands() -> Vec<Word> {
    COMMANDS.iter().map(|command| Word { name: command.name, about: command.about }).collect()
}

/// The program as a whole, and its commands.
pub(crate) fn all() -> impl Iterator<Item = &'static CommandSyntax> {
    [OVERVIEW].into_iter().chain(COMMANDS)
}

/// The names of the commands that run a program.
pub(crate) fn with_program(separator: &str) -> String {
    let commands = COMMANDS.iter().filter(|command| command.program != Program::Never);
    commands.map(|command| command.name).collect::<Vec<_>>().join(separator)
}
