//! Accepts connections, and ends with the endpoint.

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use arcidentity_process::Process;
use socket2::SockRef;

/// How many connections are served at a time; further ones wait.
const MAX_CONNECTIONS: usize = 128;

/// How long an endpoint that ends waits for its threads.
const PATIENCE: Duration = Duration::from_secs(2);

/// A thread that accepts, and one for each connection.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    is_stopped: Arc<AtomicBool>,
    threads: Arc<Threads>,
    process: Process,
}

/// A free port of this machine's loopback.
pub(crate) fn bind() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
}

impl Server {
    /// `serve` is run for each connection; it looks at `is_stopped` while it waits.
    pub(crate) fn start(
        listener: TcpListener,
        is_stopped: Arc<AtomicBool>,
        serve: impl Fn(&TcpStream) + Send + Sync + 'static,
    ) -> io::Result<Server> {
        let address = listener.local_addr()?;
        let server = Server { address, is_stopped, threads: Arc::default(), process: Process::current() };
        let (is_stopped, threads, serve) =
            (Arc::clone(&server.is_stopped), Arc::clone(&server.threads), Arc::new(serve));
        server.threads.spawn(move || {
            for stream in listener.incoming() {
                if is_stopped.load(Ordering::Relaxed) {
                    // A program that is being started has a copy of it for a while, on which others could connect.
                    let _ = SockRef::from(&listener).shutdown(Shutdown::Both);
                    return;
                }
                let Ok(stream) = stream else {
                    // Out of file descriptors, most likely: let others close some.
                    thread::sleep(Duration::from_millis(10));
                    continue;
                };
                let serve = Arc::clone(&serve);
                threads.wait_for(MAX_CONNECTIONS, None);
                // A connection for which there is no thread is closed.
                let _ = threads.spawn(move || serve(&stream));
            }
        })?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The threads are the parent's of a process that was forked.
        if self.process != Process::current() {
            return;
        }
        self.is_stopped.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect_timeout(&self.address, PATIENCE);
        self.threads.wait_for(0, Some(PATIENCE));
    }
}

/// How many threads run.
#[derive(Default)]
struct Threads {
    count: Mutex<usize>,
    ended: Condvar,
}

/// Lives as long as its thread's work, even when that panics.
struct Place(Arc<Threads>);

impl Threads {
    fn spawn(self: &Arc<Threads>, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        let place = Place(Arc::clone(self));
        thread::Builder::new().name("arc-endpoint".into()).spawn(move || {
            let _place = place;
            work();
        })?;
        Ok(())
    }

    /// Waits until at most this many run, for `patience` at most.
    fn wait_for(&self, at_most: usize, patience: Option<Duration>) {
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        let patience = patience.unwrap_or(Duration::MAX);
        drop(self.ended.wait_timeout_while(count, patience, |count| *count > at_most));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.0.count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.ended.notify_all();
    }
}
