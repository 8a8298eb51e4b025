//! A device as people name it: by its id, by the text of its label, or by a file that holds one of them.
//!
//! Never: shows the claim secret that a label carries.

use crate::files;
use crate::limits::KEY_FILE_BYTES_MAX;
use anyhow::{Context, Result};
use fieldkeep_domain::DeviceId;
use fieldkeep_wire::label;
use std::path::PathBuf;
use std::str::FromStr;

/// A device as it was typed.
#[derive(Clone, PartialEq, Eq)]
pub enum DeviceRef {
    /// By its id.
    Id(DeviceId),
    /// By its label's text.
    Label(DeviceId, String),
    /// `@FILE`: the file holds an id or a label, so that the claim secret stays out of the command line.
    File(PathBuf),
}

impl std::fmt::Debug for DeviceRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) | Self::Label(id, _) => write!(f, "{id:?}"),
            Self::File(path) => write!(f, "@{}", path.display()),
        }
    }
}

/// Text that names no device. It is not repeated: it may be most of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a device id, the text of a label (FK1:…), or @FILE with one of them")]
pub struct BadDevice;

impl FromStr for DeviceRef {
    type Err = BadDevice;
    fn from_str(text: &str) -> Result<Self, BadDevice> {
        if let Some(path) = text.strip_prefix('@').filter(|path| !path.is_empty()) {
            return Ok(Self::File(path.into()));
        }
        let text = text.trim();
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        label::decode(text).map(|label| Self::Label(label.device, text.to_owned())).map_err(|_| BadDevice)
    }
}

impl DeviceRef {
    /// The device and, where one was given, its label.
    pub fn resolve(&self) -> Result<(DeviceId, Option<String>)> {
        match self {
            Self::Id(id) => Ok((*id, None)),
            Self::Label(id, text) => Ok((*id, Some(text.clone()))),
            Self::File(path) => {
                let bytes = files::read(path, KEY_FILE_BYTES_MAX)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                match String::from_utf8_lossy(&bytes).trim().parse() {
                    Ok(Self::Id(id)) => Ok((id, None)),
                    Ok(Self::Label(id, text)) => Ok((id, Some(text))),
                    Ok(Self::File(_)) | Err(BadDevice) => {
                        Err(BadDevice).with_context(|| format!("{} names no device", path.display()))
                    }
                }
            }
        }
    }
    /// The device.
    pub fn id(&self) -> Result<DeviceId> {
        self.resolve().map(|(id, _)| id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fieldkeep_wire::label::{Label, encode};

    #[test]
    fn id_label_and_file_name_the_same_device() {
        let device = DeviceId::from_random([3; 16]);
        let text = encode(&Label { device, claim_secret: [5; 16] });
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("label.txt");
        std::fs::write(&file, format!("{text}\n")).unwrap();
        let of = |text: &str| text.parse::<DeviceRef>().unwrap().resolve().unwrap();
        assert_eq!(of(&device.to_string()), (device, None));
        assert_eq!(of(&text), (device, Some(text.clone())));
        assert_eq!(of(&format!("@{}", file.display())), (device, Some(text.clone())));
        std::fs::write(&file, "@other").unwrap();
        assert!(format!("@{}", file.display()).parse::<DeviceRef>().unwrap().resolve().is_err());
        for bad in ["", "@", "FK1:AAAA:BBBB", "device-1"] {
            assert_eq!(bad.parse::<DeviceRef>(), Err(BadDevice), "{bad}");
        }
    }

    #[test]
    fn a_label_is_not_shown() {
        let device = DeviceId::from_random([3; 16]);
        let text = encode(&Label { device, claim_secret: [5; 16] });
        let shown = format!("{:?}", text.parse::<DeviceRef>().unwrap());
        assert!(!shown.contains(text.rsplit(':').next().unwrap()));
    }
}
