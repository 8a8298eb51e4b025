use super::*;
use fieldkeep_domain::DeviceId;
use std::collections::HashSet;
use x509_parser::prelude::{FromDer, X509Certificate};

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

fn chain() -> (Authority, Authority, Authority, OrganizationId) {
    let organization = OrganizationId::from_random([2; 16]);
    let root = Authority::root("Test root", NOW).unwrap();
    let devices = root.subordinate(&Profile::Devices, NOW).unwrap();
    let own = devices.subordinate(&Profile::Organization(organization), NOW).unwrap();
    (root, devices, own, organization)
}

#[test]
fn a_leaf_has_the_profile_and_nothing_else() {
    let (_, _, own, organization) = chain();
    let key = SigningKey::generate().unwrap();
    let name = DeviceName::Operational(DeviceId::from_random([1; 16]), organization);
    let der = own.issue(&Profile::Device(name), &key.public(), NOW).unwrap();
    assert_eq!(x509::device_name(&der), Ok(name));
    assert_eq!(x509::public_key(&der), Ok(key.public()));
    let facts = x509::facts(&der).unwrap();
    assert_eq!(facts.not_after, NOW.plus_secs(LDEVID_DAYS * DAY_S));
    let (_, certificate) = X509Certificate::from_der(&der).unwrap();
    assert!(!certificate.is_ca());
    let usage = certificate.extended_key_usage().unwrap().unwrap().value;
    assert!(usage.client_auth && !usage.server_auth && !usage.any);
    assert!(x509::is_signed_by(&der, own.der()));
}

/// A CSR that asks for a CA certificate with every usage: rcgen would sign all of it when handed the parsed request.
#[test]
fn a_hostile_request_gives_away_only_its_key() {
    let (_, _, own, organization) = chain();
    let key = SigningKey::generate().unwrap();
    let mut wish = CertificateParams::new(vec!["evil.example".to_owned()]).unwrap();
    wish.is_ca = IsCa::NoCa;
    wish.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any, ExtendedKeyUsagePurpose::ServerAuth];
    wish.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let csr = wish.serialize_request(&key).unwrap();
    let wanted = x509::request_key(csr.der()).unwrap();
    assert_eq!(wanted, key.public());
    let name = DeviceName::Operational(DeviceId::from_random([1; 16]), organization);
    let der = own.issue(&Profile::Device(name), &wanted, NOW).unwrap();
    let (_, certificate) = X509Certificate::from_der(&der).unwrap();
    assert!(!certificate.is_ca());
    assert!(!certificate.key_usage().unwrap().unwrap().value.key_cert_sign());
    assert_eq!(x509::device_name(&der), Ok(name));
}

#[test]
fn requests_that_do_not_prove_their_key_are_refused() {
    let key = SigningKey::generate().unwrap();
    let csr = crate::sign::certificate_request(&key, "x").unwrap();
    assert!(x509::request_key(&csr).is_ok());
    let mut changed = csr.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    assert!(x509::request_key(&changed).is_err());
    for cut in [0, 1, csr.len() / 2, csr.len() - 1] {
        assert!(x509::request_key(&csr[..cut]).is_err());
    }
}

#[test]
fn serials_never_repeat_for_one_key() {
    let (_, _, own, organization) = chain();
    let key = SigningKey::generate().unwrap().public();
    let name = DeviceName::Operational(DeviceId::from_random([1; 16]), organization);
    let serials: HashSet<Vec<u8>> = (0..50)
        .map(|_| x509::facts(&own.issue(&Profile::Device(name), &key, NOW).unwrap()).unwrap().serial)
        .collect();
    assert_eq!(serials.len(), 50);
    assert!(serials.iter().all(|serial| serial.len() == 16));
}

#[test]
fn a_key_that_is_not_the_authoritys_is_refused() {
    let (root, ..) = chain();
    assert!(Authority::new(root.der().to_vec(), SigningKey::generate().unwrap()).is_err());
    assert!(Authority::new(root.der().to_vec(), root.key().clone()).is_ok());
}

#[test]
fn a_revocation_list_names_its_serials() {
    let (_, _, own, _) = chain();
    let list = own.revocation_list(7, &[(vec![0x41; 16], NOW)], NOW, NOW.plus_secs(DAY_S)).unwrap();
    let (_, parsed) = x509_parser::revocation_list::CertificateRevocationList::from_der(&list).unwrap();
    let serials: Vec<Vec<u8>> =
        parsed.iter_revoked_certificates().map(|r| r.serial().to_bytes_be()).collect();
    assert_eq!(serials, [vec![0x41; 16]]);
}
