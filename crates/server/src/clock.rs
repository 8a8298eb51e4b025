//! The one place where the server reads the time. Tests move it.

use fieldkeep_domain::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The machine's clock, shifted by what a test says.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    shift_ns: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's clock as it is.
    pub fn system() -> Self {
        Self::default()
    }
    /// Now.
    pub fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
        let now = std::time::SystemTime::now();
        let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let nanos = i64::try_from(since.as_nanos()).unwrap_or(i64::MAX);
        Timestamp(nanos.saturating_add(self.shift_ns.load(Ordering::Relaxed)))
    }
    /// Moves the clock; for tests that travel in time.
    pub fn shift_secs(&self, seconds: i64) {
        self.shift_ns.fetch_add(seconds.saturating_mul(1_000_000_000), Ordering::Relaxed);
    }
}

impl rustls::time_provider::TimeProvider for Clock {
    fn current_time(&self) -> Option<rustls_pki_types::UnixTime> {
        let seconds = u64::try_from(self.now().as_secs()).ok()?;
        Some(rustls_pki_types::UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
    }
}
