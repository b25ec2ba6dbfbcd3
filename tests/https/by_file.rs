//! The file by which a proxy comes, beside HTTPS of the program's own.

use super::authority::Authority;
use super::community::prepare;
use super::support::client;

/// At the port TLS is spoken, and at the file plain HTTP: whoever reaches it is on this machine already.
#[tokio::test]
async fn it_is_spoken_in_the_open() {
    let authority = Authority::open().await;
    let mut server = prepare(&authority, "", "").await;
    let with = std::fs::read_to_string(server.path("config.toml")).unwrap();
    let with = with.replace("[server]\n", "[server]\nsocket = \"http.sock\"\n");
    std::fs::write(server.path("config.toml"), with).unwrap();
    server.serve(&[]).await;
    let by_file = client().unix_socket(server.path("http.sock")).build().unwrap();
    let address = server.base.replace("https://", "http://");
    for (client, address) in [(&by_file, &address), (&server.client, &server.base)] {
        let health = client.get(format!("{address}/health")).send().await.unwrap();
        assert_eq!(health.status(), 200, "{address}");
    }
}
