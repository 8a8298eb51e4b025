//! The way out: batches from the spool to the server, many in flight, in order, until each is acknowledged.
//!
//! Never: sends what is not synced, gives up a batch that the server did not take or refuse for good.

use crate::chain::{Chain, Outgoing};
use crate::config::Config;
use crate::enroll::Hello;
use crate::error::AgentError;
use crate::folder::{DeviceFile, Folder};
use crate::limits;
use crate::net::{Api, Ask, Reply, backoff, jittered};
use crate::progress::{Event, Progress};
use fieldkeep_domain::journal::Head;
use fieldkeep_domain::{Hash, Timestamp};
use fieldkeep_trust::secret::Secret;
use futures_util::stream::{FuturesUnordered, StreamExt};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Everything that the tasks of one run share.
pub struct Link {
    pub(crate) folder: Folder,
    pub(crate) device: DeviceFile,
    pub(crate) root_pem: String,
    pub(crate) progress: Progress,
    /// Something was pushed, or the sources are done.
    pub(crate) news: Notify,
    pub(crate) window: usize,
    chain: Arc<Mutex<Chain>>,
    api_key: Secret,
    api: Mutex<Api>,
    token: Mutex<Option<Token>>,
    /// Held while a token is fetched, so that one is fetched at a time.
    fetching: tokio::sync::Mutex<()>,
    config: Mutex<Option<Config>>,
    totals: Mutex<Totals>,
}

/// What a run has achieved.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    /// Batches acknowledged.
    pub batches: u64,
    /// Readings in them.
    pub readings: u64,
    /// Batches that the server holds back, by the reason's name.
    pub quarantined: BTreeMap<String, u64>,
    /// Readings declared lost.
    pub lost: u64,
    /// How many times the chain was continued from the server's head.
    pub rebases: u64,
}

#[derive(Clone)]
struct Token {
    authorization: Secret,
    renew_at: Instant,
}

