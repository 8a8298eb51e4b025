//! Sign-in through an organization's own identity provider: OpenID Connect, authorization code, PKCE.
//!
//! The provider's word counts as its own several factors, and its subject is linked to a person by issuer and subject.
//! Never: a link by e-mail address; an answer that another browser began; a code sent on before it is known who sent it
//! here; a proof of presence by a session that the provider remembered.

mod identity;
mod providers;
mod remote;
mod token;

pub(super) use identity::insert as insert_identity;
pub use identity::{list as identities, remove as remove_identity};
pub use providers::{create, list, names, remove, scope_of};
pub use remote::Providers;
pub use token::Secrets;

use super::flow::{self, Flow, State, Wish};
use super::session::{self, Fresh, Signed};
use super::sign_in::{self, Proof, Visitor, Welcome};
use super::sql::people;
use super::sql::providers::{self as sql, IdentityRow, ProviderRow};
use super::throttle::{Counted, network};
use super::{join, person, presence};
use crate::fault::Kind;
use crate::limits::PROVIDER_TEXT_BYTES_MAX;
use crate::{App, Fault};
use fieldkeep_domain::{Hash, LinkId, OrganizationId, PersonId, ProviderId, SessionId, Timestamp};
use fieldkeep_trust::hash::hmac_sha256;
use providers::ProviderSecret;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use std::sync::Arc;

/// How a session that began here is called.
pub const METHOD: &str = "oidc";
/// How one is called after the provider asked the person anew.
const ANEW: &str = "oidc-anew";

/// What somebody was sent to the provider for.
#[derive(Serialize, Deserialize)]
pub enum Purpose {
    /// To sign in.
    SignIn,
    /// To link who they are there.
    Link { person: PersonId, session: SessionId },
    /// To prove presence.
    StepUp { person: PersonId, session: SessionId },
    /// To take an invitation up.
    Join { link: LinkId, wish: Wish },
}

/// Somebody is about to be sent away.
pub struct Begun {
    /// The provider's page.
    pub url: String,
    /// For the cookie.
    pub flow: String,
}

/// What came of a dance.
pub enum Landed {
    /// Signed in, or joined.
    Welcome(Welcome),
    /// Presence is proven: the session was replaced.
    Fresh(Fresh),
    /// Linked.
    Linked,
}

