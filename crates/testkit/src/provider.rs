//! A small OpenID provider that keeps to the standard, until it is told to break it in one way.
//!
//! Never: a shortcut that a real one would not take when it behaves; the client, the code, the redirect and PKCE are
//! checked.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use fieldkeep_server::clock::Clock;
use fieldkeep_trust::hash::sha256;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misdeed {
    /// Nothing.
    None,
    /// The ID token has another nonce.
    Nonce,
    /// No nonce at all.
    NoNonce,
    /// It is for another client.
    Audience,
    /// It is for us and another.
    Audiences,
    /// It was made for another party.
    Party,
    /// It is over.
    Expired,
    /// It is from tomorrow.
    Future,
    /// It is of another issuer.
    Issuer,
    /// It is signed by nobody.
    Unsigned,
    /// It is signed with an HMAC whose key is the public key.
    HmacOfKey,
    /// It is signed with an HMAC whose key is the client secret.
    HmacOfSecret,
    /// It is signed with a key that is not published.
    OtherKey,
    /// Its hash of the access token is of another.
    AccessHash,
    /// There is none.
    NoIdToken,
    /// The answer names another issuer.
    ForeignIss,
    /// The answer names nobody, though the metadata says that it does.
    NoIss,
    /// The metadata names another issuer.
    Metadata,
    /// It answers nothing.
    Down,
    /// The token endpoint sends us on.
    Redirects,
    /// The person signed in there an hour ago, and was not asked again.
    OldSession,
}

/// What a code stands for.
struct Granted {
    subject: String,
    nonce: String,
    challenge: String,
    redirect: String,
    asked_again: bool,
}

struct State {
    issuer: String,
    client: String,
    secret: Option<String>,
    key: EcdsaKeyPair,
    kid: String,
    other: EcdsaKeyPair,
    clock: Clock,
    misdeed: Misdeed,
    codes: BTreeMap<String, Granted>,
    /// Requests that came, by path.
    asked: Vec<String>,
}

/// The provider.
pub struct Provider {
    /// Its issuer identifier.
    pub issuer: String,
    state: Arc<Mutex<State>>,
}

fn key() -> EcdsaKeyPair {
    let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(kind, &SystemRandom::new()).unwrap();
    EcdsaKeyPair::from_pkcs8(kind, pkcs8.as_ref()).unwrap()
}

fn random() -> String {
    BASE64URL_NOPAD.encode(&fieldkeep_trust::random::<32>())
}

fn base64(text: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(text.as_ref())
}

impl Provider {
    /// Starts one on a loopback address, for one client.
    pub async fn start(clock: Clock, client: &str, secret: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let issuer = format!("http://{address}");
        let state = Arc::new(Mutex::new(State {
            issuer: issuer.clone(),
            client: client.to_owned(),
            secret: secret.map(str::to_owned),
            key: key(),
            kid: random(),
            other: key(),
            clock,
            misdeed: Misdeed::None,
            codes: BTreeMap::new(),
            asked: Vec::new(),
        }));
        let serving = state.clone();
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(serve(tcp, serving.clone()));
            }
        });
        Self { issuer, state }
    }

    /// From now on it does this wrong.
    pub fn does(&self, misdeed: Misdeed) {
        self.state.lock().unwrap().misdeed = misdeed;
    }

    /// Changes its key without a word.
    pub fn changes_key(&self) {
        let mut state = self.state.lock().unwrap();
        (state.key, state.kid) = (key(), random());
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.state.lock().unwrap().asked.iter().filter(|one| *one == path).count()
    }

    /// The person opens its page and signs in there: the path and query that the browser is sent back to.
    pub fn sign_in(&self, page: &str, subject: &str) -> String {
        let url = reqwest::Url::parse(page).unwrap();
        assert_eq!(format!("{}/authorize", self.issuer), page.split('?').next().unwrap());
        let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let mut state = self.state.lock().unwrap();
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], state.client);
        assert_eq!(query["code_challenge_method"], "S256");
        assert_eq!(query["scope"], "openid");
        assert!(query["state"].len() >= 43 && query["nonce"].len() >= 43);
        let code = random();
        let granted = Granted {
            subject: subject.to_owned(),
            nonce: query["nonce"].clone(),
            challenge: query["code_challenge"].clone(),
            redirect: query["redirect_uri"].clone(),
            asked_again: query.get("prompt").is_some_and(|prompt| prompt == "login")
                && query.get("max_age").is_some_and(|age| age == "0"),
        };
        let back = reqwest::Url::parse(&granted.redirect).unwrap();
        state.codes.insert(code.clone(), granted);
        let iss = match state.misdeed {
            Misdeed::NoIss => String::new(),
            Misdeed::ForeignIss => "&iss=http%3A%2F%2F127.0.0.1%3A1".to_owned(),
            _ => format!("&iss={}", state.issuer.replace(':', "%3A").replace('/', "%2F")),
        };
        // A parameter that nobody knows comes along, as session management adds one.
        format!("{}?code={code}&state={}{iss}&session_state=x", back.path(), query["state"])
    }
}

