//! A method for each route of people. Never: a session; commands act with a key.

use super::routes::because;
use super::{Client, Error, NO_QUERY};
use fieldkeep_api::{
    Invitation, InvitationLink, LostFactor, NewInvitation, NewServiceAccount, Page, Person, PersonQuery,
    ServiceAccount, SignIn,
};
use fieldkeep_domain::audit::Why;
use fieldkeep_domain::{AccountId, LinkId, OrganizationId, PersonId};
use serde_json::json;

/// People.
impl Client {
    /// Everybody that the key may see. The query's `limit` and `after` stay empty.
    pub async fn people(&self, query: &PersonQuery) -> Result<Page<Person>, Error> {
        self.list("/people", query, usize::MAX).await
    }
    /// A person.
    pub async fn person(&self, id: PersonId) -> Result<Person, Error> {
        self.get(&format!("/people/{id}"), NO_QUERY).await
    }
    /// Invites somebody; the link is in the answer, once.
    pub async fn invite(&self, new: &NewInvitation) -> Result<InvitationLink, Error> {
        self.post("/invitations", new).await
    }
    /// Invitations, without their links.
    pub async fn invitations(&self) -> Result<Page<Invitation>, Error> {
        self.list("/invitations", NO_QUERY, usize::MAX).await
    }
    /// Withdraws an invitation.
    pub async fn revoke_invitation(&self, id: LinkId) -> Result<(), Error> {
        self.tell(&format!("/invitations/{id}/revoke"), &json!({})).await
    }
    /// Shuts a person out.
    pub async fn disable_person(&self, id: PersonId, reason: &Why) -> Result<(), Error> {
        self.tell(&format!("/people/{id}/disable"), &because(reason)).await
    }
    /// Lets a person in again.
    pub async fn enable_person(&self, id: PersonId, reason: &Why) -> Result<(), Error> {
        self.tell(&format!("/people/{id}/enable"), &because(reason)).await
    }
    /// Sends a person a one-time link for a new password.
    pub async fn reset_person(&self, id: PersonId, reason: &Why) -> Result<(), Error> {
        self.tell(&format!("/people/{id}/reset"), &because(reason)).await
    }
    /// Takes a lost factor off an account.
    pub async fn remove_factor(&self, id: PersonId, lost: &LostFactor) -> Result<(), Error> {
        self.tell(&format!("/people/{id}/remove-factor"), lost).await
    }
    /// A person's sign-ins, the newest first, at most `max`.
    pub async fn sign_ins(&self, id: PersonId, max: usize) -> Result<Page<SignIn>, Error> {
        self.list(&format!("/people/{id}/sign-ins"), NO_QUERY, max).await
    }
    /// Shuts an organization out.
    pub async fn disable_organization(&self, id: OrganizationId, reason: &Why) -> Result<(), Error> {
        self.tell(&format!("/organizations/{id}/disable"), &because(reason)).await
    }
    /// Lets an organization in again.
    pub async fn enable_organization(&self, id: OrganizationId, reason: &Why) -> Result<(), Error> {
        self.tell(&format!("/organizations/{id}/enable"), &because(reason)).await
    }
}

/// Service accounts.
impl Client {
    /// Makes a service account.
    pub async fn create_account(&self, new: &NewServiceAccount) -> Result<ServiceAccount, Error> {
        self.post("/service-accounts", new).await
    }
    /// Every service account that the key may see.
    pub async fn accounts(&self) -> Result<Page<ServiceAccount>, Error> {
        self.list("/service-accounts", NO_QUERY, usize::MAX).await
    }
    /// Shuts a service account out with all its keys, or lets it in again.
    pub async fn switch_account(&self, id: AccountId, disable: bool, reason: &Why) -> Result<(), Error> {
        let verb = if disable { "disable" } else { "enable" };
        self.tell(&format!("/service-accounts/{id}/{verb}"), &because(reason)).await
    }
}
