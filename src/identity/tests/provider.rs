//! For whom a token is, what its claims give, and tokens signed with a shared secret.

use aws_lc_rs::hmac;

use super::*;

const CLIENT: &str = "our-client";
const SECRET: &str = "a secret of more than thirty-two characters";

/// A verifier for one provider with a key of its own, changed as a test needs it.
fn changed(change: impl FnOnce(&mut config::Provider)) -> (Pair, Verifier) {
    let pair = Pair::ed();
    let mut settings = settings();
    change(&mut settings);
    let keys = KeySet::new(Source::Fixed(json!({"keys": [pair.jwk("k")]}))).unwrap();
    (pair, Verifier::new(vec![Provider::new(settings, keys)]))
}

fn token(pair: &Pair, more: &Value) -> String {
    let mut claims = good();
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    pair.token(&json!({"alg": "EdDSA", "kid": "k"}), &claims)
}

/// An ID token that was issued to our client is as good as a token for our audience; one that was
/// issued to another client is not, whatever it mentions.
#[tokio::test]
async fn an_id_token_is_for_its_client() {
    let (pair, verifier) = changed(|settings| settings.client_id = Some(CLIENT.into()));
    for (claims, is_for_us) in [
        (json!({"aud": CLIENT}), true),
        (json!({"aud": [CLIENT]}), true),
        (json!({"aud": CLIENT, "azp": CLIENT}), true),
        (json!({"aud": ["account", CLIENT], "azp": CLIENT}), true),
        (json!({"aud": "communitytoken", "azp": "the-chat-bot"}), true),
        (json!({"aud": CLIENT, "azp": "another"}), false),
        (json!({"aud": ["account", CLIENT], "azp": "another"}), false),
        (json!({"aud": ["account", CLIENT]}), false),
        (json!({"aud": CLIENT, "azp": [CLIENT]}), false),
        (json!({"aud": "account", "azp": CLIENT}), false),
        (json!({"aud": "account", "client_id": CLIENT}), false),
        (json!({"aud": [CLIENT, 1], "azp": CLIENT}), false),
        (json!({"aud": [[CLIENT]]}), false),
        (json!({"aud": {"communitytoken": true}}), false),
        (json!({"aud": "communitytoken "}), false),
        (json!({"aud": "CommunityToken"}), false),
        (json!({"aud": "communitytoken,account"}), false),
    ] {
        assert_eq!(verifier.verify(&token(&pair, &claims)).await.is_ok(), is_for_us, "{claims}");
    }
}

/// Where the configuration has it so, a token for someone else that was issued to our client counts.
#[tokio::test]
async fn a_token_of_our_client_counts_where_it_is_said() {
    let (pair, verifier) = changed(|settings| {
        settings.client_id = Some(CLIENT.into());
        settings.accept_azp = true;
    });
    for (claims, is_accepted) in [
        (json!({"aud": "account", "azp": CLIENT}), true),
        (json!({"aud": ["account", "other"], "azp": CLIENT}), true),
        (json!({"aud": "account", "client_id": CLIENT}), true),
        (json!({"aud": "account", "azp": "another"}), false),
        (json!({"aud": "account", "azp": "another", "client_id": CLIENT}), false),
        (json!({"aud": "account"}), false),
        (json!({"aud": "account", "azp": [CLIENT]}), false),
        (json!({"aud": null, "azp": CLIENT}), false),
        (json!({"aud": "communitytoken"}), true),
    ] {
        assert_eq!(verifier.verify(&token(&pair, &claims)).await.is_ok(), is_accepted, "{claims}");
    }
    // Keycloak leaves an empty aud out.
    for (party, is_accepted) in [(CLIENT, true), ("another", false)] {
        let mut claims = with("aud", Value::Null);
        claims["azp"] = json!(party);
        let token = pair.token(&json!({"alg": "EdDSA", "kid": "k"}), &claims);
        assert_eq!(verifier.verify(&token).await.is_ok(), is_accepted, "{party}");
    }
    // Not for signing in on the pages: there it is an ID token, and for us alone.
    for claims in [json!({"aud": "account", "azp": CLIENT}), json!({"aud": "communitytoken"})] {
        let token = token(&pair, &claims);
        verifier.verify(&token).await.expect("a bearer token");
        verifier.verify_id_token(&token, ISSUER_URL, CLIENT).await.expect_err("no ID token");
    }
}

