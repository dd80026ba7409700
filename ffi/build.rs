//! Link arguments that Cargo.toml has no key for.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let cargo_c = env::var_os("CARGO_FEATURE_CAPI").is_some();
    match env::var("CARGO_CFG_TARGET_OS").unwrap_or_default().as_str() {
        "linux" | "freebsd" | "netbsd" | "openbsd" => {
            // The standard library leaves thread-local destructors behind: an unloaded library would
            // crash each thread that called it and then ends.
            link("-z,nodelete");
            if !cargo_c {
                link(&format!("-soname,libarcidentity.so.{}", so_version()));
            }
        }
        "macos" if !cargo_c => {
            link(&format!("-install_name,@rpath/libarcidentity.{}.dylib", so_version()));
        }
        "windows" => describe_library(),
        _ => {}
    }
}

/// What Windows shows of a DLL's origin and version. Where there is no resource compiler, it shows nothing.
fn describe_library() {
    let mut resource = winresource::WindowsResource::new();
    resource.set("FileDescription", &env::var("CARGO_PKG_DESCRIPTION").unwrap_or_default());
    resource.set("ProductName", "libarcidentity").set("OriginalFilename", "arcidentity.dll");
    resource.set("LegalCopyright", "MIT OR Apache-2.0");
    if let Err(error) = resource.compile() {
        println!("cargo::warning=the library has no version resource: {error}");
    }
}

fn link(argument: &str) {
    println!("cargo::rustc-cdylib-link-arg=-Wl,{argument}");
}

/// The part of the version that changes with the ABI, by cargo-c's rule, so that both builds agree.
fn so_version() -> String {
    let number = |part: &str| env::var(format!("CARGO_PKG_VERSION_{part}")).unwrap_or_default();
    match (number("MAJOR").as_str(), number("MINOR").as_str()) {
        ("0", "0") => format!("0.0.{}", number("PATCH")),
        ("0", minor) => format!("0.{minor}"),
        (major, _) => major.to_owned(),
    }
}
