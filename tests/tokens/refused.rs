//! What stays outside, and learns nothing by trying.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};

use super::site::Site;
use super::support::provider::{AUDIENCE, ISSUER, now};
use super::support::{Provider, Server};

fn part(value: &str) -> String {
    URL_SAFE_NO_PAD.encode(value)
}

/// A token signed with HMAC by this secret.
fn hmac_token(header: &Value, secret: &[u8]) -> String {
    let message =
        format!("{}.{}", part(&header.to_string()), part(&Provider::claims("mallory", "mallory").to_string()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// The provider's public RSA key, in each form in which one might take it for a secret.
fn public_keys(provider: &Provider) -> Vec<Vec<u8>> {
    let set = provider.jwks();
    let key = set["keys"][0].clone();
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let (modulus, exponent) = (bytes("n"), bytes("e"));
    // RSAPublicKey, and around it SubjectPublicKeyInfo.
    let wrap = |tag: u8, content: &[u8]| {
        let mut der = vec![tag];
        match content.len() {
            length @ 0..128 => der.push(u8::try_from(length).unwrap()),
            length => der.extend([&[0x82][..], &u16::try_from(length).unwrap().to_be_bytes()].concat()),
        }
        der.extend(content);
        der
    };
    let integer = |bytes: &[u8]| wrap(2, &[&[0][..], bytes].concat());
    let pkcs1 = wrap(0x30, &[integer(&modulus), wrap(2, &exponent)].concat());
    let algorithm = wrap(0x30, &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00]);
    let spki = wrap(0x30, &[algorithm, wrap(3, &[&[0][..], &pkcs1].concat())].concat());
    let pem = |name: &str, der: &[u8]| {
        let text = STANDARD.encode(der);
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN {name}-----\n{}\n-----END {name}-----\n", lines.join("\n"))
    };
    let (public, rsa) = (pem("PUBLIC KEY", &spki), pem("RSA PUBLIC KEY", &pkcs1));
    vec![
        public.trim_end().into(),
        public.into(),
        rsa.into(),
        spki,
        pkcs1,
        modulus,
        key["n"].as_str().unwrap().into(),
        key.to_string().into(),
        set.to_string().into(),
    ]
}

/// Forged, broken and misused tokens are refused alike, with a hint for clients and none for attackers;
/// nobody becomes a member by one, and not even the most talkative log holds one.
#[tokio::test]
async fn other_tokens_stay_outside() {
    let mut server = Server::prepare(&Server::settings(""));
    server.environment = vec![("COMMUNITYTOKEN_LOG__FILTER".into(), "trace".into())];
    server.serve(&[]).await;
    let provider = &server.provider;
    let good = Provider::claims("mallory", "mallory");
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        provider.sign("EdDSA", &claims)
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        provider.sign("EdDSA", &claims)
    };
    let header = |name: &str, value: Value| {
        let mut header = json!({ "alg": "EdDSA", "kid": "EdDSA", "typ": "JWT" });
        header[name] = value;
        provider.sign_with_header(&header, &good)
    };
    // Text as it is: what `json!` would not say.
    let written = |header: &str, claims: &str| provider.sign_text(header, claims);
    let (plain, claims) = (json!({ "alg": "EdDSA", "kid": "EdDSA" }).to_string(), good.to_string());
    let token = provider.token("mallory", "mallory");
    let (message, signature) = token.rsplit_once('.').unwrap();
    let now = now();
    let mut tokens = vec![
        String::new(),
        "nonsense".into(),
        "a.b.c".into(),
        "x".repeat(20_000),
        with("pad", json!("x".repeat(16 * 1024))),
        Provider::new().token("mallory", "mallory"),
        // Cut, changed, or written otherwise.
        token[..token.len() - 2].to_owned(),
        format!("{message}."),
        message.to_owned(),
        format!("{message}.{}", part("")),
        format!("{}.{}.{signature}", part(&plain), part(&claims.replace("mallory", "maria"))),
        format!("{token}=="),
        format!("{token},{token}"),
        format!("{token}.{signature}"),
        STANDARD.encode(&token),
        format!("{message}.{}", STANDARD.encode(URL_SAFE_NO_PAD.decode(signature).unwrap())),
        // Encrypted, and a token in a token.
        format!(
            "{}.{}.{}.{}.{}",
            part(r#"{"alg":"dir","enc":"A256GCM"}"#),
            part(""),
            part("iv"),
            part("text"),
            part("tag")
        ),
        written(&json!({ "alg": "EdDSA", "kid": "EdDSA", "cty": "JWT" }).to_string(), &token),
        // A name that stands twice.
        written(&plain.replacen('{', r#"{"alg":"none","#, 1), &claims),
        written(&plain, &claims.replacen('{', r#"{"sub":"maria","#, 1)),
        written(&plain, &claims.replacen('{', r#"{"exp":99999999999,"#, 1)),
        // No object, or none that is whole.
        written(&plain, "[]"),
        written(&plain, &claims[..claims.len() - 1]),
        written(&plain, &format!("{claims} {claims}")),
        written("null", &claims),
        with("iss", json!("https://id.test.invalid")),
        with("iss", json!("HTTPS://ID.TEST.INVALID/")),
        with("iss", json!([ISSUER])),
        with("iss", json!("urn:communitytoken:developer")),
        with("aud", json!("another")),
        with("aud", json!([])),
        with("aud", json!({ AUDIENCE: true })),
        with("aud", json!(AUDIENCE.to_uppercase())),
        with("exp", json!(now - 120)),
        with("exp", json!("soon")),
        with("exp", json!((now + 600).to_string())),
        with("exp", json!(-1)),
        with("exp", json!(0)),
        with("exp", json!(-0.5)),
        with("exp", json!(1e300)),
        with("exp", json!(null)),
        with("nbf", json!(now + 600)),
        with("nbf", json!("now")),
        with("iat", json!(now + 600)),
        with("iat", json!("yesterday")),
        with("sub", json!("")),
        with("sub", json!(7)),
        with("sub", json!(["maria"])),
        with("sub", json!("x".repeat(256))),
        with("sub", json!("mallory\u{0}maria")),
        with("events", json!({ "http://schemas.openid.net/event/backchannel-logout": {} })),
        with("cnf", json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" })),
        header("kid", json!("another")),
        header("kid", json!("../../../../dev/null")),
        header("kid", json!("jwks.json")),
        header("kid", json!("EdDSA' OR '1'='1")),
        header("kid", json!("'; DROP TABLE users; --")),
        header("kid", json!("EdDSA\u{0}")),
        header("kid", json!("k".repeat(10_000))),
        header("kid", json!(["EdDSA"])),
        header("kid", json!(null)),
        header("crit", json!(["exp"])),
        header("crit", json!([])),
        header("b64", json!(false)),
        header("zip", json!("DEF")),
        header("typ", json!("logout+jwt")),
        header("typ", json!("secevent+jwt")),
        header("typ", json!("dpop+jwt")),
        header("alg", json!("RS256")),
        header("alg", json!("ES256")),
        header("alg", json!("eddsa")),
        header("alg", json!("none")),
        header("alg", json!(["EdDSA"])),
        header("alg", json!(null)),
    ];
    tokens.extend(["iss", "aud", "exp", "sub"].map(without));
    // No signature, in every spelling, with and without the key's name.
    for algorithm in ["none", "None", "NONE", "nOnE", ""] {
        for header in [json!({ "alg": algorithm }), json!({ "alg": algorithm, "kid": "RS256" })] {
            tokens.push(format!("{}.{}.", part(&header.to_string()), part(&claims)));
            tokens.push(format!("{}.{}.{signature}", part(&header.to_string()), part(&claims)));
        }
    }
    // What everyone knows, as a secret.
    for secret in public_keys(provider) {
        for header in [json!({ "alg": "HS256" }), json!({ "alg": "HS256", "kid": "RS256" })] {
            tokens.push(hmac_token(&header, &secret));
        }
    }
    let mut bodies = Vec::new();
    let before = server.rows();
    for token in &tokens {
        let answer = server.stranger(token.clone()).get("/v1/me").await;
        let mut problem = answer.refused(401, "unauthorized");
        assert!(answer.headers["www-authenticate"].starts_with("Bearer"), "{token}");
        problem.as_object_mut().unwrap().remove("request_id");
        bodies.push(problem);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "no answer says more than another: {bodies:?}");
    assert_eq!(server.rows(), before);
    // The same provider's good ones do come in: an audience may be one of several.
    server.stranger(with("aud", json!(["another", AUDIENCE]))).get("/v1/me").await.ok(200);
    server.stranger(token.clone()).get("/v1/me").await.ok(200);
    let log = server.log();
    assert!(log.contains("mallory") || log.len() > 1000, "the log does talk");
    for secret in tokens.iter().chain([&token]).flat_map(|token| token.split('.')).filter(|part| part.len() >= 40) {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}

/// Whatever a header points at, nobody goes there.
#[tokio::test]
async fn headers_lead_nowhere() {
    let server = Server::start().await;
    let (site, mallory) = (Site::open().await, Provider::new());
    site.says("/keys", &mallory.jwks());
    let key = mallory.jwks()["keys"][2].clone();
    for (name, value) in [
        ("jku", json!(site.url("/keys"))),
        ("x5u", json!(site.url("/chain.pem"))),
        ("jwk", key.clone()),
        ("jwk", json!({ "kty": "oct", "k": "c2VjcmV0" })),
        ("x5c", json!(["MIIB"])),
        ("kid", json!(site.url("/keys"))),
    ] {
        for kid in ["EdDSA", "another"] {
            let mut header = json!({ "alg": "EdDSA", "kid": kid });
            header[name] = value.clone();
            let token = mallory.sign_with_header(&header, &Provider::claims("maria", "maria"));
            server.stranger(token).get("/v1/me").await.refused(401, "unauthorized");
        }
        // A good token is none the worse for it, and still nobody goes there.
        if name != "kid" {
            let mut header = json!({ "alg": "EdDSA", "kid": "EdDSA" });
            header[name] = value;
            let token = server.provider.sign_with_header(&header, &Provider::claims("ann", "ann"));
            server.stranger(token).get("/v1/me").await.ok(200);
        }
    }
    assert_eq!(site.visits(), 0);
    assert_eq!(server.sql("SELECT username FROM users"), json!([{ "username": "ann" }]));
}

/// A token comes in one `Authorization` header and nowhere else.
#[tokio::test]
async fn a_token_comes_in_one_header() {
    let server = Server::start().await;
    let (ann, bob) = (server.provider.token("ann", "ann"), server.provider.token("bob", "bob"));
    let nobody = server.stranger(String::new());
    let me = |query: &str| server.client.get(format!("{}/v1/me{query}", server.base));
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    for second in [format!("Bearer {ann}"), format!("Bearer {bob}"), "Bearer x".into(), "Basic YTpi".into()] {
        let (first, second) = (me("").bearer_auth(&ann), second);
        assert_eq!(status(first.header("authorization", &second)).await, 401, "two headers");
        assert_eq!(status(me("").header("authorization", &second).bearer_auth(&ann)).await, 401, "the other way round");
    }
    for query in ["access_token", "token", "authorization", "bearer"] {
        assert_eq!(status(me(&format!("?{query}={ann}"))).await, 401, "{query}");
        assert_eq!(status(me("").header("cookie", format!("{query}={ann}; session={ann}"))).await, 401, "{query}");
        assert_eq!(status(me("").header(query, &ann)).await, 401, "{query}");
    }
    let form = format!("access_token={ann}&amount=1");
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("idempotency-key", "k")];
    nobody.call(Method::POST, "/v1/transfers", &headers, Some(form)).await.refused(401, "unauthorized");
    for scheme in ["Basic", "Token", "DPoP", "BearerX", ""] {
        assert_eq!(status(me("").header("authorization", format!("{scheme} {ann}").trim())).await, 401, "{scheme}");
    }
    assert_eq!(server.sql("SELECT count(*) AS n FROM users")[0]["n"], 0);
    // The scheme's case says nothing.
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(status(me("").header("authorization", format!("{scheme} {ann}"))).await, 200);
    }
    // The address of a request stands in many logs; ours does not put a token there either.
    assert!(!server.log().contains(&ann));
}

/// A token ends when it says, to the leeway, remembered or not.
#[tokio::test]
async fn a_token_ends() {
    let server = Server::start().await;
    let mut claims = Provider::claims("ann", "ann");
    // It is over, and lives by the leeway of a minute for some seconds more.
    claims["exp"] = json!(now() - 54);
    let ann = server.stranger(server.provider.sign("RS256", &claims));
    ann.get("/v1/me").await.ok(200);
    claims["exp"] = json!(now() + 2);
    claims["nbf"] = json!(now() + 55);
    let bob = server.stranger(server.provider.sign("RS256", &claims));
    bob.get("/v1/me").await.ok(200);
    tokio::time::sleep(std::time::Duration::from_secs(8)).await;
    ann.get("/v1/me").await.refused(401, "unauthorized");
    bob.get("/v1/me").await.ok(200);
}
