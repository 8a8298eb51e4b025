//! A method for each route of `/api/v1`. Never: more than naming the path and the types.

use super::{Client, Error, NO_QUERY};
use crate::limits::IMPORT_S_MAX;
use fieldkeep_api::{
    AggregateQuery, Approval, ApprovalQuery, Arrange, Because, Buckets, Claim, Dashboard, Device,
    DeviceQuery, ExplainQuery, Explanation, Glass, Group, GuardRail, Held, HeldDetail, HeldQuery, Imported,
    Install, Job, Key, KeyQuery, KeySecret, Latest, NewCustomRole, NewDashboard, NewGroup, NewGuard, NewJob,
    NewKey, NewOrganization, NewProject, NewRoleGrant, NewSite, Organization, OrganizationRules, Page,
    Project, ProjectSettings, RangeQuery, Readings, RegistryImport, Rights, RightsQuery, RoleActions,
    RoleDetail, RoleGrant, RoleGrantQuery, RotateQuery, Site, Steps,
};
use fieldkeep_domain::audit::Why;
use fieldkeep_domain::{
    CustomRoleId, DeviceId, GlassId, GrantId, GroupId, GuardId, JobId, KeyId, OrganizationId, ProjectId,
    QuarantineId,
};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

pub(super) fn because(reason: &Why) -> Because {
    Because { reason: reason.clone() }
}

/// Organizations, projects, sites.
impl Client {
    /// Makes an organization.
    pub async fn create_organization(&self, new: &NewOrganization) -> Result<Organization, Error> {
        self.post("/organizations", new).await
    }
    /// Every organization that the key may see.
    pub async fn organizations(&self) -> Result<Page<Organization>, Error> {
        self.list("/organizations", NO_QUERY, usize::MAX).await
    }
    /// An organization.
    pub async fn organization(&self, id: OrganizationId) -> Result<Organization, Error> {
        self.get(&format!("/organizations/{id}"), NO_QUERY).await
    }
    /// Makes a project.
    pub async fn create_project(&self, of: OrganizationId, new: &NewProject) -> Result<Project, Error> {
        self.post(&format!("/organizations/{of}/projects"), new).await
    }
    /// Every project of an organization.
    pub async fn projects(&self, of: OrganizationId) -> Result<Page<Project>, Error> {
        self.list(&format!("/organizations/{of}/projects"), NO_QUERY, usize::MAX).await
    }
    /// A project.
    pub async fn project(&self, id: ProjectId) -> Result<Project, Error> {
        self.get(&format!("/projects/{id}"), NO_QUERY).await
    }
    /// Replaces a project's rules.
    pub async fn set_settings(&self, id: ProjectId, settings: &ProjectSettings) -> Result<Project, Error> {
        self.put(&format!("/projects/{id}/settings"), settings).await
    }
    /// Makes a site.
    pub async fn create_site(&self, of: ProjectId, new: &NewSite) -> Result<Site, Error> {
        self.post(&format!("/projects/{of}/sites"), new).await
    }
    /// Makes a group of a project's devices.
    pub async fn create_group(&self, of: ProjectId, new: &NewGroup) -> Result<Group, Error> {
        self.post(&format!("/projects/{of}/groups"), new).await
    }
    /// Makes a dashboard.
    pub async fn create_dashboard(&self, of: ProjectId, new: &NewDashboard) -> Result<Dashboard, Error> {
        self.post(&format!("/projects/{of}/dashboards"), new).await
    }
    /// Every site of a project.
    pub async fn sites(&self, of: ProjectId) -> Result<Page<Site>, Error> {
        self.list(&format!("/projects/{of}/sites"), NO_QUERY, usize::MAX).await
    }
}

