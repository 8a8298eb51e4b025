//! What is collected waits here, sealed, until the server has it: append-only segment files, bounded in bytes.
//!
//! A record is `length ‖ crc32 ‖ sealed bytes`, big-endian, its place in the spool authenticated by the seal. A record
//! counts once [`Spool::sync`] has returned. Never: changes a record, keeps readings in the clear.

use crate::error::AgentError;
use crate::folder::Folder;
use crate::limits;
use fieldkeep_trust::seal::{Binding, Purpose, SealKey};
use fieldkeep_trust::secret::Secret;
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::ops::Range;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"FKSPOOL1";
const FRAME_BYTES: usize = 8;

/// The spool of one generation; rewriting all of it makes the next one.
#[derive(Debug)]
pub struct Spool {
    dir: PathBuf,
    key: SealKey,
    generation: u64,
    capacity: u64,
    segments: VecDeque<Segment>,
    /// The last segment takes appends only while this holds.
    open: bool,
    next: u64,
}

#[derive(Debug)]
struct Segment {
    path: PathBuf,
    file: File,
    first: u64,
    /// Offset and length of each record's sealed bytes.
    records: Vec<(u64, u32)>,
    bytes: u64,
}

/// What start-up found besides whole records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Bytes of a torn tail, written but never synced, and so never sent.
    pub torn_bytes: u64,
    /// Synced records that are unreadable.
    pub damaged: u64,
}

/// The spool's key, made at first use.
pub fn key(folder: &Folder) -> Result<SealKey, AgentError> {
    const NAME: &str = "spool.key";
    let path = folder.path(NAME);
    let bytes = match crate::folder::read_optional(&path)? {
        Some(bytes) => bytes,
        None if has_segments(&folder.path("spool")) => {
            return Err(AgentError::content(
                &path,
                "it is missing, and without it the waiting readings cannot be opened; put it back",
            ));
        }
        None => {
            let key = SealKey::generate();
            folder.write(NAME, key.secret().expose())?;
            return Ok(key);
        }
    };
    SealKey::from_secret(Secret::new(bytes)).map_err(|_| AgentError::content(&path, "32 bytes expected"))
}

fn has_segments(dir: &Path) -> bool {
    std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some())
}

impl Spool {
    /// An empty spool of a generation; what a crash left of the same generation is removed.
    pub fn create(dir: &Path, key: SealKey, generation: u64, capacity: u64) -> Result<Self, AgentError> {
        std::fs::create_dir_all(dir).map_err(AgentError::file("making", dir))?;
        for (_, path) in files(dir, |found| found == generation)? {
            std::fs::remove_file(&path).map_err(AgentError::file("removing", &path))?;
        }
        Ok(Self {
            dir: dir.to_owned(),
            key,
            generation,
            capacity,
            segments: VecDeque::new(),
            open: false,
            next: 0,
        })
    }

    /// Opens a generation, cuts a torn tail, removes other generations and shows each record to `visit`.
    pub fn open(
        dir: &Path,
        key: SealKey,
        generation: u64,
        capacity: u64,
        mut visit: impl FnMut(u64, &[u8]) -> Result<(), AgentError>,
    ) -> Result<(Self, Recovery), AgentError> {
        std::fs::create_dir_all(dir).map_err(AgentError::file("making", dir))?;
        let mut spool = Self {
            dir: dir.to_owned(),
            key,
            generation,
            capacity,
            segments: VecDeque::new(),
            open: false,
            next: 0,
        };
        let mut recovery = Recovery::default();
        let found = files(dir, |found| found == generation)?;
        for (at, (first, path)) in found.iter().enumerate() {
            let end = found.get(at + 1).map(|(next, _)| *next);
            if at > 0 {
                recovery.damaged += first.saturating_sub(spool.next);
            }
            spool.next = *first;
            spool.recover(*first, path, end, &mut recovery, &mut visit)?;
        }
        for (_, path) in files(dir, |found| found != generation)? {
            std::fs::remove_file(&path).map_err(AgentError::file("removing", &path))?;
        }
        Ok((spool, recovery))
    }

