//! Custom roles, guard rails and explanations, with keys of programs, through the whole router.

use fieldkeep_domain::access::Action;
use fieldkeep_domain::project::Scope;
use fieldkeep_server::access::authorize;
use fieldkeep_testkit::{Backend, World};
use fieldkeep_wire::json::format_time;
use serde_json::{Value, json};

/// A key over an organization with every right given explicitly, or none; its id and secret.
async fn key(world: &World, by: &str, body: Value) -> (String, String) {
    let mut new = json!({"name": "x"});
    new.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    let made = world.call_as(by, "POST", "/api/v1/keys", Some(&new)).await.expect(201).body;
    (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

pub async fn custom_roles_give_what_their_maker_holds(backend: Backend) {
    let world = World::new(backend).await;
    let organization = world.organization("Northern Cold").await.id;
    let place = world.place(organization).await;
    let roles = format!("/api/v1/organizations/{organization}/roles");
    let admin = json!({"role": "administrator", "organization": organization, "rights": world.rights_of("administrator")});
    let (_, admin) = key(&world, &world.operator, admin).await;
    // An administrator reads no measurements: no role of theirs does. And some actions are in nobody's own role.
    for (actions, status) in [
        (json!(["device.read", "telemetry.read"]), 403),
        (json!(["glass.break"]), 400),
        (json!(["registry.import"]), 400),
        (json!([]), 400),
        (json!(["device.fly"]), 400),
    ] {
        let new = json!({"name": "Reader", "actions": actions});
        world.call_as(&admin, "POST", &roles, Some(&new)).await.expect(status);
    }
    let new = json!({"name": "Seer", "actions": ["device.read", "project.read"]});
    let made = world.call_as(&admin, "POST", &roles, Some(&new)).await.expect(201).body;
    let role = made["role"].as_str().unwrap().to_owned();
    let (holder, secret) = key(&world, &admin, json!({"role": role, "organization": organization})).await;
    let project = format!("/api/v1/projects/{}", place.project);
    world.call_as(&secret, "GET", &project, None).await.expect(200);
    world.call_as(&secret, "GET", &format!("{project}/quarantine"), None).await.expect(403);
    // Widened by an owner, it gives more at once; narrowed by the administrator, less.
    let change = format!("/api/v1/roles/{role}/actions");
    let wide = json!({"actions": ["device.read", "quarantine.read"]});
    world.call_as(&admin, "POST", &change, Some(&wide)).await.expect(403);
    world.call("POST", &change, Some(&wide)).await.expect(200);
    world.call_as(&secret, "GET", &format!("{project}/quarantine"), None).await.expect(200);
    world.call_as(&secret, "GET", &format!("{project}/sites"), None).await.expect(403);
    let narrow = json!({"actions": ["quarantine.read"]});
    world.call_as(&admin, "POST", &change, Some(&narrow)).await.expect(200);
    // Who may change policies only by this role cannot take that away from themselves.
    let all = json!({"actions": ["policy.write", "policy.read"]});
    world.call("POST", &change, Some(&all)).await.expect(200);
    let body = json!({"role": role, "organization": organization, "rights": ["policy.write"]});
    let (own, itself) = key(&world, &world.operator, body).await;
    let less = json!({"actions": ["policy.read"]});
    world.call_as(&itself, "POST", &change, Some(&less)).await.expect(409);
    let wider = json!({"actions": ["policy.write", "policy.read", "device.read"]});
    world.call_as(&itself, "POST", &change, Some(&wider)).await.expect(403);

    let listed = world.call_as(&admin, "GET", &roles, None).await.expect(200);
    let items = listed.body["items"].as_array().unwrap();
    assert!(items.iter().any(|one| one["role"] == role.as_str() && one["name"] == "Seer"));
    let owner = items.iter().find(|one| one["role"] == "owner").unwrap();
    assert_eq!(
        owner["actions"].as_array().unwrap().len(),
        Action::ALL.len() - 1,
        "all but breaking the glass"
    );
    let remove = format!("/api/v1/roles/{role}/remove");
    let stands = world.post(&remove, json!({})).await.expect(409);
    assert_eq!(stands.body["keys"], 2, "{}", stands.text);
    for id in [holder, own] {
        world.post(&format!("/api/v1/keys/{id}/revoke"), json!({"reason": "x"})).await.expect(204);
    }
    world.post(&remove, json!({})).await.expect(204);
    world.post(&remove, json!({})).await.expect(404);
    let gone = json!({"name": "x", "role": role, "organization": organization});
    world.post("/api/v1/keys", gone).await.expect(400);
}

pub async fn guard_rails_hold_in_other_networks(backend: Backend) {
    let world = World::new(backend).await;
    let organization = world.organization("Northern Cold").await.id;
    let guards = format!("/api/v1/organizations/{organization}/guards");
    let projects = format!("/api/v1/organizations/{organization}/projects");
    let new = json!({"name": "Office", "forbid": ["project.write"], "outside": ["10.0.0.0/8"]});
    let made = world.post(&guards, new).await.expect(201).body;
    let refused = world.post(&projects, json!({"name": "x"})).await.expect(403);
    assert_eq!(refused.body["action"], "project.write");
    assert!(!refused.text.contains("Office"), "the name is for those who see policies: {}", refused.text);
    // From inside the network it may be done.
    let app = crate::people::app(&world);
    let mut owner = crate::people::holder(&world, "owner", organization).await;
    let scope = Scope::Organization { organization };
    assert!(authorize(&app, &owner, Action::ProjectWrite, scope).await.is_err());
    owner.address = Some("10.1.2.3".parse().unwrap());
    authorize(&app, &owner, Action::ProjectWrite, scope).await.unwrap();
    owner.address = None;
    assert!(authorize(&app, &owner, Action::ProjectWrite, scope).await.is_err());
    let path =
        format!("/api/v1/access/explain?principal=me&action=project.write&organization={organization}");
    let why = world.call("GET", &path, None).await.expect(200).body;
    assert_eq!(
        (&why["allowed"], &why["decision"], &why["guard"]),
        (&json!(false), &json!("forbidden"), &json!("Office"))
    );
    // Whoever names nobody asks about themselves.
    let unnamed = world.call("GET", &path.replace("principal=me&", ""), None).await.expect(200).body;
    assert_eq!(unnamed, why);
    let viewer = json!({"role": "engineer", "organization": organization});
    let (_, viewer) = key(&world, &world.operator, viewer).await;
    let why = world.call_as(&viewer, "GET", &path, None).await.expect(200).body;
    assert_eq!(why["decision"], "forbidden");
    assert!(why.get("guard").is_none() && why.get("policy").is_none(), "{why}");

    // What shuts its author out, what does not hold by itself, and what gives are refused.
    for (new, status) in [
        (json!({"name": "x", "forbid": ["policy.write"], "outside": ["10.0.0.0/8"]}), 409),
        (json!({"name": "x", "cedar": "forbid (principal, action, resource);"}), 409),
        (json!({"name": "x", "cedar": "permit (principal, action, resource);"}), 400),
        (
            json!({"name": "x", "cedar": "forbid (principal, action, resource) when { context.nothing };"}),
            400,
        ),
        (json!({"name": "x", "forbid": ["project.write"], "outside": ["10.0.0.1/8"]}), 400),
        (json!({"name": "x", "forbid": ["project.write"], "cedar": "x"}), 400),
        (json!({"name": "x"}), 400),
    ] {
        world.post(&guards, new).await.expect(status);
    }
    assert_eq!(world.call("GET", &guards, None).await.body["items"].as_array().unwrap().len(), 1);
    let remove = format!("/api/v1/guards/{}/remove", made["id"].as_str().unwrap());
    world.post(&remove, json!({})).await.expect(204);
    world.post(&remove, json!({})).await.expect(404);
    world.post(&projects, json!({"name": "x"})).await.expect(201);
}

pub async fn two_writers_at_once_stay_within_the_bounds(backend: Backend) {
    let world = World::new(backend).await;
    let organization = world.organization("Northern Cold").await.id;
    let guards = format!("/api/v1/organizations/{organization}/guards");
    let new = || json!({"name": "x", "forbid": ["telemetry.export"]});
    for _ in 1..32 {
        world.post(&guards, new()).await.expect(201);
    }
    let (one, two) = tokio::join!(world.post(&guards, new()), world.post(&guards, new()));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400], "{} {}", one.text, two.text);
    assert_eq!(world.call("GET", &guards, None).await.body["items"].as_array().unwrap().len(), 32);
}

