//! How a secret that was made just now reaches whoever asked: into a new file, or alone on stdout. Never: twice.

use super::Env;
use crate::files::SecretFile;
use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Where a secret will go: taken before it is made, so that it is not lost for want of a file.
#[derive(Debug)]
pub struct Place(Option<(SecretFile, PathBuf)>);

impl Place {
    /// In this new file, or on stdout.
    pub fn reserve(path: Option<&Path>) -> Result<Self> {
        Ok(Self(path.map(|path| SecretFile::reserve(path).map(|file| (file, path.to_owned()))).transpose()?))
    }
}

/// What was made.
#[derive(Debug)]
pub struct Made<'a, W, P> {
    /// The answer with the secret in it.
    pub whole: &'a W,
    /// The answer without.
    pub public: &'a P,
    /// The secret.
    pub secret: &'a str,
    /// What it is, in words.
    pub what: String,
    /// What to type where the file cannot be written.
    pub undo: String,
}

/// On stdout the secret stands alone, so that it can be piped; what it is stands on stderr.
pub fn hand_over<W: Serialize, P: Serialize>(env: &Env, made: &Made<'_, W, P>, place: Place) -> Result<()> {
    let Made { what, undo, .. } = made;
    match place.0 {
        Some((file, path)) => {
            file.fill(made.secret).with_context(|| format!("the secret is lost: `{undo}`"))?;
            let mut answer = serde_json::to_value(made.public)?;
            answer["file"] = json!(path);
            env.out.show(&answer, || format!("{what}; its secret is in {}", path.display()))
        }
        None => {
            if !env.out.is_json() {
                env.out.note(format_args!("{what}; this is its secret, shown once:"));
            }
            env.out.show(made.whole, || made.secret.to_owned())
        }
    }
}
