//! Messages on their way out, and the programs outside that are told of events.

use fieldkeep_domain::{LetterId, OrganizationId, WebhookId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A message in the outbox, without what it says.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Letter {
    /// Which.
    #[schema(value_type = String)]
    pub id: LetterId,
    /// Of which organization; absent: the deployment's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// invitation, code, reset-link, new-sign-in, key-expiring, factor-removed, factor-changed, break-glass, quarantine-cause,
    /// refused-device, clone-seen or test.
    pub kind: String,
    /// mail, sms or webhook.
    pub channel: String,
    /// The recipient, masked; for a webhook its id.
    pub to: String,
    /// waiting, sent or dead.
    pub state: String,
    /// Tries so far, since it was last put to wait.
    pub tries: u32,
    /// Why the last try did not deliver it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Since when.
    pub created_at: String,
    /// When it is tried next; absent once it is sent or dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// After when it is not sent any more: what it carries has an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// When it was sent or given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<String>,
}

/// Which messages.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct OutboxQuery {
    /// waiting, sent or dead; absent: dead.
    pub state: Option<String>,
    /// Items on the page, 1 to 500; 100 when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// A webhook to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// What people call it.
    pub name: String,
    /// Where it is: an https address of the public network, or of one that the operator allows.
    pub url: String,
    /// Kinds of messages it gets; absent or empty: all that may go to a program.
    #[serde(default)]
    pub kinds: Vec<String>,
}

/// A program outside that is told of an organization's events, without its secret.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    /// Which.
    #[schema(value_type = String)]
    pub id: WebhookId,
    /// Of which organization.
    #[schema(value_type = String)]
    pub organization: OrganizationId,
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Kinds of messages it gets.
    pub kinds: Vec<String>,
    /// Since when.
    pub created_at: String,
}

/// A webhook with its signing secret: shown in this answer and never again.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct WebhookSecret {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// `whsec_` and base64: the key of HMAC-SHA-256 over `webhook-id.webhook-timestamp.body`.
    pub secret: String,
}

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WebhookSecret({:?}, secret hidden)", self.webhook.id)
    }
}
