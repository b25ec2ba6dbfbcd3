//! Doors of one's own network: an address that is not public is not reached, whatever its name is and
//! whenever it changes what it leads to.

use std::io::Write;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::json;

use super::community::{ALLOWED, hook, serve, until};
use super::receiver::Receiver;
use super::support::Server;

/// A name that leads to this machine is refused at the connection: nobody even knocks.
#[tokio::test]
async fn a_name_that_leads_inside_is_not_reached() {
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    door.set_nonblocking(true).unwrap();
    let port = door.local_addr().unwrap().port();
    let server = serve("").await;
    let operator = server.operator().await;
    let ann = server.funded("ann", 10).await;
    let body = json!({ "url": format!("https://localhost:{port}/"), "kinds": ["transfer.created"], "reason": "Why" });
    let id = operator.post("/v1/admin/webhooks", &body).await.ok(201)["id"].as_str().unwrap().to_owned();
    ann.pay(&operator, 1).await.ok(201);
    let refused = until(&server, &id, "it is refused", |hook| hook["attempts"] == 1).await;
    assert!(refused["last_answer"].as_str().unwrap().contains("not public"), "{refused}");
    assert!(door.accept().is_err(), "somebody knocked");
    // By number it is refused when it is put in.
    for host in ["127.0.0.1", "[::1]", "169.254.169.254", "0x7f000001"] {
        let body = json!({ "url": format!("https://{host}:{port}/"), "kinds": ["transfer.created"], "reason": "Why" });
        operator.post("/v1/admin/webhooks", &body).await.refused(400, "invalid_request");
    }
}

/// A name that led to an allowed address, and to one inside when it is looked up again, is not reached there:
/// the server has a list of names of its own here, which changes under it.
#[tokio::test]
async fn a_name_that_changes_is_looked_at_anew() {
    let mut receiver = Receiver::open();
    let mut server = Server::prepare(&Server::settings("[outgoing]\nallowed_networks = [\"127.0.0.2\"]\n"));
    let hosts = server.path("hosts");
    std::fs::write(&hosts, "127.0.0.2 changing.example\n127.0.0.1 localhost\n").unwrap();
    let serve = server.command(&["serve"]);
    let mut command = Command::new("unshare");
    let script = "mount --bind \"$1\" /etc/hosts && shift && exec \"$@\"";
    command.args(["--mount", "sh", "-c", script, "sh"]).arg(&hosts).arg(serve.get_program()).args(serve.get_args());
    command.current_dir(server.folder.path()).env("USER", "tester").stdin(Stdio::null());
    server.serve_by(command).await;
    let operator = server.operator().await;
    let ann = server.funded("ann", 10).await;
    // On 127.0.0.2 the connection is passed on to the receiver, and closed after one message.
    let passage = TcpListener::bind("127.0.0.2:0").unwrap();
    let (port, inside) = (passage.local_addr().unwrap().port(), receiver.port);
    thread::spawn(move || {
        for visitor in passage.incoming().flatten() {
            thread::spawn(move || {
                let mut to = std::net::TcpStream::connect(("127.0.0.1", inside)).unwrap();
                let (mut back, mut from) = (to.try_clone().unwrap(), visitor.try_clone().unwrap());
                let answers = thread::spawn(move || {
                    let mut visitor = visitor;
                    let _copied = std::io::copy(&mut back, &mut visitor);
                    let _flushed = visitor.flush();
                });
                let _copied = std::io::copy(&mut from, &mut to);
                let _ended = answers.join();
            });
        }
    });
    let trap = TcpListener::bind(("127.0.0.1", port)).unwrap();
    trap.set_nonblocking(true).unwrap();
    let url = format!("http://changing.example:{port}/changed");
    let body = json!({ "url": url, "kinds": ["transfer.created"], "reason": "Why" });
    let made = operator.post("/v1/admin/webhooks", &body).await.ok(201);
    receiver.knows("/changed", made["secret"].as_str().unwrap());
    let id = made["id"].as_str().unwrap();
    ann.pay(&operator, 1).await.ok(201);
    assert_eq!(receiver.wait("/changed", 1)[0].verified, [true]);
    std::fs::write(&hosts, "127.0.0.1 changing.example localhost\n").unwrap();
    // The connection that is open leads where it led; the next one is looked at anew.
    receiver.close();
    ann.pay(&operator, 1).await.ok(201);
    let refused = until(&server, id, "it is refused", |hook| {
        hook["last_answer"].as_str().is_some_and(|answer| answer.contains("not public"))
    })
    .await;
    assert!(refused["attempts"].as_i64() >= Some(1));
    assert!(trap.accept().is_err(), "somebody knocked");
}

/// What is allowed today may not be tomorrow: it is looked at with every message.
#[tokio::test]
async fn what_was_allowed_is_looked_at_again() {
    let mut receiver = Receiver::open();
    let mut server = serve(ALLOWED).await;
    let id = hook(&server, &mut receiver, "/once", &["transfer.created"]).await;
    server.stop();
    std::fs::write(server.path("config.toml"), Server::settings("")).unwrap();
    server.serve(&[]).await;
    let ann = server.funded("ann", 10).await;
    let operator = server.operator().await;
    ann.pay(&operator, 1).await.ok(201);
    until(&server, &id, "it is refused", |hook| hook["attempts"] == 1).await;
    assert_eq!(receiver.attempts("/once").len(), 0);
}
