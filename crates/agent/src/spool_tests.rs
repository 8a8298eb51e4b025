use super::*;

const CAPACITY: u64 = 64 * 1024;

fn reopen(dir: &Path, key: &SealKey) -> (Spool, Recovery, Vec<Vec<u8>>) {
    let mut seen = Vec::new();
    let (spool, recovery) = Spool::open(dir, key.clone(), 1, CAPACITY, |_, bytes| {
        seen.push(bytes.to_vec());
        Ok(())
    })
    .unwrap();
    (spool, recovery, seen)
}

fn numbered(n: u64) -> Vec<u8> {
    format!("canary record {n} {}", "x".repeat((n as usize * 37) % 300)).into_bytes()
}

#[test]
fn records_come_back_in_order_and_are_sealed() {
    let dir = tempfile::tempdir().unwrap();
    let key = SealKey::generate();
    let mut spool = Spool::create(dir.path(), key.clone(), 1, CAPACITY).unwrap();
    for n in 0..200 {
        assert_eq!(spool.append(&numbered(n)).unwrap(), n);
    }
    spool.sync().unwrap();
    drop(spool);
    let (spool, recovery, seen) = reopen(dir.path(), &key);
    assert_eq!(recovery, Recovery::default());
    assert_eq!(seen, (0..200).map(numbered).collect::<Vec<_>>());
    assert_eq!(spool.read(77).unwrap(), numbered(77));
    assert!(spool.segments.len() > 4);
    for (_, path) in files(dir.path(), |_| true).unwrap() {
        let bytes = std::fs::read(path).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"canary"));
    }
    let wrong = Spool::open(dir.path(), SealKey::generate(), 1, CAPACITY, |_, _| Ok(()));
    assert!(matches!(wrong, Err(AgentError::Content { .. })));
    assert_eq!(reopen(dir.path(), &key).2.len(), 200, "a wrong key changes nothing");
}

/// A power cut may leave any prefix of what was written since the last sync, and rubbish after it.
#[test]
fn a_tail_torn_at_any_byte_is_cut() {
    let key = SealKey::generate();
    let whole = tempfile::tempdir().unwrap();
    let mut spool = Spool::create(whole.path(), key.clone(), 1, CAPACITY).unwrap();
    for n in 0..3 {
        spool.append(&numbered(n)).unwrap();
    }
    spool.sync().unwrap();
    let (_, path) = files(whole.path(), |_| true).unwrap().remove(0);
    let bytes = std::fs::read(&path).unwrap();
    for (cut, rubbish) in (0..bytes.len()).flat_map(|cut| [(cut, false), (cut, true)]) {
        let dir = tempfile::tempdir().unwrap();
        let mut torn = bytes[..cut].to_vec();
        if rubbish {
            torn.extend([0xa5; 40]);
        }
        std::fs::write(dir.path().join(path.file_name().unwrap()), torn).unwrap();
        let (mut spool, recovery, seen) = reopen(dir.path(), &key);
        assert_eq!(seen, (0..seen.len() as u64).map(numbered).collect::<Vec<_>>());
        assert!(seen.len() < 3);
        assert_eq!(recovery.damaged, 0);
        spool.append(b"after").unwrap();
        spool.sync().unwrap();
        drop(spool);
        let (_, again, now) = reopen(dir.path(), &key);
        assert_eq!((again, now.len()), (Recovery::default(), seen.len() + 1));
        assert_eq!(now.last().unwrap(), b"after");
    }
}

#[test]
fn damage_before_the_tail_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let key = SealKey::generate();
    let mut spool = Spool::create(dir.path(), key.clone(), 1, CAPACITY).unwrap();
    for n in 0..100 {
        spool.append(&numbered(n)).unwrap();
    }
    spool.sync().unwrap();
    let oldest = spool.oldest().unwrap();
    drop(spool);
    let (_, path) = files(dir.path(), |_| true).unwrap().remove(0);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[200] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let (spool, recovery, seen) = reopen(dir.path(), &key);
    assert!(recovery.damaged > 0 && recovery.damaged <= oldest.end);
    assert_eq!(seen.len() as u64, 100 - recovery.damaged);
    assert_eq!(spool.read(99).unwrap(), numbered(99));
}

#[test]
fn what_a_failed_sync_left_does_not_count() {
    let dir = tempfile::tempdir().unwrap();
    let key = SealKey::generate();
    let mut spool = Spool::create(dir.path(), key.clone(), 1, CAPACITY).unwrap();
    for n in 0..3 {
        spool.append(&numbered(n)).unwrap();
    }
    spool.take_back(1);
    assert_eq!(spool.append(b"other").unwrap(), 1);
    spool.sync().unwrap();
    drop(spool);
    assert_eq!(reopen(dir.path(), &key).2, [numbered(0), b"other".to_vec()]);
}

#[test]
fn trimming_and_dropping_free_whole_segments() {
    let dir = tempfile::tempdir().unwrap();
    let key = SealKey::generate();
    let mut spool = Spool::create(dir.path(), key.clone(), 1, CAPACITY).unwrap();
    let mut n = 0;
    while !spool.is_full(400) {
        spool.append(&numbered(n)).unwrap();
        n += 1;
    }
    let before = spool.bytes();
    let oldest = spool.oldest().unwrap();
    spool.remove_oldest().unwrap();
    assert!(spool.bytes() < before && !spool.is_full(400));
    assert!(spool.read(oldest.start).is_err());
    assert_eq!(spool.read(oldest.end).unwrap(), numbered(oldest.end));
    spool.trim(n).unwrap();
    assert_eq!(spool.bytes(), 0);
    assert_eq!(spool.append(b"next").unwrap(), n);
    spool.sync().unwrap();
    drop(spool);
    let (spool, recovery, seen) = reopen(dir.path(), &key);
    assert_eq!((spool.next_index(), recovery, seen), (n + 1, Recovery::default(), vec![b"next".to_vec()]));
}
