//! Random worlds from a seed: organizations, projects, nested groups, devices, keys, guard rails, and somebody who holds
//! this and that. What a list shows, what a gift gives and what an explanation says is compared with `authorize`, row by row.

use crate::people::app;
use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor, Grant, Place, Role, RoleRef, Standing};
use fieldkeep_domain::audit::Doer;
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{
    CustomRoleId, DeviceId, GrantId, GroupId, KeyId, OrganizationId, PersonId, ProjectId,
};
use fieldkeep_server::access::{authorize, check_gifts, explain, listing};
use fieldkeep_server::app::App;
use fieldkeep_server::fault::{Fault, Kind};
use fieldkeep_server::{account, fleet, project, registry};
use fieldkeep_testkit::{Backend, Device, Maker, World};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Actors per world. Each is compared over every row. `FIELDKEEP_NIGHTLY=1` asks ten thousand.
fn actors() -> usize {
    if std::env::var_os("FIELDKEEP_NIGHTLY").is_some_and(|value| value == "1") { 10_000 } else { 60 }
}
/// Tries after which a world in which nothing is allowed is given up.
const TRIES_MAX: usize = 20_000;

/// A small generator (SplitMix64): the same seed makes the same world's choices.
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        let given = std::env::var("FIELDKEEP_SEED").ok().and_then(|text| text.parse().ok());
        let seed = given.unwrap_or_else(|| u64::from_be_bytes(fieldkeep_trust::random()));
        println!("FIELDKEEP_SEED={seed}");
        Self(seed)
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
    fn id(&mut self) -> [u8; 16] {
        let (a, b) = (self.next().to_be_bytes(), self.next().to_be_bytes());
        std::array::from_fn(|n| if n < 8 { a[n] } else { b[n - 8] })
    }
}

/// A world with everything in it by name.
struct Random {
    world: World,
    app: Arc<App>,
    dice: Dice,
    organizations: Vec<OrganizationId>,
    projects: Vec<(OrganizationId, ProjectId)>,
    devices: Vec<DeviceId>,
    keys: Vec<KeyId>,
    /// Every part of the world that a role can be given for.
    scopes: Vec<Scope>,
    /// A role of an organization's own, by organization.
    own: Vec<(OrganizationId, CustomRoleId)>,
}

impl Random {
    async fn new(backend: Backend) -> Self {
        let world = World::new(backend).await;
        let app = app(&world);
        let mut out = Self {
            app,
            dice: Dice::new(),
            organizations: Vec::new(),
            projects: Vec::new(),
            devices: Vec::new(),
            keys: Vec::new(),
            scopes: vec![Scope::Deployment],
            own: Vec::new(),
            world,
        };
        let maker = Maker::new(out.world.now());
        let mut devices: Vec<Device> = (0..14).map(|_| maker.make()).collect();
        out.parts(&maker, &mut devices).await;
        out.place_devices(&devices).await;
        out.keys_and_guards().await;
        out
    }

    async fn id(&self, path: &str, body: serde_json::Value) -> String {
        let reply = self.world.post(path, body).await.expect(201);
        reply.body.get("id").unwrap_or(&reply.body["role"]).as_str().unwrap().to_owned()
    }

    async fn parts(&mut self, maker: &Maker, devices: &mut [Device]) {
        for n in 0..2 {
            let owner = self.world.organization(&format!("Company {n}")).await;
            let organization = owner.id;
            if n == 0 {
                self.world.register(maker, devices, &owner).await;
            }
            self.organizations.push(organization);
            self.scopes.push(Scope::Organization { organization });
            let actions = ["device.read", "key.read", "role.grant", "organization.read"];
            let actions: Vec<_> = actions.into_iter().filter(|_| self.dice.below(3) > 0).collect();
            let actions = [&["group.write"][..], &actions].concat();
            let new = json!({"name": "x", "actions": actions});
            let role = self.id(&format!("/api/v1/organizations/{organization}/roles"), new).await;
            self.own.push((organization, role.parse().unwrap()));
            for _ in 0..2 {
                let path = format!("/api/v1/organizations/{organization}/projects");
                let project: ProjectId = self.id(&path, json!({"name": "x"})).await.parse().unwrap();
                self.projects.push((organization, project));
                self.scopes.push(Scope::Project { organization, project });
                let mut parents: Vec<Option<GroupId>> = vec![None];
                for _ in 0..3 {
                    let parent = self.dice.pick(&parents);
                    let path = format!("/api/v1/projects/{project}/groups");
                    let group: GroupId =
                        self.id(&path, json!({"name": "x", "parent": parent})).await.parse().unwrap();
                    parents.push(Some(group));
                    self.scopes.push(Scope::Group { organization, project, group });
                }
            }
        }
    }

