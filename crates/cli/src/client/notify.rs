//! A method for each route of messages, webhooks and identity providers. Never: more than naming the path and the types.

use super::{Client, Error, NO_QUERY};
use fieldkeep_api::{Letter, NewProvider, NewWebhook, OutboxQuery, Page, Provider, Webhook, WebhookSecret};
use fieldkeep_domain::{LetterId, OrganizationId, ProviderId, WebhookId};
use serde_json::json;

/// Messages and who is told.
impl Client {
    /// Messages in one state, at most `max`. The query's `limit` and `after` stay empty.
    pub async fn outbox(&self, query: &OutboxQuery, max: usize) -> Result<Page<Letter>, Error> {
        self.list("/outbox", query, max).await
    }
    /// Puts a message that was given up to wait again.
    pub async fn retry_letter(&self, id: LetterId) -> Result<(), Error> {
        self.tell(&format!("/outbox/{id}/retry"), &json!({})).await
    }
    /// The webhooks of an organization, without their secrets.
    pub async fn webhooks(&self, of: OrganizationId) -> Result<Page<Webhook>, Error> {
        self.get(&format!("/organizations/{of}/webhooks"), NO_QUERY).await
    }
    /// Makes a webhook; its secret is in the answer, once.
    pub async fn create_webhook(&self, of: OrganizationId, new: &NewWebhook) -> Result<WebhookSecret, Error> {
        self.post(&format!("/organizations/{of}/webhooks"), new).await
    }
    /// Sends a webhook a message that says nothing.
    pub async fn test_webhook(&self, id: WebhookId) -> Result<Letter, Error> {
        self.post(&format!("/webhooks/{id}/test"), &json!({})).await
    }
    /// Removes a webhook.
    pub async fn remove_webhook(&self, id: WebhookId) -> Result<(), Error> {
        self.tell(&format!("/webhooks/{id}/remove"), &json!({})).await
    }
}

/// Identity providers.
impl Client {
    /// Those of an organization, without their secrets.
    pub async fn providers(&self, of: OrganizationId) -> Result<Page<Provider>, Error> {
        self.get(&format!("/organizations/{of}/providers"), NO_QUERY).await
    }
    /// Lets an organization's people sign in with a provider of their own.
    pub async fn create_provider(&self, of: OrganizationId, new: &NewProvider) -> Result<Provider, Error> {
        self.post(&format!("/organizations/{of}/providers"), new).await
    }
    /// Removes a provider.
    pub async fn remove_provider(&self, id: ProviderId) -> Result<(), Error> {
        self.tell(&format!("/providers/{id}/remove"), &json!({})).await
    }
}
