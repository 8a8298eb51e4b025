//! A letter as mail programs read it (RFC 5322, RFC 2045): a few headers and one plain text.
//!
//! Never: a header with a line's end in it, an attachment, HTML.

use super::text::Text;
use data_encoding::BASE64;
use fieldkeep_domain::notify::EmailAddress;
use fieldkeep_domain::{LetterId, Timestamp};

/// Characters of a line, without its end (RFC 2045 §6.7).
const LINE_CHARS_MAX: usize = 76;
/// Bytes of text in one encoded word, so that it stays below 75 characters (RFC 2047 §2).
const WORD_BYTES_MAX: usize = 42;

/// Who sends: an address, and a name where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// What people call it; empty: nothing.
    pub name: String,
    /// The address.
    pub address: EmailAddress,
}

impl Sender {
    /// Parses `keep@example.com` or `Fieldkeep <keep@example.com>`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let Some((name, rest)) = text.split_once('<') else {
            return Some(Self { name: String::new(), address: text.parse().ok()? });
        };
        let name = name.trim();
        let plain = !name.chars().any(|c| c.is_control() || matches!(c, '"' | '<' | '>' | '@'));
        let address = rest.strip_suffix('>')?.parse().ok()?;
        (plain && name.len() <= WORD_BYTES_MAX * 2).then(|| Self { name: name.to_owned(), address })
    }
}

/// The message, headers first. `to` is the recipient as mail servers write it.
pub fn message(letter: LetterId, from: &Sender, to: &str, text: &Text, now: Timestamp) -> String {
    let domain = from.address.domain();
    let address = from.address.as_str();
    let sender = match from.name.is_empty() {
        true => address.to_owned(),
        false => format!("{}\r\n <{address}>", words(&from.name)),
    };
    let headers = [
        format!("Date: {}", date(now)),
        format!("From: {sender}"),
        format!("To: {to}"),
        format!("Subject: {}", words(&text.subject)),
        format!("Message-ID: <{letter}@{domain}>"),
        // Nobody's out-of-office note should answer (RFC 3834 §5).
        "Auto-Submitted: auto-generated".to_owned(),
        "MIME-Version: 1.0".to_owned(),
        "Content-Type: text/plain; charset=utf-8".to_owned(),
        "Content-Transfer-Encoding: quoted-printable".to_owned(),
    ];
    format!("{}\r\n\r\n{}", headers.join("\r\n"), quoted(&text.body))
}

/// A header's text as encoded words (RFC 2047): whatever it holds, it cannot end its line.
fn words(text: &str) -> String {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = (1..=rest.len().min(WORD_BYTES_MAX)).rev().find(|at| rest.is_char_boundary(*at));
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        words.push(format!("=?utf-8?B?{}?=", BASE64.encode(word.as_bytes())));
        rest = after;
    }
    words.join("\r\n ")
}

/// Quoted-printable (RFC 2045 §6.7).
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for line in text.lines() {
        let mut width = 0;
        let bytes = line.as_bytes();
        for (n, byte) in bytes.iter().enumerate() {
            let last = n + 1 == bytes.len();
            let plain = match byte {
                b' ' | b'\t' => !last,
                b'=' => false,
                byte => byte.is_ascii_graphic(),
            };
            let written = if plain { char::from(*byte).to_string() } else { format!("={byte:02X}") };
            // Room is left for the sign that the line goes on.
            if width + written.len() > LINE_CHARS_MAX - 1 {
                out.push_str("=\r\n");
                width = 0;
            }
            width += written.len();
            out.push_str(&written);
        }
        out.push_str("\r\n");
    }
    out
}

/// `Mon, 23 Nov 2026 20:15:00 +0000`; the epoch where the time has no date.
fn date(now: Timestamp) -> String {
    let at = jiff::Timestamp::from_second(now.as_secs()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let zoned = at.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    jiff::fmt::rfc2822::to_string(&zoned).unwrap_or_else(|_| "Thu, 1 Jan 1970 00:00:00 +0000".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(text: &str) -> Option<(String, String)> {
        Sender::parse(text).map(|from| (from.name, from.address.as_str().to_owned()))
    }

    #[test]
    fn senders_are_parsed() {
        let own = |name: &str| Some((name.to_owned(), "keep@example.com".to_owned()));
        assert_eq!(sender("keep@example.com"), own(""));
        assert_eq!(sender("Fieldkeep <keep@Example.com>"), own("Fieldkeep"));
        assert_eq!(sender("<keep@example.com>"), own(""));
        for bad in [
            "",
            "Fieldkeep",
            "A <a@b>",
            "A\r\nBcc: x <keep@example.com>",
            "A <keep@example.com> B",
            "\"A\" <keep@example.com>",
        ] {
            assert_eq!(sender(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn forged_headers_stay_text() {
        let text = Text {
            subject: "Señor\r\nBcc: victim@example.com".into(),
            body: "one\r\n.\r\n\r\nBcc: x\r\n".into(),
            short: String::new(),
        };
        let from = Sender::parse("Fieldkeep <keep@example.com>").unwrap();
        let now = Timestamp::from_secs(1_795_464_900);
        let message = message(LetterId::MIN, &from, "ana@example.com", &text, now);
        let (head, body) = message.split_once("\r\n\r\n").unwrap();
        assert_eq!(head.matches("\r\n").count(), 9 + head.matches("\r\n ").count() - 1, "{head}");
        assert!(!head.contains("Bcc") && head.contains("Date: Mon, 23 Nov 2026 20:15:00 +0000"), "{head}");
        assert_eq!(body, "one\r\n.\r\n\r\nBcc: x\r\n");
        assert!(head.is_ascii() && message.lines().all(|line| line.len() <= 78));
    }

    #[test]
    fn long_lines_are_broken_and_put_together_again() {
        let line = format!("{} é=\u{1F600} ", "https://example.com/".repeat(9));
        let quoted = quoted(&format!("{line}\nb\n"));
        assert!(quoted.lines().all(|line| line.len() <= LINE_CHARS_MAX) && quoted.is_ascii());
        let joined = quoted.replace("=\r\n", "");
        assert!(joined.starts_with(&"https://example.com/".repeat(9)), "{joined}");
        assert!(joined.contains(" =C3=A9=3D=F0=9F=98=80=20\r\nb\r\n"), "{joined}");
    }
}
