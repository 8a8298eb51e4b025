//! The way in: from bytes to `Admitted`, `Quarantined` or a refusal that names every check and how it went.
//!
//! Never: hands unauthenticated bytes to a decoder, lets a refused batch move a chain, acknowledges before the commit.

pub mod chain;
pub mod http;
pub mod sql;

use crate::fault::Kind;
use crate::http::Connection;
use crate::journal::{Entry, NotStored};
use crate::limits::{REORDER_AHEAD_MAX, REORDER_MS_MAX};
use crate::registry::sql::DeviceRow;
use crate::{App, Fault, identity, journal, notify, project, quarantine};
use chain::{Chain, State};
use fieldkeep_domain::admission::{
    Admitted, Advance, Check, Decoded, Expectation, Placed, Quarantined, plausible,
};
use fieldkeep_domain::identity::TokenRefused;
use fieldkeep_domain::journal::{Head, Link, Place, Receipt, link};
use fieldkeep_domain::notify::{News, Withdrawn};
use fieldkeep_domain::project::{Settings, Site};
use fieldkeep_domain::quarantine::Reason;
use fieldkeep_domain::registry::Life;
use fieldkeep_domain::{Hash, OrganizationId, ProjectId, SiteId, Timestamp, limits};
use fieldkeep_trust::hash::{batch_hash, sha256};
use fieldkeep_wire::inflate::{Coding, inflate};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// What a project and a site expect, read once per connection and revision.
#[derive(Debug)]
pub struct Rules {
    /// The project's rules.
    pub settings: Settings,
    /// The site and its networks.
    pub site: Site,
}

/// Everything that was proven of a connection, at one revision of identities and settings.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Where the device stands.
    pub placed: Placed,
    /// What is expected of it there.
    pub rules: Arc<Rules>,
    /// The last token that was verified on this connection: its hash and its end.
    pub token: Option<(Hash, Timestamp)>,
}

/// A batch as it comes off the connection.
#[derive(Debug)]
pub struct Incoming {
    /// The body, still packed.
    pub body: bytes::Bytes,
    /// How it is packed.
    pub coding: Option<Coding>,
    /// Whether it is CBOR; JSON otherwise.
    pub cbor: bool,
}

/// What became of a batch.
#[derive(Debug)]
pub enum Verdict {
    /// Stored, with this receipt.
    Stored(Receipt),
    /// Kept aside, with this receipt and these reasons.
    Held(Receipt, Vec<Reason>),
    /// It came before and was kept aside then, for reasons of these names.
    HeldBefore(Receipt, Vec<String>),
    /// Stored so long ago that its receipt is gone.
    AlreadyStored,
}

/// How often a batch is judged again when its device's standing or chain moved before the commit.
const TRIES_MAX: usize = 4;

/// The pipeline: each step consumes the proof that the step before it returned. `read` is polled only once the device
/// is proven: until then nobody looks at its bytes.
pub async fn pipeline(
    app: &Arc<App>,
    connection: &Connection,
    bearer: &str,
    read: impl Future<Output = Result<Incoming, Fault>>,
) -> Result<Verdict, Fault> {
    let mut standing = stand(app, connection, bearer).await?;
    let incoming = read.await?;
    let received = app.clock.now();
    let decoded = decode(&incoming, &standing.placed)?;
    for _ in 0..TRIES_MAX {
        match join(app, connection, &standing, &decoded, received).await? {
            Joined::Settled(verdict) => return Ok(verdict),
            Joined::Again => standing = stand(app, connection, bearer).await?,
        }
    }
    let text = "the device's chain or standing keeps moving; nothing was stored. Send it again";
    Err(Fault::new(Kind::Unavailable, text).retry_after(1).at(Check::Fresh))
}

