//! Devices from work order to retirement: made, owned, installed. Each step is an act in the journal.
//!
//! Never: changes a life except through `Life::handle`, believes a voucher whose chain it has not verified.

pub mod http;
mod import;
pub mod orders;
pub mod sql;

pub use import::import;

use crate::access::Listing;
use crate::fault::Kind;
use crate::http::Connection;
use crate::limits::FLEET_PAGE_MAX;
use crate::{App, Fault, access, identity, journal, project};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor, Permit, Place};
use fieldkeep_domain::audit::{Act, Doer, Why};
use fieldkeep_domain::fleet::Freshness;
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::registry::{Event, Life, Voucher, VoucherRefused};
use fieldkeep_domain::{DeviceId, GroupId, RowId, Timestamp, limits};
use fieldkeep_trust::hash::{equal, hmac_sha256, sha256};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_trust::{sign, voucher as chain};
use fieldkeep_wire::claim::{ANSWER_AAD, Answer, OFFER_AAD, Offer};
use fieldkeep_wire::json::format_time;
use fieldkeep_wire::{claim, cose, label, voucher};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::AnyConnection;
use std::sync::Arc;

/// What is sealed of a device.
#[derive(Serialize, Deserialize)]
pub(crate) struct DeviceSecret {
    pub model: String,
    pub serial: String,
}

pub(crate) fn binding(purpose: Purpose, id: DeviceId) -> Binding {
    Binding::deployment(purpose, *id.as_bytes())
}

impl From<VoucherRefused> for Fault {
    fn from(refused: VoucherRefused) -> Self {
        let text = format!("{refused}; the device stays as it was");
        Fault::new(Kind::Forbidden, text)
    }
}

/// The scope that a device is in: nobody's before it is claimed.
pub fn scope_of(row: &sql::DeviceRow) -> Scope {
    match (row.organization, row.project) {
        (Some(organization), Some(project)) => Scope::Project { organization, project },
        (Some(organization), None) => Scope::Organization { organization },
        _ => Scope::Deployment,
    }
}

/// A device as a thing that rights are compared with: with the groups that it is in.
pub async fn place_of(tx: &mut AnyConnection, row: &sql::DeviceRow) -> Result<Place, Fault> {
    let groups = match row.group {
        Some(group) => crate::project::group::above(tx, group).await?,
        None => Vec::new(),
    };
    Ok(Place::within(scope_of(row), groups, Some(row.id)))
}

/// A device's row, or 404.
pub async fn find(tx: &mut AnyConnection, id: DeviceId) -> Result<sql::DeviceRow, Fault> {
    sql::device(tx, id).await?.ok_or_else(|| Fault::not_found("device"))
}

/// A device as programs see it.
pub async fn show(app: &App, _: Permit, id: DeviceId) -> Result<api::Device, Fault> {
    let mut tx = app.db.read().await?;
    let row = find(&mut tx, id).await?;
    let head = journal::sql::chain_head(&mut tx, id).await?;
    let head = head.map(|head| api::ChainHead {
        boot_epoch: head.epoch,
        seq: head.seq,
        hash: head.hash.to_string(),
    });
    Ok(api::Device { head, ..shown(app, &row)? })
}

/// What a device is called.
pub(crate) fn name_of(app: &App, row: &sql::DeviceRow) -> Result<DeviceSecret, Fault> {
    let keys = app.keys.organization(None)?;
    crate::project::open_json(&keys.seal, &binding(Purpose::Name, row.id), &row.sealed)
}

/// A device without what others say of it: see `fleet::decorate`.
pub(crate) fn shown(app: &App, row: &sql::DeviceRow) -> Result<api::Device, Fault> {
    let secret = name_of(app, row)?;
    Ok(api::Device {
        id: row.id,
        maker: row.maker,
        order: row.order,
        model: secret.model,
        serial: secret.serial,
        state: row.life.name().to_owned(),
        organization: row.organization,
        project: row.project,
        site: row.site,
        group: row.group,
        owner_epoch: row.owner_epoch,
        made_at: format_time(row.made_at),
        hello_at: row.hello_at.map(format_time),
        last_seen: None,
        freshness: Freshness::Never.name().to_owned(),
        held: None,
        head: None,
    })
}

