//! The main job: made, owned, installed, measured, sealed, read back. On both databases.

use fieldkeep_testkit::{Backend, World, both_databases, readings};
use fieldkeep_wire::json::format_time;

both_databases!(a_device_from_its_maker_to_readings_that_are_read_back);

async fn a_device_from_its_maker_to_readings_that_are_read_back(backend: Backend) {
    let mut world = World::new(backend).await;
    let (place, _maker, mut devices) = world.with_devices(1).await;
    let device = &mut devices[0];
    let from = world.now().plus_secs(-100);
    let values: Vec<f64> = (0..50).map(|n| f64::from(n) / 10.0).collect();
    let reply = device.measure(&world, readings("temperature", Some("Cel"), from, &values)).await.expect(200);
    assert_eq!(reply.body["receipt"]["count"], 50);
    assert_eq!(reply.body["receipt"]["hash"], device.head.unwrap().hash.to_string());

    let viewer = world.key("viewer", Some(&place)).await;
    let latest = format!("/api/v1/devices/{}/latest", device.id);
    let range = format!(
        "/api/v1/devices/{}/readings?metric=temperature&from={}&to={}",
        device.id,
        format_time(from),
        format_time(from.plus_secs(50))
    );
    for round in ["from memory", "after a restart"] {
        wait_for(&world, &viewer, &latest, |body| body["readings"][0]["value"] == 4.9).await;
        let body = world.call_as(&viewer, "GET", &range, None).await.expect(200).body;
        let found: Vec<f64> =
            body["readings"].as_array().unwrap().iter().map(|one| one["value"].as_f64().unwrap()).collect();
        assert_eq!(found, values, "{round}");
        world.stop().await;
        world.start().await;
    }
}

/// The chunk writer follows the journal: what was acknowledged is readable soon after.
async fn wait_for(world: &World, key: &str, path: &str, wanted: impl Fn(&serde_json::Value) -> bool) {
    for _ in 0..200 {
        let reply = world.call_as(key, "GET", path, None).await;
        if reply.status == 200 && wanted(&reply.body) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{path} never came to what was wanted");
}