impl State {
    fn metadata(&self) -> Value {
        let issuer = match self.misdeed {
            Misdeed::Metadata => "https://id.example.com",
            _ => &self.issuer,
        };
        let at = &self.issuer;
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{at}/authorize"),
            "token_endpoint": format!("{at}/token"),
            "jwks_uri": format!("{at}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    fn jwks(&self) -> Value {
        let point = self.key.public_key().as_ref();
        json!({"keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid,
            "x": base64(&point[1..33]), "y": base64(&point[33..65]),
        }]})
    }

    fn token(&mut self, headers: &str, body: &str) -> Result<Value, &'static str> {
        let form = reqwest::Url::parse(&format!("http://x/?{body}")).unwrap();
        let form: BTreeMap<String, String> = form.query_pairs().into_owned().collect();
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        match &self.secret {
            Some(secret) => {
                let expected = BASE64.encode(format!("{}:{secret}", self.client).as_bytes());
                let line = format!("authorization: Basic {expected}");
                if !headers.lines().any(|given| given.eq_ignore_ascii_case(&line)) {
                    return Err("invalid_client");
                }
            }
            None if field("client_id") != self.client => return Err("invalid_client"),
            None => {}
        }
        // Taken out: a code is good once.
        let granted = self.codes.remove(field("code")).ok_or("invalid_grant")?;
        let challenge = base64(sha256(&[field("code_verifier").as_bytes()]).as_bytes());
        if field("grant_type") != "authorization_code"
            || granted.redirect != field("redirect_uri")
            || granted.challenge != challenge
        {
            return Err("invalid_grant");
        }
        let access = random();
        let mut answer = json!({"access_token": access, "token_type": "Bearer", "expires_in": 60});
        if self.misdeed != Misdeed::NoIdToken {
            answer["id_token"] = json!(self.id_token(&granted, &access));
        }
        Ok(answer)
    }

    fn id_token(&self, granted: &Granted, access: &str) -> String {
        let now = self.clock.now().as_secs();
        let half = |text: &str| base64(&sha256(&[text.as_bytes()]).as_bytes()[..16]);
        let mut claims = json!({
            "iss": self.issuer, "sub": granted.subject, "aud": self.client, "nonce": granted.nonce,
            "iat": now, "exp": now + 300, "at_hash": half(access),
            // Somebody else's address, which proves nothing.
            "email": "ada@example.com", "email_verified": true,
            "auth_time": if granted.asked_again { now } else { now - 3_600 },
        });
        match self.misdeed {
            Misdeed::Nonce => claims["nonce"] = json!(random()),
            Misdeed::NoNonce => drop(claims.as_object_mut().unwrap().remove("nonce")),
            Misdeed::Audience => claims["aud"] = json!("another"),
            Misdeed::Audiences => claims["aud"] = json!([self.client, "another"]),
            Misdeed::Party => claims["azp"] = json!("another"),
            Misdeed::Expired => claims["exp"] = json!(now - 1),
            Misdeed::Future => claims["iat"] = json!(now + 86_400),
            Misdeed::Issuer => claims["iss"] = json!("https://id.example.com"),
            Misdeed::AccessHash => claims["at_hash"] = json!(half("another")),
            Misdeed::OldSession => claims["auth_time"] = json!(now - 3_600),
            _ => {}
        }
        let algorithm = match self.misdeed {
            Misdeed::Unsigned => "none",
            Misdeed::HmacOfKey | Misdeed::HmacOfSecret => "HS256",
            _ => "ES256",
        };
        let header = json!({"alg": algorithm, "kid": self.kid, "typ": "JWT"});
        let text = format!("{}.{}", base64(header.to_string()), base64(claims.to_string()));
        let mac = |key: &[u8]| {
            base64(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref())
        };
        let sign = |key: &EcdsaKeyPair| base64(key.sign(&SystemRandom::new(), text.as_bytes()).unwrap());
        let signature = match self.misdeed {
            Misdeed::Unsigned => String::new(),
            Misdeed::HmacOfKey => mac(self.key.public_key().as_ref()),
            Misdeed::HmacOfSecret => mac(self.secret.as_deref().unwrap_or_default().as_bytes()),
            Misdeed::OtherKey => sign(&self.other),
            _ => sign(&self.key),
        };
        format!("{text}.{signature}")
    }
}

async fn serve(mut tcp: TcpStream, state: Arc<Mutex<State>>) {
    let Some((path, headers, body)) = read(&mut tcp).await else { return };
    let (status, extra, answer) = {
        let mut state = state.lock().unwrap();
        state.asked.push(path.clone());
        match (path.as_str(), state.misdeed) {
            (_, Misdeed::Down) => return,
            ("/token", Misdeed::Redirects) => {
                (307, format!("location: {}/other\r\n", state.issuer), Value::Null)
            }
            ("/.well-known/openid-configuration", _) => (200, String::new(), state.metadata()),
            ("/jwks", _) => (200, String::new(), state.jwks()),
            ("/token", _) => match state.token(&headers, &body) {
                Ok(answer) => (200, String::new(), answer),
                Err(why) => (400, String::new(), json!({"error": why})),
            },
            _ => (404, String::new(), Value::Null),
        }
    };
    let text = answer.to_string();
    let length = text.len();
    let head = format!(
        "HTTP/1.1 {status} x\r\n{extra}content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    let _ = tcp.write_all(format!("{head}{text}").as_bytes()).await;
    let _ = tcp.shutdown().await;
}

/// Path, headers and body of a request.
async fn read(tcp: &mut TcpStream) -> Option<(String, String, String)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if tcp.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let path = head.split(' ').nth(1)?.to_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = bytes.split_off(end + 4);
    while body.len() < length.unwrap_or_default() {
        if tcp.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((path, head, String::from_utf8(body).ok()?))
}