    /// Devices come to their places by rows: how they get there is told elsewhere.
    async fn place_devices(&mut self, devices: &[Device]) {
        let mut tx = self.app.db.write().await.unwrap();
        for device in devices {
            let (organization, project, group) = match self.dice.pick(&self.scopes) {
                Scope::Deployment => (None, None, None),
                Scope::Organization { organization } => (Some(organization), None, None),
                Scope::Project { organization, project } => (Some(organization), Some(project), None),
                Scope::Group { organization, project, group } => {
                    (Some(organization), Some(project), Some(group))
                }
                other => panic!("{other:?}"),
            };
            sqlx::query(
                "UPDATE devices SET organization = $1, project = $2, device_group = $3,
                 revision = (SELECT revision + 1 FROM log_head) WHERE id = $4",
            )
            .bind(organization.map(|id| id.as_bytes().to_vec()))
            .bind(project.map(|id| id.as_bytes().to_vec()))
            .bind(group.map(|id| id.as_bytes().to_vec()))
            .bind(device.id.as_bytes().to_vec())
            .execute(&mut *tx)
            .await
            .unwrap();
            self.devices.push(device.id);
        }
        tx.commit().await.unwrap();
        // A right over a device may be of its owner, or of one who owns it no more.
        for device in &self.devices {
            let organization = self.dice.pick(&self.organizations);
            self.scopes.push(Scope::Device { organization, device: *device });
        }
    }

    async fn keys_and_guards(&mut self) {
        for scope in self.scopes.clone() {
            let part = match scope {
                Scope::Deployment => json!({}),
                Scope::Organization { organization } => json!({"organization": organization}),
                Scope::Project { project, .. } => json!({"project": project}),
                Scope::Group { group, .. } => json!({"group": group}),
                Scope::Device { device, organization } => {
                    let mut tx = self.app.db.read().await.unwrap();
                    let row = registry::find(&mut tx, device).await.unwrap();
                    if row.organization != Some(organization) {
                        continue;
                    }
                    json!({"device": device})
                }
            };
            let mut new = json!({"name": "x", "role": self.dice.pick(Role::ALL)});
            new.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
            self.keys.push(self.id("/api/v1/keys", new).await.parse().unwrap());
        }
        for organization in self.organizations.clone() {
            let path = format!("/api/v1/organizations/{organization}/guards");
            let device = self.dice.pick(&self.devices);
            let (_, project) = self.dice.pick(&self.projects);
            for what in [
                format!("forbid (principal, action == Fieldkeep::Action::\"device.read\", resource == Fieldkeep::Device::\"{device}\");"),
                format!("forbid (principal is Fieldkeep::Person, action == Fieldkeep::Action::\"key.read\", resource in Fieldkeep::Project::\"{project}\");"),
                "forbid (principal, action == Fieldkeep::Action::\"project.read\", resource) unless { context has address && context.address.isInRange(ip(\"10.0.0.0/8\")) };".to_owned(),
            ] {
                if self.dice.below(3) > 0 {
                    self.id(&path, json!({"name": "x", "cedar": what})).await;
                }
            }
        }
    }

    /// An action; often one that a guard rail speaks of.
    fn action(&mut self) -> Action {
        match self.dice.below(2) {
            0 => self.dice.pick(&[Action::DeviceRead, Action::KeyRead, Action::ProjectRead]),
            _ => self.dice.pick(Action::ALL),
        }
    }

    fn grant(&mut self) -> Grant {
        let scope = self.dice.pick(&self.scopes);
        let own = self.own.iter().find(|(organization, _)| scope.organization() == Some(*organization));
        let role = match own {
            Some((_, id)) if self.dice.below(4) == 0 => RoleRef::Custom(*id),
            _ => RoleRef::Standard(self.dice.pick(Role::ALL)),
        };
        let now = self.world.now();
        let expires_at = match self.dice.below(4) {
            0 => Some(now.plus_secs(3_600)),
            1 => Some(now.plus_secs(-1)),
            _ => None,
        };
        Grant { id: GrantId::from_random(self.dice.id()), role, scope, expires_at }
    }

