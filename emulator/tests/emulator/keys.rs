//! Key files, right and wrong ones, and their directory.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use arcidentity_emulator::{Answer, Emulator, KeyStyle};

use crate::client::{Client, METADATA, TOKEN};

/// An emulator that makes keys in `style`, and the key file that it names in a challenge.
fn challenged(style: KeyStyle) -> (Emulator, Client, PathBuf) {
    let emulator = Emulator::start().unwrap();
    emulator.make_keys(style);
    let mut client = Client::of(&emulator);
    let path = client.challenge(TOKEN);
    (emulator, client, path)
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[cfg(unix)]
#[test]
fn modes_are_the_agents() {
    let (emulator, _client, path) = challenged(KeyStyle::file());
    assert_eq!(mode(&path), 0o640);
    assert_eq!(mode(emulator.key_directory()), 0o770);
    // Nobody else gets as far as that.
    assert_eq!(mode(emulator.key_directory().parent().unwrap()), 0o700);
}

#[test]
fn clients_may_see_the_directory_at_another_place() {
    let place = tempfile::tempdir().unwrap();
    let seen_at = place.path().join("mounted");
    let emulator = Emulator::builder().key_directory_seen_at(&seen_at).start().unwrap();
    let mut client = Client::of(&emulator);
    let seen = client.challenge(TOKEN);
    assert_eq!(seen.parent(), Some(seen_at.as_path()));
    let written = emulator.key_directory().join(seen.file_name().unwrap());
    assert_eq!(client.redeem(TOKEN, &fs::read_to_string(&written).unwrap()).status, 200);
    assert!(!written.exists());
    let key = emulator.issue_key().unwrap();
    assert!(key.path().starts_with(emulator.key_directory()) && key.path().exists());
}

#[test]
fn some_clients_may_see_it_elsewhere_while_others_do_not() {
    let place = tempfile::tempdir().unwrap();
    let mounted = place.path().join("mounted");
    let emulator = Emulator::start().unwrap();
    let variables = emulator.show_keys_at(&mounted).unwrap();
    let host = variables[1].1.strip_prefix("http://").unwrap().to_owned();
    assert_eq!(variables[0].1, emulator.endpoint().replace(&emulator.imds_endpoint(), &variables[1].1));
    let (mut here, mut there) = (Client::of(&emulator), Client::at(host.parse().unwrap()));
    for _ in 0..2 {
        let (seen_here, seen_there) = (here.challenge(TOKEN), there.challenge(TOKEN));
        assert_eq!(seen_here.parent(), Some(emulator.key_directory()));
        assert_eq!(seen_there.parent(), Some(mounted.as_path()));
        let written = emulator.key_directory().join(seen_there.file_name().unwrap());
        assert_eq!(there.redeem(TOKEN, &fs::read_to_string(written).unwrap()).status, 200);
        assert_eq!(here.redeem(TOKEN, &fs::read_to_string(seen_here).unwrap()).status, 200);
    }
    assert_eq!(emulator.requests().len(), 8, "of both");
    emulator.stop();
    assert!(TcpStream::connect(&host).is_err());
}

#[cfg(unix)]
#[test]
fn mode_can_be_chosen() {
    let (_emulator, _client, path) = challenged(KeyStyle::file().mode(0o666));
    assert_eq!(mode(&path), 0o666);
}

#[test]
fn contents_are_verbatim_and_taken_as_a_client_can_send_them() {
    let (_emulator, mut client, path) = challenged(KeyStyle::file().contents("\u{feff}secret\r\n"));
    assert_eq!(fs::read(path).unwrap(), "\u{feff}secret\r\n".as_bytes());
    assert_eq!(client.redeem(TOKEN, "secret").status, 200);
    assert_eq!(client.redeem(TOKEN, "secret").status, 401);
}

#[test]
fn keys_with_the_same_contents_count_one_by_one() {
    let (_emulator, mut client, first) = challenged(KeyStyle::file().contents("secret"));
    let second = client.challenge(TOKEN);
    assert_ne!(first, second);
    assert_eq!(client.redeem(TOKEN, "secret").status, 200);
    assert_eq!(client.redeem(TOKEN, "secret").status, 200);
    assert!(!first.exists() && !second.exists());
}

#[cfg(unix)]
#[test]
fn symbolic_link_leads_to_a_valid_key() {
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("target");
    let (_emulator, mut client, path) = challenged(KeyStyle::symlink(&target));
    assert_eq!(fs::read_link(&path).unwrap(), target);

    let key = fs::read_to_string(&path).unwrap();
    assert_eq!(client.redeem(TOKEN, &key).status, 200);
    assert!(!path.is_symlink() && !target.exists());
}

#[test]
fn hard_link_is_a_second_name() {
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("target");
    let (_emulator, _client, path) = challenged(KeyStyle::hard_link(&target));
    assert_eq!(fs::read(&path).unwrap(), fs::read(&target).unwrap());
    // A second key takes the target over.
    let (_emulator, _client, other) = challenged(KeyStyle::hard_link(&target));
    assert_eq!(fs::read(&other).unwrap(), fs::read(&target).unwrap());
}

#[cfg(unix)]
#[test]
fn named_pipe() {
    use std::os::unix::fs::FileTypeExt;
    let (emulator, _client, path) = challenged(KeyStyle::fifo().mode(0o600));
    assert!(fs::symlink_metadata(&path).unwrap().file_type().is_fifo());
    emulator.stop();
    assert!(!path.exists());
}

#[test]
fn directory_in_the_files_place() {
    let (emulator, _client, path) = challenged(KeyStyle::directory());
    assert!(path.is_dir());
    emulator.stop();
    assert!(!path.exists());
}

#[test]
fn missing_file_would_have_been_a_valid_key() {
    let (_emulator, mut client, path) = challenged(KeyStyle::missing().contents("secret"));
    assert!(!path.exists());
    assert_eq!(client.redeem(TOKEN, "secret").status, 200);
}

#[test]
fn name_and_realm_can_be_chosen() {
    let style = KeyStyle::file().file_name("key.txt").realm("/elsewhere/../etc/x.key").contents("secret");
    let (emulator, mut client, realm) = challenged(style);
    assert_eq!(realm, Path::new("/elsewhere/../etc/x.key"));
    assert!(emulator.key_directory().join("key.txt").is_file());
    assert_eq!(client.redeem(TOKEN, "secret").status, 200);
}

#[test]
fn chosen_name_is_used_for_one_key_at_a_time() {
    let (_emulator, mut client, path) = challenged(KeyStyle::file().file_name("same.key"));
    let first = fs::read_to_string(&path).unwrap();
    assert_eq!(client.challenge(TOKEN), path);
    let second = fs::read_to_string(&path).unwrap();
    assert_eq!(client.redeem(TOKEN, &second).status, 200);
    assert_eq!(client.redeem(TOKEN, &first).status, 401);
}

#[test]
fn issued_key_fits_a_scripted_challenge() {
    let emulator = Emulator::start().unwrap();
    let key = emulator.issue_key().unwrap();
    assert_eq!(fs::read(key.path()).unwrap(), key.contents());
    emulator.script([Answer::challenge(key.challenge())]);

    let mut client = Client::of(&emulator);
    assert_eq!(client.challenge(TOKEN), key.path());
    let text = std::str::from_utf8(key.contents()).unwrap();
    assert_eq!(client.redeem(TOKEN, text).status, 200);
    assert!(!key.path().exists());
}

#[test]
fn key_that_cannot_be_written_is_an_error_of_the_agent() {
    let emulator = Emulator::start().unwrap();
    fs::remove_dir(emulator.key_directory()).unwrap();
    let reply = Client::of(&emulator).get(TOKEN, &[METADATA]);
    assert!(reply.error(500, "internal_error").starts_with("The key file could not be written: "));
    assert!(emulator.issue_key().is_err());
}

#[test]
fn key_replaced_by_a_test_is_still_tidied_up() {
    let (emulator, _client, path) = challenged(KeyStyle::file());
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    emulator.stop();
    assert!(!path.exists());
}

#[test]
fn directory_that_was_there_stays_without_keys() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("other"), "").unwrap();
    let emulator = Emulator::builder().key_directory(directory.path()).start().unwrap();
    let path = Client::of(&emulator).challenge(TOKEN);
    assert_eq!(path.parent(), Some(directory.path()));
    emulator.stop();
    assert!(!path.exists());
    assert!(directory.path().join("other").exists());
}

