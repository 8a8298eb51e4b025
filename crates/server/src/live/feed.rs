//! Who looks at what: the open streams of this process, and the hand-over to each. It never waits.

use super::event::{Event, Of};
use crate::Fault;
use crate::fault::Kind;
use crate::limits::{EVENT_QUEUE_MAX, EVENT_STREAMS_EACH_MAX, EVENT_STREAMS_MAX};
use fieldkeep_domain::audit::Doer;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::mpsc;

/// The open streams.
#[derive(Debug, Default)]
pub struct Feed {
    state: Mutex<State>,
    /// Everything before this index was handed over.
    position: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    streams: HashMap<u64, Reader>,
    next: u64,
    closed: bool,
}

#[derive(Debug)]
struct Reader {
    of: Of,
    doer: Doer,
    start: u64,
    /// None: it was ended; it counts until its connection lets go of it, too.
    queue: Option<mpsc::Sender<Arc<Event>>>,
    why: Arc<OnceLock<&'static str>>,
}

impl State {
    fn looking(&self) -> impl Iterator<Item = &Reader> {
        self.streams.values().filter(|reader| reader.queue.is_some())
    }
}

impl Reader {
    fn end(&mut self, why: Option<&'static str>) {
        if self.queue.take().is_some()
            && let Some(why) = why
        {
            let _ = self.why.set(why);
        }
    }
}

/// A place among the open streams. It is given back when this is dropped.
#[derive(Debug)]
pub struct Entered {
    feed: Arc<Feed>,
    key: u64,
    /// From this index on everything comes through `queue`.
    pub start: u64,
    /// Events in order; it ends where the stream must end.
    pub queue: mpsc::Receiver<Arc<Event>>,
    /// Why it ended, where the reader should be told.
    pub why: Arc<OnceLock<&'static str>>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.feed.lock().streams.remove(&self.key);
    }
}

impl Feed {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything before this index was handed over to every queue that it belongs to.
    pub fn position(&self) -> u64 {
        self.position.load(Ordering::Acquire)
    }

    /// Opens a stream. Where nobody looked, the journal is followed from its end, `size`.
    pub fn enter(self: &Arc<Self>, doer: Doer, of: Of, size: u64) -> Result<Entered, Fault> {
        let mut state = self.lock();
        if state.closed {
            return Err(Fault::unavailable("the server stops"));
        }
        let own = state.streams.values().filter(|reader| reader.doer == doer).count();
        for (name, open, max) in [
            ("event-streams", state.streams.len(), EVENT_STREAMS_MAX),
            ("event-streams-per-caller", own, EVENT_STREAMS_EACH_MAX),
        ] {
            if open >= max {
                let text = format!("limit `{name}`: at most {max} open at once; close one, then open this");
                return Err(Fault::new(Kind::TooMany, text).retry_after(5).with("limit", name));
            }
        }
        if state.looking().next().is_none() {
            self.position.fetch_max(size, Ordering::AcqRel);
        }
        let (start, key) = (self.position(), state.next);
        state.next += 1;
        let (sender, queue) = mpsc::channel(EVENT_QUEUE_MAX);
        let why = Arc::new(OnceLock::new());
        let reader = Reader { of, doer, start, queue: Some(sender), why: why.clone() };
        state.streams.insert(key, reader);
        Ok(Entered { feed: self.clone(), key, start, queue, why })
    }

    /// Where to go on and for which projects; none: nobody looks.
    pub fn wanted(&self) -> Option<(u64, BTreeSet<Of>)> {
        let state = self.lock();
        let projects: BTreeSet<Of> = state.looking().map(|reader| reader.of).collect();
        (!projects.is_empty()).then(|| (self.position(), projects))
    }

    /// Hands events over, those before `end`; false: somebody came meanwhile whose project was not read, read again.
    pub fn give(&self, read: &BTreeSet<Of>, events: &[Arc<Event>], end: u64) -> bool {
        let mut state = self.lock();
        if state.looking().any(|reader| !read.contains(&reader.of)) {
            return false;
        }
        for reader in state.streams.values_mut() {
            let Some(queue) = &reader.queue else { continue };
            let mine = |event: &&Arc<Event>| event.project == reader.of.1 && event.index >= reader.start;
            let full = events.iter().filter(mine).any(|event| {
                matches!(queue.try_send(event.clone()), Err(mpsc::error::TrySendError::Full(_)))
            });
            if full {
                reader.end(Some("this connection takes events more slowly than they come"));
            }
        }
        self.position.fetch_max(end, Ordering::AcqRel);
        true
    }

    /// Ends every stream, saying why.
    pub fn drop_all(&self, why: &'static str) {
        self.lock().streams.values_mut().for_each(|reader| reader.end(Some(why)));
    }

    /// Ends every stream, for good.
    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.streams.values_mut().for_each(|reader| reader.end(None));
    }

    /// How many get events.
    pub fn count(&self) -> usize {
        self.lock().looking().count()
    }
}
