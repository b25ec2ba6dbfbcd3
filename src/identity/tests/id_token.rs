//! ID tokens, as the answer to a sign-in: the rules of bearer tokens, and those of OpenID Connect on top.

use super::*;

const CLIENT: &str = "the-pages";

/// An ID token with one claim changed.
fn id_token(pair: &Pair, algorithm: &str, name: &str, value: Value) -> String {
    let mut claims = good();
    claims["aud"] = json!(CLIENT);
    claims["nonce"] = json!("n");
    claims[name] = value;
    pair.token(&json!({"alg": algorithm, "kid": "k"}), &claims)
}

/// It must be for this client by audience and, where it says so, by `azp`, and of the issuer asked.
#[tokio::test]
async fn id_tokens_are_for_this_client() {
    let pair = Pair::ed();
    let verifier = verifier(json!({"keys": [pair.jwk("k")]}));
    let check = async |name: &str, value: Value| {
        let token = id_token(&pair, "EdDSA", name, value);
        verifier.verify_id_token(&token, ISSUER_URL, CLIENT).await.map_err(|error| error.cause().unwrap().to_owned())
    };
    let good = check("azp", json!(CLIENT)).await.unwrap();
    assert_eq!((good.claims.subject.as_str(), good.nonce.as_deref()), ("248289761001", Some("n")));
    check("aud", json!([CLIENT])).await.unwrap();
    assert_eq!(check("nonce", json!(7)).await.unwrap().nonce, None);
    for (name, value) in [
        ("azp", json!("another")),
        ("azp", json!([CLIENT])),
        ("aud", json!("communitytoken")),
        ("aud", json!([CLIENT, "another"])),
        ("iss", json!("https://evil.example.org/")),
        ("exp", json!(now() - 120)),
        ("sub", json!("")),
    ] {
        check(name, value.clone()).await.expect_err(&format!("{name} {value}"));
    }
    let token = id_token(&pair, "EdDSA", "azp", json!(CLIENT));
    verifier.verify_id_token(&token, "https://other.example.org", CLIENT).await.expect_err("of another issuer");
    verifier.verify_id_token(&"x".repeat(20_000), ISSUER_URL, CLIENT).await.expect_err("too long");
    verifier.verify(&token).await.expect_err("no bearer token: its audience is the pages");
    assert_eq!(verifier.remembers(), 0, "what is used once is not remembered");
}

/// `at_hash` is half of the digest that belongs to the key's algorithm.
#[tokio::test]
async fn id_tokens_belong_to_their_access_token() {
    for (pair, algorithm, by) in [
        (Pair::rsa(), "RS256", &aws_lc_rs::digest::SHA256),
        (Pair::ec(), "ES256", &aws_lc_rs::digest::SHA256),
        (Pair::ed(), "EdDSA", &aws_lc_rs::digest::SHA512),
    ] {
        let verifier = verifier(json!({"keys": [pair.jwk("k")]}));
        let digest = aws_lc_rs::digest::digest(by, b"the access token");
        let half = URL_SAFE_NO_PAD.encode(&digest.as_ref()[..digest.as_ref().len() / 2]);
        let token = id_token(&pair, algorithm, "at_hash", json!(half));
        let checked = verifier.verify_id_token(&token, ISSUER_URL, CLIENT).await.unwrap();
        assert!(checked.belongs_to("the access token"), "{algorithm}");
        assert!(!checked.belongs_to("another"), "{algorithm}");
        let without = id_token(&pair, algorithm, "at_hash", json!(null));
        assert!(verifier.verify_id_token(&without, ISSUER_URL, CLIENT).await.unwrap().belongs_to("any"));
    }
}
