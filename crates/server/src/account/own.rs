//! What somebody changes of their own factors: passkeys, password, app, telephone, mailbox, recovery codes.
//!
//! Never: a change of a factor without a fresh proof of presence or without a word to its owner, or the last factor taken
//! away by oneself.

use super::factor;
use super::flow::{self, State};
use super::person::{self, PersonSecret};
use super::presence::must_be_fresh;
use super::profile::act;
use super::session::Signed;
use super::sql::{people as sql, sessions};
use super::{oidc, password, webauthn};
use crate::fault::Kind;
use crate::{App, Fault, notify};
use fieldkeep_api as api;
use fieldkeep_domain::PasskeyId;
use fieldkeep_domain::account::SecondFactor;
use fieldkeep_domain::audit::Act;
use fieldkeep_domain::limits::PASSKEYS_MAX;
use fieldkeep_domain::notify::{Channel, DuplicateKey, EmailAddress, FactorChange, Message, PhoneNumber};
use fieldkeep_trust::secret::Secret;
use serde_json::json;
use sqlx::AnyConnection;
use std::sync::Arc;

/// Tells somebody of a change of their factors, in the transaction of the change: whoever took over a session must not make
/// themselves at home in silence.
pub(super) async fn told(
    app: &App,
    tx: &mut AnyConnection,
    signed: &Told,
    change: FactorChange,
) -> Result<(), Fault> {
    let row = person::find(tx, signed.person).await?;
    let secret = person::open(app, &row)?;
    let message = Message::FactorChanged { change, at: signed.at, network: signed.network.clone() };
    let moment = signed.at.as_nanos().to_string();
    let key = DuplicateKey::new(&[message.kind(), &signed.person.to_string(), change.name(), &moment]);
    notify::enqueue(tx, app, &key, secret.language, Channel::Mail(secret.address), None, &message)
        .await
        .map(drop)
}

/// Who is told, and what of the moment.
pub(super) struct Told {
    person: fieldkeep_domain::PersonId,
    at: fieldkeep_domain::Timestamp,
    network: String,
}

impl Told {
    /// Of somebody who comes by a link that was sent to them.
    pub(super) fn by_link(
        person: fieldkeep_domain::PersonId,
        at: fieldkeep_domain::Timestamp,
        network: String,
    ) -> Self {
        Self { person, at, network }
    }
    /// Of a session that changes something now.
    pub(super) fn of(signed: &Signed) -> Self {
        let network = signed.actor.address.map(|address| address.to_canonical().to_string());
        Self { person: signed.person, at: signed.actor.now, network: network.unwrap_or_default() }
    }
}

/// One change of one's own row: what is kept of it, which attempt it ends, of what its owner is told.
struct Change {
    act: Act,
    ended: Option<(fieldkeep_domain::RowId, i64)>,
    told: FactorChange,
}

/// Changes one's own row, and says so.
async fn edit(
    app: &Arc<App>,
    signed: &Signed,
    Change { act, ended, told: change }: Change,
    set: impl FnOnce(&mut sql::PersonRow, &mut PersonSecret) -> Result<(), Fault> + Send + 'static,
) -> Result<(), Fault> {
    let (id, whom) = (signed.person, Told::of(signed));
    let inner = app.clone();
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                if let Some((flow, ends_at)) = ended {
                    flow::spend(tx, flow, ends_at).await?;
                }
                let mut row = person::find(tx, id).await?;
                let mut secret = person::open(&inner, &row)?;
                set(&mut row, &mut secret)?;
                row.sealed = person::seal(&inner, id, &secret)?;
                sql::update(tx, &row).await?;
                told(&inner, tx, &whom, change).await?;
                Ok((act, ()))
            })
        })
        .await?;
    app.outbox.notify_one();
    Ok(())
}

/// The attempt was begun in another session.
pub(super) fn not_yours() -> Fault {
    Fault::new(Kind::Unauthenticated, "this attempt is not of this session: begin again")
}

/// Asks for one more passkey.
pub async fn begin_passkey(app: &App, signed: &Signed) -> Result<api::Begun, Fault> {
    must_be_fresh(signed)?;
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, signed.person).await?;
    let known = sql::passkeys(&mut tx, signed.person).await?;
    drop(tx);
    let secret = person::open(app, &row)?;
    let (options, state) =
        webauthn::begin_creation(app, signed.person, secret.address.as_str(), &secret.name, &known)?;
    let (_, flow) = flow::begin(app, State::AddPasskey { person: signed.person, state })?;
    Ok(api::Begun { flow, options: Some(options), factors: Vec::new(), totp: None })
}

