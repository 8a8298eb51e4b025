//! One open stream: what was missed, then what happens, each event asked about before it is told.

use super::event::{Places, between, block};
use super::feed::Entered;
use crate::access::{authorize, may};
use crate::account::{self, Came};
use crate::http::Follower;
use crate::limits::{EVENT_BEAT_S, EVENT_GROUPS_MAX, EVENT_LOOK_S, EVENT_MISSED_MAX};
use crate::{App, Fault, journal, project};
use bytes::Bytes;
use fieldkeep_api::LiveEvent;
use fieldkeep_domain::ProjectId;
use fieldkeep_domain::access::{Action, Actor};
use fieldkeep_domain::project::Scope;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// What becomes of a stream after something was looked at.
type Goes = Result<(), Over>;

/// It is over.
struct Over;

impl From<Fault> for Over {
    fn from(fault: Fault) -> Self {
        tracing::debug!(inside = ?fault.inside, "live.stream ends: {}", fault.text);
        Self
    }
}

/// A stream of events. It ends by itself when its reader may no longer look.
pub struct Stream {
    app: Arc<App>,
    actor: Actor,
    came: Came,
    address: Option<IpAddr>,
    scope: Scope,
    entered: Entered,
    progress: watch::Receiver<journal::Progress>,
    /// The revision at which rights were last looked at.
    revision: u64,
    /// The next index that this stream has not dealt with.
    next: u64,
    /// Whether something before `entered.start` is still to be read.
    missing: bool,
    ready: VecDeque<Bytes>,
    over: bool,
    beat: Interval,
    look: Interval,
}

fn every(seconds: u64) -> Interval {
    let mut interval = interval(Duration::from_secs(seconds));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval.reset();
    interval
}

/// Opens a stream for somebody who may see the project, after the event that they had last.
pub async fn open(
    app: &Arc<App>,
    follower: Follower,
    project: ProjectId,
    last: Option<u64>,
) -> Result<Stream, Fault> {
    let Follower { actor, came, address } = follower;
    let mut progress = app.journal.progress();
    let revision = progress.borrow_and_update().revision;
    let scope = project::scope(app, None, Some(project)).await?;
    authorize(app, &actor, Action::ProjectRead, scope).await?;
    let organization = scope.organization().ok_or_else(|| Fault::not_found("owner of the project"))?;
    let mut tx = app.db.read().await?;
    let size = journal::sql::head(&mut tx).await?.size;
    let entered = app.live.enter(actor.doer, (organization, project), size)?;
    let start = entered.start;
    let next = last.map_or(start, |last| last.saturating_add(1));
    let mut ready = VecDeque::new();
    let mut missing = next < start;
    let gap = if next > size.max(start) {
        Some("the place that was asked for is not one of this journal")
    } else if missing && start - next > EVENT_MISSED_MAX {
        Some("too much has happened since")
    } else if missing && !is_kept(app, &mut tx, next).await? {
        Some("what happened since is no longer kept")
    } else {
        None
    };
    drop(tx);
    let next = if gap.is_some() { start } else { next };
    missing &= gap.is_none();
    // A comment that carries the place: whoever breaks off before the first event comes back to it, too.
    ready.push_back(comment("live", next.checked_sub(1)));
    if let Some(reason) = gap {
        ready.push_back(behind(next.checked_sub(1), reason));
    }
    Ok(Stream {
        app: app.clone(),
        actor,
        came,
        address,
        scope,
        entered,
        progress,
        revision,
        next,
        missing,
        ready,
        over: false,
        beat: every(EVENT_BEAT_S),
        look: every(EVENT_LOOK_S),
    })
}

async fn is_kept(app: &App, tx: &mut sqlx::AnyConnection, index: u64) -> Result<bool, Fault> {
    let since = app.clock.now().plus_secs(-i64::from(app.config.journal.keep_s));
    Ok(journal::sql::bodies_kept_from(tx, index, since).await?)
}

fn comment(text: &str, last: Option<u64>) -> Bytes {
    let id = last.map(|last| format!("id: {last}\n")).unwrap_or_default();
    format!(": {text}\n{id}\n").into()
}

