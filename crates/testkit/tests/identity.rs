//! Who a device is, and everybody who is not it: foreign, forged, expired, revoked, resumed, copied. On both databases.

use fieldkeep_domain::DeviceId;
use fieldkeep_domain::identity::DeviceName;
use fieldkeep_testkit::maker::sign_entry;
use fieldkeep_testkit::world::owner_key;
use fieldkeep_testkit::{Backend, Device, Maker, World, both_databases, readings};
use fieldkeep_trust::ca::{Authority, Profile};
use fieldkeep_trust::hash::sha256;
use fieldkeep_trust::sign::{SigningKey, certificate_request};
use serde_json::json;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;

both_databases!(
    revoked_and_expired_devices_that_resume_are_closed,
    open_connections_of_a_revoked_device_end_within_a_second,
    strangers_and_forgeries_do_not_get_in,
    hostile_signing_requests_give_away_only_a_key,
    renewal_keeps_the_old_certificate_until_the_new_one_is_used,
    a_voucher_proves_nothing_without_the_device_key,
    a_manipulated_voucher_is_refused,
    a_reset_device_cannot_be_claimed_by_another_company,
    one_device_more_than_ordered_is_refused,
    a_device_is_installed_only_while_it_answers,
    keys_overlap_while_they_are_changed,
);

/// One request over a TLS session of its own, so that the next one resumes; what came back, and whether it resumed.
async fn raw(
    world: &World,
    config: &Arc<rustls::ClientConfig>,
    request: &str,
) -> std::io::Result<(String, bool)> {
    let tcp = tokio::net::TcpStream::connect(world.address()).await?;
    let name = "devices.localhost".try_into().unwrap();
    let mut tls = TlsConnector::from(config.clone()).connect(name, tcp).await?;
    let head = format!("{request} HTTP/1.1\r\nhost: devices.localhost\r\nconnection: close\r\n\r\n");
    tls.write_all(head.as_bytes()).await?;
    let mut text = Vec::new();
    tls.read_to_end(&mut text).await?;
    let resumed = tls.get_ref().1.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
    Ok((String::from_utf8_lossy(&text).into_owned(), resumed))
}

