//! The device's chain of batches: numbers, hashes and what the server has of it (journal.md, "The chain").
//!
//! A number is given when a batch enters the spool and stands there with it, so that it never names two contents. The
//! epoch is raised durably at each start and whenever the chain has to be continued from the server's head.

use crate::clock;
use crate::error::AgentError;
use crate::folder::Folder;
use crate::limits;
use crate::spool::Spool;
use bytes::Bytes;
use fieldkeep_domain::journal::Head;
use fieldkeep_domain::telemetry::{Batch, Canonical, Segment};
use fieldkeep_domain::{DeviceId, Hash};
use fieldkeep_trust::hash::batch_hash;
use fieldkeep_trust::seal::SealKey;
use fieldkeep_wire::batch;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A head as it stands in files and answers: the hash in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadText {
    /// Boot epoch.
    pub boot_epoch: u64,
    /// Sequence number.
    pub seq: u64,
    /// Batch hash, 64 hexadecimal digits.
    pub hash: String,
}

impl From<Head> for HeadText {
    fn from(head: Head) -> Self {
        Self { boot_epoch: head.epoch, seq: head.seq, hash: head.hash.to_string() }
    }
}

impl TryFrom<&HeadText> for Head {
    type Error = fieldkeep_domain::signed::BadHash;
    fn try_from(text: &HeadText) -> Result<Self, Self::Error> {
        Ok(Self { epoch: text.boot_epoch, seq: text.seq, hash: text.hash.parse()? })
    }
}

/// What must survive a power cut besides the spool: `chain.json`, replaced whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainFile {
    /// The newest epoch that may have been used.
    pub epoch: u64,
    /// The spool's generation.
    pub generation: u64,
    /// The first record of it that is not acknowledged.
    pub first: u64,
    /// The last batch known to be stored by the server.
    pub acknowledged: Option<HeadText>,
    /// When that was, in seconds since 1970.
    pub acknowledged_at_s: Option<i64>,
    /// Readings dropped and not declared yet.
    pub lost: u64,
    /// Of these, batches that had been sent and whose outcome is unknown: the server's head will tell.
    #[serde(default)]
    pub dropped: Vec<Dropped>,
}

/// A batch that the spool dropped while it was under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// Its place and hash.
    #[serde(flatten)]
    pub head: HeadText,
    /// Readings in it and readings that it declares lost.
    pub weight: u64,
}

impl Default for ChainFile {
    fn default() -> Self {
        Self {
            epoch: 0,
            generation: 1,
            first: 0,
            acknowledged: None,
            acknowledged_at_s: None,
            lost: 0,
            dropped: Vec::new(),
        }
    }
}

const FILE: &str = "chain.json";

impl ChainFile {
    /// The stored state, or that of a device that never sent anything.
    pub fn read(folder: &Folder) -> Result<Self, AgentError> {
        Ok(folder.read_json(FILE)?.unwrap_or_default())
    }
}

/// A batch in the spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    index: u64,
    head: Head,
    prev: Option<Hash>,
    readings: u64,
    /// Readings that it declares lost.
    lost: u64,
    progress: Sent,
    /// Was it ever sent? Then the server may have it, whatever we heard.
    tried: bool,
}

impl Entry {
    /// What is lost when the batch is.
    fn weight(&self) -> u64 {
        self.readings + self.lost
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Waiting,
    InFlight,
    Stored,
}

/// A batch to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Names it to [`Chain::stored`] and [`Chain::give_back`].
    pub index: u64,
    /// Its place and hash.
    pub head: Head,
    /// Readings it carries.
    pub readings: u64,
    /// The message.
    pub body: Bytes,
}

/// What [`Chain::push`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Readings now safe in the spool.
    pub readings: u64,
    /// Readings that had to go to make room.
    pub dropped: u64,
}

/// What [`Chain::reconcile`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Batches that the server turned out to have, with their readings.
    pub stored: Vec<(Head, u64)>,
    /// The new epoch and what its first batch declares lost, where the chain had to be continued from the server's head.
    pub rebased: Option<(u64, u64)>,
}

/// The chain and its spool. All its methods block on the disk; no two run at once.
#[derive(Debug)]
pub struct Chain {
    device: DeviceId,
    folder: Folder,
    key: SealKey,
    spool: Spool,
    file: ChainFile,
    saved: ChainFile,
    /// Last number given in this epoch.
    seq: u64,
    /// Hash of the last batch that was numbered.
    tail: Option<Hash>,
    entries: VecDeque<Entry>,
    unsure: bool,
}

