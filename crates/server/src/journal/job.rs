//! The group commit: sync at once when idle; what arrives meanwhile is the next group (journal.md, "A group commit").

use super::{BatchItem, Change, Committer, Entry, Item, NotStored, Progress, sql};
use crate::identity::sql::still_stands;
use crate::limits::{CHAINS_MAX, GROUP_BATCHES_MAX, GROUP_BYTES_MAX, RECEIPTS_TRIMMED_EVERY};
use crate::{App, Fault};
use fieldkeep_domain::admission::Admitted;
use fieldkeep_domain::journal::{Head, LeafKind, Receipt, leaf};
use fieldkeep_domain::{DeviceId, ProjectId, QuarantineId, RowId, Timestamp};
use fieldkeep_trust::hash::{commitment, sha256};
use fieldkeep_trust::merkle::Edge;
use fieldkeep_trust::seal::{Binding, Purpose};
use sqlx::AnyConnection;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use tokio_util::sync::CancellationToken;

/// Compression of bodies: before sealing, per project only.
const ZSTD_LEVEL: i32 = 1;

pub(super) struct Job {
    app: Arc<App>,
    committer: Committer,
    /// What this process last saw; anything else means that another server has written.
    seen: Progress,
    /// Durable heads of devices, as of `seen`.
    heads: HashMap<DeviceId, Option<Head>>,
}

/// A group's rows, sealed before the lock is taken.
struct Sealed {
    bodies: Vec<(RowId, ProjectId, Vec<u8>)>,
    held: Vec<(usize, sql::HeldRow)>,
    leaves: Vec<[u8; 33]>,
}

impl Job {
    pub(super) fn new(app: Arc<App>, committer: Committer) -> Self {
        let seen = *committer.tell.borrow();
        Self { app, committer, seen, heads: HashMap::new() }
    }

    pub(super) async fn run(mut self, quiet: CancellationToken) {
        let mut waiting = None;
        loop {
            let first = match waiting.take() {
                Some(item) => item,
                None => match self.next(&quiet).await {
                    Some(item) => item,
                    None => return,
                },
            };
            match first {
                Item::Act { change, raises, done } => {
                    let outcome = self.act(change, raises).await;
                    let _ = done.send(outcome);
                }
                Item::Batch(first) => {
                    let mut group = vec![*first];
                    waiting = self.gather(&mut group);
                    self.group(group).await;
                }
            }
        }
    }

    /// The next item; none once the queue is closed and empty.
    async fn next(&mut self, quiet: &CancellationToken) -> Option<Item> {
        tokio::select! {
            biased;
            item = self.committer.items.recv() => return item,
            () = quiet.cancelled() => self.committer.items.close(),
        }
        self.committer.items.recv().await
    }

    /// Takes what has arrived meanwhile, up to the bounds of a group or the next act.
    fn gather(&mut self, group: &mut Vec<BatchItem>) -> Option<Item> {
        let mut bytes = size_of_entry(&group[0]);
        while group.len() < GROUP_BATCHES_MAX && bytes < GROUP_BYTES_MAX {
            match self.committer.items.try_recv() {
                Ok(Item::Batch(item)) => {
                    bytes += size_of_entry(&item);
                    group.push(*item);
                }
                Ok(act) => return Some(act),
                Err(_) => return None,
            }
        }
        None
    }

    /// Commits a group; batches that no longer stand are taken out and the rest is sealed again.
    async fn group(&mut self, mut group: Vec<BatchItem>) {
        while !group.is_empty() {
            match self.try_group(&group).await {
                Ok(Outcome::Stored(receipts)) => {
                    for (item, receipt) in group.into_iter().zip(receipts) {
                        let _ = item.done.send(Ok(receipt));
                    }
                    return;
                }
                Ok(Outcome::Out(out)) => {
                    let mut out = out.into_iter().peekable();
                    let mut kept = Vec::with_capacity(group.len());
                    for (n, item) in group.into_iter().enumerate() {
                        match out.next_if(|(at, _)| *at == n) {
                            Some((_, why)) => drop(item.done.send(Err(why))),
                            None => kept.push(item),
                        }
                    }
                    group = kept;
                }
                Err(fault) => {
                    let inside = fault.inside.as_ref().map(ToString::to_string).unwrap_or_default();
                    tracing::error!(batches = group.len(), error = %fault, inside, "journal.commit failed");
                    self.app.metrics.commit_failed();
                    self.forget();
                    let why: Arc<str> = inside.into();
                    for item in group {
                        let _ = item.done.send(Err(NotStored::Failed(why.clone())));
                    }
                    return;
                }
            }
        }
    }

    /// After a failure nothing in memory is believed.
    fn forget(&mut self) {
        self.heads.clear();
        self.seen = Progress::default();
    }