/// Devices.
impl Client {
    /// Registers a maker, a work order and its devices.
    pub async fn import(&self, import: &RegistryImport) -> Result<Imported, Error> {
        let request = self.request(Method::POST, "/registry/imports").json(import);
        let answer = self.send(request.timeout(Duration::from_secs(IMPORT_S_MAX))).await?;
        self.read(answer).await
    }
    /// Devices, at most `max`. The query's `limit` and `after` stay empty.
    pub async fn devices(&self, query: &DeviceQuery, max: usize) -> Result<Page<Device>, Error> {
        self.list("/devices", query, max).await
    }
    /// A device.
    pub async fn device(&self, id: DeviceId) -> Result<Device, Error> {
        self.get(&format!("/devices/{id}"), NO_QUERY).await
    }
    /// Opens a claim; the device itself finishes it.
    pub async fn claim(&self, id: DeviceId, claim: &Claim) -> Result<(), Error> {
        self.tell(&format!("/devices/{id}/claim"), claim).await
    }
    /// Installs a device that has said hello within the last ten minutes.
    pub async fn install(&self, id: DeviceId, place: &Install) -> Result<Device, Error> {
        self.post(&format!("/devices/{id}/install"), place).await
    }
    /// Holds a device.
    pub async fn suspend(&self, id: DeviceId, reason: &Why) -> Result<Device, Error> {
        self.post(&format!("/devices/{id}/suspend"), &because(reason)).await
    }
    /// Lets a held device go on.
    pub async fn resume(&self, id: DeviceId, reason: &Why) -> Result<Device, Error> {
        self.post(&format!("/devices/{id}/resume"), &because(reason)).await
    }
    /// Withdraws a device's certificates and keys for good.
    pub async fn revoke(&self, id: DeviceId, reason: &Why) -> Result<Device, Error> {
        self.post(&format!("/devices/{id}/revoke"), &because(reason)).await
    }
    /// Takes a device out of use.
    pub async fn retire(&self, id: DeviceId, reason: &Why) -> Result<Device, Error> {
        self.post(&format!("/devices/{id}/retire"), &because(reason)).await
    }
    /// Puts a device into a group of its project, or takes it out.
    pub async fn arrange(&self, id: DeviceId, group: Option<GroupId>) -> Result<Device, Error> {
        self.put(&format!("/devices/{id}/group"), &Arrange { group }).await
    }
}

/// Work on many devices.
impl Client {
    /// Sets it going.
    pub async fn create_job(&self, new: &NewJob) -> Result<Job, Error> {
        self.post("/jobs", new).await
    }
    /// How far it is.
    pub async fn job(&self, id: JobId) -> Result<Job, Error> {
        self.get(&format!("/jobs/{id}"), NO_QUERY).await
    }
}

/// Keys of programs.
impl Client {
    /// Makes a key.
    pub async fn create_key(&self, new: &NewKey) -> Result<KeySecret, Error> {
        self.post("/keys", new).await
    }
    /// Every key that the caller's key may see. The query's `limit` and `after` stay empty.
    pub async fn keys(&self, query: &KeyQuery) -> Result<Page<Key>, Error> {
        self.list("/keys", query, usize::MAX).await
    }
    /// Makes a successor with the same rights.
    pub async fn rotate_key(&self, id: KeyId, query: &RotateQuery) -> Result<KeySecret, Error> {
        let answer =
            self.send(self.request(Method::POST, &format!("/keys/{id}/rotate")).query(query)).await?;
        self.read(answer).await
    }
    /// Withdraws a key.
    pub async fn revoke_key(&self, id: KeyId, reason: &Why) -> Result<(), Error> {
        self.tell(&format!("/keys/{id}/revoke"), &because(reason)).await
    }
}

/// Roles and policies.
impl Client {
    /// The standard roles and an organization's own.
    pub async fn roles(&self, of: OrganizationId) -> Result<Page<RoleDetail>, Error> {
        self.get(&format!("/organizations/{of}/roles"), NO_QUERY).await
    }
    /// Makes a role of an organization's own.
    pub async fn create_role(&self, of: OrganizationId, new: &NewCustomRole) -> Result<RoleDetail, Error> {
        self.post(&format!("/organizations/{of}/roles"), new).await
    }
    /// Replaces what a role gives.
    pub async fn set_role_actions(&self, id: CustomRoleId, new: &RoleActions) -> Result<RoleDetail, Error> {
        self.post(&format!("/roles/{id}/actions"), new).await
    }
    /// Removes a role that nobody stands in.
    pub async fn remove_role(&self, id: CustomRoleId) -> Result<(), Error> {
        self.tell(&format!("/roles/{id}/remove"), &json!({})).await
    }
    /// What an organization asks of its people.
    pub async fn rules(&self, of: OrganizationId) -> Result<OrganizationRules, Error> {
        self.get(&format!("/organizations/{of}/rules"), NO_QUERY).await
    }
    /// Replaces it.
    pub async fn set_rules(
        &self,
        of: OrganizationId,
        rules: &OrganizationRules,
    ) -> Result<OrganizationRules, Error> {
        self.put(&format!("/organizations/{of}/rules"), rules).await
    }
    /// The guard rails of an organization.
    pub async fn guards(&self, of: OrganizationId) -> Result<Page<GuardRail>, Error> {
        self.get(&format!("/organizations/{of}/guards"), NO_QUERY).await
    }
    /// Makes a guard rail.
    pub async fn create_guard(&self, of: OrganizationId, new: &NewGuard) -> Result<GuardRail, Error> {
        self.post(&format!("/organizations/{of}/guards"), new).await
    }
    /// Removes a guard rail.
    pub async fn remove_guard(&self, id: GuardId) -> Result<(), Error> {
        self.tell(&format!("/guards/{id}/remove"), &json!({})).await
    }
    /// Gives a role to a person.
    pub async fn grant(&self, new: &NewRoleGrant) -> Result<RoleGrant, Error> {
        self.post("/grants", new).await
    }
    /// Who holds which role. The query's `limit` and `after` stay empty.
    pub async fn grants(&self, query: &RoleGrantQuery) -> Result<Page<RoleGrant>, Error> {
        self.list("/grants", query, usize::MAX).await
    }
    /// Takes a role back.
    pub async fn revoke_grant(&self, id: GrantId, reason: &Why) -> Result<(), Error> {
        self.tell(&format!("/grants/{id}/revoke"), &because(reason)).await
    }
}

