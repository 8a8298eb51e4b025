//! Passwords that others have lost: a short list compiled in, and a filter file that the operator builds from a longer
//! one. Never: the list itself on disk, or a question to somebody outside.
//!
//! The file is a blocked Bloom filter: one block of 64 bytes per password holds all of its bits, so that a question is
//! one read, and four bytes of its hash, so that what a disk has changed is no answer. It errs to one side: about one good
//! password in two hundred is refused, no bad one is accepted.

use crate::fault::Kind;
use crate::{App, Fault};
use fieldkeep_trust::hash::sha256;
use std::io::{BufRead, Read, Seek, SeekFrom, Write};
use std::path::Path;

const MAGIC: &[u8; 16] = b"fk leaked list 2";
const HEAD_BYTES: u64 = 24;
const BLOCK_BYTES: usize = 64;
/// At the end of a block.
const CHECK_BYTES: usize = 4;
const BLOCK_BITS: usize = (BLOCK_BYTES - CHECK_BYTES) * 8;
const BITS: usize = 8;
/// Passwords per block: 480 bits hold 40 with eight bits each at about half a per cent of errors.
const PER_BLOCK: u64 = 40;
const LINE_BYTES_MAX: usize = 4 * 1024;

/// Long enough for the rules and known to everybody.
const COMMON: &str = include_str!("common_passwords.txt");

/// Whether it stands in the compiled-in list; case and what is added at the ends do not hide it.
pub fn is_common(password: &str) -> bool {
    let plain = password.to_lowercase();
    let core =
        plain.trim_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation() || c.is_whitespace());
    COMMON.lines().any(|line| !line.is_empty() && (line == plain || line == core))
}

/// Whether it stands in the operator's filter, where there is one.
pub async fn is_leaked(app: &App, password: &str) -> Result<bool, Fault> {
    let path = app.folder.leaked_filter();
    let password = password.to_owned();
    let asked = tokio::task::spawn_blocking(move || match std::fs::File::open(&path) {
        Ok(file) => ask(file, &password),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    });
    asked.await.map_err(Fault::internal)?.map_err(|error| {
        // Without the list no password can be judged: none is taken, and the operator is told where to look.
        tracing::error!(%error, "account.leaked cannot be asked");
        let text = "no password can be set now: the list of leaked passwords (`leaked.filter`) cannot be read or is damaged; \
                    the operator mends it with `fieldkeep user leaked`. Passkeys work as before";
        Fault { inside: Some(error.into()), ..Fault::new(Kind::Unavailable, text) }
    })
}

/// Whether a filter is whole, block by block: what `doctor` looks at. None: there is no filter.
pub fn check_leaked(path: &Path) -> std::io::Result<Option<u64>> {
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let blocks = head(&mut file)?;
    let bytes = file.metadata()?.len();
    match blocks.checked_mul(BLOCK_BYTES as u64).and_then(|rest| rest.checked_add(HEAD_BYTES)) {
        Some(expected) if expected == bytes => {}
        _ => return Err(damaged()),
    }
    let mut file = std::io::BufReader::with_capacity(1 << 20, file);
    let mut found = [0; BLOCK_BYTES];
    for block in 0..blocks {
        file.read_exact(&mut found).map_err(|_| damaged())?;
        if !is_whole(block, &found) {
            return Err(damaged());
        }
    }
    Ok(Some(bytes))
}

/// What stands at the end of a block: of its bits and of its place, so that neither changes unseen.
fn check_of(block: u64, bits: &[u8]) -> [u8; CHECK_BYTES] {
    let hash = sha256(&[b"fieldkeep/leaked/2", &block.to_be_bytes(), bits]);
    std::array::from_fn(|at| hash.as_bytes()[at])
}

fn is_whole(block: u64, found: &[u8; BLOCK_BYTES]) -> bool {
    let (bits, check) = found.split_at(BLOCK_BYTES - CHECK_BYTES);
    check == check_of(block, bits)
}

fn damaged() -> std::io::Error {
    std::io::Error::other("the filter of leaked passwords is damaged: build it again")
}

/// The head of a filter: how many blocks follow.
fn head(file: &mut impl Read) -> std::io::Result<u64> {
    let mut head = [0; HEAD_BYTES as usize];
    file.read_exact(&mut head).map_err(|_| damaged())?;
    let (magic, count) = head.split_at(MAGIC.len());
    let blocks = u64::from_be_bytes(count.try_into().map_err(|_| damaged())?);
    if magic == MAGIC && blocks > 0 { Ok(blocks) } else { Err(damaged()) }
}

/// The block and the bits of a password. Lists carry SHA-1, so that is what is put in: `key` is its twenty bytes.
fn place(key: &[u8], blocks: u64) -> (u64, [usize; BITS]) {
    let hash = sha256(&[b"fieldkeep/leaked/1", key]);
    let bytes = hash.as_bytes();
    let number = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
    let block = (0..8).fold(0u64, |sum, at| (sum << 8) | u64::from(bytes[at])) % blocks.max(1);
    (block, std::array::from_fn(|n| usize::from(number(8 + 2 * n)) % BLOCK_BITS))
}

