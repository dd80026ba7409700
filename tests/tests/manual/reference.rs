//! The comments of the headers, for those who read them in the header and for Doxygen.

use std::fs;
use std::process::Command;

use arcidentity_core::installed::WINDOWS;
use arcidentity_needs::{DOXYGEN, needs};
use arcidentity_tests::{run, scratch, workspace};

use super::header;

#[test]
fn doxygen_has_no_warning_and_finds_every_function() {
    needs!(DOXYGEN);
    let output = tempfile::tempdir_in(scratch("manual")).unwrap();
    let output = output.path();
    let mut settings = fs::read_to_string(workspace().join("ffi/Doxyfile")).unwrap();
    settings.push_str(&format!("OUTPUT_DIRECTORY = \"{}\"\n", output.display()));
    let file = output.join("Doxyfile");
    fs::write(&file, settings).unwrap();
    let ended = run(Command::new("doxygen").arg(&file).current_dir(workspace()));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.success() && said.is_empty(), "{}: {said}", ended.status);

    let page = |name: &str| fs::read_to_string(output.join(format!("doxygen/{name}.html"))).unwrap();
    let groups = ["tokens", "clients", "options", "errors", "metadata", "reports", "version"];
    let groups = groups.map(|name| page(&format!("group__{name}"))).concat();
    let declarations = groups.lines().filter(|line| line.contains("memItemRight"));
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let members: Vec<&str> = declarations.flat_map(|line| line.split(|c| !is_name(c))).collect();
    let header = header::text();
    let functions = header::functions(&header);
    let names = functions.iter().map(|(function, _)| function.name.as_str()).chain(header::numbers(&header));
    for name in names.chain(["arc_trace_fn"]) {
        assert!(members.contains(&name), "no group has {name}");
    }
    // Doxygen takes a % before a word away.
    assert!(groups.contains(&format!("<code>{}</code>", WINDOWS.key_directory)), "{}", WINDOWS.key_directory);

    let cpp = page("group__cpp");
    for class in ["Client", "Options", "azure_1_1ArcCredential"] {
        assert!(output.join(format!("doxygen/classarcidentity_1_1{class}.html")).exists(), "{class}");
    }
    assert!(cpp.contains("namespacearcidentity.html") && cpp.contains("namespacearcidentity_1_1azure.html"));

    let overview = page("index");
    for heading in ["A first program", "Compiling and linking", "What holds for every function"] {
        assert!(overview.contains(&format!("{heading}</h1>")), "{heading}");
    }
    // What it takes from elsewhere: both programs, and the rules of the header.
    for text in ["printf", "std::cout", "from a signal handler"] {
        assert!(overview.contains(text), "{text}");
    }
}

/// The lines of libarcidentity(3).
#[test]
fn the_overview_compiles_and_links_as_the_manual_does() {
    let overview = fs::read_to_string(workspace().join("ffi/doxygen/overview.dox")).unwrap();
    let manual =
        fs::read_to_string(workspace().join("ffi/man/libarcidentity.3")).unwrap().replace(r"\-", "-");
    let blocks: Vec<_> = overview.split("@verbatim\n").skip(1).collect();
    assert_eq!(blocks.len(), 2, "pkg-config and CMake");
    for block in blocks {
        let (lines, _) = block.split_once("@endverbatim").unwrap();
        assert!(manual.contains(&format!(".Bd -literal -offset indent\n{lines}.Ed\n")), "{lines}");
    }
}

/// Doxygen cannot tell, because the comments are prose and have no list of arguments.
#[test]
fn every_comment_tells_of_every_argument() {
    for (function, comment) in header::functions(&header::text()) {
        let told: Vec<&str> = comment.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        for argument in function.arguments.iter().filter(|argument| *argument != "void") {
            // A pointer to a function has its name inside.
            let declarator = argument.split_once(")(").map_or(argument.as_str(), |(before, _)| before);
            let name = declarator.rsplit([' ', '*']).next().unwrap();
            assert!(told.contains(&name), "{}: {name}: {comment}", function.name);
        }
    }
}

#[test]
fn the_header_fits_a_terminal() {
    let header = header::text();
    assert_eq!(header.lines().find(|line| line.chars().count() > 80), None);
}
