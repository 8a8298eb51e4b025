//! Attacks on the listener and on the memory of the process: HTTP/2 floods, handshake floods, a look into its core.

use fieldkeep_server::limits;
use fieldkeep_testkit::{Backend, World, readings, world::block_on};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio_rustls::TlsConnector;

/// What a flood may add to the memory of server and clients together.
const GROWTH_MIB_MAX: u64 = 150;

fn memory_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    text.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4 / 1024
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    let mut out = vec![length[1], length[2], length[3], kind, flags];
    out.extend(stream.to_be_bytes());
    out.extend(payload);
    out
}

/// HPACK: :method GET, :scheme https, :path /, :authority localhost.
fn request_headers() -> Vec<u8> {
    let mut block = vec![0x82, 0x87, 0x84, 0x41, 9];
    block.extend(b"localhost");
    block
}

/// Writes frames until the server ends the connection or `most` are written; whether it ended it.
async fn flood(world: &World, most: u32, mut frames: impl FnMut(u32) -> Vec<u8>) -> bool {
    let tcp = tokio::net::TcpStream::connect(world.address()).await.unwrap();
    let mut config = world.tls(None);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let tls =
        TlsConnector::from(Arc::new(config)).connect("localhost".try_into().unwrap(), tcp).await.unwrap();
    let (mut read, mut write) = tokio::io::split(tls);
    let reading = tokio::spawn(async move {
        let mut buffer = [0; 65_536];
        while read.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
    });
    let writing = async {
        write.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await?;
        write.write_all(&frame(4, 0, 0, &[])).await?;
        for n in 0..most {
            write.write_all(&frames(n)).await?;
        }
        write.flush().await
    };
    let written =
        tokio::time::timeout(Duration::from_secs(60), writing).await.expect("a flood is taken or ended");
    let ended = tokio::time::timeout(Duration::from_secs(5), reading).await.is_ok();
    written.is_err() || ended
}

async fn others_are_served(world: &World, before_mib: u64, attack: &str) {
    let served = world.call("GET", "/api/v1/organizations", None);
    tokio::time::timeout(Duration::from_secs(10), served).await.expect(attack).expect(200);
    let growth = memory_mib().saturating_sub(before_mib);
    assert!(growth < GROWTH_MIB_MAX, "{attack}: memory grew by {growth} MiB");
}

#[test]
fn http2_floods_end_their_connection_or_cost_nothing() {
    block_on(async {
        let world = World::new(Backend::Sqlite).await;
        world.call("GET", "/api/v1/organizations", None).await.expect(200);
        let before = memory_mib();
        // CVE-2023-44487: streams that are opened and reset at once.
        let ended = flood(&world, 20_000, |n| {
            let stream = 2 * n + 1;
            let mut both = frame(1, 0x5, stream, &request_headers());
            both.extend(frame(3, 0, stream, &8u32.to_be_bytes()));
            both
        })
        .await;
        assert!(ended, "rapid reset goes on");
        others_are_served(&world, before, "rapid reset").await;
        // CVE-2024-27316: a header block that never ends.
        let ended = flood(&world, 4_000, |n| match n {
            0 => frame(1, 0, 1, &request_headers()),
            _ => frame(
                9,
                0,
                1,
                &[0u8; 0].iter().copied().chain(std::iter::repeat_n(0x82, 16_000)).collect::<Vec<_>>(),
            ),
        })
        .await;
        assert!(ended, "an endless header block goes on");
        others_are_served(&world, before, "continuation").await;
        // Frames that carry nothing, and questions without end.
        flood(&world, 100_000, |n| match n {
            0 => frame(1, 0x4, 1, &request_headers()),
            _ => frame(0, 0, 1, &[]),
        })
        .await;
        others_are_served(&world, before, "empty data").await;
        flood(&world, 100_000, |_| frame(6, 0, 0, &[7; 8])).await;
        others_are_served(&world, before, "ping").await;
        flood(&world, 100_000, |_| frame(4, 0, 0, &[])).await;
        others_are_served(&world, before, "settings").await;
    });
}

#[test]
fn a_handshake_flood_from_one_address_leaves_others_served() {
    block_on(async {
        let world = Arc::new(World::new(Backend::Sqlite).await);
        let config = Arc::new(world.tls(None));
        let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let mut flood = tokio::task::JoinSet::new();
        let begun = Instant::now();
        for _ in 0..200 {
            let (world, config, stop) = (world.clone(), config.clone(), stop.clone());
            flood.spawn(async move {
                let mut taken = 0u32;
                for _ in 0..50 {
                    if stop.load(std::sync::atomic::Ordering::Relaxed) {
                        break;
                    }
                    let socket = TcpSocket::new_v4().unwrap();
                    socket.bind("127.0.77.1:0".parse().unwrap()).unwrap();
                    let Ok(tcp) = socket.connect(world.address()).await else { continue };
                    let connecting =
                        TlsConnector::from(config.clone()).connect("localhost".try_into().unwrap(), tcp);
                    taken += u32::from(connecting.await.is_ok());
                }
                taken
            });
        }
        for _ in 0..10 {
            // A connection of its own from another address each time.
            let begun = Instant::now();
            let other = world.client(world.tls(None));
            let url = format!("https://localhost:{}/api/v1/openapi.json", world.address().port());
            let served = other.get(url).send().await.unwrap();
            assert_eq!(served.status().as_u16(), 200);
            assert!(begun.elapsed() < Duration::from_secs(20));
        }
        let taken: u32 = flood.join_all().await.into_iter().sum();
        // However fast the machine is: a burst, and so many a second.
        let seconds = begun.elapsed().as_secs_f64();
        let most = limits::HANDSHAKES_BURST + limits::HANDSHAKES_PER_S * (seconds + 1.0);
        assert!(
            f64::from(taken) <= most,
            "{taken} handshakes of one address in {seconds:.1} s, at most {most:.0}"
        );
    });
}

/// Keys that were read from the keyring live in memory only as long as they are used; secrets of callers do not stay,
/// and nothing of either is ever printed.
#[test]
fn logs_and_debug_texts_show_no_secret() {
    block_on(async {
        let world = World::new(Backend::Sqlite).await;
        let (place, _, mut devices) = world.with_devices(1).await;
        devices[0]
            .measure(&world, readings("temperature", Some("Cel"), world.now(), &[4.0]))
            .await
            .expect(200);
        let key = world.key("viewer", Some(&place)).await;
        let app = &world.running.as_ref().unwrap().app;
        let shown = format!("{app:?} {:?} {:?}", app.keys.token().unwrap(), app.keys.database().unwrap());
        let keys = app.keys.project(place.project).unwrap();
        let secrets = [
            data_encoding::HEXLOWER.encode(app.keys.database().unwrap().expose()),
            data_encoding::HEXLOWER.encode(keys.blind.expose()),
            format!("{:?}", keys.blind.expose()),
            format!("{:?}", app.keys.database().unwrap().expose()),
            key,
            devices[0].api_key.clone(),
            devices[0].token.clone(),
            world.operator.clone(),
        ];
        for secret in secrets {
            assert!(!shown.contains(&secret), "a Debug text shows a secret");
        }
    });
}
