//! Nothing tells of the machine that built a file.

use std::fs;
use std::path::PathBuf;

use arcidentity_tests::traces;

use super::built::release;

#[test]
fn no_file_names_the_machine_that_built_it() {
    let Some(release) = release() else { return };
    let traces = traces();
    for artifact in &release.artifacts {
        let files: Vec<PathBuf> = artifact.files().into_iter().chain([artifact.file.clone()]).collect();
        for file in files {
            let content = fs::read(&file).unwrap();
            // Searched as a text, which takes less time than to compare every part.
            let content = String::from_utf8_lossy(&content);
            for trace in &traces {
                assert!(!content.contains(trace.as_str()), "{} names {trace}", file.display());
            }
        }
    }
}
