//! Sign-in: a passkey, or a password with a second factor beside it.
//!
//! Never: an answer, a status or an amount of work that tells a stranger whether an account exists; a session for a
//! password alone.

use super::factor::{self, Shown};
use super::flow::{self, Flow, State};
use super::session::{self, Browser, Fresh};
use super::sql::people::PersonRow;
use super::sql::sessions::{self as sql, SignInRow};
use super::throttle::{Counted, network};
use super::{device, oidc, person, webauthn};
use crate::fault::Kind;
use crate::limits::FAILED_SIGN_INS_MAX;
use crate::project::seal_json;
use crate::{App, Fault, notify};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Role, RoleRef};
use fieldkeep_domain::account::{SecondFactor, SignInRules};
use fieldkeep_domain::audit::{Act, Doer};
use fieldkeep_domain::notify::{Channel, DuplicateKey, Message};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{Hash, PersonId, ProviderId, RowId};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_trust::secret::Secret;
use serde_json::json;
use sqlx::AnyConnection;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};

/// A request of somebody who is not known yet.
pub struct Visitor {
    /// From where, as far as it is known.
    pub address: Option<IpAddr>,
    /// The browser.
    pub browser: Browser,
    /// What the browser was given at an earlier sign-in.
    pub device: Option<String>,
}

impl Visitor {
    fn network(&self) -> IpAddr {
        network(self.address.unwrap_or(IpAddr::from([0, 0, 0, 0])))
    }
}

/// A sign-in that worked: the session's cookie, and the browser's.
pub struct Welcome {
    /// The session.
    pub fresh: Fresh,
    /// Remembers the browser.
    pub device: String,
}

fn refused() -> Fault {
    Fault::new(Kind::Unauthenticated, "address, password or code is not right")
}

/// Asks for a passkey.
pub fn begin_passkey(app: &App, visitor: &Visitor) -> Result<api::Begun, Fault> {
    app.throttle.ask(&[Counted::Passkeys(visitor.network())], app.clock.now())?;
    let (options, state) = webauthn::begin_sign_in(app)?;
    let (_, flow) = flow::begin(app, State::PasskeySignIn(state))?;
    Ok(api::Begun { flow, options: Some(options), factors: Vec::new(), totp: None })
}

/// Signs in with a passkey.
pub async fn finish_passkey(
    app: &Arc<App>,
    visitor: &Visitor,
    answer: api::PasskeyAnswer,
) -> Result<Welcome, Fault> {
    let counted = [Counted::Passkeys(visitor.network())];
    app.throttle.ask(&counted, app.clock.now())?;
    let opened = flow::open(app, &answer.flow)?;
    let (id, ends_at) = (opened.id, opened.ends_at);
    let State::PasskeySignIn(state) = opened.state else { return Err(refused()) };
    let shown = webauthn::finish_sign_in(app, answer.credential, state).await;
    let shown = shown.inspect_err(|_| app.throttle.failed(&counted, app.clock.now()))?;
    app.throttle.succeeded(&counted);
    let person = shown.person;
    enter(app, visitor, person, "passkey", (id, ends_at), Proof::Passkey(Box::new(shown))).await
}

/// What is used up by a sign-in.
pub(super) enum Proof {
    Passkey(Box<webauthn::Shown>),
    Code(factor::Right),
    /// By the word of a provider: the subject's hash, and which provider.
    Identity(Hash, ProviderId),
}