fn behind(last: Option<u64>, reason: &str) -> Bytes {
    block(last, &LiveEvent::Behind { reason: reason.to_owned() })
}

impl Stream {
    /// The next piece of the answer; none: it is over.
    pub async fn piece(&mut self) -> Option<Bytes> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(piece);
            }
            if self.over {
                return None;
            }
            if self.go_on().await.is_err() {
                self.over = true;
            }
        }
    }

    async fn go_on(&mut self) -> Goes {
        if self.missing {
            return self.catch_up().await;
        }
        tokio::select! {
            biased;
            event = self.entered.queue.recv() => match event {
                Some(event) => self.tell(&event).await?,
                None => {
                    if let Some(reason) = self.entered.why.get() {
                        self.ready.push_back(behind(self.next.checked_sub(1), reason));
                    }
                    return Err(Over);
                }
            },
            changed = self.progress.changed() => {
                changed.map_err(|_| Over)?;
                if self.progress.borrow_and_update().revision != self.revision {
                    self.look_again().await?;
                }
            }
            _ = self.look.tick() => self.look_again().await?,
            _ = self.beat.tick() => self.sign_of_life(),
        }
        Ok(())
    }

    /// Whether somebody would still be let in, and with which rights.
    async fn look_again(&mut self) -> Goes {
        let revision = self.app.journal.progress().borrow().revision;
        self.actor = account::again(&self.app, &self.came, self.address).await?;
        if !may(&self.app, &self.actor, Action::ProjectRead, &self.scope.into()).await? {
            return Err(Over);
        }
        self.revision = revision;
        Ok(())
    }

    async fn tell(&mut self, event: &super::event::Event) -> Goes {
        if event.index < self.next {
            return Ok(());
        }
        if self.app.journal.progress().borrow().revision != self.revision {
            self.look_again().await?;
        }
        if may(&self.app, &self.actor, event.action, &event.place).await? {
            self.ready.push_back(event.text.clone());
        }
        self.next = event.index + 1;
        Ok(())
    }

    /// Everything up to the feed's place was dealt with, if nothing waits: a stream that comes back need not look there.
    fn sign_of_life(&mut self) {
        let position = self.app.live.position();
        if self.entered.queue.is_empty() {
            self.next = self.next.max(position);
        }
        self.ready.push_back(comment("beat", self.next.checked_sub(1)));
    }

    /// A few groups of what was missed.
    async fn catch_up(&mut self) -> Goes {
        match self.missed().await {
            Ok(()) => Ok(()),
            Err(Some(over)) => Err(over),
            Err(None) => {
                let reason = "what happened since can no longer be read";
                self.next = self.entered.start;
                self.missing = false;
                self.ready.push_back(behind(self.next.checked_sub(1), reason));
                Ok(())
            }
        }
    }

    /// Inner none: the journal does not give it any more.
    async fn missed(&mut self) -> Result<(), Option<Over>> {
        let start = self.entered.start;
        let unread = |fault: Fault| {
            tracing::warn!(inside = ?fault.inside, "live.missed");
            None::<Over>
        };
        let Some(project) = self.scope.project().zip(self.scope.organization()) else { return Err(None) };
        let mut tx = self.app.db.read().await.map_err(|error| unread(error.into()))?;
        if !is_kept(&self.app, &mut tx, self.next).await.map_err(unread)? {
            return Err(None);
        }
        // A place inside a group is read up to where the next groups end.
        let end = journal::sql::groups_end(&mut tx, self.next, EVENT_GROUPS_MAX);
        let end = end.await.map_err(|error| unread(error.into()))?.unwrap_or(start).min(start);
        let projects = [(project.1, project.0)].into();
        let mut places = Places::default();
        let events =
            between(&self.app, &mut tx, &mut places, &projects, self.next..end).await.map_err(unread)?;
        drop(tx);
        for event in events {
            self.tell(&event).await.map_err(Some)?;
        }
        self.next = self.next.max(end);
        self.missing = self.next < start;
        Ok(())
    }
}
