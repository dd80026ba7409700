//! What may lie under the name of a key.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{self, TryRecvError};
use std::thread;

use arcidentity_core::ErrorKind::{AccessDenied, UntrustedAgent, UntrustedKey};
use arcidentity_emulator::{Answer, KeyStyle};
use arcidentity_needs::{DEVICES, Need, ROOT};
use arcidentity_testing::tables::key_text::key_texts;
use arcidentity_tests::succeed;

use super::case::Expected::{self, Fails, Token};
use super::case::{Case, make_device};
use super::check::Runner;
use super::scene::{BAIT, KEY, Scene, issued};

/// `nobody`, on every Linux system.
const SOMEBODY_ELSE: u32 = 65534;

/// What stands at the path; the agent names it in its challenge.
type Make = fn(&Scene, &Path);

const FILES: &[(&str, Make, Expected, usize)] = &[
    ("a link out", |scene, path| symlink(scene.path("outside.key"), path).unwrap(), Fails(UntrustedKey), 1),
    ("a relative link out", |_, path| symlink("../outside.key", path).unwrap(), Fails(UntrustedKey), 1),
    ("a link in", |scene, path| symlink(scene.path("tokens/a.key"), path).unwrap(), Fails(UntrustedKey), 1),
    ("a relative link in", |_, path| symlink("a.key", path).unwrap(), Fails(UntrustedKey), 1),
    ("a dangling link", |_, path| symlink("/nonexistent/a.key", path).unwrap(), Fails(UntrustedKey), 1),
    ("a link to itself", |_, path| symlink(path, path).unwrap(), Fails(UntrustedKey), 1),
    ("a link to a device", |_, path| symlink("/dev/zero", path).unwrap(), Fails(UntrustedKey), 1),
    ("a link to a descriptor", |_, path| symlink("/proc/self/fd/0", path).unwrap(), Fails(UntrustedKey), 1),
    ("a FIFO", fifo, Fails(UntrustedKey), 1),
    ("a socket", |scene, path| scene.keep(UnixListener::bind(path).unwrap()), Fails(UntrustedKey), 1),
    ("a directory", |_, path| fs::create_dir(path).unwrap(), Fails(UntrustedKey), 1),
    ("a full directory", |_, path| fs::create_dir_all(path.join("a.key")).unwrap(), Fails(UntrustedKey), 1),
    ("removed after the challenge", |_, _| {}, Token, 3),
    ("always removed", |scene, _| scene.agent.make_keys(KeyStyle::missing()), Fails(AccessDenied), 2),
    ("world-writable", |_, path| key(path, 0o646), Fails(UntrustedKey), 1),
    ("world-writable and nothing else", |_, path| key(path, 0o602), Fails(UntrustedKey), 1),
    ("all modes", |_, path| key(path, 0o7777), Fails(UntrustedKey), 1),
    ("group-writable", |_, path| key(path, 0o660), Token, 2),
    ("world-readable", |_, path| key(path, 0o644), Token, 2),
    ("read-only", |_, path| key(path, 0o400), Token, 2),
    ("a second name of a key", hard_link, Token, 2),
];

/// What not everybody can make.
const RARE_FILES: &[(&str, Need, Make, Expected, usize)] = &[
    ("a foreign owner", ROOT, |_, path| foreign(path), Fails(UntrustedKey), 1),
    ("a second name of a foreign file", ROOT, foreign_hard_link, Fails(UntrustedKey), 1),
    // Whoever listens is not that owner.
    ("the owner of the directory", ROOT, directory_of_the_agent, Fails(UntrustedAgent), 1),
    ("a device", DEVICES, |_, path| assert!(make_device(path)), Fails(UntrustedKey), 1),
];