/// Opens a session for somebody who has shown who they are, if their organizations let them.
pub(super) async fn enter(
    app: &Arc<App>,
    visitor: &Visitor,
    id: PersonId,
    method: &'static str,
    (flow, ends_at): (RowId, i64),
    proof: Proof,
) -> Result<Welcome, Fault> {
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, id).await.map_err(|_| refused())?;
    let (each, rules) = person::rules(app, &mut tx, id).await?;
    drop(tx);
    if let Err(fault) = may_enter(visitor, &row, &each) {
        note_failure(app, id, method, &visitor.browser);
        return Err(fault);
    }
    let known = device::knows(app, visitor.device.as_deref(), id);
    let remembered = device::remember(app, visitor.device.as_deref(), id, hash_of(&row)?)?;
    let browser = visitor.browser.clone();
    let inner = app.clone();
    let fresh = app
        .journal
        .note(move |tx, _| {
            Box::pin(async move {
                let now = inner.clock.now();
                flow::spend(tx, flow, ends_at).await?;
                match proof {
                    Proof::Passkey(shown) => shown.note(&inner, tx, now).await?,
                    Proof::Code(right) => right.spend(tx, now).await?,
                    Proof::Identity(subject, provider) => {
                        oidc::still_stands(tx, id, (subject, provider)).await?;
                    }
                }
                let fresh = session::begin(&inner, tx, id, method, &browser, &rules).await?;
                write_down(&inner, tx, id, "accepted", method, &browser).await?;
                if !known {
                    tell(&inner, tx, &row, &browser, flow).await?;
                }
                let act = Act::new(Doer::Person(id), "person.sign-in", id, Scope::Deployment, now)
                    .with(json!({"method": method, "network": browser.network, "agent": browser.agent}));
                Ok((act, fresh))
            })
        })
        .await?;
    app.outbox.notify_one();
    app.throttle.succeeded(&[Counted::Codes(id), Counted::Sent(id)]);
    Ok(Welcome { fresh, device: remembered })
}

fn hash_of(row: &PersonRow) -> Result<Hash, Fault> {
    let bytes: [u8; 32] =
        row.address_hash.as_slice().try_into().map_err(|_| Fault::internal("an address hash expected"))?;
    Ok(Hash(bytes))
}

fn may_enter(visitor: &Visitor, row: &PersonRow, each: &[SignInRules]) -> Result<(), Fault> {
    if row.shut_out {
        return Err(refused());
    }
    from_network(visitor.address, each)
}

/// Whether sign-in is accepted from there. A source that is not known is inside no network.
pub(super) fn from_network(address: Option<IpAddr>, each: &[SignInRules]) -> Result<(), Fault> {
    let outside = |rules: &SignInRules| match address {
        Some(address) => !rules.admits(address),
        None => !rules.networks.is_empty(),
    };
    if each.iter().any(outside) {
        let text = "sign-in is not accepted from this network: your organization lists those that are";
        return Err(Fault::new(Kind::Forbidden, text));
    }
    Ok(())
}

/// A sign-in from a browser that was not seen before is told to its owner.
async fn tell(
    app: &App,
    tx: &mut AnyConnection,
    row: &PersonRow,
    browser: &Browser,
    flow: RowId,
) -> Result<(), Fault> {
    let secret = person::open(app, row)?;
    let message = Message::NewSignIn {
        at: app.clock.now(),
        network: browser.network.clone(),
        agent: browser.agent.clone(),
    };
    let key = DuplicateKey::new(&["sign-in", &flow.to_string()]);
    let to = Channel::Mail(secret.address);
    notify::enqueue(tx, app, &key, secret.language, to, None, &message).await.map(drop)
}

fn sign_in_binding(id: RowId) -> Binding {
    Binding::deployment(Purpose::Session, *id.as_bytes())
}

fn sign_in_row(
    app: &App,
    person: PersonId,
    outcome: &str,
    method: &str,
    browser: &Browser,
) -> Result<SignInRow, Fault> {
    let id = RowId::from_random(fieldkeep_trust::random());
    Ok(SignInRow {
        id,
        person,
        outcome: outcome.to_owned(),
        method: method.to_owned(),
        sealed: seal_json(&app.keys.organization(None)?.seal, &sign_in_binding(id), browser)?,
        at: app.clock.now(),
    })
}

async fn write_down(
    app: &App,
    tx: &mut AnyConnection,
    person: PersonId,
    outcome: &str,
    method: &str,
    browser: &Browser,
) -> Result<(), Fault> {
    Ok(sql::insert_sign_in(tx, &sign_in_row(app, person, outcome, method, browser)?).await?)
}

/// A failure is written down later and together with others: the answer must not take longer for an account that
/// exists, and a flood must not become a flood of writes.
pub(super) fn note_failure(app: &App, person: PersonId, method: &str, browser: &Browser) {
    let mut waiting = app.failed_sign_ins.lock().unwrap_or_else(PoisonError::into_inner);
    if waiting.len() < FAILED_SIGN_INS_MAX
        && let Ok(row) = sign_in_row(app, person, "refused", method, browser)
    {
        waiting.push(row);
    }
}

