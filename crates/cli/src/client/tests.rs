//! The client against answers made to order, and against a whole server.

use super::*;
use crate::exit::Exit;
use fieldkeep_api::{NewKey, NewOrganization};
use fieldkeep_domain::access::{Role, RoleRef};
use fieldkeep_domain::{OrganizationId, Timestamp};
use fieldkeep_server::Config;
use fieldkeep_server::app::{self, Running};
use fieldkeep_server::clock::Clock;
use fieldkeep_trust::ca::Authority;
use fieldkeep_trust::x509;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[test]
fn only_limits_and_outages_are_waited_for_and_not_for_ever() {
    let of = |status, retry_after_s| Refusal { status, retry_after_s, ..Refusal::default() };
    assert_eq!(wait(&of(429, Some(3)), 0), Some(Duration::from_secs(3)));
    assert_eq!(wait(&of(503, None), 2), Some(Duration::from_secs(4)));
    assert_eq!(wait(&of(503, Some(3_600)), 0), None);
    assert_eq!(wait(&of(429, Some(1)), RETRIES_MAX), None);
    assert_eq!(wait(&of(500, Some(1)), 0), None);
    assert_eq!(wait(&of(404, None), 0), None);
}

#[test]
fn a_place_is_read_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Place::read(folder.path()), Err(Error::NotRunning { .. })));
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("address", "localhost\n0.0.0.0:8443\n");
    assert!(matches!(Place::read(folder.path()), Err(Error::File { .. })));
    write("address", "localhost\n0.0.0.0:8443\n[::1]:9464\n");
    assert!(matches!(Place::read(folder.path()), Err(Error::File { .. })));
    write("root.pem", "PEM");
    let place = Place::read(folder.path()).unwrap();
    assert_eq!(place.address.to_string(), "127.0.0.1:8443");
    assert_eq!(place.monitor.to_string(), "[::1]:9464");
    assert_eq!(place.own_pem, None);
    write("people.pem", "half of a fi");
    write("root.pem", &self::place("127.0.0.1:1".parse().unwrap()).root_pem);
    let place = Place::read(folder.path()).unwrap();
    assert!(matches!(Client::new(&place), Err(Error::Tls { .. })));
}

#[test]
fn a_key_is_not_shown_and_cannot_carry_another_header() {
    let client = Client::new(&place("127.0.0.1:1".parse().unwrap())).unwrap();
    assert!(!format!("{:?}", client.with_key(b"fk_svc_secret").unwrap()).contains("fk_svc_secret"));
    for bad in [&b""[..], b"a b", b"a\r\nX: y", "é".as_bytes()] {
        assert!(client.with_key(bad).is_none());
    }
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = Client::new(&place(closed)).unwrap();
    assert!(matches!(client.answers().await, Err(Error::Unreachable { .. })));
    assert!(matches!(client.ready().await, Err(Error::Unreachable { .. })));
}

fn place(address: SocketAddr) -> Place {
    let root = Authority::root("Test", Timestamp(0)).unwrap();
    let root_pem = x509::to_pem("CERTIFICATE", root.der());
    Place { people_name: "localhost".into(), address, monitor: address, root_pem, own_pem: None }
}

/// A server that gives these answers, one per connection, and says how many it gave.
async fn canned(answers: &'static [&'static str]) -> (Client, tokio::task::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = Client { base: format!("http://{address}"), ..Client::new(&place(address)).unwrap() };
    let given = tokio::spawn(async move {
        for answer in answers {
            let (mut tcp, _) = listener.accept().await.unwrap();
            let _ = tcp.read(&mut [0; 4096]).await.unwrap();
            tcp.write_all(answer.as_bytes()).await.unwrap();
        }
        drop(listener);
        answers.len()
    });
    (client, given)
}

const LIMIT: &str =
    "HTTP/1.1 429 Too Many Requests\r\nretry-after: 0\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
const OUTAGE: &str =
    "HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
const NOTHING: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n[]";
const BROKEN: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\n[]";
const ELSEWHERE: &str =
    "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

