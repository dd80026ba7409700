//! Nobody goes where a redirect leads, with the key or without it.

use std::iter;

use arcidentity_core::ErrorKind::Protocol;
use arcidentity_emulator::Answer;

use crate::hostile::case::Case;
use crate::hostile::case::Expected::Fails;

pub fn redirects() -> Vec<Case> {
    let targets = [
        ("elsewhere", Some("{elsewhere}/metadata/identity/oauth2/token")),
        ("elsewhere without a scheme", Some("//example.com/")),
        ("itself", Some("{agent}")),
        ("another path", Some("/elsewhere")),
        ("https", Some("https://127.0.0.1:{port}/")),
        ("a file", Some("file://{keys}/a.key")),
        ("nonsense", Some("http://[{token}")),
        ("non-ASCII", Some("{ff}")),
        ("nowhere", Some("")),
        ("no target", None),
    ];
    let all = [301, 302, 303, 307, 308].map(|status| (status, targets[0])).into_iter();
    let all = all.chain(targets[1..].iter().map(|target| (302, *target)));
    let both = all.flat_map(|(status, target)| [(0, status, target), (1, status, target)]);
    both.map(|(before, status, (name, target))| {
        let place = ["a challenge", "a token"][before];
        let name = format!("answer instead of {place}: {status} to {name}");
        Case::new(name, Fails(Protocol), before + 1).prepare(move |scene| {
            let answer = Answer::status(status);
            let answer = match target {
                Some(target) => answer.header("Location", scene.fill(target)),
                None => answer,
            };
            let before = iter::repeat_n(Answer::normal(), before);
            scene.agent.script(before.chain([answer]));
        })
    })
    .collect()
}
