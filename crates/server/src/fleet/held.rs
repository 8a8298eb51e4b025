//! Which devices have batches that wait for a decision, as far as somebody may see what is held.
//!
//! Never: tells nothing and none apart from each other for a project whose quarantine the asker may not see.

use super::answer::Found;
use crate::access::may;
use crate::{App, Fault, quarantine};
use fieldkeep_domain::access::{Action, Actor};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{DeviceId, OrganizationId, ProjectId};
use sqlx::AnyConnection;
use std::collections::{BTreeSet, HashMap};

/// What waits in the projects of some devices.
pub(super) struct Waiting {
    /// Where the asker may see it.
    visible: BTreeSet<ProjectId>,
    counts: HashMap<DeviceId, u64>,
    /// Whether none of the devices is in a project.
    nowhere: bool,
}

impl Waiting {
    /// Reads it for these devices.
    pub(super) async fn of(
        app: &App,
        actor: &Actor,
        tx: &mut AnyConnection,
        found: &[Found],
    ) -> Result<Self, Fault> {
        let projects: BTreeSet<(OrganizationId, ProjectId)> =
            found.iter().filter_map(|one| one.organization.zip(one.project)).collect();
        let mut out = Self { visible: BTreeSet::new(), counts: HashMap::new(), nowhere: projects.is_empty() };
        for (organization, project) in projects {
            let scope = Scope::Project { organization, project };
            if may(app, actor, Action::QuarantineRead, &scope.into()).await? {
                out.visible.insert(project);
                out.counts.extend(quarantine::waiting(tx, project, None).await?);
            }
        }
        Ok(out)
    }

    /// Whether something of this device waits; none: the asker may not know.
    pub(super) fn waits(&self, one: &Found) -> Option<bool> {
        let visible = one.project.is_some_and(|project| self.visible.contains(&project));
        visible.then(|| self.counts.contains_key(&one.id))
    }

    /// How many batches of these devices wait; none: the asker may know of none. Nobody is told 0 who may not know.
    pub(super) fn total(&self, found: &[Found]) -> Option<u64> {
        let known = self.nowhere || !self.visible.is_empty();
        known.then(|| found.iter().filter_map(|one| self.counts.get(&one.id)).sum())
    }
}
