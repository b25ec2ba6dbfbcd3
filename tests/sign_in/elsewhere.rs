//! A provider whose description of itself leads elsewhere.

use reqwest::{Method, Url};
use serde_json::json;

use super::community::settings;
use super::site::Site;
use super::support::Server;
use super::visitor::Visitor;

/// Codes and the community's secret go to the provider by HTTPS, or within this machine. Where its
/// description says that they are to be sent in the open to another one, nobody is signed in, and nobody
/// is asked; nor where it speaks for another issuer.
#[tokio::test]
async fn codes_do_not_travel_in_the_open() {
    // An address that is nobody's (RFC 5737).
    for (issuer, token, why) in [
        (None, "http://192.0.2.1/token", "neither https: nor http: on this machine"),
        (None, "ftp://127.0.0.1/token", "of the kind"),
        (Some("https://id.example.org"), "http://127.0.0.1:9/token", "they must be equal"),
    ] {
        let site = Site::open().await;
        let ours = site.url("");
        site.says(
            "/.well-known/openid-configuration",
            &json!({
                "issuer": issuer.unwrap_or(&ours),
                "authorization_endpoint": site.url("/auth"),
                "token_endpoint": token,
                "jwks_uri": site.url("/keys"),
            }),
        );
        let mut server = Server::prepare(&settings(&ours, "name = \"Our club\"\n"));
        server.serve(&[]).await;
        let mut ann = Visitor::new();
        let start: Url = format!("{}/login/start?provider=0", server.base).parse().unwrap();
        let begun = ann.ask(Method::GET, &start, None).await;
        let failed = match begun.location {
            Some(provider) => {
                let state = provider.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
                ann.open(&format!("{}/login/callback?code=c&state={state}", server.base)).await
            }
            None => begun,
        };
        failed.shows(503, "Our club cannot be reached at present");
        assert!(server.log().contains(why), "{why}: {}", server.log());
        assert!(ann.session().is_none());
        assert_eq!(site.visits(), 1, "its description was read, and nothing else asked");
    }
}
