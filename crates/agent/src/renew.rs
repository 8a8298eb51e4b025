//! A new certificate for a new key, in good time. The old key is kept until the new certificate was used.

use crate::clock;
use crate::enroll::request_certificate;
use crate::error::AgentError;
use crate::folder::Identity;
use crate::net::Api;
use crate::progress::Event;
use crate::uplink::Link;
use fieldkeep_domain::Timestamp;
use fieldkeep_trust::x509;
use tokio::time::Instant;

/// Whether two thirds of a certificate's life are over.
pub(crate) fn is_due(leaf: &[u8], now: Timestamp) -> bool {
    let Ok(facts) = x509::facts(leaf) else { return false };
    let life = facts.not_after.secs_since(facts.not_before);
    now.secs_since(facts.not_before) >= life / 3 * 2
}

/// Renews when it is time, or finishes a renewal that was cut short.
pub(crate) async fn renew_when_due(link: &Link) -> Result<bool, AgentError> {
    if let Some(next) = link.folder.next_identity()? {
        return switch(link, &next).await;
    }
    let Some(current) = link.folder.identity()? else { return Ok(false) };
    if !is_due(current.leaf(), clock::now()) {
        return Ok(false);
    }
    let key = link.folder.pending_key(true)?;
    let device = link.device.device;
    let chain =
        request_certificate(&link.api(), "simplereenroll", &key, device, &link.root_pem, Instant::now())
            .await?;
    link.folder.write_chain(&chain, true)?;
    match link.folder.next_identity()? {
        Some(next) => switch(link, &next).await,
        None => Err(AgentError::Internal("the renewed certificate does not fit its key".into())),
    }
}

/// Uses the new identity once; only then it replaces the old one.
async fn switch(link: &Link, next: &Identity) -> Result<bool, AgentError> {
    let api = Api::new(&link.device.url, &link.root_pem, Some(next))?;
    api.get("/v1/hello").await?.success()?;
    link.folder.promote()?;
    link.replace_api(api);
    link.progress.tell(Event::Renewed);
    Ok(true)
}
