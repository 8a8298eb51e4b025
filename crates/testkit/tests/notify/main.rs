//! The outbox against real servers outside: e-mail over STARTTLS with sign-in, SMS and webhooks over HTTP; retries, dead
//! letters, what must not be reached and what must not be seen. On both databases.

mod webhooks;

use webhooks::*;

use data_encoding::BASE64;
use fieldkeep_domain::notify::{Channel, DuplicateKey, Hidden, Language, Message};
use fieldkeep_server::app::App;
use fieldkeep_server::notify;
use fieldkeep_testkit::outside::{Answer, Foreign, Outside, PATIENCE};
use fieldkeep_testkit::post::Post;
use fieldkeep_testkit::smtp::Security;
use fieldkeep_testkit::{Backend, World, both_databases, readings};
use fieldkeep_trust::secret::write_private;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;
use tokio_util::sync::CancellationToken;

both_databases!(
    mail_goes_by_starttls_with_sign_in_and_once_per_key,
    mail_goes_over_implicit_tls,
    an_unproven_mail_server_gets_nothing,
    a_refused_letter_is_tried_again_and_a_dead_one_is_shown_and_revived,
    an_expired_code_is_not_sent,
    a_letter_survives_the_end_of_the_server,
    a_killed_server_tells_after_its_start,
    a_letter_on_its_way_at_the_end_goes_again,
    sealed_letters_cannot_be_swapped,
    each_letter_goes_once_however_many_look,
    sms_fit_the_gateway,
    webhooks_are_signed_and_verified_by_the_receiver,
    webhooks_reach_no_inner_address_and_follow_nothing,
    webhooks_belong_to_their_organization,
    a_cause_in_the_quarantine_is_told_once_until_somebody_decides,
    copied_and_withdrawn_devices_are_told_once_a_day,
    codes_stand_nowhere_in_the_clear,
);

fn app(world: &World) -> Arc<App> {
    world.running.as_ref().unwrap().app.clone()
}

fn mail(address: &str) -> Channel {
    Channel::Mail(address.parse().unwrap())
}

fn code(code: &str) -> Message {
    Message::Code { code: Hidden::new(code), minutes: 10 }
}

async fn enqueue(app: &App, key: &str, to: Channel, message: &Message) -> bool {
    let mut tx = app.db.write().await.unwrap();
    let key = DuplicateKey::new(&[key]);
    let new = notify::enqueue(&mut tx, app, &key, Language::Es, to, None, message).await.unwrap();
    tx.commit().await.unwrap();
    app.outbox.notify_one();
    new
}

async fn letters(world: &World, state: &str) -> Vec<Value> {
    let page = world.call("GET", &format!("/api/v1/outbox?state={state}"), None).await.expect(200);
    page.body["items"].as_array().unwrap().clone()
}

