use super::*;
use fieldkeep_domain::journal::{Link, Place, Remembered, link};
use fieldkeep_domain::telemetry::{Metric, Series, Value};
use fieldkeep_domain::{Hour, Timestamp};
use std::collections::HashMap;

/// What a server keeps of one device, by the rules of the journal.
#[derive(Default)]
struct Server {
    head: Option<Head>,
    known: HashMap<(u64, u64), Hash>,
    values: Vec<i64>,
    lost: u64,
}

impl Server {
    fn take(&mut self, body: &[u8]) -> Link {
        let (batch, canonical) = batch::decode(body).unwrap();
        let place =
            Place { epoch: batch.epoch, seq: batch.seq, prev: batch.prev, hash: batch_hash(&canonical).0 };
        let known = self
            .known
            .get(&(batch.epoch, batch.seq))
            .map_or(Remembered::Nothing, |hash| Remembered::Hash(*hash));
        let judged = link(self.head, &place, known, true);
        if judged == Link::Next {
            self.head = Some(place.head());
            self.known.insert((batch.epoch, batch.seq), place.hash);
            self.lost += batch.lost;
            self.values.extend(batch.series().flat_map(|series| &series.values).map(|value| match value {
                Value::Int(number) => *number,
                _ => unreachable!(),
            }));
        }
        judged
    }
    fn drain(&mut self, chain: &mut Chain) {
        chain.reconcile(self.head, &[]).unwrap();
        while let Some(out) = chain.take_next().unwrap() {
            assert_eq!(self.take(&out.body), Link::Next, "{:?}", out.head);
            chain.stored(out.head);
        }
        assert!(chain.is_drained());
    }
}

struct Bench {
    _dir: tempfile::TempDir,
    folder: Folder,
    key: SealKey,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        Self { _dir: dir, folder, key: SealKey::generate() }
    }
    fn open(&self) -> Chain {
        Chain::open(&self.folder, DeviceId::from_random([1; 16]), self.key.clone(), 0).unwrap()
    }
}

fn draft(value: i64) -> Vec<Segment> {
    wide(value, 1)
}

/// `n` readings, all with the value.
fn wide(value: i64, n: i64) -> Vec<Segment> {
    let hour = Hour(497_000);
    let series = Series {
        metric: Metric::parse("m").unwrap(),
        unit: None,
        times: (0..n).map(|at| Timestamp(hour.start().0 + at * 1_000_000)).collect(),
        values: vec![Value::Int(value); n as usize],
    };
    vec![Segment { hour, series: vec![series] }]
}

#[test]
fn every_start_raises_the_epoch_and_the_chain_goes_on() {
    let bench = Bench::new();
    let mut server = Server::default();
    for start in 1..6i64 {
        let mut chain = bench.open();
        assert_eq!(chain.epoch(), start as u64);
        chain.push(vec![draft(start * 10), draft(start * 10 + 1)]).unwrap();
        if start % 2 == 1 {
            server.drain(&mut chain);
        }
    }
    assert_eq!(server.values, [10, 11, 20, 21, 30, 31, 40, 41, 50, 51]);
    assert_eq!(server.lost, 0);
}

#[test]
fn acknowledgements_in_any_order_and_none_twice() {
    let bench = Bench::new();
    let mut server = Server::default();
    let mut chain = bench.open();
    chain.push((0..5).map(draft).collect()).unwrap();
    chain.reconcile(None, &[]).unwrap();
    let out: Vec<Outgoing> = std::iter::from_fn(|| chain.take_next().unwrap()).collect();
    for each in &out {
        assert_eq!(server.take(&each.body), Link::Next);
    }
    for at in [2, 4, 0, 1] {
        chain.stored(out[at].head);
    }
    assert_eq!(chain.acknowledged(), Some(out[2].head));
    chain.give_back(out[3].index);
    assert_eq!(chain.take_next().unwrap().unwrap(), out[3]);
    drop(chain); // killed before anything was written down
    let mut chain = bench.open();
    assert_eq!(chain.pending(), 5);
    let done = chain.reconcile(server.head, &[]).unwrap();
    assert_eq!((done.stored.len(), done.rebased, chain.pending()), (5, None, 0));
    chain.push(vec![draft(9)]).unwrap();
    server.drain(&mut chain);
    assert_eq!(server.values, [0, 1, 2, 3, 4, 9]);
}

#[test]
fn a_full_spool_drops_the_oldest_and_declares_it() {
    let bench = Bench::new();
    let mut server = Server::default();
    let mut chain = bench.open();
    chain.push(vec![draft(0)]).unwrap();
    server.drain(&mut chain);
    let (mut dropped, mut kept) = (0, 0);
    for value in 1..400 {
        let pushed = chain.push(vec![wide(value, 20)]).unwrap();
        dropped += pushed.dropped;
        kept += pushed.readings;
    }
    assert!(dropped > 0 && chain.bytes().0 <= chain.bytes().1);
    drop(chain);
    let mut chain = bench.open();
    server.drain(&mut chain);
    assert_eq!(server.lost, dropped);
    assert_eq!(server.values.len() as u64 - 1, kept - dropped);
    assert!(server.values.is_sorted());
    assert_eq!(server.values.last(), Some(&399));
}

