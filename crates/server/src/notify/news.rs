//! What security people should hear of: new causes in the quarantine, devices that were once admitted and knock again,
//! copied keys.
//!
//! Never: in the way of a device's request. What is seen there is dropped when too much is seen at once, and counted.

use super::{enqueue, recipients};
use crate::limits::{NEWS_MAX, NEWS_ROWS_MAX, NEWS_TOLD_MAX};
use crate::{App, Fault, journal, quarantine};
use fieldkeep_domain::notify::{DuplicateKey, Message, News};
use fieldkeep_domain::{OrganizationId, Timestamp};
use sqlx::AnyConnection;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use tokio::sync::mpsc;

/// The cursor over held batches.
const CURSOR: &str = "news";

/// Something that was seen of a device.
type Sighting = (OrganizationId, News, i64);

/// Sightings on their way to the outbox: bounded, and gone with the process.
#[derive(Debug)]
pub struct Newsroom {
    tell: mpsc::Sender<Sighting>,
    heard: tokio::sync::Mutex<mpsc::Receiver<Sighting>>,
    told: Mutex<HashSet<(News, i64)>>,
}

impl Default for Newsroom {
    fn default() -> Self {
        let (tell, heard) = mpsc::channel(NEWS_MAX);
        Self { tell, heard: tokio::sync::Mutex::new(heard), told: Mutex::default() }
    }
}

impl Newsroom {
    /// Takes note; false: too much waits already, and this was dropped. What was told today is not told again.
    pub fn tell(&self, organization: OrganizationId, news: News, now: Timestamp) -> bool {
        let day = now.as_secs().div_euclid(86_400);
        {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if told.len() >= NEWS_TOLD_MAX {
                told.clear();
            }
            if !told.insert((news, day)) {
                return true;
            }
        }
        let taken = self.tell.try_send((organization, news, day)).is_ok();
        if !taken {
            self.forget(news, day);
        }
        taken
    }

    fn forget(&self, news: News, day: i64) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).remove(&(news, day));
    }

    /// Waits for the next sighting.
    pub(super) async fn next(&self) -> Option<Sighting> {
        self.heard.lock().await.recv().await
    }
}

/// Writes a sighting down as letters: once a device, kind and day.
pub(super) async fn publish(app: &App, (organization, news, day): Sighting) -> Result<(), Fault> {
    let message = news.message();
    let key = DuplicateKey::new(&[message.kind(), &news.device().to_string(), &day.to_string()]);
    let written = async {
        let mut tx = app.db.write().await?;
        announce(&mut tx, app, organization, &key, &message).await?;
        tx.commit().await?;
        app.outbox.notify_one();
        Ok(())
    };
    let outcome = written.await;
    if outcome.is_err() {
        app.news.forget(news, day);
    }
    outcome
}

/// One message to everybody of an organization who should hear of it; how many letters are new.
async fn announce(
    tx: &mut AnyConnection,
    app: &App,
    organization: OrganizationId,
    key: &DuplicateKey,
    message: &Message,
) -> Result<usize, Fault> {
    let mut new = 0;
    for (to, language) in recipients(tx, app, organization, message).await? {
        new += usize::from(enqueue(tx, app, key, language, to, Some(organization), message).await?);
    }
    Ok(new)
}

/// Looks at what was held back since the last look, and tells of causes that are new; whether more is waiting.
pub async fn look(app: &App) -> Result<bool, Fault> {
    let mut tx = app.db.read().await?;
    let from = journal::sql::cursor(&mut tx, CURSOR).await?;
    let held = quarantine::held_from(&mut tx, from, NEWS_ROWS_MAX).await?;
    drop(tx);
    let Some(last) = held.last() else { return Ok(false) };
    let (to, more) = (last.index + 1, held.len() == NEWS_ROWS_MAX as usize);
    let mut tx = app.db.write().await?;
    if !journal::sql::move_cursor(&mut tx, CURSOR, from, to).await? {
        // Another server was faster.
        return Ok(more);
    }
    let mut seen = HashSet::new();
    for one in held {
        let decided = quarantine::decided(&mut tx, one.device).await?;
        for reason in one.reasons {
            if !seen.insert((one.device, reason.clone())) {
                continue;
            }
            // Once somebody has decided on a batch of the device, the same cause is news again.
            let parts = ["quarantine", &one.device.to_string(), &reason, &decided.to_string()];
            let message =
                Message::QuarantineCause { device: one.device, project: one.project, reason: reason.clone() };
            announce(&mut tx, app, one.organization, &DuplicateKey::new(&parts), &message).await?;
        }
    }
    tx.commit().await?;
    app.outbox.notify_one();
    Ok(more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fieldkeep_domain::DeviceId;
    use fieldkeep_domain::notify::Withdrawn;

    fn device(n: u32) -> DeviceId {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&n.to_be_bytes());
        DeviceId::from_random(bytes)
    }

    #[tokio::test]
    async fn a_flood_of_knocks_is_bounded_and_each_device_counts_once_a_day() {
        let (room, now) = (Newsroom::default(), Timestamp::from_secs(86_400 * 10));
        let knock = |n| News::RefusedDevice(device(n), Withdrawn::Retired);
        for _ in 0..1_000 {
            assert!(room.tell(OrganizationId::MIN, knock(0), now), "the same device again is no more news");
        }
        let taken = (1..1_000).filter(|n| room.tell(OrganizationId::MIN, knock(*n), now)).count();
        assert_eq!(taken, NEWS_MAX - 1);
        let (_, first, _) = room.next().await.unwrap();
        assert_eq!(first, knock(0));
        assert!(room.tell(OrganizationId::MIN, knock(999), now), "what was dropped may come again");
        assert!(
            !room.tell(OrganizationId::MIN, knock(0), now.plus_secs(86_400)),
            "and the next day is another"
        );
    }
}