#[tokio::test]
async fn what_reads_is_sent_again() {
    let (client, given) = canned(&[LIMIT, OUTAGE, LIMIT, NOTHING]).await;
    assert_eq!(client.get::<Vec<u8>>("/x", NO_QUERY).await.unwrap(), Vec::<u8>::new());
    assert_eq!(given.await.unwrap(), 4);
    let tries = RETRIES_MAX as usize + 1;
    let (client, given) = canned(&[OUTAGE; RETRIES_MAX as usize + 1]).await;
    let refused = client.get::<Vec<u8>>("/x", NO_QUERY).await.unwrap_err();
    assert_eq!(refused.refusal().map(|refusal| refusal.status), Some(503));
    assert_eq!(given.await.unwrap(), tries);
}

#[tokio::test]
async fn what_changes_something_is_sent_once() {
    let (client, given) = canned(&[OUTAGE]).await;
    let refused = client.post::<Vec<u8>>("/x", &()).await.unwrap_err();
    assert_eq!(refused.refusal().map(|refusal| refusal.status), Some(503));
    assert_eq!(given.await.unwrap(), 1);
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_leads_elsewhere_is_none() {
    let (client, _given) = canned(&[BROKEN]).await;
    let error = client.get::<Vec<u8>>("/x", NO_QUERY).await.unwrap_err();
    assert!(matches!(error, Error::Answer { .. }), "{error}");
    let (client, _given) = canned(&[ELSEWHERE]).await;
    let error = client.get::<Vec<u8>>("/x", NO_QUERY).await.unwrap_err();
    assert_eq!(error.refusal().map(|refusal| refusal.status), Some(302));
}

/// A whole deployment in a folder of its own.
async fn deployment() -> (tempfile::TempDir, Running) {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path());
    let text = "[server]\nlisten = \"127.0.0.1:0\"\n[monitor]\nlisten = \"127.0.0.1:0\"";
    let config = Config::parse(text, Path::new("test")).unwrap();
    fieldkeep_server::init::init(&folder, config.clone(), Clock::system()).await.unwrap();
    let running = app::start(folder, config, Clock::system()).await.unwrap();
    (dir, running)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_leads_to_its_server_and_to_no_other() {
    let (dir, running) = deployment().await;
    let client = Client::from_data(dir.path(), &dir.path().join("operator.key")).unwrap();
    assert_eq!(client.ready().await.unwrap(), Ok(()));
    for name in ["one", "two", "three"] {
        client.create_organization(&NewOrganization { name: name.into() }).await.unwrap();
    }
    assert_eq!(client.organizations().await.unwrap().items.len(), 3);
    let cut: Page<fieldkeep_api::Organization> = client.list("/organizations", NO_QUERY, 2).await.unwrap();
    assert_eq!((cut.items.len(), cut.next.is_some()), (2, true));

    let exit = |error: Error| Exit::of(&error.into());
    let nobody = client.organization(OrganizationId::from_random([7; 16])).await.unwrap_err();
    assert!(nobody.to_string().contains("(request "), "{nobody}");
    assert_eq!(exit(nobody), Exit::NotFound);
    let wish = NewKey::of("viewer", RoleRef::Standard(Role::Viewer));
    let key = client.create_key(&wish).await.unwrap();
    let viewer = client.with_key(key.secret.as_bytes()).unwrap();
    assert_eq!(exit(viewer.create_key(&wish).await.unwrap_err()), Exit::Unauthorized);
    client.revoke_key(key.key.id, &"test".parse().unwrap()).await.unwrap();
    assert_eq!(exit(viewer.organizations().await.unwrap_err()), Exit::Unauthorized);

    let other = Place { root_pem: place(running.address).root_pem, ..Place::read(dir.path()).unwrap() };
    let error = Client::new(&other).unwrap().answers().await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    running.stop().await;
    assert!(matches!(Place::read(dir.path()), Err(Error::NotRunning { .. })));
}