fn ask(mut file: impl Read + Seek, password: &str) -> std::io::Result<bool> {
    let blocks = head(&mut file)?;
    let whole = blocks.checked_mul(BLOCK_BYTES as u64).and_then(|rest| rest.checked_add(HEAD_BYTES));
    if Some(file.seek(SeekFrom::End(0))?) != whole {
        return Err(damaged());
    }
    let (block, bits) = place(&fieldkeep_trust::hash::sha1(password.as_bytes()), blocks);
    let mut found = [0; BLOCK_BYTES];
    let at = block
        .checked_mul(BLOCK_BYTES as u64)
        .and_then(|at| at.checked_add(HEAD_BYTES))
        .ok_or_else(damaged)?;
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut found).map_err(|_| damaged())?;
    if !is_whole(block, &found) {
        return Err(damaged());
    }
    Ok(bits.iter().all(|bit| found[bit / 8] & (1 << (bit % 8)) != 0))
}

/// What was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Built {
    /// Passwords in the filter.
    pub passwords: u64,
    /// Lines that were too long to be one.
    pub skipped: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Builds a filter from a list: a password per line, or the SHA-1 of one in hexadecimal, with or without a count behind
/// a colon. `expected` is the number of lines; the list is read once.
pub fn build(list: impl BufRead, expected: u64, to: &Path, told: impl Fn(u64)) -> std::io::Result<Built> {
    let blocks = expected.div_ceil(PER_BLOCK).max(1);
    let bytes = blocks
        .checked_mul(BLOCK_BYTES as u64)
        .and_then(|bytes| usize::try_from(bytes).ok())
        .ok_or_else(|| std::io::Error::other("the list is too long for this machine"))?;
    let mut filter = vec![0u8; bytes];
    let (mut passwords, mut skipped) = (0, 0);
    for line in list.split(b'\n') {
        let line = line?;
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if line.is_empty() || line.len() > LINE_BYTES_MAX {
            skipped += u64::from(!line.is_empty());
            continue;
        }
        let (block, bits) = place(&key_of(line), blocks);
        let start = block as usize * BLOCK_BYTES;
        for bit in bits {
            filter[start + bit / 8] |= 1 << (bit % 8);
        }
        passwords += 1;
        if passwords % 100_000 == 0 {
            told(passwords);
        }
    }
    for (block, bytes) in (0u64..).zip(filter.chunks_exact_mut(BLOCK_BYTES)) {
        let (bits, check) = bytes.split_at_mut(BLOCK_BYTES - CHECK_BYTES);
        check.copy_from_slice(&check_of(block, bits));
    }
    // Whole or not at all: a server may be asking the old one.
    let partial = to.with_extension("new");
    let mut file = std::fs::File::create(&partial)?;
    file.write_all(MAGIC)?;
    file.write_all(&blocks.to_be_bytes())?;
    file.write_all(&filter)?;
    file.sync_all()?;
    std::fs::rename(&partial, to)?;
    Ok(Built { passwords, skipped, bytes: HEAD_BYTES + bytes as u64 })
}

/// A line as SHA-1: the list's own, or made of the password that it holds.
fn key_of(line: &[u8]) -> Vec<u8> {
    let head = line.split(|byte| *byte == b':').next().unwrap_or(line);
    match data_encoding::HEXUPPER_PERMISSIVE.decode(head) {
        Ok(key) if key.len() == 20 => key,
        _ => fieldkeep_trust::hash::sha1(line).to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_list_is_found_and_hardly_anything_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leaked.filter");
        let mut list: String = (0..20_000).map(|n| format!("leaked password {n}\r\n")).collect();
        // SHA-1 of "password", as the public lists write it.
        list.push_str("5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\n\n");
        let built = build(list.as_bytes(), 20_001, &path, |_| {}).unwrap();
        assert_eq!((built.passwords, built.skipped), (20_001, 0));
        assert_eq!(std::fs::metadata(&path).unwrap().len(), built.bytes);
        assert_eq!(check_leaked(&path).unwrap(), Some(built.bytes));
        assert_eq!(check_leaked(&folder.path().join("nothing")).unwrap(), None);
        let cut = folder.path().join("cut.filter");
        std::fs::write(&cut, &std::fs::read(&path).unwrap()[..1_000]).unwrap();
        assert!(check_leaked(&cut).is_err(), "what is cut off is damaged, though its head is whole");
        // One bit that a disk has turned: the password that it belongs to has no answer, and doctor finds it.
        let mut turned = std::fs::read(&path).unwrap();
        let (block, bits) = place(&fieldkeep_trust::hash::sha1(b"password"), 20_001u64.div_ceil(PER_BLOCK));
        turned[HEAD_BYTES as usize + block as usize * BLOCK_BYTES + bits[0] / 8] ^= 1 << (bits[0] % 8);
        assert!(ask(std::io::Cursor::new(&turned), "password").is_err());
        std::fs::write(&cut, &turned).unwrap();
        assert!(check_leaked(&cut).is_err());
        let asked = |password: &str| ask(std::fs::File::open(&path).unwrap(), password).unwrap();
        assert!(asked("password") && (0..20_000).all(|n| asked(&format!("leaked password {n}"))));
        let wrong = (0..10_000).filter(|n| asked(&format!("another password {n}"))).count();
        assert!(wrong < 200, "{wrong} of 10,000 good passwords refused");
    }

    #[test]
    fn damaged_filters_are_told_from_empty_ones() {
        for bytes in [
            &b""[..],
            b"fk leaked list 2\0\0\0\0\0\0\0\0",
            b"something else entirely.",
            b"fk leaked list 2\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert!(ask(std::io::Cursor::new(bytes), "x").is_err());
        }
    }

    #[test]
    fn the_commonest_are_known_with_their_decorations() {
        for bad in ["passwordpassword", "PasswordPassword1!", "qwertyuiopasdf", "123passwordpassword"] {
            assert!(is_common(bad), "{bad}");
        }
        assert!(!is_common("correct horse battery staple orchard"));
    }
}
