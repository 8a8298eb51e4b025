//! Who somebody is at providers: linked, listed, unlinked, shown again.
//!
//! Never: an identity of two people, a link without presence, the last way in taken away by oneself.

use super::providers;
use crate::account::own::{self, Told, told};
use crate::account::session::{self, Browser, Fresh, Signed};
use crate::account::sql::providers::{self as sql, IdentityRow};
use crate::account::{flow, presence};
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::audit::{Act, Doer};
use fieldkeep_domain::notify::FactorChange;
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{Hash, PersonId, ProviderId, RowId};
use fieldkeep_wire::json::format_time;
use serde_json::{Value, json};
use sqlx::AnyConnection;
use std::sync::Arc;

fn act(app: &App, person: PersonId, verb: &str, detail: Value) -> Act {
    Act::new(Doer::Person(person), verb, person, Scope::Deployment, app.clock.now()).with(detail)
}

/// Who somebody is at providers that stand.
pub async fn list(app: &App, tx: &mut AnyConnection, person: PersonId) -> Result<Vec<api::Identity>, Fault> {
    let mut out = Vec::new();
    for row in sql::identities(tx, person).await? {
        let Some(provider) = sql::find(tx, row.provider).await? else { continue };
        out.push(api::Identity {
            id: row.subject.to_string(),
            provider: row.provider,
            name: providers::open(app, &provider)?.name,
            created_at: format_time(row.created_at),
        });
    }
    Ok(out)
}

/// Links an identity to somebody who is signed in.
pub(super) async fn link(
    app: &Arc<App>,
    signed: &Signed,
    (provider, organization): super::Home,
    subject: Hash,
    (flow, ends_at): (RowId, i64),
) -> Result<(), Fault> {
    let person = signed.person;
    let row = IdentityRow { subject, provider, person, created_at: app.clock.now() };
    let act = act(app, person, "person.identity-add", json!({"provider": provider}));
    let (inner, whom) = (app.clone(), Told::of(signed));
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                flow::spend(tx, flow, ends_at).await?;
                if !super::belongs(tx, person, organization, row.created_at).await? {
                    return Err(Fault::not_found("identity provider"));
                }
                insert(tx, &row).await?;
                told(&inner, tx, &whom, FactorChange::IdentityAdded).await?;
                Ok((act, ()))
            })
        })
        .await?;
    app.outbox.notify_one();
    Ok(())
}

/// Writes an identity that is nobody's yet.
pub(in crate::account) async fn insert(tx: &mut AnyConnection, row: &IdentityRow) -> Result<(), Fault> {
    if sql::find(tx, row.provider).await?.is_none() {
        return Err(Fault::not_found("identity provider"));
    }
    if sql::identity(tx, row.subject).await?.is_some() {
        return Err(Fault::conflict("who you are there is linked to an account already: sign in with it"));
    }
    Ok(sql::insert_identity(tx, row).await?)
}

/// Unlinks one of one's own identities.
pub async fn remove(app: &Arc<App>, signed: &Signed, subject: Hash) -> Result<(), Fault> {
    presence::must_be_fresh(signed)?;
    let person = signed.person;
    let act = act(app, person, "person.identity-remove", json!({}));
    let (inner, whom) = (app.clone(), Told::of(signed));
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                if !sql::remove_identity(tx, person, subject).await? {
                    return Err(Fault::not_found("identity"));
                }
                own::still_signs_in(&inner, tx, person).await?;
                told(&inner, tx, &whom, FactorChange::IdentityRemoved).await?;
                Ok((act, ()))
            })
        })
        .await?;
    app.outbox.notify_one();
    Ok(())
}

/// The provider asked the person again: the session is replaced by one with fresh presence.
pub(super) async fn step_up(
    app: &Arc<App>,
    signed: Signed,
    subject: Hash,
    provider: ProviderId,
    browser: Browser,
    (flow, ends_at): (RowId, i64),
) -> Result<Fresh, Fault> {
    let person = signed.person;
    let act = act(app, person, "person.step-up", json!({"method": super::METHOD}));
    let inner = app.clone();
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                flow::spend(tx, flow, ends_at).await?;
                super::still_stands(tx, person, (subject, provider)).await?;
                Ok((act, session::strengthen(&inner, tx, &signed, super::ANEW, &browser).await?))
            })
        })
        .await
}