#[test]
fn directory_that_was_made_goes_when_it_is_empty() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("tokens");
    let emulator = Emulator::builder().key_directory(&path).start().unwrap();
    #[cfg(unix)]
    assert_eq!(mode(&path), 0o770);
    Client::of(&emulator).challenge(TOKEN);
    emulator.stop();
    assert!(!path.exists());

    let emulator = Emulator::builder().key_directory(&path).start().unwrap();
    fs::write(path.join("other"), "").unwrap();
    emulator.stop();
    assert!(path.join("other").exists());
}

#[cfg(unix)]
#[test]
fn directory_that_an_emulator_made_goes_with_the_last_one() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("tokens");
    let start = || Emulator::builder().key_directory(&path).start().unwrap();
    for is_first in [true, false] {
        let (first, second) = (start(), start());
        let (ends, stays) = if is_first { (first, second) } else { (second, first) };
        ends.stop();
        Client::of(&stays).challenge(TOKEN);
        let third = start();
        stays.stop();
        Client::of(&third).challenge(TOKEN);
        third.stop();
        assert!(!path.exists());
    }
}

#[test]
fn directory_that_was_there_stays_though_several_use_it() {
    let directory = tempfile::tempdir().unwrap();
    let start = || Emulator::builder().key_directory(directory.path()).start().unwrap();
    drop([start(), start()]);
    assert!(directory.path().exists());
}

