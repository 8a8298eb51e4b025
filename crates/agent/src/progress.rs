//! What the agent tells whoever started it while it works: the terminal, the demo, a test.

use fieldkeep_domain::Hash;
use std::fmt;
use std::sync::Arc;

/// Something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A step of the enrolment is done.
    Step(&'static str),
    /// A source gave readings, and they are safe in the spool.
    Collected {
        /// How many.
        readings: u64,
    },
    /// The server has stored a batch for good.
    Acknowledged {
        /// Its boot epoch.
        epoch: u64,
        /// Its number.
        seq: u64,
        /// Readings in it.
        readings: u64,
        /// Index of its leaf in the record, where the receipt was still kept.
        index: Option<u64>,
        /// Its hash.
        hash: Hash,
    },
    /// The server holds a batch back and says why; told once per reason.
    Quarantined {
        /// The reason's stable name.
        name: String,
        /// The reason for people.
        text: String,
    },
    /// Nothing can be sent for now.
    Waiting {
        /// For how long, in milliseconds.
        wait_ms: u64,
        /// Why.
        why: String,
    },
    /// The chain was numbered anew from the server's head.
    Rebased {
        /// The new epoch.
        epoch: u64,
        /// Readings declared lost.
        lost: u64,
    },
    /// The spool was full: its oldest batches are gone.
    Dropped {
        /// Readings in them.
        readings: u64,
    },
    /// A new operational certificate is in use.
    Renewed,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(what) => f.write_str(what),
            Self::Collected { readings } => write!(f, "{readings} readings collected and synced"),
            Self::Acknowledged { epoch, seq, readings, .. } => {
                write!(f, "batch {epoch}/{seq} acknowledged, {readings} readings")
            }
            Self::Quarantined { name, text } => write!(f, "the server holds readings back ({name}): {text}"),
            Self::Waiting { wait_ms, why } => write!(f, "waiting {wait_ms} ms: {why}"),
            Self::Rebased { epoch, lost } => {
                write!(
                    f,
                    "chain continued from the server's head in epoch {epoch}, {lost} readings declared lost"
                )
            }
            Self::Dropped { readings } => {
                write!(
                    f,
                    "the spool is full: its {readings} oldest readings were dropped and will be declared lost"
                )
            }
            Self::Renewed => f.write_str("operational certificate renewed"),
        }
    }
}

/// Who is told.
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(&Event) + Send + Sync>);

impl Progress {
    /// Tells a function.
    pub fn new(tell: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }
    /// Tells nobody.
    pub fn silent() -> Self {
        Self::new(|_| {})
    }
    /// Tells the log.
    pub fn log() -> Self {
        Self::new(|event| match event {
            Event::Acknowledged { .. } | Event::Collected { .. } => tracing::debug!("{event}"),
            Event::Quarantined { .. } | Event::Waiting { .. } | Event::Dropped { .. } => {
                tracing::warn!("{event}")
            }
            _ => tracing::info!("{event}"),
        })
    }
    /// Says it.
    pub fn tell(&self, event: Event) {
        (self.0)(&event);
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress")
    }
}
