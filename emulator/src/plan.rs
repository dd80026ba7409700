//! Which answer a request gets.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use crate::answer::Answer;
use crate::http::request::Request;
use crate::sync::lock;

type Responder = Arc<dyn Fn(&Request) -> Answer + Send + Sync>;

/// First the script, then the responder, then the faithful agent.
#[derive(Default)]
pub(crate) struct Plan {
    script: Mutex<VecDeque<Answer>>,
    responder: Mutex<Option<Responder>>,
}

impl Plan {
    pub(crate) fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        lock(&self.script).extend(answers);
    }

    pub(crate) fn respond_with(&self, responder: Responder) {
        *lock(&self.responder) = Some(responder);
    }

    pub(crate) fn clear(&self) {
        lock(&self.script).clear();
        *lock(&self.responder) = None;
    }

    pub(crate) fn answer_to(&self, request: &Request) -> Answer {
        if let Some(answer) = lock(&self.script).pop_front() {
            return answer;
        }
        // Called without the lock: it may take its time, or ask for another responder.
        let responder = lock(&self.responder).clone();
        responder.map_or_else(Answer::normal, |responder| responder(request))
    }
}
