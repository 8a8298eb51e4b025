//! `/api/v1/devices`, `/api/v1/registry`, and on the devices' name hello and claim.

use super::{
    arrange, change, find, finish_claim, import, install, list, may_enter, may_leave, offer, open_claim,
    orders, place_of, show,
};
use crate::access::{authorize, authorize_exactly, known, listing};
use crate::http::{Answer, Body, Caller, Large, Param, Peer, Query, small_json};
use crate::{App, Fault, fleet, identity, journal, project, registry};
use axum::Json;
use axum::extract::State;
use fieldkeep_api::{
    Arrange, Because, Claim, Device, DevicePage, DeviceQuery, Imported, Install, Maker, OrderQuery, Page,
    Problem, RegistryImport, WorkOrder,
};
use fieldkeep_domain::DeviceId;
use fieldkeep_domain::access::{Action, Actor, Permit};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::registry::Event;
use fieldkeep_wire::json::format_time;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(post_import))
        .routes(routes!(get_devices))
        .routes(routes!(get_device))
        .routes(routes!(post_claim))
        .routes(routes!(post_install))
        .routes(routes!(post_suspend))
        .routes(routes!(post_resume))
        .routes(routes!(post_revoke))
        .routes(routes!(post_retire))
        .routes(routes!(put_group))
        .routes(routes!(get_makers))
        .routes(routes!(get_orders))
}

/// List the makers that are known.
#[utoipa::path(get, path = "/registry/makers", tag = "registry",
    responses((status = 200, body = Page<Maker>), (status = "default", body = Problem)))]
async fn get_makers(State(app): State<Arc<App>>, Caller(actor): Caller) -> Answer<Json<Page<Maker>>> {
    let permit = authorize(&app, &actor, Action::RegistryRead, Scope::Deployment).await?;
    Ok(Json(orders::makers(&app, permit).await?))
}

/// List work orders, and how far their devices have come.
#[utoipa::path(get, path = "/registry/orders", tag = "registry", params(OrderQuery),
    responses((status = 200, body = Page<WorkOrder>), (status = "default", body = Problem)))]
async fn get_orders(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<OrderQuery>,
) -> Answer<Json<Page<WorkOrder>>> {
    let permit = authorize(&app, &actor, Action::RegistryRead, Scope::Deployment).await?;
    Ok(Json(orders::orders(&app, permit, &query).await?))
}

/// Register a maker, a work order and its devices.
#[utoipa::path(post, path = "/registry/imports", tag = "registry", request_body = RegistryImport,
    responses((status = 200, body = Imported), (status = "default", body = Problem)))]
async fn post_import(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Large(body): Large<RegistryImport>,
) -> Answer<Json<Imported>> {
    let permit = authorize(&app, &actor, Action::RegistryImport, Scope::Deployment).await?;
    Ok(Json(import(&app, permit, body).await?))
}

/// List devices.
#[utoipa::path(get, path = "/devices", tag = "devices", params(DeviceQuery),
    responses((status = 200, body = DevicePage), (status = "default", body = Problem)))]
async fn get_devices(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(query): Query<DeviceQuery>,
) -> Answer<Json<DevicePage>> {
    // What is asked for by name must be one that the caller may know of.
    if query.organization.is_some() || query.project.is_some() {
        let scope = project::scope(&app, query.organization, query.project).await?;
        known(&actor, &scope.into())?;
    }
    if let Some(group) = query.group {
        let scope = project::group::scope_of(&app, group).await?;
        known(&actor, &project::group::place_of(&app, scope).await?)?;
    }
    if let Some(site) = query.site {
        let project = project::project_of_site(&app, site).await?;
        known(&actor, &project::scope(&app, None, Some(project)).await?.into())?;
    }
    let listing = listing(&app, &actor, Action::DeviceRead).await?;
    let mut page = if query.is_plain() {
        let page = list(&app, listing, &query).await?;
        DevicePage { items: page.items, next: page.next, total: None }
    } else {
        fleet::list(&app, &actor, listing, &query).await?
    };
    fleet::decorate(&app, &actor, &mut page.items).await?;
    Ok(Json(page))
}

async fn permit(app: &App, actor: &Actor, action: Action, id: DeviceId) -> Result<Permit, Fault> {
    let mut tx = app.db.read().await?;
    let row = find(&mut tx, id).await?;
    let place = place_of(&mut tx, &row).await?;
    drop(tx);
    authorize(app, actor, action, place).await
}

/// The same for what a second person has to be told apart: the action alone does not say it.
async fn permit_exactly(
    app: &App,
    actor: &Actor,
    action: Action,
    id: DeviceId,
    what: &'static str,
) -> Result<Permit, Fault> {
    let mut tx = app.db.read().await?;
    let row = find(&mut tx, id).await?;
    let place = place_of(&mut tx, &row).await?;
    drop(tx);
    authorize_exactly(app, actor, action, place, json!({"do": what, "device": id})).await
}

/// A device with what the index knows of it.
async fn whole(app: &App, actor: &Actor, mut device: Device) -> Answer<Json<Device>> {
    fleet::decorate(app, actor, std::slice::from_mut(&mut device)).await?;
    Ok(Json(device))
}

/// Show a device.
#[utoipa::path(get, path = "/devices/{device}", tag = "devices", params(("device" = String, Path)),
    responses((status = 200, body = Device), (status = "default", body = Problem)))]
async fn get_device(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
) -> Answer<Json<Device>> {
    let permit = permit(&app, &actor, Action::DeviceRead, id).await?;
    whole(&app, &actor, show(&app, permit, id).await?).await
}

/// Claim a device for an organization. The device finishes the claim itself.
#[utoipa::path(post, path = "/devices/{device}/claim", tag = "devices", params(("device" = String, Path)),
    request_body = Claim, responses((status = 202), (status = "default", body = Problem)))]