/// The maker's number of a device.
pub fn serial_of(app: &App, row: &sql::DeviceRow) -> Result<String, Fault> {
    Ok(name_of(app, row)?.serial)
}

/// A page of the devices that somebody may see. A guard rail may leave fewer on it than were asked for.
pub async fn list(
    app: &App,
    listing: Listing<'_>,
    query: &api::DeviceQuery,
) -> Result<api::Page<api::Device>, Fault> {
    let (limit, after) = crate::http::page_up_to(query.limit, query.after.as_deref(), FLEET_PAGE_MAX)?;
    let life = match query.state.as_deref() {
        Some(name) => Some(Life::parse(name).ok_or_else(|| {
            let names: Vec<&str> = Life::ALL.iter().map(|life| life.name()).collect();
            Fault::invalid(format!("`state`: one of {} expected", names.join(", ")))
        })?),
        None => None,
    };
    let mut tx = app.db.read().await?;
    let groups = match query.group {
        Some(group) => Some(project::group::below(&mut tx, &[group].into()).await?.into_iter().collect()),
        None => None,
    };
    let filter = sql::Filter {
        organization: query.organization,
        project: query.project,
        life,
        groups,
        reach: listing.reach.clone(),
    };
    let rows = sql::devices(&mut tx, &filter, after, limit + 1).await?;
    let page = crate::http::paged(rows, limit, |row| row.id.to_string());
    let mut items = Vec::new();
    for row in &page.items {
        if listing.shows(&place_of(&mut tx, row).await?).await? {
            items.push(shown(app, row)?);
        }
    }
    Ok(api::Page { items, next: page.next })
}

/// Puts a device into a group of its project, or takes it out.
pub async fn arrange(
    app: &Arc<App>,
    permit: Permit,
    id: DeviceId,
    group: Option<GroupId>,
) -> Result<api::Device, Fault> {
    let now = app.clock.now();
    app.journal
        .act(move |tx, revision| {
            Box::pin(async move {
                let mut row = find(tx, id).await?;
                if let Some(group) = group {
                    if row.project.is_none() {
                        return Err(Fault::conflict(
                            "the device is in no project, and groups belong to one: install it first",
                        ));
                    }
                    let found = project::sql::group(tx, group).await?;
                    if found.is_none_or(|found| Some(found.project) != row.project) {
                        return Err(Fault::not_found("group of the device's project"));
                    }
                }
                let before = std::mem::replace(&mut row.group, group);
                sql::update_device(tx, &row, revision).await?;
                let act = Act::new(permit.doer(), "device.arrange", id, scope_of(&row), now)
                    .with(json!({"before": before, "after": group}));
                Ok((act, ()))
            })
        })
        .await?;
    show(app, permit, id).await
}

fn seal_voucher(app: &App, id: DeviceId, voucher: &Voucher) -> Result<Vec<u8>, Fault> {
    let keys = app.keys.organization(None)?;
    Ok(keys.seal.seal(&binding(Purpose::Registry, id), &voucher::encode(voucher))?)
}

fn open_voucher(app: &App, row: &sql::DeviceRow) -> Result<Voucher, Fault> {
    let keys = app.keys.organization(None)?;
    let bytes = keys.seal.open(&binding(Purpose::Registry, row.id), &row.voucher)?;
    voucher::decode(&bytes).map_err(Fault::internal)
}

