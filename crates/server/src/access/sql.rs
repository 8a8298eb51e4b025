//! Rows of service-account keys.

use fieldkeep_api::Key;
use fieldkeep_domain::access::Role;
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{KeyId, OrganizationId, ProjectId, Timestamp};
use fieldkeep_wire::json::format_time;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

#[derive(Debug)]
pub(super) struct KeyRow {
    pub id: KeyId,
    pub role: Role,
    pub scope: Scope,
    pub sealed: Vec<u8>,
    pub verifier: Vec<u8>,
    pub pepper: i64,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl KeyRow {
    pub fn stands(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|until| now < until)
    }
    pub fn shown(&self, name: String) -> Key {
        Key {
            id: self.id,
            name,
            role: self.role,
            organization: self.scope.organization(),
            project: self.scope.project(),
            created_at: format_time(self.created_at),
            expires_at: self.expires_at.map(format_time),
            used_at: self.used_at.map(format_time),
            revoked_at: self.revoked_at.map(format_time),
        }
    }
}

const COLUMNS: &str =
    "id, role, organization, project, sealed, verifier, pepper, created_at, expires_at, used_at, revoked_at";

fn read(row: &AnyRow) -> Result<KeyRow, sqlx::Error> {
    let damaged = |what: &'static str| sqlx::Error::Decode(what.into());
    let organization = row.try_get::<Option<Vec<u8>>, _>(2)?;
    let project = row.try_get::<Option<Vec<u8>>, _>(3)?;
    let organization = organization
        .map(|bytes| OrganizationId::from_slice(&bytes).map_err(|_| damaged("an organization id expected")))
        .transpose()?;
    let project = project
        .map(|bytes| ProjectId::from_slice(&bytes).map_err(|_| damaged("a project id expected")))
        .transpose()?;
    let scope = match (organization, project) {
        (None, None) => Scope::Deployment,
        (Some(organization), None) => Scope::Organization { organization },
        (Some(organization), Some(project)) => Scope::Project { organization, project },
        (None, Some(_)) => return Err(damaged("a project key names its organization")),
    };
    let time = |at: Option<i64>| at.map(Timestamp);
    Ok(KeyRow {
        id: KeyId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(|_| damaged("a key id expected"))?,
        role: Role::parse(&row.try_get::<String, _>(1)?).ok_or_else(|| damaged("a role expected"))?,
        scope,
        sealed: row.try_get(4)?,
        verifier: row.try_get(5)?,
        pepper: row.try_get(6)?,
        created_at: Timestamp(row.try_get(7)?),
        expires_at: time(row.try_get(8)?),
        used_at: time(row.try_get(9)?),
        revoked_at: time(row.try_get(10)?),
    })
}

pub(super) async fn find(tx: &mut AnyConnection, id: KeyId) -> Result<Option<KeyRow>, sqlx::Error> {
    let text = const_format(COLUMNS, "FROM service_keys WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

fn const_format(columns: &str, rest: &str) -> String {
    format!("SELECT {columns} {rest}")
}

pub(super) async fn any(tx: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    Ok(sqlx::query("SELECT id FROM service_keys LIMIT 1").fetch_optional(tx).await?.is_some())
}

pub(super) async fn insert(tx: &mut AnyConnection, row: &KeyRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO service_keys (id, role, organization, project, sealed, verifier, pepper, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(row.role.name())
    .bind(row.scope.organization().map(|id| id.as_bytes().to_vec()))
    .bind(row.scope.project().map(|id| id.as_bytes().to_vec()))
    .bind(&row.sealed[..])
    .bind(&row.verifier[..])
    .bind(row.pepper)
    .bind(row.created_at.as_nanos())
    .bind(row.expires_at.map(Timestamp::as_nanos))
    .execute(tx)
    .await
    .map(drop)
}

pub(super) async fn list(
    tx: &mut AnyConnection,
    scope: Scope,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<KeyRow>, sqlx::Error> {
    let rest = match scope {
        Scope::Deployment => "FROM service_keys WHERE id > $1 ORDER BY id LIMIT $2",
        Scope::Organization { .. } => {
            "FROM service_keys WHERE id > $1 AND organization = $3 ORDER BY id LIMIT $2"
        }
        Scope::Project { .. } => "FROM service_keys WHERE id > $1 AND project = $3 ORDER BY id LIMIT $2",
    };
    let mut query =
        sqlx::query(sqlx::AssertSqlSafe(const_format(COLUMNS, rest))).bind(after).bind(i64::from(limit));
    match scope {
        Scope::Deployment => {}
        Scope::Organization { organization } => query = query.bind(organization.as_bytes().to_vec()),
        Scope::Project { project, .. } => query = query.bind(project.as_bytes().to_vec()),
    }
    query.fetch_all(tx).await?.iter().map(read).collect()
}

pub(super) async fn used(tx: &mut AnyConnection, id: KeyId, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE service_keys SET used_at = $1 WHERE id = $2")
        .bind(now.as_nanos())
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

pub(super) async fn revoke(tx: &mut AnyConnection, id: KeyId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE service_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
        .bind(now.as_nanos())
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}
