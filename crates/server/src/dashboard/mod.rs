//! Dashboards of a project: kept as they are arranged, with every version before. Never: a reading, or a thing of another
//! project; what a tile shows is asked for by whoever looks.

pub mod http;
mod sql;

use crate::account::doer_text;
use crate::project::{open_json, row, seal_json};
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::access::Permit;
use fieldkeep_domain::audit::Act;
use fieldkeep_domain::dashboard::{KINDS, Rectangle, SERIES_MAX, TILES_MAX, is_tile_id};
use fieldkeep_domain::limits::DASHBOARDS_MAX;
use fieldkeep_domain::project::{Name, Scope};
use fieldkeep_domain::telemetry::Metric;
use fieldkeep_domain::{DashboardId, ProjectId};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::format_time;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sql::DashboardRow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Secret {
    name: String,
    tiles: Vec<api::Tile>,
}

fn binding(project: ProjectId, id: DashboardId) -> Binding {
    Binding::project(project, Purpose::Dashboard, row(id.as_bytes()))
}

fn seal(
    app: &App,
    project: ProjectId,
    id: DashboardId,
    name: &str,
    tiles: &[api::Tile],
) -> Result<Vec<u8>, Fault> {
    let name = Name::parse(name).map_err(|error| Fault::invalid(format!("`name`: {error}")))?;
    check(tiles)?;
    let secret = Secret { name: name.to_string(), tiles: tiles.to_vec() };
    seal_json(&app.keys.project(project)?.seal, &binding(project, id), &secret)
}

/// Refuses tiles that cannot be drawn.
fn check(tiles: &[api::Tile]) -> Result<(), Fault> {
    let bad = |tile: &api::Tile, why: String| Err(Fault::invalid(format!("tile `{}`: {why}", tile.id)));
    if tiles.len() > TILES_MAX {
        return Err(Fault::invalid(format!("limit `tiles`: at most {TILES_MAX} on one dashboard")));
    }
    let mut ids = BTreeSet::new();
    for tile in tiles {
        if !is_tile_id(&tile.id) || !ids.insert(&tile.id) {
            return bad(tile, "an `id` of its own, 1 to 40 letters, digits and hyphens expected".into());
        }
        if !KINDS.contains(&tile.kind.as_str()) {
            return bad(tile, format!("`kind`: one of {} expected", KINDS.join(", ")));
        }
        if !rectangle(tile).fits() {
            return bad(tile, "it lies outside the grid of twelve columns".into());
        }
        if tile.series.len() > SERIES_MAX {
            return bad(tile, format!("limit `series`: at most {SERIES_MAX}"));
        }
        if let Some(error) = tile.series.iter().find_map(|series| Metric::parse(&series.metric).err()) {
            return bad(tile, format!("`metric`: {error}"));
        }
        let long =
            |text: &Option<String>, max: usize| text.as_ref().is_some_and(|text| text.chars().count() > max);
        if long(&tile.title, 100)
            || long(&tile.text, 4_000)
            || long(&tile.range, 64)
            || long(&tile.model, 100)
        {
            return bad(tile, "a text is too long: `title` and `model` 100, `range` 64, `text` 4000".into());
        }
    }
    for (n, tile) in tiles.iter().enumerate() {
        if let Some(other) = tiles[..n].iter().find(|other| rectangle(tile).overlaps(rectangle(other))) {
            return bad(tile, format!("it lies over tile `{}`", other.id));
        }
    }
    Ok(())
}

fn rectangle(tile: &api::Tile) -> Rectangle {
    Rectangle { x: tile.x, y: tile.y, w: tile.w, h: tile.h }
}

fn show(app: &App, row: &DashboardRow) -> Result<api::Dashboard, Fault> {
    let seal = &app.keys.project(row.project)?.seal;
    let secret: Secret = open_json(seal, &binding(row.project, row.id), &row.sealed)?;
    Ok(api::Dashboard {
        id: row.id,
        project: row.project,
        name: secret.name,
        version: row.version,
        tiles: secret.tiles,
        made_by: row.made_by.clone(),
        changed_by: row.changed_by.clone(),
        changed_at: format_time(row.changed_at),
    })
}

