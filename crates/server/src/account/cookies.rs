//! The two cookies of a browser. Both are out of reach for scripts and other hosts.

use super::{device, session};
use crate::limits::DEVICE_COOKIE_S;
use http::header::{COOKIE, HeaderMap, HeaderName, SET_COOKIE};

/// The session's cookie. It ends with the browser; the server ends it earlier.
pub fn session(token: &str) -> (HeaderName, String) {
    (SET_COOKIE, format!("{}={token}; Path=/; Secure; HttpOnly; SameSite=Strict", session::COOKIE))
}

/// Takes the session's cookie away.
pub fn over() -> (HeaderName, String) {
    (SET_COOKIE, format!("{}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0", session::COOKIE))
}

/// Remembers the browser.
pub fn browser(value: &str) -> (HeaderName, String) {
    let name = device::COOKIE;
    (
        SET_COOKIE,
        format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={DEVICE_COOKIE_S}"),
    )
}

/// A cookie of a request. Two of one name are none: one of them was planted.
pub fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut found = all.flat_map(|value| value.split(';')).filter_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key.trim() == name).then_some(value.trim())
    });
    let first = found.next()?;
    if found.next().is_some() { None } else { Some(first) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cookie_is_found_and_two_are_none() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "a=1; __Host-fieldkeep=fk_ses_x; b=2".parse().unwrap());
        assert_eq!(find(&headers, session::COOKIE), Some("fk_ses_x"));
        assert_eq!(find(&headers, "fieldkeep"), None);
        headers.append(COOKIE, "__Host-fieldkeep=other".parse().unwrap());
        assert_eq!(find(&headers, session::COOKIE), None);
    }
}
