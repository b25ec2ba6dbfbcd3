//! A device that keeps passkeys, as a browser shows it to a page: it makes and shows them by the
//! standard, or breaks one rule at a time.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const HAS_KEY: u8 = 0x40;

pub struct Device {
    /// What the browser says where the page lies.
    pub origin: String,
    /// Whose passkeys it believes to hold.
    pub relying_party: String,
    /// Whether it asks for a finger, a face or a PIN.
    pub verifies: bool,
    /// How often it was used, by its own count; 0 for a device that does not count.
    pub counter: u32,
    key: EcdsaKeyPair,
    pub id: Vec<u8>,
    pub handle: Option<String>,
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}

impl Device {
    pub fn new(origin: &str) -> Self {
        let pkcs8 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap().to_pkcs8v1().unwrap();
        Self {
            origin: origin.to_owned(),
            relying_party: "localhost".to_owned(),
            verifies: true,
            counter: 0,
            key: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).unwrap(),
            id: uuid::Uuid::new_v4().as_bytes().repeat(2),
            handle: None,
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = options["publicKey"]["challenge"].as_str().unwrap();
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn authenticator_data(&self, more: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.relying_party.as_bytes()).as_ref().to_vec();
        data.push(PRESENT | if self.verifies { VERIFIED } else { 0 } | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Makes a passkey, as `navigator.credentials.create` does.
    pub fn make(&mut self, options: &Value) -> String {
        let selection = &options["publicKey"]["authenticatorSelection"];
        assert_eq!(
            (selection["residentKey"].as_str(), selection["userVerification"].as_str()),
            (Some("required"), Some("required"))
        );
        self.handle = Some(encode(decode(&options["publicKey"]["user"]["id"])));
        let mut data = self.authenticator_data(HAS_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        // The public key (COSE): an elliptic one, for ES256, on P-256.
        let point = self.key.public_key().as_ref();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        let mut attestation = vec![0xa3];
        attestation.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x58");
        attestation.push(u8::try_from(data.len()).unwrap());
        attestation.extend(data);
        json!({
            "id": encode(&self.id), "rawId": encode(&self.id), "type": "public-key",
            "response": { "attestationObject": encode(attestation), "clientDataJSON": encode(self.client_data("webauthn.create", options)) },
        })
        .to_string()
    }

    /// Shows its passkey, as `navigator.credentials.get` does.
    pub fn show(&mut self, options: &Value) -> String {
        assert_eq!(options["publicKey"]["userVerification"], "required");
        assert_eq!(options["publicKey"]["allowCredentials"], json!([]), "nobody is named");
        if self.counter > 0 {
            self.counter += 1;
        }
        let data = self.authenticator_data(0);
        let client = self.client_data("webauthn.get", options);
        let signed = [data.as_slice(), digest(&SHA256, &client).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": encode(&self.id), "rawId": encode(&self.id), "type": "public-key",
            "response": { "authenticatorData": encode(data), "clientDataJSON": encode(client),
                          "signature": encode(signature), "userHandle": self.handle },
        })
        .to_string()
    }
}