pub async fn keys_and_roles_end_no_later_than_their_giver(backend: Backend) {
    let world = World::new(backend).await;
    let organization = world.organization("Northern Cold").await.id;
    let at = |seconds| format_time(world.now().plus_secs(seconds));
    let body = json!({"role": "owner", "organization": organization, "rights": world.rights_of("owner"), "expires_at": at(3_600)});
    let (_, short) = key(&world, &world.operator, body).await;
    let person = crate::people::person(&world, Some(organization)).await;
    for (path, who) in [("/api/v1/keys", json!({"name": "x"})), ("/api/v1/grants", json!({"person": person}))]
    {
        for (until, status) in [(None, 403), (Some(at(7_200)), 403), (Some(at(1_800)), 201)] {
            let mut new = json!({"role": "viewer", "organization": organization});
            new.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
            if let Some(until) = until {
                new["expires_at"] = json!(until);
            }
            let reply = world.call_as(&short, "POST", path, Some(&new)).await.expect(status);
            assert!(status != 403 || reply.body["held_until"].is_string(), "{}", reply.text);
        }
    }
    // A program without the right to make keys gives no person a role that could.
    let body = json!({"role": "owner", "organization": organization, "rights": ["role.grant"]});
    let (_, blunt) = key(&world, &world.operator, body).await;
    let grant = |role: &str| json!({"person": person, "role": role, "organization": organization});
    world.call_as(&blunt, "POST", "/api/v1/grants", Some(&grant("administrator"))).await.expect(403);
    world.call_as(&blunt, "POST", "/api/v1/grants", Some(&grant("viewer"))).await.expect(201);
}

