//! Rows of people's roles.

use crate::account::person_id;
use crate::db::damaged;
use crate::db::reach::{Columns, covered};
use crate::project::sql::{organization_id, scope_at, scope_binds};
use fieldkeep_domain::access::{Reach, Role, RoleRef};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{GrantId, OrganizationId, PersonId, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

/// A role that a person was given.
#[derive(Debug, Clone)]
pub struct GrantRow {
    pub id: GrantId,
    pub person: PersonId,
    pub role: RoleRef,
    pub scope: Scope,
    pub made_by: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

const SELECT: &str =
    "SELECT g.id, g.person, g.role, g.organization, g.project, g.device_group, g.device, g.made_by,
    g.created_at, g.expires_at, g.revoked_at FROM grants g";

/// Neither taken back nor ended, of a person who is let in and came with an organization that is, in one that is.
const STANDS: &str = "JOIN people p ON p.id = g.person AND p.disabled_at IS NULL
    LEFT JOIN organizations h ON h.id = p.organization
    LEFT JOIN organizations o ON o.id = g.organization
    WHERE g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $1) AND h.disabled_at IS NULL
    AND o.disabled_at IS NULL";

fn read(row: &AnyRow) -> Result<GrantRow, sqlx::Error> {
    let time = |n: usize| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(n)?.map(Timestamp));
    Ok(GrantRow {
        id: GrantId::from_slice(&row.try_get::<Vec<u8>, _>(0)?)
            .map_err(|_| damaged("a grant id expected"))?,
        person: person_id(&row.try_get::<Vec<u8>, _>(1)?)?,
        role: RoleRef::parse(&row.try_get::<String, _>(2)?).ok_or_else(|| damaged("a role expected"))?,
        scope: scope_at(row, 3)?,
        made_by: row.try_get(7)?,
        created_at: Timestamp(row.try_get(8)?),
        expires_at: time(9)?,
        revoked_at: time(10)?,
    })
}

