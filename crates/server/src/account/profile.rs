//! What somebody sees and changes of their own account beside its factors: name, language, sessions.

use super::session::Signed;
use super::sql::{people as sql, sessions};
use super::{oidc, person, webauthn};
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::SessionId;
use fieldkeep_domain::access::Standing;
use fieldkeep_domain::audit::{Act, Doer};
use fieldkeep_domain::notify::Language;
use fieldkeep_domain::project::{Name, Scope};
use fieldkeep_wire::json::format_time;
use serde_json::{Value, json};
use std::sync::Arc;

/// An act of somebody on their own account.
pub(super) fn act(signed: &Signed, verb: &str, object: impl ToString, detail: Value) -> Act {
    Act::new(Doer::Person(signed.person), verb, object, Scope::Deployment, signed.actor.now).with(detail)
}

/// Who I am.
pub async fn me(app: &App, signed: &Signed) -> Result<api::Profile, Fault> {
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, signed.person).await?;
    let keys = sql::passkeys(&mut tx, signed.person).await?;
    let left = sql::recovery_codes_left(&mut tx, signed.person).await?;
    let (_, rules) = person::rules(app, &mut tx, signed.person).await?;
    let identities = oidc::identities(app, &mut tx, signed.person).await?;
    drop(tx);
    let secret = person::open(app, &row)?;
    let passkeys = keys.iter().map(|row| {
        Ok(api::Passkey {
            id: row.id,
            name: webauthn::name_of(app, row)?,
            created_at: format_time(row.created_at),
            used_at: row.used_at.map(format_time),
        })
    });
    let fresh_until = match signed.actor.standing {
        Standing::Person { fresh_until } => fresh_until,
        Standing::Program { .. } => signed.actor.now,
    };
    Ok(api::Profile {
        person: person::show(&row, &secret, keys.len()),
        passkeys: passkeys.collect::<Result<_, Fault>>()?,
        identities,
        recovery_codes_left: left,
        session: signed.session,
        fresh_until: format_time(fresh_until),
        rules,
    })
}

/// Name and language.
pub async fn edit_profile(app: &Arc<App>, signed: &Signed, new: api::EditProfile) -> Result<(), Fault> {
    let name = new.name.as_deref().map(Name::parse).transpose()?;
    let language = new.language.as_deref().map(Language::parse);
    let id = signed.person;
    let act = act(signed, "person.edit", id, json!({}));
    let inner = app.clone();
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                let mut row = person::find(tx, id).await?;
                let mut secret = person::open(&inner, &row)?;
                if let Some(name) = name {
                    secret.name = name.to_string();
                }
                secret.language = language.unwrap_or(secret.language);
                row.sealed = person::seal(&inner, id, &secret)?;
                sql::update(tx, &row).await?;
                Ok((act, ()))
            })
        })
        .await
}

/// Ends one of one's own sessions.
pub async fn end_session(app: &Arc<App>, signed: &Signed, id: SessionId) -> Result<(), Fault> {
    let person = signed.person;
    let act = act(signed, "person.sign-out", person, json!({"session": id}));
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                if !sessions::end(tx, person, id).await? {
                    return Err(Fault::not_found("session"));
                }
                Ok((act, ()))
            })
        })
        .await
}

/// Ends all of one's own sessions, this one too.
pub async fn end_all_sessions(app: &Arc<App>, signed: &Signed) -> Result<(), Fault> {
    let person = signed.person;
    let act = act(signed, "person.sign-out-everywhere", person, json!({}));
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                sessions::end_all(tx, person, None).await?;
                Ok((act, ()))
            })
        })
        .await
}
