//! A mail server: EHLO, STARTTLS, AUTH PLAIN, MAIL, RCPT, DATA over real TLS (RFC 5321, RFC 3207, RFC 4954). It keeps what
//! it takes, and refuses what it is told to.
//!
//! Never: a letter without sign-in, or sign-in without TLS, where it was set up to ask for them.

use crate::outside::PATIENCE;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// A letter that was taken.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The sender on the envelope.
    pub from: String,
    /// The recipients on the envelope.
    pub to: Vec<String>,
    /// Headers and body.
    pub data: String,
    /// Whether it came over TLS.
    pub secured: bool,
    /// Who signed in.
    pub user: Option<String>,
}

impl Mail {
    /// The text, decoded from quoted-printable (RFC 2045 §6.7).
    pub fn text(&self) -> String {
        let (_, body) = self.data.split_once("\r\n\r\n").unwrap();
        let mut bytes = Vec::new();
        let mut rest = body.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            rest = match (first, after) {
                (b'=', [b'\r', b'\n', after @ ..]) => after,
                (b'=', [high, low, after @ ..]) => {
                    bytes.extend(data_encoding::HEXUPPER.decode(&[*high, *low]).unwrap());
                    after
                }
                _ => {
                    bytes.push(*first);
                    after
                }
            };
        }
        String::from_utf8(bytes).unwrap()
    }
}

/// How TLS is spoken.
#[derive(Clone)]
pub enum Security {
    /// After STARTTLS.
    Starttls(TlsAcceptor),
    /// From the first byte.
    Implicit(TlsAcceptor),
    /// Not at all, and not offered.
    None,
}

struct State {
    security: Security,
    account: Option<(String, String)>,
    mails: watch::Sender<Vec<Mail>>,
    /// How often somebody named a recipient.
    tries: watch::Sender<usize>,
    /// How often somebody connected.
    visits: watch::Sender<usize>,
    answers: Mutex<VecDeque<String>>,
}

/// The server.
pub struct SmtpServer {
    /// Where it is.
    pub address: SocketAddr,
    state: Arc<State>,
}

impl SmtpServer {
    /// Starts it; with an account, that one has to sign in.
    pub async fn start(security: Security, account: Option<(&str, &str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            security,
            account: account.map(|(name, password)| (name.to_owned(), password.to_owned())),
            mails: watch::channel(Vec::new()).0,
            tries: watch::channel(0).0,
            visits: watch::channel(0).0,
            answers: Mutex::default(),
        });
        let serving = state.clone();
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                serving.visits.send_modify(|visits| *visits += 1);
                tokio::spawn(connection(tcp, serving.clone()));
            }
        });
        Self { address, state }
    }

    /// The answer to one RCPT to come, for example `451 later` or `550 no such user`.
    pub fn next(&self, answer: &str) {
        self.state.answers.lock().unwrap().push_back(answer.to_owned());
    }

    /// Waits until so many letters were taken in all.
    pub async fn mails(&self, count: usize) -> Vec<Mail> {
        let mut mails = self.state.mails.subscribe();
        let enough = tokio::time::timeout(PATIENCE, mails.wait_for(|all| all.len() >= count)).await;
        assert!(enough.is_ok(), "{count} letters expected within {PATIENCE:?}");
        self.so_far()
    }

    /// What was taken so far.
    pub fn so_far(&self) -> Vec<Mail> {
        self.state.mails.borrow().clone()
    }

    /// Waits until a recipient was named so many times in all, refused or not.
    pub async fn tries(&self, count: usize) -> usize {
        wait(&self.state.tries, count).await
    }

    /// Waits until somebody connected so many times in all.
    pub async fn visits(&self, count: usize) -> usize {
        wait(&self.state.visits, count).await
    }
}

async fn wait(counter: &watch::Sender<usize>, count: usize) -> usize {
    let mut seen = counter.subscribe();
    let enough = tokio::time::timeout(PATIENCE, seen.wait_for(|seen| *seen >= count)).await;
    assert!(enough.is_ok(), "{count} expected within {PATIENCE:?}");
    *counter.borrow()
}