/// `rights` says of each action what `explain` says, at every kind of place, for people and programs.
pub async fn rights_are_what_explanations_say(backend: Backend) {
    let world = World::new(backend).await;
    let (one, two) = (world.organization("One").await.id, world.organization("Two").await.id);
    let (place, theirs) = (world.place(one).await, world.place(two).await);
    let guards = format!("/api/v1/organizations/{one}/guards");
    let office = json!({"name": "Office", "forbid": ["telemetry.export"], "outside": ["10.0.0.0/8"]});
    world.post(&guards, office).await.expect(201);
    let rules = json!({"two_people": ["device.revoke"]});
    world.call("PUT", &format!("/api/v1/organizations/{one}/rules"), Some(&rules)).await.expect(200);
    let narrow = json!({"role": "administrator", "organization": one});
    let (_, bare) = key(&world, &world.operator, narrow).await;
    let wide = json!({"role": "engineer", "organization": one, "rights": world.rights_of("engineer")});
    let (_, trusted) = key(&world, &world.operator, wide).await;
    let inside = json!({"role": "viewer", "project": place.project});
    let (_, viewer) = key(&world, &world.operator, inside).await;
    let places = ["".to_owned(), format!("organization={one}"), format!("project={}", place.project)];
    let mut seen = std::collections::BTreeSet::new();
    for who in [&world.operator, &bare, &trusted, &viewer] {
        for at in &places {
            let path = format!("/api/v1/access/rights?{at}");
            let rights = world.call_as(who, "GET", &path, None).await.expect(200).body;
            let owes = rights["owes"].as_array().unwrap();
            for action in Action::ALL {
                let path = format!("/api/v1/access/explain?action={action}&{at}");
                let why = world.call_as(who, "GET", &path, None).await.expect(200).body;
                let owed = owes.iter().find(|one| one["action"] == action.name());
                let may = rights["may"].as_array().unwrap().contains(&json!(action));
                assert_eq!(json!(may), why["allowed"], "{action} at {at:?}: {rights}");
                assert_eq!(owed.map(|one| &one["needs"]), why.get("needs"), "{action} at {at:?}: {rights}");
                seen.insert((may, owed.map(|one| one["needs"].to_string())));
            }
        }
        let gone =
            format!("/api/v1/access/rights?project={}", fieldkeep_domain::ProjectId::from_random([7; 16]));
        world.call_as(who, "GET", &gone, None).await.expect(404);
    }
    assert!(seen.len() >= 4, "yes, no, and something owed were all among them: {seen:?}");
    let strange = format!("/api/v1/access/rights?project={}", theirs.project);
    world.call_as(&viewer, "GET", &strange, None).await.expect(404);
}