/// One grant, as it stands or stood.
pub async fn find(tx: &mut AnyConnection, id: GrantId) -> Result<Option<GrantRow>, sqlx::Error> {
    let text = format!("{SELECT} WHERE g.id = $1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(&id.as_bytes()[..]).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// What a person holds now.
pub async fn standing(
    tx: &mut AnyConnection,
    person: PersonId,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<GrantRow>, sqlx::Error> {
    let text = format!("{SELECT} {STANDS} AND g.person = $2 ORDER BY g.id LIMIT $3");
    let query = sqlx::query(AssertSqlSafe(text)).bind(now.as_nanos()).bind(&person.as_bytes()[..]);
    query.bind(limit as i64).fetch_all(tx).await?.iter().map(read).collect()
}

/// What a person was given and nobody took back, whether or not they are shut out.
pub async fn given(
    tx: &mut AnyConnection,
    person: PersonId,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<GrantRow>, sqlx::Error> {
    let text = format!(
        "{SELECT} WHERE g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $1) AND g.person = $2
         ORDER BY g.id LIMIT $3"
    );
    let query = sqlx::query(AssertSqlSafe(text)).bind(now.as_nanos()).bind(&person.as_bytes()[..]);
    query.bind(limit as i64).fetch_all(tx).await?.iter().map(read).collect()
}

/// How many roles a person was given that nobody took back and that have not ended.
pub async fn count(tx: &mut AnyConnection, person: PersonId, now: Timestamp) -> Result<usize, sqlx::Error> {
    let row = sqlx::query(
        "SELECT count(*) FROM grants
         WHERE person = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
    )
    .bind(&person.as_bytes()[..])
    .bind(now.as_nanos())
    .fetch_one(tx)
    .await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs() as usize)
}

/// People who hold one of these roles over a whole organization, or over the deployment.
pub async fn holders(
    tx: &mut AnyConnection,
    roles: &[Role],
    organization: Option<OrganizationId>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<PersonId>, sqlx::Error> {
    let (part, next) = match organization {
        Some(_) => ("g.organization = $3 AND g.project IS NULL AND g.device IS NULL", 4),
        None => ("g.organization IS NULL", 3),
    };
    let marks: Vec<String> = (next..next + roles.len()).map(|n| format!("${n}")).collect();
    let text = format!(
        "SELECT DISTINCT g.person FROM grants g {STANDS} AND {part} AND g.role IN ({}) ORDER BY g.person LIMIT $2",
        marks.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(text)).bind(now.as_nanos()).bind(i64::from(limit));
    if let Some(id) = organization {
        query = query.bind(id.as_bytes().to_vec());
    }
    let query = roles.iter().fold(query, |query, role| query.bind(role.name()));
    query.fetch_all(tx).await?.iter().map(|row| person_id(&row.try_get::<Vec<u8>, _>(0)?)).collect()
}

/// The standing grants of owner over the whole deployment, or over the whole of an organization.
pub async fn owners(
    tx: &mut AnyConnection,
    organization: Option<OrganizationId>,
    now: Timestamp,
) -> Result<Vec<GrantRow>, sqlx::Error> {
    let whole = match organization {
        None => "g.organization IS NULL",
        Some(_) => "g.organization = $3 AND g.project IS NULL AND g.device IS NULL",
    };
    let text = format!("{SELECT} {STANDS} AND {whole} AND g.role = $2 ORDER BY g.id");
    let mut query = sqlx::query(AssertSqlSafe(text)).bind(now.as_nanos()).bind(Role::Owner.name());
    if let Some(organization) = organization {
        query = query.bind(organization.as_bytes().to_vec());
    }
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// Adds a grant.
pub async fn insert(tx: &mut AnyConnection, row: &GrantRow) -> Result<(), sqlx::Error> {
    let query = sqlx::query(
        "INSERT INTO grants (id, person, role, organization, project, device_group, device, made_by, created_at,
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&row.id.as_bytes()[..])
    .bind(&row.person.as_bytes()[..])
    .bind(row.role.to_string());
    scope_binds(row.scope)
        .into_iter()
        .fold(query, |query, id| query.bind(id))
        .bind(&row.made_by)
        .bind(row.created_at.as_nanos())
        .bind(row.expires_at.map(Timestamp::as_nanos))
        .execute(tx)
        .await
        .map(drop)
}

/// Takes a grant back; false where it was taken back before.
pub async fn revoke(tx: &mut AnyConnection, id: GrantId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE grants SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
        .bind(now.as_nanos())
        .bind(&id.as_bytes()[..])
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes back everything that one maker gave.
pub async fn revoke_made_by(
    tx: &mut AnyConnection,
    made_by: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE grants SET revoked_at = $1 WHERE made_by = $2 AND revoked_at IS NULL")
        .bind(now.as_nanos())
        .bind(made_by)
        .execute(tx)
        .await
        .map(drop)
}

/// A page of grants within somebody's reach. A device counts where it stands today.
pub async fn list(
    tx: &mut AnyConnection,
    reach: &Reach,
    person: Option<PersonId>,
    organization: Option<OrganizationId>,
    after: Vec<u8>,
    limit: u32,
) -> Result<Vec<GrantRow>, sqlx::Error> {
    let mut text = format!(
        "{SELECT} LEFT JOIN devices d ON d.id = g.device AND d.organization = g.organization WHERE g.id > $1"
    );
    let mut binds = Vec::new();
    for (column, id) in [
        ("g.organization", organization.map(|id| id.as_bytes().to_vec())),
        ("g.person", person.map(|id| id.as_bytes().to_vec())),
    ] {
        if let Some(id) = id {
            text.push_str(&format!(" AND {column} = ${}", binds.len() + 3));
            binds.push(id);
        }
    }
    let columns = Columns {
        organization: Some("g.organization"),
        project: Some("COALESCE(g.project, d.project)"),
        group: Some("COALESCE(g.device_group, d.device_group)"),
        device: Some("g.device"),
    };
    let within = covered(reach, columns, binds.len() + 3);
    text.push_str(&format!(" AND {} ORDER BY g.id LIMIT $2", within.text));
    let query = sqlx::query(AssertSqlSafe(text)).bind(after).bind(i64::from(limit));
    let query = binds.into_iter().chain(within.binds).fold(query, |query, id| query.bind(id));
    query.fetch_all(tx).await?.iter().map(read).collect()
}

/// A person as rights see them; what is sealed is opened elsewhere.
#[derive(Debug)]
pub struct PersonRow {
    pub organization: Option<OrganizationId>,
    pub disabled: bool,
}

/// Where somebody belongs, and whether they are shut out.
pub async fn person(tx: &mut AnyConnection, id: PersonId) -> Result<Option<PersonRow>, sqlx::Error> {
    let row = sqlx::query("SELECT organization, disabled_at FROM people WHERE id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let organization = row.try_get::<Option<Vec<u8>>, _>(0)?;
    Ok(Some(PersonRow {
        organization: organization.map(|id| organization_id(&id)).transpose()?,
        disabled: row.try_get::<Option<i64>, _>(1)?.is_some(),
    }))
}
