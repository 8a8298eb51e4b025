//! Rows of sessions, sign-ins, one-time codes and ended flows.

use super::{flag, person_id};
use crate::db::damaged;
use fieldkeep_domain::{OrganizationId, PersonId, RowId, SessionId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// A session; browser and network are sealed.
#[derive(Debug, Clone)]
pub struct SessionRow {
    pub id: SessionId,
    pub verifier: Vec<u8>,
    pub person: PersonId,
    /// How they signed in.
    pub method: String,
    pub sealed: Vec<u8>,
    pub idle_s: i64,
    pub created_at: Timestamp,
    /// When presence was last proven.
    pub proven_at: Timestamp,
    pub used_at: Timestamp,
    pub expires_at: Timestamp,
    /// The person or the organization that they came with is shut out.
    pub shut_out: bool,
}

const SELECT: &str =
    "SELECT s.id, s.verifier, s.person, s.method, s.sealed, s.idle_s, s.created_at, s.proven_at,
    s.used_at, s.expires_at,
    CASE WHEN p.disabled_at IS NOT NULL OR o.disabled_at IS NOT NULL THEN 1 ELSE 0 END
    FROM sessions s JOIN people p ON p.id = s.person LEFT JOIN organizations o ON o.id = p.organization";

fn read(row: &AnyRow) -> Result<SessionRow, sqlx::Error> {
    let id = row.try_get::<Vec<u8>, _>(0)?;
    Ok(SessionRow {
        id: SessionId::from_slice(&id).map_err(|_| damaged("a session id expected"))?,
        verifier: row.try_get(1)?,
        person: person_id(&row.try_get::<Vec<u8>, _>(2)?)?,
        method: row.try_get(3)?,
        sealed: row.try_get(4)?,
        idle_s: row.try_get(5)?,
        created_at: Timestamp(row.try_get(6)?),
        proven_at: Timestamp(row.try_get(7)?),
        used_at: Timestamp(row.try_get(8)?),
        expires_at: Timestamp(row.try_get(9)?),
        shut_out: flag(row, 10)?,
    })
}

/// One session.
pub async fn find(tx: &mut AnyConnection, id: SessionId) -> Result<Option<SessionRow>, sqlx::Error> {
    let text = format!("{SELECT} WHERE s.id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// Somebody's sessions, the newest first.
pub async fn of_person(tx: &mut AnyConnection, person: PersonId) -> Result<Vec<SessionRow>, sqlx::Error> {
    let text = format!("{SELECT} WHERE s.person = $1 ORDER BY s.used_at DESC, s.id");
    let rows = sqlx::query(AssertSqlSafe(text)).bind(&person.as_bytes()[..]).fetch_all(tx).await?;
    rows.iter().map(read).collect()
}

/// Adds a session.
pub async fn insert(tx: &mut AnyConnection, row: &SessionRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO sessions (id, verifier, person, method, sealed, idle_s, created_at, proven_at, used_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(&row.verifier[..])
    .bind(&row.person.as_bytes()[..])
    .bind(&row.method)
    .bind(&row.sealed[..])
    .bind(row.idle_s)
    .bind(row.created_at.as_nanos())
    .bind(row.proven_at.as_nanos())
    .bind(row.used_at.as_nanos())
    .bind(row.expires_at.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// Takes note of a session's use.
pub async fn used(tx: &mut AnyConnection, id: SessionId, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE sessions SET used_at = $1 WHERE id = $2 AND used_at < $1")
        .bind(now.as_nanos())
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await
        .map(drop)
}

/// Ends a session of a person; false where there is none.
pub async fn end(tx: &mut AnyConnection, person: PersonId, id: SessionId) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("DELETE FROM sessions WHERE id = $1 AND person = $2")
        .bind(&id.as_bytes()[..])
        .bind(&person.as_bytes()[..])
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends every session of a person but one; how many there were.
pub async fn end_all(
    tx: &mut AnyConnection,
    person: PersonId,
    but: Option<SessionId>,
) -> Result<u64, sqlx::Error> {
    let done = sqlx::query("DELETE FROM sessions WHERE person = $1 AND id <> $2")
        .bind(&person.as_bytes()[..])
        .bind(but.unwrap_or(SessionId::MIN).as_bytes().to_vec())
        .execute(tx)
        .await?;
    Ok(done.rows_affected())
}

/// Ends the sessions that a password opened, of everybody who came with an organization or holds a role in it.
pub async fn end_password_sessions(tx: &mut AnyConnection, of: OrganizationId) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM sessions WHERE method NOT IN ('passkey', 'oidc') AND person IN
         (SELECT id FROM people WHERE organization = $1
          UNION SELECT person FROM grants WHERE organization = $1 AND revoked_at IS NULL)",
    )
    .bind(&of.as_bytes()[..])
    .execute(tx)
    .await
    .map(drop)
}

/// Sessions of an organization's people end no later, and after no longer pauses, than this.
pub async fn shorten(
    tx: &mut AnyConnection,
    of: OrganizationId,
    life_s: i64,
    idle_s: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE sessions SET
           expires_at = CASE WHEN expires_at > created_at + $1 THEN created_at + $1 ELSE expires_at END,
           idle_s = CASE WHEN idle_s > $2 THEN $2 ELSE idle_s END
         WHERE person IN
           (SELECT id FROM people WHERE organization = $3
            UNION SELECT person FROM grants WHERE organization = $3 AND revoked_at IS NULL)",
    )
    .bind(life_s.saturating_mul(1_000_000_000))
    .bind(idle_s)
    .bind(&of.as_bytes()[..])
    .execute(tx)
    .await
    .map(drop)
}

/// Drops sessions, codes and flows that are over.
pub async fn trim(tx: &mut AnyConnection, now: Timestamp, before: Timestamp) -> Result<(), sqlx::Error> {
    for text in [
        "DELETE FROM sessions WHERE expires_at < $1",
        "DELETE FROM codes WHERE expires_at < $1",
        "DELETE FROM spent_flows WHERE expires_at < $1",
    ] {
        sqlx::query(text).bind(now.as_nanos()).execute(&mut *tx).await?;
    }
    sqlx::query("DELETE FROM sign_ins WHERE at < $1").bind(before.as_nanos()).execute(tx).await.map(drop)
}

/// Ends a flow; false where it had ended before.
pub async fn spend(tx: &mut AnyConnection, flow: RowId, until: Timestamp) -> Result<bool, sqlx::Error> {
    let done =
        sqlx::query("INSERT INTO spent_flows (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
            .bind(&flow.as_bytes()[..])
            .bind(until.as_nanos())
            .execute(tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Remembers the code of a flow; an earlier one is replaced.
pub async fn set_code(
    tx: &mut AnyConnection,
    flow: RowId,
    person: Option<PersonId>,
    verifier: &[u8],
    expires_at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO codes (id, person, verifier, tries, expires_at) VALUES ($1, $2, $3, 0, $4)
         ON CONFLICT (id) DO UPDATE SET verifier = excluded.verifier, tries = 0, expires_at = excluded.expires_at",
    )
    .bind(&flow.as_bytes()[..])
    .bind(person.map(|id| id.as_bytes().to_vec()))
    .bind(verifier)
    .bind(expires_at.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// Counts a try at the code of a flow, and gives the code's verifier while tries are left.
pub async fn try_code(
    tx: &mut AnyConnection,
    flow: RowId,
    tries_max: i64,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let row = sqlx::query(
        "UPDATE codes SET tries = tries + 1 WHERE id = $1 AND tries < $2 AND expires_at > $3 RETURNING verifier",
    )
    .bind(&flow.as_bytes()[..])
    .bind(tries_max)
    .bind(now.as_nanos())
    .fetch_optional(tx)
    .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Forgets the code of a flow: it was right.
pub async fn drop_code(tx: &mut AnyConnection, flow: RowId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM codes WHERE id = $1").bind(&flow.as_bytes()[..]).execute(tx).await.map(drop)
}

/// A sign-in, or one that failed; browser and network are sealed.
#[derive(Debug, Clone)]
pub struct SignInRow {
    pub id: RowId,
    pub person: PersonId,
    /// accepted or refused.
    pub outcome: String,
    pub method: String,
    pub sealed: Vec<u8>,
    pub at: Timestamp,
}

/// Adds a sign-in.
pub async fn insert_sign_in(tx: &mut AnyConnection, row: &SignInRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO sign_ins (id, person, outcome, method, sealed, at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(&row.person.as_bytes()[..])
    .bind(&row.outcome)
    .bind(&row.method)
    .bind(&row.sealed[..])
    .bind(row.at.as_nanos())
    .execute(tx)
    .await
    .map(drop)
}

/// Somebody's sign-ins before an instant, the newest first.
pub async fn sign_ins(
    tx: &mut AnyConnection,
    person: PersonId,
    before: i64,
    limit: u32,
) -> Result<Vec<SignInRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, person, outcome, method, sealed, at FROM sign_ins WHERE person = $1 AND at < $2
         ORDER BY at DESC LIMIT $3",
    )
    .bind(&person.as_bytes()[..])
    .bind(before)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let id = row.try_get::<Vec<u8>, _>(0)?;
            Ok(SignInRow {
                id: RowId::from_slice(&id).map_err(|_| damaged("a row id expected"))?,
                person: person_id(&row.try_get::<Vec<u8>, _>(1)?)?,
                outcome: row.try_get(2)?,
                method: row.try_get(3)?,
                sealed: row.try_get(4)?,
                at: Timestamp(row.try_get(5)?),
            })
        })
        .collect()
}
