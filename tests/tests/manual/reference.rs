//! The comments of the headers, for those who read them in the header and for Doxygen.

use std::fs;
use std::process::Command;

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

    let page = fs::read_to_string(output.join("doxygen/arcidentity_8h.html")).unwrap();
    for (function, _) in header::functions(&header::text()) {
        assert!(page.contains(&function.name), "{}", function.name);
    }
    for page in ["arcidentity_8hpp", "classarcidentity_1_1Client", "classarcidentity_1_1Options"] {
        assert!(output.join(format!("doxygen/{page}.html")).exists(), "{page}");
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
