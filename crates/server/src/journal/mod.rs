//! The journal: the durable, ordered record of what was admitted, held back or done. Everything else reads from it.
//!
//! Never: acknowledges before the commit, retries a failed sync on the same data, looks inside a batch.

mod job;
pub mod sql;

use crate::{App, Fault};
use fieldkeep_domain::admission::{Admitted, Quarantined};
use fieldkeep_domain::audit::Act;
use fieldkeep_domain::journal::Receipt;
use fieldkeep_domain::{OrganizationId, QuarantineId, RowId, Timestamp};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::body::Record;
use futures_util::future::BoxFuture;
use sqlx::AnyConnection;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

/// A whole batch on its way in.
#[derive(Debug, Clone)]
pub enum Entry {
    /// It will be read as it is.
    Admitted(Admitted),
    /// It will wait for a decision.
    Quarantined(Quarantined),
    /// It waited, and somebody with that right let it go: offered again, once.
    Released(Admitted, QuarantineId),
}

impl Entry {
    /// The batch and where its device stands.
    pub fn admitted(&self) -> &Admitted {
        match self {
            Self::Admitted(admitted) | Self::Released(admitted, _) => admitted,
            Self::Quarantined(quarantined) => quarantined.admitted(),
        }
    }
}

/// Why a batch was not stored.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotStored {
    /// What was proven of the device changed before the commit: the pipeline must run again.
    #[error("the device's standing changed before its batch was stored")]
    Stale,
    /// The batch before it was not stored, or another server stored one: judge it again.
    #[error("the device's chain moved before its batch was stored")]
    Moved,
    /// The commit failed.
    #[error("the group was not stored: {0}")]
    Failed(Arc<str>),
}

/// Where an act's sealed body belongs.
pub fn act_binding(organization: Option<OrganizationId>, id: RowId) -> Binding {
    match organization {
        Some(organization) => Binding::organization(organization, Purpose::Act, id),
        None => Binding::deployment(Purpose::Act, *id.as_bytes()),
    }
}

/// How far the journal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Leaves in the tree.
    pub size: u64,
    /// Revision of identities and settings.
    pub revision: u64,
}

type Change = Box<dyn for<'c> FnOnce(&'c mut AnyConnection, u64) -> BoxFuture<'c, Result<Act, Fault>> + Send>;

enum Item {
    Batch(Box<BatchItem>),
    Act { change: Change, raises: bool, done: oneshot::Sender<Result<u64, Fault>> },
}

struct BatchItem {
    entry: Entry,
    received: Timestamp,
    done: oneshot::Sender<Result<Receipt, NotStored>>,
}

/// Takes entries and hands back receipts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal {
    queue: mpsc::Sender<Item>,
    progress: watch::Sender<Progress>,
}

impl Journal {
    /// The handle, and the far end that [`run`] serves.
    pub fn new() -> (Self, Committer) {
        let (queue, items) = mpsc::channel(crate::limits::QUEUE_MAX);
        let (tell, _) = watch::channel(Progress::default());
        (Self { queue, progress: tell.clone() }, Committer { items, tell })
    }

    /// How far it is, and word of every change.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Takes note of what was found in the database: other servers write too.
    pub fn noticed(&self, found: Progress) {
        notice(&self.progress, found);
    }

