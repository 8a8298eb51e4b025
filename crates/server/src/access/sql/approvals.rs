//! Rows of acts that wait for a second person.

use crate::db::damaged;
use crate::db::reach::Condition;
use crate::project::sql::organization_id;
use fieldkeep_domain::{ApprovalId, KeyId, OrganizationId, PersonId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// A request for a second person; who asks for what of which thing is sealed.
#[derive(Debug)]
pub struct ApprovalRow {
    pub id: ApprovalId,
    /// Keyed hash of who asks for what of which thing.
    pub question: Vec<u8>,
    pub organization: Option<OrganizationId>,
    pub sealed: Vec<u8>,
    pub made_by: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub decided_by: Option<String>,
    pub decided_at: Option<Timestamp>,
    /// agreed or refused.
    pub decision: Option<String>,
    pub used_at: Option<Timestamp>,
}

const SELECT: &str =
    "SELECT id, question, organization, sealed, made_by, created_at, expires_at, decided_by, decided_at,
    decision, used_at FROM approvals";

fn approval_id(bytes: &[u8]) -> Result<ApprovalId, sqlx::Error> {
    ApprovalId::from_slice(bytes).map_err(|_| damaged("an approval id expected"))
}

fn read(row: &AnyRow) -> Result<ApprovalRow, sqlx::Error> {
    let time = |n: usize| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(n)?.map(Timestamp));
    let organization = row.try_get::<Option<Vec<u8>>, _>(2)?;
    Ok(ApprovalRow {
        id: approval_id(&row.try_get::<Vec<u8>, _>(0)?)?,
        question: row.try_get(1)?,
        organization: organization.map(|id| organization_id(&id)).transpose()?,
        sealed: row.try_get(3)?,
        made_by: row.try_get(4)?,
        created_at: Timestamp(row.try_get(5)?),
        expires_at: Timestamp(row.try_get(6)?),
        decided_by: row.try_get(7)?,
        decided_at: time(8)?,
        decision: row.try_get(9)?,
        used_at: time(10)?,
    })
}

/// One request.
pub async fn find(tx: &mut AnyConnection, id: ApprovalId) -> Result<Option<ApprovalRow>, sqlx::Error> {
    let text = format!("{SELECT} WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// The request for exactly this that still waits.
pub async fn waiting(
    tx: &mut AnyConnection,
    question: &[u8],
    now: Timestamp,
) -> Result<Option<ApprovalId>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT id FROM approvals WHERE question = $1 AND expires_at > $2 AND decision IS NULL ORDER BY id LIMIT 1",
    )
    .bind(question)
    .bind(now.as_nanos())
    .fetch_optional(tx)
    .await?;
    row.map(|row| approval_id(&row.try_get::<Vec<u8>, _>(0)?)).transpose()
}

/// The agreements to exactly this that nobody has used, and who gave them.
pub async fn agreed(
    tx: &mut AnyConnection,
    question: &[u8],
    now: Timestamp,
) -> Result<Vec<(ApprovalId, String)>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, decided_by FROM approvals
         WHERE question = $1 AND expires_at > $2 AND decision = 'agreed' AND used_at IS NULL ORDER BY id LIMIT 16",
    )
    .bind(question)
    .bind(now.as_nanos())
    .fetch_all(tx)
    .await?;
    rows.iter().map(|row| Ok((approval_id(&row.try_get::<Vec<u8>, _>(0)?)?, row.try_get(1)?))).collect()
}

/// Uses an agreement up; false where somebody was faster.
pub async fn spend(tx: &mut AnyConnection, id: ApprovalId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE approvals SET used_at = $1
         WHERE id = $2 AND used_at IS NULL AND decision = 'agreed' AND expires_at > $3",
    )
    .bind(now.as_nanos())
    .bind(&id.as_bytes()[..])
    .bind(now.as_nanos())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many requests of one asker wait.
pub async fn count(tx: &mut AnyConnection, made_by: &str, now: Timestamp) -> Result<usize, sqlx::Error> {
    let row = sqlx::query(
        "SELECT count(*) FROM approvals WHERE made_by = $1 AND expires_at > $2 AND decision IS NULL",
    )
    .bind(made_by)
    .bind(now.as_nanos())
    .fetch_one(tx)
    .await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs() as usize)
}

/// Adds a request.
pub async fn insert(tx: &mut AnyConnection, row: &ApprovalRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO approvals (id, question, organization, sealed, made_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(&row.question[..])
    .bind(row.organization.map(|id| id.as_bytes().to_vec()))
    .bind(&row.sealed[..])
    .bind(&row.made_by)
    .bind(row.created_at.as_nanos())
    .bind(row.expires_at.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// Decides a request; false where it was decided before, or it is too late.
pub async fn decide(
    tx: &mut AnyConnection,
    id: ApprovalId,
    by: &str,
    decision: &str,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE approvals SET decided_by = $1, decided_at = $2, decision = $3
         WHERE id = $4 AND decision IS NULL AND expires_at > $5",
    )
    .bind(by)
    .bind(now.as_nanos())
    .bind(decision)
    .bind(&id.as_bytes()[..])
    .bind(now.as_nanos())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A page of requests in a state, under a condition whose placeholders count from 4.
pub async fn list(
    tx: &mut AnyConnection,
    state: &'static str,
    seen: Condition,
    now: Timestamp,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<ApprovalRow>, sqlx::Error> {
    // Each names $3, so that the placeholders are the same for all of them.
    let in_state = match state {
        "waiting" => "decision IS NULL AND expires_at > $3",
        "agreed" => "decision = 'agreed' AND used_at IS NULL AND expires_at > $3",
        "refused" => "decision = 'refused' AND created_at <= $3",
        "used" => "used_at <= $3",
        _ => "used_at IS NULL AND (decision IS NULL OR decision = 'agreed') AND expires_at <= $3",
    };
    let text = format!("{SELECT} WHERE id > $1 AND {in_state} AND {} ORDER BY id LIMIT $2", seen.text);
    let query = sqlx::query(AssertSqlSafe(text)).bind(after).bind(i64::from(limit)).bind(now.as_nanos());
    let query = seen.binds.into_iter().fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// The person who made a key, if a person did.
pub async fn maker_of_key(tx: &mut AnyConnection, key: KeyId) -> Result<Option<PersonId>, sqlx::Error> {
    let row = sqlx::query("SELECT made_by FROM service_keys WHERE id = $1")
        .bind(&key.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    row.try_get::<Option<Vec<u8>>, _>(0)?.map(|id| crate::account::person_id(&id)).transpose()
}