    /// Reads one segment: whole records up to the first that is not; `end` is the first index of the next segment.
    fn recover(
        &mut self,
        first: u64,
        path: &Path,
        end: Option<u64>,
        recovery: &mut Recovery,
        visit: &mut impl FnMut(u64, &[u8]) -> Result<(), AgentError>,
    ) -> Result<(), AgentError> {
        let mut bytes = Vec::new();
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(AgentError::file("opening", path))?;
        file.read_to_end(&mut bytes).map_err(AgentError::file("reading", path))?;
        let mut records = Vec::new();
        let mut at = MAGIC.len();
        if bytes.starts_with(MAGIC) {
            while end.is_none_or(|end| self.next < end)
                && let Some(sealed) = record(&bytes, at)
            {
                let plain =
                    self.open_record(self.next, sealed).map_err(|why| AgentError::content(path, why))?;
                visit(self.next, &plain)?;
                records.push(((at + FRAME_BYTES) as u64, sealed.len() as u32));
                at += FRAME_BYTES + sealed.len();
                self.next += 1;
            }
        } else {
            at = 0;
        }
        if end.is_none() && at < bytes.len() {
            recovery.torn_bytes += (bytes.len() - at) as u64;
            file.set_len(at as u64)
                .and_then(|()| file.sync_all())
                .map_err(AgentError::file("cutting", path))?;
        }
        self.segments.push_back(Segment { path: path.to_owned(), file, first, records, bytes: at as u64 });
        Ok(())
    }

    fn binding(&self, index: u64) -> Binding {
        let mut row = [0; 16];
        row[..8].copy_from_slice(&self.generation.to_be_bytes());
        row[8..].copy_from_slice(&index.to_be_bytes());
        Binding::deployment(Purpose::Spool, row)
    }
    fn open_record(&self, index: u64, sealed: &[u8]) -> Result<Vec<u8>, String> {
        self.key
            .open(&self.binding(index), sealed)
            .map_err(|error| format!("{error}; put the right `spool.key` back, or move the folder `spool` away to give its readings up"))
    }

    /// The next record gets at least this index: earlier ones were acknowledged and are gone.
    pub fn start_at(&mut self, first: u64) {
        if first > self.next {
            self.next = first;
            self.open = false;
        }
    }

    /// Adds a record; it counts once [`Self::sync`] has returned. After a failure the spool is as before.
    pub fn append(&mut self, plain: &[u8]) -> Result<u64, AgentError> {
        let index = self.next;
        let sealed = self.key.seal(&self.binding(index), plain)?;
        let mut frame = Vec::with_capacity(FRAME_BYTES + sealed.len());
        frame.extend((sealed.len() as u32).to_be_bytes());
        frame.extend(crc32fast::hash(&sealed).to_be_bytes());
        frame.extend(&sealed);
        let segment_bytes = self.capacity / limits::SPOOL_SEGMENTS;
        if !self.open || self.segments.back().is_none_or(|last| last.bytes >= segment_bytes) {
            self.roll()?;
        }
        let Some(last) = self.segments.back_mut() else {
            return Err(AgentError::Internal("the spool has no segment to append to".into()));
        };
        if let Err(error) = last.file.write_all_at(&frame, last.bytes) {
            // A record cut short stays behind; the next segment's name says that it does not count.
            self.open = false;
            return Err(AgentError::file("appending to", &last.path)(error));
        }
        last.records.push((last.bytes + FRAME_BYTES as u64, sealed.len() as u32));
        last.bytes += frame.len() as u64;
        self.next += 1;
        Ok(index)
    }

    /// Takes back the records from `index` on, after a failed sync. They were never sent.
    pub fn take_back(&mut self, index: u64) {
        self.open = false;
        self.next = self.next.min(index);
        while let Some(last) = self.segments.back_mut() {
            let keep = index.saturating_sub(last.first) as usize;
            if last.records.len() > keep {
                last.records.truncate(keep);
                last.bytes = last.records.last().map_or(MAGIC.len() as u64, |(at, len)| at + u64::from(*len));
                let _ = last.file.set_len(last.bytes);
            }
            if last.records.is_empty() && last.first >= index {
                let _ = std::fs::remove_file(&last.path);
                self.segments.pop_back();
            } else {
                return;
            }
        }
    }