/// The later of two vouchers of one device; two different entries under one seq are a fork.
fn extend(known: &Voucher, new: Voucher) -> Result<Voucher, VoucherRefused> {
    if known.header_bytes != new.header_bytes || known.hmac != new.hmac {
        return Err(VoucherRefused::OtherDevice);
    }
    for (at, (a, b)) in (0u64..).zip(known.entries.iter().zip(&new.entries)) {
        if a.bytes != b.bytes {
            return Err(VoucherRefused::Fork { at });
        }
    }
    if new.entries.len() < known.entries.len() {
        let epoch = |voucher: &Voucher| voucher.entries.last().map_or(0, |entry| entry.entry.owner_epoch);
        return Err(VoucherRefused::Stale { seen: epoch(&new), known: epoch(known) });
    }
    Ok(new)
}

/// What is stored of a claim secret: an HMAC of its hash.
fn claim_verifier(app: &App, secret_hash: &[u8]) -> Result<Vec<u8>, Fault> {
    let pepper = app.keys.pepper(crate::keys::PEPPER_NOW)?;
    Ok(hmac_sha256(pepper.expose(), &[b"claim", secret_hash]).as_bytes().to_vec())
}

/// Opens a claim: the company shows a voucher that ends with its key. It is finished by the device itself.
pub async fn open_claim(
    app: &Arc<App>,
    permit: Permit,
    id: DeviceId,
    request: api::Claim,
) -> Result<(), Fault> {
    let offered = match &request.voucher {
        Some(text) => Some(voucher::decode(&decode_base64("voucher", text)?)?),
        None => None,
    };
    let secret = match &request.label {
        Some(text) => Some(label::decode(text)?),
        None => None,
    };
    if secret.as_ref().is_some_and(|label| label.device != id) {
        return Err(Fault::invalid("`label` is another device's"));
    }
    let organization = request.organization;
    let owner = app.keys.owner(organization)?.public();
    let now = app.clock.now();
    let app_in = app.clone();
    app.journal
        .act(move |tx, revision| {
            Box::pin(async move {
                let mut row = find(tx, id).await?;
                if row.life == Life::Claiming && row.organization.is_some_and(|other| other != organization) {
                    return Err(Fault::not_found("device of this organization"));
                }
                let stays = row.organization == Some(organization);
                row.life = row.life.handle(Event::ClaimOpened)?;
                let maker = sql::maker(tx, row.maker).await?.ok_or_else(|| Fault::not_found("maker"))?;
                let known = open_voucher(&app_in, &row)?;
                let voucher = match offered {
                    Some(offered) => extend(&known, offered)?,
                    None => known,
                };
                let ownership = chain::verify_chain(&voucher, &maker.voucher_key, voucher::ENTRY_AAD, now)?;
                if *ownership.owner() != owner {
                    return Err(VoucherRefused::OtherOwner.into());
                }
                if ownership.epoch() < row.owner_epoch {
                    let refused = VoucherRefused::Stale { seen: ownership.epoch(), known: row.owner_epoch };
                    return Err(refused.into());
                }
                if let Some(label) = &secret {
                    let shown = claim_verifier(&app_in, sha256(&[&label.claim_secret]).as_bytes())?;
                    if !row.claim_verifier.as_deref().is_some_and(|stored| equal(stored, &shown)) {
                        let text = "the label's claim secret is not this device's, or was used up by an earlier claim";
                        return Err(Fault::new(Kind::Forbidden, text));
                    }
                }
                row.voucher = seal_voucher(&app_in, id, &voucher)?;
                row.owner_epoch = ownership.epoch();
                row.organization = Some(organization);
                row.claim_nonce = Some(fieldkeep_trust::random::<32>().to_vec());
                // Where it was is said to its owner of then alone.
                let before = stays.then(|| json!({"project": row.project, "site": row.site}));
                (row.project, row.site, row.group) = (None, None, None);
                sql::update_device(tx, &row, revision).await?;
                let act = Act::new(permit.doer(), "device.claim", id, permit.scope(), now).with(
                    json!({"before": before, "owner_epoch": row.owner_epoch, "with_label": secret.is_some()}),
                );
                Ok((act, ()))
            })
        })
        .await
}

pub(crate) fn decode_base64(name: &str, text: &str) -> Result<Vec<u8>, Fault> {
    data_encoding::BASE64
        .decode(text.trim().as_bytes())
        .map_err(|_| Fault::invalid(format!("`{name}`: base64 expected")))
}

