//! Rows of emergencies.

use crate::account::person_id;
use crate::db::damaged;
use crate::db::reach::Condition;
use crate::project::sql::organization_id;
use fieldkeep_domain::{GlassId, OrganizationId, PersonId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// An emergency; its reason is sealed.
#[derive(Debug)]
pub struct GlassRow {
    pub id: GlassId,
    pub organization: Option<OrganizationId>,
    pub sealed: Vec<u8>,
    pub first: PersonId,
    pub second: Option<PersonId>,
    pub created_at: Timestamp,
    pub confirm_before: Timestamp,
    pub broken_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
}

const SELECT: &str = "SELECT id, organization, sealed, first, second, created_at, confirm_before, broken_at, ends_at FROM glass";

fn read(row: &AnyRow) -> Result<GlassRow, sqlx::Error> {
    let time = |n: usize| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(n)?.map(Timestamp));
    let organization = row.try_get::<Option<Vec<u8>>, _>(1)?;
    let id = row.try_get::<Vec<u8>, _>(0)?;
    Ok(GlassRow {
        id: GlassId::from_slice(&id).map_err(|_| damaged("a glass id expected"))?,
        organization: organization.map(|id| organization_id(&id)).transpose()?,
        sealed: row.try_get(2)?,
        first: person_id(&row.try_get::<Vec<u8>, _>(3)?)?,
        second: row.try_get::<Option<Vec<u8>>, _>(4)?.map(|id| person_id(&id)).transpose()?,
        created_at: Timestamp(row.try_get(5)?),
        confirm_before: Timestamp(row.try_get(6)?),
        broken_at: time(7)?,
        ends_at: time(8)?,
    })
}

/// One emergency.
pub async fn find(tx: &mut AnyConnection, id: GlassId) -> Result<Option<GlassRow>, sqlx::Error> {
    let text = format!("{SELECT} WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// Whether somebody has one that waits for the second custodian.
pub async fn waits(tx: &mut AnyConnection, first: PersonId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "SELECT id FROM glass WHERE first = $1 AND broken_at IS NULL AND ends_at IS NULL AND confirm_before > $2 LIMIT 1",
    )
    .bind(&first.as_bytes()[..])
    .bind(now.as_nanos())
    .fetch_optional(tx)
    .await?;
    Ok(row.is_some())
}

/// Adds one that waits.
pub async fn insert(tx: &mut AnyConnection, row: &GlassRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO glass (id, organization, sealed, first, created_at, confirm_before) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(row.organization.map(|id| id.as_bytes().to_vec()))
    .bind(&row.sealed[..])
    .bind(&row.first.as_bytes()[..])
    .bind(row.created_at.as_nanos())
    .bind(row.confirm_before.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// Breaks the glass; false where that happened before, or it is too late.
pub async fn confirm(
    tx: &mut AnyConnection,
    id: GlassId,
    second: PersonId,
    now: Timestamp,
    ends_at: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE glass SET second = $1, broken_at = $2, ends_at = $3
         WHERE id = $4 AND broken_at IS NULL AND ends_at IS NULL AND confirm_before > $5",
    )
    .bind(&second.as_bytes()[..])
    .bind(now.as_nanos())
    .bind(ends_at.as_nanos())
    .bind(&id.as_bytes()[..])
    .bind(now.as_nanos())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends it now; false where it is over.
pub async fn end(tx: &mut AnyConnection, id: GlassId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done =
        sqlx::query("UPDATE glass SET ends_at = $1 WHERE id = $2 AND (ends_at IS NULL OR ends_at > $3)")
            .bind(now.as_nanos())
            .bind(&id.as_bytes()[..])
            .bind(now.as_nanos())
            .execute(tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// The hour of an emergency, and where.
pub struct Hour {
    pub organization: Option<OrganizationId>,
    pub since: Timestamp,
    pub until: Timestamp,
}

/// Withdraws roles and keys that were given within the hour and would end with it.
pub async fn revoke_given(tx: &mut AnyConnection, hour: &Hour, now: Timestamp) -> Result<(), sqlx::Error> {
    let everywhere = [
        "UPDATE grants SET revoked_at = $1 WHERE revoked_at IS NULL AND created_at >= $2 AND expires_at <= $3",
        "UPDATE service_keys SET revoked_at = $1 WHERE revoked_at IS NULL AND created_at >= $2 AND expires_at <= $3",
    ];
    let there = [
        "UPDATE grants SET revoked_at = $1 WHERE revoked_at IS NULL AND created_at >= $2 AND expires_at <= $3 AND organization = $4",
        "UPDATE service_keys SET revoked_at = $1 WHERE revoked_at IS NULL AND created_at >= $2 AND expires_at <= $3 AND organization = $4",
    ];
    for text in if hour.organization.is_some() { there } else { everywhere } {
        let mut query =
            sqlx::query(text).bind(now.as_nanos()).bind(hour.since.as_nanos()).bind(hour.until.as_nanos());
        if let Some(organization) = hour.organization {
            query = query.bind(organization.as_bytes().to_vec());
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}

/// A page of emergencies under a condition whose placeholders count from 3.
pub async fn list(
    tx: &mut AnyConnection,
    seen: Condition,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<GlassRow>, sqlx::Error> {
    let text = format!("{SELECT} WHERE id > $1 AND {} ORDER BY id LIMIT $2", seen.text);
    let query = sqlx::query(AssertSqlSafe(text)).bind(after).bind(i64::from(limit));
    let query = seen.binds.into_iter().fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read).collect()
}
