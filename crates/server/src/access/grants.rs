//! Roles of people.

use crate::project::sql::{scope_at, scope_binds};
use crate::{App, Fault};
use fieldkeep_domain::access::{Actor, Grant, RoleRef};
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{GrantId, PersonId, Timestamp};
use sqlx::{AnyConnection, Row};

/// A role to be given: which, where, until when.
pub type Gift = (RoleRef, Scope, Option<Timestamp>);

/// What somebody holds now.
pub async fn of_person(
    tx: &mut AnyConnection,
    person: PersonId,
    now: Timestamp,
) -> Result<Vec<Grant>, Fault> {
    let rows = sqlx::query(
        "SELECT g.id, g.role, g.organization, g.project, g.device_group, g.device, g.expires_at FROM grants g
         LEFT JOIN organizations o ON o.id = g.organization
         WHERE g.person = $1 AND g.revoked_at IS NULL AND o.disabled_at IS NULL",
    )
    .bind(&person.as_bytes()[..])
    .fetch_all(tx)
    .await?;
    let _ = now;
    rows.iter()
        .map(|row| {
            Ok(Grant {
                id: GrantId::from_slice(&row.try_get::<Vec<u8>, _>(0)?)?,
                role: RoleRef::parse(&row.try_get::<String, _>(1)?).ok_or_else(|| Fault::internal("role"))?,
                scope: scope_at(row, 2)?,
                expires_at: row.try_get::<Option<i64>, _>(6)?.map(Timestamp),
            })
        })
        .collect()
}

/// May these be given?
pub async fn check_gifts(app: &App, actor: &Actor, gifts: &[Gift]) -> Result<(), Fault> {
    for (role, scope, _) in gifts {
        if !super::holds(app, actor, *role, scope).await? {
            return Err(super::not_held(*role));
        }
    }
    Ok(())
}

/// Gives them.
pub async fn insert_grants(
    tx: &mut AnyConnection,
    person: PersonId,
    gifts: &[Gift],
    doer: Doer,
    now: Timestamp,
) -> Result<Vec<GrantId>, Fault> {
    let mut ids = Vec::new();
    for (role, scope, until) in gifts {
        let id = GrantId::from_random(fieldkeep_trust::random());
        let query = sqlx::query("INSERT INTO grants (id, person, role, organization, project, device_group, device, made_by, created_at, expires_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)")
            .bind(id.as_bytes().to_vec()).bind(person.as_bytes().to_vec()).bind(role.to_string());
        scope_binds(*scope)
            .into_iter()
            .fold(query, |query, id| query.bind(id))
            .bind(format!("{doer:?}"))
            .bind(now.as_nanos())
            .bind(until.map(Timestamp::as_nanos))
            .execute(&mut *tx)
            .await?;
        ids.push(id);
    }
    Ok(ids)
}