/// What the provider sends back through the browser.
#[derive(Deserialize)]
pub struct Answer {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// A provider and whose it is.
type Home = (ProviderId, OrganizationId);

fn refused(text: &str) -> Fault {
    Fault::new(Kind::Unauthenticated, text)
}

fn over() -> Fault {
    refused("this attempt is over or was not begun in this browser: begin again")
}

/// What an identity is found by.
fn subject_hash(app: &App, issuer: &str, subject: &str) -> Result<Hash, Fault> {
    let blind = &app.keys.organization(None)?.blind;
    let length = u64::try_from(issuer.len()).map_err(Fault::internal)?.to_be_bytes();
    let parts = [&b"person/identity/1"[..], &length, issuer.as_bytes(), subject.as_bytes()];
    Ok(hmac_sha256(blind.expose(), &parts))
}

async fn send_away(
    app: &App,
    row: &ProviderRow,
    secret: &ProviderSecret,
    purpose: Purpose,
) -> Result<Begun, Fault> {
    let known = app.providers.known(app, row.id, &secret.issuer).await?;
    let secrets = Secrets::random();
    let anew = matches!(purpose, Purpose::StepUp { .. });
    let url = token::page(app, secret, &known, &secrets, anew)?;
    let (_, flow) = flow::begin(app, State::Provider { provider: row.id, secrets, purpose })?;
    Ok(Begun { url, flow })
}

/// Sends somebody to a provider to sign in.
pub async fn begin_sign_in(app: &App, visitor: &Visitor, id: ProviderId) -> Result<Begun, Fault> {
    app.throttle.ask(&[counted(visitor)], app.clock.now())?;
    let (row, secret) = providers::find(app, id).await?;
    send_away(app, &row, &secret, Purpose::SignIn).await
}

/// Sends somebody signed in there, to link who they are.
pub async fn begin_link(app: &App, signed: &Signed, id: ProviderId) -> Result<Begun, Fault> {
    presence::must_be_fresh(signed)?;
    let (row, secret) = providers::find(app, id).await?;
    let mut tx = app.db.read().await?;
    let theirs = belongs(&mut tx, signed.person, row.organization, app.clock.now()).await?;
    drop(tx);
    if !theirs {
        return Err(Fault::not_found("identity provider"));
    }
    let purpose = Purpose::Link { person: signed.person, session: signed.session };
    send_away(app, &row, &secret, purpose).await
}

/// Sends somebody there to prove presence: only who has no passkey and no code, which prove it better.
pub async fn begin_step_up(app: &App, signed: &Signed, id: ProviderId) -> Result<Begun, Fault> {
    let (row, secret) = providers::find(app, id).await?;
    let mut tx = app.db.read().await?;
    let linked = sql::identities(&mut tx, signed.person).await?;
    let own = person::find(&mut tx, signed.person).await?;
    let passkeys = people::passkeys(&mut tx, signed.person).await?;
    drop(tx);
    if !linked.iter().any(|one| one.provider == id) {
        return Err(Fault::not_found("identity provider"));
    }
    if !passkeys.is_empty() || !person::second_factors(&own, &person::open(app, &own)?).is_empty() {
        return Err(Fault::conflict("you have a passkey or a code: prove presence with it"));
    }
    let purpose = Purpose::StepUp { person: signed.person, session: signed.session };
    send_away(app, &row, &secret, purpose).await
}

/// Sends somebody there to take an invitation up.
pub async fn begin_join(app: &App, given: fieldkeep_api::JoinProvider) -> Result<Begun, Fault> {
    let (row, secret) = providers::find(app, given.provider).await?;
    let (link, wish, organizations) = join::begin_provider(app, &given).await?;
    if !organizations.contains(&row.organization) {
        return Err(Fault::not_found("identity provider"));
    }
    send_away(app, &row, &secret, Purpose::Join { link, wish }).await
}

/// Whether somebody came with an organization or holds a role in it.
async fn belongs(
    tx: &mut AnyConnection,
    id: PersonId,
    to: OrganizationId,
    now: Timestamp,
) -> Result<bool, Fault> {
    Ok(people::organizations(tx, id, now).await?.contains(&Some(to)))
}

fn counted(visitor: &Visitor) -> Counted {
    Counted::Providers(network(visitor.address.unwrap_or([0, 0, 0, 0].into())))
}

/// Takes what came back. Whatever is wrong with it counts as a failure of the network that it came from.
pub async fn land(
    app: &Arc<App>,
    visitor: &Visitor,
    cookie: Option<&str>,
    answer: Answer,
) -> Result<Landed, Fault> {
    let counted = [counted(visitor)];
    app.throttle.ask(&counted, app.clock.now())?;
    let landed = try_land(app, visitor, cookie, answer).await;
    landed.inspect_err(|fault| {
        if fault.kind == Kind::Unauthenticated {
            app.throttle.failed(&counted, app.clock.now());
        }
    })
}

async fn try_land(
    app: &Arc<App>,
    visitor: &Visitor,
    cookie: Option<&str>,
    answer: Answer,
) -> Result<Landed, Fault> {
    let opened = flow::open(app, cookie.ok_or_else(over)?)?;
    let ended = (opened.id, opened.ends_at);
    let Flow { state: State::Provider { provider, secrets, purpose }, .. } = opened else {
        return Err(over());
    };
    if !answer.state.as_deref().is_some_and(|state| secrets.is_state(state)) {
        return Err(over());
    }
    let (row, secret) = providers::find(app, provider).await.map_err(|_| over())?;
    let home = (row.id, row.organization);
    let code = code(app, row.id, &secret, answer).await?;
    let anew = matches!(purpose, Purpose::StepUp { .. });
    let subject = token::subject(app, row.id, &secret, &secrets, &code, anew).await?;
    let subject = subject_hash(app, &secret.issuer, &subject)?;
    match purpose {
        Purpose::SignIn => {
            let person = whose(app, home, subject).await?;
            let proof = Proof::Identity(subject, row.id);
            sign_in::enter(app, visitor, person, METHOD, ended, proof).await.map(Landed::Welcome)
        }
        Purpose::Join { link, wish } => {
            let identity = (subject, row.id);
            join::finish_provider(app, visitor, link, wish, identity, ended).await.map(Landed::Welcome)
        }
        Purpose::Link { person, session } => {
            let signed = session::live(app, session, person, visitor.address).await?;
            identity::link(app, &signed, home, subject, ended).await.map(|()| Landed::Linked)
        }
        Purpose::StepUp { person, session } => {
            let signed = session::live(app, session, person, visitor.address).await?;
            if whose(app, home, subject).await? != person {
                return Err(refused("this identity is somebody else's"));
            }
            let browser = visitor.browser.clone();
            identity::step_up(app, signed, subject, row.id, browser, ended).await.map(Landed::Fresh)
        }
    }
}

/// The code of an answer, once it is known that the right provider gave it: otherwise one provider could be made to
/// redeem the code of another (RFC 9207).
async fn code(app: &App, id: ProviderId, secret: &ProviderSecret, answer: Answer) -> Result<String, Fault> {
    let known = app.providers.known(app, id, &secret.issuer).await?;
    let named = match answer.iss.as_deref() {
        Some(issuer) => issuer == secret.issuer,
        None => !known.names_itself,
    };
    if !named {
        return Err(refused("this answer is not of the identity provider that was asked: nothing was done"));
    }
    if answer.error.is_some() {
        return Err(refused("the identity provider did not sign you in: begin again, or ask who runs it"));
    }
    answer.code.filter(|code| (1..=PROVIDER_TEXT_BYTES_MAX).contains(&code.len())).ok_or_else(over)
}

/// Whose identity it is: linked through this provider, by somebody who still belongs to its organization.
async fn whose(app: &App, from: Home, subject: Hash) -> Result<PersonId, Fault> {
    let mut tx = app.db.read().await?;
    let found = sql::identity(&mut tx, subject).await?.filter(|one| one.provider == from.0);
    let theirs = match &found {
        Some(one) => belongs(&mut tx, one.person, from.1, app.clock.now()).await?,
        None => false,
    };
    found.filter(|_| theirs).map(|one| one.person).ok_or_else(|| {
        refused("who you are there is not linked to an account here: sign in another way and link it, or ask for an invitation")
    })
}

/// Asked again inside the transaction of what it leads to: the provider may have been removed meanwhile.
pub(super) async fn still_stands(
    tx: &mut AnyConnection,
    person: PersonId,
    (subject, provider): (Hash, ProviderId),
) -> Result<(), Fault> {
    let row: Option<IdentityRow> = sql::identity(tx, subject).await?;
    let linked = row.is_some_and(|row| row.person == person && row.provider == provider);
    match linked && sql::find(tx, provider).await?.is_some() {
        true => Ok(()),
        false => Err(over()),
    }
}