    async fn try_group(&mut self, group: &[BatchItem]) -> Result<Outcome, Fault> {
        let sealed = self.seal(group)?;
        let now = self.app.clock.now();
        let mut tx = self.app.db.write().await?;
        let before = sql::lock(&mut tx).await?;
        if self.seen.size != before.size {
            self.heads.clear();
        }
        let (out, moved) = self.check(&mut tx, group, &before).await?;
        if !out.is_empty() {
            tx.rollback().await?;
            // Another server has written: whoever judges these again does so by what stands now.
            super::notice(&self.committer.tell, Progress { size: before.size, revision: before.revision });
            return Ok(Outcome::Out(out));
        }
        let after = grow(&before, &sealed.leaves)?;
        sql::insert_group(&mut tx, &before, &after, &sealed.leaves.concat(), now).await?;
        for (id, project, body) in &sealed.bodies {
            sql::insert_body(&mut tx, *id, *project, before.size..after.size, body).await?;
        }
        for (offset, mut row) in sealed.held {
            row.index = before.size + offset as u64;
            sql::insert_held(&mut tx, &row, now).await?;
        }
        let receipts = receipts(group, before.size);
        let kept: Vec<_> = group
            .iter()
            .zip(&receipts)
            .filter_map(|(item, receipt)| {
                let admitted = item.entry.admitted();
                Some((admitted.placed().device(), admitted.advance()?.to, *receipt))
            })
            .collect();
        sql::insert_receipts(&mut tx, &kept).await?;
        let heads: Vec<_> =
            moved.iter().map(|(device, (head, at))| (*device, *head, before.size + *at as u64)).collect();
        sql::upsert_heads(&mut tx, &heads).await?;
        sql::set_head(&mut tx, &after).await?;
        tx.commit().await?;
        self.committed(&after, moved);
        Ok(Outcome::Stored(receipts))
    }

    fn committed(&mut self, after: &sql::TreeHead, moved: HashMap<DeviceId, (Head, usize)>) {
        if self.heads.len() > CHAINS_MAX {
            self.heads.clear();
        }
        // Trimmed a few at a time: a little more than promised is kept meanwhile.
        let over = moved
            .iter()
            .filter(|(_, (head, _))| head.seq % RECEIPTS_TRIMMED_EVERY == 0)
            .map(|(device, _)| *device);
        self.app.receipts_over.lock().unwrap_or_else(PoisonError::into_inner).extend(over);
        self.heads.extend(moved.into_iter().map(|(device, (head, _))| (device, Some(head))));
        self.seen = Progress { size: after.size, revision: after.revision };
        self.app.metrics.committed();
        self.committer.tell.send_replace(self.seen);
    }

    /// Which batches must go, and where the chains of the others move to.
    async fn check(
        &mut self,
        tx: &mut AnyConnection,
        group: &[BatchItem],
        before: &sql::TreeHead,
    ) -> Result<(Vec<(usize, NotStored)>, HashMap<DeviceId, (Head, usize)>), Fault> {
        let mut out = Vec::new();
        let mut moved: HashMap<DeviceId, (Head, usize)> = HashMap::new();
        for (n, item) in group.iter().enumerate() {
            if let Entry::Released(_, held) = &item.entry {
                // Its device may be gone by now: who let it go had the right to. It is stored once.
                if !sql::release_held(tx, *held, before.size + n as u64).await? {
                    out.push((n, NotStored::Moved));
                }
                continue;
            }
            let admitted = item.entry.admitted();
            let placed = admitted.placed();
            if placed.revision() != before.revision && !still_stands(tx, placed, self.app.clock.now()).await?
            {
                out.push((n, NotStored::Stale));
                continue;
            }
            let Some(advance) = admitted.advance() else { continue };
            let device = placed.device();
            let current = match moved.get(&device) {
                Some((head, _)) => Some(*head),
                None => self.durable(tx, device).await?,
            };
            if current == advance.from {
                moved.insert(device, (advance.to, n));
            } else {
                out.push((n, NotStored::Moved));
            }
        }
        Ok((out, moved))
    }

    async fn durable(&mut self, tx: &mut AnyConnection, device: DeviceId) -> Result<Option<Head>, Fault> {
        if let Some(head) = self.heads.get(&device) {
            return Ok(*head);
        }
        let head = sql::chain_head(tx, device).await?;
        self.heads.insert(device, head);
        Ok(head)
    }

