//! Identity providers of an organization: made, listed, removed.
//!
//! Never: a client secret in an answer, an act or a row in the clear; a provider that is asked while it is made.

use super::token::redirect_uri;
use crate::account::sql::providers::{self as sql, ProviderRow};
use crate::limits::{PROVIDER_DOMAINS_MAX, PROVIDER_TEXT_BYTES_MAX, PROVIDERS_MAX};
use crate::project::{open_json, seal_json};
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::access::Permit;
use fieldkeep_domain::audit::Act;
use fieldkeep_domain::project::{Name, Scope};
use fieldkeep_domain::{OrganizationId, ProviderId};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::format_time;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fmt;
use std::sync::Arc;

/// What is sealed of a provider.
#[derive(Serialize, Deserialize)]
pub struct ProviderSecret {
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<String>,
    pub domains: Vec<String>,
}

impl fmt::Debug for ProviderSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProviderSecret({:?}, secret hidden)", self.issuer)
    }
}

fn binding(organization: OrganizationId, id: ProviderId) -> Binding {
    Binding::organization(organization, Purpose::Policy, crate::registry::as_row(id.as_bytes()))
}

/// A provider's row, opened.
pub fn open(app: &App, row: &ProviderRow) -> Result<ProviderSecret, Fault> {
    let seal = &app.keys.organization(Some(row.organization))?.seal;
    open_json(seal, &binding(row.organization, row.id), &row.sealed)
}

fn show(app: &App, row: &ProviderRow, secret: ProviderSecret) -> Result<api::Provider, Fault> {
    Ok(api::Provider {
        id: row.id,
        organization: row.organization,
        name: secret.name,
        issuer: secret.issuer,
        client_id: secret.client_id,
        confidential: secret.client_secret.is_some(),
        domains: secret.domains,
        redirect_uri: redirect_uri(app)?,
        created_at: format_time(row.created_at),
    })
}

fn text(name: &str, given: &str) -> Result<String, Fault> {
    let fits = (1..=PROVIDER_TEXT_BYTES_MAX).contains(&given.len());
    if !fits || given.chars().any(char::is_control) {
        return Err(Fault::invalid(format!(
            "`{name}`: 1 to {PROVIDER_TEXT_BYTES_MAX} bytes of text expected"
        )));
    }
    Ok(given.to_owned())
}

fn check(app: &App, new: api::NewProvider) -> Result<ProviderSecret, Fault> {
    let url = app.providers.parse(&new.issuer);
    let url = url.map_err(|why| Fault::invalid(format!("`issuer`: {why}")))?;
    if url.query().is_some() {
        return Err(Fault::invalid("`issuer`: no query expected (OpenID Connect Discovery §3)"));
    }
    if new.domains.len() > PROVIDER_DOMAINS_MAX {
        return Err(Fault::invalid(format!("limit `domains`: at most {PROVIDER_DOMAINS_MAX}")));
    }
    Ok(ProviderSecret {
        name: Name::parse(&new.name)?.to_string(),
        // As it was given: identifiers are compared byte by byte.
        issuer: new.issuer,
        client_id: text("client_id", &new.client_id)?,
        client_secret: new
            .client_secret
            .as_deref()
            .map(|secret| text("client_secret", secret))
            .transpose()?,
        domains: new.domains.iter().map(|domain| text("domains", domain)).collect::<Result<_, _>>()?,
    })
}

/// Makes a provider. It is asked for its metadata when somebody first signs in through it.
pub async fn create(
    app: &Arc<App>,
    permit: Permit,
    organization: OrganizationId,
    new: api::NewProvider,
) -> Result<api::Provider, Fault> {
    let secret = check(app, new)?;
    let id = ProviderId::from_random(fieldkeep_trust::random());
    let now = app.clock.now();
    let seal = &app.keys.organization(Some(organization))?.seal;
    let sealed = seal_json(seal, &binding(organization, id), &secret)?;
    let row = ProviderRow { id, organization, sealed, created_at: now };
    let act = Act::new(permit.doer(), "provider.create", id, permit.scope(), now)
        .with(json!({"name": secret.name, "issuer": secret.issuer, "client_id": secret.client_id}));
    let shown = show(app, &row, secret)?;
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if sql::list(tx, organization).await?.len() >= PROVIDERS_MAX {
                    let text = format!("limit `providers`: at most {PROVIDERS_MAX} per organization");
                    return Err(Fault::conflict(text));
                }
                sql::insert(tx, &row).await?;
                Ok((act, shown))
            })
        })
        .await
}

/// The providers of an organization.
pub async fn list(
    app: &App,
    _: Permit,
    organization: OrganizationId,
) -> Result<api::Page<api::Provider>, Fault> {
    let mut tx = app.db.read().await?;
    let rows = sql::list(&mut tx, organization).await?;
    drop(tx);
    let items = rows.iter().map(|row| show(app, row, open(app, row)?));
    Ok(api::Page { items: items.collect::<Result<_, _>>()?, next: None })
}

/// The providers of these organizations, as somebody who was invited by them sees them.
pub async fn names(app: &App, organizations: &[OrganizationId]) -> Result<Vec<api::ProviderName>, Fault> {
    let mut out = Vec::new();
    let mut tx = app.db.read().await?;
    for organization in organizations {
        for row in sql::list(&mut tx, *organization).await? {
            let secret = open(app, &row)?;
            out.push(api::ProviderName { id: row.id, name: secret.name, domains: secret.domains });
        }
    }
    Ok(out)
}

/// The scope of a provider; a removed one does not exist.
pub async fn scope_of(app: &App, id: ProviderId) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    let organization = sql::owner(&mut tx, id).await?.ok_or_else(|| Fault::not_found("identity provider"))?;
    Ok(Scope::Organization { organization })
}

/// Removes a provider. Nobody signs in through it any more, and what was linked through it is unlinked.
pub async fn remove(app: &Arc<App>, permit: Permit, id: ProviderId) -> Result<(), Fault> {
    let now = app.clock.now();
    let act = Act::new(permit.doer(), "provider.remove", id, permit.scope(), now);
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if !sql::remove(tx, id, now).await? {
                    return Err(Fault::not_found("identity provider"));
                }
                Ok((act, ()))
            })
        })
        .await?;
    app.providers.forget(id);
    Ok(())
}

/// A provider that stands, opened.
pub(super) async fn find(app: &App, id: ProviderId) -> Result<(ProviderRow, ProviderSecret), Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::find(&mut tx, id).await?.ok_or_else(|| Fault::not_found("identity provider"))?;
    drop(tx);
    let secret = open(app, &row)?;
    Ok((row, secret))
}