/// Explanations, second persons, emergencies.
impl Client {
    /// Why somebody may do something, or may not.
    pub async fn explain(&self, query: &ExplainQuery) -> Result<Explanation, Error> {
        self.get("/access/explain", query).await
    }
    /// What the caller may do at a place.
    pub async fn rights(&self, query: &RightsQuery) -> Result<Rights, Error> {
        self.get("/access/rights", query).await
    }
    /// What waits for a second person. The query's `limit` and `after` stay empty.
    pub async fn approvals(&self, query: &ApprovalQuery) -> Result<Page<Approval>, Error> {
        self.list("/approvals", query, usize::MAX).await
    }
    /// Emergencies, past and present.
    pub async fn glass(&self) -> Result<Page<Glass>, Error> {
        self.list("/glass", NO_QUERY, usize::MAX).await
    }
    /// Ends an emergency early.
    pub async fn end_glass(&self, id: GlassId, reason: &Why) -> Result<(), Error> {
        self.tell(&format!("/glass/{id}/end"), &because(reason)).await
    }
}

/// Readings.
impl Client {
    /// The latest reading of each metric of a device.
    pub async fn latest(&self, device: DeviceId) -> Result<Latest, Error> {
        self.get(&format!("/devices/{device}/latest"), NO_QUERY).await
    }
    /// Readings of one metric, as many as one answer holds; `next_from` says where to go on.
    pub async fn readings(&self, device: DeviceId, query: &RangeQuery) -> Result<Readings, Error> {
        self.get(&format!("/devices/{device}/readings"), query).await
    }
    /// One metric reduced to the query's `px` buckets.
    pub async fn buckets(&self, device: DeviceId, query: &RangeQuery) -> Result<Buckets, Error> {
        self.get(&format!("/devices/{device}/buckets"), query).await
    }
    /// One metric over the devices of a project.
    pub async fn aggregate(&self, project: ProjectId, query: &AggregateQuery) -> Result<Steps, Error> {
        self.get(&format!("/projects/{project}/aggregate"), query).await
    }
}

/// What was held back.
impl Client {
    /// Held batches of a project, the newest first, at most `max`. The query's `limit` and `after` stay empty.
    pub async fn held(&self, project: ProjectId, query: &HeldQuery, max: usize) -> Result<Page<Held>, Error> {
        self.list(&format!("/projects/{project}/quarantine"), query, max).await
    }
    /// A held batch.
    pub async fn held_one(&self, id: QuarantineId) -> Result<HeldDetail, Error> {
        self.get(&format!("/quarantine/{id}"), NO_QUERY).await
    }
    /// Releases a held batch into its project.
    pub async fn release(&self, id: QuarantineId, reason: &Why) -> Result<(), Error> {
        self.tell(&format!("/quarantine/{id}/release"), &because(reason)).await
    }
    /// Destroys the readings of a held batch.
    pub async fn destroy(&self, id: QuarantineId, reason: &Why) -> Result<(), Error> {
        self.tell(&format!("/quarantine/{id}/destroy"), &because(reason)).await
    }
}