fn http1(world: &World, device: &Device) -> Arc<rustls::ClientConfig> {
    let mut config = device.tls(world);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

async fn revoked_and_expired_devices_that_resume_are_closed(backend: Backend) {
    let world = World::new(backend).await;
    let (_, _, devices) = world.with_devices(2).await;
    let [gone, old] = &devices[..] else { panic!("two devices") };
    let (gone_tls, old_tls) = (http1(&world, gone), http1(&world, old));
    for tls in [&gone_tls, &old_tls] {
        assert!(raw(&world, tls, "GET /v1/hello").await.unwrap().0.starts_with("HTTP/1.1 200"));
        let (text, resumed) = raw(&world, tls, "GET /v1/hello").await.unwrap();
        assert!(resumed && text.starts_with("HTTP/1.1 200"), "sessions resume while the certificate stands");
    }
    let path = format!("/api/v1/devices/{}/revoke", gone.id);
    world.post(&path, json!({"reason": "stolen"})).await.expect(200);
    for _ in 0..3 {
        // Whether TLS resumes or not: nothing is answered.
        assert!(
            raw(&world, &gone_tls, "GET /v1/hello").await.is_ok_and(|(text, _)| text.is_empty())
                || raw(&world, &gone_tls, "GET /v1/hello").await.is_err()
        );
    }
    world.clock.shift_secs(91 * 86_400);
    let closed = raw(&world, &old_tls, "GET /v1/hello").await;
    assert!(closed.is_err() || closed.is_ok_and(|(text, _)| text.is_empty()));
}

async fn open_connections_of_a_revoked_device_end_within_a_second(backend: Backend) {
    let world = World::new(backend).await;
    let (_, _, mut devices) = world.with_devices(1).await;
    let device = &mut devices[0];
    device.measure(&world, readings("temperature", Some("Cel"), world.now(), &[4.0])).await.expect(200);
    let tls = http1(&world, device);
    let tcp = tokio::net::TcpStream::connect(world.address()).await.unwrap();
    let name = "devices.localhost".try_into().unwrap();
    let mut open = TlsConnector::from(tls).connect(name, tcp).await.unwrap();
    open.write_all(b"GET /v1/hello HTTP/1.1\r\nhost: devices.localhost\r\n\r\n").await.unwrap();
    let mut buffer = [0; 4096];
    assert!(open.read(&mut buffer).await.unwrap() > 0);
    let path = format!("/api/v1/devices/{}/revoke", device.id);
    world.post(&path, json!({"reason": "stolen"})).await.expect(200);
    let ended = tokio::time::timeout(std::time::Duration::from_secs(1), async {
        while open.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
    });
    ended.await.expect("the open connection ends within a second");
    // Its key and its token are gone as well, and its list names the serial.
    let reply = device.send_batch(&world, &device.next(vec![])).await;
    assert!(reply.is_err() || reply.unwrap().status == 401);
}

/// A batch sent with this identity: the status, or none when TLS itself refused.
async fn status_as(world: &World, chain: &[Vec<u8>], key: &SigningKey) -> Option<u16> {
    let client = world.client(world.tls(Some((chain, key))));
    let url = format!("https://devices.localhost:{}/v1/hello", world.address().port());
    client.get(url).send().await.ok().map(|response| response.status().as_u16())
}

async fn strangers_and_forgeries_do_not_get_in(backend: Backend) {
    let world = World::new(backend).await;
    let (place, maker, devices) = world.with_devices(1).await;
    let now = world.now();
    let other_owner = world.organization("Other").await;
    // Made by the maker's factory, but never registered: only 401, and nothing of the checks.
    let mut unknown = maker.make();
    let reply = unknown.get(&world, "/v1/hello").await.expect(401);
    assert_eq!(reply.body["checks"], serde_json::Value::Null);
    // A maker nobody imported, a self-signed one, no certificate: TLS ends.
    let foreign = Maker::new(now).make();
    assert_eq!(status_as(&world, &foreign.birth, &foreign.key).await, None);
    let device = &devices[0];
    let selfish = Authority::root("x", now).unwrap();
    assert_eq!(status_as(&world, &[selfish.der().to_vec()], selfish.key()).await, None);
    let bare = world.client(world.tls(None));
    let url = format!("https://devices.localhost:{}/v1/hello", world.address().port());
    assert!(bare.get(url).send().await.is_err());

    // A maker that certifies an operational name: the kind of name picks the root, and it is not the maker's.
    let key = SigningKey::generate().unwrap();
    let name = DeviceName::Operational(device.id, place.organization);
    let forged = maker.factory.issue(&Profile::Device(name), &key.public(), now).unwrap();
    assert_eq!(status_as(&world, &[forged, maker.factory.der().to_vec()], &key).await, None);
    // The maker certifies a second key for a device it made: not the birth that was registered.
    let second =
        maker.factory.issue(&Profile::Device(DeviceName::Birth(device.id)), &key.public(), now).unwrap();
    assert_eq!(status_as(&world, &[second, maker.factory.der().to_vec()], &key).await, Some(401));

    // One organization's intermediate names another's device: the name constraint holds.
    let (_, chain) = device.operational.clone().unwrap();
    let app = &world.running.as_ref().unwrap().app;
    let own = app.keys.organization_ca(place.organization, chain[1].clone()).unwrap();
    let across = DeviceName::Operational(device.id, other_owner.id);
    let forged = own.issue(&Profile::Device(across), &key.public(), now).unwrap();
    assert_eq!(status_as(&world, &[forged, chain[1].clone(), chain[2].clone()], &key).await, None);
    // Its own name, but never entered: the live table does not know it.
    let unlisted = own.issue(&Profile::Device(name), &key.public(), now).unwrap();
    assert_eq!(status_as(&world, &[unlisted, chain[1].clone(), chain[2].clone()], &key).await, Some(401));
    // A CA certificate as a leaf, and a leaf with two names.
    assert_eq!(status_as(&world, &[chain[1].clone(), chain[2].clone()], own.key()).await, None);
    let two = Profile::ServerNames(vec![name.to_string(), across.to_string()]);
    let forged = own.issue(&two, &key.public(), now).unwrap();
    assert_eq!(status_as(&world, &[forged, chain[1].clone(), chain[2].clone()], &key).await, None);
}

async fn hostile_signing_requests_give_away_only_a_key(backend: Backend) {
    let world = World::new(backend).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    let device = &mut devices[0];
    let path = "/.well-known/est/simplereenroll";
    let key = SigningKey::generate().unwrap();
    let mut wish =
        rcgen::CertificateParams::new(vec!["localhost".to_owned(), "*.devices.internal".to_owned()]).unwrap();
    wish.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::Any];
    wish.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
    let csr = wish.serialize_request(&key).unwrap();
    let reply = device.post_csr(&world, path, csr.der()).await.expect(200);
    let text: Vec<u8> = reply.text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let chain = fieldkeep_trust::pkcs7::certificates(&data_encoding::BASE64.decode(&text).unwrap()).unwrap();
    let name = fieldkeep_trust::x509::device_name(&chain[0]).unwrap();
    assert_eq!(name, DeviceName::Operational(device.id, place.organization));

    let good = certificate_request(&key, "x").unwrap();
    let mut broken = good.clone();
    let last = broken.len() - 1;
    broken[last] ^= 1;
    for bad in [&broken[..], &good[..good.len() / 2], b"", b"not a request", &[0x30; 4_000]] {
        device.post_csr(&world, path, bad).await.expect(400);
    }
    device.post_csr(&world, path, &[0x30; 40_000]).await.expect(413);
    device.post(&world, path, &json!({})).await.expect(415);
}

