//! Short access tokens of programs: OAuth 2.0 client credentials (RFC 6749 §4.4), with the key as the client's secret.
//!
//! Never: a token that outlives its key, or can do more.

use super::{keys, sql};
use crate::fault::Kind;
use crate::limits::ACCESS_TOKEN_S;
use crate::{App, Fault};
use fieldkeep_api::AccessToken;
use fieldkeep_domain::access::{Action, Actor};
use fieldkeep_trust::apikey::{ApiKey, Holder};
use fieldkeep_trust::sign;
use fieldkeep_wire::access_token::{self, AccessClaims};
use fieldkeep_wire::cose;
use std::net::IpAddr;

/// Tells access tokens from keys.
pub const PREFIX: &str = "fk_tok_";

/// What a client sends as a form.
#[derive(Debug, Default, serde::Deserialize)]
pub struct TokenRequest {
    /// Only `client_credentials`.
    #[serde(default)]
    pub grant_type: String,
    /// The key's id, where it is not in the `Authorization` header.
    pub client_id: Option<String>,
    /// The key, where it is not in the `Authorization` header.
    pub client_secret: Option<String>,
    /// Actions to narrow the token to, separated by spaces.
    pub scope: Option<String>,
}

fn refused(code: &'static str, text: &str) -> Fault {
    let kind = if code == "invalid_client" { Kind::Unauthenticated } else { Kind::Invalid };
    Fault::new(kind, text).with("error", code)
}

/// Exchanges a key for a token.
pub async fn token(
    app: &App,
    basic: Option<(String, String)>,
    request: TokenRequest,
) -> Result<AccessToken, Fault> {
    if request.grant_type != "client_credentials" {
        return Err(refused("unsupported_grant_type", "`grant_type`: client_credentials expected"));
    }
    let client = || {
        let text = "`client_id` and `client_secret`: the id of a key and the key itself expected";
        refused("invalid_client", text)
    };
    let (id, secret) = match (basic, request.client_id, request.client_secret) {
        (Some(_), _, Some(_)) => {
            return Err(refused("invalid_request", "the client authenticates in one way, not in two"));
        }
        (Some((id, secret)), _, None) | (None, Some(id), Some(secret)) => (id, secret),
        _ => return Err(client()),
    };
    let key = ApiKey::parse(&secret, Holder::Service).map_err(|_| client())?;
    let row = keys::standing(app, key.id).await.map_err(|fault| match fault.kind {
        Kind::Unauthenticated => client(),
        _ => fault,
    })?;
    if id != key.id.to_string() || !key.matches(&app.keys.pepper(row.pepper)?, &row.verifier) {
        return Err(client());
    }
    let only = request.scope.as_deref().filter(|scope| !scope.is_empty()).map(narrow).transpose()?;
    for action in only.iter().flatten() {
        if !crate::access::gives(app, row.role, *action, &row.scope).await? {
            let text = format!("`scope`: the role of this key does not have `{action}`");
            return Err(refused("invalid_scope", &text));
        }
    }
    let issued_at = app.clock.now();
    let life = issued_at.plus_secs(ACCESS_TOKEN_S);
    let expires_at = row.expires_at.map_or(life, |end| end.min(life));
    let scope = only.as_ref().map(|only| only.iter().map(|one| one.name()).collect::<Vec<_>>().join(" "));
    let claims = AccessClaims { key: key.id, issued_at, expires_at, only };
    let signed = app.token_key.sign(access_token::AAD, access_token::encode(&claims))?;
    let text = data_encoding::BASE64URL_NOPAD.encode(&cose::encode_sign1(&signed));
    Ok(AccessToken {
        access_token: format!("{PREFIX}{text}"),
        token_type: "Bearer".into(),
        expires_in: expires_at.secs_since(issued_at).unsigned_abs(),
        scope,
    })
}

fn narrow(scope: &str) -> Result<Vec<Action>, Fault> {
    let unknown = || refused("invalid_scope", "`scope`: names of actions expected, separated by spaces");
    let actions = scope.split_whitespace().map(|name| Action::parse(name).ok_or_else(unknown));
    let mut actions = actions.collect::<Result<Vec<_>, _>>()?;
    actions.sort_unstable();
    actions.dedup();
    if actions.is_empty() { Err(unknown()) } else { Ok(actions) }
}

/// The program behind a token: its key must stand now.
pub async fn authenticate(app: &App, text: &str, address: Option<IpAddr>) -> Result<Actor, Fault> {
    let refused = || {
        let text = "this access token is not valid (any more): ask for a new one at /oauth/token";
        Fault::new(Kind::Unauthenticated, text)
    };
    let text = text.strip_prefix(PREFIX).filter(|text| text.len() <= 2 * access_token::BYTES_MAX);
    let bytes =
        data_encoding::BASE64URL_NOPAD.decode(text.ok_or_else(refused)?.as_bytes()).map_err(|_| refused())?;
    let signed = cose::decode_sign1(&bytes, access_token::BYTES_MAX).map_err(|_| refused())?;
    sign::verify(&signed, access_token::AAD, &app.token_key.public()).map_err(|_| refused())?;
    let claims = access_token::decode(&signed.payload).map_err(|_| refused())?;
    if app.clock.now() >= claims.expires_at {
        return Err(refused());
    }
    let row: sql::keys::KeyRow = keys::standing(app, claims.key).await?;
    Ok(keys::acting(app, row, address, claims.only).await)
}
