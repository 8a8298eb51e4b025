use super::*;
use fieldkeep_domain::notify::{FactorChange, Withdrawn};
use fieldkeep_domain::quarantine::Reason;
use fieldkeep_domain::{DeviceId, ProjectId};

const FORGED: &str = "Eve\r\nBcc: all@example.com\u{2028}\u{202e}x";

fn every() -> Vec<Message> {
    let (device, project) = (DeviceId::from_random([7; 16]), ProjectId::from_random([8; 16]));
    let at = Timestamp::from_secs(1_795_464_900);
    let text = || FORGED.to_owned();
    let mut all = vec![
        Message::Invitation {
            link: Hidden::new("https://k.example/i#s"),
            organization: text(),
            from: text(),
            expires: at,
        },
        Message::Code { code: Hidden::new("482913"), minutes: 10 },
        Message::ResetLink { link: Hidden::new("https://k.example/r#s"), hours: 2 },
        Message::NewSignIn { at, network: text(), agent: "x".repeat(5_000) },
        Message::KeyExpiring { name: text(), at },
        Message::FactorRemoved { what: text(), by: text() },
        Message::BreakGlass { by: text(), until: at, reason: text() },
        Message::CloneSeen { device },
        Message::Test,
    ];
    all.extend(FactorChange::ALL.map(|change| Message::FactorChanged { change, at, network: text() }));
    all.extend(Withdrawn::ALL.map(|why| Message::RefusedDevice { device, why }));
    all.extend(Reason::NAMES.map(|reason| Message::QuarantineCause {
        device,
        project,
        reason: reason.to_owned(),
    }));
    all
}

#[test]
fn every_message_renders_in_every_language() {
    for message in every() {
        let texts = Language::ALL.map(|language| render(&message, language));
        for text in &texts {
            for part in [&text.subject, &text.body, &text.short] {
                assert!(!part.trim().is_empty(), "{message:?}");
                assert!(!part.contains('{') && !part.contains("\r"), "{message:?}: {part}");
            }
            assert!(text.body.ends_with('\n') && text.short.len() < 1_400, "{message:?}");
        }
        assert_ne!(texts[0].subject, texts[1].subject, "{message:?} is translated");
        assert_ne!(texts[0].body, texts[1].body, "{message:?} is translated");
    }
}

#[test]
fn subjects_are_one_line_whatever_a_name_holds() {
    for message in every() {
        for language in Language::ALL {
            let text = render(&message, language);
            assert!(!text.subject.chars().any(char::is_control), "{}", text.subject);
            assert!(text.subject.chars().count() <= SUBJECT_CHARS_MAX);
            assert!(!text.body.contains("\nBcc:"), "{}", text.body);
        }
    }
}

#[test]
fn codes_stand_in_the_text_and_in_no_subject() {
    let message = Message::Code { code: Hidden::new("482913"), minutes: 10 };
    for language in Language::ALL {
        let text = render(&message, language);
        assert!(text.body.contains("482913") && text.short.contains("482913"));
        assert!(!text.subject.contains("482913"));
        assert_eq!(format!("{text:?}"), "Text");
    }
}

#[test]
fn every_cause_has_words() {
    for reason in Reason::NAMES {
        let message = Message::QuarantineCause {
            device: DeviceId::MIN,
            project: ProjectId::MIN,
            reason: reason.to_owned(),
        };
        for language in Language::ALL {
            let subject = render(&message, language).subject;
            assert!(!subject.ends_with(&format!(": {reason}")), "{reason} has no words");
        }
    }
}

#[test]
fn long_values_are_cut_between_characters() {
    assert_eq!(cut("éé", 3), "é…");
    assert_eq!(minute(Timestamp::from_secs(0)), "1970-01-01 00:00 UTC");
}
