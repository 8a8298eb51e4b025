//! The pending end of each device's chain: where the next batch must join, while earlier ones are still being synced.

use crate::limits::CHAINS_MAX;
use fieldkeep_domain::journal::{Head, Receipt};
use fieldkeep_domain::{DeviceId, Hash};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// Forks remembered per device, so that one sent again is held once.
const FORKS_KEPT: usize = 64;

/// One device's chain.
#[derive(Debug, Default)]
pub struct Chain {
    /// Held while a batch is judged and handed to the journal: order of judging is order in the journal.
    pub state: tokio::sync::Mutex<State>,
    /// Told whenever the chain moves or a batch is settled.
    pub moved: Notify,
}

/// What is known of a chain.
#[derive(Debug, Default)]
pub struct State {
    /// The pending head; `None`: not read yet. `Some(None)`: the device has sent nothing.
    pub head: Option<Option<Head>>,
    /// Batches on their way to the disk.
    pub in_flight: HashMap<(u64, u64), Hash>,
    /// The last batch that was told of a gap; the same again is held.
    pub told: Option<(u64, u64)>,
    /// How many batches wait for the one before them.
    pub waiting: usize,
    /// Forks that are held already.
    pub forks: VecDeque<(Hash, Receipt)>,
}

impl State {
    /// After a failure, or when another server has written: read the durable head again.
    pub fn forget(&mut self) {
        self.head = None;
        self.in_flight.clear();
    }
    /// Remembers a held fork.
    pub fn remember_fork(&mut self, hash: Hash, receipt: Receipt) {
        if self.forks.len() == FORKS_KEPT {
            self.forks.pop_front();
        }
        self.forks.push_back((hash, receipt));
    }
}

/// All chains in memory.
#[derive(Debug, Default)]
pub struct Chains(Mutex<HashMap<DeviceId, Arc<Chain>>>);

impl Chains {
    /// The chain of a device.
    pub fn of(&self, device: DeviceId) -> Arc<Chain> {
        let mut chains = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if chains.len() >= CHAINS_MAX && !chains.contains_key(&device) {
            // Those that nobody holds can be read back at any time.
            chains.retain(|_, chain| Arc::strong_count(chain) > 1);
        }
        chains.entry(device).or_default().clone()
    }
}
