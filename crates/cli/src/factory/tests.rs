use super::*;
use data_encoding::BASE64;
use fieldkeep_api::{DeviceRecord, RegistryImport};
use fieldkeep_domain::identity::DeviceName;
use fieldkeep_domain::registry::Voucher;
use fieldkeep_trust::hash::sha256;
use fieldkeep_trust::sign::certificate_request;
use fieldkeep_trust::voucher::{device_hmac, verify_chain};
use fieldkeep_wire::cose::encode_key;
use fieldkeep_wire::voucher::{ENTRY_AAD, decode};
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);
const URL: &str = "https://devices.example:8443";

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn opened(count: u32) -> (TempDir, Order) {
    let dir = tempfile::tempdir().unwrap();
    let order = reopened(dir.path(), count);
    (dir, order)
}

fn reopened(dir: &Path, count: u32) -> Order {
    let wish = OrderWish { maker: &name("Acme"), model: &name("CC-200"), count, serial_prefix: "CC-" };
    order(dir, &wish, NOW).unwrap()
}

fn ca() -> String {
    pem(Authority::root("Deployment root", NOW).unwrap().der())
}

fn made(dir: &Path, order: &Order, count: u32) -> Result<Vec<Made>> {
    let ca = ca();
    let wish =
        MakeWish { order: order.work.order, count, deployment_ca_pem: &ca, onboarding_url: URL, csr: None };
    make(dir, &wish, NOW, |_| {})
}

fn made_with(dir: &Path, order: &Order, count: u32, csr: &[u8]) -> Result<Vec<Made>> {
    let ca = ca();
    let wish = MakeWish {
        order: order.work.order,
        count,
        deployment_ca_pem: &ca,
        onboarding_url: URL,
        csr: Some(csr),
    };
    make(dir, &wish, NOW, |_| {})
}

fn registry(dir: &Path, order: &Order) -> RegistryImport {
    store::read_json(&registry_path(dir, order.work.order)).unwrap()
}

fn voucher_of(folder: &Path) -> Voucher {
    let voucher = decode(&std::fs::read(folder.join("voucher.cbor")).unwrap()).unwrap();
    let text = std::fs::read_to_string(folder.join("voucher.b64")).unwrap();
    assert_eq!(bundle::read_voucher(text.trim()).unwrap(), voucher);
    voucher
}

fn file(dir: &Path, order: &Order, end: &str) -> PathBuf {
    dir.join("orders").join(format!("{}.{end}", order.work.order))
}

fn key() -> PublicKey {
    SigningKey::generate().unwrap().public()
}

/// Threat 1: a factory makes more than its maker ordered.
#[test]
fn one_more_than_the_count_is_refused_whatever_is_done_to_the_list() {
    let (dir, order) = opened(3);
    let dir = dir.path();
    assert_eq!(made(dir, &order, 2).unwrap().len(), 2);
    let error = made(dir, &order, 2).unwrap_err().to_string();
    assert!(error.contains("3 devices and 2 are made: 1 more can be made, not 2"), "{error}");
    made(dir, &order, 1).unwrap();
    assert!(made(dir, &order, 1).unwrap_err().to_string().contains("0 more"));

    let json = file(dir, &order, "json");
    let text = std::fs::read_to_string(&json).unwrap();
    let mut file_: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file_["made"].as_array().unwrap().len(), 3);
    file_["made"] = serde_json::json!([]);
    std::fs::write(&json, file_.to_string()).unwrap();
    assert!(made(dir, &order, 1).unwrap_err().to_string().contains("3 are made"));
    file_.as_object_mut().unwrap().remove("made");
    std::fs::write(&json, file_.to_string()).unwrap();
    assert!(made(dir, &order, 1).unwrap_err().to_string().contains("3 are made"));
    file_["count"] = 4.into();
    std::fs::write(&json, file_.to_string()).unwrap();
    assert!(made(dir, &order, 1).unwrap_err().to_string().contains("signed statement"));
    std::fs::remove_file(&json).unwrap();
    assert!(made(dir, &order, 1).unwrap_err().to_string().contains("no work order"));
    std::fs::write(&json, text).unwrap();
    std::fs::remove_dir_all(dir.join("devices")).unwrap();
    store::folder(&dir.join("devices")).unwrap();
    assert!(made(dir, &order, 1).unwrap_err().to_string().contains("3 are made"));
}

