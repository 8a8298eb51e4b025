//! From a code to a subject: the exchange, and every check of the ID token (OpenID Connect Core 1.0 §3.1.3.7).
//!
//! Never: an algorithm that is not asymmetric, a claim of an unverified token, an e-mail address.

use super::providers::ProviderSecret;
use super::remote::{Known, Unanswered};
use crate::fault::Kind;
use crate::limits::{FRESH_S, PROVIDER_SKEW_S, PROVIDER_TEXT_BYTES_MAX};
use crate::{App, Fault};
use fieldkeep_domain::{ProviderId, Timestamp};
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken,
    CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, SignatureVerificationError, TokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// What one dance is told apart by. Each is 256 random bits.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    state: String,
    nonce: String,
    verifier: String,
}

impl Secrets {
    /// New ones.
    pub fn random() -> Self {
        let random = || data_encoding::BASE64URL_NOPAD.encode(&fieldkeep_trust::random::<32>());
        Self { state: random(), nonce: random(), verifier: random() }
    }
    /// Whether an answer belongs to this dance; in constant time.
    pub fn is_state(&self, given: &str) -> bool {
        fieldkeep_trust::hash::equal(self.state.as_bytes(), given.as_bytes())
    }
}

/// Where this deployment is answered.
pub fn redirect_uri(app: &App) -> Result<String, Fault> {
    Ok(format!("{}oidc/callback", app.base()?))
}

/// The provider's page, for this dance. `anew`: it must ask the person again, whatever session it has with them.
pub fn page(
    app: &App,
    secret: &ProviderSecret,
    known: &Known,
    dance: &Secrets,
    anew: bool,
) -> Result<String, Fault> {
    let issuer = known.metadata.issuer().clone();
    let client = CoreClient::new(ClientId::new(secret.client_id.clone()), issuer, known.keys.clone())
        .set_auth_uri(known.metadata.authorization_endpoint().clone())
        .set_redirect_uri(RedirectUrl::new(redirect_uri(app)?).map_err(Fault::internal)?);
    let verifier = PkceCodeVerifier::new(dance.verifier.clone());
    let (state, nonce) = (CsrfToken::new(dance.state.clone()), Nonce::new(dance.nonce.clone()));
    let mut request = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    if anew {
        request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
    }
    Ok(request.url().0.into())
}

fn refused(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Fault {
    let text = "the answer of the identity provider is not accepted: nothing was changed. Begin again";
    Fault { inside: Some(why.into()), ..Fault::new(Kind::Unauthenticated, text) }
}

/// Who signed in there, by the provider's word and nobody else's.
pub async fn subject(
    app: &App,
    id: ProviderId,
    secret: &ProviderSecret,
    dance: &Secrets,
    code: &str,
    anew: bool,
) -> Result<String, Fault> {
    let known = app.providers.known(app, id, &secret.issuer).await?;
    let answer = exchange(app, secret, &known, dance, code).await?;
    let token = answer.id_token().ok_or_else(|| refused("no ID token"))?;
    match verify(app, secret, &known, dance, &answer, token, anew) {
        // Keys are changed without notice; what signs with one that is not known is looked up once more.
        Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
            let known = app.providers.again(app, id, &secret.issuer).await?;
            verify(app, secret, &known, dance, &answer, token, anew)
        }
        done => done,
    }
    .map_err(|error| refused(error.to_string()))
}