async fn renewal_keeps_the_old_certificate_until_the_new_one_is_used(backend: Backend) {
    let world = World::new(backend).await;
    let (_, _, mut devices) = world.with_devices(1).await;
    let mut old = devices.remove(0);
    let mut new = old.clone();
    new.enroll(&world).await.expect(200);
    // The new one was issued; a power cut lost it: the old one still works.
    old.reconnect();
    old.new_token(&world).await.expect(200);
    // The new one is used once: the old one has ended.
    new.new_token(&world).await.expect(200);
    old.reconnect();
    assert!(old.send(&world, "GET", "/v1/hello", |request| request).await.is_err());
    new.new_token(&world).await.expect(200);
}

async fn a_voucher_proves_nothing_without_the_device_key(backend: Backend) {
    let world = World::new(backend).await;
    let owner = world.organization("Owner").await;
    let maker = Maker::new(world.now());
    let mut devices = [maker.make()];
    world.register(&maker, &mut devices, &owner).await;
    let [mut device] = devices;
    world.claim(&device, owner.id).await.expect(202);
    let (key, nonce, epoch, hash) = device.offer(&world).await;
    let stranger = SigningKey::generate().unwrap();
    device.answer_with(&world, &stranger, nonce, hash, epoch).await.expect(403);
    device.answer_with(&world, &key, [0; 32], hash, epoch).await.expect(403);
    device.answer_with(&world, &key, nonce, sha256(&[b"other"]), epoch).await.expect(403);
    device.answer_with(&world, &key, nonce, hash, epoch + 1).await.expect(403);
    device.answer_with(&world, &key, nonce, hash, epoch).await.expect(200);
    // The challenge is used up.
    device.answer_with(&world, &key, nonce, hash, epoch).await.expect(403);
}

async fn a_manipulated_voucher_is_refused(backend: Backend) {
    let world = World::new(backend).await;
    let (owner, buyer) = (world.organization("Owner").await, world.organization("Buyer").await);
    let maker = Maker::new(world.now());
    let app = world.running.as_ref().unwrap().app.clone();
    let seller = app.keys.owner(owner.id).unwrap();
    let mut devices = [maker.make()];
    world.register(&maker, &mut devices, &owner).await;
    let [device] = devices;
    let offer = async |voucher: &fieldkeep_domain::registry::Voucher, to| {
        let text = data_encoding::BASE64.encode(&fieldkeep_wire::voucher::encode(voucher));
        let path = format!("/api/v1/devices/{}/claim", device.id);
        world.post(&path, json!({"organization": to, "voucher": text})).await
    };
    // Not the last owner: the buyer has no entry yet.
    offer(&device.voucher, buyer.id).await.expect(403);
    let mut sold = device.voucher.clone();
    sign_entry(&mut sold, &seller, &owner_key(&buyer), world.now());
    let mut twice = sold.clone();
    sign_entry(&mut twice, &app.keys.owner(buyer.id).unwrap(), &owner_key(&owner), world.now());
    let broken = |change: &dyn Fn(&mut fieldkeep_domain::registry::Voucher)| {
        let mut voucher = twice.clone();
        change(&mut voucher);
        voucher
    };
    let cases = [
        broken(&|voucher| drop(voucher.entries.remove(1))),
        broken(&|voucher| voucher.entries.swap(1, 2)),
        broken(&|voucher| voucher.entries[2] = voucher.entries[1].clone()),
        broken(&|voucher| {
            let mut signed = voucher.entries[1].signed.clone();
            signed.signature[0] ^= 1;
            voucher.entries[1] = fieldkeep_wire::voucher::entry(signed).unwrap();
        }),
    ];
    for voucher in &cases {
        offer(voucher, owner.id).await.expect(403);
        offer(voucher, buyer.id).await.expect(403);
    }
    // Another first entry than the one that was seen: its signer signed twice.
    let mut fork = maker.make();
    fork.voucher.header = device.voucher.header.clone();
    fork.voucher.header_bytes = device.voucher.header_bytes.clone();
    fork.voucher.hmac = device.voucher.hmac;
    maker.assign(&mut fork.voucher, &owner_key(&buyer));
    let reply = offer(&fork.voucher, buyer.id).await.expect(403);
    assert!(reply.body["detail"].as_str().unwrap().contains("signed twice"), "{}", reply.text);
    // Of another device.
    offer(&maker.make().voucher, owner.id).await.expect(403);
    // And the honest one.
    offer(&sold, buyer.id).await.expect(202);
}

