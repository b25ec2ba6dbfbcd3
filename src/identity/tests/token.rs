use std::time::Duration;

use aws_lc_rs::hmac;

use super::*;
use crate::error::Code;

/// The reason for which a token is refused; the caller must not learn it.
async fn refused(verifier: &Verifier, token: &str) -> String {
    let error = verifier.verify(token).await.expect_err("must be refused");
    assert_eq!(error.code, Code::Unauthorized);
    assert_eq!(error.detail, crate::error::Error::unauthorized().detail);
    error.cause().unwrap().to_owned()
}

fn header(algorithm: &str) -> Value {
    json!({"alg": algorithm, "kid": "k", "typ": "JWT"})
}

#[tokio::test]
async fn good_tokens_of_every_kind_are_accepted() {
    install_crypto();
    install_crypto();
    for (pair, algorithm) in
        [(Pair::rsa(), "RS256"), (Pair::rsa(), "PS256"), (Pair::ec(), "ES256"), (Pair::ed(), "EdDSA")]
    {
        let verifier = verifier(json!({"keys": [pair.jwk("k")]}));
        let token = pair.token(&header(algorithm), &good());
        let claims = verifier.verify(&token).await.unwrap();
        assert_eq!(claims.issuer, ISSUER_URL);
        assert_eq!(claims.subject, "248289761001");
        assert_eq!(claims.username.as_deref(), Some("alma"));
        assert!(claims.expires_at_ms > i64::try_from(now()).unwrap() * 1000);
        assert_eq!(verifier.verify(&token).await.unwrap(), claims, "and again");
        assert_eq!(verifier.remembers(), 1);
    }
}

#[tokio::test]
async fn claims_that_are_not_in_order_are_refused() {
    let pair = Pair::ed();
    let verifier = verifier(json!({"keys": [pair.jwk("k")]}));
    let future = now() + 3600;
    for claims in [
        with("iss", Value::Null),
        with("iss", json!("https://id.example.org")),
        with("iss", json!("https://evil.example.org/")),
        with("iss", json!([ISSUER_URL])),
        with("iss", json!([ISSUER_URL, "https://evil.example.org/"])),
        with("iss", json!(1)),
        with("aud", Value::Null),
        with("aud", json!("other")),
        with("aud", json!(["other"])),
        with("aud", json!([])),
        with("aud", json!(1)),
        with("sub", Value::Null),
        with("sub", json!("")),
        with("sub", json!("  ")),
        with("sub", json!(7)),
        with("sub", json!("a\u{0}b")),
        with("sub", json!("x".repeat(256))),
        with("exp", Value::Null),
        with("exp", json!(now() - 3600)),
        with("exp", json!(now() - 120)),
        with("exp", json!("never")),
        with("exp", json!(future.to_string())),
        with("exp", json!(-1)),
        with("exp", json!(true)),
        with("exp", json!({})),
        with("nbf", json!(future)),
        with("nbf", json!("now")),
        with("nbf", json!(now() + 90)),
        with("nbf", json!(-1)),
        with("nbf", json!([now()])),
        with("iat", json!(future)),
        with("iat", json!(now() + 90)),
        with("iat", json!("now")),
        with("iat", json!(-1)),
        with("iat", json!(1e300)),
        with("exp", json!(1e300)),
        with("exp", json!(-1.5)),
        with("exp", json!([future])),
    ] {
        let token = pair.token(&header("EdDSA"), &claims);
        let cause = refused(&verifier, &token).await;
        assert!(!cause.is_empty(), "{claims}");
    }
    assert_eq!(verifier.remembers(), 0);
    for claims in [
        with("aud", json!(["other", "communitytoken"])),
        with("sub", json!("ü".repeat(255))),
        with("exp", json!(now() - 30)),
        with("nbf", json!(now() + 30)),
        with("iat", Value::Null),
        with("iat", json!(now() + 30)),
        with("iat", json!(0)),
        with("exp", json!(u64::MAX)),
        with("exp", json!(1.5e18)),
        with("exp", json!(f64::from(u32::try_from(now()).unwrap()) + 30.5)),
    ] {
        let token = pair.token(&header("EdDSA"), &claims);
        assert!(verifier.verify(&token).await.is_ok(), "{claims}");
    }
}