/// Why nothing more is sent for now.
#[derive(Debug, Default)]
struct Stall {
    wait: Option<Duration>,
    why: String,
    error: Option<AgentError>,
    refused: Vec<Head>,
    new_token: bool,
    acked: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Link {
    pub(crate) fn new(
        folder: Folder,
        api: Api,
        chain: Chain,
        window: usize,
        progress: Progress,
    ) -> Result<Self, AgentError> {
        let api_key = folder.api_key()?.ok_or_else(|| {
            AgentError::NotYet(
                "the API key is missing; run `fieldkeep-agent enroll` again, it goes on where it stopped"
                    .into(),
            )
        })?;
        Ok(Self {
            device: folder.device()?,
            root_pem: folder.root_pem()?,
            config: Mutex::new(Config::read(&folder)?),
            folder,
            progress,
            news: Notify::new(),
            window: window.max(1),
            chain: Arc::new(Mutex::new(chain)),
            api_key,
            api: Mutex::new(api),
            token: Mutex::new(None),
            fetching: tokio::sync::Mutex::new(()),
            totals: Mutex::new(Totals::default()),
        })
    }

    /// Works on the chain where blocking on the disk harms nobody.
    pub(crate) async fn chain<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Chain) -> T + Send + 'static,
    ) -> Result<T, AgentError> {
        let chain = self.chain.clone();
        tokio::task::spawn_blocking(move || work(&mut lock(&chain)))
            .await
            .map_err(|error| AgentError::Internal(error.to_string()))
    }
    /// A quick look at the chain, no disk behind it.
    pub(crate) fn peek<T>(&self, look: impl FnOnce(&mut Chain) -> T) -> T {
        look(&mut lock(&self.chain))
    }
    pub(crate) fn api(&self) -> Api {
        lock(&self.api).clone()
    }
    /// Another identity from now on; tokens are bound to the old one.
    pub(crate) fn replace_api(&self, api: Api) {
        *lock(&self.api) = api;
        *lock(&self.token) = None;
    }
    pub(crate) fn config(&self) -> Option<Config> {
        lock(&self.config).clone()
    }
    pub(crate) fn totals(&self) -> Totals {
        lock(&self.totals).clone()
    }

    /// The header that opens the data endpoints, fetched anew shortly before it expires.
    pub(crate) async fn authorization(&self) -> Result<Secret, AgentError> {
        #[derive(Deserialize)]
        struct Answer {
            token: String,
            expires_at: When,
        }
        let _one = self.fetching.lock().await;
        if let Some(token) = lock(&self.token).clone()
            && Instant::now() < token.renew_at
        {
            return Ok(token.authorization);
        }
        let ask = Ask::plain().secret("x-api-key", self.api_key.expose());
        let sent_at = crate::clock::now();
        let answer: Answer = self.api().post("/v1/token", ask).await?.json()?;
        // Our clock may be wrong: then the answer to a stale token, 401, brings the next one.
        let life = answer.expires_at.seconds().map_or(0, |until| until - sent_at.as_secs());
        let life = (life - limits::TOKEN_MARGIN_S).clamp(limits::TOKEN_MARGIN_S, 3_600);
        let token = Token {
            authorization: Secret::new(format!("Bearer {}", answer.token).into_bytes()),
            renew_at: Instant::now() + Duration::from_secs(life.unsigned_abs()),
        };
        *lock(&self.token) = Some(token.clone());
        Ok(token.authorization)
    }

    /// Asks for the configuration and keeps it when it is new.
    pub(crate) async fn refresh_config(&self) -> Result<(), AgentError> {
        let token = self.authorization().await?;
        let have = self.config();
        if let Some(new) = Config::fetch(&self.api(), token.expose(), have.as_ref()).await? {
            new.write(&self.folder)?;
            *lock(&self.config) = Some(new);
        }
        Ok(())
    }

    /// Sends until told otherwise; with `once`, until nothing is left after the sources are `done`. `patience` is how
    /// long it goes on without any progress.
    pub(crate) async fn drive(
        &self,
        once: bool,
        patience: Duration,
        done: impl Fn() -> bool,
    ) -> Result<(), AgentError> {
        let mut failures = 0;
        let mut window = self.window;
        let mut progress_at = Instant::now();
        loop {
            let idle = self.peek(|chain| chain.is_drained() && !chain.is_unsure());
            if idle {
                if let Err(error) = self.chain(Chain::settle).await? {
                    tracing::warn!("acknowledged batches stay on the disk for now: {error}");
                }
                progress_at = Instant::now();
                if once && done() {
                    return Ok(());
                }
                self.news.notified().await;
                continue;
            }
            // A disk that fails is waited out like a network that fails: nothing acknowledged depends on it.
            let mut stall = self.attempt(&mut window).await.unwrap_or_else(Stall::of);
            if stall.acked {
                (failures, progress_at) = (0, Instant::now());
            }
            if stall.new_token {
                *lock(&self.token) = None;
            }
            if stall.why.is_empty() {
                continue;
            }
            window = 1;
            let first_token = stall.new_token && failures == 0 && stall.wait.is_none();
            let wait =
                if first_token { Duration::ZERO } else { stall.wait.unwrap_or_else(|| backoff(failures)) };
            failures += 1;
            if once && progress_at.elapsed() + wait > patience {
                return Err(give_up(stall.error.take(), stall.why));
            }
            self.progress.tell(Event::Waiting { wait_ms: wait.as_millis() as u64, why: stall.why });
            tokio::time::sleep(wait).await;
        }
    }

    /// Settles where the chain stands, then sends while it goes well.
    async fn attempt(&self, window: &mut usize) -> Result<Stall, AgentError> {
        let mut acked = false;
        if self.peek(|chain| chain.is_unsure()) {
            match self.hello().await {
                Ok(head) => acked |= self.reconcile(head, Vec::new()).await?,
                Err(error) => return Ok(Stall::of(error)),
            }
        }
        let token = match self.authorization().await {
            Ok(token) => token,
            Err(error) => return Ok(Stall::of(error)),
        };
        let mut stall = self.burst(&token, window).await?;
        stall.acked |= acked;
        if !stall.refused.is_empty() {
            // The rest of the chain stands on the refused batch: all of it moves.
            let refused = std::mem::take(&mut stall.refused);
            match self.hello().await {
                Ok(head) => drop(self.reconcile(head, refused).await?),
                Err(error) => return Ok(Stall::of(error)),
            }
        }
        Ok(stall)
    }

    pub(crate) async fn hello(&self) -> Result<Option<Head>, AgentError> {
        let hello: Hello = self.api().get("/v1/hello").await?.json()?;
        let head = hello.head.as_ref().map(Head::try_from).transpose();
        head.map_err(|error| AgentError::refused("the server's head", error))
    }

    async fn reconcile(&self, head: Option<Head>, refused: Vec<Head>) -> Result<bool, AgentError> {
        let done = self.chain(move |chain| chain.reconcile(head, &refused)).await??;
        for (head, readings) in &done.stored {
            self.count(*head, *readings, None);
        }
        if let Some((epoch, lost)) = done.rebased {
            let mut totals = lock(&self.totals);
            totals.rebases += 1;
            totals.lost += lost;
            drop(totals);
            self.progress.tell(Event::Rebased { epoch, lost });
        }
        Ok(!done.stored.is_empty())
    }

    /// Keeps the window full until something goes wrong or nothing is left; returns with nothing in flight.
    async fn burst(&self, token: &Secret, window: &mut usize) -> Result<Stall, AgentError> {
        let mut stall = Stall::default();
        let mut flights = FuturesUnordered::new();
        loop {
            while stall.why.is_empty() && flights.len() < *window {
                let Some(out) = self.chain(Chain::take_next).await?? else { break };
                // Polled once here, so that requests enter the connection in the order of the chain.
                let mut flight = Box::pin(self.post(token, out));
                match futures_util::poll!(&mut flight) {
                    std::task::Poll::Ready((out, result)) => self.land(&out, result, &mut stall, window),
                    std::task::Poll::Pending => flights.push(flight),
                }
            }
            if flights.is_empty() {
                return Ok(stall);
            }
            tokio::select! {
                Some((out, result)) = flights.next() => self.land(&out, result, &mut stall, window),
                () = self.news.notified(), if stall.why.is_empty() => {}
            }
        }
    }

    async fn post(&self, token: &Secret, out: Outgoing) -> (Outgoing, Result<Reply, AgentError>) {
        let ask = Ask::body("application/cbor", out.body.clone()).secret("authorization", token.expose());
        let result = self.api().post("/v1/batches", ask).await;
        (out, result)
    }

    /// One outcome.
    fn land(&self, out: &Outgoing, result: Result<Reply, AgentError>, stall: &mut Stall, window: &mut usize) {
        let verdict = match result {
            Ok(reply) => judge(&reply, out.head.hash),
            Err(error) => Verdict::Later { wait: None, error },
        };
        match verdict {
            Verdict::Stored { index, reasons } => {
                stall.acked = true;
                *window = (*window + 1).min(self.window);
                self.peek(|chain| chain.stored(out.head));
                self.count(out.head, out.readings, index);
                if self.quarantined(reasons) {
                    // A fork is kept but never becomes the head: what follows has to join the other side.
                    self.peek(Chain::doubt);
                    stall.because("the server holds a fork of the chain", None);
                }
                return;
            }
            Verdict::NewToken(detail) => {
                stall.new_token = true;
                stall.because(&detail, None);
            }
            Verdict::Reconcile(detail) => {
                self.peek(Chain::doubt);
                stall.because(&detail, None);
            }
            Verdict::Refused(detail) => {
                let Head { epoch, seq, .. } = out.head;
                tracing::error!("batch {epoch}/{seq} refused for good, it will be declared lost: {detail}");
                stall.refused.push(out.head);
                stall.because(&detail, None);
            }
            Verdict::Later { wait, error } => {
                stall.because(&error.to_string(), wait);
                stall.error = Some(error);
            }
        }
        self.peek(|chain| chain.give_back(out.index));
    }

    fn count(&self, head: Head, readings: u64, index: Option<u64>) {
        let mut totals = lock(&self.totals);
        totals.batches += 1;
        totals.readings += readings;
        drop(totals);
        let Head { epoch, seq, hash } = head;
        self.progress.tell(Event::Acknowledged { epoch, seq, readings, index, hash });
    }

    /// Tells each reason once; true when one of them is a fork.
    fn quarantined(&self, reasons: Vec<Reason>) -> bool {
        let fork = reasons.iter().any(|reason| reason.name == "fork");
        for Reason { name, text } in reasons {
            let mut totals = lock(&self.totals);
            let seen = totals.quarantined.entry(name.clone()).or_default();
            *seen += 1;
            let first = *seen == 1;
            drop(totals);
            if first {
                self.progress.tell(Event::Quarantined { name, text });
            }
        }
        fork
    }
}

