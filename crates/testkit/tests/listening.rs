//! The listener under attack: names, slow peers, floods, resets. What is not under attack is served meanwhile.

use fieldkeep_testkit::{Backend, World, both_databases};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

both_databases!(
    host_and_sni_must_agree,
    two_thousand_slow_peers_leave_others_served,
    handshakes_are_post_quantum
);

async fn connect(world: &World, sni: &str, alpn: &[u8]) -> std::io::Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(world.address()).await?;
    let mut config = world.tls(None);
    config.alpn_protocols = vec![alpn.to_vec()];
    // Roots are checked by other tests; here the name is ours to choose.
    TlsConnector::from(Arc::new(config)).connect(sni.to_owned().try_into().unwrap(), tcp).await
}

async fn ask(tls: &mut TlsStream<TcpStream>, host: &str) -> String {
    let head = format!("GET /api/v1/openapi.json HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    tls.write_all(head.as_bytes()).await.unwrap();
    let mut text = Vec::new();
    let _ = tls.read_to_end(&mut text).await;
    String::from_utf8_lossy(&text).into_owned()
}

async fn host_and_sni_must_agree(backend: Backend) {
    let world = World::new(backend).await;
    let port = world.address().port();
    for host in ["localhost".to_owned(), format!("localhost:{port}"), "LOCALHOST".into()] {
        let mut tls = connect(&world, "localhost", b"http/1.1").await.unwrap();
        assert!(ask(&mut tls, &host).await.starts_with("HTTP/1.1 200"), "{host}");
    }
    for host in ["devices.localhost", "evil.example", "localhost.evil.example", ""] {
        let mut tls = connect(&world, "localhost", b"http/1.1").await.unwrap();
        let answer = ask(&mut tls, host).await;
        assert!(
            answer.starts_with("HTTP/1.1 421") || answer.starts_with("HTTP/1.1 400"),
            "{host}: {answer:.60}"
        );
    }
    // Another name than ours, and none at all (an address): closed before anything is said.
    assert!(connect(&world, "evil.example", b"http/1.1").await.is_err());
    assert!(connect(&world, "127.0.0.1", b"http/1.1").await.is_err());
    // Headers of a proxy that nobody listed change nothing.
    let mut tls = connect(&world, "localhost", b"http/1.1").await.unwrap();
    let head = "GET /api/v1/devices HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: 10.0.0.1\r\nx-client-cert: x\r\nconnection: close\r\n\r\n";
    tls.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    let _ = tls.read_to_string(&mut text).await;
    assert!(text.starts_with("HTTP/1.1 401"));
    // A PROXY line from anywhere is not TLS: closed.
    let mut tcp = TcpStream::connect(world.address()).await.unwrap();
    tcp.write_all(b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n").await.unwrap();
    let mut rest = Vec::new();
    let _ = tcp.read_to_end(&mut rest).await;
    assert!(!String::from_utf8_lossy(&rest).contains("HTTP"));
}

async fn handshakes_are_post_quantum(backend: Backend) {
    let world = World::new(backend).await;
    let tls = connect(&world, "localhost", b"http/1.1").await.unwrap();
    let group = tls.get_ref().1.negotiated_key_exchange_group().unwrap().name();
    assert_eq!(group, rustls::NamedGroup::X25519MLKEM768);
}

/// A third says nothing, a third is slow in TLS, a third is slow in its headers: one byte at a time.
async fn two_thousand_slow_peers_leave_others_served(backend: Backend) {
    let world = Arc::new(World::new(backend).await);
    let mut slow = tokio::task::JoinSet::new();
    let begun = Arc::new(tokio::sync::Semaphore::new(0));
    for n in 0..2_000 {
        let (world, begun) = (world.clone(), begun.clone());
        slow.spawn(async move {
            // Arrivals are limited per address: the flood comes from many loopback addresses.
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind(format!("127.0.{}.{}:0", 1 + n / 200, 1 + n % 200).parse().unwrap()).unwrap();
            let Ok(mut tcp) = socket.connect(world.address()).await else { return };
            begun.add_permits(1);
            if n % 3 == 0 {
                // The kernel may have dropped a peer that the accept queue had no place for without telling it.
                if tokio::time::timeout(Duration::from_secs(15), tcp.read(&mut [0])).await.is_err() {
                    let _ = tcp.write_all(&[0]).await;
                    let _ = tokio::time::timeout(Duration::from_secs(15), tcp.read(&mut [0]))
                        .await
                        .expect("closed");
                }
                return;
            }
            if n % 3 == 1 {
                for byte in [0x16u8, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3].into_iter().cycle() {
                    if tcp.write_all(&[byte]).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            let mut config = world.tls(None);
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            let Ok(mut tls) =
                TlsConnector::from(Arc::new(config)).connect("localhost".try_into().unwrap(), tcp).await
            else {
                return;
            };
            let mut bytes = b"GET / HTTP/1.1\r\nx-slow: ".iter().chain([b'a'].iter().cycle());
            let mut every = tokio::time::interval(Duration::from_secs(1));
            let mut answer = [0; 256];
            loop {
                tokio::select! {
                    read = tls.read(&mut answer) => if !read.is_ok_and(|count| count > 0) { return },
                    _ = every.tick() => {
                        let byte = bytes.next().copied().unwrap_or_default();
                        if tls.write_all(&[byte]).await.is_err() {
                            return;
                        }
                    }
                }
            }
        });
    }
    let _ = tokio::time::timeout(Duration::from_secs(120), begun.acquire_many(2_000)).await.unwrap();
    for _ in 0..20 {
        let served = world.call("GET", "/api/v1/organizations", None);
        tokio::time::timeout(Duration::from_secs(10), served).await.expect("others are served").expect(200);
    }
    // The timers end every one of them without help.
    let all = async { while slow.join_next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(240), all).await.expect("slow peers are closed by the timers");
    world.call("GET", "/api/v1/organizations", None).await.expect(200);
}

/// A body that never comes whole is told so, with a problem document, and not taken for an empty one.
#[test]
fn a_body_that_stalls_is_refused_as_too_slow() {
    fieldkeep_testkit::world::block_on(async {
        let world = World::new(Backend::Sqlite).await;
        let mut tls = connect(&world, "localhost", b"http/1.1").await.unwrap();
        let head = "POST /api/v1/organizations HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                    content-length: 10\r\nconnection: close\r\n\r\n{";
        tls.write_all(head.as_bytes()).await.unwrap();
        let mut text = Vec::new();
        let answered = tokio::time::timeout(Duration::from_secs(60), tls.read_to_end(&mut text)).await;
        let _ = answered.expect("the timer ends it");
        let text = String::from_utf8_lossy(&text);
        assert!(text.starts_with("HTTP/1.1 408") && text.contains("nothing was stored"), "{text}");
    });
}