async fn connection(tcp: TcpStream, state: Arc<State>) -> Option<()> {
    match state.security.clone() {
        Security::Implicit(tls) => {
            session(&mut tls.accept(tcp).await.ok()?, &state, true, true).await.map(drop)
        }
        Security::None => session(&mut { tcp }, &state, false, true).await.map(drop),
        Security::Starttls(tls) => {
            let mut tcp = tcp;
            match session(&mut tcp, &state, false, true).await? {
                End::Over => Some(()),
                // What was said before counts no more (RFC 3207 §4.2), and there is no second greeting.
                End::Secure => session(&mut tls.accept(tcp).await.ok()?, &state, true, false).await.map(drop),
            }
        }
    }
}

enum End {
    Over,
    Secure,
}

/// One dialogue, up to its end or to the beginning of TLS.
async fn session(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    state: &State,
    secured: bool,
    greet: bool,
) -> Option<End> {
    if greet {
        say(stream, "220 mail.test ready").await?;
    }
    let starttls = !secured && matches!(state.security, Security::Starttls(_));
    let mut mail = Mail { from: String::new(), to: vec![], data: String::new(), secured, user: None };
    loop {
        let line = line(stream).await?;
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                let mut text = "250-mail.test\r\n".to_owned();
                if starttls {
                    text.push_str("250-STARTTLS\r\n");
                }
                if secured || matches!(state.security, Security::None) {
                    text.push_str("250-AUTH PLAIN\r\n");
                }
                text + "250 8BITMIME"
            }
            "STARTTLS" if starttls => {
                say(stream, "220 go ahead").await?;
                return Some(End::Secure);
            }
            "AUTH" => sign_in(rest, state, &mut mail),
            "MAIL" if state.account.is_some() && mail.user.is_none() => "530 sign in first".into(),
            "MAIL" => {
                mail.from = between(rest)?;
                "250 ok".into()
            }
            "RCPT" => {
                state.tries.send_modify(|tries| *tries += 1);
                mail.to.push(between(rest)?);
                state.answers.lock().unwrap().pop_front().unwrap_or_else(|| "250 ok".into())
            }
            "DATA" => {
                say(stream, "354 end with a dot").await?;
                mail.data = data(stream).await?;
                state.mails.send_modify(|all| all.push(mail.clone()));
                "250 taken".into()
            }
            "RSET" | "NOOP" => "250 ok".into(),
            "QUIT" => {
                say(stream, "221 bye").await?;
                return Some(End::Over);
            }
            _ => "502 not known here".into(),
        };
        say(stream, &answer).await?;
    }
}

/// AUTH PLAIN with its initial response (RFC 4616).
fn sign_in(rest: &str, state: &State, mail: &mut Mail) -> String {
    let plain =
        rest.strip_prefix("PLAIN ").and_then(|text| data_encoding::BASE64.decode(text.as_bytes()).ok());
    let plain = plain.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let parts: Vec<&str> = plain.split('\0').collect();
    match (&parts[..], &state.account) {
        (["", name, password], Some((own, own_password))) if name == own && password == own_password => {
            mail.user = Some((*name).to_owned());
            "235 welcome".into()
        }
        _ => "535 no".into(),
    }
}

fn between(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('<')?;
    Some(rest.split_once('>')?.0.to_owned())
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), text: &str) -> Option<()> {
    stream.write_all(format!("{text}\r\n").as_bytes()).await.ok()?;
    stream.flush().await.ok()
}

/// A byte at a time: what follows STARTTLS belongs to TLS.
async fn line(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        bytes.push(stream.read_u8().await.ok()?);
        if bytes.ends_with(b"\r\n") {
            bytes.truncate(bytes.len() - 2);
            return String::from_utf8(bytes).ok();
        }
    }
}

async fn data(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut text = String::new();
    loop {
        let line = line(stream).await?;
        if line == "." {
            return Some(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
        text.push_str("\r\n");
    }
}