impl Chain {
    /// Raises the epoch durably, then reads the spool back. Until [`Self::reconcile`] nothing may be sent.
    pub fn open(folder: &Folder, device: DeviceId, key: SealKey, capacity: u64) -> Result<Self, AgentError> {
        let capacity = capacity.max(limits::SPOOL_BYTES_MIN);
        let mut file = ChainFile::read(folder)?;
        file.epoch += 1;
        folder.write_json(FILE, &file)?;
        let path = folder.path("spool");
        let mut entries = VecDeque::new();
        let mut tail = None;
        let (mut spool, recovery) =
            Spool::open(&path, key.clone(), file.generation, capacity, |index, bytes| {
                let entry = read_entry(index, bytes).map_err(|error| AgentError::content(&path, error))?;
                tail = Some(entry.head.hash);
                if index >= file.first {
                    entries.push_back(entry);
                }
                Ok(())
            })?;
        spool.start_at(file.first);
        if recovery.torn_bytes > 0 {
            tracing::info!(
                bytes = recovery.torn_bytes,
                "cut an unfinished batch off the spool; it was never sent"
            );
        }
        if recovery.damaged > 0 {
            tracing::error!(
                batches = recovery.damaged,
                "the spool is damaged: these batches will be declared lost"
            );
            file.lost += recovery.damaged;
        }
        let acknowledged = stored_head(&file);
        let tail = tail.or(acknowledged.map(|head| head.hash));
        let (saved, seq, unsure) = (file.clone(), 0, true);
        let folder = folder.clone();
        Ok(Self { device, folder, key, spool, file, saved, seq, tail, entries, unsure })
    }

    /// Numbers, seals and syncs new batches, each given as its hours. Makes room by dropping the oldest.
    pub fn push(&mut self, drafts: Vec<Vec<Segment>>) -> Result<Pushed, AgentError> {
        let mut pushed = Pushed::default();
        for segments in drafts {
            let canonical = self.next_batch(segments, 0);
            let bytes = batch::encode(&canonical.1);
            pushed.dropped += self.make_room(bytes.len())?;
            // What room was made from may change the numbers only at the next rebase: the batch stands as it is.
            let before = (self.seq, self.tail, self.entries.len(), self.spool.next_index());
            if let Err(error) = self.keep(canonical, &bytes).and_then(|()| self.spool.sync()) {
                self.spool.take_back(before.3);
                self.entries.truncate(before.2);
                (self.seq, self.tail) = (before.0, before.1);
                return Err(error);
            }
            pushed.readings += self.entries.back().map_or(0, |entry| entry.readings);
        }
        Ok(pushed)
    }

    /// The next batch of this epoch, not kept yet.
    fn next_batch(&self, segments: Vec<Segment>, lost: u64) -> (Batch, Canonical) {
        let next = Batch {
            device: self.device,
            epoch: self.file.epoch,
            seq: self.seq + 1,
            prev: self.tail,
            sent: None,
            lost,
            segments,
        };
        let canonical = batch::freeze(&next);
        (next, canonical)
    }

    fn keep(&mut self, (batch, canonical): (Batch, Canonical), bytes: &[u8]) -> Result<(), AgentError> {
        let index = self.spool.append(bytes)?;
        let entry = entry(index, &batch, &canonical);
        (self.seq, self.tail) = (batch.seq, Some(entry.head.hash));
        self.entries.push_back(entry);
        Ok(())
    }

    /// Drops the oldest batches until so many bytes fit; says how many readings went.
    fn make_room(&mut self, bytes: usize) -> Result<u64, AgentError> {
        if !self.spool.is_full(bytes) {
            return Ok(0);
        }
        self.settle()?;
        let mut gone = 0;
        while self.spool.is_full(bytes) {
            let Some(range) = self.spool.oldest() else {
                return Err(AgentError::Internal("one batch is larger than the whole spool".into()));
            };
            let mut lost = 0;
            while let Some(entry) = self.entries.pop_front_if(|entry| entry.index < range.end) {
                if entry.progress == Sent::Stored {
                    continue;
                }
                lost += entry.weight();
                gone += entry.readings;
                // The oldest are the ones that the server may have; the list ends where it could not.
                if entry.tried && self.file.dropped.len() < limits::DROPPED_PLACES_MAX {
                    self.file.dropped.push(Dropped { head: entry.head.into(), weight: entry.weight() });
                }
            }
            self.unsure |= lost > 0;
            self.file.lost += lost;
            self.file.first = range.end;
            self.save()?;
            self.spool.remove_oldest()?;
        }
        Ok(gone)
    }

