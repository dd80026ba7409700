//! Serves one connection: request by request, as the plan says.

use std::io;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use socket2::SockRef;

use super::delivery::{self, Form, Wire};
use super::message::Message;
use super::outgoing::Outgoing;
use super::reader::{Incoming, NoRequest, Reader};
use super::request::Request;
use super::stop::StopSignal;
use crate::agent::Agent;
use crate::answer::Ending;
use crate::event::Event;
use crate::journal::Journal;
use crate::plan::Plan;
use crate::sync::lock;

pub(crate) type Observer = Arc<dyn Fn(&Event) + Send + Sync>;

/// What all connections share.
pub(crate) struct Handler {
    pub(crate) agent: Agent,
    pub(crate) plan: Plan,
    pub(crate) journal: Journal,
    pub(crate) stop: StopSignal,
    observer: Mutex<Option<Observer>>,
}

impl Handler {
    pub(crate) fn new(agent: Agent, journal: Journal) -> Handler {
        Handler {
            agent,
            plan: Plan::default(),
            journal,
            stop: StopSignal::default(),
            observer: Mutex::default(),
        }
    }

    pub(crate) fn observe_with(&self, observer: Observer) {
        *lock(&self.observer) = Some(observer);
    }

    /// Counts a new connection and returns its number.
    pub(crate) fn accept(&self) -> usize {
        self.journal.add_connection()
    }

    /// Answers requests until one side ends the connection.
    pub(crate) fn serve(&self, stream: &TcpStream, connection: usize) {
        // An answer in several pieces should arrive in them.
        let _ = stream.set_nodelay(true);
        let mut reader = Reader::new(stream, connection);
        loop {
            let ending = match reader.next() {
                Ok(incoming) => self.answer(stream, incoming).unwrap_or(Ending::Close),
                Err(NoRequest::Refused(status)) => return self.refuse(stream, status),
                Err(NoRequest::Gone) => return,
            };
            match ending {
                Ending::KeepOpen => {}
                Ending::Close => return,
                Ending::Reset => return reset(stream),
                Ending::Hang => return delivery::wait_for_client_to_go(stream, &self.stop),
            }
        }
    }

    fn answer(&self, stream: &TcpStream, incoming: Incoming) -> io::Result<Ending> {
        let Incoming { request, is_last } = incoming;
        let entry = self.journal.add_request(request.clone());
        self.notify(|| Event::Received { request: request.clone() });
        let answer = self.plan.answer_to(&request);
        if !self.stop.sleep(answer.delay) {
            return Ok(Ending::Close);
        }
        let outgoing = Outgoing::new(&answer, &request, is_last, || self.agent.answer(&request));
        let request = Request { status: outgoing.status(), ..request };
        self.journal.set_status(entry, request.status);
        self.notify(|| Event::Answered {
            key_file: outgoing.key_file(),
            duration: request.received.elapsed(),
            request: request.clone(),
        });
        let wire = Wire { stream, drip: answer.drip, stop: &self.stop };
        outgoing.send(&wire)?;
        Ok(match answer.ending {
            Ending::KeepOpen if is_last => Ending::Close,
            ending => ending,
        })
    }

    fn refuse(&self, stream: &TcpStream, status: u16) {
        let message = Message::new(status).with_header("Connection", "close");
        let wire = Wire { stream, drip: None, stop: &self.stop };
        if wire.send_message(&message, &Form::default()).is_ok() {
            delivery::close_gently(stream);
        }
    }

    fn notify(&self, event: impl FnOnce() -> Event) {
        // Called without the lock: it may take its time, or ask for another observer.
        let observer = lock(&self.observer).clone();
        if let Some(observer) = observer {
            observer(&event());
        }
    }
}

/// Closes with a reset: what was not sent yet is dropped.
fn reset(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}
