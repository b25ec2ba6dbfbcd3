//! An identity provider's keys and signatures, made for the test.

use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub const ISSUER: &str = "https://id.test.invalid/";
pub const AUDIENCE: &str = "communitytoken";

pub struct Provider {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

impl Provider {
    pub fn new() -> Self {
        let pkcs8 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap().to_pkcs8v1().unwrap();
        Self {
            rsa: RsaKeyPair::generate(rsa::KeySize::Rsa2048).unwrap(),
            ec: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap(),
            ed: Ed25519KeyPair::generate().unwrap(),
        }
    }

    /// Its public keys, as a JWK set.
    pub fn jwks(&self) -> Value {
        let public = self.rsa.public_key();
        let point = self.ec.public_key().as_ref().to_vec();
        json!({ "keys": [
            { "kty": "RSA", "kid": "RS256", "use": "sig", "alg": "RS256",
              "n": encode(public.modulus().big_endian_without_leading_zero()),
              "e": encode(public.exponent().big_endian_without_leading_zero()) },
            { "kty": "EC", "kid": "ES256", "use": "sig", "alg": "ES256", "crv": "P-256",
              "x": encode(&point[1..33]), "y": encode(&point[33..65]) },
            { "kty": "OKP", "kid": "EdDSA", "use": "sig", "alg": "EdDSA", "crv": "Ed25519",
              "x": encode(self.ed.public_key()) },
        ] })
    }

    pub fn write(&self, path: &Path) {
        std::fs::write(path, self.jwks().to_string()).unwrap();
    }

    pub fn claims(subject: &str, name: &str) -> Value {
        json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "preferred_username": name, "iat": now(), "exp": now() + 3600 })
    }

    /// A good token, signed with `EdDSA`.
    pub fn token(&self, subject: &str, name: &str) -> String {
        self.sign("EdDSA", &Self::claims(subject, name))
    }

    /// A token with these claims, signed by the key of this algorithm.
    pub fn sign(&self, algorithm: &str, claims: &Value) -> String {
        self.sign_with_header(&json!({ "alg": algorithm, "kid": algorithm, "typ": "JWT" }), claims)
    }

    pub fn sign_with_header(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    /// A token of these texts, which need not be JSON; the header's `kid` chooses the key.
    pub fn sign_text(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let header: Value = serde_json::from_str(header).unwrap_or_default();
        let random = SystemRandom::new();
        let signature = match header["kid"].as_str() {
            Some("RS256") => {
                let mut signature = vec![0; self.rsa.public_modulus_len()];
                self.rsa.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).unwrap();
                signature
            }
            Some("ES256") => self.ec.sign(&random, message.as_bytes()).unwrap().as_ref().to_vec(),
            _ => self.ed.sign(message.as_bytes()).as_ref().to_vec(),
        };
        format!("{message}.{}", encode(signature))
    }
}
