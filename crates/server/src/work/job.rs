//! Does the work, device by device. One server at a time holds a piece of work by a lease; a server that dies leaves it to
//! the next one.
//!
//! Never: does a device twice that is where it should be.

use super::sql::{self, Item, JobRow};
use super::{What, Wish, asker, failure, note_binding, open};
use crate::fault::Kind;
use crate::limits::{JOB_ITEMS_AT_ONCE, JOB_LEASE_S};
use crate::{App, Fault, access, project, registry};
use fieldkeep_api as api;
use fieldkeep_domain::JobId;
use fieldkeep_domain::access::Actor;
use fieldkeep_domain::audit::{NoReason, Why};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::registry::{Event, Life};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Runs until `stop`.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    let runner = fieldkeep_trust::random::<16>();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.work.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        if let Err(fault) = pass(&app, &runner, &stop).await
            && !stop.is_cancelled()
        {
            tracing::error!(inside = ?fault.inside, "work.run failed; it will be run again");
        }
    }
}

/// Takes what waits, until nothing does.
async fn pass(app: &Arc<App>, runner: &[u8], stop: &CancellationToken) -> Result<(), Fault> {
    loop {
        let now = app.clock.now();
        let mut tx = app.db.read().await?;
        let found = sql::due(&mut tx, runner, now).await?;
        drop(tx);
        let Some(row) = found else { return Ok(()) };
        let mut tx = app.db.write().await?;
        let ours = sql::lease(&mut tx, row.id, runner, now, now.plus_secs(JOB_LEASE_S)).await?;
        tx.commit().await?;
        if ours {
            some(app, &row, runner, stop).await?;
        }
        if stop.is_cancelled() {
            return Ok(());
        }
    }
}

/// Some devices of one piece of work: others are not kept waiting by a long one.
async fn some(app: &Arc<App>, row: &JobRow, runner: &[u8], stop: &CancellationToken) -> Result<(), Fault> {
    let wish = open(app, row)?;
    let what = What::parse(&row.kind)?;
    let mut tx = app.db.read().await?;
    let items = sql::items(&mut tx, row.id, "waiting", -1, JOB_ITEMS_AT_ONCE).await?;
    drop(tx);
    let last = items.len() < JOB_ITEMS_AT_ONCE as usize;
    for item in items {
        if stop.is_cancelled() || !still_ours(app, row.id, runner).await? {
            return Ok(());
        }
        let outcome = one(app, what, &wish, &item).await;
        match outcome {
            // Says nothing about the device: the journal is full or closed, or this server is on its way out.
            Err(fault) if fault.kind == Kind::Unavailable || stop.is_cancelled() => return Err(fault),
            outcome => settle(app, row.id, &item, outcome).await?,
        }
    }
    if last { finish(app, row.id, "done").await } else { Ok(()) }
}

/// Holds the lease for another while; false where it was stopped, or another server has it.
async fn still_ours(app: &App, id: JobId, runner: &[u8]) -> Result<bool, Fault> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let ours = sql::lease(&mut tx, id, runner, now, now.plus_secs(JOB_LEASE_S)).await?;
    tx.commit().await?;
    if !ours {
        finish(app, id, "stopped").await?;
    }
    Ok(ours)
}

/// `stopped` takes only what is being stopped.
async fn finish(app: &App, id: JobId, state: &'static str) -> Result<(), Fault> {
    let mut tx = app.db.write().await?;
    sql::finish(&mut tx, id, state, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

async fn settle(app: &App, id: JobId, item: &Item, outcome: Result<(), Fault>) -> Result<(), Fault> {
    let failed = match outcome {
        Ok(()) => None,
        Err(fault) => {
            let (status, text) = failure(&fault);
            if status >= 500 {
                tracing::error!(job = %id, device = %item.device, inside = ?fault.inside, "work.device failed");
            }
            let seal = &app.keys.organization(None)?.seal;
            Some((status, seal.seal(&note_binding(id, item.place), text.as_bytes())?))
        }
    };
    let mut tx = app.db.write().await?;
    sql::settle(&mut tx, id, item.place, failed).await?;
    Ok(tx.commit().await?)
}

/// One device, as if its asker had asked for it alone.
async fn one(app: &Arc<App>, what: What, wish: &Wish, item: &Item) -> Result<(), Fault> {
    let actor = asker(app, wish).await?;
    let mut tx = app.db.read().await?;
    let row = registry::find(&mut tx, item.device).await?;
    drop(tx);
    if is_there(what, wish, &row) {
        return Ok(());
    }
    let event = match what {
        What::Claim => return claim(app, &actor, wish, item).await,
        What::Install => return install(app, &actor, wish, item).await,
        What::Group => {
            let permit = permit(app, &actor, what, &row).await?;
            registry::may_enter(app, &actor, wish.target.group).await?;
            return registry::arrange(app, permit, item.device, wish.target.group).await.map(drop);
        }
        What::Suspend => Event::Suspend,
        What::Resume => Event::Resume,
        What::Revoke => Event::Revoke,
        What::Retire => Event::Retire,
    };
    let permit = permit(app, &actor, what, &row).await?;
    let why: Why = wish.reason.parse().map_err(|no: NoReason| Fault::invalid(format!("`reason`: {no}")))?;
    registry::change(app, permit, item.device, event, why).await.map(drop)
}

/// A server that died in the middle did this one.
fn is_there(what: What, wish: &Wish, row: &registry::sql::DeviceRow) -> bool {
    match what {
        What::Suspend => row.life == Life::Suspended,
        What::Revoke => row.life == Life::Revoked,
        What::Retire => row.life == Life::Retired,
        What::Install => {
            row.life == Life::Installed && row.project == wish.target.project && row.site == wish.target.site
        }
        What::Group => row.group == wish.target.group,
        What::Claim | What::Resume => false,
    }
}

async fn permit(
    app: &App,
    actor: &Actor,
    what: What,
    row: &registry::sql::DeviceRow,
) -> Result<fieldkeep_domain::access::Permit, Fault> {
    let mut tx = app.db.read().await?;
    let place = registry::place_of(&mut tx, row).await?;
    drop(tx);
    let content = json!({"do": what.name(), "device": row.id});
    access::authorize_exactly(app, actor, what.action(), place, content).await
}

async fn claim(app: &Arc<App>, actor: &Actor, wish: &Wish, item: &Item) -> Result<(), Fault> {
    let organization = wish.target.organization.ok_or_else(|| Fault::internal("a claim for nobody"))?;
    let scope = Scope::Organization { organization };
    let permit = access::authorize(app, actor, What::Claim.action(), scope).await?;
    let label = wish.labels.get(&item.device).cloned();
    let claim = api::Claim { organization, voucher: None, label };
    registry::open_claim(app, permit, item.device, claim).await
}

async fn install(app: &Arc<App>, actor: &Actor, wish: &Wish, item: &Item) -> Result<(), Fault> {
    let nowhere = || Fault::internal("an installation nowhere");
    let place = api::Install {
        project: wish.target.project.ok_or_else(nowhere)?,
        site: wish.target.site.ok_or_else(nowhere)?,
    };
    let scope = project::scope(app, None, Some(place.project)).await?;
    registry::may_leave(app, actor, item.device).await?;
    let permit = access::authorize(app, actor, What::Install.action(), scope).await?;
    registry::install(app, permit, item.device, place).await.map(drop)
}