async fn post_claim(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
    Body(claim): Body<Claim>,
) -> Answer<StatusCode> {
    let scope = project::scope(&app, Some(claim.organization), None).await?;
    let permit = authorize(&app, &actor, Action::DeviceClaim, scope).await?;
    open_claim(&app, permit, id, claim).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Install a device at a site. It must have said hello within the last ten minutes.
#[utoipa::path(post, path = "/devices/{device}/install", tag = "devices", params(("device" = String, Path)),
    request_body = Install, responses((status = 200, body = Device), (status = "default", body = Problem)))]
async fn post_install(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
    Body(place): Body<Install>,
) -> Answer<Json<Device>> {
    let scope = project::scope(&app, None, Some(place.project)).await?;
    may_leave(&app, &actor, id).await?;
    let permit = authorize(&app, &actor, Action::DeviceInstall, scope).await?;
    whole(&app, &actor, install(&app, permit, id, place).await?).await
}

/// Hold a device: its connections close, its readings are refused until it is resumed.
#[utoipa::path(post, path = "/devices/{device}/suspend", tag = "devices", params(("device" = String, Path)),
    request_body = Because, responses((status = 200, body = Device), (status = "default", body = Problem)))]
async fn post_suspend(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
    Body(because): Body<Because>,
) -> Answer<Json<Device>> {
    let permit = permit_exactly(&app, &actor, Action::DeviceSuspend, id, "suspend").await?;
    whole(&app, &actor, change(&app, permit, id, Event::Suspend, because.reason).await?).await
}

/// Let a held device go on.
#[utoipa::path(post, path = "/devices/{device}/resume", tag = "devices", params(("device" = String, Path)),
    request_body = Because, responses((status = 200, body = Device), (status = "default", body = Problem)))]
async fn post_resume(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
    Body(because): Body<Because>,
) -> Answer<Json<Device>> {
    let permit = permit_exactly(&app, &actor, Action::DeviceSuspend, id, "resume").await?;
    whole(&app, &actor, change(&app, permit, id, Event::Resume, because.reason).await?).await
}

/// Withdraw a device's certificates and keys for good.
#[utoipa::path(post, path = "/devices/{device}/revoke", tag = "devices", params(("device" = String, Path)),
    request_body = Because, responses((status = 200, body = Device), (status = "default", body = Problem)))]
async fn post_revoke(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
    Body(because): Body<Because>,
) -> Answer<Json<Device>> {
    let permit = permit_exactly(&app, &actor, Action::DeviceRevoke, id, "revoke").await?;
    whole(&app, &actor, change(&app, permit, id, Event::Revoke, because.reason).await?).await
}

/// Take a device out of use.
#[utoipa::path(post, path = "/devices/{device}/retire", tag = "devices", params(("device" = String, Path)),
    request_body = Because, responses((status = 200, body = Device), (status = "default", body = Problem)))]
async fn post_retire(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
    Body(because): Body<Because>,
) -> Answer<Json<Device>> {
    let permit = permit_exactly(&app, &actor, Action::DeviceRevoke, id, "retire").await?;
    whole(&app, &actor, change(&app, permit, id, Event::Retire, because.reason).await?).await
}

/// Put a device into a group of its project, or take it out.
#[utoipa::path(put, path = "/devices/{device}/group", tag = "devices", params(("device" = String, Path)),
    request_body = Arrange, responses((status = 200, body = Device), (status = "default", body = Problem)))]
async fn put_group(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Param(id): Param<DeviceId>,
    Body(into): Body<Arrange>,
) -> Answer<Json<Device>> {
    let permit = permit(&app, &actor, Action::GroupWrite, id).await?;
    may_enter(&app, &actor, into.group).await?;
    whole(&app, &actor, arrange(&app, permit, id, into.group).await?).await
}

/// `GET /v1/hello`: the device is here; what the server knows of it.
pub async fn get_hello(State(app): State<Arc<App>>, Peer(connection): Peer) -> Answer<Json<Value>> {
    let now = app.clock.now();
    let row = identity::device(&app, &connection).await?;
    registry::hello(&app, &row, now).await;
    let mut tx = app.db.read().await?;
    let head = journal::sql::chain_head(&mut tx, row.id).await?;
    let head =
        head.map(|head| json!({"boot_epoch": head.epoch, "seq": head.seq, "hash": head.hash.to_string()}));
    Ok(Json(json!({
        "device": row.id,
        "state": row.life.name(),
        "head": head,
        "time": format_time(now),
    })))
}

/// `GET /v1/claim`: the owner's offer and the voucher; 404 with Retry-After until somebody has claimed the device.
pub async fn get_claim(State(app): State<Arc<App>>, Peer(connection): Peer) -> Answer<Json<Value>> {
    let (offer, voucher) = offer(&app, &connection).await?;
    let base64 = |bytes: &[u8]| data_encoding::BASE64.encode(bytes);
    Ok(Json(json!({"offer": base64(&offer), "voucher": base64(&voucher)})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimAnswer {
    answer: String,
}

/// `POST /v1/claim`: the device's signed answer finishes the claim.
pub async fn post_claim_answer(
    State(app): State<Arc<App>>,
    Peer(connection): Peer,
    request: axum::extract::Request,
) -> Answer<Json<Value>> {
    // Unauthenticated bytes never reach a decoder: whose connection it is comes first.
    identity::birth(&app, &connection).await?;
    let body: ClaimAnswer = small_json(request).await?;
    let answer = super::decode_base64("answer", &body.answer)?;
    let device = finish_claim(&app, &connection, &answer).await?;
    Ok(Json(json!({"organization": device.organization, "state": device.state})))
}
