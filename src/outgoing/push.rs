//! Web Push: a message to a browser, closed to everybody on the way, its push service included (RFC 8291),
//! and who sends it (RFC 8292).

use std::time::Duration;

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use url::Url;

use crate::error::{Error, Result};

/// For how long a push service keeps a message for a browser that is not there.
const KEPT: Duration = Duration::from_hours(48);
/// For how long what says who sends it counts.
const COUNTS: Duration = Duration::from_hours(12);
/// The size of a record; a message is one.
const RECORD: u32 = 4096;

/// The key by which push services know this program.
#[derive(Debug)]
pub struct PushKey {
    signing: EncodingKey,
    public: Vec<u8>,
}

impl PushKey {
    /// A new one, in PKCS #8.
    pub fn random() -> Result<Vec<u8>> {
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Ok(key.map_err(no_key)?.as_ref().to_vec())
    }

    /// The one that was kept.
    pub fn read(pkcs8: &[u8]) -> Result<Self> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(Error::internal)?;
        Ok(Self { signing: EncodingKey::from_ec_der(pkcs8), public: pair.public_key().as_ref().to_vec() })
    }

    /// What browsers are told of it.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.public)
    }

    /// The head of a message to this address. `contact`: whom its push service can write to.
    pub fn headers(&self, url: &Url, contact: &str, now: i64) -> Result<HeaderMap> {
        let expires = now / 1000 + i64::try_from(COUNTS.as_secs()).unwrap_or(0);
        let claims = json!({ "aud": url.origin().ascii_serialization(), "exp": expires, "sub": contact });
        let token = encode(&Header::new(Algorithm::ES256), &claims, &self.signing).map_err(Error::internal)?;
        let who = format!("vapid t={token}, k={}", self.public());
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(&who).map_err(Error::internal)?);
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("aes128gcm"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(HeaderName::from_static("ttl"), HeaderValue::from(KEPT.as_secs()));
        Ok(headers)
    }
}

fn no_key(_: Unspecified) -> Error {
    Error::internal("the key of a browser, or chance, failed")
}

/// Closes a message to everybody but the browser with this public key and secret.
pub fn seal(text: &[u8], browser: &[u8; 65], secret: &[u8; 16]) -> Result<Vec<u8>> {
    let mut salt = [0; 16];
    rand::fill(&mut salt).map_err(no_key)?;
    let own = PrivateKey::generate(&ECDH_P256).map_err(no_key)?;
    seal_with(text, browser, secret, &own, salt).map_err(no_key)
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(from: &Prk, info: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut derived = [0; N];
    from.expand(info, Length(N))?.fill(&mut derived)?;
    Ok(derived)
}

fn seal_with(
    text: &[u8],
    browser: &[u8; 65],
    secret: &[u8; 16],
    own: &PrivateKey,
    salt: [u8; 16],
) -> Result<Vec<u8>, Unspecified> {
    let public = own.compute_public_key()?;
    let shared: Prk = agree(own, UnparsedPublicKey::new(&ECDH_P256, browser), Unspecified, |shared| {
        Ok(Salt::new(HKDF_SHA256, secret).extract(shared))
    })?;
    let both: [u8; 32] = derive(&shared, &[b"WebPush: info\0", browser, public.as_ref()])?;
    let keys = Salt::new(HKDF_SHA256, &salt).extract(&both);
    let key: [u8; 16] = derive(&keys, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = derive(&keys, &[b"Content-Encoding: nonce\0"])?;
    // The last record ends with a 2.
    let mut record = [text, &[2]].concat();
    LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?).seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::empty(),
        &mut record,
    )?;
    Ok([&salt[..], &RECORD.to_be_bytes(), &[65], public.as_ref(), &record].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap()
    }

    /// The example of RFC 8291, section 5.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let own: [u8; 32] = bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let own = PrivateKey::from_private_key(&ECDH_P256, &own).unwrap();
        let browser = bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let sealed = seal_with(
            b"When I grow up, I want to be a watermelon",
            &browser,
            &bytes("BTBZMqHH6r4Tts7J_aSIgg"),
            &own,
            bytes("DGv6ra1nlYgDCS1FRnbzlw"),
        );
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(sealed.unwrap()), expected);
    }

    #[test]
    fn what_is_no_point_of_the_curve_is_no_key() {
        assert!(seal(b"text", &[4; 65], &[0; 16]).is_err());
    }
}
