//! What a thief of the disk finds: neither values nor names, in either database; and what somebody with the
//! database but without the keys can do to it.

use fieldkeep_testkit::{Backend, World, both_databases, postgres as cluster, readings};
use serde_json::json;
use std::path::Path;

both_databases!(
    neither_values_nor_names_stand_on_the_disk,
    sealed_rows_cannot_be_swapped,
    wrong_or_missing_keys_are_refused_and_nothing_is_overwritten,
);

/// Names and a metric that stand nowhere else, and a value whose bytes can be looked for.
const CANARIES: [&str; 6] = [
    "Zanzibar Cooling",
    "Quokka Storehouse",
    "Hall Xylophone",
    "metric_wombat",
    "text_numbat",
    "key_of_the_echidna",
];
const VALUE: f64 = 73.19283746501928;

async fn canary_world(backend: Backend) -> World {
    let mut world = World::with(backend, "[telemetry]\nmemory_mib = 8\nsettle_s = 0").await;
    let owner = world.organization(CANARIES[0]).await;
    let path = format!("/api/v1/organizations/{}/projects", owner.id);
    let settings = json!({"metrics": {CANARIES[3]: {"unit": "Cel"}, "mode": {}}});
    let project = world.post(&path, json!({"name": CANARIES[1], "settings": settings})).await.expect(201);
    let project: fieldkeep_api::Project = serde_json::from_value(project.body).unwrap();
    let path = format!("/api/v1/projects/{}/sites", project.id);
    let site = world.post(&path, json!({"name": CANARIES[2], "networks": []})).await.expect(201);
    let site: fieldkeep_api::Site = serde_json::from_value(site.body).unwrap();
    world.post("/api/v1/keys", json!({"name": CANARIES[5], "role": "viewer"})).await.expect(201);
    let place =
        fieldkeep_testkit::world::Place { organization: owner.id, project: project.id, site: site.id };
    let maker = fieldkeep_testkit::Maker::new(world.now());
    let mut devices = [maker.make()];
    world.register(&maker, &mut devices, &owner).await;
    let [mut device] = devices;
    device.settle(&world, &place).await;
    // An hour that is over, so that it is written as a chunk; one that is not; and one that is held.
    let past = world.now().plus_secs(-7_200);
    device.measure(&world, readings(CANARIES[3], Some("Cel"), past, &[VALUE; 40])).await.expect(200);
    device.measure(&world, readings(CANARIES[3], Some("Cel"), world.now(), &[VALUE])).await.expect(200);
    device.measure(&world, readings("undeclared_bilby", None, world.now(), &[VALUE])).await.expect(202);
    let time = fieldkeep_wire::json::format_time(world.now());
    let head = device.head.unwrap();
    let text = json!({"boot_epoch": 1, "seq": head.seq + 1, "prev": head.hash.to_string(), "readings": [
        {"metric": "mode", "time": time, "value": CANARIES[4]}]});
    device.send_bytes(&world, "application/json", text.to_string().into_bytes()).await.unwrap().expect(200);
    wait_for_chunk(&world).await;
    world.stop().await;
    world
}

async fn wait_for_chunk(world: &World) {
    let app = &world.running.as_ref().unwrap().app;
    for _ in 0..200 {
        let mut tx = app.db.read().await.unwrap();
        let position = fieldkeep_server::journal::sql::cursor(&mut tx, "chunks").await.unwrap();
        if position > 0 {
            return;
        }
        drop(tx);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no chunk was ever written");
}

/// Every byte of the deployment: files, and with PostgreSQL its dump in text, where bytes are hexadecimal.
fn everything(world: &World) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![world.data.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
    }
    if !world.url.is_empty() {
        let tables = cluster::psql(
            &world.url,
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
        );
        for table in tables.lines() {
            let rows = cluster::psql(&world.url, &format!("SELECT * FROM {table}"));
            all.push((table.to_owned(), rows.into_bytes()));
        }
    }
    all
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    let hex = data_encoding::HEXLOWER.encode(needle);
    [needle, hex.as_bytes()]
        .iter()
        .any(|needle| haystack.windows(needle.len()).any(|window| window == *needle))
}