async fn exchange(
    app: &App,
    secret: &ProviderSecret,
    known: &Known,
    dance: &Secrets,
    code: &str,
) -> Result<CoreTokenResponse, Fault> {
    let metadata = &known.metadata;
    let none = || Fault::from(Unanswered("no token endpoint".into()));
    let token_url: TokenUrl = metadata.token_endpoint().cloned().ok_or_else(none)?;
    // Basic unless the provider lists its ways and that is not among them (Discovery §3).
    let basic = metadata
        .token_endpoint_auth_methods_supported()
        .is_none_or(|all| all.contains(&CoreClientAuthMethod::ClientSecretBasic));
    let mut client = CoreClient::new(
        ClientId::new(secret.client_id.clone()),
        metadata.issuer().clone(),
        known.keys.clone(),
    )
    .set_auth_type(if basic { AuthType::BasicAuth } else { AuthType::RequestBody })
    .set_redirect_uri(RedirectUrl::new(redirect_uri(app)?).map_err(Fault::internal)?)
    .set_token_uri(token_url);
    if let Some(secret) = &secret.client_secret {
        client = client.set_client_secret(ClientSecret::new(secret.clone()));
    }
    let asked = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(dance.verifier.clone()))
        .request_async(&app.providers)
        .await;
    asked.map_err(|error| match error {
        RequestTokenError::Request(lost) => lost.into(),
        RequestTokenError::ServerResponse(said) => refused(format!("token endpoint: {}", said.error())),
        RequestTokenError::Parse(error, _) => refused(format!("token endpoint: {error}")),
        RequestTokenError::Other(_) => refused("token endpoint: an answer that cannot be read"),
    })
}

/// Signatures that one key makes and another checks. A shared secret proves nothing to a third party, `none` to nobody.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
];

fn verify(
    app: &App,
    secret: &ProviderSecret,
    known: &Known,
    dance: &Secrets,
    answer: &CoreTokenResponse,
    token: &CoreIdToken,
    anew: bool,
) -> Result<String, ClaimsVerificationError> {
    let other = |text: &str| ClaimsVerificationError::Other(text.to_owned());
    let issuer = IssuerUrl::new(secret.issuer.clone()).map_err(|error| other(&error.to_string()))?;
    let now = app.clock.now();
    let (latest, earliest) = (moment(now.plus_secs(PROVIDER_SKEW_S)), moment(now.plus_secs(-FRESH_S)));
    // The verifier of public clients has no secret to check an HMAC with.
    let verifier = CoreIdTokenVerifier::new_public_client(
        ClientId::new(secret.client_id.clone()),
        issuer,
        known.keys.clone(),
    )
    .set_allowed_algs(ALGORITHMS)
    .set_time_fn(move || moment(now).into())
    .set_issue_time_verifier_fn(move |issued| match SystemTime::from(issued) > latest {
        true => Err("issued in the future".to_owned()),
        false => Ok(()),
    })
    .set_auth_time_verifier_fn(move |shown| match shown.map(SystemTime::from) {
        Some(shown) if shown >= earliest && shown <= latest => Ok(()),
        _ if !anew => Ok(()),
        _ => Err("the person was not asked again".to_owned()),
    });
    let claims = token.claims(&verifier, &Nonce::new(dance.nonce.clone()))?;
    // Another audience beside ours is refused above; who it was made for must still be us, where it is said.
    if claims.authorized_party().is_some_and(|party| party.as_str() != secret.client_id) {
        return Err(ClaimsVerificationError::InvalidAudience("made for another party".to_owned()));
    }
    if let Some(expected) = claims.access_token_hash() {
        let failed = ClaimsVerificationError::SignatureVerification;
        let algorithm = token.signing_alg().map_err(failed)?;
        let key = token.signing_key(&verifier).map_err(failed)?;
        let hash = AccessTokenHash::from_token(answer.access_token(), algorithm, key)
            .map_err(|error| other(&error.to_string()))?;
        if hash != *expected {
            return Err(other("`at_hash` is of another access token"));
        }
    }
    let subject = claims.subject().as_str();
    if subject.is_empty() || subject.len() > PROVIDER_TEXT_BYTES_MAX {
        return Err(ClaimsVerificationError::InvalidSubject("empty or too long".to_owned()));
    }
    Ok(subject.to_owned())
}

fn moment(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(at.as_secs().unsigned_abs())
}
