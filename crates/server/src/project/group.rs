//! Groups of a project's devices: a tree that roles can be given for. Never: a circle, or a group of another project.

use super::{open_json, row, seal_json, sql};
use crate::{App, Fault};
use fieldkeep_api as api;
use fieldkeep_domain::access::{Permit, Place};
use fieldkeep_domain::audit::Act;
use fieldkeep_domain::project::{Name, Scope};
use fieldkeep_domain::{GroupId, ProjectId, limits};
use fieldkeep_trust::seal::{Binding, Purpose};
use fieldkeep_wire::json::format_time;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::AnyConnection;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is sealed of a group.
#[derive(Serialize, Deserialize)]
struct GroupSecret {
    name: String,
}

fn binding(project: ProjectId, id: GroupId) -> Binding {
    Binding::project(project, Purpose::Name, row(id.as_bytes()))
}

/// A group and every group above it, nearest first.
pub async fn above(tx: &mut AnyConnection, group: GroupId) -> Result<Vec<GroupId>, Fault> {
    Ok(sql::groups_above(tx, group).await?)
}

/// These groups and every group below them.
pub async fn below(tx: &mut AnyConnection, groups: &BTreeSet<GroupId>) -> Result<BTreeSet<GroupId>, Fault> {
    let mut out = BTreeSet::new();
    for group in groups {
        out.extend(sql::groups_below(tx, *group).await?);
    }
    Ok(out)
}

/// The scope as a thing, with the groups above it; a device with its place of today.
pub async fn place_of(app: &App, scope: Scope) -> Result<Place, Fault> {
    let mut tx = app.db.read().await?;
    match scope {
        Scope::Group { organization, project, group } => {
            let groups = above(&mut tx, group).await?;
            Ok(Place::within(Scope::Project { organization, project }, groups, None))
        }
        Scope::Device { organization, device } => {
            let row = crate::registry::find(&mut tx, device).await?;
            if row.organization != Some(organization) {
                // It changed hands: what was given for it stays where it was given, and its new owner sees none of it.
                return Ok(scope.into());
            }
            crate::registry::place_of(&mut tx, &row).await
        }
        scope => Ok(scope.into()),
    }
}

/// The scope of a group; 404 where there is none.
pub async fn scope_of(app: &App, group: GroupId) -> Result<Scope, Fault> {
    let mut tx = app.db.read().await?;
    let row = sql::group(&mut tx, group).await?.ok_or_else(|| Fault::not_found("group"))?;
    let organization =
        sql::organization_of(&mut tx, row.project).await?.ok_or_else(|| Fault::not_found("project"))?;
    Ok(Scope::Group { organization, project: row.project, group })
}

/// Makes a group.
pub async fn create(
    app: &Arc<App>,
    permit: Permit,
    project: ProjectId,
    new: api::NewGroup,
) -> Result<api::Group, Fault> {
    let name = Name::parse(&new.name)?;
    let id = GroupId::from_random(fieldkeep_trust::random());
    let now = app.clock.now();
    let sealed = seal_json(
        &app.keys.project(project)?.seal,
        &binding(project, id),
        &GroupSecret { name: name.to_string() },
    )?;
    let row = sql::GroupRow { id, project, parent: new.parent, sealed, created_at: now };
    let act = Act::new(permit.doer(), "group.create", id, permit.scope(), now)
        .with(json!({"name": name.as_str(), "parent": new.parent}));
    let shown = show(&row, name.to_string());
    app.journal
        .act(move |tx, _| {
            Box::pin(async move {
                if let Some(parent) = row.parent {
                    let found = sql::group(tx, parent).await?.filter(|found| found.project == project);
                    found.ok_or_else(|| Fault::invalid("`parent`: no group of this project"))?;
                    if above(tx, parent).await?.len() >= limits::GROUP_DEPTH_MAX {
                        let max = limits::GROUP_DEPTH_MAX;
                        return Err(Fault::invalid(format!(
                            "limit `group-depth`: at most {max} groups deep"
                        )));
                    }
                }
                if sql::count_groups(tx, project).await? >= limits::GROUPS_MAX {
                    let max = limits::GROUPS_MAX;
                    return Err(Fault::invalid(format!("limit `groups`: at most {max} groups per project")));
                }
                Ok((act, sql::insert_group(tx, &row).await?))
            })
        })
        .await?;
    Ok(shown)
}

fn show(row: &sql::GroupRow, name: String) -> api::Group {
    api::Group {
        id: row.id,
        project: row.project,
        parent: row.parent,
        name,
        created_at: format_time(row.created_at),
    }
}

/// A page of a project's groups.
pub async fn list(
    app: &App,
    _: Permit,
    project: ProjectId,
    query: &api::PageQuery,
) -> Result<api::Page<api::Group>, Fault> {
    let (limit, after) = crate::http::page(query.limit, query.after.as_deref())?;
    let seal = &app.keys.project(project)?.seal;
    let mut tx = app.db.read().await?;
    let rows = sql::groups(&mut tx, project, after, limit + 1).await?;
    let items: Result<Vec<_>, Fault> = rows
        .iter()
        .map(|row| {
            let secret: GroupSecret = open_json(seal, &binding(project, row.id), &row.sealed)?;
            Ok(show(row, secret.name))
        })
        .collect();
    Ok(crate::http::paged(items?, limit, |one| one.id.to_string()))
}