/// What a device is asked to prove, once somebody has claimed it: the owner's offer and the voucher behind it.
pub async fn offer(app: &App, connection: &Connection) -> Result<(Vec<u8>, Vec<u8>), Fault> {
    let row = identity::birth(app, connection).await?;
    let (Life::Claiming, Some(organization), Some(nonce)) = (row.life, row.organization, &row.claim_nonce)
    else {
        let text = "nobody has claimed this device yet; ask again later";
        return Err(Fault::new(Kind::NotFound, text).retry_after(10));
    };
    let nonce = nonce.as_slice().try_into().map_err(|_| Fault::internal("a nonce of 32 bytes expected"))?;
    let offer = Offer { device: row.id, nonce, owner_epoch: row.owner_epoch };
    let signed = app.keys.owner(organization)?.sign(OFFER_AAD, claim::encode_offer(&offer))?;
    Ok((cose::encode_sign1(&signed), voucher::encode(&open_voucher(app, &row)?)))
}

/// The device's answer: only the hardware that the maker certified can finish a claim.
pub async fn finish_claim(
    app: &Arc<App>,
    connection: &Connection,
    answer: &[u8],
) -> Result<api::Device, Fault> {
    let device = identity::birth(app, connection).await?.id;
    let signed = cose::decode_sign1(answer, claim::BYTES_MAX)?;
    let answer: Answer = claim::decode_answer(&signed.payload)?;
    let now = app.clock.now();
    let app_in = app.clone();
    app.journal
        .act(move |tx, revision| {
            Box::pin(async move {
                let refused = |why: &str| {
                    Fault::new(Kind::Forbidden, format!("claim refused: {why}; the device stays unclaimed"))
                };
                let mut row = find(tx, device).await?;
                let organization =
                    row.organization.ok_or_else(|| refused("nobody has claimed the device"))?;
                let nonce = row.claim_nonce.take().ok_or_else(|| refused("there is no open challenge"))?;
                row.life = row.life.handle(Event::ClaimProven)?;
                sign::verify(&signed, ANSWER_AAD, &row.device_key)
                    .map_err(|_| refused("the answer is not signed by the device's key"))?;
                let owner = app_in.keys.owner(organization)?.public();
                let owner = sha256(&[&cose::encode_key(&owner)]);
                let expected = answer.device == device
                    && equal(&answer.nonce, &nonce)
                    && answer.owner_key == owner
                    && answer.owner_epoch == row.owner_epoch;
                if !expected {
                    return Err(refused("the answer is to another challenge or owner"));
                }
                row.claim_verifier = None;
                sql::update_device(tx, &row, revision).await?;
                let scope = Scope::Organization { organization };
                let act = Act::new(Doer::Device(device), "device.claimed", device, scope, now)
                    .with(json!({"owner_epoch": row.owner_epoch}));
                let shown = shown(&app_in, &row)?;
                Ok((act, shown))
            })
        })
        .await
}

/// Whoever installs a device that is somewhere already must have the right there too: a project's installer takes no device
/// out of another one.
pub async fn may_leave(app: &App, actor: &Actor, id: DeviceId) -> Result<(), Fault> {
    let mut tx = app.db.read().await?;
    let row = find(&mut tx, id).await?;
    let place = place_of(&mut tx, &row).await?;
    drop(tx);
    if row.project.is_some() {
        access::authorize(app, actor, Action::DeviceInstall, place).await?;
    }
    Ok(())
}

/// Whoever puts a device into a group must have the right over that group: its people will read the device.
pub async fn may_enter(app: &App, actor: &Actor, group: Option<GroupId>) -> Result<(), Fault> {
    let Some(group) = group else { return Ok(()) };
    let place = project::group::place_of(app, project::group::scope_of(app, group).await?).await?;
    access::authorize(app, actor, Action::GroupWrite, place).await.map(drop)
}