pub async fn explanations_tell_strangers_nothing(backend: Backend) {
    let world = World::new(backend).await;
    let (one, two) = (world.organization("One").await.id, world.organization("Two").await.id);
    let (place, theirs) = (world.place(one).await, world.place(two).await);
    let person = crate::people::person(&world, Some(two)).await;
    let scope = Scope::Organization { organization: two };
    crate::people::plant(&world, person, "security", scope, None).await;
    let (foreign, _) = key(&world, &world.operator, json!({"role": "viewer", "organization": two})).await;
    let (known, _) = key(&world, &world.operator, json!({"role": "viewer", "organization": one})).await;
    let admin = json!({"role": "administrator", "organization": one});
    let (_, admin) = key(&world, &world.operator, admin).await;
    let (own, viewer) = key(&world, &world.operator, json!({"role": "viewer", "organization": one})).await;
    let ask = |who: String, action: &str, project| {
        format!("/api/v1/access/explain?principal={who}&action={action}&project={project}")
    };
    for who in
        [format!("person/{person}"), format!("key/{foreign}"), format!("person/{foreign}"), "key/x".into()]
    {
        let path = ask(who, "device.read", place.project);
        world.call_as(&admin, "GET", &path, None).await.expect(404);
    }
    world.call_as(&admin, "GET", &ask("me".into(), "device.read", theirs.project), None).await.expect(404);
    world.call_as(&admin, "GET", &ask("root".into(), "device.read", place.project), None).await.expect(400);
    let path = ask(format!("key/{known}"), "telemetry.read", place.project);
    let why = world.call_as(&admin, "GET", &path, None).await.expect(200).body;
    assert_eq!((&why["allowed"], &why["given_by"][0]["role"]), (&json!(true), &json!("viewer")));
    world.call_as(&viewer, "GET", &path, None).await.expect(404);
    for myself in ["me".to_owned(), format!("key/{own}")] {
        let path = ask(myself, "device.revoke", place.project);
        let why = world.call_as(&viewer, "GET", &path, None).await.expect(200).body;
        assert_eq!((&why["allowed"], &why["decision"]), (&json!(false), &json!("no-role")));
        assert!(why["would_give"].as_array().unwrap().contains(&json!("security")), "{why}");
    }
    // Who is shut out, and a key that was revoked, are not said to have been given nothing.
    world.post(&format!("/api/v1/keys/{known}/revoke"), json!({"reason": "lost"})).await.expect(204);
    world.post(&format!("/api/v1/people/{person}/disable"), json!({"reason": "left"})).await.expect(204);
    let ended = ask(format!("key/{known}"), "telemetry.read", place.project);
    let left = ask(format!("person/{person}"), "device.revoke", theirs.project);
    for path in [ended, left] {
        let why = world.call("GET", &path, None).await.expect(200).body;
        assert_eq!((&why["allowed"], &why["decision"]), (&json!(false), &json!("shut-out")), "{why}");
        assert_eq!(why["given_by"], json!([]), "{why}");
    }
    let never = ask(format!("person/{person}"), "telemetry.read", place.project);
    assert_eq!(world.call("GET", &never, None).await.expect(200).body["decision"], "no-role");
    world.post(&format!("/api/v1/people/{person}/enable"), json!({"reason": "a mistake"})).await.expect(204);
    // Of a person nobody sees whether they have shown presence.
    let path = ask(format!("person/{person}"), "device.revoke", theirs.project);
    let why = world.call("GET", &path, None).await.expect(200).body;
    assert_eq!((&why["decision"], &why["needs"]), (&json!("owes"), &json!("step-up")));
}
