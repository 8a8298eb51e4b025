//! The client of `/api/v1`: finds a running server by its data folder, trusts its root and the certificate that the server left
//! there, sends an API key.
//!
//! Never: a proxy, another root, a plain connection to anything but the monitor on this machine, or a change sent twice.

mod error;
mod notify;
mod people;
mod routes;
mod session;

pub use error::{Error, Refusal};
pub use session::Session;

use crate::files;
use crate::limits::{
    CONNECT_S_MAX, FILE_BYTES_MAX, KEY_FILE_BYTES_MAX, PAGE_ITEMS, REQUEST_S_MAX, RETRIES_MAX, RETRY_S_MAX,
};
use error::{deepest, refusal};
use fieldkeep_api::{Page, PageQuery};
use fieldkeep_server::app::Folder;
use fieldkeep_trust::secret::Secret;
use fieldkeep_trust::tls;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder, Response};
use rustls::time_provider::DefaultTimeProvider;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// For requests without a query.
pub const NO_QUERY: &[(&str, &str)] = &[];

/// Where a server listens and how it is known.
#[derive(Debug, Clone)]
pub struct Place {
    /// The name of the people's side.
    pub people_name: String,
    /// Address and port of the people's side.
    pub address: SocketAddr,
    /// Health and metrics.
    pub monitor: SocketAddr,
    /// The root that its certificate must come from, PEM.
    pub root_pem: String,
    /// The operator's own chain that it shows instead, PEM. The server leaves it in its folder, which is already what
    /// says where it is and which root it has; so neither the files of the operator have to be readable for whoever runs a
    /// command, nor does it matter whether they were replaced by something that the server refused.
    pub own_pem: Option<String>,
}

impl Place {
    /// Reads what a running server left in its data folder.
    pub fn read(data: &Path) -> Result<Self, Error> {
        let folder = Folder::new(data);
        let path = folder.address();
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::NotRunning { path });
            }
            read => read.map_err(|error| Error::File { path: path.clone(), why: error.to_string() })?,
        };
        let lines: Vec<&str> = text.lines().collect();
        let parsed = match lines[..] {
            [name, address, monitor] => address.parse().ok().zip(monitor.parse().ok()).map(|at| (name, at)),
            _ => None,
        };
        let damaged = || Error::File { path, why: "name, address and monitor expected, a line each".into() };
        let (name, (address, monitor)) = parsed.ok_or_else(damaged)?;
        let path = folder.certificate("root");
        let root_pem =
            std::fs::read_to_string(&path).map_err(|error| Error::File { path, why: error.to_string() })?;
        let own_pem = own_chain(&folder)?;
        Ok(Self {
            people_name: name.to_owned(),
            address: here(address),
            monitor: here(monitor),
            root_pem,
            own_pem,
        })
    }
}

fn own_chain(folder: &Folder) -> Result<Option<String>, Error> {
    let path = folder.people_certificate();
    match std::fs::read_to_string(&path) {
        Ok(pem) => Ok(Some(pem)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::File { path, why: error.to_string() }),
    }
}

/// A server that listens on every address of this machine is asked on the nearest.
fn here(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    address
}

/// Speaks to one server with one key. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    monitor: SocketAddr,
    /// `Bearer …`, marked as secret so that no `Debug` shows it.
    key: Option<HeaderValue>,
}

impl Client {
    /// A client for the server that runs on a data folder, with the key in a file.
    pub fn from_data(data: &Path, key: &Path) -> Result<Self, Error> {
        let client = Self::new(&Place::read(data)?)?;
        let refused = |why: String| Error::File { path: key.to_owned(), why };
        let text =
            Secret::new(files::read(key, KEY_FILE_BYTES_MAX).map_err(|error| refused(error.to_string()))?);
        client
            .with_key(text.expose().trim_ascii())
            .ok_or_else(|| refused("an API key (fk_svc_…) on one line expected".into()))
    }

