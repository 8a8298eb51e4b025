//! The policies that count in each organization, read again when something changed. Never: an old answer after a change.

use super::sql;
use crate::project::open_json;
use crate::{App, Fault};
use fieldkeep_domain::OrganizationId;
use fieldkeep_domain::access::Action;
use fieldkeep_policy::{Additions, Engine, Guard, Slice};
use fieldkeep_trust::seal::{Binding, Purpose};
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// What is sealed of a custom role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RoleSecret {
    pub name: String,
    pub actions: Vec<Action>,
}

/// What is sealed of a guard rail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct GuardSecret {
    pub name: String,
    pub cedar: String,
}

type Known = HashMap<Option<OrganizationId>, (u64, Arc<Slice>)>;

/// Cedar and what it was given.
#[derive(Debug)]
pub struct Policies {
    /// Decides.
    pub engine: Engine,
    slices: Mutex<Known>,
}

impl Policies {
    /// Reads the compiled-in policies. A binary whose own policies do not hold does not start.
    pub fn new() -> Result<Self, Fault> {
        let engine = Engine::new().map_err(Fault::internal)?;
        Ok(Self { engine, slices: Mutex::default() })
    }

    /// The policies of an organization, or of what belongs to none, as they stand at this revision.
    pub async fn slice(&self, app: &App, organization: Option<OrganizationId>) -> Result<Arc<Slice>, Fault> {
        let revision = app.journal.progress().borrow().revision;
        let known = self.known(organization);
        if let Some((_, slice)) = known.as_ref().filter(|(at, _)| *at == revision) {
            return Ok(slice.clone());
        }
        let mut tx = app.db.read().await?;
        let additions = additions(app, &mut tx, organization).await?;
        let slice = match known {
            // Something else changed.
            Some((_, slice)) if *slice.additions() == additions => slice,
            // What was stored was validated before: if it no longer holds, nothing is allowed.
            _ => Arc::new(self.engine.slice(additions).map_err(Fault::internal)?),
        };
        let mut slices = self.slices.lock().unwrap_or_else(PoisonError::into_inner);
        slices.insert(organization, (revision, slice.clone()));
        Ok(slice)
    }

    fn known(&self, organization: Option<OrganizationId>) -> Option<(u64, Arc<Slice>)> {
        self.slices.lock().unwrap_or_else(PoisonError::into_inner).get(&organization).cloned()
    }
}

/// What an organization added, out of its rows.
pub(super) async fn additions(
    app: &App,
    tx: &mut AnyConnection,
    organization: Option<OrganizationId>,
) -> Result<Additions, Fault> {
    let Some(id) = organization else { return Ok(Additions::default()) };
    let mut out = Additions::default();
    let seal = app.keys.organization(organization)?.seal.clone();
    for row in sql::custom_roles(tx, id).await? {
        let binding = Binding::organization(id, Purpose::Policy, crate::registry::as_row(row.id.as_bytes()));
        let secret: RoleSecret = open_json(&seal, &binding, &row.sealed)?;
        out.roles.insert(row.id, secret.actions.into_iter().collect());
    }
    for row in sql::guards(tx, id).await? {
        let binding = Binding::organization(id, Purpose::Policy, crate::registry::as_row(row.id.as_bytes()));
        let secret: GuardSecret = open_json(&seal, &binding, &row.sealed)?;
        out.guards.push(Guard { id: row.id, cedar: secret.cedar });
    }
    out.two_people = two_people(app, tx, id).await?;
    Ok(out)
}

async fn two_people(
    app: &App,
    tx: &mut AnyConnection,
    id: OrganizationId,
) -> Result<BTreeSet<Action>, Fault> {
    Ok(super::rules::of(app, tx, Some(id)).await?.two_people.into_iter().collect())
}
