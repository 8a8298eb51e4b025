//! The text of a device's label, plain and as a QR code: which device, and the secret that helps to claim it.

use crate::Malformed;
use data_encoding::BASE32_NOPAD;
use fieldkeep_domain::DeviceId;

const SCHEME: &str = "FK1";

/// What stands on the label.
#[derive(Clone, PartialEq, Eq)]
pub struct Label {
    /// Which device.
    pub device: DeviceId,
    /// 128 random bits; the server keeps only an HMAC of it and forgets it when the claim is finished.
    pub claim_secret: [u8; 16],
}

impl std::fmt::Debug for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Label({}, secret hidden)", self.device)
    }
}

/// `FK1:<device, base32>:<secret, base32>`, upper case only so that a QR code stays small.
pub fn encode(label: &Label) -> String {
    let device = BASE32_NOPAD.encode(label.device.as_bytes());
    format!("{SCHEME}:{device}:{}", BASE32_NOPAD.encode(&label.claim_secret))
}

/// Reads a scanned or typed label; case and white space around it do not matter.
pub fn decode(text: &str) -> Result<Label, Malformed> {
    let refused = || Malformed::Expected { at: 0, expected: "label FK1:<device>:<secret>" };
    let text = text.trim().to_ascii_uppercase();
    let mut parts = text.split(':');
    let (Some(SCHEME), Some(device), Some(secret), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(refused());
    };
    let bytes =
        |part: &str| -> Option<[u8; 16]> { BASE32_NOPAD.decode(part.as_bytes()).ok()?.try_into().ok() };
    let device = DeviceId::from_slice(&bytes(device).ok_or_else(refused)?).map_err(|_| refused())?;
    Ok(Label { device, claim_secret: bytes(secret).ok_or_else(refused)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn labels_round_trip(id: [u8; 16], claim_secret: [u8; 16]) {
            let label = Label { device: DeviceId::from_random(id), claim_secret };
            prop_assert_eq!(decode(&encode(&label).to_lowercase()), Ok(label.clone()));
            let shown = format!("{label:?}");
            prop_assert!(!shown.contains(&BASE32_NOPAD.encode(&claim_secret)));
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = decode(&text);
        }
    }
}
