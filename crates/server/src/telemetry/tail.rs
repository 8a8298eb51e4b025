//! Readings that are in the journal and not yet in chunks: in memory within a budget, read back after a start.

use fieldkeep_domain::telemetry::Segment;
use fieldkeep_domain::{DeviceId, Hash, Hour, ProjectId, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::watch;

/// One device's hour in one project.
pub type Key = (ProjectId, DeviceId, Hour);

/// One batch's part of an hour.
#[derive(Debug)]
pub struct Piece {
    /// Journal index of the batch.
    pub index: u64,
    /// First index of its group: where reading has to begin again while this piece is only here.
    pub group: u64,
    /// The batch's frozen header.
    pub header: Arc<[u8]>,
    /// The batch's hash.
    pub hash: Hash,
    /// This segment's hash.
    pub segment_hash: Hash,
    /// The readings.
    pub segment: Segment,
    bytes: usize,
}

impl Piece {
    /// A piece with its weight in memory.
    pub fn new(
        index: u64,
        group: u64,
        header: Arc<[u8]>,
        hash: Hash,
        segment_hash: Hash,
        segment: Segment,
    ) -> Self {
        let series = segment.series.len() * 96;
        let bytes = 200 + series + segment.reading_count() * 40;
        Self { index, group, header, hash, segment_hash, segment, bytes }
    }
}

/// What waits of one hour.
#[derive(Debug, Default)]
pub struct HourTail {
    /// In journal order.
    pub pieces: Vec<Arc<Piece>>,
    /// Up to here the journal stands in chunks.
    pub done_through: Option<u64>,
    /// When the last piece came.
    pub touched: Option<Timestamp>,
}

/// What the lock guards.
#[derive(Debug, Default)]
pub struct State {
    /// By project, device and hour.
    pub hours: BTreeMap<Key, HourTail>,
    /// Weight of all pieces.
    pub bytes: usize,
}

/// The readings that wait.
#[derive(Debug)]
pub struct Tail {
    budget: usize,
    state: RwLock<State>,
    /// Up to here the journal was read.
    read: watch::Sender<u64>,
}

impl Tail {
    /// An empty tail with so many bytes.
    pub fn new(budget: usize) -> Self {
        Self { budget, state: RwLock::default(), read: watch::Sender::new(0) }
    }
    /// The journal was read up to here.
    pub fn reached(&self, index: u64) {
        self.read.send_if_modified(|read| std::mem::replace(read, index) != index);
    }
    /// How far the journal was read.
    pub fn position(&self) -> u64 {
        *self.read.borrow()
    }
    /// Waits until the journal was read up to here; false when that takes too long.
    pub async fn wait_for(&self, index: u64, most: std::time::Duration) -> bool {
        let mut read = self.read.subscribe();
        tokio::time::timeout(most, read.wait_for(|read| *read >= index)).await.is_ok_and(|seen| seen.is_ok())
    }
    /// Whether more waits than may.
    pub fn over(&self) -> bool {
        self.read().bytes > self.budget
    }
    /// For queries.
    pub fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an hour is known here.
    pub fn knows(&self, key: &Key) -> bool {
        self.read().hours.contains_key(key)
    }
    /// Opens an hour that stands in chunks up to an index.
    pub fn open(&self, key: Key, done_through: Option<u64>) {
        self.write().hours.entry(key).or_default().done_through = done_through;
    }
    /// Adds a piece, unless a chunk has it.
    pub fn push(&self, key: Key, piece: Piece, now: Timestamp) {
        let mut state = self.write();
        let hour = state.hours.entry(key).or_default();
        if hour.done_through.is_some_and(|done| piece.index <= done) {
            return;
        }
        let bytes = piece.bytes;
        hour.pieces.push(Arc::new(piece));
        hour.touched = Some(now);
        state.bytes += bytes;
    }

    /// The pieces of an hour, as they are now.
    pub fn pieces(&self, key: &Key) -> Vec<Arc<Piece>> {
        self.read().hours.get(key).map(|hour| hour.pieces.clone()).unwrap_or_default()
    }

    /// Hours of a device, or of a whole project, between two hours, both included.
    pub fn hours(&self, project: ProjectId, device: Option<DeviceId>, (from, to): (Hour, Hour)) -> Vec<Key> {
        let lowest = device.unwrap_or(DeviceId::MIN);
        let highest = device.unwrap_or(DeviceId::MAX);
        let state = self.read();
        state
            .hours
            .range((project, lowest, from)..=(project, highest, to))
            .filter(|(key, hour)| (from..=to).contains(&key.2) && !hour.pieces.is_empty())
            .map(|(key, _)| *key)
            .collect()
    }

    /// Whether chunks hold a part of this hour already.
    pub fn is_in_chunks(&self, key: &Key) -> bool {
        self.read().hours.get(key).is_some_and(|hour| hour.done_through.is_some())
    }

    /// Forgets what a chunk now has.
    pub fn flushed(&self, keys: &[(Key, u64)]) {
        let mut state = self.write();
        for (key, through) in keys {
            let Some(hour) = state.hours.get_mut(key) else { continue };
            let before: usize = hour.pieces.iter().map(|piece| piece.bytes).sum();
            hour.pieces.retain(|piece| piece.index > *through);
            hour.done_through = Some(*through);
            let after: usize = hour.pieces.iter().map(|piece| piece.bytes).sum();
            // An hour without pieces is asked of the database again when one comes.
            if hour.pieces.is_empty() {
                state.hours.remove(key);
            }
            state.bytes -= before - after;
        }
    }

    /// Begins again from nothing.
    pub fn clear(&self) {
        self.reached(0);
        *self.write() = State::default();
    }

    /// Where reading would have to begin again if these hours were flushed.
    pub fn begin_without(&self, flushed: &[(Key, u64)], position: u64) -> u64 {
        let state = self.read();
        let waiting = state.hours.iter().filter(|(key, _)| !flushed.iter().any(|(done, _)| done == *key));
        waiting.flat_map(|(_, hour)| hour.pieces.iter().map(|piece| piece.group)).min().unwrap_or(position)
    }

    /// Hours that should be written: those that ended `settle_s` ago and are quiet, or, over budget, the heaviest.
    pub fn due(&self, now: Timestamp, settle_s: u32, most: usize) -> Vec<Key> {
        let state = self.read();
        let settle = i64::from(settle_s);
        let settled = |(key, hour): &(&Key, &HourTail)| {
            now.secs_since(key.2.end()) >= settle
                && hour.touched.is_none_or(|at| now.secs_since(at) >= settle.min(5))
                && !hour.pieces.is_empty()
        };
        let due: Vec<Key> = state.hours.iter().filter(settled).map(|(key, _)| *key).take(most).collect();
        if !due.is_empty() || state.bytes <= self.budget {
            return due;
        }
        let mut heavy: Vec<(usize, Key)> = state
            .hours
            .iter()
            .map(|(key, hour)| (hour.pieces.iter().map(|piece| piece.bytes).sum(), *key))
            .collect();
        heavy.sort_unstable_by(|a, b| b.cmp(a));
        heavy.into_iter().map(|(_, key)| key).take(most).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fieldkeep_domain::telemetry::{Metric, Series, Value};

    const HOUR: Hour = Hour(490_000);

    fn piece(index: u64) -> Piece {
        let series = Series {
            metric: Metric::parse("t").unwrap(),
            unit: None,
            times: vec![HOUR.start()],
            values: vec![Value::Int(1)],
        };
        let segment = Segment { hour: HOUR, series: vec![series] };
        Piece::new(index, index - index % 10, Arc::from([]), Hash([0; 32]), Hash([0; 32]), segment)
    }

    fn key(n: u8) -> Key {
        (ProjectId::from_random([1; 16]), DeviceId::from_random([n; 16]), HOUR)
    }

    #[test]
    fn what_a_chunk_has_is_not_taken_twice_and_memory_is_given_back() {
        let tail = Tail::new(1_000);
        let now = HOUR.end();
        tail.open(key(1), Some(14));
        (12..18).for_each(|index| tail.push(key(1), piece(index), now));
        assert_eq!(tail.pieces(&key(1)).len(), 3);
        tail.push(key(2), piece(25), now);
        assert_eq!(tail.begin_without(&[], 30), 10);
        assert_eq!(tail.begin_without(&[(key(1), 17)], 30), 20);
        assert_eq!(tail.begin_without(&[(key(1), 17), (key(2), 25)], 30), 30);
        tail.flushed(&[(key(1), 17), (key(2), 25)]);
        assert_eq!(tail.read().bytes, 0);
    }

    #[test]
    fn hours_are_due_when_settled_or_when_memory_is_short() {
        let tail = Tail::new(500);
        tail.push(key(1), piece(1), HOUR.start());
        assert!(tail.due(HOUR.end().plus_secs(119), 120, 9).is_empty());
        assert_eq!(tail.due(HOUR.end().plus_secs(120), 120, 9), [key(1)]);
        tail.push(key(1), piece(2), HOUR.start());
        assert!(tail.over());
        assert_eq!(tail.due(HOUR.start(), 120, 9), [key(1)]);
    }
}