/// A lock of somebody else's is nobody's who made it.
#[cfg(unix)]
#[test]
fn directory_that_is_locked_in_another_way_can_be_used() {
    use nix::fcntl::{Flock, FlockArg};

    let directory = tempfile::tempdir().unwrap();
    let file = fs::File::open(directory.path()).unwrap();
    let _lock = Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, error)| error).unwrap();
    let emulator = Emulator::builder().key_directory(directory.path()).start().unwrap();
    Client::of(&emulator).challenge(TOKEN);
    emulator.stop();
    assert!(directory.path().exists());
}

#[cfg(unix)]
#[test]
fn directory_is_named_in_full() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().canonicalize().unwrap();
    let here = std::env::current_dir().unwrap();
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    let relative = up.join(path.strip_prefix("/").unwrap());

    let emulator = Emulator::builder().key_directory(relative).start().unwrap();
    assert_eq!(emulator.key_directory(), path);
    assert_eq!(Client::of(&emulator).challenge(TOKEN).parent(), Some(path.as_path()));
}

#[test]
fn unusable_directory_is_an_error() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [file, parent.path().join("absent/tokens"), parent.path().join("line\nbreak")] {
        assert!(Emulator::builder().key_directory(path).start().is_err());
    }
}

/// As with the real agent, whose group the directory's is.
#[cfg(unix)]
#[test]
fn key_belongs_to_who_listens_and_to_the_directorys_group() {
    use std::os::unix::fs::{MetadataExt, chown};

    let directory = tempfile::tempdir().unwrap();
    // Only root can set this up.
    let _ = chown(directory.path(), Some(4711), Some(4712));
    let emulator = Emulator::builder().key_directory(directory.path()).start().unwrap();
    let path = Client::of(&emulator).challenge(TOKEN);
    let [key, directory, ours] = [&path, directory.path(), tempfile::tempdir().unwrap().path()]
        .map(|path| fs::metadata(path).unwrap());
    assert_eq!((key.uid(), key.gid()), (ours.uid(), directory.gid()));
}
