//! Connections to servers that are not ours: who is trusted there, and which addresses may be reached.
//!
//! Never: a proxy, a redirect, a resolver of the library's own. The address that was checked is the one connected to.

use crate::config::{ConfigError, text_file};
use crate::limits::{SEND_S_MAX, WEBHOOK_ADDRESSES_MAX};
use fieldkeep_domain::notify::{Outcome, is_public};
use fieldkeep_domain::project::Network;
use fieldkeep_trust::{tls, x509};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The authorities in a file that a key names, DER; none where the key is empty.
pub fn authorities(config: &Path, key: &'static str, file: &str) -> Result<Vec<Vec<u8>>, ConfigError> {
    let Some(pem) = text_file(config, key, file)? else { return Ok(Vec::new()) };
    let refused =
        |why: String| ConfigError::File { path: config.to_owned(), key, file: PathBuf::from(file), why };
    let found = x509::from_pem(&pem).map_err(|error| refused(error.to_string()))?;
    roots(&found, false).map_err(refused)?;
    Ok(found)
}

fn roots(own: &[Vec<u8>], public: bool) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    if public {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    for der in own {
        store.add(CertificateDer::from(der.clone())).map_err(|error| error.to_string())?;
    }
    Ok(store)
}

/// TLS towards a server outside: the public authorities, those of the operator, or both.
pub fn client_tls(own: &[Vec<u8>], public: bool) -> Result<ClientConfig, String> {
    let mut config = ClientConfig::builder_with_provider(tls::provider())
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots(own, public)?)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// A client that connects to these addresses for this host and to nothing else.
pub fn client(
    tls: ClientConfig,
    host: &str,
    addresses: &[SocketAddr],
) -> Result<reqwest::Client, reqwest::Error> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .http1_only()
        .pool_max_idle_per_host(0)
        .timeout(Duration::from_secs(SEND_S_MAX))
        .user_agent(concat!("fieldkeep/", env!("CARGO_PKG_VERSION")));
    match addresses {
        [] => builder.build(),
        pinned => builder.resolve_to_addrs(host, pinned).build(),
    }
}

/// The address that a host is by itself; every spelling of an IPv4 address counts (`127.1`, `0x7f000001`).
pub fn literal(url: &reqwest::Url) -> Option<IpAddr> {
    url.host_str()?.trim_matches(['[', ']']).parse().ok()
}

/// What an answer with this status means. The answer's body is never looked at: it may repeat what was sent.
pub fn judge(status: u16) -> Outcome {
    match status {
        200..=299 => Outcome::Delivered,
        300..=399 => Outcome::Later(format!("it answered {status}: redirects are not followed")),
        408 | 429 | 500.. => Outcome::Later(format!("it answered {status}")),
        _ => Outcome::Never(format!("it answered {status}: the request itself is refused")),
    }
}

/// Why no answer came, without the address: that may hold a token.
pub fn unanswered(error: &reqwest::Error) -> Outcome {
    Outcome::Later(if error.is_timeout() {
        format!("no answer within {SEND_S_MAX} s")
    } else {
        let mut source: &dyn std::error::Error = error;
        while let Some(deeper) = source.source() {
            source = deeper;
        }
        format!("no answer: {source}")
    })
}

/// Whether what a name resolved to may be connected to. All of it must be allowed: a name with one public and one inner
/// address is refused, whichever comes first.
/// `key` names the configuration that lists `extra`.
pub fn allowed(resolved: &[IpAddr], plain: bool, extra: &[Network], key: &str) -> Result<(), String> {
    if resolved.is_empty() {
        return Err("the name has no address".into());
    }
    if resolved.len() > WEBHOOK_ADDRESSES_MAX {
        return Err(format!("the name has more than {WEBHOOK_ADDRESSES_MAX} addresses"));
    }
    for address in resolved {
        // A wrapped IPv4 address is none: a list that names 10.0.0.0/8 means 10.0.0.1, not ::ffff:10.0.0.1.
        let wrapped = matches!(address, IpAddr::V6(six) if six.to_ipv4_mapped().is_some());
        let listed = !wrapped && extra.iter().any(|network| network.contains(*address));
        if !listed && !is_public(*address) {
            return Err(format!(
                "it leads to an address that is not public: the operator may list its network in `{key}`"
            ));
        }
        if plain && !(listed && address.is_loopback()) {
            return Err(format!("http:// is for a loopback address that `{key}` lists; use https://"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_name_that_also_resolves_to_an_inner_address_is_refused() {
        assert_eq!(allowed(&all(&["1.1.1.1", "2606:4700::1"]), false, &[], "key"), Ok(()));
        for rebound in [
            &["1.1.1.1", "127.0.0.1"][..],
            &["10.0.0.1", "1.1.1.1"],
            &["169.254.169.254"],
            &["::ffff:1.1.1.1"],
            &["64:ff9b::7f00:1"],
            &[],
        ] {
            assert!(allowed(&all(rebound), false, &[], "key").is_err(), "{rebound:?}");
        }
        assert!(
            allowed(&vec!["1.1.1.1".parse().unwrap(); WEBHOOK_ADDRESSES_MAX + 1], false, &[], "key").is_err()
        );
    }

    #[test]
    fn the_operator_opens_networks_and_plain_http_stays_on_this_machine() {
        let extra: Vec<Network> = vec!["10.20.0.0/16".parse().unwrap(), "127.0.0.0/8".parse().unwrap()];
        assert!(allowed(&all(&["10.20.1.1"]), false, &extra, "key").is_ok());
        assert!(allowed(&all(&["10.21.1.1"]), false, &extra, "key").is_err());
        assert!(allowed(&all(&["::ffff:10.20.1.1"]), false, &extra, "key").is_err());
        assert!(allowed(&all(&["127.0.0.1"]), true, &extra, "key").is_ok());
        for (address, extra) in
            [("10.20.1.1", &extra[..]), ("1.1.1.1", &extra), ("127.0.0.1", &[]), ("::1", &extra)]
        {
            assert!(allowed(&all(&[address]), true, extra, "key").is_err(), "{address}");
        }
    }

    #[test]
    fn statuses_are_final_or_not() {
        assert_eq!(judge(204), Outcome::Delivered);
        for later in [301, 408, 429, 500, 503] {
            assert!(matches!(judge(later), Outcome::Later(_)), "{later}");
        }
        for never in [400, 401, 404, 410, 422] {
            assert!(matches!(judge(never), Outcome::Never(_)), "{never}");
        }
    }
}