    /// A client without a key: enough for what needs none.
    pub fn new(place: &Place) -> Result<Self, Error> {
        let config = match &place.own_pem {
            Some(chain) => tls::client_config_pinned(&place.root_pem, chain, Arc::new(DefaultTimeProvider)),
            None => tls::client_config(&place.root_pem, None),
        };
        let mut config = config.map_err(|error| Error::Tls { why: error.to_string() })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .resolve(&place.people_name, place.address)
            .connect_timeout(Duration::from_secs(CONNECT_S_MAX))
            .user_agent(concat!("fieldkeep/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::Tls { why: deepest(&error) })?;
        let base = format!("https://{}:{}", place.people_name, place.address.port());
        Ok(Self { http, base, monitor: place.monitor, key: None })
    }

    /// The same connections with another key; `None` where the bytes cannot be a key.
    pub fn with_key(&self, key: &[u8]) -> Option<Self> {
        let printable = !key.is_empty() && key.iter().all(u8::is_ascii_graphic);
        let bearer = Secret::new([b"Bearer ", key].concat());
        let mut value = HeaderValue::from_bytes(bearer.expose()).ok().filter(|_| printable)?;
        value.set_sensitive(true);
        Some(Self { key: Some(value), ..self.clone() })
    }

    /// `https://name:port`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether the server on the other side has this deployment's certificate and answers.
    pub async fn answers(&self) -> Result<(), Error> {
        let request = self.request(Method::GET, "/openapi.json");
        self.send(request).await.map(drop)
    }

    /// What the monitor says of the server: ready, or why not.
    pub async fn ready(&self) -> Result<Result<(), String>, Error> {
        let url = format!("http://{}/readyz", self.monitor);
        let transport = |error: reqwest::Error| Error::transport(&url, &error);
        let request = self.http.get(&url).timeout(Duration::from_secs(CONNECT_S_MAX));
        let answer = request.send().await.map_err(transport)?;
        let ready = answer.status().is_success();
        let text = answer.text().await.map_err(transport)?;
        Ok(if ready { Ok(()) } else { Err(text.trim().to_owned()) })
    }

    /// Reads one object. A limit that was met is waited for, a few times.
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &(impl Serialize + ?Sized),
    ) -> Result<T, Error> {
        self.get_paged(path, query, &PageQuery::default()).await
    }

    /// Reads a list page after page, up to `max` items; `next` is set where more would follow. The query itself names
    /// neither limit nor page.
    pub async fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &(impl Serialize + ?Sized),
        max: usize,
    ) -> Result<Page<T>, Error> {
        let mut items = Vec::new();
        let mut after = None;
        while items.len() < max {
            let limit = u32::try_from(PAGE_ITEMS.min(max - items.len())).ok();
            let paging = PageQuery { limit, after: after.take() };
            let page: Page<T> = self.get_paged(path, query, &paging).await?;
            items.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(Page { items, next: after })
    }

    async fn get_paged<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &(impl Serialize + ?Sized),
        paging: &PageQuery,
    ) -> Result<T, Error> {
        let mut tries = 0;
        loop {
            let request = self.request(Method::GET, path).query(query).query(paging);
            match self.send(request).await {
                Ok(answer) => return self.read(answer).await,
                Err(error) => {
                    let wait = error.refusal().and_then(|refusal| wait(refusal, tries));
                    tokio::time::sleep(wait.ok_or(error)?).await;
                    tries += 1;
                }
            }
        }
    }

    /// Sends a new object, or what should happen to one.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        let answer = self.send(self.request(Method::POST, path).json(body)).await?;
        self.read(answer).await
    }

    /// Sends what is answered by its status alone.
    pub async fn tell(&self, path: &str, body: &impl Serialize) -> Result<(), Error> {
        self.send(self.request(Method::POST, path).json(body)).await.map(drop)
    }

    /// Replaces an object.
    pub async fn put<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        let answer = self.send(self.request(Method::PUT, path).json(body)).await?;
        self.read(answer).await
    }

    /// A request below `/api/v1` with the key.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}/api/v1{path}", self.base));
        let request = request.timeout(Duration::from_secs(REQUEST_S_MAX));
        match &self.key {
            Some(key) => request.header(AUTHORIZATION, key.clone()),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Error> {
        let answer = request.send().await.map_err(|error| Error::transport(&self.base, &error))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(Error::Refused(Box::new(refusal(answer).await)))
    }

    async fn read<T: DeserializeOwned>(&self, mut answer: Response) -> Result<T, Error> {
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| Error::transport(&self.base, &error))? {
            body.extend_from_slice(&part);
            if body.len() as u64 > FILE_BYTES_MAX {
                return Err(Error::Answer { why: format!("it is larger than {FILE_BYTES_MAX} bytes") });
            }
        }
        serde_json::from_slice(&body).map_err(|error| Error::Answer { why: error.to_string() })
    }
}

/// How long to wait before a reading request is sent again, where that makes sense.
fn wait(refusal: &Refusal, tries: u32) -> Option<Duration> {
    let later = matches!(refusal.status, 429 | 503) && tries < RETRIES_MAX;
    let seconds = refusal.retry_after_s.unwrap_or(1 << tries);
    (later && seconds <= RETRY_S_MAX).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests;