    /// Hands over a batch; what comes back resolves once it is durable. Order of calls is order in the journal.
    pub fn append(
        &self,
        entry: Entry,
        received: Timestamp,
    ) -> Result<oneshot::Receiver<Result<Receipt, NotStored>>, Fault> {
        let (done, outcome) = oneshot::channel();
        let item = Item::Batch(Box::new(BatchItem { entry, received, done }));
        self.queue.try_send(item).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                let text = "limit `journal-queue`: too many batches wait for the disk. Nothing was stored; send it again";
                Fault::new(crate::fault::Kind::TooMany, text).retry_after(1).with("limit", "journal-queue")
            }
            mpsc::error::TrySendError::Closed(_) => Fault::unavailable("the journal has stopped"),
        })?;
        Ok(outcome)
    }

    /// Commits an act with the rows it changes. `change` runs inside the transaction, under the journal's lock, with the
    /// revision that the act will have; when it fails, nothing has happened.
    pub async fn act<T: Send + 'static>(
        &self,
        change: impl for<'c> FnOnce(&'c mut AnyConnection, u64) -> BoxFuture<'c, Result<(Act, T), Fault>>
        + Send
        + 'static,
    ) -> Result<T, Fault> {
        self.commit(change, true).await
    }

    /// Commits an act that changes nobody's rights and no settings, a sign-in for example: what was proven of devices
    /// before it need not be proven again.
    pub async fn note<T: Send + 'static>(
        &self,
        change: impl for<'c> FnOnce(&'c mut AnyConnection, u64) -> BoxFuture<'c, Result<(Act, T), Fault>>
        + Send
        + 'static,
    ) -> Result<T, Fault> {
        self.commit(change, false).await
    }

    async fn commit<T: Send + 'static>(
        &self,
        change: impl for<'c> FnOnce(&'c mut AnyConnection, u64) -> BoxFuture<'c, Result<(Act, T), Fault>>
        + Send
        + 'static,
        raises: bool,
    ) -> Result<T, Fault> {
        let slot = Arc::new(Mutex::new(None));
        let filled = slot.clone();
        let change: Change = Box::new(move |connection, revision| {
            Box::pin(async move {
                let (act, value) = change(connection, revision).await?;
                *filled.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
                Ok(act)
            })
        });
        let (done, outcome) = oneshot::channel();
        let stopped = || Fault::unavailable("the journal has stopped");
        self.queue.send(Item::Act { change, raises, done }).await.map_err(|_| stopped())?;
        outcome.await.map_err(|_| stopped())??;
        let value = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        value.ok_or_else(|| Fault::internal("an act committed without its value"))
    }
}

/// Tells of progress that is news; what is older than what is known is none.
fn notice(tell: &watch::Sender<Progress>, found: Progress) {
    tell.send_if_modified(|known| {
        let newest =
            Progress { size: known.size.max(found.size), revision: known.revision.max(found.revision) };
        newest != std::mem::replace(known, newest)
    });
}

/// The far end of the queue.
pub struct Committer {
    items: mpsc::Receiver<Item>,
    tell: watch::Sender<Progress>,
}

/// Serves the queue until `quiet`; what was queued by then is settled.
pub async fn run(app: Arc<App>, committer: Committer, quiet: CancellationToken) {
    job::Job::new(app, committer).run(quiet).await;
}

/// Opens an act of an organization.
pub fn open_act(app: &App, organization: OrganizationId, row: &sql::ActRow) -> Result<Act, Fault> {
    let binding = act_binding(Some(organization), row.id);
    let plain = app.keys.organization(Some(organization))?.seal.open(&binding, &row.sealed)?;
    serde_json::from_slice(&plain).map_err(Fault::internal)
}

/// Opens one project's bodies of one group: what was admitted, record by record.
pub fn open_body(app: &App, row: &sql::BodyRow) -> Result<Vec<Record>, Fault> {
    let binding = Binding::project(row.project, Purpose::Body, row.id);
    let packed = app.keys.project(row.project)?.seal.open(&binding, &row.sealed)?;
    let plain = zstd::stream::decode_all(&packed[..]).map_err(Fault::internal)?;
    fieldkeep_wire::body::decode(&plain).map_err(Fault::internal)
}

/// Reads how far the journal is, from the database: at start and when other servers write too.
pub async fn refresh(app: &App, committer: &Committer) -> Result<Progress, Fault> {
    let mut tx = app.db.read().await?;
    let head = sql::head(&mut tx).await?;
    let progress = Progress { size: head.size, revision: head.revision };
    committer.tell.send_replace(progress);
    Ok(progress)
}