impl Stall {
    fn of(error: AgentError) -> Self {
        let new_token = matches!(error, AgentError::Answer { status: 401, .. });
        let wait = match &error {
            AgentError::Answer { retry_after, .. } => retry_after.map(jittered),
            _ => None,
        };
        Self { why: error.to_string(), error: Some(error), new_token, wait, ..Self::default() }
    }
    fn because(&mut self, why: &str, wait: Option<Duration>) {
        // The first thing that went wrong explains the rest: what was in flight behind it fails for its sake.
        if self.why.is_empty() {
            self.why = why.to_owned();
        }
        self.wait = self.wait.max(wait);
    }
}

fn give_up(error: Option<AgentError>, why: String) -> AgentError {
    match error {
        Some(AgentError::Answer { request, status: status @ (403 | 404), detail, .. }) => {
            AgentError::NotYet(format!(
                "the server answered {status} to {request}: {detail}; what was collected is kept; have the device installed, then run the same command again"
            ))
        }
        Some(error) => error,
        None => AgentError::NotYet(format!("{why}; what was collected is kept, run the same command again")),
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Reason {
    name: String,
    #[serde(default)]
    text: String,
}

/// A time as text or in seconds.
#[derive(Deserialize)]
#[serde(untagged)]
enum When {
    Seconds(i64),
    Text(String),
}

impl When {
    fn seconds(&self) -> Option<i64> {
        match self {
            Self::Seconds(seconds) => Some(*seconds),
            Self::Text(text) => fieldkeep_wire::json::parse_time(text).ok().map(Timestamp::as_secs),
        }
    }
}

/// What an answer to a batch means.
#[derive(Debug)]
enum Verdict {
    Stored { index: Option<u64>, reasons: Vec<Reason> },
    NewToken(String),
    Reconcile(String),
    Refused(String),
    Later { wait: Option<Duration>, error: AgentError },
}

fn judge(reply: &Reply, hash: Hash) -> Verdict {
    #[derive(Deserialize)]
    struct Receipt {
        index: u64,
        hash: String,
    }
    #[derive(Deserialize)]
    struct Answer {
        #[serde(default)]
        receipt: Option<Receipt>,
        #[serde(default)]
        already_stored: bool,
        #[serde(default)]
        reasons: Vec<Reason>,
    }
    match reply.status.as_u16() {
        200 | 202 => match reply.json::<Answer>() {
            Ok(Answer { receipt: Some(receipt), reasons, .. }) if receipt.hash == hash.to_string() => {
                Verdict::Stored { index: Some(receipt.index), reasons }
            }
            Ok(Answer { receipt: None, already_stored: true, reasons }) => {
                Verdict::Stored { index: None, reasons }
            }
            Ok(_) => {
                let why = "it does not carry this batch's hash";
                Verdict::Later { wait: None, error: AgentError::refused("the server's receipt", why) }
            }
            Err(error) => Verdict::Later { wait: None, error },
        },
        401 => Verdict::NewToken(reply.detail()),
        409 => Verdict::Reconcile(reply.detail()),
        400 | 413 | 415 | 422 => Verdict::Refused(reply.detail()),
        _ => Verdict::Later { wait: reply.retry_after.map(jittered), error: reply.problem() },
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("device", &self.device.device).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::StatusCode;

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            request: "POST /v1/batches".into(),
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: Some(Duration::from_secs(3)),
            etag: None,
            body: body.to_owned().into(),
        }
    }

    #[test]
    fn each_answer_means_one_thing() {
        let hash = Hash([1; 32]);
        let receipt = format!(
            r#"{{"receipt":{{"index":7,"hash":"{hash}","count":1}},"reasons":[{{"name":"clock","text":"t"}}]}}"#
        );
        let judge = |status, body: &str| judge(&reply(status, body), hash);
        assert!(matches!(judge(200, &receipt), Verdict::Stored { index: Some(7), .. }));
        assert!(
            matches!(judge(202, &receipt), Verdict::Stored { reasons, .. } if reasons[0].name == "clock")
        );
        assert!(matches!(judge(200, r#"{"already_stored":true}"#), Verdict::Stored { index: None, .. }));
        assert!(matches!(judge(200, &receipt.replace("0101", "0201")), Verdict::Later { .. }));
        assert!(matches!(judge(200, "{}"), Verdict::Later { .. }));
        assert!(matches!(judge(200, "no"), Verdict::Later { .. }));
        assert!(matches!(judge(401, "{}"), Verdict::NewToken(_)));
        assert!(matches!(judge(409, r#"{"detail":"gap"}"#), Verdict::Reconcile(why) if why == "gap"));
        for status in [400, 413, 415] {
            assert!(matches!(judge(status, ""), Verdict::Refused(_)));
        }
        for status in [403, 404, 421, 429, 500, 503] {
            let Verdict::Later { wait: Some(wait), .. } = judge(status, "") else { panic!("{status}") };
            assert!(wait >= Duration::from_secs(3));
        }
    }
}
