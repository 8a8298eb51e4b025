//! The bad cases: what must be refused is refused, what must be held is held, and each says why.

use super::device::{Device, NAME, head_of};
use super::stage::{BOXED, BROKEN, COPIED, STOLEN, Stage, short};
use anyhow::{Context, Result};
use serde::Serialize;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One case of the story.
#[derive(Debug, Clone, Serialize)]
pub struct Case {
    /// What is tried.
    pub case: String,
    /// What must happen.
    pub expected: String,
    /// What happened.
    pub found: String,
    /// Whether it went as it must.
    pub good: bool,
}

impl Case {
    /// A case with its outcome.
    pub fn new(case: &str, expected: &str, good: bool, found: String) -> Self {
        Self { case: case.to_owned(), expected: expected.to_owned(), found, good }
    }
}

/// Plays them all.
pub async fn play(stage: &mut Stage<'_>) -> Result<()> {
    let cases = [
        nobody_made(stage).await?,
        not_installed(stage).await?,
        revoked_that_resumes(stage).await?,
        outside_range(stage).await?,
    ];
    stage.cases.extend(cases);
    let [replayed, cloned] = replayed_and_cloned(stage).await?;
    stage.cases.extend([replayed, cloned]);
    Ok(())
}

/// Made in the same factory under a valid root, but never registered.
async fn nobody_made(stage: &Stage<'_>) -> Result<Case> {
    let (_, made) = stage.make(1, "GREY-", 1)?;
    let grey = made.first().context("a device was made")?;
    let device = Device::open(
        grey.device,
        &stage.place,
        &grey.folder.join("birth.pem"),
        &grey.folder.join("device.key"),
    )?;
    let reply = device.get("/v1/hello").await?;
    let silent = reply.body["checks"].is_null();
    let good = reply.status == 401 && silent;
    Ok(Case::new(
        "a device that nobody registered",
        "401 and nothing else",
        good,
        short(reply.status, &reply.body),
    ))
}

async fn not_installed(stage: &Stage<'_>) -> Result<Case> {
    let device = open(stage, BOXED).await?;
    let reply = device.send(&device.batch(None, stage.env.clock.now(), &[4.0])?).await?;
    let good = reply.status == 403 && reply.failed() == "installed";
    let found = format!("{}, check `{}` failed", reply.status, reply.failed());
    Ok(Case::new("a device that is not installed", "refused by the check `installed`", good, found))
}

/// One request over TLS of its own; the answer, and whether the session was resumed.
async fn raw(stage: &Stage<'_>, config: &Arc<rustls::ClientConfig>) -> std::io::Result<(String, bool)> {
    let tcp = TcpStream::connect(stage.place.address).await?;
    let name = NAME.try_into().map_err(std::io::Error::other)?;
    let mut tls = tokio_rustls::TlsConnector::from(config.clone()).connect(name, tcp).await?;
    let request = format!("GET /v1/hello HTTP/1.1\r\nhost: {NAME}\r\nconnection: close\r\n\r\n");
    tls.write_all(request.as_bytes()).await?;
    let mut text = Vec::new();
    tls.read_to_end(&mut text).await?;
    let resumed = tls.get_ref().1.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
    Ok((String::from_utf8_lossy(&text).into_owned(), resumed))
}

async fn revoked_that_resumes(stage: &Stage<'_>) -> Result<Case> {
    let device = open(stage, STOLEN).await?;
    let config = device.plain_tls()?;
    raw(stage, &config).await?;
    let (before, resumed) = raw(stage, &config).await?;
    stage.client.revoke(device.id, &"stolen from its site".parse()?).await?;
    let after = raw(stage, &config).await;
    let closed = after.as_ref().map_or(true, |(text, _)| text.is_empty());
    let good = before.starts_with("HTTP/1.1 200") && resumed && closed;
    let found = match (resumed, closed) {
        (true, true) => "resumed while it stood, closed once revoked".to_owned(),
        (false, _) => "its session did not resume before".to_owned(),
        (_, false) => "still answered".to_owned(),
    };
    Ok(Case::new("a revoked device that resumes its TLS session", "closed without an answer", good, found))
}

async fn outside_range(stage: &Stage<'_>) -> Result<Case> {
    let device = open(stage, BROKEN).await?;
    let reply = device.send(&device.batch(None, stage.env.clock.now(), &[4.0, 400.0])?).await?;
    let good = reply.status == 202 && reply.reasons() == ["outside-range"];
    let found = format!("{}, held for {}", reply.status, reply.reasons().join(", "));
    Ok(Case::new("readings outside their physical range", "held in quarantine", good, found))
}

async fn replayed_and_cloned(stage: &Stage<'_>) -> Result<[Case; 2]> {
    let device = open(stage, COPIED).await?;
    let now = stage.env.clock.now();
    let first = device.batch(None, now, &[4.0, 4.1])?;
    let stored = device.send(&first).await?;
    let again = device.send(&first).await?;
    let same = stored.status == 200 && again.status == 200 && stored.body == again.body;
    let found = if same { "the first receipt again".to_owned() } else { short(again.status, &again.body) };
    let replayed = Case::new("a replayed batch", "the first receipt, stored once", same, found);

    // The same key in another box: it measures something else under the numbers of the first.
    device.send(&device.batch(Some(head_of(&first)), now, &[4.2])?).await?;
    let clone = open(stage, COPIED).await?;
    let reply = clone.send(&clone.batch(Some(head_of(&first)), now, &[9.9])?).await?;
    let good = reply.status == 202 && reply.reasons().iter().any(|reason| reason == "fork");
    let found = format!("{}, held for {}", reply.status, reply.reasons().join(", "));
    let cloned = Case::new("a cloned device with the same key", "held as a fork", good, found);
    Ok([replayed, cloned])
}

async fn open(stage: &Stage<'_>, which: usize) -> Result<Device> {
    let mut device = Device::enrolled(stage.made[which].device, &stage.place, &stage.agent_folder(which))?;
    device.authenticate().await?;
    Ok(device)
}