/// identity → token → made? → owned? → installed? Nothing of the body has been read yet.
pub async fn stand(app: &Arc<App>, connection: &Connection, bearer: &str) -> Result<Standing, Fault> {
    let revision = app.journal.progress().borrow().revision;
    let hash = sha256(&[bearer.as_bytes()]);
    if let Some(standing) = connection.remembered(revision)
        && standing.token.is_some_and(|(known, until)| known == hash && app.clock.now() < until)
    {
        return Ok(standing);
    }
    let (row, organization) = identity::operational(app, connection).await?;
    let until = verify_token(app, connection, bearer).await?;
    let standing = Standing {
        token: Some((hash, until)),
        ..place(app, connection, &row, organization, revision).await?
    };
    connection.remember(standing.clone());
    Ok(standing)
}

/// made? → owned? → installed? Made: the certificate's device stands in the registry, or it would not have come so far.
pub async fn place(
    app: &App,
    connection: &Connection,
    row: &DeviceRow,
    organization: OrganizationId,
    revision: u64,
) -> Result<Standing, Fault> {
    let not_yet = |check: Check, what: &str| {
        let text = format!("the device is {}: {what}; nothing was stored", row.life);
        Fault::new(Kind::Forbidden, text).at(check)
    };
    let withdrawn = match row.life {
        Life::Suspended => Some(Withdrawn::Suspended),
        Life::Revoked => Some(Withdrawn::Revoked),
        Life::Retired => Some(Withdrawn::Retired),
        _ => None,
    };
    if let Some(why) = withdrawn {
        notify::tell(app, organization, News::RefusedDevice(row.id, why));
    }
    if !row.life.owned() {
        return Err(not_yet(Check::Owned, "readings need an owner, proven by the device"));
    }
    let (Life::Installed, Some(project), Some(site)) = (row.life, row.project, row.site) else {
        return Err(not_yet(Check::Installed, "readings are admitted only while it is installed"));
    };
    let rules = match connection.remembered(revision) {
        Some(known) if known.placed.project() == project && known.placed.site() == site => known.rules,
        _ => Arc::new(rules(app, project, site).await?),
    };
    let placed = Placed::assertion(row.id, organization, (project, site), connection.fingerprint, revision);
    Ok(Standing { placed, rules, token: None })
}

async fn verify_token(app: &App, connection: &Connection, bearer: &str) -> Result<Timestamp, Fault> {
    let refused = |why: TokenRefused| Fault::new(Kind::Unauthenticated, why.to_string()).at(Check::Token);
    let bearer = Some(bearer).filter(|text| !text.is_empty());
    let claims = identity::read_token(app, bearer).map_err(refused)?;
    let device = connection.name.device();
    claims.judge(device, connection.fingerprint, app.clock.now()).map_err(refused)?;
    if !identity::key_stands(app, &claims, device).await? {
        return Err(refused(TokenRefused::KeyRevoked));
    }
    Ok(claims.expires_at)
}

async fn rules(app: &App, project: ProjectId, site: SiteId) -> Result<Rules, Fault> {
    let mut tx = app.db.read().await?;
    let project =
        project::sql::project(&mut tx, project).await?.ok_or_else(|| Fault::not_found("project"))?;
    let site = project::sql::site(&mut tx, site).await?.ok_or_else(|| Fault::not_found("site"))?;
    Ok(Rules { settings: project::open_settings(app, &project)?, site: project::open_site(app, &site)? })
}

/// Bounded decode: the first step that looks at the body.
fn decode(incoming: &Incoming, placed: &Placed) -> Result<Decoded, Fault> {
    let at_fresh = |error: fieldkeep_wire::Malformed| {
        let fault = Fault::from(error);
        let text = format!("{}; nothing was stored", fault.text);
        Fault { text, ..fault }.at(Check::Fresh)
    };
    let unpacked;
    let bytes: &[u8] = match incoming.coding {
        None => &incoming.body,
        Some(coding) => {
            unpacked = inflate(coding, &incoming.body, limits::BATCH_BYTES_MAX).map_err(at_fresh)?;
            &unpacked
        }
    };
    let (batch, canonical) = if incoming.cbor {
        fieldkeep_wire::batch::decode(bytes).map_err(at_fresh)?
    } else {
        fieldkeep_wire::json::decode(bytes, placed.device()).map_err(at_fresh)?
    };
    if batch.device != placed.device() {
        let text = "the batch names another device than the certificate; nothing was stored";
        return Err(Fault::new(Kind::Invalid, text).at(Check::Fresh));
    }
    let (hash, segments) = batch_hash(&canonical);
    Ok(Decoded { batch, canonical, hash, segments })
}

