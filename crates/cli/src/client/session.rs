//! A person's session, as a page of the server's own would have it: one cookie, and the origin that belongs to it.
//!
//! Never: a cookie on disk. What is opened here ends with the process.

use super::{Client, Error};
use reqwest::Method;
use reqwest::header::{COOKIE, HeaderValue, ORIGIN, SET_COOKIE};
use serde::Serialize;
use serde::de::DeserializeOwned;

const COOKIE_NAME: &str = "__Host-fieldkeep=";

/// A session that is being opened, or is open.
#[derive(Debug, Clone)]
pub struct Session {
    client: Client,
    cookie: Option<HeaderValue>,
}

impl Client {
    /// Somebody who is not signed in yet.
    pub fn session(&self) -> Session {
        Session { client: Self { key: None, ..self.clone() }, cookie: None }
    }
}

impl Session {
    /// Reads an object.
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &(impl Serialize + ?Sized),
    ) -> Result<T, Error> {
        let mut request = self.client.request(Method::GET, path).query(query);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie.clone());
        }
        let answer = self.client.send(request).await?;
        self.client.read(answer).await
    }

    /// Sends something; a session that comes back is kept.
    pub async fn post<T: DeserializeOwned>(&mut self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        let mut request =
            self.client.request(Method::POST, path).header(ORIGIN, self.client.base()).json(body);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie.clone());
        }
        let answer = self.client.send(request).await?;
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let text = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if text.starts_with(COOKIE_NAME)
                && let Ok(mut value) = HeaderValue::from_str(text)
            {
                value.set_sensitive(true);
                self.cookie = Some(value);
            }
        }
        self.client.read(answer).await
    }
}
