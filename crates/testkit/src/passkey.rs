//! A software authenticator: makes passkeys and shows them as a browser's would (WebAuthn level 3), honestly or not.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use fieldkeep_trust::hash::sha256;
use fieldkeep_wire::cbor::Writer;
use serde_json::{Value, json};

/// User present, user verified.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// A passkey in software.
pub struct SoftPasskey {
    key: EcdsaKeyPair,
    id: [u8; 16],
    /// Whom it says it is for.
    pub user: String,
    counter: u32,
    /// Whether the person is verified before it signs.
    pub verifies: bool,
    rp_id: String,
}

fn base64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn client_data(kind: &str, challenge: &str, origin: &str) -> Vec<u8> {
    json!({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false})
        .to_string()
        .into_bytes()
}

impl SoftPasskey {
    /// Makes a passkey as the options ask; the credential to send back.
    pub fn create(options: &Value, origin: &str) -> (Self, Value) {
        let pkcs8 =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).unwrap();
        let id: [u8; 16] = fieldkeep_trust::random();
        let user = options["user"]["id"].as_str().unwrap().to_owned();
        let rp_id = options["rp"]["id"].as_str().unwrap().to_owned();
        let made = Self { key, id, user, counter: 0, verifies: true, rp_id };
        let credential = made.again(options, origin);
        (made, credential)
    }

    /// Offers the same passkey to other options, as a dishonest authenticator would; the credential to send.
    pub fn again(&self, options: &Value, origin: &str) -> Value {
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        let client = client_data("webauthn.create", options["challenge"].as_str().unwrap(), origin);
        let point = self.key.public_key().as_ref();
        let mut cose = Writer::new();
        cose.map(5).int(1).int(2).int(3).int(-7).int(-1).int(1);
        cose.int(-2).bytes(&point[1..33]).int(-3).bytes(&point[33..65]);
        let mut data = sha256(&[self.rp_id.as_bytes()]).as_bytes().to_vec();
        data.push(PRESENT | VERIFIED | ATTESTED);
        data.extend([0, 0, 0, 0]);
        data.extend([0; 16]);
        data.extend(16u16.to_be_bytes());
        data.extend(self.id);
        data.extend(cose.finish());
        let mut attestation = Writer::new();
        attestation.map(3).text("fmt").text("none").text("attStmt").map(0).text("authData").bytes(&data);
        json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": base64(&client),
                "attestationObject": base64(&attestation.finish()),
                "transports": ["internal"],
            },
            "clientExtensionResults": {},
        })
    }

    /// Shows the passkey as the options ask, from a page of this origin.
    pub fn show(&mut self, options: &Value, origin: &str) -> Value {
        let client = client_data("webauthn.get", options["challenge"].as_str().unwrap(), origin);
        self.counter += 1;
        let mut data = sha256(&[self.rp_id.as_bytes()]).as_bytes().to_vec();
        data.push(if self.verifies { PRESENT | VERIFIED } else { PRESENT });
        data.extend(self.counter.to_be_bytes());
        let signed = [&data[..], sha256(&[&client]).as_bytes()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": base64(&client),
                "authenticatorData": base64(&data),
                "signature": base64(signature.as_ref()),
                "userHandle": self.user,
            },
            "clientExtensionResults": {},
        })
    }
}
