use super::*;
use crate::ca::{Authority, Profile, SERVER_DAYS};
use crate::sign::SigningKey;
use crate::x509::to_pem;

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);
const DAY_S: i64 = 86_400;

/// Made for this test and good for nothing: RSA of 1024 bits, and a curve that TLS does not have.
const SMALL: &str = "\
-----BEGIN PRIVATE KEY-----
MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAMJWj46re30668Xn
BMjyKGFQT/CRISZCOT0w1FZESaSSBOo9vGAiHODVc0MOnh9MCDJB5Ts69D55NZCa
g8tYkvINprXsRL8gnyUxNc+EMQYcZ7qk0kl056b9IZa46izuHGeQBBdERsmT4NWY
Z1pjSfgZNFsO/wdBsbfmh3tX1jcJAgMBAAECgYAv1WSCZlz/5vfPf1xjJY+g3EbA
3Mf/Bb/W+uTY0vgZZMOG8GkkdGENShyTvc5Xv7wouqV0nb8ufWEc1Zto+sU4FlkX
Hu9wxjwLij2+S0Etiz4jsVcItguednpC6EHpJRGoRvT1IF3VjozQ0f43BwMtNYT2
hoZlPq0ug5AKB/AUcQJBAPwnV+z/VAhHYpqagDFzhrfVD2TOYLawETrJCYB7V/RO
Ds04AXM3YnXAOrXva1cZ23o+p46FE38mlxUoJuuTz+UCQQDFTXLJWgW01yMGsUP5
5GHqXNKl14kf6HLkHyzdc+dqycVJWxK7kp4iErZ8WBUNhI2KkGLPitNiRNYvXKuI
tnBVAkEA2frtEM19iJalkD+GGLnlOWBvqVab1vKIQohutWprk6AzPYdwAXlcnayr
VIKACdEpohkt4o/6Vc43h6upUbf7XQJAF07E5qBp2CkqDBpYy2Z9YrBAejLyEgDl
waklJawRhH39fmLx3ZK+d4v6XsoRAp3MErhn09i0jAFRxBqQcQAMWQJBAIy5kO9z
lxjaiYKUqz+dvSmFKGOmrM005hM8S0ZpI/d7MLYWs6sqg58U2d826/TymMdln6N8
ji0MMJF9ZZwKPMY=
-----END PRIVATE KEY-----
";
const STRANGE: &str = "\
-----BEGIN EC PRIVATE KEY-----
MHQCAQEEIPyy37VPwJ/Yf0m2fDqWSIvKKzH9vYjtYw6Q9ZkM3FYVoAcGBSuBBAAK
oUQDQgAECtBLgwoynDnPQZYgWIJiS9BqJJ6/Wj3lrLf5aKABf06sRY8kxeUPRkjV
oWNT7b0mqE2nGohFc3nLQ1Om641emg==
-----END EC PRIVATE KEY-----
";

fn issued(names: &[&str]) -> (String, SigningKey) {
    let root = Authority::root("Somebody else", NOW).unwrap();
    let issuer = root.subordinate(&Profile::Server, NOW).unwrap();
    let key = SigningKey::generate().unwrap();
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let leaf = issuer.issue(&Profile::ServerNames(names), &key.public(), NOW).unwrap();
    (to_pem("CERTIFICATE", &leaf) + &to_pem("CERTIFICATE", issuer.der()), key)
}

fn judge(chain: &str, key: &SigningKey, name: &str, now: Timestamp) -> Result<Pair, BadPair> {
    Pair::judge(chain.as_bytes(), &key.to_pem(), name, now)
}

#[test]
fn a_good_pair_is_taken_whole() {
    let (chain, key) = issued(&["fk.example"]);
    let pair = judge(&chain, &key, "fk.example", NOW).unwrap();
    assert_eq!(pair.shown.cert.len(), 2);
    assert_eq!(pair.shown.cert[0].as_ref(), pair.leaf);
    assert_eq!(pair.fingerprint, sha256(&[&pair.leaf]));
    assert_eq!(pair.not_after, NOW.plus_secs(SERVER_DAYS * DAY_S));
}