#[tokio::test]
async fn the_key_decides_the_algorithm() {
    let pair = Pair::rsa();
    let plain = verifier(json!({"keys": [pair.jwk("k")]}));
    // No signature at all.
    for algorithm in ["none", "None", "NONE", ""] {
        refused(&plain, &format!("{}.", unsigned(&header(algorithm), &good()))).await;
    }
    // The public key, which everyone has, as an HMAC secret: in each form one might try.
    let jwk = pair.jwk("k");
    let Pair::Rsa(rsa) = &pair else { unreachable!() };
    let public = aws_lc_rs::signature::KeyPair::public_key(rsa).as_ref().to_vec();
    for secret in [public, jwk.to_string().into_bytes(), jwk["n"].to_string().into_bytes()] {
        let message = unsigned(&header("HS256"), &good());
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), message.as_bytes());
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag));
        refused(&plain, &token).await;
    }
    // A key that says what it is for is for nothing else.
    for (own, other) in [("RS256", "PS256"), ("PS256", "RS256")] {
        let mut jwk = pair.jwk("k");
        jwk["alg"] = json!(own);
        let verifier = verifier(json!({"keys": [jwk]}));
        let token = pair.token(&header(own), &good());
        assert!(verifier.verify(&token).await.is_ok(), "{own}");
        let cause = refused(&verifier, &pair.token(&header(other), &good())).await;
        assert!(cause.contains("not for the algorithm"), "{cause}");
    }
    for algorithm in ["RS384", "RS512", "PS512", "ES256", "EdDSA", "rs256", "HS512"] {
        refused(&plain, &pair.token(&header(algorithm), &good())).await;
    }
}

#[tokio::test]
async fn keys_for_other_things_check_nothing() {
    let pair = Pair::rsa();
    let token = pair.token(&header("RS256"), &good());
    for (name, value) in [
        ("use", json!("enc")),
        ("key_ops", json!(["encrypt"])),
        ("alg", json!("RSA-OAEP-256")),
        ("alg", json!("HS256")),
        ("kty", json!("unheard-of")),
    ] {
        let mut jwk = pair.jwk("k");
        jwk[name] = value;
        // Beside it a key of an unknown kind and a good one, which stays usable.
        let good_pair = Pair::ec();
        let strange = json!({"kty": "EC", "crv": "secp256k1", "kid": "s", "x": "AA", "y": "AA"});
        let verifier = verifier(json!({"keys": [jwk, strange, good_pair.jwk("other")]}));
        refused(&verifier, &token).await;
        let header = json!({"alg": "ES256", "kid": "other"});
        assert!(verifier.verify(&good_pair.token(&header, &good())).await.is_ok());
    }
    // A symmetric key in the set would let anyone sign.
    let verifier = verifier(json!({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k", "alg": "HS256"}]}));
    let message = unsigned(&header("HS256"), &good());
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"secret"), message.as_bytes());
    refused(&verifier, &format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))).await;
}

#[tokio::test]
async fn forged_and_broken_tokens_are_refused() {
    let pair = Pair::ed();
    let verifier = verifier(json!({"keys": [pair.jwk("k")]}));
    let token = pair.token(&header("EdDSA"), &good());
    let (message, signature) = token.rsplit_once('.').unwrap();
    refused(&verifier, &Pair::ed().token(&header("EdDSA"), &good())).await;
    for header in [
        json!({"alg": "EdDSA", "kid": "unknown"}),
        json!({"alg": "EdDSA", "kid": 1}),
        json!({"alg": "EdDSA"}),
        json!({"kid": "k"}),
        json!({"alg": "EdDSA", "kid": "k", "crit": ["exp"]}),
        json!({"alg": "EdDSA", "kid": "k", "crit": []}),
        json!({"alg": "EdDSA", "kid": "k", "crit": null}),
        json!({"alg": "EdDSA", "kid": "k", "typ": "logout+jwt"}),
        json!({"alg": "EdDSA", "kid": "k", "typ": 1}),
        json!({"alg": "EdDSA", "kid": "k", "b64": true}),
        json!({"alg": "EdDSA", "kid": "k", "zip": "DEF"}),
        json!({"alg": "EdDSA", "kid": "k", "enc": "A256GCM"}),
        json!({"alg": "EdDSA", "kid": "k", "cty": "JWT"}),
        json!({"alg": "EdDSA", "kid": "k", "typ": "dpop+jwt"}),
        json!({"alg": "EdDSA", "kid": "k", "typ": ""}),
        // The key in the header is the attacker's own.
        json!({"alg": "EdDSA", "jwk": pair.jwk("k")}),
    ] {
        refused(&verifier, &pair.token(&header, &good())).await;
    }
    let other = unsigned(&header("EdDSA"), &with("sub", json!("someone else")));
    for broken in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        "opaque".to_owned(),
        "a.b.c".to_owned(),
        "a.b.c.d.e".to_owned(),
        "🪙.🪙.🪙".to_owned(),
        format!("{message}."),
        format!("{message}.{}", &signature[1..]),
        format!("{token}="),
        format!("{token}."),
        format!(" {token}"),
        format!("{other}.{signature}"),
        "x".repeat(16 * 1024 + 1),
        pair.token(&header("EdDSA"), &with("pad", json!("x".repeat(16 * 1024)))),
    ] {
        refused(&verifier, &broken).await;
    }
    assert!(verifier.verify(&token).await.is_ok());
    assert!(refused(&verifier, "a.b.c.d.e").await.contains("encrypted"));
    for kind in ["JWT", "jwt", "at+jwt", "application/at+jwt", "Application/JWT"] {
        let token = pair.token(&json!({"alg": "EdDSA", "kid": "k", "typ": kind}), &good());
        assert!(verifier.verify(&token).await.is_ok(), "{kind}");
    }
}

