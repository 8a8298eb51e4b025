//! A device driven by hand with the identity that its agent enrolled: to do what no honest agent does.

use crate::client::Place;
use anyhow::{Context, Result};
use fieldkeep_domain::journal::Head;
use fieldkeep_domain::telemetry::{Batch, Metric, Segment, Series, Unit, Value};
use fieldkeep_domain::{DeviceId, Timestamp};
use fieldkeep_trust::hash::batch_hash;
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::{tls, x509};
use fieldkeep_wire::batch;
use serde_json::Value as Json;
use std::path::Path;
use std::sync::Arc;

/// The name that devices call in the demo.
pub const NAME: &str = "devices.localhost";

/// A device's identity and connection.
#[derive(Clone)]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    chain: Vec<Vec<u8>>,
    key: SigningKey,
    root_pem: String,
    port: u16,
    http: reqwest::Client,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Json,
}

impl Reply {
    /// The admission check that failed.
    pub fn failed(&self) -> String {
        let checks = self.body["checks"].as_array().cloned().unwrap_or_default();
        let failed = checks.iter().find(|check| check["outcome"] == "failed");
        failed.and_then(|check| check["check"].as_str()).unwrap_or("none").to_owned()
    }
    /// Names of the quarantine reasons.
    pub fn reasons(&self) -> Vec<String> {
        let reasons = self.body["reasons"].as_array().cloned().unwrap_or_default();
        reasons.iter().filter_map(|reason| reason["name"].as_str().map(str::to_owned)).collect()
    }
}

impl Device {
    /// With these files: a chain and a key, PEM.
    pub fn open(id: DeviceId, place: &Place, chain: &Path, key: &Path) -> Result<Self> {
        let read = |path: &Path| {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
        };
        let chain = x509::from_pem(&read(chain)?)?;
        let key = SigningKey::from_pem(&read(key)?)?;
        let config = tls::client_config(&place.root_pem, Some((&chain, &key)))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .no_proxy()
            .resolve(NAME, place.address)
            .build()
            .context("cannot make a client")?;
        let port = place.address.port();
        Ok(Self { id, chain, key, root_pem: place.root_pem.clone(), port, http, token: String::new() })
    }

    /// With the certificate that the agent in this folder enrolled.
    pub fn enrolled(id: DeviceId, place: &Place, folder: &Path) -> Result<Self> {
        Self::open(id, place, &folder.join("ops.pem"), &folder.join("device-ops.key"))
    }

    /// TLS with HTTP/1.1 alone, shared so that sessions resume.
    pub fn plain_tls(&self) -> Result<Arc<rustls::ClientConfig>> {
        let mut config = tls::client_config(&self.root_pem, Some((&self.chain, &self.key)))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    async fn reply(response: reqwest::Response) -> Result<Reply> {
        let status = response.status().as_u16();
        let text = response.text().await?;
        Ok(Reply { status, body: serde_json::from_str(&text).unwrap_or_default() })
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Result<Reply> {
        Self::reply(self.http.get(format!("https://{NAME}:{}{path}", self.port)).send().await?).await
    }

    /// Exchanges a new key for a token.
    pub async fn authenticate(&mut self) -> Result<()> {
        let url = |path: &str| format!("https://{NAME}:{}{path}", self.port);
        let key = Self::reply(self.http.post(url("/v1/key")).send().await?).await?;
        let key = key.body["key"].as_str().context("no key came back")?.to_owned();
        let token =
            Self::reply(self.http.post(url("/v1/token")).header("x-api-key", key).send().await?).await?;
        self.token = token.body["token"].as_str().context("no token came back")?.to_owned();
        Ok(())
    }

    /// Sends a batch.
    pub async fn send(&self, one: &Batch) -> Result<Reply> {
        let url = format!("https://{NAME}:{}/v1/batches", self.port);
        let request = self.http.post(url).bearer_auth(&self.token).header("content-type", "application/cbor");
        Self::reply(request.body(batch::encode(&batch::freeze(one))).send().await?).await
    }

    /// The batch after a head, with values a second apart that end at `at`.
    pub fn batch(&self, after: Option<Head>, at: Timestamp, values: &[f64]) -> Result<Batch> {
        let start = at.plus_secs(-(values.len() as i64));
        let mut segments: Vec<Segment> = Vec::new();
        for (n, value) in values.iter().enumerate() {
            let time = start.plus_secs(n as i64);
            if segments.last().is_none_or(|last| last.hour != time.hour()) {
                let series = Series {
                    metric: Metric::parse("temperature")?,
                    unit: Some(Unit::parse("Cel")?),
                    times: Vec::new(),
                    values: Vec::new(),
                };
                segments.push(Segment { hour: time.hour(), series: vec![series] });
            }
            if let Some(series) = segments.last_mut().and_then(|segment| segment.series.first_mut()) {
                series.times.push(time);
                series.values.push(Value::float(*value)?);
            }
        }
        let (epoch, seq, prev) =
            after.map_or((1, 1, None), |head| (head.epoch, head.seq + 1, Some(head.hash)));
        Ok(Batch { device: self.id, epoch, seq, prev, sent: None, lost: 0, segments })
    }
}

/// The head that a batch makes.
pub fn head_of(one: &Batch) -> Head {
    Head { epoch: one.epoch, seq: one.seq, hash: batch_hash(&batch::freeze(one)).0 }
}