#[test]
fn names_are_compared_as_clients_do() {
    let takes = |names: &[&str], name: &str| {
        let (chain, key) = issued(names);
        match judge(&chain, &key, name, NOW) {
            Ok(_) => true,
            Err(BadPair::Name(wanted)) if wanted == name => false,
            Err(error) => panic!("{error}"),
        }
    };
    assert!(takes(&["other.example", "fk.example"], "fk.example"));
    assert!(takes(&["fk.example"], "FK.example"));
    assert!(takes(&["localhost"], "localhost"));
    assert!(takes(&["*.example.com"], "fk.example.com"));
    assert!(!takes(&["*.example.com"], "example.com"));
    assert!(!takes(&["*.example.com"], "a.fk.example.com"));
    assert!(!takes(&["f*.example.com"], "fk.example.com"));
    assert!(!takes(&["other.example"], "fk.example"));
}

#[test]
fn each_fault_has_its_sentence() {
    let (chain, key) = issued(&["fk.example"]);
    let (_, other) = issued(&["fk.example"]);
    let said = |chain: &str, key: &str, now| {
        let refused = Pair::judge(chain.as_bytes(), &Secret::new(key.into()), "fk.example", now).unwrap_err();
        (refused.to_string(), refused.is_of_key())
    };
    let pem = String::from_utf8(key.to_pem().expose().to_vec()).unwrap();
    let other = String::from_utf8(other.to_pem().expose().to_vec()).unwrap();
    let damaged = to_pem("CERTIFICATE", b"no certificate");
    for (chain, key, now, words, of_key) in [
        ("", &pem[..], NOW, "holds no certificate that can be read", false),
        (&damaged, &pem, NOW, "holds no certificate that can be read", false),
        (&format!("{chain}{damaged}"), &pem, NOW, "holds no certificate that can be read", false),
        (&chain, "", NOW, "holds no private key that can be read", true),
        (&chain, &pem.replace("PRIVATE", "ENCRYPTED PRIVATE"), NOW, "without a passphrase", true),
        (&chain, SMALL, NOW, "no key of this kind or size", true),
        (&chain, STRANGE, NOW, "no key of this kind or size", true),
        (&chain, &other, NOW, "it is not the key of the first certificate", true),
        (&chain, &pem, NOW.plus_secs(-DAY_S), "is valid only from 2026-11", false),
        (&chain, &pem, NOW.plus_secs((SERVER_DAYS + 1) * DAY_S), "ended at 2027-02", false),
    ] {
        let (text, key) = said(chain, key, now);
        assert!(text.contains(words), "{text} for {words}");
        assert_eq!(key, of_key, "{text}");
    }
}

#[test]
fn what_issued_it_must_be_there() {
    let (chain, key) = issued(&["fk.example"]);
    let (other, _) = issued(&["fk.example"]);
    let halves = |chain: &str| {
        let (leaf, above) = chain.split_at(chain[1..].find("-----BEGIN").unwrap() + 1);
        (leaf.to_owned(), above.to_owned())
    };
    let ((leaf, above), (_, foreign)) = (halves(&chain), halves(&other));
    for chain in [leaf.clone(), leaf.clone() + &foreign] {
        assert_eq!(judge(&chain, &key, "fk.example", NOW).unwrap_err(), BadPair::Issuer);
    }
    assert!(judge(&(leaf + &foreign + &above), &key, "fk.example", NOW).is_ok());
}

/// The certificate above first: its key is not ours, and that is said instead of a name that is not found.
#[test]
fn a_chain_in_the_wrong_order_is_told() {
    let (chain, key) = issued(&["fk.example"]);
    let (leaf, above) = chain.split_at(chain[1..].find("-----BEGIN").unwrap() + 1);
    let refused = judge(&format!("{above}{leaf}"), &key, "fk.example", NOW).unwrap_err();
    assert_eq!(refused, BadPair::OtherKey);
}