/// Tokens that report something, or that are bound to a key, are no bearer tokens, by whatever name.
#[tokio::test]
async fn tokens_of_other_kinds_are_refused() {
    let pair = Pair::ed();
    let verifier = verifier(json!({"keys": [pair.jwk("k")]}));
    let logout = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    for (name, value) in [("events", logout), ("cnf", json!({"jkt": "x"}))] {
        assert!(refused(&verifier, &pair.token(&header("EdDSA"), &with(name, value))).await.contains(name));
    }
}

/// A name that stands twice, and base64 that others would read differently, are refused though signed.
#[tokio::test]
async fn what_can_be_read_in_two_ways_is_refused() {
    let pair = Pair::ed();
    let verifier = verifier(json!({"keys": [pair.jwk("k")]}));
    let signed = |header: &str, claims: &str| {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(pair.sign("EdDSA", message.as_bytes()));
        format!("{message}.{signature}")
    };
    let (header, claims) = (header("EdDSA").to_string(), good().to_string());
    assert!(verifier.verify(&signed(&header, &claims)).await.is_ok());
    let twice = |object: &str, member: &str| object.replacen('{', &format!("{{{member},"), 1);
    for (header, claims) in [
        (twice(&header, r#""alg":"none""#), claims.clone()),
        (twice(&header, r#""kid":"other""#), claims.clone()),
        (header.clone(), twice(&claims, r#""sub":"maria""#)),
        (header.clone(), twice(&claims, r#""exp":99999999999"#)),
        (header.clone(), twice(&claims, r#""iss":"https://evil.example.org/""#)),
        (header.clone(), twice(&claims, r#""aud":"other""#)),
        (header.clone(), twice(&claims, r#""x":{"roles":[],"roles":["board"]}"#)),
    ] {
        assert!(refused(&verifier, &signed(&header, &claims)).await.contains("twice"), "{header} {claims}");
    }
    // A signature of 64 bytes ends in a character of which four bits say nothing.
    let token = signed(&header, &claims);
    let end = token.chars().last().unwrap();
    let others =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars().filter(|other| *other != end);
    for other in others {
        refused(&verifier, &format!("{}{other}", &token[..token.len() - 1])).await;
    }
    for standard in [token.replace('.', ".\n"), format!("{token}=="), token.replacen('.', "=.", 1)] {
        refused(&verifier, &standard).await;
    }
}

/// Weak keys check nothing: too short, or of an exponent by which anyone could sign.
#[tokio::test]
async fn weak_keys_check_nothing() {
    let pair = Pair::rsa();
    let token = pair.token(&header("RS256"), &good());
    for (name, value) in [("e", "AQ"), ("e", "AA"), ("n", "AQAB"), ("n", "")] {
        let mut jwk = pair.jwk("k");
        jwk[name] = json!(value);
        refused(&verifier(json!({"keys": [jwk]})), &token).await;
    }
    // With the exponent 1 a signature is its own message: this one needs no key at all.
    let message = unsigned(&header("RS256"), &good());
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, message.as_bytes());
    let prefix = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
        0x20,
    ];
    let mut padded = vec![0xff; 256];
    (padded[0], padded[1], padded[204]) = (0, 1, 0);
    padded[205..224].copy_from_slice(&prefix);
    padded[224..].copy_from_slice(hash.as_ref());
    let mut jwk = pair.jwk("k");
    jwk["e"] = json!("AQ");
    refused(&verifier(json!({"keys": [jwk]})), &format!("{message}.{}", URL_SAFE_NO_PAD.encode(&padded))).await;
}

#[tokio::test]
async fn a_key_without_a_name_serves_alone() {
    let nameless = |pair: &Pair| {
        let mut jwk = pair.jwk("");
        jwk.as_object_mut().unwrap().remove("kid");
        jwk
    };
    let (one, two) = (Pair::ed(), Pair::ec());
    let header = json!({"alg": "EdDSA"});
    let alone = verifier(json!({"keys": [nameless(&one)]}));
    assert!(alone.verify(&one.token(&header, &good())).await.is_ok());
    let named = json!({"alg": "EdDSA", "kid": "k"});
    refused(&alone, &one.token(&named, &good())).await;
    let both = verifier(json!({"keys": [nameless(&one), nameless(&two)]}));
    refused(&both, &one.token(&header, &good())).await;
}

#[tokio::test]
async fn a_name_is_proposed_where_there_is_one() {
    let pair = Pair::ed();
    let verifier = verifier(json!({"keys": [pair.jwk("k")]}));
    for (claims, name) in [
        (with("preferred_username", Value::Null), Some("Alma A.")),
        (with("preferred_username", json!(" ")), Some("Alma A.")),
        (with("preferred_username", json!(5)), Some("Alma A.")),
        (with("name", Value::Null), Some("alma")),
        (json!({"iss": ISSUER_URL, "aud": "communitytoken", "sub": "x", "exp": now() + 9}), None),
    ] {
        let claims = verifier.verify(&pair.token(&header("EdDSA"), &claims)).await.unwrap();
        assert_eq!(claims.username.as_deref(), name);
    }
}

#[tokio::test]
async fn the_developer_identity_passes_the_same_checks() {
    let directory = tempfile::tempdir().unwrap();
    let key = InstanceKey::open_or_create(&directory.path().join("instance.key")).unwrap();
    let developer = DeveloperIdentity::new(key);
    let verifier = Verifier::new(vec![Provider::developer(&developer).unwrap()]);
    let token = developer.issue("alma", "Alma", Duration::from_mins(10));
    let claims = verifier.verify(&token).await.unwrap();
    assert_eq!(claims.issuer, DEVELOPER_ISSUER);
    assert_eq!(claims.subject, "alma");
    assert_eq!(claims.username.as_deref(), Some("Alma"));
    let other = InstanceKey::open_or_create(&directory.path().join("other.key")).unwrap();
    let forged = DeveloperIdentity::new(other).issue("alma", "Alma", Duration::from_mins(10));
    refused(&verifier, &forged).await;
}

#[tokio::test]
async fn providers_do_not_vouch_for_each_other() {
    let (one, two) = (Pair::ed(), Pair::ed());
    let set = |pair: &Pair| KeySet::new(Source::Fixed(json!({"keys": [pair.jwk("k")]}))).unwrap();
    let mut second = provider(set(&two));
    second.settings.issuer = "urn:second".to_owned();
    let verifier = Verifier::new(vec![provider(set(&one)), second]);
    assert!(verifier.verify(&one.token(&header("EdDSA"), &good())).await.is_ok());
    refused(&verifier, &two.token(&header("EdDSA"), &good())).await;
    let claims = with("iss", json!("urn:second"));
    assert!(verifier.verify(&two.token(&header("EdDSA"), &claims)).await.is_ok());
    refused(&verifier, &one.token(&header("EdDSA"), &claims)).await;
}

#[test]
fn what_is_remembered_is_bounded() {
    use super::super::remembered::{Entry, Remembered};
    let remembered = Remembered::default();
    let entry = Entry {
        claims: Claims {
            issuer: String::new(),
            subject: String::new(),
            username: None,
            roles: Vec::new(),
            expires_at_ms: 0,
        },
        good_from_ms: 0,
        provider: 0,
        generation: 1,
    };
    let print = |number: u64| {
        let mut print = [0; 32];
        print[..8].copy_from_slice(&number.to_le_bytes());
        print
    };
    remembered.add(print(0), entry.clone());
    for number in 1..30_000 {
        remembered.add(print(number), entry.clone());
        assert!(remembered.get(&print(0)).is_some(), "what is used stays");
    }
    assert!(remembered.len() <= 2 * Remembered::HALF);
    assert!(remembered.get(&print(1)).is_none());
}
