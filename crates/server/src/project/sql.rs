//! Rows of organizations, projects and sites.

use fieldkeep_domain::signed::PublicKey;
use fieldkeep_domain::{OrganizationId, ProjectId, SiteId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

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

fn damaged(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(what.into())
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

/// A page of organizations, or the one of a scope.
pub async fn organizations(
    tx: &mut AnyConnection,
    only: Option<OrganizationId>,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<OrganizationRow>, sqlx::Error> {
    let query = match only {
        None => sqlx::query(
            "SELECT id, sealed, ca, owner_key, created_at FROM organizations WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(i64::from(limit)),
        Some(only) => sqlx::query(
            "SELECT id, sealed, ca, owner_key, created_at FROM organizations WHERE id > $1 AND id = $3 LIMIT $2",
        )
        .bind(after)
        .bind(i64::from(limit))
        .bind(only.as_bytes().to_vec()),
    };
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

/// A page of an organization's projects, or the one of a scope.
pub async fn projects(
    tx: &mut AnyConnection,
    organization: OrganizationId,
    only: Option<ProjectId>,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<ProjectRow>, sqlx::Error> {
    let query = match only {
        None => sqlx::query(
            "SELECT id, organization, sealed, created_at FROM projects
             WHERE organization = $1 AND id > $2 ORDER BY id LIMIT $3",
        ),
        Some(_) => sqlx::query(
            "SELECT id, organization, sealed, created_at FROM projects
             WHERE organization = $1 AND id > $2 AND id = $4 LIMIT $3",
        ),
    };
    let query = query.bind(&organization.as_bytes()[..]).bind(after).bind(i64::from(limit));
    let query = match only {
        None => query,
        Some(only) => query.bind(only.as_bytes().to_vec()),
    };
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
