//! Which answer a request gets.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use crate::answer::Answer;
use crate::http::request::Request;
use crate::sync::lock;

type Responder = Arc<dyn Fn(&Request) -> Answer + Send + Sync>;

/// First the script, whose answers are given so many times each, then the responder, then the faithful agent.
#[derive(Default)]
pub(crate) struct Plan {
    script: Mutex<VecDeque<(Answer, usize)>>,
    responder: Mutex<Option<Responder>>,
}

impl Plan {
    pub(crate) fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        lock(&self.script).extend(answers.into_iter().map(|answer| (answer, 1)));
    }

    pub(crate) fn repeat(&self, answer: Answer, times: usize) {
        lock(&self.script).extend((times > 0).then_some((answer, times)));
    }

    pub(crate) fn respond_with(&self, responder: Responder) {
        *lock(&self.responder) = Some(responder);
    }

    pub(crate) fn clear(&self) {
        lock(&self.script).clear();
        *lock(&self.responder) = None;
    }

    pub(crate) fn answer_to(&self, request: &Request) -> Answer {
        if let Some(answer) = self.next() {
            return answer;
        }
        // Called without the lock: it may take its time, or ask for another responder.
        let responder = lock(&self.responder).clone();
        responder.map_or_else(Answer::normal, |responder| responder(request))
    }

    fn next(&self) -> Option<Answer> {
        let mut script = lock(&self.script);
        let (answer, times) = script.front_mut()?;
        *times -= 1;
        if *times > 0 { Some(answer.clone()) } else { script.pop_front().map(|(answer, _)| answer) }
    }
}