/// In flight when it was dropped, and stored all the same: not lost.
#[test]
fn what_arrived_after_all_is_not_declared_lost() {
    let bench = Bench::new();
    let mut server = Server::default();
    let mut chain = bench.open();
    chain.push(vec![wide(0, 20), wide(1, 20)]).unwrap();
    chain.reconcile(None, &[]).unwrap();
    let flight = [chain.take_next().unwrap().unwrap(), chain.take_next().unwrap().unwrap()];
    let mut dropped = 0;
    let mut value = 2;
    while dropped == 0 {
        dropped = chain.push(vec![wide(value, 20)]).unwrap().dropped;
        value += 1;
    }
    assert!(chain.is_unsure() && chain.take_next().unwrap().is_none());
    for out in &flight {
        assert_eq!(server.take(&out.body), Link::Next);
    }
    chain.stored(flight[0].head);
    drop(chain); // the other answer never came back, and the power fails
    let mut chain = bench.open();
    server.drain(&mut chain);
    assert_eq!(server.lost, dropped - 40);
}

#[test]
fn a_refused_batch_becomes_a_loss_under_its_place() {
    let bench = Bench::new();
    let mut server = Server::default();
    let mut chain = bench.open();
    chain.push(vec![draft(0), wide(1, 7), draft(2)]).unwrap();
    chain.reconcile(None, &[]).unwrap();
    let first = chain.take_next().unwrap().unwrap();
    server.take(&first.body);
    chain.stored(first.head);
    let refused = chain.take_next().unwrap().unwrap();
    let done = chain.reconcile(server.head, &[refused.head]).unwrap();
    assert_eq!(done.rebased.unwrap().1, 7);
    server.drain(&mut chain);
    assert_eq!((&server.values[..], server.lost), (&[0, 2][..], 7));
    // The only one left is refused: a batch without readings declares it.
    chain.push(vec![wide(3, 4)]).unwrap();
    let refused = chain.take_next().unwrap().unwrap();
    chain.reconcile(server.head, &[refused.head]).unwrap();
    server.drain(&mut chain);
    assert_eq!((server.values.len(), server.lost), (2, 11));
}

/// The server was set back to a backup, or has never seen the device, or has seen more than this folder remembers.
#[test]
fn any_head_of_the_server_can_be_continued() {
    let foreign = Head { epoch: 40, seq: 3, hash: Hash([7; 32]) };
    for head in [None, Some(foreign)] {
        let bench = Bench::new();
        let mut server = Server::default();
        let mut chain = bench.open();
        chain.push(vec![draft(0), draft(1)]).unwrap();
        server.drain(&mut chain);
        chain.push(vec![draft(2)]).unwrap();
        let mut other = Server { head, ..Server::default() };
        chain.doubt();
        other.drain(&mut chain);
        assert_eq!(other.values, [2]);
        assert!(chain.epoch() > head.map_or(0, |head| head.epoch));
    }
}

#[test]
fn an_interrupted_rebase_leaves_the_old_generation() {
    let bench = Bench::new();
    let mut chain = bench.open();
    chain.push(vec![draft(0), draft(1)]).unwrap();
    drop(chain);
    // The next generation was being written when the power failed.
    let path = bench.folder.path("spool");
    let mut half = Spool::create(&path, bench.key.clone(), 2, 1 << 20).unwrap();
    half.append(b"half a chain").unwrap();
    drop(half);
    let mut chain = bench.open();
    assert_eq!(chain.pending(), 2);
    let mut server = Server::default();
    server.drain(&mut chain);
    assert_eq!(server.values, [0, 1]);
}

#[test]
fn an_epoch_starts_only_behind_everything_older() {
    let bench = Bench::new();
    let mut chain = bench.open();
    chain.push(vec![draft(0), draft(1)]).unwrap();
    drop(chain);
    let mut chain = bench.open();
    chain.push(vec![draft(2), draft(3)]).unwrap();
    chain.reconcile(None, &[]).unwrap();
    let old: Vec<Head> = std::iter::from_fn(|| chain.take_next().unwrap()).map(|out| out.head).collect();
    assert_eq!(old.len(), 2);
    chain.stored(old[0]);
    assert!(chain.take_next().unwrap().is_none());
    chain.stored(old[1]);
    let new: Vec<Head> = std::iter::from_fn(|| chain.take_next().unwrap()).map(|out| out.head).collect();
    assert_eq!((new.len(), new[0].epoch, new[0].seq), (2, 2, 1));
}

#[test]
fn what_could_not_be_kept_is_declared_behind_what_was() {
    let bench = Bench::new();
    let mut server = Server::default();
    let mut chain = bench.open();
    chain.push(vec![draft(0)]).unwrap();
    chain.reconcile(None, &[]).unwrap();
    chain.note_lost(5);
    let out = chain.take_next().unwrap().unwrap();
    server.take(&out.body);
    chain.stored(out.head);
    assert!(chain.take_next().unwrap().is_none() && chain.is_unsure() && !chain.is_drained());
    server.drain(&mut chain);
    assert_eq!((server.values.len(), server.lost), (1, 5));
}
