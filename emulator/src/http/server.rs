//! Accepts connections, and ends them all.

use std::collections::HashMap;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use socket2::SockRef;

use super::handler::Handler;
use super::threads::Threads;
use crate::sync::lock;

/// How long a stopping server waits for its threads.
const PATIENCE: Duration = Duration::from_secs(2);

/// A thread for each listener and each connection.
pub(crate) struct Server {
    addresses: Mutex<Vec<SocketAddr>>,
    connections: Arc<Connections>,
    threads: Threads,
}

struct Connections {
    handler: Arc<Handler>,
    open: Mutex<HashMap<usize, Arc<TcpStream>>>,
}

impl Server {
    pub(crate) fn start(listeners: Vec<TcpListener>, handler: Arc<Handler>) -> io::Result<Server> {
        let connections = Arc::new(Connections { handler, open: Mutex::default() });
        let server = Server { addresses: Mutex::default(), connections, threads: Threads::default() };
        server.listen(listeners)?;
        Ok(server)
    }

    /// Accepts connections there too.
    pub(crate) fn listen(&self, listeners: Vec<TcpListener>) -> io::Result<()> {
        for listener in listeners {
            lock(&self.addresses).push(listener.local_addr()?);
            let connections = Arc::clone(&self.connections);
            let threads = self.threads.clone();
            self.threads.spawn(move || accept(&listener, &connections, &threads))?;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.connections.handler.stop.raise();
        for address in &*lock(&self.addresses) {
            // Wakes the thread that accepts there.
            let _ = TcpStream::connect_timeout(address, PATIENCE);
        }
        for stream in lock(&self.connections.open).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.threads.wait(PATIENCE);
    }
}

fn accept(listener: &TcpListener, connections: &Arc<Connections>, threads: &Threads) {
    let stop = &connections.handler.stop;
    for stream in listener.incoming() {
        if stop.is_raised() {
            // A program that is being started has a copy of it for a while, on which others could connect.
            let _ = SockRef::from(listener).shutdown(Shutdown::Both);
            return;
        }
        let Ok(stream) = stream else {
            // Out of file descriptors, most likely: let others close some.
            stop.sleep(Duration::from_millis(10));
            continue;
        };
        let connections = Arc::clone(connections);
        let number = connections.handler.accept();
        // A connection for which there is no thread is closed.
        let _ = threads.spawn(move || connections.serve(Arc::new(stream), number));
    }
}

impl Connections {
    fn serve(&self, stream: Arc<TcpStream>, number: usize) {
        let _open = Open { connections: self, number };
        lock(&self.open).insert(number, Arc::clone(&stream));
        // Asked only now: either the stopping thread sees the connection, or this one sees the
        // signal.
        if !self.handler.stop.is_raised() {
            self.handler.serve(&stream, number);
        }
    }
}

/// A connection's place among the open ones, given up even when its thread panics.
struct Open<'a> {
    connections: &'a Connections,
    number: usize,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        lock(&self.connections.open).remove(&self.number);
    }
}
