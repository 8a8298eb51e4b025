//! A question, and how it is put to Cedar.

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression, Schema,
};
use fieldkeep_domain::access::{Action, Place, RoleRef};
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::project::Scope;
use std::collections::HashSet;
use std::net::IpAddr;
use std::str::FromStr;

/// May this one, in these roles, do this to that thing, now?
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Who.
    pub doer: Doer,
    /// In the roles that count for the thing.
    pub roles: &'a [RoleRef],
    /// What.
    pub action: Action,
    /// To what.
    pub place: &'a Place,
    /// Whether presence was proven within the last minutes.
    pub fresh: bool,
    /// Whether a second person has agreed.
    pub approved: bool,
    /// From where.
    pub address: Option<IpAddr>,
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, String> {
    let kind = EntityTypeName::from_str(&format!("Fieldkeep::{kind}")).map_err(|error| error.to_string())?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

pub(crate) fn action_uid(action: Action) -> Result<EntityUid, String> {
    uid("Action", action.name())
}

impl Ask<'_> {
    pub(crate) fn to_cedar(self, schema: &Schema) -> Result<(Request, Entities), String> {
        let mut entities = Vec::new();
        let roles = self.roles.iter().map(|role| uid("Role", &role.to_string()));
        let roles: HashSet<EntityUid> = roles.collect::<Result<_, _>>()?;
        entities.extend(roles.iter().map(|role| Entity::new_no_attrs(role.clone(), HashSet::new())));
        let principal = match self.doer {
            Doer::Person(id) => uid("Person", &id.to_string())?,
            Doer::Key(id) => uid("Program", &id.to_string())?,
            Doer::Device(_) | Doer::Server => return Err("no person and no program asks".into()),
        };
        entities.push(Entity::new_no_attrs(principal.clone(), roles));
        let resource = chain(self.place, &mut entities)?;
        let flag = |name: &str, value: bool| (name.to_owned(), RestrictedExpression::new_bool(value));
        let mut pairs = vec![flag("fresh", self.fresh), flag("approved", self.approved)];
        if let Some(address) = self.address {
            let text = address.to_canonical().to_string();
            pairs.push(("address".to_owned(), RestrictedExpression::new_ip(text)));
        }
        let context = Context::from_pairs(pairs).map_err(|error| error.to_string())?;
        let request = Request::new(principal, action_uid(self.action)?, resource, context, Some(schema))
            .map_err(|error| error.to_string())?;
        let actions = schema.action_entities().map_err(|error| error.to_string())?;
        let entities = actions.add_entities(entities, None).map_err(|error| error.to_string())?;
        Ok((request, entities))
    }
}

/// The thing and everything above it as entities; the thing's own name.
fn chain(place: &Place, entities: &mut Vec<Entity>) -> Result<EntityUid, String> {
    let mut above = uid("Deployment", "deployment")?;
    entities.push(Entity::new_no_attrs(above.clone(), HashSet::new()));
    let mut below = |kind: &str, id: String, above: &mut EntityUid| -> Result<(), String> {
        let one = uid(kind, &id)?;
        let parent = std::mem::replace(above, one.clone());
        entities.push(Entity::new_no_attrs(one, HashSet::from([parent])));
        Ok(())
    };
    if let Some(id) = place.scope.organization() {
        below("Organization", id.to_string(), &mut above)?;
    }
    if let Scope::Project { project, .. } = place.scope {
        below("Project", project.to_string(), &mut above)?;
    }
    for group in place.groups.iter().rev() {
        below("Group", group.to_string(), &mut above)?;
    }
    if let Some(device) = place.device {
        below("Device", device.to_string(), &mut above)?;
    }
    Ok(above)
}