enum Joined {
    Settled(Verdict),
    Again,
}

/// chain and replay → plausible? → the journal. Holds the device's chain while it judges.
async fn join(
    app: &Arc<App>,
    connection: &Connection,
    standing: &Standing,
    decoded: &Decoded,
    received: Timestamp,
) -> Result<Joined, Fault> {
    let place = decoded.place();
    let device = standing.placed.device();
    let chain = app.chains.of(device);
    let patience = Instant::now() + Duration::from_millis(REORDER_MS_MAX);
    let mut looked = false;
    loop {
        // Registered before the chain is looked at, so that no move is missed.
        let moved = chain.moved.notified();
        tokio::pin!(moved);
        moved.as_mut().enable();
        let mut state = chain.state.lock().await;
        let head = sql::pending_head(app, &mut state, device).await?;
        let remembered = sql::remembered(app, &state, device, &place, head).await?;
        let linked = link(head, &place, remembered, standing.rules.settings.prev_required);
        let in_time = Instant::now() < patience;
        let doubtful = match linked {
            Link::Gap { .. } => !looked || !in_time,
            Link::Fork => true,
            _ => false,
        };
        // Nothing is refused or held for its place before the journal itself was asked.
        if doubtful {
            looked = true;
            if sql::moved_elsewhere(app, &mut state, device).await? {
                continue;
            }
        }
        let (reasons, advance) = match step(&mut state, linked, &place, head, in_time)? {
            Step::Offer(reasons, advance) => (reasons, advance),
            Step::Settled(verdict) => return Ok(Joined::Settled(verdict)),
            Step::Replay => return replay(app, &standing.placed, &place).await,
            Step::AwaitCommit => {
                drop(state);
                moved.await;
                continue;
            }
            Step::AwaitEarlier => {
                state.waiting += 1;
                drop(state);
                let _ = tokio::time::timeout_at(patience, moved).await;
                chain.state.lock().await.waiting -= 1;
                continue;
            }
        };
        let (entry, reasons) = judge(connection, standing, decoded, received, reasons, advance);
        let outcome = app.journal.append(entry, received)?;
        if let Some(advance) = advance {
            state.head = Some(Some(advance.to));
            state.in_flight.insert((place.epoch, place.seq), place.hash);
            chain.moved.notify_waiters();
        }
        drop(state);
        return settle(app, &chain, &place, reasons, outcome).await;
    }
}

/// What to do with a batch that links like this.
enum Step {
    /// Judge it and hand it to the journal; these reasons are held against it already.
    Offer(Vec<Reason>, Option<Advance>),
    /// It is settled.
    Settled(Verdict),
    /// It is stored: answer with its receipt.
    Replay,
    /// It is on its way to the disk: wait until it is there.
    AwaitCommit,
    /// The one before it may still come.
    AwaitEarlier,
}

fn step(
    state: &mut State,
    linked: Link,
    place: &Place,
    head: Option<Head>,
    patient: bool,
) -> Result<Step, Fault> {
    let advance = Some(Advance { from: head, to: place.head() });
    let number = (place.epoch, place.seq);
    Ok(match linked {
        Link::Next => Step::Offer(Vec::new(), advance),
        Link::AlreadyStored => Step::Settled(Verdict::AlreadyStored),
        Link::Replay if state.in_flight.contains_key(&number) => Step::AwaitCommit,
        Link::Replay => Step::Replay,
        Link::PrevMissing => {
            let text =
                "`prev` is required by the project: send the hash of the batch before; nothing was stored";
            return Err(Fault::new(Kind::Invalid, text).at(Check::Fresh));
        }
        Link::Gap { epoch, seq } => {
            if patient && may_come(place, head) && state.waiting < REORDER_AHEAD_MAX as usize {
                return Ok(Step::AwaitEarlier);
            }
            if state.told.replace(number) != Some(number) {
                return Err(gap(epoch, seq));
            }
            Step::Offer(vec![Reason::RepeatedGap { epoch, seq }], advance)
        }
        Link::Fork => match state.forks.iter().find(|(hash, _)| *hash == place.hash) {
            Some((_, receipt)) => Step::Settled(Verdict::Held(*receipt, vec![Reason::Fork])),
            None => Step::Offer(vec![Reason::Fork], None),
        },
    })
}