async fn a_reset_device_cannot_be_claimed_by_another_company(backend: Backend) {
    let world = World::new(backend).await;
    let (_, maker, devices) = world.with_devices(1).await;
    let thief = world.organization("Thief").await;
    let mut device = devices[0].clone();
    // A factory reset wipes everything but the lock; the registry keeps it too.
    device.operational = None;
    device.reconnect();
    let label = fieldkeep_wire::label::encode(&fieldkeep_wire::label::Label {
        device: device.id,
        claim_secret: device.claim_secret,
    });
    for _ in 0..100 {
        let path = format!("/api/v1/devices/{}/claim", device.id);
        let reply = world.post(&path, json!({"organization": thief.id, "label": label})).await;
        assert!(matches!(reply.status, 403 | 404 | 409 | 429), "{}", reply.text);
    }
    device.get(&world, "/v1/claim").await.expect(404);
    assert_eq!(device.enroll(&world).await.status, 200, "its own company may enrol it again");
    drop(maker);
}

async fn one_device_more_than_ordered_is_refused(backend: Backend) {
    let world = World::new(backend).await;
    let maker = Maker::new(world.now());
    let devices = [maker.make(), maker.make(), maker.make()];
    let order = fieldkeep_domain::OrderId::from_random([9; 16]);
    let import =
        |count, devices: &[&Device]| serde_json::to_value(maker.import_under(order, count, devices)).unwrap();
    let path = "/api/v1/registry/imports";
    world.post(path, import(2, &[&devices[0], &devices[1]])).await.expect(200);
    world.post(path, import(2, &[&devices[0], &devices[1]])).await.expect(200);
    let refused = world.post(path, import(2, &[&devices[2]])).await.expect(403);
    assert!(refused.body["detail"].as_str().unwrap().contains("allows 2 devices"));
    // A larger count is another statement; a forged one is not the maker's.
    world.post(path, import(3, &[&devices[2]])).await.expect(409);
    let mut forged = maker.import(5, &[&devices[2]]);
    forged.order.count = 6;
    world.post(path, serde_json::to_value(&forged).unwrap()).await.expect(400);
    let mut foreign = Maker::new(world.now()).import(5, &[]);
    foreign.maker.voucher_key = forged.maker.voucher_key.clone();
    world.post(path, serde_json::to_value(&foreign).unwrap()).await.expect(403);
    let unknown = DeviceId::from_random([3; 16]);
    world.call("GET", &format!("/api/v1/devices/{unknown}"), None).await.expect(404);
    world.call("GET", &format!("/api/v1/devices/{}", devices[2].id), None).await.expect(404);
}

async fn a_device_is_installed_only_while_it_answers(backend: Backend) {
    let world = World::new(backend).await;
    let owner = world.organization("Owner").await;
    let place = world.place(owner.id).await;
    let other = world.organization("Other").await;
    let elsewhere = world.place(other.id).await;
    let maker = Maker::new(world.now());
    let mut devices = [maker.make()];
    world.register(&maker, &mut devices, &owner).await;
    let [mut device] = devices;
    world.install(&device, &place).await.expect(404);
    world.claim(&device, owner.id).await.expect(202);
    world.install(&device, &place).await.expect(409);
    device.answer_claim(&world).await.expect(200);
    world.install(&device, &place).await.expect(409);
    device.get(&world, "/v1/hello").await.expect(200);
    world.clock.shift_secs(601);
    let reply = world.install(&device, &place).await.expect(409);
    assert!(reply.body["detail"].as_str().unwrap().contains("hello"));
    device.get(&world, "/v1/hello").await.expect(200);
    world.install(&device, &elsewhere).await.expect(404);
    let wrong = fieldkeep_testkit::world::Place { site: elsewhere.site, ..place };
    world.install(&device, &wrong).await.expect(404);
    let installer = world.key("installer", Some(&place)).await;
    let path = format!("/api/v1/devices/{}/install", device.id);
    let body = json!({"project": place.project, "site": place.site});
    world.call_as(&installer, "POST", &path, Some(&body)).await.expect(200);
}

async fn keys_overlap_while_they_are_changed(backend: Backend) {
    let world = World::new(backend).await;
    let (_, _, mut devices) = world.with_devices(1).await;
    let device = &mut devices[0];
    let mut keys = vec![device.api_key.clone()];
    for _ in 0..2 {
        device.authenticate(&world).await;
        keys.push(device.api_key.clone());
    }
    for (key, status) in keys.into_iter().zip([401, 200, 200]) {
        device.api_key = key;
        device.new_token(&world).await.expect(status);
    }
    device.api_key = "fk_dev_nonsense".into();
    device.new_token(&world).await.expect(401);
}