    /// Bodies per project, held batches one by one, and the leaf of each.
    fn seal(&self, group: &[BatchItem]) -> Result<Sealed, Fault> {
        let mut projects: HashMap<ProjectId, Vec<usize>> = HashMap::new();
        let mut held = Vec::new();
        let mut leaves = Vec::with_capacity(group.len());
        for (n, item) in group.iter().enumerate() {
            let admitted = item.entry.admitted();
            let keys = self.app.keys.project(admitted.placed().project())?;
            let commitment = commitment(keys.blind.expose(), &admitted.batch().hash);
            match &item.entry {
                Entry::Admitted(_) | Entry::Released(..) => {
                    projects.entry(admitted.placed().project()).or_default().push(n);
                    leaves.push(leaf(LeafKind::Admitted, &commitment));
                }
                Entry::Quarantined(_) => {
                    held.push((n, self.seal_held(item)?));
                    leaves.push(leaf(LeafKind::Quarantined, &commitment));
                }
            }
        }
        let mut bodies = Vec::with_capacity(projects.len());
        for (project, members) in projects {
            let records = members.iter().map(|n| {
                let item = &group[*n];
                (*n as u64, item.received, &item.entry.admitted().batch().canonical)
            });
            let plain = fieldkeep_wire::body::encode(records);
            let packed = zstd::bulk::compress(&plain, ZSTD_LEVEL).map_err(Fault::internal)?;
            let id = RowId::from_random(fieldkeep_trust::random());
            let binding = Binding::project(project, Purpose::Body, id);
            bodies.push((id, project, self.app.keys.project(project)?.seal.seal(&binding, &packed)?));
        }
        Ok(Sealed { bodies, held, leaves })
    }

    fn seal_held(&self, item: &BatchItem) -> Result<sql::HeldRow, Fault> {
        let Entry::Quarantined(quarantined) = &item.entry else {
            return Err(Fault::internal("an admitted batch among the held"));
        };
        let admitted: &Admitted = quarantined.admitted();
        let placed = admitted.placed();
        let reasons = quarantined.reasons();
        let plain = fieldkeep_wire::body::encode_held(
            item.received,
            &admitted.batch().canonical,
            reasons.iter().map(|reason| (reason.name().to_owned(), reason.to_string())),
        );
        let id = QuarantineId::from_random(fieldkeep_trust::random());
        let row = RowId::from_slice(id.as_bytes())?;
        let binding = Binding::project(placed.project(), Purpose::Quarantine, row);
        let sealed = self.app.keys.project(placed.project())?.seal.seal(&binding, &plain)?;
        let mut names: Vec<&str> = reasons.iter().map(|reason| reason.name()).collect();
        names.dedup();
        Ok(sql::HeldRow {
            id,
            index: 0,
            organization: placed.organization(),
            project: placed.project(),
            site: placed.site(),
            device: placed.device(),
            reasons: names.join(","),
            readings: admitted.batch().batch.reading_count() as u64,
            sealed,
        })
    }

    /// One act, in a transaction of its own with the rows it changes. Its failure is its caller's alone.
    async fn act(&mut self, change: Change, raises: bool) -> Result<u64, Fault> {
        let now: Timestamp = self.app.clock.now();
        let mut tx = self.app.db.write().await?;
        let before = sql::lock(&mut tx).await?;
        let revision = before.revision + u64::from(raises);
        let act = match change(&mut tx, revision).await {
            Ok(act) => act,
            Err(fault) => {
                tx.rollback().await?;
                return Err(fault);
            }
        };
        let plain = serde_json::to_vec(&act).map_err(Fault::internal)?;
        let organization = act.organization();
        let keys = self.app.keys.organization(organization)?;
        let id = RowId::from_random(fieldkeep_trust::random());
        let sealed = keys.seal.seal(&super::act_binding(organization, id), &plain)?;
        let leaves = [leaf(LeafKind::Act, &commitment(keys.blind.expose(), &sha256(&[&plain])))];
        let mut after = grow(&before, &leaves)?;
        after.revision = revision;
        sql::insert_group(&mut tx, &before, &after, &leaves.concat(), now).await?;
        sql::insert_act(&mut tx, before.size, organization, id, &sealed).await?;
        sql::set_head(&mut tx, &after).await?;
        tx.commit().await?;
        tracing::info!(verb = act.verb, object = act.object, index = before.size, "journal.act");
        if self.seen.size != before.size {
            self.heads.clear();
        }
        self.committed(&after, HashMap::new());
        Ok(before.size)
    }
}

enum Outcome {
    Stored(Vec<Receipt>),
    Out(Vec<(usize, NotStored)>),
}

fn size_of_entry(item: &BatchItem) -> usize {
    let canonical = &item.entry.admitted().batch().canonical;
    canonical.header.len() + canonical.segments.iter().map(Vec::len).sum::<usize>()
}

fn receipts(group: &[BatchItem], first: u64) -> Vec<Receipt> {
    (first..)
        .zip(group)
        .map(|(index, item)| {
            let batch = item.entry.admitted().batch();
            Receipt { index, hash: batch.hash, count: batch.batch.reading_count() as u64 }
        })
        .collect()
}

fn grow(before: &sql::TreeHead, leaves: &[[u8; 33]]) -> Result<sql::TreeHead, Fault> {
    let mut edge = Edge::from_bytes(before.size, &before.edge).map_err(Fault::internal)?;
    for leaf in leaves {
        edge.append(leaf);
    }
    Ok(sql::TreeHead {
        size: edge.size(),
        root: edge.root(),
        edge: edge.to_bytes(),
        revision: before.revision,
    })
}
