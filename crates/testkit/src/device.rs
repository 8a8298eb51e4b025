//! A device as a test drives it: every request by hand, over real mutual TLS, so that it can also misbehave.

use crate::world::World;
use data_encoding::BASE64;
use fieldkeep_domain::journal::Head;
use fieldkeep_domain::registry::Voucher;
use fieldkeep_domain::telemetry::{Batch, Metric, Segment, Series, Unit, Value};
use fieldkeep_domain::{DeviceId, Hash, Timestamp};
use fieldkeep_trust::hash::{batch_hash, sha256};
use fieldkeep_trust::sign::{SigningKey, certificate_request};
use fieldkeep_trust::{pkcs7, voucher as chain};
use fieldkeep_wire::claim::{ANSWER_AAD, Answer, decode_offer, encode_answer};
use fieldkeep_wire::{batch, cose, voucher};
use serde_json::Value as Json;
use std::sync::Arc;

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Retry-After in seconds.
    pub retry_after: Option<u64>,
    /// The body, null where it is not JSON.
    pub body: Json,
    /// The body as it came.
    pub text: String,
}

impl Reply {
    /// The admission check that failed.
    pub fn failed(&self) -> &str {
        let checks = self.body["checks"].as_array().map(Vec::as_slice).unwrap_or_default();
        let failed = checks.iter().find(|check| check["outcome"] == "failed");
        failed.and_then(|check| check["check"].as_str()).unwrap_or("none")
    }
    /// Names of the quarantine reasons.
    pub fn reasons(&self) -> Vec<&str> {
        let reasons = self.body["reasons"].as_array().map(Vec::as_slice).unwrap_or_default();
        reasons.iter().filter_map(|reason| reason["name"].as_str()).collect()
    }
    /// The receipt's index.
    pub fn index(&self) -> u64 {
        self.body["receipt"]["index"].as_u64().unwrap_or_else(|| panic!("no receipt: {self:?}"))
    }
    /// Fails the test unless the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} {}", self.status, self.text);
        self
    }
}

/// A device.
#[derive(Clone)]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// Its birth key.
    pub key: SigningKey,
    /// Its birth chain, leaf first.
    pub birth: Vec<Vec<u8>>,
    /// Its voucher.
    pub voucher: Voucher,
    /// On its label.
    pub claim_secret: [u8; 16],
    /// Its operational key and chain, once enrolled.
    pub operational: Option<(SigningKey, Vec<Vec<u8>>)>,
    /// Its API key.
    pub api_key: String,
    /// Its access token.
    pub token: String,
    /// The end of its chain.
    pub head: Option<Head>,
    /// Its boot epoch.
    pub epoch: u64,
    client: Option<reqwest::Client>,
}

/// A segment of one metric, so many readings a second apart.
pub fn readings(metric: &str, unit: Option<&str>, from: Timestamp, values: &[f64]) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    for (n, value) in values.iter().enumerate() {
        let time = from.plus_secs(n as i64);
        if out.last().is_none_or(|last| last.hour != time.hour()) {
            let series = Series {
                metric: Metric::parse(metric).unwrap(),
                unit: unit.map(|unit| Unit::parse(unit).unwrap()),
                times: vec![],
                values: vec![],
            };
            out.push(Segment { hour: time.hour(), series: vec![series] });
        }
        let series = &mut out.last_mut().unwrap().series[0];
        series.times.push(time);
        series.values.push(Value::Float(*value));
    }
    out
}

impl Device {
    /// A device fresh from its maker.
    pub fn new(
        id: DeviceId,
        key: SigningKey,
        birth: Vec<Vec<u8>>,
        voucher: Voucher,
        claim_secret: [u8; 16],
    ) -> Self {
        Self {
            id,
            key,
            birth,
            voucher,
            claim_secret,
            operational: None,
            api_key: String::new(),
            token: String::new(),
            head: None,
            epoch: 1,
            client: None,
        }
    }

    /// The chain and key of the birth or of the operational certificate.
    pub fn identity(&self) -> (&[Vec<u8>], &SigningKey) {
        match &self.operational {
            Some((key, chain)) => (chain, key),
            None => (&self.birth, &self.key),
        }
    }

    /// A TLS configuration with its current identity.
    pub fn tls(&self, world: &World) -> rustls::ClientConfig {
        world.tls(Some(self.identity()))
    }

    /// Forgets the open connection.
    pub fn reconnect(&mut self) {
        self.client = None;
    }

    fn client(&mut self, world: &World) -> reqwest::Client {
        let config = self.tls(world);
        self.client.get_or_insert_with(|| world.client(config)).clone()
    }