/// plausible? → `Admitted` or `Quarantined`, with everything that is held against it.
fn judge(
    connection: &Connection,
    standing: &Standing,
    decoded: &Decoded,
    received: Timestamp,
    mut reasons: Vec<Reason>,
    advance: Option<Advance>,
) -> (Entry, Vec<Reason>) {
    let expected = Expectation {
        settings: &standing.rules.settings,
        now: received,
        network_admitted: standing.rules.site.admits(connection.peer.ip()),
    };
    reasons.extend(plausible(&decoded.batch, &expected));
    let admitted = Admitted::assertion(standing.placed, decoded.clone(), advance);
    let entry = match reasons.is_empty() {
        true => Entry::Admitted(admitted),
        false => Entry::Quarantined(Quarantined::assertion(admitted, reasons.clone())),
    };
    (entry, reasons)
}

/// Whether the missing batches may still be on their way: only a little ahead in the same epoch.
fn may_come(place: &Place, head: Option<Head>) -> bool {
    let (epoch, seq) = head.map_or((place.epoch, 0), |head| (head.epoch, head.seq));
    match place.epoch.cmp(&epoch) {
        std::cmp::Ordering::Equal => place.seq - seq <= REORDER_AHEAD_MAX,
        std::cmp::Ordering::Greater => place.seq <= REORDER_AHEAD_MAX,
        std::cmp::Ordering::Less => false,
    }
}

fn gap(epoch: u64, seq: u64) -> Fault {
    let text = format!(
        "batches are missing before this one: boot_epoch {epoch} seq {seq} is expected; nothing was stored"
    );
    let expected = serde_json::json!({"boot_epoch": epoch, "seq": seq});
    Fault::new(Kind::Conflict, text).at(Check::Fresh).with("expected", expected)
}

async fn replay(app: &App, placed: &Placed, place: &Place) -> Result<Joined, Fault> {
    let mut tx = app.db.read().await?;
    let receipt = journal::sql::receipt(&mut tx, placed.device(), place.epoch, place.seq).await?;
    app.metrics.replayed();
    let Some(receipt) = receipt else { return Ok(Joined::Settled(Verdict::AlreadyStored)) };
    let held = quarantine::held_at(&mut tx, placed.project(), receipt.index).await?;
    Ok(Joined::Settled(match held {
        Some(names) => Verdict::HeldBefore(receipt, names),
        None => Verdict::Stored(receipt),
    }))
}

/// Waits for the commit and puts the chain right when there was none.
async fn settle(
    app: &Arc<App>,
    chain: &Chain,
    place: &Place,
    reasons: Vec<Reason>,
    outcome: tokio::sync::oneshot::Receiver<Result<Receipt, NotStored>>,
) -> Result<Joined, Fault> {
    let outcome = outcome.await.unwrap_or(Err(NotStored::Failed("the journal has stopped".into())));
    let mut state: tokio::sync::MutexGuard<'_, State> = chain.state.lock().await;
    state.in_flight.remove(&(place.epoch, place.seq));
    let joined = match outcome {
        Ok(receipt) => {
            if state.told == Some((place.epoch, place.seq)) {
                state.told = None;
            }
            if reasons.contains(&Reason::Fork) {
                state.remember_fork(place.hash, receipt);
            }
            app.metrics.judged(&reasons, receipt.count);
            Ok(Joined::Settled(match reasons.is_empty() {
                true => Verdict::Stored(receipt),
                false => Verdict::Held(receipt, reasons),
            }))
        }
        Err(NotStored::Stale | NotStored::Moved) => {
            state.forget();
            Ok(Joined::Again)
        }
        Err(why @ NotStored::Failed(_)) => {
            state.forget();
            Err(Fault::unavailable(why))
        }
    };
    drop(state);
    chain.moved.notify_waiters();
    joined
}
