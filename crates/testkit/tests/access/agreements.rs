//! What a second person agrees to: exactly what they were shown, and only as long as they could do it themselves.

use fieldkeep_testkit::person::Person;
use fieldkeep_testkit::{Backend, World};
use serde_json::{Value, json};

fn roles(organization: &str, names: &[&str]) -> Value {
    names.iter().map(|role| json!({"role": role, "organization": organization})).collect()
}

/// A company where these actions take two, with two owners.
async fn company(world: &World, two_people: &[&str]) -> (String, Person, Person) {
    let organization = world.organization("Northern Cold").await.id.to_string();
    let owner = roles(&organization, &["owner"]);
    let one = world.person("one@example.com", Some(&organization), owner.clone()).await;
    let two = world.person("two@example.com", Some(&organization), owner).await;
    let rules = json!({"two_people": two_people});
    let path = format!("/api/v1/organizations/{organization}/rules");
    world.call("PUT", &path, Some(&rules)).await.expect(200);
    (organization, one, two)
}

/// Asks, and has the other agree.
async fn agreed(one: &mut Person, two: &mut Person, path: &str, body: &Value) -> Value {
    let asked = one.browser.post(path, body.clone()).await.expect(403).body;
    assert_eq!(asked["needs"], "second-person", "{asked}");
    let waiting = two.browser.get("/api/v1/approvals").await.expect(200).body["items"].clone();
    let found =
        waiting.as_array().unwrap().iter().find(|one| one["id"] == asked["approval"]).unwrap().clone();
    let agree = format!("/api/v1/approvals/{}/agree", asked["approval"].as_str().unwrap());
    two.browser.post(&agree, json!({"reason": "talked"})).await.expect(204);
    found
}

pub async fn an_agreement_to_a_role_is_for_that_person_and_role(backend: Backend) {
    let world = World::new(backend).await;
    let (organization, mut one, mut two) = company(&world, &["role.grant", "key.write"]).await;
    let mut ids = Vec::new();
    for name in ["three", "four"] {
        // The operator's key cannot invite alone here either: who comes without a role needs no second person.
        let person = world.person(&format!("{name}@example.com"), Some(&organization), json!([])).await;
        ids.push(person.id);
    }
    let grant =
        |person: &str, role: &str| json!({"person": person, "role": role, "organization": organization});
    let shown = agreed(&mut one, &mut two, "/api/v1/grants", &grant(&ids[0], "viewer")).await;
    assert_eq!(shown["content"]["to"]["person"], ids[0].as_str());
    assert_eq!(shown["content"]["roles"][0]["role"], "viewer");
    for other in [grant(&ids[0], "owner"), grant(&ids[1], "viewer")] {
        let refused = one.browser.post("/api/v1/grants", other).await.expect(403);
        assert_eq!(refused.body["needs"], "second-person", "{}", refused.text);
    }
    let invitation = json!({"address": "five@example.com", "organization": organization,
        "roles": roles(&organization, &["viewer"])});
    one.browser.post("/api/v1/invitations", invitation).await.expect(403);
    one.browser.post("/api/v1/grants", grant(&ids[0], "viewer")).await.expect(201);

    let key = |role: &str| json!({"name": "reader", "role": role, "organization": organization});
    let shown = agreed(&mut one, &mut two, "/api/v1/keys", &key("program-reader")).await;
    assert_eq!(shown["content"]["role"], "program-reader");
    one.browser.post("/api/v1/keys", key("owner")).await.expect(403);
    one.browser.post("/api/v1/keys", key("program-reader")).await.expect(201);
}

pub async fn an_agreement_falls_with_who_gave_it(backend: Backend) {
    let world = World::new(backend).await;
    let (organization, mut one, mut two) = company(&world, &["project.write"]).await;
    let (path, new) = (format!("/api/v1/organizations/{organization}/projects"), json!({"name": "Hall"}));
    agreed(&mut one, &mut two, &path, &new).await;
    world.post(&format!("/api/v1/people/{}/disable", two.id), json!({"reason": "left"})).await.expect(204);
    let refused = one.browser.post(&path, new.clone()).await.expect(403);
    assert_eq!(refused.body["needs"], "second-person", "{}", refused.text);
    // Let in again, what they had agreed to stands within its hour.
    world.post(&format!("/api/v1/people/{}/enable", two.id), json!({"reason": "back"})).await.expect(204);
    one.browser.post(&path, new).await.expect(201);
}

pub async fn the_rule_of_two_can_guard_itself(backend: Backend) {
    let world = World::new(backend).await;
    let organization = world.organization("Northern Cold").await.id.to_string();
    let owner = roles(&organization, &["owner"]);
    let mut one = world.person("one@example.com", Some(&organization), owner.clone()).await;
    let path = format!("/api/v1/organizations/{organization}/rules");
    let guarded = json!({"two_people": ["policy.write", "telemetry.export"]});
    // With nobody else, it could never be taken back.
    let alone = world.call("PUT", &path, Some(&guarded)).await.expect(409);
    assert!(alone.body["detail"].as_str().unwrap().contains("two people"), "{}", alone.text);
    let mut two = world.person("two@example.com", Some(&organization), owner).await;
    world.call("PUT", &path, Some(&guarded)).await.expect(200);
    let open = json!({"two_people": []});
    for caller in ["one", "operator"] {
        let refused = match caller {
            "one" => one.browser.call("PUT", &path, Some(&open)).await,
            _ => world.call("PUT", &path, Some(&open)).await,
        };
        assert_eq!(refused.expect(403).body["needs"], "second-person", "{caller}");
    }
    let guard = json!({"name": "x", "forbid": ["telemetry.export"], "outside": ["127.0.0.0/8"]});
    one.browser.post(&format!("/api/v1/organizations/{organization}/guards"), guard).await.expect(403);
    // What was agreed to is these rules, not others.
    let asked = one.browser.call("PUT", &path, Some(&open)).await.expect(403).body;
    let agree = format!("/api/v1/approvals/{}/agree", asked["approval"].as_str().unwrap());
    two.browser.post(&agree, json!({"reason": "talked"})).await.expect(204);
    let other = json!({"two_people": [], "sign_in": {"networks": ["127.0.0.0/8"]}});
    one.browser.call("PUT", &path, Some(&other)).await.expect(403);
    one.browser.call("PUT", &path, Some(&open)).await.expect(200);
    one.browser.call("PUT", &path, Some(&other)).await.expect(200);
}
