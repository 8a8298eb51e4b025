//! What a browser carries from one request of a sign-in to the next: sealed, short-lived, ended once.
//!
//! Never: a row before somebody has proven something; a stranger who begins a thousand sign-ins leaves nothing behind.

use super::oidc;
use crate::fault::Kind;
use crate::limits::{FLOW_BYTES_MAX, FLOW_S_MAX};
use crate::{App, Fault};
use fieldkeep_domain::account::SecondFactor;
use fieldkeep_domain::{LinkId, PersonId, ProviderId, RowId, SessionId, Timestamp};
use fieldkeep_trust::seal::{Binding, Purpose};
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use webauthn_rs::prelude::{DiscoverableAuthentication, PasskeyAuthentication, PasskeyRegistration};

/// Where somebody is between two requests.
#[derive(Serialize, Deserialize)]
pub enum State {
    /// A passkey was asked for.
    PasskeySignIn(DiscoverableAuthentication),
    /// The password was right; a second factor is asked for.
    SecondFactor { person: PersonId },
    /// A one-time link was opened.
    Opened { link: LinkId },
    /// A new passkey was asked for, by somebody who opened a link.
    JoinPasskey { link: LinkId, person: PersonId, wish: Wish, state: PasskeyRegistration },
    /// A password was chosen and the factor beside it is to be confirmed.
    JoinPassword { link: LinkId, person: PersonId, wish: Wish, password: String, factor: Pending },
    /// A new passkey was asked for, by somebody signed in.
    AddPasskey { person: PersonId, state: PasskeyRegistration },
    /// A new authenticator app is to be confirmed.
    AddTotp { person: PersonId, secret: Vec<u8> },
    /// A telephone or mailbox is to be confirmed.
    AddAddress { person: PersonId, to: String, factor: SecondFactor },
    /// A passkey was asked for to prove presence.
    StepUpPasskey { person: PersonId, session: SessionId, state: PasskeyAuthentication },
    /// Somebody was sent to an identity provider.
    Provider { provider: ProviderId, secrets: oidc::Secrets, purpose: oidc::Purpose },
    /// A code was asked for to prove presence.
    StepUpCode { person: PersonId, session: SessionId },
}

/// What somebody who joins says of themselves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wish {
    pub name: String,
    pub address: String,
    pub phone: Option<String>,
    pub language: String,
}

/// A second factor that is not confirmed yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Pending {
    /// Codes of an app with this secret.
    Totp(Vec<u8>),
    /// A code on its way.
    Sent(SecondFactor),
}

/// What is sealed of a flow.
#[derive(Serialize, Deserialize)]
struct Sealed {
    ends_at: i64,
    state: State,
}

/// An open flow.
pub struct Flow {
    /// The row of what belongs to it.
    pub id: RowId,
    /// When it is over, by the clock.
    pub ends_at: i64,
    /// Where somebody is.
    pub state: State,
}

fn binding(id: RowId) -> Binding {
    Binding::deployment(Purpose::Flow, *id.as_bytes())
}

/// A new flow, as the text that the browser carries.
pub fn begin(app: &App, state: State) -> Result<(RowId, String), Fault> {
    let id = RowId::from_random(fieldkeep_trust::random());
    let ends_at = app.clock.now().plus_secs(FLOW_S_MAX).as_nanos();
    let plain = serde_json::to_vec(&Sealed { ends_at, state }).map_err(Fault::internal)?;
    let sealed = app.keys.organization(None)?.seal.seal(&binding(id), &plain)?;
    let text = [&id.as_bytes()[..], &sealed].concat();
    Ok((id, data_encoding::BASE64URL_NOPAD.encode(&text)))
}

fn over() -> Fault {
    Fault::new(Kind::Unauthenticated, "this attempt is over or was never begun: begin again")
}

/// Opens a flow that has not ended.
pub fn open(app: &App, text: &str) -> Result<Flow, Fault> {
    if text.len() > FLOW_BYTES_MAX {
        return Err(over());
    }
    let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| over())?;
    let (id, sealed) = bytes.split_at_checked(16).ok_or_else(over)?;
    let id = RowId::from_slice(id)?;
    let plain = app.keys.organization(None)?.seal.open(&binding(id), sealed).map_err(|_| over())?;
    let Sealed { ends_at, state } = serde_json::from_slice(&plain).map_err(|_| over())?;
    if app.clock.now().as_nanos() >= ends_at {
        return Err(over());
    }
    Ok(Flow { id, ends_at, state })
}

/// Ends a flow inside the transaction of what it led to. None ends twice.
pub async fn spend(tx: &mut AnyConnection, flow: RowId, ends_at: i64) -> Result<(), Fault> {
    match super::sql::sessions::spend(tx, flow, Timestamp(ends_at)).await? {
        true => Ok(()),
        false => Err(over()),
    }
}