    /// Sends a request on its own connection.
    pub async fn send(
        &mut self,
        world: &World,
        method: &str,
        path: &str,
        with: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Result<Reply, reqwest::Error> {
        let url = format!("https://devices.localhost:{}{path}", world.address().port());
        let request = self.client(world).request(method.parse().unwrap(), url);
        reply(with(request).send().await?).await
    }

    /// GET.
    pub async fn get(&mut self, world: &World, path: &str) -> Reply {
        self.send(world, "GET", path, |request| request).await.unwrap()
    }

    /// POST of JSON.
    pub async fn post(&mut self, world: &World, path: &str, body: &Json) -> Reply {
        self.send(world, "POST", path, |request| request.json(body)).await.unwrap()
    }

    /// Answers the open claim as an honest device does.
    pub async fn answer_claim(&mut self, world: &World) -> Reply {
        let (signer, nonce, epoch, owner) = self.offer(world).await;
        self.answer_with(world, &signer, nonce, owner, epoch).await
    }

    /// The open offer: own key, nonce, epoch and hash of the owner's key.
    pub async fn offer(&mut self, world: &World) -> (SigningKey, [u8; 32], u64, Hash) {
        let body = self.get(world, "/v1/claim").await.expect(200).body;
        let bytes = |name: &str| BASE64.decode(body[name].as_str().unwrap().as_bytes()).unwrap();
        let offer = decode_offer(&cose::decode_sign1(&bytes("offer"), 512).unwrap().payload).unwrap();
        let voucher = voucher::decode(&bytes("voucher")).unwrap();
        let owner = sha256(&[&cose::encode_key(&chain::last_owner(&voucher))]);
        (self.key.clone(), offer.nonce, offer.owner_epoch, owner)
    }

    /// Answers with given parts.
    pub async fn answer_with(
        &mut self,
        world: &World,
        signer: &SigningKey,
        nonce: [u8; 32],
        owner_key: Hash,
        owner_epoch: u64,
    ) -> Reply {
        let answer = Answer { device: self.id, nonce, owner_key, owner_epoch };
        let signed = signer.sign(ANSWER_AAD, encode_answer(&answer)).unwrap();
        let body = serde_json::json!({"answer": BASE64.encode(&cose::encode_sign1(&signed))});
        self.post(world, "/v1/claim", &body).await
    }

    /// Enrols: a new key, a new certificate.
    pub async fn enroll(&mut self, world: &World) -> Reply {
        let path = match self.operational {
            None => "/.well-known/est/simpleenroll",
            Some(_) => "/.well-known/est/simplereenroll",
        };
        let key = SigningKey::generate().unwrap();
        let csr = certificate_request(&key, "ignored").unwrap();
        let reply = self.post_csr(world, path, &csr).await;
        if reply.status == 200 {
            let text: Vec<u8> = reply.text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
            let chain = pkcs7::certificates(&BASE64.decode(&text).unwrap()).unwrap();
            self.operational = Some((key, chain));
            self.client = None;
        }
        reply
    }

    /// Sends a signing request as it is.
    pub async fn post_csr(&mut self, world: &World, path: &str, csr: &[u8]) -> Reply {
        let body = BASE64.encode(csr);
        self.send(world, "POST", path, |request| {
            request.header("content-type", "application/pkcs10").body(body)
        })
        .await
        .unwrap()
    }

    /// Fetches a key and a token.
    pub async fn authenticate(&mut self, world: &World) {
        let key = self.send(world, "POST", "/v1/key", |request| request).await.unwrap().expect(201);
        self.api_key = key.body["key"].as_str().unwrap().to_owned();
        self.new_token(world).await.expect(200);
    }

    /// Fetches a token.
    pub async fn new_token(&mut self, world: &World) -> Reply {
        let key = self.api_key.clone();
        let reply =
            self.send(world, "POST", "/v1/token", |request| request.header("x-api-key", key)).await.unwrap();
        if let Some(token) = reply.body["token"].as_str() {
            self.token = token.to_owned();
        }
        reply
    }

    /// The next batch of its chain.
    pub fn next(&self, segments: Vec<Segment>) -> Batch {
        let (seq, prev) = match self.head {
            Some(head) if head.epoch == self.epoch => (head.seq + 1, Some(head.hash)),
            Some(head) => (1, Some(head.hash)),
            None => (1, None),
        };
        Batch { device: self.id, epoch: self.epoch, seq, prev, sent: None, lost: 0, segments }
    }

    /// Sends a batch as CBOR without moving the head.
    pub async fn send_batch(&mut self, world: &World, one: &Batch) -> Result<Reply, reqwest::Error> {
        let body = batch::encode(&batch::freeze(one));
        self.send_bytes(world, "application/cbor", body).await
    }

    /// Sends bytes as a batch.
    pub async fn send_bytes(
        &mut self,
        world: &World,
        kind: &str,
        body: Vec<u8>,
    ) -> Result<Reply, reqwest::Error> {
        let token = self.token.clone();
        self.send(world, "POST", "/v1/batches", |request| {
            request.header("content-type", kind).bearer_auth(token).body(body)
        })
        .await
    }

    /// Sends the next batch and moves the head when it counts.
    pub async fn measure(&mut self, world: &World, segments: Vec<Segment>) -> Reply {
        let one = self.next(segments);
        let reply = self.send_batch(world, &one).await.unwrap();
        if matches!(reply.status, 200 | 202) && !reply.reasons().contains(&"fork") {
            self.head = Some(head_of(&one));
        }
        reply
    }

    /// Claimed, enrolled, installed and with a token: ready to measure.
    pub async fn settle(&mut self, world: &World, place: &crate::world::Place) {
        world.claim(self, place.organization).await.expect(202);
        self.answer_claim(world).await.expect(200);
        self.enroll(world).await.expect(200);
        self.get(world, "/v1/hello").await.expect(200);
        world.install(self, place).await.expect(200);
        self.authenticate(world).await;
    }
}

/// The head that a batch makes.
pub fn head_of(one: &Batch) -> Head {
    Head { epoch: one.epoch, seq: one.seq, hash: batch_hash(&batch::freeze(one)).0 }
}

/// Reads a response whole.
pub async fn reply(response: reqwest::Response) -> Result<Reply, reqwest::Error> {
    let status = response.status().as_u16();
    let retry_after =
        response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let text = response.text().await?;
    Ok(Reply { status, retry_after, body: serde_json::from_str(&text).unwrap_or_default(), text })
}

/// A shared configuration, for connections that must resume.
pub fn shared(config: rustls::ClientConfig) -> Arc<rustls::ClientConfig> {
    Arc::new(config)
}
