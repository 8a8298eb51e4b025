//! Replays of files that are not over: after a cut they go on with the times that they began with, so that a row that
//! was sent already is sent again as the same reading. Forgotten at an orderly end.

use crate::error::AgentError;
use crate::folder::Folder;
use fieldkeep_domain::{Hash, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const FILE: &str = "replays.json";

/// When the replay of each file began, in nanoseconds since 1970, by the SHA-256 of what is in it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Replays(BTreeMap<String, i64>);

/// The instant that a file's newest reading stands for: durable before its first row is used.
pub fn began(folder: &Folder, file: Hash, now: Timestamp) -> Result<Timestamp, AgentError> {
    let mut replays: Replays = folder.read_json(FILE)?.unwrap_or_default();
    if let Some(began) = replays.0.get(&file.to_string()) {
        return Ok(Timestamp(*began));
    }
    replays.0.insert(file.to_string(), now.as_nanos());
    folder.write_json(FILE, &replays)?;
    Ok(now)
}

/// Every file was read to its end: the next replay is a new one.
pub fn over(folder: &Folder) -> Result<(), AgentError> {
    folder.remove(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_keeps_its_times_until_it_is_over() {
        let at = tempfile::tempdir().unwrap();
        let folder = Folder::new(at.path());
        let (file, other) = (Hash([1; 32]), Hash([2; 32]));
        let instant = Timestamp::from_secs;
        assert_eq!(began(&folder, file, instant(5)).unwrap(), instant(5));
        assert_eq!(began(&folder, other, instant(6)).unwrap(), instant(6));
        assert_eq!(began(&folder, file, instant(7)).unwrap(), instant(5));
        over(&folder).unwrap();
        assert_eq!(began(&folder, file, instant(8)).unwrap(), instant(8));
    }
}
