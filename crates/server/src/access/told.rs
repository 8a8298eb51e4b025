//! Who is told of what happens to rights, and how people are named there.
//!
//! Never: tells somebody who holds nothing there.

use super::sql;
use crate::account::person;
use crate::limits::TOLD_MAX;
use crate::{App, Fault};
use fieldkeep_domain::access::Role;
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::notify::{Channel, Language};
use fieldkeep_domain::{OrganizationId, PersonId};
use sqlx::AnyConnection;

/// How a person wants to be told. A row that does not open keeps nobody else from being told.
async fn contact_of(tx: &mut AnyConnection, app: &App, id: PersonId) -> Option<(Channel, Language)> {
    person::contact(tx, app, id).await.unwrap_or_else(|fault| {
        tracing::error!(person = %id, inside = ?fault.inside, "access.told: nobody can be told");
        None
    })
}

/// Somebody in words, for other people to read.
pub(super) async fn name_of(tx: &mut AnyConnection, app: &App, doer: Doer) -> String {
    match doer {
        Doer::Person(id) => match person::name(tx, app, id).await {
            Ok(Some(name)) => format!("{name} (person {id})"),
            _ => format!("person {id}"),
        },
        Doer::Key(id) => format!("key {id}"),
        Doer::Device(id) => format!("device {id}"),
        Doer::Server => "the server".to_owned(),
    }
}

/// The owners and administrators of an organization and of the deployment that it is in; none: of the deployment.
pub async fn managers(
    tx: &mut AnyConnection,
    app: &App,
    organization: Option<OrganizationId>,
) -> Result<Vec<(Channel, Language)>, Fault> {
    let roles = [Role::Owner, Role::Administrator];
    let mut people = holders(tx, app, &roles, None).await?;
    if organization.is_some() {
        people.extend(holders(tx, app, &roles, organization).await?);
    }
    contacts(tx, app, people).await
}

/// The people who guard an organization: its security people, owners and administrators; where it has none, the
/// deployment's.
pub async fn guardians(
    tx: &mut AnyConnection,
    app: &App,
    organization: OrganizationId,
) -> Result<Vec<(Channel, Language)>, Fault> {
    let roles = [Role::Security, Role::Owner, Role::Administrator];
    let mut people = holders(tx, app, &roles, Some(organization)).await?;
    if people.is_empty() {
        people = holders(tx, app, &roles, None).await?;
    }
    contacts(tx, app, people).await
}

pub(super) async fn holders(
    tx: &mut AnyConnection,
    app: &App,
    roles: &[Role],
    organization: Option<OrganizationId>,
) -> Result<Vec<PersonId>, Fault> {
    Ok(sql::grants::holders(tx, roles, organization, app.clock.now(), TOLD_MAX).await?)
}

async fn contacts(
    tx: &mut AnyConnection,
    app: &App,
    mut people: Vec<PersonId>,
) -> Result<Vec<(Channel, Language)>, Fault> {
    people.sort_unstable();
    people.dedup();
    let mut out = Vec::with_capacity(people.len());
    for person in people {
        out.extend(contact_of(tx, app, person).await);
    }
    Ok(out)
}