/// A claim gives the roles that the configuration lets it give, wherever the provider puts them.
#[tokio::test]
async fn a_claim_gives_what_the_configuration_lets_it() {
    let none: &[Role] = &[];
    let zitadel = "urn:zitadel:iam:org:project:roles";
    for (path, claims, roles) in [
        ("groups", json!({"groups": ["board", "garden"]}), &[Role::Operator][..]),
        ("groups", json!({"groups": "board"}), &[Role::Operator]),
        ("groups", json!({"groups": ["audit", "board"]}), &[Role::Operator, Role::Auditor]),
        ("groups", json!({"groups": ["Board", "board ", "boards", "operator", "auditor"]}), none),
        ("groups", json!({"groups": "board audit"}), none),
        ("groups", json!({"groups": [1, ["board"], null]}), none),
        ("groups", json!({"groups": true}), none),
        ("groups", json!({"roles": ["board"]}), none),
        ("realm_access.roles", json!({"realm_access": {"roles": ["board"]}}), &[Role::Operator]),
        ("realm_access.roles", json!({"realm_access.roles": ["board"]}), &[Role::Operator]),
        ("realm_access.roles", json!({"realm_access": ["board"]}), none),
        (
            "resource_access.our.client.roles",
            json!({"resource_access": {"our.client": {"roles": ["audit"]}}}),
            &[Role::Auditor],
        ),
        (zitadel, json!({zitadel: {"board": {"1": "example.org"}}}), &[Role::Operator]),
        ("https://example.org/roles", json!({"https://example.org/roles": ["audit"]}), &[Role::Auditor]),
        // Roles that last for longer than a day, or for nobody knows how long, are not given.
        ("groups", json!({"groups": ["board"], "iat": now() - 3600, "exp": now() + 23 * 3600 - 5}), &[Role::Operator]),
        ("groups", json!({"groups": ["board"], "iat": now() - 3600, "exp": now() + 24 * 3600}), none),
        ("groups", json!({"groups": ["board"], "exp": now() + 30 * 24 * 3600}), none),
    ] {
        let (pair, verifier) = changed(|settings| {
            settings.roles_claim = Some(path.into());
            settings.operator_roles = vec!["board".into()];
            settings.auditor_roles = vec!["audit".into(), "supervisors".into()];
        });
        let token = token(&pair, &claims);
        assert_eq!(verifier.verify(&token).await.unwrap().roles, roles, "{path} {claims}");
        assert_eq!(verifier.verify(&token).await.unwrap().roles, roles, "and when remembered");
    }
    let (pair, verifier) = changed(|_| {});
    let claims = json!({"groups": ["operator", "auditor"], "roles": ["operator"], "role": "operator"});
    assert_eq!(verifier.verify(&token(&pair, &claims)).await.unwrap().roles, none, "nothing was said");
    let (pair, verifier) = changed(|settings| {
        settings.roles_claim = Some("groups".into());
        settings.operator_roles = vec!["board".into()];
    });
    let mut claims = good();
    claims["groups"] = json!(["board"]);
    claims.as_object_mut().unwrap().remove("iat");
    let undated = pair.token(&json!({"alg": "EdDSA", "kid": "k"}), &claims);
    assert_eq!(verifier.verify(&undated).await.unwrap().roles, none, "nobody knows how long it lives");
}

fn hmac_token(algorithm: hmac::Algorithm, header: &Value, secret: &[u8]) -> String {
    let message = unsigned(header, &good());
    let tag = hmac::sign(&hmac::Key::new(algorithm, secret), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// With a shared secret, HS256 by that secret opens the door and nothing else does.
#[tokio::test]
async fn a_shared_secret_signs_alone() {
    let mut own = settings();
    own.algorithms = vec![jsonwebtoken::Algorithm::HS256];
    own.client_secret = Some(config::Secret::new(SECRET));
    let folder = tempfile::tempdir().unwrap();
    let provider = Provider::from_settings(&own, &folder.path().join("a.db")).unwrap();
    let verifier = Verifier::new(vec![provider]);
    for header in [json!({"alg": "HS256", "typ": "JWT"}), json!({"alg": "HS256", "kid": "whatever"})] {
        assert!(verifier.verify(&hmac_token(hmac::HMAC_SHA256, &header, SECRET.as_bytes())).await.is_ok(), "{header}");
    }
    let plain = json!({"alg": "HS256"});
    for secret in ["", "another secret of more than thirty-two characters", &SECRET[1..], &format!("{SECRET}\n")] {
        assert!(verifier.verify(&hmac_token(hmac::HMAC_SHA256, &plain, secret.as_bytes())).await.is_err());
    }
    let longer = json!({"alg": "HS512"});
    assert!(verifier.verify(&hmac_token(hmac::HMAC_SHA512, &longer, SECRET.as_bytes())).await.is_err());
    assert!(verifier.verify(&format!("{}.", unsigned(&json!({"alg": "none"}), &good()))).await.is_err());
    for (pair, algorithm) in [(Pair::rsa(), "RS256"), (Pair::ed(), "EdDSA"), (Pair::ec(), "ES256")] {
        let header = json!({"alg": algorithm, "jwk": pair.jwk("k")});
        assert!(verifier.verify(&pair.token(&header, &good())).await.is_err());
    }
    // The secret of a provider that signs with keys signs nothing.
    let (_, with_keys) = changed(|settings| {
        settings.client_id = Some(CLIENT.into());
        settings.client_secret = Some(config::Secret::new(SECRET));
    });
    for header in [plain, json!({"alg": "HS256", "kid": "k"})] {
        assert!(with_keys.verify(&hmac_token(hmac::HMAC_SHA256, &header, SECRET.as_bytes())).await.is_err());
    }
}

/// An allow-list narrows what the keys permit, and adds nothing.
#[tokio::test]
async fn an_allow_list_narrows() {
    let pair = Pair::rsa();
    for (allowed, rs256, ps256) in [(vec![], true, true), (vec!["RS256"], true, false), (vec!["ES256"], false, false)] {
        let mut own = settings();
        own.algorithms = allowed.iter().map(|name| name.parse().unwrap()).collect();
        let keys = KeySet::new(Source::Fixed(json!({"keys": [pair.jwk("k")]}))).unwrap();
        let verifier = Verifier::new(vec![Provider::new(own, keys)]);
        for (algorithm, expected) in [("RS256", rs256), ("PS256", ps256)] {
            let token = pair.token(&json!({"alg": algorithm, "kid": "k"}), &good());
            assert_eq!(verifier.verify(&token).await.is_ok(), expected, "{allowed:?} {algorithm}");
        }
    }
}