/// Binds a device to a project and a site: the installer stands beside it, and the device has just said hello.
pub async fn install(
    app: &Arc<App>,
    permit: Permit,
    id: DeviceId,
    place: api::Install,
) -> Result<api::Device, Fault> {
    let now = app.clock.now();
    app.journal
        .act(move |tx, revision| {
            Box::pin(async move {
                let mut row = find(tx, id).await?;
                let site = crate::project::sql::site(tx, place.site).await?;
                let owner = crate::project::sql::organization_of(tx, place.project).await?;
                if row.organization.is_none()
                    || owner != row.organization
                    || site.is_none_or(|site| site.project != place.project)
                {
                    return Err(Fault::not_found("project or site of the device's owner"));
                }
                let before = json!({"project": row.project, "site": row.site});
                row.life = row.life.handle(Event::Install)?;
                let fresh = row.hello_at.is_some_and(|at| now.secs_since(at) <= limits::HELLO_AGE_S_MAX);
                if !fresh {
                    let minutes = limits::HELLO_AGE_S_MAX / 60;
                    let text = format!("the device has not said hello within the last {minutes} minutes: power it on and try again");
                    return Err(Fault::conflict(text));
                }
                if row.project != Some(place.project) {
                    // A group is a group of one project.
                    row.group = None;
                }
                (row.project, row.site) = (Some(place.project), Some(place.site));
                sql::update_device(tx, &row, revision).await?;
                let act = Act::new(permit.doer(), "device.install", id, scope_of(&row), now)
                    .with(json!({"before": before, "after": place}));
                Ok((act, ()))
            })
        })
        .await?;
    show(app, permit, id).await
}

/// Holds, resumes, revokes or retires a device. Revoking withdraws its certificates and keys in the same commit.
pub async fn change(
    app: &Arc<App>,
    permit: Permit,
    id: DeviceId,
    event: Event,
    reason: Why,
) -> Result<api::Device, Fault> {
    let verb = match event {
        Event::Suspend => "device.suspend",
        Event::Resume => "device.resume",
        Event::Revoke => "device.revoke",
        Event::Retire => "device.retire",
        _ => return Err(Fault::internal("an event of another path")),
    };
    let now = app.clock.now();
    app.journal
        .act(move |tx, revision| {
            Box::pin(async move {
                let mut row = find(tx, id).await?;
                let before = row.life;
                row.life = row.life.handle(event)?;
                if matches!(row.life, Life::Revoked | Life::Retired) {
                    identity::sql::revoke_device(tx, id, now, revision).await?;
                }
                sql::update_device(tx, &row, revision).await?;
                let act = Act::new(permit.doer(), verb, id, scope_of(&row), now)
                    .with(json!({"before": before.name(), "after": row.life.name(), "reason": reason}));
                Ok((act, ()))
            })
        })
        .await?;
    if event != Event::Resume {
        app.connections.close_device(id);
    }
    if matches!(event, Event::Revoke | Event::Retire) {
        app.simulation.ended(id);
    }
    show(app, permit, id).await
}

/// Notes that a device has said hello. A disk that is full must not keep a device from learning where its chain ends:
/// a note that fails is only logged, and an installer sees no fresh hello.
pub async fn hello(app: &App, row: &sql::DeviceRow, now: Timestamp) {
    // Often enough for an installer who waits for it, seldom enough for the disk.
    if row.hello_at.is_none_or(|at| now.secs_since(at) >= 15)
        && let Err(error) = note_hello(app, row.id, now).await
    {
        tracing::error!(%error, device = %row.id, "registry.hello not noted");
    }
}

async fn note_hello(app: &App, device: DeviceId, now: Timestamp) -> Result<(), sqlx::Error> {
    let mut tx = app.db.write().await?;
    sql::hello(&mut tx, device, now).await?;
    tx.commit().await
}

/// A row id that is some other noun's id.
pub(crate) fn as_row(bytes: &[u8; 16]) -> RowId {
    RowId::from_slice(bytes).unwrap_or_else(|_| RowId::from_random(*bytes))
}