async fn find(app: &App, id: DashboardId) -> Result<DashboardRow, Fault> {
    let mut tx = app.db.read().await?;
    sql::find(&mut tx, id).await?.ok_or_else(|| Fault::not_found("dashboard"))
}

/// Where a dashboard belongs; 404 where there is none.
pub async fn scope_of(app: &App, id: DashboardId) -> Result<Scope, Fault> {
    crate::project::scope(app, None, Some(find(app, id).await?.project)).await
}

/// A page of a project's dashboards.
pub async fn list(
    app: &App,
    _: Permit,
    project: ProjectId,
    query: &api::PageQuery,
) -> Result<api::Page<api::Dashboard>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let mut tx = app.db.read().await?;
    let rows = sql::list(&mut tx, project, after, limit + 1).await?;
    drop(tx);
    let items: Vec<_> = rows.iter().map(|row| show(app, row)).collect::<Result<_, Fault>>()?;
    Ok(crate::http::paged(items, limit, |one| one.id.to_string()))
}

/// One dashboard.
pub async fn one(app: &App, _: Permit, id: DashboardId) -> Result<api::Dashboard, Fault> {
    show(app, &find(app, id).await?)
}

/// Its versions, the newest first.
pub async fn versions(app: &App, _: Permit, id: DashboardId) -> Result<api::Page<api::Dashboard>, Fault> {
    let row = find(app, id).await?;
    let mut tx = app.db.read().await?;
    let rows = sql::versions(&mut tx, &row).await?;
    drop(tx);
    let items = rows.iter().map(|row| show(app, row)).collect::<Result<_, Fault>>()?;
    Ok(api::Page { items, next: None })
}

/// Makes a dashboard.
pub async fn create(
    app: &Arc<App>,
    permit: Permit,
    project: ProjectId,
    new: api::NewDashboard,
) -> Result<api::Dashboard, Fault> {
    let id = DashboardId::from_random(fieldkeep_trust::random());
    let now = app.clock.now();
    let by = doer_text(permit.doer());
    let row = DashboardRow {
        id,
        project,
        version: 1,
        sealed: seal(app, project, id, &new.name, &new.tiles)?,
        made_by: by.clone(),
        created_at: now,
        changed_by: by,
        changed_at: now,
    };
    let shown = show(app, &row)?;
    let act =
        Act::new(permit.doer(), "dashboard.create", id, permit.scope(), now).with(json!({"name": new.name}));
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                if sql::count(tx, project).await? >= DASHBOARDS_MAX {
                    let text = format!("limit `dashboards`: at most {DASHBOARDS_MAX} per project");
                    return Err(Fault::conflict(text));
                }
                sql::insert(tx, &row).await?;
                Ok((act, sql::keep(tx, &row).await?))
            })
        })
        .await?;
    Ok(shown)
}

/// Changes a dashboard, if nobody else did since it was read.
pub async fn change(
    app: &Arc<App>,
    permit: Permit,
    id: DashboardId,
    new: api::ChangedDashboard,
) -> Result<api::Dashboard, Fault> {
    let before = find(app, id).await?;
    let now = app.clock.now();
    let row = DashboardRow {
        version: new.version.saturating_add(1),
        sealed: seal(app, before.project, id, &new.name, &new.tiles)?,
        changed_by: doer_text(permit.doer()),
        changed_at: now,
        ..before
    };
    let shown = show(app, &row)?;
    let act = Act::new(permit.doer(), "dashboard.change", id, permit.scope(), now)
        .with(json!({"name": new.name, "version": row.version}));
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                if !sql::update(tx, &row, new.version).await? {
                    let text =
                        "somebody else changed this dashboard meanwhile: yours was not saved; read it again";
                    return Err(Fault::conflict(text).with("check", "version"));
                }
                Ok((act, sql::keep(tx, &row).await?))
            })
        })
        .await?;
    Ok(shown)
}

/// Removes a dashboard with its versions.
pub async fn remove(app: &Arc<App>, permit: Permit, id: DashboardId) -> Result<(), Fault> {
    let act = Act::new(permit.doer(), "dashboard.remove", id, permit.scope(), app.clock.now());
    app.journal
        .note(move |tx, _| {
            Box::pin(async move {
                match sql::remove(tx, id).await? {
                    true => Ok((act, ())),
                    false => Err(Fault::not_found("dashboard")),
                }
            })
        })
        .await
}
