//! What may lie under the name of a key.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{self, TryRecvError};
use std::thread;

use arcidentity_core::ErrorKind::{AccessDenied, UntrustedKey};
use arcidentity_emulator::{Answer, KeyStyle};
use arcidentity_needs::{DEVICES, Need, ROOT};
use arcidentity_tests::succeed;

use super::case::Expected::{self, Fails, Token};
use super::case::{Case, make_device};
use super::check::Runner;
use super::scene::{BAIT, KEY, Scene, issued};

/// `nobody`, on every Linux system.
const SOMEBODY_ELSE: u32 = 65534;

/// The bytes of the file. The agent takes the key if it comes without mark and white space.
fn contents() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let text = |text: String| text.into_bytes();
    vec![
        ("1 byte", b"k".to_vec(), Token),
        ("4096 bytes", text("k".repeat(4096)), Token),
        ("a newline behind", text(format!("{KEY}\n")), Token),
        ("CR LF behind", text(format!("{KEY}\r\n")), Token),
        ("white space behind", text(format!("{KEY} \t\r\n\n")), Token),
        ("a byte order mark", text(format!("\u{feff}{KEY}")), Token),
        ("a byte order mark and a newline", text(format!("\u{feff}{KEY}\n")), Token),
        ("0 bytes", Vec::new(), Fails(UntrustedKey)),
        ("4097 bytes", text("k".repeat(4097)), Fails(UntrustedKey)),
        ("4096 bytes and a newline", text("k".repeat(4096) + "\n"), Fails(UntrustedKey)),
        ("1 MiB", vec![b'k'; 1 << 20], Fails(UntrustedKey)),
        ("a newline alone", b"\n".to_vec(), Fails(UntrustedKey)),
        ("a byte order mark alone", text("\u{feff}".to_owned()), Fails(UntrustedKey)),
        ("two byte order marks", text(format!("\u{feff}\u{feff}{KEY}")), Fails(UntrustedKey)),
        ("a byte order mark of UTF-16", b"\xff\xfek\0e\0y\0".to_vec(), Fails(UntrustedKey)),
        ("a space before", text(format!(" {KEY}")), Fails(UntrustedKey)),
        ("a newline before", text(format!("\n{KEY}")), Fails(UntrustedKey)),
        ("a space inside", text(format!("{KEY} {KEY}")), Fails(UntrustedKey)),
        ("a tab inside", text(format!("{KEY}\t{KEY}")), Fails(UntrustedKey)),
        ("a newline inside", text(format!("{KEY}\n{KEY}")), Fails(UntrustedKey)),
        ("a header inside", text(format!("{KEY}\r\nX-Header: {KEY}")), Fails(UntrustedKey)),
        ("a request inside", text(format!("{KEY}\r\n\r\nGET /x HTTP/1.1")), Fails(UntrustedKey)),
        ("NUL inside", text(format!("{KEY}\0{KEY}")), Fails(UntrustedKey)),
        ("NUL behind", text(format!("{KEY}\0")), Fails(UntrustedKey)),
        ("DEL inside", text(format!("{KEY}\u{7f}")), Fails(UntrustedKey)),
        ("an escape sequence", text(format!("\u{1b}[2J{KEY}")), Fails(UntrustedKey)),
        ("non-ASCII", text(format!("{KEY}é")), Fails(UntrustedKey)),
        ("a wide space behind", text(format!("{KEY}\u{a0}")), Fails(UntrustedKey)),
        ("other than UTF-8", [KEY.as_bytes(), b"\xff"].concat(), Fails(UntrustedKey)),
        ("zeros", vec![0; 100], Fails(UntrustedKey)),
    ]
}

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
    ("the owner of the directory", ROOT, directory_of_the_agent, Token, 2),
    ("a device", DEVICES, |_, path| assert!(make_device(path)), Fails(UntrustedKey), 1),
];

pub fn cases() -> Vec<Case> {
    let contents = contents().into_iter().map(|(name, contents, expected)| {
        let requests = if matches!(expected, Token) { 2 } else { 1 };
        Case::new(format!("key file: {name}"), expected, requests).prepare(move |scene| {
            scene.agent.make_keys(KeyStyle::file().contents(contents.clone()));
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
