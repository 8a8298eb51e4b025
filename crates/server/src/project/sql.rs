//! Rows of organizations, projects and sites.

use crate::db::damaged;
use crate::db::reach::{Columns, Condition, covered};
use fieldkeep_domain::access::Reach;
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::signed::PublicKey;
use fieldkeep_domain::{GroupId, OrganizationId, ProjectId, SiteId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// An organization; its name is sealed.
#[derive(Debug)]
pub struct OrganizationRow {
    /// Which.
    pub id: OrganizationId,
    /// Its name.
    pub sealed: Vec<u8>,
    /// Its intermediate, DER.
    pub ca: Vec<u8>,
    /// Its owner key.
    pub owner_key: PublicKey,
    /// Since when.
    pub created_at: Timestamp,
}

/// A project; its name and rules are sealed.
#[derive(Debug)]
pub struct ProjectRow {
    /// Which.
    pub id: ProjectId,
    /// Whose.
    pub organization: OrganizationId,
    /// Name and rules.
    pub sealed: Vec<u8>,
    /// Since when.
    pub created_at: Timestamp,
}

/// A site; its name, place and networks are sealed.
#[derive(Debug)]
pub struct SiteRow {
    /// Which.
    pub id: SiteId,
    /// Where.
    pub project: ProjectId,
    /// Name, place and networks.
    pub sealed: Vec<u8>,
    /// Since when.
    pub created_at: Timestamp,
}

/// An organization's id out of a column.
pub fn organization_id(bytes: &[u8]) -> Result<OrganizationId, sqlx::Error> {
    OrganizationId::from_slice(bytes).map_err(|_| damaged("an organization id expected"))
}
/// A project's id out of a column.
pub fn project_id(bytes: &[u8]) -> Result<ProjectId, sqlx::Error> {
    ProjectId::from_slice(bytes).map_err(|_| damaged("a project id expected"))
}
/// A site's id out of a column.
pub fn site_id(bytes: &[u8]) -> Result<SiteId, sqlx::Error> {
    SiteId::from_slice(bytes).map_err(|_| damaged("a site id expected"))
}

fn read_organization(row: &AnyRow) -> Result<OrganizationRow, sqlx::Error> {
    Ok(OrganizationRow {
        id: organization_id(&row.try_get::<Vec<u8>, _>(0)?)?,
        sealed: row.try_get(1)?,
        ca: row.try_get(2)?,
        owner_key: PublicKey::from_slice(&row.try_get::<Vec<u8>, _>(3)?)
            .ok_or_else(|| damaged("a key expected"))?,
        created_at: Timestamp(row.try_get(4)?),
    })
}

fn read_project(row: &AnyRow) -> Result<ProjectRow, sqlx::Error> {
    Ok(ProjectRow {
        id: project_id(&row.try_get::<Vec<u8>, _>(0)?)?,
        organization: organization_id(&row.try_get::<Vec<u8>, _>(1)?)?,
        sealed: row.try_get(2)?,
        created_at: Timestamp(row.try_get(3)?),
    })
}

fn read_site(row: &AnyRow) -> Result<SiteRow, sqlx::Error> {
    Ok(SiteRow {
        id: site_id(&row.try_get::<Vec<u8>, _>(0)?)?,
        project: project_id(&row.try_get::<Vec<u8>, _>(1)?)?,
        sealed: row.try_get(2)?,
        created_at: Timestamp(row.try_get(3)?),
    })
}

/// Adds an organization.
pub async fn insert_organization(tx: &mut AnyConnection, row: &OrganizationRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO organizations (id, sealed, ca, owner_key, crl_number, created_at) VALUES ($1, $2, $3, $4, 0, $5)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(&row.sealed[..])
    .bind(&row.ca[..])
    .bind(&row.owner_key.as_bytes()[..])
    .bind(row.created_at.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// One organization.
pub async fn organization(
    tx: &mut AnyConnection,
    id: OrganizationId,
) -> Result<Option<OrganizationRow>, sqlx::Error> {
    let row = sqlx::query("SELECT id, sealed, ca, owner_key, created_at FROM organizations WHERE id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.as_ref().map(read_organization).transpose()
}

/// The authorities of the organizations that a reach covers.
pub async fn authorities(
    tx: &mut AnyConnection,
    reach: &Reach,
) -> Result<Vec<(OrganizationId, Vec<u8>)>, sqlx::Error> {
    let columns = Columns { organization: Some("id"), ..Columns::default() };
    let seen = covered(reach, columns, 1);
    let text = format!("SELECT id, ca FROM organizations WHERE {} ORDER BY id LIMIT 500", seen.text);
    let query = seen.binds.into_iter().fold(sqlx::query(AssertSqlSafe(text)), |query, id| query.bind(id));
    let rows = query.fetch_all(tx).await?;
    rows.iter().map(|row| Ok((organization_id(&row.try_get::<Vec<u8>, _>(0)?)?, row.try_get(1)?))).collect()
}

/// Whether an organization is shut out.
pub async fn is_shut_out(tx: &mut AnyConnection, id: OrganizationId) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("SELECT disabled_at FROM organizations WHERE id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    Ok(row.map(|row| row.try_get::<Option<i64>, _>(0)).transpose()?.flatten().is_some())
}

/// A page of organizations under a condition whose placeholders count from 3.
pub async fn organizations(
    tx: &mut AnyConnection,
    seen: Condition,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<OrganizationRow>, sqlx::Error> {
    let text = format!(
        "SELECT id, sealed, ca, owner_key, created_at FROM organizations WHERE id > $1 AND {} ORDER BY id LIMIT $2",
        seen.text
    );
    let query = sqlx::query(AssertSqlSafe(text)).bind(after).bind(i64::from(limit));
    let query = seen.binds.into_iter().fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read_organization).collect()
}

/// Takes the next number of an organization's revocation list.
pub async fn next_crl_number(tx: &mut AnyConnection, id: OrganizationId) -> Result<u64, sqlx::Error> {
    let row = sqlx::query(
        "UPDATE organizations SET crl_number = crl_number + 1 WHERE id = $1 RETURNING crl_number",
    )
    .bind(&id.as_bytes()[..])
    .fetch_one(tx)
    .await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}

/// Adds a project.
pub async fn insert_project(tx: &mut AnyConnection, row: &ProjectRow) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO projects (id, organization, sealed, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&row.id.as_bytes()[..])
        .bind(&row.organization.as_bytes()[..])
        .bind(&row.sealed[..])
        .bind(row.created_at.as_nanos())
        .execute(tx)
        .await
        .map(drop)
}

/// Replaces what is sealed of a project.
pub async fn update_project(tx: &mut AnyConnection, row: &ProjectRow) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE projects SET sealed = $1 WHERE id = $2")
        .bind(&row.sealed[..])
        .bind(&row.id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

/// One project.
pub async fn project(tx: &mut AnyConnection, id: ProjectId) -> Result<Option<ProjectRow>, sqlx::Error> {
    let row = sqlx::query("SELECT id, organization, sealed, created_at FROM projects WHERE id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.as_ref().map(read_project).transpose()
}

/// The organization that a project is in.
pub async fn organization_of(
    tx: &mut AnyConnection,
    id: ProjectId,
) -> Result<Option<OrganizationId>, sqlx::Error> {
    Ok(project(tx, id).await?.map(|row| row.organization))
}

/// A page of an organization's projects under a condition whose placeholders count from 4.
pub async fn projects(
    tx: &mut AnyConnection,
    organization: OrganizationId,
    seen: Condition,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<ProjectRow>, sqlx::Error> {
    let text = format!(
        "SELECT id, organization, sealed, created_at FROM projects
         WHERE organization = $1 AND id > $2 AND {} ORDER BY id LIMIT $3",
        seen.text
    );
    let query = sqlx::query(AssertSqlSafe(text));
    let query = query.bind(&organization.as_bytes()[..]).bind(after).bind(i64::from(limit));
    let query = seen.binds.into_iter().fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read_project).collect()
}

/// Every project: for jobs.
pub async fn all_projects(tx: &mut AnyConnection) -> Result<Vec<ProjectRow>, sqlx::Error> {
    let rows = sqlx::query("SELECT id, organization, sealed, created_at FROM projects ORDER BY id")
        .fetch_all(tx)
        .await?;
    rows.iter().map(read_project).collect()
}

/// Adds a site.
pub async fn insert_site(tx: &mut AnyConnection, row: &SiteRow) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO sites (id, project, sealed, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&row.id.as_bytes()[..])
        .bind(&row.project.as_bytes()[..])
        .bind(&row.sealed[..])
        .bind(row.created_at.as_nanos())
        .execute(tx)
        .await
        .map(drop)
}

/// One site.
pub async fn site(tx: &mut AnyConnection, id: SiteId) -> Result<Option<SiteRow>, sqlx::Error> {
    let row = sqlx::query("SELECT id, project, sealed, created_at FROM sites WHERE id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.as_ref().map(read_site).transpose()
}

/// A page of a project's sites.
pub async fn sites(
    tx: &mut AnyConnection,
    project: ProjectId,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<SiteRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, project, sealed, created_at FROM sites WHERE project = $1 AND id > $2 ORDER BY id LIMIT $3",
    )
    .bind(&project.as_bytes()[..])
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    rows.iter().map(read_site).collect()
}

/// The scope in four columns from `at`: organization, project, group, device.
pub fn scope_at(row: &AnyRow, at: usize) -> Result<Scope, sqlx::Error> {
    let bytes = |n: usize| row.try_get::<Option<Vec<u8>>, _>(at + n);
    let organization = bytes(0)?.map(|id| organization_id(&id)).transpose()?;
    let project = bytes(1)?.map(|id| project_id(&id)).transpose()?;
    let group = bytes(2)?.map(|id| group_id(&id)).transpose()?;
    let device = bytes(3)?.map(|id| crate::registry::sql::device_id(&id)).transpose()?;
    match (organization, project, group, device) {
        (None, None, None, None) => Ok(Scope::Deployment),
        (Some(organization), None, None, None) => Ok(Scope::Organization { organization }),
        (Some(organization), Some(project), None, None) => Ok(Scope::Project { organization, project }),
        (Some(organization), Some(project), Some(group), None) => {
            Ok(Scope::Group { organization, project, group })
        }
        (Some(organization), None, None, Some(device)) => Ok(Scope::Device { organization, device }),
        _ => Err(sqlx::Error::Decode("a scope expected".into())),
    }
}

/// What [`scope_at`] reads back.
pub fn scope_binds(scope: Scope) -> [Option<Vec<u8>>; 4] {
    let group = match scope {
        Scope::Group { group, .. } => Some(group.as_bytes().to_vec()),
        _ => None,
    };
    let device = match scope {
        Scope::Device { device, .. } => Some(device.as_bytes().to_vec()),
        _ => None,
    };
    let organization = scope.organization().map(|id| id.as_bytes().to_vec());
    [organization, scope.project().map(|id| id.as_bytes().to_vec()), group, device]
}

/// A group of devices; its name is sealed.
#[derive(Debug, Clone)]
pub struct GroupRow {
    /// Which.
    pub id: GroupId,
    /// Of which project.
    pub project: ProjectId,
    /// Below which group.
    pub parent: Option<GroupId>,
    /// Its name.
    pub sealed: Vec<u8>,
    /// Since when.
    pub created_at: Timestamp,
}

/// A group's id out of a column.
pub fn group_id(bytes: &[u8]) -> Result<GroupId, sqlx::Error> {
    GroupId::from_slice(bytes).map_err(|_| sqlx::Error::Decode("a group id expected".into()))
}

fn read_group(row: &AnyRow) -> Result<GroupRow, sqlx::Error> {
    let parent = row.try_get::<Option<Vec<u8>>, _>(2)?;
    Ok(GroupRow {
        id: group_id(&row.try_get::<Vec<u8>, _>(0)?)?,
        project: project_id(&row.try_get::<Vec<u8>, _>(1)?)?,
        parent: parent.map(|id| group_id(&id)).transpose()?,
        sealed: row.try_get(3)?,
        created_at: Timestamp(row.try_get(4)?),
    })
}

/// One group.
pub async fn group(tx: &mut AnyConnection, id: GroupId) -> Result<Option<GroupRow>, sqlx::Error> {
    let row = sqlx::query("SELECT id, project, parent, sealed, created_at FROM device_groups WHERE id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    row.as_ref().map(read_group).transpose()
}

/// A page of a project's groups.
pub async fn groups(
    tx: &mut AnyConnection,
    project: ProjectId,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<GroupRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, project, parent, sealed, created_at FROM device_groups
         WHERE project = $1 AND id > $2 ORDER BY id LIMIT $3",
    )
    .bind(&project.as_bytes()[..])
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    rows.iter().map(read_group).collect()
}

/// How many groups a project has.
pub async fn count_groups(tx: &mut AnyConnection, project: ProjectId) -> Result<usize, sqlx::Error> {
    let row = sqlx::query("SELECT count(*) FROM device_groups WHERE project = $1")
        .bind(&project.as_bytes()[..])
        .fetch_one(tx)
        .await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs() as usize)
}

/// Adds a group.
pub async fn insert_group(tx: &mut AnyConnection, row: &GroupRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO device_groups (id, project, parent, sealed, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(&row.project.as_bytes()[..])
    .bind(row.parent.map(|id| id.as_bytes().to_vec()))
    .bind(&row.sealed[..])
    .bind(row.created_at.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// A group and those above it, nearest first.
pub async fn groups_above(tx: &mut AnyConnection, id: GroupId) -> Result<Vec<GroupId>, sqlx::Error> {
    let rows = sqlx::query(
        "WITH RECURSIVE up (id, parent, steps) AS (
           SELECT id, parent, 0 FROM device_groups WHERE id = $1
           UNION ALL
           SELECT above.id, above.parent, up.steps + 1 FROM device_groups above JOIN up ON above.id = up.parent
           WHERE up.steps < 64
         ) SELECT id FROM up ORDER BY steps",
    )
    .bind(&id.as_bytes()[..])
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| group_id(&row.try_get::<Vec<u8>, _>(0)?)).collect()
}

/// A group and those below it.
pub async fn groups_below(tx: &mut AnyConnection, id: GroupId) -> Result<Vec<GroupId>, sqlx::Error> {
    let rows = sqlx::query(
        "WITH RECURSIVE down (id, steps) AS (
           SELECT id, 0 FROM device_groups WHERE id = $1
           UNION ALL
           SELECT below.id, down.steps + 1 FROM device_groups below JOIN down ON below.parent = down.id
           WHERE down.steps < 64
         ) SELECT id FROM down",
    )
    .bind(&id.as_bytes()[..])
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| group_id(&row.try_get::<Vec<u8>, _>(0)?)).collect()
}