    /// The oldest batch that waits; from now on it is in flight. None while [`Self::is_unsure`], and none across the
    /// start of an epoch before everything older is stored.
    pub fn take_next(&mut self) -> Result<Option<Outgoing>, AgentError> {
        if self.unsure {
            return Ok(None);
        }
        let Some(at) = self.entries.iter().position(|entry| entry.progress == Sent::Waiting) else {
            self.unsure = self.entries.is_empty() && self.file.lost > 0;
            return Ok(None);
        };
        let entry = &mut self.entries[at];
        if entry.head.seq == 1 && at > 0 {
            // Overtaking inside an epoch looks like a gap and is mended; across epochs it would look like a fork.
            return Ok(None);
        }
        let body = self.spool.read(entry.index)?;
        entry.progress = Sent::InFlight;
        entry.tried = true;
        Ok(Some(Outgoing {
            index: entry.index,
            head: entry.head,
            readings: entry.readings,
            body: body.into(),
        }))
    }

    /// The server has it for good.
    pub fn stored(&mut self, head: Head) {
        let place = HeadText::from(head);
        if let Some(at) = self.file.dropped.iter().position(|dropped| dropped.head == place) {
            // It arrived after all: nothing of it is lost.
            let arrived = self.file.dropped.remove(at);
            self.file.lost = self.file.lost.saturating_sub(arrived.weight);
        }
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.head == head) {
            entry.progress = Sent::Stored;
        }
        while let Some(entry) = self.entries.pop_front_if(|entry| entry.progress == Sent::Stored) {
            self.acknowledge(&entry);
        }
    }

    fn acknowledge(&mut self, entry: &Entry) {
        self.file.acknowledged = Some(entry.head.into());
        self.file.acknowledged_at_s = Some(clock::now().as_secs());
        self.file.first = entry.index + 1;
    }

    /// Readings that could not be kept, the disk being full or broken: declared once everything older is stored.
    pub fn note_lost(&mut self, readings: u64) {
        self.file.lost += readings;
    }

    /// It has to be sent again.
    pub fn give_back(&mut self, index: u64) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.index == index)
            && entry.progress == Sent::InFlight
        {
            entry.progress = Sent::Waiting;
        }
    }

    /// From now on nothing is sent before the server's head is known.
    pub fn doubt(&mut self) {
        self.unsure = true;
    }
    /// Whether the server's head has to be asked for first.
    pub fn is_unsure(&self) -> bool {
        self.unsure
    }

    /// Continues from the server's head. Nothing may be in flight. `refused` are batches it will never take.
    pub fn reconcile(&mut self, head: Option<Head>, refused: &[Head]) -> Result<Reconciled, AgentError> {
        let mut done = Reconciled::default();
        for entry in &mut self.entries {
            if entry.progress == Sent::InFlight {
                entry.progress = Sent::Waiting;
            }
        }
        if let Some(head) = head {
            done.stored = self.forget_stored(head);
        }
        self.file.dropped.clear();
        let weight = |entry: &Entry| if refused.contains(&entry.head) { entry.weight() } else { 0 };
        let given_up: u64 = self.entries.iter().map(weight).sum();
        let holes =
            self.entries.iter().any(|entry| entry.progress == Sent::Stored || refused.contains(&entry.head));
        if holes || self.file.lost > 0 || !self.follows(head) {
            let lost = self.file.lost + given_up;
            self.rebase(head, refused, lost)?;
            done.rebased = Some((self.file.epoch, lost));
        }
        // What still waits is not there.
        self.entries.iter_mut().for_each(|entry| entry.tried = false);
        self.unsure = false;
        self.settle()?;
        Ok(done)
    }

    /// Takes off what the server has: everything up to the batch that is its head.
    fn forget_stored(&mut self, head: Head) -> Vec<(Head, u64)> {
        let place = HeadText::from(head);
        let at = self.entries.iter().position(|entry| entry.head == head);
        let arrived = match self.file.dropped.iter().position(|dropped| dropped.head == place) {
            Some(at) => at + 1,
            // The batches that were dropped come before every batch that waits.
            None if at.is_some() => self.file.dropped.len(),
            None => 0,
        };
        let arrived: u64 = self.file.dropped.drain(..arrived).map(|dropped| dropped.weight).sum();
        self.file.lost = self.file.lost.saturating_sub(arrived);
        let mut stored = Vec::new();
        if let Some(at) = at {
            let gone: Vec<Entry> = self.entries.drain(..=at).collect();
            for entry in gone {
                self.acknowledge(&entry);
                if entry.progress != Sent::Stored {
                    stored.push((entry.head, entry.readings));
                }
            }
        }
        stored
    }

    /// Whether the first waiting batch, or the one that will be numbered next, joins this head.
    fn follows(&self, head: Option<Head>) -> bool {
        let (epoch, seq, prev) = match self.entries.front() {
            Some(entry) => (entry.head.epoch, entry.head.seq, entry.prev),
            None => (self.file.epoch, self.seq + 1, self.tail),
        };
        match head {
            None => seq == 1 && prev.is_none(),
            Some(head) => {
                let next = (epoch == head.epoch && seq == head.seq + 1) || (epoch > head.epoch && seq == 1);
                next && prev == Some(head.hash)
            }
        }
    }

    /// Numbers everything that waits anew, in a new epoch behind the server's head: staged in a new generation of the
    /// spool, committed by `chain.json`.
    fn rebase(&mut self, head: Option<Head>, refused: &[Head], mut lost: u64) -> Result<(), AgentError> {
        self.file.epoch = self.file.epoch.max(head.map_or(0, |head| head.epoch)) + 1;
        // Durable before any number of the epoch exists.
        self.save()?;
        let generation = self.spool.generation() + 1;
        let mut staged =
            Spool::create(&self.folder.path("spool"), self.key.clone(), generation, self.spool.capacity())?;
        (self.seq, self.tail) = (0, head.map(|head| head.hash));
        let old = std::mem::take(&mut self.entries);
        let result = self.renumber(&mut staged, &old, refused, &mut lost);
        if let Err(error) = result.and_then(|()| staged.sync()) {
            self.undo(old);
            return Err(error);
        }
        let before = self.file.clone();
        (self.file.generation, self.file.first, self.file.lost) = (generation, 0, 0);
        if let Some(head) = head {
            self.file.acknowledged = Some(head.into());
        }
        if let Err(error) = self.save() {
            self.file = before;
            self.undo(old);
            return Err(error);
        }
        std::mem::replace(&mut self.spool, staged).destroy()
    }

    /// A rebase that could not be committed: the old batches stand, under their old numbers.
    fn undo(&mut self, old: VecDeque<Entry>) {
        self.entries = old;
        self.seq = 0;
        self.tail = self.entries.back().map(|entry| entry.head.hash).or(self.tail);
    }

    fn renumber(
        &mut self,
        staged: &mut Spool,
        old: &VecDeque<Entry>,
        refused: &[Head],
        lost: &mut u64,
    ) -> Result<(), AgentError> {
        for before in
            old.iter().filter(|entry| entry.progress != Sent::Stored && !refused.contains(&entry.head))
        {
            let bytes = self.spool.read(before.index)?;
            let (kept, _) = batch::decode(&bytes).map_err(|error| AgentError::Internal(error.to_string()))?;
            let declared = kept.lost + std::mem::take(lost);
            self.stage(staged, self.next_batch(kept.segments, declared))?;
        }
        if *lost > 0 {
            let declared = std::mem::take(lost);
            self.stage(staged, self.next_batch(Vec::new(), declared))?;
        }
        Ok(())
    }

    fn stage(&mut self, staged: &mut Spool, (next, canonical): (Batch, Canonical)) -> Result<(), AgentError> {
        let index = staged.append(&batch::encode(&canonical))?;
        let entry = entry(index, &next, &canonical);
        (self.seq, self.tail) = (next.seq, Some(entry.head.hash));
        self.entries.push_back(entry);
        Ok(())
    }

    /// Writes down what was acknowledged and takes it off the disk.
    pub fn settle(&mut self) -> Result<(), AgentError> {
        self.save()?;
        self.spool.trim(self.file.first)
    }

    fn save(&mut self) -> Result<(), AgentError> {
        if self.file != self.saved {
            self.folder.write_json(FILE, &self.file)?;
            self.saved = self.file.clone();
        }
        Ok(())
    }

    /// The last batch that the server is known to have, with everything before it.
    pub fn acknowledged(&self) -> Option<Head> {
        stored_head(&self.file)
    }
    /// Batches that wait or are in flight.
    pub fn pending(&self) -> usize {
        self.entries.len()
    }
    /// Whether nothing waits and nothing has to be declared.
    pub fn is_drained(&self) -> bool {
        self.entries.is_empty() && self.file.lost == 0
    }
    /// Bytes in the spool and its bound.
    pub fn bytes(&self) -> (u64, u64) {
        (self.spool.bytes(), self.spool.capacity())
    }
    /// The current epoch.
    pub fn epoch(&self) -> u64 {
        self.file.epoch
    }
}

fn stored_head(file: &ChainFile) -> Option<Head> {
    file.acknowledged.as_ref().and_then(|text| Head::try_from(text).ok())
}

fn entry(index: u64, batch: &Batch, canonical: &Canonical) -> Entry {
    let (hash, _) = batch_hash(canonical);
    Entry {
        index,
        head: Head { epoch: batch.epoch, seq: batch.seq, hash },
        prev: batch.prev,
        readings: batch.reading_count() as u64,
        lost: batch.lost,
        progress: Sent::Waiting,
        tried: false,
    }
}

/// A record of an earlier run: the server may have it.
fn read_entry(index: u64, bytes: &[u8]) -> Result<Entry, fieldkeep_wire::Malformed> {
    let (batch, canonical) = batch::decode(bytes)?;
    Ok(Entry { tried: true, ..entry(index, &batch, &canonical) })
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