#[test]
fn a_statement_that_the_maker_did_not_sign_is_refused() {
    use fieldkeep_wire::{cose, order as wire};
    let (dir, order) = opened(3);
    let work = wire::WorkOrder { count: 100, ..order.work.clone() };
    let forged = SigningKey::generate().unwrap().sign(wire::AAD, wire::encode(&work)).unwrap();
    let json = file(dir.path(), &order, "json");
    let mut text: serde_json::Value = store::read_json(&json).unwrap();
    text["statement"] = BASE64.encode(&cose::encode_sign1(&forged)).into();
    text["count"] = 100.into();
    std::fs::write(&json, text.to_string()).unwrap();
    assert!(made(dir.path(), &order, 1).unwrap_err().to_string().contains("not signed by this maker"));
}

#[test]
fn a_log_that_was_cut_changed_exchanged_or_lost_makes_nothing() {
    let (dir, order) = opened(3);
    let dir = dir.path();
    made(dir, &order, 2).unwrap();
    let path = file(dir, &order, "made");
    let log = std::fs::read_to_string(&path).unwrap();
    let (first, second) = log.split_once('\n').unwrap();
    std::fs::write(&path, format!("{first}\n")).unwrap();
    assert!(made(dir, &order, 1).unwrap_err().to_string().contains("the log was cut"));
    for changed in [second.to_owned(), log.replace("CC-000001", "CC-000009"), format!("{second}{first}\n")] {
        std::fs::write(&path, changed).unwrap();
        assert!(made(dir, &order, 1).unwrap_err().to_string().contains("the log was changed here"));
    }
    let other = reopened(dir, 3);
    std::fs::write(file(dir, &other, "made"), &log).unwrap();
    assert!(made(dir, &other, 1).unwrap_err().to_string().contains("the log was changed here"));
    std::fs::remove_file(&path).unwrap();
    assert!(made(dir, &order, 1).unwrap_err().to_string().contains("without its log"));
    std::fs::write(&path, &log).unwrap();
    assert_eq!(made(dir, &order, 1).unwrap()[0].serial, "CC-000003");
}

#[test]
fn a_bundle_proves_what_it_says() {
    let (dir, order) = opened(2);
    let mut told = Vec::new();
    let ca = ca();
    let wish = MakeWish {
        order: order.work.order,
        count: 2,
        deployment_ca_pem: &ca,
        onboarding_url: URL,
        csr: None,
    };
    let all = make(dir.path(), &wish, NOW, |made| told.push(made.clone())).unwrap();
    assert_eq!(told, all);
    let factory = Factory::open(dir.path()).unwrap();
    let export = registry(dir.path(), &order);
    assert_eq!(export.devices.len(), 2);
    for (one, exported) in all.iter().zip(&export.devices) {
        check_bundle(&factory, one, exported);
        assert_eq!(std::fs::read_to_string(one.folder.join("ca.pem")).unwrap(), ca);
        let about = bundle::read(&one.folder).unwrap();
        assert_eq!((about.device, about.order, &about.url[..]), (one.device, order.work.order, URL));
    }
    assert_eq!(export.maker.root_pem, std::fs::read_to_string(dir.path().join("maker.pem")).unwrap());
    assert_eq!(export.maker.voucher_key, BASE64.encode(&encode_key(&factory.voucher_key())));
    assert_eq!(BASE64.decode(export.order.statement.as_bytes()).unwrap(), order.statement);
}

