//! Where a thing is, and how far somebody's rights reach.

use crate::project::Scope;
use crate::{DeviceId, GroupId, OrganizationId, ProjectId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A thing with everything that it is in: what a right is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// Deployment, organization or project.
    pub scope: Scope,
    /// The group it is in and every group above that one, nearest first.
    pub groups: Arc<[GroupId]>,
    /// The device itself, if it is one.
    pub device: Option<DeviceId>,
    /// What exactly is touched there, by its id: a person, a key, a held batch. Rights are not given for it; a second
    /// person agrees to it and to nothing else.
    pub object: Option<[u8; 16]>,
}

impl From<Scope> for Place {
    /// A scope as the thing that is touched. A group without its ancestors: [`Place::within`] knows those.
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Group { organization, project, group } => Self {
                scope: Scope::Project { organization, project },
                groups: [group].into(),
                device: None,
                object: None,
            },
            Scope::Device { organization, device } => Self {
                scope: Scope::Organization { organization },
                groups: Arc::default(),
                device: Some(device),
                object: None,
            },
            scope => Self { scope, groups: Arc::default(), device: None, object: None },
        }
    }
}

impl Place {
    /// A thing inside a group, with the groups above it.
    pub fn within(scope: Scope, groups: Vec<GroupId>, device: Option<DeviceId>) -> Self {
        Self { scope, groups: groups.into(), device, object: None }
    }

    /// The same place, with what is touched there.
    #[must_use]
    pub fn about(self, object: &[u8; 16]) -> Self {
        Self { object: Some(*object), ..self }
    }

    /// Whether a right over `scope` is a right over this thing.
    pub fn is_in(&self, scope: &Scope) -> bool {
        match scope {
            Scope::Deployment => true,
            Scope::Organization { organization } => self.scope.organization() == Some(*organization),
            Scope::Project { project, .. } => self.scope.project() == Some(*project),
            Scope::Group { group, .. } => self.groups.contains(group),
            // A device that changed hands takes no rights along.
            Scope::Device { organization, device } => {
                self.device == Some(*device) && self.scope.organization() == Some(*organization)
            }
        }
    }

    /// Whether `scope` lies inside this thing: whoever has rights there may know that this thing exists.
    pub fn surrounds(&self, scope: &Scope) -> bool {
        if self.device.is_some() || !self.groups.is_empty() {
            return false;
        }
        match self.scope {
            Scope::Deployment => true,
            Scope::Organization { organization } => scope.organization() == Some(organization),
            Scope::Project { project, .. } => scope.project() == Some(project),
            Scope::Group { .. } | Scope::Device { .. } => false,
        }
    }
}

/// How far rights reach, as sets that a statement can compare with. Groups include the groups below them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Everything.
    pub all: bool,
    /// Whole organizations.
    pub organizations: BTreeSet<OrganizationId>,
    /// Whole projects.
    pub projects: BTreeSet<ProjectId>,
    /// Groups.
    pub groups: BTreeSet<GroupId>,
    /// Single devices.
    pub devices: BTreeSet<DeviceId>,
    /// Projects and organizations that are seen because something in them is, for names alone.
    pub above: (BTreeSet<OrganizationId>, BTreeSet<ProjectId>),
}

impl Reach {
    /// Adds what a right over this scope reaches.
    pub fn add(&mut self, scope: &Scope) {
        match scope {
            Scope::Deployment => self.all = true,
            Scope::Organization { organization } => drop(self.organizations.insert(*organization)),
            Scope::Project { project, .. } => drop(self.projects.insert(*project)),
            Scope::Group { group, .. } => drop(self.groups.insert(*group)),
            Scope::Device { device, .. } => drop(self.devices.insert(*device)),
        }
        self.above.0.extend(scope.organization());
        self.above.1.extend(scope.project());
    }
    /// Whether it reaches nothing.
    pub fn is_empty(&self) -> bool {
        !self.all
            && self.organizations.is_empty()
            && self.projects.is_empty()
            && self.groups.is_empty()
            && self.devices.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_hold_for_what_is_inside() {
        let organization = OrganizationId::from_random([1; 16]);
        let project = ProjectId::from_random([2; 16]);
        let (group, above) = (GroupId::from_random([3; 16]), GroupId::from_random([4; 16]));
        let device = DeviceId::from_random([5; 16]);
        let inner = Scope::Project { organization, project };
        let place = Place::within(inner, vec![group, above], Some(device));
        for scope in [
            Scope::Deployment,
            Scope::Organization { organization },
            inner,
            Scope::Group { organization, project, group: above },
            Scope::Device { organization, device },
        ] {
            assert!(place.is_in(&scope), "{scope:?}");
        }
        let other = OrganizationId::from_random([9; 16]);
        assert!(!place.is_in(&Scope::Device { organization: other, device }));
        assert!(!Place::from(inner).is_in(&Scope::Group { organization, project, group }));
        assert!(Place::from(inner).surrounds(&Scope::Group { organization, project, group }));
        assert!(!place.surrounds(&inner));
    }
}
