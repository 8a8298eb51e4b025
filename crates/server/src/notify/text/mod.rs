//! Messages in words: a subject, a plain text and a short one for SMS, in each language. One file per language.
//!
//! Never: HTML, a control character in a subject, a value from outside that is longer than its bound.

mod en;
mod es;

use crate::limits::{MESSAGE_LINK_BYTES_MAX, MESSAGE_VALUE_BYTES_MAX, SUBJECT_CHARS_MAX};
use fieldkeep_domain::Timestamp;
use fieldkeep_domain::notify::{Hidden, Language, Message};
use fieldkeep_wire::json::format_time;
use std::fmt;

/// A message in words.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// For SMS.
    pub short: String,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text")
    }
}

/// Puts a message into words.
pub fn render(message: &Message, language: Language) -> Text {
    let (subject, body, short) = match language {
        Language::En => en::words(message),
        Language::Es => es::words(message),
    };
    Text { subject: line(&subject).chars().take(SUBJECT_CHARS_MAX).collect(), body, short }
}

/// One line: what could end it or turn its direction becomes a space.
fn line(text: &str) -> String {
    let breaks = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect()
}

/// A value that somebody outside chose, as it may stand inside a sentence.
fn value(text: &str) -> String {
    cut(&line(text), MESSAGE_VALUE_BYTES_MAX)
}

/// A code or a link, for the text of the one message that carries it.
fn opened(hidden: &Hidden) -> String {
    cut(&line(hidden.expose()), MESSAGE_LINK_BYTES_MAX)
}

fn cut(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let end = (0..=max).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}…", &text[..end])
}

/// `2026-11-23 20:15 UTC`.
fn minute(at: Timestamp) -> String {
    let text = format_time(at);
    match (text.get(..10), text.get(11..16)) {
        (Some(date), Some(time)) => format!("{date} {time} UTC"),
        _ => text,
    }
}

#[cfg(test)]
mod tests;