/// Writes down the failures that wait: a job.
pub async fn write_failures(app: &App) -> Result<(), Fault> {
    let rows = std::mem::take(&mut *app.failed_sign_ins.lock().unwrap_or_else(PoisonError::into_inner));
    if rows.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.write().await?;
    for row in &rows {
        sql::insert_sign_in(&mut tx, row).await?;
    }
    Ok(tx.commit().await?)
}

/// Checks a password. Right or wrong, known or unknown, the same work is done; right, a second factor is asked for.
pub async fn password(app: &App, visitor: &Visitor, given: api::PasswordSignIn) -> Result<api::Begun, Fault> {
    let hash = person::address_hash(app, &given.address)?;
    let counted = counted(app, visitor, hash);
    let now = app.clock.now();
    app.throttle.ask(&counted, now)?;
    // Counted before it is known to be wrong: many at once must not be many free guesses.
    app.throttle.failed(&counted, now);
    let mut tx = app.db.read().await?;
    let row = super::sql::people::by_address(&mut tx, hash.as_bytes()).await?;
    drop(tx);
    let stored = match &row {
        Some(PersonRow { id, password: Some(sealed), .. }) => {
            let text = person::open_factor(app, *id, "password", sealed)?;
            Some(String::from_utf8(text).map_err(Fault::internal)?)
        }
        _ => None,
    };
    let right = app.passwords.verify(Secret::new(given.password.into_bytes()), stored).await?;
    let known = row.as_ref().map(|row| row.id);
    let Some(row) = row.filter(|row| right && !row.shut_out) else {
        if let Some(id) = known {
            note_failure(app, id, "password", &visitor.browser);
        }
        return Err(refused());
    };
    app.throttle.succeeded(&counted[..1]);
    app.throttle.forgive(&counted[1..]);
    let factors = accepted_factors(app, &row).await?;
    let (_, flow) = flow::begin(app, State::SecondFactor { person: row.id })?;
    Ok(api::Begun { flow, options: None, factors, totp: None })
}

fn counted(app: &App, visitor: &Visitor, hash: Hash) -> [Counted; 2] {
    // A browser that the account was signed in from before is counted by itself: others cannot make its owner wait.
    let account = match device::id_if_known(app, visitor.device.as_deref(), hash) {
        Some(browser) => Counted::Browser(browser, hash),
        None => Counted::Account(hash),
    };
    [account, Counted::Network(visitor.network())]
}

/// The second factors that count for somebody beside a password.
async fn accepted_factors(app: &App, row: &PersonRow) -> Result<Vec<String>, Fault> {
    let secret = person::open(app, row)?;
    let mut tx = app.db.read().await?;
    let (_, rules) = person::rules(app, &mut tx, row.id).await?;
    let left = super::sql::people::recovery_codes_left(&mut tx, row.id).await?;
    drop(tx);
    if rules.passkey_required {
        let text =
            "your organization accepts passkeys only: sign in with one, or ask an administrator for a reset";
        return Err(Fault::new(Kind::Forbidden, text).with("needs", "passkey"));
    }
    let accepted = accepted(app, row, &secret, &rules).await?;
    let mut factors: Vec<String> = accepted.iter().map(|factor| factor.name().to_owned()).collect();
    if left > 0 {
        factors.push("recovery".to_owned());
    }
    if factors.is_empty() {
        let text = "this account has no second factor that counts here: ask an administrator for a reset";
        return Err(Fault::new(Kind::Forbidden, text).with("needs", "factor"));
    }
    Ok(factors)
}

/// Which of somebody's second factors their organizations and their rights let count.
pub(super) async fn accepted(
    app: &App,
    row: &PersonRow,
    secret: &person::PersonSecret,
    rules: &SignInRules,
) -> Result<Vec<SecondFactor>, Fault> {
    let sent_is_enough = !is_privileged(app, row.id).await?;
    let mut factors = person::second_factors(row, secret);
    factors.retain(|factor| rules.second_factors.contains(factor));
    factors.retain(|factor| *factor == SecondFactor::Totp || sent_is_enough);
    Ok(factors)
}

