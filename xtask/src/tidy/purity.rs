//! domain, wire and telemetry see no clock, no randomness, no file and no socket: what varies is a parameter.
//!
//! Never: follows calls into other crates.

use super::Finding;
use super::lexer::has_word;
use super::tree::Tree;

const PURE: [&str; 3] = ["domain", "wire", "telemetry"];
const FORBIDDEN: [(&str, &str); 12] = [
    ("::now(", "a clock: take the time as a parameter"),
    (".elapsed()", "a clock: take the time as a parameter"),
    ("rand::", "randomness: take the random bytes as a parameter"),
    ("thread_rng", "randomness: take the random bytes as a parameter"),
    ("getrandom", "randomness: take the random bytes as a parameter"),
    ("new_v4", "randomness: take the random bytes as a parameter"),
    ("std::fs", "a file: take the bytes as a parameter"),
    ("std::env", "the environment: take the value as a parameter"),
    ("std::process", "a process: leave it to the caller"),
    ("TcpStream", "a socket: leave it to the caller"),
    ("TcpListener", "a socket: leave it to the caller"),
    ("UdpSocket", "a socket: leave it to the caller"),
];

/// What reaches out of the pure crates.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for krate in PURE {
        for source in tree.shipped().filter(|source| source.is_of(krate)) {
            for (line, code) in source.lines() {
                let reaches = FORBIDDEN.iter().filter(|(word, _)| has_word(code, word));
                findings.extend(reaches.map(|(_, what)| {
                    Finding::new(&source.path, line, format!("`{krate}` must not see {what}"))
                }));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pure_crates_reach_for_nothing() {
        let text = "//! Never a clock, as SystemTime::now() is.\nfn a() { Instant::now(); }\nuse rand::Rng;\nuse std::fs;\nuse std::net::IpAddr;\n#[cfg(test)]\nmod tests { use rand::Rng; }\n";
        let lines = |path: &str| -> Vec<usize> {
            check(&Tree::of(&[(path, text)])).iter().map(|finding| finding.line).collect()
        };
        assert_eq!(lines("crates/domain/src/a.rs"), [2, 3, 4]);
        assert_eq!(lines("crates/telemetry/src/a.rs"), [2, 3, 4]);
        assert!(lines("crates/server/src/a.rs").is_empty());
    }
}