pub fn cases() -> Vec<Case> {
    // The agent takes the key if it comes without mark and white space.
    let contents = key_texts().into_iter().map(|(name, content, expected)| {
        let (expected, requests) = expected.map_or_else(|kind| (Fails(kind), 1), |_| (Token, 2));
        Case::new(format!("key file: {name}"), expected, requests).prepare(move |scene| {
            scene.agent.make_keys(KeyStyle::file().contents(content.clone()));
        })
    });
    let file = |name: &str, make: Make, expected, requests| {
        Case::new(format!("key file: {name}"), expected, requests).prepare(move |scene| {
            let path = scene.path("tokens/made.key");
            make(scene, &path);
            scene.agent.script([scene.challenge("Basic realm={keys}/made.key")]);
        })
    };
    let files = FILES.iter().map(|&(name, make, expected, requests)| file(name, make, expected, requests));
    let rare = RARE_FILES
        .iter()
        .map(|&(name, need, make, expected, requests)| file(name, make, expected, requests).need(need));
    let swapped = Case::new("key file: swapped for a link after the challenge", Fails(UntrustedKey), 1)
        .prepare(|scene| {
            let issued = scene.agent.issue_key().unwrap();
            fs::remove_file(issued.path()).unwrap();
            symlink(scene.path("outside.key"), issued.path()).unwrap();
            scene.agent.script([Answer::challenge(issued.challenge())]);
        });
    contents.chain(files).chain(rare).chain([swapped]).collect()
}

fn key(path: &Path, mode: u32) {
    fs::write(path, KEY).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn hard_link(scene: &Scene, path: &Path) {
    fs::hard_link(scene.path("tokens/a.key"), path).unwrap();
}

fn fifo(_: &Scene, path: &Path) {
    succeed(Command::new("mkfifo").arg(path));
}

fn foreign(path: &Path) {
    key(path, 0o644);
    chown(path, Some(SOMEBODY_ELSE), None).unwrap();
}

fn foreign_hard_link(scene: &Scene, path: &Path) {
    let elsewhere = scene.path("foreign");
    foreign(&elsewhere);
    fs::hard_link(elsewhere, path).unwrap();
}

fn directory_of_the_agent(scene: &Scene, path: &Path) {
    foreign(path);
    chown(scene.path("tokens"), Some(SOMEBODY_ELSE), None).unwrap();
}

/// While somebody swaps the file for a link and back all the time, each call must either get the key or see
/// the link: nothing may happen in between.
pub fn is_never_read_through_a_link(runner: impl Runner) {
    runner.prepare();
    const CALLS: usize = 100;
    let scene = Scene::new();
    let path = scene.path("tokens/swapped.key");
    let challenge = scene.challenge("Basic realm={keys}/swapped.key");
    scene.agent.respond_with(move |request| match request.header("authorization") {
        Some(_) => issued(serde_json::json!({})),
        None => challenge.clone(),
    });
    let swap = |make: &dyn Fn(&Path)| {
        let other = scene.path("tokens/other");
        make(&other);
        fs::rename(other, &path).unwrap();
    };
    let make_key = |path: &Path| fs::hard_link(scene.path("tokens/a.key"), path).unwrap();
    let make_link = |path: &Path| symlink(scene.path("outside.key"), path).unwrap();
    swap(&make_key);
    let (stop, stopped) = mpsc::channel::<()>();
    let case = Case::new("key file: swapped all the time", Token, 2);
    let statuses = thread::scope(|scope| {
        let (swap, make_link, make_key) = (&swap, &make_link, &make_key);
        scope.spawn(move || {
            while stopped.try_recv() == Err(TryRecvError::Empty) {
                swap(make_link);
                swap(make_key);
            }
        });
        // Gone at the end, be that a panic.
        let _stop = stop;
        (0..CALLS).map(|_| runner.call(&case, &scene).status).collect::<Vec<i32>>()
    });
    let times = |status: i32| statuses.iter().filter(|other| **other == status).count();
    let (read, refused) = (times(0), times(UntrustedKey.status()));
    println!("through {}: {read} keys read, {refused} links refused", runner.name());
    assert_eq!(read + refused, CALLS, "{statuses:?}");
    let expected = format!("Basic {KEY}");
    for request in scene.agent.requests() {
        let sent = request.header("authorization");
        assert!(sent.is_none_or(|sent| sent == expected), "{sent:?} is not {BAIT}, and not the key either");
    }
}