/// Whether somebody has rights over others: codes that are sent do not protect those well enough.
pub(super) async fn is_privileged(app: &App, id: PersonId) -> Result<bool, Fault> {
    let mut tx = app.db.read().await?;
    let grants = crate::access::grants::of_person(&mut tx, id, app.clock.now()).await?;
    drop(tx);
    for grant in grants {
        if gives_rights_over_others(app, grant.role, &grant.scope).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a role there has rights over others.
pub(super) async fn gives_rights_over_others(app: &App, role: RoleRef, scope: &Scope) -> Result<bool, Fault> {
    let slice = app.policies.slice(app, scope.organization()).await?;
    let engine = &app.policies.engine;
    let custodian = role == RoleRef::Standard(Role::Custodian);
    Ok(custodian || Action::over_others().any(|action| engine.role_allows(&slice, role, action)))
}

fn half_way(opened: Flow) -> Result<(RowId, i64, PersonId), Fault> {
    let (id, ends_at) = (opened.id, opened.ends_at);
    match opened.state {
        State::SecondFactor { person } => Ok((id, ends_at, person)),
        _ => Err(refused()),
    }
}

/// Sends a code to somebody whose password was right.
pub async fn send_code(app: &App, wish: api::SendCode) -> Result<(), Fault> {
    let (flow, _, id) = half_way(flow::open(app, &wish.flow)?)?;
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, id).await?;
    drop(tx);
    if !accepted_factors(app, &row).await?.iter().any(|name| name == wish.factor.name()) {
        return Err(Fault::invalid("`factor`: not one that counts for this account"));
    }
    let secret = person::open(app, &row)?;
    factor::send(app, flow, Some(id), channel(&secret, wish.factor)?, secret.language).await
}

/// Where the code of a factor goes.
pub(super) fn channel(secret: &person::PersonSecret, factor: SecondFactor) -> Result<Channel, Fault> {
    match (factor, &secret.phone) {
        (SecondFactor::Mail, _) => Ok(Channel::Mail(secret.address.clone())),
        (SecondFactor::Sms, Some(phone)) => Ok(Channel::Sms(phone.clone())),
        _ => Err(Fault::invalid("`factor`: nothing can be sent for it")),
    }
}

/// Signs in with the code of a second factor, after the password.
pub async fn code(app: &Arc<App>, visitor: &Visitor, answer: api::CodeAnswer) -> Result<Welcome, Fault> {
    let (flow, ends_at, id) = half_way(flow::open(app, &answer.flow)?)?;
    let shown = Shown::parse(&answer.factor)?;
    let mut tx = app.db.read().await?;
    let row = person::find(&mut tx, id).await?;
    drop(tx);
    if !accepted_factors(app, &row).await?.iter().any(|name| name == shown.name()) {
        return Err(Fault::invalid("`factor`: not one that counts for this account"));
    }
    let right = factor::check(app, flow, id, shown, &answer.code).await;
    let right = right.inspect_err(|_| note_failure(app, id, shown.name(), &visitor.browser))?;
    enter(app, visitor, id, shown.name(), (flow, ends_at), Proof::Code(right)).await
}

/// Somebody's sign-ins, the newest first.
pub async fn history(
    app: &App,
    id: PersonId,
    query: &api::PageQuery,
) -> Result<api::Page<api::SignIn>, Fault> {
    let (limit, _) = crate::http::page(query.limit, None)?;
    let bad = |_| Fault::invalid("`after`: the `next` of the page before expected");
    let before = query.after.as_deref().map_or(Ok(i64::MAX), str::parse).map_err(bad)?;
    let mut tx = app.db.read().await?;
    let mut rows = sql::sign_ins(&mut tx, id, before, limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| row.at.as_nanos().to_string());
    let seal = &app.keys.organization(None)?.seal;
    let items = rows.iter().map(|row| {
        let browser: Browser = crate::project::open_json(seal, &sign_in_binding(row.id), &row.sealed)?;
        Ok(api::SignIn {
            outcome: row.outcome.clone(),
            method: row.method.clone(),
            agent: browser.agent,
            network: browser.network,
            at: fieldkeep_wire::json::format_time(row.at),
        })
    });
    Ok(api::Page { items: items.collect::<Result<_, Fault>>()?, next })
}
