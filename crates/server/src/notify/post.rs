//! The three ways out together: which of them are configured, and one try of one letter.
//!
//! Never: a row. What became of the try is written by the job.

use super::mail::Mailer;
use super::sms::Gateway;
use super::text::render;
use super::webhook::{Event, Webhooks};
use super::{Sealed, webhook_secrets};
use crate::config::{Config, ConfigError};
use crate::{App, Fault};
use fieldkeep_domain::notify::{Channel, Outcome};
use fieldkeep_domain::{LetterId, OrganizationId, Timestamp};
use std::path::Path;

/// What can be sent with.
#[derive(Debug)]
pub struct Post {
    mail: Option<Mailer>,
    sms: Option<Gateway>,
    /// Webhooks need no configuration.
    pub webhooks: Webhooks,
}

impl Post {
    /// As it is configured in the file at `path`; reads the files with secrets and authorities.
    pub fn new(config: &Config, path: &Path) -> Result<Self, ConfigError> {
        Ok(Self {
            mail: Mailer::new(config, path)?,
            sms: Gateway::new(config, path)?,
            webhooks: Webhooks::new(config, path)?,
        })
    }

    /// Tries once.
    pub(super) async fn send(
        &self,
        app: &App,
        (id, organization, created_at): (LetterId, Option<OrganizationId>, Timestamp),
        letter: &Sealed,
    ) -> Result<Outcome, Fault> {
        let text = render(&letter.message, letter.language);
        Ok(match &letter.to {
            Channel::Mail(address) => match &self.mail {
                Some(mailer) => mailer.send(id, address, &text, app.clock.now()).await,
                None => Outcome::Later("no mail server is configured: see `mail.host`".into()),
            },
            Channel::Sms(number) => match &self.sms {
                Some(gateway) => gateway.send(number, &text.short).await,
                None => Outcome::Later("no SMS gateway is configured: see `sms.url`".into()),
            },
            Channel::Webhook(hook) => match webhook_secrets(app, *hook).await? {
                Some(secrets) => {
                    let event =
                        Event { id, organization, created_at, message: &letter.message, words: text.subject };
                    self.webhooks.send(app, &secrets, &event).await
                }
                None => Outcome::Never("the webhook was removed".into()),
            },
        })
    }
}
