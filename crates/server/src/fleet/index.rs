//! The index: what devices are called, where they are and when they were heard of.

use crate::limits::{FLEET_BEHIND_MAX, FLEET_ROWS_AT_ONCE};
use crate::{App, Fault, journal, registry};
use fieldkeep_domain::fleet::Heard;
use fieldkeep_domain::registry::Life;
use fieldkeep_domain::{DeviceId, GroupId, OrderId, OrganizationId, ProjectId, SiteId, Timestamp};
use sqlx::AnyConnection;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::Mutex;

/// A device as it is searched for.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Which.
    pub id: DeviceId,
    /// Where it stands.
    pub life: Life,
    /// Whose.
    pub organization: Option<OrganizationId>,
    /// Where.
    pub project: Option<ProjectId>,
    /// Where.
    pub site: Option<SiteId>,
    /// Where.
    pub group: Option<GroupId>,
    /// The maker's number.
    pub serial: Arc<str>,
    /// The maker's name for its kind; one text for all of a kind.
    pub model: Arc<str>,
    /// Made under it.
    pub work_order: OrderId,
    /// When registered.
    pub made_at: Timestamp,
    /// When it was heard of.
    pub heard: Heard,
}

/// What is known of all devices.
#[derive(Debug, Default)]
pub struct Index {
    entries: Vec<Entry>,
    at: HashMap<DeviceId, u32>,
    models: HashSet<Arc<str>>,
    /// Everything up to this revision of identities, and before this place in the journal, is in it.
    read: Option<(u64, u64)>,
}

impl Index {
    /// All of them.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
    /// One of them.
    pub fn find(&self, id: DeviceId) -> Option<&Entry> {
        self.entries.get(*self.at.get(&id)? as usize)
    }

    fn put(&mut self, row: &registry::sql::DeviceRow, name: registry::DeviceSecret) {
        let model = match self.models.get(name.model.as_str()) {
            Some(model) => model.clone(),
            None => {
                let model: Arc<str> = name.model.into();
                self.models.insert(model.clone());
                model
            }
        };
        let heard = self.find(row.id).map(|known| known.heard).unwrap_or_default();
        let entry = Entry {
            id: row.id,
            life: row.life,
            organization: row.organization,
            project: row.project,
            site: row.site,
            group: row.group,
            serial: name.serial.into(),
            model,
            work_order: row.order,
            made_at: row.made_at,
            heard,
        };
        match self.at.get(&row.id) {
            Some(at) => self.entries[*at as usize] = entry,
            None => {
                self.at.insert(row.id, self.entries.len() as u32);
                self.entries.push(entry);
            }
        }
    }

    fn hear(&mut self, device: DeviceId, at: Timestamp) {
        if let Some(n) = self.at.get(&device) {
            self.entries[*n as usize].heard.at(at);
        }
    }
}

/// The index of this process.
#[derive(Debug, Default)]
pub struct Fleet {
    index: RwLock<Index>,
    /// Whoever brings it up to date does so alone.
    turn: Mutex<()>,
}

impl Fleet {
    /// For answers.
    pub fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }
    fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Brings the index up to what this transaction sees.
pub async fn refresh(app: &App, tx: &mut AnyConnection) -> Result<(), Fault> {
    let _turn = app.fleet.turn.lock().await;
    let head = journal::sql::head(tx).await?;
    let read = app.fleet.read().read;
    let (revision, size) = match read {
        Some(read) if head.size < read.1 || head.size - read.1 <= FLEET_BEHIND_MAX => read,
        // Nothing yet, or too much since: it is read anew, the devices' last batches instead of all of them.
        _ => {
            *app.fleet.write() = Index::default();
            devices(app, tx, 0).await?;
            last_heard(app, tx).await?;
            app.fleet.write().read = Some((head.revision, head.size));
            return Ok(());
        }
    };
    if head.revision > revision {
        devices(app, tx, revision).await?;
    }
    if head.size > size {
        let heard = journal::sql::heard_between(tx, size..head.size).await?;
        let mut index = app.fleet.write();
        heard.into_iter().for_each(|(device, at)| index.hear(device, at));
    }
    // A snapshot may be older than one that somebody else has used: nothing is counted twice.
    app.fleet.write().read = Some((revision.max(head.revision), size.max(head.size)));
    Ok(())
}

/// Devices that changed after a revision.
async fn devices(app: &App, tx: &mut AnyConnection, revision: u64) -> Result<(), Fault> {
    let mut after = Vec::new();
    loop {
        let rows = registry::sql::devices_since(tx, revision, after, FLEET_ROWS_AT_ONCE).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id.as_bytes().to_vec();
        let named: Result<Vec<_>, Fault> = rows.iter().map(|row| registry::name_of(app, row)).collect();
        let named = named?;
        let mut index = app.fleet.write();
        rows.iter().zip(named).for_each(|(row, name)| index.put(row, name));
    }
}

/// The last batches of every device.
async fn last_heard(app: &App, tx: &mut AnyConnection) -> Result<(), Fault> {
    let mut after = Vec::new();
    loop {
        let (heard, last) = journal::sql::last_heard(tx, after, FLEET_ROWS_AT_ONCE).await?;
        let Some(last) = last else { return Ok(()) };
        after = last.as_bytes().to_vec();
        let mut index = app.fleet.write();
        heard.into_iter().for_each(|(device, at)| index.hear(device, at));
    }
}
