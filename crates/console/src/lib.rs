//! The console's files: built by `web/`, embedded in a release, read from disk in a development build.
//!
//! Never: an address, a header, or a file that the build did not make. It stands beside the server and not in it, so that a word on
//! a page compiles these few lines anew and not all of the server.

use rust_embed::RustEmbed;
use std::borrow::Cow;

#[derive(RustEmbed)]
#[folder = "../../web/dist/"]
#[allow_missing = true]
struct Files;

/// What is in the file of this name, and its SHA-256; none where the build made no such file.
#[must_use]
pub fn file(name: &str) -> Option<(Cow<'static, [u8]>, [u8; 32])> {
    Files::get(name).map(|file| (file.data, file.metadata.sha256_hash()))
}

#[cfg(test)]
mod tests {
    use super::file;

    #[test]
    fn nothing_outside_the_build_is_a_file() {
        for name in ["", "../Cargo.toml", "assets/../../package.json", "/etc/passwd", "none.js"] {
            assert!(file(name).is_none(), "{name}");
        }
    }
}
