//! A program outside: an HTTP server that keeps what it was asked, and fails the way it is told to.
//!
//! Never: more HTTP than a sender of messages needs; what it does not know ends the connection.

use fieldkeep_server::clock::Clock;
use fieldkeep_trust::ca::{Authority, Profile};
use fieldkeep_trust::sign::SigningKey;
use fieldkeep_trust::{tls, x509};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// How long anything outside may take to be asked; what takes longer is a failed test.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A certificate authority of somebody else, and TLS for one name under it.
pub struct Foreign {
    /// The authority's certificate.
    pub ca_pem: String,
    /// Serves TLS.
    pub acceptor: TlsAcceptor,
}

impl Foreign {
    /// An authority of its own for this name.
    pub fn new(name: &str) -> Self {
        let now = Clock::system().now();
        let root = Authority::root("Somebody else", now).unwrap();
        let issuer = root.subordinate(&Profile::Server, now).unwrap();
        let key = SigningKey::generate().unwrap();
        let leaf = issuer.issue(&Profile::ServerNames(vec![name.into()]), &key.public(), now).unwrap();
        let identity = tls::identity(&[leaf, issuer.der().to_vec()], &key).unwrap();
        let mut config = rustls::ServerConfig::builder_with_provider(tls::provider())
            .with_protocol_versions(rustls::ALL_VERSIONS)
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(identity)));
        config.alpn_protocols = vec![];
        let ca_pem = x509::to_pem("CERTIFICATE", root.der());
        Self { ca_pem, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }
}

/// What it was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The first line without its version.
    pub line: String,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

impl Asked {
    /// A header's value.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// How it answers once.
#[derive(Debug, Clone)]
pub enum Answer {
    /// With this status.
    Status(u16),
    /// With a page.
    Page(String),
    /// With 307 to there.
    Redirect(String),
    /// Not at all: it keeps the connection open and says nothing.
    Silence,
    /// By closing the connection.
    Close,
}

struct State {
    asked: watch::Sender<Vec<Asked>>,
    answers: Mutex<VecDeque<Answer>>,
}

/// The server. Answers 200 unless told otherwise.
pub struct Outside {
    /// Where it is.
    pub address: SocketAddr,
    state: Arc<State>,
}

impl Outside {
    /// Starts it, with TLS or without.
    pub async fn start(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, _) = watch::channel(Vec::new());
        let state = Arc::new(State { asked, answers: Mutex::default() });
        let serving = state.clone();
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(connection(tcp, tls.clone(), serving.clone()));
            }
        });
        Self { address, state }
    }

    /// The answer to one request to come.
    pub fn next(&self, answer: Answer) {
        self.state.answers.lock().unwrap().push_back(answer);
    }

    /// Waits until it was asked so many times in all; what it was asked.
    pub async fn asked(&self, count: usize) -> Vec<Asked> {
        let mut asked = self.state.asked.subscribe();
        let enough = tokio::time::timeout(PATIENCE, asked.wait_for(|all| all.len() >= count)).await;
        let seen = self.state.asked.borrow().clone();
        assert!(
            enough.is_ok(),
            "{count} requests expected within {PATIENCE:?}, {} came: {seen:?}",
            seen.len()
        );
        seen
    }

    /// What it was asked so far.
    pub fn so_far(&self) -> Vec<Asked> {
        self.state.asked.borrow().clone()
    }
}

async fn connection(tcp: TcpStream, tls: Option<TlsAcceptor>, state: Arc<State>) {
    match tls {
        None => serve(tcp, &state).await,
        Some(tls) => {
            if let Ok(stream) = tls.accept(tcp).await {
                serve(stream, &state).await;
            }
        }
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, state: &State) {
    let Some(asked) = read(&mut stream).await else { return };
    let answer = state.answers.lock().unwrap().pop_front().unwrap_or(Answer::Status(200));
    state.asked.send_modify(|all| all.push(asked));
    let text = match answer {
        Answer::Status(status) => {
            format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        Answer::Page(html) => {
            let length = html.len();
            format!(
                "HTTP/1.1 200 x\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{html}"
            )
        }
        Answer::Redirect(to) => {
            format!("HTTP/1.1 307 x\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        Answer::Silence => return std::future::pending().await,
        Answer::Close => return,
    };
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let line = lines.next()?.rsplit_once(' ')?.0.to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(Some(0), |length| length.parse().ok())?;
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Asked { line, headers, body: String::from_utf8(body).ok()? })
}
