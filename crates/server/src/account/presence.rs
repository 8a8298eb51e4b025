//! Proof of presence: a fresh passkey or code before what asks for one.
//!
//! Never: a recovery code that proves presence, or a code where an organization accepts passkeys alone.

use super::factor::{self, Shown};
use super::flow::{self, State};
use super::own::not_yours;
use super::person::{self, PersonSecret};
use super::profile::act;
use super::session::{self, Browser, Fresh, Signed};
use super::sql::people as sql;
use super::throttle::Counted;
use super::{sign_in, webauthn};
use crate::fault::Kind;
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::access::Standing;
use fieldkeep_domain::account::SecondFactor;
use serde_json::json;
use std::sync::Arc;

/// Refuses what asks for presence when the last proof is too old. Who has just come with a recovery code may set their
/// own factors up anew, and nothing else that asks for presence.
pub fn must_be_fresh(signed: &Signed) -> Result<(), Fault> {
    match signed.actor.standing {
        _ if signed.actor.now < signed.sets_up_until => Ok(()),
        Standing::Person { fresh_until } if signed.actor.now < fresh_until => Ok(()),
        _ => {
            let text = "this asks for a fresh passkey or code: step up, then send it again";
            Err(Fault::new(Kind::Forbidden, text).with("needs", "step-up"))
        }
    }
}

/// Asks for one of one's own passkeys, to prove presence.
pub async fn begin_step_up(app: &App, signed: &Signed) -> Result<api::Begun, Fault> {
    let mut tx = app.db.read().await?;
    let known = sql::passkeys(&mut tx, signed.person).await?;
    drop(tx);
    let (options, state) = webauthn::begin_proof(app, &known)?;
    let state = State::StepUpPasskey { person: signed.person, session: signed.session, state };
    let (_, flow) = flow::begin(app, state)?;
    Ok(api::Begun { flow, options: Some(options), factors: Vec::new(), totp: None })
}

/// Presence is proven with a passkey: the session is replaced.
pub async fn finish_step_up(
    app: &Arc<App>,
    signed: Signed,
    browser: Browser,
    answer: api::PasskeyAnswer,
) -> Result<Fresh, Fault> {
    let opened = flow::open(app, &answer.flow)?;
    let ended = (opened.id, opened.ends_at);
    let State::StepUpPasskey { person, session, state } = opened.state else { return Err(not_yours()) };
    if (person, session) != (signed.person, signed.session) {
        return Err(not_yours());
    }
    let shown = webauthn::finish_proof(app, person, answer.credential, &state).await?;
    let act = act(&signed, "person.step-up", person, json!({"method": "passkey"}));
    let inner = app.clone();
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                flow::spend(tx, ended.0, ended.1).await?;
                shown.note(&inner, tx, inner.clock.now()).await?;
                Ok((act, session::strengthen(&inner, tx, &signed, "passkey", &browser).await?))
            })
        })
        .await
}

/// Begins a proof of presence with a code; sends it where it is one to be sent.
pub async fn begin_step_up_code(
    app: &App,
    signed: &Signed,
    factor: Option<SecondFactor>,
) -> Result<api::Begun, Fault> {
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, signed.person).await?;
    drop(tx);
    let secret = person::open(app, &row)?;
    let factors = codes_that_count(app, &row, &secret).await?;
    let state = State::StepUpCode { person: signed.person, session: signed.session };
    let (id, flow) = flow::begin(app, state)?;
    if let Some(factor) = factor {
        if !factors.contains(&factor) {
            return Err(Fault::invalid("`factor`: not one that counts for this account"));
        }
        let to = sign_in::channel(&secret, factor)?;
        factor::send(app, id, Some(signed.person), to, secret.language).await?;
    }
    let factors = factors.iter().map(|factor| factor.name().to_owned()).collect();
    Ok(api::Begun { flow, options: None, factors, totp: None })
}

/// Codes that prove presence: those that would open the account beside a password, and none where passkeys are asked for.
async fn codes_that_count(
    app: &App,
    row: &sql::PersonRow,
    secret: &PersonSecret,
) -> Result<Vec<SecondFactor>, Fault> {
    let mut tx = app.db.read().await?;
    let (_, rules) = person::rules(app, &mut tx, row.id).await?;
    drop(tx);
    match rules.passkey_required {
        true => Ok(Vec::new()),
        false => sign_in::accepted(app, row, secret, &rules).await,
    }
}

/// Presence is proven with a code: the session is replaced. Recovery codes open an account; they prove no presence.
pub async fn finish_step_up_code(
    app: &Arc<App>,
    signed: Signed,
    browser: Browser,
    answer: api::CodeAnswer,
) -> Result<Fresh, Fault> {
    let opened = flow::open(app, &answer.flow)?;
    let ended = (opened.id, opened.ends_at);
    let State::StepUpCode { person, session } = opened.state else { return Err(not_yours()) };
    let shown = Shown::parse(&answer.factor)?;
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, signed.person).await?;
    drop(tx);
    let accepted = codes_that_count(app, &row, &person::open(app, &row)?).await?;
    let counts = match shown {
        Shown::Recovery => false,
        Shown::Factor(factor) => accepted.contains(&factor),
    };
    if (person, session) != (signed.person, signed.session) || !counts {
        return Err(not_yours());
    }
    let right = factor::check(app, ended.0, person, shown, &answer.code).await?;
    let act = act(&signed, "person.step-up", person, json!({"method": shown.name()}));
    let inner = app.clone();
    let fresh = app
        .journal
        .note(move |tx, _| {
            Box::pin(async move {
                flow::spend(tx, ended.0, ended.1).await?;
                right.spend(tx, inner.clock.now()).await?;
                Ok((act, session::strengthen(&inner, tx, &signed, shown.name(), &browser).await?))
            })
        })
        .await?;
    app.throttle.succeeded(&[Counted::Codes(person), Counted::Sent(person)]);
    Ok(fresh)
}