/// Looks until the outbox shows what is waited for.
async fn until(world: &World, state: &str, mut done: impl FnMut(&[Value]) -> bool) -> Vec<Value> {
    let end = Instant::now() + PATIENCE;
    loop {
        let found = letters(world, state).await;
        if done(&found) {
            return found;
        }
        assert!(Instant::now() < end, "`{state}` letters are not as expected: {found:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Travels in time, and has the outbox look.
fn later(world: &World, seconds: i64) {
    world.clock.shift_secs(seconds);
    app(world).outbox.notify_one();
}

async fn mail_goes_by_starttls_with_sign_in_and_once_per_key(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let app = app(&world);
    let to = || mail("ana@example.com");
    assert!(enqueue(&app, "sign-in/1", to(), &code("481516")).await);
    assert!(!enqueue(&app, "sign-in/1", to(), &code("481516")).await, "the key was there already");
    let mails = post.server.mails(1).await;
    assert!(mails[0].secured && mails[0].user.as_deref() == Some("fieldkeep"), "{:?}", mails[0]);
    assert_eq!(
        (mails[0].from.as_str(), &mails[0].to[..]),
        ("keep@example.com", &["ana@example.com".to_owned()][..])
    );
    assert!(mails[0].data.contains("To: ana@example.com\r\n"), "{}", mails[0].data);
    assert!(
        mails[0].text().contains("Su código es 481516\r\n")
            && mails[0].data.contains("Content-Type: text/plain")
    );
    let sent = until(&world, "sent", |all| all.len() == 1).await;
    let letter = sent[0]["id"].as_str().unwrap();
    assert!(mails[0].data.contains(&format!("<{letter}@example.com>")), "the same Message-ID at each try");
    assert_eq!((sent[0]["to"].as_str(), sent[0]["tries"].as_u64()), (Some("a…@example.com"), Some(1)));
    assert!(!enqueue(&app, "sign-in/1", to(), &code("481516")).await, "and is known after it was sent");
    assert!(
        enqueue(&app, "sign-in/1", mail("bo@example.com"), &Message::Test).await,
        "to another, it is another"
    );
    assert_eq!(post.server.mails(2).await.len(), 2);
    // What a sent letter said is gone with its sending, and the letter itself after a month.
    let mut tx = app.db.read().await.unwrap();
    let kept: (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM outbox WHERE state = 'sent' AND sealed IS NOT NULL")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
    drop(tx);
    assert_eq!(kept.0, 0);
    until(&world, "sent", |all| all.len() == 2).await;
    world.clock.shift_secs(31 * 86_400);
    notify::trim(&app).await.unwrap();
    assert!(letters(&world, "sent").await.is_empty());
}

async fn mail_goes_over_implicit_tls(backend: Backend) {
    let foreign = Foreign::new("localhost");
    let post = Post::with(Security::Implicit(foreign.acceptor.clone()), "implicit", &foreign.ca_pem).await;
    let world = World::with(backend, &post.config).await;
    enqueue(&app(&world), "1", mail("ana@example.com"), &Message::Test).await;
    assert!(post.server.mails(1).await[0].secured);
}

async fn an_unproven_mail_server_gets_nothing(backend: Backend) {
    // A certificate of another authority, one for another name, and a server that speaks no TLS at all.
    let (trusted, stranger, elsewhere) =
        (Foreign::new("localhost"), Foreign::new("localhost"), Foreign::new("mail.example.com"));
    for (security, ca, why) in [
        (Security::Starttls(stranger.acceptor.clone()), &trusted.ca_pem, "did not prove who it is"),
        (Security::Starttls(elsewhere.acceptor.clone()), &elsewhere.ca_pem, "did not prove who it is"),
        (Security::None, &trusted.ca_pem, "offers no TLS"),
    ] {
        let post = Post::with(security, "starttls", ca).await;
        let mut world = World::with(backend, &post.config).await;
        enqueue(&app(&world), "1", mail("ana@example.com"), &code("234232")).await;
        post.server.visits(1).await;
        let waiting = until(&world, "waiting", |all| all.iter().any(|one| one["error"].is_string())).await;
        assert!(waiting[0]["error"].as_str().unwrap().contains(why), "{waiting:?}");
        assert!(post.server.so_far().is_empty() && post.server.tries(0).await == 0);
        world.stop().await;
    }
}

async fn a_refused_letter_is_tried_again_and_a_dead_one_is_shown_and_revived(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let app = app(&world);
    post.server.next("451 4.2.0 <ana@example.com> not now");
    enqueue(&app, "1", mail("ana@example.com"), &Message::Test).await;
    let waiting = until(&world, "waiting", |all| all.iter().any(|one| one["error"].is_string())).await;
    assert_eq!(waiting[0]["error"], "the mail server refused it for now (451)");
    assert_eq!(post.server.tries(1).await, 1);
    later(&world, 11);
    assert_eq!(post.server.mails(1).await.len(), 1);
    until(&world, "sent", |all| all.len() == 1 && all[0]["tries"] == 2).await;

    post.server.next("550 5.1.1 <bo@example.com> unknown");
    enqueue(&app, "2", mail("bo@example.com"), &Message::Test).await;
    let dead = until(&world, "dead", |all| all.len() == 1).await;
    assert_eq!(dead[0]["error"], "the mail server refused it for good (550)");
    assert!(!dead[0].to_string().contains("bo@example.com"), "the recipient stays masked: {}", dead[0]);
    let retry = format!("/api/v1/outbox/{}/retry", dead[0]["id"].as_str().unwrap());
    for (role, status) in [("viewer", 403), ("operator", 403)] {
        let key = world.key(role, None).await;
        world.call_as(&key, "POST", &retry, Some(&json!({}))).await.expect(status);
        world.call_as(&key, "GET", "/api/v1/outbox", None).await.expect(status);
    }
    world.post(&retry, json!({})).await.expect(204);
    assert_eq!(post.server.mails(2).await[1].to, ["bo@example.com"]);
    until(&world, "sent", |all| all.len() == 2).await;
    world.post(&retry, json!({})).await.expect(409);

    // Refused for a whole day: given up, and shown. Each answer is another one, so that the end of each try is seen.
    for n in 1..60 {
        post.server.next(&format!("45{} not now", n % 3));
    }
    enqueue(&app, "3", mail("cy@example.com"), &Message::Test).await;
    for n in 1.. {
        let said = format!("(45{})", n % 3);
        let ended =
            |one: &Value| one["tries"] == n && one["error"].as_str().is_some_and(|why| why.contains(&said));
        if until(&world, "waiting", |all| all.iter().all(ended)).await.is_empty() {
            break;
        }
        later(&world, 3_700);
    }
    let dead = until(&world, "dead", |all| all.len() == 1).await;
    assert!(dead[0]["error"].as_str().unwrap().starts_with("given up after 24 tries"), "{}", dead[0]);
    assert_eq!(post.server.tries(0).await, 4 + 24);
}

async fn an_expired_code_is_not_sent(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    post.server.next("451 not now");
    enqueue(&app(&world), "1", mail("ana@example.com"), &code("108108")).await;
    until(&world, "waiting", |all| all.iter().any(|one| one["error"].is_string())).await;
    later(&world, 601);
    let dead = until(&world, "dead", |all| all.len() == 1).await;
    assert!(dead[0]["error"].as_str().unwrap().starts_with("too late"), "{}", dead[0]);
    let retry = format!("/api/v1/outbox/{}/retry", dead[0]["id"].as_str().unwrap());
    world.post(&retry, json!({})).await.expect(409);
    assert_eq!((post.server.tries(1).await, post.server.so_far().len()), (1, 0));
}

async fn a_letter_survives_the_end_of_the_server(backend: Backend) {
    let post = Post::starttls().await;
    let mut world = World::with(backend, &post.config).await;
    world.stop().await;
    // Committed, and nothing that sends was ever started: as after a kill between the two.
    let (app, committer) = App::open(world.folder(), world.config(), world.clock.clone()).await.unwrap();
    enqueue(&app, "1", mail("ana@example.com"), &code("424242")).await;
    app.db.close().await;
    drop(committer);
    assert!(post.server.so_far().is_empty());
    world.start().await;
    assert!(post.server.mails(1).await[0].text().contains("424242"));
}

async fn a_killed_server_tells_after_its_start(backend: Backend) {
    let receiver = Outside::start(None).await;
    let mut world = World::external(backend, LOOPBACK).await;
    let (place, _, mut devices) = world.with_devices(1).await;
    webhook(&world, place.organization, &receiver).await;
    devices[0].measure(&world, readings("temperature", Some("Cel"), world.now(), &[99.0])).await.expect(202);
    // Where the kill meets it is not known: before the look, in the outbox, on its way. It arrives all the same.
    world.kill();
    world.start().await;
    let asked = receiver.asked(1).await;
    assert_eq!(asked[0].json()["type"], "quarantine-cause");
    until(&world, "sent", |all| all.len() == 1).await;
    let ids: std::collections::BTreeSet<_> =
        receiver.so_far().iter().map(|one| one.header("webhook-id").to_owned()).collect();
    assert_eq!(ids.len(), 1, "at least once, and always under the same id");
    world.stop().await;
}

async fn sealed_letters_cannot_be_swapped(backend: Backend) {
    let post = Post::starttls().await;
    let world = World::with(backend, &post.config).await;
    let app = app(&world);
    // Somebody with the database but without the keys would send one person's code to another.
    for (key, to) in [("1", "ana@example.com"), ("2", "eve@example.com")] {
        post.server.next("451 not now");
        enqueue(&app, key, mail(to), &code("606606")).await;
    }
    until(&world, "waiting", |all| all.iter().filter(|one| one["error"].is_string()).count() == 2).await;
    let mut tx = app.db.write().await.unwrap();
    let rows: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> =
        sqlx::query_as("SELECT id, sealed, note FROM outbox").fetch_all(&mut *tx).await.unwrap();
    for (from, to) in [(0, 1), (1, 0)] {
        sqlx::query("UPDATE outbox SET sealed = $1 WHERE id = $2")
            .bind(&rows[from].1[..])
            .bind(&rows[to].0[..])
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    later(&world, 11);
    let unread = |one: &Value| one["error"].as_str().is_some_and(|why| why.starts_with("it cannot be read"));
    until(&world, "waiting", |all| all.len() == 2 && all.iter().all(unread)).await;
    assert_eq!((post.server.so_far().len(), post.server.tries(2).await), (0, 2));
}

async fn a_letter_on_its_way_at_the_end_goes_again(backend: Backend) {
    let receiver = Outside::start(None).await;
    let world = World::with(backend, LOOPBACK).await;
    let owner = world.organization("Northern Cold").await;
    let (hook, _) = webhook(&world, owner.id, &receiver).await;
    let app = app(&world);
    // The receiver never answers, and whoever sends ends before it gives up.
    receiver.next(Answer::Silence);
    world.post(&format!("/api/v1/webhooks/{hook}/test"), json!({})).await.expect(202);
    let first = receiver.asked(1).await.remove(0);
    let waiting = letters(&world, "waiting").await;
    assert_eq!(waiting[0]["tries"], 1, "it is claimed before it is sent");
    // Nobody else takes it while its lease lasts; then it goes again, under the same id.
    assert_eq!(notify::pass(&app, &CancellationToken::new()).await.unwrap(), 0);
    world.clock.shift_secs(61);
    assert_eq!(notify::pass(&app, &CancellationToken::new()).await.unwrap(), 1);
    let asked = receiver.asked(2).await;
    assert_eq!(asked[1].header("webhook-id"), first.header("webhook-id"));
    until(&world, "sent", |all| all.len() == 1).await;
}

async fn each_letter_goes_once_however_many_look(backend: Backend) {
    let receiver = Outside::start(None).await;
    let world = World::with(backend, LOOPBACK).await;
    let owner = world.organization("Northern Cold").await;
    let (hook, _) = webhook(&world, owner.id, &receiver).await;
    let app = app(&world);
    let mut tx = app.db.write().await.unwrap();
    for n in 0..30 {
        let key = DuplicateKey::new(&["n", &n.to_string()]);
        let to = Channel::Webhook(hook.parse().unwrap());
        notify::enqueue(&mut tx, &app, &key, Language::En, to, Some(owner.id), &Message::Test).await.unwrap();
    }
    tx.commit().await.unwrap();
    let stop = CancellationToken::new();
    // Each look is what another server on the same database would do.
    tokio::join!(notify::pass(&app, &stop), notify::pass(&app, &stop), notify::pass(&app, &stop)).0.unwrap();
    until(&world, "sent", |all| all.len() == 30).await;
    let ids: std::collections::BTreeSet<String> =
        receiver.so_far().iter().map(|asked| asked.header("webhook-id").to_owned()).collect();
    assert_eq!((receiver.so_far().len(), ids.len()), (30, 30));
}

async fn sms_fit_the_gateway(backend: Backend) {
    let gateway = Outside::start(None).await;
    let files = tempfile::tempdir().unwrap();
    let secret = files.path().join("auth");
    write_private(&secret, b"name:password\n").unwrap();
    let url = format!("http://{}/sms?v=1", gateway.address);
    let config = format!(
        "[sms]\nurl = \"{url}\"\nbody = \"From=Fieldkeep&To={{to}}&Body={{text}}\"\nauth_file = \"{}\"\n\
         [sms.headers]\nX-Account = \"7\"\n",
        secret.display()
    );
    let world = World::with(backend, &config).await;
    let app = app(&world);
    let number = || Channel::Sms("+46701234542".parse().unwrap());
    gateway.next(Answer::Status(503));
    enqueue(&app, "1", number(), &code("315315")).await;
    let waiting = until(&world, "waiting", |all| all.iter().any(|one| one["error"].is_string())).await;
    assert_eq!((&waiting[0]["to"], &waiting[0]["error"]), (&json!("+46…42"), &json!("it answered 503")));
    gateway.next(Answer::Close);
    later(&world, 11);
    gateway.asked(2).await;
    until(&world, "waiting", |all| all.first().is_some_and(|one| one["tries"] == 2)).await;
    until(&world, "waiting", |all| all[0]["error"].as_str().unwrap().contains("no answer")).await;
    later(&world, 21);
    let asked = gateway.asked(3).await.remove(2);
    assert_eq!(asked.line, "POST /sms?v=1");
    assert_eq!(asked.header("authorization"), format!("Basic {}", BASE64.encode(b"name:password")));
    assert_eq!(
        (asked.header("x-account"), asked.header("content-type")),
        ("7", "application/x-www-form-urlencoded")
    );
    assert!(asked.body.starts_with("From=Fieldkeep&To=%2B46701234542&Body="), "{}", asked.body);
    assert!(asked.body.contains("315315"));
    until(&world, "sent", |all| all.len() == 1).await;
    gateway.next(Answer::Status(422));
    enqueue(&app, "2", number(), &Message::Test).await;
    let dead = until(&world, "dead", |all| all.len() == 1).await;
    assert!(dead[0]["error"].as_str().unwrap().contains("422"));
}

/// A letter as it stands in the database.
type Row = (Vec<u8>, Option<Vec<u8>>, Vec<u8>, String, String);

/// Everything that any part of this process logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn log() -> Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let writer = log.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        log
    })
    .clone()
}

async fn codes_stand_nowhere_in_the_clear(backend: Backend) {
    let log = log();
    let post = Post::starttls().await;
    let gateway = Outside::start(None).await;
    let config = format!("{}[sms]\nurl = \"http://{}/\"\n", post.config, gateway.address);
    let world = World::with(backend, &config).await;
    let app = app(&world);
    let link = || Hidden::new("https://localhost/r/wombat-echidna-9071");
    // One waits, one is dead, one is sent; and a gateway that fails after it has read the text.
    post.server.next("451 your code is 770077");
    enqueue(&app, "1", mail("numbat@example.com"), &code("770077")).await;
    until(&world, "waiting", |all| all.iter().any(|one| one["error"].is_string())).await;
    post.server.next("550 no wombat-echidna-9071");
    enqueue(&app, "2", mail("numbat@example.com"), &Message::ResetLink { link: link(), hours: 1 }).await;
    until(&world, "dead", |all| all.len() == 1).await;
    gateway.next(Answer::Status(500));
    enqueue(&app, "3", Channel::Sms("+46701239942".parse().unwrap()), &code("770077")).await;
    until(&world, "waiting", |all| all.iter().filter(|one| one["error"].is_string()).count() == 2).await;
    enqueue(&app, "4", mail("quokka@example.com"), &code("770077")).await;
    post.server.mails(1).await;
    until(&world, "sent", |all| all.len() == 1).await;

    let owner = world.organization("Northern Cold").await;
    let path = format!("/api/v1/organizations/{}/webhooks", owner.id);
    let hook = json!({"name": "bandicoot", "url": "https://example.com/bandicoot"});
    let secret = world.post(&path, hook).await.expect(201).body["secret"].as_str().unwrap().to_owned();
    let mut tx = app.db.read().await.unwrap();
    let (sealed, kinds): (Vec<u8>, String) =
        sqlx::query_as("SELECT sealed, kinds FROM webhooks").fetch_one(&mut *tx).await.unwrap();
    drop(tx);
    let row = [&sealed[..], kinds.as_bytes()].concat();
    for needle in ["bandicoot", "example.com", secret.strip_prefix("whsec_").unwrap()] {
        assert!(
            !row.windows(needle.len()).any(|window| window == needle.as_bytes()),
            "a webhook shows {needle}"
        );
    }

    let needles = ["770077", "wombat-echidna", "numbat", "quokka", "46701239942"];
    for state in ["waiting", "sent", "dead"] {
        let shown = world.call("GET", &format!("/api/v1/outbox?state={state}"), None).await.expect(200).text;
        assert!(!needles.iter().any(|needle| shown.contains(needle)), "{shown}");
    }
    let mut tx = app.db.read().await.unwrap();
    let rows: Vec<Row> = sqlx::query_as("SELECT duplicate_key, sealed, note, kind, channel FROM outbox")
        .fetch_all(&mut *tx)
        .await
        .unwrap();
    drop(tx);
    assert_eq!(rows.len(), 4);
    for (key, sealed, note, kind, channel) in rows {
        let all =
            [&key[..], &sealed.unwrap_or_default(), &note, kind.as_bytes(), channel.as_bytes()].concat();
        for needle in needles {
            let held = all.windows(needle.len()).any(|window| window == needle.as_bytes());
            assert!(!held, "a row of kind {kind} shows {needle}");
        }
    }
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(
        logged.contains("notify.dead") && logged.contains("notify.again"),
        "the search looks at something"
    );
    for needle in ["770077", "wombat-echidna", "numbat", "quokka"] {
        let line = logged.lines().find(|line| line.contains(needle));
        assert!(line.is_none(), "the log shows {needle}: {line:?}");
    }
}

#[test]
fn two_servers_on_one_database_send_each_letter_once() {
    fieldkeep_testkit::world::block_on(async {
        let receiver = Outside::start(None).await;
        let mut world = World::external(Backend::Postgres, LOOPBACK).await;
        let owner = world.organization("Northern Cold").await;
        let (hook, _) = webhook(&world, owner.id, &receiver).await;
        let mut twin = world.twin().await;
        // A third that sends nothing itself: the two find what it leaves by their own clocks.
        let (app, committer) = App::open(world.folder(), world.config(), world.clock.clone()).await.unwrap();
        for n in 0..60 {
            let mut tx = app.db.write().await.unwrap();
            let key = DuplicateKey::new(&["n", &n.to_string()]);
            let to = Channel::Webhook(hook.parse().unwrap());
            let put = notify::enqueue(&mut tx, &app, &key, Language::En, to, Some(owner.id), &Message::Test);
            assert!(put.await.unwrap());
            tx.commit().await.unwrap();
        }
        until(&world, "sent", |all| all.len() == 60).await;
        let asked = receiver.so_far();
        let ids: std::collections::BTreeSet<_> =
            asked.iter().map(|one| one.header("webhook-id").to_owned()).collect();
        assert_eq!((asked.len(), ids.len()), (60, 60));
        app.db.close().await;
        drop(committer);
        twin.stop().await;
        world.stop().await;
    });
}

#[test]
fn unsafe_ways_out_are_refused_before_a_port_is_bound() {
    use fieldkeep_server::Config;
    use std::path::Path;
    let refused = |text: &str| Config::parse(text, Path::new("f.toml")).unwrap_err().to_string();
    let from = "from = \"keep@example.com\"";
    for (text, key) in [
        (format!("[mail]\nhost = \"mail.example.com\"\ntls = \"loopback-plaintext\"\n{from}"), "mail.tls"),
        (format!("[mail]\nhost = \"10.0.0.1\"\ntls = \"loopback-plaintext\"\n{from}"), "mail.tls"),
        ("[mail]\nhost = \"mail.example.com\"".into(), "mail.from"),
        (format!("[mail]\nhost = \"a b\"\n{from}"), "mail.host"),
        (format!("[mail]\nhost = \"mail.example.com\"\n{from}\nusername = \"x\""), "mail.password_file"),
        ("[sms]\nurl = \"http://sms.example.com/\"".into(), "sms.url"),
        ("[sms]\nurl = \"https://a:b@sms.example.com/\"".into(), "sms.url"),
        ("[sms]\nurl = \"https://sms.example.com/\"\nbody = \"x={text}\"".into(), "sms.body"),
        (
            "[sms]\nurl = \"https://sms.example.com/\"\n[sms.headers]\nAuthorization = \"x\"".into(),
            "sms.headers",
        ),
        ("[notify]\nwebhook_networks = [\"10.0.0.1/8\"]".into(), "notify.webhook_networks"),
    ] {
        let why = refused(&text);
        assert!(why.starts_with("f.toml:") && why.contains(&format!("`{key}`")), "{text}: {why}");
    }
    let files = tempfile::tempdir().unwrap();
    let password = files.path().join("password");
    std::fs::write(&password, "secret").unwrap();
    let text = format!(
        "[mail]\nhost = \"mail.example.com\"\n{from}\nusername = \"x\"\npassword_file = \"{}\"",
        password.display()
    );
    let config = Config::parse(&text, Path::new("f.toml")).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o644)).unwrap();
    let why = notify::Post::new(&config, Path::new("f.toml")).unwrap_err().to_string();
    assert!(
        why.contains("`mail.password_file`") && why.contains("chmod 600") && !why.contains("secret"),
        "{why}"
    );
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(notify::Post::new(&config, Path::new("f.toml")).is_ok());
}
