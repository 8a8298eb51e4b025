//! English: every message as subject, text and short text.
//!
//! Never: a fact that the message does not carry.

use super::{minute, opened, value};
use fieldkeep_domain::notify::{FactorChange, Message, Withdrawn};

/// A message in English.
pub fn words(message: &Message) -> (String, String, String) {
    match message {
        Message::Invitation { link, organization, from, expires } => {
            let (organization, from, until) = (value(organization), value(from), minute(*expires));
            (
                format!("Invitation to {organization}"),
                format!(
                    "{from} invites you to {organization} on Fieldkeep.\n\nOpen this link to accept. It works once, until {until}:\n\n{}\n\nIf you do not know why you get this, ignore it.\n",
                    opened(link)
                ),
                format!("{from} invites you to {organization}, until {until}: {}", opened(link)),
            )
        }
        Message::Code { code, minutes } => (
            "Your code".into(),
            format!(
                "Your code is {}\n\nIt is valid for {minutes} minutes and works once. Nobody of ours will ever ask you for it.\n\nIf you did not ask for a code, somebody may know your password: change it.\n",
                opened(code)
            ),
            format!(
                "Fieldkeep: your code is {}. Valid for {minutes} minutes. Never pass it on.",
                opened(code)
            ),
        ),
        Message::ResetLink { link, hours } => (
            "Set a new password".into(),
            format!(
                "Open this link to set a new password. It works once, within {hours} h:\n\n{}\n\nIf you did not ask for it, tell your administrator.\n",
                opened(link)
            ),
            format!("Set a new password within {hours} h: {}", opened(link)),
        ),
        other => account(other),
    }
}

/// What happens to an account and its keys.
fn account(message: &Message) -> (String, String, String) {
    match message {
        Message::NewSignIn { at, network, agent } => {
            let (at, network, agent) = (minute(*at), value(network), value(agent));
            (
                "New sign-in to your account".into(),
                format!(
                    "Somebody signed in to your account.\n\nWhen: {at}\nFrom: {network}\nWith: {agent}\n\nIf that was not you, end all sessions and change your password now.\n"
                ),
                format!("New sign-in to your account at {at} from {network}. Not you? End all sessions now."),
            )
        }
        Message::KeyExpiring { name, at } => {
            let (name, at) = (value(name), minute(*at));
            (
                format!("The key {name} ends soon"),
                format!(
                    "The key {name} ends at {at}.\n\nRotate it before, with a later end for the new key: both work until then.\n"
                ),
                format!("The key {name} ends at {at}. Rotate it before."),
            )
        }
        Message::FactorRemoved { what, by } => {
            let (what, by) = (value(what), value(by));
            (
                "A sign-in factor was removed".into(),
                format!(
                    "A factor was removed from your account.\n\nWhich: {what}\nBy: {by}\n\nIf you did not expect this, tell your security officer now.\n"
                ),
                format!(
                    "Removed from your account: {what}, by {by}. Not expected? Tell your security officer."
                ),
            )
        }
        Message::FactorChanged { change, at, network } => {
            let (what, at, network) = (changed(*change), minute(*at), value(network));
            (
                "How you sign in was changed".into(),
                format!(
                    "How you sign in to your account was changed.\n\nWhat: {what}\nWhen: {at}\nFrom: {network}\n\nIf that was not you, end all sessions now and tell your administrator.\n"
                ),
                format!("How you sign in was changed at {at}: {what}. Not you? Tell your administrator now."),
            )
        }
        other => events(other),
    }
}

fn changed(change: FactorChange) -> &'static str {
    match change {
        FactorChange::Password => "the password is another one",
        FactorChange::PasskeyAdded => "a passkey was added",
        FactorChange::PasskeyRemoved => "a passkey was removed",
        FactorChange::Totp => "codes come from another authenticator app",
        FactorChange::Phone => "codes go to another telephone",
        FactorChange::Mail => "codes may be sent by e-mail",
        FactorChange::RecoveryCodes => "there are new recovery codes, the old ones open nothing any more",
        FactorChange::IdentityAdded => "an identity provider was linked",
        FactorChange::IdentityRemoved => "an identity provider was unlinked",
    }
}

/// What happens to a deployment, rather than to an account.
fn events(message: &Message) -> (String, String, String) {
    match message {
        Message::BreakGlass { by, until, reason } => {
            let (by, until, reason) = (value(by), minute(*until), value(reason));
            (
                "Emergency access was taken".into(),
                format!(
                    "Emergency access was taken.\n\nBy: {by}\nUntil: {until}\nReason given: {reason}\n\nEvery step is on the record. If this is not known to you, act now.\n"
                ),
                format!("Emergency access was taken by {by}, until {until}: {reason}"),
            )
        }
        Message::QuarantineCause { device, project, reason } => {
            let why = cause(reason);
            (
                format!("Readings held back: {why}"),
                format!(
                    "Readings of a device are held back.\n\nWhy: {why} ({reason})\nDevice: {device}\nProject: {project}\n\nLook at them in the quarantine, and release or destroy them. More of the same cause is not reported until you have decided.\n"
                ),
                format!("Readings of device {device} are held back: {why}"),
            )
        }
        Message::RefusedDevice { device, why } => {
            let why = withdrawn(*why);
            (
                "A withdrawn device tries to connect".into(),
                format!(
                    "A device that is no longer admitted tried to connect and was refused.\n\nDevice: {device}\nWhy: {why}\n\nFind out where it stands and who runs it. You hear of it once a day.\n"
                ),
                format!("Refused: device {device}, {why}"),
            )
        }
        Message::CloneSeen { device } => (
            "A device's key is used twice".into(),
            format!(
                "Two devices speak with the key of one.\n\nDevice: {device}\n\nIts image was restored, or its key was copied. Suspend it until you know which.\n"
            ),
            format!("The key of device {device} is used twice. Suspend it until you know why."),
        ),
        _ => (
            "Test message".into(),
            "This is a test. Messages from Fieldkeep arrive here.\n".into(),
            "Fieldkeep: this is a test.".into(),
        ),
    }
}

fn withdrawn(why: Withdrawn) -> &'static str {
    match why {
        Withdrawn::Certificate => "its certificate is revoked",
        Withdrawn::Suspended => "it is suspended",
        Withdrawn::Revoked => "it is revoked",
        Withdrawn::Retired => "it is retired",
    }
}

fn cause(reason: &str) -> &str {
    match reason {
        "undeclared-metric" => "a metric that the project does not declare",
        "wrong-unit" => "another unit than the declared one",
        "wrong-kind" => "a text where a quantity is declared",
        "outside-range" => "values outside what is physically possible",
        "clock" => "times that cannot be right",
        "repeated-gap" => "batches are missing again",
        "fork" => "two histories of one device",
        "rate" => "far more readings than declared",
        "network" => "a network that is not its site's",
        other => other,
    }
}
