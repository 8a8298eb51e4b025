//! From a bundle to an enrolled device, and every way in which a claim may not happen.

use crate::common::Server;
use fieldkeep_agent::{AgentError, Progress, enroll, status};
use fieldkeep_trust::sign::SigningKey;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_device_enrols_once_and_again_costs_nothing() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let options = server.enroll_options(dir.path());
    let waiting = tokio::spawn(enroll(options.clone(), Progress::silent()));
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.claim_properly();
    let enrolled = waiting.await.unwrap().unwrap();
    assert_eq!(
        (enrolled.device, enrolled.organization, enrolled.owner_epoch),
        (server.device, server.organization, 1)
    );
    let answer = server.state().answers[0];
    assert_eq!(answer.owner_key.to_string(), enrolled.owner_key);
    assert_eq!(enroll(options.clone(), Progress::silent()).await.unwrap(), enrolled);
    assert_eq!(server.state().answers.len(), 1);
    let status = status(&options.data).unwrap();
    assert!(status.enrolled && status.head.is_none());
    for file in ["device-ops.key", "api.key"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(options.data.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_cut_after_any_step_goes_on() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let data = server.enrolled(dir.path()).await;
    let options = server.enroll_options(dir.path());
    for lost in [&["api.key"][..], &["api.key", "ops.pem"], &["api.key", "ops.pem", "device-ops.key"]] {
        for file in lost {
            std::fs::remove_file(data.join(file)).unwrap();
        }
        enroll(options.clone(), Progress::silent()).await.unwrap();
    }
    assert_eq!(server.state().answers.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn not_claimed_is_not_yet() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let mut options = server.enroll_options(dir.path());
    options.wait = Duration::ZERO;
    let error = enroll(options, Progress::silent()).await.unwrap_err();
    assert_eq!(error.exit_code(), 3, "{error}");
}

/// The claim is refused, nothing is answered, and no lock is stored.
async fn refused(server: &Server, why: &str) {
    let dir = tempfile::tempdir().unwrap();
    let options = server.enroll_options(dir.path());
    let error = enroll(options.clone(), Progress::silent()).await.unwrap_err();
    assert!(matches!(error, AgentError::Refused { .. }) && error.to_string().contains(why), "{error}");
    assert!(server.state().answers.is_empty());
    assert!(!options.data.join("owner.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_claims_are_refused() {
    let server = Server::start().await;
    let stranger = SigningKey::generate().unwrap();
    let mut voucher = server.voucher();
    server.hand_over(&mut voucher, &server.maker_key, &server.owner_key);

    server.open_claim(&voucher, &stranger, 1);
    refused(&server, "signature does not verify").await;

    server.open_claim(&voucher, &server.owner_key, 2);
    refused(&server, "epoch").await;

    let mut other = voucher.clone();
    other.hmac = Some([7; 32]);
    server.open_claim(&other, &server.owner_key, 1);
    refused(&server, "hmac").await;
    other.hmac = None;
    server.open_claim(&other, &server.owner_key, 1);
    refused(&server, "hmac").await;

    let mut stolen = server.voucher();
    server.hand_over(&mut stolen, &stranger, &stranger);
    server.open_claim(&stolen, &stranger, 1);
    refused(&server, "not signed").await;

    let mut foreign = server.voucher();
    foreign.header.policy = 9;
    foreign.header_bytes = fieldkeep_wire::voucher::encode_header(&foreign.header);
    server.hand_over(&mut foreign, &server.maker_key, &server.owner_key);
    server.open_claim(&foreign, &server.owner_key, 1);
    refused(&server, "header").await;

    server.open_claim(&server.voucher(), &server.maker_key, 0);
    refused(&server, "voucher").await;
}

/// A second company with a voucher entry of the same epoch, signed by a careless maker: the lock holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_device_answers_no_other_owner_of_its_epoch() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    server.enrolled(dir.path()).await;
    let mut options = server.enroll_options(dir.path());
    options.again = true;
    let thief = SigningKey::generate().unwrap();
    let mut fork = server.voucher();
    server.hand_over(&mut fork, &server.maker_key, &thief);
    server.open_claim(&fork, &thief, 1);
    let error = enroll(options.clone(), Progress::silent()).await.unwrap_err();
    assert!(error.to_string().contains("locked to another owner"), "{error}");
    assert_eq!(server.state().answers.len(), 1);

    // Sold: the owner signs the next entry, and the buyer's claim moves the lock up.
    let mut sold = server.voucher();
    server.hand_over(&mut sold, &server.maker_key, &server.owner_key);
    server.hand_over(&mut sold, &server.owner_key, &thief);
    server.open_claim(&sold, &thief, 2);
    assert_eq!(enroll(options.clone(), Progress::silent()).await.unwrap().owner_epoch, 2);

    // And the first owner cannot come back with the old voucher.
    let mut old = server.voucher();
    server.hand_over(&mut old, &server.maker_key, &server.owner_key);
    server.open_claim(&old, &server.owner_key, 1);
    assert!(enroll(options, Progress::silent()).await.is_err());
    assert_eq!(server.state().answers.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_under_another_root_is_no_server() {
    let (server, other) = (Server::start().await, Server::start().await);
    server.claim_properly();
    let dir = tempfile::tempdir().unwrap();
    let mut options = server.enroll_options(dir.path());
    options.wait = Duration::ZERO;
    let foreign = other.write_bundle(&dir.path().join("other")).join("ca.pem");
    std::fs::copy(foreign, options.bundle.join("ca.pem")).unwrap();
    let error = enroll(options, Progress::silent()).await.unwrap_err();
    assert!(matches!(error, AgentError::Network { .. }), "{error}");
}