fn check_bundle(factory: &Factory, one: &Made, exported: &DeviceRecord) {
    let read = |file: &str| std::fs::read_to_string(one.folder.join(file)).unwrap();
    let chain = x509::from_pem(&read("birth.pem")).unwrap();
    let [leaf, above] = &chain[..] else { panic!("a chain of two") };
    assert!(x509::is_signed_by(leaf, above) && x509::is_signed_by(above, &factory.root));
    assert_eq!(x509::device_name(leaf), Ok(DeviceName::Birth(one.device)));
    let device_key = SigningKey::from_pem(&read("device.key")).unwrap();
    assert_eq!(x509::public_key(leaf), Ok(device_key.public()));
    let voucher = voucher_of(&one.folder);
    assert_eq!(bundle::read_voucher(&exported.voucher).unwrap(), voucher);
    assert_eq!((voucher.header.device, voucher.header.device_key), (one.device, device_key.public()));
    assert_eq!(voucher.header.birth_chain, sha256(&[leaf, above]));
    assert_eq!(voucher.header.onboarding_urls, [URL]);
    let secret = data_encoding::HEXLOWER.decode(read("device.secret").as_bytes()).unwrap();
    assert_eq!(secret.len(), 32);
    assert_eq!(voucher.hmac, Some(device_hmac(&secret, &voucher.header_bytes)));
    let label = fieldkeep_wire::label::decode(&read("label.txt")).unwrap();
    assert_eq!(label.device, one.device);
    assert_eq!(exported.claim_secret_sha256, Some(sha256(&[&label.claim_secret]).to_string()));
    assert!(read("label.svg").contains(&one.serial));
    for file in ["device.key", "device.secret", "label.txt", "label.svg"] {
        let mode = std::fs::metadata(one.folder.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn the_makers_keys_are_its_owners_alone_and_never_overwritten() {
    let (dir, _) = opened(1);
    let dir = dir.path();
    for file in [ROOT_KEY, FACTORY_KEY, VOUCHER_KEY] {
        assert_eq!(std::fs::metadata(dir.join(file)).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
    let before = std::fs::read(dir.join(ROOT_KEY)).unwrap();
    let wish = OrderWish { maker: &name("Acme"), model: &name("CC-200"), count: 1, serial_prefix: "" };
    let other = OrderWish { maker: &name("Other"), ..wish.clone() };
    assert!(order(dir, &other, NOW).unwrap_err().to_string().contains("belongs to the maker `Acme`"));
    for lost in [MAKER, VOUCHER_KEY, FACTORY] {
        let aside = dir.join("aside");
        std::fs::rename(dir.join(lost), &aside).unwrap();
        assert!(order(dir, &wish, NOW).is_err(), "{lost}");
        assert!(!dir.join(lost).exists());
        std::fs::rename(&aside, dir.join(lost)).unwrap();
    }
    assert_eq!(std::fs::read(dir.join(ROOT_KEY)).unwrap(), before);
    assert!(order(dir, &wish, NOW).is_ok());
}

#[test]
fn orders_that_cannot_be_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (acme, model) = (name("Acme"), name("CC-200"));
    let wish = OrderWish { maker: &acme, model: &model, count: 1, serial_prefix: "A" };
    for count in [0, fieldkeep_domain::limits::ORDER_DEVICES_MAX + 1] {
        assert!(order(dir.path(), &OrderWish { count, ..wish.clone() }, NOW).is_err());
    }
    for serial_prefix in ["../", "a/b", ".hidden", "a b", "ü", &"x".repeat(49)] {
        assert!(
            order(dir.path(), &OrderWish { serial_prefix, ..wish.clone() }, NOW).is_err(),
            "{serial_prefix}"
        );
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn serial_numbers_go_on_from_order_to_order() {
    let (dir, first) = opened(2);
    let second = reopened(dir.path(), 2);
    assert_eq!(made(dir.path(), &second, 1).unwrap()[0].serial, "CC-000003");
    assert_eq!(made(dir.path(), &first, 2).unwrap()[1].serial, "CC-000002");
    assert_eq!(registry(dir.path(), &first).devices.len(), 2);
    assert_eq!(registry(dir.path(), &second).devices.len(), 1);
}

#[test]
fn a_real_device_keeps_its_key() {
    let (dir, order) = opened(4);
    let dir = dir.path();
    let device = SigningKey::generate().unwrap();
    let der = certificate_request(&device, "x").unwrap();
    assert!(made_with(dir, &order, 2, &der).unwrap_err().to_string().contains("of one device"));
    let text = x509::to_pem("CERTIFICATE REQUEST", &der);
    let one = made_with(dir, &order, 1, text.as_bytes()).unwrap().remove(0);
    for absent in ["device.key", "device.secret"] {
        assert!(!one.folder.join(absent).exists());
    }
    let voucher = voucher_of(&one.folder);
    assert_eq!((voucher.hmac, voucher.header.device_key), (None, device.public()));
    let chain = x509::from_pem(&std::fs::read_to_string(one.folder.join("birth.pem")).unwrap()).unwrap();
    assert_eq!(x509::public_key(&chain[0]), Ok(device.public()));
    assert!(
        made_with(dir, &order, 1, &der)
            .unwrap_err()
            .to_string()
            .contains("`CC-000001` was made with the key")
    );
    let mut damaged = certificate_request(&SigningKey::generate().unwrap(), "x").unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    for bad in [&damaged[..], b"", b"-----BEGIN CERTIFICATE REQUEST-----\n", &vec![0; 100_000]] {
        assert!(made_with(dir, &order, 1, bad).is_err());
    }
    let other = certificate_request(&SigningKey::generate().unwrap(), "x").unwrap();
    assert_eq!(made_with(dir, &order, 1, &other).unwrap()[0].serial, "CC-000002");
}

#[test]
fn what_was_logged_is_published_and_what_was_staged_was_never_made() {
    let (dir, order) = opened(2);
    let dir = dir.path();
    let one = made(dir, &order, 1).unwrap().remove(0);
    std::fs::rename(&one.folder, dir.join("devices/CC-000001.part")).unwrap();
    assign(dir, &Which::All, &key(), NOW).unwrap();
    assert_eq!(voucher_of(&one.folder).entries.len(), 1);
    std::fs::rename(&one.folder, dir.join("devices/CC-000001.part")).unwrap();
    store::folder(&dir.join("devices/CC-000002.part")).unwrap();
    std::fs::write(dir.join("devices/CC-000002.part/device.key"), "of nobody").unwrap();
    let next = made(dir, &order, 1).unwrap().remove(0);
    assert_eq!(bundle::read(&one.folder).unwrap().device, one.device);
    assert_eq!(bundle::read(&next.folder).unwrap().device, next.device);
    assert_ne!(std::fs::read_to_string(next.folder.join("device.key")).unwrap(), "of nobody");
    assert_eq!(std::fs::read_dir(dir.join("devices")).unwrap().count(), 2);
}

#[test]
fn a_bad_wish_makes_nothing() {
    let (dir, order) = opened(1);
    let ca = ca();
    let long = format!("https://{}", "x".repeat(300));
    let wish = MakeWish {
        order: order.work.order,
        count: 1,
        deployment_ca_pem: &ca,
        onboarding_url: URL,
        csr: None,
    };
    let bad = [
        MakeWish { deployment_ca_pem: "no certificate", ..wish.clone() },
        MakeWish { onboarding_url: "http://x", ..wish.clone() },
        MakeWish { onboarding_url: &long, ..wish.clone() },
        MakeWish { order: OrderId::from_random([9; 16]), ..wish.clone() },
    ];
    for bad in bad {
        assert!(make(dir.path(), &bad, NOW, |_| {}).is_err(), "{bad:?}");
    }
    assert_eq!(make(dir.path(), &wish, NOW, |_| {}).unwrap()[0].serial, "CC-000001");
}

#[test]
fn the_first_owner_is_named_once() {
    let (dir, order) = opened(3);
    let dir = dir.path();
    assert!(assign(dir, &Which::All, &key(), NOW).unwrap_err().to_string().contains("no device"));
    let all = made(dir, &order, 2).unwrap();
    let factory = Factory::open(dir).unwrap();
    let owner = key();
    let serial = Which::Serial("CC-000001".into());
    let assigned = assign(dir, &serial, &owner, NOW).unwrap();
    assert_eq!((assigned.len(), assigned[0].new, assigned[0].device), (1, true, all[0].device));
    let voucher = voucher_of(&all[0].folder);
    let ownership = verify_chain(&voucher, &factory.voucher_key(), ENTRY_AAD, NOW).unwrap();
    assert_eq!((*ownership.owner(), ownership.epoch()), (owner, 1));
    assert_eq!(voucher_of(&all[1].folder).entries, []);

    let again = assign(dir, &serial, &owner, NOW.plus_secs(60)).unwrap();
    assert!(!again[0].new);
    assert_eq!(voucher_of(&all[0].folder), voucher);
    let error = assign(dir, &Which::All, &key(), NOW).unwrap_err().to_string();
    assert!(error.contains("`CC-000001` has another first owner"), "{error}");
    assert_eq!(voucher_of(&all[1].folder).entries, []);

    let rest = assign(dir, &Which::Order(order.work.order), &owner, NOW).unwrap();
    assert_eq!(rest.iter().map(|one| one.new).collect::<Vec<_>>(), [false, true]);
    made(dir, &order, 1).unwrap();
    let entries =
        |at: usize| bundle::read_voucher(&registry(dir, &order).devices[at].voucher).unwrap().entries.len();
    assert_eq!([entries(0), entries(1), entries(2)], [1, 1, 0]);
    assert!(assign(dir, &Which::Serial("CC-000009".into()), &owner, NOW).is_err());
}

/// Threat 4 at its source: the factory is made to sign two first entries.
#[test]
fn a_fork_of_the_first_entry_is_refused_whatever_is_put_back() {
    let (dir, order) = opened(1);
    let dir = dir.path();
    let one = made(dir, &order, 1).unwrap().remove(0);
    let save = |file: &Path| std::fs::read(file).unwrap();
    let files = [one.folder.join("voucher.cbor"), one.folder.join("voucher.b64")];
    let unowned: Vec<Vec<u8>> = files.iter().map(|file| save(file)).collect();
    let owner = key();
    assign(dir, &Which::All, &owner, NOW).unwrap();
    let voucher = voucher_of(&one.folder);
    for (file, bytes) in files.iter().zip(&unowned) {
        std::fs::write(file, bytes).unwrap();
    }
    assert!(assign(dir, &Which::All, &key(), NOW).unwrap_err().to_string().contains("another first owner"));
    // The same owner gets the same entry, not a second signature.
    assign(dir, &Which::All, &owner, NOW.plus_secs(60)).unwrap();
    assert_eq!(voucher_of(&one.folder), voucher);
    let log = file(dir, &order, "assigned");
    let text = save(&log);
    std::fs::write(&log, "").unwrap();
    for owner in [owner, key()] {
        assert!(assign(dir, &Which::All, &owner, NOW).unwrap_err().to_string().contains("the log was cut"));
    }
    std::fs::remove_file(&log).unwrap();
    let error = format!("{:#}", assign(dir, &Which::All, &key(), NOW).unwrap_err());
    assert!(error.contains("without its log of owners"), "{error}");
    std::fs::write(&log, text).unwrap();
    std::fs::remove_dir_all(&one.folder).unwrap();
    assert!(!assign(dir, &Which::All, &owner, NOW).unwrap()[0].new);
    assert!(assign(dir, &Which::All, &key(), NOW).is_err());
}

#[test]
fn owner_keys_come_in_two_forms() {
    let owner = key();
    assert_eq!(owner_key(&format!("{}\n", BASE64.encode(&encode_key(&owner)))).unwrap(), owner);
    let head = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
    let mut der = data_encoding::HEXLOWER.decode(head.as_bytes()).unwrap();
    der.extend(owner.as_bytes());
    assert_eq!(owner_key(&x509::to_pem("PUBLIC KEY", &der)).unwrap(), owner);
    let private = SigningKey::generate().unwrap().to_pem();
    for bad in
        ["", "AAAA", std::str::from_utf8(private.expose()).unwrap(), &x509::to_pem("PUBLIC KEY", &der[1..])]
    {
        assert!(owner_key(bad).is_err());
    }
}
