//! Everything that a test may need, once.

use crate::probe::Probe::{self, Ipv6, LinksWith, Program, Root, RustTarget, Succeeds, Try};
use crate::{Need, Remedy};

/// Defines the needs, and the list of them.
macro_rules! table {
    ($($(#[$comment:meta])+ $constant:ident = $need:expr;)+) => {
        $($(#[$comment])+ pub const $constant: Need = $need;)+

        /// Every need of this table.
        pub const ALL: &[Need] = &[$($constant),+];
    };
}

/// A package of Debian.
const fn package(name: &'static str, package: &'static str, probe: Probe) -> Need {
    Need { name, probe, remedy: Remedy::Package(package) }
}

/// What a command brings.
const fn command(name: &'static str, command: &'static str, probe: Probe) -> Need {
    Need { name, probe, remedy: Remedy::Command(command) }
}

/// What only root may have.
const fn root(name: &'static str, probe: Probe) -> Need {
    Need { name, probe, remedy: Remedy::Root }
}

/// What no command brings.
const fn words(name: &'static str, words: &'static str, probe: Probe) -> Need {
    Need { name, probe, remedy: Remedy::Words(words) }
}

table! {
    /// Python 3.10 or later that makes virtual environments.
    PYTHON = package("python", "python3-venv", Succeeds(
        "python3",
        &["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"],
    ));

    /// A second compiler of C and C++.
    CLANG = package("clang", "clang", Program("clang++"));
    /// The address and undefined-behaviour sanitizers of the C compiler.
    ASAN = package("sanitizers", "gcc", LinksWith("-fsanitize=address,undefined"));
    /// The thread sanitizer of the C compiler.
    TSAN = package("thread-sanitizer", "gcc", LinksWith("-fsanitize=thread"));
    /// The C library for programs that need no other file.
    LIBC_STATIC = package("static-libc", "libc6-dev", LinksWith("-static"));
    /// Finds leaks and wrong accesses to memory.
    VALGRIND = package("valgrind", "valgrind", Program("valgrind"));
    /// Shows the system calls of a program.
    STRACE = package("strace", "strace", Program("strace"));

    /// CMake 3.25, the first with workflow presets.
    CMAKE = package("cmake", "cmake", Succeeds("sh", &[
        "-c",
        "printf '3.25\\n%s\\n' \"$(cmake --version | sed -n 's/^cmake version //p')\" | sort --version-sort --check=quiet",
    ]));
    /// Finds libraries.
    PKG_CONFIG = package("pkg-config", "pkg-config", Program("pkg-config"));
    /// libcurl and its headers.
    LIBCURL = package("libcurl", "libcurl4-openssl-dev", Succeeds("pkg-config", &["--exists", "libcurl"]));
    /// Jansson and its headers.
    JANSSON = package("jansson", "libjansson-dev", Succeeds("pkg-config", &["--exists", "jansson"]));
    /// Checks packages of Debian.
    LINTIAN = package("lintian", "lintian", Program("lintian"));
    /// Makes and installs packages for Fedora, RHEL and SUSE.
    RPM = package("rpm", "rpm", Program("rpmbuild"));
    /// Checks them.
    RPMLINT = package("rpmlint", "rpmlint", Program("rpmlint"));
    /// Installs the C library with cargo.
    CARGO_C = command("cargo-c", "cargo install cargo-c --locked", Program("cargo-cinstall"));

    /// A compiler of Go.
    GO = package("go", "golang-go", Program("go"));
    /// Go 1.25, which the Azure SDK for Go demands. Debian's own package may be older.
    GO_1_25 = words("go-1.25", "install Go 1.25 or later", Succeeds("sh", &[
        "-c",
        "printf 'go1.25\\n%s\\n' \"$(GOTOOLCHAIN=local go env GOVERSION)\" | sort --version-sort --check=quiet",
    ]));
    /// Modules of Go from their proxy.
    GO_MODULES = words("go-modules", "run the tests where the Go module proxy can be reached", Try);
    /// A compiler of Java, 17 or later.
    JDK = package("jdk", "default-jdk-headless", Succeeds("javac", &["--release", "17", "--version"]));
    /// Fetches libraries of Java.
    MAVEN = package("maven", "maven", Program("mvn"));
    /// Libraries of Java from Maven Central.
    MAVEN_CENTRAL = words("maven-central", "run the tests where Maven Central can be reached", Try);
    /// Calls C from Perl.
    PERL_FFI = package("perl-ffi", "libffi-platypus-perl", Succeeds("perl", &["-MFFI::Platypus", "-e", "1"]));
    /// Runs pyright.
    NODE = package("node", "nodejs", Program("node"));
    /// A bash that has what the completions use.
    BASH = package("bash", "bash", Succeeds("bash", &["-c", "((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404))"]));
    /// Completes the command.
    ZSH = package("zsh", "zsh", Succeeds("zsh", &["-f", "-c", "zmodload zsh/zpty && autoload +X -Uz compinit"]));
    /// The same, with an answer that programs can ask for.
    FISH = package("fish", "fish", Succeeds("fish", &["--no-config", "-c", "complete -C true"]));
    /// Runs the programs of PowerShell in the documentation, and completes the command.
    POWERSHELL = words("powershell", "install PowerShell; Debian has no package of it", Program("pwsh"));

    /// Makes a reference of the headers.
    DOXYGEN = package("doxygen", "doxygen", Program("doxygen"));
    /// Judges and shows manual pages.
    MANDOC = package("mandoc", "mandoc", Program("mandoc"));
    /// The `man` that most people have.
    MAN = package("man", "man-db", Program("man"));
    /// Runs the commands of the documentation.
    CURL = package("curl", "curl", Program("curl"));
    /// The certificates that programs trust, where Debian has them.
    CA_CERTIFICATES = package("ca-certificates", "ca-certificates", Program("/etc/ssl/certs/ca-certificates.crt"));
    /// Reads JSON in the recipes.
    JQ = package("jq", "jq", Program("jq"));
    /// PostgreSQL's shell.
    PSQL = package("psql", "postgresql-client", Program("psql"));
    /// Kubernetes' shell, since it has this form of credentials. Debian's own package may be older.
    KUBECTL = words("kubectl", "install kubectl 1.22 or later", Succeeds("sh", &[
        "-c",
        "kubectl version --client --output json | grep -E '\"minor\": \"(2[2-9]|[3-9][0-9])'",
    ]));
    /// Judges units of systemd.
    SYSTEMD_ANALYZE = package("systemd-analyze", "systemd", Program("systemd-analyze"));
    /// What AzCopy, which is for x86-64, loads.
    AZCOPY = package("azcopy", "libsecret-1-0", Succeeds("python3", &[
        "-c",
        "import ctypes, platform; ctypes.CDLL('libsecret-1.so.0'); assert platform.machine() == 'x86_64'",
    ]));
    /// Knows which files are sources.
    GIT = words("git", "run the tests in a checkout of git, with git installed", Succeeds("git", &["rev-parse", "HEAD"]));

    /// Rust 1.88, which the Azure SDK for Rust demands.
    RUST_1_88 = command("rust-1.88", "rustup update", Succeeds("sh", &[
        "-c",
        "printf '1.88\\n%s\\n' \"$(\"${CARGO:-cargo}\" --version | cut -d ' ' -f 2)\" | sort --version-sort --check=quiet",
    ]));
    /// Rust for x86-64 with glibc, for which most wheels are.
    RUST_X86_64 = command("rust-x86-64", "rustup target add x86_64-unknown-linux-gnu",
        RustTarget("x86_64-unknown-linux-gnu"));
    /// Rust for 64-bit Arm.
    RUST_AARCH64 = command("rust-aarch64", "rustup target add aarch64-unknown-linux-gnu",
        RustTarget("aarch64-unknown-linux-gnu"));
    /// A C compiler for 64-bit Arm.
    GCC_AARCH64 = package("gcc-aarch64", "gcc-aarch64-linux-gnu", Program("aarch64-linux-gnu-gcc"));
    /// The C library for 64-bit Arm.
    LIBC_AARCH64 = package("libc-aarch64", "libc6-dev-arm64-cross", Program("/usr/aarch64-linux-gnu/lib/libc.so.6"));
    /// Runs programs for 64-bit Arm.
    QEMU_AARCH64 = package("qemu-aarch64", "qemu-user", Program("qemu-aarch64"));
    /// Rust for 32-bit systems, whose libraries have smaller numbers in C's types.
    RUST_32_BIT = command("rust-32-bit", "rustup target add i686-unknown-linux-gnu",
        RustTarget("i686-unknown-linux-gnu"));
    /// Rust for musl.
    RUST_MUSL = command("rust-musl", "rustup target add x86_64-unknown-linux-musl",
        RustTarget("x86_64-unknown-linux-musl"));
    /// A C compiler for musl.
    MUSL = package("musl", "musl-tools", Program("musl-gcc"));

    /// Rust for Windows with MinGW.
    RUST_WINDOWS = command("rust-windows", "rustup target add x86_64-pc-windows-gnu",
        RustTarget("x86_64-pc-windows-gnu"));
    /// Compilers of C and C++ for Windows.
    MINGW = package("mingw", "g++-mingw-w64-x86-64-posix", Program("x86_64-w64-mingw32-g++-posix"));
    /// Runs programs for Windows.
    WINE64 = package("wine", "wine64", Succeeds("sh", &["-c", "command -v wine64 || command -v wine || command -v /usr/lib/wine/wine64"]));
    /// Rust's own linker, which links for Windows as Microsoft's does.
    RUST_LLD = words("rust-lld", "install Rust with rustup, which brings its lld", Succeeds("sh", &[
        "-c",
        "test -x \"$(rustc --print sysroot)/lib/rustlib/x86_64-unknown-linux-gnu/bin/gcc-ld/lld-link\"",
    ]));
    /// Rust for Windows with Microsoft's libraries.
    RUST_MSVC = command("rust-msvc", "rustup target add x86_64-pc-windows-msvc",
        RustTarget("x86_64-pc-windows-msvc"));
    /// Rust for Windows with Microsoft's libraries on 64-bit Arm.
    RUST_MSVC_AARCH64 = command("rust-msvc-aarch64", "rustup target add aarch64-pc-windows-msvc",
        RustTarget("aarch64-pc-windows-msvc"));

    /// Clients of Azure that the registries of Python and Node have for this machine.
    AZURE_CLIENTS = words("azure-clients", "run the tests where PyPI and npm have packages for this machine", Try);
    /// What checks the workflows and the forms of issues.
    GITHUB_LINTERS = words("github-linters", "run the tests where PyPI has the linters for this machine", Try);
    /// Packages of Debian's other releases.
    DEBIAN_ARCHIVE = words("debian-archive", "run the tests on Debian, after sudo apt-get update", Try);
    /// A free-threaded CPython 3.15 or later.
    FREE_THREADED_PYTHON = words("free-threaded-python",
        "put a python3.15t on the search path: .ci/free-threaded builds one", Try);
    /// A CPython for musl, to import the wheel.
    PYTHON_FOR_MUSL = words("python-for-musl", "no package brings it", Try);
    /// A CPython for Windows, to import the wheel.
    PYTHON_FOR_WINDOWS = words("python-for-windows", "no package brings it", Try);

    /// All parts of a release, where a directory of its files is given.
    RELEASE_PARTS = words("release-parts", "run .ci/release without the name of a part", Try);
    /// Those files of a release that the tests do not build.
    RELEASE_WHOLE = words("release-whole", "run .ci/release", Try);

    /// The privileges of root.
    ROOT = root("root", Root);
    /// A root who may make namespaces: for a machine with other users, or a copy of this system.
    MACHINES = root("machines", Succeeds(
        "unshare",
        &["--mount", "--net", "--ipc", "--pid", "--fork", "--propagation=private", "true"],
    ));
    /// Devices that can be made and opened where the tests have their files.
    DEVICES = root("devices", Succeeds("sh", &[
        "-c",
        "directory=$(mktemp -d) && trap 'rm -r \"$directory\"' EXIT && mknod \"$directory/zero\" c 1 5 && \
            head -c 1 \"$directory/zero\"",
    ]));
    /// A scanner that may hold whoever opens a file.
    FANOTIFY = root("fanotify", Succeeds("python3", &[
        "-c",
        "import ctypes, sys; sys.exit(ctypes.CDLL(None).fanotify_init(4, 0) < 0)",
    ]));
    /// Mounts of its own for a program of any user.
    NAMESPACES = command("namespaces", "sudo sysctl kernel.unprivileged_userns_clone=1",
        Succeeds("unshare", &["--mount", "--map-root-user", "mount", "-t", "tmpfs", "tmpfs", "/var/opt"]));
    /// A program with less than its user has: no netlink, no /proc, a full disk.
    CONFINEMENT = words("confinement", "run the tests where a user may make namespaces and mounts", Try);
    /// Leases on files where the tests have theirs.
    LEASES = words("leases", "run the tests on a file system with leases", Succeeds("python3", &[
        "-c",
        "import fcntl, os, tempfile\n\
            file = tempfile.NamedTemporaryFile()\n\
            fcntl.fcntl(file.fileno(), fcntl.F_SETLEASE, fcntl.F_WRLCK)",
    ]));
    /// Another user who may run what the tests have built.
    OTHER_USERS = words("other-users", "run the tests below a directory that every user may enter", Try);
    /// Sockets that are bound to an interface.
    INTERFACES = words("interfaces", "run the tests as root", Try);
    /// Listeners for connections over several paths, which a kernel may lack.
    MPTCP = words("mptcp", "sysctl -w net.mptcp.enabled=1, with a kernel that has MPTCP", Try);
    /// IPv6 on the loopback interface.
    IPV6 = command("ipv6", "sudo sysctl net.ipv6.conf.lo.disable_ipv6=0", Ipv6);

    /// Finds undefined behaviour.
    MIRI = command("miri", "rustup toolchain install nightly --component miri,rust-src",
        Succeeds("cargo", &["+nightly", "miri", "--version"]));
    /// Judges licences and sources of crates.
    CARGO_DENY = command("cargo-deny", "cargo install cargo-deny --locked", Program("cargo-deny"));
    /// The list of known vulnerabilities of crates.
    ADVISORIES = words("advisories", "run this where GitHub can be reached", Succeeds(
        "git",
        &["ls-remote", "--quiet", "https://github.com/RustSec/advisory-db", "HEAD"],
    ));
}

impl Need {
    /// The need of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Need> {
        ALL.iter().find(|need| need.name == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    /// What Debian's machines need beside the packages of this table: the compilers themselves, and tools that
    /// the tests of every system have.
    const GIVEN: [&str; 5] = ["bsdutils", "g++", "gcc", "git", "util-linux"];

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<&str> = ALL.iter().map(Need::name).collect();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn the_list_of_packages_is_complete() {
        let list = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../packages.txt")).unwrap();
        let words = list.lines().filter_map(|line| line.split('#').next());
        let listed: BTreeSet<&str> = words.flat_map(str::split_whitespace).collect();
        let needed = ALL.iter().filter_map(|need| match need.remedy {
            Remedy::Package(package) => Some(package),
            _ => None,
        });
        assert_eq!(listed, needed.chain(GIVEN).collect());
    }
}