    fn roll(&mut self) -> Result<(), AgentError> {
        if let Some(last) = self.segments.back() {
            last.file.sync_data().map_err(AgentError::file("syncing", &last.path))?;
        }
        let path = self.dir.join(format!("{:016x}-{:016x}.seg", self.generation, self.next));
        let failed = |error| AgentError::file("making", &path)(error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        file.write_all(MAGIC).map_err(AgentError::file("writing", &path))?;
        File::open(&self.dir)
            .and_then(|dir| dir.sync_all())
            .map_err(AgentError::file("syncing", &self.dir))?;
        self.segments.retain(|segment| segment.path != path);
        self.segments.push_back(Segment {
            path,
            file,
            first: self.next,
            records: Vec::new(),
            bytes: MAGIC.len() as u64,
        });
        self.open = true;
        Ok(())
    }

    /// Makes everything appended so far survive a power cut.
    pub fn sync(&mut self) -> Result<(), AgentError> {
        let Some(last) = self.segments.back() else { return Ok(()) };
        last.file.sync_data().map_err(AgentError::file("syncing", &last.path))
    }

    /// One record.
    pub fn read(&self, index: u64) -> Result<Vec<u8>, AgentError> {
        let missing = || AgentError::Internal(format!("the spool has no record {index}"));
        let at = self.segments.partition_point(|segment| segment.first <= index);
        let segment = at.checked_sub(1).and_then(|at| self.segments.get(at)).ok_or_else(missing)?;
        let (offset, length) = *segment.records.get((index - segment.first) as usize).ok_or_else(missing)?;
        let mut sealed = vec![0; length as usize];
        segment
            .file
            .read_exact_at(&mut sealed, offset)
            .map_err(AgentError::file("reading", &segment.path))?;
        self.open_record(index, &sealed).map_err(|why| AgentError::content(&segment.path, why))
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }
    /// Its bound.
    pub fn capacity(&self) -> u64 {
        self.capacity
    }
    /// Whether so many more plain bytes would pass the bound.
    pub fn is_full(&self, more: usize) -> bool {
        let framed = more + FRAME_BYTES + MAGIC.len() + fieldkeep_trust::seal::OVERHEAD_BYTES;
        self.bytes() + framed as u64 > self.capacity
    }
    /// The index that the next record gets.
    pub fn next_index(&self) -> u64 {
        self.next
    }
    /// Which generation this is.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Removes segments whose every record lies before `first`.
    pub fn trim(&mut self, first: u64) -> Result<(), AgentError> {
        while let Some(segment) = self.segments.front() {
            let end = segment.first + segment.records.len() as u64;
            let in_use = self.segments.len() == 1 && self.open && segment.records.is_empty();
            if end > first || in_use {
                return Ok(());
            }
            self.remove_oldest()?;
        }
        Ok(())
    }
    /// The records that dropping the oldest segment takes.
    pub fn oldest(&self) -> Option<Range<u64>> {
        self.segments.front().map(|segment| segment.first..segment.first + segment.records.len() as u64)
    }
    /// Removes the oldest segment.
    pub fn remove_oldest(&mut self) -> Result<(), AgentError> {
        let Some(segment) = self.segments.front() else { return Ok(()) };
        std::fs::remove_file(&segment.path).map_err(AgentError::file("removing", &segment.path))?;
        self.segments.pop_front();
        self.open &= !self.segments.is_empty();
        Ok(())
    }
    /// Removes every file of this generation; the next one has taken over.
    pub fn destroy(mut self) -> Result<(), AgentError> {
        while !self.segments.is_empty() {
            self.remove_oldest()?;
        }
        Ok(())
    }
}

/// The sealed bytes of the record at an offset, if it is whole.
fn record(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let frame = bytes.get(at..at + FRAME_BYTES)?;
    let length = u32::from_be_bytes(frame[..4].try_into().ok()?) as usize;
    let crc = u32::from_be_bytes(frame[4..].try_into().ok()?);
    let sealed = bytes.get(at + FRAME_BYTES..at + FRAME_BYTES + length)?;
    (length <= limits::RECORD_BYTES_MAX && crc32fast::hash(sealed) == crc).then_some(sealed)
}

/// Segment files of the generations that `wanted` picks, by their first index.
fn files(dir: &Path, wanted: impl Fn(u64) -> bool) -> Result<Vec<(u64, PathBuf)>, AgentError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(AgentError::file("listing", dir))? {
        let path = entry.map_err(AgentError::file("listing", dir))?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.split_once('-'));
        let Some((generation, first)) = name else { continue };
        if let (Ok(generation), Ok(first)) =
            (u64::from_str_radix(generation, 16), u64::from_str_radix(first, 16))
            && wanted(generation)
        {
            found.push((first, path));
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
#[path = "spool_tests.rs"]
mod tests;
