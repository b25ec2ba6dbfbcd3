//! More work than can be done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::raw::{
    MB, Raw, affordable, assert_grew_less, hold_the_pen, memory, processor_time, request, server, transfer,
};
use super::support::{Member, Server, key, setting};

/// Who asks for long lists, and how often it got one or was told to come again.
#[derive(Default)]
struct Tally {
    served: AtomicU64,
    shed: AtomicU64,
}

/// A client that asks again and again, and waits a moment only when it is told to come later.
async fn ask_on(mut raw: Raw, ask: String, over: Arc<AtomicBool>, tally: Arc<Tally>) -> Vec<Duration> {
    let mut times = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let began = Instant::now();
        raw.say(&ask).await.unwrap();
        let answer = raw.hear().await.expect("an answer");
        if answer.status == 200 {
            tally.served.fetch_add(1, Ordering::Relaxed);
            times.push(began.elapsed());
        } else {
            assert_eq!(answer.status, 503);
            if tally.shed.load(Ordering::Relaxed) < 100 {
                answer.refused(503, "overloaded");
            }
            tally.shed.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    times
}

/// So many such clients for so long: how many requests a second were served and shed, and the times.
async fn ask(server: &Server, member: &Member, clients: usize, time: Duration) -> (f64, f64, Vec<Duration>) {
    let (over, tally) = (Arc::new(AtomicBool::new(false)), Arc::new(Tally::default()));
    let mut asking = JoinSet::new();
    for _ in 0..clients {
        let text = request("GET", "/v1/transactions?limit=200", member, "", "");
        asking.spawn(ask_on(Raw::open(server).await, text, Arc::clone(&over), Arc::clone(&tally)));
    }
    let began = Instant::now();
    tokio::time::sleep(time).await;
    over.store(true, Ordering::Relaxed);
    let mut times: Vec<Duration> = asking.join_all().await.concat();
    times.sort_unstable();
    let rate = |count: &AtomicU64| {
        f64::from(u32::try_from(count.load(Ordering::Relaxed)).unwrap()) / began.elapsed().as_secs_f64()
    };
    (rate(&tally.served), rate(&tally.shed), times)
}

/// Clients ask for ten times the lists that can be made. Most are told at once to come again, the rest
/// is served in bounded time and memory; payments go on beside it, and afterwards all is as before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_times_too_much() {
    let seconds = setting::number("COMMUNITYTOKEN_SECONDS").unwrap_or(12);
    let (_, _turn) = affordable(2_000).await;
    let server = server("").await;
    let (ann, bob) = (server.funded("ann", 1_000_000).await, server.member("bob").await);
    for _ in 0..200 {
        ann.pay(&bob, 1).await.ok(201);
    }
    let (can, shed, calm) = ask(&server, &ann, 8, Duration::from_secs(2)).await;
    assert!(shed < 1.0, "a few clients are served");
    let before = memory(&server);

    let over = Arc::new(AtomicBool::new(false));
    let mut payers = JoinSet::new();
    for _ in 0..20 {
        let (ann, bob, over) = (ann.clone(), bob.clone(), Arc::clone(&over));
        payers.spawn(async move {
            let body = json!({ "to_wallet_id": bob.wallet_id, "amount": 1 });
            let (mut paid, mut repeated) = (0, 0);
            while !over.load(Ordering::Relaxed) {
                let key = key();
                loop {
                    let answer = ann.post_with("/v1/transfers", &body, &key).await;
                    if answer.status == 201 {
                        break;
                    }
                    answer.refused(503, "overloaded");
                    repeated += 1;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                paid += 1;
            }
            (paid, repeated)
        });
    }
    let used = processor_time(&server);
    let (lists, shed, times) = ask(&server, &ann, 1_200, Duration::from_secs(seconds)).await;
    println!("{:?} of processor time", processor_time(&server).saturating_sub(used));
    over.store(true, Ordering::Relaxed);
    let (paid, repeated) = payers.join_all().await.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let at = |times: &[Duration], share: usize| times[times.len() * share / 100];
    println!(
        "calm: {can:.0} lists a second, p99 {:?}; storm: {lists:.0} served and {shed:.0} shed a second, p99 {:?}; {paid} payments, {repeated} repeated",
        at(&calm, 99),
        at(&times, 99)
    );
    assert!(shed > 1.0, "there was no storm");
    assert!(at(&times, 99) < Duration::from_secs(20), "{:?}", at(&times, 99));
    assert!(paid > 0);
    assert_grew_less(&server, before, 150 * MB);
    assert_eq!(bob.balance().await, 200 + paid, "each payment once");

    // And then the sun shines again.
    let (_, shed, after) = ask(&server, &ann, 8, Duration::from_secs(2)).await;
    println!("after it: p99 {:?}", at(&after, 99));
    assert!(shed < 1.0 && at(&after, 99) < at(&calm, 99) * 10 + Duration::from_secs(1));
    server.assert_sound().await;
}

/// While nothing can be written, payments queue up to a bound, those beyond it are told so at once,
/// and reading goes on. When it can, all that was queued is done, and nothing that was refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_is_full() {
    let (count, _turn) = affordable(6_000).await;
    let server = server("connections = 8000").await;
    let (ann, bob) = (server.funded("ann", 1_000_000).await, server.member("bob").await);
    assert!(count > 5_500, "this test needs 6,000 descriptors");
    let mut lines = Vec::with_capacity(count);
    for _ in 0..count {
        lines.push(Raw::open(&server).await);
    }
    let before = memory(&server);
    let pen = hold_the_pen(&server);
    let refused = Arc::new(AtomicU64::new(0));
    let mut paying = JoinSet::new();
    for mut raw in lines {
        let (text, refused) = (transfer(&ann, &bob, &key()), Arc::clone(&refused));
        paying.spawn(async move {
            raw.say(text).await.unwrap();
            let answer = raw.hear().await.expect("an answer");
            if answer.status != 201 {
                // On a slow machine the writer may have waited for longer than it does.
                let code = if answer.body.contains("storage") { "storage_unavailable" } else { "overloaded" };
                answer.refused(503, code);
                refused.fetch_add(u64::from(code == "overloaded"), Ordering::Relaxed);
            }
            i64::from(answer.status == 201)
        });
    }
    // Those beyond the bound hear it while nothing can be written yet.
    let began = Instant::now();
    while refused.load(Ordering::Relaxed) == 0 {
        assert!(began.elapsed() < Duration::from_secs(10), "nobody was refused");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let told = began.elapsed();
    let mut reads = Vec::new();
    for _ in 0..50 {
        let read = Instant::now();
        ann.get("/v1/wallet").await.ok(200);
        reads.push(read.elapsed());
    }
    drop(pen);
    let paid: i64 = paying.join_all().await.into_iter().sum();
    reads.sort_unstable();
    println!(
        "{paid} paid, {} refused, the first after {told:?}; reads meanwhile: median {:?}, worst {:?}",
        refused.load(Ordering::Relaxed),
        reads[reads.len() / 2],
        reads[reads.len() - 1]
    );
    assert_eq!(bob.balance().await, paid);
    assert_grew_less(&server, before, 300 * MB);
    ann.pay(&bob, 1).await.ok(201);
    server.assert_sound().await;
}