    /// Somebody who holds up to four roles somewhere.
    fn actor(&mut self) -> Actor {
        let now = self.world.now();
        let count = self.dice.below(4) + 1;
        let grants = (0..count).map(|_| self.grant()).collect();
        let some = |dice: &mut Dice| Action::ALL.iter().copied().filter(|_| dice.below(2) == 0).collect();
        let (doer, standing) = if self.dice.below(2) == 0 {
            let fresh_until = now.plus_secs(if self.dice.below(2) == 0 { 300 } else { 0 });
            (Doer::Person(PersonId::from_random(self.dice.id())), Standing::Person { fresh_until })
        } else {
            let rights = some(&mut self.dice);
            let only = (self.dice.below(4) == 0).then(|| some(&mut self.dice));
            (Doer::Key(KeyId::from_random(self.dice.id())), Standing::Program { rights, only })
        };
        let address = match self.dice.below(3) {
            0 => None,
            1 => Some("10.1.2.3".parse().unwrap()),
            _ => Some("192.0.2.1".parse().unwrap()),
        };
        Actor { doer, grants, standing, address, now }
    }

    async fn place(&self, scope: Scope) -> Place {
        project::group::place_of(&self.app, scope).await.unwrap()
    }
    async fn device_place(&self, device: DeviceId) -> Place {
        let mut tx = self.app.db.read().await.unwrap();
        let row = registry::find(&mut tx, device).await.unwrap();
        registry::place_of(&mut tx, &row).await.unwrap()
    }
    async fn may(&self, actor: &Actor, action: Action, place: Place) -> bool {
        authorize(&self.app, actor, action, place).await.is_ok()
    }
}

/// A list that is refused shows nothing.
fn shown<T>(page: Result<Vec<T>, Fault>) -> BTreeSet<T>
where
    T: Ord,
{
    match page {
        Ok(items) => items.into_iter().collect(),
        Err(fault) => {
            assert_eq!(fault.kind, Kind::Forbidden, "{fault:?}");
            BTreeSet::new()
        }
    }
}

pub async fn lists_are_what_each_row_would_be_allowed(backend: Backend) {
    let mut random = Random::new(backend).await;
    let app = random.app.clone();
    let page = api::PageQuery { limit: Some(500), after: None };
    for _ in 0..actors() {
        let actor = random.actor();
        let list = async {
            let listing = listing(&app, &actor, Action::DeviceRead).await?;
            let query = api::DeviceQuery { limit: Some(500), ..api::DeviceQuery::default() };
            Ok(registry::list(&app, listing, &query).await?.items.into_iter().map(|one| one.id).collect())
        };
        let mut expected = BTreeSet::new();
        for device in &random.devices {
            if random.may(&actor, Action::DeviceRead, random.device_place(*device).await).await {
                expected.insert(*device);
            }
        }
        assert_eq!(shown(list.await), expected, "devices of {actor:#?}");
        let list = async {
            let listing = listing(&app, &actor, Action::DeviceRead).await?;
            let sort = Some("serial".to_owned());
            let query = api::DeviceQuery { limit: Some(500), sort, ..api::DeviceQuery::default() };
            let page = fleet::list(&app, &actor, listing, &query).await?;
            assert_eq!(page.total, Some(page.items.len() as u64));
            Ok(page.items.into_iter().map(|one| one.id).collect())
        };
        assert_eq!(shown(list.await), expected, "the fleet of {actor:#?}");
        let count = async {
            let listing = listing(&app, &actor, Action::DeviceRead).await?;
            let query = api::FleetQuery::default();
            Ok(vec![fleet::summary(&app, &actor, listing, &query).await?.total])
        };
        let count = shown(count.await).into_iter().next().unwrap_or(0);
        assert_eq!(count, expected.len() as u64, "the number of devices of {actor:#?}");

        let list = async {
            let listing = listing(&app, &actor, Action::OrganizationRead).await?;
            let items = project::organizations(&app, listing, &page).await?.items;
            Ok(items.into_iter().map(|one| one.id).collect())
        };
        let mut expected = BTreeSet::new();
        for organization in &random.organizations {
            let scope = Scope::Organization { organization: *organization };
            if random.may(&actor, Action::OrganizationRead, scope.into()).await {
                expected.insert(*organization);
            }
        }
        assert_eq!(shown(list.await), expected, "organizations of {actor:#?}");

        let (mut found, mut expected) = (BTreeSet::new(), BTreeSet::new());
        for organization in &random.organizations {
            let list = async {
                let listing = listing(&app, &actor, Action::ProjectRead).await?;
                let items = project::projects(&app, listing, *organization, &page).await?.items;
                Ok(items.into_iter().map(|one| one.id).collect())
            };
            found.extend(shown(list.await));
        }
        for (organization, project) in &random.projects {
            let scope = Scope::Project { organization: *organization, project: *project };
            if random.may(&actor, Action::ProjectRead, scope.into()).await {
                expected.insert(*project);
            }
        }
        assert_eq!(found, expected, "projects of {actor:#?}");

        let list = async {
            let listing = listing(&app, &actor, Action::KeyRead).await?;
            let query = api::KeyQuery { limit: Some(500), ..api::KeyQuery::default() };
            let items = account::keys::list(&app, listing, &query).await?.items;
            Ok(items.into_iter().map(|one| one.id).filter(|id| random.keys.contains(id)).collect())
        };
        let mut expected = BTreeSet::new();
        for key in &random.keys {
            let scope = account::keys::scope_of(&app, *key).await.unwrap();
            if random.may(&actor, Action::KeyRead, random.place(scope).await).await {
                expected.insert(*key);
            }
        }
        assert_eq!(shown(list.await), expected, "keys of {actor:#?}");
    }
}

