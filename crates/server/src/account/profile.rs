//! What somebody does with their own account: sessions, passkeys, password, codes, proof of presence.
//!
//! Never: a change of a factor without a fresh proof of presence, or the last factor taken away by oneself.

use super::factor::{self, Shown};
use super::flow::{self, State};
use super::person::{self, PersonSecret};
use super::session::{self, Browser, Fresh, Signed};
use super::sql::{people as sql, sessions};
use super::throttle::Counted;
use super::{oidc, password, sign_in, webauthn};
use crate::fault::Kind;
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::access::Standing;
use fieldkeep_domain::account::SecondFactor;
use fieldkeep_domain::audit::{Act, Doer};
use fieldkeep_domain::limits::PASSKEYS_MAX;
use fieldkeep_domain::notify::{Channel, EmailAddress, Language, PhoneNumber};
use fieldkeep_domain::project::{Name, Scope};
use fieldkeep_domain::{PasskeyId, SessionId};
use fieldkeep_trust::secret::Secret;
use fieldkeep_wire::json::format_time;
use serde_json::{Value, json};
use sqlx::AnyConnection;
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

fn act(signed: &Signed, verb: &str, object: impl ToString, detail: Value) -> Act {
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

/// Changes the sealed part of one's own row.
async fn edit(
    app: &Arc<App>,
    signed: &Signed,
    verb: &'static str,
    detail: Value,
    ended: Option<(fieldkeep_domain::RowId, i64)>,
    change: impl FnOnce(&mut sql::PersonRow, &mut PersonSecret) -> Result<(), Fault> + Send + 'static,
) -> Result<(), Fault> {
    let id = signed.person;
    let act = act(signed, verb, id, detail);
    let inner = app.clone();
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                if let Some((flow, ends_at)) = ended {
                    flow::spend(tx, flow, ends_at).await?;
                }
                let mut row = person::find(tx, id).await?;
                let mut secret = person::open(&inner, &row)?;
                change(&mut row, &mut secret)?;
                row.sealed = person::seal(&inner, id, &secret)?;
                sql::update(tx, &row).await?;
                Ok((act, ()))
            })
        })
        .await
}

/// Name and language.
pub async fn edit_profile(app: &Arc<App>, signed: &Signed, new: api::EditProfile) -> Result<(), Fault> {
    let name = new.name.as_deref().map(Name::parse).transpose()?;
    let language = new.language.as_deref().map(Language::parse);
    edit(app, signed, "person.edit", json!({}), None, move |_, secret| {
        if let Some(name) = name {
            secret.name = name.to_string();
        }
        secret.language = language.unwrap_or(secret.language);
        Ok(())
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

fn not_yours() -> Fault {
    Fault::new(Kind::Unauthenticated, "this attempt is not of this session: begin again")
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
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                flow::spend(tx, flow, ends_at).await?;
                if sql::passkeys(tx, person).await?.len() >= PASSKEYS_MAX {
                    return Err(Fault::conflict(format!(
                        "limit `passkeys`: at most {PASSKEYS_MAX} per person"
                    )));
                }
                Ok((act, webauthn::store(tx, &row).await?))
            })
        })
        .await
}

/// Takes one of one's own passkeys away, unless nothing would be left to sign in with.
pub async fn remove_passkey(app: &Arc<App>, signed: &Signed, id: PasskeyId) -> Result<(), Fault> {
    must_be_fresh(signed)?;
    let person = signed.person;
    let act = act(signed, "person.passkey-remove", id, json!({}));
    let inner = app.clone();
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                if !sql::remove_passkey(tx, person, id).await? {
                    return Err(Fault::not_found("passkey"));
                }
                still_signs_in(&inner, tx, person).await?;
                Ok((act, ()))
            })
        })
        .await
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

/// Sets one's own password.
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
    edit(app, signed, "person.password", json!({}), None, move |row, _| {
        row.password = Some(sealed);
        Ok(())
    })
    .await?;
    // Whoever knew the old one may be signed in somewhere.
    let (person, session) = (signed.person, signed.session);
    let act = act(signed, "person.sign-out-everywhere", person, json!({"but": session}));
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                sessions::end_all(tx, person, Some(session)).await?;
                Ok((act, ()))
            })
        })
        .await
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
    edit(app, signed, "person.totp", json!({}), Some(ended), move |row, _| {
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
    edit(app, signed, "person.address", json!({"factor": factor.name()}), Some(ended), move |_, secret| {
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
    app.journal
        .note(move |tx, _| {
            Box::pin(async move { Ok((act, sql::set_recovery_codes(tx, person, &verifiers).await?)) })
        })
        .await?;
    Ok(api::RecoveryCodes { codes })
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