/// Takes one more passkey.
pub async fn finish_passkey(
    app: &Arc<App>,
    signed: &Signed,
    answer: api::PasskeyAnswer,
) -> Result<(), Fault> {
    must_be_fresh(signed)?;
    let opened = flow::open(app, &answer.flow)?;
    let (flow, ends_at) = (opened.id, opened.ends_at);
    let State::AddPasskey { person, state } = opened.state else { return Err(not_yours()) };
    if person != signed.person {
        return Err(not_yours());
    }
    let row = webauthn::finish_creation(app, person, answer.credential, &state, answer.name.as_deref())?;
    let act = act(signed, "person.passkey-add", row.id, json!({}));
    let (inner, whom) = (app.clone(), Told::of(signed));
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                flow::spend(tx, flow, ends_at).await?;
                if sql::passkeys(tx, person).await?.len() >= PASSKEYS_MAX {
                    return Err(Fault::conflict(format!(
                        "limit `passkeys`: at most {PASSKEYS_MAX} per person"
                    )));
                }
                webauthn::store(tx, &row).await?;
                told(&inner, tx, &whom, FactorChange::PasskeyAdded).await?;
                Ok((act, ()))
            })
        })
        .await?;
    app.outbox.notify_one();
    Ok(())
}

/// Takes one of one's own passkeys away, unless nothing would be left to sign in with.
pub async fn remove_passkey(app: &Arc<App>, signed: &Signed, id: PasskeyId) -> Result<(), Fault> {
    must_be_fresh(signed)?;
    let person = signed.person;
    let act = act(signed, "person.passkey-remove", id, json!({}));
    let (inner, whom) = (app.clone(), Told::of(signed));
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                if !sql::remove_passkey(tx, person, id).await? {
                    return Err(Fault::not_found("passkey"));
                }
                still_signs_in(&inner, tx, person).await?;
                told(&inner, tx, &whom, FactorChange::PasskeyRemoved).await?;
                Ok((act, ()))
            })
        })
        .await?;
    app.outbox.notify_one();
    Ok(())
}

/// Nobody locks themselves out: a passkey is left, a password with a second factor, or an identity at a provider.
pub(super) async fn still_signs_in(
    app: &App,
    tx: &mut AnyConnection,
    id: fieldkeep_domain::PersonId,
) -> Result<(), Fault> {
    let row = person::find(tx, id).await?;
    let secret = person::open(app, &row)?;
    let passkey = !sql::passkeys(tx, id).await?.is_empty();
    let (_, rules) = person::rules(app, tx, id).await?;
    // What the organizations do not let count is nothing to sign in with.
    let beside = row.password.is_some()
        && !rules.passkey_required
        && !super::sign_in::accepted(app, &row, &secret, &rules).await?.is_empty();
    if passkey || beside || !oidc::identities(app, tx, id).await?.is_empty() {
        return Ok(());
    }
    Err(Fault::conflict("nothing would be left to sign in with: add another passkey or factor first"))
}

/// Sets one's own password, and ends all other sessions in the same commit.
pub async fn set_password(app: &Arc<App>, signed: &Signed, new: api::NewPassword) -> Result<(), Fault> {
    must_be_fresh(signed)?;
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, signed.person).await?;
    let (_, rules) = person::rules(app, &mut tx, signed.person).await?;
    drop(tx);
    if rules.passkey_required {
        return Err(Fault::conflict("your organization accepts passkeys only"));
    }
    let secret = person::open(app, &row)?;
    let about = [secret.name.as_str(), secret.address.as_str(), "fieldkeep"];
    password::check(app, &new.password, &rules, &about).await?;
    let hash = app.passwords.hash(Secret::new(new.password.into_bytes())).await?;
    let sealed = person::seal_factor(app, signed.person, "password", hash.as_bytes())?;
    let (person, session) = (signed.person, signed.session);
    let (inner, whom) = (app.clone(), Told::of(signed));
    let now = app.clock.now();
    let act = act(signed, "person.password", person, json!({"sessions_ended_but": session}));
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                let mut row = person::find(tx, person).await?;
                row.password = Some(sealed);
                sql::update(tx, &row).await?;
                // A link for another password is not needed any more, and nobody's to find.
                sql::revoke_resets(tx, person, now).await?;
                // Whoever knew the old one may be signed in somewhere.
                sessions::end_all(tx, person, Some(session)).await?;
                told(&inner, tx, &whom, FactorChange::Password).await?;
                Ok((act, ()))
            })
        })
        .await?;
    app.outbox.notify_one();
    Ok(())
}

