//! How many may listen, and that nobody is held up by who does.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use super::stream::{SOON, Stream};
use super::support::{Member, Server};

fn server_with(limits: &str) -> Server {
    Server::prepare(&Server::settings("").replace("[limits]\n", &format!("[limits]\n{limits}\n")))
}

/// The status, the code and when to come back.
async fn refused(member: &Member) -> (u16, String, u32) {
    let answer = Stream::ask(member, None).await;
    let status = answer.status().as_u16();
    let wait = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    let body: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    (status, body["code"].as_str().unwrap().to_owned(), wait)
}

/// Until the place of a stream that was closed is free again.
async fn opens_again(member: &Member) -> Stream {
    let began = Instant::now();
    loop {
        let response = Stream::ask(member, None).await;
        if response.status() == 200 {
            return Stream::of(response);
        }
        assert!(began.elapsed() < SOON, "its place is not given to another");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Eight for each member, a quarter of the connections for all; who comes too late is told when to come
/// again, everybody else goes on, and a place that is given up is another's.
#[tokio::test]
async fn so_many_and_no_more() {
    let mut server = server_with("connections = 48");
    server.serve(&[]).await;
    let (ann, bob) = (server.funded("ann", 10).await, server.member("bob").await);
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(Stream::open(&ann).await);
    }
    assert_eq!(refused(&ann).await, (429, "too_many_requests".into(), 30));
    for _ in 0..4 {
        streams.push(Stream::open(&bob).await);
    }
    assert_eq!(refused(&bob).await, (503, "overloaded".into(), 30));
    ann.pay(&bob, 1).await.ok(201);
    for stream in &mut streams {
        stream.hears("balance").await;
    }
    drop(streams.pop());
    drop(opens_again(&bob).await);
    drop(streams);
    opens_again(&ann).await.hears("balance").await;
}

/// A client that has asked for a stream and takes nothing of it.
async fn deaf(server: &Server, member: &Member) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let address = server.base.strip_prefix("http://").unwrap().parse().unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let asks = format!("GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n", member.token);
    stream.write_all(asks.as_bytes()).await.unwrap();
    stream
}

/// The memory of a process, in kilobytes.
fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Who listens and takes nothing holds nobody up, costs no memory that grows with what they miss, and is
/// cut off like anyone who does not take their answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_nothing() {
    let mut server = server_with("answer_seconds = 1");
    server.serve(&[]).await;
    let (ann, bob) = (server.funded("ann", 1_000_000).await, server.member("bob").await);
    let mut listening = Stream::open(&bob).await;
    listening.hears("balance").await;
    let mut deaf_ones = Vec::new();
    for _ in 0..7 {
        deaf_ones.push(deaf(&server, &bob).await);
    }
    let began = Instant::now();
    while Stream::ask(&bob, None).await.status() == 200 {
        assert!(began.elapsed() < SOON, "the deaf ones do not have their streams");
    }
    let before = memory(server.pid());
    // Their own and the system's buffers hold some megabytes each before anything has to wait.
    let note = "🌾".repeat(280);
    let (mut most, mut rounds) = (before, 0);
    let began = Instant::now();
    let reading = tokio::spawn(async move {
        let mut heard = 0;
        while listening.hears("transaction").await.data["amount"] != 2 {
            heard += 1;
            while let Some(event) = listening.next().await
                && event.name == "transaction"
            {
                heard += 1;
                if event.data["amount"] == 2 {
                    return heard;
                }
            }
        }
        heard
    });
    // All seven places are free again once they have been cut off.
    loop {
        let body = json!({ "to_wallet_id": bob.wallet_id, "amount": 1, "note": note });
        let payments = (0..25).map(|_| {
            let (ann, body) = (ann.clone(), body.clone());
            tokio::spawn(async move { ann.post("/v1/transfers", &body).await.ok(201) })
        });
        for payment in payments.collect::<Vec<_>>() {
            payment.await.unwrap();
        }
        rounds += 1;
        most = most.max(memory(server.pid()));
        if rounds % 20 == 0 {
            let mut free = Vec::new();
            while free.len() < 7 {
                let answer = Stream::ask(&bob, None).await;
                if answer.status() != 200 {
                    break;
                }
                free.push(answer);
            }
            if free.len() == 7 {
                break;
            }
        }
        assert!(began.elapsed() < Duration::from_mins(1), "who takes nothing is still served after {rounds} rounds");
    }
    ann.pay(&bob, 2).await.ok(201);
    let heard = reading.await.unwrap();
    println!(
        "cut off after {} payments and {:?}; {heard} were heard meanwhile; {} MB more",
        rounds * 25,
        began.elapsed(),
        (most - before) / 1024
    );
    assert!(heard > 100);
    assert!(most - before < 100 * 1024, "{before} kB became {most} kB");
    drop(deaf_ones);
    server.assert_sound().await;
}