pub async fn fewer_grants_never_allow_more(backend: Backend) {
    let mut random = Random::new(backend).await;
    for _ in 0..actors() * 4 {
        let actor = random.actor();
        let mut fewer = actor.clone();
        let taken = random.dice.below(fewer.grants.len());
        fewer.grants.remove(taken);
        let scope = random.dice.pick(&random.scopes);
        let action = random.action();
        let place = random.place(scope).await;
        let less = random.may(&fewer, action, place.clone()).await;
        assert!(!less || random.may(&actor, action, place).await, "{action} on {scope:?}: {actor:#?}");
    }
}

pub async fn nobody_gives_what_they_do_not_hold(backend: Backend) {
    let mut random = Random::new(backend).await;
    let app = random.app.clone();
    // Whatever the seed: until enough of them were allowed to say something.
    let (mut given, mut tries) = (0, 0);
    while tries < actors() * 4 || given < 6 {
        tries += 1;
        assert!(tries < TRIES_MAX, "{given} gifts were allowed");
        let mut actor = random.actor();
        // Somebody who may give at all, most of the time.
        actor.grants[0].role = RoleRef::Standard(random.dice.pick(&[Role::Owner, Role::Administrator]));
        let gift = random.grant();
        let scope = if random.dice.below(2) == 0 { actor.grants[0].scope } else { gift.scope };
        if check_gifts(&app, &actor, &json!({}), &[(gift.role, scope, gift.expires_at)]).await.is_err() {
            continue;
        }
        given += 1;
        let slice = app.policies.slice(&app, scope.organization()).await.unwrap();
        let engine = &app.policies.engine;
        let place = random.place(scope).await;
        for action in engine.actions_of(&slice, gift.role) {
            let holds = actor.grants.iter().any(|own| {
                own.stands(random.world.now())
                    && place.is_in(&own.scope)
                    && engine.role_gives(&slice, own.role, action)
                    && own.expires_at.is_none_or(|end| gift.expires_at.is_some_and(|until| until <= end))
            });
            assert!(holds && !actor.is_narrowed(action), "{action} of {gift:?} over {scope:?}: {actor:#?}");
            let program = matches!(actor.standing, Standing::Program { .. });
            assert!(!program || !action.is_sensitive() || actor.is_fresh(action), "{action}: {actor:#?}");
        }
    }
}

pub async fn explanations_say_what_authorize_answers(backend: Backend) {
    let mut random = Random::new(backend).await;
    let app = random.app.clone();
    let (mut allowed, mut tries) = (0, 0);
    while tries < actors() * 8 || allowed < 6 {
        tries += 1;
        assert!(tries < TRIES_MAX, "{allowed} were allowed");
        let actor = random.actor();
        let scope = random.dice.pick(&random.scopes);
        let action = random.action();
        let place = random.place(scope).await;
        let answer = authorize(&app, &actor, action, place.clone()).await;
        match explain::explain(&app, &actor, "me", action, &place).await {
            Ok(why) => {
                assert_eq!(why.allowed, answer.is_ok(), "{why:#?} but {answer:?}: {actor:#?}");
                assert!(!why.allowed || !why.given_by.is_empty(), "{why:#?}");
                assert_eq!(why.decision == "allow", why.allowed);
                allowed += usize::from(why.allowed);
            }
            Err(fault) => {
                assert_eq!(fault.kind, Kind::NotFound);
                assert_eq!(answer.unwrap_err().kind, Kind::NotFound);
            }
        }
    }
}