async fn neither_values_nor_names_stand_on_the_disk(backend: Backend) {
    let world = canary_world(backend).await;
    let all = everything(&world);
    let size: usize = all.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(size > 10_000, "the search looks at something");
    let mut needles: Vec<Vec<u8>> = CANARIES.iter().map(|canary| canary.as_bytes().to_vec()).collect();
    needles.push(VALUE.to_bits().to_le_bytes().to_vec());
    needles.push(VALUE.to_bits().to_be_bytes().to_vec());
    needles.push(b"undeclared_bilby".to_vec());
    needles.push(b"73.1928374".to_vec());
    needles.push(b"TK-1".to_vec());
    let operator = world.operator.as_bytes().to_vec();
    for (name, bytes) in &all {
        for needle in &needles {
            assert!(!holds(bytes, needle), "{name} shows {:?}", String::from_utf8_lossy(needle));
        }
        // The first key stands in the one file that says so, never in the database.
        assert!(
            name.ends_with("operator.key") || !holds(bytes, &operator),
            "{name} shows the operator's key"
        );
    }
    if backend == Backend::Sqlite {
        let file = std::fs::read(world.folder().database()).unwrap();
        assert!(!file.starts_with(b"SQLite format 3"), "the database is encrypted as a whole");
    }
}

async fn sealed_rows_cannot_be_swapped(backend: Backend) {
    let mut world = canary_world(backend).await;
    world.start().await;
    let app = world.running.as_ref().unwrap().app.clone();
    let mut tx = app.db.write().await.unwrap();
    // The body of one group under the id of another, summaries as bodies, a name as another's.
    let rows: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as("SELECT id, sealed FROM bodies ORDER BY first_index")
        .fetch_all(&mut *tx)
        .await
        .unwrap();
    assert!(rows.len() >= 2);
    sqlx::query("UPDATE bodies SET sealed = $1 WHERE id = $2")
        .bind(&rows[0].1[..])
        .bind(&rows[1].0[..])
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::query("UPDATE chunks SET body = summary").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let viewer = world.key("viewer", None).await;
    let devices = world.call("GET", "/api/v1/devices", None).await.body;
    let id = devices["items"][0]["id"].as_str().unwrap();
    let span = "metric=metric_wombat&from=2026-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";
    let reply = world.call_as(&viewer, "GET", &format!("/api/v1/devices/{id}/readings?{span}"), None).await;
    assert!(matches!(reply.status, 500 | 503), "{}", reply.text);
    assert!(!reply.text.contains("seal"), "the inside stays inside: {}", reply.text);
    assert!(!reply.text.contains("73.19"));
}

async fn wrong_or_missing_keys_are_refused_and_nothing_is_overwritten(backend: Backend) {
    let mut world = canary_world(backend).await;
    let folder = world.folder();
    let before: Vec<(String, Vec<u8>)> = everything(&world);
    let other = tempfile::tempdir().unwrap();
    for path in [folder.master_key(), folder.keyring()] {
        let aside = other.path().join("aside");
        std::fs::rename(&path, &aside).unwrap();
        let refusal = start_refused(&world).await;
        assert!(refusal.contains(path.file_name().unwrap().to_str().unwrap()), "{refusal}");
        assert!(!path.exists(), "nothing is made in its place");
        let garbage: &[u8] = if path == folder.master_key() {
            b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        } else {
            b"{}"
        };
        fieldkeep_trust::secret::write_private(&path, garbage).unwrap();
        let refusal = start_refused(&world).await;
        assert!(refusal.contains("keyring"), "{refusal}");
        std::fs::rename(&aside, &path).unwrap();
    }
    if backend == Backend::Sqlite {
        // A database that another key made.
        let stranger = World::new(Backend::Sqlite).await;
        let (own, foreign) = (folder.database(), stranger.folder().database());
        std::fs::rename(&own, other.path().join("db")).unwrap();
        copy(&foreign, &own);
        let _ = std::fs::remove_file(own.with_extension("db-wal"));
        let refusal = start_refused(&world).await;
        assert!(refusal.contains("does not open with the keyring's key"), "{refusal}");
        // And none at all: an empty one in its place would forget every revocation.
        std::fs::remove_file(&own).unwrap();
        let refusal = start_refused(&world).await;
        assert!(refusal.contains("is missing") && !own.exists(), "{refusal}");
        std::fs::rename(other.path().join("db"), &own).unwrap();
    }
    let init = fieldkeep_server::init::init(
        &folder,
        fieldkeep_server::Config::parse("", Path::new("x")).unwrap(),
        world.clock.clone(),
    );
    assert!(init.await.is_err_and(|error| error.to_string().contains("exists already")));
    let kept = |name: &str| ["master.key", "keyring", "operator.key"].iter().any(|kept| name.ends_with(kept));
    let after = everything(&world);
    for (name, bytes) in before.iter().filter(|(name, _)| kept(name)) {
        assert!(after.iter().any(|(other, now)| other == name && now == bytes), "{name} was changed");
    }
    world.start().await;
    world.call("GET", "/api/v1/organizations", None).await.expect(200);
}

fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).unwrap();
}

async fn start_refused(world: &World) -> String {
    let config = world.config();
    match fieldkeep_server::app::start(world.folder(), config, world.clock.clone()).await {
        Err(error) => format!("{error} ({error:?})"),
        Ok(_) => panic!("the server started"),
    }
}