/// Shows a new secret for an authenticator app.
pub async fn begin_totp(app: &App, signed: &Signed) -> Result<api::Begun, Fault> {
    must_be_fresh(signed)?;
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, signed.person).await?;
    drop(tx);
    let (secret, shown) = factor::new_totp(person::open(app, &row)?.address.as_str())?;
    let (_, flow) = flow::begin(app, State::AddTotp { person: signed.person, secret })?;
    Ok(api::Begun { flow, options: None, factors: vec!["totp".into()], totp: Some(shown) })
}

/// Takes the app over the one before, once a code of it was shown.
pub async fn finish_totp(app: &Arc<App>, signed: &Signed, answer: api::CodeAnswer) -> Result<(), Fault> {
    must_be_fresh(signed)?;
    let opened = flow::open(app, &answer.flow)?;
    let ended = (opened.id, opened.ends_at);
    let State::AddTotp { person, secret } = opened.state else { return Err(not_yours()) };
    if person != signed.person {
        return Err(not_yours());
    }
    let code: String = answer.code.chars().filter(char::is_ascii_digit).collect();
    let wrong = || Fault::new(Kind::Unauthenticated, "this code is not right");
    let step = factor::step_of(&secret, &code, app.clock.now())?.ok_or_else(wrong)?;
    let sealed = person::seal_factor(app, person, "totp", &secret)?;
    let act = act(signed, "person.totp", person, json!({}));
    edit(app, signed, Change { act, ended: Some(ended), told: FactorChange::Totp }, move |row, _| {
        if row.totp_step >= step {
            return Err(wrong());
        }
        (row.totp, row.totp_step) = (Some(sealed), step);
        Ok(())
    })
    .await
}

/// Sends a code to a telephone or mailbox, to be confirmed.
pub async fn begin_address(app: &App, signed: &Signed, new: api::NewAddress) -> Result<api::Begun, Fault> {
    must_be_fresh(signed)?;
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, signed.person).await?;
    drop(tx);
    let secret = person::open(app, &row)?;
    let (to, factor) = if new.to.contains('@') {
        let address: EmailAddress =
            new.to.parse().map_err(|error| Fault::invalid(format!("`to`: {error}")))?;
        if address != secret.address {
            let text = "`to`: your own e-mail address expected; another one comes with a new invitation";
            return Err(Fault::invalid(text));
        }
        (Channel::Mail(address), SecondFactor::Mail)
    } else {
        let phone: PhoneNumber = new.to.parse().map_err(|error| Fault::invalid(format!("`to`: {error}")))?;
        (Channel::Sms(phone), SecondFactor::Sms)
    };
    factor::has_gateway(app, factor)?;
    let state = State::AddAddress { person: signed.person, to: to.recipient(), factor };
    let (id, flow) = flow::begin(app, state)?;
    factor::send(app, id, Some(signed.person), to, secret.language).await?;
    Ok(api::Begun { flow, options: None, factors: vec![factor.name().to_owned()], totp: None })
}

/// The code came back: the telephone or mailbox is theirs, and a second factor from now on.
pub async fn finish_address(app: &Arc<App>, signed: &Signed, answer: api::CodeAnswer) -> Result<(), Fault> {
    must_be_fresh(signed)?;
    let opened = flow::open(app, &answer.flow)?;
    let (id, ended) = (opened.id, (opened.id, opened.ends_at));
    let State::AddAddress { person, to, factor } = opened.state else { return Err(not_yours()) };
    if person != signed.person {
        return Err(not_yours());
    }
    factor::came_back(app, id, &answer.code).await?;
    let told = match factor {
        SecondFactor::Mail => FactorChange::Mail,
        _ => FactorChange::Phone,
    };
    let act = act(signed, "person.address", person, json!({"factor": factor.name()}));
    edit(app, signed, Change { act, ended: Some(ended), told }, move |_, secret| {
        match factor {
            SecondFactor::Mail => (secret.verified, secret.mail_factor) = (true, true),
            _ => secret.phone = Some(to.parse().map_err(|_| Fault::internal("a number checked before"))?),
        }
        Ok(())
    })
    .await
}

/// New recovery codes in place of the old ones.
pub async fn recovery_codes(app: &Arc<App>, signed: &Signed) -> Result<api::RecoveryCodes, Fault> {
    must_be_fresh(signed)?;
    let person = signed.person;
    let (codes, verifiers) = factor::recovery_codes(app, person)?;
    let act = act(signed, "person.recovery-codes", person, json!({}));
    let (inner, whom) = (app.clone(), Told::of(signed));
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                sql::set_recovery_codes(tx, person, &verifiers).await?;
                told(&inner, tx, &whom, FactorChange::RecoveryCodes).await?;
                Ok((act, ()))
            })
        })
        .await?;
    app.outbox.notify_one();
    Ok(api::RecoveryCodes { codes })
}
