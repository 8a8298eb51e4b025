//! People in their roles: two of them for one act, two custodians in an emergency, grants that come and go. They stand
//! before the use-cases, with what they hold read from the rows, as a session would have it.

use fieldkeep_api as api;
use fieldkeep_domain::access::{Action, Actor, RoleRef, Standing};
use fieldkeep_domain::audit::{Doer, Why};
use fieldkeep_domain::project::Scope;
use fieldkeep_domain::{OrganizationId, PersonId, Timestamp};
use fieldkeep_server::access::{
    self, approvals, authorize, glass, grants, insert_grants, listing, of_person,
};
use fieldkeep_server::app::App;
use fieldkeep_server::fault::{Fault, Kind};
use fieldkeep_testkit::{Backend, World};
use fieldkeep_wire::json::format_time;
use serde_json::{Value, json};
use std::sync::Arc;

fn why(text: &str) -> Why {
    text.parse().unwrap()
}

/// The running deployment, from inside.
pub fn app(world: &World) -> Arc<App> {
    world.running.as_ref().unwrap().app.clone()
}

/// Somebody with a row of their own.
pub async fn person(world: &World, organization: Option<OrganizationId>) -> PersonId {
    use fieldkeep_trust::seal::{Binding, Purpose};
    let id = PersonId::from_random(fieldkeep_trust::random());
    let app = app(world);
    let secret = json!({
        "name": "Ada", "address": format!("{id}@example.com"), "verified": true, "phone": null,
        "language": "en", "mail_factor": false,
    });
    let seal = &app.keys.organization(None).unwrap().seal;
    let binding = Binding::deployment(Purpose::Person, *id.as_bytes());
    let sealed = seal.seal(&binding, secret.to_string().as_bytes()).unwrap();
    let mut tx = app.db.write().await.unwrap();
    sqlx::query(
        "INSERT INTO people (id, address_hash, organization, sealed, totp_step, created_at) VALUES ($1, $2, $3, $4, 0, $5)",
    )
    .bind(id.as_bytes().to_vec())
    .bind(id.as_bytes().to_vec())
    .bind(organization.map(|id| id.as_bytes().to_vec()))
    .bind(sealed)
    .bind(world.now().as_nanos())
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// Gives a role past all checks.
pub async fn plant(world: &World, person: PersonId, role: &str, scope: Scope, until: Option<Timestamp>) {
    let mut tx = app(world).db.write().await.unwrap();
    let gift = (RoleRef::parse(role).unwrap(), scope, until);
    insert_grants(&mut tx, person, &[gift], Doer::Server, world.now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// The person as a request of theirs would have them, with fresh presence.
pub async fn acting(world: &World, person: PersonId) -> Actor {
    let mut tx = app(world).db.read().await.unwrap();
    Actor {
        doer: Doer::Person(person),
        grants: of_person(&mut tx, person, world.now()).await.unwrap(),
        standing: Standing::Person { fresh_until: world.now().plus_secs(300) },
        address: Some("127.0.0.1".parse().unwrap()),
        now: world.now(),
    }
}

/// Somebody who holds a role over an organization.
pub async fn holder(world: &World, role: &str, organization: OrganizationId) -> Actor {
    let person = person(world, Some(organization)).await;
    plant(world, person, role, Scope::Organization { organization }, None).await;
    acting(world, person).await
}

/// Two custodians of an organization.
pub async fn custodians(world: &World, organization: OrganizationId) -> (Actor, Actor) {
    (holder(world, "custodian", organization).await, holder(world, "custodian", organization).await)
}

/// The first custodian opens the glass; its id.
pub async fn open_glass(world: &World, actor: &Actor, organization: OrganizationId, new: &Value) -> String {
    let app = app(world);
    let permit =
        authorize(&app, actor, Action::GlassBreak, Scope::Organization { organization }).await.unwrap();
    let reason = new["reason"].as_str().unwrap();
    glass::open(&app, permit, Some(organization), why(reason)).await.unwrap().id.to_string()
}

fn kind<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> Kind {
    outcome.unwrap_err().kind
}

fn id_of(actor: &Actor) -> PersonId {
    match actor.doer {
        Doer::Person(id) => id,
        other => panic!("{other:?}"),
    }
}

/// A company where holding a device takes two, with one device; and a key that may hold it.
async fn company(world: &World) -> (OrganizationId, String, String) {
    let (place, _, devices) = world.with_devices(1).await;
    let path = format!("/api/v1/organizations/{}/rules", place.organization);
    let rules = json!({"two_people": ["device.suspend", "device.revoke"]});
    world.call("PUT", &path, Some(&rules)).await.expect(200);
    let key = world.key("engineer", Some(&place)).await;
    (place.organization, devices[0].id.to_string(), key)
}

async fn hold(world: &World, key: &str, device: &str, verb: &str) -> fieldkeep_testkit::Reply {
    world
        .call_as(key, "POST", &format!("/api/v1/devices/{device}/{verb}"), Some(&json!({"reason": "x"})))
        .await
}

pub async fn two_people_are_needed_and_an_agreement_counts_once(backend: Backend) {
    let mut world = World::new(backend).await;
    let (organization, device, key) = company(&world).await;
    let refused = hold(&world, &key, &device, "suspend").await.expect(403);
    assert_eq!(
        (&refused.body["needs"], &refused.body["action"]),
        (&json!("second-person"), &json!("device.suspend"))
    );
    let again = hold(&world, &key, &device, "suspend").await.expect(403);
    assert_eq!(refused.body["approval"], again.body["approval"], "the same question waits once");
    let id = refused.body["approval"].as_str().unwrap().parse().unwrap();

    let second = holder(&world, "engineer", organization).await;
    let app = app(&world);
    let waiting = approvals::list(&app, &second, &api::ApprovalQuery::default()).await.unwrap();
    assert_eq!(waiting.items.len(), 1);
    let text = &waiting.items[0].text;
    assert!(text.contains("device.suspend") && text.contains(&device) && text.contains("key "), "{text}");
    // Who lacks the action sees nothing to decide, and who is elsewhere knows of nothing.
    let viewer = holder(&world, "viewer", organization).await;
    assert!(approvals::list(&app, &viewer, &api::ApprovalQuery::default()).await.unwrap().items.is_empty());
    assert_eq!(
        kind(approvals::decide(&app, &viewer, id, true, why("agreed by telephone")).await),
        Kind::Forbidden
    );
    let other = world.organization("Other").await.id;
    let stranger = holder(&world, "owner", other).await;
    assert!(approvals::list(&app, &stranger, &api::ApprovalQuery::default()).await.unwrap().items.is_empty());
    assert_eq!(
        kind(approvals::decide(&app, &stranger, id, true, why("agreed by telephone")).await),
        Kind::NotFound
    );

    approvals::decide(&app, &second, id, true, why("agreed by telephone")).await.unwrap();
    assert_eq!(
        kind(approvals::decide(&app, &second, id, false, why("agreed by telephone")).await),
        Kind::Conflict
    );
    // For exactly this key, action and device: another key asks anew.
    let stands_by = world.key("engineer", None).await;
    let other = hold(&world, &stands_by, &device, "suspend").await.expect(403);
    assert_ne!(other.body["approval"], refused.body["approval"]);
    // Two at once: one agreement lets one of them pass.
    let (one, two) =
        tokio::join!(hold(&world, &key, &device, "suspend"), hold(&world, &key, &device, "suspend"));
    let refusals = [&one, &two].iter().filter(|reply| reply.body["needs"] == "second-person").count();
    assert_eq!(refusals, 1, "{} {}", one.text, two.text);
    let new = hold(&world, &key, &device, "resume").await.expect(403);
    assert_ne!(new.body["approval"], refused.body["approval"], "it was used up");

    // A refusal is none, and an agreement ends with its hour.
    let id = new.body["approval"].as_str().unwrap().parse().unwrap();
    approvals::decide(&app, &second, id, false, why("agreed by telephone")).await.unwrap();
    let third = hold(&world, &key, &device, "resume").await.expect(403);
    let id = third.body["approval"].as_str().unwrap().parse().unwrap();
    approvals::decide(&app, &second, id, true, why("agreed by telephone")).await.unwrap();
    world.clock.shift_secs(3_601);
    hold(&world, &key, &device, "resume").await.expect(403);
    let acts = verbs(&world).await;
    assert!(acts.contains(&"approval.agree".into()) && acts.contains(&"approval.refuse".into()), "{acts:?}");
    world.stop().await;
}

/// What the record says was done, in order.
async fn verbs(world: &World) -> Vec<String> {
    use fieldkeep_domain::RowId;
    use fieldkeep_trust::seal::{Binding, Purpose};
    use sqlx::Row;
    let app = app(world);
    let mut tx = app.db.read().await.unwrap();
    let rows = sqlx::query("SELECT id, organization, sealed FROM acts").fetch_all(&mut *tx).await.unwrap();
    let open = |row: &sqlx::any::AnyRow| {
        let id = RowId::from_slice(&row.get::<Vec<u8>, _>(0)).unwrap();
        let organization =
            row.get::<Option<Vec<u8>>, _>(1).map(|id| OrganizationId::from_slice(&id).unwrap());
        let binding = match organization {
            Some(organization) => Binding::organization(organization, Purpose::Act, id),
            None => Binding::deployment(Purpose::Act, *id.as_bytes()),
        };
        let seal = &app.keys.organization(organization).unwrap().seal;
        let act: Value =
            serde_json::from_slice(&seal.open(&binding, &row.get::<Vec<u8>, _>(2)).unwrap()).unwrap();
        act["verb"].as_str().unwrap().to_owned()
    };
    rows.iter().map(open).collect()
}

pub async fn who_asks_cannot_agree(backend: Backend) {
    let world = World::new(backend).await;
    let (organization, device, key) = company(&world).await;
    let app = app(&world);
    let refused = hold(&world, &key, &device, "suspend").await.expect(403);
    let id = refused.body["approval"].as_str().unwrap().to_owned();
    for by in [&key, &world.operator] {
        let path = format!("/api/v1/approvals/{id}/agree");
        let reply = world.call_as(by, "POST", &path, Some(&json!({"reason": "x"}))).await.expect(403);
        assert_eq!(reply.body["action"], "device.suspend", "programs decide nothing: {}", reply.text);
    }
    // The person who made the key stands behind both.
    let maker = holder(&world, "owner", organization).await;
    let mut tx = app.db.write().await.unwrap();
    sqlx::query("UPDATE service_keys SET made_by = $1")
        .bind(id_of(&maker).as_bytes().to_vec())
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let parsed = id.parse().unwrap();
    assert_eq!(
        kind(approvals::decide(&app, &maker, parsed, true, why("agreed by telephone")).await),
        Kind::Forbidden
    );
    // Behind a key that such a key makes, too.
    let child = world.key("engineer", None).await;
    let asked = hold(&world, &child, &device, "suspend").await.expect(403);
    let asked = asked.body["approval"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        kind(approvals::decide(&app, &maker, asked, true, why("agreed by telephone")).await),
        Kind::Forbidden
    );
    let second = holder(&world, "owner", organization).await;
    approvals::decide(&app, &second, parsed, true, why("agreed by telephone")).await.unwrap();
    hold(&world, &key, &device, "suspend").await.expect(200);

    // Of a sensitive action the second person shows presence, too; a person cannot be their own second.
    let place = fieldkeep_server::project::part(&app, None, None, None, Some(device.parse().unwrap())).await;
    let place = fieldkeep_server::project::group::place_of(&app, place.unwrap()).await.unwrap();
    let refused = authorize(&app, &maker, Action::DeviceRevoke, place.clone()).await.unwrap_err();
    let id = refused.more["approval"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        kind(approvals::decide(&app, &maker, id, true, why("agreed by telephone")).await),
        Kind::Forbidden
    );
    let mut stale = second.clone();
    stale.standing = Standing::Person { fresh_until: stale.now };
    let refused = approvals::decide(&app, &stale, id, true, why("agreed by telephone")).await.unwrap_err();
    assert_eq!(refused.more["needs"], "step-up");
    approvals::decide(&app, &second, id, true, why("agreed by telephone")).await.unwrap();
    authorize(&app, &maker, Action::DeviceRevoke, place.clone()).await.unwrap();
    assert_eq!(kind(authorize(&app, &maker, Action::DeviceRevoke, place).await), Kind::Forbidden);
}

pub async fn a_glass_drill_gives_an_hour_and_tells_everybody(backend: Backend) {
    let world = World::new(backend).await;
    let organization = world.organization("Northern Cold").await.id;
    let hook = json!({"name": "x", "url": "https://hooks.example.com/x", "kinds": ["break-glass"]});
    world.post(&format!("/api/v1/organizations/{organization}/webhooks"), hook).await.expect(201);
    let app = app(&world);
    let scope = Scope::Organization { organization };
    let (one, two) = custodians(&world, organization).await;
    // Whoever is in charge is told, of the company and of the deployment; nobody else is.
    for role in ["owner", "administrator", "viewer", "security"] {
        holder(&world, role, organization).await;
    }
    let above = person(&world, None).await;
    plant(&world, above, "administrator", Scope::Deployment, None).await;
    let reason = json!({"reason": "the owners are out of reach"});
    let id = open_glass(&world, &one, organization, &reason).await.parse().unwrap();
    // Nobody has more yet, one is not two, and a program is nobody.
    assert_eq!(
        kind(authorize(&app, &acting(&world, id_of(&one)).await, Action::KeyWrite, scope).await),
        Kind::Forbidden
    );
    let alone = authorize(&app, &one, Action::GlassBreak, scope).await.unwrap();
    assert_eq!(kind(glass::confirm(&app, alone, id).await), Kind::Forbidden);
    world.post(&format!("/api/v1/glass/{id}/confirm"), json!({})).await.expect(403);
    let other = world.organization("Other").await.id;
    let (stranger, _) = custodians(&world, other).await;
    assert_eq!(kind(authorize(&app, &stranger, Action::GlassBreak, scope).await), Kind::NotFound);

    let permit = authorize(&app, &two, Action::GlassBreak, scope).await.unwrap();
    let broken = glass::confirm(&app, permit, id).await.unwrap();
    assert_eq!(broken.state, "broken");
    for custodian in [&one, &two] {
        let now = acting(&world, id_of(custodian)).await;
        authorize(&app, &now, Action::KeyWrite, scope).await.unwrap();
        assert_eq!(kind(authorize(&app, &now, Action::KeyWrite, Scope::Deployment).await), Kind::Forbidden);
        // What an hour gives cannot be handed on for longer than the hour.
        let role = RoleRef::parse("owner").unwrap();
        assert_eq!(
            kind(access::check_gifts(&app, &now, &json!({}), &[(role, scope, None)]).await),
            Kind::Forbidden
        );
        let soon = Some(world.now().plus_secs(600));
        access::check_gifts(&app, &now, &json!({}), &[(role, scope, soon)]).await.unwrap();
    }
    let letters = world.call("GET", "/api/v1/outbox?state=waiting", None).await.expect(200);
    let told = letters.body["items"].as_array().unwrap().iter().filter(|one| one["kind"] == "break-glass");
    let by = |channel: &str| told.clone().filter(|one| one["channel"] == channel).count();
    assert_eq!((by("webhook"), by("mail")), (1, 5), "with the two themselves: {}", letters.text);
    world.clock.shift_secs(3_600);
    let after = acting(&world, id_of(&one)).await;
    assert_eq!(kind(authorize(&app, &after, Action::KeyWrite, scope).await), Kind::Forbidden);
    let seen = glass::list(&app, &after, &api::PageQuery::default()).await.unwrap();
    assert_eq!((seen.items.len(), seen.items[0].state.as_str()), (1, "over"));

    // The next one is ended early; one that nobody confirms lapses.
    let id = open_glass(&world, &after, organization, &reason).await.parse().unwrap();
    let permit =
        authorize(&app, &acting(&world, id_of(&two)).await, Action::GlassBreak, scope).await.unwrap();
    glass::confirm(&app, permit, id).await.unwrap();
    glass::end(&app, &acting(&world, id_of(&two)).await, id, why("drill")).await.unwrap();
    let ended = acting(&world, id_of(&one)).await;
    assert_eq!(kind(authorize(&app, &ended, Action::KeyWrite, scope).await), Kind::Forbidden);
    let id = open_glass(&world, &ended, organization, &reason).await.parse().unwrap();
    world.clock.shift_secs(601);
    let late = authorize(&app, &acting(&world, id_of(&two)).await, Action::GlassBreak, scope).await.unwrap();
    assert_eq!(kind(glass::confirm(&app, late, id).await), Kind::Conflict);
    let acts = verbs(&world).await;
    for verb in ["glass.open", "glass.break", "glass.end"] {
        assert!(acts.iter().any(|one| one == verb), "{verb}: {acts:?}");
    }
}

pub async fn grants_of_people_come_and_go(backend: Backend) {
    let world = World::new(backend).await;
    let organization = world.organization("Northern Cold").await.id;
    let place = world.place(organization).await;
    let (app, scope) = (app(&world), Scope::Organization { organization });
    let somebody = person(&world, Some(organization)).await;
    let until = format_time(world.now().plus_secs(60));
    let new = json!({"person": somebody, "role": "viewer", "project": place.project, "expires_at": until});
    let made = world.post("/api/v1/grants", new).await.expect(201);
    let project = Scope::Project { organization, project: place.project };
    authorize(&app, &acting(&world, somebody).await, Action::TelemetryRead, project).await.unwrap();
    let id = made.body["id"].as_str().unwrap();
    let listed = world.call("GET", &format!("/api/v1/grants?person={somebody}"), None).await.expect(200);
    assert_eq!(listed.body["items"][0]["id"], id);
    world.post(&format!("/api/v1/grants/{id}/revoke"), json!({"reason": "left"})).await.expect(204);
    world.post(&format!("/api/v1/grants/{id}/revoke"), json!({"reason": "x"})).await.expect(409);
    assert!(acting(&world, somebody).await.grants.is_empty(), "at once");

    // For programs alone, in the past, for nobody, for who is shut out.
    for (change, status) in [
        (json!({"role": "program-reader"}), 400),
        (json!({"expires_at": "2020-01-01T00:00:00Z"}), 400),
        (json!({"role": "0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e"}), 400),
        (json!({"person": "0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e"}), 404),
    ] {
        let mut new = json!({"person": somebody, "role": "viewer", "organization": organization});
        new.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        world.post("/api/v1/grants", new).await.expect(status);
    }
    // An administrator reads no measurements, so gives nobody that; and does not know another company's people.
    let admin = holder(&world, "administrator", organization).await;
    let viewer = RoleRef::parse("viewer").unwrap();
    assert_eq!(
        kind(access::check_gifts(&app, &admin, &json!({}), &[(viewer, scope, None)]).await),
        Kind::Forbidden
    );
    access::check_gifts(&app, &admin, &json!({}), &[(RoleRef::parse("sales-rep").unwrap(), scope, None)])
        .await
        .unwrap();
    let other = world.organization("Other").await.id;
    let theirs = person(&world, Some(other)).await;
    let new = |person| api::NewRoleGrant {
        person,
        role: RoleRef::parse("sales-rep").unwrap(),
        organization: Some(organization),
        project: None,
        group: None,
        device: None,
        expires_at: None,
    };
    assert_eq!(kind(grants::give(&app, &admin, scope, new(theirs)).await), Kind::NotFound);
    grants::give(&app, &admin, scope, new(somebody)).await.unwrap();
    let rows = listing(&app, &admin, Action::RoleRead).await.unwrap();
    let rows = grants::list(&app, rows, &api::RoleGrantQuery::default()).await.unwrap();
    assert!(rows.items.iter().all(|row| row.part.organization == Some(organization)));
    // Nor does who manages people put the owners out.
    let owner = holder(&world, "owner", organization).await;
    let permit = authorize(&app, &admin, Action::RoleGrant, scope).await.unwrap();
    let put_out = grants::revoke(&app, &admin, permit, owner.grants[0].id, why("agreed by telephone")).await;
    assert_eq!(kind(put_out), Kind::Forbidden);

    for (table, id) in [("people", somebody.as_bytes()), ("organizations", organization.as_bytes())] {
        let set = |value: Option<i64>| {
            let query = sqlx::query(sqlx::AssertSqlSafe(format!(
                "UPDATE {table} SET disabled_at = $1 WHERE id = $2"
            )));
            query.bind(value).bind(id.to_vec())
        };
        assert!(!acting(&world, somebody).await.grants.is_empty());
        let mut tx = app.db.write().await.unwrap();
        set(Some(1)).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        assert!(acting(&world, somebody).await.grants.is_empty(), "{table}");
        let mut tx = app.db.write().await.unwrap();
        set(None).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }
}

pub async fn the_last_owner_stays(backend: Backend) {
    let world = World::new(backend).await;
    let (first, second) = (person(&world, None).await, person(&world, None).await);
    plant(&world, first, "owner", Scope::Deployment, None).await;
    plant(&world, second, "owner", Scope::Deployment, Some(world.now().plus_secs(60))).await;
    let id = acting(&world, first).await.grants[0].id;
    let path = format!("/api/v1/grants/{id}/revoke");
    world.post(&path, json!({"reason": "x"})).await.expect(409);
    plant(&world, second, "owner", Scope::Deployment, None).await;
    world.post(&path, json!({"reason": "x"})).await.expect(204);
    // Two last ones at once: one stays.
    plant(&world, first, "owner", Scope::Deployment, None).await;
    let ids: Vec<_> = {
        let (one, two) = (acting(&world, first).await, acting(&world, second).await);
        let lasting =
            |actor: Actor| actor.grants.into_iter().find(|grant| grant.expires_at.is_none()).unwrap().id;
        [one, two].map(lasting).into()
    };
    let paths: Vec<_> = ids.iter().map(|id| format!("/api/v1/grants/{id}/revoke")).collect();
    let (one, two) = tokio::join!(
        world.post(&paths[0], json!({"reason": "x"})),
        world.post(&paths[1], json!({"reason": "x"}))
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
}

/// The same through the router, by people who are signed in.
pub async fn people_decide_and_break_the_glass_in_their_sessions(backend: Backend) {
    let world = World::new(backend).await;
    let organization = world.organization("Northern Cold").await.id.to_string();
    let of = format!("/api/v1/organizations/{organization}");
    let held = |roles: &[&str]| {
        let roles = roles.iter().map(|role| json!({"role": role, "organization": organization}));
        Value::Array(roles.collect())
    };
    let roles = held(&["custodian", "engineer"]);
    let mut one = world.person("one@example.com", Some(&organization), roles.clone()).await;
    let mut two = world.person("two@example.com", Some(&organization), roles).await;
    let rules = json!({"two_people": ["project.write"]});
    world.call("PUT", &format!("{of}/rules"), Some(&rules)).await.expect(200);
    let (projects, new) = (format!("{of}/projects"), json!({"name": "Hall"}));
    let asked = one.browser.post(&projects, new.clone()).await.expect(403);
    let approval = asked.body["approval"].as_str().unwrap();
    let agree = format!("/api/v1/approvals/{approval}/agree");
    one.browser.post(&agree, json!({"reason": "x"})).await.expect(403);
    let waiting = two.browser.get("/api/v1/approvals").await.expect(200);
    assert!(waiting.body["items"][0]["text"].as_str().unwrap().starts_with("Test Person (person "));
    two.browser.post(&agree, json!({"reason": "x"})).await.expect(204);
    one.browser.post(&projects, new.clone()).await.expect(201);
    one.browser.post(&projects, new).await.expect(403);

    let roles = format!("{of}/roles");
    one.browser.get(&roles).await.expect(403);
    let reason = json!({"organization": organization, "reason": "the owners are out of reach"});
    let opened = one.browser.post("/api/v1/glass", reason).await.expect(201);
    let glass = format!("/api/v1/glass/{}", opened.body["id"].as_str().unwrap());
    one.browser.post(&format!("{glass}/confirm"), json!({})).await.expect(403);
    two.browser.post(&format!("{glass}/confirm"), json!({})).await.expect(200);
    one.browser.get(&roles).await.expect(200);
    two.browser.post(&format!("{glass}/end"), json!({"reason": "drill"})).await.expect(204);
    one.browser.get(&roles).await.expect(403);

    // A grant of a person counts, and ends, with the next request of their session.
    let grant = json!({"person": one.id, "role": "auditor", "organization": organization});
    let made = world.post("/api/v1/grants", grant).await.expect(201);
    one.browser.get(&roles).await.expect(200);
    let revoke = format!("/api/v1/grants/{}/revoke", made.body["id"].as_str().unwrap());
    world.post(&revoke, json!({"reason": "x"})).await.expect(204);
    one.browser.get(&roles).await.expect(403);
    let why = format!(
        "/api/v1/access/explain?principal=person/{}&action=policy.read&organization={organization}",
        one.id
    );
    let why = world.call("GET", &why, None).await.expect(200);
    assert_eq!(why.body["decision"], "no-role");
}
